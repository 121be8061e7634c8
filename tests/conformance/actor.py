"""Plays the sandbox's own story on any stage: the same verbs as bot.sandbox.player.Player, by what is read there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from atelier.decide import step_of
from atelier.words import Do
from bot.sandbox.people import REVIEW, Somebody
from chat.talk import Asked, Attached, Filled, Given, Pressed, Said
from storage.tables import conversations
from storage.unit import Unit
from tests.conformance import scenes
from tests.conformance.stage import Lost, Stage

FILE = re.compile(r"\{file(\d)\}")
PRESSED = frozenset({"avis", "repondre", "ecrire", "inviter", "demande_paiement", "paiement"})
"""What the story types, and what the presser does with buttons and windows."""
OTHERS = "Autres gestes"
"""The menu of what may be done at any time."""
WAYS = {Asked: "texte", Said: "texte", Pressed: "bouton", Filled: "bouton", Attached: "fichier"}


@dataclass(frozen=True)
class Deed:
    """What somebody did, to be done again elsewhere. `root` is the card under which it was said: whose, of what, where."""

    kind: str
    who: Somebody | None = None
    text: str = ""
    place: str = ""
    root: tuple[Somebody, str, str] | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    by: timedelta = timedelta()


@dataclass
class Jumping:
    """The stage's clock, whose jumps are noted."""

    actor: Actor

    def now(self) -> datetime:
        return self.actor.stage.clock.now()

    def jump(self, by: timedelta) -> None:
        self.actor.deeds.append(Deed("jump", by=by))
        self.actor.stage.clock.jump(by)


@dataclass
class Actor:
    """Somebody who acts as people, and notes what each way of acting brought about in the journal."""

    stage: Stage
    done: dict[str, set[str]] = field(default_factory=lambda: {"bouton": set(), "texte": set(), "fichier": set()})
    deeds: list[Deed] = field(default_factory=list)
    """Commands, words, files and jumps, in order."""
    _lines: dict[str, int] = field(default_factory=dict)
    _roots: dict[str, tuple[Somebody, str, str]] = field(default_factory=dict)

    @property
    def local(self) -> Any:
        """What the story asks of the bot behind: its clock."""
        return SimpleNamespace(clock=Jumping(self))

    def set_scene(self, id_: str) -> None:
        """An atelier is put where this row may be taken."""
        self.deeds.append(Deed("scene", text=id_))
        scenes.placed(self.stage, id_)

    async def command(self, who: Somebody, text: str, place: str = "") -> None:
        kept = text
        for number, file in enumerate(self._unsorted(who)):
            kept = kept.replace(file, f"{{file{number}}}")
        self.deeds.append(Deed("command", who, kept, place))
        await self.stage.command(who, text, place)
        self._note()

    async def say(self, who: Somebody, text: str, place: str = "", thread: str = "") -> None:
        self.deeds.append(Deed("say", who, text, place, self._roots.get(thread)))
        await self.stage.say(who, text, place, thread)
        self._note()

    async def press(self, who: Somebody, label: str, place: str = "") -> None:
        await self.stage.press(who, label, place)
        self._note()

    async def choose(self, who: Somebody, menu: str, line: str, place: str = "") -> None:
        await self.stage.choose(who, menu, line, place)
        self._note()

    async def take(self, who: Somebody, label: str, ref: str) -> None:
        """Make a gesture by the last card of this request that offers it: its button, or its line of a menu. Raises Lost."""
        for read in reversed(self.stage.screen(who)):
            if ref in read.text and label in read.buttons:
                await self.stage.press_on(who, read, label)
                return self._note()
            if ref in read.text and label in read.menus.get(OTHERS, ()):
                return await self.choose(who, OTHERS, label)
        raise Lost(
            f"{self.stage.name}: nothing offers « {label} » on {ref} to {who.name}:\n{self.stage.read(who)[-3000:]}"
        )

    async def fill(self, who: Somebody, given: Given) -> None:
        await self.stage.fill(who, given)
        self._note()

    async def drop(
        self, who: Somebody, files: Mapping[str, bytes], text: str = "", place: str = "", thread: str = ""
    ) -> None:
        self.deeds.append(Deed("drop", who, text, place, self._roots.get(thread), files))
        await self.stage.drop(who, files, text, place, thread)
        self._note()

    def screen(self, who: Somebody, place: str = "") -> list[str]:
        return [read.text for read in self.stage.screen(who, place)]

    def form(self, who: Somebody) -> Any:
        """The window in front of somebody, as far as the story looks into it: the lines of its questions."""
        window = self.stage.window(who)
        if window is None:
            raise Lost(f"no window for {who.name}:\n{self.stage.read(who)[-2000:]}")
        asked = [SimpleNamespace(choices=[SimpleNamespace(value=v) for v in f.lines]) for f in window.fields.values()]
        return SimpleNamespace(form=SimpleNamespace(questions=asked))

    def root(self, who: Somebody, ref: str, place: str = "") -> str:
        """The post of a request's card, under which its thread is. Raises Lost."""
        where = self.stage.review if place == REVIEW.id else f"dm:{self.stage.account(who)}"

        def copies(unit: Unit) -> list[str]:
            return [c.post for c in unit.cards.of(ref) if c.place.id == where]

        found = self._writer.call(copies)
        if not found or found[0] not in {read.id for read in self.stage.screen(who, place)}:
            raise Lost(f"no card of {ref} for {who.name}")
        self._roots[found[0]] = (who, ref, place)
        return found[0]

    async def again(self, deeds: list[Deed]) -> None:
        """Do what was done elsewhere."""
        for deed in deeds:
            thread = self.root(*deed.root) if deed.root else ""
            match deed:
                case Deed(kind="jump", by=by):
                    self.stage.clock.jump(by)
                case Deed(kind="scene", text=id_):
                    self.set_scene(id_)
                case Deed(kind="command", who=Somebody() as who):
                    await self.command(who, self._named(who, deed.text), deed.place)
                case Deed(kind="say", who=Somebody() as who):
                    await self.say(who, deed.text, deed.place, thread)
                case Deed(kind="drop", who=Somebody() as who):
                    await self.drop(who, deed.files, deed.text, deed.place, thread)

    def _named(self, who: Somebody, text: str) -> str:
        """A command with this database's own names of the files that wait."""
        waiting = self._unsorted(who)
        return FILE.sub(lambda found: waiting[int(found[1])], text)

    def review(self, who: Somebody, ref: str) -> str:
        return self.root(who, ref, REVIEW.id)

    def _unsorted(self, who: Somebody) -> list[str]:
        """The files that wait to be put in their place: a command names them, and no two databases name them alike."""
        found = select(conversations.c.account).where(conversations.c.platform == "fichier")
        ids = self._writer.call(lambda u: u.conversations._connection.execute(found).scalars().all())
        return sorted(i.partition(":")[2] for i in ids if i.startswith(f"{who.account}:"))

    @property
    def _writer(self) -> Any:
        assert self.stage.app is not None
        return self.stage.app.writer

    def _note(self) -> None:
        """What the last event brought about: the lines it added to the journals."""
        event = self.stage.ear.last

        def added(unit: Unit) -> list[str]:
            grown = {ref: seq for ref, seq, _ in unit.journal.heads() if seq != self._lines.get(ref)}
            new = [line for ref in grown for line in unit.journal.of(ref)[self._lines.get(ref, 0) :]]
            self._lines |= grown
            return [line.what for line in new if line.person]

        self.done[WAYS[type(event)]] |= set(self._writer.call(added))


class Presser(Actor):
    """Presses even what the story types: the button of the gesture, then its window."""

    async def command(self, who: Somebody, text: str, place: str = "") -> None:
        act, _, rest = text.partition(" ")
        if act == "demande":
            await super().command(who, "")
            await self.press(who, "Nouvelle demande")
        elif act in PRESSED:
            ref, _, words = rest.partition(" ")
            await super().command(who, f"voir {ref}")
            await self.press(who, step_of(Do(act)).label)
            await self.fill(who, self._given(who, words))
        else:
            await super().command(who, text, place)

    def _given(self, who: Somebody, words: str) -> Given:
        """« champ = réponse | champ = réponse » as the fields of the window in front of them take it."""
        window = self.stage.window(who)
        if window is None:
            raise Lost(f"no window for {who.name}")
        pairs = (part.partition("=") for part in words.split("|"))
        given = {name.strip(): value.strip() for name, _, value in pairs}
        several = {name for name in given if isinstance(window.fields[name].value, tuple)}
        return {n: tuple(p.strip() for p in v.split(",")) if n in several else v for n, v in given.items()}
