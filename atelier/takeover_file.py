"""The table of the ateliers already running, read from a CSV file: one row an atelier.

What is wrong is named by its line and column, with what to do; nothing is guessed.
"""

from __future__ import annotations

from datetime import date

from atelier import tables
from atelier.problems import SENTENCES
from atelier.tables import Mistake, whole
from atelier.takeover_columns import ALWAYS, COLUMNS
from atelier.takeover_rows import Row
from atelier.words import fr

MOST_BYTES, MOST_ROWS, LONGEST = 10 * 1024 * 1024, 5_000, 3_000


def read(content: bytes, today: date) -> tuple[Row, ...]:
    """The rows of a CSV file (UTF-8 or cp1252, « ; » or « , »). Raises Wrong when the file as a whole does not fit."""
    table = tables.rows(tables.decoded(content, MOST_BYTES), MOST_ROWS)
    first = next((n for n, cells in enumerate(table) if any(c.strip() for c in cells)), None)
    if first is None:
        raise whole(1, fr("Ce fichier est vide : il faut une ligne de titres, puis une ligne par atelier."))
    titles = tables.titles(table[first], first + 1, COLUMNS, ALWAYS)
    rows = [
        _row(line, titles, cells, today)
        for line, cells in enumerate(table[first + 1 :], start=first + 2)
        if any(c.strip() for c in cells)
    ]
    if not rows:
        raise whole(first + 1, fr("Ce fichier n'a que ses titres : ajoutez une ligne par atelier."))
    return tuple(rows)


def _row(line: int, titles: list[str], cells: list[str], today: date) -> Row:
    row = Row(line, {t: c.strip() for t, c in zip(titles, cells, strict=False) if t and c.strip()}, today)
    too_wide = tables.too_wide(titles, cells)
    if too_wide:
        row.mistakes.append(Mistake(line, "", too_wide))
    for column, cell in row.cells.items():
        if tables.controlled(cell):
            row.wrong(column, SENTENCES["string_unicode"])
        if len(cell) > LONGEST:
            row.wrong(column, SENTENCES["string_too_long"], max_length=LONGEST, given=len(cell))
    return row
