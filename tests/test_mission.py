"""The atelier played in the town: who sees what, who signs, what is recorded for others, and the channels that open."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from sqlalchemy import select
from town import Town, flat

from atelier.dossier import Run
from atelier.words import PersonId, Role, RuleId, State
from bot.sandbox import mission
from bot.sandbox.people import ALBA, CAMILLE, ELSA, INES, JEANNE, MAIRE, MARC, NORA, OSCAR, PAUL, REVIEW
from bot.sandbox.player import Lost
from chat.cards import Address
from chat.platform import Undelivered
from handlers import around, clocks, owing
from storage.tables import deadlines, reminders

REF = "ADT-2026-0001"


async def acted(town: Town) -> None:
    await town.examined()
    await town.validate(REF)
    await mission.act(town.player, REF)


async def solicited(town: Town) -> None:
    await acted(town)
    await town.player.command(MARC, f"solliciter {REF}")
    await town.player.press(MARC, "Confirmer")


async def designated(town: Town) -> None:
    await acted(town)
    await mission.designation(town.player, REF)


async def credited(town: Town) -> None:
    await designated(town)
    await town.player.command(JEANNE, f"credits {REF} ae = 20000 | cp = 20000 | uo = DDT 55 | chorus = 2026-0135")


async def ordered(town: Town, amount: str = "20000") -> None:
    await credited(town)
    await order(town, amount)
    await town.player.press(PAUL, "Signer")


async def order(town: Town, amount: str) -> None:
    await town.player.command(
        CAMILLE,
        f"commande {REF} ej = 15123 | montant = {amount} | objet = mission | jour = {mission.day(town.player)}"
        " | delai = 4 mois | moyen = Courriel | preuve = Accusé",
    )


async def noted(town: Town) -> None:
    await ordered(town)
    await mission.handed(town.player, "note.pdf", "Note d'appropriation", REF)
    await town.player.press(OSCAR, "Remettre la note")
    await town.player.fill(OSCAR, mission.NOTE)


async def test_a_groupement_asked_sees_the_project_and_nothing_of_the_others(town: Town) -> None:
    await solicited(town)
    await town.player.command(ALBA, f"voir {REF}")
    seen = flat(town.read(ALBA))
    assert "Redonner un usage à la ville haute" in seen
    for hidden in (
        "courrier",
        "Rang",
        "La Traverse",
        "Canopée",
        "Décision DGALN",
        "Camille Laurent",
        "Habitat et commerce",
    ):
        assert hidden not in seen, hidden
    await town.player.command(OSCAR, f"voir {REF}")
    assert "n'existe pas ou vous n'y avez pas part" in town.last(OSCAR)


async def test_a_groupement_set_aside_reads_its_own_motive_and_then_nothing(town: Town) -> None:
    await designated(town)
    seen = flat(town.read(ALBA))
    assert "Votre groupement n'est plus sollicité" in seen
    assert "Indisponibilité déclarée" in seen
    assert "Traverse" not in seen
    assert "elle arrive trop tard" in seen
    await town.player.command(ALBA, f"voir {REF}")
    assert "n'existe pas ou vous n'y avez pas part" in town.last(ALBA)
    assert "Vous n'avez plus part à cette demande." in seen
    written = town.local.app.writer.call(lambda unit: [row.what for row in unit.journal.of(REF)])
    assert "réponse tardive" in written


async def test_ranks_and_motives_stay_with_ad1(town: Town) -> None:
    await designated(town)
    told = flat(town.read(NORA, REVIEW.id))
    assert "Rang 1, Groupement Atelier des Rives" in told
    assert "Rang 2, Groupement La Traverse" in told
    for who in (CAMILLE, PAUL, INES, MAIRE, OSCAR, ELSA):
        seen = flat(town.read(who))
        assert "Rang 1" not in seen
        assert "Atelier des Rives" not in seen
        assert "deux autres sites" not in seen
    await town.player.command(CAMILLE, f"pv {REF}")
    assert "réservé au bureau AD1" in town.last(CAMILLE)


async def test_a_groupement_that_accepted_may_withdraw_until_it_is_designated(town: Town) -> None:
    """Before, nothing was possible but to designate it or to abandon the atelier: no motive of the contract applied."""
    await solicited(town)
    await town.player.command(ALBA, f"disponible {REF} equipe = Une urbaniste et un paysagiste")
    await town.player.press(ALBA, "Indisponible")
    await town.player.fill(ALBA, {"motif": "Notre paysagiste nous quitte, nous ne pouvons plus."})
    asked = town.dossier().mission_().sollicitations[-1]
    assert (asked.answer, asked.words) == ("indisponible", "Notre paysagiste nous quitte, nous ne pouvons plus.")
    await town.player.command(MARC, f"designer {REF} equipe = Atelier des Rives")
    assert town.dossier().state is State.DESIGNATION
    await town.player.command(
        MARC, f"ecarter {REF} motif_contrat = indisponibilite_declaree | justificatif = Réponse gardée au journal"
    )
    await town.player.press(MARC, "Confirmer")
    assert [s.rank for s in town.dossier().mission_().sollicitations] == [1, 2]


async def test_a_groupement_designated_withdraws_no_more_even_while_suspended(town: Town) -> None:
    await designated(town)
    for motive in ("", "suspendre"):
        if motive:
            await town.player.command(CAMILLE, f"suspendre {REF} motif = Élections municipales")
            await town.player.press(CAMILLE, "Confirmer")
        await town.player.command(OSCAR, f"indisponible {REF} motif = Nous ne pouvons plus du tout.")
        assert town.dossier().mission_().sollicitations[-1].answer == "disponible"


async def test_silence_moves_nothing_and_a_person_moves_on_after_the_delay(town: Town) -> None:
    await solicited(town)
    await town.player.press(ALBA, "Accuser réception")
    again = f"ecarter {REF} motif_contrat = silence | justificatif = Aucune réponse au robot ni au courriel"
    await town.player.command(MARC, again)
    assert "Le groupement a jusqu'au" in flat(town.read(MARC))
    town.local.clock.jump(timedelta(days=15))
    await town.local.app.settle()
    assert town.dossier().state is State.DESIGNATION
    assert town.dossier().mission_().asked().rank == 1
    assert "Réponse du groupement sollicité" in flat(town.read(MARC))
    await town.player.command(MARC, again)
    await town.player.press(MARC, "Confirmer")
    assert [s.rank for s in town.dossier().mission_().sollicitations] == [1, 2]


async def test_the_cascade_is_exhausted_then_taken_up_again_at_rank_one(town: Town) -> None:
    await solicited(town)
    for who in (ALBA, OSCAR, ELSA):
        await town.player.command(who, f"indisponible {REF} Notre équipe est engagée ailleurs jusqu'en juin.")
        await town.player.command(
            MARC, f"ecarter {REF} motif_contrat = indisponibilite_declaree | justificatif = Réponse gardée au journal"
        )
        await town.player.press(MARC, "Confirmer")
    assert town.dossier().state is State.CASCADE_EPUISEE
    assert "aucun groupement n'est disponible" in flat(town.read(CAMILLE))
    await town.player.command(MARC, f"recommencer {REF} motif = Les équipes se libèrent en juillet.")
    await town.player.press(MARC, "Confirmer")
    asked = town.dossier().mission_().asked()
    assert (asked.rank, asked.round) == (1, 2)


async def test_the_service_prepares_and_only_its_signatory_orders(town: Town) -> None:
    await credited(town)
    await order(town, "20000")
    assert town.dossier().state is State.CREDITS_DELEGUES
    assert "Préparé" in town.last(CAMILLE)
    await town.player.command(CAMILLE, f"signer {REF} commande")
    assert "La signature revient au signataire du service" in town.last(CAMILLE)
    assert town.dossier().state is State.CREDITS_DELEGUES
    shown = flat(town.read(PAUL))
    assert "Montant HT 20 000 €" in shown.replace("\u202f", " ")
    await town.player.press(PAUL, "Signer")
    assert town.dossier().state is State.APPROPRIATION
    assert town.dossier().last_by.person == "ddt55-direction"


async def test_an_order_above_the_credits_or_without_a_signatory_is_refused_and_nothing_is_kept(town: Town) -> None:
    await credited(town)
    await order(town, "20001")
    assert "autorisations d'engagement" in flat(town.read(CAMILLE))
    signers = town.local.app.writer

    def leaves(unit) -> None:
        unit.people.save(unit.people.get(PersonId(PAUL.account)).model_copy(update={"active": False}))

    signers.call(leaves)
    await order(town, "20000")
    assert "Personne ne porte la signature du service" in flat(town.read(CAMILLE))
    assert town.dossier().state is State.CREDITS_DELEGUES


async def test_amounts_are_told_to_the_state_alone(town: Town) -> None:
    await ordered(town)
    for who, told in ((CAMILLE, True), (PAUL, True), (INES, False), (OSCAR, False)):
        await town.player.command(who, f"voir {REF}")
        assert ("20 000" in flat(town.read(who)).replace("\u202f", " ")) is told, who.name


async def test_a_note_needs_its_file_and_the_wrong_party_cannot_approve(town: Town) -> None:
    await ordered(town)
    fields = " | ".join(f"{name} = {value}" for name, value in mission.NOTE.items())
    await town.player.command(OSCAR, f"note {REF} {fields}")
    assert "Déposez d'abord le fichier de la note" in flat(town.read(OSCAR))
    await mission.handed(town.player, "note.pdf", "Note d'appropriation", REF)
    await town.player.command(OSCAR, f"note {REF} {fields}")
    assert town.dossier().state is State.NOTE_REMISE
    for who in (INES, CAMILLE, OSCAR, MARC):
        await town.player.command(who, f"approuver {REF} version = 1 | document = Lettre")
        assert town.dossier().mission_().note.awaited == (Role.SVC_SIGN, Role.COLL_SIGN), who.name


async def test_a_mayor_without_an_account_approves_on_paper(town: Town) -> None:
    await noted(town)
    await town.player.command(CAMILLE, f"pour {REF}")
    await town.player.fill(CAMILLE, {"geste": "approuver", "personne": "Claude Martin", "document": ""})
    assert "document signé" in town.problems(CAMILLE)
    await town.player.fill(
        CAMILLE, {"geste": "approuver", "personne": "Claude Martin", "document": "Lettre du maire du 3 novembre"}
    )
    await town.player.press(CAMILLE, "Continuer : Approuver la note")
    await town.player.fill(CAMILLE, {"version": "1", "document": "Lettre du maire du 3 novembre"})
    by = town.dossier().mission_().note.approved_by(Role.COLL_SIGN)
    assert (by.person, by.for_, by.document) == ("ddt55", "barleduc-maire", "Lettre du maire du 3 novembre")
    await town.player.command(NORA, f"journal {REF}")
    assert "Camille Laurent, pour Claude Martin" in flat(town.read(NORA))


async def test_nobody_records_for_somebody_who_does_not_hold_the_role(town: Town) -> None:
    await noted(town)
    await town.player.command(
        CAMILLE, f"pour {REF} geste = approuver | personne = Inès Moreau | document = Lettre du jour"
    )
    assert "ne tient pas ce rôle" in town.last(CAMILLE)
    await town.player.command(
        INES, f"pour {REF} geste = approuver | personne = Claude Martin | document = Lettre du jour"
    )
    assert "Aucun geste n'est à saisir pour une autre personne en ce moment" in flat(town.read(INES))


async def test_the_atelier_has_its_channel_with_the_right_people(town: Town) -> None:
    await designated(town)
    channel = town.world.place(REF.lower())
    assert set(channel.members) == {
        "ddt55",
        "ddt55-direction",
        "barleduc",
        "barleduc-maire",
        "dreal",
        "caue55",
        "ad1-instruction",
        "traverse",
    }
    told = flat(town.read(OSCAR, REF.lower()))
    assert "Groupement désigné" in told
    await town.player.command(JEANNE, f"credits {REF} ae = 20000 | cp = 20000 | uo = DDT 55 | chorus = 2026-0135")
    said = flat(town.read(OSCAR, REF.lower()))
    assert "crédits délégués par Jeanne Robin" in said
    assert "20 000" not in said.replace("\u202f", " ")


async def test_a_channel_that_cannot_be_opened_yet_loses_no_message(town: Town) -> None:
    await acted(town)
    failing = True

    def outage(stage: str) -> Undelivered | None:
        return Undelivered("closed", 1) if failing and stage in {"open", "members"} else None

    town.world.outage = outage
    await mission.designation(town.player, REF)
    await town.player.command(JEANNE, f"credits {REF} ae = 20000 | cp = 20000 | uo = DDT 55 | chorus = 2026-0135")
    assert REF.lower() not in town.world.places
    failing = False
    town.advance(timedelta(minutes=20))
    await town.local.app.settle()
    town.advance(timedelta(minutes=20))
    await town.local.app.settle()
    told = flat(town.read(OSCAR, REF.lower()))
    assert "crédits délégués par Jeanne Robin" in told
    assert told.count("crédits délégués par Jeanne Robin") == 1


async def test_a_groupement_with_its_own_channel_is_told_there(town: Town) -> None:
    town.world.channel("canal-rives", "Atelier des Rives", ("rives",))

    def named(unit) -> None:
        contract = unit.contracts.get("demonstration")
        first, *rest = contract.groupements
        there = first.model_copy(update={"canal": "sandbox:canal-rives"})
        unit.contracts.keep(
            contract.model_copy(update={"groupements": (there, *rest)}), town.local.clock.now(), "essai"
        )

    town.local.app.writer.call(named)
    await solicited(town)
    assert "Votre groupement est sollicité" in flat(town.read(ALBA, "canal-rives"))
    await town.player.press(ALBA, "Indisponible", "canal-rives")
    await town.player.fill(ALBA, {"motif": "Notre équipe est engagée jusqu'en juin."})
    await town.player.command(
        MARC, f"ecarter {REF} motif_contrat = indisponibilite_declaree | justificatif = Réponse gardée au journal"
    )
    await town.player.press(MARC, "Confirmer")
    assert "Vous n'avez plus part à cette demande." in flat(town.read(ALBA, "canal-rives"))


async def test_what_a_groupement_reads_in_its_channel_is_not_written_to_its_mandataire_too(town: Town) -> None:
    town.world.channel("canal-traverse", "Groupement désigné", (OSCAR.account,))

    def named(unit) -> None:
        contract = unit.contracts.get("demonstration")
        first, second, *rest = contract.groupements
        there = second.model_copy(update={"canal": "sandbox:canal-traverse"})
        kept = contract.model_copy(update={"groupements": (first, there, *rest)})
        unit.contracts.keep(kept, town.local.clock.now(), "essai")

    town.local.app.writer.call(named)
    await designated(town)
    assert "votre groupement est sollicité" in flat(town.read(OSCAR)).lower(), "they must answer"
    assert "est désigné" in flat(town.read(OSCAR, "canal-traverse"))
    assert "est désigné" not in flat(town.read(OSCAR))


async def test_a_recorded_date_is_put_right_and_the_people_concerned_are_told(town: Town) -> None:
    await ordered(town)
    before = {r.rule: r.started for r in town.dossier().runs if r.ended is None}
    town.local.clock.jump(timedelta(days=2))
    day = mission.day(town.player)
    await town.player.choose(PAUL, "Autres gestes", "Rectifier une saisie")
    await town.player.fill(
        PAUL, {"saisie": "bc1.reception", "valeur": day, "motif": "L'accusé de réception porte une autre date."}
    )
    await town.player.press(PAUL, "Confirmer")
    order_ = town.dossier().mission_().commandes[0]
    assert f"{order_.receipt.on:%d/%m/%Y}" == day
    moved = {r.rule for r in town.dossier().runs if r.ended is None and before.get(r.rule) != r.started}
    assert {"BC_EXECUTION", "APPROPRIATION", "DUREE_MISSION", "BC_OBSERVATIONS"} <= moved
    assert any(r.replaced for r in town.dossier().runs)
    assert "saisie rectifiée" in flat(town.read(CAMILLE)) + flat(town.read(CAMILLE, REF.lower()))


async def test_a_suspended_atelier_shifts_its_deadlines_and_comes_back(town: Town) -> None:
    await ordered(town)
    await town.player.command(CAMILLE, f"suspendre {REF} motif = Le maire a démissionné, on attend.")
    await town.player.press(CAMILLE, "Confirmer")
    assert town.dossier().state is State.SUSPENDU
    town.local.clock.jump(timedelta(days=20))
    await town.local.app.settle()
    await town.player.command(CAMILLE, f"relancer {REF}")
    await town.player.press(CAMILLE, "Confirmer")
    assert town.dossier().state is State.APPROPRIATION
    await town.player.command(CAMILLE, f"pourquoi {REF}")
    assert "L'atelier a été suspendu 20 jours" in flat(town.read(CAMILLE))


async def test_an_order_is_never_above_the_maximum_of_the_contract(town: Town) -> None:
    def poor(unit) -> None:
        contract = unit.contracts.get("demonstration")
        unit.contracts.keep(
            contract.model_copy(update={"montant_maximum_ht": Decimal(19_000)}), town.local.clock.now(), "essai"
        )

    await credited(town)
    town.local.app.writer.call(poor)
    await order(town, "20000")
    assert "au-delà de son maximum" in flat(town.read(CAMILLE))
    await order(town, "16000")
    assert "à 84 % de son maximum" in flat(town.read(PAUL))


async def test_a_button_of_somebody_else_in_the_channel_is_refused_by_the_table(town: Town) -> None:
    await ordered(town)
    with pytest.raises(Lost):
        await town.player.press(INES, "Remettre la note")
    await town.player.press(INES, "Remettre la note", REF.lower())
    assert "ne vous revient pas" in flat(town.read(INES, REF.lower()))


def test_the_review_place_is_a_place() -> None:
    assert isinstance(REVIEW, Address)


async def test_rebuilding_every_deadline_of_a_whole_atelier_changes_no_row(town: Town) -> None:
    """Closed at the end, its history with it; and at each of its moments, by the same rows written again."""
    await town.examined()
    await town.validate(REF)
    for part in (mission.act, mission.designation, mission.orders, mission.note, mission.session, mission.deliverable):
        await part(town.player, REF)
        before = rows(town)
        town.local.app.writer.call(lambda unit: clocks.keep(unit, unit.dossiers.get(REF), town.local.clock.now()))
        assert rows(town) == before
    kept = town.local.app.writer.call(lambda unit: unit.deadlines.of(REF))
    assert {row.state for row in kept} >= {"met", "running"}


def rows(town: Town) -> list[tuple[object, ...]]:
    """Every reminder and every deadline kept of it, as they are written."""

    def read(unit) -> list[tuple[object, ...]]:
        run = unit.deadlines._connection.execute
        return [
            tuple(row) for table in (reminders, deadlines) for row in run(select(table).order_by(*table.primary_key))
        ]

    return town.local.app.writer.call(read)


async def test_a_paper_counts_from_the_day_it_was_received(town: Town) -> None:
    """Recorded five days after it came: the groupement's answer, and its reception, are of that day."""
    await solicited(town)
    received = mission.day(town.player)
    town.local.clock.jump(timedelta(days=5))
    for day, said in ((mission.day(town.player, 1), "n'est pas encore venu"), (received, "Vous saisissez")):
        await town.player.command(
            MARC,
            f"pour {REF} geste = disponible | personne = {town.local.app.writer.call(holder)} "
            f"| document = Courriel du groupement | recu = {day}",
        )
        assert said in flat(town.read(MARC))
    await town.player.command(MARC, f"disponible {REF} Notre équipe au complet")
    asked = town.dossier().mission_().asked()
    assert (asked.answer, f"{asked.receipt.on:%d/%m/%Y}") == ("disponible", received)
    assert f"{asked.answered.received:%d/%m/%Y}" == received


def holder(unit) -> str:
    """The representative of the groupement asked, by identifier."""
    return unit.people.holding((Role.MAND,), unit.dossiers.get(REF))[0].id


async def test_the_long_answer_may_come_first_and_the_others_by_their_names(town: Town) -> None:
    await solicited(town)
    day = mission.day(town.player, 30)
    await town.player.command(ALBA, f"disponible {REF} Une urbaniste et un paysagiste | a_partir_du = {day}")
    asked = town.dossier().mission_().asked()
    assert (asked.words, f"{asked.available_from:%d/%m/%Y}") == ("Une urbaniste et un paysagiste", day)


async def test_who_may_not_sign_today_is_not_asked_to(town: Town) -> None:
    """The director's delegation ended yesterday: the service reads at once that nobody signs, and nothing is kept."""
    await credited(town)
    yesterday = (town.local.clock.now() - timedelta(days=1)).date()

    def ended(unit) -> None:
        paul = unit.people.get(PersonId(PAUL.account))
        holdings = tuple(
            h.model_copy(update={"ends": yesterday, "deed": "arrêté 12"}) if h.role is Role.SVC_SIGN else h
            for h in paul.holdings
        )
        unit.people.save(paul.model_copy(update={"holdings": holdings}))

    town.local.app.writer.call(ended)
    await order(town, "16000")
    assert "Personne ne porte la signature du service" in flat(town.read(CAMILLE))
    assert "à vous de signer" not in flat(town.read(PAUL))
    asked = town.local.app.writer.call(lambda unit: [p.id for p in owing.owing(unit, unit.dossiers.get(REF), suite(unit), town.local.clock.now()).people])  # fmt: skip
    assert PAUL.account not in asked
    assert asked


def suite(unit) -> Run:
    """« Suite à donner », as it runs."""
    return next(r for r in unit.dossiers.get(REF).runs if r.ended is None and r.rule is RuleId.CIBLE_SUITE)


async def test_a_member_of_a_suspended_atelier_is_still_at_work_on_it(town: Town) -> None:
    await designated(town)
    team = town.dossier().mission_().team
    await town.player.command(CAMILLE, f"suspendre {REF} motif = Le maire a démissionné, on attend.")
    await town.player.press(CAMILLE, "Confirmer")
    other = town.dossier().model_copy(update={"ref": "ADT-2026-0002"})
    taken = town.local.app.writer.call(lambda unit: around.busy(SimpleNamespace(unit=unit), other))
    assert taken == dict.fromkeys(team, (REF,))


async def test_a_deliverable_never_received_goes_back_to_the_holder(town: Town) -> None:
    await town.examined()
    await town.validate(REF)
    for part in (mission.act, mission.designation, mission.orders, mission.note, mission.session):
        await part(town.player, REF)
    mission.days(town.player, 3)
    await mission.handed(town.player, "esquisse.pdf", "Livrable", REF)
    await town.player.press(OSCAR, "Remettre le livrable")
    await town.player.fill(OSCAR, {"jour": mission.day(town.player)})
    await town.player.command(CAMILLE, f"non_recu {REF} motif = Rien dans nos boîtes, ni au courrier.")
    await town.player.press(CAMILLE, "Confirmer")
    assert town.dossier().state is State.RESTITUTION
    told = flat(town.read(OSCAR)) + flat(town.read(OSCAR, REF.lower()))
    assert "livrable signalé non reçu" in told
    await town.player.command(OSCAR, f"livrable {REF} jour = {mission.day(town.player)}")
    assert town.dossier().state is State.LIVRABLE_DECLARE
