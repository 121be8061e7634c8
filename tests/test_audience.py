"""Who may see which deadline: every rule for every role, every state of a turn, and a database that counts the same."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from cases import NOON, attempt, in_state, moment, somebody, take, walk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atelier import audience, ending, rules
from atelier.awaited import AWAITED
from atelier.dossier import Dossier, Holding, Member, Person, Run
from atelier.labels import AD1, EVERYBODY
from atelier.procedure import FINAL
from atelier.words import Do, PersonId, Reference, Role, RuleId, State
from handlers import clocks
from storage.unit import Unit

ROLES = (
    Role.SVC, Role.SVC_SIGN, Role.DREAL, Role.PREF, Role.COLL, Role.COLL_SIGN, Role.CAUE, Role.MAND,
    Role.AD1I, Role.AD1V, Role.AD1B,
)  # fmt: skip
#                                   service    DREAL  PREF  town   CAUE  MAND  AD1
SEEN = {
    RuleId.RELANCE_BROUILLON:      "oo          o      o     oo     o     -     ---",
    RuleId.CIBLE_PRISE_EN_CHARGE:  "oo          o      o     --     -     -     ooo",
    RuleId.CIBLE_INSTRUCTION:      "oo          o      o     --     -     -     ooo",
    RuleId.CIBLE_COMPLEMENT:       "oo          o      o     oo     o     -     ooo",
    RuleId.CIBLE_SUITE:            "oo          o      o     oo     o     o     ooo",
    RuleId.CASCADE_REPONSE:        "--          -      -     --     -     o     ooo",
    RuleId.APPROPRIATION:          "oo          o      o     oo     o     o     ooo",
    RuleId.DUREE_MISSION:          "oo          o      o     oo     o     o     ooo",
    RuleId.BC_OBSERVATIONS:        "oo          o      o     oo     o     o     ooo",
    RuleId.BC_EXECUTION:           "oo          o      o     oo     o     o     ooo",
    RuleId.SUR_SITE:               "oo          o      o     oo     o     o     ooo",
    RuleId.RESTITUTION:            "oo          o      o     oo     o     o     ooo",
    RuleId.VERIFICATION:           "oo          o      o     oo     o     o     ooo",
    RuleId.AJOURN_ACCEPTATION:     "oo          o      o     oo     o     o     ooo",
    RuleId.AJOURN_REPRESENTATION:  "oo          o      o     oo     o     o     ooo",
    RuleId.AJOURN_DECISION:        "oo          o      o     oo     o     o     ooo",
    RuleId.REFACTION_OBSERVATIONS: "oo          o      o     --     -     o     ooo",
    RuleId.REFACTION_DECISION:     "oo          o      o     --     -     o     ooo",
    RuleId.PENALITES_OBSERVATIONS: "oo          o      o     --     -     o     ooo",
    RuleId.PROLONGATION_DEMANDE:   "oo          o      o     oo     o     o     ooo",
    RuleId.PROLONGATION_REPONSE:   "oo          o      o     oo     o     o     ooo",
    RuleId.PAIEMENT:               "oo          o      o     --     -     o     ooo",
    RuleId.SUIVI_6_MOIS:           "oo          o      o     oo     o     o     ooo",
    RuleId.SUIVI_12_MOIS:          "oo          o      o     oo     o     o     ooo",
}  # fmt: skip
"""While it runs, in a state where AD1 is not alone awaited."""
TURNS = {
    State.TRANSMISE:       "oo          o      o     --     -     -     ooo",
    State.EN_ECHANGE:      "oo          o      o     --     -     -     ooo",
    State.VALIDEE:         "oo          o      o     --     -     -     ooo",
    State.ACTE:            "oo          o      o     --     -     -     ooo",
    State.DESIGNATION:     "--          -      -     --     -     o     ooo",
    State.CASCADE_EPUISEE: "--          -      -     --     -     -     ooo",
    State.DESIGNE:         "oo          o      o     --     -     -     ooo",
}  # fmt: skip
"""« Suite à donner », where AD1 is awaited."""


def running(id_: RuleId, state: State = State.RECU) -> tuple[Run, Dossier]:
    """A deadline that runs, whatever the road to that state."""
    (run,) = rules.start((), id_, NOON, delay="10 jours")
    return run, in_state(state).model_copy(update={"runs": (run,)})


def marks(run: Run, dossier: Dossier) -> dict[Role, str]:
    return {role: "o" if audience.may_see(run, dossier, {role}) else "-" for role in ROLES}


def row(told: str) -> dict[Role, str]:
    return dict(zip(ROLES, told.replace(" ", ""), strict=True))


def test_the_table_is_whole() -> None:
    assert set(SEEN) == set(RuleId)
    assert set(ROLES) == EVERYBODY
    assert len(ROLES) == len(EVERYBODY)


@pytest.mark.parametrize("id_", RuleId)
def test_each_deadline_is_seen_by_these_roles_alone(id_: RuleId) -> None:
    assert marks(*running(id_)) == row(SEEN[id_])


@pytest.mark.parametrize("state", [state for state in State if state not in FINAL])
def test_whose_turn_it_is_is_seen_by_these_roles_alone(state: State) -> None:
    assert marks(*running(RuleId.CIBLE_SUITE, state)) == row(TURNS.get(state, "o" * len(ROLES)))
    assert (state in TURNS) == (set(AWAITED.get(state, ())) <= AD1), "hidden from somebody where AD1 alone is awaited"


@pytest.mark.parametrize("state", State)
def test_whoever_owes_a_deadline_sees_it(state: State) -> None:
    dossier = in_state(state)
    for run in rules.running(dossier):
        owed = set(rules.owed(run, dossier)) - (AD1 if state is State.BROUILLON else set())
        assert owed <= audience.audience(run, dossier), run


def asked_twice() -> Dossier:
    """Rank 1 read what it was sent, said no and was set aside; rank 2 has read it two days later."""
    first = take(in_state(State.DESIGNATION), Do.ACCUSER_RECEPTION)
    aside = walk((Do.INDISPONIBLE, Do.ECARTER), first, at=NOON + timedelta(days=2))
    return take(aside, Do.ACCUSER_RECEPTION, at=NOON + timedelta(days=2))


def test_a_groupement_sees_its_own_delay_to_answer_and_no_other() -> None:
    dossier = asked_twice()
    both = [run for run in dossier.runs if run.rule is RuleId.CASCADE_REPONSE]
    assert [run.about for run in both] == ["rang:1", "rang:2"]
    for role, seen in ((Role.MAND, [False, True]), (Role.AD1V, [True, True]), (Role.SVC, [False, False])):
        assert [audience.may_see(run, dossier, {role}) for run in both] == seen, role
    answered = take(dossier, Do.DISPONIBLE, at=NOON + timedelta(days=3))
    both = [run for run in answered.runs if run.rule is RuleId.CASCADE_REPONSE]
    assert [audience.may_see(run, answered, {Role.MAND}) for run in both] == [False, True], "its own, once over too"
    chosen = take(answered, Do.DESIGNER, at=NOON + timedelta(days=3), equipe=("Deux",))
    assert [audience.may_see(run, chosen, {Role.MAND}) for run in both] == [False, True]
    assert not any(audience.may_see(run, chosen, {Role.SVC, Role.COLL}) for run in both)


def test_asked_again_at_the_same_rank_it_sees_its_last_delay() -> None:
    dossier = asked_twice()
    over = walk((Do.INDISPONIBLE, Do.ECARTER, Do.INDISPONIBLE, Do.ECARTER), dossier, at=NOON + timedelta(days=3))
    again = walk((Do.REPRENDRE_CASCADE, Do.ACCUSER_RECEPTION), over, at=NOON + timedelta(days=9))
    mine = [r for r in again.runs if r.rule is RuleId.CASCADE_REPONSE and audience.may_see(r, again, {Role.MAND})]
    assert [(r.about, r.started.day) for r in mine] == [("rang:1", (NOON + timedelta(days=9)).day)]


def test_turns_over_of_a_cascade_are_ad1_s_own() -> None:
    """How many times the turn changed would tell how many were asked."""
    dossier = walk((Do.DISPONIBLE,), asked_twice(), at=NOON + timedelta(days=3))
    chosen = take(dossier, Do.DESIGNER, at=NOON + timedelta(days=4), equipe=("Deux",))
    paid = take(chosen, Do.DELEGUER_CREDITS, at=NOON + timedelta(days=5))
    turns = [run for run in paid.runs if run.rule is RuleId.CIBLE_SUITE]
    assert len(turns) > 5, "they followed one another"
    for roles, seen in (({Role.AD1I}, len(turns)), ({Role.MAND}, 1), ({Role.COLL, Role.CAUE}, 1)):
        assert sum(audience.may_see(run, paid, roles) for run in turns) == seen, roles
    before, after = NOON, NOON + timedelta(days=4)
    states = [run for run in turns if audience.may_see(run, paid, {Role.SVC})]
    assert all(run.started == before or run.started >= after for run in states), "none of between"


def test_suspending_tells_the_service_nothing_of_the_cascade() -> None:
    """What goes on while the atelier is suspended is listed, as far as whoever suspends may see it."""
    for role, told in ((Role.SVC, False), (Role.AD1V, True)):
        warned = ending.delais_qui_courent(attempt(asked_twice(), Do.SUSPENDRE, role, at=NOON + timedelta(days=3)))
        assert (warned is not None and "Réponse du groupement sollicité" in str(warned)) is told, role


def test_where_several_read_only_what_all_may_see_is_shown() -> None:
    dossier = in_state(State.RECU)
    runs = rules.start((), RuleId.PAIEMENT, NOON, about="bc:1")
    runs = rules.start(runs, RuleId.SUIVI_6_MOIS, NOON)
    dossier = dossier.model_copy(update={"runs": runs})
    assert [r.rule for r in audience.common(dossier, {Role.SVC, Role.MAND})] == [RuleId.PAIEMENT, RuleId.SUIVI_6_MOIS]
    assert [r.rule for r in audience.common(dossier, EVERYBODY - AD1)] == [RuleId.SUIVI_6_MOIS]


def test_nobody_without_a_part_sees_any() -> None:
    elsewhere = somebody(Role.SVC, scope="dep:88", name="ailleurs")
    assert audience.shown(in_state(State.ANIMATION), elsewhere) == ()
    assert audience.shown(in_state(State.ANIMATION), somebody(Role.ADMIN)) == ()
    assert audience.shown(in_state(State.BROUILLON), somebody(Role.AD1V)) == ()


SCOPES = st.sampled_from(
    ["", "dep:55", "dep:88", "terr:55029", "grp:adt-2025/g1", "grp:adt-2025/g2", "ref:ADT-2026-0001"]
)
HELD = st.lists(
    st.builds(Holding, role=st.sampled_from([*ROLES, Role.ADMIN]), scope=SCOPES), max_size=3
)  # fmt: skip
PARTS = st.lists(st.sampled_from(ROLES), max_size=2, unique=True)
MADE = st.lists(st.tuples(st.sampled_from(State), PARTS), min_size=1, max_size=4)


def town(made: list[tuple[State, list[Role]]]) -> list[Dossier]:
    return [
        in_state(state).model_copy(
            update={
                "ref": Reference(f"ADT-2026-{number:04d}"),
                "members": tuple(Member(person=PersonId("p"), role=role) for role in parts),
                "arrival": number if in_state(state).transmitted else None,
            }
        )
        for number, (state, parts) in enumerate(made, 1)
    ]


def wanted(dossiers: list[Dossier], person: Person, now: datetime) -> list[tuple[datetime, Reference]]:
    """The dates of these dossiers that somebody may see, nearest first."""
    return sorted(
        (rules.due(run, one), one.ref)
        for one in dossiers
        for run in audience.shown(one, person)
        if run.ended is None and not run.suspended and not rules.lapsed(run, one, now)
    )


def kept(unit: Unit, dossiers: list[Dossier]) -> None:
    for one in dossiers:
        unit.dossiers.add(one)
        clocks.keep(unit, one, moment(one.state))


def counts_what_is_shown(unit: Unit, dossiers: list[Dossier], person: Person, now: datetime) -> None:
    seen = wanted(dossiers, person, now)
    assert unit.deadlines.count_for(person, 99, now) == len(seen), person
    assert set(unit.deadlines.nearest_for(person, 99, now)) == {ref for _, ref in seen}
    if seen:
        (nearest,) = unit.deadlines.nearest_for(person, 1, now)
        assert seen[0][0] in {due for due, ref in seen if ref == nearest}


@pytest.mark.parametrize("scope", ["", "dep:55", "given"])
def test_the_database_counts_what_each_role_is_shown_in_each_state(units, scope: str) -> None:
    money = take(in_state(State.RECU), Do.DEMANDER_PAIEMENT, at=moment(State.RECU))
    for now in (NOON, NOON + timedelta(days=90)):
        for role in ROLES:
            person = somebody(role, scope=scope) if scope != "given" else somebody(name="p")
            made = [*town([(state, [role] if scope == "given" else []) for state in State])]
            made.append(
                money.model_copy(update={"ref": Reference("ADT-2026-0099"), "members": made[0].members, "arrival": 99})
            )
            with units.engine.connect() as connection, connection.begin() as undone:
                unit = units._unit(connection)
                kept(unit, made)
                assert wanted(made, person, now), "there is something to count"
                counts_what_is_shown(unit, made, person, now)
                undone.rollback()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=MADE, held=HELD, later=st.sampled_from([0, 30, 400]))
def test_the_database_counts_what_is_shown_whoever_asks(units, made, held, later: int) -> None:
    """Several roles, in several places: the number said and the dates shown are those that the rules let them see."""
    person = Person(id=PersonId("p"), name="P", holdings=tuple(held), departement="55")
    dossiers = town(made)
    with units.engine.connect() as connection, connection.begin() as undone:
        unit = units._unit(connection)
        kept(unit, dossiers)
        counts_what_is_shown(unit, dossiers, person, NOON + timedelta(days=later))
        undone.rollback()
