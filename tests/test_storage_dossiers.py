"""The requests: guarded by version and revision, listed by right, queued by arrival."""

from __future__ import annotations

import pytest
from samples import DAY, NOW, REF, dossier, person, ref

from atelier.words import Role, State
from storage import dossiers as under_test
from storage import visible as seen_by
from storage.deadlines import DeadlineRow
from storage.errors import NotFound, Stale

AGENT = person("alice", (Role.SVC, "dep:55"))


def kept(units, *every):
    with units.begin() as unit:
        for one in every:
            unit.dossiers.add(one)


def test_what_is_kept_comes_back_the_same(units):
    one = dossier(codes=("55029",), members=(("alice", Role.SVC),), state=State.TRANSMISE, arrival=3)
    kept(units, one)
    with units.begin() as unit:
        assert unit.dossiers.get(REF) == one
        with pytest.raises(NotFound):
            unit.dossiers.get(ref(2))
        with pytest.raises(Stale):
            unit.dossiers.add(dossier())


def test_missing_and_forbidden_look_the_same(units):
    kept(units, dossier(departement="88"))
    with units.begin() as unit:
        assert unit.dossiers.seen_by(person("bob", (Role.SVC, "dep:88")), REF).ref == REF
        for somebody, sought in ((AGENT, REF), (AGENT, ref(2)), (person("ad1", (Role.AD1I, "")), REF)):
            with pytest.raises(NotFound, match=sought):
                unit.dossiers.seen_by(somebody, sought)


def test_saved_under_its_version(units):
    kept(units, dossier())
    with units.begin() as unit:
        unit.dossiers.get(REF)
        unit.dossiers.save(dossier().model_copy(update={"version": 2, "state": State.RETIREE}), 1)
        unit.dossiers.save(dossier().model_copy(update={"version": 3, "state": State.RETIREE}), 2)
    with units.begin() as unit:
        assert unit.dossiers.get(REF).version == 3
        with pytest.raises(Stale):
            unit.dossiers.save(dossier(), 1)


def test_saved_under_its_revision_however_it_was_read(url, units):
    """Two co-writers answer at once: the version does not move, the second is told."""
    kept(units, dossier())
    reads = [
        lambda unit: unit.dossiers.get(REF),
        lambda unit: unit.dossiers.seen_by(AGENT, REF),
        lambda unit: unit.dossiers.list_for(AGENT, limit=5)[0],
        lambda unit: next(unit.dossiers.every([State.BROUILLON])),
    ]
    for read in reads:
        with units.begin() as unit:
            mine = read(unit)
            later = units._unit(unit.dossiers._connection)
            later.dossiers.get(REF)
            later.dossiers.save(mine.model_copy(update={"service": "DREAL"}), mine.version)
            with pytest.raises(Stale):
                unit.dossiers.save(mine, mine.version)
    with units.begin() as unit:
        assert unit.dossiers.get(REF).service == "DREAL"


def test_territories_and_members_follow(units):
    kept(units, dossier(codes=("55029",), members=(("zoe", Role.COLL),)), dossier(2, codes=("55029", "55001")))
    with units.begin() as unit:
        zoe = person("zoe")
        assert [d.ref for d in unit.dossiers.list_for(zoe, limit=5)] == [REF]
        assert [d.ref for d in unit.dossiers.same_territory(("55029", "88160"), REF)] == [ref(2)]
        unit.dossiers.save(dossier(codes=("55001",)), 1)
        assert unit.dossiers.list_for(zoe, limit=5) == []
        assert unit.dossiers.same_territory(("55029",), ref(2)) == []
        assert [d.ref for d in unit.dossiers.same_territory(("55001",), ref(2))] == [REF]
        assert unit.dossiers.same_territory((), REF) == []
        unit.dossiers.save(dossier(codes=("55001",), state=State.RETIREE), 1)
        assert unit.dossiers.same_territory(("55001",), ref(2)) == []


def test_the_queue_is_in_order_of_arrival(units):
    waiting, ended = (State.EN_ECHANGE, State.TRANSMISE, State.A_COMPLETER, State.TRANSMISE), State.VALIDEE
    kept(units, dossier(9), *(dossier(n, state=state, arrival=10 - n) for n, state in enumerate((*waiting, ended), 1)))
    with units.begin() as unit:
        ad1, svc = person("ad1", (Role.AD1I, "")), person("svc", (Role.SVC, "ref:ADT-2026-0003"))
        assert [(n, d.ref) for n, d in unit.dossiers.queue_of(ad1, 9)] == list(enumerate(map(ref, (4, 3, 2, 1)), 1))
        assert [d.ref for _, d in unit.dossiers.queue_of(ad1, 2)] == [ref(4), ref(3)]
        assert [(n, d.ref) for n, d in unit.dossiers.queue_of(svc, 9)] == [(2, ref(3))]
        assert unit.dossiers.queued() == 4
        assert [d.ref for d in unit.dossiers.many([ref(4), ref(99), ref(1)], ad1)] == [ref(4), ref(1)]
        assert unit.dossiers.many([ref(4)], svc) == []
        assert unit.dossiers.place_in_queue(ref(4)) == (1, 4)
        assert unit.dossiers.place_in_queue(ref(1)) == (4, 4)
        assert unit.dossiers.place_in_queue(ref(5)) == (0, 4)
        assert unit.dossiers.waiting_before(8) == [ref(4)]
        assert unit.dossiers.waiting_before(9) == [ref(4), ref(2)]


def test_lists_go_on_past_what_is_hidden(units, monkeypatch):
    """AD1 sees no draft: pages full of drafts do not hide the requests behind them."""
    monkeypatch.setattr(under_test, "PAGE", 2)
    drafts = [dossier(n, since=NOW + DAY) for n in range(1, 6)]
    seen = [dossier(n, state=State.TRANSMISE, arrival=n, since=NOW - n * DAY) for n in range(6, 11)]
    kept(units, *drafts, *seen)
    with units.begin() as unit:
        ad1 = person("ad1", (Role.AD1I, ""))
        assert [d.ref for d in unit.dossiers.list_for(ad1, limit=3)] == [ref(n) for n in (6, 7, 8)]
        assert len(unit.dossiers.list_for(ad1, limit=99)) == 5
        assert [unit.dossiers.listed(ad1, 1, most)[1] for most in (3, 5, 99)] == [3, 5, 5]
        assert [unit.dossiers.listed(ad1, 1, 99, departement)[1] for departement in ("55", "54")] == [5, 0]
        assert unit.dossiers.listed(ad1, 99, 99, "54") == ([], 0)
        assert unit.dossiers.list_for(person("admin", (Role.ADMIN, "")), limit=9) == []
        every = [d.ref for d in unit.dossiers.every([State.TRANSMISE, State.BROUILLON])]
        assert every == [ref(n) for n in range(1, 11)]
        assert list(unit.dossiers.every([State.VALIDEE])) == []


@pytest.mark.parametrize("few", [0, 500], ids=["along the order", "one by one"])
def test_lists_are_the_same_whichever_way_they_are_looked_for(units, monkeypatch, few):
    """Somebody who sees few requests, or many: the database looks for them in two ways."""
    monkeypatch.setattr(seen_by, "FEW", few)
    monkeypatch.setattr(under_test, "FEW", few)
    mine = [dossier(n, state=State.TRANSMISE, arrival=n, since=NOW - n * DAY, codes=("55029",)) for n in (1, 2, 3)]
    others = [dossier(n, state=State.TRANSMISE, arrival=n, departement="88") for n in (4, 5)]
    kept(units, *others, *mine)
    with units.begin() as unit:
        svc = person("svc", (Role.SVC, "dep:55"))
        for n, one in enumerate((*others, *mine)):
            unit.deadlines.keep(one.ref, [DeadlineRow("X", 1, NOW, NOW + (9 - n) * DAY, "running")])
        unit.deadlines.keep(mine[0].ref, [DeadlineRow("Y", 1, NOW, NOW, "met")])
        assert [d.ref for d in unit.dossiers.listed(svc, 2, 9)[0]] == [ref(1), ref(2)]
        assert [d.ref for d in unit.dossiers.list_for(svc, 2)] == [ref(1), ref(2)]
        assert [d.ref for d in unit.dossiers.listed(svc, 9, 9, "55")[0]] == [ref(1), ref(2), ref(3)]
        assert unit.dossiers.listed(svc, 9, 9, "88") == ([], 0)
        assert [(n, d.ref) for n, d in unit.dossiers.queue_of(svc, 2)] == [(1, ref(1)), (2, ref(2))]
        assert unit.deadlines.nearest_for(svc, 2, NOW) == [ref(3), ref(2)]
        assert [unit.deadlines.count_for(svc, most, NOW) for most in (2, 9)] == [2, 3]
        (found,) = unit.dossiers.found_for(svc, 1)
        assert (found.ref, found.departement, found.words) == (ref(1), "55", "55029 ddt")
        (brief,) = unit.dossiers.briefs([found.ref])
        assert (brief.ref, brief.departement, brief.service, brief.territory) == (ref(1), "55", "DDT", "55029")


def test_several_are_held_at_once(units):
    kept(units, *(dossier(n) for n in (1, 2, 3)))
    with units.begin() as unit:
        held = unit.dossiers.held([ref(3), ref(1), ref(9)])
        assert list(held) == [ref(1), ref(3)]
        unit.dossiers.save(held[ref(3)].model_copy(update={"service": "DREAL"}), 1)
        assert unit.dossiers.get(ref(3)).service == "DREAL"
        assert unit.dossiers.held([]) == {}


def test_words_follow_what_is_saved(units):
    kept(units, dossier(1, codes=("55029",)))
    everywhere = person("ad", (Role.DREAL, ""))
    with units.begin() as unit:
        read = unit.dossiers.get(ref(1))
        assert [f.words for f in unit.dossiers.found_for(everywhere, 9)] == ["55029 ddt"]
        unit.dossiers.save(read.model_copy(update={"service": "DDT de l'Orne, à Alençon"}), 1)
    with units.begin() as unit:
        assert [f.words for f in unit.dossiers.found_for(everywhere, 9)] == ["55029 ddt de l orne a alencon"]


def test_a_glimpse_is_the_dossier_less_what_it_says_and_is_never_saved(units):
    whole = dossier(1, state=State.TRANSMISE, arrival=1)
    kept(units, whole, dossier(2))
    with units.begin() as unit:
        glimpses = unit.dossiers.glimpsed([ref(2), ref(1), ref(9)])
        assert list(glimpses) == [ref(1), ref(2)]
        one = glimpses[ref(1)]
        for same in (
            "ref",
            "state",
            "departement",
            "service",
            "members",
            "runs",
            "transmitted",
            "mission",
            "transfers",
        ):
            assert getattr(one, same) == getattr(whole, same), same
        assert (one.territory(), one.scopes()) == (whole.territory(), whole.scopes())
        for what in (lambda: one.value("objet"), lambda: one.piece("note"), one.complement):
            with pytest.raises(LookupError):
                what()
        with pytest.raises(Stale):
            unit.dossiers.save(one, one.version)
        assert unit.dossiers.get(ref(1)) == whole
