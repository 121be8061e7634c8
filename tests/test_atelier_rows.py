"""The rows of an atelier: against their source, their rights, their ways out, and who is awaited."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import agreed
import pytest
from cases import (
    CONTRACT,
    CONTRACT_2021,
    attempt,
    in_state,
    moment,
    ready,
    scene,
    somebody,
    take,
    taken,
    told,
    whole_mission,
)

from atelier import rules
from atelier.awaited import AWAITED, awaited, may_await
from atelier.decide import decide, offers, recordable, step_of
from atelier.deposits import DEPOSITS, deposits
from atelier.dossier import Dossier
from atelier.grammar import Attempt, Step
from atelier.procedure import FINAL, STEPS
from atelier.words import Do, Refused, Role, RuleId, State

BY_ID = {step.id: step for step in STEPS}
OF_AN_ATELIER = [State(state) for state in f"{agreed.ACTIVE} suspendu {agreed.ENDED}".split()]
ALIVE = [state for state in OF_AN_ATELIER if state not in FINAL]
ROWS = {row.id: row for row in agreed.ROWS}
STEPS_OF = [BY_ID[row.id] for row in agreed.ROWS]
MOVES = [pytest.param(step, state, id=f"{step.id}-{state}") for step in STEPS_OF for state in step.source]
RIGHTS = ("Ce geste ne vous revient pas", "Ce geste n'est plus possible")

HIDDEN = {
    # gestures that make no sense in what `in_state` has recorded, though the state is theirs
    State.DESIGNATION: "A2",
    State.NOTE_VALIDEE: "A10b A23b F2 F3 F4",
    State.ANIMATION: "A12 A23b F2 F3 F4",
    State.LIVRABLE_REMIS: "A14c A14d A23b F2 F3 F4",
    State.AJOURNE: "A14c A14d A23b F2 F3 F4",
    State.RECU: "A14d A14e A14f A23b F2 F3 F4 T2",
    State.ABANDONNE: "F1 F2",
    State.SUSPENDU: "A2a A2b A14d A14e A14f A16b A16c A23b F2 F3 F4",
}
ALWAYS_HIDDEN = "A23b F2 F3 F4"


def texts(codes: str) -> tuple[str, ...]:
    """Codes in the order they are written."""
    return tuple(codes.split())


# --- against the source ---


@pytest.mark.parametrize("row", agreed.ROWS, ids=lambda row: row.id)
def test_each_row_is_the_one_agreed(row: agreed.Row) -> None:
    step = BY_ID[row.id]
    assert (step.act, step.source, step.target) == (row.act, texts(row.source), row.target)
    assert (step.by, step.prepares, step.records) == (texts(row.by), texts(row.prepares), texts(row.records))
    assert (step.asks.__name__ if step.asks else "") == row.asks
    assert (step.starts, step.stops, step.tells) == (texts(row.starts), texts(row.stops), texts(row.tells))
    assert (step.suspends, step.resumes) == ((), ())
    assert (step.pauses, step.goes_on) == (row.id == "A22", row.id == "A22b")


@pytest.mark.parametrize("row", agreed.SOURCE, ids=lambda row: row[0])
def test_the_source_table_is_kept(row: tuple[str, ...]) -> None:
    id_, de, vers, boutons, qui, notifie, delai = row
    steps = [BY_ID[name] for name in agreed.BECAME.get(id_, id_).split()]
    ours = {name: set(extra.get(id_, "").split()) for name, extra in agreed.OURS.items() if name != "boutons"}
    assert {state for step in steps for state in step.source} == set(de.split()) | ours["de"]
    assert {step.target or step.source[0] for step in steps} == set(vers.split()) | ours["vers"]
    assert {role for step in steps for role in step.by} == set(qui.split()) | ours["qui"]
    button = agreed.OURS["boutons"].get(id_)
    assert {step.label for step in steps} == {*boutons.split("|"), *(button.split("|") if button else [])}
    assert {role for step in steps for role in step.tells} == set(notifie.split()) | ours["notifie"]
    assert {clock for step in steps for clock in step.starts} == set(delai.split()) | ours["delai"]


def test_every_row_of_the_source_has_its_rows_and_none_is_left_over() -> None:
    became = [name for id_, *_ in agreed.SOURCE for name in agreed.BECAME.get(id_, id_).split()]
    assert sorted(became) == sorted(set(ROWS) - set(agreed.ADDED))
    told_of = [id_ for id_, *_ in agreed.SOURCE]
    assert set(agreed.OURS["notifie"]) | set(agreed.OURS["delai"]) <= set(told_of)


def test_every_deadline_of_the_source_is_a_rule_or_says_why_not() -> None:
    named = [id_ for id_, *_ in agreed.SOURCE_RULES]
    known = {str(row.id) for row in rules.RULES}
    assert set(named) - known == set(agreed.NOT_BUILT)
    assert known - set(named) == set(agreed.OURS_ALONE)
    started = {str(id_) for step in STEPS for id_ in step.starts} | {"RELANCE_BROUILLON", "CIBLE_SUITE"}
    assert known - started == set(agreed.UNSTARTED)
    assert all(len(why) > 4 for why in (*agreed.NOT_BUILT.values(), *agreed.UNSTARTED.values()))


@pytest.mark.parametrize(
    "row", [row for row in agreed.SOURCE_RULES if row[0] not in agreed.NOT_BUILT], ids=lambda r: r[0]
)
def test_a_deadline_has_the_nature_and_the_length_of_the_source(row: tuple[str, str, str]) -> None:
    id_, nature, delay = row
    ours = rules.rule(RuleId(id_))
    assert (ours.nature, str(ours.delay or "")) == (nature, delay)


def test_what_a_suspension_stops_is_ours_or_the_execution() -> None:
    """A suspension is the State's: what the contract or the law counts from a notification goes on."""
    assert {str(row.id) for row in rules.RULES if row.goes_on} == {
        "CASCADE_REPONSE", "BC_OBSERVATIONS", "VERIFICATION", "AJOURN_ACCEPTATION", "AJOURN_DECISION",
        "REFACTION_OBSERVATIONS", "REFACTION_DECISION", "PENALITES_OBSERVATIONS", "PROLONGATION_DEMANDE",
        "PROLONGATION_REPONSE", "PAIEMENT",
    }  # fmt: skip


def test_what_cannot_be_undone_is_shown_before_it_goes_and_what_is_dangerous_says_so() -> None:
    assert {step.id for step in STEPS_OF if step.danger} == {"A16", "A18", "A18b", "A22", "A22c", "A22d"}
    decided = {
        step.id for step in STEPS_OF if step.target and step.id not in {"A4", "A7", "A8", "A9", "A12", "A13", "A13b"}
    }
    assert decided <= {step.id for step in STEPS_OF if step.preview}
    assert {step.id for step in STEPS_OF if step.secret} == {"A2b", "A3", "A3c"}


def test_nobody_outside_the_state_decides_for_it() -> None:
    """The holder declares and answers; the collectivité agrees, observes, and follows up. Nothing else is theirs."""
    outside = {Role.MAND, Role.COLL, Role.COLL_SIGN, Role.DREAL, Role.CAUE, Role.PREF, Role.ADMIN}
    assert {step.id for step in STEPS_OF if set(step.by) & outside} == {
        "A2a", "A2b", "A1a", "A7", "A8", "A9", "A13", "A14d", "A16b", "A16c", "A23a", "A23c", "F4", "T2",
    }  # fmt: skip
    assert {role for step in STEPS_OF for role in (*step.prepares, *step.records)} == {Role.SVC, Role.AD1V}


def test_what_a_mandataire_or_a_signatory_does_on_paper_may_be_recorded() -> None:
    """Nobody is stuck for want of an account: each gesture of the holder that something waits for has its recorder."""
    theirs = {step.id for step in STEPS_OF if step.by == (Role.MAND,)}
    assert {step.id for step in STEPS_OF if step.records} == theirs - {"A1a"} | {"A9"}  # A1b records a reception


# --- taken from each of its states ---


@pytest.mark.parametrize(("step", "state"), MOVES)
def test_a_row_is_taken_from_each_of_its_states(step: Step, state: State) -> None:
    """None is there for show; what runs from it runs, what it ends is ended, each once."""
    tried, outcome = taken(step, state)
    moved = outcome.dossier
    known = {(run.rule, run.generation) for run in tried.dossier.runs}
    opened = {run.rule for run in rules.running(moved) if (run.rule, run.generation) not in known}
    started = opened - {RuleId.CIBLE_SUITE}
    first_of_three = step.id == "A9" and moved.state is State.NOTE_REMISE
    assert moved.state is (_where(step, tried.dossier) if not first_of_three else State.NOTE_REMISE)
    idle = IDLE.get(step.id, set()) if state is not State.RECU else set()
    assert started == (set(step.starts) - idle) | BY_EFFECT.get((step.id, state), set())
    assert not {run.rule for run in rules.running(moved)} & (set(step.stops) - set(step.starts))


BY_EFFECT = {
    ("A23b", State.APPROPRIATION): {RuleId.BC_EXECUTION, RuleId.APPROPRIATION},
    ("C3", State.DESIGNATION): {RuleId.CASCADE_REPONSE},
    ("A13c", State.LIVRABLE_DECLARE): {RuleId.RESTITUTION},
}
"""Clocks that the effect itself starts anew, for one order or one follow-up, or that a declaration had stopped."""
IDLE = {"A14d": {RuleId.REFACTION_DECISION}}
"""Before the reduction is decided, the buyer's silence on what the holder says means nothing (CCAG-PI 2009, 27.3)."""


def _where(step: Step, before: Dossier) -> State:
    if step.goes and step.id == "A22b":
        return before.mission_().suspended_from or before.state
    return step.target or before.state


@pytest.mark.parametrize(("step", "state"), MOVES)
def test_a_row_is_its_own_people_s(step: Step, state: State) -> None:
    """Each of its roles may take it, and no other; who prepares sees it, and does not sign."""
    dossier, at = scene(step, state)
    dossier = ready(dossier, step.act)
    for role in Role:
        tried = attempt(dossier, step.act, role, at=at, **told(step, state))
        seen = step in offers(dossier, somebody(role))
        assert seen is (role in {*step.by, *step.prepares})
        if role in step.by:
            assert decide(tried, step.act).step is step
        else:
            with pytest.raises(Refused, match=RIGHTS[0]):
                decide(tried, step.act)


@pytest.mark.parametrize("step", [step for step in STEPS_OF if step.records], ids=lambda step: step.id)
def test_a_gesture_on_paper_names_its_document_and_both_people(step: Step) -> None:
    dossier, at = scene(step, step.source[0])
    dossier, role, recorder = ready(dossier, step.act), step.by[-1], somebody(step.records[0], name="greffe")
    holder = somebody(role, name="titulaire")
    paper = replace(
        attempt(dossier, step.act, role, at=at), person=recorder, behalf=holder, document="courrier du 23/11"
    )
    moved = decide(paper, step.act).dossier
    by = paper.by()
    assert (by.person, by.for_, by.role, by.document) == ("greffe", "titulaire", role, "courrier du 23/11")
    assert '"for_":"titulaire"' in moved.mission_().model_dump_json()
    assert step in recordable(dossier, recorder)
    assert step not in recordable(dossier, somebody(Role.DREAL))
    refusals = {
        "Indiquez le document signé d'où vient cette saisie": replace(paper, document="  "),
        "« greffe » ne tient pas ce rôle sur cette demande": replace(paper, behalf=recorder),
        "Ce geste ne vous revient pas": replace(paper, person=somebody(Role.DREAL)),
        "ne tient pas ce rôle": replace(paper, role=Role.AD1I),
    }
    for sentence, wrong in refusals.items():
        with pytest.raises(Refused) as refused:
            decide(wrong, step.act)
        assert sentence in str(refused.value)
    elsewhere = replace(paper, dossier=in_state(State.CASCADE_EPUISEE))
    with pytest.raises(Refused, match=RIGHTS[1]):
        decide(elsewhere, step.act)


def test_a_gesture_nobody_may_record_is_its_own_people_s_even_on_paper() -> None:
    dossier, at = scene(BY_ID["A14"], State.LIVRABLE_REMIS)
    paper = replace(attempt(dossier, Do.RECEVOIR, Role.SVC_SIGN, at=at), person=somebody(Role.SVC), behalf=somebody(Role.SVC_SIGN), document="x")  # fmt: skip
    with pytest.raises(Refused, match=RIGHTS[0]):
        decide(paper, Do.RECEVOIR)


# --- what each role is offered in each state ---


@pytest.mark.parametrize(("state", "role"), list(product(OF_AN_ATELIER, Role)))
def test_every_gesture_is_either_offered_or_refused(state: State, role: Role) -> None:
    dossier, at = in_state(state), moment(state)
    hidden = set(HIDDEN.get(state, ALWAYS_HIDDEN).split())
    rows = [r for r in agreed.ROWS if state in r.source.split() and r.id not in hidden]
    shared = [r for r in SHARED if state in r.source.split() and r.id != "C2b"]  # nobody was invited
    expected = {r.act for r in (*rows, *shared) if role in f"{r.by} {r.prepares}".split()}
    assert {step.act for step in offers(dossier, somebody(role))} == expected
    signs = {r.act for r in (*rows, *shared) if role in r.by.split()}
    for step in STEPS:
        tried = attempt(ready(dossier, step.act) if dossier.mission else dossier, step.act, role, at=at)
        assert refusal(tried, step).startswith(RIGHTS) is (step.act not in signs), step.id


def refusal(tried: Attempt, step: Step) -> str:
    """What is said to who is refused, or nothing."""
    try:
        decide(tried, step.act)
    except Refused as refused:
        return str(refused)
    return ""


SHARED = (
    agreed.Row("C1", "ecrire", f"{agreed.ACTIVE} suspendu clos abandonne resilie", None, "AD1I AD1V"),
    agreed.Row("C2", "inviter", f"{agreed.ACTIVE} suspendu", None, "SVC"),
    agreed.Row("C2b", "retirer_personne", f"{agreed.ACTIVE} suspendu", None, "SVC"),
)
"""Rows of a request that an atelier keeps."""


# --- no dead end, nobody waits for ever ---


@pytest.mark.parametrize("state", ALIVE)
def test_every_state_has_a_way_on_beside_giving_up(state: State) -> None:
    """Abandoning, terminating, suspending are no ways on."""
    on = {
        step.id for step in STEPS if state in step.source and step.target not in {None, state, *FINAL, State.SUSPENDU}
    }
    assert on or state is State.RECU
    assert state is not State.RECU or "A21" in {step.id for step in STEPS if state in step.source}


@pytest.mark.parametrize("state", ALIVE)
def test_a_deadline_says_whose_turn_it_is_and_they_may_act(state: State) -> None:
    dossier = in_state(state)
    speaking = [r for r in rules.running(dossier) if not r.suspended and not rules.rule(r.rule).beside]
    assert speaking
    owing = {role for run in speaking for role in rules.owed(run, dossier)}
    assert owing
    for role in owing:
        moves = {step for step in offers(dossier, somebody(role)) if step.id not in EVERYWHERE}
        assert moves, role
    for run in speaking:
        assert rules.due(run, dossier) > moment(state)


EVERYWHERE = {"C1", "C2", "C2b", "C3", "A22", "A22c", "A22d", "A23a", "A23c"}
"""Gestures that move nothing on."""


def test_each_state_has_somebody_and_each_final_state_nobody() -> None:
    assert set(AWAITED) == set(State) - FINAL
    assert all(awaited(in_state(state)) for state in State if state not in FINAL)
    assert not any(awaited(in_state(state)) for state in FINAL)
    assert not set(may_await(Role)) & set(FINAL)


TURNS = [
    ("designation: asked, nothing known", State.DESIGNATION, (), "MAND AD1V"),
    ("designation: received", State.DESIGNATION, (Do.ACCUSER_RECEPTION,), "MAND"),
    ("designation: answered", State.DESIGNATION, (Do.INDISPONIBLE,), "AD1V"),
    ("note: two parties", State.NOTE_REMISE, (), "SVC_SIGN COLL_SIGN"),
    ("note: one party", State.NOTE_REMISE, ((Do.APPROUVER_NOTE, Role.COLL_SIGN),), "SVC_SIGN"),
    ("note: observed", State.NOTE_REMISE, (Do.OBSERVER_NOTE,), "MAND"),
    ("adjourned", State.AJOURNE, (), "MAND"),
    ("adjournment refused", State.AJOURNE, (Do.REFUSER_AJOURNEMENT,), "SVC_SIGN"),
    ("adjournment accepted", State.AJOURNE, (Do.ACCEPTER_AJOURNEMENT,), "MAND"),
    ("received", State.RECU, (Do.RESTITUER_AUX_ELUS,), "SVC"),
]


@pytest.mark.parametrize(("state", "acts", "turn"), [case[1:] for case in TURNS], ids=[case[0] for case in TURNS])
def test_the_turn_follows_what_is_recorded(state: State, acts: tuple[Do, ...], turn: str) -> None:
    dossier = in_state(state)
    for act in acts:
        gesture, role = act if isinstance(act, tuple) else (act, None)
        dossier = take(dossier, gesture, role, at=moment(state))
    assert awaited(dossier) == texts(turn)
    assert all(dossier.state in may_await((role,)) for role in awaited(dossier))
    assert next((r for r in rules.running(dossier) if r.rule is RuleId.CIBLE_SUITE), None) or not set(
        awaited(dossier)
    ) & {Role.AD1V, Role.SVC}


def test_closing_is_ad1_s_once_all_is_paid_and_followed_up() -> None:
    dossier, at = in_state(State.RECU), moment(State.RECU)
    dossier = take(dossier, Do.RESTITUER_AUX_ELUS, at=at)
    for number in (1, 2):
        assert awaited(dossier) == (Role.SVC,)
        dossier = take(dossier, Do.DEMANDER_PAIEMENT, at=at, commande=number)
    for number in (1, 2):
        assert RuleId.PAIEMENT in {r.rule for r in rules.running(dossier)}
        dossier = take(dossier, Do.PAYER, at=at, commande=number)
    for months, left in (("6", 2), ("12", 1)):
        later = at + timedelta(days=190 if months == "12" else 0)
        assert awaited(dossier) == ()  # nobody is pressed between: the follow-ups have their own deadlines
        owed = [rules.owed(r, dossier) for r in rules.running(dossier) if not r.rule.startswith("BC_")]
        assert owed == [(Role.SVC, Role.COLL)] * left
        dossier = take(dossier, Do.REPONDRE_SUIVI, Role.COLL, at=later, mois=months)
    assert awaited(dossier) == (Role.AD1I,)
    closed = take(dossier, Do.CLORE, at=later, renonce_argent="", renonce_territoire="")
    assert (closed.state, rules.running(closed)) == (State.CLOS, ())


def test_the_files_awaited_are_those_of_the_gestures_that_hand_them_in() -> None:
    for one in DEPOSITS:
        step = step_of(one.act)
        assert (one.states, set(one.by)) == (step.source, {*step.by, *step.records})
    assert {d.act for d in deposits(in_state(State.AJOURNE), somebody(Role.MAND))} == {Do.REMETTRE_LIVRABLE}
    assert deposits(in_state(State.AJOURNE), somebody(Role.COLL)) == ()


def test_under_either_contract_and_either_kind_of_order_the_road_is_open() -> None:
    assert whole_mission().mission_().covering_animation() is None
    lifted = take(whole_mission(), Do.LEVER_POINT_D_ARRET)
    assert lifted.state is State.ANIMATION
    assert lifted.mission_().covering_animation() == lifted.mission_().commandes[0]
    for contract in (CONTRACT, CONTRACT_2021):
        acted = take(in_state(State.VALIDEE), Do.ACTER, accord_cadre=contract.code)
        assert acted.mission_().contract == contract.code
        assert acted.mission_().ccag == contract.ccag
        assert take(acted, Do.SOLLICITER, at=moment(State.ACTE) + timedelta(days=1)).mission_().asked() is not None
