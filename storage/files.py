"""The bytes of letters and notes, in the database: one thing to back up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, insert, select

from chat.cards import File
from storage.errors import NotFound
from storage.rows import storable
from storage.tables import files


class Files:
    """The files of one transaction."""

    def __init__(self, connection: Connection, ids: Callable[[], str]) -> None:
        self._connection = connection
        self._ids = ids

    def put(self, name: str, mime: str, content: bytes, sha256: str, now: datetime) -> File:
        """Keep a file, already checked, and its seal (`sha256`, hexadecimal)."""
        file = File(id=self._ids(), name=storable(name), mime=mime, size=len(content))
        self._connection.execute(
            insert(files).values(**file.model_dump(exclude={"alt"}), sha256=sha256, at=now, content=content)
        )
        return file

    def get(self, file: str) -> File:
        """What a file is, without its bytes. Raises NotFound."""
        columns = (files.c.id, files.c.name, files.c.mime, files.c.size)
        row = self._connection.execute(select(*columns).where(files.c.id == file)).one_or_none()
        if row is None:
            raise NotFound(file)
        return File(id=row.id, name=row.name, mime=row.mime, size=row.size)

    def content(self, file: str) -> bytes:
        """The bytes of a file. Raises NotFound."""
        found = self._connection.execute(select(files.c.content).where(files.c.id == file)).scalar_one_or_none()
        if found is None:
            raise NotFound(file)
        return bytes(found)
