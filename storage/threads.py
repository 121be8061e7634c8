"""Threads: under which post the talk about a card goes, and which dossier a reply is about.

One thread per card and place: a person who changes platform gets a second thread there, and the first still answers.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select

from atelier.procedure import FINAL
from atelier.words import Reference
from chat.cards import Address
from storage.prepared import Prepared
from storage.rows import insert_new
from storage.tables import dossiers, threads

KEY = threads.c.key == bindparam("of")
HERE = (threads.c.platform == bindparam("at_platform")) & (threads.c.place == bindparam("at_place"))
ROOT = Prepared(select(threads).where(KEY).order_by(threads.c.seq).limit(1))
AT, FORGET = Prepared(select(threads.c.post).where(KEY, HERE)), Prepared(delete(threads).where(KEY, HERE))
UNDER = Prepared(select(threads).where(HERE, threads.c.post == bindparam("under")).order_by(threads.c.seq).limit(1))


@dataclass(frozen=True, slots=True)
class Thread:
    """What a thread is about: the key of its card, its dossier, who reads it."""

    key: str
    ref: Reference
    audience: str


class Threads:
    """The threads, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def root(self, key: str) -> tuple[Address, str] | None:
        """The place and the root post of the first thread opened for a card, or None."""
        row = ROOT.row(self._connection, {"of": key})
        return None if row is None else (Address(platform=row.platform, id=row.place), row.post)

    def at(self, key: str, place: Address) -> str | None:
        """The root post of a card's thread in this very place, or None."""
        return AT.value(self._connection, {"of": key, **_at(place)})

    def open(self, key: str, place: Address, post: str, ref: str, audience: str) -> None:
        """Open a thread under a post; the first one opened for this card in this place stays."""
        values = {"platform": place.platform, "place": place.id, "post": post, "ref": ref, "audience": audience}
        insert_new(self._connection, threads, {"key": key, **values})

    def by_post(self, place: Address, post: str) -> Thread | None:
        """What the thread under this root post is about, or None when it is none of ours."""
        row = UNDER.row(self._connection, {"under": post, **_at(place)})
        return None if row is None else Thread(row.key, Reference(row.ref), row.audience)

    def live(self, platform: str) -> list[tuple[Address, str]]:
        """The place and root post of every thread of a platform whose dossier goes on, the newest first."""
        going = select(dossiers.c.ref).where(dossiers.c.state.not_in(FINAL))
        found = select(threads).where(threads.c.platform == platform, threads.c.ref.in_(going))
        rows = self._connection.execute(found.order_by(threads.c.seq.desc()))
        return [(Address(platform=row.platform, id=row.place), row.post) for row in rows]

    def forget(self, key: str, place: Address) -> None:
        """The root post is gone: the next post of this card opens the thread anew."""
        FORGET.changed(self._connection, {"of": key, **_at(place)})


def _at(place: Address) -> dict[str, str]:
    return {"at_platform": place.platform, "at_place": place.id}
