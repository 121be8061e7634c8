"""Who is away, from which day to which, and who is told in their place. An absence moves messages, never a power."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from atelier.words import PersonId
from storage.atelier_tables import absences
from storage.prepared import Prepared
from storage.rows import upsert

ON = Prepared(
    select(absences)
    .where(absences.c.first <= bindparam("day"), absences.c.last >= bindparam("day"))
    .order_by(absences.c.first)
)


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody away, both days included, local to them; `substitute` is empty when nobody was named."""

    person: PersonId
    first: date
    last: date
    substitute: PersonId


class Absences:
    """The absences, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def declare(self, absence: Absence) -> None:
        """Keep an absence; one that begins the same day is replaced."""
        values = {
            "person": absence.person, "first": absence.first, "last": absence.last, "substitute": absence.substitute,
        }  # fmt: skip
        upsert(self._connection, absences, values, ("person", "first"))

    def end(self, person: PersonId, today: date) -> int:
        """Forget what is left of somebody's absences from `today` on; returns how many there were."""
        gone = delete(absences).where(absences.c.person == person, absences.c.last >= today)
        return self._connection.execute(gone).rowcount

    def of(self, person: PersonId, today: date) -> tuple[Absence, ...]:
        """Somebody's absences that are not over, the nearest first."""
        found = select(absences).where(absences.c.person == person, absences.c.last >= today)
        return tuple(_absence(row) for row in self._connection.execute(found.order_by(absences.c.first)))

    def covered_by(self, substitute: PersonId, first: date, last: date) -> tuple[Absence, ...]:
        """The absences in which somebody stands in, one day at least of these, the nearest first."""
        within = (absences.c.substitute == substitute, absences.c.first <= last, absences.c.last >= first)
        found = select(absences).where(*within).order_by(absences.c.first, absences.c.person)
        return tuple(_absence(row) for row in self._connection.execute(found))

    def on(self, day: date) -> Mapping[PersonId, Absence]:
        """Who is away that day."""
        return {PersonId(row.person): _absence(row) for row in ON.rows(self._connection, {"day": day})}


def _absence(row: Any) -> Absence:
    return Absence(PersonId(row.person), row.first, row.last, PersonId(row.substitute))
