"""What may have been said while the bot was away: since when, and where to look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chat.cards import Address
from handlers.here import direct
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Spot:
    """A place to read back, or one thread of it."""

    place: Address
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Absence:
    """From the last event handled on; `since` is None when there never was one."""

    since: datetime | None
    spots: tuple[Spot, ...]


def absence(unit: Unit, platform: str) -> Absence:
    """The direct conversation of everybody on a platform, the ateliers' channels, the threads of requests that go on."""
    accounts = [a for p in unit.people.all() if p.active for a in unit.people.accounts(p.id) if a.platform == platform]
    live = ((unit.ateliers.real(place), post) for place, post in unit.threads.live(platform))
    threads = tuple(Spot(place, post) for place, post in live if place is not None)
    channels = tuple(Spot(place) for place in unit.ateliers.opened_on(platform))
    return Absence(unit.inbox.last(platform), (*(Spot(direct(a)) for a in accounts), *channels, *threads))
