"""The deadlines as rows, and the runs they make: started, suspended, resumed, ended, computed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from cases import draft, in_state, somebody
from hypothesis import given
from hypothesis import strategies as st

from atelier import rules
from atelier.awaited import awaited
from atelier.calendar import CODES, add_working_days, is_working_day, local_day
from atelier.deadlines import Delay, Unit
from atelier.decide import offers
from atelier.dossier import Dossier, Pause, Run
from atelier.labels import AD1
from atelier.procedure import FINAL
from atelier.rules import RULES, due, explained, resume, rule, start, stop, stop_all, suspend
from atelier.words import Do, Role, RuleId, State

INSTRUCTION, COMPLEMENT = RuleId.CIBLE_INSTRUCTION, RuleId.CIBLE_COMPLEMENT
WORKED = [row.id for row in RULES if row.delay and row.delay.unit is Unit.JOURS_OUVRES]
COUNTED = [row.id for row in RULES if row.delay and row.delay.unit is not Unit.JOURS_OUVRES]
SHIFTED = [id_ for id_ in COUNTED if not rule(id_).goes_on]
PLACES = st.sampled_from(sorted(CODES - {"989"}))
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)

TARGETS = [
    # from the procedure's sources; the draft's own reminder is the product's. « - »: the contract, the order or the note
    # fixes it; owed by nobody in particular: by whoever's turn it is
    ("RELANCE_BROUILLON", "1 jour ouvré", "SVC COLL", "", "ad1: non, cible"),
    ("CIBLE_PRISE_EN_CHARGE", "5 jours ouvrés", "AD1I", "AD1V", "ad1: oui, cible"),
    ("CIBLE_INSTRUCTION", "20 jours ouvrés", "AD1I AD1V", "AD1V", "ad1: oui, cible"),
    ("CIBLE_COMPLEMENT", "15 jours ouvrés", "SVC COLL", "SVC", "ad1: non, cible"),
    ("CIBLE_SUITE", "10 jours ouvrés", "", "AD1V SVC", "ad1: non, cible"),
    ("CASCADE_REPONSE", "-", "MAND AD1V", "AD1V", "ad1: non, contractuel"),
    ("APPROPRIATION", "-", "MAND", "AD1V SVC", "ad1: non, note"),
    ("DUREE_MISSION", "4 mois", "SVC", "AD1V SVC", "à côté, cible"),
    ("BC_OBSERVATIONS", "15 jours", "MAND", "", "à côté, contractuel"),
    ("BC_EXECUTION", "-", "MAND", "AD1V SVC", "à côté, note"),
    ("SUR_SITE", "-", "SVC", "AD1V SVC", "ad1: non, note"),
    ("RESTITUTION", "-", "MAND", "AD1V SVC", "ad1: non, note"),
    ("VERIFICATION", "2 mois", "SVC_SIGN", "AD1V SVC", "ad1: non, contractuel"),
    ("AJOURN_ACCEPTATION", "10 jours", "MAND", "AD1V SVC", "ad1: non, contractuel"),
    ("AJOURN_REPRESENTATION", "15 jours", "MAND", "AD1V SVC", "ad1: non, contractuel"),
    ("AJOURN_DECISION", "15 jours", "SVC_SIGN", "AD1V SVC", "à côté, contractuel"),
    ("REFACTION_OBSERVATIONS", "15 jours", "MAND", "", "à côté, contractuel"),
    ("REFACTION_DECISION", "15 jours", "SVC_SIGN", "AD1V SVC", "à côté, contractuel"),
    ("PENALITES_OBSERVATIONS", "15 jours", "MAND", "", "à côté, contractuel"),
    ("PROLONGATION_DEMANDE", "15 jours", "MAND", "", "à côté, contractuel"),
    ("PROLONGATION_REPONSE", "15 jours", "SVC_SIGN", "AD1V SVC", "à côté, contractuel"),
    ("PAIEMENT", "30 jours", "SVC", "AD1V SVC", "à côté, reglementaire"),
    ("SUIVI_6_MOIS", "6 mois", "SVC COLL", "SVC", "à côté, cible"),
    ("SUIVI_12_MOIS", "12 mois", "SVC COLL", "SVC", "à côté, cible"),
]


def at(*moment: int) -> datetime:
    """An instant of winter, told in Paris time."""
    return datetime(*moment, tzinfo=UTC) - timedelta(hours=1)  # type: ignore[arg-type,misc]


def in_place(departement: str) -> Dossier:
    """A request of a département."""
    return draft(NOON, departement)


@pytest.mark.parametrize(("id_", "delay", "owed", "escalates", "runs"), TARGETS)
def test_each_deadline_is_the_one_agreed(id_: str, delay: str, owed: str, escalates: str, runs: str) -> None:
    row = rule(RuleId(id_))
    assert row.delay == (None if delay == "-" else Delay.parse(delay))
    assert (row.owed, row.escalates) == (tuple(owed.split()), tuple(escalates.split()))
    how, nature = runs.split(", ")
    assert (row.at_ad1, row.beside, row.nature) == (how == "ad1: oui", how == "à côté", nature)


def test_there_is_one_row_a_deadline_and_its_words() -> None:
    assert [row.id for row in RULES] == [id_ for id_, *_ in TARGETS] == list(RuleId)
    assert len({row.label for row in RULES}) == len(RULES)
    assert all(row.label and row.source for row in RULES)
    assert [row.id for row in RULES if not row.owed] == [RuleId.CIBLE_SUITE]


@pytest.mark.parametrize("state", [state for state in State if state not in FINAL])
def test_what_is_nobody_s_in_particular_is_owed_by_those_whose_turn_it_is(state: State) -> None:
    """And each of them may do something there: nobody is reminded of what they cannot do."""
    dossier = in_state(state)
    turn = awaited(dossier)
    assert turn
    assert rules.owed(Run(rule=RuleId.CIBLE_SUITE, generation=1, started=NOON), dossier) == turn
    talk = {Do.ECRIRE, Do.INVITER, Do.RETIRER, Do.SUSPENDRE, Do.ABANDONNER, Do.RECTIFIER}
    for role in set(turn) - ({Role.COLL} if state is State.BROUILLON else set()):  # it fills its own questions
        assert {step.act for step in offers(dossier, somebody(role))} - talk, role


def test_nothing_escalates_over_a_commune() -> None:
    assert {role for row in RULES for role in row.escalates} <= AD1 | {Role.SVC, Role.SVC_SIGN}


def test_the_place_is_ad1_s_or_the_request_s() -> None:
    """AD1 answers in Paris time whatever the département; the service of La Réunion in its own."""
    reunion = in_place("974")
    asked = Run(rule=COMPLEMENT, generation=1, started=NOON)
    taken = Run(rule=INSTRUCTION, generation=1, started=NOON)
    assert (rules.place(asked, reunion), rules.place(taken, reunion)) == ("974", "75")
    assert due(taken, reunion) == due(taken, in_place("55")) == at(2026, 12, 22, 23, 59, 59)
    assert due(asked, in_place("55")) == at(2026, 12, 15, 23, 59, 59)
    assert due(asked, reunion) == at(2026, 12, 15, 20, 59, 59)


def test_the_holidays_are_those_of_the_place() -> None:
    """26 December is not worked in Moselle."""
    run = Run(rule=COMPLEMENT, generation=1, started=at(2025, 12, 8, 12))
    assert explained(run, in_place("55")).due == date(2025, 12, 30)
    assert explained(run, in_place("57")).due == date(2025, 12, 31)


def test_the_day_it_starts_is_the_local_one() -> None:
    """Seven in the evening in Guadeloupe on 24 November is already the 25th in Paris."""
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    run = Run(rule=RuleId.RELANCE_BROUILLON, generation=1, started=late)
    assert explained(run, in_place("971")).due == date(2026, 11, 25)
    assert explained(run, in_place("55")).due == date(2026, 11, 26)


def test_a_run_is_started_replaced_and_ended() -> None:
    one = start((), INSTRUCTION, NOON)
    assert one == (Run(rule=INSTRUCTION, generation=1, started=NOON),)
    later = NOON + timedelta(days=1)
    two = start(one, INSTRUCTION, later)
    assert two == (
        one[0].model_copy(update={"ended": later, "replaced": True}),
        Run(rule=INSTRUCTION, generation=2, started=later),
    )
    both = start(two, COMPLEMENT, later)
    assert stop(both, COMPLEMENT, later)[:2] == two
    assert [run.ended for run in stop_all(both, later)] == [later] * 3
    assert stop_all(stop_all(both, later), later + timedelta(days=9)) == stop_all(both, later)
    assert stop((), INSTRUCTION, NOON) == ()


def test_a_run_is_suspended_once_and_resumed_once() -> None:
    later, last = NOON + timedelta(days=1), NOON + timedelta(days=2)
    runs = start(start((), INSTRUCTION, NOON), COMPLEMENT, NOON)
    paused = suspend(runs, INSTRUCTION, later)
    assert [run.suspended for run in paused] == [True, False]
    assert suspend(paused, INSTRUCTION, last) == paused
    back = resume(paused, INSTRUCTION, last)
    assert back[0].pauses == (Pause(start=later, end=last),)
    assert not back[0].suspended
    assert resume(back, INSTRUCTION, last + timedelta(days=1)) == back
    assert stop(paused, INSTRUCTION, last)[0].pauses == (Pause(start=later, end=last),)
    ended = stop(runs, INSTRUCTION, later)
    assert suspend(ended, INSTRUCTION, last) == ended


def test_an_open_pause_pushes_nothing_yet() -> None:
    """The due day is told when the complement is answered: until then the target does not run."""
    run = Run(rule=INSTRUCTION, generation=1, started=NOON)
    paused = run.model_copy(update={"pauses": (Pause(start=NOON + timedelta(days=3)),)})
    assert explained(paused, draft()) == explained(run, draft())


def test_a_pause_is_given_back_on_the_working_days_of_the_place() -> None:
    """Due on Christmas Eve; one day more is the 26th in Meuse, and the 29th in Moselle where the 26th is not worked."""
    pause = Pause(start=at(2025, 12, 9, 9), end=at(2025, 12, 10, 9))
    run = Run(rule=COMPLEMENT, generation=1, started=at(2025, 12, 3, 12), pauses=(pause,))
    assert explained(run, in_place("55")).due == date(2025, 12, 26)
    assert explained(run, in_place("57")).due == date(2025, 12, 29)


def test_the_explanation_says_what_the_pause_took() -> None:
    pause = Pause(start=at(2026, 11, 27, 15), end=at(2026, 12, 3, 9))
    run = Run(rule=INSTRUCTION, generation=1, started=NOON, pauses=(pause,))
    found = explained(run, draft())
    assert found.due == date(2026, 12, 29)
    assert found.steps[:-1] == explained(run.model_copy(update={"pauses": ()}), draft()).steps
    last = found.steps[-1]
    assert last.sentence.format(**last.args) == (
        "Le délai a été suspendu 4 jour(s) ouvré(s) dans l'attente d'un complément : il finit le 2026-12-29."
    )


GAPS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 900)), max_size=4)


@given(INSTANTS, PLACES, st.sampled_from(WORKED), GAPS)
def test_pauses_push_a_deadline_by_the_working_days_they_took(
    started: datetime, departement: str, id_: RuleId, gaps: list[tuple[int, int]]
) -> None:
    dossier, now, pauses = draft(NOON, departement), started, []
    for before, length in gaps:
        begins = now + timedelta(hours=before)
        now = begins + timedelta(hours=length)
        pauses.append(Pause(start=begins, end=now))
    free = Run(rule=id_, generation=1, started=started, where=departement if id_ is RuleId.CIBLE_SUITE else "")
    held = free.model_copy(update={"pauses": tuple(pauses)})
    where = rules.place(free, dossier)
    assert is_working_day(explained(held, dossier).due, where)
    pushed = explained(held, dossier).due - explained(free, dossier).due
    worked = [explained(free, dossier).due + timedelta(days=n) for n in range(1, pushed.days + 1)]
    expected = sum(is_working_day(day, where) for pause in pauses for day in _days_of(pause, where))
    assert sum(is_working_day(day, where) for day in worked) == expected
    assert due(held, dossier) >= due(free, dossier) > started
    assert due(held, dossier) == due(held.model_copy(), dossier.model_copy(update={"version": 9, "state": "validee"}))


@given(INSTANTS, PLACES, st.sampled_from([id_ for id_ in COUNTED if rule(id_).goes_on]), GAPS)
def test_no_pause_pushes_what_the_contract_or_the_law_counts(
    started: datetime, departement: str, id_: RuleId, gaps: list[tuple[int, int]]
) -> None:
    """Not even one that an earlier version recorded: the last day is the text's."""
    dossier, pauses = draft(NOON, departement), []
    for before, length in gaps:
        begins = started + timedelta(hours=before)
        pauses.append(Pause(start=begins, end=begins + timedelta(hours=length)))
    free = Run(rule=id_, generation=1, started=started)
    assert explained(free.model_copy(update={"pauses": tuple(pauses)}), dossier) == explained(free, dossier)


@given(INSTANTS, PLACES, st.sampled_from(SHIFTED), GAPS)
def test_pauses_push_the_execution_by_the_days_they_took(
    started: datetime, departement: str, id_: RuleId, gaps: list[tuple[int, int]]
) -> None:
    """Calendar days, then to the first day worked: never sooner, and never further than that."""
    dossier, now, pauses = draft(NOON, departement), started, []
    for before, length in gaps:
        begins = now + timedelta(hours=before)
        now = begins + timedelta(hours=length)
        pauses.append(Pause(start=begins, end=now))
    free = Run(rule=id_, generation=1, started=started)
    held = free.model_copy(update={"pauses": tuple(pauses)})
    where = rules.place(free, dossier)
    lost = sum(len(_days_of(pause, where)) for pause in pauses)
    first, shifted = explained(free, dossier), explained(held, dossier).due
    counted = next(step.args["last"] for step in first.steps if "last" in step.args)
    assert is_working_day(shifted, where)
    assert lost or shifted == first.due
    over = (shifted - counted).days - lost
    assert over >= 0
    assert not any(is_working_day(counted + timedelta(days=lost + n), where) for n in range(over))


def _days_of(pause: Pause, where: str) -> list[date]:
    """The days a pause took, each midnight passed there: counted another way than the rules do."""
    day = local_day(pause.start, where)
    last = local_day(pause.end or pause.start, where)
    taken = []
    while day < last:
        day += timedelta(days=1)
        taken.append(day)
    return taken


@given(INSTANTS, st.integers(1, 60), PLACES, st.sampled_from(WORKED + COUNTED))
def test_what_starts_later_never_ends_sooner(started: datetime, hours: int, departement: str, id_: RuleId) -> None:
    dossier = draft(NOON, departement)
    one, other = (Run(rule=id_, generation=1, started=s) for s in (started, started + timedelta(hours=hours)))
    assert due(one, dossier) <= due(other, dossier)


@given(INSTANTS, PLACES, st.sampled_from(WORKED))
def test_a_target_is_its_number_of_working_days(started: datetime, departement: str, id_: RuleId) -> None:
    dossier = draft(NOON, departement)
    run = Run(rule=id_, generation=1, started=started)
    where, delay = rules.place(run, dossier), rule(id_).delay
    assert delay.unit is Unit.JOURS_OUVRES
    day = local_day(started, where)
    assert explained(run, dossier).due == add_working_days(day, delay.count, where)
