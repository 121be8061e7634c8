"""Day one: ateliers already running, taken over from a CSV. Every cell that does not fit is named; every state goes on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from cases import somebody
from databases import units_on
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from test_cli import run

from atelier import rules
from atelier.contract_file import shipped
from atelier.contracts import AccordCadre, DelaiDuContrat, Groupement, Membre, MotifEcart
from atelier.decide import decide, step_of
from atelier.dossier import Dossier, Holding, Person
from atelier.forms import StepForm
from atelier.grammar import Around, Attempt
from atelier.procedure import FINAL
from atelier.tables import Mistake, Wrong
from atelier.takeover import taken
from atelier.takeover_columns import COLUMNS, STAGES, TAKEN, allowed, milestone, owed
from atelier.takeover_file import read
from atelier.takeover_identity import Known, identified
from atelier.takeover_rows import read_state
from atelier.territories import Territories
from atelier.words import Do, PersonId, Reference, Refused, Role, RuleId, State
from chat.cards import Address
from chat.talk import Asked
from handlers import clocks, history
from handlers.cards import draw, person_key, review_key
from handlers.here import Config, Here
from handlers.reminding import ring
from handlers.takeover import Tried, bring
from handlers.takeover_told import Report
from storage.engine import open_engine
from storage.tables import deadlines, outbox, reminders
from storage.unit import Unit, Units

TERRITORIES = Territories.load()
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
REVIEW = Address(platform="mattermost", id="revue")
EXAMPLE = Path(__file__).parent.parent / "docs" / "reprise-exemple.csv"

CONTRACT = AccordCadre(
    code="AC-2025", nom="Accord-cadre", ccag="CCAG-PI 2009", date_notification=date(2025, 9, 1),
    date_fin_validite=date(2029, 8, 31), montant_maximum_ht=Decimal(100_000), solde_ouverture_ht=Decimal(10_000),
    delai_reponse_cascade="5 jours ouvrés", delais={RuleId.BC_OBSERVATIONS: DelaiDuContrat(delai="15 jours", source="CCAP")},
    motifs_ecart=(MotifEcart(code="silence", libelle="Silence", apres="delai"), MotifEcart(code="refus", libelle="Refus", apres="reponse")),
    groupements=tuple(
        Groupement(code=code, nom=code.title(), rang=rank, preuve_du_rang="CCAP", membres=(
            Membre(nom=f"{code} ville", role="mandataire"), Membre(nom=f"{code} paysage", role="cotraitant"),
        )) for rank, code in enumerate(("rives", "canopee"), 1)
    ),
)  # fmt: skip
RANKLESS = AccordCadre(code="AC-2021", nom="Ancien", ccag="CCAG-PI 2009", groupements=(CONTRACT.groupements[0].model_copy(update={"rang": None}),))  # fmt: skip

UNTOLD = CONTRACT.model_copy(update={"code": "AC-2026", "ccag": "CCAG-PI 2021", "delais": {r: DelaiDuContrat(delai="2 mois", source="CCAP") for r in (RuleId.VERIFICATION, RuleId.BC_OBSERVATIONS)}})  # fmt: skip
"""Under the CCAG of 2021, with what was entered of it: nothing on adjournments."""
INVENTED = shipped("demonstration")

FULL = {
    "departement": "84", "service": "DDT de Vaucluse", "territoire": "Cavaillon", "objet": "Revitaliser le centre ancien",
    "validee_le": "10/12/2025", "accord_cadre": "AC-2025", "acte": "DGALN 2026-12", "acte_le": "05/01/2026",
    "sollicite_le": "12/01/2026", "groupement": "rives", "equipe": "rives ville | rives paysage", "designe_le": "02/02/2026",
    "credits_le": "16/02/2026", "ae": "30 000 €", "cp": "20000", "uo": "UO-84", "chorus": "2026-84",
    "bc1_reception": "02/03/2026", "bc1_ej": "1500001", "bc1_montant": "8 000,50", "bc1_objet": "appropriation",
    "bc1_delai": "1 mois", "note_remise_le": "30/03/2026", "note_charge_jours": "9", "note_jours_sur_site": "3",
    "note_delai": "1 mois", "note_approuvee_le": "10/04/2026", "bc2_reception": "20/04/2026", "bc2_ej": "1500002",
    "bc2_montant": "18 000", "bc2_delai": "6 mois", "session_du": "09/06/2026", "session_au": "11/06/2026",
    "livrable_declare_le": "08/07/2026", "livrable_remis_le": "02/11/2026", "ajourne_le": "16/11/2026",
    "decision_le": "18/11/2026", "motif": "Les plans demandés par la note manquent.", "bilan": "Un plan-guide partagé.",
    "fin_le": "23/11/2026", "suspendu_le": "20/11/2026",
}  # fmt: skip
BEFORE = {State.SUSPENDU: State.ANIMATION, State.ABANDONNE: State.DESIGNE, State.RESILIE: State.RESTITUTION}


def a_row(state: State, **changes: str) -> dict[str, str]:
    """A row with what the state supposes, well filled but for what the test changes."""
    before = State(changes["etat_avant"]) if changes.get("etat_avant") else BEFORE.get(state)
    last = milestone(state, before)
    wanted = [c for c, _ in owed(state, before)]
    if last is not None and STAGES.index(last) >= STAGES.index(State.ANIMATION):
        wanted += ["bc2_reception", "bc2_ej", "bc2_montant", "bc2_delai"]
    given = {c: FULL[c] for c in wanted if c in FULL}
    if state is State.CASCADE_EPUISEE:
        given["rangs_ecartes"] = "silence | refus"
    base = {c: FULL[c] for c in ("departement", "service", "territoire", "objet")}
    return base | given | {"etat": state, "etat_avant": before or ""} | changes


def written(*rows: dict[str, str], by: str = ";") -> bytes:
    text = io.StringIO()
    table = csv.DictWriter(text, [c for c in COLUMNS if any(c in r for r in rows)], delimiter=by, lineterminator="\r\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode()


def people() -> tuple[Person, ...]:
    local = {"svc": Role.SVC, "signe": Role.SVC_SIGN, "ville": Role.COLL, "maire": Role.COLL_SIGN}
    return (
        Person(id=PersonId("admin"), name="Ada Admin", holdings=(Holding(role=Role.ADMIN),)),
        *(Person(id=PersonId(i), name=i.title(), departement="84", holdings=(Holding(role=r, scope="dep:84", deed="arrêté"),)) for i, r in local.items()),
        *(Person(id=PersonId(r.lower()), name=f"Nora {r}", holdings=(Holding(role=r),)) for r in (Role.AD1I, Role.AD1V, Role.AD1B)),
        Person(id=PersonId("mand"), name="Mila Rives", service="rives ville"),
        Person(id=PersonId("jumeau1"), name="Jo Martin"),
        Person(id=PersonId("jumeau2"), name="Jo Martin"),
    )  # fmt: skip


def prepared(units: Units) -> Units:
    def fill(unit: Unit) -> None:
        for person in people():
            unit.people.add(person, (Address(platform="mattermost", id=person.id),))
        for contract in (CONTRACT, RANKLESS, UNTOLD, INVENTED):
            unit.contracts.keep(contract, NOW, "admin")

    units.run(fill)
    return units


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Units]:
    engine = open_engine(sqlite_url)
    yield prepared(units_on(engine))
    engine.dispose()


def brought(units: Units, content: bytes, now: datetime = NOW, review: Address | None = REVIEW, by: str = "") -> Report:
    return units.run(
        lambda unit: bring(unit, "reprise.csv", content, now, territories=TERRITORIES, by=by, review=review)
    )


def mistakes(units: Units, *rows: dict[str, str]) -> list[tuple[int, str, str]]:
    with pytest.raises(Wrong) as wrong:
        brought(units, written(*rows))
    return [told(m) for m in wrong.value.mistakes]


def told(mistake: Mistake) -> tuple[int, str, str]:
    return mistake.line, mistake.column, str(mistake.refused)


def every(units: Units) -> list[Dossier]:
    return units.run(lambda unit: list(unit.dossiers.every(State)))


def one(units: Units, state: State, **changes: str) -> Dossier:
    brought(units, written(a_row(state, **changes)))
    (dossier,) = every(units)
    return dossier


# --- each state ---


@pytest.mark.parametrize("state", TAKEN)
def test_each_state_is_taken_over_with_only_the_columns_it_supposes(sqlite: Units, state: State) -> None:
    dossier = one(sqlite, state)
    assert dossier.state is state
    assert dossier.ref == "ADT-2026-0001"
    running = rules.running(dossier)
    if state in FINAL:
        assert not running
    elif state is State.SUSPENDU:
        assert all(r.suspended is not rules.rule(r.rule).goes_on for r in running if r.rule is not RuleId.CIBLE_SUITE)
    else:
        assert running, "nobody waits for ever"
    assert dossier.since <= NOW
    assert all(r.started <= NOW for r in dossier.runs if r.rule is not RuleId.AJOURN_DECISION), (
        "from the end of a silence"
    )


@pytest.mark.parametrize("state", TAKEN)
def test_a_missing_column_is_named_for_each_state(sqlite: Units, state: State) -> None:
    row = a_row(state)
    before = BEFORE.get(state)
    for column, _ in owed(state, before):
        found = mistakes(sqlite, row | {column: ""})
        assert (2, column) in [f[:2] for f in found], column
        assert any("suppose" in f[2] for f in found if f[1] == column)
    assert every(sqlite) == []


@pytest.mark.parametrize("state", TAKEN)
def test_rebuilding_every_deadline_changes_no_row(sqlite: Units, state: State) -> None:
    dossier = one(sqlite, state)

    def rows(unit: Unit) -> list[object]:
        connection = unit.dossiers._connection
        return [connection.execute(select(table)).all() for table in (deadlines, reminders)]

    before = sqlite.run(rows)
    sqlite.run(lambda unit: clocks.keep(unit, dossier, NOW))
    assert sqlite.run(rows) == before


def test_every_importable_state_has_a_milestone_and_every_column_a_place() -> None:
    places = [allowed(s, BEFORE.get(s)) for s in TAKEN] + [
        allowed(State.SUSPENDU, b) for b in (State.RECU, State.AJOURNE)
    ]
    assert frozenset(COLUMNS) <= frozenset().union(*places) | {"etat_avant"}


def test_a_label_is_a_state_too(sqlite: Units) -> None:
    assert one(sqlite, State.LIVRABLE_REMIS, etat="LIVRABLE REMIS, en verification").state is State.LIVRABLE_REMIS


STEPS: dict[State, tuple[Do, Role, dict[str, object]]] = {
    State.VALIDEE: (Do.ACTER, Role.AD1V, {"accord_cadre": "AC-2025", "acte": "DGALN 9"}),
    State.ACTE: (Do.SOLLICITER, Role.AD1V, {}),
    State.DESIGNATION: (Do.DISPONIBLE, Role.MAND, {"equipe": "rives ville"}),
    State.CASCADE_EPUISEE: (Do.REPRENDRE_CASCADE, Role.AD1V, {"motif": "Un nouveau tour de désignation."}),
    State.DESIGNE: (Do.DELEGUER_CREDITS, Role.AD1B, {"ae": "9000", "cp": "9000", "uo": "UO", "chorus": "C1"}),
    State.CREDITS_DELEGUES: (
        Do.NOTIFIER_COMMANDE, Role.SVC_SIGN,
        {"jour": TODAY, "moyen": "courriel", "preuve": "AR", "ej": "15", "montant": "9000", "delai": "1 mois", "objet": "mission"},
    ),
    State.APPROPRIATION: (Do.SUSPENDRE, Role.SVC, {"motif": "Le maire a demandé une pause."}),
    State.NOTE_REMISE: (Do.OBSERVER_NOTE, Role.COLL, {"observations": "Le calendrier est à revoir."}),
    State.NOTE_VALIDEE: (
        Do.NOTIFIER_COMMANDE_ANIMATION, Role.SVC_SIGN,
        {"jour": TODAY, "moyen": "courriel", "preuve": "AR", "ej": "16", "montant": "9000", "delai": "1 mois"},
    ),
    State.ANIMATION: (
        Do.PROGRAMMER_SESSION, Role.SVC,
        {"premier_jour": "2026-12-15", "dernier_jour": "2026-12-16", "visite": "9 h", "seance": "14 h", "parcours": "Du pont à la halle", "acteurs": "Union commerçante"},
    ),
    State.RESTITUTION: (Do.RESILIER, Role.SVC_SIGN, {"motif": "Abandon par la ville.", "pour_faute": "non", "document": "arrêté"}),
    State.LIVRABLE_DECLARE: (Do.CONFIRMER_REMISE, Role.SVC, {"jour": TODAY, "moyen": "courriel", "preuve": "AR"}),
    State.LIVRABLE_REMIS: (Do.RECEVOIR, Role.SVC_SIGN, {"jour": TODAY, "document": "décision"}),
    State.AJOURNE: (Do.ACCEPTER_AJOURNEMENT, Role.MAND, {"observations": "Nous reprenons les plans."}),
    State.REJETE: (Do.SUSPENDRE, Role.SVC, {"motif": "Le maire a demandé une pause."}),
    State.RECU: (Do.RESTITUER_AUX_ELUS, Role.SVC, {"jour": TODAY, "partenaires": "Les élus du conseil", "relais": "Le chef de projet"}),
    State.SUSPENDU: (Do.REPRENDRE_ATELIER, Role.SVC, {}),
}  # fmt: skip


@pytest.mark.parametrize("state", [s for s in TAKEN if s not in FINAL])
def test_the_procedure_goes_on(sqlite: Units, state: State) -> None:
    dossier = one(sqlite, state)
    act, role, given = STEPS[state]
    asked = step_of(act).asks
    form = asked.model_validate(given) if asked else StepForm()
    around = Around(contracts=(CONTRACT,), contract=CONTRACT)
    person = somebody(role, scope=dossier.mission.groupement_scope() if role is Role.MAND and dossier.mission else "")
    outcome = decide(Attempt(dossier, person, role, form, NOW, around), act)
    sqlite.run(lambda unit: unit.dossiers.save(outcome.dossier, dossier.version))
    assert outcome.dossier != dossier
    assert rules.running(outcome.dossier) or outcome.dossier.state in FINAL


def test_two_missing_approvals_end_the_note(sqlite: Units) -> None:
    dossier = one(sqlite, State.NOTE_REMISE, note_version="3", note_accords="service")
    note = dossier.mission_().note
    assert note is not None
    assert (note.number, note.awaited) == (3, (Role.COLL_SIGN,))
    form = step_of(Do.APPROUVER_NOTE).asks.model_validate({"version": 3, "document": "délibération"})  # type: ignore[union-attr]
    person = somebody(Role.COLL_SIGN)
    outcome = decide(Attempt(dossier, person, Role.COLL_SIGN, form, NOW), Do.APPROUVER_NOTE)
    assert outcome.dossier.state is State.NOTE_VALIDEE


@pytest.mark.parametrize("state", TAKEN)
def test_its_cards_can_be_drawn(sqlite: Units, state: State) -> None:
    dossier = one(sqlite, state, svc="svc")
    keys = [review_key(dossier.ref), *(person_key(dossier.ref, p.id) for p in people())]
    for key in keys:
        drawn = sqlite.run(lambda unit, k=key: draw(unit, k, NOW))
        assert drawn.card is not None


ANY = st.sampled_from(["", "x", "0", "-1", "1e9", "recu_tacite", "recu_refaction", "mission", "disponible", "accepte", "service",
    "Nora AD1V", "svc|ville", "AC-2021", "demonstration", "15/12/2026", "01/03/2026", "29/02/2026", "2 mois", "40 000 €", "9"])  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    state=st.sampled_from(TAKEN),
    before=st.sampled_from(["", *TAKEN]),
    changed=st.dictionaries(st.sampled_from(COLUMNS), ANY, max_size=4),
)
def test_whatever_the_cells_a_row_is_taken_or_named(state: State, before: str, changed: dict[str, str]) -> None:
    """No row fails but with a sentence, and none is taken elsewhere than where it says."""
    directory = {p.name: p for p in people()} | {p.id: p for p in people()}
    known = Known(
        TERRITORIES,
        (CONTRACT, RANKLESS, UNTOLD, INVENTED),
        lambda n: tuple(p for k, p in directory.items() if k == n),
        people()[0],
        NOW,
        "r.csv",
    )
    row = read(written(a_row(state) | ({"etat_avant": before} if before else {}) | changed), TODAY)[0]
    who = identified(row, known)
    dossier = taken(row, who, Reference("ADT-2026-0001"), known) if who else None
    assert (dossier is None) == bool(row.mistakes)
    for mistake in (*row.mistakes, *row.warnings):
        assert str(mistake.refused)
    if dossier is not None:
        assert dossier.state == read_state(row.text("etat"))
        for run in dossier.runs:
            rules.due(run, dossier)


# --- what is recorded ---


def test_dates_orders_and_deadlines_are_the_real_ones(sqlite: Units) -> None:
    dossier = one(sqlite, State.LIVRABLE_REMIS)
    mission = dossier.mission_()
    assert [(o.ej, o.amount, o.receipt.on, o.covers) for o in mission.commandes] == [
        ("1500001", Decimal("8000.50"), date(2026, 3, 2), "appropriation"),
        ("1500002", Decimal(18000), date(2026, 4, 20), "animation"),
    ]
    assert mission.team == ("rives ville", "rives paysage")
    due = {r.rule: rules.explained(r, dossier).due for r in rules.running(dossier)}
    assert due[RuleId.VERIFICATION] == date(2027, 1, 4)
    assert due[RuleId.DUREE_MISSION] == date(2026, 7, 2)
    assert sqlite.run(lambda unit: unit.commandes.spent("AC-2025")) == Decimal("26000.50")


def test_each_step_has_its_real_day(sqlite: Units) -> None:
    dossier = one(sqlite, State.DESIGNE, transmise_le="01/12/2025")
    assert dossier.transmitted == datetime(2025, 12, 1, 11, 0, tzinfo=UTC)
    assert (dossier.since.date(), dossier.mission_().acted.at.date()) == (date(2026, 2, 2), date(2026, 1, 5))
    (run,) = rules.running(dossier)
    assert (run.rule, rules.explained(run, dossier).due) == (RuleId.CIBLE_SUITE, date(2026, 2, 16))


def test_a_single_order_lifts_its_hold_point(sqlite: Units) -> None:
    row = {c: v for c, v in a_row(State.ANIMATION).items() if not c.startswith("bc2_")}
    brought(sqlite, written(row | {"bc1_objet": "mission", "point_arret_le": "15/04/2026"}))
    (dossier,) = every(sqlite)
    assert dossier.mission_().covering_animation() is not None


def test_money_and_territory_run_beside(sqlite: Units) -> None:
    dossier = one(
        sqlite, State.RECU, bc1_demande_paiement="04/05/2026", bc1_paye_le="20/05/2026", bc2_demande_paiement="19/11/2026",
        elus_le="20/11/2026", suivi_6_mois="Le plan-guide est voté.",
    )  # fmt: skip
    first, second = dossier.mission_().commandes
    assert first.paid is not None
    assert (first.paid.on, first.paid.amount) == (date(2026, 5, 20), Decimal("8000.50"))
    assert second.asked is not None
    running = {r.rule: rules.explained(r, dossier).due for r in rules.running(dossier)}
    assert running[RuleId.PAIEMENT] == date(2026, 12, 21)
    assert running[RuleId.SUIVI_12_MOIS] == date(2027, 11, 22)
    assert RuleId.SUIVI_6_MOIS not in running


def test_ranks_set_aside_are_recorded_with_their_motives(sqlite: Units) -> None:
    dossier = one(
        sqlite, State.DESIGNATION, groupement="canopee", rangs_ecartes="Silence", sollicitation_reception="20/11/2026"
    )
    first, second = dossier.mission_().sollicitations
    assert (first.groupement, first.reason, second.rank) == ("rives", "silence", 2)
    assert rules.open_run(dossier, RuleId.CASCADE_REPONSE, "rang:2") is not None


def test_a_designated_atelier_of_a_contract_without_ranks_is_taken_over(sqlite: Units) -> None:
    dossier = one(sqlite, State.CREDITS_DELEGUES, accord_cadre="ac-2021")
    assert (dossier.mission_().contract, dossier.mission_().groupement) == ("AC-2021", "rives")


def test_a_tacit_reception_needs_its_time_to_be_over(sqlite: Units) -> None:
    row = a_row(State.RECU, decision="recu_tacite")
    assert mistakes(sqlite, row)[0][:2] == (2, "decision_le")
    brought(sqlite, written(row | {"livrable_remis_le": "15/07/2026"}))
    (dossier,) = every(sqlite)
    verified = dossier.mission_().livrable.verified  # type: ignore[union-attr]
    assert verified is not None
    assert (verified.sense, verified.on) == ("recu_tacite", date(2026, 9, 15))


def test_people_have_their_parts_and_what_they_did(sqlite: Units) -> None:
    dossier = one(sqlite, State.NOTE_VALIDEE, svc="Svc", svc_sign="signe", coll_sign="Maire", ad1i="ad1i", ad1v="Nora AD1V", mand="mila rives", caue="mand")  # fmt: skip
    parts = {(m.person, m.role) for m in dossier.members}
    assert {("mand", Role.MAND), ("mand", Role.CAUE), ("ad1i", Role.AD1I)} == parts
    assert dossier.instructor == "ad1i"
    note = dossier.mission_().note
    assert note is not None
    assert [(a.role, a.for_, a.person) for a in note.approvals] == [
        (Role.MAND, "mand", "admin"), (Role.SVC_SIGN, "signe", "admin"), (Role.COLL_SIGN, "maire", "admin"),
    ]  # fmt: skip
    assert dossier.mission_().acted.for_ == "ad1v"


# --- what is not done: no flood ---


def test_nothing_of_the_past_is_reminded_and_ad1_has_one_message(sqlite: Units) -> None:
    rows = [
        a_row(State.LIVRABLE_REMIS),
        a_row(State.ANIMATION, territoire="Pertuis", bc1_ej="1500007", bc2_ej="1500008"),
    ]
    brought(sqlite, written(*rows))

    def stored(unit: Unit) -> tuple[list[object], list[datetime]]:
        connection = unit.dossiers._connection
        posted = connection.execute(select(outbox.c.place, outbox.c.key)).all()
        return list(posted), list(connection.execute(select(reminders.c.due)).scalars())

    posted, due = sqlite.run(stored)
    assert posted == [("revue", "")]
    assert due
    assert min(due) > NOW
    assert sqlite.run(lambda unit: ring(unit, NOW)) == 0
    late = [r for d in every(sqlite) for r in rules.running(d) if rules.due(r, d) < NOW]
    assert late, "an overdue deadline is there, and shown late"


def test_the_journal_begins_with_who_imported_which_file(sqlite: Units) -> None:
    dossier = one(sqlite, State.ANIMATION, svc="svc")
    (line,) = sqlite.run(lambda unit: unit.journal.of(dossier.ref))
    assert (line.what, line.person, line.to_state) == ("reprise", "admin", "animation")
    assert line.details["fichier"] == "reprise.csv"
    assert len(str(line.details["sha256"])) == 64
    assert "svc" not in line.details["cases"]  # type: ignore[operator]
    assert sqlite.run(lambda unit: unit.journal.verify()) is None
    reader, event = people()[0], Asked(sender=REVIEW, place=REVIEW, id="e", text="journal")
    config = Config(REVIEW, TERRITORIES)
    shown = sqlite.run(lambda unit: history.message(Here(unit, reader, event, NOW, config), dossier))
    assert "reprise d'un atelier déjà en cours" in str(shown.card), "said in words, not by its code"


def test_a_dry_run_tells_all_and_writes_nothing(sqlite: Units) -> None:
    with pytest.raises(Tried) as tried:
        brought(sqlite, written(a_row(State.ANIMATION)), review=None)
    assert [d.state for _, d, _ in tried.value.report.new] == [State.ANIMATION]
    assert every(sqlite) == []
    assert one(sqlite, State.ANIMATION).ref == "ADT-2026-0001"


def test_the_same_file_twice_changes_nothing(sqlite: Units) -> None:
    content = written(a_row(State.CLOS), a_row(State.VALIDEE, territoire="Apt", reference="ADT-2025-0007"))
    brought(sqlite, content)
    before = every(sqlite)
    again = brought(sqlite, content)
    assert (len(again.new), len(again.same)) == (0, 2)
    assert every(sqlite) == before
    assert [len(sqlite.run(lambda unit, r=d.ref: unit.journal.of(r))) for d in before] == [1, 1]


def test_one_wrong_row_and_nothing_is_taken(sqlite: Units) -> None:
    found = mistakes(sqlite, a_row(State.ANIMATION), a_row(State.ACTE, territoire="Apt", acte_le="32/01/2026"))
    assert [f[:2] for f in found] == [(3, "acte_le")]
    assert every(sqlite) == []


def test_references_given_are_never_given_again(sqlite: Units) -> None:
    brought(
        sqlite, written(a_row(State.ACTE, reference="adt-2026-0041", arrivee="12"), a_row(State.ACTE, territoire="Apt"))
    )
    assert [d.ref for d in every(sqlite)] == ["ADT-2026-0041", "ADT-2026-0042"]
    assert sqlite.run(lambda unit: unit.counters.next("arrivee")) == 13


# --- each bad cell ---

BAD = [
    (State.ACTE, {"departement": "99"}, "departement", "n'existe pas"),
    (State.ACTE, {"departement": ""}, "departement", "obligatoire"),
    (State.ACTE, {"territoire": "Nulleville"}, "territoire", "liste officielle"),
    (State.ACTE, {"territoire": "Saint-Denis"}, "territoire", "lequel"),
    (State.ACTE, {"objet": "court"}, "objet", "au moins 10"),
    (State.ACTE, {"etat": "termine"}, "etat", "n'est pas un état"),
    (State.ACTE, {"etat": "transmise"}, "etat", "/atelier demande"),
    (State.ACTE, {"reference": "2026-7"}, "reference", "ADT-2026-0007"),
    (State.ACTE, {"acte_le": "31/02/2026"}, "acte_le", "n'existe pas"),
    (State.ACTE, {"acte_le": "hier"}, "acte_le", "date entière"),
    (State.ACTE, {"acte_le": "25/11/2026"}, "acte_le", "pas encore venu"),
    (State.ACTE, {"acte_le": "05/01/2006"}, "acte_le", "vérifiez l'année"),
    (State.ACTE, {"acte_le": "05/01/26"}, "acte_le", "quatre chiffres"),
    (State.ACTE, {"validee_le": "06/01/2026"}, "acte_le", "vient avant"),
    (State.ACTE, {"accord_cadre": "AC-1999"}, "accord_cadre", "Connus : AC-2021"),
    (State.ACTE, {"acte": "x"}, "acte", "au moins 2"),
    (State.ACTE, {"arrivee": "-1"}, "arrivee", "nombre entier"),
    (State.ACTE, {"bc1_reception": "02/03/2026"}, "bc1_reception", "ne va pas avec cette colonne"),
    (State.ACTE, {"svc": "Inconnue"}, "svc", "n'est pas dans l'annuaire"),
    (State.ACTE, {"svc": "camille@exemple.fr"}, "svc", "adresses électroniques"),
    (State.ACTE, {"svc": "Jo Martin"}, "svc", "jumeau1"),
    (State.ACTE, {"ad1i": "svc"}, "ad1i", "ne tient pas le rôle AD1I"),
    (State.ACTE, {"svc_sign": "ville"}, "svc_sign", "délégation"),
    (State.ACTE, {"service": "Bizarre\x07"}, "service", "illisibles"),
    (State.ACTE, {"acte": "A" * 3001}, "acte", "au plus 3000"),
    (State.DESIGNATION, {"groupement": "inconnu"}, "groupement", "Les siens : rives, canopee"),
    (State.DESIGNATION, {"groupement": "canopee"}, "rangs_ecartes", "un motif par rang"),
    (State.DESIGNATION, {"groupement": "canopee", "rangs_ecartes": "humeur"}, "rangs_ecartes", "n'est pas un motif"),
    (State.DESIGNATION, {"accord_cadre": "AC-2021"}, "accord_cadre", "rangs prouvés"),
    (State.DESIGNATION, {"reponse": "peut-être"}, "reponse", "disponible, indisponible"),
    (State.DESIGNATION, {"reponse_le": "13/01/2026"}, "reponse", "remplissez-la"),
    (State.DESIGNE, {"equipe": "canopee ville"}, "equipe", "Ses membres : rives ville"),
    (State.CREDITS_DELEGUES, {"ae": "beaucoup"}, "ae", "pas de montant"),
    (State.CREDITS_DELEGUES, {"cp": "30 001"}, "cp", "dépassent les autorisations"),
    (State.CREDITS_DELEGUES, {"uo": "x"}, "uo", "au moins 2"),
    (State.CREDITS_DELEGUES, {"credits_le": "01/02/2026"}, "credits_le", "vient avant"),
    (State.APPROPRIATION, {"bc1_montant": "30 000,01"}, "bc1_montant", "autorisations d'engagement"),
    (State.APPROPRIATION, {"bc1_montant": "0"}, "bc1_montant", "zéro euro"),
    (State.APPROPRIATION, {"bc1_montant": "95 000", "ae": "95 000"}, "bc1_montant", "au-delà de son maximum"),
    (State.APPROPRIATION, {"bc1_delai": "bientôt"}, "bc1_delai", "pas un délai"),
    (State.APPROPRIATION, {"bc1_objet": "tout"}, "bc1_objet", "appropriation, mission"),
    (State.APPROPRIATION, {"bc1_reception": "15/02/2026"}, "bc1_reception", "vient avant « credits_le »"),
    (State.NOTE_REMISE, {"note_charge_jours": "neuf"}, "note_charge_jours", "nombre entier"),
    (State.NOTE_REMISE, {"note_forme": "film"}, "note_forme", "esquisse"),
    (State.NOTE_REMISE, {"note_accords": "service|collectivite"}, "note_accords", "service, collectivite"),
    (State.NOTE_VALIDEE, {"bc1_paye_le": "20/05/2026"}, "bc1_demande_paiement", "remplissez-la"),
    (State.ANIMATION, {"bc2_ej": ""}, "bc2_ej", "couvrant l'animation"),
    (State.ANIMATION, {"point_arret_le": "15/04/2026"}, "point_arret_le", "ne va pas avec cette colonne"),
    (State.ANIMATION, {"session_du": "15/12/2026", "session_au": "14/12/2026"}, "session_au", "vient avant"),
    (State.ANIMATION, {"session_du": "15/12/2026"}, "session_au", "remplissez-la"),
    (State.RESTITUTION, {"session_au": "15/12/2026"}, "session_au", "pas encore venu"),
    (State.RECU, {"decision": "recu_refaction"}, "refaction_montant", "remplissez-la"),
    (
        State.RECU,
        {"decision": "recu_refaction", "refaction_montant": "40 000"},
        "refaction_montant",
        "dépasse les bons",
    ),
    (State.RECU, {"suivi_6_mois": "Voté au conseil"}, "elus_le", "remplissez-la"),
    (State.SUSPENDU, {"motif": "court"}, "motif", "au moins 10"),
]


@pytest.mark.parametrize(("state", "changes", "column", "reason"), BAD)
def test_a_bad_cell_is_named(sqlite: Units, state: State, changes: dict[str, str], column: str, reason: str) -> None:
    good = a_row(State.ACTE, territoire="Apt", acte="DGALN 1")
    found = mistakes(sqlite, good, a_row(state) | changes)
    assert all(line == 3 for line, _, _ in found)
    assert reason in " ".join(text for _, named, text in found if named == column), found
    assert every(sqlite) == []


@pytest.mark.parametrize(
    ("state", "before", "reason"),
    [(State.SUSPENDU, "clos", "ne passe pas"), (State.RESILIE, "designe", "ne passe pas"), (State.ABANDONNE, "validee", "ne passe pas")],
)  # fmt: skip
def test_an_impossible_state_before_is_named(sqlite: Units, state: State, before: str, reason: str) -> None:
    found = mistakes(sqlite, a_row(state) | {"etat_avant": before})
    assert any(column == "etat_avant" and reason in text for _, column, text in found)


def test_an_order_after_the_contract_is_refused_and_before_it_a_warning(sqlite: Units) -> None:
    later = CONTRACT.model_copy(update={"date_notification": date(2026, 3, 3)})
    sqlite.run(lambda unit: unit.contracts.keep(later, NOW, "admin"))
    report = brought(sqlite, written(a_row(State.APPROPRIATION)))
    ((row, _, nobody),) = report.new
    assert [(w.column, "est-ce le bon accord-cadre" in str(w.refused)) for w in row.warnings] == [
        ("bc1_reception", True)
    ]
    assert nobody == (Role.MAND,)
    ended = CONTRACT.model_copy(update={"date_fin_validite": date(2026, 3, 1)})
    sqlite.run(lambda unit: unit.contracts.keep(ended, NOW, "admin"))
    found = mistakes(sqlite, a_row(State.APPROPRIATION, territoire="Apt", bc1_ej="1500009"))
    assert [(f[1], "fin de validité" in f[2]) for f in found] == [("bc1_reception", True)]


def test_a_contract_text_nobody_entered_is_said_not_guessed(sqlite: Units) -> None:
    found = mistakes(sqlite, a_row(State.AJOURNE, accord_cadre="AC-2026"))
    assert found[0][:2] == (2, "ajourne_le")
    assert "je ne le devine pas" in found[0][2]


def test_the_maximum_counts_the_opening_balance_the_other_rows_and_what_is_there(sqlite: Units) -> None:
    big = {"ae": "45 000", "bc1_montant": "45 000"}
    rows = [
        a_row(State.APPROPRIATION) | big,
        a_row(State.APPROPRIATION, territoire="Apt", bc1_ej="1500009") | big,
    ]
    report = brought(sqlite, written(*rows))
    assert [(c.code, spent) for c, spent in report.money] == [("AC-2025", Decimal(90_000))]
    found = mistakes(sqlite, a_row(State.APPROPRIATION, territoire="Pertuis", bc1_ej="1500010", bc1_montant="0,01"))
    assert found[0][:2] == (2, "bc1_montant")


def test_duplicates_are_named(sqlite: Units) -> None:
    first = a_row(State.APPROPRIATION, reference="ADT-2026-0003", arrivee="4")
    assert "même atelier que la ligne 2" in mistakes(sqlite, first, a_row(State.ACTE))[0][2]
    other = a_row(State.ACTE, territoire="Apt")
    assert "déjà celle" in mistakes(sqlite, first, other | {"reference": "ADT-2026-0003"})[0][2]
    assert "numéro d'arrivée" in mistakes(sqlite, first, other | {"arrivee": "4"})[0][2]
    same_order = a_row(State.APPROPRIATION, territoire="Apt")
    assert mistakes(sqlite, first, same_order)[0][:2] == (3, "bc1_ej")
    brought(sqlite, written(first))
    assert "sous la référence ADT-2026-0003" in mistakes(sqlite, a_row(State.ACTE, reference="ADT-2026-0009"))[0][2]
    assert mistakes(sqlite, same_order)[0][:2] == (2, "bc1_ej")


def test_a_territory_elsewhere_and_a_silent_directory_are_warnings(sqlite: Units) -> None:
    report = brought(sqlite, written(a_row(State.DESIGNATION, territoire="Bar-le-Duc")))
    ((row, _, _),) = report.new
    assert [w.column for w in row.warnings] == ["territoire"]


def test_who_imports_is_an_administrator(sqlite: Units) -> None:
    content = written(a_row(State.ACTE))
    for by in ("personne", "ad1v"):
        with pytest.raises(Refused, match=r"Les administrateurs : admin\."):
            brought(sqlite, content, by=by)
    second = people()[0].model_copy(update={"id": PersonId("second"), "name": "Zoé Admin"})
    sqlite.run(lambda unit: unit.people.add(second))
    with pytest.raises(Refused, match="--par"):
        brought(sqlite, content)
    brought(sqlite, content, by="second")
    assert every(sqlite)[0].answers["objet"].by.person == "second"


# --- the file as a spreadsheet makes it ---


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("by", [";", ","])
def test_what_excel_makes_is_read(coding: str, by: str) -> None:
    row = a_row(State.VALIDEE, objet="Étudier l'îlot, œuvre d'été")
    text = written(row, by=by).decode().replace("etat", " État ", 1)
    lines = text.split("\r\n")
    (read_row,) = read("\r\n".join(["", lines[0], "", lines[1], ";;" if by == ";" else ",,", ""]).encode(coding), TODAY)
    assert (read_row.line, read_row.text("objet")) == (4, "Étudier l'îlot, œuvre d'été")
    assert read_row.state("etat") is State.VALIDEE


HEAD = "departement;service;territoire;objet;etat"


@pytest.mark.parametrize(
    ("content", "column", "reason"),
    [
        (b"", "", "vide"),
        (b"\n\n", "", "vide"),
        (HEAD.encode(), "", "que ses titres"),
        (b"departement;etat\n55;acte", "service", "Il manque"),
        ((HEAD + ";couleur\n").encode(), "couleur", "Colonne inconnue"),
        ((HEAD + ";etat\n").encode(), "etat", "deux fois"),
        ((HEAD + '\n55;"DDT\n').encode(), "", "guillemet"),
        (HEAD.encode("utf-16"), "", "CSV UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0\x81", "", "CSV UTF-8"),
        ((HEAD + "\n55;Préfecture").encode() + b"\xc3", "", "CSV UTF-8"),
        (b"x" * (10 * 1024 * 1024 + 1), "", "10 Mo"),
        ((HEAD + "\n" + "55;DDT;Apt;Un objet;acte\n" * 5001).encode(), "", "plus de 5000"),
    ],
)
def test_a_file_that_does_not_fit_says_why(content: bytes, column: str, reason: str) -> None:
    with pytest.raises(Wrong) as wrong:
        read(content, TODAY)
    (mistake,) = wrong.value.mistakes
    assert mistake.column == column
    assert reason in str(mistake.refused)


def test_too_many_cells_are_named(sqlite: Units) -> None:
    content = written(a_row(State.VALIDEE)).rstrip() + b";;surplus\r\n"
    with pytest.raises(Wrong) as wrong:
        brought(sqlite, content)
    assert "plus de cases que de titres" in str(wrong.value.mistakes[0].refused)


# --- on both databases, and by the command ---


def test_on_each_database_the_example_is_taken_over_and_goes_on(engine: Engine) -> None:
    units = prepared(units_on(engine))
    report = brought(units, EXAMPLE.read_bytes())
    assert [d.state for _, d, _ in report.new] == [
        State.VALIDEE, State.DESIGNATION, State.APPROPRIATION, State.ANIMATION, State.LIVRABLE_REMIS,
    ]  # fmt: skip
    assert len(brought(units, EXAMPLE.read_bytes()).same) == 5
    last = report.new[-1][1]
    given = {"jour": TODAY, "document": "décision du 24/11/2026"}
    form = step_of(Do.RECEVOIR).asks.model_validate(given)  # type: ignore[union-attr]
    around = Around(contract=INVENTED)
    done = decide(Attempt(last, somebody(Role.SVC_SIGN), Role.SVC_SIGN, form, NOW, around), Do.RECEVOIR).dossier
    units.run(lambda unit: unit.dossiers.save(done, last.version))
    units.run(lambda unit: clocks.keep(unit, done, NOW))
    assert units.run(lambda unit: unit.dossiers.get(Reference(last.ref))).state is State.RECU


def test_the_command_tries_then_takes_over_then_changes_nothing(tmp_path: Path) -> None:
    assert run("migrate", cwd=tmp_path).returncode == 0
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    prepared(units_on(engine))
    engine.dispose()
    (tmp_path / "r.csv").write_bytes(EXAMPLE.read_bytes())
    review = {"ATELIER_REVIEW_CHANNEL": "mattermost:revue"}
    dry = run("reprise", "r.csv", "--essai", cwd=tmp_path)
    assert dry.returncode == 0, dry.stderr
    assert "Vérification du livrable : au plus tard le lundi 4 janvier 2027" in dry.stdout
    assert "Observations sur le bon de commande : dépassée" not in dry.stdout, "a right to speak is over, not late"
    assert "Essai, rien n'est changé : 5 ateliers repris, 0 déjà là." in dry.stdout
    assert "ATELIER_REVIEW_CHANNEL" in run("reprise", "r.csv", cwd=tmp_path).stderr
    done = run("reprise", "r.csv", cwd=tmp_path, **review)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Reprise faite : 5 ateliers repris, 0 déjà là." in done.stdout
    assert "0 atelier repris, 5 déjà là." in run("reprise", "r.csv", cwd=tmp_path, **review).stdout
    (tmp_path / "w.csv").write_bytes(written(a_row(State.ANIMATION, bc2_reception="", territoire="Apt")))
    wrong = run("reprise", "w.csv", cwd=tmp_path, **review)
    assert wrong.returncode == 1
    assert "Ligne 2, colonne bc2_reception : L'état « Animation » suppose un bon de commande" in wrong.stderr
    assert "1 erreur : rien n'a été changé." in wrong.stderr
    assert "ne se lit pas" in run("reprise", "rien.csv", "--essai", cwd=tmp_path).stderr


def test_the_page_tells_every_column_and_state() -> None:
    page = EXAMPLE.with_name("reprise.md").read_text("utf-8")
    assert [name for name in (*COLUMNS, *TAKEN) if f"`{name}`" not in page] == []
