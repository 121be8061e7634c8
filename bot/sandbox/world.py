"""The pretend chat server: plain state, kept in memory and, when asked, in one JSON file beside its folder of files.

Every change raises `revision`, which the page polls. Not for several processes: the file has one writer.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bot.sandbox.things import Kept, OpenForm, Persona, Place, Post, tokens
from chat.cards import Message

Outage = Callable[[str], Exception | None]
"""Asked at « post », « edit », « find » before the server takes it, « posted », « edited » after: what to raise, if anything."""


class Unknown(LookupError):
    """No such person, place, post, form or button here, or not for this person: missing and forbidden look the same."""


def no_outage(_stage: str) -> None:
    """The server is well."""


def direct(account: str) -> str:
    """The id of an account's conversation with the bot."""
    return f"dm:{account}"


@dataclass(slots=True)
class World:
    """People, places and posts in order. `file` keeps them across restarts; use `World.load` to read it back."""

    file: Path | None = None
    outage: Outage = no_outage
    personas: dict[str, Persona] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    forms: dict[str, OpenForm] = field(default_factory=dict)
    offset: timedelta | None = None
    revision: int = 0
    _seen: dict[str, int] = field(default_factory=dict)
    _bytes: dict[str, bytes] = field(default_factory=dict)
    _count: int = 0

    @classmethod
    def load(cls, file: Path) -> World:
        """The world kept in `file`, or an empty one that will be kept there. Raises ValueError when it is not ours."""
        world = cls(file)
        if file.exists():
            kept = Kept.model_validate_json(file.read_bytes())
            world.personas = {p.account: p for p in kept.personas}
            world.places = {p.id: p for p in kept.places}
            world.posts = {p.id: p for p in kept.posts}
            world.forms = {f.account: f for f in kept.forms}
            world.offset, world.revision = kept.offset, kept.revision
            world._seen, world._count = dict(kept.seen), kept.count
        return world

    def people(self, *personas: Persona) -> None:
        """Add people, each with a direct conversation; somebody already known is renamed."""
        for persona in personas:
            self.personas[persona.account] = persona
            place = Place(id=direct(persona.account), title=persona.name, kind="direct", members=(persona.account,))
            self.places[place.id] = place
        self._changed()

    def channel(self, id_: str, title: str, members: Iterable[str]) -> Place:
        """Open a channel, or set the title and members of one that exists."""
        place = Place(id=id_, title=title, kind="channel", members=tuple(members))
        self.places[id_] = place
        self._changed()
        return place

    def place(self, id_: str) -> Place:
        """The place. Raises Unknown."""
        if id_ not in self.places:
            raise Unknown(id_)
        return self.places[id_]

    def places_of(self, account: str) -> tuple[Place, ...]:
        """The places an account is a member of: its direct conversation first."""
        mine = [p for p in self.places.values() if account in p.members]
        return tuple(sorted(mine, key=lambda p: p.kind != "direct"))

    def place_for(self, account: str, place: str) -> Place:
        """The place, as a member. Raises Unknown."""
        found = self.place(place)
        if account not in found.members:
            raise Unknown(place)
        return found

    def post(
        self, place: str, message: Message, at: datetime, *, thread: str = "", author: str = "",
        lang: str = "fr", outbox_id: str = "", ephemeral_to: str = "",
    ) -> Post:  # fmt: skip
        """Add a post; the same outbox id in the same place and thread posts once. Raises Unknown."""
        self.place(place)
        root = self._root(place, thread)
        already = self.find(place, outbox_id, root) if outbox_id else None
        if already is not None:
            return already
        self._count += 1
        post = Post(
            id=f"p{self._count}", place=place, thread=root, author=author, message=message, at=at, lang=lang,
            outbox_id=outbox_id, ephemeral_to=ephemeral_to, shown=tokens(message),
        )  # fmt: skip
        self.posts[post.id] = post
        self._changed()
        return post

    def edit(self, id_: str, message: Message, lang: str) -> Post:
        """Replace a post's message, buttons included; its past tokens are remembered. Raises Unknown."""
        if id_ not in self.posts:
            raise Unknown(id_)
        old = self.posts[id_]
        shown = (*old.shown, *(t for t in tokens(message) if t not in old.shown))
        self.posts[id_] = old.model_copy(update={"message": message, "lang": lang, "edited": True, "shown": shown})
        self._changed()
        return self.posts[id_]

    def find(self, place: str, outbox_id: str, thread: str) -> Post | None:
        """The post that carries this outbox id in this place and thread."""
        root = self.posts[thread].thread or thread if thread in self.posts else thread
        wanted = (place, outbox_id, root)
        return next((p for p in self.posts.values() if (p.place, p.outbox_id, p.thread) == wanted), None)

    def visible(self, account: str, place: str) -> tuple[Post, ...]:
        """The posts of a place this account sees, in order. Raises Unknown when it is not a member."""
        self.place_for(account, place)
        return tuple(p for p in self.posts.values() if p.place == place and p.ephemeral_to in {"", account})

    def thread(self, account: str, root: str) -> tuple[Post, ...]:
        """A root and its replies, in order, as this account sees them. Raises Unknown."""
        first = self.seen_post(account, root)
        return tuple(p for p in self.visible(account, first.place) if root in {p.id, p.thread})

    def seen_post(self, account: str, id_: str) -> Post:
        """The post, if this account sees it. Raises Unknown."""
        post = self.posts.get(id_)
        if post is None or post.ephemeral_to not in {"", account}:
            raise Unknown(id_)
        self.place_for(account, post.place)
        return post

    def open_form(self, form: OpenForm) -> None:
        """Put a form in front of somebody, in place of the one that was there."""
        self.forms[form.account] = form
        self._changed()

    def close_form(self, account: str) -> None:
        """Take the form away, if there is one."""
        if self.forms.pop(account, None) is not None:
            self._changed()

    def unread(self, account: str, place: str) -> bool:
        """Whether somebody else wrote there since this account last looked."""
        last = max((int(p.id[1:]) for p in self.visible(account, place) if p.author != account), default=0)
        return last > self._seen.get(f"{account} {place}", 0)

    def look(self, account: str, place: str) -> None:
        """Somebody looks at a place: what is there now is read. Kept with the next change."""
        self._seen[f"{account} {place}"] = self._count

    def store(self, content: bytes) -> str:
        """Keep a file's bytes and return their id."""
        self._count += 1
        id_ = f"f{self._count}"
        if self.file is None:
            self._bytes[id_] = content
        else:
            self._folder(self.file).mkdir(parents=True, exist_ok=True)
            _replace(self._folder(self.file) / id_, content)
        return id_

    def content(self, id_: str) -> bytes | None:
        """The bytes of a file dropped here, None when it is not one of ours."""
        if self.file is None or not _ours(id_):
            return self._bytes.get(id_)
        path = self._folder(self.file) / id_
        return path.read_bytes() if path.exists() else None

    def keep_offset(self, offset: timedelta) -> None:
        """Remember how far the procedure's clock has gone."""
        self.offset = offset
        self._changed()

    def touch(self) -> None:
        """Tell whoever polls that the hour moved."""
        self._changed()

    def _root(self, place: str, thread: str) -> str:
        if not thread:
            return ""
        post = self.posts.get(thread)
        if post is None or post.place != place:
            raise Unknown(thread)
        return post.thread or post.id

    def _changed(self) -> None:
        self.revision += 1
        if self.file is not None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            _replace(self.file, self._kept().model_dump_json().encode())

    def _kept(self) -> Kept:
        return Kept(
            personas=tuple(self.personas.values()), places=tuple(self.places.values()), posts=tuple(self.posts.values()),
            forms=tuple(self.forms.values()), seen=dict(self._seen), offset=self.offset, count=self._count, revision=self.revision,
        )  # fmt: skip

    @staticmethod
    def _folder(file: Path) -> Path:
        return file.with_name(f"{file.name}.files")


def _ours(id_: str) -> bool:
    """Whether an id is one `store` gave: it becomes a file's name, so nothing else may pass."""
    return id_[:1] == "f" and id_[1:].isascii() and id_[1:].isdigit()


def _replace(path: Path, content: bytes) -> None:
    """Write beside, then rename: a reader or a crash never meets half a file."""
    beside = path.with_name(f"{path.name}.new")
    with beside.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(path)
