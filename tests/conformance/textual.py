"""A platform of words alone: no button, no window, no menu. A person reads lines, types commands and words, drops files.

It is the sandbox behind a pen that draws every word of `chat/` as lines, each button and menu line with the command to type.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from bot.sandbox.marks import plain, quiet
from bot.sandbox.people import Somebody
from bot.sandbox.platform import Sandbox
from chat.cards import Address, Card, Message
from chat.forms import Form
from chat.language import Languages
from chat.talk import Answer, AnyEvent, Ask, Correct, Given, Reply, Say, Show
from chat.text import Say as Reading
from chat.text import raw, tr
from handlers.questions import WHOLE
from tests.conformance import sandbox
from tests.conformance.actor import OTHERS, Actor
from tests.conformance.sandbox import SandboxStage
from tests.conformance.stage import Ear, Lost, Read, Scripted, Stage, Turned, Window

TYPED = re.compile(r"^(.*?) : (/atelier .*)$")
FORM = re.compile(r"^Écrivez : /atelier (\S+) ?(\S*) (.*)$")


@dataclass(frozen=True)
class Pen:
    """Draws messages and forms as lines."""

    languages: Languages

    def message(self, message: Message, lang: str) -> Message:
        say = self.languages.say(lang, quiet)
        alts = [say(tr("Image « {file} » : {alt}", file=raw(f.name), alt=f.alt)) for f in message.files if f.alt]
        lines = [say(message.text), *(self._card(message.card, say) if message.card else ()), *alts]
        files = tuple(f.model_copy(update={"alt": None}) for f in message.files)
        return Message(text=raw("\n".join(plain(line) for line in lines)), files=files)

    def _card(self, card: Card, say: Reading) -> list[str]:
        facts = [f"{say(f.name)} : {say(f.value)}" for f in card.facts]
        menus = [
            f"{say(m.label)} : {say(label)} : /atelier {m.token.act} {m.token.ref} {value}".replace("  ", " ")
            for m in card.menus
            for value, label in m.choices
        ]
        buttons = [f"{say(b.label)} : {b.command}" for b in card.buttons]
        state = [say(card.state)] if card.state else []
        return [say(card.title), *state, *facts, *map(say, card.paragraphs), *menus, *buttons]

    def form(self, form: Form, lang: str) -> Message:
        """What is asked, each question with its name and choices, and what to type."""
        say = self.languages.say(lang, quiet)
        lines = [say(form.title), *map(say, form.about)]
        for question in form.questions:
            hint = f" {say(question.hint)}" if question.hint else ""
            lines.append(f"{question.name} — {say(question.label)}{hint}")
            lines += [f"• {c.value} : {say(c.label)}" for c in question.choices]
        names = " | ".join(f"{q.name} = …" for q in form.questions)
        lines.append(f"Écrivez : /atelier {form.token.act} {form.token.ref} {names}")
        return Message(text=raw("\n".join(plain(line) for line in lines)))

    def reply(self, reply: Reply, lang: str) -> Say:
        match reply:
            case Say(message=message) | Show(message=message):
                return Say(message=self.message(message, lang))
            case Ask(form=form):
                return Say(message=self.form(form, lang))
            case Correct(problems=problems):
                say = self.languages.say(lang, quiet)
                told = [f"{name} : {say(p)}" if name else say(p) for name, p in problems.items()]
                return Say(message=Message(text=raw("\n".join(map(plain, told)))))


@dataclass
class Words:
    """The sandbox as the bot sees it when it may only write lines."""

    inner: Sandbox
    pen: Pen
    name: str = field(default="sandbox", init=False)

    async def post(self, place: Address, message: Message, outbox_id: str, thread: str, lang: str) -> str:
        return await self.inner.post(place, self.pen.message(message, lang), outbox_id, thread, lang)

    async def edit(self, place: Address, post: str, message: Message, lang: str) -> None:
        await self.inner.edit(place, post, self.pen.message(message, lang), lang)

    async def open_place(self, name: str, purpose: str, members: Sequence[str]) -> str:
        return await self.inner.open_place(name, purpose, members)

    async def set_members(self, place: str, members: Sequence[str]) -> None:
        await self.inner.set_members(place, members)

    async def find(self, place: Address, outbox_id: str, thread: str) -> str | None:
        return await self.inner.find(place, outbox_id, thread)


class TextStage(SandboxStage):
    """Nothing to press, nothing to fill."""

    pressable = False

    def window(self, who: Somebody) -> Window | None:
        assert who.account not in self.world.forms, "a window on a platform that has none"
        return None

    async def unopened(self, who: Somebody) -> None:
        raise Turned("no form here")

    async def _press(self, who: Somebody, read: Read, label: str) -> None:
        raise Turned("no button here")

    async def _choose(self, who: Somebody, read: Read, menu: str, line: str) -> None:
        raise Turned("no menu here")

    async def _fill(self, who: Somebody, given: Given) -> None:
        raise Turned("no window here")


class Typist(Actor):
    """Plays the same story by typing the command read where the story presses, chooses, or fills."""

    async def press(self, who: Somebody, label: str, place: str = "") -> None:
        await self.command(who, self._typed(who, label, place))

    async def choose(self, who: Somebody, menu: str, line: str, place: str = "") -> None:
        await self.command(who, self._typed(who, f"{menu} : {line}", place))

    async def take(self, who: Somebody, label: str, ref: str) -> None:
        await self.command(who, typed_for(self.stage, who, label, ref))

    async def fill(self, who: Somebody, given: Given) -> None:
        act, ref = self._asked(who)
        if act == WHOLE:
            for name, value in given.items():
                await self.command(who, f"modifier_reponse {ref} {name}")
                await self.say(who, _spoken(value))
            await self.command(who, f"resume {ref}")
        else:
            await self.command(who, f"{act} {ref} " + " | ".join(f"{n} = {_spoken(v)}" for n, v in given.items()))

    def form(self, who: Somebody) -> Any:
        """The choices of the last form told."""
        read = next(r for r in reversed(self.stage.screen(who)) if any(map(FORM.match, r.text.splitlines())))
        found = [
            SimpleNamespace(value=line[2:].partition(" : ")[0]) for line in read.text.splitlines() if line[:2] == "• "
        ]
        return SimpleNamespace(form=SimpleNamespace(questions=[SimpleNamespace(choices=found)]))

    def _typed(self, who: Somebody, label: str, place: str) -> str:
        """The last command told under that label, there or in the direct conversation."""
        return typed_under(self.stage, who, label, place)

    def _asked(self, who: Somebody) -> tuple[str, str]:
        """The act and the reference of the last form told."""
        for read in reversed(self.stage.screen(who)):
            for line in reversed(read.text.splitlines()):
                if found := FORM.match(line):
                    return found[1], found[2]
        raise Lost(f"no form told to {who.name}:\n{self.stage.read(who)[-3000:]}")


def typed_under(stage: Stage, who: Somebody, label: str, place: str = "") -> str:
    """The last command told under that label, there or in the direct conversation. Raises Lost."""
    for where in dict.fromkeys((place, "")):
        for read in reversed(stage.screen(who, where)):
            for line in reversed(read.text.splitlines()):
                found = TYPED.match(line)
                if found and found[1] == label:
                    return found[2].removeprefix("/atelier ")
    raise Lost(f"no « {label} : /atelier … » for {who.name} in:\n{stage.read(who, place)[-3000:]}")


def typed_for(stage: Stage, who: Somebody, label: str, ref: str) -> str:
    """The last command told for this gesture of this request, beside a button or in the menu of the others. Raises Lost."""
    for read in reversed(stage.screen(who)):
        for line in read.text.splitlines():
            found = TYPED.match(line)
            if found and ref in found[2].split() and found[1] in {label, f"{OTHERS} : {label}"}:
                return found[2].removeprefix("/atelier ")
    raise Lost(f"no « {label} : /atelier … {ref} » for {who.name} in:\n{stage.read(who)[-3000:]}")


def _spoken(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


@asynccontextmanager
async def staged(desk: Scripted, ear: Ear, languages: Languages, clock: Any, fetch: Any) -> AsyncIterator[TextStage]:
    """The sandbox's people, in a world of lines."""
    pen = Pen(languages)
    async with sandbox.staged(desk, ear, languages, clock, fetch) as made:

        async def receive(event: AnyEvent) -> Answer:
            answer = await ear.receive(event)
            return answer.model_copy(update={"replies": tuple(pen.reply(r, answer.lang) for r in answer.replies)})

        made.sandbox.attach(receive)
        stage = TextStage(made.world, made.sandbox, languages, ear, desk, clock, fetch)
        stage.platform = Words(made.sandbox, pen)
        yield stage
