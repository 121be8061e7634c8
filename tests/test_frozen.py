"""Promise 9: buttons, drafts and previews made by each earlier version work in this one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from freeze import DRAFT, FROZEN, REF, SECRET, thawed
from town import Town, opened

from atelier.words import State
from bot.sandbox.people import CAMILLE, MARC, NORA
from bot.slack.press import Seals
from chat.cards import Token

VERSIONS = sorted(path.name for path in FROZEN.iterdir())


@pytest.fixture(params=VERSIONS)
def frozen(request: pytest.FixtureRequest) -> Path:
    return FROZEN / request.param


@pytest.fixture
def town(frozen: Path, tmp_path: Path) -> Iterator[Town]:
    with opened(thawed(frozen, tmp_path / "town")) as local:
        yield Town(local)


async def test_a_preview_of_then_is_confirmed_now(town: Town) -> None:
    await town.player.press(MARC, "Confirmer")
    assert town.dossier(REF).state is State.VALIDEE
    assert "validée par Marc Olivier" in " ".join(town.read(CAMILLE).split())


async def test_a_button_of_then_opens_its_form_now(town: Town, frozen: Path) -> None:
    for button in json.loads((frozen / "tokens.json").read_text())["buttons"]:
        answer = await town.local.sandbox.press(NORA.account, town.player.review(NORA, REF), Token(**button))
        assert answer.outcome in {"done", "refused"}, button
        assert answer.replies


async def test_a_draft_of_then_goes_on_where_it_was(town: Town) -> None:
    assert town.dossier(DRAFT).territory() == "Bar-le-Duc (55029, Meuse)"
    await town.player.say(CAMILLE, "quartier")
    assert town.dossier(DRAFT).value("echelle") == "quartier"
    assert "Question 4 sur 16" in town.read(CAMILLE)


async def test_the_journal_of_then_still_holds(town: Town) -> None:
    assert town.local.app.writer.call(lambda u: u.journal.verify()) is None


def test_what_slack_carried_then_is_read_now(frozen: Path) -> None:
    kept = json.loads((frozen / "tokens.json").read_text())
    seals, now = Seals.of(SECRET), datetime.fromisoformat(kept["at"])
    assert [seals.pressed(value, now) for value in kept["sealed"]] == [Token(**b) for b in kept["buttons"]]
    assert seals.asked(kept["window"], now)[0] == Token(**kept["buttons"][0])


async def test_requests_of_then_are_found_by_their_words_now(town: Town) -> None:
    """Earlier versions kept no words to look for a request by: moving the schema wrote them."""
    told = {
        "bar-le-duc": "2 demandes.",
        "BAR LE DUC brouillon": "1 demande.",
        "meuse": "2 demandes.",
        "verdun": "0 demande.",
    }
    for typed, count in told.items():
        await town.player.command(CAMILLE, f"liste {typed}")
        assert town.last(CAMILLE) == count, typed
