"""The conversation that fills the fiche, played in the sandbox: what people type and press, what they read."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from town import ANSWERS, LONG, Town, opened

from atelier.words import State
from bot.sandbox.letters import letter
from bot.sandbox.people import ALIX, CAMILLE, HUGO, INES, LEA, NORA
from bot.sandbox.player import Lost

REF = "ADT-2026-0001"


async def test_the_first_question_comes_with_its_reason_and_its_place(town: Town) -> None:
    await town.player.command(CAMILLE, "demande")
    read = town.read(CAMILLE)
    assert "Question 1 sur 16 — Service porteur" in read
    assert "circulaire, §5" in read
    assert "[DDT de la Meuse]" in read
    assert town.dossier().state is State.BROUILLON


async def test_every_answer_is_kept_at_once_and_survives_a_restart(tmp_path: Path) -> None:
    with opened(tmp_path) as local:
        town = Town(local)
        await town.player.command(CAMILLE, "demande")
        await town.player.say(CAMILLE, "DDT de la Meuse")
        await town.player.say(CAMILLE, "Bar-le-Duc")
    with opened(tmp_path) as local:
        town = Town(local)
        assert town.dossier().territory() == "Bar-le-Duc (55029, Meuse)"
        await town.player.say(CAMILLE, "quartier")
        assert town.dossier().value("echelle") == "quartier"
        assert "Question 4 sur 16" in town.read(CAMILLE)


async def test_an_answer_that_does_not_fit_gets_its_reason_and_keeps_what_was_typed(town: Town) -> None:
    await town.player.command(CAMILLE, "demande")
    await town.player.say(CAMILLE, "DDT de la Meuse")
    await town.player.say(CAMILLE, "Qwxzzkj")
    read = town.read(CAMILLE)
    assert "Aucune commune ni intercommunalité" in read
    assert "Vous aviez écrit : « Qwxzzkj »" in read
    assert town.dossier().value("territoire") is None
    await town.player.say(CAMILLE, "55029")
    assert town.dossier().territory() == "Bar-le-Duc (55029, Meuse)"


async def test_homonyms_are_buttons(town: Town) -> None:
    await town.player.command(CAMILLE, "demande")
    await town.player.say(CAMILLE, "DDT de la Meuse")
    await town.player.say(CAMILLE, "Bar-le-Duc ; Saint-Denis")
    await town.player.press(CAMILLE, "Saint-Denis (97411, La Réunion)")
    assert town.dossier().territory_codes() == ("55029", "97411")
    assert "hors du département 55" in town.read(CAMILLE)


async def test_a_list_is_ticked_line_by_line_and_completed_with_words(town: Town) -> None:
    await town.player.command(CAMILLE, "demande")
    for said in ("DDT de la Meuse", "Bar-le-Duc", "quartier"):
        await town.player.say(CAMILLE, said)
    await town.player.choose(CAMILLE, "Ajouter ou retirer", "Réparer la ville pour habiter mieux")
    await town.player.choose(CAMILLE, "Ajouter ou retirer", "Accompagner des projets citoyens")
    await town.player.choose(CAMILLE, "Ajouter ou retirer", "✓ Réparer la ville pour habiter mieux")
    await town.player.say(CAMILLE, "autre : la halle")
    assert town.dossier().value("thematiques") == {"codes": ["projets_citoyens", "autre"], "other": "la halle"}


async def test_back_skip_pause_and_resume(town: Town) -> None:
    await town.player.command(CAMILLE, "demande")
    await town.player.say(CAMILLE, "DDT de la Meuse")
    await town.player.say(CAMILLE, "passer")
    assert "Cette question est obligatoire" in town.read(CAMILLE)
    await town.player.say(CAMILLE, "retour")
    await town.player.say(CAMILLE, "DDT 55")
    assert town.dossier().value("service_porteur") == "DDT 55"
    await town.player.press(CAMILLE, "Reprendre plus tard")
    assert f"/atelier reprendre {REF}" in town.read(CAMILLE)
    await town.player.say(CAMILLE, "Bar-le-Duc")
    assert "Je n'ai pas compris" in town.last(CAMILLE)
    await town.player.command(CAMILLE, "reprendre")
    await town.player.say(CAMILLE, "Bar-le-Duc")
    assert town.dossier().territory()


async def test_a_choice_of_an_older_question_still_answers_that_question(town: Town) -> None:
    await town.player.command(CAMILLE, "demande")
    await town.player.say(CAMILLE, "DDT 55")
    await town.player.press(CAMILLE, "DDT de la Meuse")
    assert town.dossier().value("service_porteur") == "DDT de la Meuse"
    await town.player.say(CAMILLE, "Bar-le-Duc")
    assert town.dossier().territory(), "the conversation stood where it was"


async def test_two_presses_of_the_opening_button_make_one_request(town: Town) -> None:
    await town.player.command(CAMILLE, "demande")
    await town.player.command(CAMILLE, "demande")
    assert town.local.app.writer.call(lambda u: len(u.dossiers.list_for(CAMILLE.person(), limit=10))) == 1


async def test_the_whole_form_keeps_what_fits_and_marks_what_does_not(town: Town) -> None:
    await town.player.command(CAMILLE, "demande")
    await town.player.press(CAMILLE, "Tout remplir en une fois")
    await town.player.fill(CAMILLE, {**ANSWERS, "objet": "court", "territoire": "Saint-Denis"})
    form = town.player.form(CAMILLE)
    assert set(form.problems) == {"", "objet", "territoire"}
    assert form.given["objet"] == "court"
    assert town.dossier().value("echelle") == "quartier"
    await town.player.fill(CAMILLE, {"objet": ANSWERS["objet"], "territoire": "93066"})
    assert CAMILLE.account not in town.world.forms
    assert town.dossier().territory() == "Saint-Denis (93066, Seine-Saint-Denis)"


async def test_the_same_form_sent_twice_says_so(town: Town) -> None:
    await town.player.command(CAMILLE, "demande")
    await town.player.press(CAMILLE, "Tout remplir en une fois")
    token = town.player.form(CAMILLE).form.token
    await town.player.fill(CAMILLE, ANSWERS)
    before = town.dossier()
    await town.local.sandbox.fill(CAMILLE.account, token, {**ANSWERS, "objet": "Une autre phrase"})
    assert "Ce formulaire a déjà servi" in town.read(CAMILLE)
    assert town.dossier() == before


async def test_several_people_fill_one_request_each_their_own_questions(town: Town) -> None:
    await town.drafted()
    await town.player.command(CAMILLE, f"inviter {REF} personne = Inès Moreau | role = COLL")
    assert f"vous invite dans la demande {REF} à titre de collectivité" in town.read(INES)
    await town.player.press(INES, "Répondre à mes questions")
    assert "Question 9 sur 16 — Aménagement en cours" in town.read(INES)
    await town.player.say(INES, "OPAH en cours")
    assert town.dossier().answers["dynamiques_amenagement"].by.person == INES.account
    await town.player.command(CAMILLE, f"voir {REF}")
    assert "OPAH en cours — Inès Moreau (collectivité)" in " ".join(town.read(CAMILLE).split())


async def test_two_people_on_one_question_are_told_and_choose(town: Town) -> None:
    await town.drafted()
    await town.player.command(CAMILLE, f"inviter {REF} personne = Inès Moreau | role = COLL")
    await town.player.command(CAMILLE, f"modifier_reponse {REF} objectifs")
    await town.player.command(INES, f"modifier_reponse {REF} objectifs")
    await town.player.say(INES, f"La ville veut d'abord la halle. {LONG}")
    await town.player.say(CAMILLE, f"Le service veut d'abord l'habitat. {LONG}")
    read = town.read(CAMILLE)
    assert "Inès Moreau (collectivité) a répondu entre-temps" in read
    assert "d'abord la halle" in str(town.dossier().value("objectifs"))
    await town.player.press(CAMILLE, "Remplacer par la mienne")
    assert "d'abord l'habitat" in str(town.dossier().value("objectifs"))


async def test_a_conflict_kept_leaves_the_other_answer(town: Town) -> None:
    await town.drafted()
    await town.player.command(CAMILLE, f"modifier_reponse {REF} objectifs")
    await town.player.command(INES, f"modifier_reponse {REF} objectifs")
    await town.player.say(INES, f"La ville veut d'abord la halle. {LONG}")
    await town.player.say(CAMILLE, f"Le service veut d'abord l'habitat. {LONG}")
    await town.player.say(CAMILLE, "garder")
    assert "d'abord la halle" in str(town.dossier().value("objectifs"))


async def test_dreal_and_caue_write_theirs_and_only_theirs(town: Town) -> None:
    await town.drafted()
    await town.player.command(LEA, f"reprendre {REF}")
    await town.player.say(LEA, "Parc naturel régional")
    assert town.dossier().answers["acteurs"].by.person == LEA.account
    await town.player.command(HUGO, f"modifier_reponse {REF} objet")
    assert "revient au service porteur ou à la collectivité" in town.last(HUGO)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("vide.pdf", b"", "est vide"),
        ("gros.pdf", b"%PDF-1.4" + b"x" * (25 * 1024 * 1024), "la limite est de 20 Mo"),
        ("facture.pdf", b"MZ\x90\x00" + b"x" * 100, "est un programme"),
        ("courrier.pdf", b"<!doctype html><html>connexion</html>", "page web"),
        ("notes.txt", b"bonjour", "n'est ni un PDF"),
    ],
)
async def test_a_wrong_file_is_refused_and_nothing_is_kept(town: Town, name: str, content: bytes, reason: str) -> None:
    await town.drafted()
    await town.player.command(CAMILLE, f"modifier_reponse {REF} courrier_soutien")
    before = town.dossier()
    await town.player.drop(CAMILLE, {name: content})
    assert reason in town.last(CAMILLE)
    assert town.dossier() == before
    await town.player.drop(CAMILLE, {"bon.pdf": letter("Fictif")})
    assert "De quand est daté ce courrier" in town.read(CAMILLE), "the question still stood"


async def test_a_letter_is_described_then_in_its_place(town: Town) -> None:
    await town.drafted()
    await town.player.command(CAMILLE, f"modifier_reponse {REF} courrier_soutien")
    await town.player.drop(CAMILLE, {"soutien.pdf": letter("Fictif")})
    await town.player.say(CAMILLE, "32 octobre 2026")
    assert "n'existe pas" in town.read(CAMILLE)
    await town.player.say(CAMILLE, "demain")
    assert "n'est pas encore venu" in town.read(CAMILLE)
    await town.player.say(CAMILLE, "1er octobre 2026")
    await town.player.say(CAMILLE, "Claude Martin")
    await town.player.press(CAMILLE, "Sous-préfet")
    await town.player.press(CAMILLE, "Copie")
    piece = town.dossier().piece("courrier_soutien")
    assert (str(piece.signed_on), piece.signatory, piece.quality, piece.origin) == (
        "2026-10-01",
        "Claude Martin",
        "Sous-préfet",
        "copie",
    )
    assert town.local.app.writer.call(lambda u: u.files.content(piece.file)) == letter("Fictif")


async def test_a_file_dropped_at_any_time_is_asked_about(town: Town) -> None:
    await town.drafted()
    await town.player.drop(CAMILLE, {"soutien.pdf": letter("Fictif")})
    await town.player.press(CAMILLE, f"Courrier de soutien de {REF}")
    for said in ("1er octobre 2026", "Claude Martin", "Préfet", "copie"):
        await town.player.say(CAMILLE, said)
    assert town.dossier().piece("courrier_soutien").name == "soutien.pdf"


async def test_two_files_for_one_letter_are_refused(town: Town) -> None:
    await town.drafted()
    await town.player.command(CAMILLE, f"modifier_reponse {REF} courrier_soutien")
    await town.player.drop(CAMILLE, {"a.pdf": letter("A"), "b.pdf": letter("B")})
    assert "un seul fichier à la fois" in town.last(CAMILLE)


async def test_a_draft_left_for_a_week_is_recalled_and_not_the_day_after(town: Town) -> None:
    await town.player.command(CAMILLE, "demande")
    for _ in range(7):
        town.local.clock.jump(timedelta(days=1))
        await town.local.app.settle()
    assert "votre brouillon vous attend" not in town.read(CAMILLE)
    town.local.clock.jump(timedelta(days=1))
    await town.local.app.settle()
    read = town.read(CAMILLE)
    assert "votre brouillon vous attend" in read
    assert "il manque" in read
    count = len(town.player.screen(CAMILLE))
    await town.local.app.settle()
    assert len(town.player.screen(CAMILLE)) == count, "it rings once"


async def test_nobody_sees_a_draft_of_others(town: Town) -> None:
    await town.drafted()
    for who in (ALIX, NORA):
        await town.player.command(who, f"voir {REF}")
        assert "n'existe pas ou vous n'y avez pas part" in town.last(who)
        forbidden = town.last(who).replace(REF, "X")
        await town.player.command(who, "voir ADT-2026-0999")
        assert town.last(who).replace("ADT-2026-0999", "X") == forbidden


async def test_a_collectivite_opens_and_its_service_is_told(town: Town) -> None:
    await town.player.command(INES, "demande")
    assert town.dossier().service == "DDT de la Meuse"
    assert "Inès Moreau (collectivité) ouvre une demande" in town.read(CAMILLE)
    with pytest.raises(Lost):
        await town.player.press(INES, "Transmettre à la DGALN")
