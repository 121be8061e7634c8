"""The sandbox's whole story, from the first question to « clos », played on every platform: by buttons, then by text alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from atelier.words import State
from bot.sandbox import mission, story
from storage.unit import Unit
from tests.conformance import detours, scenes
from tests.conformance.actor import Actor, Deed, Presser
from tests.conformance.stage import Stage
from tests.conformance.stages import lived
from tests.conformance.textual import Typist

REF = "ADT-2026-0003"
Line = tuple[str, ...]


@dataclass(frozen=True)
class Life:
    """What came of it: the states, the journals without the files' ids, what was brought about by which way of acting."""

    states: Mapping[str, State]
    journal: list[Line]
    buttons: frozenset[str]
    words: frozenset[str]
    deeds: tuple[Deed, ...]


async def by_buttons(platform: str, folder: Path) -> Life:
    """People press, choose and fill wherever the story does."""
    async with lived(platform, folder) as stage:
        return await played(Presser(stage), stage)


async def by_text(folder: Path) -> Life:
    """The same on the platform of words alone: people type what they read."""
    async with lived("texte", folder) as stage:
        return await played(Typist(stage), stage)


async def again(platform: str, folder: Path, deeds: tuple[Deed, ...]) -> Life:
    """What was typed there, typed on another platform."""
    async with lived(platform, folder) as stage:
        actor = Actor(stage)
        await actor.again(list(deeds))
        return life(actor, stage)


async def detours_by_buttons(platform: str, folder: Path) -> Life:
    """Every other gesture, pressed and filled."""
    async with lived(platform, folder) as stage:
        return await detoured(Presser(stage), stage)


async def detours_by_text(folder: Path) -> Life:
    """Every other gesture where there is nothing but text."""
    async with lived("texte", folder) as stage:
        return await detoured(Typist(stage), stage)


async def detours_again(platform: str, folder: Path, deeds: tuple[Deed, ...]) -> Life:
    """What was typed there, typed on another platform."""
    async with lived(platform, folder) as stage:
        actor = Actor(stage)
        scenes.listed(stage)
        await actor.again(list(deeds))
        return life(actor, stage)


async def detoured(actor: Actor, stage: Stage) -> Life:
    """Every gesture that the story does not go through, on a stage that is set."""
    scenes.listed(stage)
    await detours.play(actor)
    return life(actor, stage)


async def played(actor: Actor, stage: Stage) -> Life:
    """The whole story, on a stage that is set."""
    await story.older_requests(actor)  # type: ignore[arg-type]
    ref = await story.play(actor)  # type: ignore[arg-type]
    assert ref == REF
    await mission.play(actor, ref)  # type: ignore[arg-type]
    return life(actor, stage)


def life(actor: Actor, stage: Stage) -> Life:
    """What came of it, so far."""

    def read(unit: Unit) -> tuple[dict[str, State], list[Line]]:
        lines = [line for ref, _, _ in unit.journal.heads() for line in unit.journal.of(ref)]
        told = [(x.ref, x.what, str(x.person), x.role, str(x.at), x.from_state, x.to_state, x.text) for x in lines]
        return {ref: unit.dossiers.get(ref).state for ref, _, _ in unit.journal.heads()}, told

    assert stage.app is not None
    states, journal = stage.app.writer.call(read)
    words = frozenset(actor.done["texte"] | actor.done["fichier"])
    return Life(states, journal, frozenset(actor.done["bouton"]), words, tuple(actor.deeds))
