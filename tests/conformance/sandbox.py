"""The stage of the sandbox: its own verbs, and the views that its page is drawn from."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx
from starlette.applications import Starlette

from bot.ids import fresh_id
from bot.sandbox import drawing
from bot.sandbox.marks import quiet
from bot.sandbox.page import routes
from bot.sandbox.people import EVERYBODY, REVIEW, REVIEWERS, STRANGER, Somebody
from bot.sandbox.platform import Sandbox
from bot.sandbox.things import PLATFORM, Persona
from bot.sandbox.views import FieldView, MessageView
from bot.sandbox.world import Unknown, World, direct
from chat.cards import Token
from chat.language import Languages
from chat.platform import Undelivered
from chat.talk import Given
from tests.conformance.stage import Ear, Field, Lost, Read, Scripted, Stage, Turned, Window

WAYS = {
    "line": "ligne", "text": "zone de texte", "choice": "menu", "choices": "cases à cocher",
    "date": "date écrite", "file": "dépôt dans la conversation",
}  # fmt: skip
BREAK, TAG = re.compile(r"<br>|<li>"), re.compile(r"</?(?:strong|ul|li)>")
FORGED = Token(act="valider", ref="ADT-2026-0001", version=1)


@dataclass
class SandboxStage(Stage):
    """The world, the sandbox on it, and the page beside for what only HTTP can do."""

    world: World
    sandbox: Sandbox
    languages: Languages
    ear: Ear
    desk: Scripted
    clock: Any
    fetch: Callable[[str], Awaitable[bytes | None]]
    ids: list[str] = field(default_factory=list)
    name: str = PLATFORM
    review: str = REVIEW.id
    local: bool = True
    _last: Callable[[], Awaitable[object]] | None = None
    _drawn: dict[str, tuple[Any, MessageView]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.platform = self.sandbox
        self.sandbox.ids = self._id
        self._repeat = False

    def _id(self) -> str:
        if not self._repeat:
            self.ids.append(fresh_id())
        return self.ids[-1]

    def account(self, who: Somebody) -> str:
        return who.account

    def home(self, who: Somebody) -> str:
        return direct(who.account)

    @property
    def nowhere(self) -> str:
        return "p999999"

    def members(self, place: str) -> set[str]:
        return set(self.world.place(place).members)

    def window(self, who: Somebody) -> Window | None:
        found = self.world.forms.get(who.account)
        if found is None:
            return None
        view = drawing.form(
            found.form, self._reads(found.lang), found.given if found.given or found.problems else None, found.problems
        )
        fields = {f.name: _field(f) for f in view.fields}
        return Window(view.title, "\n".join(_words(a) for a in view.about), fields, view.submit, view.problem)

    def outage(self, kind: str) -> None:
        stages = {"down": {"post", "edit", "find"}, "cut": {"posted", "edited"}, "": set()}[kind]
        self.world.outage = lambda stage: Undelivered(kind) if stage in stages else None

    async def again(self) -> None:
        assert self._last is not None
        self._repeat = True
        try:
            await self._last()
        finally:
            self._repeat = False

    async def forged(self, who: Somebody, read: Read, label: str) -> None:
        assert label in read.buttons
        try:
            await self.sandbox.press(who.account, read.id, FORGED)
        except Unknown as error:
            raise Turned("a token that no post ever showed") from error

    async def unopened(self, who: Somebody) -> None:
        answer = await self.sandbox.fill(who.account, FORGED, {"adequation_dispositif": "Un centre ancien à réparer"})
        if answer.outcome == "refused":
            raise Turned("a form of no request of theirs")

    async def intruder(self, who: Somebody) -> None:
        async with self._page() as page:
            sent = {"qui": who.account, "texte": "/atelier", "lieu": self.home(who)}
            answer = await page.post("/dire", data=sent, headers={"origin": "http://evil.example"})
        if answer.status_code == 403:
            raise Turned("another site")

    def mentions(self, read: Read) -> list[str]:
        assert isinstance(read.inner, MessageView)
        view = read.inner
        markup = [*view.text, *view.paragraphs, *(f.value for row in view.facts for f in row)]
        return [m for m in map(str, markup) if "<script" in m or "<a " in m or "<b>" in m]

    async def downloaded(self, who: Somebody, name: str) -> bytes:
        for read in reversed([r for p in self.world.places_of(who.account) for r in self.screen(who, p.id)]):
            assert isinstance(read.inner, MessageView)
            for file in read.inner.files:
                if file.name == name:
                    async with self._page() as page:
                        return (await page.get(f"/fichier/{file.id}", params={"qui": who.account})).content
        raise Lost(name)

    def _page(self) -> httpx.AsyncClient:
        made = Starlette(routes=routes(self.sandbox, self.clock, self.languages, fetch=self.fetch))
        return httpx.AsyncClient(transport=httpx.ASGITransport(made), base_url="http://127.0.0.1")

    def _reads(self, lang: str) -> Any:
        return self.languages.say(lang, quiet)

    def _screen(self, who: Somebody, place: str) -> list[Read]:
        return [self._read(post, who) for post in self.world.visible(who.account, place)]

    def _read(self, post: Any, who: Somebody) -> Read:
        """As it is drawn; once, for as long as it is the same post."""
        if post.id not in self._drawn or self._drawn[post.id][0] is not post:
            self._drawn[post.id] = post, drawing.message(post.message, self._reads(post.lang))
        view = self._drawn[post.id][1]
        facts = [f"{f.name} : {_words(f.value)}" for row in view.facts for f in row]
        lines = [*map(_words, view.text), view.title, view.state, *facts, *map(_words, view.paragraphs), view.left_out]
        menus = {m.label: tuple(line for g in m.groups for _, line in g.options) for m in view.menus}
        return Read(
            post.id, "\n".join(filter(None, lines)), tuple(b.label for row in view.rows for b in row), menus,
            tuple(f.name for f in view.files), post.thread, bool(post.author) and post.author == who.account, view,
            tuple(f.alt for f in view.files if f.alt),
        )  # fmt: skip

    async def _do(self, deed: Callable[[], Awaitable[object]]) -> None:
        self._last = deed
        await deed()

    async def _command(self, who: Somebody, text: str, place: str) -> None:
        await self._do(lambda: self.sandbox.command(who.account, place, text))

    async def _say(self, who: Somebody, text: str, place: str, thread: str) -> None:
        await self._do(lambda: self.sandbox.say(who.account, place, text, thread))

    async def _drop(self, who: Somebody, files: Mapping[str, bytes], text: str, place: str, thread: str) -> None:
        await self._do(lambda: self.sandbox.drop(who.account, place, files.items(), text, thread))

    async def _press(self, who: Somebody, read: Read, label: str) -> None:
        assert isinstance(read.inner, MessageView)
        found = [Token.model_validate_json(b.token) for row in read.inner.rows for b in row if b.label == label]
        await self._do(lambda: self.sandbox.press(who.account, read.id, found[0]))

    async def _choose(self, who: Somebody, read: Read, menu: str, line: str) -> None:
        assert isinstance(read.inner, MessageView)
        view = next(m for m in read.inner.menus if m.label == menu)
        value = next(value for g in view.groups for value, label in g.options if label == line)
        token = Token.model_validate_json(view.token)
        await self._do(lambda: self.sandbox.choose(who.account, read.id, token, value))

    async def _fill(self, who: Somebody, given: Given) -> None:
        form = self.world.forms[who.account]
        held: Given = {q.name: form.given.get(q.name, q.initial) for q in form.form.questions if q.kind != "file"}
        await self._do(lambda: self.sandbox.fill(who.account, form.form.token, held | given))

    async def _quiet(self) -> None:
        """Everything is done when a verb ends."""


def _field(view: FieldView) -> Field:
    lines = {value: label for g in view.groups for value, label in g.options}
    text = " ".join(filter(None, (view.label, view.question, view.hint)))
    value = view.value if view.kind == "choices" else next(iter(view.value), "")
    return Field(WAYS[view.kind], text, value, lines, view.problem)


def _words(markup: Any) -> str:
    """The words of a piece of HTML, its line ends kept."""
    return unescape(TAG.sub("", BREAK.sub("\n", str(markup))))


@asynccontextmanager
async def staged(desk: Scripted, ear: Ear, languages: Languages, clock: Any, fetch: Any) -> AsyncIterator[SandboxStage]:
    """The sandbox with its people and the review channel."""
    world = World()
    world.people(*(Persona(account=s.account, name=s.name, title=s.service) for s in EVERYBODY), STRANGER)
    world.channel(REVIEW.id, "Revue AD1", REVIEWERS)
    sandbox = Sandbox(world, clock.now)
    sandbox.attach(ear.receive)
    yield SandboxStage(world, sandbox, languages, ear, desk, clock, fetch)
