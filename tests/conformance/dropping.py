"""With the whole bot behind: a file dropped while no question waits for it is put in its place, then taken back."""

from __future__ import annotations

from atelier.words import Reference
from bot.sandbox.letters import letter
from bot.sandbox.people import CAMILLE
from tests.conformance.outages import REF
from tests.conformance.registry import feature
from tests.conformance.stage import Stage

PART = "Ce que les gens font"


def in_force(stage: Stage) -> list[tuple[str, str]]:
    """The files of the request, and what each of them is."""
    assert stage.app is not None
    dossier = stage.app.writer.call(lambda unit: unit.dossiers.get(Reference(REF)))
    return [(piece.kind, piece.name) for piece in dossier.pieces if not piece.replaced]


async def put(stage: Stage) -> None:
    """A note de contexte in its place."""
    await stage.command(CAMILLE, "demande")
    await stage.drop(CAMILLE, {"plu.pdf": letter("Fictif")})
    if stage.pressable:
        await stage.press(CAMILLE, f"Documents remis de {REF}")
    else:
        assert f"Documents remis de {REF} : /atelier ranger {REF} 1 contexte" in stage.read(CAMILLE)
        await stage.command(CAMILLE, f"ranger {REF} 1 contexte")
    assert in_force(stage) == [("ressources", "plu.pdf")]


@feature(PART, "Un fichier déposé sans qu'on l'attende est rangé", lived=True)
async def sorted_out(stage: Stage) -> str:
    await put(stage)
    await stage.drop(CAMILLE, {"photos.pdf": letter("Fictif")})
    await stage.command(CAMILLE, f"ranger {REF} photos.pdf contexte")
    assert in_force(stage) == [("ressources", "plu.pdf"), ("ressources", "photos.pdf")]
    return "bouton, ou son numéro" if stage.pressable else "par son numéro ou son nom"


@feature(PART, "Un fichier déposé par erreur est retiré par qui l'a déposé", lived=True)
async def taken_back(stage: Stage) -> str:
    await put(stage)
    await stage.command(CAMILLE, f"voir {REF}")
    line = "plu.pdf (Documents remis)"
    if stage.pressable:
        await stage.choose(CAMILLE, "Retirer un fichier", line)
    else:
        assert f"Retirer un fichier : {line} : /atelier retirer_fichier {REF} 1" in stage.read(CAMILLE)
        await stage.command(CAMILLE, f"retirer_fichier {REF} 1")
    assert in_force(stage) == []
    return "menu" if stage.pressable else "commande"
