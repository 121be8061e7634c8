"""Keeps a database, its world and its tokens as this version makes them, for the versions to come. Run by hand.

    PYTHONPATH=.:tests python tests/freeze.py 0001

    PYTHONPATH=.:tests python tests/freeze.py 0002 atelier

writes tests/frozen/0001/ (or tests/frozen_ateliers/0002/, of an atelier under way): the SQLite file (gzip), the sandbox's world, and what buttons carried. Once a version is out,
its folder is never written again: `test_frozen.py` opens each of them with the program of the day.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import shutil
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from town import MONDAY, Town, opened

from bot.sandbox import mission
from bot.sandbox.people import CAMILLE, JEANNE, MARC
from bot.slack.press import Seals

FROZEN = Path(__file__).parent / "frozen"
ATELIERS = Path(__file__).parent / "frozen_ateliers"
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


async def under_way(town: Town) -> None:
    """An order that the service has prepared, and that waits for its signatory; rank 1 was set aside."""
    await town.examined()
    await town.validate(REF)
    await mission.act(town.player, REF)
    await mission.designation(town.player, REF)
    await town.player.command(JEANNE, f"credits {REF} ae = 20000 | cp = 20000 | uo = DDT 55 | chorus = 2026-0135")
    await town.player.command(
        CAMILLE,
        f"commande {REF} ej = 15123 | montant = 20000 | objet = mission | jour = {mission.day(town.player)}"
        " | delai = 4 mois | moyen = Courriel | preuve = Accusé",
    )


def thawed(frozen: Path, folder: Path) -> Path:
    """A version's folder, ready to be opened by the program of the day."""
    folder.mkdir()
    (folder / "secret").write_bytes(SECRET)
    (folder / "atelier.db").write_bytes(gzip.decompress((frozen / "atelier.db.gz").read_bytes()))
    shutil.copy(frozen / "monde.json", folder / "monde.json")
    return folder


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


def main(version: str, root: Path = FROZEN, life: Callable[[Town], Awaitable[None]] = lived) -> None:
    """Write the folder of a version. Refuses to write over one."""
    target = root / version
    target.mkdir(parents=True)
    with TemporaryDirectory() as made:
        folder = Path(made) / "town"
        folder.mkdir()
        (folder / "secret").write_bytes(SECRET)
        with opened(folder) as local:
            town = Town(local)
            asyncio.run(life(town))
            kept = tokens(town)
        with sqlite3.connect(folder / "atelier.db") as raw:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()
        (target / "atelier.db.gz").write_bytes(gzip.compress((folder / "atelier.db").read_bytes(), mtime=0))
        shutil.copy(folder / "monde.json", target / "monde.json")
    (target / "tokens.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[2:] == ["atelier"]:
        main(sys.argv[1], ATELIERS, under_way)
    else:
        main(sys.argv[1])
