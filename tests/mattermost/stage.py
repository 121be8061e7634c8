"""The adapter alone on our Mattermost: a desk that answers what it was told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from gettext import NullTranslations
from typing import Any

from starlette.applications import Starlette

from bot.mattermost.app import MattermostRoom
from chat.cards import Button, Card, Message, Token
from chat.forms import Form, Question
from chat.language import Languages
from chat.talk import Answer, AnyEvent, Reply, Say
from chat.text import raw, tr
from tests.mattermost.person import Person
from tests.mattermost.server import serving
from tests.mattermost.town import called, room_of
from tests.mattermost.world import World

LANGUAGES = Languages({"fr": NullTranslations()})
OPEN = Token(act="valider", ref="ADT-2026-0007", version=3)
FORM = Form(
    title=tr("Valider la demande"), short=tr("Valider"), token=OPEN, submit=tr("Envoyer"),
    questions=(Question(name="avis", label=tr("Quel est votre avis ?"), short=tr("Avis"), kind="text"),),
)  # fmt: skip


@dataclass
class Desk:
    """Answers what it was told to, and remembers what it received."""

    events: list[AnyEvent] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    slow: float = 0

    async def receive(self, event: AnyEvent) -> Answer:
        self.events.append(event)
        await asyncio.sleep(self.slow)
        return self.answers.pop(0) if self.answers else Answer()

    def will(self, *replies: Reply, **more: Any) -> None:
        self.answers.append(Answer(replies=replies, **more))


@dataclass
class Stage:
    """A server, a room, two people and the channel they share with the bot."""

    world: World
    room: MattermostRoom
    desk: Desk
    anne: Person
    paul: Person
    channel: str

    async def settle(self) -> None:
        """Let what was said be heard and answered."""
        await asyncio.sleep(0.03)
        await self.room.events.drain()
        await self.room.hub.tasks.drain()

    def of(self, method: str, path: str) -> list[Any]:
        """What was asked of an address, by its beginning."""
        return [body for m, p, body in self.world.asked if m == method and p.startswith(path)]


@asynccontextmanager
async def staged(**more: Any) -> AsyncIterator[Stage]:
    """The stage; every request of the bot was as the captures at its end."""
    async with serving(World()) as world:
        starlette = Starlette()
        async with called(starlette) as url:
            world.bot_url = url
            channel = world.channel("salle-commune", world.bot)["id"]
            room, desk = room_of(world, channel, LANGUAGES, **more), Desk()
            starlette.routes.extend(room.routes)
            room.attach(desk.receive)
            anne, paul = Person.new(world, "anne"), Person.new(world, "paul")
            world.members[channel] |= {anne.id, paul.id}
            await room.start()
            world.asked.clear()
            yield Stage(world, room, desk, anne, paul, channel)
            await room.close()


def say(text: str) -> Say:
    """Words for the person alone."""
    return Say(message=Message(text=raw(text)))


def card(*labels: str, token: Token = OPEN, title: str = "Une carte") -> Message:
    """A message with a card and these buttons."""
    buttons = tuple(Button(label=raw(label), token=token, command="/atelier valider ADT-2026-0007") for label in labels)
    return Message(text=raw("Voici"), card=Card(title=raw(title), buttons=buttons))
