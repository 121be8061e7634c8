"""One row of the table of the ateliers already running: each cell read by its kind, what is wrong with it named."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from atelier.amounts import parse_amount
from atelier.dates import parse_day
from atelier.deadlines import Delay
from atelier.labels import STATES
from atelier.tables import Mistake, plain
from atelier.takeover_columns import TAKEN
from atelier.words import Labels, Refused, State, fr

T = TypeVar("T")
FIRST = date(2015, 1, 1)
"""Before it, there was no atelier flash: a slip of the keyboard."""


@dataclass(slots=True)
class Row:
    """One line of the table as it is read: `line` as a spreadsheet counts it, and what is wrong so far."""

    line: int
    cells: Mapping[str, str]
    today: date
    mistakes: list[Mistake] = field(default_factory=list)
    warnings: list[Mistake] = field(default_factory=list)

    def wrong(self, column: str, sentence: str, **args: object) -> None:
        """Keep what is wrong with a cell."""
        self.mistakes.append(Mistake(self.line, column, Refused(sentence, **args)))

    def warn(self, column: str, sentence: str, **args: object) -> None:
        """Keep what deserves attention without preventing anything."""
        self.warnings.append(Mistake(self.line, column, Refused(sentence, **args)))

    def text(self, column: str, default: str = "") -> str:
        """The words of a cell, or the default of an empty one."""
        return self.cells.get(column) or default

    def read(self, column: str, reader: Callable[[str], T]) -> T | None:
        """A cell as a reader sees it; None when it is empty, or does not fit (and that is kept)."""
        typed = self.text(column)
        if not typed:
            return None
        try:
            return reader(typed)
        except Refused as refused:
            self.mistakes.append(Mistake(self.line, column, refused))
            return None

    def day(self, column: str, *, to_come: bool = False) -> date | None:
        """A day that has come, unless it may be to come."""
        day = self.read(column, self._day)
        if day is not None and day > self.today and not to_come:
            self.wrong(column, fr("Le {day} n'est pas encore venu : vérifiez la date."), day=day)
            return None
        if day is not None and day < FIRST:
            self.wrong(column, fr("Le {day} est antérieur aux ateliers flash : vérifiez l'année."), day=day)
            return None
        return day

    def _day(self, typed: str) -> date:
        if not any(c.isdigit() for c in typed):
            raise Refused(fr("« {text} » : écrivez une date entière, par exemple 24/11/2026."), text=typed[:60])
        return parse_day(typed, self.today)

    def amount(self, column: str) -> Decimal | None:
        """An amount in euros."""
        return self.read(column, parse_amount)

    def delay(self, column: str) -> str | None:
        """A delay, as it is kept."""
        return self.read(column, lambda typed: str(Delay.parse(typed)))

    def count(self, column: str, most: int) -> int | None:
        """A whole number from 0 to `most`."""
        return self.read(column, lambda typed: _count(typed, most))

    def one_of(self, column: str, choices: Collection[str]) -> str | None:
        """One of a few codes, however it is accented."""
        return self.read(column, lambda typed: _chosen(typed, choices))

    def state(self, column: str) -> State | None:
        """A state by its code or its label."""
        return self.read(column, read_state)


def _count(typed: str, most: int) -> int:
    plain = typed.replace(" ", "")
    if not (plain.isascii() and plain.isdigit()) or int(plain) > most:
        raise Refused(fr("« {given} » : écrivez un nombre entier, {most} au plus."), given=typed[:40], most=most)
    return int(plain)


def _chosen(typed: str, choices: Collection[str]) -> str:
    found = plain(typed)
    if found not in choices:
        raise Refused(
            fr("« {given} » ne convient pas. Choisissez parmi : {names}."), given=typed[:40], names=", ".join(choices)
        )
    return found


def read_state(typed: str) -> State:
    """A state an atelier may be taken over in, by its code or its label. Raises Refused with the list."""
    known = {plain(name): state for state, label in STATES.items() for name in (state, label)}
    found = known.get(plain(typed))
    if found is None:
        raise Refused(
            fr("« {given} » n'est pas un état. Les états repris : {names}."), given=typed[:60], names=", ".join(TAKEN)
        )
    if found not in TAKEN:
        raise Refused(
            fr(
                "Une demande à l'état « {label} » ne se reprend pas : le service la saisit avec « /atelier demande ». "
                "Les états repris : {names}."
            ),
            label=Labels((STATES[found],)),
            names=", ".join(TAKEN),
        )
    return found
