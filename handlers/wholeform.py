"""« Tout remplir en une fois »: the same questions, the same checks, in one form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from atelier import answers, editing
from atelier.completeness import questions_for
from atelier.dossier import Dossier
from atelier.fiche import Item, items
from atelier.words import Reference, Refused, fr
from chat.cards import Address, Message
from chat.forms import Choice, Form, Question
from chat.forms import Kind as Shape
from chat.talk import Answer, Correct, Filled
from chat.text import Text, joined, tr
from handlers import flow, keeping, names, questions, summary
from handlers.here import Here, answer, said

OTHER = "_autre"
"""What the name of a list's « autre : … » line ends with."""
SHAPES: dict[str, Shape] = {
    "service": "line", "territory": "line", "choice": "choice", "choices": "choices", "line": "line", "text": "text", "months": "line",
}  # fmt: skip
LONGEST_LINE = 200


def form_for(here: Here, dossier: Dossier) -> Form:
    """The form of this person's own questions, with what is already answered. Raises Refused for no co-writer."""
    role = editing.writing_role(dossier, here.person)
    mine = [q for q in questions_for(role) if not q.is_piece and editing.can_write(dossier, here.person, q)]
    if not mine:
        raise Refused(
            fr(
                "Il n'y a rien à remplir pour vous dans cette demande en ce moment : « /atelier voir {ref} » la montre."
            ),
            ref=dossier.ref,
        )
    versions = {q.name: _version(dossier, q) for q in mine}
    plain = [q for q in mine if dossier.answers.get(q.name) or not _initial(dossier, q)]
    # what is only proposed is not among them: sent back as it was, it is an answer
    shown = {line.name: _plain(line.initial) for q in plain for line in _asked(dossier, q)}
    here.unit.conversations.keep(_kept(here, dossier.ref), {"versions": versions, "shown": shown})
    letters = joined((tr(i.asked.short) for i in items() if i.is_piece), ", ")
    return Form(
        title=tr("La fiche en une fois"),
        short=tr("Toute la fiche"),
        token=questions.personal(here, questions.WHOLE, dossier.ref),
        questions=tuple(line for q in mine for line in _asked(dossier, q)),
        about=(tr("Demande {ref}. Une réponse laissée vide reste à remplir.", ref=dossier.ref),
               tr("Les pièces se déposent dans la conversation : {names}.", names=letters)),
        submit=tr("Enregistrer"),
    )  # fmt: skip


def _kept(here: Here, ref: str) -> Address:
    return Address(platform="fiche", id=f"{here.person.id}:{ref}")


def _version(dossier: Dossier, question: Item) -> int:
    present = dossier.answers.get(question.name)
    return present.version if present else 0


def _asked(dossier: Dossier, question: Item) -> list[Question]:
    asked, value = question.asked, dossier.value(question.name)
    several = asked.kind == "choices"
    lines = [
        Question(
            name=question.name, label=_label(question), short=tr(asked.short), hint=tr(asked.help), kind=SHAPES[asked.kind],
            required=False, initial=_initial(dossier, question), max_length=_longest(question),
            choices=tuple(Choice(value=c, label=tr(label)) for c, label in asked.choices if SHAPES[asked.kind] in {"choice", "choices"}),
        )
    ]  # fmt: skip
    if several:
        other = str(value.get("other", "")) if isinstance(value, dict) else ""
        lines.append(
            Question(
                name=question.name + OTHER, label=tr("Autre (à préciser)"), short=tr("Autre"), kind="line", required=False,
                initial=other, max_length=LONGEST_LINE,
            )
        )  # fmt: skip
    return lines


def _label(question: Item) -> Text:
    """The question; a draft may leave it empty, so what transmission needs is said in words."""
    asked = tr(question.question)
    return tr("{question} (nécessaire pour transmettre)", question=asked) if question.required else asked


def _initial(dossier: Dossier, question: Item) -> str | tuple[str, ...]:
    """What the field holds when the form opens: the answer, or what is known without asking."""
    if question.name == "service_porteur" and not dossier.answers.get(question.name):
        return dossier.service
    return answers.retyped(question, dossier.value(question.name))


def _longest(question: Item) -> int:
    found = [getattr(m, "max_length", None) for m in question.info.metadata]
    known = [most for most in found if isinstance(most, int) and question.asked.kind in {"line", "text", "service"}]
    return known[0] if known else 3000


def filled(here: Here, event: Filled) -> Answer:
    """Every answer that fits is kept at once; the others stay in the form with their reason."""
    dossier = here.unit.dossiers.seen_by(here.person, Reference(event.token.ref))
    kept = here.unit.conversations.at(_kept(here, dossier.ref))
    if kept is None:
        raise Refused(fr("Ce formulaire a déjà servi : rouvrez-le avec « /atelier tout {ref} »."), ref=dossier.ref)
    versions, shown = dict(kept["versions"]), dict(kept.get("shown", {}))
    problems: dict[str, Text] = {}
    for question in items():
        if question.name not in versions:
            continue
        try:
            if not _untouched(question, event, shown):
                dossier = _one(here, dossier, question, event, versions)
                shown.pop(question.name, None)
        except Refused as refused:
            problems[question.name] = said(refused)
    if problems:
        here.unit.conversations.keep(_kept(here, dossier.ref), {"versions": versions, "shown": shown})
        problems[""] = tr("Les réponses justes sont enregistrées ; corrigez celles qui sont signalées.")
        return answer(here, Correct(problems=problems))
    here.unit.conversations.end(_kept(here, dossier.ref))
    keeping.send(here, Message(text=tr("C'est enregistré.")), dossier.ref)
    keeping.send(here, summary.message(here, dossier), dossier.ref)
    return answer(here)


def _untouched(question: Item, event: Filled, shown: Mapping[str, str]) -> bool:
    """True when the answer comes back as the form showed it: a co-writer's, given meanwhile, stays."""
    lines = [question.name, *([question.name + OTHER] if question.asked.kind == "choices" else [])]
    return question.name in shown and all(_plain(event.given.get(n, "")) == shown.get(n, "") for n in lines)


def _plain(given: str | Sequence[str]) -> str:
    """An answer as one text, its blanks and line ends made equal: browsers change them."""
    return " ".join((given if isinstance(given, str) else "; ".join(sorted(given))).split())


def _one(here: Here, dossier: Dossier, question: Item, event: Filled, versions: dict[str, int]) -> Dossier:
    """One answer of the form: kept when it changed and fits. Raises Refused with what is wrong."""
    typed = _typed(question, event)
    before = answers.retyped(question, dossier.value(question.name))
    if not typed and (question.required or not before):
        return dossier
    value = answers.read(question, typed, flow.around(here, dossier)) if typed else None
    if value == dossier.value(question.name):
        return dossier
    present = dossier.answers.get(question.name)
    if present and present.version != versions[question.name] and present.by.person != here.person.id:
        versions[question.name] = present.version
        raise Refused(
            fr("{who} a répondu entre-temps : « {value} ». Envoyez de nouveau pour remplacer sa réponse."),
            who=names.who(here.unit, present.by), value=questions.told(question, dossier),
        )  # fmt: skip
    if value is None:
        return keeping.clear(here, dossier, question)
    moved = keeping.answer(here, dossier, question, value)
    versions[question.name] = moved.answers[question.name].version
    return moved


def _typed(question: Item, event: Filled) -> str | tuple[str, ...]:
    given = event.given.get(question.name, "")
    other = event.given.get(question.name + OTHER, "")
    if question.asked.kind != "choices":
        return given if isinstance(given, str) else given[0] if given else ""
    codes = (given,) if isinstance(given, str) and given else tuple(given)
    if isinstance(other, str) and other.strip():
        return (*(c for c in codes if c != answers.OTHER), f"{answers.OTHER} : {other.strip()}")
    return codes
