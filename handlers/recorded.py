"""What is recorded for somebody else is told to them, whoever else is: by whom, from which document, how to contest it."""

from __future__ import annotations

from types import MappingProxyType

from atelier.dossier import Dossier, Person
from atelier.forms import StepForm
from atelier.grammar import Outcome
from atelier.words import Role
from chat.text import Text, joined, raw, tr
from handlers import names, notices
from handlers.behalf import Trial
from handlers.here import Here

BESIDE: MappingProxyType[Role, tuple[Role, ...]] = MappingProxyType(
    {Role.SVC_SIGN: (Role.SVC_SIGN, Role.SVC), Role.COLL_SIGN: (Role.COLL_SIGN, Role.COLL)}
)
"""Who is told in place of somebody without an account: those who sign with them, those who write for their organisation."""


def tell(here: Here, outcome: Outcome, trial: Trial, form: StepForm) -> Text | None:
    """Tell whom it was recorded for, or those beside them; returns what whoever recorded it reads of that.

    None when it is the person's own step.
    """
    person = trial.behalf
    if person is None:
        return None
    read = notices.for_reader
    if here.unit.people.direct(person.id) is not None:
        _tell(here, outcome, person, read(here, outcome, form, person), _yours(here, outcome, trial))
        return tr("Message envoyé à {names}.", names=raw(person.name))
    beside = _beside(here, outcome.dossier, person, trial.role)
    for other in beside:
        _tell(here, outcome, other, read(here, outcome, form, other), _theirs(here, outcome, trial, person))
    if not beside:
        return tr("{name} n'a pas de compte : prévenez cette personne vous-même.", name=raw(person.name))
    listed = joined((raw(p.name) for p in beside), ", ")
    return tr("{name} n'a pas de compte ; le message est allé à : {names}.", name=raw(person.name), names=listed)


def _tell(here: Here, outcome: Outcome, person: Person, text: Text, how: Text) -> None:
    said = tr("{text} {more}", text=text, more=how)
    notices.to_person(here, outcome.dossier, person, said, notices.handed_in(outcome))


def _beside(here: Here, dossier: Dossier, person: Person, role: Role) -> tuple[Person, ...]:
    """Those of the same part of the dossier who can be reached, whoever records it left out."""
    held = here.unit.people.holding(BESIDE.get(role, (role,)), dossier)
    others = (p for p in held if p.id not in {person.id, here.person.id})
    return tuple(p for p in others if here.unit.people.direct(p.id) is not None)


def _yours(here: Here, outcome: Outcome, trial: Trial) -> Text:
    return tr(
        "C'est enregistré en votre nom par {who}, d'après « {document} »{received}. Si ce n'est pas ce que vous avez signé, "
        "répondez dans ce fil : {reader} vous lira et pourra rectifier.",
        **_said(here, outcome, trial),
    )


def _theirs(here: Here, outcome: Outcome, trial: Trial, person: Person) -> Text:
    return tr(
        "C'est enregistré au nom de {name} par {who}, d'après « {document} »{received}. {name} n'a pas de compte : "
        "prévenez cette personne. Si ce n'est pas ce qu'elle a signé, répondez dans ce fil : {reader} vous lira et pourra "
        "rectifier.",
        name=raw(person.name), **_said(here, outcome, trial),
    )  # fmt: skip


def _said(here: Here, outcome: Outcome, trial: Trial) -> dict[str, Text]:
    """Who recorded it, from what, and who reads an objection: AD1 alone while a groupement is only asked."""
    held = outcome.dossier.roles_of(here.person)
    role = next(r for r in outcome.step.records if r in held)
    received = tr(", reçu le {day}", day=trial.received) if trial.received else raw("")
    designated = outcome.dossier.mission is not None and outcome.dossier.mission.designated is not None
    both = tr("le service, comme le bureau AD1,")
    return {
        "who": names.who_is(here.person, role), "document": raw(trial.document), "received": received,
        "reader": both if designated else tr("le bureau AD1"),
    }  # fmt: skip
