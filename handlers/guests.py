"""Who an invitation names: somebody of the directory, or an account that enters it by this very invitation.

And who is taken out again: somebody given a part in the request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from atelier.dossier import Dossier, Person
from atelier.leaving import lost_by, takeable
from atelier.spelling import key
from atelier.words import PersonId, Refused, fr
from chat.cards import Address
from chat.text import Text, joined, tr
from handlers import names
from handlers.here import Here

ACCOUNT = re.compile(r"(?:<@)?@?(?P<id>[A-Za-z0-9][A-Za-z0-9._-]{0,99})(?:\|[^>]*)?>?")
"""« @camille », or a mention as a platform writes it: « <@U123|camille> »."""
LISTED = 5


def invited(here: Here, typed: str) -> PersonId:
    """The person meant. Raises Refused when nobody is, or several are.

    An account written with « @ » that the directory does not know enters it, with no role but the one given here.
    """
    name = typed.strip()
    account = account_in(name)
    found = known(here, name)
    if found is not None:
        return found.id
    if account is not None:
        return _entered(here, _beside(here, account))
    raise Refused(
        fr(
            "« {name} » n'est pas dans l'annuaire : vérifiez le nom, écrivez son compte (« @camille »), ou dites-lui de "
            "demander son accès au robot."
        ),
        name=name[:80],
    )


def account_in(name: str) -> re.Match[str] | None:
    """The account that a mention names, « @camille » or « <@U123|camille> »; None for a name."""
    return ACCOUNT.fullmatch(name) if name.startswith(("@", "<@")) else None


def known(here: Here, name: str) -> Person | None:
    """The one person of the directory of this name, id or account; None when there is none. Raises Refused for several.

    An account is first one of where it is written: the same id elsewhere may be somebody else's.
    """
    account = account_in(name)
    near = here.unit.people.behind(_beside(here, account)) if account else None
    if near is not None and near.active:
        return near
    found = here.unit.people.find(f"@{account['id']}" if account else name)
    if len(found) > 1:
        listed = ", ".join(f"{p.name} ({p.id})" for p in found[:LISTED])
        raise Refused(fr("Plusieurs personnes portent ce nom : {names}. Écrivez l'identifiant."), names=listed)
    return found[0] if found else None


def leavers(here: Here, dossier: Dossier) -> Iterator[tuple[str, Text]]:
    """Those whom this person may take out of a request, by their id: their name, and what they would lose."""
    for person in _given_a_part(here, dossier):
        lost = lost_by(dossier, person)
        if lost and person.id != here.person.id:
            yield (
                person.id,
                tr("{name} — {roles}", name=names.called(person), roles=joined(map(names.role, lost), ", ")),
            )


def leaving(here: Here, dossier: Dossier, typed: str) -> Person | None:
    """The person to take out: of those given a part there first, else of the directory. Raises Refused for several."""
    wanted = typed.strip()
    near = _given_a_part(here, dossier)
    meant = [p for p in near if wanted == p.id] or [p for p in near if key(wanted) and key(wanted) == key(p.name)]
    return meant[0] if len(meant) == 1 else known(here, wanted)


def _given_a_part(here: Here, dossier: Dossier) -> tuple[Person, ...]:
    """Whoever was given there a part that may be taken back, once each."""
    return tuple(names.person(here.unit, id_) for id_ in dict.fromkeys(member.person for member in takeable(dossier)))


def _beside(here: Here, account: re.Match[str]) -> Address:
    """An account of the platform where somebody writes."""
    return Address(platform=here.event.sender.platform, id=account["id"])


def _entered(here: Here, account: Address) -> PersonId:
    known = here.unit.people.behind(account)
    if known is not None:
        raise Refused(
            fr("« {name} » a quitté l'annuaire : demandez à l'administrateur de l'y remettre."), name=known.name
        )
    id_ = names.free(here.unit, PersonId(f"{account.platform}-{account.id}"))
    guest = Person(id=id_, name=account.id, departement=here.person.departement)
    here.unit.people.add(guest, (account,))
    return id_
