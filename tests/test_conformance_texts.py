"""A long text put right on each platform: by its button and its window, or typed, from what is recorded now."""

from __future__ import annotations

from pathlib import Path

import pytest

from atelier.words import Reference, State
from bot.sandbox.people import CAMILLE
from storage.journal import Line
from storage.unit import Unit
from tests.cases import AFTER, GIVEN, Do, in_state
from tests.conformance import scenes
from tests.conformance.actor import Actor
from tests.conformance.stage import Stage
from tests.conformance.stages import EVERY, PLATFORMS, lived

REF, CODE = "ADT-2026-0188", "session.compte_rendu"
NOW = str(GIVEN[Do.TENIR_SESSION]["compte_rendu"])
RIGHT = "Trois scénarios discutés = un de plus. " + "La halle est gardée et la place est rendue aux piétons. " * 30
WHY = "Un scénario avait été oublié."
AREAS = {"slack": "zone de texte", "mattermost": "zone de texte"}


def set_(stage: Stage) -> Actor:
    """An atelier whose session was held, in front of the service."""
    scenes.listed(stage)
    scenes.put(stage, in_state(State.RESTITUTION), REF, AFTER)
    return Actor(stage)


def report(stage: Stage) -> str:
    assert stage.app is not None
    session = stage.app.writer.call(lambda unit: unit.dossiers.get(Reference(REF))).mission_().session
    return str(session.report) if session else ""


def journaled(stage: Stage) -> dict[str, object]:
    """What the journal keeps of it."""

    def read(unit: Unit) -> list[Line]:
        return unit.journal.of(Reference(REF))

    assert stage.app is not None
    (line,) = stage.app.writer.call(read)
    return {name: line.details[name] for name in ("avant", "apres")} | {"text": line.text}


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_by_its_button_and_its_window(platform: str, tmp_path: Path) -> None:
    async with lived(platform, tmp_path) as stage:
        actor = set_(stage)
        await actor.command(CAMILLE, f"voir {REF}")
        await actor.take(CAMILLE, "Rectifier une saisie", REF)
        window = stage.window(CAMILLE)
        assert window is not None
        assert window.fields["valeur"].way == AREAS.get(platform, window.fields["valeur"].way)
        assert CODE in window.fields["saisie"].lines
        await actor.fill(CAMILLE, {"saisie": CODE, "valeur": RIGHT, "motif": WHY})
        assert report(stage) == NOW, "shown first"
        await actor.press(CAMILLE, "Confirmer")
        assert report(stage) == RIGHT.strip()
        assert journaled(stage) == {"avant": NOW, "apres": RIGHT.strip(), "text": WHY}
        await actor.command(CAMILLE, f"journal {REF}")
        told = " ".join(stage.read(CAMILLE).split())
        assert f"Compte rendu de la session, « {NOW} » devient « Trois scénarios discutés = un de plus." in told
        assert WHY in told


@pytest.mark.parametrize("platform", EVERY)
async def test_typed(platform: str, tmp_path: Path) -> None:
    async with lived(platform, tmp_path) as stage:
        actor = set_(stage)
        await actor.command(CAMILLE, f"rectifier {REF} saisie = {CODE} | valeur = {RIGHT} | motif = {WHY}")
        await actor.command(CAMILLE, f"confirmer {REF} rectifier")
        assert report(stage) == RIGHT.strip()
        assert journaled(stage) == {"avant": NOW, "apres": RIGHT.strip(), "text": WHY}


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_named_alone_it_is_there_to_be_changed(platform: str, tmp_path: Path) -> None:
    async with lived(platform, tmp_path) as stage:
        actor = set_(stage)
        await actor.command(CAMILLE, f"rectifier {REF} saisie = {CODE}")
        window = stage.window(CAMILLE)
        assert window is not None
        assert (window.fields["saisie"].value, window.fields["valeur"].value) == (CODE, NOW)
        await actor.fill(CAMILLE, {"valeur": f"{NOW} La halle est gardée.", "motif": WHY})
        await actor.press(CAMILLE, "Confirmer")
        assert report(stage) == f"{NOW} La halle est gardée."
