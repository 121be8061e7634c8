"""Stages by platform: with a desk that says what it is told to, or with the whole bot behind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from types import MappingProxyType

from atelier.territories import Territories
from bot import memory
from bot.app import compose
from bot.clock import JumpingClock
from bot.mattermost.platform import Fetch
from bot.sandbox.contracts import contracts
from bot.sandbox.people import EVERYBODY
from chat.cards import Address
from chat.language import Languages, load
from chat.talk import Answer, AnyEvent
from storage.unit import Unit
from tests.conformance import mattermost, sandbox, slack, textual
from tests.conformance.stage import MONDAY, Ahead, Ear, Scripted, Stage, Still
from tests.conformance.vocabulary import Overheard

PLATFORMS = MappingProxyType({"sandbox": sandbox.staged, "slack": slack.staged, "mattermost": mattermost.staged})
EVERY = MappingProxyType({**PLATFORMS, "texte": textual.staged})
NAMES = MappingProxyType(
    {"sandbox": "Bac à sable", "slack": "Slack", "mattermost": "Mattermost", "texte": "Texte seul"}
)
LANGUAGES, TERRITORIES = load(), Territories.load()
KEY = b"a secret of the tests"
HANDED = b"%PDF-1.4 handed out"


Staged = Callable[[Scripted, Ear, Languages, JumpingClock, Fetch], AbstractAsyncContextManager[Stage]]
"""What sets a stage."""


@asynccontextmanager
async def scripted(name: str, staged: Staged | None = None) -> AsyncIterator[Stage]:
    """The adapter alone, before a desk that answers what it was told to; `staged` sets another stage than ours."""
    desk, clock = Scripted(), JumpingClock(MONDAY, machine=Still())

    async def fetch(_id: str) -> bytes | None:
        return HANDED

    async with (staged or EVERY[name])(desk, Ear(desk.receive), LANGUAGES, clock, fetch) as stage:
        stage.platform = Overheard(stage.platform)
        yield stage


@asynccontextmanager
async def lived(name: str, folder: Path, staged: Staged | None = None) -> AsyncIterator[Stage]:
    """The whole bot with the sandbox's people and contracts, each with an account on this platform."""
    database = f"sqlite:///{folder}/{name}.db"
    memory.moved(database)
    writer, ahead, clock = memory.opened(database, KEY), Ahead(), JumpingClock(MONDAY, machine=Still())

    async def nobody(_event: AnyEvent) -> Answer:
        raise AssertionError("the bot is not composed yet")

    ear = Ear(nobody)
    async with (staged or EVERY[name])(Scripted(), ear, LANGUAGES, clock, memory.fetching(writer)) as stage:
        stage.platform = Overheard(stage.platform)
        stage.app = compose(
            writer=writer, review=Address(platform=stage.name, id=stage.review), platforms={stage.name: stage.platform}, clock=clock,
            territories=TERRITORIES, languages=LANGUAGES, now=ahead.now,
        )  # fmt: skip
        stage.ahead, stage.clock, ear.desk = ahead, clock, stage.app.receive

        def listed(unit: Unit) -> None:
            for somebody in EVERYBODY:
                unit.people.add(somebody.person(), (stage.address(somebody),))
            for contract in contracts(clock.now().date()):
                unit.contracts.keep(contract, clock.now(), "tests")

        writer.call(listed)
        try:
            yield stage
        finally:
            stage.app.close()
