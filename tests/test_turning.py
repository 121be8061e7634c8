"""Somebody's words never turn the direction of the words that follow them, on any platform."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.mattermost import marks as mattermost
from bot.sandbox import marks as sandbox
from bot.slack import marks as slack
from chat.language import TURNING, load
from chat.text import raw, tr

OVERRIDE = "\N{RIGHT-TO-LEFT OVERRIDE}"


@pytest.mark.parametrize(
    "quiet", [mattermost.quiet, sandbox.quiet, slack.quiet], ids=["mattermost", "sandbox", "slack"]
)
def test_what_follows_somebody_s_words_is_read_in_its_own_direction(quiet: Callable[[str], str]) -> None:
    text = tr("{value} — {who}", value=raw(f"Halle {OVERRIDE}ed edialp"), who=raw("Camille Laurent"))
    read = load().say("fr", quiet)(text)
    assert not TURNING & set(read)
    assert read.endswith("Camille Laurent")


@pytest.mark.parametrize(
    "quiet", [mattermost.quiet, sandbox.quiet, slack.quiet], ids=["mattermost", "sandbox", "slack"]
)
def test_hebrew_accents_and_emojis_stay(quiet: Callable[[str], str]) -> None:
    assert quiet("עברית é 🎉 👩‍🌾") == "עברית é 🎉 👩‍🌾"
