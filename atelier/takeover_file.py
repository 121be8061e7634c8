"""The table of the ateliers already running, read from a CSV file: one row an atelier.

What is wrong is named by its line and column, with what to do; nothing is guessed.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from datetime import date

from atelier.directory import Mistake, Wrong
from atelier.problems import SENTENCES
from atelier.takeover_columns import ALWAYS, COLUMNS
from atelier.takeover_rows import Row, plain
from atelier.words import Refused, fr

MOST_BYTES, MOST_ROWS, LONGEST = 10 * 1024 * 1024, 5_000, 3_000


def read(content: bytes, today: date) -> tuple[Row, ...]:
    """The rows of a CSV file (UTF-8 or cp1252, « ; » or « , »). Raises Wrong when the file as a whole does not fit."""
    table = _table(_decoded(content))
    first = next((n for n, cells in enumerate(table) if any(c.strip() for c in cells)), None)
    if first is None:
        raise _whole(1, fr("Ce fichier est vide : il faut une ligne de titres, puis une ligne par atelier."))
    titles = _titles(table[first], first + 1)
    rows = [
        _row(line, titles, cells, today)
        for line, cells in enumerate(table[first + 1 :], start=first + 2)
        if any(c.strip() for c in cells)
    ]
    if not rows:
        raise _whole(first + 1, fr("Ce fichier n'a que ses titres : ajoutez une ligne par atelier."))
    return tuple(rows)


def _whole(line: int, sentence: str, column: str = "", **args: object) -> Wrong:
    return Wrong((Mistake(line, column, Refused(sentence, **args)),))


def _decoded(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise _whole(1, fr("Ce fichier dépasse 10 Mo : ce n'est pas une liste d'ateliers, ou coupez-le en deux."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        unreadable = _whole(
            1, fr("Ce fichier n'est pas du texte lisible : enregistrez-le depuis le tableur en « CSV UTF-8 ».")
        )
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        raise unreadable from None
    if "\0" in text or "Ã" in text:  # UTF-16, or UTF-8 cut in the middle of a letter
        raise unreadable
    return text


def _table(text: str) -> list[list[str]]:
    head = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in head else ",", strict=True)
    try:
        table = [cells for _, cells in zip(range(MOST_ROWS + 2), reader, strict=False)]
    except csv.Error as broken:
        sentence = fr("Cette ligne ne se lit pas : un guillemet est ouvert sans être fermé.")
        raise _whole(reader.line_num, sentence) from broken
    if len(table) > MOST_ROWS + 1:
        raise _whole(MOST_ROWS + 2, fr("Ce fichier a plus de {most} lignes : coupez-le."), most=MOST_ROWS)
    return table


def _titles(cells: list[str], line: int) -> list[str]:
    titles = [plain(c) for c in cells]
    twice = next((t for n, t in enumerate(titles) if t and t in titles[:n]), None)
    if twice:
        raise _whole(line, fr("La colonne {name} est là deux fois : gardez-en une."), twice, name=twice)
    unknown = next((t for t in titles if t and t not in COLUMNS), None)
    if unknown:
        sentence = fr("Colonne inconnue : {name}. Les colonnes sont : {names}.")
        raise _whole(line, sentence, unknown, name=unknown, names=", ".join(COLUMNS))
    missing = [c for c in ALWAYS if c not in titles]
    if missing:
        raise _whole(line, fr("Il manque la ou les colonnes : {names}."), missing[0], names=", ".join(missing))
    return titles


def _row(line: int, titles: list[str], cells: list[str], today: date) -> Row:
    row = Row(line, {t: c.strip() for t, c in zip(titles, cells, strict=False) if t and c.strip()}, today)
    if any(c.strip() for n, c in enumerate(cells) if n >= len(titles) or not titles[n]):
        row.wrong("", fr("Cette ligne a plus de cases que de titres : un séparateur de trop, ou un guillemet oublié."))
    for column, cell in row.cells.items():
        if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\r\t" for c in cell):
            row.wrong(column, SENTENCES["string_unicode"])
        if len(cell) > LONGEST:
            row.wrong(column, SENTENCES["string_too_long"], max_length=LONGEST, given=len(cell))
    return row
