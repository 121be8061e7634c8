"""Every feature of the registry, on every platform: each probe plays it, and docs/parite.md says what it found.

Together they say and understand every word of `chat/`: what is added there is red here until a probe says it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.draw_parity import PAGE, cells
from tests.conformance import probes, vocabulary
from tests.conformance.probes import Played
from tests.conformance.registry import REGISTRY
from tests.conformance.stages import EVERY

WRITTEN = cells(PAGE.read_text("utf-8"))
Known = dict[tuple[str, str], Played]


@pytest.fixture(scope="module")
def known() -> Known:
    """What was played already, by feature and platform."""
    return {}


async def _played(id_: str, platform: str, folder: Path, known: Known) -> Played:
    if (id_, platform) not in known:
        known[id_, platform] = await probes.play(REGISTRY.features[id_], platform, folder)
    return known[id_, platform]


@pytest.mark.parametrize("platform", EVERY)
@pytest.mark.parametrize("id_", REGISTRY.features)
async def test_a_feature(id_: str, platform: str, tmp_path: Path, known: Known) -> None:
    found = await _played(id_, platform, tmp_path, known)
    assert WRITTEN[REGISTRY.features[id_].title][platform] == found.how, "redraw with « python scripts/draw_parity.py »"


@pytest.mark.parametrize("platform", EVERY)
async def test_every_word_of_chat_is_drawn_and_understood(platform: str, tmp_path: Path, known: Known) -> None:
    words = set()
    for id_ in REGISTRY.features:
        room = tmp_path / id_
        room.mkdir()
        words |= (await _played(id_, platform, room, known)).words
    assert vocabulary.unsaid(platform, words) == (set(), set())


def test_the_vocabulary_is_read_from_the_modules_themselves() -> None:
    words = vocabulary.every_word()
    assert {"Card.menus", "Card.tone=bad", "Question.kind=file", "Money.euros", "Answer.outcome=away"} <= words
    assert {"Platform.edit", "Undeliverable", "Turned.why", "Said.corrected"} <= words
    assert vocabulary.unsaid("slack", words - {"Card.menus"}) == ({"Card.menus"}, {"Offered.direct"})
