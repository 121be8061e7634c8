"""What ateliers keep: contracts in their versions, orders counted under one lock, absences, channels; the schema 0002."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from decimal import Decimal

import pytest
from alembic import command
from databases import units_on
from samples import MINUTE, NOW, REF, at, dossier, person, ref
from sqlalchemy import inspect, text

from atelier.contract_file import shipped
from atelier.contracts import AccordCadre
from atelier.words import PersonId
from storage.absences import Absence
from storage.ateliers import Channel, address
from storage.engine import _config, migrate, move, open_engine, revision
from storage.errors import NotFound, Stale
from storage.schema import metadata

DEMO, REAL = shipped("demonstration"), shipped("adt-flash-2021")
TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)
NEW = {"contracts", "commandes", "dossier_groupements", "absences", "atelier_places"}


def dearer(amount: int) -> AccordCadre:
    return DEMO.model_copy(update={"montant_maximum_ht": Decimal(amount)})


# Contracts


def test_the_same_content_is_the_same_version_and_a_change_the_next(units):
    with units.begin() as unit:
        assert unit.contracts.keep(DEMO, NOW, "alice") == DEMO
    with units.begin() as unit:
        same = AccordCadre.model_validate_json(DEMO.model_dump_json())
        assert unit.contracts.keep(same, NOW + DAY, "bob").version == 1
        assert unit.contracts.keep(dearer(900_000), NOW + DAY, "bob").version == 2
        assert unit.contracts.keep(dearer(900_000), NOW + DAY, "bob").version == 2
        assert unit.contracts.keep(DEMO, NOW + 2 * DAY, "bob").version == 3, "going back is a change"
    with units.begin() as unit:
        assert unit.contracts.get("demonstration") == DEMO.model_copy(update={"version": 3})
        kept = unit.contracts.versions("demonstration")
        assert [(c.version, c.montant_maximum_ht) for c in kept] == [(3, 800_000), (2, 900_000), (1, 800_000)]
        assert kept[2] == DEMO


def test_several_contracts_live_at_once(units):
    with units.begin() as unit:
        assert (unit.contracts.all(), unit.contracts.versions("demonstration")) == ((), ())
        for contract in (DEMO, REAL, dearer(900_000)):
            unit.contracts.keep(contract, NOW, "alice")
    with units.begin() as unit:
        assert [(c.code, c.version) for c in unit.contracts.all()] == [("adt-flash-2021", 1), ("demonstration", 2)]
        assert unit.contracts.get("adt-flash-2021") == REAL
        with pytest.raises(NotFound):
            unit.contracts.get("autre")
        unit.contracts.lock("autre")


def test_what_is_recorded_says_when_and_by_whom(units):
    with units.begin() as unit:
        unit.contracts.keep(DEMO, NOW, "alice")
    with units.engine.begin() as connection:
        (row,) = connection.execute(metadata.tables["contracts"].select())
    assert (row.code, row.version, row.at, row.by) == ("demonstration", 1, NOW, "alice")


def test_two_imports_at_once_make_two_versions_or_one_is_told(units):
    """Each reads version 1 before either writes the second: on PostgreSQL the late one is stale, never lost."""
    with units.begin() as unit:
        unit.contracts.keep(DEMO, NOW, "first")
    start, outcomes = threading.Barrier(2), []

    def bring(amount: int) -> None:
        start.wait()
        try:
            outcomes.append(units.run(lambda u: u.contracts.keep(dearer(amount), NOW, "x")).version)
        except Stale:
            outcomes.append("stale")

    _together(bring, [850_000, 900_000])
    with units.begin() as unit:
        versions = [c.version for c in unit.contracts.versions("demonstration")]
    assert sorted(map(str, outcomes)) in (["2", "3"], ["2", "stale"])
    assert versions == sorted(versions, reverse=True)
    assert len(versions) == 1 + sum(outcome != "stale" for outcome in outcomes)


def _together(do, values) -> None:
    threads = [threading.Thread(target=do, args=(value,)) for value in values]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# Orders


def test_orders_are_counted_by_contract_but_those_of_the_dossier_itself(units):
    with units.begin() as unit:
        for number in (1, 2, 3):
            unit.dossiers.add(dossier(number))
        unit.commandes.keep(ref(1), [(1, "demonstration", 1_000_050, TODAY), (2, "demonstration", 999_950, TODAY)])
        unit.commandes.keep(ref(2), [(1, "demonstration", 9_000_000_000, TODAY)])
        unit.commandes.keep(ref(3), [(1, "adt-flash-2021", 1, TODAY)])
    with units.begin() as unit:
        assert unit.commandes.spent("demonstration") == Decimal(90020000)
        assert unit.commandes.spent("demonstration", ref(2)) == Decimal("20000.00")
        assert unit.commandes.spent("adt-flash-2021") == Decimal("0.01")
        assert unit.commandes.spent("autre") == Decimal(0)
        unit.commandes.keep(ref(2), [(1, "demonstration", 500, TODAY)])
        unit.commandes.keep(ref(1), [])
        assert unit.commandes.spent("demonstration") == Decimal(5)


def test_two_orders_cannot_pass_the_maximum_together(units):
    """Eight orders of 300 000 € under a maximum of 800 000 €, at once, while a new version is recorded: two pass."""
    with units.begin() as unit:
        unit.contracts.keep(DEMO, NOW, "alice")
        for number in range(1, 9):
            unit.dossiers.add(dossier(number))
    start, passed = threading.Barrier(9), []

    def order(number: int) -> None:
        start.wait()
        if number == 0:
            units.run(lambda u: u.contracts.keep(DEMO.model_copy(update={"nom": "Autre nom"}), NOW, "bob"))
            return

        def move(unit) -> bool:
            unit.contracts.lock("demonstration")
            if unit.commandes.spent("demonstration", ref(number)) + 300_000 > 800_000:
                return False
            unit.commandes.keep(ref(number), [(1, "demonstration", 30_000_000, TODAY)])
            return True

        passed.append(units.run(move))

    _together(order, range(9))
    assert sorted(passed) == [False] * 6 + [True] * 2
    with units.begin() as unit:
        assert unit.commandes.spent("demonstration") == Decimal(600_000)


def test_the_lock_is_held_until_the_end_whatever_version_is_recorded_meanwhile(postgres_url):
    """Whoever locks the contract waits for one who locked it before the new version was there."""
    engine = open_engine(postgres_url)
    units, order = units_on(engine), []
    with units.begin() as unit:
        unit.contracts.keep(DEMO, NOW, "alice")

    def second() -> None:
        with units.begin() as other:
            other.contracts.lock("demonstration")
            order.append("second")

    with units.begin() as unit:
        unit.contracts.lock("demonstration")
        units.run(lambda u: u.contracts.keep(dearer(900_000), NOW, "bob"))
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    engine.dispose()


# Absences


def test_absences_begin_end_and_name_who_stands_in(units):
    alice, bob = PersonId("alice"), PersonId("bob")
    week = Absence(alice, TODAY, TODAY + 6 * DAY, bob)
    later = Absence(alice, TODAY + 30 * DAY, TODAY + 31 * DAY, PersonId(""))
    with units.begin() as unit:
        for id_ in (alice, bob):
            unit.people.add(person(id_))
        for absence in (later, week):
            unit.absences.declare(absence)
    with units.begin() as unit:
        assert unit.absences.of(alice, TODAY) == (week, later)
        assert unit.absences.of(alice, TODAY + 7 * DAY) == (later,)
        assert unit.absences.of(bob, TODAY) == ()
        assert [unit.absences.on(TODAY + n * DAY) for n in (-1, 0, 6, 7)] == [{}, {alice: week}, {alice: week}, {}]
        longer = Absence(alice, TODAY, TODAY + 20 * DAY, PersonId(""))
        unit.absences.declare(longer)
        assert unit.absences.on(TODAY + 10 * DAY) == {alice: longer}, "one that begins the same day replaces it"
        assert unit.absences.end(alice, TODAY + 21 * DAY) == 1
        assert unit.absences.of(alice, TODAY) == (longer,)
        assert unit.absences.end(alice, TODAY) == 1
        assert unit.absences.on(TODAY) == {}


# Channels


def test_a_channel_is_wanted_opened_and_settled(units):
    place = at("C042", "slack")
    with units.begin() as unit:
        unit.dossiers.add(dossier())
        assert unit.ateliers.of(REF) == ()
        unit.ateliers.want(REF, "slack", "adt-2026-0001", ["u2", "u1", "u2"])
        unit.ateliers.want(REF, "mattermost", "adt-2026-0001", ["m1"])
        unit.ateliers.want(REF, "slack", "adt-2026-0001", ["u1", "u2"])
    with units.begin() as unit:
        waiting = unit.ateliers.pending(NOW, 10)
        assert waiting == (
            Channel(REF, "mattermost", "adt-2026-0001", "", ("m1",), 0),
            Channel(REF, "slack", "adt-2026-0001", "", ("u1", "u2"), 0),
        )
        assert unit.ateliers.pending(NOW, 1) == waiting[:1]
        assert unit.ateliers.of(REF) == (address("mattermost", REF), address("slack", REF))
        assert unit.ateliers.real(address("slack", REF)) is None, "not before it is opened"
        unit.ateliers.opened(waiting[1], "C042")
    with units.begin() as unit:
        assert unit.ateliers.real(address("slack", REF)) == place
        assert unit.ateliers.known(place) == address("slack", REF)
        assert unit.ateliers.known(at("C042", "mattermost")) == at("C042", "mattermost")
        assert unit.ateliers.real(at("dm:u1", "slack")) == at("dm:u1", "slack")
        unit.ateliers.settled(waiting[1])
        assert [c.platform for c in unit.ateliers.pending(NOW, 10)] == ["mattermost"]


def test_what_fails_waits_and_is_not_forgotten(units):
    with units.begin() as unit:
        unit.dossiers.add(dossier())
        unit.ateliers.want(REF, "slack", "nom", ["u1"])
        (channel,) = unit.ateliers.pending(NOW, 10)
        unit.ateliers.later(channel, NOW + MINUTE, "x" * 2000)
    with units.begin() as unit:
        assert unit.ateliers.pending(NOW, 10) == ()
        (again,) = unit.ateliers.pending(NOW + MINUTE, 10)
        assert again.attempts == 1
        unit.ateliers.want(REF, "slack", "nom", ["u1", "u2"])
        (changed,) = unit.ateliers.pending(NOW, 10)
        assert (changed.attempts, changed.wanted) == (0, ("u1", "u2")), "another wish is tried at once"


def test_members_wanted_while_it_was_being_filled_are_not_lost(units):
    with units.begin() as unit:
        unit.dossiers.add(dossier())
        unit.ateliers.want(REF, "slack", "nom", ["u1"])
        (read,) = unit.ateliers.pending(NOW, 10)
        unit.ateliers.want(REF, "slack", "nom", ["u1", "u2"])
        unit.ateliers.opened(read, "C1")
        unit.ateliers.settled(read)
        (left,) = unit.ateliers.pending(NOW, 10)
        assert (left.place, left.wanted) == ("C1", ("u1", "u2"))
        unit.ateliers.settled(left)
        assert unit.ateliers.pending(NOW, 10) == ()
        unit.ateliers.want(REF, "slack", "nom", [])
        assert [c.wanted for c in unit.ateliers.pending(NOW, 10)] == [()]


# The schema


def test_0002_goes_up_from_0001_and_down_again(empty_url):
    engine = open_engine(empty_url)
    with engine.begin() as connection:
        move(connection, "0001")
    before = set(inspect(engine).get_table_names())
    assert not NEW & before
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO people (id, name, plain, active, data) VALUES ('a', 'A', 'a', true, '{}')")
        )
    migrate(engine)
    assert set(inspect(engine).get_table_names()) >= NEW
    with engine.begin() as connection:
        command.downgrade(_config(connection), "0001")
        assert revision(connection) == "0001"
    assert set(inspect(engine).get_table_names()) == before
    migrate(engine)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT id FROM people")).scalars().all() == ["a"]
    with units_on(engine).begin() as unit:
        assert unit.contracts.keep(DEMO, NOW, "alice").version == 1
    engine.dispose()
