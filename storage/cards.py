"""Where each card was posted: every copy is edited when its dossier moves."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select

from atelier.words import Reference
from chat.cards import Address
from storage.prepared import Prepared
from storage.rows import upsert
from storage.tables import cards

COPIES = Prepared(select(cards).where(cards.c.key == bindparam("key")).order_by(cards.c.platform, cards.c.place))
FORGET = Prepared(
    delete(cards).where(
        cards.c.key == bindparam("of"),
        cards.c.platform == bindparam("at_platform"),
        cards.c.place == bindparam("at_place"),
    )
)
OF = Prepared(
    select(cards).where(cards.c.ref == bindparam("ref")).order_by(cards.c.key, cards.c.platform, cards.c.place)
)


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
        return self._read(COPIES, key=key)

    def of(self, ref: Reference) -> list[Copy]:
        """Every copy of every card of a dossier, by key and place."""
        return self._read(OF, ref=ref)

    def _read(self, which: Prepared, **values: str) -> list[Copy]:
        return [
            Copy(row.key, Address(platform=row.platform, id=row.place), row.post, Reference(row.ref), row.audience)
            for row in which.rows(self._connection, values)
        ]

    def remember(self, key: str, place: Address, post: str, ref: str, audience: str) -> None:
        """Keep where a card was posted, in place of an earlier post of it there."""
        values = {"platform": place.platform, "place": place.id, "post": post, "ref": ref, "audience": audience}
        upsert(self._connection, cards, {"key": key, **values}, ("key", "platform", "place"))

    def forget(self, key: str, place: Address) -> None:
        """The post is gone: the next letter of this card posts it anew."""
        FORGET.changed(self._connection, {"of": key, "at_platform": place.platform, "at_place": place.id})
