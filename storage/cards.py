"""Where each card was posted: every copy is edited when its dossier moves."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, select

from atelier.words import Reference
from chat.cards import Address
from storage.rows import upsert
from storage.tables import cards


@dataclass(frozen=True, slots=True)
class Copy:
    """One posted copy of a card: its key, where, the platform's id of the post, its dossier and who reads it."""

    key: str
    place: Address
    post: str
    ref: Reference
    audience: str


class Cards:
    """The posted copies, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def copies(self, key: str) -> list[Copy]:
        """Every copy of one card, by place."""
        return self._where(cards.c.key == key)

    def of(self, ref: Reference) -> list[Copy]:
        """Every copy of every card of a dossier, by key and place."""
        return self._where(cards.c.ref == ref)

    def _where(self, which: ColumnElement[bool]) -> list[Copy]:
        found = select(cards).where(which).order_by(cards.c.key, cards.c.platform, cards.c.place)
        return [
            Copy(row.key, Address(platform=row.platform, id=row.place), row.post, Reference(row.ref), row.audience)
            for row in self._connection.execute(found)
        ]

    def remember(self, key: str, place: Address, post: str, ref: str, audience: str) -> None:
        """Keep where a card was posted, in place of an earlier post of it there."""
        values = {"platform": place.platform, "place": place.id, "post": post, "ref": ref, "audience": audience}
        upsert(self._connection, cards, {"key": key, **values}, ("key", "platform", "place"))

    def forget(self, key: str, place: Address) -> None:
        """The post is gone: the next letter of this card posts it anew."""
        here = (cards.c.platform == place.platform) & (cards.c.place == place.id)
        self._connection.execute(delete(cards).where(here, cards.c.key == key))
