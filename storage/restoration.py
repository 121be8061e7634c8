"""Backups brought back, whole or not at all: into an empty database of either kind, whatever form they have.

The rows go into the schema they were saved from, which is then moved to this program's; the journal's seals are verified
before anything counts. On SQLite all this is done in a file beside, poured into the database in one transaction; on
PostgreSQL, in one transaction.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, inspect, select, table, text, update
from sqlalchemy.exc import SQLAlchemyError

from chat.text import tr
from storage import dump, snapshot
from storage.backup import counted, verified
from storage.dump import VERSIONS, Line, Unusable
from storage.engine import known, move, open_engine, revision
from storage.errors import Away, answering
from storage.journal import Broken
from storage.reader import open_reader, sqlite_file
from storage.schema import metadata
from storage.tables import leases, outbox

GZIP = b"\x1f\x8b"
LOCK = "10s"


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup that was restored; `broken` only when it was forced."""

    dossiers: int
    broken: Broken | None


def restore(url: str, file: Path, secret: bytes, *, force: bool = False) -> Restored:
    """Put a backup into a database that holds nothing (or `force`). Raises Unusable or Away; then nothing was changed."""
    target = sqlite_file(url)
    with snapshot.spelled(), _lines(file) as told:
        if target is None:
            return _into_server(url, told, secret, force=force)
        return _into_file(url, target, told, secret, force=force)


@contextmanager
def _lines(file: Path) -> Iterator[Iterator[Line]]:
    """A backup of either form, as lines. Raises Unusable for another file."""
    try:
        with file.open("rb") as opened:
            head = opened.read(len(snapshot.MAGIC))
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise Unusable(tr("« {file} » ne se lit pas ({why}).", file=str(file), why=why)) from error
    if head.startswith(GZIP):
        yield dump.read(file)
    elif head == snapshot.MAGIC:
        snapshot.check(file)
        with open_reader(f"sqlite:///{file}") as reader, reader.looking() as connection:
            yield dump.lines(connection)
    else:
        raise Unusable(tr("« {file} » n'est pas une sauvegarde du robot.", file=str(file)))


def _into_file(url: str, target: Path, told: Iterator[Line], secret: bytes, *, force: bool) -> Restored:
    """Build a database beside, check it, then pour it in one transaction."""
    if not target.parent.is_dir():
        raise Unusable(tr("Le dossier « {folder} » n'existe pas.", folder=str(target.parent)))
    if target.exists() and target.stat().st_size:
        with open_reader(url) as reader, reader.looking() as connection:
            _empty(connection, force=force)
    with snapshot.beside(target) as made:
        engine = open_engine(f"sqlite:///{made}")
        try:
            with _whole(), engine.begin() as connection:
                restored = _filled(connection, told, secret, force=force)
        finally:
            engine.dispose()
        snapshot.check(made)
        with suppress(FileExistsError):  # SQLite would let the whole machine read what it makes itself
            os.close(os.open(target, os.O_CREAT | os.O_EXCL, snapshot.OURS))
        snapshot.pour(made, target)
    return restored


def _into_server(url: str, told: Iterator[Line], secret: bytes, *, force: bool) -> Restored:
    """One transaction: what was there leaves, what was saved comes, or nothing is changed."""
    engine = open_engine(url)
    try:
        with _whole(), engine.begin() as connection:
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK}'"))
            _empty(connection, force=force)
            _cleared(connection)
            return _filled(connection, told, secret, force=force)
    finally:
        engine.dispose()


@contextmanager
def _whole() -> Iterator[None]:
    """What the database refuses is a sentence; nothing was changed."""
    try:
        with answering():
            yield
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", error)).splitlines()[0]
        raise Unusable(tr("La base de données a refusé ({why}) : rien n'a été changé.", why=why)) from error


def _empty(connection: Connection, *, force: bool) -> None:
    """Raise Unusable when something is kept there; Away when it is a newer program's, forced or not."""
    here = revision(connection)
    if here and not known(connection, here):
        sentence = tr(
            "La base de données vient d'une version plus récente du robot : installez cette version, rien n'a été changé."
        )
        raise Away(sentence, "schema newer than the program")
    names = set(inspect(connection).get_table_names()) - {VERSIONS}
    full = [n for n in sorted(names) if connection.execute(select(text("1")).select_from(table(n)).limit(1)).first()]
    if full and not force:
        sentence = tr(
            "La base de données n'est pas vide ({count} table(s) remplie(s)) : donnez-en une autre dans DATABASE_URL, ou "
            "ajoutez --force pour remplacer tout ce qu'elle contient.",
            count=len(full),
        )
        raise Unusable(sentence)


def _cleared(connection: Connection) -> None:
    """Drop what is ours, in a transaction that can still be taken back."""
    metadata.drop_all(connection)
    connection.execute(text(f"DROP TABLE IF EXISTS {VERSIONS}"))
    connection.execute(text("DROP FUNCTION IF EXISTS journal_append_only()"))


def _filled(connection: Connection, told: Iterator[Line], secret: bytes, *, force: bool) -> Restored:
    """The schema as it was, the rows, the schema as it is now; then the journal's seals."""
    was = dump.opened(told)
    if not known(connection, was):
        raise Unusable(
            tr("Cette sauvegarde vient d'une version plus récente du robot : installez cette version d'abord.")
        )
    move(connection, was)
    dump.load(connection, told)
    move(connection)
    _doubted(connection)
    connection.execute(delete(leases))  # processes of another moment, maybe of another machine: none is here
    broken = verified(connection, secret)
    if broken is not None and not force:
        sentence = tr(
            "Le journal de {ref} ne se suit pas à la ligne {seq} de la sauvegarde : elle a été modifiée, ou "
            "ATELIER_SECRET_KEY n'est pas celle d'alors. Rien n'a été changé ; --force restaure quand même.",
            ref=broken.ref, seq=broken.seq,
        )  # fmt: skip
        raise Unusable(sentence)
    return Restored(counted(connection), broken)


def _doubted(connection: Connection) -> None:
    """What waited may have been posted since the backup: each letter is looked up before it is sent again."""
    pending = outbox.c.state.in_(["waiting", "sending"])
    connection.execute(update(outbox).where(pending).values(doubt=True))
