"""All the probes, and how one is run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.conformance import doings, dropping, outages, replies, rooms, strangers, windows, words
from tests.conformance.registry import Feature
from tests.conformance.stages import Staged, lived, scripted
from tests.conformance.vocabulary import Overheard, said

MODULES = (words, replies, windows, rooms, doings, dropping, strangers, outages)
"""Imported for the features they hold."""


@dataclass(frozen=True)
class Played:
    """How it was done, and the words of `chat/` that were said and understood for it."""

    how: str
    words: frozenset[str]


async def play(feature: Feature, platform: str, folder: Path, staged: Staged | None = None) -> Played:
    """Play a feature on a platform, ours if no other is set. Raises AssertionError where it fails."""
    async with lived(platform, folder, staged) if feature.lived else scripted(platform, staged) as stage:
        how = await feature.probe(stage)
        overheard = stage.platform
        assert isinstance(overheard, Overheard)
        heard = (word for event, answer in stage.ear.heard for word in (*said(event), *said(answer)))
        return Played(how, frozenset({*overheard.words, *heard}))


async def run(feature: Feature, platform: str, folder: Path) -> str:
    """How a feature is done on a platform. Raises AssertionError where it fails."""
    return (await play(feature, platform, folder)).how
