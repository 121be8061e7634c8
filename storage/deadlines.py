"""The deadlines as rows: a cache of what `atelier.rules` computes, kept so that they can be listed and rung.

What was met or superseded never changes again: its row is written once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from atelier.dossier import Person
from atelier.words import Reference
from chat.text import Text
from storage.engine import Written, written
from storage.prepared import Prepared
from storage.rows import upsert_all
from storage.shown import look, shown
from storage.tables import deadlines, dossiers
from storage.visible import sees_many, sight, unindexed

MANY = 1000
KEYS = ("ref", "rule", "generation")
STATES = Prepared(
    select(deadlines.c.rule, deadlines.c.generation, deadlines.c.state).where(deadlines.c.ref == bindparam("ref"))
)
OF = select(deadlines).where(deadlines.c.ref == bindparam("ref"))


RUNNING = deadlines.c.state == "running"
RUNNING_THERE = unindexed(deadlines.c.state) == "running"
THERE = select(deadlines.c.ref).join(dossiers, dossiers.c.ref == deadlines.c.ref)
NEAREST = (deadlines.c.due, deadlines.c.ref, deadlines.c.rule, deadlines.c.generation)


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """One deadline: instants are aware, in UTC. `state`: running, met, suspended, superseded or expired.

    `explanation` is how the date was reached, sentence by sentence, to be read in the reader's language; or the same,
    `told`, to write it again and again.
    """

    rule: str
    generation: int
    started: datetime
    due: datetime
    state: str
    explanation: tuple[Text, ...] | Written = ()


def told(explanation: tuple[Text, ...]) -> Written:
    """An explanation as it is kept."""
    return Written(written(explanation))


class Deadlines:
    """The deadlines, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, ref: str, rows: Iterable[DeadlineRow]) -> None:
        """Write these deadlines of a dossier, in place of the same ones; the same rows twice change nothing."""
        upsert_all(self._connection, deadlines, [_values(ref, row) for row in rows], KEYS)

    def states(self, ref: str) -> dict[tuple[str, int], str]:
        """The state in which each deadline of a dossier is written, by rule and generation."""
        found = STATES.rows(self._connection, {"ref": ref})
        return {(rule, generation): state for rule, generation, state in found}

    def of(self, ref: str) -> list[DeadlineRow]:
        """The deadlines of a dossier, nearest first."""
        return [row for _, row in self._read(OF, ref=ref)]

    def nearest_for(self, person: Person, limit: int, now: datetime) -> list[Reference]:
        """The requests whose deadlines, of those somebody may see at `now`, are the `limit` nearest to run out."""
        sought = look(self._connection, person)
        nearest = _nearest(sought.shape, along=sees_many(self._connection, sight(person)))
        rows = nearest.column(self._connection, {**sought.values, "limit": limit, "now": now})
        return list(dict.fromkeys(map(Reference, rows)))

    def count_for(self, person: Person, most: int, now: datetime) -> int:
        """How many deadlines somebody may see at `now`, counted up to `most`."""
        sought = look(self._connection, person)
        return int(_counted(sought.shape).one(self._connection, {**sought.values, "most": most, "now": now})[0])

    def running(self, limit: int = MANY) -> list[tuple[Reference, DeadlineRow]]:
        """The deadlines that run, of every dossier, nearest first."""
        return self._read(select(deadlines).where(deadlines.c.state == "running").limit(limit))

    def _read(self, which: Select[tuple[object, ...]], **values: object) -> list[tuple[Reference, DeadlineRow]]:
        found = self._connection.execute(which.order_by(*NEAREST), values)
        return [(Reference(row.ref), _row(row)) for row in found]


@cache
def _nearest(shape: frozenset[str], *, along: bool) -> Prepared:
    """Along the dates, or else the requests first."""
    theirs = THERE.where(shown(shape, along=along), RUNNING if along else RUNNING_THERE)
    return Prepared(theirs.order_by(deadlines.c.due).limit(bindparam("limit")))


@cache
def _counted(shape: frozenset[str]) -> Prepared:
    some = THERE.where(shown(shape), RUNNING_THERE).limit(bindparam("most"))
    return Prepared(select(func.count()).select_from(some.subquery()))


def _values(ref: str, row: DeadlineRow) -> dict[str, object]:
    return {
        "ref": ref,
        "rule": str(row.rule),
        "generation": row.generation,
        "started": row.started,
        "due": row.due,
        "state": str(row.state),
        "explanation": row.explanation,
    }


def _row(row: Row[tuple[object, ...]]) -> DeadlineRow:
    told = tuple(Text.model_validate(text) for text in row.explanation)
    return DeadlineRow(row.rule, row.generation, row.started, row.due, row.state, told)
