"""Requests for access to the bot, from accounts the directory does not know yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, delete, or_, select, text, update

from atelier.words import PersonId
from chat.cards import Address
from storage.errors import NotFound, Stale
from storage.rows import insert_into, storable
from storage.tables import access

UNDECIDED = text("accepted IS NULL")


@dataclass(frozen=True, slots=True)
class Request:
    """A request for access. `accepted` is None until an administrator answers; `asked` and `decided` are aware, in UTC."""

    id: str
    account: Address
    name: str
    wanted: dict[str, str]
    asked: datetime
    accepted: bool | None
    decided_by: PersonId | None
    decided: datetime | None


class Access:
    """The requests of one transaction."""

    def __init__(self, connection: Connection, ids: Callable[[], str]) -> None:
        self._connection = connection
        self._ids = ids

    def ask(self, account: Address, name: str, wanted: dict[str, str], now: datetime) -> str:
        """Keep a request and return its id; an undecided one of the same account is replaced and keeps its id."""
        said = {"name": storable(name), "wanted": wanted, "asked": now}
        statement = (
            insert_into(self._connection, access)
            .values(id=self._ids(), platform=account.platform, account=account.id, **said)
            .on_conflict_do_update(index_elements=["platform", "account"], index_where=UNDECIDED, set_=said)
            .returning(access.c.id)
        )
        return str(self._connection.execute(statement).scalar_one())

    def get(self, request: str) -> Request:
        """The request of this id. Raises NotFound."""
        row = self._connection.execute(select(access).where(access.c.id == request)).one_or_none()
        if row is None:
            raise NotFound(request)
        return _request(row)

    def of(self, account: Address) -> Request | None:
        """The request of this account that nobody has answered yet, if there is one."""
        theirs = (access.c.platform == account.platform) & (access.c.account == account.id)
        row = self._connection.execute(select(access).where(theirs, UNDECIDED)).one_or_none()
        return None if row is None else _request(row)

    def made_by(self, person: PersonId, accounts: Iterable[Address]) -> list[Request]:
        """Every request of these accounts, answered or not, and of the one this person entered from, the oldest first."""
        entered = access.c.platform.concat("-").concat(access.c.account) == person
        theirs = ((access.c.platform == one.platform) & (access.c.account == one.id) for one in accounts)
        found = select(access).where(or_(entered, *theirs)).order_by(access.c.asked, access.c.id)
        return [_request(row) for row in self._connection.execute(found)]

    def erase(self, requests: Iterable[str]) -> None:
        """Keep nothing more of these requests, by id: neither the name, nor the account, nor the answer."""
        self._connection.execute(delete(access).where(access.c.id.in_(list(requests))))

    def waiting(self, limit: int) -> list[Request]:
        """Those that nobody has answered yet, the oldest first."""
        found = select(access).where(UNDECIDED).order_by(access.c.asked, access.c.id).limit(limit)
        return [_request(row) for row in self._connection.execute(found)]

    def decide(self, request: str, by: PersonId, now: datetime, accepted: bool) -> None:  # noqa: FBT001 - the decision itself
        """Answer a request, once. Raises NotFound, or Stale when it was answered already."""
        open_ = (access.c.id == request) & access.c.accepted.is_(None)
        values = {"accepted": accepted, "decided_by": by, "decided": now}
        if self._connection.execute(update(access).where(open_).values(values)).rowcount != 1:
            self.get(request)
            raise Stale(request)

    def forget(self, before: datetime) -> int:
        """Forget who was refused before then: nothing of theirs is needed any more. Returns how many.

        The others stay: an accepted request tells who let somebody in, one without its answer still waits for it.
        """
        refused = access.c.accepted.is_(False) & (access.c.decided < before)
        return self._connection.execute(delete(access).where(refused)).rowcount


def _request(row: Row[tuple[object, ...]]) -> Request:
    account = Address(platform=row.platform, id=row.account)
    by = PersonId(row.decided_by) if row.decided_by else None
    return Request(row.id, account, row.name, dict(row.wanted), row.asked, row.accepted, by, row.decided)
