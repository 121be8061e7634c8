"""Keeps a database, its world and its tokens as this version makes them, for the versions to come. Run by hand.

    PYTHONPATH=.:tests python tests/freeze.py 0001

writes tests/frozen/0001/: the SQLite file (gzip), the sandbox's world, and what buttons carried. Once a version is out,
its folder is never written again: `test_frozen.py` opens each of them with the program of the day.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import shutil
import sqlite3
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from town import MONDAY, Town, opened

from bot.sandbox.people import CAMILLE, MARC
from bot.slack.press import Seals

FROZEN = Path(__file__).parent / "frozen"
SECRET = b"a key for tests, nothing else"
REF, DRAFT = "ADT-2026-0001", "ADT-2026-0002"


async def lived(town: Town) -> None:
    """A validation that waits to be confirmed, and a draft in the middle of its questions."""
    await town.examined()
    await town.player.command(
        MARC, f"valider {REF} adequation_dispositif = Un centre ancien | adequation_competences = Habitat, commerce"
    )
    await town.player.command(CAMILLE, "demande")
    await town.player.say(CAMILLE, "DDT de la Meuse")
    await town.player.say(CAMILLE, "Bar-le-Duc")


def tokens(town: Town) -> dict[str, object]:
    """The buttons of AD1's card, as tokens and as Slack carried them."""
    card = town.world.posts[town.player.review(MARC, REF)].message.card
    assert card
    seals = Seals.of(SECRET)
    return {
        "at": MONDAY.isoformat(),
        "buttons": [b.token.model_dump() for b in card.buttons],
        "sealed": [seals.button(b.token, MONDAY) for b in card.buttons],
        "window": seals.window(card.buttons[0].token, {"c": "C1"}, MONDAY),
    }


def main(version: str) -> None:
    """Write the folder of a version. Refuses to write over one."""
    target = FROZEN / version
    target.mkdir(parents=True)
    with TemporaryDirectory() as made:
        folder = Path(made) / "town"
        folder.mkdir()
        (folder / "secret").write_bytes(SECRET)
        with opened(folder) as local:
            town = Town(local)
            asyncio.run(lived(town))
            kept = tokens(town)
        with sqlite3.connect(folder / "atelier.db") as raw:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()
        (target / "atelier.db.gz").write_bytes(gzip.compress((folder / "atelier.db").read_bytes(), mtime=0))
        shutil.copy(folder / "monde.json", target / "monde.json")
    (target / "tokens.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
