"""Whom an absence or a transfer names: somebody of the directory who can be written to, and is a colleague."""

from __future__ import annotations

from atelier.absences import close
from atelier.dossier import Person
from atelier.words import Refused, fr
from handlers.guests import known
from handlers.here import Here


def named(here: Here, typed: str) -> Person:
    """The colleague meant, by name, by id or by « @account ». Raises Refused: unknown, several, oneself, a stranger."""
    name = typed.strip()
    found = known(here, name)
    if found is None:
        raise Refused(
            fr(
                "« {name} » n'est pas dans l'annuaire : vérifiez le nom, ou écrivez son compte (« @camille »). Rien n'est "
                "changé."
            ),
            name=name[:80],
        )
    return _fit(here, found)


def _fit(here: Here, person: Person) -> Person:
    if person.id == here.person.id:
        raise Refused(fr("C'est vous : nommez un ou une collègue."))
    if here.unit.people.direct(person.id) is None:
        raise Refused(fr("{name} n'a pas de compte ici : le robot ne pourrait pas lui écrire."), name=person.name)
    if not close(here.person, person):
        raise Refused(
            fr("{name} n'est pas de votre organisme : nommez un ou une collègue."),
            name=person.name,
        )
    return person
