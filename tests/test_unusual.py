"""Ateliers played in unusual but legitimate orders: what people read then is right, once, and says what to do."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from test_mission import REF, credited, designated, noted, ordered, solicited
from town import LANGUAGES, Town, flat

from atelier import rules
from atelier.deadlines import Delay, compute
from atelier.words import RuleId
from bot.sandbox import mission
from bot.sandbox.letters import letter
from bot.sandbox.people import ALBA, CAMILLE, INES, JEANNE, MAIRE, MARC, OSCAR, PAUL, REVIEW
from chat.text import Text
from handlers.here import told_steps


async def test_what_to_note_is_said_once_in_a_preview_that_only_channels_will_read(town: Town) -> None:
    await ordered(town)
    await town.player.command(CAMILLE, f"suspendre {REF} motif = La ville demande une pause pour les élections")
    seen = flat(town.read(CAMILLE))
    assert seen[seen.rindex("Aperçu") :].count("La suspension n'arrête pas") == 1


async def test_a_file_in_its_place_is_told_to_be_handed_in_whatever_its_gender(town: Town) -> None:
    await noted(town)
    await mission.handed(town.player, "note-v2.pdf", "Note d'appropriation", REF)
    assert "Il reste à remettre cette pièce" in town.read(OSCAR)


async def test_a_step_taken_twice_is_told_in_good_french(town: Town) -> None:
    await credited(town)
    await town.player.command(JEANNE, f"credits {REF} ae = 20000 | cp = 20000 | uo = DDT 55 | chorus = 2026-0135")
    assert f"Déjà fait : « crédits délégués » sur {REF}, par Jeanne Robin" in flat(town.last(JEANNE))


async def test_the_payment_of_one_order_does_not_pass_for_that_of_another(town: Town) -> None:
    await designated(town)
    await mission.orders(town.player, REF)
    await mission.note(town.player, REF)
    today = mission.day(town.player)
    await town.player.command(CAMILLE, f"demande_paiement {REF} commande = 1 | jour = {today} | preuve = Facture 1")
    await town.player.command(CAMILLE, f"paiement {REF} commande = 1 | jour = {today} | montant = 9600")
    await town.player.command(CAMILLE, f"paiement {REF} commande = 2 | jour = {today} | montant = 14400")
    last = flat(town.last(CAMILLE))
    assert "« Enregistrer le paiement » n'est plus possible : « paiement enregistré », par Camille Laurent" in last
    assert "Déjà fait" not in last


async def test_what_was_done_is_paid_even_once_the_atelier_is_abandoned(town: Town) -> None:
    await designated(town)
    await mission.orders(town.player, REF)
    await mission.note(town.player, REF)
    today = mission.day(town.player)
    await town.player.command(CAMILLE, f"demande_paiement {REF} commande = 1 | jour = {today} | preuve = Facture 1")
    await town.player.command(MARC, f"abandonner {REF} motif = La commune renonce au projet de réaménagement.")
    await town.player.press(MARC, "Confirmer")
    assert [run.rule for run in rules.running(town.dossier())] == [RuleId.PAIEMENT]
    await town.player.command(CAMILLE, f"échéances {REF}")
    assert "Paiement du bon de commande n° 1" in flat(town.read(CAMILLE))
    town.local.clock.jump(timedelta(days=60))
    await town.local.app.settle()
    assert "Paiement du bon de commande n° 1 : dépassée depuis" in flat(town.read(CAMILLE))
    await town.player.command(CAMILLE, f"paiement {REF} commande = 1 | jour = {today} | montant = 9600")
    assert "paiement enregistré" in town.last(CAMILLE)
    assert rules.running(town.dossier()) == ()


async def test_a_question_asked_before_the_request_went_on_is_let_go(town: Town) -> None:
    ref = await town.drafted()
    await town.player.command(CAMILLE, f"inviter {ref} personne = Inès Moreau | role = COLL")
    await town.player.press(INES, "Répondre à mes questions")
    await town.player.command(CAMILLE, f"transmettre {ref} Trois réunions avec les élus de la ville")
    await town.player.press(CAMILLE, "Confirmer")
    await town.player.say(INES, "OPAH-RU en cours, PLUi arrêté")
    assert "ses réponses ne changent plus" in town.last(INES)
    await town.player.say(INES, "aide")
    assert "Les commandes s'écrivent" in town.read(INES)


async def test_whoever_would_replace_a_letter_sees_whose_it_is(town: Town) -> None:
    ref = await town.drafted()
    await town.player.command(CAMILLE, f"inviter {ref} personne = Inès Moreau | role = COLL")
    await town.lettered(ref, "courrier_engagement", INES)
    await town.player.command(CAMILLE, f"modifier_reponse {ref} courrier_engagement")
    seen = flat(town.read(CAMILLE))
    asked = seen[seen.rindex("Question 15 sur 16") :]
    assert "Réponse actuelle courrier_engagement.pdf — Inès Moreau (collectivité)" in asked


async def test_what_was_said_of_a_letter_may_be_put_right_one_step_back(town: Town) -> None:
    ref = await town.drafted()
    await town.player.command(CAMILLE, f"modifier_reponse {ref} courrier_engagement")
    await town.player.drop(CAMILLE, {"engagement.pdf": letter("Fictif")})
    await town.player.say(CAMILLE, "11 octobre 2026")
    await town.player.say(CAMILLE, "retour")
    assert "De quand est daté ce courrier" in flat(town.last(CAMILLE))
    await town.player.say(CAMILLE, "retour")
    assert "« engagement.pdf » n'est pas gardé : pour le joindre, déposez-le de nouveau." in flat(town.last(CAMILLE))


async def test_a_question_of_a_request_that_went_on_is_not_kept_for_later(town: Town) -> None:
    ref = await town.transmitted()
    await town.player.command(CAMILLE, f"pause {ref}")
    assert f"Il n'y a plus rien à répondre sur {ref}" in flat(town.last(CAMILLE))
    assert "Pour reprendre" not in flat(town.last(CAMILLE))


async def test_a_file_that_is_passed_over_is_said_not_to_be_kept(town: Town) -> None:
    ref = await town.drafted()
    await town.lettered(ref, "courrier_engagement", CAMILLE)
    await town.player.command(CAMILLE, f"modifier_reponse {ref} courrier_engagement")
    await town.player.drop(CAMILLE, {"autre.pdf": letter("Fictif")})
    await town.player.say(CAMILLE, "passer")
    assert "« autre.pdf » n'est pas gardé" in flat(town.read(CAMILLE))


async def test_a_right_to_speak_that_is_over_is_told_late_as_over(town: Town) -> None:
    await ordered(town)
    town.local.clock.jump(timedelta(days=17))  # past the last day to observe on the order: the bot was away
    await town.local.app.settle()
    seen = flat(town.read(OSCAR))
    told = seen[seen.index("Observations sur le bon de commande n° 1 : le délai a fini le") :]
    assert "ce rappel devait partir le" in told
    assert "s'il y a lieu" not in told
    assert "dépassée" not in told


async def test_a_reminder_is_offered_no_day_that_would_be_refused(town: Town) -> None:
    await ordered(town)
    town.local.clock.jump(timedelta(days=13))  # two days before the last one to observe on the order
    await town.player.command(OSCAR, f"rappel {REF}")
    seen = flat(town.read(OSCAR))
    offered = seen[seen.index("De combien le reporter") :]
    assert "Votre prochain rappel sur ADT-2026-0001 (Observations sur le bon de commande)" in seen
    assert "[Demain]" in offered
    assert "[Dans une semaine]" not in offered


async def test_a_list_that_finds_nothing_says_what_was_looked_for(town: Town) -> None:
    await town.drafted()
    await town.player.command(CAMILLE, "liste en cuors")
    assert "Aucune de vos demandes ne correspond à « en cuors »" in flat(town.read(CAMILLE))


@pytest.mark.parametrize(
    ("delay", "said", "count"),
    [("1 jour", "1 jour :", "{count} jour(s)"), ("2 mois", "2 mois :", "{count} mois"),
     ("20 jours ouvrés", "20 jours ouvrés :", "{count} jour(s) ouvré(s)")],
)  # fmt: skip
def test_the_length_of_a_deadline_is_a_sentence_that_each_language_has(delay: str, said: str, count: str) -> None:
    steps = told_steps(compute(date(2026, 3, 2), Delay.parse(delay), "55"))
    counted = next(step for step in steps if "delay" in step.args)
    length = counted.args["delay"]
    assert isinstance(length, Text)
    assert length.msg == count
    assert f"Il est de {said}" in LANGUAGES.say("fr")(counted)


async def test_a_new_version_of_the_note_says_which_and_that_approvals_are_void(town: Town) -> None:
    await noted(town)
    assert "note remise par Oscar Blin (mandataire). Version : 1 ; Jours de travail" in flat(town.read(PAUL))
    await town.player.command(PAUL, f"approuver {REF} version = 1 | document = Décision du jour")
    await mission.handed(town.player, "note-v2.pdf", "Note d'appropriation", REF)
    await town.player.press(OSCAR, "Remettre la note")
    await town.player.fill(OSCAR, mission.NOTE)
    assert "Version : 2 ; les approbations de la version 1 ne comptent plus ; Jours" in flat(town.read(PAUL))


async def test_what_nothing_typed_can_change_is_said_before_the_form_is_filled(town: Town) -> None:
    await town.examined(letters=False)
    await town.player.press(MARC, "Valider la demande", REVIEW.id)
    assert "Il manque le courrier d'engagement" in flat(town.last(MARC, REVIEW.id))
    assert MARC.account not in town.world.forms


async def test_a_note_without_its_file_is_said_before_its_six_questions(town: Town) -> None:
    await ordered(town)
    await town.player.command(OSCAR, f"note {REF}")
    assert "Déposez d'abord le fichier de la note" in flat(town.last(OSCAR))
    assert OSCAR.account not in town.world.forms


async def test_a_session_planned_anew_says_which_days_it_gives_up(town: Town) -> None:
    await noted(town)
    await town.player.command(PAUL, f"approuver {REF} version = 1 | document = Décision du jour")
    await town.player.command(MAIRE, f"approuver {REF} version = 1 | document = Lettre du maire")
    await town.player.command(PAUL, f"point_d_arret {REF}")
    await town.player.press(PAUL, "Confirmer")
    for first, last in (("1er", "2"), ("8", "9")):
        days = f"premier_jour = {first} décembre 2026 | dernier_jour = {last} décembre 2026"
        place = "visite = La halle | seance = Salle du conseil | parcours = De la halle au collège | acteurs = Les élus et les commerçants"
        await town.player.command(CAMILLE, f"session {REF} {days} | {place}")
        await town.player.press(CAMILLE, "Confirmer")
    seen = flat(town.read(CAMILLE, REF.lower()))
    assert seen.count("est déplacée") == 1
    assert (
        "la session prévue du mardi 1er décembre 2026 au mercredi 2 décembre 2026 est déplacée ; Premier jour" in seen
    )


async def test_a_groupement_asked_learns_nothing_of_the_letters_by_asking_to_take_one_back(town: Town) -> None:
    await solicited(town)
    for named in ("1", "courrier_engagement.pdf", ""):
        await town.player.command(ALBA, f"retirer_fichier {REF} {named}")
        last = flat(town.last(ALBA))
        assert "Vous n'avez aucun fichier à retirer" in last
        assert "Camille" not in last
