"""Numbers given once: references, arrivals."""

from __future__ import annotations

from sqlalchemy import Connection

from storage.rows import insert_into
from storage.tables import counters


class Counters:
    """The counters, inside one transaction: a number goes back when the transaction is rolled back, so none is lost."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def next(self, name: str) -> int:
        """The next number of a counter, from 1. Another transaction that takes one waits for this one's end."""
        statement = (
            insert_into(self._connection, counters)
            .values(name=name, value=1)
            .on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1})
            .returning(counters.c.value)
        )
        return int(self._connection.execute(statement).scalar_one())

    def at_least(self, name: str, value: int) -> None:
        """The counter goes past a number given elsewhere: the next one is above `value`. It never goes back.

        Another transaction that takes a number of this counter waits for this one's end.
        """
        statement = insert_into(self._connection, counters).values(name=name, value=value)
        higher = statement.excluded.value
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["name"], set_={"value": higher}, where=counters.c.value < higher
            )
        )
