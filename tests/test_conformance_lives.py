"""The whole story, from the first question to « clos »: by buttons on each platform, by text alone on all of them.

Each life is lived once; the same acts leave the same journals everywhere, and docs/parite.md says which were made and how.
The gestures that it does not go through are in test_conformance_detours.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from atelier.words import State
from scripts.draw_parity import PAGE, cells, gestures, markdown
from tests.conformance import lives, scenes
from tests.conformance.lives import REF, Life
from tests.conformance.stages import PLATFORMS


@dataclass
class Lived:
    """The lives already lived, by way of acting and platform."""

    room: Callable[[], Path]
    known: dict[tuple[str, str], Life] = field(default_factory=dict)

    def by_buttons(self, platform: str) -> Life:
        return self._once(("buttons", platform), lambda: lives.by_buttons(platform, self.room()))

    def by_text(self, platform: str = "texte") -> Life:
        if platform == "texte":
            return self._once(("text", platform), lambda: lives.by_text(self.room()))
        deeds = self.by_text().deeds
        return self._once(("text", platform), lambda: lives.again(platform, self.room(), deeds))

    def _once(self, which: tuple[str, str], live: Callable[[], object]) -> Life:
        if which not in self.known:
            self.known[which] = asyncio.run(live())  # type: ignore[arg-type]
        return self.known[which]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    return Lived(lambda: tmp_path_factory.mktemp("life"))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_whole_story_by_buttons(platform: str, lived: Lived) -> None:
    life = lived.by_buttons(platform)
    assert life.states[REF] is State.CLOS
    assert life.journal == lived.by_buttons("sandbox").journal


def test_the_whole_story_where_there_is_nothing_but_text(lived: Lived) -> None:
    life = lived.by_text()
    assert life.states[REF] is State.CLOS
    assert life.buttons == frozenset()
    missed = {what for what in lived.by_buttons("sandbox").buttons if what not in life.words}
    assert missed == set(), "what a button does, words do"


def test_the_story_goes_through_the_rows_that_the_detours_leave_to_it(lived: Lived) -> None:
    known = {row.id for row in scenes.EVERY}
    assert lived.by_buttons("sandbox").buttons & known == scenes.STORY
    assert lived.by_text().words & known == scenes.STORY


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_whole_story_typed(platform: str, lived: Lived) -> None:
    life = lived.by_text(platform)
    assert life.states[REF] is State.CLOS
    assert life.buttons == frozenset()
    assert life.journal == lived.by_text().journal


def test_the_page_tells_every_gesture_that_was_lived(lived: Lived) -> None:
    page = PAGE.read_text("utf-8")
    buttons = {name: lived.by_buttons(name) for name in PLATFORMS}
    words = {name: lived.by_text(name) for name in (*PLATFORMS, "texte")}
    written = cells(page)
    assert {title: written.get(title) for title in gestures(buttons, words)} == gestures(buttons, words)
    assert page == markdown(written), "nothing on the page is written by hand"
