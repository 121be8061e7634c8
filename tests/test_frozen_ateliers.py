"""Promise 9 for ateliers: an order prepared in an earlier version is signed in this one, and the atelier goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from freeze import ATELIERS, REF, thawed
from town import Town, flat, opened

from atelier.words import State
from bot.sandbox import mission
from bot.sandbox.people import ALBA, MARC, NORA, OSCAR, PAUL
from chat.cards import Token

VERSIONS = sorted(path.name for path in ATELIERS.iterdir())


@pytest.fixture(params=VERSIONS)
def frozen(request: pytest.FixtureRequest) -> Path:
    return ATELIERS / request.param


@pytest.fixture
def town(frozen: Path, tmp_path: Path) -> Iterator[Town]:
    with opened(thawed(frozen, tmp_path / "town")) as local:
        yield Town(local)


async def test_an_order_prepared_then_is_signed_now_and_the_note_follows(town: Town) -> None:
    await town.player.press(PAUL, "Signer")
    assert town.dossier(REF).state is State.APPROPRIATION
    await mission.handed(town.player, "note.pdf", "Note d'appropriation", REF)
    await town.player.press(OSCAR, "Remettre la note")
    await town.player.fill(OSCAR, mission.NOTE)
    assert town.dossier(REF).state is State.NOTE_REMISE


async def test_the_minutes_of_then_are_drawn_now(town: Town) -> None:
    await town.player.command(MARC, f"pv {REF}")
    assert "Procès-verbal de désignation" in town.last(MARC)


async def test_a_groupement_set_aside_then_still_answers_too_late(town: Town) -> None:
    await town.player.command(ALBA, f"disponible {REF} equipe = Nous revoici")
    assert "elle arrive trop tard" in flat(town.read(ALBA))


async def test_every_button_of_then_gets_an_answer_now(town: Town, frozen: Path) -> None:
    for button in json.loads((frozen / "tokens.json").read_text())["buttons"]:
        answer = await town.local.sandbox.press(NORA.account, town.player.review(NORA, REF), Token(**button))
        assert answer.outcome in {"done", "refused"}, button
        assert answer.replies


async def test_the_journal_of_then_still_holds(town: Town) -> None:
    assert town.local.app.writer.call(lambda unit: unit.journal.verify()) is None
