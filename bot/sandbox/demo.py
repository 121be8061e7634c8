"""`atelier story` and `atelier demo`: the story told on the terminal, then the sandbox open with that request in it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from atelier.territories import Territories
from bot.sandbox import server
from bot.sandbox import story as script
from bot.sandbox.local import Local, open_local
from bot.sandbox.player import Player
from bot.sandbox.teller import Teller
from chat.language import Languages
from chat.text import tr

Write = Callable[[str], object]
MONDAY = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
"""When the told story begins; the demo's begins the day it is played, so that its clock is today's."""


def story(territories: Territories, languages: Languages, write: Write) -> str:
    """Play the story in a folder thrown away afterwards; returns the request's reference."""
    with TemporaryDirectory(prefix="atelier-") as folder:
        local = open_local(Path(folder), territories, languages, start=MONDAY)
        try:
            return asyncio.run(told(local, write))
        finally:
            local.close()


def demo(folder: Path, territories: Territories, languages: Languages, write: Write, *, port: int, new: bool) -> None:
    """Play the story in `folder`, or find what was kept there, then serve the page until interrupted."""
    if new and folder.exists():
        shutil.rmtree(folder)
    kept = (folder / "monde.json").exists()
    local = open_local(folder, territories, languages)
    say = languages.say("fr")
    try:
        if kept:
            write(say(tr("Le bac à sable reprend où il en était ; « atelier demo --neuf » recommence tout.")))
        else:
            asyncio.run(told(local, write))
        write(
            "\n"
            + say(
                tr(
                    "Le bac à sable est ouvert sur {url} : Ctrl+C l'arrête, tout est gardé.",
                    url=f"http://{server.LOOPBACK}:{port}",
                )
            )
        )
        server.serve(local, port)
    finally:
        local.close()


async def told(local: Local, write: Write) -> str:
    """Play the story and write it as it goes."""
    teller = Teller(local, write)
    await script.older_requests(Player(local))
    teller.skip()
    ref = await script.play(Player(local, heard=teller.deed, after=teller.after))
    text = tr("La demande {ref} est validée. Le journal est scellé, rien ne s'est perdu.", ref=ref)
    write("\n" + local.app.languages.say("fr")(text))
    return ref
