"""Cards: the projection of a dossier for an audience. Drawn when they are sent, edited everywhere when it moves.

Keys: « revue:REF » is AD1's root card, « dossier:REF:PERSON » the card of one person around the request.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from atelier import audience, editing, rules
from atelier.completeness import is_complete, missing_letters, missing_required, progress
from atelier.decide import offers, recordable, shown
from atelier.dossier import Dossier, Person, Run
from atelier.execution import ANY_TIME
from atelier.fiche import item
from atelier.grammar import Step
from atelier.labels import AD1, EVERYBODY, OF_THE_STATE
from atelier.procedure import STEPS
from atelier.words import Do, PersonId, Reference, Role, State
from chat.cards import Button, Card, Fact, Menu, Message, Token, Tone
from chat.text import Text, joined, raw, tr
from handlers import mission, names, takeable, why
from storage.unit import Unit

TONES: dict[State, Tone] = {
    State.A_COMPLETER: "waiting",
    State.TRANSMISE: "waiting",
    State.VALIDEE: "good",
    State.REFUSEE: "bad",
    State.REORIENTEE: "bad",
}
ASIDE = frozenset({*(step.act for step in ANY_TIME), Do.RETIRER_PERSONNE}) - {Do.REPRENDRE_ATELIER}
"""What may be done at any time, and is rarely: offered in a menu, not in a channel."""
QUEUED = frozenset({State.TRANSMISE, State.EN_ECHANGE, State.A_COMPLETER})
SENSES = {"favorable": tr("Favorable"), "reserve": tr("Réservé"), "defavorable": tr("Défavorable")}


def review_key(ref: str) -> str:
    """The key of AD1's root card, and of its thread."""
    return f"revue:{ref}"


def person_key(ref: str, person: str) -> str:
    """The key of one person's card around a request, and of their thread."""
    return f"dossier:{ref}:{person}"


def atelier_key(ref: str) -> str:
    """The key of the card of an atelier's own channels."""
    return f"atelier:{ref}"


def groupement_key(ref: str, scope: str) -> str:
    """The key of the card in a groupement's own channel."""
    return f"groupement:{ref}:{scope}"


def draw(unit: Unit, key: str, now: datetime) -> Message:
    """Draw a card as the dossier is at this instant. Raises NotFound when there is no such dossier."""
    kind, ref, *rest = key.split(":", 2)
    dossier = unit.dossiers.get(Reference(ref))
    if kind == "revue":
        return _message(dossier, _review(unit, dossier, now), key)
    if kind == "atelier":
        return _message(dossier, _atelier(unit, dossier, now), key)
    if kind == "groupement":
        mine = dossier.mission is not None and dossier.mission.groupement_scope() == rest[0]
        return _message(dossier, _atelier(unit, dossier, now, (Role.MAND,)) if mine else _gone(dossier), key)
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


def see_button(dossier: Dossier, label: Text | None = None) -> Button:
    """« Voir la fiche », or said otherwise."""
    said = label or tr("Voir la fiche")
    return Button(label=said, token=Token(act="voir", ref=dossier.ref), command=f"/atelier voir {dossier.ref}")


def _message(dossier: Dossier, card: Card, key: str) -> Message:
    text = tr("{subject} : {state}", subject=names.subject(dossier), state=names.state(dossier))
    if card.state is None:
        text = card.title
    return Message(text=text, card=card.model_copy(update={"key": key}))


def _review(unit: Unit, dossier: Dossier, now: datetime) -> Card:
    steps = shown(dossier, (s for s in STEPS if AD1 & set(s.by)))
    atelier = (*mission.facts(unit, dossier, inside=True), *mission.ranks(unit, dossier))
    runs = audience.common(dossier, AD1)
    facts = (*_facts(unit, dossier), *_inside(unit, dossier), *atelier, *_dates(dossier, runs, now))
    return Card(
        title=names.subject(dossier),
        state=names.state(dossier),
        tone=TONES.get(dossier.state, "neutral"),
        facts=facts,
        paragraphs=tuple(_paragraphs(unit, dossier)),
        buttons=(*step_buttons(steps, dossier), see_button(dossier), *_why_button(dossier, runs)),
        menus=other_steps(steps, dossier),
    )


def _atelier(unit: Unit, dossier: Dossier, now: datetime, roles: tuple[Role, ...] = tuple(EVERYBODY - AD1)) -> Card:
    """What everybody of an atelier (or its groupement) may read; a gesture that is not theirs is refused by the table."""
    theirs, runs = set(roles), audience.common(dossier, roles)
    steps = shown(dossier, (s for s in STEPS if theirs & set(s.by) and s.act not in ASIDE))
    return Card(
        title=names.subject(dossier),
        state=names.state(dossier),
        tone=TONES.get(dossier.state, "neutral"),
        facts=(
            *_facts(unit, dossier),
            *mission.facts(unit, dossier, inside=False),
            *_dates(dossier, runs, now),
        ),
        buttons=(*step_buttons(steps, dossier), see_button(dossier), *_why_button(dossier, runs)),
    )


def _for_person(unit: Unit, dossier: Dossier, person: Person, now: datetime) -> Card:
    held = dossier.roles_of(person)
    if not held:
        return _gone(dossier)
    steps, runs = offers(dossier, person), audience.shown(dossier, person)
    state = bool(held & OF_THE_STATE)
    return Card(
        title=names.subject(dossier),
        state=names.state(dossier),
        tone=TONES.get(dossier.state, "neutral"),
        facts=(
            *_facts(unit, dossier),
            *mission.facts(unit, dossier, inside=state),
            *_dates(dossier, runs, now),
        ),
        paragraphs=tuple(_paragraphs(unit, dossier)),
        buttons=(
            *_fill_button(dossier, held),
            *step_buttons(steps, dossier),
            see_button(dossier),
            *_why_button(dossier, runs),
        ),
        menus=(*other_steps(steps, dossier), *for_others(dossier, person), *takeable.menu(dossier, person)),
    )


def _gone(dossier: Dossier) -> Card:
    """For who has no part in it any more: nothing of what became of it."""
    return Card(title=raw(dossier.ref), paragraphs=(tr("Vous n'avez plus part à cette demande."),))


def step_buttons(steps: Sequence[Step], dossier: Dossier) -> tuple[Button, ...]:
    """The buttons of the steps that are in their time; what may be done at any time waits in the menu."""
    usual = [s for s in steps if s.act not in ASIDE or len(steps) <= FEW]
    return tuple(step_button(s, dossier, first=i == 0) for i, s in enumerate(usual))


def other_steps(steps: Sequence[Step], dossier: Dossier) -> tuple[Menu, ...]:
    """« Autres gestes »: what may be done at any time, in a menu, so that the first button is the one that counts."""
    others = [s for s in steps if s.act in ASIDE]
    if not others or len(steps) <= FEW:
        return ()
    token = Token(act="geste", ref=dossier.ref, version=dossier.version)
    return (Menu(label=tr("Autres gestes"), token=token, choices=tuple((str(s.act), tr(s.label)) for s in others)),)


def for_others(dossier: Dossier, person: Person) -> tuple[Menu, ...]:
    """« Saisir pour le compte de… », where something may be recorded so."""
    steps = recordable(dossier, person)
    if not steps:
        return ()
    token = Token(act="pour", ref=dossier.ref, version=dossier.version)
    label = tr("Saisir pour le compte de…")
    return (Menu(label=label, token=token, choices=tuple((str(s.act), tr(s.label)) for s in steps)),)


FEW = 2
"""So few gestes need no menu."""


def _why_button(dossier: Dossier, runs: Iterable[Run]) -> tuple[Button, ...]:
    return (why.button(dossier),) if any(run.ended is None for run in runs) else ()


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
    if dossier.mission is None:
        yield Fact(name=tr("Fiche"), value=_fiche(dossier, done, total))
    if dossier.arrival is not None and dossier.mission is None:
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
        return tr("complète ({done} réponse(s) sur {total})", done=done, total=total)
    lacking = [*missing_required(dossier), *missing_letters(dossier)]
    listed = joined(tr(i.asked.short) for i in lacking[:6])
    return tr("{done} réponse(s) sur {total} — manque : {names}", done=done, total=total, names=listed)


def _inside(unit: Unit, dossier: Dossier) -> Iterator[Fact]:
    """What only AD1 reads: who examines, opinions, the motive out of order, other requests on the same territory."""
    if dossier.instructor:
        yield Fact(name=tr("Instructeur"), value=names.called(names.person(unit, dossier.instructor)))
    if dossier.out_of_order:
        yield Fact(name=tr("Traitée hors ordre"), value=raw(dossier.out_of_order))
    for opinion in dossier.opinions:
        sense = tr("{sense} — {who}", sense=SENSES[opinion.sense], who=names.who(unit, opinion.by))
        yield Fact(name=tr("Avis"), value=tr("{sense} : {reason}", sense=sense, reason=raw(opinion.reason)))
    twins = [t.ref for t in unit.dossiers.same_territory(list(dossier.territory_codes()), dossier.ref) if t.transmitted]
    if twins:
        yield Fact(name=tr("Même territoire"), value=raw(", ".join(twins)))


def _dates(dossier: Dossier, runs: Iterable[Run], now: datetime) -> tuple[Fact, ...]:
    """Those of these deadlines that run."""
    return tuple(
        Fact(name=names.deadline(run), value=names.standing(run, dossier, now))
        for run in runs
        if run.ended is None and not rules.lapsed(run, dossier, now)
    )


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
    now = dossier.mission is None or (decision is not None and decision.act == dossier.state)
    if decision and now and dossier.state not in {*QUEUED, State.BROUILLON}:
        yield tr(
            "Décision : {said} par {who}. Motif : {reason}",
            said=tr(dossier.last_said),
            who=names.who(unit, decision.by),
            reason=raw(decision.reason),
        )
