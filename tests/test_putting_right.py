"""« Rectifier une saisie »: everything the service or AD1 records may be put right, and the journal tells before and after."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from cases import AFTER, NOON, REASON, attempt, in_state, scene_of, take, walk
from test_mission import REF, acted, ordered
from town import Town, flat

from atelier import rules
from atelier.corrections import plain, recorded_things
from atelier.decide import decide
from atelier.dossier import Dossier
from atelier.words import Do, Refused, Role, RuleId, State
from bot.sandbox.mission import CONTRACT
from bot.sandbox.people import CAMILLE, INES, MARC, OSCAR, PAUL

OTHER = {
    "date": "24/11/2026", "amount": "7 999,50 €", "text": "autre référence", "number": "35", "delay": "35 jours",
    "long": "Un autre texte, entier.",
}  # fmt: skip
TOLD = "Trois scénarios discutés.\n\nLa halle est gardée."
OWN = {
    "session.visite": "9 h, place Reggio", "session.seance": "18 h 30, salle des fêtes", "session.parcours": TOLD,
    "session.acteurs": TOLD, "session.compte_rendu": TOLD, "elus.partenaires": TOLD, "elus.relais": TOLD,
    "suivi6.suites": TOLD, "suivi12.suites": TOLD,
}  # fmt: skip
"""What the service told of the atelier, and what it tells instead."""


def paid() -> Dossier:
    """An atelier received, its first order asked for and paid."""
    return walk((Do.DEMANDER_PAIEMENT, Do.PAYER, Do.RESTITUER_AUX_ELUS), in_state(State.RECU), at=AFTER)


def followed(role: Role = Role.SVC) -> Dossier:
    """The same, with both follow-ups answered by somebody of this role."""
    six = take(paid(), Do.REPONDRE_SUIVI, role, at=AFTER + timedelta(days=200))
    return take(six, Do.REPONDRE_SUIVI, role, at=AFTER + timedelta(days=400), mois="12")


def put_right(dossier: Dossier, code: str, value: str, after: int = 1) -> Dossier:
    tried = attempt(
        dossier, Do.RECTIFIER, Role.SVC, at=AFTER + timedelta(days=after), saisie=code, valeur=value, motif=REASON
    )
    return decide(tried, Do.RECTIFIER).dossier


def thing(dossier: Dossier, code: str) -> object:
    return next(t.value for t in recorded_things(dossier) if t.code == code)


@pytest.mark.parametrize(
    ("code", "typed", "kept"),
    [
        ("acte", "Décision 2026-119", "Décision 2026-119"),
        ("credits.uo", "0135-UO54", "0135-UO54"),
        ("credits.chorus", "2000124", "2000124"),
        ("bc1.preuve", "AR 2C 124", "AR 2C 124"),
        ("bc1.delai", "35 jours", "35 jours"),
        ("bc1.demande_preuve", "Chorus Pro 78", "Chorus Pro 78"),
        ("session.participants", "35", 35),
        ("livrable.preuve", "AR 2C 125", "AR 2C 125"),
    ],
)
def test_what_was_recorded_wrong_is_put_right(code: str, typed: str, kept: object) -> None:
    before = paid()
    after = put_right(before, code, typed)
    assert thing(before, code) != kept
    assert thing(after, code) == kept
    assert after.version == before.version


@pytest.mark.parametrize(("code", "typed"), OWN.items())
def test_a_text_told_wrong_is_put_right_and_nothing_else_moves(code: str, typed: str) -> None:
    before = followed()
    after = put_right(before, code, typed, after=401)
    assert (thing(before, code) != typed, thing(after, code)) == (True, typed)
    was, now = ({t.code: t.value for t in recorded_things(d)} for d in (before, after))
    assert {name for name in was if was[name] != now[name]} == {code}
    assert (after.runs, after.version) == (before.runs, before.version)


def test_what_somebody_else_said_is_theirs_and_what_is_planned_is_planned_anew() -> None:
    theirs = {t.code for t in recorded_things(followed(Role.COLL))}
    assert not {code for code in theirs if code.startswith("suivi")}
    assert {"suivi6.suites", "suivi12.suites"} < {t.code for t in recorded_things(followed())}
    planned = take(in_state(State.ANIMATION), Do.PROGRAMMER_SESSION, at=NOON)
    assert not {t.code for t in recorded_things(planned) if t.code.startswith("session")}


@pytest.mark.parametrize(
    ("code", "typed", "said"),
    [
        ("session.compte_rendu", "Trop bref", "au moins {min_length}"),
        ("session.visite", "x" * 201, "au plus {max_length}"),
        ("bc1.preuve", "AR " * 100, "au plus {max_length}"),
        ("session.compte_rendu", "Deux scénarios discutés.", "déjà la valeur"),
    ],
)
def test_a_text_is_as_long_as_where_it_was_first_given(code: str, typed: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        put_right(paid(), code, typed)
    assert said in refused.value.sentence


def test_a_reference_stays_on_one_line() -> None:
    assert thing(put_right(paid(), "bc1.preuve", "AR 2C\n 124"), "bc1.preuve") == "AR 2C 124"
    assert thing(put_right(paid(), "session.participants", "8"), "session.participants") == 8


def test_a_deliverable_declared_on_the_wrong_day_is_put_right_until_it_is_confirmed() -> None:
    declared = in_state(State.LIVRABLE_DECLARE)
    after = put_right(declared, "livrable.declaration", "13/12/2026")
    assert after.mission_().livrables[-1].declared_on == date(2026, 12, 13)
    assert "livrable.declaration" not in {t.code for t in recorded_things(in_state(State.LIVRABLE_REMIS))}


@pytest.mark.parametrize(("code", "typed"), [("session.participants", "beaucoup"), ("bc1.delai", "bientôt")])
def test_what_cannot_be_read_is_refused(code: str, typed: str) -> None:
    with pytest.raises(Refused):
        put_right(paid(), code, typed)


def test_a_delay_put_right_counts_its_clock_anew_and_keeps_the_wrong_one() -> None:
    dossier = in_state(State.ANIMATION)
    before = rules.last_day(dossier, RuleId.BC_EXECUTION, "bc:2")
    after = put_right(dossier, "bc2.delai", "2 mois")
    assert (before, rules.last_day(after, RuleId.BC_EXECUTION, "bc:2")) == (date(2027, 2, 24), date(2027, 1, 25))
    runs = [r for r in after.runs if r.rule is RuleId.BC_EXECUTION and r.about == "bc:2"]
    assert [(r.delay, r.replaced, r.ended is None) for r in runs] == [("3 mois", True, False), ("2 mois", False, True)]


def test_what_was_granted_goes_on_from_the_delay_put_right() -> None:
    dossier = take(in_state(State.ANIMATION), Do.DEMANDER_PROLONGATION, commande=2, at=NOON)
    granted = take(dossier, Do.REPONDRE_PROLONGATION, at=NOON)
    assert rules.last_day(granted, RuleId.BC_EXECUTION, "bc:2") == date(2027, 3, 11)
    after = put_right(granted, "bc2.delai", "2 mois")
    assert rules.last_day(after, RuleId.BC_EXECUTION, "bc:2") == date(2027, 2, 9)  # 25 January and 15 days


def test_every_thing_recorded_may_be_named_once_and_has_its_kind() -> None:
    elsewhere = (in_state(State.AJOURNE), in_state(State.LIVRABLE_DECLARE))
    for dossier in (paid(), followed(), scene_of(Do.RECTIFIER)[0], *elsewhere):
        things = recorded_things(dossier)
        assert len({t.code for t in things}) == len(things)
        assert all(t.kind in OTHER and isinstance(plain(t.value), str) for t in things)


async def test_the_journal_tells_what_it_was_and_what_it_is_to_the_state_alone(town: Town) -> None:
    await ordered(town)
    await town.player.command(
        PAUL, f"rectifier {REF} saisie = bc1.montant | valeur = 19 500 € | motif = Le bon signé porte ce montant"
    )
    await town.player.press(PAUL, "Confirmer")
    await town.player.command(PAUL, f"rectifier {REF} saisie = bc1.ej | valeur = 15124 | motif = Une faute de frappe")
    await town.player.press(PAUL, "Confirmer")
    assert town.dossier().mission_().commandes[0].amount == Decimal(19_500)
    await town.player.command(CAMILLE, f"journal {REF}")
    read = flat(town.read(CAMILLE)).replace("\u202f", " ").replace("\xa0", " ")
    amount = (
        "Montant du bon de commande n° 1, « 20 000 € » devient « 19 500 € » ; motif : Le bon signé porte ce montant"
    )
    assert amount in read
    assert "Numéro d'engagement juridique n° 1, « 15123 » devient « 15124 »" in read
    for who in (INES, OSCAR):
        await town.player.command(who, f"journal {REF}")
        read = flat(town.read(who)).replace("\u202f", " ").replace("\xa0", " ")
        assert "saisie rectifiée" in read
        assert "19 500" not in read
        assert "15124" not in read
    lines = town.local.app.writer.call(lambda unit: unit.journal.of(REF))
    details = next(line.details for line in lines if line.what == "C3")
    assert (details["avant"], details["apres"]) == ("20000", "19500")


def test_an_atelier_acted_under_the_wrong_contract_is_placed_under_the_right_one() -> None:
    tried = attempt(
        in_state(State.ACTE), Do.RECTIFIER, Role.AD1V, saisie="accord_cadre", valeur="adt-2026", motif=REASON
    )
    mission = decide(tried, Do.RECTIFIER).dossier.mission_()
    assert (mission.contract, mission.ccag) == ("adt-2026", "CCAG-PI 2021")
    assert "accord_cadre" not in [t.code for t in recorded_things(in_state(State.DESIGNATION))]


async def test_ad1_acted_under_a_contract_that_is_over(town: Town) -> None:
    """Wrong contract, or one that ends before anybody is asked: told, put right, and the designation goes on."""
    await acted(town)
    ref = REF
    other = town.local.app.writer.call(lambda unit: unit.contracts.get(CONTRACT)).model_copy(update={"code": "suivant"})
    over = other.model_copy(update={"code": CONTRACT, "date_fin_validite": date(2026, 10, 31)})
    for contract in (over, other):
        town.local.app.writer.call(lambda unit, kept=contract: unit.contracts.keep(kept, NOON, "essai"))
    await town.player.command(MARC, f"solliciter {ref}")
    assert f"« /atelier rectifier {ref} saisie = accord_cadre »" in flat(town.last(MARC))
    change = "saisie = accord_cadre | valeur = suivant | motif = Le contrat précédent est terminé"
    await town.player.command(CAMILLE, f"rectifier {ref} {change}")
    assert "se choisit au bureau AD1" in flat(town.read(CAMILLE))
    await town.player.command(MARC, f"rectifier {ref} {change}")
    await town.player.press(MARC, "Confirmer")
    assert town.dossier(ref).mission_().contract == "suivant"
    assert "suivant" in flat(town.read(CAMILLE))
    await town.player.command(MARC, f"solliciter {ref}")
    await town.player.press(MARC, "Confirmer")
    assert town.dossier(ref).state is State.DESIGNATION
