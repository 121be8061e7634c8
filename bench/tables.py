"""Tables, as they are printed and as they go in docs/vitesse.md."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """A title, heads, rows of cells."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]

    def text(self) -> str:
        """Drawn as Markdown, its columns aligned."""
        lines = [[str(cell) for cell in row] for row in (self.heads, *self.rows)]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.heads))]
        drawn = ["| " + " | ".join(c.rjust(w) for c, w in zip(line, widths, strict=True)) + " |" for line in lines]
        rule = "|" + "|".join("-" * (w + 1) + ":" for w in widths) + "|"
        return "\n".join((f"### {self.title}", "", drawn[0], rule, *drawn[1:], ""))


def ratio(ours: object, theirs: object) -> str:
    """How many times theirs."""
    return f"{float(str(ours)) / max(float(str(theirs)), 1e-9):.2f}"


def timed(move: Callable[[], object]) -> float:
    """How many milliseconds it takes."""
    began = time.perf_counter()
    move()
    return (time.perf_counter() - began) * 1000
