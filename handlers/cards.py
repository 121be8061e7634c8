"""Cards: the projection of a dossier for an audience. Drawn when they are sent, edited everywhere when it moves.

Keys: « revue:REF » is AD1's root card, « dossier:REF:PERSON » the card of one person around the request.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from atelier import editing, rules
from atelier.calendar import zone
from atelier.completeness import is_complete, missing_letters, missing_required, progress
from atelier.decide import offers
from atelier.dossier import Dossier, Person
from atelier.fiche import item
from atelier.grammar import Step
from atelier.labels import AD1
from atelier.procedure import STEPS
from atelier.words import PersonId, Reference, Role, State
from chat.cards import Button, Card, Fact, Message, Token, Tone
from chat.text import Moment, Text, joined, raw, tr
from handlers import names
from storage.unit import Unit

TONES: dict[State, Tone] = {
    State.A_COMPLETER: "waiting",
    State.TRANSMISE: "waiting",
    State.VALIDEE: "good",
    State.REFUSEE: "bad",
    State.REORIENTEE: "bad",
}
QUEUED = frozenset({State.TRANSMISE, State.EN_ECHANGE, State.A_COMPLETER})
SENSES = {"favorable": tr("Favorable"), "reserve": tr("Réservé"), "defavorable": tr("Défavorable")}


def review_key(ref: str) -> str:
    """The key of AD1's root card, and of its thread."""
    return f"revue:{ref}"


def person_key(ref: str, person: str) -> str:
    """The key of one person's card around a request, and of their thread."""
    return f"dossier:{ref}:{person}"


def draw(unit: Unit, key: str, now: datetime) -> Message:
    """Draw a card as the dossier is at this instant. Raises NotFound when there is no such dossier."""
    kind, ref, *rest = key.split(":", 2)
    dossier = unit.dossiers.get(Reference(ref))
    if kind == "revue":
        return _message(dossier, _review(unit, dossier, now), key)
    person = unit.people.get(PersonId(rest[0]))
    return _message(dossier, _for_person(unit, dossier, person, now), key)


def step_button(step: Step, dossier: Dossier, *, first: bool = False) -> Button:
    """The button of a step on a card: it dies with the dossier's version."""
    return Button(
        label=tr(step.label),
        token=Token(act=step.act, ref=dossier.ref, version=dossier.version),
        style="danger" if step.danger else "primary" if first else "plain",
        command=f"/atelier {step.act} {dossier.ref}",
    )


def see_button(dossier: Dossier) -> Button:
    """« Voir la fiche »."""
    return Button(
        label=tr("Voir la fiche"), token=Token(act="voir", ref=dossier.ref), command=f"/atelier voir {dossier.ref}"
    )


def _message(dossier: Dossier, card: Card, key: str) -> Message:
    text = tr("{subject} : {state}", subject=names.subject(dossier), state=names.state(dossier))
    return Message(text=text, card=card.model_copy(update={"key": key}))


def _review(unit: Unit, dossier: Dossier, now: datetime) -> Card:
    steps = [s for s in STEPS if dossier.state in s.source and AD1 & set(s.by)]
    buttons = [step_button(s, dossier, first=i == 0) for i, s in enumerate(steps)]
    facts = (*_facts(unit, dossier), *_inside(unit, dossier), *_dates(dossier, now))
    return Card(
        title=names.subject(dossier),
        state=names.state(dossier),
        tone=TONES.get(dossier.state, "neutral"),
        facts=facts,
        paragraphs=tuple(_paragraphs(unit, dossier)),
        buttons=(*buttons, see_button(dossier)),
    )


def _for_person(unit: Unit, dossier: Dossier, person: Person, now: datetime) -> Card:
    held = dossier.roles_of(person)
    steps = offers(dossier, person)
    buttons = [step_button(s, dossier, first=i == 0) for i, s in enumerate(steps)]
    dates = _dates(dossier, now) if held else ()
    return Card(
        title=names.subject(dossier),
        state=names.state(dossier),
        tone=TONES.get(dossier.state, "neutral"),
        facts=(*_facts(unit, dossier), *dates) if held else (),
        paragraphs=tuple(_paragraphs(unit, dossier)) if held else (),
        buttons=(*_fill_button(dossier, held), *buttons, see_button(dossier)) if held else (),
    )


def _fill_button(dossier: Dossier, held: frozenset[Role]) -> tuple[Button, ...]:
    open_ = dossier.state in editing.OPEN
    if not open_ or not held & {Role.SVC, Role.COLL, Role.DREAL, Role.CAUE}:
        return ()
    token = Token(act="reprendre", ref=dossier.ref)
    return (Button(label=tr("Compléter la fiche"), token=token, command=f"/atelier reprendre {dossier.ref}"),)


def _facts(unit: Unit, dossier: Dossier) -> Iterator[Fact]:
    done, total = progress(dossier)
    yield Fact(name=tr("Service porteur"), value=raw(dossier.service))
    objet = dossier.value("objet")
    if objet:
        yield Fact(name=tr("Objet"), value=raw(str(objet)))
    yield Fact(name=tr("Fiche"), value=_fiche(dossier, done, total))
    if dossier.arrival is not None:
        yield Fact(name=tr("Ordre d'arrivée"), value=arrival(unit, dossier))


def arrival(unit: Unit, dossier: Dossier) -> Text:
    """« n° 7 — 3ᵉ dans la file (11 demandes) »: the same on both sides."""
    if dossier.state not in QUEUED:
        return tr("n° {number}", number=dossier.arrival)
    rank, total = unit.dossiers.place_in_queue(dossier.ref)
    if rank == 1:
        return tr("n° {number} — 1ʳᵉ dans la file ({total} demande(s))", number=dossier.arrival, total=total)
    return tr("n° {number} — {rank}ᵉ dans la file ({total} demandes)", number=dossier.arrival, rank=rank, total=total)


def _fiche(dossier: Dossier, done: int, total: int) -> Text:
    if is_complete(dossier):
        return tr("complète ({done} réponses sur {total})", done=done, total=total)
    lacking = [*missing_required(dossier), *missing_letters(dossier)]
    listed = joined(tr(i.asked.short) for i in lacking[:6])
    return tr("{done} réponses sur {total} — manque : {names}", done=done, total=total, names=listed)


def _inside(unit: Unit, dossier: Dossier) -> Iterator[Fact]:
    """What only AD1 reads: who examines, opinions, the motive out of order, other requests on the same territory."""
    if dossier.instructor:
        yield Fact(name=tr("Instructeur"), value=raw(unit.people.get(dossier.instructor).name))
    if dossier.out_of_order:
        yield Fact(name=tr("Traitée hors ordre"), value=raw(dossier.out_of_order))
    for opinion in dossier.opinions:
        sense = tr("{sense} — {who}", sense=SENSES[opinion.sense], who=names.who(unit, opinion.by))
        yield Fact(name=tr("Avis"), value=tr("{sense} : {reason}", sense=sense, reason=raw(opinion.reason)))
    twins = [t.ref for t in unit.dossiers.same_territory(list(dossier.territory_codes()), dossier.ref) if t.transmitted]
    if twins:
        yield Fact(name=tr("Même territoire"), value=raw(", ".join(twins)))


def _dates(dossier: Dossier, now: datetime) -> tuple[Fact, ...]:
    return tuple(
        Fact(
            name=tr(rules.rule(run.rule).label),
            value=_date(run.suspended, rules.due(run, dossier), now, rules.place(run, dossier)),
        )
        for run in rules.running(dossier)
    )


def _date(suspended: bool, due: datetime, now: datetime, where: str) -> Text:  # noqa: FBT001 - a state of the deadline
    moment = Moment(at=due, zone=str(zone(where)))
    if suspended:
        return tr("suspendue dans l'attente du complément")
    if due < now:
        return tr("dépassée depuis le {due}", due=moment)
    return tr("au plus tard le {due}", due=moment)


def complement(unit: Unit, dossier: Dossier) -> Iterator[Text]:
    """What an open complement asks for, in AD1's words."""
    asked = dossier.complement()
    if asked:
        yield tr("Complément demandé par {who} :", who=names.who(unit, asked.by))
        for wanted in asked.wanted:
            yield tr("• {field} : {text}", field=tr(item(wanted.field).asked.short), text=raw(wanted.text))


def _paragraphs(unit: Unit, dossier: Dossier) -> Iterator[Text]:
    yield from complement(unit, dossier)
    decision = dossier.decision
    if decision and dossier.state not in QUEUED and dossier.state != State.BROUILLON:
        yield tr(
            "{said} par {who} : {reason}",
            said=tr(dossier.last_said),
            who=names.who(unit, decision.by),
            reason=raw(decision.reason),
        )
