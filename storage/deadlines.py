"""The deadlines as rows: a cache of what `atelier.rules` computes, kept so that they can be listed and rung."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, Select, bindparam, delete, insert, select

from atelier.words import Reference
from chat.text import Text
from storage.tables import deadlines

MANY = 1000
ADD, CLEAR = insert(deadlines), delete(deadlines).where(deadlines.c.ref == bindparam("ref"))


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """One deadline: instants are aware, in UTC. `state`: running, met, suspended, superseded or expired.

    `explanation` is how the date was reached, sentence by sentence, to be read in the reader's language.
    """

    rule: str
    generation: int
    started: datetime
    due: datetime
    state: str
    explanation: tuple[Text, ...] = ()


class Deadlines:
    """The deadlines, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, ref: str, rows: Iterable[DeadlineRow]) -> None:
        """Replace the deadlines of a dossier by these; the same rows twice change nothing."""
        self._connection.execute(CLEAR, {"ref": ref})
        values = [_values(ref, row) for row in rows]
        if values:
            self._connection.execute(ADD, values)

    def of(self, ref: str) -> list[DeadlineRow]:
        """The deadlines of a dossier, nearest first."""
        return [row for _, row in self._read(select(deadlines).where(deadlines.c.ref == ref))]

    def running(self, limit: int = MANY) -> list[tuple[Reference, DeadlineRow]]:
        """The deadlines that run, of every dossier, nearest first."""
        return self._read(select(deadlines).where(deadlines.c.state == "running").limit(limit))

    def _read(self, which: Select[tuple[object, ...]]) -> list[tuple[Reference, DeadlineRow]]:
        order = (deadlines.c.due, deadlines.c.ref, deadlines.c.rule, deadlines.c.generation)
        return [(Reference(row.ref), _row(row)) for row in self._connection.execute(which.order_by(*order))]


def _values(ref: str, row: DeadlineRow) -> dict[str, object]:
    return {
        "ref": ref,
        "rule": str(row.rule),
        "generation": row.generation,
        "started": row.started,
        "due": row.due,
        "state": str(row.state),
        "explanation": [text.model_dump(mode="json") for text in row.explanation],
    }


def _row(row: Row[tuple[object, ...]]) -> DeadlineRow:
    told = tuple(Text.model_validate(text) for text in row.explanation)
    return DeadlineRow(row.rule, row.generation, row.started, row.due, row.state, told)
