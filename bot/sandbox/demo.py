"""`atelier story` and `atelier demo`: the story told on the terminal, then the sandbox open with that request in it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from atelier.territories import Territories
from bot import ports
from bot.clock import machine
from bot.sandbox import mission, server
from bot.sandbox import story as script
from bot.sandbox.local import Local, open_local
from bot.sandbox.player import Player
from bot.sandbox.teller import Teller
from chat.language import Languages
from chat.text import tr

Write = Callable[[str], object]
MONDAY = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
"""When the told story begins."""
AGO = timedelta(days=480)
"""How long ago the demo's begins: some days longer than it lasts, whatever the weekday; its clock then comes to today."""


def story(territories: Territories, languages: Languages, write: Write) -> str:
    """Play the story in a folder thrown away afterwards; returns the request's reference."""
    with TemporaryDirectory(prefix="atelier-") as folder:
        local = open_local(Path(folder), territories, languages, start=MONDAY)
        try:
            return asyncio.run(told(local, write))
        finally:
            local.close()


def morning(now: datetime) -> datetime:
    """Half past eight of that day (UTC): an hour at which reminders leave, whenever the demo is played."""
    return now.replace(hour=MONDAY.hour, minute=MONDAY.minute, second=0, microsecond=0)


def demo(folder: Path, territories: Territories, languages: Languages, write: Write, *, port: int, new: bool) -> None:
    """Play the story in `folder`, or find what was kept there, then serve the page until interrupted.

    Raises Wrong when the port is not to be had.
    """
    taken = ports.held(server.LOOPBACK, port)
    if new and folder.exists():
        shutil.rmtree(folder)
    kept = (folder / "monde.json").exists()
    local = open_local(folder, territories, languages, start=morning(machine()) - AGO)
    say = languages.say("fr")
    try:
        if kept:
            write(say(tr("Le bac à sable reprend où il en était ; « atelier demo --neuf » recommence tout.")))
        else:
            asyncio.run(_played(local, write))
        write(
            "\n"
            + say(
                tr(
                    "Le bac à sable est ouvert sur {url} : Ctrl+C l'arrête, tout est gardé.",
                    url=f"http://{server.LOOPBACK}:{port}",
                )
            )
        )
        server.serve(local, taken)
    finally:
        local.close()


async def _played(local: Local, write: Write) -> None:
    """The story, then the days left until today, and what rings meanwhile."""
    await told(local, write)
    left = machine().date() - local.clock.now().date()
    local.clock.jump(max(left, timedelta(0)))
    await local.app.settle()


async def told(local: Local, write: Write) -> str:
    """Play the story and write it as it goes."""
    teller = Teller(local, write)
    await script.older_requests(Player(local))
    teller.skip()
    player = Player(local, heard=teller.deed, after=teller.after)
    ref = await script.play(player)
    await mission.play(player, ref)
    text = tr("L'atelier {ref} est clos. Le journal est scellé, rien ne s'est perdu.", ref=ref)
    write("\n" + local.app.languages.say("fr")(text))
    return ref
