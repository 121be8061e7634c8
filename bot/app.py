"""The composition root: settings in, a running bot out. Everything that is built is built here."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import structlog

from atelier.territories import Territories
from bot.clock import Clock
from chat.cards import Address, Message
from chat.language import Languages
from chat.platform import Platform
from chat.talk import Answer, AnyEvent, Asked, Correct, Filled, Pressed, Say
from chat.text import tr
from handlers import reminding
from handlers.desk import Desk
from handlers.here import Config
from scheduler.delivery import Delivery
from storage.engine import open_engine
from storage.unit import Units
from storage.writer import Writer

log = structlog.get_logger()


def machine() -> datetime:
    """The machine's hour: leases and retries keep to it alone."""
    return datetime.now(UTC)


def fresh_id() -> str:
    """An identifier nobody can guess."""
    return uuid4().hex


@dataclass(frozen=True, slots=True)
class Application:
    """A composed bot: what comes in, what goes out, the ticks."""

    writer: Writer
    desk: Desk
    delivery: Delivery
    clock: Clock
    languages: Languages

    async def receive(self, event: AnyEvent) -> Answer:
        """Handle one event of any platform: one answer, after the commit; one log line, without what people wrote."""
        began = time.perf_counter()
        try:
            answer = await self.desk.receive(event, self.clock.now())
        except Exception:
            incident = fresh_id()[:8]
            log.exception("event broken", incident=incident, **_told(event))
            return _broken(event, incident)
        spent = round((time.perf_counter() - began) * 1000, 1)
        log.info("event", outcome=answer.outcome, ms=spent, **_told(event))
        return answer

    async def carry(self) -> int:
        """Carry the outbox: what waits leaves. Returns how many letters did."""
        return await self.delivery.carry()

    async def ring(self) -> int:
        """Let what is due ring, until nothing is; returns how many reminders were settled."""
        total = 0
        while settled := await self.writer.run(lambda unit: reminding.ring(unit, self.clock.now())):
            total += settled
        return total

    async def settle(self) -> None:
        """Ring what is due, then carry everything that waits."""
        await self.ring()
        await self.carry()

    def close(self) -> None:
        """Wait for what runs, close the database."""
        self.writer.close()


def compose(
    *, database: str, secret: bytes, review: Address, platforms: Mapping[str, Platform], clock: Clock,
    territories: Territories, languages: Languages, now: Callable[[], datetime] = machine,
) -> Application:  # fmt: skip
    """Build a bot on a database whose schema is this program's; `now` tells the machine's hour."""
    writer = Writer(Units(open_engine(database), secret, fresh_id))
    desk = Desk(writer, Config(review=review, territories=territories))
    delivery = Delivery(writer=writer, platforms=platforms, machine=now, procedure=clock.now, holder=fresh_id())
    return Application(writer, desk, delivery, clock, languages)


def _told(event: AnyEvent) -> dict[str, str]:
    """What the log says of an event: who and what, never the words."""
    told = {"kind": type(event).__name__.lower(), "platform": event.sender.platform, "account": event.sender.id}
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
        return Answer(replies=(Correct(problems={"": text}),), outcome="broken")
    return Answer(replies=(Say(message=Message(text=text)),), outcome="broken")
