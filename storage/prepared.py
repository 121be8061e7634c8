"""Statements of SQLAlchemy that are compiled once, then run on the driver's own cursor, in the same transaction.

SQLAlchemy says what each statement and each column is; what it does around every execution costs several times what
the database does. Values pass through the same processors of its types, failures are raised as its own exceptions.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Delete, Insert, Select, Update
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

Statement = Select[Any] | Insert | Update | Delete
Values = Mapping[str, Any]
Processor = Callable[[Any], Any]
EMPTY: Values = {}


Slot = tuple[str, int | None, Processor | None]
"""A parameter, as the driver has them in turn: whose value, which of its list, made into what."""


@dataclass(frozen=True, slots=True)
class Text:
    """A statement as the driver takes it, for lists of certain lengths. `fixed` are the values it always has.

    `sources` are the values in order when none is a list, `processed` the cells that are made into something else.
    """

    sql: str
    slots: tuple[Slot, ...]
    names: tuple[str, ...]
    fixed: Values
    sources: tuple[str, ...]
    processed: tuple[tuple[int, Processor], ...]

    @classmethod
    def of(cls, sql: str, slots: Sequence[Slot], names: tuple[str, ...], fixed: Values) -> Text:
        """What is the same at every run is worked out here, once."""
        sources = () if any(at is not None for _, at, _ in slots) else tuple(source for source, _, _ in slots)
        processed = tuple((cell, process) for cell, (_, _, process) in enumerate(slots) if process is not None)
        return cls(sql, tuple(slots), names, fixed, sources, processed)

    def given(self, values: Values) -> Any:
        """The values in the driver's own way: by name, or in order when it has no `names`."""
        told = {**self.fixed, **values} if self.fixed else values
        cells: list[Any]
        if self.sources:
            cells = [told[source] for source in self.sources]
        else:
            cells = [told[source] if at is None else told[source][at] for source, at, _ in self.slots]
        for cell, process in self.processed:
            cells[cell] = process(cells[cell])
        return dict(zip(self.names, cells, strict=True)) if self.names else cells


@dataclass(slots=True)
class Form:
    """A statement compiled for a database and for the names of its values; `lists` are those of IN."""

    compiled: SQLCompiler
    lists: tuple[str, ...]
    row: Any = None
    processors: tuple[tuple[int, Processor], ...] = ()
    texts: dict[tuple[int, ...], Text] = field(default_factory=dict)

    def text(self, values: Values) -> tuple[Text, Values]:
        """The text for these values, their lists lengthened to the next power of two: few texts, known to the driver."""
        if not self.lists:
            return self.texts.get(()) or self._made((), values), values
        longer = {name: _lengthened(values[name]) for name in self.lists}
        lengths = tuple(len(told) for told in longer.values())
        all_ = {**values, **longer}
        return self.texts.get(lengths) or self._made(lengths, all_), all_

    def _made(self, lengths: tuple[int, ...], values: Values) -> Text:
        state, dialect = self.compiled.construct_expanded_state(values), self.compiled.dialect
        order = tuple(state.parameters if state.positiontup is None else state.positiontup)
        lists = {each: (name, at) for name, many in state.parameter_expansion.items() for at, each in enumerate(many)}
        fixed: dict[str, Any] = {}
        slots: list[Slot] = []
        for name in order:
            source, at = lists.get(name, (name, None))
            process = self.compiled.binds[source].type.dialect_impl(dialect).bind_processor(dialect)
            if source not in values:  # the statement's own
                source, at, fixed[name] = name, None, state.parameters[name]
            slots.append((source, at, process))
        names = order if state.positiontup is None else ()
        text = self.texts[lengths] = Text.of(state.statement, slots, names, fixed)
        return text


class Prepared:
    """A statement, run many times. Its parameters are its `bindparam`s and, for a writing, its columns."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self._forms: dict[tuple[str, ...], Form] = {}

    def rows(self, connection: Connection, values: Values = EMPTY) -> list[Any]:
        """What is found; each row has its columns as attributes."""
        form, cursor = self._run(connection, values)
        found = cursor.fetchall()
        if not found:
            return []
        if form.row is None:
            _described(form, self.statement, connection, cursor)
        make, processors = form.row._make, form.processors
        if not processors:
            return [make(one) for one in found]
        rows = []
        for one in found:
            cells = list(one)
            for at, process in processors:
                cells[at] = process(cells[at])
            rows.append(make(cells))
        return rows

    def row(self, connection: Connection, values: Values = EMPTY) -> Any | None:
        """The only row there is, or None."""
        found = self.rows(connection, values)
        return found[0] if found else None

    def one(self, connection: Connection, values: Values = EMPTY) -> Any:
        """The row that must be there. Raises LookupError when it is not."""
        return self.rows(connection, values)[0]

    def column(self, connection: Connection, values: Values = EMPTY) -> list[Any]:
        """The first column of what is found."""
        return [row[0] for row in self.rows(connection, values)]

    def value(self, connection: Connection, values: Values = EMPTY) -> Any | None:
        """The first column of the only row, or None."""
        found = self.rows(connection, values)
        return found[0][0] if found else None

    def changed(self, connection: Connection, values: Values) -> int:
        """Write; how many rows did (of an INSERT, PostgreSQL does not always say)."""
        return int(self._run(connection, values)[1].rowcount)

    def each(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Write once for each of these values, which have the same names."""
        if len(rows) == 1:
            self._run(connection, rows[0])
        elif rows:
            text, _ = self._form(connection, rows[0]).text(rows[0])
            given = [text.given(row) for row in rows]
            run(connection, text.sql, given, many=True)

    def _run(self, connection: Connection, values: Values) -> tuple[Form, DBAPICursor]:
        form = self._form(connection, values)
        text, told = form.text(values)
        return form, run(connection, text.sql, text.given(told))

    def _form(self, connection: Connection, values: Values) -> Form:
        key = (connection.dialect.name, *values)
        return self._forms.get(key) or self._compiled(key, connection, values)

    def _compiled(self, key: tuple[str, ...], connection: Connection, values: Values) -> Form:
        names = None if isinstance(self.statement, Select) else list(values)
        compiled = self.statement.compile(dialect=connection.dialect, column_keys=names)
        assert isinstance(compiled, SQLCompiler)
        lists = tuple(b.key for b in compiled.binds.values() if b.expanding and b.key in values)
        form = self._forms[key] = Form(compiled, lists)
        return form


def run(connection: Connection, sql: str, given: Any = (), *, many: bool = False) -> DBAPICursor:
    """Say this to the driver as it is. Raises what SQLAlchemy would; a connection lost is one for its pool too."""
    raw = connection.connection.dbapi_connection
    assert raw is not None, "a connection in a transaction has a driver's"
    cursor = raw.cursor()
    try:
        if many:
            cursor.executemany(sql, given)
        else:
            cursor.execute(sql, given)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _told(connection, sql, error, cursor) from error
    return cursor


def _told(connection: Connection, sql: str, error: Exception, cursor: DBAPICursor) -> Exception:
    dialect = connection.dialect
    lost = dialect.is_disconnect(error, connection.connection, cursor)  # type: ignore[arg-type]
    if lost:
        connection.invalidate(error)
    return DBAPIError.instance(
        sql, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, connection_invalidated=lost, dialect=dialect
    )


def _described(form: Form, statement: Statement, connection: Connection, cursor: DBAPICursor) -> None:
    """The columns of what is found: their names, and what makes our values of them."""
    dialect, columns = connection.dialect, list(statement.exported_columns)
    kinds: list[TypeEngine[Any]] = [column.type.dialect_impl(dialect) for column in columns]
    told = [(at, kind.result_processor(dialect, cursor.description[at][1])) for at, kind in enumerate(kinds)]
    form.processors = tuple((at, process) for at, process in told if process is not None)
    form.row = _shape([column.key or f"c{at}" for at, column in enumerate(columns)])


def _shape(names: list[str]) -> Any:
    return namedtuple("Row", names, rename=True)  # noqa: PYI024 - named by the statement


def _lengthened(values: Sequence[Any]) -> Sequence[Any]:
    """The last one again and again: what is in a list twice is in it."""
    length = len(values)
    if length < 2:  # noqa: PLR2004 - none and one are powers of two
        return values
    return [*values, *[values[-1]] * ((1 << (length - 1).bit_length()) - length)]
