"""« transférer REF @personne »: a colleague gets my messages on a dossier, and prepares in my place."""

from __future__ import annotations

from atelier import transfers
from atelier.dossier import By, Dossier, Person
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
    taker = colleagues.named(here, typed)
    mine = {t.role for t in transfers.given_by(dossier, here.person.id) if t.taken == taker.id}
    if mine >= set(roles):
        raise Refused(
            fr("{name} a déjà reçu votre part sur {ref} : rien n'est changé."), name=taker.name, ref=dossier.ref
        )
    moved = dossier
    for role in roles:
        by = By(person=here.person.id, role=role, at=here.now)
        moved = transfers.handed(moved, taker.id, role, by)
    here.unit.dossiers.save(moved, dossier.version)
    _journal(here, moved, taker, roles)
    clocks.keep(here.unit, moved, here.now)
    notices.refresh(here, moved)
    if here.unit.ateliers.platforms(moved.ref):
        gathering.gather(here.unit, moved, here.now)
    _tell(here, moved, taker, roles)
    kept = dossier.roles_of(here.person) - set(roles)
    text = tr(
        "C'est fait : {name} reçoit vos messages sur {ref} et prépare à votre place ({roles}).",
        name=raw(taker.name), ref=dossier.ref, roles=_listed(roles),
    )  # fmt: skip
    if not kept:
        return say(here, text)
    stays = tr("Vous gardez ce qui ne se transfère pas ({roles}).", roles=_listed(sorted(kept)))
    return say(here, tr("{done} {stays}", done=text, stays=stays))


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
