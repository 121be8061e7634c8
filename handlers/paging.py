"""Long lists, a page at a time: « liste 55 page 2 », « file page 2 », « échéances page 3 »."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from atelier.words import Refused, fr
from chat.text import Text, raw, tr

ASKED = re.compile(r"(?:^|\s)p(?:age)?\s*(?P<number>\d{1,4})\s*$", re.IGNORECASE)
LONGEST = 80
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: which one (from 1), of how many lines, and the command that shows the first one."""

    number: int
    size: int
    command: str

    @property
    def end(self) -> int:
        """How many lines there are up to the end of this page: what must be read."""
        return self.number * self.size

    def of(self, lines: Sequence[T]) -> Sequence[T]:
        """The lines of this page, of all those read from the first."""
        return lines[self.end - self.size : self.end]

    def told(self, count: int, most: int) -> tuple[Text, ...]:
        """Which lines these are and how to see the others; nothing when all fit. Shown up to `most`.

        Raises Refused for a page after the last.
        """
        count = min(count, most)
        first, last = self.end - self.size + 1, min(self.end, count)
        if self.number > 1 and first > last:
            raise Refused(
                fr("Il n'y a pas de page {page} : « {command} » montre la première."),
                page=self.number, command=self.command[:LONGEST],
            )  # fmt: skip
        if count <= self.size:
            return ()
        shown = tr("Lignes {first} à {last}.", first=first, last=last)
        if last == count:
            return (shown,)
        then = raw(f"{self.command[:LONGEST]} page {self.number + 1}")
        return (tr("Lignes {first} à {last}. La suite : « {command} ».", first=first, last=last, command=then),)


def page(typed: str, size: int, command: str) -> tuple[str, Page]:
    """What was typed after a command, less the page it names; and that page: the first when it names none."""
    found, kept = ASKED.search(typed), less(typed)
    return kept, Page(max(int(found["number"]), 1) if found else 1, size, f"{command} {kept}".strip())


def less(typed: str) -> str:
    """What was typed, less the page it names."""
    return ASKED.sub("", typed).strip()
