"""The clock away for weeks: what should have rung leaves once, in one message, and what follows goes on."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from sqlalchemy import select
from town import Town

from bot.sandbox.people import CAMILLE
from storage.tables import reminders

WEEKS = timedelta(days=45)


async def test_a_month_without_a_clock_rings_in_one_message(town: Town) -> None:
    await town.player.command(CAMILLE, "demande")
    await town.local.app.settle()
    before, waiting = len(town.player.screen(CAMILLE)), _states(town)
    assert waiting == {"waiting": 1}
    town.local.clock.jump(WEEKS)
    await town.local.app.settle()
    after = town.player.screen(CAMILLE)[before:]
    assert len(after) == 1, "one message, whatever waited"
    assert "ce rappel devait partir le" in " ".join(after[0].split())
    told = _states(town)
    assert told["sent"] > 1, "each of those that the outage kept back is settled"
    assert told["waiting"] == 1, "and the next one waits"
    await town.local.app.settle()
    assert len(town.player.screen(CAMILLE)) == before + 1
    assert _states(town) == told


def _states(town: Town) -> Counter[str]:
    """How many of its reminders are in each state."""
    with town.local.app.writer._units.begin() as unit:
        return Counter(unit.reminders._connection.execute(select(reminders.c.state)).scalars())
