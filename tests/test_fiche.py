"""The fiche de renseignements against its source, and what makes a request complete."""

from __future__ import annotations

import pytest
from cases import FICHE, LETTERS, LONG, answered, complete, deposited, draft

from atelier.completeness import (
    is_answered,
    is_complete,
    missing_letters,
    missing_required,
    progress,
    questions_for,
    seal,
    wanted_still,
)
from atelier.dossier import By, Complement, Wanted
from atelier.fiche import Fiche, item, items
from atelier.references import ECHELLES, LIVRABLES, OUTILS, PROGRAMMES, SERVICES, THEMATIQUES
from atelier.words import PersonId, Role

QUESTIONS = [
    # clé, question, obligatoire, qui, kind of answer, src: from the procedure's sources, in its order
    ("service_porteur", "Quel service de l'État porte la demande ?", True, "SVC", "service", "S"),
    ("territoire", "Quelle commune ou intercommunalité est concernée ?", True, "SVC", "territory", "P"),
    ("echelle", "À quelle échelle ?", True, "SVC", "choice", "P"),
    ("thematiques", "Quels thèmes ?", True, "SVC", "choices", "S"),
    ("objet", "En une phrase, de quoi s'agit-il ?", True, "SVC", "line", "P"),
    ("objectifs", "Qu'attendez-vous de l'atelier ?", True, "SVC COLL", "text", "P"),
    ("attendus_livrable", "Quelle forme de livrable imaginez-vous ?", True, "SVC COLL", "choices", "S"),
    ("dynamiques_territoire", "Que se passe-t-il sur ce territoire ?", True, "COLL", "text", "P"),
    ("dynamiques_amenagement", "Quels projets et outils d'aménagement y sont en cours ?", False, "COLL SVC", "text", "P"),
    ("programmes_lies", "Le projet relève-t-il d'un programme ?", False, "SVC", "choices", "S"),
    ("acteurs", "Quels acteurs faudra-t-il mobiliser ?", False, "COLL SVC CAUE DREAL", "text", "P"),
    ("ingenierie_locale", "Quelle ingénierie locale suivra l'atelier ?", True, "SVC COLL", "text", "S"),
    ("ressources", "Quels documents remettrez-vous à l'équipe ?", False, "SVC COLL DREAL CAUE", "text", "S"),
    ("calendrier", "À quelle période souhaitez-vous la session ?", False, "SVC COLL", "months", "C"),
    ("courrier_engagement", "Déposez ici le courrier d'engagement de la collectivité.", False, "COLL", "piece", "S"),
    ("courrier_soutien", "Déposez ici le courrier de soutien du préfet.", False, "SVC", "piece", "S"),
]  # fmt: skip
SOURCES = {"S": "circulaire", "P": "note d'opportunité", "C": "choix du produit"}

LENGTHS = [
    # the shortest and the longest text, from the procedure's sources; 0 where it gives none
    ("objet", 10, 200),
    ("objectifs", 50, 3000),
    ("dynamiques_territoire", 50, 3000),
    ("dynamiques_amenagement", 0, 3000),
    ("acteurs", 0, 2000),
    ("ingenierie_locale", 0, 1000),
]

CHOICES = {
    "service_porteur": SERVICES,
    "echelle": ECHELLES,
    "thematiques": THEMATIQUES,
    "attendus_livrable": LIVRABLES,
    "programmes_lies": PROGRAMMES,
}


def test_the_fiche_is_the_one_agreed_question_by_question() -> None:
    assert [(i.name, i.question, i.required, " ".join(i.asked.who), i.asked.kind) for i in items()] == [
        row[:5] for row in QUESTIONS
    ]
    assert [i.number for i in items()] == list(range(1, 17))


@pytest.mark.parametrize(("name", "source"), [(row[0], row[5]) for row in QUESTIONS])
def test_each_question_says_where_it_comes_from_and_why(name: str, source: str) -> None:
    asked = item(name).asked
    assert asked.source.startswith(SOURCES[source])
    assert asked.help.endswith((".", ")", "Mo."))
    assert "circulaire" in asked.help


def test_only_the_two_letters_wait_until_validation() -> None:
    assert [i.name for i in items() if i.asked.for_validation] == ["courrier_engagement", "courrier_soutien"]
    assert [i.name for i in items() if i.is_piece] == ["courrier_engagement", "courrier_soutien"]


@pytest.mark.parametrize(("name", "least", "most"), LENGTHS)
def test_a_text_is_as_long_as_it_may(name: str, least: int, most: int) -> None:
    fits = [Fiche.model_validate(FICHE | {name: "x" * size}) for size in {max(least, 10), most}]
    assert len(fits) == 2
    for size in [most + 1, *([least - 1] if least else [])]:
        with pytest.raises(ValueError, match="1 validation error"):
            Fiche.model_validate(FICHE | {name: "x" * size})


def test_choices_are_those_of_the_lists() -> None:
    assert {i.name: dict(i.asked.choices) for i in items() if i.asked.choices} == CHOICES
    assert set(OUTILS) == set(PROGRAMMES) - {"ILOTS", "CITOYENS"} | {"autre"}


def test_an_example_is_an_answer() -> None:
    """What is shown to who does not know what to write would be accepted."""
    examples = {i.name: i.asked.example for i in items() if i.asked.example and i.asked.kind in {"line", "text"}}
    assert len(examples) >= 5
    assert Fiche.model_validate(FICHE | examples).model_dump(include=set(examples)) == examples


def test_a_question_the_fiche_has_not() -> None:
    with pytest.raises(KeyError, match="couleur"):
        item("couleur")


def test_the_required_answers_make_a_valid_fiche() -> None:
    assert {i.name for i in items() if i.required} == set(FICHE)
    assert Fiche.model_validate(FICHE).courrier_soutien is None


# --- completeness ---


def test_an_empty_draft_lacks_everything() -> None:
    assert [i.name for i in missing_required(draft())] == list(FICHE)
    assert [i.name for i in missing_letters(draft())] == list(LETTERS)
    assert (is_complete(draft()), progress(draft())) == (False, (0, 16))


def test_complete_is_the_fiche_and_the_two_letters() -> None:
    filled = answered(draft(), **FICHE)
    assert not is_complete(filled)
    assert missing_required(filled) == ()
    one = deposited(filled, "courrier_soutien")
    assert ([i.name for i in missing_letters(one)], is_complete(one)) == (["courrier_engagement"], False)
    both = deposited(one, "courrier_engagement")
    assert (is_complete(both), progress(both)) == (True, (11, 16))


@pytest.mark.parametrize("name", FICHE)
def test_one_answer_less_and_it_is_not_complete(name: str) -> None:
    lacking = answered(complete(), **{name: None})
    assert [i.name for i in missing_required(lacking)] == [name]
    assert not is_complete(lacking)


def test_an_optional_answer_changes_progress_only() -> None:
    more = answered(complete(), acteurs="Un bailleur social")
    assert (is_complete(more), progress(more)) == (True, (12, 16))


def test_a_letter_replaced_is_a_letter_less() -> None:
    whole = complete()
    gone = tuple(p.model_copy(update={"replaced": p.kind == "courrier_soutien"}) for p in whole.pieces)
    without = whole.model_copy(update={"pieces": gone})
    assert [i.name for i in missing_letters(without)] == ["courrier_soutien"]
    assert is_answered(deposited(without, "courrier_soutien", sha256="b2"), item("courrier_soutien"))


def test_a_text_in_place_of_a_letter_is_no_letter() -> None:
    assert not is_answered(answered(draft(), courrier_soutien="Le préfet est d'accord"), item("courrier_soutien"))


def test_each_is_asked_their_questions() -> None:
    asked = {role: [i.name for i in questions_for(role)] for role in Role}
    assert asked[Role.CAUE] == asked[Role.DREAL] == ["acteurs", "ressources"]
    assert len(asked[Role.SVC]) == 14
    assert asked[Role.COLL][0] == "objectifs"
    assert "courrier_engagement" in asked[Role.COLL]
    assert "courrier_engagement" not in asked[Role.SVC]
    assert not any(asked[role] for role in set(Role) - {Role.SVC, Role.COLL, Role.DREAL, Role.CAUE})


def test_what_a_complement_still_wants() -> None:
    whole = complete()
    assert wanted_still(whole) == frozenset()
    by = By(person=PersonId("AD1I"), role=Role.AD1I, at=whole.opened)
    names = ("objectifs", "courrier_soutien", "acteurs")
    asked = Complement(
        number=1, wanted=tuple(Wanted(field=n, text=LONG) for n in names), by=by,
        before={n: seal(whole, n) for n in names},
    )  # fmt: skip
    pending = whole.model_copy(update={"complements": (asked,)})
    assert wanted_still(pending) == set(names)
    assert wanted_still(answered(pending, acteurs="Un bailleur social")) == {"objectifs", "courrier_soutien"}
    assert wanted_still(deposited(pending, "courrier_soutien", sha256="b2")) == {"objectifs", "acteurs"}
    assert wanted_still(deposited(pending, "courrier_soutien", sha256="a1")) == set(names)
    ended = asked.model_copy(update={"ended": "repondu"})
    assert wanted_still(pending.model_copy(update={"complements": (ended,)})) == frozenset()
