"""Backups: made while the bot writes, checked before they are kept (storage/restoration.py brings them back).

Two forms. A SQLite file, copied by SQLite itself; and the portable one (storage/dump.py), from and into either database.
Both are checked before they count: the file itself, then the journal's seals.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select

from chat.text import tr
from storage import dump, snapshot
from storage.dump import Unusable
from storage.engine import revision
from storage.errors import Away
from storage.journal import Broken, Journal
from storage.reader import Reader, open_reader, sqlite_file
from storage.tables import dossiers


@dataclass(frozen=True, slots=True)
class Saved:
    """A backup that was made. `verified` is False on a schema of another version: the journal was not read.

    `broken` is the first line of the journal that does not follow, as it is in the database itself.
    """

    file: Path
    size: int
    dossiers: int
    verified: bool
    broken: Broken | None


def save(url: str, file: Path, secret: bytes, *, portable: bool = False, force: bool = False) -> Saved:
    """Save a database into a file that is not there yet (or `force`). Raises Unusable or Away; then no file is left."""
    source = sqlite_file(url)
    try:
        _free(file, source, force=force)
    except OSError as error:
        raise snapshot.unwritten(file, error) from error
    with snapshot.beside(file) as made, snapshot.spelled():
        if source is not None and not portable:
            _present(source)
            snapshot.pour(source, made, alone=True)
            snapshot.check(made)
            with _seen(f"sqlite:///{made}") as (reader, connection):
                saved = _looked(reader, connection, secret)
        else:
            with _seen(url) as (reader, connection):
                dump.write(connection, made)
                saved = _looked(reader, connection, secret)
            deque(dump.read(made), maxlen=0)  # read back whole: what cannot be read is no backup
        _settle(made, file, force=force)
    return Saved(file, file.stat().st_size, *saved)


def _free(file: Path, source: Path | None, *, force: bool) -> None:
    """Raise Unusable when the file may not be written."""
    if not file.parent.is_dir():
        raise Unusable(tr("Le dossier « {folder} » n'existe pas.", folder=str(file.parent)))
    if not file.exists():
        return
    if source is not None and source.exists() and file.samefile(source):
        raise Unusable(tr("« {file} » est la base de données elle-même : donnez un autre fichier.", file=str(file)))
    if not force or not file.is_file():
        raise Unusable(tr("« {file} » existe déjà : donnez un autre nom, ou ajoutez --force.", file=str(file)))


def _present(source: Path) -> None:
    if not source.exists():
        raise Unusable(tr("Il n'y a rien à sauvegarder : « {file} » n'existe pas.", file=str(source)))


@contextmanager
def _seen(url: str) -> Iterator[tuple[Reader, Connection]]:
    """One moment of a database. Raises Unusable when there is nothing in it."""
    with open_reader(url) as reader, reader.looking() as connection:
        if not revision(connection):
            raise Unusable(tr("Il n'y a rien à sauvegarder : la base de données est vide."))
        yield reader, connection


def _looked(reader: Reader, connection: Connection, secret: bytes) -> tuple[int, bool, Broken | None]:
    """How many requests, whether the journal was verified, and where it breaks."""
    try:
        reader.check_schema()
    except Away:
        return 0, False, None
    return counted(connection), True, verified(connection, secret)


def _settle(made: Path, file: Path, *, force: bool) -> None:
    """On the disk, then under its name at once. Raises Unusable when somebody took the name meanwhile."""
    with made.open("rb") as written:
        os.fsync(written.fileno())
    if force:
        made.replace(file)
    else:
        _named(made, file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _named(made: Path, file: Path) -> None:
    try:
        file.hardlink_to(made)
    except FileExistsError:
        raise Unusable(
            tr("« {file} » existe déjà : donnez un autre nom, ou ajoutez --force.", file=str(file))
        ) from None
    except OSError:  # a file system without links
        made.replace(file)


def verified(connection: Connection, secret: bytes) -> Broken | None:
    """The first line of the journal that does not follow."""
    return Journal(connection, secret, _no_ids).verify()


def counted(connection: Connection) -> int:
    """How many requests."""
    return int(connection.execute(select(func.count()).select_from(dossiers)).scalar_one())


def _no_ids() -> str:
    raise AssertionError("nothing is written in the journal")
