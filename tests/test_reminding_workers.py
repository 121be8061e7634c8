"""Two workers ring at once, on each database: every reminder leaves once, a person's in one message."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from cases import in_state
from databases import units_on
from sqlalchemy import select

from atelier import rules
from atelier.dossier import Holding, Person
from atelier.words import PersonId, Reference, Role, State
from chat.cards import Address
from handlers import clocks, reminding
from storage.engine import open_engine
from storage.tables import outbox, reminders

DOSSIERS, EXAMINERS = 30, 4
MORNING = datetime(2026, 12, 29, 8, 30, tzinfo=UTC)


def people(unit) -> None:
    for number in range(EXAMINERS):
        holdings = (Holding(role=Role.AD1I),)
        person = Person(id=PersonId(f"ad{number}"), name=f"Personne {number}", holdings=holdings)
        unit.people.add(person, (Address(platform="slack", id=f"U{number}"),))


def dossiers(unit) -> None:
    model = in_state(State.TRANSMISE)
    for number in range(1, DOSSIERS + 1):
        changes = {"ref": Reference(f"ADT-2026-{number:04d}"), "arrival": number}
        dossier = model.model_copy(update=changes)
        unit.dossiers.add(dossier)
        clocks.keep(unit, dossier, dossier.since)


@pytest.mark.parametrize("workers", [2, 5])
def test_many_workers_ring_and_each_person_reads_one_message(units, url, workers: int) -> None:
    units.run(people)
    units.run(dossiers)

    def works(_number: int) -> int:
        engine = open_engine(url)
        mine = units_on(engine)
        total = 0
        while settled := mine.run(lambda unit: reminding.ring(unit, MORNING)):
            total += settled
        engine.dispose()
        return total

    with ThreadPoolExecutor(workers) as pool:
        settled = sum(pool.map(works, range(workers)))
    with units.engine.connect() as connection:
        places = Counter(connection.execute(select(outbox.c.place)).scalars())
        states = Counter(connection.execute(select(reminders.c.state).where(reminders.c.due <= MORNING)).scalars())
    assert places == {f"dm:U{number}": 1 for number in range(EXAMINERS)}
    assert set(states) == {"sent"}
    assert settled == states["sent"]
    assert settled >= DOSSIERS * EXAMINERS


def test_a_step_taken_while_deadlines_ring_waits_for_them_or_they_for_it(units, url) -> None:
    """Whoever rings holds a dossier before its reminders, as whoever takes a step does: neither waits for the other."""
    units.run(people)
    units.run(dossiers)
    ref = Reference("ADT-2026-0007")
    engine = open_engine(url)
    with ThreadPoolExecutor(1) as pool:
        with units.begin() as unit:
            dossier = unit.dossiers.get(ref)
            ringing = pool.submit(units_on(engine).run, lambda u: reminding.ring(u, MORNING))
            time.sleep(0.5)  # it waits for the dossier now
            runs = rules.stop_all(dossier.runs, MORNING)
            done = dossier.model_copy(update={"runs": runs})
            unit.dossiers.save(done, dossier.version)
            clocks.keep(unit, done, MORNING)
        assert ringing.result() > 0
    engine.dispose()
    with units.engine.connect() as connection:
        told = connection.execute(select(outbox.c.message)).scalars().all()
        left = connection.execute(select(reminders.c.state).where(reminders.c.ref == ref)).scalars().all()
    assert told
    assert not any(ref in str(message) for message in told), "nothing rings once it is done"
    assert set(left) == {"unwanted"}
