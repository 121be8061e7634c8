"""What a person reads stands alone: who did what, what is theirs to do now, for how long, and out of how many."""

from __future__ import annotations

import pytest
from cases import NOON, in_state, somebody, take
from test_mission import REF, acted, ordered
from test_reminder_words import said
from town import LANGUAGES, Town, flat

from atelier import rules
from atelier.awaited import awaited
from atelier.decide import awaited_first, offers, step_of
from atelier.labels import FORMER
from atelier.procedure import STEPS
from atelier.words import Do, Role, RuleId, State
from bot.sandbox.people import CAMILLE, MARC, NORA, OSCAR, PAUL, REVIEW
from handlers import cards, history, names, why

RECORDS_OF_OTHERS = (
    Do.TENIR_SESSION, Do.CONFIRMER_REMISE, Do.NON_RECU, Do.CONSTATER_RECEPTION_TACITE, Do.CONSTATER_REJET_TACITE,
    Do.CONSTATER_OBSERVATIONS_ACCEPTEES, Do.DEMANDER_PAIEMENT, Do.RESTITUER_AUX_ELUS, Do.REMETTRE_LIVRABLE,
)  # fmt: skip
"""« … par Camille Laurent » follows their past word, and somebody else, or the silence of somebody, made what they record."""


@pytest.mark.parametrize("act", RECORDS_OF_OTHERS)
def test_the_past_word_says_what_was_recorded_and_not_that_they_did_it(act: Do) -> None:
    word = step_of(act).said
    assert any(kept in word for kept in ("constaté", "confirmée", "signalé", "enregistrée", "déclarée")), word


def test_the_words_that_dossiers_kept_before_are_read_still() -> None:
    assert not {step.said for step in STEPS} & set(FORMER)


@pytest.mark.parametrize("state", [State.ACTE, State.APPROPRIATION, State.ANIMATION, State.RECU])
def test_a_suspended_atelier_waits_for_somebody_to_go_on_with_it(state: State) -> None:
    dossier = take(in_state(state), Do.SUSPENDRE)
    run = next(run for run in rules.running(dossier) if run.rule is RuleId.CIBLE_SUITE)
    for role in awaited(dossier):
        assert said(dossier, run, somebody(role), NOON).endswith("; à vous : « Reprendre l'atelier »")


def test_a_payment_that_has_its_own_delay_is_not_what_a_received_atelier_waits_for() -> None:
    dossier = take(in_state(State.RECU), Do.DEMANDER_PAIEMENT)
    dossier = take(dossier, Do.DEMANDER_PAIEMENT, commande="2")
    first = awaited_first(offers(dossier, somebody(Role.SVC)))
    assert first is not None
    assert first.act is Do.RESTITUER_AUX_ELUS


def test_a_groupement_asked_is_told_to_say_it_received_before_it_is_told_to_accept() -> None:
    first = awaited_first(offers(in_state(State.DESIGNATION), somebody(Role.MAND, scope="grp:adt-2025/g1")))
    assert first is not None
    assert first.act is Do.ACCUSER_RECEPTION


def test_nobody_s_next_move_is_among_nothing() -> None:
    assert awaited_first(()) is None


async def test_a_suspended_atelier_shows_the_button_to_go_on(town: Town) -> None:
    await acted(town)
    await town.player.command(CAMILLE, f"suspendre {REF} motif = Le maire a démissionné, on attend.")
    await town.player.press(CAMILLE, "Confirmer")
    await town.player.press(MARC, "Reprendre l'atelier", REVIEW.id)
    await town.player.press(MARC, "Confirmer", REVIEW.id)
    assert town.dossier().state is State.ACTE


async def test_time_granted_is_told_with_its_order_and_its_new_date(town: Town) -> None:
    await ordered(town, "8000")
    asked = f"prolongation {REF} commande = 1 | delai = 15 jours | motif = Les relevés de la halle arrivent tard."
    await town.player.command(OSCAR, asked)
    answer = f"repondre_prolongation {REF} reponse = accordee | motif = Le retard vient de la ville. | document = Décision du jour"
    await town.player.command(PAUL, answer)
    preview = flat(town.read(PAUL)).rpartition("Aperçu : Répondre à la prolongation")[2]
    assert "Bon de commande : n° 1 ; Durée demandée : 15 jours ; " in preview
    await town.player.press(PAUL, "Confirmer")
    run = next(r for r in rules.running(town.dossier()) if r.rule is RuleId.BC_EXECUTION)
    granted = LANGUAGES.say("fr", str)(names.standing(run, town.dossier(), town.local.clock.now()))
    assert granted.startswith("au plus tard le ")
    told = flat(town.read(OSCAR)).rpartition("prolongation décidée")[2]
    for text in (preview, told):
        assert f"Exécution du bon de commande n° 1 : {flat(granted)}" in text


async def test_a_journal_that_is_longer_than_what_is_shown_says_so(town: Town) -> None:
    await ordered(town, "8000")
    await town.player.command(NORA, f"journal {REF}")
    short = flat(town.last(NORA))
    for number in range(history.SHOWN):
        await town.player.say(NORA, f"Note {number} : à vérifier.", REVIEW.id, town.player.review(NORA, REF))
    await town.player.command(NORA, f"journal {REF}")
    long = flat(town.last(NORA))
    before = int(short.split()[0])
    assert short == f"{before} lignes au journal de {REF}."
    assert long == f"{before + history.SHOWN} lignes au journal de {REF} ; voici les {history.SHOWN} dernières."


async def test_the_card_names_the_contract_and_says_which_amount_it_gives(town: Town) -> None:
    await ordered(town, "8000")
    await town.player.command(CAMILLE, f"voir {REF}")
    read = flat(town.read(CAMILLE))
    assert "Accord-cadre de démonstration, acte Décision DGALN 2026-31" in read
    assert "EJ 15123, 8 000 € HT, toute la mission" in read.replace("\u202f", " ").replace("\xa0", " ")


def test_where_a_delay_comes_from_is_told_once_and_in_the_reader_s_language() -> None:
    dossier = in_state(State.APPROPRIATION)
    runs = {run.rule: run for run in rules.running(dossier)}
    english = LANGUAGES.say("en", str)
    told = {rule: [english(line) for line in why._explained(run, dossier)] for rule, run in runs.items()}
    assert "• The time limit comes from: order." in told[RuleId.BC_EXECUTION]
    assert sum("two to four months" in line for line in told[RuleId.DUREE_MISSION]) == 1
    assert not any("circulaire" in line for line in told[RuleId.DUREE_MISSION])


async def test_how_a_solicitation_was_received_is_told_in_the_reader_s_language(town: Town) -> None:
    await ordered(town, "8000")
    card = town.local.app.writer.call(lambda unit: cards.draw(unit, cards.review_key(REF), town.local.clock.now())).card
    said_ = [LANGUAGES.say("en", str)(fact.value) for fact in card.facts]
    assert any("(acknowledgement of receipt in the messaging system)" in value for value in said_), said_


async def test_whoever_must_complete_a_request_reads_until_when(town: Town) -> None:
    await town.examined()
    await town.player.command(NORA, f"completer {REF} champs = objectifs | texte = Précisez les îlots visés.")
    preview = flat(town.read(NORA))
    await town.player.press(NORA, "Confirmer")
    run = next(r for r in rules.running(town.dossier()) if r.rule is RuleId.CIBLE_COMPLEMENT)
    until = flat(LANGUAGES.say("fr", str)(names.standing(run, town.dossier(), town.local.clock.now())))
    for text in (preview, flat(town.read(CAMILLE))):
        assert f"« Précisez les îlots visés. » ; Réponse au complément : {until}" in text


@pytest.mark.parametrize(("departement", "said_"), [("974", True), ("972", True), ("55", False)])
async def test_the_hours_of_a_journal_read_overseas_say_whose_they_are(
    town: Town, departement: str, said_: bool
) -> None:
    await town.drafted()

    def elsewhere(unit):
        dossier = unit.dossiers.get(REF)
        unit.dossiers.save(dossier.model_copy(update={"departement": departement}), dossier.version)

    town.local.app.writer.call(elsewhere)
    await town.player.command(CAMILLE, f"journal {REF}")
    assert ("Les heures sont celles de Paris." in flat(town.read(CAMILLE))) is said_
