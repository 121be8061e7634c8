"""The outbox under every interleaving Hypothesis can think of: puts, leases, lost leases, crashes, refusals, timeouts.

The network here is a list of what it took; a worker is a lane and the letter it is trying. Whatever happens: in each
place letters arrive in the order they were written, none is lost, none is taken twice.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter, defaultdict
from datetime import timedelta
from itertools import count
from pathlib import Path

from databases import Postgres, units_on
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from samples import NOW, at, message
from sqlalchemy import event

from storage.engine import open_engine
from storage.errors import Stale
from storage.letters import Lane

PLACES = st.sampled_from([at("a"), at("b"), at("a", "slack")])
SECONDS = timedelta(seconds=1)
LEASE = 30
WORKERS = ("one", "two", "three")
ENDS = st.sampled_from(["posted", "posted", "crashed", "crashed after", "refused", "timeout", "dead"])
WAITS = st.sampled_from([0, 0, 0, 0, 1, 6, LEASE - 1, LEASE])
SEEN: Counter[str] = Counter()


class Carrying(RuleBasedStateMachine):
    """`workers` are asleep (None), hold a lane (perhaps lost since), or are busy with a letter."""

    @initialize(letters=st.lists(PLACES, min_size=3, max_size=12))
    def opened(self, letters):
        self.engine, self.close = self.database()
        self.units = units_on(self.engine)
        self.now = NOW
        self.numbers = count()
        self.workers = dict.fromkeys(WORKERS)
        self.written, self.taken, self.dead = defaultdict(list), defaultdict(list), set()
        for place in letters:
            self.put(place)

    def teardown(self):
        if hasattr(self, "engine"):
            self.drained()
            self.engine.dispose()
            self.close()

    @rule(place=PLACES)
    def put(self, place):
        with self.units.begin() as unit:
            self.written[place].append(unit.outbox.put(place, message(str(next(self.numbers))), due=self.now))

    @rule(moves=st.lists(st.tuples(st.sampled_from(WORKERS), ENDS, WAITS), min_size=3, max_size=12))
    def work(self, moves):
        """Some time passes, a worker goes on: claims a place, begins its next letter, or ends it; and so on."""
        for worker, end, seconds in moves:
            self.now += seconds * SECONDS
            try:
                with self.units.begin() as unit:
                    self.workers[worker] = self.gone_on(unit.outbox, worker, end)
            except Stale:
                self.workers[worker] = None

    def gone_on(self, outbox, worker, end):
        match self.workers[worker]:
            case None:
                return outbox.claim_place(self.now, worker, LEASE)
            case Lane() as lane:
                return self.begun(outbox, lane)
            case letter, found, until:
                late = "crashed" if end.startswith("crashed") else "refused"  # its own timeout came before the network
                return self.ended(outbox, letter, "found" if found else late if self.now >= until else end)

    def begun(self, outbox, lane):
        """A try begins: in doubt, the network is asked first, as the delivery does."""
        outbox.renew(lane, self.now, LEASE)
        letters = outbox.letters(lane)
        if not letters:
            return outbox.release(lane)
        doubt = outbox.start(letters[0])
        return letters[0], doubt and letters[0].id in self.taken[lane.place], self.now + LEASE * SECONDS

    def ended(self, outbox, letter, end):
        """The network answers within the lease (its timeout is shorter); what we then write may come too late."""
        if end in {"posted", "timeout", "crashed after"}:
            self.taken[letter.place].append(letter.id)
        SEEN[end] += 1
        match end:
            case "posted" | "found":
                outbox.posted(letter, "p")
            case "dead":
                outbox.dead(letter, "gone")
                self.dead.add(letter.id)
            case "timeout" | "refused":
                return outbox.later(letter, self.now + 5 * SECONDS, end)
            case "crashed" | "crashed after":
                return None
        return letter.lane

    @invariant()
    def nothing_out_of_order_nor_twice(self):
        for place, taken in getattr(self, "taken", {}).items():
            places = [self.written[place].index(id_) for id_ in taken]
            assert places == sorted(set(places))

    def drained(self):
        """In the end, one worker without failures carries all that is left."""
        self.now += timedelta(hours=1)
        with self.units.begin() as unit:
            while lane := unit.outbox.claim_place(self.now, "last", LEASE):
                for letter in unit.outbox.letters(lane):
                    doubt = unit.outbox.start(letter)
                    if not (doubt and letter.id in self.taken[letter.place]):
                        self.taken[letter.place].append(letter.id)
                    unit.outbox.posted(letter, "p")
                unit.outbox.release(lane)
            assert unit.outbox.stats().waiting == 0
        for place, written in self.written.items():
            alive = [id_ for id_ in written if id_ not in self.dead]
            assert [id_ for id_ in self.taken[place] if id_ not in self.dead] == alive
        self.nothing_out_of_order_nor_twice()


def carried(database, examples):
    """Let it run on databases made by `database`: (engine, how to do away with it)."""
    SEEN.clear()
    machine = type("Carried", (Carrying,), {"database": staticmethod(database)})
    run_machine(
        machine, settings=settings(max_examples=examples, stateful_step_count=15, deadline=None, derandomize=True)
    )
    assert set(SEEN) >= {"posted", "found", "crashed", "crashed after", "refused", "timeout"}, "each was met"


def test_order_on_sqlite(sqlite_template):
    def database():
        folder = Path(tempfile.mkdtemp())
        engine = open_engine(f"sqlite:///{shutil.copy(sqlite_template, folder / 'atelier.db')}")
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))
        return engine, lambda: shutil.rmtree(folder)

    carried(database, 40)


def test_order_on_postgresql(postgres: Postgres):
    def database():
        url = postgres.database()
        return open_engine(url), lambda: postgres.give_back(url)

    carried(database, 10)
