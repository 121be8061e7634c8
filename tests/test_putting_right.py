"""« Rectifier une saisie »: everything the service or AD1 records may be put right, and the journal tells before and after."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from cases import AFTER, NOON, REASON, attempt, in_state, scene_of, take, walk
from test_mission import REF, ordered
from town import Town, flat

from atelier import rules
from atelier.corrections import plain, recorded_things
from atelier.decide import decide
from atelier.dossier import Dossier
from atelier.words import Do, Refused, Role, RuleId, State
from bot.sandbox.people import CAMILLE, INES, OSCAR, PAUL

OTHER = {"date": "24/11/2026", "amount": "7 999,50 €", "text": "autre référence", "number": "35", "delay": "35 jours"}


def paid() -> Dossier:
    """An atelier received, its first order asked for and paid."""
    return walk((Do.DEMANDER_PAIEMENT, Do.PAYER, Do.RESTITUER_AUX_ELUS), in_state(State.RECU), at=AFTER)


def put_right(dossier: Dossier, code: str, value: str) -> Dossier:
    tried = attempt(
        dossier, Do.RECTIFIER, Role.SVC, at=AFTER + timedelta(days=1), saisie=code, valeur=value, motif=REASON
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
    for dossier in (paid(), scene_of(Do.RECTIFIER)[0], in_state(State.AJOURNE), in_state(State.LIVRABLE_DECLARE)):
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
