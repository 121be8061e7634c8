"""Whom an absence or a transfer names: somebody of the directory who can be written to, and is a colleague."""

from __future__ import annotations

from atelier.absences import close
from atelier.dossier import Person
from atelier.labels import OF_THE_STATE
from atelier.spelling import key
from atelier.words import Refused, fr
from handlers.guests import LISTED, account_in, known
from handlers.here import Here

ME = frozenset({"moi", "moi meme", "me", "myself"})


def named(here: Here, typed: str) -> Person:
    """The colleague meant, by name, by id or by « @account ». Raises Refused: unknown, several, oneself, a stranger."""
    name = typed.strip()
    found = here.person if key(name) in ME else _known(here, name)
    if found is None:
        raise Refused(
            fr(
                "« {name} » n'est pas dans l'annuaire : vérifiez le nom, ou écrivez son compte (« @camille »). Rien n'est "
                "changé."
            ),
            name=name[:80],
        )
    return _fit(here, found)


def oneself(here: Here, typed: str) -> bool:
    """True when whoever speaks names themselves: by « moi », their name, their id or their account."""
    if key(typed) in ME:
        return True
    found = _known(here, typed.strip())
    return found is not None and found.id == here.person.id


def _known(here: Here, name: str) -> Person | None:
    """The one person meant. Raises Refused for several.

    The directory is the State's: whoever is not of it learns of nobody but their own colleagues, not even that they are
    there, nor for whom they work.
    """
    if here.person.administers or any(held.role in OF_THE_STATE for held in here.person.holdings):
        return known(here, name)
    account = account_in(name)
    found = here.unit.people.find(f"@{account['id']}" if account else name)
    near = [p for p in found if p.id == here.person.id or close(here.person, p)]
    if len(near) > 1:
        listed = ", ".join(f"{p.name} ({p.id})" for p in near[:LISTED])
        raise Refused(fr("Plusieurs personnes portent ce nom : {names}. Écrivez l'identifiant."), names=listed)
    return near[0] if near else None


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
