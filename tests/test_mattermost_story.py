"""A request on Mattermost, from its first question to « validée »: real HTTP both ways, the websocket, the outbox."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from atelier.dossier import Dossier
from atelier.words import Reference, State
from bot.sandbox.letters import letter
from bot.sandbox.people import CAMILLE, DOMINIQUE, MARC, NORA
from tests.mattermost.person import Person
from tests.mattermost.town import Town, opened

REF = "ADT-2026-0001"
LONG = "Le centre ancien perd ses habitants et ses commerces ; un logement sur cinq y est vacant."
ANSWERS = {
    "service_porteur": "DDT de la Meuse", "territoire": "Bar-le-Duc", "echelle": "quartier", "thematiques": ("habiter_mieux",),
    "objet": "Redonner un usage à la ville haute", "objectifs": LONG, "attendus_livrable": ("esquisse",),
    "ingenierie_locale": "Le chef de projet",
}  # fmt: skip


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with opened(tmp_path) as town:
        yield town


def dossier(town: Town) -> Dossier:
    return town.app.writer.call(lambda unit: unit.dossiers.get(Reference(REF)))


async def _drafted(town: Town) -> None:
    await town.command(CAMILLE, "demande")
    await town.press(CAMILLE, "Tout remplir en une fois")
    wrong = await town.fill(CAMILLE, **ANSWERS | {"territoire": "Nulle-Part-sur-Rien"})
    assert "territoire" in wrong["errors"]
    assert town[CAMILLE].dialog, "the dialog stays open, with what was typed"
    assert await town.fill(CAMILLE, **ANSWERS) == {}
    await town.command(CAMILLE, f"modifier_reponse {REF} dynamiques_territoire")
    await town.say(CAMILLE, LONG)


async def _lettered(town: Town, field: str) -> None:
    await town.command(CAMILLE, f"modifier_reponse {REF} {field}")
    await town.say(CAMILLE, "", files={f"{field}.pdf": letter("Fictif")})
    for said in ("1er octobre 2026", "Claude Martin", "Maire", "1"):
        await town.say(CAMILLE, said)


async def test_from_demande_to_validee(town: Town):
    await _drafted(town)
    await _lettered(town, "courrier_engagement")
    await _lettered(town, "courrier_soutien")
    await town.command(CAMILLE, f"transmettre {REF}")
    assert await town.fill(CAMILLE, conception="Trois réunions avec les élus de la ville") == {}
    await town.press(CAMILLE, "Confirmer")
    assert dossier(town).state is State.TRANSMISE

    assert f"{REF} — Bar-le-Duc (55029, Meuse)" in town[NORA].read(town.review)
    await town.press(NORA, "Prendre en charge", town.review)
    assert await town.fill(NORA, motif="") == {}
    assert dossier(town).state is State.EN_ECHANGE

    await town.press(MARC, "Valider la demande", town.review)
    given = {"adequation_dispositif": "Un centre ancien à réparer", "adequation_competences": "Habitat et commerce"}
    assert await town.fill(MARC, **given) == {}
    await town.press(MARC, "Confirmer")
    assert dossier(town).state is State.VALIDEE
    assert "validée" in town[CAMILLE].read()
    assert "[Valider la demande]" not in town[MARC].read(town.review), "the card was edited, its old buttons gone"
    assert {path.split("/")[-1] for path, _ in town.world.calls} == {"commands", "actions", "dialogs"}
    assert {status for _, status in town.world.calls} == {200}


async def test_a_stranger_asks_and_is_let_in(town: Town):
    yann = Person.new(town.world, "yann")
    await yann.command("")
    await yann.press("Demander l'accès")
    await town.settle()
    given = {"nom": "Yann Keller", "fonction": "chargé de mission", "service": "DDT de la Moselle", "role": "SVC"}
    assert set((await yann.fill(**given, departement="99"))["errors"]) == {"departement"}
    assert await yann.fill(**given, departement="57") == {}
    await town.settle()
    await town.press(DOMINIQUE, "Accepter")
    assert "Votre accès est ouvert" in yann.read()


async def _transmitted(town: Town) -> None:
    await _drafted(town)
    await _lettered(town, "courrier_engagement")
    await _lettered(town, "courrier_soutien")
    await town.command(CAMILLE, f"transmettre {REF} Trois réunions avec les élus de la ville")
    await town.press(CAMILLE, "Confirmer")


async def test_a_note_in_the_review_thread_stays_inside(town: Town):
    await _transmitted(town)
    root = next(p for p in town[NORA].screen(town.review) if REF in str(p))
    await town.say(NORA, "À surveiller : le PLUi.", channel=town.review, root=root["id"])
    await town.command(NORA, f"journal {REF}")
    assert "note interne" in town[NORA].read()
    assert "PLUi" not in town[CAMILLE].read()


async def test_double_click_on_confirmer_decides_once(town: Town):
    await _transmitted(town)
    await town.command(NORA, f"prendre {REF}")
    await town.fill(NORA, motif="")
    given = "adequation_dispositif = Un centre ancien à réparer | adequation_competences = Habitat et commerce"
    await town.command(MARC, f"valider {REF} {given}")
    await asyncio.gather(*(town[MARC].press("Confirmer") for _ in range(5)))
    await town.settle()
    assert dossier(town).state is State.VALIDEE
    told = [p for p in town[CAMILLE].screen() if "validée par Marc Olivier" in p["message"]]
    assert len(told) == 1, "one announcement"


async def test_the_connection_breaks_after_each_post_and_nothing_comes_twice(town: Town):
    await _transmitted(town)
    await town.command(NORA, f"prendre {REF}")
    await town.fill(NORA, motif="")
    await town[NORA].command(f"ecrire {REF} destinataires = service | texte = Qui possède la halle ?")
    await town.room.hub.tasks.drain()
    town.world.outage = "cut"
    await town.app.carry()
    town.world.outage = ""
    assert town[CAMILLE].read().count("Qui possède la halle ?") == 1, "it was taken, and we do not know it"
    for _ in range(25):
        await asyncio.sleep(0.1)
        await town.app.carry()
    assert town[CAMILLE].read().count("Qui possède la halle ?") == 1
    assert town.app.writer.call(lambda unit: unit.outbox.claim_place(datetime.now(UTC), "x", 1)) is None
