"""What was turned away at the door, kept in a chain of the journal that is no request's: who sent it, what it was, and why.

Some platforms sign nothing: whoever reaches the bot's address may send what they like in the name of anybody. So a day
keeps so many lines and no more, for people of the directory alone; the logs have the rest. Nothing else is written, not
even that it came: a flood would fill the memory.
"""

from __future__ import annotations

from datetime import datetime

from atelier.dossier import By, Person
from atelier.words import Reference
from chat.talk import Answer, Filled, Pressed, Turned
from handlers.here import Here
from storage.unit import Unit

DOOR = Reference("ADT-0000-0000")
"""The chain: no request bears this number."""
WHAT = "refus à la porte"
MOST = 100
"""Lines a day."""


def kept(unit: Unit, event: Turned, now: datetime) -> Answer:
    """What the adapter turned away, when the directory knows whose account it is; once, when it is sent again."""
    person = unit.people.behind(event.sender)
    if (
        person is not None
        and _few(unit, person, now)
        and not unit.inbox.seen(f"{event.sender.platform}:{event.id}", now)
    ):
        _write(unit, person, now, {"platform": event.sender.platform, "what": event.what, "why": event.why})
    return Answer(outcome="refused")


def borrowed(here: Here, event: Pressed | Filled) -> None:
    """Another person's button or form, which the token itself names."""
    what = "button" if isinstance(event, Pressed) else "form"
    details = {
        "platform": event.sender.platform,
        "what": what,
        "why": f"{what} of another person",
        "ref": event.token.ref,
    }
    if _few(here.unit, here.person, here.now):
        _write(here.unit, here.person, here.now, details)


def _few(unit: Unit, person: Person, now: datetime) -> bool:
    """Whether the day has room for one more, of somebody who holds something."""
    return bool(person.holdings) and unit.counters.next(f"porte:{now:%Y-%m-%d}") <= MOST


def _write(unit: Unit, person: Person, now: datetime, details: dict[str, str]) -> None:
    by = By(person=person.id, role=min(h.role for h in person.holdings), at=now)
    unit.journal.write(DOOR, what=WHAT, by=by, at=now, details=details)
