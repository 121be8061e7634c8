"""A table that somebody saved from a spreadsheet: its text, its titles and its rows, whatever the spreadsheet wrote.

What is wrong is named by its line and column, as a spreadsheet counts them (the first line is 1); nothing is guessed.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from atelier.words import Refused, fr


@dataclass(frozen=True, slots=True)
class Mistake:
    """A cell that does not fit; `line` as a spreadsheet counts it; no column when it is the whole line or file."""

    line: int
    column: str
    refused: Refused


class Wrong(Exception):
    """The table does not fit: nothing of it was taken."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__(f"{len(mistakes)} mistakes")
        self.mistakes = mistakes


def whole(line: int, sentence: str, column: str = "", **args: object) -> Wrong:
    """One mistake that stops the reading."""
    return Wrong((Mistake(line, column, Refused(sentence, **args)),))


def decoded(content: bytes, most: int) -> str:
    """The text of a file in UTF-8, or in what Excel writes on Windows (cp1252), of so many bytes. Raises Wrong."""
    if len(content) > most:
        raise whole(1, fr("Ce fichier dépasse 10 Mo : vérifiez que c'est le bon, ou coupez-le en deux."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        unreadable = whole(
            1, fr("Ce fichier n'est pas du texte lisible : enregistrez-le depuis le tableur en « CSV UTF-8 ».")
        )
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        raise unreadable from None
    if "\0" in text or "Ã" in text:  # UTF-16, or UTF-8 cut in the middle of a letter
        raise unreadable
    return text


def rows(text: str, most: int) -> list[list[str]]:
    """Every line's cells (« ; » or « , », whichever the first line has), at most `most` under the titles. Raises Wrong."""
    head = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in head else ",", strict=True)
    try:
        table = [cells for _, cells in zip(range(most + 2), reader, strict=False)]
    except csv.Error as broken:
        sentence = fr("Cette ligne ne se lit pas : un guillemet est ouvert sans être fermé.")
        raise whole(reader.line_num, sentence) from broken
    if len(table) > most + 1:
        raise whole(most + 2, fr("Ce fichier a plus de {most} lignes : coupez-le."), most=most)
    return table


def titles(cells: list[str], line: int, known: Collection[str], required: Collection[str]) -> list[str]:
    """The titles' names, accents and case forgiven. Raises Wrong for one given twice, unknown or missing."""
    found = [plain(c) for c in cells]
    twice = next((t for n, t in enumerate(found) if t and t in found[:n]), None)
    if twice:
        raise whole(line, fr("La colonne {name} est là deux fois : gardez-en une."), twice, name=twice)
    unknown = next((c.strip() for c, t in zip(cells, found, strict=True) if t and t not in known), None)
    if unknown:
        sentence = fr("Colonne inconnue : {name}. Les colonnes sont : {names}.")
        raise whole(line, sentence, unknown, name=unknown, names=", ".join(known))
    missing = [c for c in required if c not in found]
    if missing:
        raise whole(line, fr("Il manque la ou les colonnes : {names}."), missing[0], names=", ".join(missing))
    return found


def too_wide(found: list[str], cells: list[str]) -> Refused | None:
    """What to say of a line that has something under no title."""
    if any(c.strip() for n, c in enumerate(cells) if n >= len(found) or not found[n]):
        return Refused(fr("Cette ligne a plus de cases que de titres : un séparateur de trop, ou un guillemet oublié."))
    return None


def controlled(cell: str) -> bool:
    """Whether a cell holds a character that nobody types."""
    return any(unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\r\t" for c in cell)


def plain(text: str) -> str:
    """A title or a code without accents, case, nor signs: « Note d'appropriation » is « note_d_appropriation »."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "_", bare).strip("_")
