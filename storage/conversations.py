"""Where each conversation with the bot stands: a question waiting for its answer, a preview waiting to be confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select

from chat.cards import Address
from storage.prepared import Prepared
from storage.rows import upsert, upsert_all
from storage.tables import cards, conversations, lanes, outbox, threads

HERE = (conversations.c.platform == bindparam("at_platform")) & (conversations.c.account == bindparam("at_account"))
AMONG = Prepared(
    select(conversations.c.account, conversations.c.data).where(
        conversations.c.platform == bindparam("at_platform"),
        conversations.c.account.in_(bindparam("accounts", expanding=True)),
    )
)
AT, END = Prepared(select(conversations.c.data).where(HERE)), Prepared(delete(conversations).where(HERE))


class Conversations:
    """One state per address; what it holds is the handlers' own (plain JSON)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def at(self, address: Address) -> dict[str, Any] | None:
        """What is kept at an address, or None."""
        found = AT.value(self._connection, _at(address))
        return None if found is None else dict(found)

    def among(self, platform: str, accounts: Iterable[str]) -> dict[str, dict[str, Any]]:
        """What is kept at several addresses of a platform, by account; nothing for those that keep nothing."""
        found = AMONG.rows(self._connection, {"at_platform": platform, "accounts": list(accounts)})
        return {account: dict(data) for account, data in found}

    def keep(self, address: Address, data: dict[str, Any]) -> None:
        """Keep this, in place of what was there."""
        values = {"platform": address.platform, "account": address.id, "data": data}
        upsert(self._connection, conversations, values, ("platform", "account"))

    def keep_all(self, kept: Mapping[Address, dict[str, Any]]) -> None:
        """Keep each of these, in place of what was there."""
        rows = [{"platform": address.platform, "account": address.id, "data": data} for address, data in kept.items()]
        upsert_all(self._connection, conversations, rows, ("platform", "account"))

    def end(self, address: Address) -> None:
        """Keep nothing any more at this address."""
        END.changed(self._connection, _at(address))

    def every(self, platform: str) -> dict[Address, dict[str, Any]]:
        """All that is kept of one kind (a platform's name, or the handlers' own word), by address."""
        found = select(conversations).where(conversations.c.platform == platform).order_by(conversations.c.account)
        rows = self._connection.execute(found)
        return {Address(platform=row.platform, id=row.account): dict(row.data) for row in rows}

    def letters(self, place: Address) -> int:
        """How many messages to a place are kept: those that wait, those posted and not forgotten yet, those refused."""
        counted = select(func.count()).select_from(outbox)
        there = (outbox.c.platform == place.platform) & (outbox.c.place == place.id)
        return int(self._connection.execute(counted.where(there)).scalar_one())

    def close(self, place: Address) -> int:
        """Keep nothing of what was said in a place, sent or not, nor of the cards shown there; returns how many messages.

        Whoever was carrying a message there finds that the place is no longer theirs.
        """
        for table in (lanes, cards, threads):
            there = (table.c.platform == place.platform) & (table.c.place == place.id)
            self._connection.execute(delete(table).where(there))
        said = (outbox.c.platform == place.platform) & (outbox.c.place == place.id)
        return self._connection.execute(delete(outbox).where(said)).rowcount


def _at(address: Address) -> dict[str, str]:
    return {"at_platform": address.platform, "at_account": address.id}
