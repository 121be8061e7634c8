"""Whose turn it is: who owes the next move of a dossier, state by state. A test holds each state to its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from types import MappingProxyType

from atelier.calendar import local_day
from atelier.dossier import Dossier, Holding, Person
from atelier.parts import PARTIES
from atelier.words import Role, State

BEARERS = (Role.SVC, Role.COLL)

AWAITED: MappingProxyType[State, tuple[Role, ...]] = MappingProxyType(
    {
        State.BROUILLON: BEARERS,
        State.TRANSMISE: (Role.AD1I,),
        State.EN_ECHANGE: (Role.AD1I, Role.AD1V),
        State.A_COMPLETER: BEARERS,
        State.VALIDEE: (Role.AD1V,),
        State.ACTE: (Role.AD1V,),
        State.DESIGNATION: (Role.AD1V,),
        State.CASCADE_EPUISEE: (Role.AD1V,),
        State.DESIGNE: (Role.AD1B,),
        State.CREDITS_DELEGUES: (Role.SVC_SIGN, Role.SVC),
        State.APPROPRIATION: (Role.MAND,),
        State.NOTE_REMISE: (Role.SVC_SIGN, Role.COLL_SIGN),
        State.NOTE_VALIDEE: (Role.SVC_SIGN, Role.SVC),
        State.ANIMATION: (Role.SVC,),
        State.RESTITUTION: (Role.MAND,),
        State.LIVRABLE_DECLARE: (Role.SVC,),
        State.LIVRABLE_REMIS: (Role.SVC_SIGN,),
        State.AJOURNE: (Role.MAND,),
        State.REJETE: (Role.MAND,),
        State.RECU: (Role.SVC,),
        State.SUSPENDU: (Role.SVC, Role.AD1V),
    }
)
"""Every state that is not an end has somebody."""


def lapsed(person: Person, dossier: Dossier, role: Role, now: datetime) -> Holding | None:
    """The delegation of signature by which they hold this role and that is not in force today, when it is all they have.

    A holding without days counts any day; a dated one counts between its two days, included, where the atelier is.
    """
    if not any(h.begins or h.ends for h in person.holdings):
        return None
    within = dossier.scopes()
    held = [h for h in person.holdings if h.role == role and h.scope in within]
    dated = [h for h in held if h.begins or h.ends]
    if not held or len(dated) < len(held):
        return None
    today = local_day(now, dossier.departement)
    if any((h.begins or today) <= today <= (h.ends or today) for h in dated):
        return None
    return dated[0]


def able(people: Iterable[Person], dossier: Dossier, roles: Iterable[Role], now: datetime) -> tuple[Person, ...]:
    """Those who may act today in one of these roles: who is asked is who may."""
    asked, within = frozenset(roles), dossier.scopes()
    return tuple(
        p for p in people if any(lapsed(p, dossier, role, now) is None for role in asked & dossier.roles_of(p, within))
    )


def awaited(dossier: Dossier) -> tuple[Role, ...]:
    """The roles whose move is awaited now, in what is recorded as it stands; empty in a final state."""
    finer = _FINER.get(dossier.state)
    found = finer(dossier) if finer else None
    return AWAITED.get(dossier.state, ()) if found is None else found


def may_await(roles: Iterable[Role]) -> tuple[State, ...]:
    """The states in which one of these roles may be awaited: what is recorded has the last word (`awaited`)."""
    asked = frozenset(roles)
    return tuple(state for state in State if asked & {*AWAITED.get(state, ()), *_RECORDED.get(state, ())})


def _designation(dossier: Dossier) -> tuple[Role, ...] | None:
    """The groupement asked, until it has answered."""
    asked = dossier.mission_().asked()
    if asked is None or asked.answer:
        return None
    return (Role.MAND,) if asked.receipt else (Role.MAND, Role.AD1V)


def _note(dossier: Dossier) -> tuple[Role, ...] | None:
    """The parties that have not approved the note yet."""
    note = dossier.mission_().note
    return note.awaited if note else None


def _adjourned(dossier: Dossier) -> tuple[Role, ...] | None:
    """The holder, or the signatory once the holder has refused."""
    handed = dossier.mission_().livrable
    refused = handed is not None and handed.adjournment is not None and handed.adjournment.answer == "refuse"
    return (Role.SVC_SIGN,) if refused else None


def _received(dossier: Dossier) -> tuple[Role, ...] | None:
    """The service while something is to be done now; AD1 to close; nobody between, when payment or follow-up is due later."""
    mission = dossier.mission_()
    if mission.elus is None or any(order.asked is None for order in mission.commandes):
        return None
    paid = all(order.paid for order in mission.commandes)
    return (Role.AD1I,) if paid and len(mission.suivis) == FOLLOW_UPS else ()


FOLLOW_UPS = 2

_RECORDED: MappingProxyType[State, tuple[Role, ...]] = MappingProxyType(
    {
        State.DESIGNATION: (Role.MAND, Role.AD1V),
        State.NOTE_REMISE: PARTIES,
        State.AJOURNE: (Role.SVC_SIGN,),
        State.RECU: (Role.AD1I,),
    }
)
"""Whom what is recorded may await, state by state."""

_FINER: MappingProxyType[State, Callable[[Dossier], tuple[Role, ...] | None]] = MappingProxyType(
    {
        State.DESIGNATION: _designation,
        State.NOTE_REMISE: _note,
        State.AJOURNE: _adjourned,
        State.RECU: _received,
    }
)
