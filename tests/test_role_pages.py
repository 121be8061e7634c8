"""The pages of the roles, in both languages: short, with their pictures, telling buttons and commands that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from handlers.helping import ALIASES, plain
from scripts import picture_roles

ROOT = Path(__file__).parent.parent
FOLDER, EN = ROOT / "docs" / "roles", ROOT / "docs" / "en" / "roles"
FRENCH = sorted(FOLDER.glob("*.md"))
PAGES = [*FRENCH, *(EN / page.name for page in FRENCH)]
with (ROOT / "chat" / "catalogues" / "en.po").open("rb") as catalogue:
    ENGLISH = {str(entry.id): str(entry.string) for entry in read_po(catalogue)}
"""What each sentence is in English."""
QUOTED = {"fr": r"« ([A-ZÀÉ][^»]+) »", "en": r"“([A-Z][^”]+)”"}
"""How a button is quoted."""


def tongue(page: Path) -> str:
    """The language of a page of a role."""
    return "en" if page.parent.parent.name == "en" else "fr"


def named(page: Path) -> str:
    """A page by its language and its role."""
    return f"{tongue(page)}-{page.stem}"


def buttons(page: Path) -> set[str]:
    """The buttons that a page quotes, what describes its pictures left aside."""
    text = re.sub(r"^!\[.*$", "", page.read_text("utf-8"), flags=re.MULTILINE)
    return set(re.findall(QUOTED[tongue(page)], text))


def typed(page: Path) -> set[str]:
    """The commands on a dossier that a page tells, by their French verb."""
    verbs = map(plain, re.findall(r"`/atelier (\w+) ADT-2026-0007", page.read_text("utf-8")))
    return {ALIASES.get(verb, verb) for verb in verbs}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_page_of_a_role_is_short_and_shows_its_own_pictures(page: Path) -> None:
    text = page.read_text("utf-8")
    assert text.count("\n") <= 150
    shown = re.findall(r"\]\((?:\.\./)+images/roles/([a-z0-9-]+)\.png\)", text)
    assert 3 <= len(shown) <= 5
    assert sorted(shown) == sorted(
        name.removeprefix("roles/") for name in picture_roles.NAMES if f"/{page.stem}-" in name
    )


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_each_button_that_a_role_is_told_of_exists(page: Path) -> None:
    told = buttons(page)
    assert len(told) > 8
    assert told - ({*ENGLISH} if tongue(page) == "fr" else {*ENGLISH.values()}) == set()


@pytest.mark.parametrize("page", FRENCH, ids=lambda page: page.stem)
def test_the_english_page_of_a_role_tells_the_same_gestures(page: Path) -> None:
    other = EN / page.name
    assert {ENGLISH[label] for label in buttons(page)} - buttons(other) == set()
    assert typed(page) - typed(other) == set()
    assert f"](../en/roles/{page.name})" in page.read_text("utf-8")
    assert f"](../../roles/{page.name})" in other.read_text("utf-8")
