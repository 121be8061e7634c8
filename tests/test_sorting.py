"""A file that no question waited for is put in its place by its button, or by its number or its name."""

from __future__ import annotations

import pytest
from test_drafts import tokens
from test_mission import REF, ordered
from town import Town, flat

from atelier.appropriation import NOTE
from bot.sandbox import mission
from bot.sandbox.letters import letter
from bot.sandbox.people import CAMILLE, MARC, OSCAR

DRAFT = "ADT-2026-0001"


async def dropped(town: Town, *names: str) -> None:
    for name in names:
        await town.player.drop(CAMILLE, {name: letter(name)})


def kept(town: Town) -> list[tuple[str, str]]:
    return [(p.kind, p.name) for p in town.dossier().pieces if not p.replaced]


async def test_each_button_tells_a_command_that_can_be_read_and_typed(town: Town) -> None:
    await town.drafted()
    await dropped(town, "plu.pdf")
    (_, token), *_ = tokens(town, CAMILLE, f"Documents remis de {DRAFT}")
    assert token.arg.startswith("ressources=")
    commands = [
        b.command
        for p in town.world.visible(CAMILLE.account, f"dm:{CAMILLE.account}")
        for b in (p.message.card.buttons if p.message.card else ())
        if b.token.act == "classer_fichier"
    ]
    assert commands == [f"/atelier ranger {DRAFT} 1 {word}" for word in ("contexte", "engagement", "soutien")]
    await town.player.command(CAMILLE, f"ranger {DRAFT} 1 contexte")
    assert kept(town) == [("ressources", "plu.pdf")]


@pytest.mark.parametrize(
    "typed",
    ["ranger {} 2 contexte", "classer {} 2 contexte", "ranger {} Plan Local.pdf ressources", "ranger {} plan contexte"],
)
async def test_a_file_has_a_number_a_name_or_its_beginning(town: Town, typed: str) -> None:
    await town.drafted()
    await dropped(town, "plu.pdf", "Plan local.pdf")
    await town.player.command(CAMILLE, typed.format(DRAFT))
    assert kept(town) == [("ressources", "Plan local.pdf")]
    await town.player.command(CAMILLE, f"ranger {DRAFT} 1 contexte")
    assert kept(town) == [("ressources", "Plan local.pdf"), ("ressources", "plu.pdf")]
    await town.player.command(CAMILLE, f"ranger {DRAFT} 1 contexte")
    assert "Aucun fichier n'attend d'être rangé" in flat(town.last(CAMILLE))


async def test_the_id_of_before_still_works(town: Town) -> None:
    await town.drafted()
    await dropped(town, "plu.pdf")
    ((_, token),) = tokens(town, CAMILLE, f"Documents remis de {DRAFT}")
    await town.player.command(CAMILLE, f"classer_fichier {DRAFT} {token.arg}")
    assert kept(town) == [("ressources", "plu.pdf")]


async def test_what_is_not_understood_lists_the_files_that_wait(town: Town) -> None:
    await town.drafted()
    await dropped(town, "plu.pdf", "plan.pdf")
    for typed in ("", " 7 contexte", " pl contexte", " 1 facture"):
        await town.player.command(CAMILLE, f"ranger {DRAFT}{typed}")
        assert "Fichiers à ranger : 1 « plu.pdf » ; 2 « plan.pdf »" in flat(town.last(CAMILLE)), typed
    assert kept(town) == []


async def test_closing_a_request_is_still_ad1_s_gesture(town: Town) -> None:
    await town.examined()
    await town.player.command(MARC, f"classer {DRAFT} motif = Sans réponse du service.")
    assert "ne vous revient pas" in flat(town.last(MARC))


async def test_a_note_is_sorted_by_its_number(town: Town) -> None:
    await ordered(town)
    await town.player.drop(OSCAR, {"note.pdf": letter("Note")})
    await town.player.command(OSCAR, f"ranger {REF} 1 livrable")
    assert "n'attend pas ce fichier en ce moment, il en est à « Appropriation »" in flat(town.last(OSCAR))
    await town.player.command(OSCAR, f"ranger {REF} 1 note")
    assert town.dossier().piece(NOTE).name == "note.pdf"
    await town.player.press(OSCAR, "Remettre la note")
    await town.player.fill(OSCAR, mission.NOTE)
    assert town.dossier().mission_().note.number == 1
