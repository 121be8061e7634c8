"""Who may write which answer, and when; versions of fields; a draft wakes its own reminder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from atelier import editing
from atelier.decide import opened
from atelier.dossier import By, Dossier, Holding, Member, Person, Piece
from atelier.fiche import item
from atelier.rules import running
from atelier.words import PersonId, Reference, Refused, Role, RuleId, State

MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SVC = Person(id=PersonId("svc"), name="S", holdings=(Holding(role=Role.SVC, scope="dep:55"),))
DREAL = Person(id=PersonId("dreal"), name="D", holdings=(Holding(role=Role.DREAL, scope="dep:55"),))
AD1 = Person(id=PersonId("ad1"), name="A", holdings=(Holding(role=Role.AD1I),))
COLL = Person(id=PersonId("coll"), name="C", holdings=(Holding(role=Role.COLL, scope="terr:55029"),))


def by(person: Person, role: Role, at: datetime = MONDAY) -> By:
    return By(person=person.id, role=role, at=at)


def a_draft(state: State = State.BROUILLON) -> Dossier:
    new = Dossier(
        ref=Reference("ADT-2026-0001"), opened=MONDAY, since=MONDAY, departement="55", service="DDT de la Meuse",
        members=(Member(person=SVC.id, role=Role.SVC),),
    )  # fmt: skip
    return opened(new, by(SVC, Role.SVC)).dossier.model_copy(update={"state": state})


def a_letter(kind: str = "courrier_soutien", number: int = 1) -> Piece:
    return Piece(
        id=f"f{number}", kind=kind, file=f"f{number}", name="a.pdf", mime="application/pdf", size=1, sha256="0", by=by(SVC, Role.SVC),
    )  # fmt: skip


def test_each_writes_as_who_they_are() -> None:
    assert editing.may_write(a_draft(), SVC, item("objet")) is Role.SVC
    assert editing.may_write(a_draft(), DREAL, item("acteurs")) is Role.DREAL
    with pytest.raises(Refused, match="service porteur ou à la collectivité"):
        editing.may_write(a_draft(), DREAL, item("objet"))
    with pytest.raises(Refused, match="entre le service porteur"):
        editing.may_write(a_draft(State.EN_ECHANGE).model_copy(update={"transmitted": MONDAY}), AD1, item("objet"))


def test_a_territory_opens_the_request_to_its_collectivite() -> None:
    draft = a_draft()
    assert not draft.roles_of(COLL)
    place = [{"code": "55029", "label": "Bar-le-Duc (55029, Meuse)", "kind": "commune"}]
    assert editing.answered(draft, item("territoire"), place, by(SVC, Role.SVC)).roles_of(COLL) == {Role.COLL}


@pytest.mark.parametrize("state", [State.TRANSMISE, State.EN_ECHANGE])
def test_after_transmission_only_a_letter_still_owed_may_come(state: State) -> None:
    sent = a_draft(state)
    assert editing.may_write(sent, SVC, item("courrier_soutien")) is Role.SVC
    with pytest.raises(Refused, match="demande un complément"):
        editing.may_write(sent, SVC, item("objet"))
    there = editing.deposited(sent, a_letter(), alone=True)
    with pytest.raises(Refused, match="demande un complément"):
        editing.may_write(there, SVC, item("courrier_soutien"))


@pytest.mark.parametrize("state", [State.VALIDEE, State.REFUSEE, State.REORIENTEE, State.RETIREE, State.SANS_SUITE])
def test_a_decided_request_does_not_change(state: State) -> None:
    with pytest.raises(Refused, match="ne change plus, la demande en est à"):
        editing.may_write(a_draft(state), SVC, item("courrier_soutien"))


def test_each_answer_has_its_own_version_and_the_step_keeps_its_own() -> None:
    draft = a_draft()
    once = editing.answered(draft, item("objet"), "un", by(SVC, Role.SVC))
    twice = editing.answered(once, item("objet"), "deux", by(SVC, Role.SVC))
    assert [d.answers["objet"].version for d in (once, twice)] == [1, 2]
    assert twice.version == draft.version


def test_a_new_letter_replaces_the_old_one_which_is_kept() -> None:
    moved = editing.deposited(
        editing.deposited(a_draft(), a_letter(number=1), alone=True), a_letter(number=2), alone=True
    )
    assert [p.replaced for p in moved.pieces] == [True, False]
    assert moved.piece("courrier_soutien").id == "f2"


def test_notes_stand_side_by_side() -> None:
    moved = editing.deposited(
        editing.deposited(a_draft(), a_letter("ressources", 1), alone=False), a_letter("ressources", 2), alone=False
    )
    assert [p.replaced for p in moved.pieces] == [False, False]


def test_an_optional_answer_may_be_taken_back_a_required_one_not() -> None:
    draft = editing.answered(a_draft(), item("acteurs"), "Bailleur", by(SVC, Role.SVC))
    assert editing.cleared(draft, item("acteurs"), by(SVC, Role.SVC)).value("acteurs") is None
    with pytest.raises(Refused, match="obligatoire"):
        editing.cleared(draft, item("objet"), by(SVC, Role.SVC))


def test_a_draft_is_reminded_after_the_last_day_of_work_on_it() -> None:
    draft = a_draft()
    same_day = editing.answered(draft, item("objet"), "un", by(SVC, Role.SVC, MONDAY + timedelta(hours=2)))
    assert same_day.runs == draft.runs
    later = editing.answered(draft, item("objet"), "un", by(SVC, Role.SVC, MONDAY + timedelta(days=2)))
    (run,) = running(later)
    assert (run.rule, run.generation, run.started) == (RuleId.RELANCE_BROUILLON, 2, MONDAY + timedelta(days=2))
