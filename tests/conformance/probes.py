"""All the probes, and how one is run."""

from __future__ import annotations

from pathlib import Path

from tests.conformance import doings, outages, replies, strangers, windows, words
from tests.conformance.registry import Feature
from tests.conformance.stages import lived, scripted

MODULES = (words, replies, windows, doings, strangers, outages)
"""Imported for the features they hold."""


async def run(feature: Feature, platform: str, folder: Path) -> str:
    """Play a feature on a platform: how it was done. Raises AssertionError where it fails."""
    async with lived(platform, folder) if feature.lived else scripted(platform) as stage:
        return await feature.probe(stage)
