"""The whole story on a Mattermost known by its address: `python -m tests.conformance --serveur URL`.

The administrator's token comes from MATTERMOST_ADMIN_TOKEN. Everything is made anew there, under names of this run: a bot,
the command's address, a review channel, the accounts of the story. The server must be allowed to call this computer.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from bot.clock import JumpingClock
from bot.mattermost.platform import Fetch
from chat.language import Languages
from tests.conformance import lives, probes, remote
from tests.conformance.actor import Actor, Presser
from tests.conformance.lives import REF, Life
from tests.conformance.registry import REGISTRY, Feature
from tests.conformance.remote import Server, Unplayed
from tests.conformance.stage import Ear, Scripted, Stage
from tests.conformance.stages import Staged, lived

UNPLAYED = "non joué"


def on(server: Server) -> Staged:
    """What sets the stage there."""

    def staged(desk: Scripted, ear: Ear, languages: Languages, _clock: JumpingClock, fetch: Fetch) -> AbstractAsyncContextManager[Stage]:  # fmt: skip
        return remote.staged(server, desk, ear, languages, fetch)

    return staged


async def story(server: Server, folder: Path, way: str) -> Life:
    """From the first question to « clos »: by buttons; typed, as where there is nothing but text; or every other gesture."""
    if way == "texte":
        deeds = (await lives.by_text(folder)).deeds
    async with lived("mattermost", folder, on(server)) as stage:
        match way:
            case "boutons":
                return await lives.played(Presser(stage), stage)
            case "gestes":
                return await lives.detoured(Presser(stage), stage)
            case _:
                typist = Actor(stage)
                await typist.again(list(deeds))
                return lives.life(typist, stage)


async def probe(server: Server, folder: Path, feature: Feature) -> str:
    """How a feature is done there; « non joué » for one that breaks the server."""
    try:
        return (await probes.play(feature, "mattermost", folder, on(server))).how
    except Unplayed as reason:
        return f"{UNPLAYED} : {reason}"


async def reported(name: str, deed: Awaitable[str]) -> bool:
    """Say what came of it; False when it failed."""
    began = time.monotonic()
    try:
        said, well = await deed, True
    except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - whatever breaks there is what is asked for
        said, well = f"{type(error).__name__}: {error}"[-1500:], False
    sys.stdout.write(f"{'✓' if well else '✗'} {name} : {said} ({time.monotonic() - began:.0f} s)\n")
    sys.stdout.flush()
    return well


async def everything(server: Server, ways: list[str], features: list[Feature]) -> bool:
    """The stories asked for, then the features. False when something failed."""
    well = True
    with tempfile.TemporaryDirectory() as made:
        for way in ways:
            folder = Path(made) / way
            folder.mkdir()
            well &= await reported(f"L'histoire ({way})", _told(story(server, folder, way), way))
        for feature in features:
            folder = Path(made) / feature.id
            folder.mkdir()
            well &= await reported(f"{feature.part} · {feature.title}", probe(server, folder, feature))
    return well


async def _told(lived_: Awaitable[Life], way: str) -> str:
    life = await lived_
    if way == "gestes":
        return f"{len(life.buttons)} gestes par bouton, {len(life.journal)} lignes au journal"
    return f"{life.states[REF]}, {len(life.journal)} lignes au journal, {len(life.buttons)} gestes par bouton"


def main() -> int:
    """Exit status: 0 when everything went as it should."""
    asked = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    asked.add_argument("--serveur", required=True, help="l'adresse de Mattermost / its address")
    asked.add_argument("--equipe", default="atelier", help="le nom de l'équipe / the team's name")
    asked.add_argument(
        "--par", nargs="*", choices=("boutons", "texte", "gestes"), default=["boutons", "texte", "gestes"]
    )
    asked.add_argument(
        "--sondes", nargs="*", metavar="NOM", help="les fonctions aussi, ou celles-ci / every feature too, or these"
    )
    given = asked.parse_args()
    server = Server(given.serveur.rstrip("/"), os.environ["MATTERMOST_ADMIN_TOKEN"], given.equipe)
    features = [] if given.sondes is None else [REGISTRY.features[id_] for id_ in given.sondes or REGISTRY.features]
    return 0 if asyncio.run(everything(server, given.par, features)) else 1


if __name__ == "__main__":
    sys.exit(main())
