"""The pages people read: their links lead somewhere, their commands and settings exist, their pictures are described."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from bot.cli import app
from bot.settings import Settings
from handlers.commands import knows

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
SPAN = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"^ *```[^\n]*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
SETTING = re.compile(r"\b(?:ATELIER|SLACK|MATTERMOST|DATABASE)_[A-Z_]+\b")
ELSEWHERE = {"MATTERMOST_ADMIN_TOKEN"}
"""Read by one command, from the environment of whoever runs it, never by the bot."""


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return BLOCK.sub("", page.read_text("utf-8"))


def anchors(page: Path) -> set[str]:
    """Where a link may land in a page: its headings as GitHub names them, and its own marks."""
    text = page.read_text("utf-8")
    bare = (re.sub(r"<[^>]+>|[`*]", "", heading) for heading in HEADING.findall(BLOCK.sub("", text)))
    slugs = (re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in bare)
    return {*slugs, *re.findall(r'id="([^"]+)"', text)}


def told(page: Path) -> list[str]:
    """What a page shows as typed: its code, line by line."""
    text = page.read_text("utf-8")
    lines = [line.strip().removeprefix("$ ") for block in BLOCK.findall(text) for line in block.splitlines()]
    return [*SPAN.findall(prose(page)), *lines]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(prose(page)):
        if link.startswith(("https://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_told_exists(page: Path) -> None:
    for line in told(page):
        if line.startswith("atelier ") and re.match(r"[a-z]", line.removeprefix("atelier ")):
            command_of(line)
        elif line.startswith("/atelier ") and re.match(r"\w", line.removeprefix("/atelier ")):
            assert knows(line.removeprefix("/atelier ")), line


@pytest.mark.parametrize("line", ["atelier servir", "atelier journal lire", "atelier serve --sans-worker"])
def test_a_command_that_does_not_exist_is_seen(line: str) -> None:
    with pytest.raises(AssertionError, match=line):
        command_of(line)


def command_of(line: str) -> None:
    """Walk to the command of a line typed in a terminal, its options too. Raises AssertionError."""
    here = typer.main.get_command(app)
    words = line.split("#", maxsplit=1)[0].split()[1:]
    while isinstance(here, TyperGroup) and words and re.fullmatch(r"[a-z-]+", words[0]):
        word = words.pop(0)
        assert word in here.commands, line
        here = here.commands[word]
    options = {option for parameter in here.params for option in parameter.opts}
    assert {word for word in words if re.fullmatch(r"--[a-z-]+", word)} <= options, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_setting_told_exists(page: Path) -> None:
    known = {name.upper() for name in Settings.model_fields} | ELSEWHERE
    assert set(SETTING.findall(page.read_text("utf-8"))) <= known


def test_every_picture_is_shown_and_described() -> None:
    shown = [
        (alt, Path(page.parent / path).resolve())
        for page in PAGES
        for alt, path in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", prose(page))
    ]
    assert all(len(alt) > 10 for alt, _ in shown)
    pictures = {path for _, path in shown}
    assert {p for p in (ROOT / "docs" / "images").rglob("*.*") if p.resolve() not in pictures} == set()
