"""Draw the procedure from its table: docs/procedure.md (diagrams and tables, in French), procedure.svg, procedure-atelier.svg.

    python scripts/draw_procedure.py            # write all three
    python scripts/draw_procedure.py --check    # change nothing; exit 1 when one of them is not what the table gives

Nothing is written by hand: gestures, conditions and deadlines are the rows of atelier/procedure.py, atelier/execution.py
and atelier/rules.py, in the words of atelier/labels.py; what is said when a condition fails is read where it is written.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

from atelier.grammar import Check, Step
from atelier.labels import ROLES, STATES
from atelier.procedure import FINAL, OPENING, STEPS
from atelier.rules import RULES, rule
from atelier.words import RuleId, State
from scripts.procedure_svg import DONE, REQUESTED, Scene, ends, svg

DOCS = Path(__file__).parent.parent / "docs"
EVERY = (OPENING, *STEPS)
APART = frozenset({"atelier.calendar", "atelier.dates", "atelier.amounts"})
"""Files whose sentences any answer may get: they are told of no condition in particular."""
BLANK = re.compile(r"\{\w+\}")

HEAD = """\
<!-- Écrit par « python scripts/draw_procedure.py » d'après atelier/procedure.py : ne pas modifier à la main. -->

# La procédure, de la demande à la clôture de l'atelier

Ce document dit la table que le robot applique ([`atelier/procedure.py`](../atelier/procedure.py) pour la demande,
[`atelier/execution.py`](../atelier/execution.py) pour l'atelier) : qui peut faire quoi, quand, à quelles conditions, et ce
qui s'ensuit. Changer une ligne de la table change les boutons, les refus, les messages, les échéances et cette page.

![La procédure d'une demande, d'un état à l'autre](procedure.svg)

![La procédure d'un atelier, de l'acte à la clôture](procedure-atelier.svg)
"""


def main() -> None:
    """Write both files, or check them."""
    wanted = {
        DOCS / "procedure.md": markdown(),
        DOCS / "procedure.svg": svg(REQUESTED),
        DOCS / "procedure-atelier.svg": svg(DONE),
    }
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
    for title, scene in (("Le schéma de la demande, en Mermaid", REQUESTED), ("Celui de l'atelier", DONE)):
        yield f"## {title}\n"
        yield "```mermaid"
        yield "stateDiagram-v2"
        yield from _diagram(scene)
        yield "```\n"
    yield "Quand il en est besoin, d'un état à l'autre :\n"
    yield from (f"- {_arrow(step)}" for step in DONE.always)
    yield ""


def _diagram(scene: Scene) -> Iterator[str]:
    """The states of one picture and what leads from one to another; what may happen at any time is listed below it."""
    yield from (f'  state "{STATES[state]}" as {state}' for state in (*scene.states, *scene.ends))
    if scene.opening:
        yield f"  [*] --> {OPENING.target} : {_arrow(OPENING)}"
    for step in scene.steps:
        for source in step.source:
            if source in scene.states:
                yield from (f"  {source} --> {end} : {_arrow(step)}" for end in ends(step) or (source,))
    yield from (f"  {state} --> [*]" for state in scene.ends)


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
        _lines(STATES[end] for end in ends(step)) or "(même état)",
        _lines((*(ROLES[role] for role in step.by), *_helped(step))),
        _lines(_asked(step)),
        _lines(f"[`{need.__name__}`](#{need.__name__})" for need in step.needs),
        _lines(_clocks(step)),
        _lines(ROLES[role] for role in step.tells),
        step.paragraph,
    )


def _helped(step: Step) -> Iterator[str]:
    if step.prepares:
        yield f"*préparé par : {_listed(ROLES[role] for role in step.prepares)}*"
    if step.records:
        yield f"*ou saisi d'après un document signé par : {_listed(ROLES[role] for role in step.records)}*"


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
        "(« … » est rempli d'après la demande). Les conditions sont dans [`atelier/`](../atelier), dans le fichier que chacune "
        "nomme.\n"
    )
    for need in dict.fromkeys(need for step in STEPS for need in step.needs):
        where = _listed(f"« {step.label} »" for step in STEPS if need in step.needs)
        yield f'### <a id="{need.__name__}"></a>`{need.__name__}`\n'
        yield f"Pour : {where} (`{need.__module__.replace('.', '/')}.py`). Sinon, la personne lit :\n"
        yield from (f"> {BLANK.sub('…', sentence)}\n" for sentence in sentences(need))


def sentences(need: Check) -> list[str]:
    """The French sentences said when a condition fails: those of its function, and of what it names in the atelier's files."""
    return list(dict.fromkeys(_said(sys.modules[need.__module__], need.__name__, set())))


def _said(module: ModuleType, name: str, seen: set[tuple[str, str]]) -> Iterator[str]:
    """The sentences of a function or a constant, then of what it names: its own files, never what the forms or rules say."""
    if (module.__name__, name) in seen or module.__name__ in APART:
        return
    seen.add((module.__name__, name))
    node = _written(module).get(name)
    if node is None:
        other = getattr(getattr(module, name, None), "__module__", "")
        if other.startswith("atelier.") and other != module.__name__ and name in _written(sys.modules[other]):
            yield from _said(sys.modules[other], name, seen)
        return
    yield from (text for text in _marked(node) if text.endswith("."))
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            yield from _said(module, inner.id, seen)


@cache
def _written(module: ModuleType) -> dict[str, ast.AST]:
    """The functions and the constants of a file, by name; and the delays, read as they are typed."""
    body = ast.parse(Path(str(module.__file__)).read_text("utf-8")).body
    kinds = ast.FunctionDef | ast.ClassDef if module.__name__ == "atelier.deadlines" else ast.FunctionDef
    functions = {node.name: node for node in body if isinstance(node, kinds)}
    return {**functions, **{name: node for node in body if isinstance(node, ast.Assign) for name in _targets(node)}}


def _targets(node: ast.Assign) -> Iterator[str]:
    return (target.id for target in node.targets if isinstance(target, ast.Name))


def _marked(node: ast.AST) -> Iterator[str]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "fr":
            yield str(ast.literal_eval(call.args[0]))


def _deadlines() -> Iterator[str]:
    yield "## Les échéances\n"
    yield (
        "Une cible de service est sans effet de droit ; un délai du contrat en a. Rien n'est jamais décidé par silence : "
        "le robot dit ce que le contrat prévoit, une personne le constate.\n"
    )
    yield from _table(
        ("Échéance", "Délai", "Due par", "Calendrier", "Démarrée par", "Relance tardive à", "Source"),
        (
            (
                row.label,
                str(row.delay or "fixé par le contrat, le bon de commande ou la note"),
                _lines(ROLES[role] for role in row.owed) or "à qui c'est le tour",
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
