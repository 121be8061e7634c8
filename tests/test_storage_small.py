"""The small repositories: access, counters, inbox, conversations, files, cards, threads, deadlines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from samples import DAY, NOW, REF, at, ref

from atelier.words import PersonId, RuleId
from chat.text import tr
from storage.cards import Copy
from storage.deadlines import DeadlineRow, told
from storage.errors import NotFound, Stale
from storage.threads import Thread

ADMIN = PersonId("admin")


def test_access_is_asked_again_until_it_is_decided_once(units):
    with units.begin() as unit:
        first = unit.access.ask(at("m1"), "Alice", {"role": "SVC"}, NOW)
        other = unit.access.ask(at("m1", "slack"), "Alice", {"role": "SVC"}, NOW)
        assert unit.access.ask(at("m1"), "Alice\0", {"role": "COLL"}, NOW + DAY) == first != other
    with units.begin() as unit:
        asked = unit.access.get(first)
        assert (asked.account, asked.name, asked.wanted) == (at("m1"), "Alice\ufffd", {"role": "COLL"})
        assert (asked.accepted, asked.decided_by, asked.decided) == (None, None, None)
        unit.access.decide(first, ADMIN, NOW, accepted=False)
        with pytest.raises(Stale):
            unit.access.decide(first, ADMIN, NOW, accepted=True)
        with pytest.raises(NotFound):
            unit.access.decide("none", ADMIN, NOW, accepted=True)
    with units.begin() as unit:
        decided = unit.access.get(first)
        assert (decided.accepted, decided.decided_by, decided.decided) == (False, ADMIN, NOW)
        assert unit.access.ask(at("m1"), "Alice", {}, NOW) != first, "refused once, one may ask anew"


def test_counters(units):
    with units.begin() as unit:
        assert [unit.counters.next("arrivee"), unit.counters.next("arrivee"), unit.counters.next("ref:2026")] == [
            1,
            2,
            1,
        ]
    with units.begin() as unit:
        assert unit.counters.next("arrivee") == 3


def test_a_counter_goes_past_a_number_given_elsewhere_and_never_back(units):
    with units.begin() as unit:
        unit.counters.at_least("ref:2026", 41)
        unit.counters.at_least("arrivee", 0)
        assert [unit.counters.next("ref:2026"), unit.counters.next("arrivee")] == [42, 1]
    with units.begin() as unit:
        for given, following in ((43, 44), (44, 45), (7, 46)):
            unit.counters.at_least("ref:2026", given)
            assert unit.counters.next("ref:2026") == following, given
        assert unit.counters.next("arrivee") == 2, "another counter is left alone"


def test_inbox(units):
    long = "slack:" + "é" * 5000
    with units.begin() as unit:
        assert [unit.inbox.seen(key, NOW) for key in ("a", "b", "a", long, long, long + "!", "\0", "\ud800")] == [
            False, False, True, False, True, False, False, True,
        ]  # fmt: skip
        assert not unit.inbox.seen("new", NOW + DAY)
    with units.begin() as unit:
        assert unit.inbox.seen("a", NOW)
        assert unit.inbox.prune(NOW + DAY) == 5
        assert [unit.inbox.seen("a", NOW), unit.inbox.seen("new", NOW)] == [False, True]


def test_conversations(units):
    with units.begin() as unit:
        assert unit.conversations.at(at("m1")) is None
        unit.conversations.keep(at("m1"), {"kind": "question", "given": ["é", None, 1.5, "\ud800\0"]})
        unit.conversations.keep(at("m1", "slack"), {})
    with units.begin() as unit:
        assert unit.conversations.at(at("m1")) == {"kind": "question", "given": ["é", None, 1.5, "\ud800\0"]}
        assert unit.conversations.at(at("m1", "slack")) == {}
        unit.conversations.keep(at("m1"), {"kind": "apercu"})
        unit.conversations.end(at("m1", "slack"))
        assert [unit.conversations.at(at("m1")), unit.conversations.at(at("m1", "slack"))] == [{"kind": "apercu"}, None]


@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 4, b"%PDF" + b"\0" * 20_000_000], ids=len)
def test_files(units, content):
    with units.begin() as unit:
        file = unit.files.put("courrier\0\ud800.pdf", "application/pdf", content, "0" * 64, NOW)
    with units.begin() as unit:
        assert unit.files.get(file.id) == file
        assert (file.name, file.size) == ("courrier\ufffd\ufffd.pdf", len(content))
        assert unit.files.content(file.id) == content
        for read in (unit.files.get, unit.files.content):
            with pytest.raises(NotFound):
                read("none")


def test_cards(units):
    with units.begin() as unit:
        unit.cards.remember("revue:1", at("canal"), "p1", REF, "ad1")
        unit.cards.remember("revue:1", at("canal"), "p2", REF, "ad1")
        unit.cards.remember("revue:1", at("canal", "slack"), "p1", REF, "ad1")
        unit.cards.remember("dossier:1", at("dm:a"), "p3", REF, "person:a")
        unit.cards.remember("revue:2", at("canal"), "p4", ref(2), "ad1")
    with units.begin() as unit:
        copies = [
            Copy("revue:1", at("canal"), "p2", REF, "ad1"), Copy("revue:1", at("canal", "slack"), "p1", REF, "ad1"),
        ]  # fmt: skip
        assert unit.cards.copies("revue:1") == copies
        assert unit.cards.of(REF) == [Copy("dossier:1", at("dm:a"), "p3", REF, "person:a"), *copies]
        unit.cards.forget("revue:1", at("canal"))
        assert unit.cards.copies("revue:1") == copies[1:]


def test_threads(units):
    there, elsewhere = at("canal"), at("canal", "slack")
    with units.begin() as unit:
        assert unit.threads.root("revue:1") is None
        unit.threads.open("revue:1", there, "p1", REF, "ad1")
        unit.threads.open("revue:1", there, "p2", REF, "ad1")
        unit.threads.open("revue:1", elsewhere, "p3", REF, "ad1")
    with units.begin() as unit:
        assert unit.threads.root("revue:1") == (there, "p1")
        assert [unit.threads.at("revue:1", place) for place in (there, elsewhere, at("x"))] == ["p1", "p3", None]
        assert unit.threads.by_post(elsewhere, "p3") == Thread("revue:1", REF, "ad1")
        assert unit.threads.by_post(there, "p3") is unit.threads.by_post(there, "p2") is None
        unit.threads.forget("revue:1", there)
        assert unit.threads.root("revue:1") == (elsewhere, "p3")
        unit.threads.open("revue:1", there, "p9", REF, "ad1")
        assert unit.threads.at("revue:1", there) == "p9"


def test_deadlines_are_replaced(units):
    steps = (tr("Le délai est de {delay}.", delay="20 jours"), tr("Le {day} n'est pas ouvré.", day=date(2026, 11, 28)))
    late = DeadlineRow(RuleId.CIBLE_INSTRUCTION, 1, NOW, NOW + 20 * DAY, "running", steps)
    soon = DeadlineRow(RuleId.CIBLE_COMPLEMENT, 2, NOW, NOW + DAY, "running")
    with units.begin() as unit:
        unit.deadlines.keep(REF, [late, soon])
        unit.deadlines.keep(ref(2), [DeadlineRow("X", 1, NOW, NOW + 2 * DAY, "suspended")])
        unit.deadlines.keep(REF, [late, soon])
    with units.begin() as unit:
        assert unit.deadlines.of(REF) == [soon, late]
        assert unit.deadlines.running() == [(REF, soon), (REF, late)]
        assert unit.deadlines.running(limit=1) == [(REF, soon)]
        assert unit.deadlines.states(REF) == {
            (RuleId.CIBLE_INSTRUCTION, 1): "running",
            (RuleId.CIBLE_COMPLEMENT, 2): "running",
        }
        met = replace(soon, state="met")
        unit.deadlines.keep(REF, [])
        unit.deadlines.keep(REF, [met])
        assert unit.deadlines.of(REF) == [met, late]
        assert unit.deadlines.running() == [(REF, late)]
        assert len(unit.deadlines.of(ref(2))) == 1
        unit.deadlines.keep(REF, [replace(late, explanation=told(steps))])
        assert unit.deadlines.of(REF) == [met, late], "told beforehand, it is kept as it would have been"
