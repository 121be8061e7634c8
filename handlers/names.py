"""How people, roles, states and dossiers are named in sentences."""

from __future__ import annotations

from atelier.calendar import zone
from atelier.dossier import By, Dossier, Person
from atelier.labels import ROLES, STATES
from atelier.words import Role
from chat.text import Moment, Text, raw, tr
from storage.errors import NotFound
from storage.unit import Unit


def who(unit: Unit, by: By) -> Text:
    """« Alice Martin (instructeur AD1) », with who it was done for when it was."""
    try:
        name = raw(unit.people.get(by.person).name)
    except NotFound:
        name = tr("une personne dont le nom a été effacé")
    return tr("{name} ({role})", name=name, role=tr(ROLES[by.role]))


def role(code: Role) -> Text:
    """The role as people say it."""
    return tr(ROLES[code])


def state(dossier: Dossier) -> Text:
    """The state as people say it."""
    return tr(STATES[dossier.state])


def subject(dossier: Dossier) -> Text:
    """« ADT-2026-0007 — Bar-le-Duc (55029, Meuse) »."""
    place = dossier.territory() or dossier.service
    return tr("{ref} — {place}", ref=dossier.ref, place=raw(place))


def moment(by: By, departement: str = "75") -> Moment:
    """When it was done, in the time zone of a département."""
    return Moment(at=by.at, zone=str(zone(departement)))


def who_is(person: Person, code: Role) -> Text:
    """« Alice Martin (instructeur AD1) » for somebody who is acting now."""
    return tr("{name} ({role})", name=raw(person.name), role=tr(ROLES[code]))
