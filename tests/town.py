"""A whole bot in a temporary folder, with the people of the sandbox: what the dialogues are played on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from atelier.dossier import Dossier
from atelier.territories import Territories
from atelier.words import Reference
from bot.sandbox.letters import letter
from bot.sandbox.local import Local, open_local
from bot.sandbox.marks import quiet
from bot.sandbox.people import CAMILLE, MARC, NORA, Somebody
from bot.sandbox.player import Player
from bot.sandbox.transcript import told
from bot.sandbox.world import direct
from chat.language import load

TERRITORIES = Territories.load()
LANGUAGES = load()
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
LONG = "Le centre ancien perd ses habitants et ses commerces ; un logement sur cinq y est vacant."
ANSWERS = {
    "service_porteur": "DDT de la Meuse", "territoire": "Bar-le-Duc", "echelle": "quartier", "thematiques": ("habiter_mieux",),
    "objet": "Redonner un usage à la ville haute", "objectifs": LONG, "attendus_livrable": ("esquisse",),
    "ingenierie_locale": "Le chef de projet",
}  # fmt: skip


class Still:
    """A machine whose clock stands still: only jumps move the procedure's."""

    def now(self) -> datetime:
        return MONDAY


YANN = Somebody("ddt57", "Yann Keller", "", "DDT de la Moselle", (), "57")
ASKED = {
    "nom": "Yann Keller",
    "fonction": "chargé de mission",
    "service": "DDT de la Moselle",
    "role": "SVC",
    "departement": "57",
}
"""Somebody whom the directory does not know, and what they ask for."""
AHEAD = [timedelta()]
"""How far the machine's hour is ahead, for leases and retries."""


@contextmanager
def opened(folder: Path) -> Iterator[Local]:
    """The bot kept in a folder; closed at the end."""
    leases = lambda: datetime.now(UTC) + AHEAD[0]  # noqa: E731
    local = open_local(folder, TERRITORIES, LANGUAGES, start=MONDAY, machine=Still(), leases=leases)
    try:
        yield local
    finally:
        local.close()


def flat(text: str) -> str:
    """What is read, on one line, without the frames of cards."""
    return " ".join(text.replace("│", " ").split())


class Town:
    """A player with a few shortcuts, and the dossier behind."""

    def __init__(self, local: Local) -> None:
        self.local = local
        self.player = Player(local)
        self.world = local.sandbox.world
        self.ahead = AHEAD
        self.ahead[0] = timedelta()

    def dossier(self, ref: str = "ADT-2026-0001") -> Dossier:
        return self.local.app.writer.call(lambda unit: unit.dossiers.get(Reference(ref)))

    def last(self, who: Somebody, place: str = "") -> str:
        """The last thing somebody reads."""
        return self.player.screen(who, place)[-1]

    def read(self, who: Somebody, place: str = "") -> str:
        """Everything somebody reads, cards included, as one text."""
        posts = self.world.visible(who.account, place or direct(who.account))
        return "\n".join(told(p.message, LANGUAGES.say(p.lang, quiet)) for p in posts)

    def problems(self, who: Somebody) -> str:
        """What the form in front of somebody says is wrong."""
        say = LANGUAGES.say("fr", quiet)
        return "\n".join(say(problem) for problem in self.player.form(who).problems.values())

    async def drafted(self, **more: object) -> str:
        """A draft with every answer that SVC is asked to give, and COLL's."""
        await self.player.command(CAMILLE, "demande")
        await self.player.press(CAMILLE, "Tout remplir en une fois")
        await self.player.fill(CAMILLE, {**ANSWERS, **more})
        ref = "ADT-2026-0001"
        await self.player.command(CAMILLE, f"modifier_reponse {ref} dynamiques_territoire")
        await self.player.say(CAMILLE, LONG)
        return ref

    async def lettered(self, ref: str, field: str, who: Somebody = CAMILLE) -> None:
        """A letter in its place."""
        await self.player.command(who, f"modifier_reponse {ref} {field}")
        await self.player.drop(who, {f"{field}.pdf": letter("Fictif")})
        for said in ("1er octobre 2026", "Claude Martin", "Maire", "1"):
            await self.player.say(who, said)

    async def transmitted(self, *, letters: bool = True) -> str:
        """A request with AD1."""
        ref = await self.drafted()
        if letters:
            await self.lettered(ref, "courrier_engagement")
            await self.lettered(ref, "courrier_soutien")
        await self.player.command(CAMILLE, f"transmettre {ref} Trois réunions avec les élus de la ville")
        await self.player.press(CAMILLE, "Confirmer")
        return ref

    async def examined(self, *, letters: bool = True) -> str:
        """A request taken in charge."""
        ref = await self.transmitted(letters=letters)
        await self.player.command(NORA, f"prendre {ref}")
        await self.player.fill(NORA, {"motif": ""})
        return ref

    async def validate_blind(self, ref: str) -> None:
        """Marc validates while nothing is shown to him: by text, the confirmation too."""
        await self.player.command(
            MARC,
            f"valider {ref} adequation_dispositif = Un centre ancien | adequation_competences = Habitat et commerce",
        )
        await self.player.command(MARC, f"confirmer {ref} valider")

    def advance(self, by: timedelta) -> None:
        """The machine's hour goes on: leases end, retries are due."""
        self.ahead[0] += by

    async def validate(self, ref: str) -> None:
        """Marc validates, by text."""
        await self.player.command(
            MARC,
            f"valider {ref} adequation_dispositif = Un centre ancien à réparer | adequation_competences = Habitat et commerce",
        )
        await self.player.press(MARC, "Confirmer")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with opened(tmp_path) as local:
        yield Town(local)
