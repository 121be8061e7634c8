"""Draw the procedure from its table: docs/procedure.md (a diagram and tables, in French) and docs/procedure.svg.

    python scripts/draw_procedure.py            # write both
    python scripts/draw_procedure.py --check    # change nothing; exit 1 when one of them is not what the table gives

Nothing is written by hand: gestures, conditions and deadlines are the rows of atelier/procedure.py and atelier/rules.py,
in the words of atelier/labels.py; what is said when a condition fails is read in atelier/needs.py.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from atelier import needs
from atelier.grammar import Check, Step
from atelier.labels import ROLES, STATES
from atelier.procedure import FINAL, OPENING, STEPS
from atelier.rules import RULES, rule
from atelier.words import RuleId, State
from scripts.procedure_svg import svg

DOCS = Path(__file__).parent.parent / "docs"
EVERY = (OPENING, *STEPS)
BLANK = re.compile(r"\{\w+\}")

HEAD = """\
<!-- Écrit par « python scripts/draw_procedure.py » d'après atelier/procedure.py : ne pas modifier à la main. -->

# La procédure d'une demande

Ce document dit la table que le robot applique ([`atelier/procedure.py`](../atelier/procedure.py)) : qui peut faire quoi,
quand, à quelles conditions, et ce qui s'ensuit. Changer une ligne de la table change les boutons, les refus, les messages,
les échéances et cette page. La ligne D8 (« Acter l'atelier ») viendra avec la désignation.

![La procédure d'une demande, d'un état à l'autre](procedure.svg)
"""


def main() -> None:
    """Write both files, or check them."""
    wanted = {DOCS / "procedure.md": markdown(), DOCS / "procedure.svg": svg()}
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit("usage: python scripts/draw_procedure.py [--check]")
    if sys.argv[1:]:
        stale = [path.name for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text]
        sys.exit(f"Redraw with « python scripts/draw_procedure.py »: {', '.join(stale)}" if stale else 0)
    for path, text in wanted.items():
        path.write_text(text, "utf-8")
        print(f"{path.name}: {len(text)} characters")


def markdown() -> str:
    """The page: the picture, the same in Mermaid, and the tables."""
    parts = (HEAD, *_mermaid(), *_gestures(), *_conditions(), *_deadlines(), *_states())
    return "\n".join(parts)


def _mermaid() -> Iterator[str]:
    yield "## Le même schéma, en Mermaid\n"
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield from (f'  state "{STATES[state]}" as {state}' for state in State)
    yield f"  [*] --> {OPENING.target} : {_arrow(OPENING)}"
    for step in STEPS:
        yield from (f"  {source} --> {step.target or source} : {_arrow(step)}" for source in step.source)
    yield from (f"  {state} --> [*]" for state in State if state in FINAL)
    yield "```\n"


def _arrow(step: Step) -> str:
    return f"{step.label} ({_listed(ROLES[role] for role in step.by)})"


def _gestures() -> Iterator[str]:
    yield "## Les gestes\n"
    yield "Chaque geste est un bouton et une commande ; les deux donnent les mêmes droits et le même résultat.\n"
    yield from _table(
        ("Ligne", "Geste", "De", "Vers", "Qui", "Ce qui est demandé", "Conditions", "Échéances", "Prévenus", "Source"),
        (_row(step) for step in EVERY),
    )


def _row(step: Step) -> tuple[str, ...]:
    return (
        step.id,
        f"**{step.label}**<br>`/atelier {step.act}`{_marks(step)}",
        _lines(STATES[state] for state in step.source),
        STATES[step.target] if step.target else "(même état)",
        _lines(ROLES[role] for role in step.by),
        _lines(_asked(step)),
        _lines(f"[`{need.__name__}`](#{need.__name__})" for need in step.needs),
        _lines(_clocks(step)),
        _lines(ROLES[role] for role in step.tells),
        step.paragraph,
    )


def _marks(step: Step) -> str:
    marks = (("aperçu avant envoi", step.preview), ("motif gardé dans AD1", step.secret))
    return "".join(f"<br>*{mark}*" for mark, there in marks if there)


def _asked(step: Step) -> Iterator[str]:
    for field in step.asks.model_fields.values() if step.asks else ():
        yield f"{field.title}{'' if field.is_required() else ' *(facultatif)*'}"


def _clocks(step: Step) -> Iterator[str]:
    moves = (("démarre", step.starts), ("arrête", step.stops), ("suspend", step.suspends), ("reprend", step.resumes))
    for verb, ids in moves:
        yield from (f"{verb} « {rule(id_).label} »" for id_ in ids)
    if step.target in FINAL:
        yield "arrête toutes les échéances"


def _conditions() -> Iterator[str]:
    yield "## Les conditions\n"
    yield (
        "Un geste dont une condition manque est refusé, rien ne change, et la personne lit pourquoi et que faire "
        "(« … » est rempli d'après la demande). Les conditions sont dans [`atelier/needs.py`](../atelier/needs.py).\n"
    )
    for need in dict.fromkeys(need for step in STEPS for need in step.needs):
        where = _listed(f"« {step.label} »" for step in STEPS if need in step.needs)
        yield f'### <a id="{need.__name__}"></a>`{need.__name__}`\n'
        yield f"Pour : {where}. Sinon, la personne lit :\n"
        yield from (f"> {BLANK.sub('…', sentence)}\n" for sentence in sentences(need))


def sentences(need: Check) -> list[str]:
    """The French sentences said when a condition fails: those marked in its function, or in a constant that it names."""
    module = ast.parse(Path(str(needs.__file__)).read_text("utf-8")).body
    body = next(node for node in module if isinstance(node, ast.FunctionDef) and node.name == need.__name__)
    named = {node.id for node in ast.walk(body) if isinstance(node, ast.Name)}
    constants = [node for node in module if isinstance(node, ast.Assign) and named & set(_targets(node))]
    return [text for node in (body, *constants) for text in _marked(node)]


def _targets(node: ast.Assign) -> Iterator[str]:
    return (target.id for target in node.targets if isinstance(target, ast.Name))


def _marked(node: ast.AST) -> Iterator[str]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "fr":
            yield str(ast.literal_eval(call.args[0]))


def _deadlines() -> Iterator[str]:
    yield "## Les échéances\n"
    yield "Ce sont des cibles de service : rien n'est jamais décidé par silence, une personne décide toujours.\n"
    yield from _table(
        ("Échéance", "Délai", "Due par", "Calendrier", "Démarrée par", "Relance tardive à", "Source"),
        (
            (
                row.label,
                str(row.delay),
                _lines(ROLES[role] for role in row.owed),
                "celui du bureau AD1 (Paris)" if row.at_ad1 else "celui du département de la demande",
                _lines(f"« {label} »" for label in _starting(row.id)),
                _lines(ROLES[role] for role in row.escalates),
                row.source,
            )
            for row in RULES
        ),
    )


def _starting(id_: RuleId) -> Iterator[str]:
    return (step.label for step in EVERY if id_ in step.starts)


def _states() -> Iterator[str]:
    yield "## Les états\n"
    yield from _table(
        ("État", "Code", "Ce qu'on peut y faire"),
        (
            (
                STATES[state],
                f"`{state}`",
                "*(état final)*" if state in FINAL else _listed(s.label for s in STEPS if state in s.source),
            )
            for state in State
        ),
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(cell or '—' for cell in row)} |" for row in rows)
    yield ""


def _lines(words: Iterable[str]) -> str:
    return "<br>".join(words)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)


if __name__ == "__main__":
    main()
