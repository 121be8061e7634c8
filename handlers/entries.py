"""The entries begun for somebody else: each is for one person, from one document, and none takes the place of another.

They are kept by who records, request and gesture, the last one last. A row also says its last entry at the top, as the
program before this one did, so that what it kept is still read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from atelier.words import Do, PersonId
from chat.cards import Address
from handlers.here import Here

ACT = "pour"
LAST = "*"
"""What is typed names no entry: it is of the one begun last."""
MOST = 10
"""Entries begun and left are forgotten one by one, the oldest first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Whom it is recorded for, from which document, and the local day that was received (None: today)."""

    person: PersonId
    document: str
    received: date | None = None

    @property
    def seal(self) -> str:
        """What tells it from the others."""
        said = f"{self.person}\0{self.document}\0{self.received}"
        return hashlib.sha256(said.encode(errors="replace")).hexdigest()[:12]

    def as_kept(self) -> dict[str, object]:
        """Plain JSON."""
        day = self.received.isoformat() if self.received else None
        return {"person": self.person, "document": self.document, "received": day}


def claimed(arg: str) -> str | None:
    """The entry a button or a form is for: its seal, an empty string for one made before entries had any, None for none."""
    kind, _, seal = arg.partition(":")
    return seal if kind == ACT else None


def begin(here: Here, ref: str, act: Do, entry: Entry) -> None:
    """Keep one more entry; the same one anew comes last."""
    _keep(here, ref, act, [*(e for e in begun(here, ref, act) if e != entry), entry][-MOST:])


def find(here: Here, ref: str, act: Do, seal: str) -> Entry | None:
    """The entry of this seal, the last one begun, or the only one an earlier program kept; None when it served already."""
    kept = here.unit.conversations.at(_place(here, ref, act))
    if kept is None or (not seal and "begun" in kept):
        return None
    entries = _read(kept)
    return entries[-1] if seal in {"", LAST} else next((e for e in entries if e.seal == seal), None)


def begun(here: Here, ref: str, act: Do) -> list[Entry]:
    """Every entry begun and not recorded yet, the last one last."""
    kept = here.unit.conversations.at(_place(here, ref, act))
    return _read(kept) if kept is not None else []


def done(here: Here, ref: str, act: Do, seal: str) -> None:
    """Recorded: this one serves no more, the others do."""
    left = [e for e in begun(here, ref, act) if e.seal != seal]
    if left:
        _keep(here, ref, act, left)
    else:
        here.unit.conversations.end(_place(here, ref, act))


def _read(kept: Mapping[str, object]) -> list[Entry]:
    rows = kept.get("begun")
    return [_entry(row) for row in (rows if isinstance(rows, list) else [kept])]


def _entry(row: Mapping[str, object]) -> Entry:
    day = row.get("received")
    return Entry(PersonId(str(row["person"])), str(row["document"]), date.fromisoformat(str(day)) if day else None)


def _keep(here: Here, ref: str, act: Do, entries: list[Entry]) -> None:
    rows = [e.as_kept() for e in entries]
    here.unit.conversations.keep(_place(here, ref, act), {"kind": ACT, "begun": rows, **rows[-1]})


def _place(here: Here, ref: str, act: Do) -> Address:
    return Address(platform=ACT, id=f"{here.person.id}:{ref}:{act}")
