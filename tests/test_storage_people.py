"""The directory: accounts, names as people type them, rights found by SQL and confirmed by the dossier."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import NOW, at, dossier, person
from sqlalchemy import select

from atelier.procedure import FINAL
from atelier.words import PersonId, Role, State
from storage.errors import NotFound, Stale
from storage.pages import QUEUED
from storage.tables import dossiers as dossiers_table
from storage.visible import seen as seen_by
from storage.visible import sight

ALICE = person("alice", (Role.SVC, "dep:55"), name="Hélène Lefèvre-Œil")
BOB = person("bob", (Role.AD1I, ""), (Role.ADMIN, ""), name="Bob Lefèvre")


def test_added_found_and_saved(units):
    with units.begin() as unit:
        unit.people.add(ALICE, (at("U1", "slack"), at("m1")))
        unit.people.add(BOB, (at("m2"),))
    with units.begin() as unit:
        assert unit.people.behind(at("m1")) == unit.people.behind(at("U1", "slack")) == ALICE
        assert unit.people.behind(at("m1", "slack")) is None
        assert unit.people.all() == (BOB, ALICE)
        unit.people.save(ALICE.model_copy(update={"noticed": True, "holdings": ()}))
    with units.begin() as unit:
        assert unit.people.get(ALICE.id).noticed
        assert unit.people.accounts(ALICE.id) == (at("U1", "slack"), at("m1"))
        assert unit.people.holding([Role.SVC], dossier()) == ()
        with pytest.raises(NotFound):
            unit.people.get(PersonId("nobody"))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("alice", ["alice"]),
        ("@m1", ["alice"]),
        ("@m9", []),
        ("helene lefevre oeil", ["alice"]),
        ("HÉLÈNE  LEFÈVRE-ŒIL", ["alice"]),
        ("lefèvre", ["bob", "alice"]),
        ("bob lefevre", ["bob"]),
        ("gone", []),
        ("%", []),
        ("", []),
        ("\0", []),
        ("\ud800", []),
    ],
)
def test_found_by_what_people_type(units, typed, found):
    with units.begin() as unit:
        unit.people.add(ALICE, (at("m1"),))
        unit.people.add(BOB)
        unit.people.add(person("gone", name="Lefèvre", active=False))
        assert [p.id for p in unit.people.find(typed)] == found


def test_a_name_that_is_part_of_another_is_found_whole(units):
    with units.begin() as unit:
        unit.people.add(person("one", name="Jean Petit"))
        unit.people.add(person("two", name="Jean Petitjean"))
        assert [p.id for p in unit.people.find("jean petit")] == ["one"]


def test_direct_goes_to_the_first_account_or_the_preferred_one(units):
    with units.begin() as unit:
        unit.people.add(ALICE, (at("U1", "slack"), at("m1")))
        unit.people.add(BOB)
        assert unit.people.direct(ALICE.id) == at("dm:U1", "slack")
        unit.people.prefer(ALICE.id, at("m1"))
        assert unit.people.direct(ALICE.id) == at("dm:m1")
        unit.people.meet([ALICE.id, BOB.id])
        assert [unit.people.direct(one.id) for one in (ALICE, BOB)] == [at("dm:m1"), None], "read with others too"
        assert unit.people.direct(BOB.id) is None
        unit.people.save(ALICE.model_copy(update={"active": False}))
        assert unit.people.direct(ALICE.id) is None
        with pytest.raises(NotFound):
            unit.people.prefer(BOB.id, at("m1"))


def test_an_id_is_one_person_s(units):
    with units.begin() as unit:
        unit.people.add(ALICE)
        with pytest.raises(Stale):
            unit.people.add(ALICE.model_copy(update={"name": "Somebody else"}))
        assert unit.people.get(ALICE.id) == ALICE
        with pytest.raises(NotFound):
            unit.people.save(BOB)


def test_an_account_is_one_person_s(units):
    with units.begin() as unit:
        unit.people.add(ALICE, (at("m1"),))
        unit.people.link(ALICE.id, at("m1"))
        with pytest.raises(NotFound):
            unit.people.link(PersonId("nobody"), at("m3"))
    with pytest.raises(Stale), units.begin() as unit:
        unit.people.add(BOB, (at("m1"),))
    with units.begin() as unit:
        assert unit.people.all() == (ALICE,), "the person came with the account, and left with it"


ROLES = st.sampled_from([Role.SVC, Role.COLL, Role.AD1I, Role.AD1V, Role.ADMIN])
SCOPES = st.sampled_from(["", "dep:55", "dep:88", "ref:ADT-2026-0001", "terr:55029", "terr:88160", "moi", "siren:1"])
PEOPLE = st.lists(
    st.builds(
        lambda held, active: person("", *held, active=active),
        st.sets(st.tuples(ROLES, SCOPES), max_size=3),
        st.booleans(),
    ),
    max_size=5,
).map(lambda listed: [p.model_copy(update={"id": PersonId(f"p{i}"), "name": f"P{i}"}) for i, p in enumerate(listed)])
DOSSIERS = st.builds(
    dossier,
    st.integers(1, 3),
    state=st.sampled_from([State.BROUILLON, State.TRANSMISE]),
    departement=st.sampled_from(["55", "88"]),
    codes=st.sampled_from([(), ("55029",), ("55029", "88160")]),
    members=st.sets(st.tuples(st.sampled_from(["p0", "p1"]), ROLES), max_size=2).map(tuple),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=PEOPLE, dossiers=st.lists(DOSSIERS, max_size=3, unique_by=lambda d: d.ref), roles=st.sets(ROLES))
def test_sql_finds_whom_the_dossier_knows(units, people, dossiers, roles):
    """`holding` and `list_for` are quick ways to say `roles_of`: neither forgets anybody nor lets anybody in."""
    with units.engine.connect() as connection, connection.begin() as undone:
        unit = units._unit(connection)
        for somebody in people:
            unit.people.add(somebody)
        for one in dossiers:
            unit.dossiers.add(one)
        for one in dossiers:
            expected = [p for p in people if one.roles_of(p) & roles]
            assert list(unit.people.holding(roles, one)) == expected
        unit.people.gather(dossiers)  # read at once: what is common to a département is found once
        for one in dossiers:
            held = [(p, one.roles_of(p)) for p in people]
            assert [(p, r) for p, r in unit.people.around(one) if r] == [(p, r) for p, r in held if r]
        state = {one.ref: one.state for one in dossiers}
        for somebody in people:
            seen = [d.ref for d in unit.dossiers.list_for(somebody, limit=10)]
            assert sorted(seen) == sorted(d.ref for d in dossiers if d.roles_of(somebody))
            brief, count = unit.dossiers.listed(somebody, 10, 10)
            assert ([b.ref for b in brief], count) == (seen, len(seen))
            queued = {d.ref for d in dossiers if d.ref in seen and d.state in QUEUED and d.arrival}
            assert {b.ref for _, b in unit.dossiers.queue_of(somebody, 10)} == queued
            going = unit.dossiers.going(somebody, QUEUED, 10, 0)
            assert [d.ref for d in going] == [ref for ref in seen if state[ref] in QUEUED]
            assert unit.dossiers.going(somebody, QUEUED, 10, len(going)) == []
            assert unit.dossiers.count_going(somebody, 10) == sum(state[ref] not in FINAL for ref in seen)
            assert [f.ref for f in unit.dossiers.found_for(somebody, 10)] == seen
            assert [b.ref for b in unit.dossiers.briefs(reversed(seen))] == seen
            sought = sight(somebody)
            along = select(dossiers_table.c.ref).where(seen_by(sought.shape, along=True))
            assert set(connection.execute(along, sought.values).scalars()) == set(seen)
        undone.rollback()


def test_hours_must_be_aware(units):
    with units.begin() as unit, pytest.raises(Exception, match="naive"):
        unit.access.ask(at("m1"), "Alice", {}, NOW.replace(tzinfo=None))
