"""Plays people in the sandbox by what they read: « press [Valider la demande] », never by an inner name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bot.sandbox.local import Local
from bot.sandbox.marks import plain, quiet
from bot.sandbox.people import REVIEW, Somebody
from bot.sandbox.things import OpenForm, Post
from bot.sandbox.world import direct
from chat.talk import Answer, Given
from chat.text import Text

Heard = Callable[[Somebody | None, str], None]


class Lost(AssertionError):
    """The story looks for something that is not on the screen: the bot does not do what the story says."""


def unheard(_who: Somebody | None, _deed: str) -> None:
    """Nobody listens to what is done."""


@dataclass(slots=True)
class Player:
    """Acts as people, then lets the bot carry what it has to say. `heard` is told each deed before it is done."""

    local: Local
    heard: Heard = unheard
    after: Callable[[], None] = field(default=lambda: None)

    async def command(self, who: Somebody, text: str, place: str = "") -> Answer:
        """« /atelier text », in the direct conversation by default."""
        self.heard(who, f"/atelier {text}".rstrip())
        return await self._done(self.local.sandbox.command(who.account, place or direct(who.account), text))

    async def say(self, who: Somebody, text: str, place: str = "", thread: str = "") -> Answer:
        """Write words."""
        self.heard(who, f"« {text} »")
        return await self._done(self.local.sandbox.say(who.account, place or direct(who.account), text, thread))

    async def press(self, who: Somebody, label: str, place: str = "") -> Answer:
        """Press the last button on the screen that reads `label`. Raises Lost when there is none."""
        post, rank = self._button(who, label, place or direct(who.account))
        self.heard(who, f"[{label}]")
        return await self._done(self.local.sandbox.press(who.account, post.id, rank))

    async def choose(self, who: Somebody, menu: str, line: str, place: str = "") -> Answer:
        """Choose a line of the last menu that reads `menu`. Raises Lost."""
        post, rank, value = self._menu(who, menu, line, place or direct(who.account))
        self.heard(who, f"{menu} ▾ {line}")
        return await self._done(self.local.sandbox.choose(who.account, post.id, rank, value))

    async def fill(self, who: Somebody, given: Given) -> Answer:
        """Send the form that is open. Raises Lost when none is."""
        form = self.form(who)
        shown = " ; ".join(f"{name} : {_shown(value)}" for name, value in given.items())
        self.heard(who, f"remplit « {self._read(form.form.title, form.lang)} » — {shown}")
        return await self._done(self.local.sandbox.fill(who.account, form.form.token, self._whole(form, given)))

    async def drop(
        self, who: Somebody, files: Mapping[str, bytes], text: str = "", place: str = "", thread: str = ""
    ) -> Answer:
        """Drop files."""
        self.heard(who, f"dépose {', '.join(files)}")
        dropped = self.local.sandbox.drop(who.account, place or direct(who.account), files.items(), text, thread)
        return await self._done(dropped)

    def form(self, who: Somebody) -> OpenForm:
        """The form in front of somebody. Raises Lost."""
        form = self.local.sandbox.world.forms.get(who.account)
        if form is None:
            raise Lost(f"no form in front of {who.name}")
        return form

    def root(self, who: Somebody, ref: str, place: str = "") -> str:
        """The post of a request's card, under which its thread is. Raises Lost."""
        for post in reversed(self.local.sandbox.world.visible(who.account, place or direct(who.account))):
            card = post.message.card
            if card is not None and card.key and f":{ref}" in card.key:
                return post.id
        raise Lost(f"no card of {ref} for {who.name}")

    def review(self, who: Somebody, ref: str) -> str:
        """The root of a request's thread in AD1's channel."""
        return self.root(who, ref, REVIEW.id)

    def screen(self, who: Somebody, place: str = "") -> list[str]:
        """Everything somebody reads in a place, as plain text."""
        posts = self.local.sandbox.world.visible(who.account, place or direct(who.account))
        return [self._read(post.message.text, post.lang) for post in posts]

    async def _done(self, deed: Awaitable[Answer]) -> Answer:
        answer = await deed
        await self.local.app.settle()
        self.after()
        return answer

    def _read(self, text: Text, lang: str = "fr") -> str:
        return plain(self.local.app.languages.say(lang, quiet)(text))

    def _button(self, who: Somebody, label: str, place: str) -> tuple[Post, int]:
        for post in reversed(self.local.sandbox.world.visible(who.account, place)):
            buttons = post.message.card.buttons if post.message.card else ()
            for rank, button in enumerate(buttons):
                if self._read(button.label, post.lang) == label:
                    return post, rank
        raise Lost(f"no button [{label}] for {who.name} in {place}")

    def _menu(self, who: Somebody, menu: str, line: str, place: str) -> tuple[Post, int, str]:
        for post in reversed(self.local.sandbox.world.visible(who.account, place)):
            menus = post.message.card.menus if post.message.card else ()
            for rank, one in enumerate(menus):
                if self._read(one.label, post.lang) != menu:
                    continue
                for value, label in one.choices:
                    if self._read(label, post.lang) == line:
                        return post, rank, value
        raise Lost(f"no line « {line} » in the menu « {menu} » for {who.name} in {place}")

    @staticmethod
    def _whole(form: OpenForm, given: Given) -> Given:
        """What a browser sends: every field of the form, those not named as they were."""
        held: Given = {q.name: form.given.get(q.name, q.initial) for q in form.form.questions}
        return held | given


def _shown(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ", ".join(value)
