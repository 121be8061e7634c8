"""What people type wrong: a clear sentence that says what to do, nothing lost, nothing half-done."""

from __future__ import annotations

import pytest
from town import Town

from bot.sandbox.people import ALIX, CAMILLE, INES, NORA
from chat.cards import Button, Card, Message, Token
from chat.text import tr

REF = "ADT-2026-0001"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("demnade", "Vouliez-vous dire « /atelier demande »"),
        ("valdier ADT-2026-0001", "Vouliez-vous dire « /atelier valider »"),
        ("xyzzy", "« /atelier aide » montre toutes les commandes"),
        ("voir", "De quelle demande s'agit-il"),
        ("voir ADT-2026-0010", "Vouliez-vous dire : ADT-2026-0001"),
        ("voir ADT-2026-1000", "Vouliez-vous dire : ADT-2026-0001"),
        ("voir rien", "« /atelier liste » montre les vôtres"),
        (f"valider {REF}", "ne vous revient pas"),
        (f"prendre {REF}", "ne vous revient pas"),
        (f"confirmer {REF}", "Quel geste confirmez-vous"),
        (f"confirmer {REF} transmettre", "Cet aperçu a déjà servi"),
        (f"modifier_reponse {REF} couleur", "n'est pas une question de la fiche"),
        (f"inviter {REF} Inès", "Ce geste demande plusieurs réponses"),
        (
            f"inviter {REF} personne = Inès Moreau | role = ROI",
            "« ROI » n'est pas dans la liste. Choisissez parmi : Collectivité, DREAL, CAUE, Service porteur.",
        ),
        ("demande 57", "Vous portez les demandes de : 55"),
        ("demande 99", "99"),
        ("reprendre ADT-2026-0042", "n'existe pas"),
        ("x" * 20_001, "trop long"),
    ],
)
async def test_a_command_that_does_not_fit(town: Town, typed: str, sentence: str) -> None:
    await town.drafted()
    before = town.dossier()
    await town.local.sandbox.command(CAMILLE.account, f"dm:{CAMILLE.account}", typed)
    await town.local.app.settle()
    assert sentence in " ".join(town.read(CAMILLE).replace("│", " ").split())
    assert town.dossier() == before


@pytest.mark.parametrize(
    "verb", ["aide", "AIDE", "help", "échéances", "echeances", "deadlines", "liste", "list", "file", "queue"]
)
async def test_accents_case_and_english_are_forgiven(town: Town, verb: str) -> None:
    await town.player.command(CAMILLE, verb)
    assert "Je ne connais pas" not in town.read(CAMILLE)


async def test_help_explains_a_gesture(town: Town) -> None:
    await town.player.command(CAMILLE, "aide valider")
    read = town.read(CAMILLE)
    assert "adequation_dispositif" in read
    assert "circulaire, §5" in read


async def test_help_shows_the_gestures_of_one_s_own_role_and_all_of_them_when_asked(town: Town) -> None:
    await town.player.command(INES, "aide")
    read = town.read(INES)
    assert "« /atelier » seul montre ce qui vous attend" in read.replace("│", " ")
    assert "/atelier observations REF" in read
    assert "/atelier ecarter REF" not in read
    await town.player.command(CAMILLE, "aide complète")
    assert "/atelier ecarter REF" in town.read(CAMILLE)


async def test_help_explains_a_command(town: Town) -> None:
    await town.player.command(INES, "aide ranger")
    assert "dire ce qu'est un fichier déposé" in town.last(INES)


async def test_words_without_a_question_are_answered(town: Town) -> None:
    await town.player.say(CAMILLE, "salut le robot")
    assert "Je n'ai pas compris" in town.last(CAMILLE)
    await town.player.say(CAMILLE, "aide")
    assert "Les commandes s'écrivent" in town.last(CAMILLE)


async def test_a_file_nobody_waits_for_is_refused(town: Town) -> None:
    await town.player.drop(ALIX, {"a.pdf": b"%PDF-1.4\n%%EOF"})
    assert "Je n'attends pas de fichier" in town.last(ALIX)


async def test_a_personal_button_serves_its_person_only(town: Town) -> None:
    await town.player.command(CAMILLE, "demande")
    token = Token(act="passer", ref=REF, arg="service_porteur", who=CAMILLE.account)
    mine = town.world.post("dm:barleduc", town.world.visible("ddt55", "dm:ddt55")[-1].message, town.local.clock.now())
    assert token.who in {t.who for t in mine.shown}
    answer = await town.local.sandbox.press(INES.account, mine.id, 0)
    assert answer.outcome == "refused"
    assert "destiné à une autre personne" in str(answer.replies)


async def test_an_old_button_that_leads_nowhere_says_so(town: Town) -> None:
    post = town.world.post("dm:ddt55", _with(Token(act="danser", ref=REF)), town.local.clock.now())
    answer = await town.local.sandbox.press(CAMILLE.account, post.id, 0)
    assert "ne mène plus à rien" in str(answer.replies)


async def test_people_s_braces_and_marks_stay_words(town: Town) -> None:
    await town.drafted(objet="{ref} **gras** <b>x</b> @channel {0.__class__}")
    await town.player.command(CAMILLE, f"voir {REF}")
    assert "{ref} **gras** <b>x</b> @channel {0.__class__}" in town.read(CAMILLE)


async def test_a_very_long_answer_is_refused_with_its_length(town: Town) -> None:
    await town.player.command(CAMILLE, "demande")
    await town.player.say(CAMILLE, "x" * 5000)
    assert "au plus 120 caractères ; vous en avez écrit 5000" in " ".join(town.read(CAMILLE).replace("│", " ").split())


async def test_a_review_card_is_not_for_everybody(town: Town) -> None:
    await town.transmitted()
    card = town.world.posts[town.player.review(NORA, REF)]
    town.world.channel("revue-ad1", "Revue AD1", ("ad1-instruction", "ad1-validation", "ddt45"))
    answer = await town.local.sandbox.press(ALIX.account, card.id, 0)
    assert answer.outcome == "refused"
    assert "n'existe pas, ou vous n'y avez pas part" in str(answer.replies)


def _with(token: Token) -> Message:
    return Message(text=tr("x"), card=Card(title=tr("x"), buttons=(Button(label=tr("x"), token=token),)))
