"""Every feature of the registry again, in a workspace installed by invitation: done as in the settings' own."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from bot.slack.teams import Seat, named
from scripts.draw_parity import PAGE, cells
from tests.conformance import probes, slack
from tests.conformance.registry import REGISTRY

WRITTEN = cells(PAGE.read_text("utf-8"))
TEAM = "T111"
"""The team of the recorded payloads."""
STAGED = partial(slack.staged, seat=Seat(named(TEAM), TEAM))


@pytest.mark.parametrize("id_", REGISTRY.features)
async def test_a_feature(id_: str, tmp_path: Path) -> None:
    feature = REGISTRY.features[id_]
    found = await probes.play(feature, named(TEAM), tmp_path, STAGED)
    assert found.how == WRITTEN[feature.title]["slack"]
