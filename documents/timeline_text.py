"""A timeline in words: what a picture shows, for who cannot see it, and for places that show no picture."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from documents.picture import Bar, Mark, Picture, Row, Standing, Words
from documents.typography import shortened

ALT_LIMIT: Final = 2000
"""Characters: what Slack takes as the alternative of a picture."""
COLUMN: Final = 40
GAP: Final = "  "
WIDE: Final = frozenset({"W", "F"})


def alt_text(picture: Picture, limit: int = ALT_LIMIT) -> str:
    """The alternative of a picture: all that `text_list` says when it fits, else how much there is and what is late."""
    words = picture.words
    today = f"{words.today} {words.day(picture.today)}"
    if not picture.rows:
        return shortened(f"{picture.title}. {words.empty}", limit)
    rows = f"{'. '.join(_sentence(row, words) for row in picture.rows)}."
    whole = " ".join((f"{picture.title}. {today}. {rows}", *map(_flat, picture.doubts)))
    if len(whole) <= limit:
        return whole
    return shortened(f"{picture.title}. {today}. {_summary(picture)}", limit)


def text_list(picture: Picture) -> str:
    """The same content as a list, one thing a line, dossiers then what they hold: what screen readers read best.

    Why some days are to be verified comes last, each reason once.
    """
    words = picture.words
    lines = [picture.title, f"{words.today} {words.day(picture.today)}"]
    for row in picture.rows:
        lines += [f"• {_flat(row.title) or picture.title}", *(f"  – {_told(one, words)}" for one in _in_time(row))]
    lines += map(_flat, picture.doubts)
    return "\n".join(lines if picture.rows else [*lines, words.empty])


def text_table(picture: Picture) -> str:
    """The same content as a table in fixed-width letters: dossier, what, from, to, state. Long names are shortened."""
    words = picture.words
    if not picture.rows:
        return words.empty
    lines = [words.columns, *(line for row in picture.rows for line in _lines(row, words))]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(words.columns))]
    lines.insert(1, ["─" * width for width in widths])
    return "\n".join([*(_aligned(line, widths) for line in lines), *map(_flat, picture.doubts)])


def _summary(picture: Picture) -> str:
    words = picture.words
    days = [day for row in picture.rows for one in _in_time(row) for day in _edges(one)]
    start, end = min(days, default=picture.today), max(days, default=picture.today)
    told = words.summary.format(count=len(picture.rows), start=words.day(start), end=words.day(end))
    late = [
        ", ".join(part for part in (_flat(row.title), _flat(mark.label), words.day(mark.day)) if part)
        for row in picture.rows
        for mark in row.marks
        if mark.state is Standing.LATE
    ]
    return f"{told} {words.late.format(list=' ; '.join(late))}" if late else told


def _sentence(row: Row, words: Words) -> str:
    told = " ; ".join(_told(one, words) for one in _in_time(row))
    return " – ".join(part for part in (_flat(row.title), told) if part)


def _in_time(row: Row) -> list[Bar | Mark]:
    """What a row holds, by first day; a bar before a mark of the same day."""
    return sorted((*row.bars, *row.marks), key=lambda one: _edges(one)[0])


def _edges(one: Bar | Mark) -> tuple[date, date]:
    return (one.start, one.end) if isinstance(one, Bar) else (one.day, one.day)


def _told(one: Bar | Mark, words: Words) -> str:
    if isinstance(one, Mark):
        return f"{_flat(one.label)} – {words.day(one.day)} ({words.standing(one)})"
    period = words.period.format(start=words.day(one.start), end=words.day(one.end))
    kind = words.kinds[one.kind]
    return f"{_flat(one.label)} – {period}" + ("" if kind.casefold() == one.label.casefold() else f" ({kind})")


def _lines(row: Row, words: Words) -> Iterator[Sequence[str]]:
    """The lines of a row: its name on the first only; a row that holds nothing still has its line."""
    title = shortened(row.title, COLUMN)
    for one in _in_time(row):
        end, state = (words.day(one.end), words.kinds[one.kind]) if isinstance(one, Bar) else ("", words.standing(one))
        yield title, shortened(one.label, COLUMN), words.day(_edges(one)[0]), end, state
        title = ""
    if title:
        yield title, "", "", "", ""


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    return GAP.join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()


def _width(text: str) -> int:
    """How many columns of a terminal or of a code block some text takes."""
    seen = (char for char in text if unicodedata.category(char) not in {"Mn", "Me", "Cf"})
    return sum(2 if unicodedata.east_asian_width(char) in WIDE else 1 for char in seen)


def _flat(text: str) -> str:
    return " ".join(text.split())
