"""Reminders under fire: who has deadlines, which processes ring and carry, what must have left."""

from __future__ import annotations

import json
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from atelier import rules
from atelier.dossier import Dossier, Holding, Person
from atelier.rhythm import rings
from atelier.words import PersonId, Reference, Role, State
from chat.cards import Address, Message
from chat.text import raw
from handlers import clocks, owing
from storage.unit import Unit
from tests.cases import CONTRACT, PATHS, walk
from tests.fire import Bot, Process, board, free_port, seen, until

TUESDAY, FRIDAY = (datetime(2027, 2, day, 9, 30, tzinfo=UTC) for day in (2, 5))
"""Half past ten in Paris, and the same after three days."""
LOOK = 0.03
PEOPLE = {
    "camille": (Role.SVC, "dep:55"), "claude": (Role.SVC_SIGN, "dep:55"), "ines": (Role.COLL, "terr:55029"),
    "maire": (Role.COLL_SIGN, "terr:55029"), "jo": (Role.MAND, "grp:adt-2025/g1"), "nora": (Role.AD1I, ""),
    "noe": (Role.AD1I, ""), "marc": (Role.AD1V, ""), "hugo": (Role.DREAL, "dep:55"),
}  # fmt: skip
STAGED = (
    (State.TRANSMISE, "2027-01-26"), (State.TRANSMISE, "2027-01-27"), (State.EN_ECHANGE, "2027-01-06"),
    (State.A_COMPLETER, "2027-01-12"), (State.VALIDEE, "2027-01-21"), (State.ACTE, "2027-01-20"),
    (State.DESIGNATION, "2027-01-25"), (State.APPROPRIATION, "2027-01-04"), (State.LIVRABLE_REMIS, "2026-11-24"),
)  # fmt: skip
"""Where each dossier stands, and when the gestures that led there were made."""
SEALED = re.compile(r'"(value|action_id)": "[^"]*"')
"""What a button or a menu carries: its hour is the machine's."""
Due = tuple[str, str, str, int, str, int]
"""A reminder: recipient, dossier, rule, generation, kind, ordinal."""
DUE = "SELECT recipient, ref, rule, generation, kind, ordinal FROM reminders WHERE state = 'sent'"


def _staged() -> Iterator[Dossier]:
    for number, (state, day) in enumerate(STAGED, start=1):
        made = walk(PATHS[state], at=datetime.fromisoformat(f"{day}T11:00:00Z"))
        yield made.model_copy(update={"ref": Reference(f"ADT-2026-{number:04d}"), "arrival": number})


def account(name: str) -> str:
    return f"U{name.upper()}"


def peopled(bot: Bot) -> None:
    """A directory, dossiers and ateliers whose deadlines run, and letters that already wait for everybody."""
    bot.run("migrate")
    with bot.unit() as unit:
        unit.contracts.keep(CONTRACT, TUESDAY, "marc")
        for name, (role, scope) in PEOPLE.items():
            holdings = (Holding(role=role, scope=scope),)
            person = Person(id=PersonId(name), name=name, holdings=holdings, departement="55")
            unit.people.add(person, (Address(platform="slack", id=account(name)),))
        for dossier in _staged():
            unit.dossiers.add(dossier)
            clocks.keep(unit, dossier, dossier.since)
        for name in PEOPLE:
            letters(unit, Address(platform="slack", id=f"dm:{account(name)}"), 1, 2, 3)


def letters(unit: Unit, place: Address, *numbers: int) -> None:
    """Words to a place, numbered."""
    for number in numbers:
        unit.outbox.put(place, Message(text=raw(f"Lettre {number}.")), due=TUESDAY)


@dataclass
class Shift:
    """The processes that ring and carry: two workers on PostgreSQL, one process for everything on SQLite."""

    bot: Bot
    hour: datetime = TUESDAY
    killed: int = 0
    running: list[Process] = field(default_factory=list)

    @property
    def many(self) -> int:
        return 1 if self.bot.url.startswith("sqlite") else 2

    def begin(self, *kills: dict[str, Any] | None) -> None:
        """Everybody starts, each with what will kill it."""
        for number in range(self.many):
            self._start(kills[number] if number < len(kills) else None)

    def _start(self, kill: dict[str, Any] | None = None) -> None:
        told = {"board": str(board(self.bot.folder)), **kill} if kill else None
        alone = self.many == 1
        port = free_port() if alone else 0
        self.running.append(self.bot.start("serve" if alone else "work", port=port, kill=told))

    def replace(self) -> None:
        """Whoever was killed is replaced, and what they held is free in the end."""
        for gone in [process for process in self.running if process.ended]:
            assert gone.status == 9, f"ended by itself, {gone.status}: {self.bot.log[-3000:]}"
            self.killed += 1
            self.running.remove(gone)
            self.bot.buried(gone)
            self._start()

    def shoot(self, delays: tuple[float, ...]) -> None:
        """Kill -9, each after so many seconds."""
        for process, delay in zip(tuple(self.running), delays, strict=False):
            time.sleep(delay)
            process.stop(9)

    def works(self) -> None:
        """Until everything due has left, whoever dies meanwhile."""

        def done() -> bool:
            self.replace()
            self.bot.retries_are_due()
            return self._all_left()

        until(done, f"everything due gone: {self.bot.log[-3000:]}")

    def _all_left(self) -> bool:
        time.sleep(LOOK)
        with self.bot.unit() as unit:
            due = unit.reminders.awaiting(self.hour)
        return not due and not self.bot.waiting()

    def end(self) -> None:
        """Everybody killed at once, and long dead."""
        for process in self.running:
            process.signal(9)
        while self.running:
            gone = self.running.pop()
            gone.stop(9)
            self.bot.buried(gone)

    def outage(self, back: datetime) -> None:
        """Nobody rings until that hour; then all are back, and everything due leaves."""
        self.end()
        self.hour = back
        self.bot.at(back)
        self.begin()
        self.works()

    def tick(self) -> None:
        """The clock ticks again, with nothing to do."""
        beat: Callable[[], int] = lambda: int(self.bot.rows("SELECT until FROM leases WHERE name = 'horloge'")[0][0])  # noqa: E731
        before = beat()
        until(lambda: beat() > before, "another tick")


def owed(bot: Bot, now: datetime) -> set[Due]:
    """Every reminder due by `now` to who owes the deadline: as the rules and the directory say it, not the rows."""
    found: set[Due] = set()
    with bot.unit() as unit:
        for number in range(1, len(STAGED) + 1):
            dossier = unit.dossiers.get(Reference(f"ADT-2026-{number:04d}"))
            for run in (r for r in rules.running(dossier) if not r.suspended):
                rhythm = rules.rule(run.rule).rhythm
                about = (str(dossier.ref), str(run.rule), run.generation)
                for person in owing.owing(unit, dossier, run, now).people:
                    every = rings(run.started, rules.due(run, dossier), person.departement, now, rhythm)
                    mine = [ring for ring in every if dossier.since < ring.at <= now]
                    found |= {(str(person.id), *about, ring.kind, ring.ordinal) for ring in mine}
    return found


def sent(bot: Bot) -> set[Due]:
    """The reminders that are settled as sent."""
    return {(who, ref, rule, generation, kind, n) for who, ref, rule, generation, kind, n in bot.rows(DUE)}


def words(bot: Bot) -> dict[str, dict[str, str]]:
    """What each place reads: the words of each letter of the outbox, by its id, in order; neither copies nor seals."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for place, posts in bot.slack.channels.items():
        for post in posts:
            found[place].setdefault(post["metadata"]["event_payload"]["outbox_id"], SEALED.sub("", seen(post)))
    return found


def digests(found: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Those that are reminders."""
    return {place: {id_: said for id_, said in all_.items() if "Lettre" not in said} for place, all_ in found.items()}


def label(due: Due) -> str:
    """How the line of a reminder begins, as it is drawn."""
    return json.dumps(f"{due[1]} — {rules.rule(due[2]).label}", ensure_ascii=False).strip('"')  # type: ignore[arg-type]
