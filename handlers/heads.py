"""The journal's head, kept outside the database (AD1's Monday message), against the journal as it is.

What was saved names the end of each chain: request, number of lines, seal. A chain may have grown since; a line that has
another seal today was rewritten, whoever holds the key and the database.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from storage.unit import Unit

LINE = re.compile(r"(ADT-\d{4}-\d{4,}) ([1-9]\d*) ([0-9a-f]{64})")
VALUE = re.compile(r"[0-9a-f]{64}")
Head = tuple[str, int, str]


class Unreadable(Exception):
    """Not what the Monday message joins; `line` is the first that does not fit, from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The first line that is no more what was saved: its seal is another, or it is not there."""

    ref: str
    seq: int


@dataclass(frozen=True, slots=True)
class Held:
    """Everything saved is still there: how many chains, how many grew since; `at` is when it was so, if it is known."""

    chains: int
    grown: int
    at: datetime | None = None


def text(heads: Iterable[Head]) -> bytes:
    """The end of each chain, one a line, as it is joined to the Monday message."""
    return "".join(f"{ref} {seq} {mac}\n" for ref, seq, mac in heads).encode()


def parsed(saved: str) -> tuple[Head, ...]:
    """The heads of a saved file. Raises Unreadable for a line that is none, or when there is none at all."""
    found = []
    for number, line in enumerate(filter(None, map(str.strip, saved.splitlines())), start=1):
        match = LINE.fullmatch(line)
        if match is None:
            raise Unreadable(number)
        found.append((match[1], int(match[2]), match[3]))
    if not found:
        raise Unreadable(1)
    return tuple(found)


def compared(unit: Unit, saved: Iterable[Head]) -> Held | Rewritten:
    """Saved heads against the journal."""
    now = {str(ref): seq for ref, seq, _ in unit.journal.heads()}
    chains = grown = 0
    for ref, seq, mac in saved:
        if unit.journal.seal(ref, seq) != mac:
            return Rewritten(ref, seq)
        chains += 1
        grown += now[ref] > seq
    return Held(chains, grown)


def recognised(unit: Unit, value: str) -> Held | None:
    """When the journal's head had this value (what the message itself shows); None when it never had.

    The states are gone through from the last: each instant at which something was written.
    """
    now = {str(ref): seq for ref, seq, _ in unit.journal.heads()}
    for at, heads in _states(unit):
        if hashlib.sha256(text(heads)).hexdigest() == value:
            return Held(len(heads), sum(now[ref] > seq for ref, seq, _ in heads), at)
    return None


def _states(unit: Unit) -> Iterator[tuple[datetime, list[Head]]]:
    """The heads after each instant of the journal, the last one first."""
    lines = unit.journal.seals()
    chains: dict[str, list[Head]] = {}
    for _, ref, seq, mac in lines:
        chains.setdefault(ref, []).append((ref, seq, mac))
    while lines:
        at = lines[-1][0]
        yield at, [chains[ref][-1] for ref in sorted(chains) if chains[ref]]
        while lines and lines[-1][0] == at:
            chains[lines.pop()[1]].pop()
