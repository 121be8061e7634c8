"""A SQLite file copied while it is written, and looked at before it is trusted. SQLite's own online backup does both."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic
from urllib.parse import quote

from chat.text import tr
from storage.dump import SPOILED, Unusable

MAGIC = b"SQLite format 3\0"
OURS = 0o600
"""Read and written by whoever runs the bot, and by nobody else of the machine."""
PATIENCE = 10.0
"""Seconds for a lock."""
WAIT = 0.05
LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
BUSY = tr("La base de données est occupée : arrêtez le robot, puis recommencez. Rien n'a été changé.")


def pour(source: Path, into: Path, *, alone: bool = False) -> None:
    """Copy a database into another file, as it is at one moment, in one transaction. Raises Unusable, sqlite3.Error.

    In one step: in WAL mode nobody waits for it, and it never has to begin again because somebody wrote. `alone`: leave
    one file behind, without a WAL beside it.
    """
    with closing(_open(source, "rw")) as read, closing(sqlite3.connect(into, timeout=PATIENCE)) as written:
        read.backup(written, pages=-1, progress=_patient(), sleep=WAIT)
        if alone:
            written.execute("PRAGMA journal_mode=DELETE")


def check(file: Path) -> None:
    """Read the whole file. Raises Unusable when it is no database, or a damaged one."""
    try:
        with closing(_open(file, "rw")) as opened:
            said = [row[0] for row in opened.execute("PRAGMA integrity_check")]
            orphans = opened.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        raise Unusable(SPOILED) from error
    if said != ["ok"] or orphans:
        raise Unusable(SPOILED)


@contextmanager
def beside(file: Path) -> Iterator[Path]:
    """A new file in the same folder, that only we may read; gone at the end. Raises Unusable when none can be made."""
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=".sauvegarde.", suffix=".part")
        os.close(handle)
    except OSError as error:
        raise unwritten(file, error) from error
    made = Path(name)
    try:
        yield made
    except OSError as error:
        raise unwritten(file, error) from error
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            made.with_name(made.name + suffix).unlink(missing_ok=True)


def unwritten(file: Path, error: OSError) -> Unusable:
    """The sentence for a file that the system refuses to write."""
    why = error.strerror or type(error).__name__
    return Unusable(tr("« {file} » ne s'écrit pas ({why}).", file=str(file), why=why))


@contextmanager
def spelled() -> Iterator[None]:
    """SQLite's failures as sentences."""
    try:
        yield
    except sqlite3.Error as error:
        raise Unusable(tr("La base de données a refusé ({why}) : rien n'a été changé.", why=str(error))) from error


def _open(file: Path, mode: str) -> sqlite3.Connection:
    """A file that is there already."""
    return sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode={mode}", uri=True, timeout=PATIENCE)


def _patient() -> Callable[[int, int, int], None]:
    """What ends a backup that waits for a lock: by itself it would wait for ever."""
    until = monotonic() + PATIENCE

    def progressed(status: int, _remaining: int, _total: int) -> None:
        if status in LOCKED and monotonic() > until:
            raise Unusable(BUSY)

    return progressed
