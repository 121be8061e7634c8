"""The tables. Alembic compares the database with this file; a test holds them equal.

Codes of ours have a length; what people or platforms write has none: SQLite would not check it, PostgreSQL would refuse.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(TypeDecorator[datetime]):
    """An instant: kept in UTC, always aware. Refuses naive values."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """On SQLite the text itself: a decision keeps some fifteen instants, and SQLAlchemy's own way takes longer."""
        return _as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else _utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        msg = "a naive datetime cannot be stored"
        raise ValueError(msg)
    return value.astimezone(UTC)


def _as_text(value: datetime | None) -> str | None:
    """As SQLAlchemy writes one on SQLite: « 2026-11-25 08:30:00.000000 », in UTC."""
    if value is None:
        return None
    return (value if value.tzinfo is UTC else _utc(value)).isoformat(" ", "microseconds").removesuffix("+00:00")


people = Table(
    "people", metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("plain", String, nullable=False, index=True),  # the name without accents nor case: people are looked for by it
    Column("active", Boolean, nullable=False),
    Column("data", JSON, nullable=False),
)  # fmt: skip
holdings = Table(
    "holdings", metadata,
    Column("person", ForeignKey("people.id"), primary_key=True),
    Column("role", String(20), primary_key=True),
    Column("scope", String(80), primary_key=True),
    Index(None, "role", "scope"),
)  # fmt: skip
accounts = Table(
    "accounts", metadata,
    Column("platform", String(40), primary_key=True),
    Column("account", String, primary_key=True),
    Column("person", ForeignKey("people.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),  # the smallest is the preferred one
)  # fmt: skip
access = Table(
    "access", metadata,
    Column("id", String(64), primary_key=True),
    Column("platform", String(40), nullable=False),
    Column("account", String, nullable=False),
    Column("name", String, nullable=False),
    Column("wanted", JSON, nullable=False),
    Column("asked", Utc, nullable=False),
    Column("accepted", Boolean),
    Column("decided_by", String),
    Column("decided", Utc),
    # one undecided request per account, even when two are sent at once
    Index("ix_access_undecided", "platform", "account", unique=True,
          sqlite_where=text("accepted IS NULL"), postgresql_where=text("accepted IS NULL")),
)  # fmt: skip
counters = Table(
    "counters", metadata,
    Column("name", String(60), primary_key=True),
    Column("value", Integer, nullable=False),
)  # fmt: skip
dossiers = Table(
    "dossiers", metadata,
    Column("ref", String(20), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("departement", String(3), nullable=False),
    Column("arrival", Integer, unique=True),
    Column("opened", Utc, nullable=False),
    Column("since", Utc, nullable=False),
    Column("data", JSON, nullable=False),
    Index(None, "state", "arrival"),
    Index(None, "departement", "since"),
    Index(None, "since", "ref"),
)  # fmt: skip
territories = Table(
    "dossier_territories", metadata,
    Column("ref", ForeignKey("dossiers.ref"), primary_key=True),
    Column("code", String(20), primary_key=True, index=True),
)  # fmt: skip
members = Table(
    "dossier_members", metadata,
    Column("ref", ForeignKey("dossiers.ref"), primary_key=True),
    Column("person", String, primary_key=True, index=True),
    Column("role", String(20), primary_key=True),
)  # fmt: skip
spoken = Table(
    "dossier_words", metadata,
    Column("ref", ForeignKey("dossiers.ref"), primary_key=True),
    Column("words", Text, nullable=False),  # its territory and its service, without accents nor case: looked for by them
)  # fmt: skip
journal = Table(
    "journal", metadata,
    Column("ref", String(20), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("what", String, nullable=False),
    Column("pseudonym", String(64), nullable=False),
    Column("behalf", String(64), nullable=False),  # the pseudonym of whom it was done for, or nothing
    Column("role", String(20), nullable=False),
    Column("at", Utc, nullable=False),
    Column("local", String(40), nullable=False),
    Column("from_state", String(20), nullable=False),
    Column("to_state", String(20), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("message", String, nullable=False),
    Column("mac", String(64), nullable=False),
)  # fmt: skip
journal_texts = Table(
    "journal_texts", metadata,
    Column("ref", String(20), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("salt", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("details", JSON, nullable=False),
)  # fmt: skip
journal_heads = Table(
    "journal_heads", metadata,
    Column("ref", String(20), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("mac", String(64), nullable=False),
    Column("seal", String(64), nullable=False),  # without it, cutting the last rows off would not show
)  # fmt: skip
pseudonyms = Table(
    "pseudonyms", metadata,
    Column("pseudonym", String(64), primary_key=True),
    Column("person", String, nullable=False, unique=True),
)  # fmt: skip
inbox = Table(
    "inbox", metadata,
    Column("key", String, primary_key=True),
    Column("at", Utc, nullable=False, index=True),
)  # fmt: skip
PENDING = text("state IN ('waiting', 'sending')")
outbox = Table(
    "outbox", metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("platform", String(40), nullable=False),
    Column("place", String, nullable=False),
    Column("message", JSON(none_as_null=True)),
    Column("key", String, nullable=False),
    Column("thread", String, nullable=False),
    Column("ref", String(20), nullable=False),
    Column("audience", String, nullable=False),
    Column("lang", String(5), nullable=False),
    Column("written", Utc, nullable=False),  # the procedure's hour: shown, never compared with the machine's
    Column("state", String(10), nullable=False),  # waiting, sending, posted, dead
    Column("doubt", Boolean, nullable=False),  # a try was begun whose end is unknown
    Column("attempts", Integer, nullable=False),
    Column("post", String),
    Column("reason", String),
    # what is left to carry stays quick to find however many letters were posted
    Index("ix_outbox_pending", "platform", "place", "seq", sqlite_where=PENDING, postgresql_where=PENDING),
    # and so does a card that already waits in its place, while the platform is down and letters pile up; the key comes
    # first, or SQLite takes this index for a place's letters in order, and sorts them all
    Index("ix_outbox_card", "key", "platform", "place", sqlite_where=PENDING, postgresql_where=PENDING),
    Index(None, "state"),
    sqlite_autoincrement=True,
)  # fmt: skip
lanes = Table(
    "lanes", metadata,
    Column("platform", String(40), primary_key=True),
    Column("place", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("lease", Integer, nullable=False),  # goes up with each lease: whoever holds an older one is out
    Column("leased_until", Utc),
    Column("not_before", Utc),
)  # fmt: skip
leases = Table(
    "leases", metadata,
    Column("name", String(60), primary_key=True),
    Column("holder", String, nullable=False),
    Column("until", BigInteger, nullable=False),  # seconds since 1970, on the database's clock
)  # fmt: skip
cards = Table(
    "cards", metadata,
    Column("key", String, primary_key=True),
    Column("platform", String(40), primary_key=True),
    Column("place", String, primary_key=True),
    Column("post", String, nullable=False),
    Column("ref", String(20), nullable=False, index=True),
    Column("audience", String, nullable=False),
)  # fmt: skip
threads = Table(
    "threads", metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("key", String, nullable=False),
    Column("platform", String(40), nullable=False),
    Column("place", String, nullable=False),
    Column("post", String, nullable=False),
    Column("ref", String(20), nullable=False),
    Column("audience", String, nullable=False),
    UniqueConstraint("key", "platform", "place", name="uq_threads_once"),
    Index(None, "platform", "place", "post"),
)  # fmt: skip
deadlines = Table(
    "deadlines", metadata,
    Column("ref", String(20), primary_key=True),
    Column("rule", String(40), primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("started", Utc, nullable=False),
    Column("due", Utc, nullable=False),
    Column("state", String(12), nullable=False),
    Column("explanation", JSON, nullable=False),
    Index(None, "state", "due"),
)  # fmt: skip
reminders = Table(
    "reminders", metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("ref", String(20), nullable=False),
    Column("rule", String(40), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("recipient", String, nullable=False),
    Column("planned", Utc, nullable=False),  # what the deadline wants; `due` differs once snoozed
    Column("due", Utc, nullable=False),
    Column("escalates", Boolean, nullable=False),
    Column("state", String(10), nullable=False),  # waiting, unwanted, sent, cancelled
    Index(None, "state", "due"),
    UniqueConstraint("ref", "rule", "generation", "kind", "ordinal", "recipient", name="uq_reminders_once"),
    sqlite_autoincrement=True,
)  # fmt: skip
conversations = Table(
    "conversations", metadata,
    Column("platform", String(40), primary_key=True),
    Column("account", String, primary_key=True),
    Column("data", JSON, nullable=False),
)  # fmt: skip
files = Table(
    "files", metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String, nullable=False),
    Column("mime", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("at", Utc, nullable=False),
    Column("content", LargeBinary, nullable=False),
)  # fmt: skip
