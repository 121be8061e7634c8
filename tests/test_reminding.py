"""Reminders as people live them: once, in the morning, to whoever must act, and never for nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from clockwork import REF, comes, goes_by, kept_again, leaves, lives, posts, rung, until
from town import Town

from atelier.words import Role
from bot.sandbox.people import ALIX, CAMILLE, HUGO, INES, MARC, NORA
from bot.sandbox.story import quickly
from handlers import reminding

OTHER = "ADT-2026-0002"


def paris(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """An hour of winter in Paris."""
    return datetime(2026, month, day, hour - 1, minute, tzinfo=UTC)


async def two_requests(town: Town) -> None:
    """Monday 2 November: two requests wait to be taken in charge, by Monday 9."""
    await town.transmitted()
    await quickly(town.player, ALIX, "Pithiviers", "Revitaliser le centre de Pithiviers")


async def test_after_three_days_away_everything_due_leaves_once_in_one_message(town: Town) -> None:
    await two_requests(town)
    await until(town, paris(12, 10))  # back on Thursday: the 9th was the last day, the 11th is a holiday
    (said,) = rung(town, NORA)
    assert "Nora Benali, 2 échéances vous attendent." in said
    for ref in (REF, OTHER):
        assert said.count(f"{ref} — Prise en charge par la DGALN : dépassée depuis le lundi 9 novembre 2026") == 1
    assert said.count("ce rappel devait partir le mardi 10 novembre 2026 à 9 h 00") == 2
    await goes_by(town, minutes=5)
    assert len(rung(town, NORA)) == 1
    assert rung(town, MARC) == []


async def test_the_usual_days_one_message_a_morning(town: Town) -> None:
    await two_requests(town)
    await lives(town, 8)
    assert [p.at.strftime("%d %H:%M") for p in posts(town, NORA)] == ["06 08:00", "09 08:00", "10 08:00"]
    first, last_day, late = rung(town, NORA)
    assert "au plus tard le lundi 9 novembre 2026" in first
    assert "aujourd'hui au plus tard" in last_day
    assert "dépassée depuis" in late
    assert all(said.count(REF) and said.count(OTHER) for said in (first, last_day, late))


@pytest.mark.parametrize(
    "moment", [paris(7, 10), paris(8, 12), paris(11, 10), paris(12, 8, 59), paris(12, 18), paris(12, 23)]
)
async def test_nothing_at_night_nor_on_a_day_that_is_not_worked(town: Town, moment: datetime) -> None:
    await two_requests(town)
    await until(town, moment)
    assert rung(town, NORA) == []
    await lives(town, 3)
    assert rung(town, NORA)


async def test_nothing_rings_once_it_is_done(town: Town) -> None:
    await town.transmitted()
    await town.player.command(NORA, f"prendre {REF}")
    await town.player.fill(NORA, {"motif": ""})
    await until(town, paris(12, 10))
    assert rung(town, NORA) == []


async def test_the_second_late_one_goes_up_inside_the_state(town: Town) -> None:
    await town.transmitted()
    await lives(town, 16)
    (said,) = rung(town, MARC)
    assert f"{REF} — Prise en charge par la DGALN" in said
    assert "ce retard vous est signalé" in said
    assert not any("ce retard vous est signalé" in own for own in rung(town, NORA)), "she knows: it is hers"
    assert [p.at.day for p in posts(town, MARC)] == [17]  # five working days late: the 11th is not one
    assert rung(town, CAMILLE) == rung(town, INES) == rung(town, HUGO) == []


async def test_a_second_message_the_same_day_waits_for_the_morning_unless_it_is_the_last_day(town: Town) -> None:
    await two_requests(town)
    await until(town, paris(6, 10))
    assert len(rung(town, NORA)) == 1

    def moved(unit):  # another one falls due the same day, later
        row = unit.reminders.waiting(REF, NORA.account)[0]
        unit.reminders.snooze(row.id, paris(6, 15))
        return row.kind

    assert town.local.app.writer.call(moved) == "jour"
    await until(town, paris(6, 16))
    assert len(rung(town, NORA)) == 2, "one of the last day leaves"
    await until(town, paris(10, 9))
    assert len(rung(town, NORA)) == 3

    def late(unit):
        row = unit.reminders.waiting(REF, NORA.account)[0]
        unit.reminders.snooze(row.id, paris(10, 15))
        return row.kind

    assert town.local.app.writer.call(late) == "retard"
    await until(town, paris(10, 16))
    assert len(rung(town, NORA)) == 3
    await until(town, paris(12, 9))
    assert len(rung(town, NORA)) == 4


async def test_when_all_have_left_the_service_then_ad1_are_told_and_why(town: Town) -> None:
    """A complement is awaited of a service and a town where nobody is left: AD1 is told, not nobody."""
    await town.examined(letters=False)
    await town.player.command(NORA, f"completer {REF} champs = objectifs | texte = Précisez les îlots visés.")
    await town.player.press(NORA, "Confirmer")
    leaves(town, CAMILLE)
    leaves(town, INES)
    await until(town, paris(24, 10))
    assert rung(town, CAMILLE) == rung(town, INES) == []
    said = rung(town, NORA)[-1]
    assert f"{REF} — Réponse au complément" in said
    assert "personne de joignable dans l'annuaire ne tient le rôle attendu (service porteur, collectivité)" in said
    assert "personne de joignable" in rung(town, MARC)[-1]
    heir = comes(town, "ddt55-relais", "Robin Faure", "DDT de la Meuse", "55", (Role.SVC, "dep:55"))
    kept_again(town)
    before = len(rung(town, NORA))
    await lives(town, 20)
    assert "personne de joignable" not in rung(town, heir)[-1]
    assert f"{REF} — Réponse au complément" in rung(town, heir)[-1]
    assert len([s for s in rung(town, NORA)[before:] if "Réponse au complément" in s]) == 0


async def test_the_service_is_told_when_the_groupement_has_nobody(town: Town) -> None:
    """Somebody of the directory without any account is nobody: the bot cannot reach them."""
    await town.examined(letters=False)
    await town.player.command(NORA, f"completer {REF} champs = objectifs | texte = Précisez les îlots visés.")
    await town.player.press(NORA, "Confirmer")
    leaves(town, INES)
    await lives(town, 30)
    assert rung(town, CAMILLE)
    assert not any("personne de joignable" in said for said in rung(town, CAMILLE))
    assert rung(town, INES) == []


async def test_a_clock_that_goes_back_changes_nothing(town: Town) -> None:
    await two_requests(town)
    await until(town, paris(12, 10))
    before = town.read(NORA)
    now = town.local.clock.now()
    for back in (timedelta(days=1), timedelta(days=3), timedelta(days=30)):
        town.local.app.writer.call(lambda u, at=now - back: reminding.ring(u, at))
        await town.local.app.carry()
    kept_again(town)
    await town.local.app.settle()
    assert town.read(NORA) == before


async def test_a_draft_is_recalled_seldom(town: Town) -> None:
    await town.player.command(CAMILLE, "demande")
    await lives(town, 60)
    assert [p.at.strftime("%d/%m") for p in posts(town, CAMILLE)] == ["10/11", "09/12"], "not on its own day"
    assert rung(town, NORA) == []
