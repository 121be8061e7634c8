"""Every feature of the registry, on every platform: each probe plays it, and docs/parite.md says what it found."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.draw_parity import PAGE, cells
from tests.conformance import probes
from tests.conformance.registry import REGISTRY
from tests.conformance.stages import EVERY

WRITTEN = cells(PAGE.read_text("utf-8"))


@pytest.mark.parametrize("platform", EVERY)
@pytest.mark.parametrize("id_", REGISTRY.features)
async def test_a_feature(id_: str, platform: str, tmp_path: Path) -> None:
    feature = REGISTRY.features[id_]
    found = await probes.run(feature, platform, tmp_path)
    assert WRITTEN[feature.title][platform] == found, "redraw with « python scripts/draw_parity.py »"
