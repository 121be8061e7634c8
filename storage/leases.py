"""Leadership: one process at a time does what must not be done by two. Counted on the database's own clock."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, cast, delete, func, or_, select, update
from sqlalchemy import Integer as Seconds

from storage.rows import insert_new
from storage.tables import leases


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds what; `left` is the seconds before it ends, below zero once it has."""

    name: str
    holder: str
    left: int


class Leases:
    """The leases, inside one transaction. No process's clock is compared with another's."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, name: str, holder: str, seconds: int) -> bool:
        """Take a lease, or keep one that is ours, for so many seconds; False while somebody else holds it."""
        insert_new(self._connection, leases, {"name": name, "holder": holder, "until": 0})
        now = self._now()
        ours = and_(leases.c.name == name, or_(leases.c.holder == holder, leases.c.until <= now))
        taken = update(leases).where(ours).values(holder=holder, until=now + seconds)
        return self._connection.execute(taken).rowcount == 1

    def left(self, name: str) -> int | None:
        """How many seconds before a lease ends, below zero once it has; None when nobody ever took it."""
        found = select(leases.c.until - self._now()).where(leases.c.name == name)
        return self._connection.execute(found).scalar_one_or_none()

    def named(self, prefix: str) -> list[Lease]:
        """The leases whose name begins so, by name; what was given back is not there."""
        found = select(leases.c.name, leases.c.holder, leases.c.until - self._now()).where(_begins(prefix))
        return [Lease(*row) for row in self._connection.execute(found.order_by(leases.c.name)).all()]

    def forget(self, prefix: str, seconds: int) -> None:
        """Forget those whose name begins so and that ended more than so many seconds ago."""
        self._connection.execute(delete(leases).where(_begins(prefix), leases.c.until < self._now() - seconds))

    def give_back(self, name: str, holder: str) -> None:
        """Let somebody else take it at once."""
        self._connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))

    def _now(self) -> ColumnElement[int]:
        """The database's hour, in seconds since 1970."""
        if self._connection.dialect.name == "postgresql":
            return cast(func.extract("epoch", func.clock_timestamp()), BigInteger)
        return cast(func.strftime("%s", "now"), Seconds)


def _begins(prefix: str) -> ColumnElement[bool]:
    return leases.c.name.startswith(prefix, autoescape=True)
