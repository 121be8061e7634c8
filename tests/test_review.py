"""The review: the queue, the thread and what stays inside it, complements, opinions, decisions, previews."""

from __future__ import annotations

from datetime import timedelta

import pytest
from clockwork import comes
from town import ANSWERS, LONG, Town, flat

from atelier.words import Role, RuleId, State
from bot.sandbox.letters import letter
from bot.sandbox.people import ALIX, CAMILLE, HUGO, INES, MARC, NORA, REVIEW
from bot.sandbox.story import quickly

REF = "ADT-2026-0001"


async def test_transmitting_shows_who_will_be_told_then_tells_them(town: Town) -> None:
    await town.drafted()
    await town.player.command(CAMILLE, f"transmettre {REF}")
    await town.player.fill(CAMILLE, {"conception": "Trois réunions avec les élus."})
    read = flat(town.read(CAMILLE))
    assert "Rien n'est encore envoyé" in read
    assert "Inès Moreau" in read
    assert town.dossier().state is State.BROUILLON
    assert REF not in town.read(NORA, REVIEW.id)
    await town.player.press(CAMILLE, "Confirmer")
    assert town.dossier().state is State.TRANSMISE
    assert f"{REF} — Bar-le-Duc (55029, Meuse)" in town.read(NORA, REVIEW.id)
    for who in (INES, HUGO):
        assert "transmise par Camille Laurent" in flat(town.read(who))


async def test_a_preview_may_be_corrected_and_serves_once(town: Town) -> None:
    await town.drafted()
    await town.player.command(CAMILLE, f"transmettre {REF} Trois réunions avec les élus")
    await town.player.press(CAMILLE, "Modifier")
    assert town.player.form(CAMILLE).form.questions[0].initial == "Trois réunions avec les élus"
    await town.player.fill(CAMILLE, {"conception": "Quatre réunions avec les élus"})
    await town.player.press(CAMILLE, "Confirmer")
    assert town.dossier().decision.reason == "Quatre réunions avec les élus"
    await town.player.press(CAMILLE, "Confirmer")
    assert "Déjà fait" in town.last(CAMILLE)


async def test_only_the_service_transmits_and_only_a_whole_fiche(town: Town) -> None:
    await town.player.command(CAMILLE, "demande")
    await town.player.command(CAMILLE, f"transmettre {REF} Trois réunions avec les élus")
    assert "Il manque" in town.read(CAMILLE)
    assert town.dossier().state is State.BROUILLON
    await town.player.say(CAMILLE, "DDT de la Meuse")
    await town.player.say(CAMILLE, "Bar-le-Duc")
    await town.player.command(INES, f"transmettre {REF} Trois réunions avec les élus")
    assert "ne vous revient pas" in town.last(INES)


async def test_the_arrival_number_is_given_once_and_the_queue_is_in_order(town: Town) -> None:
    await town.transmitted()
    await quickly(town.player, ALIX, "Pithiviers", "Revitaliser le centre de Pithiviers")
    assert [town.dossier(r).arrival for r in (REF, "ADT-2026-0002")] == [1, 2]
    await town.player.command(NORA, "file")
    read = flat(town.read(NORA))
    assert "2 demandes dans la file" in read
    assert read.index("1. ADT-2026-0001") < read.index("2. ADT-2026-0002")
    await town.player.command(ALIX, "file")
    assert REF not in town.read(ALIX)
    assert "n° 2 — 2ᵉ dans la file (2 demandes)" in flat(town.read(ALIX))


async def test_a_place_in_the_queue_is_told_anew_when_the_queue_moves(town: Town) -> None:
    await town.transmitted()
    await quickly(town.player, ALIX, "Pithiviers", "Revitaliser le centre de Pithiviers")
    assert "n° 1 — 1ʳᵉ dans la file (2 demandes)" in flat(town.read(CAMILLE))
    await town.player.command(CAMILLE, f"retirer {REF} motif = La ville préfère attendre les élections")
    await town.player.press(CAMILLE, "Confirmer")
    assert "n° 2 — 1ʳᵉ dans la file (1 demande)" in flat(town.read(ALIX))


async def test_out_of_order_needs_a_reason_which_stays_inside(town: Town) -> None:
    await town.transmitted()
    await quickly(town.player, ALIX, "Pithiviers", "Revitaliser le centre de Pithiviers")
    await town.player.command(NORA, "prendre ADT-2026-0002")
    await town.player.fill(NORA, {"motif": ""})
    assert "1 demande plus ancienne attend encore" in town.problems(NORA)
    await town.player.fill(NORA, {"motif": "Session prévue avant l'été"})
    assert town.dossier("ADT-2026-0002").state is State.EN_ECHANGE
    assert "Session prévue avant l'été" in town.read(NORA, REVIEW.id)
    assert "Session prévue avant l'été" not in town.read(ALIX)


async def test_notes_in_the_review_thread_stay_inside(town: Town) -> None:
    await town.examined()
    await town.player.say(NORA, "À surveiller : le PLUi.", REVIEW.id, town.player.review(NORA, REF))
    await town.player.command(CAMILLE, f"journal {REF}")
    for who in (CAMILLE, INES, HUGO):
        assert "PLUi." not in town.read(who)
    assert "note interne" not in town.read(CAMILLE)
    await town.player.command(NORA, f"journal {REF}")
    assert "note interne" in town.read(NORA)


async def test_letters_go_both_ways_and_the_collectivite_sees_those_addressed_to_it(town: Town) -> None:
    await town.examined()
    await town.player.command(NORA, f"ecrire {REF} destinataires = service | texte = Qui possède la halle ?")
    assert "Qui possède la halle ?" in town.read(CAMILLE)
    assert "Qui possède la halle ?" not in town.read(INES)
    await town.player.say(CAMILLE, "La ville, depuis 2019.", "", town.player.root(CAMILLE, REF))
    thread = town.world.thread(NORA.account, town.player.review(NORA, REF))
    assert any("La ville, depuis 2019." in str(p.message.text) for p in thread)
    await town.player.command(NORA, f"ecrire {REF} destinataires = service_collectivite | texte = Merci à tous deux.")
    assert "Merci à tous deux." not in town.read(INES), "several people: the text is shown first"
    await town.player.press(NORA, "Confirmer")
    assert "Merci à tous deux." in town.read(INES)
    await town.player.say(INES, "Avec plaisir.", "", town.player.root(INES, REF))
    assert "Inès Moreau (collectivité) a écrit à la DGALN : « Avec plaisir. »" in flat(town.read(CAMILLE))


async def test_a_file_in_a_thread_is_carried_with_the_words(town: Town) -> None:
    await town.examined()
    root = town.player.root(CAMILLE, REF)
    await town.player.drop(CAMILLE, {"plan.pdf": letter("Plan")}, "Voici le plan.", "", root)
    posts = town.world.thread(NORA.account, town.player.review(NORA, REF))
    carried = [f for p in posts for f in p.message.files]
    assert [f.name for f in carried] == ["plan.pdf"]
    assert town.local.app.writer.call(lambda u: u.files.content(carried[0].id)) == letter("Plan")


async def test_a_complement_stops_the_clock_and_comes_back_with_its_difference(town: Town) -> None:
    await town.examined(letters=False)
    await town.player.command(
        NORA, f"completer {REF} champs = objectifs, courrier_soutien | texte = Précisez les îlots visés."
    )
    await town.player.press(NORA, "Confirmer")
    assert town.dossier().state is State.A_COMPLETER
    (run,) = [r for r in town.dossier().runs if r.rule is RuleId.CIBLE_INSTRUCTION]
    assert run.suspended
    assert "Précisez les îlots visés." in town.read(CAMILLE)
    await town.player.command(CAMILLE, f"repondre {REF}")
    await town.player.fill(CAMILLE, {"note": ""})
    assert "Rien n'a changé" in town.problems(CAMILLE)
    town.local.clock.jump(timedelta(days=2))
    await town.player.command(CAMILLE, f"modifier_reponse {REF} objectifs")
    await town.player.say(CAMILLE, f"Trois îlots : la halle, le collège, la rue des Ducs. {LONG}")
    await town.player.command(CAMILLE, f"repondre {REF} note = Les îlots sont nommés.")
    assert town.dossier().state is State.EN_ECHANGE
    thread = flat(" ".join(str(p.message.text) for p in town.world.thread(NORA.account, town.player.review(NORA, REF))))
    assert "ajouté" in thread
    assert "Trois îlots : la halle, le collège, la rue des Ducs." in thread
    assert "inchangé" in thread
    (run,) = [r for r in town.dossier().runs if r.rule is RuleId.CIBLE_INSTRUCTION]
    assert not run.suspended
    assert town.dossier().arrival == 1


async def test_no_validation_without_the_two_letters_the_refusal_names_who_owes(town: Town) -> None:
    await town.examined(letters=False)
    await town.player.command(
        MARC, f"valider {REF} adequation_dispositif = Un centre ancien | adequation_competences = Habitat, commerce"
    )
    assert "courrier d'engagement de la collectivité, que la collectivité doit déposer" in flat(town.read(MARC))
    await town.lettered(REF, "courrier_engagement", INES)
    assert "a déposé : Courrier d'engagement" in flat(town.read(NORA, REVIEW.id))
    await town.player.command(
        MARC, f"valider {REF} adequation_dispositif = Un centre ancien | adequation_competences = Habitat, commerce"
    )
    assert "courrier de soutien du préfet, que le service porteur doit déposer" in flat(town.read(MARC))
    assert town.dossier().state is State.EN_ECHANGE


async def test_an_opinion_is_reasoned_and_stays_inside(town: Town) -> None:
    await town.examined()
    await town.player.command(NORA, f"avis {REF} sens = favorable | motif = Projet mûr et calendrier tenable.")
    assert "Projet mûr et calendrier tenable." in flat(town.read(MARC, REVIEW.id))
    assert "Projet mûr" not in town.read(CAMILLE)


async def test_a_validation_is_announced_everywhere_and_every_card_follows(town: Town) -> None:
    await town.examined()
    await town.validate(REF)
    assert town.dossier().state is State.VALIDEE
    for who in (CAMILLE, INES, HUGO):
        assert "validée par Marc Olivier" in flat(town.read(who))
    for who, place in ((CAMILLE, ""), (INES, ""), (NORA, REVIEW.id)):
        post = town.world.posts[town.player.root(who, REF, place)]
        assert post.message.card.state.msg == "Validée"
    labels = [b.label.msg for b in town.world.posts[town.player.review(NORA, REF)].message.card.buttons]
    assert "Valider la demande" not in labels


@pytest.mark.parametrize(
    ("who", "command", "state", "word"),
    [
        (MARC, "refuser {} motif = Le projet relève d'un autre cadre.", State.REFUSEE, "refusée"),
        (
            MARC,
            "reorienter {} outil = PVD | motif = Une petite ville, un autre outil.",
            State.REORIENTEE,
            "Petites villes de demain",
        ),
        (CAMILLE, "retirer {} motif = La collectivité a changé de projet.", State.RETIREE, "retirée"),
    ],
)
async def test_other_ends_tell_the_reason(town: Town, who, command: str, state: State, word: str) -> None:
    await town.examined()
    await town.player.command(who, command.format(REF))
    assert "Rien n'est encore envoyé" in flat(town.read(who))
    await town.player.press(who, "Confirmer")
    assert town.dossier().state is state
    assert word in flat(town.read(INES))


async def test_a_colleague_of_the_service_is_told_what_another_did_of_their_request(town: Town) -> None:
    """Two agents share one request: it is neither sent, completed nor withdrawn behind the back of one of them."""
    bruno = comes(town, "ddt55-b", "Bruno Petit", "DDT de la Meuse", "55", (Role.SVC, "dep:55"))
    await town.examined()
    assert "transmise par Camille Laurent" in flat(town.read(bruno))
    await town.player.command(NORA, f"completer {REF} champs = objectifs | texte = Précisez les îlots visés.")
    await town.player.press(NORA, "Confirmer")
    await town.player.command(INES, f"repondre {REF} note = Les objectifs sont exacts : rien à corriger.")
    for agent in (CAMILLE, bruno):
        assert "complétée par Inès Moreau (collectivité)" in flat(town.read(agent)), agent.name
    await town.player.command(bruno, f"retirer {REF} motif = La commune renonce à son projet.")
    await town.player.press(bruno, "Confirmer")
    assert "retirée par Bruno Petit (service porteur)" in flat(town.read(CAMILLE))
    assert town.read(bruno).count("retirée par Bruno Petit (service porteur). Motif") <= 2, "their own preview and card"


async def test_a_request_refused_by_mistake_is_still_spoken_of(town: Town) -> None:
    """It does not open again: both sides can say so, and are told the way."""
    await town.examined()
    await town.player.command(NORA, f"ecrire {REF} destinataires = service | texte = Où en est la halle ?")
    await town.player.command(MARC, f"refuser {REF} motif = Ce n'était pas la bonne demande.")
    await town.player.press(MARC, "Confirmer")
    await town.player.command(MARC, f"valider {REF} adequation_dispositif = Oui | adequation_competences = Oui")
    assert "ne se rouvre pas" in flat(town.last(MARC))
    assert "« /atelier demande »" in flat(town.last(MARC))
    await town.player.say(CAMILLE, "Est-ce une erreur ?", "", town.player.root(CAMILLE, REF))
    assert "répond : « Est-ce une erreur ? »" in flat(town.read(NORA, REVIEW.id))
    await town.player.press(MARC, "Écrire au service", REVIEW.id)
    await town.player.fill(
        MARC, {"destinataires": "service", "texte": "Oui : déposez-la de nouveau, nous la reprendrons."}
    )
    assert "déposez-la de nouveau" in flat(town.read(CAMILLE))
    assert town.dossier().state is State.REFUSEE


async def test_closing_without_follow_up_comes_after_a_complement_left_unanswered(town: Town) -> None:
    await town.examined()
    await town.player.command(NORA, f"classer {REF} motif = Sans réponse du service.")
    assert "« Classer sans suite » n'est pas possible maintenant" in town.last(NORA)
    await town.player.command(NORA, f"completer {REF} champs = objectifs | texte = Précisez les îlots visés.")
    await town.player.press(NORA, "Confirmer")
    await town.player.command(NORA, f"classer {REF} motif = Sans réponse après trois relances.")
    assert "jamais avant" in flat(town.read(NORA))
    town.local.clock.jump(timedelta(days=30))
    await town.player.command(NORA, f"classer {REF} motif = Sans réponse après trois relances.")
    await town.player.press(NORA, "Confirmer")
    assert town.dossier().state is State.SANS_SUITE


async def test_a_late_button_says_who_did_what_and_when(town: Town) -> None:
    await town.examined()
    card = town.world.posts[town.player.review(MARC, REF)]
    rank = [b.label.msg for b in card.message.card.buttons].index("Valider la demande")
    token = card.message.card.buttons[rank].token
    await town.validate(REF)
    await town.local.sandbox.press(MARC.account, card.id, token)
    last = flat(town.last(MARC, REVIEW.id))
    assert f"Déjà fait : « validée » sur {REF}, par Marc Olivier (valideur AD1)" in last
    assert "lundi 2 novembre 2026 à 10 h 00" in last


async def test_the_same_territory_is_pointed_out(town: Town) -> None:
    await town.transmitted()
    await town.player.command(CAMILLE, "demande")
    await town.player.say(CAMILLE, "DDT de la Meuse")
    await town.player.say(CAMILLE, "Bar-le-Duc")
    assert f"une autre demande concerne le même territoire ({REF})" in town.read(CAMILLE)
    assert "Même territoire" not in town.read(NORA, REVIEW.id), "a draft is its service's own"
    await town.player.press(CAMILLE, "Tout remplir en une fois")
    await town.player.fill(CAMILLE, ANSWERS)
    await town.player.command(CAMILLE, "modifier_reponse ADT-2026-0002 dynamiques_territoire")
    await town.player.say(CAMILLE, LONG)
    await town.player.command(CAMILLE, "transmettre ADT-2026-0002 Trois réunions avec les élus")
    await town.player.press(CAMILLE, "Confirmer")
    read = flat(town.read(NORA, REVIEW.id))
    assert f"Même territoire {REF}" in read
    assert "Même territoire ADT-2026-0002" in read


async def test_a_target_deadline_rings_for_whoever_owes_it(town: Town) -> None:
    await town.transmitted()
    town.local.clock.jump(timedelta(days=7))
    await town.local.app.settle()
    read = flat(town.read(NORA))
    assert "Prise en charge par la DGALN : " in read
    assert "Prise en charge par la DGALN : " not in flat(town.read(INES))
    town.local.clock.jump(timedelta(days=14))
    await town.local.app.settle()
    assert "dépassée depuis le" in flat(town.read(NORA))
    assert "ce retard vous est signalé" in flat(town.read(MARC))


async def test_nothing_rings_once_the_task_is_done(town: Town) -> None:
    await town.transmitted()
    await town.player.command(NORA, f"prendre {REF}")
    await town.player.fill(NORA, {"motif": ""})
    town.local.clock.jump(timedelta(days=10))
    await town.local.app.settle()
    assert "Prise en charge par la DGALN :" not in flat(town.read(NORA))


async def test_home_shows_what_awaits_me(town: Town) -> None:
    await town.transmitted()
    await town.player.command(NORA, "")
    read = flat(town.read(NORA))
    assert "À faire maintenant : 1" in read
    assert "à vous : « Prendre en charge »" in read
    await town.player.command(ALIX, "")
    assert "Rien ne vous attend pour le moment." in town.read(ALIX)


async def test_why_this_date_lists_every_step(town: Town) -> None:
    await town.examined()
    await town.player.command(NORA, f"pourquoi {REF}")
    read = flat(town.read(NORA))
    assert "férié" in read
    assert "L'échéance est le" in read
    assert "cible de service, sans effet de droit" in read
