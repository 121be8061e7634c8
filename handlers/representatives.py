"""Who stands for each groupement in chat: the contract says it, the directory gives them the role, nobody else."""

from __future__ import annotations

from datetime import datetime

from atelier.contracts import AccordCadre
from atelier.dossier import Holding, Person
from atelier.words import PersonId, Role
from handlers import gathering
from storage.unit import Unit


def scope(contract: AccordCadre, groupement: str) -> str:
    """Where the mandataire's role is held: « grp:CONTRACT/GROUPEMENT »."""
    return f"grp:{contract.code}/{groupement}"


def settle(unit: Unit, contract: AccordCadre, before: AccordCadre | None, now: datetime) -> tuple[Person, ...]:
    """Give the role to who was named, take it from who is named no more; returns who has it now and had not.

    A role the directory gave by itself stays: only what an earlier version of the contract named is taken back. The
    ateliers' channels follow. `now`: an aware instant.
    """
    wanted = _named(contract)
    gone = (_named(before) if before else set()) - wanted
    left = tuple(_left(unit, person, place) for person, place in sorted(gone))
    given = tuple(_given(unit, person, place) for person, place in sorted(wanted) if _lacks(unit, person, place))
    gathering.follow(unit, (*left, *given), now)
    return given


def standing(unit: Unit) -> frozenset[tuple[PersonId, str]]:
    """Who stands for a groupement, and for which (`scope`), by the last version of every contract."""
    return frozenset(named for contract in unit.contracts.all() for named in _named(contract))


def _named(contract: AccordCadre) -> set[tuple[PersonId, str]]:
    return {(person, scope(contract, g.code)) for g in contract.groupements for person in g.representants}


def _left(unit: Unit, person: PersonId, place: str) -> Person:
    """Without the role; returns them as they were."""
    known = unit.people.get(person)
    left = tuple(h for h in known.holdings if (h.role, h.scope) != (Role.MAND, place))
    unit.people.save(known.model_copy(update={"holdings": left}))
    return known


def _lacks(unit: Unit, person: PersonId, place: str) -> bool:
    return not any(h.role is Role.MAND and h.scope == place for h in unit.people.get(person).holdings)


def _given(unit: Unit, person: PersonId, place: str) -> Person:
    known = unit.people.get(person)
    now = known.model_copy(update={"holdings": (*known.holdings, Holding(role=Role.MAND, scope=place))})
    unit.people.save(now)
    return now
