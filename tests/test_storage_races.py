"""Two processes at once, played by two engines and many threads: what must happen once happens once."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

import pytest
from databases import units_on
from samples import DAY, NOW, REF, at, by, dossier, message, person
from sqlalchemy import text

from atelier.words import PersonId, Role, State
from storage.engine import open_engine
from storage.errors import Stale
from storage.reminders import Wanted

HANDS = 8
PATIENCE = 60
"""Seconds for SQLite's lock: eight hands may queue on a slow disk."""


@pytest.fixture
def processes(url):
    """Two processes of the bot on one database."""
    engines = [open_engine(url, PATIENCE) for _ in range(2)]
    yield [units_on(engine) for engine in engines]
    for engine in engines:
        engine.dispose()


def together(processes, deed, hands=HANDS):
    """Let every hand do the deed at once, half of them in each process; returns what each found (or raised)."""
    start = threading.Barrier(hands)

    def one(number):
        start.wait()
        try:
            with processes[number % 2].begin() as unit:
                return deed(unit, number)
        except Stale as stale:
            return stale

    with ThreadPoolExecutor(hands) as pool:
        return list(pool.map(one, range(hands)))


def test_one_place_is_claimed_once(processes):
    for number in range(20):
        with processes[0].begin() as unit:
            unit.outbox.put(at(f"place{number}"), message("1"), due=NOW)
        lanes = together(processes, lambda unit, hand: unit.outbox.claim_place(NOW, f"hand{hand}", 60))
        assert [lane.place.id for lane in lanes if lane] == [f"place{number}"]


def test_many_places_are_shared_out(processes):
    with processes[0].begin() as unit:
        for number in range(HANDS):
            unit.outbox.put(at(f"place{number}"), message("1"), due=NOW)
    claimed = []
    while len(claimed) < HANDS:
        lanes = together(processes, lambda unit, hand: unit.outbox.claim_place(NOW, f"hand{hand}", 60))
        assert any(lanes), "whoever comes last finds what is left"
        claimed += [lane.place.id for lane in lanes if lane]
    assert sorted(claimed) == sorted({f"place{number}" for number in range(HANDS)})


def test_numbers_never_repeat_nor_miss(processes):
    def ten(unit, _):
        return [unit.counters.next("arrivee") for _ in range(10)]

    found = [number for numbers in together(processes, ten) for number in numbers]
    assert sorted(found) == list(range(1, 10 * HANDS + 1))


def test_access_is_decided_once(processes):
    with processes[0].begin() as unit:
        request = unit.access.ask(at("m1"), "Alice", {}, NOW)
    done = together(
        processes, lambda unit, hand: unit.access.decide(request, PersonId(f"a{hand}"), NOW, accepted=bool(hand % 2))
    )
    assert Counter(type(one) for one in done) == {type(None): 1, Stale: HANDS - 1}
    with processes[0].begin() as unit:
        assert unit.access.get(request).decided_by == f"a{done.index(None)}"


def test_access_is_asked_once(processes):
    asked = together(processes, lambda unit, hand: unit.access.ask(at("m1"), f"Alice {hand}", {}, NOW))
    assert len(set(asked)) == 1


def test_an_event_is_seen_once(processes):
    assert together(processes, lambda unit, _: unit.inbox.seen("slack:1", NOW)).count(False) == 1


def test_one_decision_and_one_journal(processes):
    """Each reads, decides, saves and journals; whoever comes after reads what was decided."""
    with processes[0].begin() as unit:
        unit.dossiers.add(dossier(state=State.TRANSMISE, arrival=1))

    def decide(unit, hand):
        found = unit.dossiers.get(REF)
        if found.state is not State.TRANSMISE:
            return found.service
        moved = found.model_copy(update={"state": State.VALIDEE, "version": found.version + 1, "service": f"by{hand}"})
        unit.dossiers.save(moved, found.version)
        unit.journal.write(REF, what="D7", by=by(f"p{hand}", Role.AD1V), at=NOW)
        unit.outbox.put(at("canal"), message("validée"), due=NOW)
        return f"by{hand}"

    assert len(set(together(processes, decide))) == 1
    with processes[0].begin() as unit:
        assert len(unit.journal.of(REF)) == unit.outbox.stats().waiting == 1
        assert unit.dossiers.get(REF).version == 2


def test_answers_given_at_once_from_a_list_are_not_lost(processes):
    """Nothing is locked by a list: the revision decides, and whoever is late does it again."""
    agent = person("alice", (Role.SVC, "dep:55"))
    with processes[0].begin() as unit:
        unit.dossiers.add(dossier())

    def answer(unit, hand):
        (found,) = unit.dossiers.list_for(agent, limit=1)
        unit.dossiers.save(found.model_copy(update={"service": f"{found.service} {hand}"}), found.version)

    done = together(processes, answer)
    with processes[0].begin() as unit:
        kept = unit.dossiers.get(REF).service.split()[1:]
    assert sorted(kept) == [str(hand) for hand, end in enumerate(done) if end is None]


def test_the_journal_s_chain_holds(processes):
    def write(unit, hand):
        for _ in range(5):
            unit.journal.write(REF, what="note", by=by(f"p{hand % 3}"), at=NOW, text=str(hand))

    together(processes, write)
    with processes[0].begin() as unit:
        assert [line.seq for line in unit.journal.of(REF)] == list(range(1, 5 * HANDS + 1))
        assert unit.journal.verify() is None


def test_a_reminder_is_sent_once(processes):
    with processes[0].begin() as unit:
        wanted = [Wanted("X", 1, "avant", n, PersonId("alice"), NOW + DAY, escalates=False) for n in range(40)]
        unit.reminders.keep(REF, wanted, NOW)

    def ring(unit, _):
        due = unit.reminders.due_to([PersonId("alice")], NOW + DAY)[:10]
        for one in due:
            unit.reminders.sent(one.id)
        return [one.id for one in due]

    rung = [id_ for ids in together(processes, ring) for id_ in ids]
    assert sorted(rung) == sorted(set(rung))
    while left := [id_ for ids in together(processes, ring) for id_ in ids]:
        rung += left
    assert len(rung) == len(set(rung)) == 40


def test_a_card_is_not_drawn_before_the_change_it_must_show(processes, url):
    """A letter that waits is enough for a change only if nobody can draw it before the change is committed."""
    with processes[0].begin() as unit:
        unit.outbox.put(at("canal"), None, key="revue:1", due=NOW)
        lane = unit.outbox.claim_place(NOW, "one", 60)
        (letter,) = unit.outbox.letters(lane)
    if url.startswith("sqlite"):
        return  # one writer at a time: nothing to interleave
    with processes[0].begin() as change:
        change.outbox.put(at("canal"), None, key="revue:1", due=NOW)  # answered by the letter that waits
        with processes[1].begin() as worker:
            worker.outbox._connection.execute(text("SET LOCAL lock_timeout = 50"))
            with suppress(Exception):
                worker.outbox.start(letter)
                pytest.fail("the letter is drawn before our commit")
            worker.outbox._connection.rollback()


def test_the_schema_can_be_read_while_it_is_written(processes):
    """WAL, or several versions: whoever reads does not wait for whoever writes."""
    with processes[0].begin() as unit:
        unit.dossiers.add(dossier())
        seen = partial(processes[1].engine.connect)
        with seen() as connection:
            raw = connection.connection.dbapi_connection
            assert raw.execute("SELECT count(*) FROM dossiers").fetchone() == (0,)
