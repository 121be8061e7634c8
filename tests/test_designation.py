"""Ateliers with their dates, each reckoned by hand: the cascade, a whole mission under each contract, what moves a date."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from cases import AFTER, CONTRACT, CONTRACT_2021, NOON, attempt, in_state, somebody, take, under_2021, walk

from atelier import rules
from atelier.decide import decide, offers
from atelier.dossier import Dossier
from atelier.grammar import Attempt
from atelier.words import Do, Refused, Role, RuleId, State

AE, AS, COLLECTIVITE = Role.AD1V, Role.SVC_SIGN, Role.COLL_SIGN


def at(*moment: int) -> datetime:
    """An instant of winter, in Paris time."""
    return datetime(*moment, tzinfo=UTC) - timedelta(hours=1)  # type: ignore[arg-type,misc]


def summer(*moment: int) -> datetime:
    """An instant of summer, in Paris time."""
    return datetime(*moment, tzinfo=UTC) - timedelta(hours=2)  # type: ignore[arg-type,misc]


def due(dossier: Dossier, id_: RuleId, about: str = "") -> date:
    """The day an open deadline falls due."""
    run = rules.open_run(dossier, id_, about)
    assert run is not None, id_
    return rules.explained(run, dossier).due


def turn(dossier: Dossier) -> tuple[int, int, str]:
    """The rank asked now: its round, its rank, its groupement."""
    asked = dossier.mission_().asked()
    assert asked is not None
    return asked.round, asked.rank, asked.groupement


def test_the_ranks_are_asked_one_after_the_other_and_from_the_first_again() -> None:
    """Rank 1 silent, rank 2 not available, rank 3 in conflict; the cascade starts again at rank 1, who is available."""
    dossier = take(in_state(State.ACTE), Do.SOLLICITER, at=at(2026, 12, 1, 10))
    assert turn(dossier) == (1, 1, "g1")
    dossier = take(dossier, Do.ENREGISTRER_RECEPTION, at=at(2026, 12, 3, 9), jour=date(2026, 12, 2))
    assert due(dossier, RuleId.CASCADE_REPONSE) == date(2026, 12, 14)  # 2 + 10 days: Saturday 12, so Monday 14
    dossier = take(dossier, Do.ECARTER, at=at(2026, 12, 15, 9), motif_contrat="silence")
    assert turn(dossier) == (1, 2, "g2")
    assert rules.open_run(dossier, RuleId.CASCADE_REPONSE) is None  # nothing runs before rank 2 has received
    dossier = take(dossier, Do.INDISPONIBLE, at=at(2026, 12, 16, 9))
    dossier = take(dossier, Do.ECARTER, at=at(2026, 12, 17, 9), motif_contrat="indisponible")
    assert turn(dossier) == (1, 3, "g3")
    dossier = take(dossier, Do.ECARTER, at=at(2026, 12, 18, 9))
    assert (dossier.state, dossier.mission_().asked()) == (State.CASCADE_EPUISEE, None)
    dossier = take(dossier, Do.REPRENDRE_CASCADE, at=at(2026, 12, 21, 9))
    assert turn(dossier) == (2, 1, "g1")
    dossier = take(dossier, Do.DISPONIBLE, at=at(2026, 12, 22, 9), a_partir_du=date(2027, 1, 11))
    dossier = take(dossier, Do.DESIGNER, at=at(2026, 12, 22, 10), equipe=("Zefco",))
    mission = dossier.mission_()
    assert (mission.groupement, mission.team) == ("g1", ("Zefco",))
    assert [(s.number, s.round, s.rank, s.reason) for s in mission.sollicitations] == [
        (1, 1, 1, "silence"), (2, 1, 2, "indisponible"), (3, 1, 3, "conflit"), (4, 2, 1, ""),
    ]  # fmt: skip
    assert mission.was_asked("grp:adt-2025/g2")
    assert not mission.was_asked("grp:adt-2025/g1")  # set aside once, and designated since


def reranked(dossier: Dossier, act: Do, **changes: object) -> Attempt:
    """A step tried after the contract's file put g2 at rank 1 and g1 at rank 2."""
    one, two, three = CONTRACT.groupements
    ranks = (one.model_copy(update={"rang": 2}), two.model_copy(update={"rang": 1}), three)
    tried = attempt(dossier, act, AE, **changes)
    contract = CONTRACT.model_copy(update={"groupements": ranks, "version": 2})
    return replace(tried, around=replace(tried.around, contract=contract))


def test_ranks_put_right_during_a_cascade_begin_it_again_at_rank_1() -> None:
    """g1, asked as rank 1, is rank 2 by now: the next one asked is the true rank 1, never g1 again."""
    dossier = take(in_state(State.DESIGNATION), Do.INDISPONIBLE)
    moved = decide(reranked(dossier, Do.ECARTER, motif_contrat="indisponible"), Do.ECARTER).dossier
    assert (moved.state, turn(moved)) == (State.DESIGNATION, (2, 1, "g2"))


def test_ranks_put_right_are_said_before_designating() -> None:
    dossier = take(in_state(State.DESIGNATION), Do.DISPONIBLE)
    (warning,) = decide(reranked(dossier, Do.DESIGNER), Do.DESIGNER).warnings
    assert "Le classement de l'accord-cadre adt-2025 a changé depuis ces sollicitations (Groupement 1)" in str(warning)
    assert decide(attempt(dossier, Do.DESIGNER, AE), Do.DESIGNER).warnings == ()


def test_a_groupement_belongs_to_an_atelier_while_it_is_asked_or_designated() -> None:
    asked = in_state(State.DESIGNATION)
    assert "grp:adt-2025/g1" in asked.scopes()
    gone = walk((Do.INDISPONIBLE, Do.ECARTER), asked)
    assert {s for s in gone.scopes() if s.startswith("grp:")} == {"grp:adt-2025/g2"}
    assert not {s for s in in_state(State.CASCADE_EPUISEE).scopes() if s.startswith("grp:")}
    assert "grp:adt-2025/g1" in in_state(State.RECU).scopes()


@pytest.fixture(name="ordered")
def an_order_for_the_appropriation() -> Dossier:
    """Credits on Friday 18 December 2026; the order received on Monday 21, recorded on Tuesday 22; one month."""
    designated = walk((Do.DISPONIBLE, Do.DESIGNER), in_state(State.DESIGNATION), at=at(2026, 12, 17, 9))
    funded = take(designated, Do.DELEGUER_CREDITS, at=at(2026, 12, 18, 9))
    return take(funded, Do.NOTIFIER_COMMANDE, at=at(2026, 12, 22, 9), jour=date(2026, 12, 21))


@pytest.fixture(name="held")
def a_session_held(ordered: Dossier) -> Dossier:
    """The second order received on Monday 25 January 2027 (three months); on site 9 to 11 February."""
    noted = take(ordered, Do.REMETTRE_NOTE, at=at(2027, 1, 14, 9), delai_restitution="45 jours")
    for role in (COLLECTIVITE, AS):
        noted = take(noted, Do.APPROUVER_NOTE, role, at=at(2027, 1, 20, 9))
    animated = take(noted, Do.NOTIFIER_COMMANDE_ANIMATION, at=at(2027, 1, 26, 9), jour=date(2027, 1, 25))
    planned = take(animated, Do.PROGRAMMER_SESSION, at=at(2027, 1, 27, 9), premier_jour=date(2027, 2, 9), dernier_jour=date(2027, 2, 11))  # fmt: skip
    return take(planned, Do.TENIR_SESSION, at=at(2027, 2, 12, 9))


def test_an_atelier_under_the_ccag_of_2009_day_by_day(ordered: Dossier, held: Dossier) -> None:
    assert due(ordered, RuleId.BC_OBSERVATIONS) == date(2027, 1, 5)  # 21 December and 15 days
    assert due(ordered, RuleId.BC_EXECUTION) == due(ordered, RuleId.APPROPRIATION) == date(2027, 1, 21)  # the 21st
    assert due(ordered, RuleId.DUREE_MISSION) == date(2027, 4, 21)
    assert due(held, RuleId.BC_OBSERVATIONS, "bc:2") == date(2027, 2, 9)
    assert due(held, RuleId.BC_EXECUTION, "bc:2") == date(2027, 4, 26)  # 25 April is a Sunday
    assert rules.open_run(held, RuleId.BC_EXECUTION, "bc:1") is None  # executed once the note was presented (13.2.2)
    assert due(held, RuleId.RESTITUTION) == date(2027, 3, 30)  # 11 February and 45 days: Sunday 28, Easter Monday 29
    declared = take(held, Do.REMETTRE_LIVRABLE, at=at(2027, 3, 23, 9))
    assert {r.rule for r in rules.running(declared)} == {RuleId.BC_OBSERVATIONS, RuleId.BC_EXECUTION, RuleId.DUREE_MISSION, RuleId.CIBLE_SUITE}  # fmt: skip
    handed = take(declared, Do.CONFIRMER_REMISE, at=at(2027, 3, 25, 9), jour=date(2027, 3, 24))
    assert due(handed, RuleId.VERIFICATION) == date(2027, 5, 24)  # from the confirmed day: 24 March and two months
    assert rules.open_run(handed, RuleId.BC_EXECUTION) is None
    put_off = take(handed, Do.AJOURNER, at=summer(2027, 5, 19, 9), jour=date(2027, 5, 18))
    assert due(put_off, RuleId.AJOURN_ACCEPTATION) == date(2027, 5, 28)
    assert due(put_off, RuleId.AJOURN_REPRESENTATION) == date(2027, 6, 2)
    assert due(put_off, RuleId.AJOURN_DECISION) == date(2027, 6, 14)  # 28 May and 15 days: Saturday 12 June
    agreed = take(put_off, Do.ACCEPTER_AJOURNEMENT, at=summer(2027, 5, 20, 9))
    assert [r.rule for r in rules.running(agreed) if r.rule.startswith("AJOURN")] == [RuleId.AJOURN_REPRESENTATION]
    again = walk((Do.REMETTRE_LIVRABLE, Do.CONFIRMER_REMISE), agreed, at=summer(2027, 6, 1, 9))
    assert due(again, RuleId.VERIFICATION) == date(2027, 8, 2)  # the whole of the delay anew: 1 August is a Sunday
    received = take(again, Do.RECEVOIR, at=summer(2027, 6, 15, 9))
    assert {r.rule for r in rules.running(received)} == {RuleId.BC_OBSERVATIONS, RuleId.CIBLE_SUITE}
    billed = take(received, Do.DEMANDER_PAIEMENT, at=summer(2027, 6, 25, 9), commande=2, jour=date(2027, 6, 10), service_fait=date(2027, 6, 15))  # fmt: skip
    assert due(billed, RuleId.PAIEMENT, "bc:2") == date(2027, 7, 15)  # from the service done, later than the request
    given_back = take(billed, Do.RESTITUER_AUX_ELUS, at=summer(2027, 8, 31, 9))
    assert due(given_back, RuleId.SUIVI_6_MOIS) == date(2028, 2, 29)  # no 31 February
    assert due(given_back, RuleId.SUIVI_12_MOIS) == date(2028, 8, 31)


def test_what_the_holder_does_not_answer_the_buyer_decides_and_its_own_silence_rejects(held: Dossier) -> None:
    handed = walk((Do.REMETTRE_LIVRABLE, Do.CONFIRMER_REMISE), held, at=at(2027, 3, 24, 9))
    put_off = take(handed, Do.AJOURNER, at=summer(2027, 4, 1, 9))
    refused = take(put_off, Do.REFUSER_AJOURNEMENT, at=summer(2027, 4, 6, 9))
    assert due(refused, RuleId.AJOURN_DECISION) == date(2027, 4, 21)  # from the refusal: 6 April and 15 days
    rejected = take(refused, Do.CONSTATER_REJET_TACITE, at=summer(2027, 5, 3, 9))
    found = rejected.mission_().livrables[-1].verified
    assert found is not None
    assert (rejected.state, found.sense, found.on, found.by.at) == (State.REJETE, "rejete_tacite", date(2027, 4, 21), summer(2027, 5, 3, 9))  # fmt: skip


def test_a_silent_reception_takes_effect_when_the_time_was_over(held: Dossier) -> None:
    handed = walk((Do.REMETTRE_LIVRABLE, Do.CONFIRMER_REMISE), held, at=at(2027, 3, 24, 9))
    received = take(handed, Do.CONSTATER_RECEPTION_TACITE, at=summer(2027, 6, 7, 9))
    found = received.mission_().livrables[-1].verified
    assert found is not None
    assert (found.sense, found.on, found.by.role) == ("recu_tacite", date(2027, 5, 24), AS)


def test_a_decision_taken_in_time_is_recorded_afterwards(held: Dossier) -> None:
    """Adjourned on the last day, recorded three days later: it was notified in time (27)."""
    handed = walk((Do.REMETTRE_LIVRABLE, Do.CONFIRMER_REMISE), held, at=at(2027, 3, 24, 9))
    put_off = take(handed, Do.AJOURNER, at=summer(2027, 5, 27, 9), jour=date(2027, 5, 24))
    assert due(put_off, RuleId.AJOURN_ACCEPTATION) == date(2027, 6, 3)


@pytest.fixture
def reduced(held: Dossier) -> Dossier:
    """A reduction announced on 1 April, commented on, and notified on Thursday 20 May."""
    handed = walk((Do.REMETTRE_LIVRABLE, Do.CONFIRMER_REMISE), held, at=at(2027, 3, 24, 9))
    heard = walk((Do.INVITER_A_OBSERVER, Do.PRESENTER_OBSERVATIONS), handed, at=summer(2027, 4, 1, 9))
    return take(heard, Do.RECEVOIR_AVEC_REFACTION, at=summer(2027, 5, 20, 9))


def test_a_reduction_waits_for_the_holder_before_it_is_decided(held: Dossier) -> None:
    """Heard first; the buyer's silence on what it says binds nobody then: the two months to verify rule (27.3)."""
    handed = walk((Do.REMETTRE_LIVRABLE, Do.CONFIRMER_REMISE), held, at=at(2027, 3, 24, 9))
    announced = take(handed, Do.INVITER_A_OBSERVER, at=summer(2027, 4, 1, 9))
    assert due(announced, RuleId.REFACTION_OBSERVATIONS) == date(2027, 4, 16)
    answered = take(announced, Do.PRESENTER_OBSERVATIONS, at=summer(2027, 4, 20, 9))  # no text forecloses it yet
    assert rules.open_run(answered, RuleId.REFACTION_DECISION) is None
    late = take(answered, Do.RECEVOIR_AVEC_REFACTION, at=summer(2027, 5, 24, 9))  # the last day of the two months
    found = late.mission_().livrables[-1].verified
    assert found is not None
    assert found.notified is not None
    assert (found.sense, found.amount, found.notified.on) == ("recu_refaction", Decimal(400), date(2027, 5, 24))


def test_the_invitation_may_leave_its_own_time(held: Dossier) -> None:
    handed = walk((Do.REMETTRE_LIVRABLE, Do.CONFIRMER_REMISE), held, at=at(2027, 3, 24, 9))
    announced = take(handed, Do.INVITER_A_OBSERVER, at=summer(2027, 4, 1, 9), delai="8 jours")
    run = rules.open_run(announced, RuleId.REFACTION_OBSERVATIONS)
    assert run is not None
    assert (due(announced, run.rule), run.source) == (date(2027, 4, 9), "invitation à présenter ses observations")


def test_the_holder_s_silence_on_a_reduction_decided_accepts_it(reduced: Dossier) -> None:
    assert due(reduced, RuleId.REFACTION_OBSERVATIONS) == date(2027, 6, 4)  # 20 May and 15 days
    assert {r.rule for r in rules.running(reduced)} == {RuleId.BC_OBSERVATIONS, RuleId.REFACTION_OBSERVATIONS, RuleId.CIBLE_SUITE}  # fmt: skip
    late = decide(
        attempt(reduced, Do.PRESENTER_OBSERVATIONS, Role.MAND, at=summer(2027, 6, 7, 9)), Do.PRESENTER_OBSERVATIONS
    )
    assert [str(w) for w in late.warnings] == [
        "Le délai d'observations sur la réfaction est passé : elles sont gardées, sans effet de droit."
    ]
    assert rules.open_run(late.dossier, RuleId.REFACTION_DECISION) is None
    assert not offered(late.dossier, Do.NOUVELLE_DECISION)


def test_a_reduction_disputed_in_time_asks_a_new_decision_or_is_given_up_by_silence(reduced: Dossier) -> None:
    disputed = take(reduced, Do.PRESENTER_OBSERVATIONS, at=summer(2027, 6, 4, 18))
    assert due(disputed, RuleId.REFACTION_DECISION) == date(2027, 6, 21)  # 4 June and 15 days: Saturday 19
    decided = take(disputed, Do.NOUVELLE_DECISION, at=summer(2027, 6, 23, 9), jour=date(2027, 6, 21))
    found = decided.mission_().livrables[-1].verified
    assert found is not None
    assert found.revised is not None
    assert (found.amount, found.revised.amount, found.revised.on, found.revised.tacit) == (Decimal(400), Decimal(300), date(2027, 6, 21), False)  # fmt: skip
    silent = take(disputed, Do.CONSTATER_OBSERVATIONS_ACCEPTEES, at=summer(2027, 6, 22, 9))
    found = silent.mission_().livrables[-1].verified
    assert found is not None
    assert found.revised is not None
    assert (found.revised.amount, found.revised.on, found.revised.tacit) == (Decimal(0), date(2027, 6, 21), True)
    for after in (decided, silent):
        assert not [r for r in rules.running(after) if r.rule.startswith("REFACTION")]
        assert not offered(after, Do.NOUVELLE_DECISION)
        assert not offered(after, Do.PRESENTER_OBSERVATIONS)


def offered(dossier: Dossier, act: Do) -> bool:
    """True when somebody is offered the gesture."""
    return any(act in {s.act for s in offers(dossier, somebody(role))} for role in Role)


def test_an_answer_on_paper_counts_from_its_reception(held: Dossier) -> None:
    """Received on 12 April, recorded on the 20th: in time, and the buyer's fifteen days are already running (27.2.1)."""
    handed = walk((Do.REMETTRE_LIVRABLE, Do.CONFIRMER_REMISE), held, at=at(2027, 3, 24, 9))
    put_off = take(handed, Do.AJOURNER, at=summer(2027, 4, 1, 9))
    late = attempt(put_off, Do.REFUSER_AJOURNEMENT, Role.MAND, at=summer(2027, 4, 20, 9))
    with pytest.raises(Refused, match="le silence gardé vaut refus"):
        decide(late, Do.REFUSER_AJOURNEMENT)
    paper = replace(late, person=somebody(Role.SVC), behalf=somebody(Role.MAND), document="lettre", received=date(2027, 4, 12))  # fmt: skip
    refused = decide(paper, Do.REFUSER_AJOURNEMENT).dossier
    assert due(refused, RuleId.AJOURN_DECISION) == date(2027, 4, 27)
    answered = refused.mission_().livrables[-1].adjournment
    assert answered is not None
    assert answered.answered is not None
    assert (answered.answered.received, answered.answered.document) == (date(2027, 4, 12), "lettre")


def test_a_prolongation_asked_on_paper_is_answered_from_its_reception(ordered: Dossier) -> None:
    tried = attempt(ordered, Do.DEMANDER_PROLONGATION, Role.MAND, at=at(2027, 1, 22, 9))  # the order ended on the 21st
    with pytest.raises(Refused, match="a expiré le 2027-01-21"):
        decide(tried, Do.DEMANDER_PROLONGATION)
    paper = replace(tried, person=somebody(Role.SVC), behalf=somebody(Role.MAND), document="lettre", received=date(2027, 1, 20))  # fmt: skip
    assert due(decide(paper, Do.DEMANDER_PROLONGATION).dossier, RuleId.PROLONGATION_REPONSE) == date(2027, 2, 4)


def test_a_deliverable_that_never_came_takes_everything_back(held: Dossier) -> None:
    """The declaration is kept, its file may be handed in again, and the delay to hand in runs from the same day."""
    before = due(held, RuleId.RESTITUTION)
    declared = take(held, Do.REMETTRE_LIVRABLE, at=at(2027, 3, 23, 9))
    assert rules.open_run(declared, RuleId.RESTITUTION) is None
    lost = take(declared, Do.NON_RECU, at=at(2027, 3, 25, 9))
    mission = lost.mission_()
    assert (lost.state, mission.livrables, due(lost, RuleId.RESTITUTION)) == (State.RESTITUTION, (), before)
    gone = mission.lost[0]
    assert gone.not_received is not None
    assert (gone.number, gone.declared_on) == (1, date(2027, 3, 23))
    again = decide(attempt(lost, Do.REMETTRE_LIVRABLE, Role.MAND, at=at(2027, 3, 26, 9)), Do.REMETTRE_LIVRABLE).dossier
    assert [h.number for h in again.mission_().livrables] == [2]
    assert again.mission_().livrables[0].piece == gone.piece


def test_after_an_adjournment_what_never_came_is_awaited_as_it_was(held: Dossier) -> None:
    handed = walk((Do.REMETTRE_LIVRABLE, Do.CONFIRMER_REMISE), held, at=at(2027, 3, 24, 9))
    accepted = take(
        take(handed, Do.AJOURNER, at=summer(2027, 4, 1, 9)), Do.ACCEPTER_AJOURNEMENT, at=summer(2027, 4, 2, 9)
    )
    again = take(accepted, Do.REMETTRE_LIVRABLE, at=summer(2027, 4, 9, 9))
    lost = take(again, Do.NON_RECU, at=summer(2027, 4, 13, 9))
    assert lost.state is State.AJOURNE
    assert {r.rule for r in rules.running(lost) if r.rule.startswith("AJOURN")} == {RuleId.AJOURN_REPRESENTATION}
    assert due(lost, RuleId.AJOURN_REPRESENTATION) == due(accepted, RuleId.AJOURN_REPRESENTATION)
    rejected = take(handed, Do.REJETER, at=summer(2027, 4, 1, 9))
    back = walk((Do.REMETTRE_LIVRABLE, Do.NON_RECU), rejected, at=summer(2027, 4, 9, 9))
    assert back.state is State.REJETE


def test_penalties_under_the_ccag_of_2021_wait_for_the_holder() -> None:
    done = under_2021(in_state(State.RECU))
    billed = take(done, Do.DEMANDER_PAIEMENT, at=AFTER)
    with pytest.raises(Refused, match="qu'après avoir invité le titulaire"):
        take(billed, Do.PAYER, at=AFTER, penalites=Decimal(700))
    announced = take(billed, Do.INVITER_SUR_PENALITES, at=AFTER)
    assert due(announced, RuleId.PENALITES_OBSERVATIONS) == date(2026, 12, 29)  # 14 December and 15 days
    with pytest.raises(Refused, match="jusqu'au 2026-12-29"):
        take(announced, Do.PAYER, at=AFTER, penalites=Decimal(700))
    heard = take(announced, Do.OBSERVER_PENALITES, at=AFTER)
    for known, when in ((heard, AFTER), (announced, AFTER + timedelta(days=16))):
        paid = take(known, Do.PAYER, at=when, penalites=Decimal(700))
        assert not [r for r in rules.running(paid) if r.rule is RuleId.PENALITES_OBSERVATIONS]
    with pytest.raises(Refused, match="dépassent celles annoncées au titulaire, 700"):
        take(heard, Do.PAYER, at=AFTER, penalites=Decimal(701))
    under_2009 = take(in_state(State.RECU), Do.DEMANDER_PAIEMENT, at=AFTER)
    assert take(under_2009, Do.PAYER, at=AFTER, penalites=Decimal(700)).mission_().commandes[0].paid is not None


def test_a_reduction_left_behind_does_not_hasten_the_next_one(held: Dossier) -> None:
    """Announced, then adjourned and presented again: the holder has its whole time for the next reduction."""
    handed = walk((Do.REMETTRE_LIVRABLE, Do.CONFIRMER_REMISE), held, at=at(2027, 3, 24, 9))
    put_off = walk((Do.INVITER_A_OBSERVER, Do.AJOURNER), handed, at=summer(2027, 4, 1, 9))
    again = walk((Do.REMETTRE_LIVRABLE, Do.CONFIRMER_REMISE), put_off, at=summer(2027, 4, 12, 9))
    assert not [r for r in rules.running(again) if r.rule.startswith("REFACTION")]
    announced = take(again, Do.INVITER_A_OBSERVER, at=summer(2027, 4, 20, 9))
    assert due(announced, RuleId.REFACTION_OBSERVATIONS) == date(2027, 5, 5)


def test_under_another_ccag_the_delays_are_those_somebody_entered() -> None:
    acted = take(in_state(State.VALIDEE), Do.ACTER, accord_cadre=CONTRACT_2021.code)
    asked = walk((Do.SOLLICITER, Do.ACCUSER_RECEPTION), acted, at=NOON)
    assert due(asked, RuleId.CASCADE_REPONSE) == date(2026, 12, 1)  # five working days from Tuesday 24 November
    ordered = walk((Do.DISPONIBLE, Do.DESIGNER, Do.DELEGUER_CREDITS, Do.NOTIFIER_COMMANDE), asked, at=NOON)
    assert due(ordered, RuleId.BC_OBSERVATIONS) == date(2026, 12, 4)  # ten days
    assert ordered.mission_().ccag == "CCAG-PI 2021"
    agreed = walk((Do.REMETTRE_NOTE, (Do.APPROUVER_NOTE, AS), (Do.APPROUVER_NOTE, COLLECTIVITE)), ordered, at=NOON)
    held = walk((Do.NOTIFIER_COMMANDE_ANIMATION, Do.PROGRAMMER_SESSION, Do.TENIR_SESSION), agreed, at=NOON)
    handed = walk((Do.REMETTRE_LIVRABLE, Do.CONFIRMER_REMISE), held, at=AFTER)
    run = rules.open_run(handed, RuleId.VERIFICATION)
    assert run is not None
    assert (run.delay, run.source) == ("30 jours", "CCAP, article 9")
    assert due(handed, RuleId.VERIFICATION) == date(2027, 1, 13)
    put_off = take(handed, Do.AJOURNER, at=AFTER)
    assert due(put_off, RuleId.AJOURN_ACCEPTATION) == date(2026, 12, 22)
    assert due(put_off, RuleId.AJOURN_DECISION) == date(2027, 1, 4)  # 22 December and 12 days: Sunday 3 January


# --- what moves a date ---


def test_a_suspension_gives_its_days_back_then_rolls_over(ordered: Dossier) -> None:
    """Suspended from Monday 28 December to Wednesday 6 January: nine days. The note was due on Thursday 21 January.

    The holder's right to comment on the order is the contract's: it goes on, and may be used meanwhile.
    """
    held = take(ordered, Do.SUSPENDRE, at=at(2026, 12, 28, 15))
    assert {r.rule for r in rules.running(held) if not r.suspended} == {RuleId.CIBLE_SUITE, RuleId.BC_OBSERVATIONS}
    assert take(held, Do.OBSERVER_COMMANDE, at=at(2027, 1, 5, 9)).mission_().commandes[0].remarks
    assert due(held, RuleId.CIBLE_SUITE) == date(2027, 1, 12)  # ten working days: somebody is asked to resume
    back = take(held, Do.REPRENDRE_ATELIER, at=at(2027, 1, 6, 9))
    assert (back.state, back.mission_().suspended_from) == (State.APPROPRIATION, None)
    assert due(back, RuleId.APPROPRIATION) == date(2027, 2, 1)  # 21 + 9 days: Saturday 30 January, so Monday
    assert due(back, RuleId.BC_OBSERVATIONS) == due(ordered, RuleId.BC_OBSERVATIONS) == date(2027, 1, 5)
    run = rules.open_run(back, RuleId.APPROPRIATION)
    assert run is not None
    last = rules.explained(run, back).steps[-1]
    assert last.sentence.format(**last.args) == "L'atelier a été suspendu 9 jour(s) : le délai finit le 2027-02-01."
    assert rules.open_run(back, RuleId.CIBLE_SUITE) is None


def test_a_day_put_right_starts_its_clocks_anew_and_keeps_the_wrong_ones(ordered: Dossier) -> None:
    """Received on Wednesday 23 December, not on Monday 21; a suspension between counts for what comes after only."""
    held = take(ordered, Do.SUSPENDRE, at=at(2026, 12, 28, 15))
    put_right = take(held, Do.RECTIFIER, at=at(2026, 12, 30, 9), saisie="bc1.reception", valeur="23/12/2026")
    assert put_right.mission_().commandes[0].receipt.on == date(2026, 12, 23)
    assert (put_right.state, put_right.version) == (held.state, held.version)
    wrong = [r for r in put_right.runs if r.rule is RuleId.APPROPRIATION]
    assert [(r.replaced, r.ended is None, r.suspended) for r in wrong] == [(True, False, False), (False, True, True)]
    back = take(put_right, Do.REPRENDRE_ATELIER, at=at(2027, 1, 6, 9))
    assert due(back, RuleId.APPROPRIATION) == date(2027, 2, 1)  # Saturday 23 January and nine days
    assert due(back, RuleId.BC_OBSERVATIONS) == date(2027, 1, 7)  # 23 December and 15 days, suspension or not


def test_a_suspension_does_not_stop_the_two_months_and_says_so(held: Dossier) -> None:
    handed = walk((Do.REMETTRE_LIVRABLE, Do.CONFIRMER_REMISE), held, at=at(2027, 3, 24, 9))
    tried = attempt(handed, Do.SUSPENDRE, Role.SVC, at=summer(2027, 4, 1, 9))
    outcome = decide(tried, Do.SUSPENDRE)
    assert [str(w) for w in outcome.warnings] == [
        "La suspension n'arrête pas les délais du contrat ou de la loi : Vérification du livrable. Le premier finit le 2027-05-24."
    ]
    back = take(outcome.dossier, Do.REPRENDRE_ATELIER, at=summer(2027, 6, 7, 9))
    assert due(back, RuleId.VERIFICATION) == date(2027, 5, 24)
    received = take(back, Do.CONSTATER_RECEPTION_TACITE, at=summer(2027, 6, 7, 9))
    assert received.state is State.RECU


def test_somebody_is_asked_to_resume_whatever_goes_on(held: Dossier) -> None:
    handed = walk((Do.REMETTRE_LIVRABLE, Do.CONFIRMER_REMISE), held, at=at(2027, 3, 24, 9))
    stopped = take(handed, Do.SUSPENDRE, at=summer(2027, 4, 1, 9))
    assert {r.rule for r in rules.running(stopped) if not r.suspended} >= {RuleId.CIBLE_SUITE, RuleId.VERIFICATION}


def test_why_cites_the_contract_s_own_terms() -> None:
    for contract, begins in ((CONTRACT, "CCAG-PI 2009, article 3.2.1"), (CONTRACT_2021, "CCAG-PI 2021, article 3.2")):
        acted = take(in_state(State.VALIDEE), Do.ACTER, accord_cadre=contract.code)
        asked = walk((Do.SOLLICITER, Do.ACCUSER_RECEPTION), acted, at=NOON)
        run = rules.open_run(asked, RuleId.CASCADE_REPONSE)
        assert run is not None
        told = [step.sentence.format(**step.args) for step in rules.explained(run, asked).steps]
        assert f"({begins})" in told[0]
        other = "2021" if contract is CONTRACT else "2009"
        assert not [line for line in told if other in line]


def test_an_adjournment_put_right_moves_the_three_clocks(held: Dossier) -> None:
    handed = walk((Do.REMETTRE_LIVRABLE, Do.CONFIRMER_REMISE), held, at=at(2027, 3, 24, 9))
    put_off = take(handed, Do.AJOURNER, at=summer(2027, 4, 6, 9))
    moved = take(put_off, Do.RECTIFIER, at=summer(2027, 4, 7, 9), saisie="livrable.ajournement", valeur="01/04/2027")
    assert due(moved, RuleId.AJOURN_ACCEPTATION) == date(2027, 4, 12)  # 1 April and 10 days: Sunday 11
    assert due(moved, RuleId.AJOURN_REPRESENTATION) == date(2027, 4, 16)
    assert due(moved, RuleId.AJOURN_DECISION) == date(2027, 4, 27)  # 12 April and 15 days
    assert len([r for r in moved.runs if r.replaced and r.rule.startswith("AJOURN")]) == 3


def test_a_decision_a_reduction_and_a_payment_are_put_right(reduced: Dossier) -> None:
    moved = take(reduced, Do.RECTIFIER, at=summer(2027, 5, 24, 9), saisie="livrable.decision", valeur="19/05/2027")
    found = moved.mission_().livrables[-1].verified
    assert found is not None
    assert found.notified is not None
    assert (found.on, found.notified.on) == (date(2027, 5, 19), date(2027, 5, 19))
    assert due(moved, RuleId.REFACTION_OBSERVATIONS) == date(2027, 6, 3)
    less = take(moved, Do.RECTIFIER, at=summer(2027, 5, 24, 9), saisie="livrable.reduction", valeur="350 € HT")
    assert less.mission_().livrables[-1].verified.amount == Decimal(350)  # type: ignore[union-attr]
    paid = walk((Do.DEMANDER_PAIEMENT, Do.PAYER), in_state(State.RECU), at=AFTER)
    for code, typed, read in (
        ("bc1.paye", "9 500 € TTC", lambda p: p.amount == Decimal(9500)),
        ("bc1.penalites", "0,50", lambda p: p.penalties == Decimal("0.5")),
    ):
        assert read(take(paid, Do.RECTIFIER, at=AFTER, saisie=code, valeur=typed).mission_().commandes[0].paid)
    later = take(paid, Do.RECTIFIER, at=AFTER + timedelta(days=2), saisie="bc1.paiement", valeur="hier")
    assert later.mission_().commandes[0].paid.on == date(2026, 12, 15)  # type: ignore[union-attr]


def test_credits_recorded_late_let_an_earlier_order_be_recorded() -> None:
    """Delegated on the 20th, typed on the 24th: the order received on the 23rd is in order."""
    designated = in_state(State.DESIGNE)
    tried = attempt(designated, Do.DELEGUER_CREDITS, Role.AD1B, jour=date(2026, 11, 20))
    outcome = decide(tried, Do.DELEGUER_CREDITS)
    assert [str(w) for w in outcome.warnings] == [
        "Ces crédits sont du 2026-11-20, avant la désignation du groupement (2026-11-24) : est-ce la bonne délégation ?"
    ]
    ordered = take(outcome.dossier, Do.NOTIFIER_COMMANDE, jour=date(2026, 11, 23))
    assert ordered.mission_().commandes[0].receipt.on == date(2026, 11, 23)
    role = Role.AD1B
    put_right = take(ordered, Do.RECTIFIER, role, saisie="credits.jour", valeur="21/11/2026")
    assert put_right.mission_().credits.on == date(2026, 11, 21)  # type: ignore[union-attr]
    with pytest.raises(Refused, match="vient avant la délégation de crédits, du 2026-11-24"):
        take(ordered, Do.RECTIFIER, role, saisie="credits.jour", valeur="24/11/2026")


def test_a_prolongation_goes_on_from_the_end_and_survives_a_day_put_right(ordered: Dossier) -> None:
    asked = take(ordered, Do.DEMANDER_PROLONGATION, at=at(2027, 1, 6, 9))
    assert due(asked, RuleId.PROLONGATION_REPONSE) == date(2027, 1, 21)
    refused = take(asked, Do.REPONDRE_PROLONGATION, at=at(2027, 1, 8, 9), reponse="refusee")
    assert due(refused, RuleId.APPROPRIATION) == date(2027, 1, 21)
    granted = take(asked, Do.REPONDRE_PROLONGATION, at=at(2027, 1, 8, 9))
    assert due(granted, RuleId.BC_EXECUTION) == due(granted, RuleId.APPROPRIATION) == date(2027, 2, 5)  # and 15 days
    longer = take(take(granted, Do.DEMANDER_PROLONGATION, at=at(2027, 1, 11, 9)), Do.REPONDRE_PROLONGATION, at=at(2027, 1, 11, 9), delai="10 jours")  # fmt: skip
    assert due(longer, RuleId.BC_EXECUTION) == date(2027, 2, 15)
    put_right = take(longer, Do.RECTIFIER, at=at(2027, 1, 12, 9), saisie="bc1.reception", valeur="22/12/2026")
    # 22 December and a month: Friday 22 January; 15 days: Saturday 6 February, Monday 8; 10 days: Thursday 18
    assert due(put_right, RuleId.BC_EXECUTION) == due(put_right, RuleId.APPROPRIATION) == date(2027, 2, 18)
    twice = take(put_right, Do.RECTIFIER, at=at(2027, 1, 13, 9), saisie="bc1.reception", valeur="21/12/2026")
    assert due(twice, RuleId.BC_EXECUTION) == date(2027, 2, 15)
    assert [p.granted for p in twice.mission_().prolongations] == ["15 jours", "10 jours"]


def test_the_payment_counts_from_the_later_day_even_once_put_right() -> None:
    asked = take(
        in_state(State.RECU), Do.DEMANDER_PAIEMENT, at=AFTER, jour=date(2026, 12, 10), service_fait=date(2026, 12, 14)
    )
    assert due(asked, RuleId.PAIEMENT) == date(2027, 1, 13)
    put_right = take(asked, Do.RECTIFIER, at=AFTER, saisie="bc1.demande", valeur="11/12/2026")
    assert due(put_right, RuleId.PAIEMENT) == date(2027, 1, 13)


def test_a_payment_asked_before_the_reception_counts_from_the_reception() -> None:
    """The reception stands for « service fait » (CCAG-PI 2009, 2): a request that came before waits for it."""
    received = take(in_state(State.LIVRABLE_REMIS), Do.RECEVOIR, at=at(2027, 1, 13, 10))
    early = take(received, Do.DEMANDER_PAIEMENT, at=at(2027, 1, 14, 9), commande=2, jour=date(2026, 12, 16))
    assert due(early, RuleId.PAIEMENT) == date(2027, 2, 12)
    assert early.mission_().commandes[1].service_fait == date(2027, 1, 13)
    later = take(received, Do.DEMANDER_PAIEMENT, at=at(2027, 1, 14, 9), commande=2, jour=date(2027, 1, 14))
    assert (due(later, RuleId.PAIEMENT), later.mission_().commandes[1].service_fait) == (date(2027, 2, 15), None)
    note = in_state(State.NOTE_VALIDEE)  # received on 24 November, under the order for the appropriation alone
    billed = take(note, Do.DEMANDER_PAIEMENT, at=at(2026, 12, 1, 9), jour=date(2026, 11, 24))
    assert due(billed, RuleId.PAIEMENT) == date(2026, 12, 24)
    put_right = take(early, Do.RECTIFIER, at=at(2027, 1, 15, 9), saisie="bc2.service_fait", valeur="12/01/2027")
    assert due(put_right, RuleId.PAIEMENT) == date(2027, 2, 11)


def test_a_session_planned_anew_replaces_the_day_awaited() -> None:
    planned = take(in_state(State.ANIMATION), Do.PROGRAMMER_SESSION)
    assert due(planned, RuleId.SUR_SITE) == date(2026, 12, 9)
    anew = take(planned, Do.PROGRAMMER_SESSION, at=NOON, premier_jour=date(2027, 1, 12), dernier_jour=date(2027, 1, 14))
    assert due(anew, RuleId.SUR_SITE) == date(2027, 1, 14)
    assert [s.last for s in anew.mission_().sessions] == [date(2026, 12, 9), date(2027, 1, 14)]


def test_observations_void_the_approvals_and_a_new_version_asks_for_them_again() -> None:
    noted = take(in_state(State.NOTE_REMISE), Do.APPROUVER_NOTE, COLLECTIVITE)
    observed = take(noted, Do.OBSERVER_NOTE, Role.COLL)
    assert (observed.state, observed.mission_().notes[0].approvals) == (State.APPROPRIATION, ())
    second = take(observed, Do.REMETTRE_NOTE)
    for role in (COLLECTIVITE, AS):
        assert second.state is State.NOTE_REMISE
        second = take(second, Do.APPROUVER_NOTE, role, version=2)
    assert second.state is State.NOTE_VALIDEE
    assert [(n.number, [a.role for a in n.approvals]) for n in second.mission_().notes] == [
        (1, []), (2, [Role.MAND, COLLECTIVITE, AS]),
    ]  # fmt: skip
    assert AE not in {a.role for n in second.mission_().notes for a in n.approvals}
