"""What the tests of the clock share: people who come and leave, time that passes, the reminders somebody reads."""

from __future__ import annotations

from datetime import datetime, timedelta

from town import LANGUAGES, Town, flat

from atelier.words import Role
from bot.sandbox.people import Somebody
from bot.sandbox.things import Post
from bot.sandbox.transcript import told
from bot.sandbox.world import direct
from handlers import clocks

REF = "ADT-2026-0001"


async def goes_by(town: Town, **by: float) -> None:
    """Time passes while the bot is away; then it is back."""
    town.local.clock.jump(timedelta(**by))
    await town.local.app.settle()


async def until(town: Town, moment: datetime) -> None:
    """The bot is away until that hour."""
    town.local.clock.jump(moment - town.local.clock.now())
    await town.local.app.settle()


async def lives(town: Town, days: float) -> None:
    """Time passes hour by hour, the bot ticking."""
    for _ in range(int(days * 24)):
        await goes_by(town, hours=1)


def comes(town: Town, account: str, name: str, service: str, departement: str, *held: tuple[Role, str]) -> Somebody:
    """Somebody enters the directory, with an account."""
    somebody = Somebody(account, name, "chargé de mission", service, held, departement)
    town.world.people(somebody.persona())
    town.local.app.writer.call(lambda unit: unit.people.add(somebody.person(), (somebody.address(),)))
    return somebody


def leaves(town: Town, who: Somebody) -> None:
    """Their account is deactivated: nothing else changes."""

    def gone(unit):
        unit.people.save(unit.people.get(who.account).model_copy(update={"active": False}))

    town.local.app.writer.call(gone)


def kept_again(town: Town, ref: str = REF) -> None:
    """The rows of a dossier made anew from the rules."""

    def again(unit):
        clocks.keep(unit, unit.dossiers.get(ref), town.local.clock.now())

    town.local.app.writer.call(again)


def posts(town: Town, who: Somebody) -> list[Post]:
    """The reminders somebody was sent."""
    mine = town.world.visible(who.account, direct(who.account))
    return [
        p
        for p in mine
        if not p.author and p.message.card and p.message.card.tone == "waiting" and not p.message.card.key
    ]


def rung(town: Town, who: Somebody) -> list[str]:
    """The same, as they read."""
    say = LANGUAGES.say("fr", str)
    return [flat(told(p.message, say)) for p in posts(town, who)]
