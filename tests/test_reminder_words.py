"""What a reminder says: the day in words, how late it is, what is to be done and in whose hands; and what is to verify."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from cases import NOON, in_state, somebody
from town import LANGUAGES

from atelier import rules
from atelier.deadlines import due_instant
from atelier.dossier import Dossier, Person, Run
from atelier.words import Reference, Role, RuleId, State
from handlers import agenda, cards, digest, home, names, timelines
from handlers.reminder_words import Line, message, overdue
from storage.reminders import Reminder

READ = LANGUAGES.say("fr", str)
SUITE = [state for state in State if any(run.rule is RuleId.CIBLE_SUITE for run in rules.running(in_state(state)))]


def ran(id_: RuleId, departement: str = "55", on: datetime = NOON) -> tuple[Dossier, Run]:
    (run,) = rules.start((), id_, on, delay="10 jours")
    dossier = in_state(State.RECU).model_copy(update={"runs": (run,), "departement": departement})
    return dossier, run


def said(dossier: Dossier, run: Run, person: Person, now: datetime, **more: object) -> str:
    """A reminder as somebody reads it."""
    row = Reminder(
        id=1, ref=Reference(dossier.ref), rule=run.rule, generation=1, kind="avant", ordinal=2, recipient=person.id,
        due=now, planned=now, escalates=False,
    )  # fmt: skip
    line = Line(row, dossier, run, due=rules.due(run, dossier), **more)
    return READ(message([line], person, now).text)


@pytest.mark.parametrize("id_", [row.id for row in rules.RULES if row.owed and row.id is not RuleId.RELANCE_BROUILLON])
def test_the_day_what_is_to_be_done_and_that_it_is_yours(id_: RuleId) -> None:
    dossier, run = ran(id_)
    row, first = rules.rule(id_), somebody(rules.rule(id_).owed[0])
    text = said(dossier, run, first, NOON + timedelta(days=1))
    assert text.endswith(f"; à vous : {row.todo}")
    assert f"{row.label} : au plus tard le {READ(names.tr('{due}', due=rules.explained(run, dossier).due))} ;" in text
    assert " h " not in text, "a day, not an hour"


@pytest.mark.parametrize("state", SUITE)
def test_whose_turn_it_is_is_told_their_first_gesture(state: State) -> None:
    dossier = in_state(state)
    run = next(run for run in rules.running(dossier) if run.rule is RuleId.CIBLE_SUITE)
    role = rules.owed(run, dossier)[0]
    text = said(dossier, run, somebody(role), NOON)
    assert "à vous : " in text
    assert "à suivre" not in text, "there is something to press"


def test_how_late_by_the_calendar_of_the_place() -> None:
    friday = date(2026, 11, 6)
    assert READ(overdue(friday, date(2026, 11, 9), "75")).endswith(
        "le vendredi 6 novembre 2026 (1 jour ouvré de retard)"
    )
    assert READ(overdue(friday, date(2026, 11, 12), "75")).endswith("(3 jours ouvrés de retard)"), (
        "the 11th is a holiday"
    )
    assert READ(overdue(friday, date(2026, 11, 7), "75")) == "dépassée depuis le vendredi 6 novembre 2026"
    dossier, run = ran(RuleId.VERIFICATION)
    text = said(dossier, run, somebody(Role.SVC_SIGN), rules.due(run, dossier) + timedelta(days=4))
    assert "de retard) ; à vous : décider de la réception du livrable" in text


def test_whoever_is_above_or_stands_in_reads_in_whose_hands_it_is() -> None:
    dossier, run = ran(RuleId.RESTITUTION)
    above = said(dossier, run, somebody(Role.SVC), NOON, raised=True)
    assert above.endswith("; remettre le livrable (attendu de : mandataire) ; ce retard vous est signalé")
    away = said(dossier, run, somebody(Role.SVC), NOON, absent=somebody(Role.MAND), until=date(2026, 12, 1))
    assert (
        "; remettre le livrable (attendu de : mandataire) ; pour MAND (absence jusqu'au mardi 1er décembre 2026)"
        in away
    )


def test_ad1_is_not_asked_what_the_groupement_is() -> None:
    dossier, run = ran(RuleId.CASCADE_REPONSE)
    assert said(dossier, run, somebody(Role.AD1V), NOON).endswith(
        "; dire si le groupement est disponible (attendu de : mandataire)"
    )
    assert said(dossier, run, somebody(Role.MAND), NOON).endswith("; à vous : dire si le groupement est disponible")


@pytest.mark.parametrize("departement", ["978", "984", "986", "987", "988", "55"])
def test_a_day_of_a_place_whose_holidays_are_not_confirmed_says_so_everywhere(departement: str) -> None:
    dossier, run = ran(RuleId.RESTITUTION, departement)
    told = departement != "55"
    person, now = somebody(Role.MAND), NOON + timedelta(days=1)
    entry, *_session = agenda.entries(dossier, person, READ)
    (mark,) = timelines._marks(dossier, person, now, past=True)
    late = digest.Late(dossier, run, rules.due(run, dossier), ())
    (fact,) = cards._dates(dossier, dossier.runs, now)
    texts = [
        said(dossier, run, person, now),
        READ(digest._line(late, NOON + timedelta(days=40))),
        READ(fact.value),
        entry.summary,
        READ(home._dated(dossier, run)[3]),
        timelines._words(READ, "fr").standing(mark),
    ]
    assert ["date à vérifier" in text for text in texts] == [told] * len(texts)
    assert ("À vérifier : les jours fériés" in entry.description) is told
    assert ("À vérifier : les jours fériés" in mark.doubt) is told


def test_good_friday_in_alsace_moselle_too() -> None:
    """Counted over: the day is to be verified where only some communes have that holiday."""
    before = due_instant(date(2026, 3, 24), "57")
    dossier, run = ran(RuleId.RESTITUTION, "57", on=before)
    assert rules.explained(run, dossier).to_verify
    other, later = ran(RuleId.RESTITUTION, "57", on=datetime(2026, 6, 1, 9, tzinfo=UTC))
    assert not rules.explained(later, other).to_verify
