"""The composition root: settings in, a running bot out. Everything that is built is built here."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import get_args

import structlog

from atelier.territories import Territories
from bot.clock import Clock, machine
from bot.ids import fresh_id
from bot.meters import BROKEN, Meters
from bot.pulse import beat
from chat.cards import Address, Message
from chat.language import Languages
from chat.platform import Platform
from chat.talk import Answer, AnyEvent, Asked, Correct, Filled, Pressed, Say
from chat.text import tr
from handlers import reminding
from handlers.desk import Desk
from handlers.here import Config
from scheduler.channels import Channels
from scheduler.delivery import Delivery
from scheduler.weekly import weekly
from storage.writer import Writer

log = structlog.get_logger()
REMEMBERED = timedelta(days=30)
"""How long an event is recognised when it comes again."""
UNTOLD = frozenset({"ignored", "wanted"})
"""Other people's talk in a channel, or only asked about: neither logged nor counted."""


@dataclass(frozen=True, slots=True)
class Application:
    """A composed bot: what comes in, what goes out, the ticks."""

    writer: Writer
    desk: Desk
    delivery: Delivery
    channels: Channels
    clock: Clock
    languages: Languages
    meters: Meters = field(default_factory=Meters)

    async def receive(self, event: AnyEvent) -> Answer:
        """Handle one event of any platform: one answer, after the commit; one log line, without what people wrote."""
        began, told = time.perf_counter(), _told(event)
        try:
            answer = await self.desk.receive(event, self.clock.now())
        except Exception:
            incident = fresh_id()[:8]
            log.exception("event broken", incident=incident, **told)
            answer = _broken(event, incident)
        if answer.outcome in UNTOLD:
            return answer
        spent = time.perf_counter() - began
        self.meters.event(told["kind"], told["platform"], answer.outcome, spent)
        log.info("event", outcome=answer.outcome, ms=round(spent * 1000, 1), **told)
        return answer

    async def carry(self) -> int:
        """Carry the outbox: what waits leaves. Returns how many letters did."""
        with self.meters.tick("carry"):
            letters = await self.delivery.carry()
        self.meters.carried(letters)
        return letters

    async def ring(self) -> int:
        """Let what is due ring, until nothing is, AD1's Monday message too; returns how many reminders were settled."""
        total = 0
        with self.meters.tick("ring"):
            while settled := await self.writer.run(lambda unit: reminding.ring(unit, self.clock.now())):
                total += settled
            await self.writer.run(beat)
            await weekly(self.writer, self.desk.config.review, self.clock.now(), self.delivery.holder)
        return total

    async def gather(self) -> int:
        """Open the ateliers' channels that are wanted, bring in who is missing. Returns how many are as wanted."""
        with self.meters.tick("channels"):
            return await self.channels.settle()

    async def settle(self) -> None:
        """Ring what is due, open the channels wanted, then carry everything that waits."""
        await self.ring()
        await self.gather()
        await self.carry()

    async def prune(self) -> int:
        """Forget the events received, the messages posted and who was refused access long ago. Returns how many."""
        before = self.clock.now() - REMEMBERED
        total = await self.writer.run(lambda unit: unit.inbox.prune(before) + unit.access.forget(before))
        while forgotten := await self.writer.run(lambda unit: unit.outbox.forget(before)):
            total += forgotten
        return total

    def close(self) -> None:
        """Wait for what runs, close the database."""
        self.writer.close()


def compose(
    *, writer: Writer, review: Address, platforms: Mapping[str, Platform], clock: Clock,
    territories: Territories, languages: Languages, now: Callable[[], datetime] = machine,
) -> Application:  # fmt: skip
    """Build a bot on an opened memory; `now` tells the machine's hour."""
    desk = Desk(writer, Config(review=review, territories=territories))
    delivery = Delivery(writer=writer, platforms=platforms, machine=now, procedure=clock.now, holder=fresh_id())
    channels = Channels(writer=writer, platforms=platforms, machine=now, holder=delivery.holder)
    made = Application(writer, desk, delivery, channels, clock, languages)
    made.meters.expect((_kind(event) for event in get_args(AnyEvent)), platforms)
    return made


def _kind(event: type) -> str:
    """What the log and the counters call a kind of event."""
    return event.__name__.lower()


def _told(event: AnyEvent) -> dict[str, str]:
    """What the log says of an event: who and what, never the words."""
    told = {"kind": _kind(type(event)), "platform": event.sender.platform, "account": event.sender.id}
    match event:
        case Pressed() | Filled():
            return {**told, "act": event.token.act, "ref": event.token.ref}
        case Asked():
            return {**told, "act": event.text.strip().partition(" ")[0][:20]}
        case _:
            return told


def _broken(event: AnyEvent, incident: str) -> Answer:
    text = tr(
        "Un incident est survenu (n° {incident}) : rien n'a été changé. Réessayez ; s'il se répète, donnez ce numéro à "
        "l'administrateur du robot.",
        incident=incident,
    )
    if isinstance(event, Filled):
        return Answer(replies=(Correct(problems={"": text}),), outcome=BROKEN)
    return Answer(replies=(Say(message=Message(text=text)),), outcome=BROKEN)
