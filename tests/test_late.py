"""Late: whoever presses after somebody else reads which step made the button stale, who took it, and when."""

from __future__ import annotations

from datetime import timedelta

from test_drafts import press, tokens
from test_mission import REF, noted, ordered, solicited
from town import Town, flat

from atelier.decide import possible, step_of
from atelier.words import Do
from bot.sandbox import mission
from bot.sandbox.people import ALBA, CAMILLE, ELSA, MARC, NORA, OSCAR, PAUL, REVIEW
from chat.cards import Token
from handlers import lateness


async def test_a_step_that_moved_nothing_is_named_when_it_made_the_button_stale(town: Town) -> None:
    await ordered(town)
    await town.player.command(
        OSCAR, f"prolongation {REF} commande = 1 | motif = Le terrain est inondé | delai = 15 jours"
    )
    assert possible(step_of(Do.REPONDRE_PROLONGATION), town.dossier())
    card = town.world.posts[town.player.root(PAUL, REF)]
    menu = next(m.token for m in card.message.card.menus if Do.REPONDRE_PROLONGATION in dict(m.choices))
    town.local.clock.jump(timedelta(hours=2))
    await town.player.command(
        PAUL,
        f"repondre_prolongation {REF} reponse = accordee | motif = Le terrain est inondé | document = Décision du jour",
    )
    await town.player.press(PAUL, "Confirmer")
    assert not possible(step_of(Do.REPONDRE_PROLONGATION), town.dossier())
    town.local.clock.jump(timedelta(hours=3))
    await town.local.sandbox.choose(PAUL.account, card.id, menu, Do.REPONDRE_PROLONGATION)
    await town.local.app.settle()
    said = flat(town.last(PAUL))
    assert "Déjà fait : « prolongation décidée » sur ADT-2026-0001, par Paul Henry (signataire du service)" in said
    assert "à 12 h 00" in said
    assert "bon de commande" not in said
    await town.player.command(PAUL, f"repondre_prolongation {REF}")
    assert "« prolongation décidée »" in flat(town.last(PAUL))


async def test_another_step_that_moved_nothing_is_named_too(town: Town) -> None:
    await solicited(town)
    stale = tokens(town, ALBA, "Disponible")[-1]
    await town.player.command(ALBA, f"indisponible {REF} Notre équipe est engagée jusqu'en juin.")
    await press(town, ALBA, *stale)
    said = flat(town.last(ALBA))
    assert "« Disponible » n'est plus possible : « indisponibilité déclarée », par Alba Costa (mandataire)" in said
    await town.player.command(MARC, f"disponible {REF}")
    assert "ne vous revient pas" in flat(town.last(MARC))


async def test_what_closed_a_gesture_is_forgotten_once_it_is_possible_again(town: Town) -> None:
    await solicited(town)
    await town.player.command(ALBA, f"indisponible {REF} Notre équipe est engagée jusqu'en juin.")
    assert town.dossier().closed[Do.DISPONIBLE].act is Do.INDISPONIBLE
    await town.player.command(
        MARC, f"ecarter {REF} motif_contrat = indisponibilite_declaree | justificatif = Réponse gardée au journal"
    )
    await town.player.press(MARC, "Confirmer")
    assert Do.DISPONIBLE not in town.dossier().closed


async def test_a_groupement_reads_nothing_of_what_ad1_did_before_it_answered(town: Town) -> None:
    await solicited(town)
    stale = tokens(town, ALBA, "Accuser réception")[-1]
    await town.player.command(
        MARC, f"reception_sollicitation {REF} jour = {mission.day(town.player)} | moyen = Courriel | preuve = Accusé"
    )
    await press(town, ALBA, *stale)
    assert "Marc" not in town.last(ALBA)
    assert f"« /atelier voir {REF} »" in town.last(ALBA)


async def test_a_step_that_moved_the_request_is_named_as_before(town: Town) -> None:
    await town.examined()
    stale = [
        (p.id, b.token)
        for p in town.world.visible(MARC.account, REVIEW.id)
        for b in (p.message.card.buttons if p.message.card else ())
        if b.token.act == "refuser"
    ][-1]
    await town.player.command(NORA, f"completer {REF} champs = objectifs | texte = Précisez les îlots visés.")
    await town.player.press(NORA, "Confirmer")
    await town.local.sandbox.press(MARC.account, *stale)
    said = flat(town.last(MARC, REVIEW.id))
    assert "« complément demandé », par Nora Benali (instructeur AD1)" in said
    assert "« Refuser » est encore possible" in said


async def overtaken(town: Town, act: str) -> tuple[str, Token]:
    """A button of AD1's card that two steps have overtaken since: taken in charge at 10 h, more asked for at 12 h."""
    await town.transmitted()
    post = town.player.review(NORA, REF)
    token = next(b.token for b in town.world.posts[post].message.card.buttons if b.token.act == act)
    await town.player.command(NORA, f"prendre {REF} motif = ")
    town.local.clock.jump(timedelta(hours=2))
    await town.player.command(NORA, f"completer {REF} champs = objectifs | texte = Précisez les îlots visés.")
    await town.player.press(NORA, "Confirmer")
    return post, token


async def test_the_first_of_several_steps_is_named_with_where_the_request_is_now(town: Town) -> None:
    await town.local.sandbox.press(NORA.account, *(await overtaken(town, "prendre")))
    said = flat(town.last(NORA, REVIEW.id))
    assert "Déjà fait : « prise en charge » sur ADT-2026-0001, par Nora Benali (instructeur AD1)" in said
    assert "à 10 h 00" in said
    assert "en est maintenant à « À compléter »" in said


async def test_what_is_possible_again_is_not_said_to_be_over(town: Town) -> None:
    await town.examined()
    post = town.player.review(NORA, REF)
    token = next(b.token for b in town.world.posts[post].message.card.buttons if b.token.act == "completer")
    await town.player.command(NORA, f"completer {REF} champs = objectifs | texte = Précisez les îlots visés.")
    await town.player.press(NORA, "Confirmer")
    await town.player.command(NORA, f"lever {REF}")
    await town.player.press(NORA, "Confirmer")
    await town.local.sandbox.press(NORA.account, post, token)
    assert "« Demander un complément » est encore possible" in flat(town.last(NORA, REVIEW.id))


async def test_a_card_left_on_the_screen_of_the_service_names_what_overtook_it(town: Town) -> None:
    await town.drafted()
    await town.player.command(CAMILLE, f"voir {REF}")
    stale = tokens(town, CAMILLE, "Transmettre à la DGALN")[-1]
    await town.player.command(CAMILLE, f"transmettre {REF} Trois réunions avec les élus de la ville")
    await town.player.press(CAMILLE, "Confirmer")
    await town.player.command(NORA, f"prendre {REF} motif = ")
    await press(town, CAMILLE, *stale)
    said = flat(town.last(CAMILLE))
    assert "Déjà fait : « transmise » sur ADT-2026-0001, par Camille Laurent (service porteur)" in said


async def test_the_other_party_s_approval_is_told_with_its_author_and_hour(town: Town) -> None:
    await noted(town)
    await town.player.command(PAUL, f"approuver {REF} version = 1 | document = Décision du jour")
    town.local.clock.jump(timedelta(hours=2))
    await town.player.command(PAUL, f"approuver {REF} version = 1 | document = Décision du jour")
    said = flat(town.read(PAUL))
    assert "déjà approuvé la version 1 : Paul Henry (signataire du service)" in said
    assert "à 10 h 00" in said


async def test_what_is_recorded_twice_is_told_with_its_author_and_hour(town: Town) -> None:
    await ordered(town)
    await town.player.command(
        OSCAR, f"prolongation {REF} commande = 1 | motif = Le terrain est inondé | delai = 15 jours"
    )
    await town.player.command(
        OSCAR, f"prolongation {REF} commande = 1 | motif = Le terrain est inondé | delai = 15 jours"
    )
    assert "attend déjà sa réponse, demandée par Oscar Blin (mandataire)" in flat(town.read(OSCAR))


def late_lines(town: Town) -> list[tuple[str, object]]:
    lines = town.local.app.writer.call(lambda unit: unit.journal.of(REF))
    return [(line.text, line.details["geste"]) for line in lines if line.what == lateness.LATE]


async def test_a_late_answer_is_kept_once_and_answered_politely_each_time(town: Town) -> None:
    await solicited(town)
    stale = tokens(town, ALBA, "Disponible")[-1]
    await town.player.command(ALBA, f"indisponible {REF} Notre équipe est engagée jusqu'en juin.")
    aside = f"ecarter {REF} motif_contrat = indisponibilite_declaree | justificatif = Réponse gardée au journal"
    await town.player.command(MARC, aside)
    await town.player.press(MARC, "Confirmer")
    for _ in range(3):
        await press(town, ALBA, *stale)
        assert "elle arrive trop tard" in flat(town.last(ALBA))
    assert late_lines(town) == [("", "disponible")]
    assert flat(town.read(MARC, REVIEW.id)).count("a répondu trop tard") == 1
    for _ in range(2):
        await town.player.command(ALBA, f"disponible {REF} Finalement oui, dès lundi")
        assert "elle arrive trop tard" in flat(town.last(ALBA))
    assert late_lines(town) == [("", "disponible"), ("Finalement oui, dès lundi", "disponible")]
    assert flat(town.read(MARC, REVIEW.id)).count("a répondu trop tard") == 1
    await town.player.command(ALBA, f"indisponible {REF}")
    assert len(late_lines(town)) == 3
    await another_round(town, aside)
    await town.player.command(ALBA, f"disponible {REF}")
    assert len(late_lines(town)) == 4, "another round, another late answer"


async def another_round(town: Town, aside: str) -> None:
    """Every groupement set aside, the cascade taken up again, and rank 1 set aside once more."""
    for who in (OSCAR, ELSA):
        await town.player.command(who, f"indisponible {REF} Notre équipe est engagée jusqu'en juin.")
        await town.player.command(MARC, aside)
        await town.player.press(MARC, "Confirmer")
    await town.player.command(MARC, f"recommencer {REF} motif = Les équipes se libèrent en juillet.")
    await town.player.press(MARC, "Confirmer")
    await town.player.command(ALBA, f"indisponible {REF} Toujours engagée jusqu'en juin.")
    await town.player.command(MARC, aside)
    await town.player.press(MARC, "Confirmer")
