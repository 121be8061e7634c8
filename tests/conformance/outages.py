"""With the whole bot behind: chat away, answers lost, late presses, what comes twice and changes nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from atelier.words import Reference, State
from bot.sandbox.letters import letter
from bot.sandbox.people import CAMILLE, MARC, NORA
from chat.cards import Message
from chat.text import raw
from storage.unit import Unit
from tests.conformance.registry import feature
from tests.conformance.stage import Stage

PART = "Les pannes et les reprises"
REF = "ADT-2026-0001"
LONG = "Le centre ancien perd ses habitants et ses commerces ; un logement sur cinq y est vacant."
ANSWERS = {
    "service_porteur": "DDT de la Meuse", "territoire": "Bar-le-Duc", "echelle": "quartier", "thematiques": "habiter_mieux", "objet": "Redonner un usage à la ville haute",
    "objectifs": LONG, "attendus_livrable": "esquisse", "ingenierie_locale": "Le chef de projet", "dynamiques_territoire": LONG,
}  # fmt: skip


async def carried(stage: Stage) -> None:
    """The machine's hour goes on until nothing waits."""
    assert stage.app is not None
    for _ in range(40):
        stage.ahead.by += timedelta(hours=1)
        await stage.settle()
        if stage.app.writer.call(lambda unit: unit.outbox.stats()).waiting == 0:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("letters still wait")


def written(stage: Stage, *texts: str) -> None:
    """Letters to Camille, in that order."""
    assert stage.app is not None

    def put(unit: Unit) -> None:
        for text in texts:
            unit.outbox.put(stage.direct(CAMILLE), Message(text=raw(text)), due=stage.clock.now())

    stage.app.writer.call(put)


def received(stage: Stage) -> list[str]:
    return [r.text for r in stage.screen(CAMILLE) if r.text.startswith("Lettre")]


@feature(PART, "La messagerie ne répond plus, puis revient : tout arrive, dans l'ordre", lived=True)
async def down(stage: Stage) -> str:
    stage.outage("down")
    written(stage, *(f"Lettre {n}" for n in range(1, 6)))
    await stage.settle()
    assert received(stage) == []
    written(stage, "Lettre 6")
    stage.outage("")
    await carried(stage)
    assert received(stage) == [f"Lettre {n}" for n in range(1, 7)]
    return "oui"


@feature(PART, "L'accusé d'un envoi se perd : rien n'arrive deux fois", lived=True)
async def cut(stage: Stage) -> str:
    written(stage, "Bonjour")
    await stage.settle()
    stage.outage("cut")
    written(stage, "Lettre 1", "Lettre 2")
    await stage.settle()
    assert received(stage) == ["Lettre 1"], "it was taken, and we do not know it"
    stage.outage("")
    await carried(stage)
    assert received(stage) == ["Lettre 1", "Lettre 2"]
    return "reconnu"


async def transmitted(stage: Stage) -> None:
    """A request with AD1, typed."""
    await stage.command(CAMILLE, "demande")
    for name, value in ANSWERS.items():
        await stage.command(CAMILLE, f"modifier_reponse {REF} {name}")
        await stage.say(CAMILLE, value)
    for field in ("courrier_engagement", "courrier_soutien"):
        await stage.command(CAMILLE, f"modifier_reponse {REF} {field}")
        await stage.drop(CAMILLE, {f"{field}.pdf": letter("Fictif")})
        for said in ("1er octobre 2026", "Claude Martin", "Maire", "1"):
            await stage.say(CAMILLE, said)
    await stage.command(CAMILLE, f"transmettre {REF} Trois réunions avec les élus de la ville")
    await stage.command(CAMILLE, f"confirmer {REF} transmettre")
    assert state(stage) is State.TRANSMISE


def state(stage: Stage) -> State:
    assert stage.app is not None
    return stage.app.writer.call(lambda unit: unit.dossiers.get(Reference(REF)).state)


def kept(stage: Stage) -> tuple[object, object]:
    """The request and its journal."""
    assert stage.app is not None
    return stage.app.writer.call(lambda unit: (unit.dossiers.get(Reference(REF)), unit.journal.of(Reference(REF))))


VALID = "adequation_dispositif = Un centre ancien à réparer | adequation_competences = Habitat et commerce"


@feature(PART, "Un geste reçu deux fois ne compte qu'une fois", lived=True)
async def once(stage: Stage) -> str:
    await transmitted(stage)
    await stage.command(NORA, f"prendre {REF}")
    if stage.pressable:
        await stage.fill(NORA, {"motif": ""})
    else:
        await stage.command(NORA, f"prendre {REF} motif = ")
    assert state(stage) is State.EN_ECHANGE
    before = kept(stage)
    await stage.again()
    await stage.settle()
    assert kept(stage) == before
    await stage.command(MARC, f"valider {REF} {VALID}")
    if stage.pressable:
        await stage.press(MARC, "Confirmer")
    else:
        await stage.command(MARC, f"confirmer {REF} valider")
    assert state(stage) is State.VALIDEE
    before, told = kept(stage), stage.read(CAMILLE)
    assert "validée par Marc Olivier" in told
    await stage.again()
    await stage.settle()
    assert (kept(stage), stage.read(CAMILLE)) == (before, told), "nothing more is said to anybody else"
    return "oui"


@feature(PART, "Un bouton appuyé trop tard : rien ne change, la raison est dite", lived=True)
async def late(stage: Stage) -> str:
    await transmitted(stage)
    await stage.command(NORA, f"prendre {REF} motif = Une urgence du calendrier de la ville")
    await stage.command(MARC, f"valider {REF} {VALID}")
    await stage.command(CAMILLE, f"retirer {REF} motif = La ville renonce au projet pour cette année")
    await stage.command(CAMILLE, f"confirmer {REF} retirer")
    before = kept(stage)
    seen = len(stage.screen(MARC))
    if stage.pressable:
        await stage.press(MARC, "Confirmer")
    else:
        await stage.command(MARC, f"confirmer {REF} valider")
    assert kept(stage) == before
    assert state(stage) is not State.VALIDEE
    said = "\n".join(r.text for r in stage.screen(MARC)[seen - 1 :])
    assert "Camille Laurent" in said or "n'a été changé" in said, said
    return "refusé, la raison dite"
