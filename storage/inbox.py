"""What was already received: platforms send an event again when our answer was late."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, delete, func, select

from storage.rows import insert_new, storable
from storage.tables import inbox

LONGEST = 300
"""Platforms' own ids are far shorter; an index of PostgreSQL refuses much longer ones."""


class Inbox:
    """The keys of the events handled, inside one transaction: an event that failed is not kept as seen."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def seen(self, key: str, now: datetime) -> bool:
        """True when this key came before; else keep it. The same event being handled elsewhere is waited for."""
        return not insert_new(self._connection, inbox, {"key": _short(key), "at": now})

    def known(self, key: str) -> bool:
        """True when this key came before; nothing is kept."""
        return self._connection.execute(select(inbox.c.key).where(inbox.c.key == _short(key))).first() is not None

    def prune(self, before: datetime) -> int:
        """Forget the keys older than `before`; returns how many."""
        return self._connection.execute(delete(inbox).where(inbox.c.at < before)).rowcount

    def last(self, platform: str) -> datetime | None:
        """When an event of this platform was last handled (aware, in UTC), or None when none ever was."""
        mine = inbox.c.key.startswith(f"{platform}:", autoescape=True)
        found: datetime | None = self._connection.execute(select(func.max(inbox.c.at)).where(mine)).scalar_one()
        return found


def _short(key: str) -> str:
    clean = storable(key)
    return clean if len(clean) <= LONGEST else sha256(clean.encode()).hexdigest()
