"""The journal: what was written comes back; whatever is changed behind its back is found at the first bad line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from databases import SECRET, fresh_id
from samples import NOW, REF, by, ref
from sqlalchemy import text

from atelier.words import Role, State
from storage.journal import Broken, Journal

ALICE = by("alice", for_="maire")
SUMMER = datetime(2026, 7, 14, 10, 30, tzinfo=UTC)


def told(units, reference=REF, lines=3):
    with units.begin() as unit:
        for number in range(1, lines + 1):
            unit.journal.write(
                reference, what=f"D{number}", by=ALICE, at=NOW, from_state=State.BROUILLON, to_state=State.TRANSMISE,
                text=f"motif {number}", details={"n": number}, message="canal/p1",
            )  # fmt: skip


def verified(units):
    with units.begin() as unit:
        return unit.journal.verify()


def behind_its_back(units, *deeds):
    """What somebody with the database in hand, but not the key, may do: the triggers go first."""
    drops = (
        ["DROP TRIGGER journal_append_only ON journal"]
        if units.engine.dialect.name == "postgresql"
        else [f"DROP TRIGGER journal_no_{verb}" for verb in ("update", "delete", "replace")]
    )
    with units.engine.begin() as connection:
        for deed in (*drops, *deeds):
            connection.execute(text(deed))


def test_what_is_written_comes_back(units):
    local = NOW.astimezone(timezone(timedelta(hours=-4)))
    details = {"valeur": ["é", ("a", 1.5), None], 3: True}
    with units.begin() as unit:
        unit.journal.write(
            REF, what="D1", by=ALICE, at=local, from_state=State.BROUILLON, to_state=State.TRANSMISE, text="Motif",
            details=details, message="canal/p1",
        )  # fmt: skip
        unit.journal.write(REF, what="note", by=by("bob", Role.AD1I), at=SUMMER, role=Role.AD1V)
        unit.journal.write(REF, what="tick", by=None, at=SUMMER)
        unit.journal.write(ref(2), what="D1", by=None, at=SUMMER)
    with units.begin() as unit:
        first, second, third = unit.journal.of(REF)
        assert (first.ref, first.seq, first.what, first.role) == (REF, 1, "D1", "SVC")
        assert (first.person, first.behalf, first.at) == ("alice", "maire", NOW)
        assert (first.from_state, first.to_state, first.text) == ("brouillon", "transmise", "Motif")
        assert (first.details, first.message) == ({"valeur": ["é", ["a", 1.5], None], "3": True}, "canal/p1")
        assert (second.seq, second.person, second.role, second.behalf, second.details) == (2, "bob", "AD1V", None, {})
        assert (third.seq, third.person, third.role, third.text) == (3, None, "", "")
        assert [(r, n) for r, n, _ in unit.journal.heads()] == [(REF, 3), (ref(2), 1)]
        found = unit.journal._connection.execute(text("SELECT local FROM journal ORDER BY ref, seq")).scalars().all()
        assert found[:2] == ["2026-11-24T10:00:00.123456+01:00", "2026-07-14T12:30:00+02:00"]
    assert verified(units) is None


@pytest.mark.parametrize("typed", ["", "é" * 50_000, "\0", "\ud800 seul", "🏛️ œ \u2028", "'; DROP TABLE journal; --"])
def test_whatever_people_type_is_sealed(units, typed):
    with units.begin() as unit:
        unit.journal.write(REF, what="D1", by=ALICE, at=NOW, text=typed, details={"texte": typed, typed: 1})
    assert verified(units) is None


def test_people_and_texts_can_be_forgotten(units):
    told(units)
    with units.begin() as unit:
        before = unit.journal.heads()
        unit.journal.erase_text(REF, 2)
        unit.journal.forget(ALICE.person)
        lines = unit.journal.of(REF)
        assert [(line.text, line.details) for line in lines] == [("motif 1", {"n": 1}), ("", {}), ("motif 3", {"n": 3})]
        pseudonyms = {line.person for line in lines}
        assert len(pseudonyms) == 1
        assert not pseudonyms & {None, "alice"}, "somebody did it, and nobody knows who"
        assert {line.behalf for line in lines} == {"maire"}
        assert unit.journal.heads() == before
        unit.journal.write(REF, what="D4", by=ALICE, at=NOW)
        assert unit.journal.of(REF)[-1].person == "alice", "back again, under a new pseudonym"
        assert "alice" not in {line.person for line in unit.journal.of(REF)[:-1]}
    assert verified(units) is None


@pytest.mark.parametrize(
    ("deeds", "seq", "why"),
    [
        (["UPDATE journal SET what = 'D9' WHERE seq = 2"], 2, "changed"),
        (["UPDATE journal SET pseudonym = '' WHERE seq = 2"], 2, "changed"),
        (["UPDATE journal SET behalf = '' WHERE seq = 2"], 2, "changed"),
        (["UPDATE journal SET role = 'AD1V' WHERE seq >= 2"], 2, "changed"),
        (["UPDATE journal SET at = '2026-11-25 09:00:00.123456+00'"], 1, "changed"),
        (["UPDATE journal SET local = '2026-11-25' WHERE seq = 3"], 3, "changed"),
        (["UPDATE journal SET from_state = 'validee' WHERE seq = 1"], 1, "changed"),
        (["UPDATE journal SET to_state = 'validee' WHERE seq = 1"], 1, "changed"),
        (["UPDATE journal SET message = '' WHERE seq = 1"], 1, "changed"),
        (["UPDATE journal SET digest = 'x' WHERE seq = 1"], 1, "changed"),
        (["UPDATE journal SET mac = 'x' WHERE seq = 1"], 1, "changed"),
        (["DELETE FROM journal WHERE seq = 1"], 1, "missing"),
        (["DELETE FROM journal WHERE seq = 2"], 2, "missing"),
        (["DELETE FROM journal WHERE seq = 3"], 3, "missing"),
        (["DELETE FROM journal"], 1, "missing"),
        (["DELETE FROM journal WHERE seq = 2", "UPDATE journal SET seq = 2 WHERE seq = 3"], 2, "changed"),
        (["UPDATE journal_texts SET text = 'autre motif' WHERE seq = 2"], 2, "text"),
        (["UPDATE journal_texts SET details = '{\"n\": 7}' WHERE seq = 3"], 3, "text"),
        (["UPDATE journal_texts SET salt = 'x' WHERE seq = 1"], 1, "text"),
        (["DELETE FROM journal_heads"], 3, "head"),
        (["UPDATE journal_heads SET seal = 'x'"], 3, "head"),
        (
            [
                "DELETE FROM journal WHERE seq = 3",
                "UPDATE journal_heads SET seq = 2, mac = (SELECT mac FROM journal WHERE ref = 'ADT-2026-0001' AND seq = 2)",
            ],
            2,
            "head",
        ),
    ],
)
def test_tampering_is_found_at_the_first_bad_line(units, deeds, seq, why):
    told(units)
    behind_its_back(units, *deeds)
    assert verified(units) == Broken(REF, seq, why)


def test_a_chain_cannot_be_given_to_another_request(units):
    told(units)
    behind_its_back(
        units,
        "UPDATE journal SET ref = 'ADT-2026-0009'",
        "UPDATE journal_texts SET ref = 'ADT-2026-0009'",
        "UPDATE journal_heads SET ref = 'ADT-2026-0009'",
    )
    assert verified(units) == Broken(ref(9), 1, "changed")


def test_the_first_bad_request_is_named(units):
    for number in (1, 2, 3):
        told(units, ref(number))
    behind_its_back(units, "UPDATE journal SET what = 'x' WHERE ref > 'ADT-2026-0001' AND seq = 2")
    assert verified(units) == Broken(ref(2), 2, "changed")


def test_another_key_verifies_nothing(units):
    told(units)
    with units.engine.begin() as connection:
        assert Journal(connection, SECRET + b"!", fresh_id).verify() == Broken(REF, 1, "changed")
