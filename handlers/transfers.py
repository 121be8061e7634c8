"""« transférer REF @personne »: a colleague gets my messages on a dossier, and prepares in my place; « … moi »: no more."""

from __future__ import annotations

from collections.abc import Sequence

from atelier import transfers
from atelier.dossier import By, Dossier, Person, Transfer
from atelier.labels import ROLES
from atelier.words import Refused, Role, fr
from chat.talk import Answer
from chat.text import Text, joined, raw, tr
from handlers import clocks, colleagues, gathering, names, notices
from handlers.here import Here, say

TRANSFERRED = "transfert"


def transfer(here: Here, dossier: Dossier, typed: str) -> Answer:
    """Hand my part to a colleague; what decides or signs stays. Raises Refused."""
    roles = transfers.transferable(dossier, here.person)
    if not typed.strip():
        raise Refused(
            fr("À qui transférez-vous ? Écrivez « /atelier transférer {ref} @camille », ou son nom."), ref=dossier.ref
        )
    given = transfers.given_by(dossier, here.person.id)
    if given and colleagues.oneself(here, typed):
        return _taken_back(here, dossier, given)
    taker = colleagues.named(here, typed)
    mine = {t.role for t in given if t.taken == taker.id}
    if mine >= set(roles):
        raise Refused(
            fr("{name} a déjà reçu votre part sur {ref} : rien n'est changé."), name=taker.name, ref=dossier.ref
        )
    moved = dossier
    for role in roles:
        by = By(person=here.person.id, role=role, at=here.now)
        moved = transfers.handed(moved, taker.id, role, by)
    _keep(here, dossier, moved)
    _journal(here, moved, taker, roles)
    _tell(here, moved, taker, roles)
    _untell(here, moved, [t for t in given if t.taken != taker.id])
    kept = dossier.roles_of(here.person) - set(roles)
    text = tr(
        "C'est fait : {name} reçoit vos messages sur {ref} et prépare à votre place ({roles}). Pour les reprendre : "
        "« /atelier transférer {ref} moi ».",
        name=raw(taker.name), ref=dossier.ref, roles=_listed(roles),
    )  # fmt: skip
    if not kept:
        return say(here, text)
    stays = tr("Vous gardez ce qui ne se transfère pas ({roles}).", roles=_listed(sorted(kept)))
    return say(here, tr("{done} {stays}", done=text, stays=stays))


def _taken_back(here: Here, dossier: Dossier, given: tuple[Transfer, ...]) -> Answer:
    """What was handed to a colleague comes back to whoever handed it: the wrong one, or one who is away."""
    moved = transfers.taken_back(dossier, here.person.id)
    _keep(here, dossier, moved)
    roles = tuple(dict.fromkeys(t.role for t in given))
    _journal(here, moved, here.person, roles)
    _untell(here, moved, given)
    takers = tuple(names.person(here.unit, id_) for id_ in dict.fromkeys(t.taken for t in given))
    text = tr(
        "C'est fait : vos messages sur {ref} vous reviennent ({roles}). Ce que {names} y tient par ailleurs ne change pas.",
        ref=dossier.ref, roles=_listed(roles), names=joined(map(names.called, takers), ", "),
    )  # fmt: skip
    return say(here, text)


def _keep(here: Here, dossier: Dossier, moved: Dossier) -> None:
    here.unit.dossiers.save(moved, dossier.version)
    clocks.keep(here.unit, moved, here.now)
    notices.refresh(here, moved)
    if here.unit.ateliers.platforms(moved.ref):
        gathering.gather(here.unit, moved, here.now)


def _untell(here: Here, dossier: Dossier, ended: Sequence[Transfer]) -> None:
    """Whoever had been handed a part is told that it is theirs to follow no more."""
    for taken in dict.fromkeys(t.taken for t in ended):
        former = names.person(here.unit, taken)
        if not dossier.roles_of(former):
            continue
        roles = tuple(t.role for t in ended if t.taken == taken)
        text = tr(
            "{who} ne vous confie plus sa part sur {subject} ({roles}) : ses messages ne vous arrivent plus à ce titre.",
            who=raw(here.person.name), subject=names.subject(dossier), roles=_listed(roles),
        )  # fmt: skip
        notices.to_person(here, dossier, former, text)


def _listed(roles: tuple[Role, ...] | list[Role]) -> Text:
    return joined((tr(ROLES[role]) for role in roles), ", ")


def _journal(here: Here, dossier: Dossier, taker: Person, roles: tuple[Role, ...]) -> None:
    for role in roles:
        by = By(person=here.person.id, role=role, at=here.now)
        details = {"personne": taker.id, "role": role}
        here.unit.journal.write(
            dossier.ref, what=TRANSFERRED, by=by, at=here.now, from_state=dossier.state, to_state=dossier.state,
            details=details,
        )  # fmt: skip


def _tell(here: Here, dossier: Dossier, taker: Person, roles: tuple[Role, ...]) -> None:
    text = tr(
        "{who} vous transfère sa part sur {subject} ({roles}) : ses messages vous arrivent, et vous préparez à sa place. "
        "Ses pouvoirs de décider ou de signer ne changent pas de main.",
        who=raw(here.person.name), subject=names.subject(dossier), roles=_listed(roles),
    )  # fmt: skip
    notices.to_person(here, dossier, taker, text)
