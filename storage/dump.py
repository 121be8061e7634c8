"""The portable backup: every table as lines of JSON, gzipped; written from either database, read into either.

Tables are taken as they are in the database, not as this program knows them: an older schema is saved, and read back, by
a newer program. A column whose values JSON has no word for says so: an instant, a day, bytes, JSON itself. The last line counts
the rows: a file cut short is not taken for a whole one.
"""

from __future__ import annotations

import gzip
import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, Column, Connection, Date, DateTime, LargeBinary, MetaData, Table, func, insert, select

from chat.text import Text, tr
from storage.engine import current, revision
from storage.schema import metadata

FORMAT = 1
VERSIONS = "alembic_version"
ROWS = 500
"""Rows at a time; one, where a row may weigh twenty megabytes."""
INSTANT, DAY, BYTES, STRUCTURE, PLAIN = "instant", "day", "bytes", "json", ""
SPOILED = tr("Le fichier de sauvegarde est abîmé ou incomplet : rien n'a été changé. Prenez-en une autre.")
Line = dict[str, Any] | list[Any]


class Unusable(Exception):
    """A backup cannot be made, or cannot be restored; the sentence says why and what to do."""

    def __init__(self, sentence: Text) -> None:
        super().__init__(sentence.msg)
        self.sentence = sentence


def schema(connection: Connection) -> list[Table]:
    """Our tables as they are there, those that others refer to first; of an older schema, every table."""
    found = MetaData()
    found.reflect(connection)
    ours = set(metadata.tables) if current(connection) else set(found.tables) - {VERSIONS}
    tables = [table for table in found.sorted_tables if table.name in ours]
    for column in (column for table in tables for column in table.columns):
        if isinstance(column.type, JSON):  # as everywhere here: where nothing may be kept, NULL is what is kept
            column.type = JSON(none_as_null=bool(column.nullable))
    return tables


def lines(connection: Connection) -> Iterator[Line]:
    """The whole database, inside a transaction that sees one moment."""
    yield {
        "atelier": "sauvegarde",
        "format": FORMAT,
        "schema": revision(connection),
        "at": datetime.now(UTC).isoformat(),
    }
    counts: dict[str, int] = {}
    for table in schema(connection):
        kinds = {column.name: _kind(column) for column in table.columns}
        yield {"table": table.name, "columns": kinds}
        counts[table.name] = 0
        for row in _rows(connection, table):
            counts[table.name] += 1
            yield [_told(value, kind) for value, kind in zip(row, kinds.values(), strict=True)]
    yield {"end": counts}


def write(connection: Connection, file: Path) -> int:
    """Write it all into a file; returns how many rows."""
    count = 0
    with gzip.open(file, "wt", encoding="ascii", newline="\n") as stream:
        for line in lines(connection):
            stream.write(json.dumps(line, separators=(",", ":")) + "\n")
            count += isinstance(line, list)
    return count


def read(file: Path) -> Iterator[Line]:
    """The lines of a file. Raises Unusable at the first that cannot be read."""
    try:
        with gzip.open(file, "rt", encoding="ascii") as stream:
            for line in stream:
                parsed = json.loads(line)
                if not isinstance(parsed, dict | list):
                    raise Unusable(SPOILED)
                yield parsed
    except (EOFError, gzip.BadGzipFile, zlib.error, ValueError) as error:
        raise Unusable(SPOILED) from error


def opened(told: Iterator[Line]) -> str:
    """Read the first line; returns the schema's revision. Raises Unusable when it is no backup of ours."""
    head = next(told, None)
    if not isinstance(head, dict) or head.get("atelier") != "sauvegarde" or not isinstance(head.get("schema"), str):
        raise Unusable(SPOILED)
    if head.get("format") != FORMAT:
        raise Unusable(
            tr("Cette sauvegarde vient d'une version plus récente du robot : installez cette version d'abord.")
        )
    return str(head["schema"])


def load(connection: Connection, told: Iterable[Line]) -> int:
    """Put the lines after the first into empty tables of the same revision; returns how many rows. Raises Unusable."""
    loading = _Loading(connection, {table.name: table for table in schema(connection)})
    for line in told:
        if isinstance(line, list):
            loading.row(line)
        elif "table" in line:
            loading.begin(line)
        else:
            loading.end(line)
    return loading.total()


@dataclass(slots=True)
class _Loading:
    """The rows on their way in, some hundred at a time."""

    connection: Connection
    tables: dict[str, Table]
    table: Table | None = None
    kinds: dict[str, str] = field(default_factory=dict)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    ended: bool = False

    def begin(self, line: dict[str, Any]) -> None:
        """Another table."""
        self._put()
        name, kinds = line["table"], line.get("columns")
        if self.ended or not isinstance(name, str) or name not in self.tables or name in self.counts:
            raise Unusable(SPOILED)
        if not isinstance(kinds, dict) or set(kinds) != set(self.tables[name].columns.keys()):
            raise Unusable(SPOILED)
        self.table, self.kinds, self.counts[name] = self.tables[name], kinds, 0

    def row(self, values: Sequence[Any]) -> None:
        """A row of it."""
        if self.table is None or len(values) != len(self.kinds):
            raise Unusable(SPOILED)
        try:
            told = zip(values, self.kinds.items(), strict=True)
            read = {name: _kept(_read(v, kind), self.table.columns[name]) for v, (name, kind) in told}
        except (TypeError, ValueError) as error:
            raise Unusable(SPOILED) from error
        self.waiting.append(read)
        self.counts[self.table.name] += 1
        if len(self.waiting) >= _size(self.table):
            self._put()

    def end(self, line: dict[str, Any]) -> None:
        """The last line."""
        self._put()
        if line.get("end") != self.counts or self.ended:
            raise Unusable(SPOILED)
        self.ended = True

    def total(self) -> int:
        """How many rows came in; counters go on after them. Raises Unusable when the last line is missing."""
        if not self.ended:
            raise Unusable(SPOILED)
        for table in self.tables.values():
            _continue(self.connection, table)
        return sum(self.counts.values())

    def _put(self) -> None:
        if self.table is not None and self.waiting:
            self.connection.execute(insert(self.table), self.waiting)
        self.waiting = []


def _rows(connection: Connection, table: Table) -> Iterator[Sequence[Any]]:
    size = _size(table)
    keys = list(table.primary_key.columns)
    streamed = connection.execution_options(stream_results=True, max_row_buffer=size)
    yield from streamed.execute(select(table).order_by(*keys)).yield_per(size)


def _size(table: Table) -> int:
    return 1 if any(isinstance(column.type, LargeBinary) for column in table.columns) else ROWS


def _kind(column: Column[Any]) -> str:
    match column.type:
        case DateTime():
            return INSTANT
        case Date():
            return DAY
        case LargeBinary():
            return BYTES
        case JSON():
            return STRUCTURE
        case _:
            return PLAIN


def _told(value: Any, kind: str) -> Any:
    """A value as JSON; instants in UTC, whatever the database gives."""
    if value is None:
        return None
    match kind:
        case "instant":
            return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
        case "day":
            return value.isoformat()
        case "bytes":
            return b64encode(value).decode("ascii")
        case _:
            return value


def _read(value: Any, kind: str) -> Any:
    if value is None:
        return None
    match kind:
        case "instant":
            return datetime.fromisoformat(value)
        case "day":
            return date.fromisoformat(value)
        case "bytes":
            return b64decode(value, validate=True)
        case _:
            return value


def _kept(value: Any, column: Column[Any]) -> Any:
    """An instant as its column has it: PostgreSQL would move one that says its zone into one that has none."""
    if isinstance(value, datetime) and isinstance(column.type, DateTime) and not column.type.timezone:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value


def _continue(connection: Connection, table: Table) -> None:
    """PostgreSQL's counters go on after the rows that were given their number; SQLite's do by themselves."""
    if connection.dialect.name != "postgresql":
        return
    for column in table.columns:
        if "nextval" in str(getattr(column.server_default, "arg", "")):
            sequence = func.pg_get_serial_sequence(f'"{table.name}"', column.name)
            last = select(func.max(column)).scalar_subquery()
            connection.execute(select(func.setval(sequence, func.coalesce(last, 1), last.is_not(None))))
