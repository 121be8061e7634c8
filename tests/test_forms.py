"""Every constraint of the forms and of the fiche has its French sentence, and each sentence is right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from types import UnionType
from typing import Any, get_args

import pytest
from cases import FICHE, LONG, REASON, filled
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from atelier import forms, forms_designation, forms_ending, forms_execution, forms_verification
from atelier.fiche import Fiche, items
from atelier.forms import Line, StepForm
from atelier.problems import SENTENCES, problems
from atelier.procedure import STEPS
from atelier.references import OUTILS
from atelier.words import Do

ASKED = {step.act: step.asks for step in STEPS if step.asks}
MODELS: list[type[BaseModel]] = [Fiche, *dict.fromkeys(ASKED.values())]

WRONG = {
    # what pydantic may say of each node of a model's schema; an unknown node is a constraint without a thought
    "definitions": set(),
    "definition-ref": set(),
    "model": {"model_type"},
    "model-fields": {"extra_forbidden"},
    "model-field": {"missing"},
    "default": set(),
    "nullable": set(),
    "literal": {"literal_error"},
    "str": {"string_type", "string_unicode"},
    "date": {"date_type", "date_from_datetime_parsing", "date_from_datetime_inexact", "string_unicode"},
    "int": {"int_type", "int_parsing", "int_parsing_size", "int_from_float", "finite_number", "string_unicode"},
    "decimal": {"decimal_type", "decimal_parsing", "finite_number", "string_unicode"},
    "tuple": {"tuple_type"},
}
LIMITS = {
    ("str", "min_length"): "string_too_short",
    ("str", "max_length"): "string_too_long",
    ("int", "ge"): "greater_than_equal",
    ("int", "le"): "less_than_equal",
    ("decimal", "gt"): "greater_than",
    ("decimal", "ge"): "greater_than_equal",
    ("decimal", "le"): "less_than_equal",
    ("decimal", "decimal_places"): "decimal_max_places",
    ("tuple", "min_length"): "too_short",
    ("tuple", "max_length"): "too_long",
}
KNOWN = {"type", "schema", "fields", "items_schema", "definitions", "schema_ref", "ref", "metadata", "expected"} | {
    "min_length", "max_length", "strip_whitespace", "variadic_item_index", "default", "cls", "config", "custom_init",
    "root_model", "model_name", "computed_fields", "extra_behavior", "validation_alias", "serialization_alias",
    "frozen", "post_init", "generic_origin", "ge", "gt", "le", "decimal_places", "allow_inf_nan", "microseconds_precision",
}  # fmt: skip
"""The keys of a schema's node: another one (a pattern, a bound) is a constraint this test must learn."""


def nodes(schema: object) -> Iterator[dict[str, Any]]:
    """Every node of a pydantic schema."""
    if isinstance(schema, dict):
        if "type" in schema:
            yield schema
        inner = [v for k, v in schema.items() if k not in {"metadata", "config", "cls", "expected", "default"}]
        for value in inner:
            yield from nodes(value)
    elif isinstance(schema, (list, tuple)):
        for value in schema:
            yield from nodes(value)


def wrong(model: type[BaseModel]) -> set[str]:
    """All that pydantic may find wrong with what is given to a model."""
    found: set[str] = set()
    for node in nodes(model.__pydantic_core_schema__):
        assert set(node) <= KNOWN, node
        found |= WRONG[node["type"]]
        found |= {error for (kind, limit), error in LIMITS.items() if node["type"] == kind and limit in node}
        if node["type"] == "tuple" and "variadic_item_index" not in node:
            found |= {"missing", "too_long"}
    return found


def refusals(model: type[BaseModel], given: object) -> dict[str, str]:
    """What is said of a wrong answer, by field, its blanks filled."""
    with pytest.raises(ValidationError) as error:
        model.model_validate(given)
    return {name: str(refused) for name, refused in problems(error.value).items()}


@pytest.mark.parametrize("model", MODELS)
def test_every_constraint_has_its_sentence(model: type[BaseModel]) -> None:
    found = wrong(model)
    assert {"missing", "extra_forbidden"} <= found
    assert found - set(SENTENCES) == set()


def test_every_sentence_has_its_constraint() -> None:
    assert {error for model in MODELS for error in wrong(model)} == set(SENTENCES)


@pytest.mark.parametrize(
    ("act", "changes", "said"),
    [
        (Do.REFUSER, {"motif": "court"}, "Il faut au moins 10 caractères ; vous en avez écrit 5. Développez un peu."),
        (
            Do.REFUSER,
            {"motif": "   court   "},
            "Il faut au moins 10 caractères ; vous en avez écrit 5. Développez un peu.",
        ),
        (Do.REFUSER, {"motif": " " * 12}, "Cette réponse est obligatoire."),
        (
            Do.REFUSER,
            {"motif": "x" * 3001},
            "Il faut au plus 3000 caractères ; vous en avez écrit 3001. Raccourcissez.",
        ),
        (
            Do.TRANSMETTRE,
            {"conception": "x" * 501},
            "Il faut au plus 500 caractères ; vous en avez écrit 501. Raccourcissez.",
        ),
        (Do.REFUSER, {"motif": None}, "Écrivez un texte."),
        (Do.REFUSER, {"motif": ["x"]}, "Écrivez un texte."),
        (Do.REFUSER, {"motif": "\ud800" * 20}, "Ce texte contient des signes illisibles : réécrivez-le sans eux."),
        (Do.DEMANDER_COMPLEMENT, {"champs": ()}, "Choisissez au moins une ligne de la liste."),
        (Do.DEMANDER_COMPLEMENT, {"champs": "objet"}, "Choisissez une ou plusieurs lignes de la liste."),
        (Do.DEMANDER_COMPLEMENT, {"champs": (1,)}, "Écrivez un texte."),
        (Do.DONNER_AVIS, {"sens": "mitigé"}, "Choisissez une ligne de la liste."),
        (Do.DONNER_AVIS, {"sens": None}, "Choisissez une ligne de la liste."),
        (Do.INVITER, {"role": "AD1V"}, "Choisissez une ligne de la liste."),
        (Do.INVITER, {"role": "PREF"}, "Choisissez une ligne de la liste."),
        (Do.PRENDRE_EN_CHARGE, {"motif": 3}, "Écrivez un texte."),
        (Do.CONFIRMER_REMISE, {"jour": None}, "Écrivez un jour, par exemple « 24/11/2026 »."),
        (Do.CONFIRMER_REMISE, {"jour": ""}, "Écrivez un jour, par exemple « 24/11/2026 »."),
        (Do.CONFIRMER_REMISE, {"jour": "le 31 février"}, "Écrivez un jour, par exemple « 24/11/2026 »."),
        (Do.REMETTRE_NOTE, {"charge_jours": "neuf"}, "Écrivez un nombre entier, par exemple 3."),
        (Do.REMETTRE_NOTE, {"charge_jours": 8.5}, "Écrivez un nombre entier, par exemple 3."),
        (Do.REMETTRE_NOTE, {"charge_jours": 0}, "Il faut au moins 1."),
        (Do.REMETTRE_NOTE, {"jours_sur_site": 401}, "Il faut au plus 400."),
        (Do.REMETTRE_NOTE, {"forme": "roman"}, "Choisissez une ligne de la liste."),
        (Do.DELEGUER_CREDITS, {"ae": "beaucoup"}, "Écrivez un montant, par exemple « 8 000 € »."),
        (Do.DELEGUER_CREDITS, {"ae": 0}, "Il faut plus que 0."),
        (Do.DELEGUER_CREDITS, {"ae": "10.001"}, "Un montant va jusqu'au centime : « 8500,50 »."),
        (Do.DELEGUER_CREDITS, {"cp": 100_000_001}, "Il faut au plus 100000000."),
        (Do.PAYER, {"penalites": -1}, "Il faut au moins 0."),
        (Do.TENIR_SESSION, {"participants": float("inf")}, "Écrivez un nombre."),
        (Do.DESIGNER, {"equipe": ()}, "Choisissez au moins une ligne de la liste."),
        (Do.REFUSER, {"couleur": "bleu"}, "Cette question n'existe pas dans ce formulaire."),
    ],
)
def test_each_wrong_answer_gets_its_sentence(act: Do, changes: dict[str, object], said: str) -> None:
    assert refusals(ASKED[act], filled(act) | changes) == {next(iter(changes)): said}


@pytest.mark.parametrize("act", sorted(ASKED))
def test_what_is_not_given_is_asked_by_name(act: Do) -> None:
    required = {name for name, field in ASKED[act].model_fields.items() if field.is_required()}
    if required:
        assert refusals(ASKED[act], {}) == dict.fromkeys(required, "Cette réponse est obligatoire.")
    else:
        assert ASKED[act].model_validate({}) == ASKED[act]()


@pytest.mark.parametrize("given", [None, "texte", 3, [], ()])
def test_what_is_no_form_at_all_is_told_of_the_whole(given: object) -> None:
    said = "Cette réponse n'a pas la forme attendue : recommencez depuis le formulaire."
    assert refusals(forms.Motif, given) == {"": said}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"thematiques": "habiter_mieux"}, "thematiques"),
        ({"thematiques": {"codes": "x", "other": ""}}, "thematiques"),
        ({"territoire": []}, "territoire"),
        ({"territoire": [{}]}, "territoire"),
        ({"territoire": [{"code": "55029", "label": "Bar-le-Duc", "kind": "ville"}]}, "territoire"),
        ({"territoire": [{"code": str(n), "label": "x", "kind": "commune"} for n in range(21)]}, "territoire"),
        ({"calendrier": ["2027-03"]}, "calendrier"),
        ({"calendrier": ["2027-03", "2027-05", "2027-06"]}, "calendrier"),
        ({"calendrier": "mars"}, "calendrier"),
        ({"objectifs": LONG[:49]}, "objectifs"),
        ({"objectifs": f"  {LONG[:49]}  "}, "objectifs"),
    ],
)
def test_the_fiche_s_own_constraints_are_told_of_their_field(changes: dict[str, object], field: str) -> None:
    said = refusals(Fiche, FICHE | changes)
    assert list(said) == [field]
    assert said[field].endswith(".")


def test_of_two_faults_in_a_field_the_first_is_told() -> None:
    assert refusals(forms.DemandeComplement, {"champs": (1, None), "texte": "court"}) == {
        "champs": "Écrivez un texte.",
        "texte": "Il faut au moins 10 caractères ; vous en avez écrit 5. Développez un peu.",
    }


KINDS = {date: "date", int: "number", Decimal: "amount", tuple[str, ...]: "choices"}
"""How what is not free text is typed; an order or a version, numbers too, is chosen."""


def _plain(annotation: object) -> object:
    """The type of an answer, given or not."""
    return (
        next((t for t in get_args(annotation) if t is not type(None)), annotation)
        if isinstance(annotation, UnionType)
        else annotation
    )


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet=st.characters(), max_size=60) | st.just("\ud800"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.tuples(inner) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=5,
)


@given(st.sampled_from(MODELS), st.data())
def test_no_content_is_ever_without_an_answer(model: type[BaseModel], data: st.DataObject) -> None:
    """Whatever comes from a window or a command: a checked form, or a whole sentence for each field at fault."""
    names = st.sampled_from([*model.model_fields, "couleur"])
    content = data.draw(st.dictionaries(names, ANYTHING, max_size=8) | ANYTHING)
    try:
        model.model_validate(content)
    except ValidationError as error:
        said = problems(error)
        assert said.keys() <= {*model.model_fields, "couleur", ""} | set(content if isinstance(content, dict) else ())
        assert all(str(refused) and "{" not in str(refused) for refused in said.values())


# --- how forms are drawn ---


@pytest.mark.parametrize("act", sorted(ASKED))
def test_each_question_is_drawn_as_it_is_checked(act: Do) -> None:
    for name, field in ASKED[act].model_fields.items():
        (line,) = (m for m in field.metadata if isinstance(m, Line))
        assert field.title
        assert field.title.endswith(("?", "message", "Compte rendu"))
        assert 0 < len(line.short.encode()) <= 24
        assert bool(line.choices or line.listed) is (line.kind in {"choice", "choices"})
        assert not (line.choices and line.listed)
        assert line.listed or line.kind == KINDS.get(_plain(field.annotation), line.kind)
        values = [value for value, _ in line.choices]
        assert len(set(values)) == len(values)
        for value in values:
            chosen = (value,) if line.kind == "choices" else value
            assert getattr(ASKED[act].model_validate(filled(act) | {name: chosen}), name) == chosen


def test_a_complement_may_name_every_question_and_another_tool_is_one_of_the_list() -> None:
    champs = next(m for m in forms.DemandeComplement.model_fields["champs"].metadata if isinstance(m, Line))
    outil = next(m for m in forms.Reorientation.model_fields["outil"].metadata if isinstance(m, Line))
    assert champs.choices == tuple((i.name, i.asked.short) for i in items())
    assert outil.choices == tuple(OUTILS.items())


def test_a_form_is_kept_without_the_spaces_around() -> None:
    assert forms.Motif(motif=f"  {REASON}\n").motif == REASON


def test_every_form_belongs_to_a_step() -> None:
    modules = (forms, forms_designation, forms_execution, forms_verification, forms_ending)
    every = {f for m in modules for f in vars(m).values() if isinstance(f, type) and issubclass(f, StepForm)}
    assert every - {StepForm} == set(ASKED.values())
    assert {step.act for step in STEPS} - set(ASKED) == {
        Do.RETIRER_COMPLEMENT, Do.SOLLICITER, Do.ACCUSER_RECEPTION, Do.LEVER_POINT_D_ARRET, Do.REPRENDRE_ATELIER,
    }  # fmt: skip


def test_the_lists_that_depend_on_the_dossier_are_those_people_are_given() -> None:
    lines = [
        m for form in ASKED.values() for f in form.model_fields.values() for m in f.metadata if isinstance(m, Line)
    ]
    named = {line.listed for line in lines} - {""}
    assert named == {"contrats", "membres", "motifs_ecart", "commandes", "version_note", "saisies", "invites"}


INSIDE = {
    # what stays inside the State: motives on ranks, money, and what tells it (the order's number, an entry put right)
    Do.INDISPONIBLE: {"motif"},
    Do.ECARTER: {"motif_contrat", "justificatif"},
    Do.DELEGUER_CREDITS: {"ae", "cp", "uo", "chorus", "jour"},
    Do.NOTIFIER_COMMANDE: {"ej", "montant", "montant_ttc"},
    Do.NOTIFIER_COMMANDE_ANIMATION: {"ej", "montant", "montant_ttc"},
    Do.INVITER_SUR_PENALITES: {"montant"},
    Do.NOUVELLE_DECISION: {"montant"},
    Do.CONSTATER_OBSERVATIONS_ACCEPTEES: {"montant"},
    Do.PAYER: {"montant", "penalites"},
    Do.INVITER_A_OBSERVER: {"montant"},
    Do.RECEVOIR_AVEC_REFACTION: {"montant"},
    Do.RECTIFIER: {"saisie", "valeur"},
}


@pytest.mark.parametrize("act", sorted(ASKED))
def test_what_stays_inside_the_state_says_so(act: Do) -> None:
    lines = {n: m for n, f in ASKED[act].model_fields.items() for m in f.metadata if isinstance(m, Line)}
    assert {name for name, line in lines.items() if line.inside} == INSIDE.get(act, set())
