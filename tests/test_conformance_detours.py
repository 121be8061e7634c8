"""Every row of the procedure that the story does not go through: by button and by text on each platform, by text where there is nothing else."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest

from scripts.draw_parity import PAGE, cells, gestures
from tests.conformance import lives, scenes
from tests.conformance.lives import Life
from tests.conformance.stages import EVERY, PLATFORMS

WRITTEN = cells(PAGE.read_text("utf-8"))
IDS = {row.id for row in scenes.EVERY} - scenes.STORY


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> Life:
    """Where there is nothing but text: what was typed there is typed again everywhere."""
    return asyncio.run(lives.detours_by_text(tmp_path_factory.mktemp("typed")))


@pytest.mark.parametrize("way", ["bouton", "texte"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_other_gesture(platform: str, way: str, typed: Life, tmp_path: Path) -> None:
    pressed = partial(lives.detours_by_buttons, platform, tmp_path)
    life = asyncio.run(pressed() if way == "bouton" else lives.detours_again(platform, tmp_path, typed.deeds))
    done, not_done = (life.buttons, life.words) if way == "bouton" else (life.words, life.buttons)
    assert IDS - done == set(), "a row of the procedure that nothing reaches here"
    assert not IDS & not_done
    assert life.journal == typed.journal
    assert life.states == typed.states
    told = gestures({platform: life}, {platform: life})
    assert all(way in WRITTEN[title][platform].split(" et ") for title in told), "redraw with scripts/draw_parity.py"


def test_every_other_gesture_where_there_is_nothing_but_text(typed: Life) -> None:
    assert IDS - typed.words == set()
    assert typed.buttons == frozenset()
    assert len(typed.journal) == len(IDS), "one line each, and nothing else was made"


def test_the_page_has_a_line_for_every_row_of_the_procedure() -> None:
    for row in scenes.EVERY:
        written = WRITTEN[f"{row.id} — {row.label}"]
        assert written == {name: "texte" if name == "texte" else "bouton et texte" for name in EVERY}
