"""One stage a platform, one set of verbs: what a person does there, and what they read. Built on the fakes of each platform.

A person reads posts (`Read`) and windows (`Window`), presses what they read, and never calls an inner name.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.app import Application
from bot.clock import JumpingClock
from bot.sandbox.people import REVIEW, Somebody
from chat.cards import Address
from chat.platform import Platform
from chat.talk import Answer, AnyEvent, Given, Reply
from chat.talk import Turned as Forged

MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
Receive = Callable[[AnyEvent], Awaitable[Answer]]


class Lost(AssertionError):
    """What is looked for is not on the screen."""


class Turned(AssertionError):
    """The platform, or the adapter's door, turned somebody away before anything was handled."""


@dataclass(frozen=True)
class Read:
    """A post as somebody reads it. `text` is all its words, in order; `inner` is the platform's own."""

    id: str
    text: str
    buttons: tuple[str, ...] = ()
    menus: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    thread: str = ""
    mine: bool = False
    inner: object = None
    alts: tuple[str, ...] = ()
    """The alternative texts of its pictures, where the platform has them beside the words."""


@dataclass(frozen=True)
class Field:
    """A question in a window: `way` is how it is answered here, `text` what is read about it."""

    way: str
    text: str
    value: str | tuple[str, ...] = ""
    lines: Mapping[str, str] = field(default_factory=dict)
    """The choices: value kept, words read."""
    problem: str = ""


@dataclass(frozen=True)
class Window:
    """The form in front of somebody. `text` is what is read outside the fields, `problem` what is wrong with the whole."""

    title: str
    text: str
    fields: Mapping[str, Field]
    submit: str
    problem: str = ""


@dataclass
class Ear:
    """Between the adapter and the desk: remembers what came in, and what was answered."""

    desk: Receive
    heard: list[tuple[AnyEvent, Answer]] = field(default_factory=list)

    async def receive(self, event: AnyEvent) -> Answer:
        answer = await self.desk(event)
        self.heard.append((event, answer))
        return answer

    @property
    def acted(self) -> list[AnyEvent]:
        """What people did, without what was turned away."""
        return [event for event, _ in self.heard if not isinstance(event, Forged)]

    @property
    def last(self) -> AnyEvent:
        return self.heard[-1][0]


@dataclass
class Scripted:
    """A desk that answers what it was told to, then nothing."""

    answers: list[Answer] = field(default_factory=list)

    async def receive(self, _event: AnyEvent) -> Answer:
        return self.answers.pop(0) if self.answers else Answer()

    def will(self, *replies: Reply) -> None:
        self.answers.append(Answer(replies=replies))


@dataclass
class Ahead:
    """The machine's hour, for leases and retries: it goes on when it is told to."""

    by: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


class Still:
    """A machine whose clock stands still: only jumps move the procedure's."""

    def now(self) -> datetime:
        return MONDAY


class Stage(ABC):
    """What every platform can do. `place` is "" (the direct conversation), the review channel's id, or a channel's."""

    name: str
    pressable: bool = True
    """False where there is no button, no menu and no window."""
    elsewhere: bool = False
    """True where what one person alone is told in a channel is told in their direct conversation."""
    local: bool = False
    """True where people and the bot are in one process: nothing travels that could be forged."""
    ear: Ear
    platform: Platform
    review: str
    desk: Scripted
    app: Application | None = None
    ahead: Ahead
    clock: JumpingClock

    # What a person does

    async def command(self, who: Somebody, text: str, place: str = "") -> None:
        await self._then(self._command(who, text, self.where(who, place)))

    async def say(self, who: Somebody, text: str, place: str = "", thread: str = "") -> None:
        await self._then(self._say(who, text, self.where(who, place), thread))

    async def drop(
        self, who: Somebody, files: Mapping[str, bytes], text: str = "", place: str = "", thread: str = ""
    ) -> None:
        await self._then(self._drop(who, files, text, self.where(who, place), thread))

    async def press(self, who: Somebody, label: str, place: str = "") -> None:
        """Press the last button that reads `label`. Raises Lost."""
        await self.press_on(who, self.showing(who, label, place), label)

    async def press_on(self, who: Somebody, read: Read, label: str) -> None:
        """Press a button of a post already read."""
        await self._then(self._press(who, read, label))

    async def choose(self, who: Somebody, menu: str, line: str, place: str = "") -> None:
        """Choose a line of the last menu of that name. Raises Lost."""
        for read in reversed(self.screen(who, place)):
            if line in read.menus.get(menu, ()):
                return await self._then(self._choose(who, read, menu, line))
        raise Lost(f"{self.name}: no line « {line} » in « {menu} » for {who.name}")

    async def fill(self, who: Somebody, given: Given) -> None:
        """Send the window, what is not given as it was shown. Raises Lost."""
        window = self.window(who)
        if window is None or set(given) - set(window.fields):
            raise Lost(f"{self.name}: no such window for {who.name}: {window}")
        await self._then(self._fill(who, given))

    async def correct(self, who: Somebody, text: str, place: str = "") -> None:
        """They change what they last said there. Raises Turned where nothing said is changed."""
        await self._then(self._correct(who, text, self.where(who, place)))

    async def unsay(self, who: Somebody, place: str = "") -> None:
        """They delete what they last said there. Raises Turned where nothing said is deleted."""
        await self._then(self._unsay(who, self.where(who, place)))

    def mention(self, who: Somebody) -> tuple[str, str]:
        """How somebody is named in a message here: as it travels, and as it is read."""
        return f"@{who.account}", f"@{who.account}"

    # What a person reads

    def screen(self, who: Somebody, place: str = "") -> list[Read]:
        """Everything they see in a place, in order."""
        return self._screen(who, self.where(who, place))

    def read(self, who: Somebody, place: str = "") -> str:
        """All the words of a place."""
        return "\n".join(read.text for read in self.screen(who, place))

    def showing(self, who: Somebody, label: str, place: str = "") -> Read:
        """The last post with that button, in the place or where its answers to one person go. Raises Lost."""
        for read in reversed([*(self.screen(who) if self.elsewhere else ()), *self.screen(who, place)]):
            if label in read.buttons:
                return read
        raise Lost(f"{self.name}: no [{label}] for {who.name} in:\n{self.read(who, place)[-3000:]}")

    def address(self, who: Somebody) -> Address:
        """Their account here."""
        return Address(platform=self.name, id=self.account(who))

    def direct(self, who: Somebody) -> Address:
        """Where the bot writes to them alone."""
        return Address(platform=self.name, id=f"dm:{self.account(who)}")

    # What happens

    async def settle(self) -> None:
        """Let what was said be heard and answered, and the outbox be carried."""
        await self._quiet()
        if self.app is not None:
            await self.app.settle()
            await self._quiet()

    async def _then(self, deed: Awaitable[None]) -> None:
        await deed
        await self.settle()

    async def came(self, count: int) -> None:
        """Wait until the desk has heard that many events. Raises Lost after ten seconds."""
        for _ in range(1000):
            if len(self.ear.heard) >= count:
                return
            await asyncio.sleep(0.01)
        raise Lost(f"{self.name}: nothing came")

    def where(self, who: Somebody, place: str) -> str:
        """The platform's own id of a place."""
        if place == REVIEW.id:
            return self.review
        return place or self.home(who)

    @abstractmethod
    def account(self, who: Somebody) -> str:
        """Their id on the platform."""

    @abstractmethod
    def home(self, who: Somebody) -> str:
        """The platform's own id of their direct conversation."""

    @property
    @abstractmethod
    def nowhere(self) -> str:
        """A post's id as the platform makes them, of no post."""

    @abstractmethod
    def members(self, place: str) -> set[str]:
        """Who is in a channel, the bot aside."""

    @abstractmethod
    def window(self, who: Somebody) -> Window | None:
        """The form in front of them."""

    @abstractmethod
    def outage(self, kind: str) -> None:
        """The chat server is "" (well), "down", or "cut": it takes a post, and its answer is lost."""

    @abstractmethod
    async def again(self) -> None:
        """The platform sends its last event once more. Raises Turned where it never does."""

    @abstractmethod
    async def forged(self, who: Somebody, read: Read, label: str) -> None:
        """A press that names a post's button, whose meaning was changed on the way. Raises Turned."""

    @abstractmethod
    async def unopened(self, who: Somebody) -> None:
        """They send a form that the bot never showed them. Raises Turned."""

    @abstractmethod
    async def intruder(self, who: Somebody) -> None:
        """Somebody who is not the platform speaks in its place. Raises Turned."""

    @abstractmethod
    def mentions(self, read: Read) -> list[str]:
        """What would call people, or run, when this post is shown."""

    @abstractmethod
    async def downloaded(self, who: Somebody, name: str) -> bytes:
        """A file that they were given. Raises Lost."""

    @abstractmethod
    def _screen(self, who: Somebody, place: str) -> list[Read]: ...

    @abstractmethod
    async def _command(self, who: Somebody, text: str, place: str) -> None: ...

    @abstractmethod
    async def _say(self, who: Somebody, text: str, place: str, thread: str) -> None: ...

    async def _correct(self, who: Somebody, text: str, place: str) -> None:
        raise Turned("nothing said is changed here")

    async def _unsay(self, who: Somebody, place: str) -> None:
        raise Turned("nothing said is deleted here")

    @abstractmethod
    async def _drop(self, who: Somebody, files: Mapping[str, bytes], text: str, place: str, thread: str) -> None: ...

    @abstractmethod
    async def _press(self, who: Somebody, read: Read, label: str) -> None: ...

    @abstractmethod
    async def _choose(self, who: Somebody, read: Read, menu: str, line: str) -> None: ...

    @abstractmethod
    async def _fill(self, who: Somebody, given: Given) -> None: ...

    @abstractmethod
    async def _quiet(self) -> None: ...
