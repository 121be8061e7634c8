"""A unit of work: everything one event changes, kept or lost together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, Engine

from storage.absences import Absences
from storage.access import Access
from storage.ateliers import Ateliers
from storage.cards import Cards
from storage.commandes import Commandes
from storage.contracts import Contracts
from storage.conversations import Conversations
from storage.counters import Counters
from storage.deadlines import Deadlines
from storage.dossiers import Dossiers
from storage.errors import answering
from storage.files import Files
from storage.inbox import Inbox
from storage.journal import Journal
from storage.leases import Leases
from storage.outbox import Outbox
from storage.people import People
from storage.prepared import run
from storage.reminders import Reminders
from storage.threads import Threads
from storage.workspaces import Workspaces

Ids = Callable[[], str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unit:
    """The repositories of one transaction."""

    people: People
    access: Access
    counters: Counters
    dossiers: Dossiers
    journal: Journal
    inbox: Inbox
    outbox: Outbox
    cards: Cards
    threads: Threads
    deadlines: Deadlines
    reminders: Reminders
    conversations: Conversations
    files: Files
    leases: Leases
    contracts: Contracts
    commandes: Commandes
    ateliers: Ateliers
    absences: Absences
    workspaces: Workspaces


@dataclass(frozen=True, slots=True)
class Units:
    """Opens units of work on an engine. `secret` seals the journal; `ids` gives unguessable identifiers."""

    engine: Engine
    secret: bytes
    ids: Ids

    @contextmanager
    def begin(self) -> Iterator[Unit]:
        """One transaction: committed at the end, rolled back by any exception. Raises Away when the database is."""
        with answering(), self.engine.begin() as connection:
            unit = self._unit(connection)
            yield unit
            unit.outbox.flush()

    def run(self, move: Callable[[Unit], T]) -> T:
        """What `move` returns, once its transaction is committed. Its exceptions pass, and then nothing is kept."""
        with self.begin() as unit:
            return move(unit)

    @contextmanager
    def together(self) -> Iterator[Together]:
        """One transaction of SQLite for several units: committed at the end, rolled back by any exception."""
        with answering(), self.engine.begin() as connection:
            yield Together(connection, self._unit)

    def _unit(self, connection: Connection) -> Unit:
        return Unit(
            People(connection),
            Access(connection, self.ids),
            Counters(connection),
            Dossiers(connection),
            Journal(connection, self.secret, self.ids),
            Inbox(connection),
            Outbox(connection, self.ids),
            Cards(connection),
            Threads(connection),
            Deadlines(connection),
            Reminders(connection),
            Conversations(connection),
            Files(connection, self.ids),
            Leases(connection),
            Contracts(connection),
            Commandes(connection),
            Ateliers(connection),
            Absences(connection),
            Workspaces(connection),
        )


@dataclass(frozen=True, slots=True)
class Together:
    """A transaction that several units share; none is kept before its commit."""

    connection: Connection
    make: Callable[[Connection], Unit]

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        """A unit of its own in a savepoint: an exception rolls this one back, and passes."""
        with answering():
            run(self.connection, "SAVEPOINT unit")
            try:
                unit = self.make(self.connection)
                yield unit
                unit.outbox.flush()
                run(self.connection, "RELEASE unit")
            except BaseException:
                if not self.lost():
                    run(self.connection, "ROLLBACK TO unit")
                raise

    def lost(self) -> bool:
        """True when SQLite gave the whole transaction up (a full disk): nothing more may be written in it."""
        raw = self.connection.connection.dbapi_connection
        return raw is None or not raw.in_transaction
