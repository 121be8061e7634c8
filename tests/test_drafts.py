"""What waits for a confirmation: each entry for somebody else is its own, and what is confirmed is what was shown."""

from __future__ import annotations

import pytest
from test_mission import REF, credited, noted, order
from town import LANGUAGES, Town, flat

from atelier.dossier import Holding
from atelier.words import PersonId, Role, State
from bot.sandbox.marks import plain, quiet
from bot.sandbox.people import ALIX, CAMILLE, MARC, OSCAR, PAUL, Somebody
from bot.sandbox.things import PLATFORM
from bot.sandbox.world import direct
from chat.cards import Address, Token
from chat.talk import Pressed

READ = LANGUAGES.say("fr", quiet)


def tokens(town: Town, who: Somebody, label: str) -> list[tuple[str, Token]]:
    """Every button that reads `label` in front of somebody, the oldest first, with the post it is on."""
    posts = town.world.visible(who.account, direct(who.account))
    return [
        (post.id, button.token)
        for post in posts
        for button in (post.message.card.buttons if post.message.card else ())
        if plain(READ(button.label)) == label
    ]


async def press(town: Town, who: Somebody, post: str, token: Token) -> None:
    await town.local.sandbox.press(who.account, post, token)
    await town.local.app.settle()


async def begun(town: Town, name: str, document: str) -> None:
    await town.player.command(CAMILLE, f"pour {REF} geste = approuver | personne = {name} | document = {document}")


async def test_two_entries_for_two_people_do_not_overwrite_each_other(town: Town) -> None:
    await noted(town)
    await begun(town, "Claude Martin", "Lettre du maire")
    await begun(town, "Paul Henry", "Décision du directeur")
    first, second = tokens(town, CAMILLE, "Continuer : Approuver la note")
    await press(town, CAMILLE, *first)
    await town.player.fill(CAMILLE, {"version": "1", "document": "Lettre du maire"})
    note = town.dossier().mission_().note
    assert note.awaited == (Role.SVC_SIGN,)
    by = note.approved_by(Role.COLL_SIGN)
    assert (by.for_, by.document) == ("barleduc-maire", "Lettre du maire")
    await press(town, CAMILLE, *second)
    await town.player.fill(CAMILLE, {"version": "1", "document": "Décision du directeur"})
    by = town.dossier().mission_().note.approved_by(Role.SVC_SIGN)
    assert (by.for_, by.document) == ("ddt55-direction", "Décision du directeur")
    assert town.dossier().state is State.NOTE_VALIDEE


async def test_the_same_person_twice_from_two_documents_keeps_both_apart(town: Town) -> None:
    await noted(town)
    await begun(town, "Claude Martin", "Lettre du 2 novembre")
    await begun(town, "Claude Martin", "Lettre du 3 novembre")
    first, _ = tokens(town, CAMILLE, "Continuer : Approuver la note")
    await press(town, CAMILLE, *first)
    await town.player.fill(CAMILLE, {"version": "1", "document": "Lettre du 2 novembre"})
    by = town.dossier().mission_().note.approved_by(Role.COLL_SIGN)
    assert by.document == "Lettre du 2 novembre"


async def test_a_typed_gesture_records_the_entry_begun_last_then_the_one_before(town: Town) -> None:
    await noted(town)
    await begun(town, "Claude Martin", "Lettre du maire")
    await begun(town, "Paul Henry", "Décision du directeur")
    await town.player.command(CAMILLE, f"approuver {REF} version = 1 | document = Décision du directeur")
    assert town.dossier().mission_().note.awaited == (Role.COLL_SIGN,)
    assert "pour Paul Henry" in flat(town.last(CAMILLE))
    await town.player.command(CAMILLE, f"approuver {REF} version = 1 | document = Lettre du maire")
    assert town.dossier().state is State.NOTE_VALIDEE


async def test_an_entry_that_served_serves_no_more(town: Town) -> None:
    await noted(town)
    await begun(town, "Claude Martin", "Lettre du maire")
    ((post, token),) = tokens(town, CAMILLE, "Continuer : Approuver la note")
    await town.player.command(CAMILLE, f"approuver {REF} version = 1 | document = Lettre du maire")
    await press(town, CAMILLE, post, token)
    assert "Cette saisie pour une autre personne est finie" in flat(town.last(CAMILLE))
    assert f"« /atelier pour {REF} »" in flat(town.last(CAMILLE))


async def refused_twice(town: Town) -> list[tuple[str, Token]]:
    """Two previews of one gesture: the second text took the place of the first."""
    await town.examined()
    for motive in ("Le projet relève d'un autre cadre.", "La commune s'est retirée du projet."):
        await town.player.command(MARC, f"refuser {REF} motif = {motive}")
    return tokens(town, MARC, "Confirmer")


async def test_a_preview_that_was_replaced_is_not_confirmed_by_its_old_button(town: Town) -> None:
    first, second = await refused_twice(town)
    await press(town, MARC, *first)
    assert town.dossier().state is State.EN_ECHANGE
    assert "remplacé par un plus récent" in flat(town.last(MARC))
    await press(town, MARC, *second)
    assert town.dossier().decision.reason == "La commune s'est retirée du projet."


async def test_a_button_without_a_seal_confirms_nothing_that_has_one(town: Town) -> None:
    (_, token), _ = await refused_twice(town)
    bare = token.model_copy(update={"arg": "refuser"})
    event = Pressed(
        sender=MARC.address(), place=Address(platform=PLATFORM, id=direct(MARC.account)), id="1", token=bare
    )
    answer = await town.local.app.receive(event)
    assert answer.outcome == "refused"
    assert "remplacé par un plus récent" in READ(answer.replies[0].message.text)
    assert town.dossier().state is State.EN_ECHANGE


async def test_a_typed_confirmation_is_of_what_was_shown_last(town: Town) -> None:
    await refused_twice(town)
    await town.player.command(MARC, f"confirmer {REF} refuser")
    assert town.dossier().decision.reason == "La commune s'est retirée du projet."


async def test_modifying_a_preview_opens_that_text_or_says_it_is_gone(town: Town) -> None:
    await refused_twice(town)
    first, second = tokens(town, MARC, "Modifier")
    await press(town, MARC, *first)
    assert MARC.account not in town.world.forms
    assert f"« /atelier corriger {REF} refuser »" in flat(town.last(MARC))
    await press(town, MARC, *second)
    assert town.player.form(MARC).form.questions[0].initial == "La commune s'est retirée du projet."


async def test_modifying_a_preview_that_served_says_so_and_opens_nothing(town: Town) -> None:
    await town.examined()
    await town.player.command(MARC, f"ecrire {REF} destinataires = service_collectivite | texte = Merci à tous deux.")
    ((post, token),) = tokens(town, MARC, "Modifier")
    await town.player.press(MARC, "Confirmer")
    await press(town, MARC, post, token)
    assert MARC.account not in town.world.forms
    assert f"« /atelier ecrire {REF} »" in flat(town.last(MARC))
    await town.player.command(MARC, f"corriger {REF} ecrire")
    assert f"« /atelier ecrire {REF} »" in flat(town.last(MARC))


@pytest.mark.parametrize("label", ["Signer", "Modifier"])
async def test_what_was_prepared_anew_is_signed_and_changed_by_its_own_buttons(town: Town, label: str) -> None:
    await credited(town)
    await order(town, "15000")
    await order(town, "16000")
    first, second = tokens(town, PAUL, label)
    await press(town, PAUL, *first)
    assert "remplacé" in flat(town.last(PAUL))
    assert PAUL.account not in town.world.forms
    assert town.dossier().state is State.CREDITS_DELEGUES
    await press(town, PAUL, *second)
    if label == "Signer":
        assert town.dossier().mission_().commandes[0].amount == 16_000
    else:
        assert next(q.initial for q in town.player.form(PAUL).form.questions if q.name == "montant") == "16000"


def delegated(town: Town, who: Somebody) -> None:
    """Somebody else signs for the service of the Meuse too, by delegation."""

    def signs(unit) -> None:
        person = unit.people.get(PersonId(who.account))
        delegation = Holding(role=Role.SVC_SIGN, scope="dep:55", deed="arrêté 7")
        unit.people.save(person.model_copy(update={"holdings": (*person.holdings, delegation)}))

    town.local.app.writer.call(signs)


def previewed(town: Town, who: Somebody) -> tuple[str, str]:
    """What the preview in front of somebody says: the text that will be sent, and who will be told."""
    posts = town.world.visible(who.account, direct(who.account))
    card = next(p.message.card for p in reversed(posts) if p.message.card and "Aperçu" in READ(p.message.card.title))
    return plain(READ(card.paragraphs[1])), plain(READ(card.facts[0].value))


@pytest.mark.parametrize(("signer", "other"), [(PAUL, ALIX), (ALIX, PAUL)])
async def test_each_signatory_reads_what_is_sent_once_they_sign(town: Town, signer: Somebody, other: Somebody) -> None:
    await credited(town)
    delegated(town, ALIX)
    await order(town, "15000")
    text, told = previewed(town, signer)
    assert f"par {signer.name} (signataire du service)" in text
    assert CAMILLE.name not in text
    assert OSCAR.name in told
    assert f"par {other.name} (" in previewed(town, other)[0]
    assert flat(text) not in flat(town.read(OSCAR))
    await town.player.press(signer, "Signer")
    assert flat(text) in flat(town.read(OSCAR))
