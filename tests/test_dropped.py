"""A file dropped for a note or a deliverable: by the service too, and told apart from what was handed in."""

from __future__ import annotations

from test_mission import REF, noted, ordered
from town import Town, flat

from atelier.words import Role, State
from bot.sandbox import mission
from bot.sandbox.letters import letter
from bot.sandbox.people import CAMILLE, INES, OSCAR


async def dropped_by_the_service(town: Town) -> None:
    await ordered(town)
    await town.player.drop(CAMILLE, {"note-papier.pdf": letter("La Traverse", "Note")})
    await town.player.press(CAMILLE, f"Note d'appropriation de {REF}")


async def test_the_service_is_offered_to_record_what_it_dropped_for_the_mandataire(town: Town) -> None:
    await dropped_by_the_service(town)
    await town.player.press(CAMILLE, "Saisir pour le compte de…")
    shown = {q.name: q.initial for q in town.player.form(CAMILLE).form.questions}
    assert shown == {"geste": "note", "personne": "Oscar Blin", "document": "note-papier.pdf", "recu": ""}
    await town.player.fill(CAMILLE, {})
    await town.player.press(CAMILLE, "Continuer : Remettre la note")
    await town.player.fill(CAMILLE, mission.NOTE)
    note = town.dossier().mission_().note
    assert town.dossier().state is State.NOTE_REMISE
    assert (note.by.person, note.by.for_, note.by.role) == ("ddt55", "traverse", Role.MAND)
    piece = next(p for p in town.dossier().pieces if p.id == note.piece)
    assert piece.name == "note-papier.pdf"
    assert "C'est enregistré en votre nom par Camille Laurent" in flat(town.read(OSCAR))


async def test_the_command_of_that_button_does_the_same(town: Town) -> None:
    await dropped_by_the_service(town)
    await town.player.command(CAMILLE, f"pour {REF} note")
    shown = {q.name: q.initial for q in town.player.form(CAMILLE).form.questions}
    assert (shown["personne"], shown["document"]) == ("Oscar Blin", "note-papier.pdf")


async def test_the_mandataire_keeps_its_own_gesture(town: Town) -> None:
    await ordered(town)
    await mission.handed(town.player, "note.pdf", "Note d'appropriation", REF)
    await town.player.press(OSCAR, "Remettre la note")
    assert "charge_jours" in {q.name for q in town.player.form(OSCAR).form.questions}


async def test_a_version_dropped_hides_not_the_one_under_approval(town: Town) -> None:
    await noted(town)
    await mission.handed(town.player, "note-v2.pdf", "Note d'appropriation", REF)
    await town.player.command(INES, f"voir {REF}")
    read = flat(town.read(INES)).rpartition("Fiche de ADT-2026-0001")[2]
    approved = "version 1, approbation attendue : signataire du service, signataire de la collectivité — « note.pdf »"
    left = "Note d'appropriation, version déposée : pas encore remise : « note-v2.pdf », par Oscar Blin (mandataire)"
    assert approved in read
    assert left in read
    assert read.index(approved) < read.index(left)
    (shown,) = [p.message for p in town.world.visible(INES.account, f"dm:{INES.account}") if p.message.files][-1:]
    assert [f.name for f in shown.files][-2:] == ["note.pdf", "note-v2.pdf"]
    card = town.world.posts[town.player.root(INES, REF)].message.card
    assert any("note-v2.pdf" in str(fact.value) for fact in card.facts)


async def test_once_handed_in_only_the_version_in_force_is_shown(town: Town) -> None:
    await noted(town)
    await mission.handed(town.player, "note-v2.pdf", "Note d'appropriation", REF)
    await town.player.press(OSCAR, "Remettre la note")
    await town.player.fill(OSCAR, mission.NOTE)
    await town.player.command(INES, f"voir {REF}")
    read = flat(town.read(INES)).rpartition("Fiche de ADT-2026-0001")[2]
    assert "« note-v2.pdf »" in read
    assert "pas encore remise" not in read
    assert "« note.pdf »" not in read
