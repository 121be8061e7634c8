"""A file dropped by mistake is taken back by whoever dropped it, by a menu or by text, while the documents are open."""

from __future__ import annotations

import pytest
from test_mission import REF as ATELIER
from test_mission import noted
from town import Town, flat

from atelier.appropriation import NOTE
from atelier.words import State
from bot.sandbox import mission
from bot.sandbox.letters import letter
from bot.sandbox.people import CAMILLE, INES, NORA, OSCAR, REVIEW

REF = "ADT-2026-0001"


async def with_notes(town: Town) -> None:
    """A draft with two notes de contexte of the service, and one of the collectivité."""
    await town.drafted()
    for who, files in ((CAMILLE, ("plu.pdf", "paie.pdf")), (INES, ("photos.pdf",))):
        await town.player.command(who, f"modifier_reponse {REF} ressources")
        await town.player.drop(who, {name: letter(name) for name in files}, "Le PLU et des photos")


def kept(town: Town) -> list[str]:
    return [p.name for p in town.dossier().pieces if not p.replaced]


async def test_a_note_is_taken_back_by_the_menu_of_the_card(town: Town) -> None:
    await with_notes(town)
    await town.player.command(CAMILLE, f"voir {REF}")
    with pytest.raises(AssertionError):
        await town.player.choose(CAMILLE, "Retirer un fichier", "photos.pdf (Documents remis)")
    await town.player.choose(CAMILLE, "Retirer un fichier", "paie.pdf (Documents remis)")
    assert kept(town) == ["plu.pdf", "photos.pdf"]
    assert f"« paie.pdf » est retiré de {REF}" in flat(town.last(CAMILLE))
    await town.player.command(INES, f"voir {REF}")
    shown = [p.message for p in town.world.visible(INES.account, f"dm:{INES.account}") if p.message.files][-1]
    assert [f.name for f in shown.files] == ["plu.pdf", "photos.pdf"]
    await town.player.command(CAMILLE, f"journal {REF}")
    assert "pièce retirée : Documents remis, Camille Laurent" in flat(town.read(CAMILLE))
    written = town.local.app.writer.call(lambda unit: unit.journal.of(REF))[-1]
    assert (written.what, written.details["nom"]) == ("pièce retirée", "paie.pdf")


@pytest.mark.parametrize("named", ["2", "paie.pdf", "PAIE.PDF"])
async def test_by_text_it_has_a_number_or_its_name(town: Town, named: str) -> None:
    await with_notes(town)
    await town.player.command(CAMILLE, f"retirer_fichier {REF} {named}")
    assert kept(town) == ["plu.pdf", "photos.pdf"]
    await town.player.command(CAMILLE, f"retirer_fichier {REF} {named}")
    assert kept(town) == ["plu.pdf", "photos.pdf"], "its number is nobody else's"
    assert "Donnez son numéro : 1 « plu.pdf »" in flat(town.last(CAMILLE))


async def test_somebody_else_s_is_not_theirs_to_take_back(town: Town) -> None:
    await with_notes(town)
    await town.player.command(CAMILLE, f"retirer_fichier {REF} photos.pdf")
    assert "« photos.pdf » a été déposé par Inès Moreau (collectivité)" in flat(town.last(CAMILLE))
    assert len(kept(town)) == 3


async def test_a_letter_dropped_by_mistake_leaves_the_fiche_incomplete_again(town: Town) -> None:
    await town.drafted()
    await town.lettered(REF, "courrier_soutien")
    await town.player.choose(CAMILLE, "Retirer un fichier", "courrier_soutien.pdf (Courrier de soutien)")
    assert town.dossier().piece("courrier_soutien") is None


async def test_once_transmitted_nothing_is_taken_back_until_a_complement_opens_it(town: Town) -> None:
    await with_notes(town)
    await town.player.command(CAMILLE, f"transmettre {REF} Trois réunions avec les élus de la ville")
    await town.player.press(CAMILLE, "Confirmer")
    await town.player.command(CAMILLE, f"retirer_fichier {REF} plu.pdf")
    assert "« plu.pdf » ne peut plus être retiré" in flat(town.last(CAMILLE))
    await town.player.command(NORA, f"prendre {REF}")
    await town.player.fill(NORA, {"motif": ""})
    await town.player.command(NORA, f"completer {REF} champs = ressources | texte = Une feuille de paie s'y trouve.")
    await town.player.press(NORA, "Confirmer")
    await town.player.command(CAMILLE, f"retirer_fichier {REF} paie.pdf")
    assert kept(town) == ["plu.pdf", "photos.pdf"]
    thread = town.world.thread(NORA.account, town.player.review(NORA, REF))
    assert any("a retiré" in post.message.text.msg for post in thread)
    await town.player.command(CAMILLE, f"repondre {REF} note = La feuille est retirée.")
    assert town.dossier().state is State.EN_ECHANGE
    assert REVIEW


async def test_a_version_of_the_note_is_taken_back_until_it_is_handed_in(town: Town) -> None:
    await noted(town)
    await mission.handed(town.player, "note-v2.pdf", "Note d'appropriation", ATELIER)
    await town.player.command(OSCAR, f"retirer_fichier {ATELIER} note.pdf")
    assert "« note.pdf » ne peut plus être retiré" in flat(town.last(OSCAR)), "it is under approval"
    await town.player.choose(OSCAR, "Retirer un fichier", "note-v2.pdf (Note d'appropriation)")
    assert town.dossier().piece(NOTE) is None
    await town.player.command(OSCAR, f"voir {ATELIER}")
    read = flat(town.read(OSCAR)).rpartition(f"Fiche de {ATELIER}")[2]
    assert "« note.pdf »" in read
    assert "note-v2.pdf" not in read
    fields = " | ".join(f"{name} = {value}" for name, value in mission.NOTE.items())
    await town.player.command(OSCAR, f"note {ATELIER} {fields}")
    assert "Déposez d'abord le fichier de la note" in flat(town.read(OSCAR))
