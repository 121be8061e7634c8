"""« Reporter mon rappel »: one reminder, once, within a month, never past a day that has an effect of law."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from cases import NOON, draft
from clockwork import REF, lives, posts, rung, until
from hypothesis import given
from hypothesis import strategies as st
from test_reminding import OTHER, paris, two_requests
from town import Town, flat

from atelier import rules, snooze
from atelier.calendar import is_working_day, local_day, zone
from atelier.rhythm import HOUR
from atelier.words import Refused, RuleId
from bot.sandbox.people import CAMILLE, MARC, NORA

TUESDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("demain", date(2026, 11, 25)),
        ("3 jours", date(2026, 11, 27)),
        ("dans trois jours", date(2026, 11, 27)),
        ("1 semaine", date(2026, 12, 1)),
        ("une semaine", date(2026, 12, 1)),
        ("2 semaines", date(2026, 12, 8)),
        ("un mois", date(2026, 12, 24)),
        ("3 jours ouvrés", date(2026, 11, 27)),
        ("5 jours ouvrés", date(2026, 12, 1)),
        ("lundi", date(2026, 11, 30)),
        ("Mardi", date(2026, 12, 1)),
        ("vendredi prochain", date(2026, 11, 27)),
        ("1er décembre 2026", date(2026, 12, 1)),
        ("30/11/2026", date(2026, 11, 30)),
    ],
)
def test_how_people_say_until_when(said: str, day: date) -> None:
    assert snooze.read(said, TUESDAY, "75") == day


@pytest.mark.parametrize("said", ["", "bientôt", "trois", "3", "jours", "-3 jours", "3 ans", "le 31 novembre 2026"])
def test_what_is_not_read_is_refused_with_examples(said: str) -> None:
    with pytest.raises(Refused, match="« 3 jours », « 1 semaine », « lundi »"):
        snooze.read(said, TUESDAY, "75")


def run_of(rule: RuleId, due: date):
    dossier = draft()
    runs = rules.start((), rule, NOON, on=due)
    return runs[-1], dossier.model_copy(update={"runs": runs})


@pytest.mark.parametrize("said", ["400 jours", "99999 jours", "31 jours", "3 mois", "1er janvier 2028"])
def test_over_thirty_days_is_refused_and_says_what_to_do(said: str) -> None:
    run, dossier = run_of(RuleId.CIBLE_SUITE, date(2026, 12, 8))
    with pytest.raises(Refused, match=r"30 jours au plus .* déclarez votre\s+absence"):
        snooze.until(said, run, dossier, NOON, "75")


@pytest.mark.parametrize("said", ["aujourd'hui", "hier", "0 jour", "1er janvier 2026"])
def test_the_past_is_refused(said: str) -> None:
    run, dossier = run_of(RuleId.CIBLE_SUITE, date(2026, 12, 8))
    with pytest.raises(Refused, match="à demain au plus tôt"):
        snooze.until(said, run, dossier, NOON, "75")


def test_a_target_may_be_slept_through_a_contract_s_day_may_not() -> None:
    due = date(2026, 12, 8)
    target, aside = run_of(RuleId.CIBLE_SUITE, due)
    contract, dossier = run_of(RuleId.VERIFICATION, due)
    assert local_day(snooze.until("3 semaines", target, aside, NOON, "75"), "75") == date(2026, 12, 15)
    assert local_day(snooze.until("8 décembre 2026", contract, dossier, NOON, "75"), "75") == due
    for said in ("3 semaines", "9 décembre 2026"):
        with pytest.raises(Refused, match="effet de droit"):
            snooze.until(said, contract, dossier, NOON, "75")
    after = datetime(2026, 12, 20, 12, tzinfo=UTC)
    assert local_day(snooze.until("3 jours", contract, dossier, after, "75"), "75") == date(2026, 12, 23)


@given(st.integers(1, 30), st.sampled_from(["75", "57", "971", "974", "988"]), st.integers(0, 300))
def test_it_always_leaves_in_the_morning_of_a_day_worked(days: int, where: str, later: int) -> None:
    now = NOON + timedelta(days=later)
    run, dossier = run_of(RuleId.CIBLE_SUITE, date(2026, 12, 8))
    at = snooze.until(f"{days} jours", run, dossier, now, where)
    local = at.astimezone(zone(where))
    assert at > now
    assert local.time() == HOUR
    assert is_working_day(local.date(), where)


async def test_the_button_moves_the_next_one_once_and_the_journal_says_so(town: Town) -> None:
    await town.transmitted()
    await until(town, paris(6, 9))
    await town.player.press(NORA, "Reporter mon rappel")
    assert "Votre prochain rappel" in flat(town.last(NORA))
    assert "part le lundi 9 novembre 2026 à 9 h 00" in flat(town.last(NORA))
    await town.player.press(NORA, "Dans une semaine")
    assert "partira le vendredi 13 novembre 2026 à 9 h 00" in flat(town.last(NORA))
    await lives(town, 8)
    assert [p.at.day for p in posts(town, NORA)] == [6, 13], "nothing of this deadline before the day chosen"
    await town.player.command(NORA, f"journal {REF}")
    assert "rappel reporté, Nora Benali" in flat(town.read(NORA))


async def test_a_second_time_is_refused_politely(town: Town) -> None:
    await town.transmitted()
    await town.player.command(NORA, f"rappel {REF} 2 semaines")
    await town.player.command(NORA, f"rappel {REF} 1 semaine")
    said = flat(town.last(NORA))
    assert "Ce rappel a déjà été reporté une fois : il partira le lundi 16 novembre 2026" in said
    assert "déclarez votre absence" in said
    await town.player.command(NORA, f"rappel {REF}")
    assert "Ce rappel a déjà été reporté une fois" in flat(town.last(NORA)), "no button is offered to be refused"


async def test_too_long_none_left_and_nobody_s_are_said(town: Town) -> None:
    await town.transmitted()
    await town.player.command(NORA, f"rappel {REF} 400 jours")
    assert "Un rappel se reporte de 30 jours au plus" in flat(town.last(NORA))
    await town.player.command(CAMILLE, f"rappel {REF} 3 jours")
    assert f"Aucun rappel ne vous attend sur {REF}" in flat(town.last(CAMILLE))
    await town.player.command(MARC, "rappel ADT-2026-0999 3 jours")
    assert "n'existe pas ou vous n'y avez pas part" in flat(town.last(MARC))
    await town.player.command(MARC, "rappel")
    assert "De quelle demande s'agit-il" in flat(town.last(MARC))


async def test_from_a_message_about_several_a_menu_asks_which(town: Town) -> None:
    await two_requests(town)
    await until(town, paris(6, 9))
    await town.player.choose(NORA, "Reporter mon rappel", OTHER)
    await town.player.press(NORA, "Dans 3 jours")
    await lives(town, 3.1)
    last = rung(town, NORA)[-1]
    assert REF in last
    assert OTHER in last, "moved from Monday to Monday: both are told together"


async def test_one_moved_to_an_earlier_day_does_not_end_the_series(town: Town) -> None:
    await town.transmitted()
    await town.player.command(NORA, f"rappel {REF} demain")
    await lives(town, 8)
    assert [p.at.day for p in posts(town, NORA)] == [3, 9, 10]
