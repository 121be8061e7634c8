"""Anyone tries anything, in any order, on several requests at once: what must hold whatever happens.

The machine is the bot without its database: it keeps dossiers, gives arrival numbers, and lets the rules decide.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from cases import FICHE, GIVEN, LETTERS, LONG, REASON
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pydantic import ValidationError

from atelier import editing, rules
from atelier.completeness import is_complete, missing_required
from atelier.decide import decide, offers, opened, step_for, step_of
from atelier.dossier import By, Dossier, Holding, Member, Person, Piece
from atelier.fiche import item, items
from atelier.forms import StepForm
from atelier.grammar import Around, Attempt
from atelier.problems import problems
from atelier.procedure import REQUEST
from atelier.words import Do, PersonId, Reference, Refused, Role, RuleId, State

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
GESTURES = sorted({step.act for step in REQUEST} - {Do.ACTER, Do.VALIDER_ET_ACTER})
"""Those of a request; those of an atelier have their own machine."""
STATES = list(State)[: list(State).index(State.ACTE)]
INSIDE = {Do.PRENDRE_EN_CHARGE, Do.DEMANDER_COMPLEMENT, Do.RETIRER_COMPLEMENT, Do.DONNER_AVIS, Do.VALIDER, Do.REFUSER, Do.REORIENTER, Do.CLASSER, Do.ECRIRE}  # fmt: skip
"""What belongs to AD1."""
AD1 = {Role.AD1I, Role.AD1V, Role.AD1B}
OUT = {State.REFUSEE, State.REORIENTEE, State.RETIREE, State.SANS_SUITE}
WELL = GIVEN | {Do.PRENDRE_EN_CHARGE: {"motif": REASON}}
RIGHTS = ("Ce geste ne vous revient pas", "Ce geste n'est plus possible")
MOST = 7
"""Requests at once."""


def person(name: str, *holdings: Holding, active: bool = True) -> Person:
    """Somebody of the directory."""
    return Person(id=PersonId(name), name=name, holdings=holdings, active=active)


def _everyone() -> dict[PersonId, Person]:
    local = [r for r in Role if r not in AD1 | {Role.ADMIN}]
    people = [person(f"{r}-{d}", Holding(role=r, scope=f"dep:{d}")) for r in local for d in ("55", "57", "974")]
    people += [person(r, Holding(role=r)) for r in (*sorted(AD1), Role.ADMIN)]
    people += [
        person("etranger"),
        person("ville", Holding(role=Role.COLL, scope="terr:55029")),
        person("cumul-55", *(Holding(role=r, scope="dep:55") for r in local)),
        person("chef-ad1", *(Holding(role=r) for r in sorted(AD1))),
        person("parti", *(Holding(role=r) for r in Role), active=False),
    ]
    return {p.id: p for p in people}


EVERYONE = _everyone()
PEOPLE = st.sampled_from(sorted(EVERYONE))
GUESTS = st.sampled_from([None, PersonId("etranger"), PersonId("CAUE-57"), PersonId("chef-ad1")])
WORDS = st.sampled_from(["", " ", "court", REASON, LONG, "x" * 3001, "\ud800", "\0", "{name}", "<!channel>"])
ANYTHING: st.SearchStrategy[Any] = st.one_of(
    WORDS, st.none(), st.integers(), st.lists(WORDS, max_size=3), st.dictionaries(WORDS, WORDS, max_size=1)
)
FIELDS = st.one_of(
    st.lists(st.sampled_from([i.name for i in items()]), min_size=1, max_size=3), st.just(["objet", "couleur"])
)
CHANGES: dict[Do, dict[str, st.SearchStrategy[Any]]] = {
    Do.PRENDRE_EN_CHARGE: {"motif": st.sampled_from(["", "pressé", "", REASON])},
    Do.DEMANDER_COMPLEMENT: {"champs": FIELDS.map(tuple)},
    Do.REPONDRE_COMPLEMENT: {"note": st.sampled_from(["", REASON])},
    Do.INVITER: {"role": st.sampled_from(["COLL", "DREAL", "CAUE", "SVC"])},
    Do.REORIENTER: {"outil": st.sampled_from(["PVD", "ILOTS"])},
}


@st.composite
def contents(draw: st.DrawFn, act: Do) -> dict[str, Any]:
    """What somebody types in a step's form: well, nearly well, or anything."""
    given = GIVEN[act] | {name: draw(values) for name, values in CHANGES.get(act, {}).items()}
    if draw(st.integers(0, 5)):
        return given
    name = draw(st.sampled_from([*given, "inconnu"]))
    return given | {name: draw(ANYTHING)}


CONTENTS = {act: contents(act) for act in GESTURES}
QUESTIONS = st.sampled_from(items())


class Requests(RuleBasedStateMachine):
    """Several requests, everybody around them, and a clock that only goes forward."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.dossiers: dict[Reference, Dossier] = {}
        self.counter = 0
        self.invited: set[tuple[PersonId, Reference]] = set()
        self.past: dict[Reference, Dossier] = {}
        self.seen: Counter[str] = Counter()

    # --- the world ---

    @initialize(data=st.data(), ready=st.sampled_from(["fiche", "courriers"]))
    def some_requests_are_under_way(self, data: st.DataObject, ready: str) -> None:
        for far, departement in ((1, "57"), (1, "974"), (2, "55"), (3, "55"), (3, "57")):
            self.opens(data, departement, far, ready)

    @rule(hours=st.sampled_from([1, 24, 24 * 9, 24 * 40, 24 * 40]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @precondition(lambda self: len(self.dossiers) < MOST)
    @rule(
        data=st.data(),
        departement=st.sampled_from(["55", "57", "974"]),
        far=st.sampled_from([0, 1, 1, 2, 2, 3, 3]),
        ready=st.sampled_from(["non", "fiche", "courriers"]),
    )
    def opens(self, data: st.DataObject, departement: str, far: int, ready: str) -> None:
        """A new request, some way along when it is ready: few would go far if each step were left to chance."""
        ref = Reference(f"ADT-2026-{len(self.dossiers) + 1:04d}")
        by = By(person=PersonId(f"SVC-{departement}"), role=Role.SVC, at=self.now)
        opener = Member(person=by.person, role=by.role)
        new = Dossier(
            ref=ref, opened=self.now, since=self.now, departement=departement, service="DDT", members=(opener,)
        )
        dossier = opened(new, by).dossier
        for name, value in FICHE.items() if ready != "non" else ():
            dossier = editing.answered(dossier, item(name), value, by)
        for name in LETTERS if ready == "courriers" else ():
            dossier = editing.deposited(dossier, self._piece(name, by), alone=True)
        self.dossiers[ref] = dossier
        for act in (Do.TRANSMETTRE, Do.PRENDRE_EN_CHARGE, Do.DEMANDER_COMPLEMENT)[: 0 if ready == "non" else far]:
            who = next(p for p in EVERYONE.values() for s in offers(self.dossiers[ref], p) if s.act == act)
            role = step_for(self.dossiers[ref], who, act)[1]
            self._try(data, self.dossiers[ref], who, role, act, who.id, well=True)

    @precondition(lambda self: self.dossiers)
    @rule(data=st.data(), who=PEOPLE)
    def writes(self, data: st.DataObject, who: PersonId) -> None:
        """Somebody answers a question, takes an answer away, or drops a letter: as the conversation lets them."""
        dossier = self._some(data)
        asked = data.draw(QUESTIONS, label="question")
        try:
            role = editing.may_write(dossier, EVERYONE[who], asked)
        except Refused:
            return
        assert dossier.state not in OUT
        by = By(person=who, role=role, at=self.now)
        if asked.is_piece:
            moved = editing.deposited(dossier, self._piece(asked.name, by), alone=True)
        elif not asked.required and data.draw(st.booleans(), label="takes away"):
            moved = editing.cleared(dossier, asked, by)
        else:
            value = FICHE.get(asked.name, LONG)
            moved = editing.answered(dossier, asked, value, by)
        assert (moved.state, moved.version) == (dossier.state, dossier.version)
        self._keep(moved)

    def _piece(self, kind: str, by: By) -> Piece:
        sha256 = f"{self.now.timestamp()}"
        return Piece(id=kind, kind=kind, file="f", name="a.pdf", mime="application/pdf", size=1, sha256=sha256, by=by)

    def _some(self, data: st.DataObject) -> Dossier:
        return self.dossiers[data.draw(st.sampled_from(sorted(self.dossiers)), label="request")]

    # --- the gestures ---

    @precondition(lambda self: self.dossiers)
    @rule(data=st.data(), who=PEOPLE, role=st.sampled_from(Role), act=st.sampled_from(GESTURES), guest=GUESTS)
    def anyone_tries_anything(
        self, data: st.DataObject, who: PersonId, role: Role, act: Do, guest: PersonId | None
    ) -> None:
        self._try(data, self._some(data), EVERYONE[who], role, act, guest)

    @precondition(lambda self: self.dossiers)
    @rule(data=st.data(), guest=GUESTS)
    def somebody_takes_what_they_are_offered(self, data: st.DataObject, guest: PersonId | None) -> None:
        dossier = self._some(data)
        choices = [(p, s.act) for p in EVERYONE.values() for s in offers(dossier, p) if s.act in GESTURES]
        if not choices:
            assert dossier.state in OUT
            return
        acts = sorted({act for _, act in choices if act is not Do.RETIRER}) * 5 + [Do.RETIRER]
        act = data.draw(st.sampled_from(acts).filter(lambda a: any(c == a for _, c in choices)), label="gesture")
        who = data.draw(st.sampled_from([p for p, a in choices if a == act]), label="who")
        self._try(data, dossier, who, step_for(dossier, who, act)[1], act, guest)

    def _try(self, data: st.DataObject, dossier: Dossier, who: Person, role: Role, act: Do, guest: PersonId | None, *, well: bool = False) -> None:  # fmt: skip  # noqa: PLR0917
        model = step_of(act).asks or StepForm
        given = WELL[act] if well else data.draw(CONTENTS[act], label="form")
        try:
            form = model.model_validate(given)
        except ValidationError as error:
            told = {name: str(refused) for name, refused in problems(error).items()}
            assert all(told.values())
            return
        tried = Attempt(
            dossier,
            who,
            role,
            form,
            self.now,
            Around(self._ahead(dossier), guest, EVERYONE.get(guest) if guest else None),
        )
        held = dossier.roles_of(who)
        offered = act in {s.act for s in offers(dossier, who)}
        try:
            moved = decide(tried, act).dossier
        except Refused as refused:
            for_rights = str(refused).startswith(RIGHTS)
            assert for_rights is not (offered and role in held and role in step_of(act).by)
            self.seen[f"refused {act}"] += not for_rights
            return
        assert offered
        self._check(tried, moved, act)
        self.seen[act] += 1
        if act is Do.INVITER and guest:
            self.invited.add((guest, dossier.ref))
        if act is Do.RETIRER_PERSONNE and guest:
            self.invited.discard((guest, dossier.ref))
        if act is Do.TRANSMETTRE:
            self.counter += 1
            moved = moved.model_copy(update={"arrival": self.counter})
        self._keep(moved)

    def _ahead(self, dossier: Dossier) -> tuple[Reference, ...]:
        waiting = [d for d in self.dossiers.values() if d.state is State.TRANSMISE and d.ref != dossier.ref]
        return tuple(d.ref for d in waiting if (d.arrival or 0) < (dossier.arrival or 0))

    def _keep(self, dossier: Dossier) -> None:
        self.dossiers[dossier.ref] = dossier

    # --- what must hold of each step taken ---

    def _check(self, tried: Attempt, moved: Dossier, act: Do) -> None:
        before, who = tried.dossier, tried.person
        assert before.state not in OUT or (act is Do.ECRIRE and moved.state is before.state)
        assert tried.role in {h.role for h in who.holdings} or (who.id, before.ref) in self.invited
        if act in INSIDE:
            assert tried.role in AD1
            assert who.id in {*AD1, "chef-ad1"}
        else:
            assert tried.role not in AD1
            near = who.id.endswith(f"-{before.departement}") or who.id == "ville"
            assert near or (who.id, before.ref) in self.invited
        assert moved.version - before.version == (moved.state is not before.state)
        assert moved.last_by == (before.last_by if moved.state is before.state else tried.by())
        if act is Do.TRANSMETTRE:
            assert not missing_required(moved)
        if act is Do.VALIDER:
            assert is_complete(before)
            assert {p.kind for p in before.pieces if not p.replaced} >= {"courrier_engagement", "courrier_soutien"}
            assert before.complement() is None
        if act is Do.PRENDRE_EN_CHARGE and tried.around.ahead:
            assert len(moved.out_of_order) >= 10
        if act is Do.RETIRER_PERSONNE:
            gone = tried.around.leaving
            assert gone is not None
            assert moved.roles_of(gone) < before.roles_of(gone)
            assert (moved.answers, moved.pieces, moved.members[0]) == (before.answers, before.pieces, before.members[0])
            assert Role.SVC in moved.roles_of(who)
        if act is Do.CLASSER:
            asked = next(c for c in before.complements if not c.ended)
            assert self.now - asked.by.at > timedelta(days=15)

    # --- what must hold at every moment ---

    @invariant()
    def everything_holds(self) -> None:
        given = [d.arrival for d in self.dossiers.values() if d.arrival is not None]
        assert len(set(given)) == len(given)
        for ref, new in self.dossiers.items():
            old = self.past.get(ref)
            if old is new:
                continue
            self._is_sound(new)
            self._is_rebuilt(new)
            self._is_seen_by_its_people_only(new)
            if old is not None:
                self._moved_soundly(old, new)
        self.past = dict(self.dossiers)

    def _moved_soundly(self, old: Dossier, new: Dossier) -> None:
        """Numbers are given once and kept; versions grow with the state only; a final state never moves again."""
        assert old.arrival in {None, new.arrival}
        assert old.transmitted in {None, new.transmitted}
        assert (new.version > old.version) is (new.state is not old.state)
        assert new.since >= old.since
        assert old.state not in OUT or new == old, "a letter changes nothing"

    def _is_sound(self, dossier: Dossier) -> None:
        """Nobody waits for ever; what is sent has its number; a complement is pending exactly when it is awaited."""
        assert (dossier.arrival is not None) is (dossier.transmitted is not None)
        open_runs = rules.running(dossier)
        assert bool(open_runs) is (dossier.state not in OUT)
        assert len({run.rule for run in open_runs}) == len(open_runs)
        owed = {role for run in open_runs if not run.suspended for role in rules.owed(run, dossier)}
        able = {r for p in EVERYONE.values() if offers(dossier, p) for r in dossier.roles_of(p)}
        assert bool(owed & able) is (dossier.state not in OUT)
        awaited = dossier.state is State.A_COMPLETER
        assert len([c for c in dossier.complements if not c.ended]) == awaited
        assert [run.rule for run in open_runs if run.suspended] == [RuleId.CIBLE_INSTRUCTION] * awaited

    def _is_rebuilt(self, dossier: Dossier) -> None:
        """A deadline is a pure function of what is kept: rebuilt from the stored rows, nothing changes."""
        rebuilt = Dossier.model_validate_json(dossier.model_dump_json())
        assert rebuilt == dossier
        for run, again in zip(dossier.runs, rebuilt.runs, strict=True):
            assert rules.explained(run, dossier) == rules.explained(again, rebuilt)
            assert rules.due(run, dossier) == rules.due(again, rebuilt) > run.started
            assert all(a.end is not None and a.end <= b.start for a, b in pairwise(run.pauses))

    def _is_seen_by_its_people_only(self, dossier: Dossier) -> None:
        for who in EVERYONE.values():
            held = dossier.roles_of(who)
            assert not held or who.active
            assert not held & AD1 or dossier.transmitted is not None
            far = who.id.rpartition("-")[2] in {"55", "57", "974"} - {dossier.departement}
            assert not held or not far or (who.id, dossier.ref) in self.invited

    def teardown(self) -> None:
        REACHED.update(f"state {d.state}" for d in self.dossiers.values())
        REACHED.update(self.seen)


REACHED: Counter[str] = Counter()
"""What the runs of this session came to: the machine must not go in circles."""


def test_anyone_may_try_anything_in_any_order() -> None:
    """Played until every state, gesture and condition was met: all could hold because nothing happens, otherwise.

    One or two rounds do it; ten are more than chance can want.
    """
    conditional = {act for act in GESTURES if step_of(act).needs or act in {Do.INVITER, Do.RETIRER_PERSONNE}}
    wanted = {f"state {state}" for state in STATES} | set(GESTURES) | {f"refused {act}" for act in conditional}
    slow = [HealthCheck.too_slow]
    # derandomized, as CI would have it, each round would be the same one
    with_care = settings(
        max_examples=100,
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=slow,
        derandomize=False,
        database=None,
    )
    REACHED.clear()
    for _ in range(20):
        run_state_machine_as_test(Requests, settings=with_care)
        if all(REACHED[name] for name in wanted):
            break
    assert {name for name in wanted if not REACHED[name]} == set()


@pytest.mark.parametrize("act", GESTURES)
def test_what_the_machine_types_is_a_form_when_it_is_well_filled(act: Do) -> None:
    form = (step_of(act).asks or StepForm).model_validate(GIVEN[act])
    assert form.model_dump(exclude_unset=True) == GIVEN[act]
