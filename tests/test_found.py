"""Faults found by trying hostile and odd sequences: each stays here so that it does not come back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from town import ANSWERS, ASKED, LONG, TERRITORIES, YANN, Town, flat

from atelier import answers
from atelier.directory import read
from atelier.dossier import Holding
from atelier.fiche import item
from atelier.tables import Wrong
from atelier.words import Refused, Role, State
from bot.sandbox.letters import letter
from bot.sandbox.people import ALIX, CAMILLE, DOMINIQUE, INES, MARC, NORA, REVIEW
from chat.cards import Address, Token
from chat.talk import Asked, Attached, Filled, Pressed
from handlers import reminding

REF = "ADT-2026-0001"


def who(account: str, number: int = 0) -> dict[str, object]:
    me = Address(platform="sandbox", id=account)
    place = Address(platform="sandbox", id=f"dm:{account}")
    return {"sender": me, "place": place, "id": f"essai{number}", "direct": True}


@pytest.mark.parametrize("act", ["demande", "voir", "confirmer", "acces", "danser", "", "passer", "reprendre"])
async def test_a_form_of_no_gesture_is_refused(town: Town, act: str) -> None:
    await town.drafted()
    answer = await town.local.app.receive(Filled(**who("ddt55"), token=Token(act=act, ref=REF), given={}))
    assert answer.outcome == "refused"


@pytest.mark.parametrize("arg", ["demande", "danser", ""])
@pytest.mark.parametrize("act", ["confirmer", "corriger"])
async def test_a_preview_of_no_gesture_is_refused(town: Town, act: str, arg: str) -> None:
    await town.drafted()
    answer = await town.local.app.receive(Pressed(**who("ddt55"), token=Token(act=act, ref=REF, arg=arg)))
    assert answer.outcome == "refused"


@pytest.mark.parametrize("act", ["modifier_reponse", "repondre_question", "cocher", "classer_fichier"])
@pytest.mark.parametrize("arg", ["", "couleur", "couleur=rouge", "thematiques=rouge"])
async def test_a_question_that_is_not_in_the_fiche_is_refused(town: Town, act: str, arg: str) -> None:
    await town.drafted()
    for number, event in enumerate(
        (
            Pressed(**who("ddt55", 1), token=Token(act=act, ref=REF, arg=arg)),
            Asked(**who("ddt55", 2), text=f"{act} {REF} {arg}"),
        )
    ):
        answer = await town.local.app.receive(event)
        assert answer.outcome == "refused", number


async def test_no_file_at_all_is_said(town: Town) -> None:
    answer = await town.local.app.receive(Attached(**who("ddt55"), files=()))
    assert answer.outcome == "refused"


async def test_a_reminder_of_somebody_without_account_does_not_ring_for_ever(town: Town) -> None:
    silent = CAMILLE.person().model_copy(update={"id": "sans-compte"})
    town.local.app.writer.call(lambda u: u.people.add(silent, ()))
    await town.player.command(CAMILLE, "demande")
    town.local.clock.jump(timedelta(days=3))
    for _ in range(3):
        rung = town.local.app.writer.call(lambda u: reminding.ring(u, town.local.clock.now()))
    assert rung == 0


async def test_the_whole_form_leaves_what_a_co_writer_answered_meanwhile(town: Town) -> None:
    await town.drafted()
    await town.player.command(CAMILLE, f"tout {REF}")
    await town.player.command(INES, f"modifier_reponse {REF} acteurs")
    await town.player.say(INES, "Bailleur social")
    await town.player.command(INES, f"modifier_reponse {REF} objectifs")
    await town.player.say(INES, f"La halle d'abord. {LONG}")
    await town.player.fill(CAMILLE, {"objet": "Une phrase changée par Camille"})
    assert CAMILLE.account not in town.world.forms
    assert town.dossier().value("acteurs") == "Bailleur social"
    assert str(town.dossier().value("objectifs")).startswith("La halle d'abord")
    assert town.dossier().value("objet") == "Une phrase changée par Camille"


async def test_the_whole_form_warns_before_it_takes_away_a_co_writer_s_answer(town: Town) -> None:
    await town.drafted(acteurs="Union commerçante")
    await town.player.command(CAMILLE, f"tout {REF}")
    await town.player.command(INES, f"modifier_reponse {REF} acteurs")
    await town.player.say(INES, "Bailleur social")
    await town.player.fill(CAMILLE, {"acteurs": ""})
    assert "a répondu entre-temps" in town.problems(CAMILLE)
    assert town.dossier().value("acteurs") == "Bailleur social"
    await town.player.fill(CAMILLE, {"acteurs": ""})
    assert town.dossier().value("acteurs") is None


async def test_a_file_may_be_sorted_in_any_request_and_the_conversation_goes_on(town: Town) -> None:
    await town.drafted()
    await town.player.command(CAMILLE, "demande")
    await town.player.drop(CAMILLE, {"engagement.pdf": letter("Fictif")})
    await town.player.say(CAMILLE, "DDT de la Meuse")
    assert town.dossier("ADT-2026-0002").value("service_porteur") == "DDT de la Meuse"
    await town.player.drop(CAMILLE, {"soutien.pdf": letter("Soutien")})
    buttons = [b.token for p in town.world.posts.values() if p.message.card for b in p.message.card.buttons]
    first, *_, last = [t.arg.partition("=")[2] for t in buttons if t.act == "classer_fichier"]
    for ref, file in ((REF, first), ("ADT-2026-0002", last)):
        await town.player.command(CAMILLE, f"classer_fichier {ref} courrier_soutien={file}")
        for said in ("1er octobre 2026", "Claude Martin", "Préfet", "copie"):
            await town.player.say(CAMILLE, said)
        assert town.dossier(ref).piece("courrier_soutien") is not None


@pytest.mark.parametrize("typed", ["Var", "1", "vaucluse", "2a"])
async def test_access_is_given_in_the_departement_of_the_official_list(town: Town, typed: str) -> None:
    await town.player.command(YANN, "accès")
    await town.player.fill(YANN, {**ASKED, "departement": typed})
    await town.player.press(DOMINIQUE, "Accepter")
    person = town.local.app.writer.call(lambda u: u.people.behind(YANN.address()))
    code = TERRITORIES.departement(typed).code
    assert (person.departement, person.holdings[0].scope) == (code, f"dep:{code}")


async def test_access_is_not_asked_for_an_island_without_people_nor_with_a_novel(town: Town) -> None:
    await town.player.command(YANN, "acces")
    await town.player.fill(YANN, {**ASKED, "departement": "989", "nom": "x" * 5000})
    assert set(town.player.form(YANN).problems) == {"departement", "nom"}


async def test_whoever_left_may_come_back_by_asking(town: Town) -> None:
    gone = CAMILLE.person().model_copy(update={"active": False})
    town.local.app.writer.call(lambda u: u.people.save(gone))
    await town.player.command(CAMILLE, "acces")
    await town.player.fill(CAMILLE, {**ASKED, "nom": "Camille Laurent"})
    await town.player.press(DOMINIQUE, "Accepter")
    back = town.local.app.writer.call(lambda u: u.people.get(CAMILLE.account))
    assert back.active
    assert back.holdings == (Holding(role=Role.SVC, scope="dep:57"),)


def test_the_directory_takes_no_island_without_people_and_finds_where_a_commune_is() -> None:
    head = "identifiant;nom;organisme;role;portee\n"
    today = answers.date(2026, 11, 2)
    with pytest.raises(Wrong):
        read(f"{head}a.b;A B;X;SVC;dep:989", TERRITORIES, today)
    (entry,) = read(f"{head}a.b;A B;Ville;COLL;terr:55029", TERRITORIES, today)
    assert entry.person.departement == "55"


async def test_a_draft_withdrawn_tells_ad1_nothing_and_does_not_say_it_will(town: Town) -> None:
    await town.drafted()
    await town.player.command(CAMILLE, f"retirer {REF} motif = La collectivité a changé de projet.")
    assert "canal de revue" not in town.read(CAMILLE)
    await town.player.press(CAMILLE, "Confirmer")
    assert town.dossier().state is State.RETIREE
    assert REF not in town.read(NORA, REVIEW.id)


async def test_the_preview_of_a_decision_names_the_review_channel_that_is_told(town: Town) -> None:
    await town.examined()
    await town.player.command(MARC, f"refuser {REF} motif = Le projet relève d'un autre cadre.")
    assert "canal de revue" in town.read(MARC)


async def test_an_old_preview_is_not_confirmed_by_text(town: Town) -> None:
    await town.examined()
    asking = f"completer {REF} champs = objectifs | texte = Précisez les îlots visés."
    await town.player.command(NORA, asking)
    await town.player.command(MARC, f"refuser {REF} motif = Le projet relève d'un autre cadre.")
    await town.player.press(NORA, "Confirmer")
    await town.player.command(MARC, f"confirmer {REF} refuser")
    assert "a changé depuis cet aperçu" in town.last(MARC)
    assert town.dossier().state is State.A_COMPLETER


async def test_a_complement_on_an_answer_that_has_notes_is_told_in_words(town: Town) -> None:
    await town.drafted()
    await town.player.command(CAMILLE, f"modifier_reponse {REF} ressources")
    await town.player.drop(CAMILLE, {"etude.pdf": letter("Étude")}, "L'étude urbaine de 2024")
    await town.player.command(CAMILLE, f"transmettre {REF} Trois réunions avec les élus de la ville")
    await town.player.press(CAMILLE, "Confirmer")
    await town.player.command(NORA, f"prendre {REF}")
    await town.player.fill(NORA, {"motif": ""})
    await town.player.command(NORA, f"completer {REF} champs = ressources | texte = Joignez le plan du quartier.")
    await town.player.press(NORA, "Confirmer")
    before = town.dossier().complement().before["ressources"]
    await town.player.command(CAMILLE, f"modifier_reponse {REF} ressources")
    await town.player.drop(CAMILLE, {"plan.pdf": letter("Plan")}, "L'étude urbaine de 2024 et le plan du quartier")
    await town.player.command(CAMILLE, f"repondre {REF} note = Voilà.")
    thread = flat(" ".join(str(p.message.text) for p in town.world.thread(NORA.account, town.player.review(NORA, REF))))
    assert "plan.pdf" in thread
    assert "et le plan du quartier" in thread
    assert before["fichiers"][0][1] not in thread


async def test_the_fiche_says_what_the_complement_asks(town: Town) -> None:
    await town.examined()
    await town.player.command(NORA, f"completer {REF} champs = objectifs | texte = Précisez les îlots visés.")
    await town.player.press(NORA, "Confirmer")
    await town.player.command(CAMILLE, f"resume {REF}")
    await town.player.command(CAMILLE, "")
    shown = flat(town.read(CAMILLE))
    assert "• Objectifs : Précisez les îlots visés." in shown.partition("Fiche de")[2]
    assert "à fournir : Objectifs" in shown
    await town.player.command(CAMILLE, f"pourquoi {REF}")
    assert "suspendue dans l'attente du complément" in flat(town.read(CAMILLE))


async def test_a_service_alone_may_fill_everything_with_buttons(town: Town) -> None:
    await town.player.command(CAMILLE, "demande")
    await town.player.press(CAMILLE, "Tout remplir en une fois")
    await town.player.fill(CAMILLE, ANSWERS)
    await town.player.choose(CAMILLE, "Modifier une réponse", "Dynamiques locales")
    await town.player.say(CAMILLE, LONG)
    assert town.dossier().value("dynamiques_territoire") == LONG


@pytest.mark.parametrize(
    ("name", "typed"), [("territoire", ";"), ("territoire", " ; \n ;"), ("thematiques", ","), ("calendrier", ";")]
)
def test_punctuation_alone_is_no_answer(name: str, typed: str) -> None:
    around = answers.Around(TERRITORIES, "55", answers.date(2026, 11, 2))
    with pytest.raises(Refused):
        answers.read(item(name), typed, around)


async def test_a_command_may_run_over_lines_and_a_bar_stays_in_somebody_s_words(town: Town) -> None:
    await town.drafted()
    await town.player.command(CAMILLE, f"retirer\n{REF}\nmotif = Le budget | la halle\net le reste")
    await town.player.press(CAMILLE, "Confirmer")
    assert town.dossier().decision.reason == "Le budget | la halle\net le reste"


async def test_a_word_that_is_no_answer_of_the_gesture_is_named(town: Town) -> None:
    await town.examined()
    await town.player.command(NORA, f"avis {REF} sans = favorable | motif = Projet mûr et calendrier tenable.")
    assert "« sans = favorable » n'est pas une réponse de ce geste" in flat(town.last(NORA))


async def test_references_are_suggested_wherever_one_is_typed(town: Town) -> None:
    await town.drafted()
    for verb in ("reprendre", "echeances", "tout", "journal"):
        await town.player.command(CAMILLE, f"{verb} ADT-2026-0010")
        assert "Vouliez-vous dire : ADT-2026-0001" in town.last(CAMILLE), verb


@pytest.mark.parametrize(
    ("typed", "count"), [("55", 1), ("29", 0), ("bar le duc", 1), ("Brouillon", 1), ("à compléter", 0), ("meuse", 1)]
)
async def test_the_list_is_filtered_as_people_type(town: Town, typed: str, count: int) -> None:
    await town.drafted()
    await town.player.command(CAMILLE, f"liste {typed}")
    assert f"{count} demande{'s' * (count > 1)}." in town.read(CAMILLE)


async def test_skipping_by_text_skips_the_question_asked(town: Town) -> None:
    await town.drafted()
    await town.player.command(CAMILLE, f"reprendre {REF}")
    asked = town.last(CAMILLE)
    await town.player.command(CAMILLE, "passer")
    assert town.last(CAMILLE) != asked
    assert "déjà passée" not in town.last(CAMILLE)


async def test_pausing_one_request_leaves_the_conversation_about_another(town: Town) -> None:
    await town.drafted()
    await town.player.command(CAMILLE, "demande")
    await town.player.command(CAMILLE, f"pause {REF}")
    await town.player.say(CAMILLE, "DDT de la Meuse")
    assert town.dossier("ADT-2026-0002").value("service_porteur") == "DDT de la Meuse"


async def test_a_stranger_sees_nothing_of_anybody(town: Town) -> None:
    await town.drafted()
    answer = await town.local.app.receive(Pressed(**who("ddt57"), token=Token(act="voir", ref=REF)))
    assert answer.outcome == "stranger"
    assert "Bar-le-Duc" not in str(answer)
    await town.player.command(ALIX, f"voir {REF}")
    assert "Bar-le-Duc" not in town.read(ALIX)
