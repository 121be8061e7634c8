"""The ateliers' own channels: wanted by a step, opened by the clock, kept to their members.

A letter is addressed to « atelier:REF » from the moment the channel is wanted; it waits until the platform has opened it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, bindparam, or_, select, update

from chat.cards import Address
from storage.atelier_tables import atelier_places
from storage.rows import insert_new

PREFIX = "atelier:"
FORGOTTEN = 500
OF = (
    select(atelier_places.c.platform).where(atelier_places.c.ref == bindparam("of")).order_by(atelier_places.c.platform)
)
KNOWN = select(atelier_places.c.ref).where(
    atelier_places.c.platform == bindparam("on"), atelier_places.c.place == bindparam("at")
)
# built once: most of what a small reading costs is building it


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel of an atelier on a platform. `place` is empty until it is opened."""

    ref: str
    platform: str
    name: str
    place: str
    wanted: tuple[str, ...]
    attempts: int


def address(platform: str, ref: str) -> Address:
    """Where letters to an atelier's channel are put, opened or not."""
    return Address(platform=platform, id=f"{PREFIX}{ref}")


class Ateliers:
    """The channels, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def want(self, ref: str, platform: str, name: str, members: Iterable[str]) -> None:
        """A channel for this atelier on this platform, with these accounts; the same again changes nothing."""
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
        """Where to write to an atelier: one address a platform."""
        return tuple(address(platform, ref) for platform in self._connection.execute(OF, {"of": ref}).scalars())

    def opened_on(self, platform: str) -> tuple[Address, ...]:
        """The channels opened on a platform, as it names them."""
        there = (atelier_places.c.platform == platform) & atelier_places.c.place.is_not(None)
        found = select(atelier_places.c.place).where(there).order_by(atelier_places.c.ref)
        return tuple(Address(platform=platform, id=place) for place in self._connection.execute(found).scalars())

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
        ref = self._connection.execute(KNOWN, here).scalar_one_or_none()
        return address(place.platform, ref) if ref else place

    def _set(self, channel: Channel, **values: object) -> None:
        self._connection.execute(update(atelier_places).where(_is(channel.ref, channel.platform)).values(values))


def _is(ref: str, platform: str) -> ColumnElement[bool]:
    return (atelier_places.c.ref == ref) & (atelier_places.c.platform == platform)


def _channel(row: Row[tuple[object, ...]]) -> Channel:
    return Channel(row.ref, row.platform, row.name, row.place or "", tuple(row.wanted), row.attempts)
