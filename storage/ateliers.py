"""The ateliers' own channels: wanted by a step, opened by the clock, kept to their members.

A letter is addressed to « atelier:REF » from the moment the channel is wanted; it waits until the platform has opened it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Text, bindparam, cast, or_, select, update

from atelier.words import Reference
from chat.cards import Address
from storage.atelier_tables import atelier_places
from storage.prepared import Prepared
from storage.rows import insert_new

PREFIX = "atelier:"
FORGOTTEN = 500
PEOPLED = cast(atelier_places.c.wanted, Text) != "[]"
OF = Prepared(
    select(atelier_places.c.platform, PEOPLED.label("peopled"), atelier_places.c.place)
    .where(atelier_places.c.ref == bindparam("of"))
    .order_by(atelier_places.c.platform)
)
KNOWN = Prepared(
    select(atelier_places.c.ref).where(
        atelier_places.c.platform == bindparam("on"), atelier_places.c.place == bindparam("at")
    )
)


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel of an atelier on a platform. `place` is empty until it is opened."""

    ref: str
    platform: str
    name: str
    place: str
    wanted: tuple[str, ...]
    attempts: int


@dataclass(frozen=True, slots=True)
class Failing:
    """A channel that the platform does not open, or does not bring to its members: how many tries, why the last failed."""

    ref: str
    platform: str
    name: str
    opened: bool
    attempts: int
    reason: str


def address(platform: str, ref: str) -> Address:
    """Where letters to an atelier's channel are put, opened or not."""
    return Address(platform=platform, id=f"{PREFIX}{ref}")


class Ateliers:
    """The channels, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._read: dict[str, list[Any]] = {}

    def want(self, ref: str, platform: str, name: str, members: Iterable[str]) -> None:
        """A channel for this atelier on this platform, with these accounts; the same again changes nothing."""
        self._read.pop(ref, None)
        wanted = sorted(set(members))
        new = {
            "ref": ref, "platform": platform, "name": name, "place": None, "wanted": wanted, "done": [], "settled": 0,
            "attempts": 0, "not_before": None, "reason": "",
        }  # fmt: skip
        if insert_new(self._connection, atelier_places, new):
            return
        row = self._connection.execute(select(atelier_places).where(_is(ref, platform))).one()
        if list(row.wanted) != wanted:
            changed = {"wanted": wanted, "settled": 0, "attempts": 0, "not_before": None}
            self._connection.execute(update(atelier_places).where(_is(ref, platform)).values(changed))

    def pending(self, now: datetime, limit: int) -> tuple[Channel, ...]:
        """The channels to open or to bring to their members, at the machine's hour `now`."""
        free = or_(atelier_places.c.not_before.is_(None), atelier_places.c.not_before <= now)
        found = select(atelier_places).where(atelier_places.c.settled == 0, free)
        ordered = found.order_by(atelier_places.c.ref, atelier_places.c.platform).limit(limit)
        return tuple(_channel(row) for row in self._connection.execute(ordered))

    def opened(self, channel: Channel, place: str) -> None:
        """The platform opened it: letters may leave."""
        self._set(channel, place=place)

    def settled(self, channel: Channel) -> None:
        """Everybody wanted when `channel` was read is there; members wanted since are settled at the next tick."""
        row = self._connection.execute(select(atelier_places).where(_is(channel.ref, channel.platform))).one()
        same = tuple(row.wanted) == channel.wanted
        self._set(channel, done=list(channel.wanted), settled=int(same), attempts=0, not_before=None, reason="")

    def later(self, channel: Channel, until: datetime, reason: str) -> None:
        """The platform did not do it: not before `until` (the machine's hour)."""
        self._set(channel, attempts=channel.attempts + 1, not_before=until, reason=reason[:FORGOTTEN])

    def of(self, ref: str) -> tuple[Address, ...]:
        """Where to write to an atelier: one address a platform where somebody is wanted."""
        return tuple(address(row.platform, ref) for row in self._places(ref) if row.peopled)

    def platforms(self, ref: str, *, opened: bool = False) -> tuple[str, ...]:
        """Where an atelier has a channel, also one that nobody is wanted in any more; `opened`: where people read it."""
        rows = self._places(ref)
        return tuple(row.platform for row in rows if not opened or (row.peopled and row.place is not None))

    def _places(self, ref: str) -> list[Any]:
        """Asked several times of the same atelier in an event, read once."""
        if ref not in self._read:
            self._read[ref] = OF.rows(self._connection, {"of": ref})
        return self._read[ref]

    def refs(self) -> tuple[Reference, ...]:
        """The ateliers that have a channel somewhere, in order."""
        found = select(atelier_places.c.ref).distinct().order_by(atelier_places.c.ref)
        return tuple(Reference(ref) for ref in self._connection.execute(found).scalars())

    def failing(self) -> tuple[Failing, ...]:
        """The channels that were tried in vain, in order."""
        tried = select(atelier_places).where(atelier_places.c.settled == 0, atelier_places.c.attempts > 0)
        rows = self._connection.execute(tried.order_by(atelier_places.c.ref, atelier_places.c.platform))
        return tuple(Failing(r.ref, r.platform, r.name, bool(r.place), r.attempts, r.reason) for r in rows)

    def opened_on(self, platform: str) -> tuple[Address, ...]:
        """The channels opened on a platform, as it names them."""
        there = (atelier_places.c.platform == platform) & atelier_places.c.place.is_not(None)
        found = select(atelier_places.c.place).where(there).order_by(atelier_places.c.ref)
        return tuple(Address(platform=platform, id=place) for place in self._connection.execute(found).scalars())

    def again(self, platform: str) -> None:
        """A platform where the bot was taken out of every channel is there again: they are opened anew, at once.

        One that we still are a member of is found by its name (bot/slack/channels.py), and stays the same.
        """
        self._read.clear()
        anew: dict[str, object] = {
            "place": None,
            "done": [],
            "settled": 0,
            "attempts": 0,
            "not_before": None,
            "reason": "",
        }
        there = (atelier_places.c.platform == platform) & PEOPLED
        self._connection.execute(update(atelier_places).where(there).values(anew))

    def real(self, place: Address) -> Address | None:
        """The platform's own place of an address, itself when it is no atelier's; None until it is opened."""
        if not place.id.startswith(PREFIX):
            return place
        here = _is(place.id.removeprefix(PREFIX), place.platform)
        found = self._connection.execute(select(atelier_places.c.place).where(here)).scalar_one_or_none()
        return Address(platform=place.platform, id=found) if found else None

    def known(self, place: Address) -> Address:
        """The address letters use for a platform's place: an atelier's channel by its reference, any other as it is."""
        here = {"on": place.platform, "at": place.id}
        ref = KNOWN.value(self._connection, here)
        return address(place.platform, ref) if ref else place

    def _set(self, channel: Channel, **values: object) -> None:
        self._read.pop(channel.ref, None)
        self._connection.execute(update(atelier_places).where(_is(channel.ref, channel.platform)).values(values))


def _is(ref: str, platform: str) -> ColumnElement[bool]:
    return (atelier_places.c.ref == ref) & (atelier_places.c.platform == platform)


def _channel(row: Row[tuple[object, ...]]) -> Channel:
    return Channel(row.ref, row.platform, row.name, row.place or "", tuple(row.wanted), row.attempts)
