"""The table of the procedure, row by row: against its source, its rights, its conditions, its deadlines."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from string import Formatter

import agreed
import pytest
from cases import (
    FICHE,
    GIVEN,
    GUEST,
    LETTERS,
    LONG,
    NOON,
    REASON,
    REF,
    answered,
    attempt,
    complete,
    deposited,
    draft,
    in_state,
    moment,
    scene_of,
    somebody,
    take,
    taken,
    walk,
)

import atelier
from atelier import needs, rules
from atelier.decide import decide, offers, opened, step_of
from atelier.dossier import By, Complement, Dossier, Member, Run, Wanted
from atelier.fiche import items
from atelier.forms import Line, StepForm
from atelier.grammar import Around, Step
from atelier.labels import AD1, ROLES, STATES
from atelier.procedure import FINAL, OPENING, REQUEST, STEPS
from atelier.words import Do, PersonId, Refused, Role, RuleId, State

EVERY = (OPENING, *STEPS)
BY_ID = {step.id: step for step in EVERY}
BY_REQUEST = {step.id for step in (OPENING, *REQUEST)} - {"D8", "D7D8"}
OUT = {State.REFUSEE, State.REORIENTEE, State.RETIREE, State.SANS_SUITE, State.CLOS, State.ABANDONNE, State.RESILIE}
OF_A_REQUEST = list(State)[: list(State).index(State.ACTE)]
STILL_OPEN = set(State) - OUT
PAID_LATER = {State.ABANDONNE, State.RESILIE}
ENDED = {State.CLOS, *PAID_LATER}
ENDS = "refusee reorientee retiree sans_suite clos abandonne resilie"
"""Where nothing is left to do but to pay what was done."""
MOVES = [pytest.param(step, state, id=f"{step.id}-{state}") for step in STEPS for state in step.source]

SOURCE = [
    # id, de, vers, boutons, qui, notifie, délai: from the procedure's sources, rows D1 to D11; D8 is in `agreed.py`
    ("D1", "", "brouillon", "", "SVC COLL", "SVC", ""),
    ("D2", "brouillon", "transmise", "Transmettre à la DGALN", "SVC", "AD1I COLL DREAL", "CIBLE_PRISE_EN_CHARGE"),
    ("D3", "transmise", "en_echange", "Prendre en charge", "AD1I", "SVC", "CIBLE_INSTRUCTION"),
    ("D4", "en_echange", "a_completer", "Demander un complément", "AD1I", "SVC COLL", "CIBLE_COMPLEMENT"),
    ("D5", "a_completer", "en_echange", "Répondre au complément", "SVC COLL AD1I", "AD1I", ""),
    ("D6", "en_echange", "en_echange", "Émettre un avis", "AD1I AD1V", "AD1V", ""),
    ("D7", "en_echange", "validee", "Valider la demande", "AD1V", "SVC COLL DREAL", ""),
    ("D9", "en_echange a_completer", "reorientee refusee", "Réorienter|Refuser", "AD1V", "SVC COLL", ""),
    ("D10", "brouillon transmise en_echange a_completer validee", "retiree", "Retirer la demande", "SVC", "AD1I COLL", ""),
    ("D11", "a_completer", "sans_suite", "Classer sans suite", "AD1I", "SVC COLL", ""),
]  # fmt: skip
OURS = {
    # what the product adds to its source: an instructor's own button for D5, whose telling is the service's; a draft is
    # given its own reminder; the colleagues of whoever sends or withdraws their request are told
    "boutons": {"D1": {"Ouvrir une demande"}, "D5": {"Lever la demande de complément"}},
    "notifie": {"D2": {"SVC"}, "D5": {"SVC", "COLL"}, "D10": {"SVC"}},
    "delai": {"D1": {"RELANCE_BROUILLON"}},
}

ROWS = [
    # id, gesture, from, to, who
    ("D1", "demande", "", "brouillon", "SVC COLL"),
    ("D2", "transmettre", "brouillon", "transmise", "SVC"),
    ("D3", "prendre", "transmise", "en_echange", "AD1I"),
    ("D7", "valider", "en_echange", "validee", "AD1V"),
    ("D4", "completer", "en_echange", "a_completer", "AD1I"),
    ("D5", "repondre", "a_completer", "en_echange", "SVC COLL"),
    ("D5b", "lever", "a_completer", "en_echange", "AD1I"),
    ("D6", "avis", "en_echange", None, "AD1I AD1V"),
    ("C1", "ecrire", f"en_echange a_completer validee {agreed.ACTIVE} suspendu {ENDS}", None, "AD1I AD1V"),
    ("C2", "inviter", f"brouillon transmise en_echange a_completer validee {agreed.ACTIVE} suspendu", None, "SVC"),
    (
        "C2b",
        "retirer_personne",
        f"brouillon transmise en_echange a_completer validee {agreed.ACTIVE} suspendu",
        None,
        "SVC",
    ),
    ("D9a", "reorienter", "en_echange a_completer", "reorientee", "AD1V"),
    ("D9b", "refuser", "en_echange a_completer", "refusee", "AD1V"),
    ("D11", "classer", "a_completer", "sans_suite", "AD1I"),
    ("D10", "retirer", "brouillon transmise en_echange a_completer validee", "retiree", "SVC"),
]

RIGHTS = {
    # every other role, and every other state, is offered nothing
    (State.BROUILLON, Role.SVC): {Do.TRANSMETTRE, Do.INVITER, Do.RETIRER},
    (State.TRANSMISE, Role.SVC): {Do.INVITER, Do.RETIRER},
    (State.TRANSMISE, Role.AD1I): {Do.PRENDRE_EN_CHARGE},
    (State.EN_ECHANGE, Role.SVC): {Do.INVITER, Do.RETIRER},
    (State.EN_ECHANGE, Role.AD1I): {Do.DEMANDER_COMPLEMENT, Do.DONNER_AVIS, Do.ECRIRE},
    (State.EN_ECHANGE, Role.AD1V): {
        Do.VALIDER,
        Do.VALIDER_ET_ACTER,
        Do.DONNER_AVIS,
        Do.ECRIRE,
        Do.REORIENTER,
        Do.REFUSER,
    },
    (State.A_COMPLETER, Role.SVC): {Do.REPONDRE_COMPLEMENT, Do.INVITER, Do.RETIRER},
    (State.A_COMPLETER, Role.COLL): {Do.REPONDRE_COMPLEMENT},
    (State.A_COMPLETER, Role.AD1I): {Do.RETIRER_COMPLEMENT, Do.ECRIRE, Do.CLASSER},
    (State.A_COMPLETER, Role.AD1V): {Do.ECRIRE, Do.REORIENTER, Do.REFUSER},
    (State.VALIDEE, Role.SVC): {Do.INVITER, Do.RETIRER},
    (State.VALIDEE, Role.AD1I): {Do.ECRIRE},
    (State.VALIDEE, Role.AD1V): {Do.ACTER, Do.ECRIRE},
    **{(state, role): {Do.ECRIRE} for state in OUT - ENDED for role in (Role.AD1I, Role.AD1V)},
}
"""Of a request; an atelier's follow from `agreed.py`."""

READ_BY_NOBODY = {Do.ECRIRE, Do.REPONDRE_COMPLEMENT, Do.REPRENDRE_CASCADE}
"""Steps whose form the rules write nowhere: the message is carried, the word is told, the motive is for the journal."""

ORDER = {"BC_OBSERVATIONS", "DUREE_MISSION"}
RUNNING = {
    # the deadlines of each state, « ~ » before a suspended one
    State.BROUILLON: {"RELANCE_BROUILLON"},
    State.TRANSMISE: {"CIBLE_PRISE_EN_CHARGE"},
    State.EN_ECHANGE: {"CIBLE_INSTRUCTION"},
    State.A_COMPLETER: {"~CIBLE_INSTRUCTION", "CIBLE_COMPLEMENT"},
    State.VALIDEE: {"CIBLE_SUITE"},
    State.ACTE: {"CIBLE_SUITE"},
    State.DESIGNATION: {"CIBLE_SUITE"},
    State.CASCADE_EPUISEE: {"CIBLE_SUITE"},
    State.DESIGNE: {"CIBLE_SUITE"},
    State.CREDITS_DELEGUES: {"CIBLE_SUITE"},
    State.APPROPRIATION: {*ORDER, "BC_EXECUTION", "APPROPRIATION"},
    State.NOTE_REMISE: {*ORDER, "CIBLE_SUITE"},
    State.NOTE_VALIDEE: {*ORDER, "CIBLE_SUITE"},
    State.ANIMATION: {*ORDER, "BC_EXECUTION", "CIBLE_SUITE"},
    State.RESTITUTION: {*ORDER, "BC_EXECUTION", "RESTITUTION"},
    State.LIVRABLE_DECLARE: {*ORDER, "BC_EXECUTION", "CIBLE_SUITE"},
    State.LIVRABLE_REMIS: {*ORDER, "VERIFICATION"},
    State.AJOURNE: {*ORDER, "AJOURN_ACCEPTATION", "AJOURN_REPRESENTATION", "AJOURN_DECISION"},
    State.REJETE: {*ORDER, "CIBLE_SUITE"},
    State.RECU: {"BC_OBSERVATIONS", "CIBLE_SUITE"},
    State.SUSPENDU: {"BC_OBSERVATIONS", "~BC_EXECUTION", "~DUREE_MISSION", "CIBLE_SUITE"},
}


def paris(*moment: int) -> datetime:
    """An instant of winter, in Paris."""
    return datetime(*moment, tzinfo=UTC) - timedelta(hours=1)  # type: ignore[arg-type,misc]


def said(dossier: Dossier, act: Do, role: Role, at: datetime = NOON, around: Around | None = None, **changes: object) -> str:  # fmt: skip
    """The sentence said to who is refused; a failure when nobody is. Every blank has its value, and no more."""
    tried = attempt(dossier, act, role, at=at, **changes)
    with pytest.raises(Refused) as refused:
        decide(replace(tried, around=around or tried.around), act)
    assert blanks(refused.value.sentence) == set(refused.value.args_)
    return str(refused.value)


def blanks(sentence: str) -> set[str]:
    """The placeholders of a sentence."""
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def of_source(row: str) -> list[Step]:
    """The rows of ours that a row of the source became: D9 is D9a and D9b."""
    return [step for step in EVERY if re.fullmatch(rf"{row}[a-z]?", step.id)]


# --- the rows ---


@pytest.mark.parametrize(("id_", "act", "source", "target", "by"), ROWS)
def test_each_row_is_the_one_agreed(id_: str, act: str, source: str, target: str | None, by: str) -> None:
    step = BY_ID[id_]
    assert (step.act, step.source, step.target) == (act, tuple(source.split()), target)
    assert step.by == tuple(by.split())


def test_there_is_no_other_row_and_no_gesture_has_two() -> None:
    request, atelier = [id_ for id_, *_ in ROWS], [row.id for row in agreed.ROWS]
    acted = request.index("D7") + 1
    assert [step.id for step in EVERY] == [*request[:acted], *atelier[:2], *request[acted:], *atelier[2:]]
    assert sorted(step.act for step in EVERY) == sorted(Do)


@pytest.mark.parametrize("row", SOURCE, ids=lambda row: row[0])
def test_the_source_table_is_kept(row: tuple[str, ...]) -> None:
    id_, de, vers, boutons, qui, notifie, delai = row
    steps = of_source(id_)
    assert steps
    assert {state for step in steps for state in step.source} == set(de.split())
    assert {step.target or step.source[0] for step in steps} == set(vers.split())
    assert {role for step in steps for role in step.by} == set(qui.split())
    ours = {name: extra.get(id_, set()) for name, extra in OURS.items()}
    assert {step.label for step in steps} == {b for b in boutons.split("|") if b} | ours["boutons"]
    assert {role for step in steps for role in step.tells} == set(notifie.split()) | ours["notifie"]
    assert {clock for step in steps for clock in step.starts} == set(delai.split()) | ours["delai"]


@pytest.mark.parametrize("step", EVERY, ids=lambda step: step.id)
def test_each_row_can_be_read(step: Step) -> None:
    assert step.label.strip()
    assert step.said.strip()
    assert 0 < len(step.short.encode()) <= 24
    sources = step.paragraph.split(" ; ")
    known = r"circulaire, §[1-6]|choix du produit|CCAG-PI 20(09|21), articles? [\d.]+( et [\d.]+)?"
    known += r"|code de la commande publique, R\d{4}-\d+( \(à vérifier\))?"
    assert [source for source in sources if not re.fullmatch(known, source)] == []
    assert (step.source, step.by) == (tuple(dict.fromkeys(step.source)), tuple(dict.fromkeys(step.by)))


def test_each_title_of_a_question_fits_in_24_bytes() -> None:
    lines = [m for step in STEPS if step.asks for f in step.asks.model_fields.values() for m in f.metadata]
    titles = [line.short for line in lines if isinstance(line, Line)] + [i.asked.short for i in items()]
    assert len(titles) > 30
    assert [title for title in titles if not 0 < len(title.encode()) <= 24] == []


def test_every_state_and_role_has_its_own_words() -> None:
    for labels, codes in ((STATES, State), (ROLES, Role)):
        assert set(labels) == set(codes)
        assert len(set(labels.values())) == len(codes)


# --- rights ---


@pytest.mark.parametrize(("state", "role"), list(product(OF_A_REQUEST, Role)))
def test_every_gesture_is_either_offered_or_refused(state: State, role: Role) -> None:
    dossier, late = in_state(state), NOON + timedelta(days=90)
    offered = {step.act for step in offers(dossier, somebody(role))}
    assert offered == RIGHTS.get((state, role), set())
    for act in set(Do) - {Do.OUVRIR}:
        if act in offered:
            moved = take(dossier, act, role, at=late)
            assert moved.state == (step_of(act).target or state)
        else:
            sentence = said(dossier, act, role, late)
            mine = role in step_of(act).by and not (role in AD1 and state is State.BROUILLON)
            assert sentence.startswith("Ce geste n'est plus possible" if mine else "Ce geste ne vous revient pas")


@pytest.mark.parametrize("role", Role)
def test_a_request_is_opened_by_the_service_or_the_collectivite(role: Role) -> None:
    new = Dossier(ref=REF, opened=NOON, since=NOON, departement="55", service="DDT de la Meuse")
    by = By(person=PersonId("x"), role=role, at=NOON)
    if role in {Role.SVC, Role.COLL}:
        moved = opened(new, by).dossier
        assert (moved.state, moved.last_by) == (OPENING.target, by)
        return
    with pytest.raises(Refused, match="revient au service"):
        opened(new, by)


def test_a_role_one_does_not_hold_decides_nothing() -> None:
    """Who holds another role of the row may not sign in this one: the journal would say what is not."""
    dossier = in_state(State.EN_ECHANGE)
    tried = attempt(dossier, Do.DONNER_AVIS, Role.AD1I)
    with pytest.raises(Refused, match="ne vous revient pas"):
        decide(replace(tried, role=Role.AD1V), Do.DONNER_AVIS)
    with pytest.raises(Refused, match="ne vous revient pas"):
        decide(replace(tried, role=Role.SVC), Do.DONNER_AVIS)
    both = replace(tried, person=somebody(Role.AD1I, Role.AD1V), role=Role.AD1V)
    assert decide(both, Do.DONNER_AVIS).dossier.opinions[-1].by.role is Role.AD1V


def test_ad1_sees_no_draft_not_even_one_withdrawn() -> None:
    everywhere = somebody(*Role)
    never_sent = take(draft(), Do.RETIRER)
    for dossier in (draft(), never_sent):
        assert dossier.roles_of(everywhere) == set(Role) - AD1 - {Role.ADMIN}
    named = draft().model_copy(update={"members": (Member(person=everywhere.id, role=Role.AD1I),)})
    assert not named.roles_of(everywhere) & AD1
    assert in_state(State.TRANSMISE).roles_of(everywhere) == set(Role) - {Role.ADMIN}


@pytest.mark.parametrize(
    ("scope", "held"),
    [
        ("", True),
        ("dep:55", True),
        (f"ref:{REF}", True),
        ("terr:55029", True),
        ("dep:57", False),
        ("ref:", False),
        ("terr:57463", False),
        ("moi", False),
        ("dep:", False),
        ("55", False),
    ],
)
def test_a_role_is_held_where_its_scope_says(scope: str, held: bool) -> None:
    assert bool(complete().roles_of(somebody(Role.SVC, scope=scope, name="une autre"))) is held


def test_an_inactive_person_has_no_role() -> None:
    gone = somebody(*Role, active=False)
    dossier = in_state(State.EN_ECHANGE)
    named = dossier.model_copy(update={"members": (Member(person=gone.id, role=Role.COLL),)})
    assert named.roles_of(gone) == set()
    assert offers(named, gone) == ()


def test_an_administrator_of_the_robot_has_no_part_in_a_request() -> None:
    assert in_state(State.EN_ECHANGE).roles_of(somebody(Role.ADMIN)) == set()


# --- no dead end, nobody waits for ever ---


def test_every_state_but_the_last_ones_has_a_way_out() -> None:
    leaving = {state for step in STEPS for state in step.source if step.target not in {None, state, State.SUSPENDU}}
    assert leaving == STILL_OPEN
    assert set(FINAL) == OUT
    assert {step.id for step in STEPS if PAID_LATER & set(step.source)} == {"F1", "F2", "C1"}
    assert {step.id for step in STEPS if (OUT - PAID_LATER) & set(step.source)} == {"C1"}, "an answer, nothing else"
    assert all(state in step_of(Do.ECRIRE).source for state in OUT)


def test_every_state_is_reached_from_the_opening() -> None:
    reached = {OPENING.target}
    for _ in State:
        reached |= {step.target for step in STEPS if reached & set(step.source) and step.target}
    assert reached == set(State) - {State.CASCADE_EPUISEE}
    assert {in_state(state).state for state in State} == set(State)


@pytest.mark.parametrize("state", State)
def test_each_state_runs_its_deadlines_and_a_last_one_none(state: State) -> None:
    dossier = in_state(state)
    assert dossier.state is state
    open_runs = rules.running(dossier)
    assert {f"{'~' * run.suspended}{run.rule}" for run in open_runs} == RUNNING.get(state, set())
    assert len({(run.rule, run.about) for run in open_runs}) == len(open_runs)
    owed = {role for run in open_runs if not run.suspended for role in rules.owed(run, dossier)}
    acting = {
        role for role in Role for step in offers(dossier, somebody(role)) if step.act not in {Do.ECRIRE, Do.INVITER}
    }
    assert bool(owed & acting) is (state in STILL_OPEN)


@pytest.mark.parametrize(("step", "state"), MOVES)
def test_no_step_leaves_a_request_without_a_deadline(step: Step, state: State) -> None:
    moved = taken(step, state)[1].dossier
    owed = moved.state in STILL_OPEN or (step.id == "F1" and moved.state in PAID_LATER)
    assert bool(rules.running(moved)) is owed
    assert {run.rule for run in rules.running(moved) if run.rule in set(step.stops) - set(step.starts)} == set()


def test_a_complement_suspends_the_target_and_gives_back_the_working_days() -> None:
    """Taken on Tuesday 24 November: 20 working days end on 22 December. Christmas is not worked."""
    taken = walk((Do.TRANSMETTRE, Do.PRENDRE_EN_CHARGE), at=paris(2026, 11, 24, 12))
    assert due_day(taken, RuleId.CIBLE_INSTRUCTION) == date(2026, 12, 22)
    asked = take(taken, Do.DEMANDER_COMPLEMENT, at=paris(2026, 11, 27, 15))
    run = next(r for r in rules.running(asked) if r.rule is RuleId.CIBLE_INSTRUCTION)
    assert run.suspended
    assert due_day(asked, RuleId.CIBLE_COMPLEMENT) == date(2026, 12, 18)
    back = take(asked, Do.REPONDRE_COMPLEMENT, at=paris(2026, 12, 3, 9))
    assert due_day(back, RuleId.CIBLE_INSTRUCTION) == date(2026, 12, 29)  # 30 November to 3 December: 4 days
    again = take(take(back, Do.DEMANDER_COMPLEMENT, at=paris(2026, 12, 3, 10)), Do.RETIRER_COMPLEMENT, at=paris(2026, 12, 3, 18))  # fmt: skip
    assert due_day(again, RuleId.CIBLE_INSTRUCTION) == date(2026, 12, 29)  # within one day: nothing lost
    third = take(take(again, Do.DEMANDER_COMPLEMENT, at=paris(2026, 12, 4, 9)), Do.REPONDRE_COMPLEMENT, at=paris(2026, 12, 7, 9))  # fmt: skip
    assert due_day(third, RuleId.CIBLE_INSTRUCTION) == date(2026, 12, 30)  # over a weekend: Monday only
    assert [(r.rule, r.generation) for r in third.runs if r.rule is RuleId.CIBLE_COMPLEMENT] == [
        (RuleId.CIBLE_COMPLEMENT, n) for n in (1, 2, 3)
    ]


def due_day(dossier: Dossier, id_: RuleId) -> date:
    """The day an open deadline falls due."""
    return next(rules.explained(run, dossier).due for run in rules.running(dossier) if run.rule is id_)


# --- the conditions ---


def test_every_condition_of_the_table_has_its_test_here() -> None:
    assert {need for step in STEPS for need in step.needs if need.__module__ == needs.__name__} == {
        needs.fiche_remplie, needs.deux_courriers, needs.dans_l_ordre, needs.complement_cible, needs.a_sa_part,
        needs.complement_repondu, needs.delai_de_reponse_passe, needs.outil_connu, needs.pas_de_complement,
    }  # fmt: skip
    wanted = {step.id: [need.__name__ for need in step.needs] for step in EVERY if step.needs and step.id in BY_REQUEST}
    assert wanted == {
        "D2": ["fiche_remplie"],
        "D3": ["dans_l_ordre"],
        "D4": ["complement_cible"],
        "D5": ["a_sa_part", "complement_repondu"],
        "D7": ["pas_de_complement", "fiche_remplie", "deux_courriers"],
        "D9a": ["outil_connu"],
        "D11": ["delai_de_reponse_passe"],
    }


@pytest.mark.parametrize("name", FICHE)
def test_a_required_answer_is_owed_before_transmission(name: str) -> None:
    short = next(i.asked.short for i in items() if i.name == name)
    lacking = answered(complete(), **{name: None})
    expected = f"Il manque 1 réponse(s) obligatoire(s) : {short}. Complétez la fiche avec « /atelier reprendre {REF} »."
    assert said(lacking, Do.TRANSMETTRE, Role.SVC) == expected
    assert said(lacking.model_copy(update={"state": State.EN_ECHANGE, "transmitted": NOON}), Do.VALIDER, Role.AD1V) == expected  # fmt: skip


def test_an_empty_draft_says_all_it_lacks_in_order() -> None:
    assert said(draft(), Do.TRANSMETTRE, Role.SVC).startswith(
        "Il manque 9 réponse(s) obligatoire(s) : Service porteur, Territoire, Échelle, Thèmes, Objet, Objectifs, "
        "Livrable attendu, Dynamiques locales, Ingénierie locale."
    )


def test_the_letters_are_owed_to_validate_not_to_transmit() -> None:
    without = answered(draft(), **FICHE)
    taken = walk((Do.TRANSMETTRE, Do.PRENDRE_EN_CHARGE), without)
    engagement = f"Il manque le courrier d'engagement de la collectivité, que la collectivité doit déposer (circulaire, §5). L'instructeur le demande avec « /atelier completer {REF} »."
    soutien = f"Il manque le courrier de soutien du préfet, que le service porteur doit déposer (circulaire, §5). L'instructeur le demande avec « /atelier completer {REF} »."
    assert said(taken, Do.VALIDER, Role.AD1V) == engagement
    assert said(deposited(taken, "courrier_engagement"), Do.VALIDER, Role.AD1V) == soutien
    assert said(deposited(taken, "courrier_soutien"), Do.VALIDER, Role.AD1V) == engagement
    both = deposited(taken, *LETTERS)
    assert take(both, Do.VALIDER).state is State.VALIDEE
    gone = tuple(p.model_copy(update={"replaced": True}) for p in both.pieces)
    assert said(both.model_copy(update={"pieces": gone}), Do.VALIDER, Role.AD1V) == engagement


def test_another_order_needs_its_reason() -> None:
    dossier = in_state(State.TRANSMISE)
    ahead = Around(ahead=("ADT-2026-0001", "ADT-2026-0002", "ADT-2026-0003", "ADT-2026-0004"))  # type: ignore[arg-type]
    expected = (
        "4 demande(s) plus ancienne(s) attend(ent) encore : ADT-2026-0001, ADT-2026-0002, ADT-2026-0003. Les demandes sont "
        "examinées selon l'ordre d'arrivée (circulaire, §5) : prenez la première, ou donnez votre motif (10 caractères au moins)."
    )
    for motif in ("", "   ", "pressé", " " * 30):
        assert said(dossier, Do.PRENDRE_EN_CHARGE, Role.AD1I, around=ahead, motif=motif) == expected
    tried = replace(attempt(dossier, Do.PRENDRE_EN_CHARGE, Role.AD1I, motif="Péril sur l'îlot"), around=ahead)
    moved = decide(tried, Do.PRENDRE_EN_CHARGE).dossier
    assert (moved.state, moved.out_of_order) == (State.EN_ECHANGE, "Péril sur l'îlot")
    first = take(dossier, Do.PRENDRE_EN_CHARGE, motif="Péril sur l'îlot")
    assert first.out_of_order == ""  # nothing was ahead: there is no other order to explain


def test_a_complement_names_what_the_fiche_has() -> None:
    dossier = in_state(State.EN_ECHANGE)
    expected = "« couleur » n'est pas un champ de la fiche : choisissez dans la liste."
    assert said(dossier, Do.DEMANDER_COMPLEMENT, Role.AD1I, champs=("objet", "couleur")) == expected
    everything = tuple(i.name for i in items())
    asked = take(dossier, Do.DEMANDER_COMPLEMENT, champs=(*everything, "objet")).complement()
    assert asked is not None
    assert tuple(w.field for w in asked.wanted) == everything
    assert asked.before["objet"] == FICHE["objet"]
    assert asked.before["courrier_soutien"] == "a1"
    assert asked.before["acteurs"] is None


def test_the_collectivite_answers_for_its_part_only() -> None:
    both = take(in_state(State.EN_ECHANGE), Do.DEMANDER_COMPLEMENT, champs=("objet", "objectifs", "courrier_engagement", "courrier_soutien"))  # fmt: skip
    letter = deposited(both, "courrier_engagement", sha256="b2")
    expected = (
        "Le complément porte aussi sur : {}, que le service porteur doit fournir. Ce que vous avez déposé est gardé ; "
        "le service répondra pour l'ensemble."
    )
    assert said(letter, Do.REPONDRE_COMPLEMENT, Role.COLL) == expected.format("Objet, Courrier de soutien")
    nearly = answered(letter, objet="Un autre objet, plus précis")
    assert said(nearly, Do.REPONDRE_COMPLEMENT, Role.COLL) == expected.format("Courrier de soutien")
    whole = deposited(nearly, "courrier_soutien", sha256="c3")
    assert take(whole, Do.REPONDRE_COMPLEMENT, Role.COLL).state is State.EN_ECHANGE
    assert take(letter, Do.REPONDRE_COMPLEMENT, Role.SVC).state is State.EN_ECHANGE
    theirs = take(in_state(State.EN_ECHANGE), Do.DEMANDER_COMPLEMENT, champs=("objectifs", "courrier_engagement"))
    assert take(theirs, Do.REPONDRE_COMPLEMENT, Role.COLL).state is State.EN_ECHANGE


def test_an_answer_changes_what_was_asked_or_says_why_not() -> None:
    asked = take(in_state(State.EN_ECHANGE), Do.DEMANDER_COMPLEMENT, champs=("objectifs", "courrier_soutien"))
    expected = (
        "Rien n'a changé depuis la demande de complément : modifiez un champ ou une pièce demandés, ou écrivez un mot à "
        "la DGALN qui explique pourquoi."
    )
    elsewhere = deposited(answered(asked, objet="Un autre objet, plus précis"), "courrier_engagement", sha256="z9")
    for dossier in (asked, elsewhere):
        for note in ("", "  \n "):
            assert said(dossier, Do.REPONDRE_COMPLEMENT, Role.SVC, note=note) == expected
    answers = (
        (answered(asked, objectifs=LONG + " Et les commerces ferment."), ""),
        (deposited(asked, "courrier_soutien", sha256="b2"), ""),
        (asked, "Les objectifs sont exacts."),
    )
    for dossier, note in answers:
        moved = take(dossier, Do.REPONDRE_COMPLEMENT, note=note)
        assert (moved.state, moved.complements[-1].ended) == (State.EN_ECHANGE, "repondu")
        assert moved.fiche_version == dossier.fiche_version + 1


def test_without_a_complement_there_is_nothing_to_answer() -> None:
    lost = in_state(State.A_COMPLETER).model_copy(update={"complements": ()})
    assert said(lost, Do.REPONDRE_COMPLEMENT, Role.SVC) == "Aucun complément n'est en attente sur cette demande."


def test_no_validation_while_a_complement_is_pending() -> None:
    by = By(person=PersonId("AD1I"), role=Role.AD1I, at=NOON)
    pending = Complement(number=1, wanted=(Wanted(field="objet", text=REASON),), by=by, before={})
    dossier = in_state(State.EN_ECHANGE).model_copy(update={"complements": (pending,)})
    expected = "Un complément est encore attendu : levez la demande de complément avant de valider."
    assert said(dossier, Do.VALIDER, Role.AD1V) == expected
    done = pending.model_copy(update={"ended": "repondu"})
    assert take(dossier.model_copy(update={"complements": (done,)}), Do.VALIDER).state is State.VALIDEE


def test_a_request_is_classed_after_the_reminders_never_before() -> None:
    asked = in_state(State.A_COMPLETER)  # 24 November and 15 working days: 15 December
    last = paris(2026, 12, 15, 23, 59, 59)
    expected = (
        "Le complément est attendu jusqu'au 2026-12-15 : une demande se classe sans suite après les relances, jamais "
        "avant. Vous pouvez écrire au service, ou lever la demande de complément."
    )
    for at in (NOON, last):
        assert said(asked, Do.CLASSER, Role.AD1I, at) == expected
    assert take(asked, Do.CLASSER, at=last + timedelta(seconds=1)).state is State.SANS_SUITE


def test_another_tool_is_one_of_the_list() -> None:
    dossier = in_state(State.EN_ECHANGE)
    expected = "« ILOTS » n'est pas dans la liste des outils : choisissez-en un."
    assert said(dossier, Do.REORIENTER, Role.AD1V, outil="ILOTS") == expected
    decision = take(dossier, Do.REORIENTER, outil="PVD").decision
    assert decision is not None
    assert (decision.act, decision.other_tool, decision.reason) == ("reorientee", "PVD", REASON)


def test_an_invitation_names_somebody_of_the_directory_once() -> None:
    expected = "« Inès Moreau » n'est pas dans l'annuaire : vérifiez le nom, ou dites à cette personne de taper « /atelier » pour demander son accès."
    assert said(draft(), Do.INVITER, Role.SVC, around=Around()) == expected
    invited = take(draft(), Do.INVITER)
    assert Member(person=GUEST, role=Role.COLL) in invited.members
    assert (
        said(invited, Do.INVITER, Role.SVC)
        == "Cette personne fait déjà partie de la demande à ce titre : rien à faire, elle la voit avec « /atelier voir ADT-2026-0007 »."
    )
    assert len(take(invited, Do.INVITER, role="CAUE").members) == len(invited.members) + 1


def sentences() -> Iterator[tuple[str, str, set[str]]]:
    """Every `Refused(fr("…"), name=…)` of the rules: the file, the sentence, the names given."""
    for path in sorted(Path(atelier.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name("Refused"), args=[ast.Call(func=ast.Name("fr"), args=[ast.Constant(str(text))])]):  # fmt: skip
                    yield path.name, text, {keyword.arg or "**" for keyword in node.keywords}
                case _:
                    pass


def test_every_refusal_of_the_rules_fills_its_blanks() -> None:
    found = list(sentences())
    assert len([text for name, text, _ in found if name == "needs.py"]) >= 8
    assert [(name, text) for name, text, given in found if blanks(text) != given] == []
    assert [text for _, text, _ in found if not text.endswith((".", "!", "?", ")", "…"))] == []


# --- what a step writes ---


def test_the_arrival_number_is_kept_through_completions() -> None:
    """Given by storage at the first transmission: no rule gives one, changes one, or takes one away."""
    assert decide(attempt(complete(), Do.TRANSMETTRE, Role.SVC), Do.TRANSMETTRE).dossier.arrival is None
    dossier = in_state(State.TRANSMISE)
    acts = (Do.PRENDRE_EN_CHARGE, Do.DEMANDER_COMPLEMENT, Do.REPONDRE_COMPLEMENT, Do.DEMANDER_COMPLEMENT, Do.RETIRER_COMPLEMENT, Do.VALIDER)  # fmt: skip
    for act in acts:
        dossier = take(dossier, act)
        assert (dossier.arrival, dossier.transmitted) == (7, NOON)


@pytest.mark.parametrize(("step", "state"), MOVES)
def test_the_version_moves_with_the_state_and_the_journal_knows_who(step: Step, state: State) -> None:
    tried, outcome = taken(step, state)
    before, moved = tried.dossier, outcome.dossier
    assert (outcome.step, outcome.before) == (step, before)
    stays = {"A9": None, "A22b": State.ANIMATION}  # a first approval of three; back where it was suspended
    target = stays.get(step.id, step.target)
    if target is None:
        assert (moved.state, moved.version, moved.since, moved.last_said) == (
            before.state, before.version, before.since, before.last_said,
        )  # fmt: skip
        moves = {*step.starts, *step.stops, *BY_EFFECT.get(step.id, ())}
        kept = [run for run in before.runs if run.rule not in moves]
        assert step.id[0] in "AFTC" or moved.runs == before.runs
        assert [run for run in kept if run.ended is None and run not in moved.runs] in (
            [],
            _next(before),
        )
    else:
        assert (moved.state, moved.version, moved.since) == (target, before.version + 1, tried.now)
        said_by = By(person=tried.person.id, role=step.by[0], at=tried.now, document=tried.by().document)
        assert (moved.last_said, moved.last_by) == (step.said, said_by)


BY_EFFECT = {
    "A23b": {RuleId.BC_EXECUTION, RuleId.APPROPRIATION, RuleId.RESTITUTION},
    "C3": {RuleId.CASCADE_REPONSE},
    "F2": {RuleId.PAIEMENT},
    "F4": {RuleId.PENALITES_OBSERVATIONS},
    "T2": {RuleId.SUIVI_6_MOIS},
}
"""The deadlines of one order, of one follow-up, or of what is put right: the rows' own effects move them."""


def _next(dossier: Dossier) -> list[Run]:
    """« Suite à donner », which ends when something else says whose turn it is."""
    return [run for run in rules.running(dossier) if run.rule is RuleId.CIBLE_SUITE]


@pytest.mark.parametrize("state", sorted(OUT - {State.CLOS} | {State.VALIDEE, State.SUSPENDU}))
def test_a_decision_keeps_its_reason_and_its_author(state: State) -> None:
    dossier = in_state(state)
    assert dossier.decision is not None
    assert (dossier.decision.act, dossier.decision.by) == (state, dossier.last_by)
    assert REASON in dossier.decision.reason
    assert dossier.complement() is None
    assert dossier.decision.by.at == moment(state) + timedelta(days=90) * (state is State.SANS_SUITE)


def test_who_takes_charge_becomes_its_instructor_and_a_member_once() -> None:
    taken = in_state(State.EN_ECHANGE)
    assert taken.instructor == "AD1I"
    assert [m for m in taken.members if m.person == "AD1I"] == [Member(person=PersonId("AD1I"), role=Role.AD1I)]
    by_hand = in_state(State.TRANSMISE).model_copy(update={"members": taken.members})
    assert take(by_hand, Do.PRENDRE_EN_CHARGE).members == taken.members


def test_opinions_add_up_and_stay() -> None:
    dossier = take(take(in_state(State.EN_ECHANGE), Do.DONNER_AVIS), Do.DONNER_AVIS, Role.AD1V, sens="defavorable")
    assert [(o.sense, o.by.role) for o in dossier.opinions] == [("favorable", Role.AD1I), ("defavorable", Role.AD1V)]


@pytest.mark.parametrize("act", sorted(act for act in GIVEN if step_of(act).asks and act not in READ_BY_NOBODY))
def test_a_step_given_another_form_is_a_fault_of_its_caller(act: Do) -> None:
    """No person can do it: a TypeError, not a refusal, and nothing is written."""
    dossier, at, role = scene_of(act)
    tried = attempt(dossier, act, role, at=at)
    with pytest.raises(TypeError, match="expected"):
        decide(replace(tried, form=StepForm()), act)
