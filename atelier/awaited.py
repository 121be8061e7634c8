"""Whose turn it is: who owes the next move of a dossier, state by state. A test holds each state to its rows."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from atelier.dossier import Dossier
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


def awaited(dossier: Dossier) -> tuple[Role, ...]:
    """The roles whose move is awaited now, in what is recorded as it stands; empty in a final state."""
    finer = _FINER.get(dossier.state)
    found = finer(dossier) if finer else None
    return AWAITED.get(dossier.state, ()) if found is None else found


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

_FINER: MappingProxyType[State, Callable[[Dossier], tuple[Role, ...] | None]] = MappingProxyType(
    {
        State.DESIGNATION: _designation,
        State.NOTE_REMISE: _note,
        State.AJOURNE: _adjourned,
        State.RECU: _received,
    }
)
