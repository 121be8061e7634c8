"""Letters and the places leased for them; messages written at once, how many wait, those posted long ago, forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from chat.cards import Address, Message
from storage.prepared import Prepared
from storage.tables import outbox

AT_ONCE = 500
"""How many letters a transaction forgets: people's gestures go in between."""
OLDEST = Prepared(
    select(outbox.c.seq, outbox.c.written).where(outbox.c.state == "posted").order_by(outbox.c.seq).limit(AT_ONCE)
)
FORGET = Prepared(delete(outbox).where(outbox.c.seq.in_(bindparam("these", expanding=True))))


@dataclass(frozen=True, slots=True)
class Written:
    """A message to put in the outbox, about a dossier, in the language of whoever reads it."""

    place: Address
    message: Message
    ref: str
    lang: str


@dataclass(frozen=True, slots=True)
class Stats:
    """How many letters wait, and how many are dead."""

    waiting: int
    dead: int


@dataclass(frozen=True, slots=True)
class Lane:
    """A place leased to us, until `until` (the machine's hour, aware)."""

    place: Address
    holder: str
    lease: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to carry; `message` is None for a card, drawn by its key when it is sent."""

    id: str
    seq: int
    place: Address
    message: Message | None
    key: str
    thread: str
    ref: str
    audience: str
    lang: str
    attempts: int
    lane: Lane


def read(row: Any, lane: Lane) -> Letter:
    """The letter of a row of the outbox."""
    message = Message.model_validate(row.message) if row.message is not None else None
    return Letter(
        row.id, row.seq, lane.place, message, row.key, row.thread, row.ref, row.audience, row.lang, row.attempts, lane
    )


def forget_posted(connection: Connection, before: datetime) -> int:
    """Forget the letters posted that were written before (the procedure's hour); returns how many, a batch at most.

    Only the oldest are looked at. A card knows its post by itself (`storage/cards.py`); a letter that waits, is in doubt
    or is dead is kept whatever its age.
    """
    old = [row.seq for row in OLDEST.rows(connection) if row.written < before]
    if old:
        FORGET.changed(connection, {"these": old})
    return len(old)
