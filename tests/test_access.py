"""People the directory does not know, and those it does: access asked, given, refused; invitations; the notice."""

from __future__ import annotations

from town import ASKED, YANN, Town, flat

from atelier.directory import Entry
from bot.sandbox.people import CAMILLE, DOMINIQUE, INES, REVIEW, Somebody
from bot.sandbox.things import Persona
from chat.cards import Address
from handlers import directory


async def test_a_stranger_is_told_what_is_kept_and_how_to_come_in(town: Town) -> None:
    await town.player.command(YANN, "demande")
    read = town.read(YANN)
    assert "Vous n'êtes pas encore dans l'annuaire" in read
    assert "[Demander l'accès]" in read
    assert town.local.app.writer.call(lambda u: u.dossiers.queued()) == 0


async def test_access_is_asked_and_given_with_a_button(town: Town) -> None:
    await town.player.say(YANN, "bonjour")
    await town.player.press(YANN, "Demander l'accès")
    await town.player.fill(YANN, ASKED)
    assert "DDT de la Moselle" in town.read(DOMINIQUE)
    await town.player.press(DOMINIQUE, "Accepter")
    assert "Votre accès est ouvert" in town.read(YANN)
    await town.player.press(DOMINIQUE, "Refuser l'accès")
    assert "a déjà reçu sa réponse" in town.last(DOMINIQUE)
    await town.player.command(YANN, "demande")
    assert town.dossier().departement == "57"
    assert "Information : ce robot conserve" in town.read(YANN)
    await town.player.command(YANN, "")
    assert town.read(YANN).count("Information : ce robot conserve") == 1


async def test_nobody_asks_for_access_when_nobody_would_answer(town: Town) -> None:
    gone = DOMINIQUE.person().model_copy(update={"active": False})
    town.local.app.writer.call(lambda u: u.people.save(gone))
    await town.player.command(YANN, "acces")
    await town.player.fill(YANN, ASKED)
    assert "n'a plus d'administrateur" in str(town.player.form(YANN).problems)
    town.local.app.writer.call(lambda u: u.people.save(DOMINIQUE.person()))
    await town.player.command(YANN, "acces")
    await town.player.fill(YANN, ASKED)
    assert "Votre demande est transmise" in town.read(YANN)


async def test_a_request_for_access_waits_once_and_may_be_corrected(town: Town) -> None:
    for _ in range(2):
        await town.player.command(YANN, "acces")
        await town.player.fill(YANN, ASKED)
    assert flat(town.read(DOMINIQUE)).count("Demande d'accès de Yann Keller.") == 1
    assert "attend la réponse d'un administrateur" in flat(town.last(YANN))
    await town.player.command(YANN, "")
    assert "attend la réponse d'un administrateur" in flat(town.last(YANN))
    await town.player.press(YANN, "Corriger ma demande d'accès")
    await town.player.fill(YANN, {**ASKED, "fonction": "cheffe de bureau"})
    assert "Yann Keller a corrigé sa demande d'accès" in flat(town.last(DOMINIQUE))
    await town.player.press(DOMINIQUE, "Accepter")
    assert "Votre accès est ouvert" in town.read(YANN)


async def test_an_administrator_sees_the_account_that_asks_and_nothing_forged(town: Town) -> None:
    """Anybody may say that they are somebody else: the account is what is certain, and no name draws a line of its own."""
    await town.player.command(YANN, "acces")
    await town.player.fill(YANN, {**ASKED, "nom": "Yann Keller\nCompte camille,\u202e sur Sandbox"})
    seen = flat(town.read(DOMINIQUE))
    assert f"Compte {YANN.account}, sur Sandbox" in seen
    assert "Nom Yann Keller Compte camille, sur Sandbox" in seen
    await town.player.press(DOMINIQUE, "Accepter")
    entered = town.local.app.writer.call(lambda u: u.people.behind(YANN.address()))
    assert entered.name == "Yann Keller Compte camille, sur Sandbox"


async def test_requests_for_access_await_an_administrator_on_their_home(town: Town) -> None:
    await town.player.command(YANN, "acces")
    await town.player.fill(YANN, ASKED)
    await town.player.command(DOMINIQUE, "")
    seen = flat(town.read(DOMINIQUE))
    assert "À faire maintenant : 1" in seen
    assert "Demande d'accès Yann Keller" in seen
    await town.player.press(DOMINIQUE, "Répondre aux demandes d'accès")
    await town.player.press(DOMINIQUE, "Accepter")
    await town.player.command(DOMINIQUE, "acces")
    assert "Aucune demande d'accès n'attend" in town.last(DOMINIQUE)
    await town.player.command(CAMILLE, "")
    assert "Demande d'accès" not in flat(town.read(CAMILLE))
    await town.player.command(CAMILLE, "acces")
    assert "Vous êtes déjà dans l'annuaire" in town.last(CAMILLE)


async def test_access_refused_is_said(town: Town) -> None:
    await town.player.command(YANN, "acces")
    await town.player.fill(YANN, ASKED)
    await town.player.press(DOMINIQUE, "Refuser l'accès")
    assert "n'a pas été acceptée" in town.read(YANN)
    await town.player.command(YANN, "demande")
    assert "Vous n'êtes pas encore dans l'annuaire" in town.last(YANN)


async def test_a_wrong_request_is_corrected_in_its_form(town: Town) -> None:
    await town.player.command(YANN, "acces")
    await town.player.fill(YANN, {**ASKED, "nom": " ", "departement": "99", "role": "roi"})
    assert set(town.player.form(YANN).problems) == {"nom", "departement", "role"}


async def test_only_an_administrator_answers(town: Town) -> None:
    await town.player.command(YANN, "acces")
    await town.player.fill(YANN, ASKED)
    request = town.world.visible(DOMINIQUE.account, f"dm:{DOMINIQUE.account}")[-1].message.card.buttons[0].token
    await town.player.command(CAMILLE, f"accepter_acces {request.arg}")
    assert "Seul un administrateur" in town.last(CAMILLE)
    await town.player.command(DOMINIQUE, f"accepter_acces {request.arg}")
    assert "Accès ouvert à Yann Keller" in town.last(DOMINIQUE)


async def test_a_stranger_in_a_channel_is_not_talked_to(town: Town) -> None:
    town.world.channel(REVIEW.id, "Revue AD1", ("ad1-instruction", "ddt57"))
    await town.player.say(YANN, "bonjour à tous", REVIEW.id)
    assert town.player.screen(YANN, REVIEW.id) == ["bonjour à tous"]


async def test_a_person_who_left_is_a_stranger(town: Town) -> None:
    gone = CAMILLE.person().model_copy(update={"active": False})
    town.local.app.writer.call(lambda u: u.people.save(gone))
    await town.player.command(CAMILLE, "demande")
    assert "Vous n'êtes pas encore dans l'annuaire" in town.read(CAMILLE)


async def test_an_invitation_names_nobody_or_several(town: Town) -> None:
    ref = await town.drafted()
    await town.player.command(CAMILLE, f"inviter {ref} personne = Personne Inconnue | role = COLL")
    assert "n'est pas dans l'annuaire" in flat(town.read(CAMILLE))
    for number in (1, 2):
        twin = CAMILLE.person().model_copy(update={"id": f"jean{number}", "name": "Jean Dupont", "holdings": ()})
        town.local.app.writer.call(lambda u, twin=twin: u.people.add(twin, (Address(platform="sandbox", id=twin.id),)))
    await town.player.command(CAMILLE, f"inviter {ref} personne = Jean Dupont | role = COLL")
    assert "Plusieurs personnes portent ce nom" in flat(town.read(CAMILLE))
    await town.player.command(CAMILLE, f"inviter {ref} personne = jean1 | role = COLL")
    assert [m.person for m in town.dossier().members][-1] == "jean1"


async def test_somebody_chooses_their_language(town: Town) -> None:
    await town.player.command(CAMILLE, "préférences")
    await town.player.press(CAMILLE, "anglais")
    await town.player.command(CAMILLE, "demande")
    assert "Question 1 of 16" in town.read(CAMILLE)
    await town.player.command(CAMILLE, "preferences klingon")
    assert "not a language I speak" in flat(town.read(CAMILLE))
    await town.player.command(CAMILLE, "preferences fr")
    await town.player.command(CAMILLE, "")
    assert "À faire maintenant" in town.last(CAMILLE)


async def test_somebody_who_leaves_is_announced_to_those_who_share_their_part(town: Town) -> None:
    ref = await town.drafted()
    mate = CAMILLE.person().model_copy(update={"id": "camille2", "name": "Sam Girard"})

    def leave(unit) -> directory.Report:
        unit.people.add(mate, (Address(platform="sandbox", id=INES.account + "2"),))
        gone = Entry(CAMILLE.person().model_copy(update={"active": False}), ())
        return directory.bring(unit, [gone], town.local.clock.now(), dry=False)

    town.world.people(Persona(account=INES.account + "2", name="Sam Girard"))
    report = town.local.app.writer.call(leave)
    await town.local.app.settle()
    assert report.left == ["Camille Laurent"]
    told = " ".join(town.read(Somebody(INES.account + "2", "Sam Girard", "", "", ())).split())
    assert "Camille Laurent a quitté le service" in told
    assert ref in told


async def test_whoever_comes_in_place_of_somebody_is_told_even_named_on_a_later_line(town: Town) -> None:
    ref = await town.drafted()
    account = Address(platform="sandbox", id=INES.account + "2")
    gone = Entry(CAMILLE.person().model_copy(update={"active": False}), ())
    come = Entry(
        CAMILLE.person().model_copy(update={"id": "camille2", "name": "Sam Girard"}), (("sandbox", account.id),)
    )
    town.world.people(Persona(account=account.id, name="Sam Girard"))
    town.local.app.writer.call(lambda unit: directory.bring(unit, [gone, come], town.local.clock.now(), dry=False))
    await town.local.app.settle()
    told = flat(town.read(Somebody(account.id, "Sam Girard", "", "", ())))
    assert "Camille Laurent a quitté le service" in told
    assert ref in told


async def test_an_account_enters_the_directory_by_an_invitation(town: Town) -> None:
    ref = await town.drafted()
    await town.player.command(CAMILLE, f"inviter {ref} personne = @ddt57 | role = COLL")
    assert f"vous invite dans la demande {ref}" in town.read(YANN)
    await town.player.press(YANN, "Répondre à mes questions")
    read = flat(town.read(YANN))
    assert "Question 9 sur 16" in read
    assert "Information : ce robot conserve" in read
    await town.player.command(YANN, "demande")
    assert "revient au service de l'État porteur ou à la collectivité" in flat(town.read(YANN))


async def test_somebody_who_left_is_not_invited_back(town: Town) -> None:
    ref = await town.drafted()
    town.local.app.writer.call(lambda u: u.people.save(INES.person().model_copy(update={"active": False})))
    await town.player.command(CAMILLE, f"inviter {ref} personne = @{INES.account} | role = COLL")
    assert "a quitté l'annuaire" in flat(town.read(CAMILLE))
