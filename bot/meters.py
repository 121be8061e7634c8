"""What the bot counts of itself, told in Prometheus's text format. One registry a bot, never a global one.

No name of a person, a place or a request is ever a label: only kinds, platforms, outcomes and ticks, which are few.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector

from bot.pulse import Pulse

CONTENT_TYPE = CONTENT_TYPE_LATEST
BROKEN = "broken"
"""The outcome of an event that nobody foresaw: an alert watches it."""
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Up to Slack's three seconds and a little more: later than that, the answer is lost for the person anyway."""


@dataclass(frozen=True, slots=True)
class Gauges:
    """What is read from the database when somebody asks: the same whichever process answers."""

    up: Gauge
    waiting: Gauge
    oldest: Gauge
    dead: Gauge
    reminders: Gauge
    late: Gauge
    clock: Gauge

    @classmethod
    def of(cls, registry: CollectorRegistry) -> Gauges:
        """The gauges, on a registry."""

        def gauge(name: str, about: str) -> Gauge:
            return Gauge(f"atelier_{name}", about, registry=registry)

        return cls(
            up=gauge("database_up", "1 when the database answered this scrape"),
            waiting=gauge("outbox_waiting", "Letters that wait in the outbox"),
            oldest=gauge("outbox_oldest_seconds", "Age of the oldest letter that waits; 0 when none does"),
            dead=gauge("outbox_dead", "Dead letters: no platform will ever take them"),
            reminders=gauge("reminders_outstanding", "Reminders that wait to be sent"),
            late=gauge("reminders_oldest_late_seconds", "How late the oldest reminder is; 0 when none is late"),
            clock=gauge("clock_age_seconds", "Since the clock last ticked, in any process, on the database's hour"),
        )

    def tell(self, pulse: Pulse) -> None:
        """Show what the database said."""
        self.up.set(1)
        self.waiting.set(pulse.waiting)
        self.oldest.set(pulse.oldest)
        self.dead.set(pulse.dead)
        self.reminders.set(pulse.reminders)
        self.late.set(pulse.late)
        self.clock.set(math.inf if pulse.clock is None else pulse.clock)  # never: an alert on its age is then due

    def lost(self) -> None:
        """The database is away: nothing is known, and no old figure passes for a present one."""
        self.up.set(0)
        for gauge in (self.waiting, self.oldest, self.dead, self.reminders, self.late, self.clock):
            gauge.set(math.nan)


@dataclass(frozen=True, slots=True)
class Meters:
    """The counters of one process and the gauges of the database."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    events: Counter = field(init=False)
    spent: Histogram = field(init=False)
    ticks: Counter = field(init=False)
    last: Gauge = field(init=False)
    letters: Counter = field(init=False)
    gauges: Gauges = field(init=False)

    def __post_init__(self) -> None:
        made = {
            "events": Counter(
                "atelier_events", "Events handled", ("kind", "platform", "outcome"), registry=self.registry
            ),
            "spent": Histogram(
                "atelier_event_seconds", "From an event's arrival to its answer, commit included", ("kind", "platform"),
                buckets=SECONDS, registry=self.registry,
            ),
            "ticks": Counter("atelier_ticks", "Ticks of the clock", ("tick", "outcome"), registry=self.registry),
            "last": Gauge(
                "atelier_tick_last_timestamp_seconds", "When a tick last ended well", ("tick",), registry=self.registry
            ),
            "letters": Counter("atelier_letters_carried", "Letters carried", registry=self.registry),
            "gauges": Gauges.of(self.registry),
        }  # fmt: skip
        for name, value in made.items():
            object.__setattr__(self, name, value)
        ProcessCollector(registry=self.registry)

    def expect(self, kinds: Iterable[str], platforms: Iterable[str]) -> None:
        """Show at zero what may break: of a count that is born at one, Prometheus sees no increase."""
        for kind, platform in product(kinds, platforms):
            self.events.labels(kind, platform, BROKEN)

    def event(self, kind: str, platform: str, outcome: str, seconds: float) -> None:
        """An event was answered."""
        self.events.labels(kind, platform, outcome).inc()
        self.spent.labels(kind, platform).observe(seconds)

    @contextmanager
    def tick(self, name: str) -> Iterator[None]:
        """A tick, from its beginning to its end; its exceptions pass."""
        try:
            yield
        except Exception:
            self.ticks.labels(name, "failed").inc()
            raise
        self.ticks.labels(name, "done").inc()
        self.last.labels(name).set(time.time())

    def carried(self, letters: int) -> None:
        """So many letters left."""
        self.letters.inc(letters)

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self.registry)
