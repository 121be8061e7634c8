"""Answers typed or chosen: read, refused with a reason that helps, told back in words."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atelier.answers import Around, Homonyms, Part, read, retyped, told
from atelier.fiche import item, items
from atelier.territories import Territories
from atelier.words import Refused

TERRITORIES = Territories.load()
AROUND = Around(TERRITORIES, "55", date(2026, 11, 24))
LONG = "Le centre ancien perd ses habitants et ses commerces depuis vingt ans."


def value(name: str, typed: str | tuple[str, ...]):
    return read(item(name), typed, AROUND)


def refusal(name: str, typed: str | tuple[str, ...]) -> str:
    with pytest.raises(Refused) as refused:
        value(name, typed)
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("service_porteur", "  DDT de la Meuse ", "DDT de la Meuse"),
        ("objet", "Redonner vie à la halle", "Redonner vie à la halle"),
        ("echelle", "commune", "commune"),
        ("echelle", "Îlot", "ilot"),
        ("echelle", "2", "ilot"),
        ("thematiques", "habiter_mieux", {"codes": ["habiter_mieux"], "other": ""}),
        ("thematiques", ("habiter_mieux", "autre : halle"), {"codes": ["habiter_mieux", "autre"], "other": "halle"}),
        ("thematiques", "1 ; 3", {"codes": ["habiter_mieux", "transitions_ecologiques"], "other": ""}),
        ("thematiques", "1, 1", {"codes": ["habiter_mieux"], "other": ""}),
        ("programmes_lies", "acv, ort", {"codes": ["ACV", "ORT"], "other": ""}),
        ("calendrier", "mars 2027 à mai 2027", ["2027-03", "2027-05"]),
        ("calendrier", "de mars à mai 2027", ["2027-03", "2027-05"]),
        ("calendrier", "Mars à mai 2027", ["2027-03", "2027-05"]),
        ("calendrier", "03/2027", ["2027-03", "2027-03"]),
        ("calendrier", "2027-03 - 2027-04", ["2027-03", "2027-04"]),
        ("dynamiques_territoire", LONG, LONG),
    ],
)
def test_what_fits_is_kept(name: str, typed: str, kept: object) -> None:
    assert value(name, typed) == kept


@pytest.mark.parametrize(
    ("name", "typed", "reason"),
    [
        ("objet", "", "obligatoire"),
        ("objet", "   ", "obligatoire"),
        ("acteurs", "", "passer"),
        ("objet", "court", "au moins 10 caractères ; vous en avez écrit 5"),
        ("objet", "x" * 201, "au plus 200 caractères ; vous en avez écrit 201"),
        ("dynamiques_territoire", "x" * 3001, "au plus 3000"),
        ("acteurs", "x" * 2001, "au plus 2000"),
        ("echelle", "planète", "Choisissez parmi"),
        ("echelle", "comune", "Vouliez-vous dire « Commune »"),
        ("thematiques", "autre", "Précisez lequel"),
        ("thematiques", "autre : " + "x" * 201, "200 caractères"),
        ("calendrier", "mai 2027 à mars 2027", "avant le mois de début"),
        ("calendrier", "mars 2020", "passée"),
        ("calendrier", "mars", "mois"),
        ("calendrier", "mars à mai", "Écrivez le mois et l'année"),
        ("calendrier", "printemps à mai 2027", "« printemps » n'est pas un mois"),
        ("calendrier", "mars 2027 à avril 2027 à mai 2027", "un mois de début et un mois de fin"),
        ("territoire", "Qwxzzkj", "Aucune commune"),
        ("territoire", "PETR Pays des Coteaux", "SIREN"),
        ("territoire", "PETR Pays des Coteaux, 200 068 931", "dernier chiffre"),
        ("territoire", ";".join(["55029"] * 21), "20 au plus"),
        ("courrier_soutien", "le voici", "j'attends un fichier"),
    ],
)
def test_what_does_not_fit_gets_its_reason(name: str, typed: str, reason: str) -> None:
    assert reason in refusal(name, typed)


def test_a_commune_is_found_by_name_or_code_accents_forgiven() -> None:
    labels = [value("territoire", typed)[0]["label"] for typed in ("Bar-le-Duc", "BAR LE DUC", "55029")]
    assert set(labels) == {"Bar-le-Duc (55029, Meuse)"}


def test_several_territories_and_a_petr() -> None:
    found = value("territoire", "Bar-le-Duc ; 200068930; PETR Pays des Coteaux, 200 068 930 ; 55029")
    assert [place["code"] for place in found] == ["55029", "200068930"]
    assert value("territoire", "PETR Pays des Coteaux, 200 068 930")[0]["kind"] == "petr"


def test_homonyms_are_offered_and_told_apart() -> None:
    with pytest.raises(Homonyms) as found:
        value("territoire", "Saint-Denis")
    codes = [code for code, _ in found.value.choices]
    assert "93066" in codes
    assert "97411" in codes
    assert "Saint-Denis (93066, Seine-Saint-Denis)" in str(found.value)


def test_a_misspelled_town_is_offered_its_likely_names() -> None:
    with pytest.raises(Homonyms) as found:
        value("territoire", "Bar le Duk")
    assert ("55029", "Bar-le-Duc (55029, Meuse)") in found.value.choices
    assert "Vouliez-vous dire" in str(found.value)


def test_labels_are_ours_and_words_are_theirs() -> None:
    question = item("thematiques")
    kept = value("thematiques", ("habiter_mieux", "autre : {halle}"))
    assert told(question, kept) == (Part("Réparer la ville pour habiter mieux", ours=True), Part("{halle}"))
    assert told(item("calendrier"), ["2027-03", "2027-05"]) == (Part("mars 2027 à mai 2027"),)


SAMPLES = {
    "service_porteur": "DDT de la Meuse",
    "territoire": "Bar-le-Duc ; PETR Pays des Coteaux, 200068930",
    "echelle": "quartier",
    "thematiques": ("habiter_mieux",),
    "objet": "Redonner vie à la halle",
    "objectifs": LONG,
    "attendus_livrable": ("esquisse", "charte"),
    "dynamiques_territoire": LONG,
    "dynamiques_amenagement": "OPAH",
    "programmes_lies": ("ACV",),
    "acteurs": "Bailleur",
    "ingenierie_locale": "Chef de projet",
    "ressources": "Étude urbaine",
    "calendrier": "mars 2027 à mai 2027",
}


@pytest.mark.parametrize("question", [q for q in items() if not q.is_piece], ids=lambda q: q.name)
def test_an_answer_retyped_is_the_same_answer(question) -> None:
    kept = read(question, SAMPLES[question.name], AROUND)
    assert read(question, retyped(question, kept), AROUND) == kept
    assert all(part.text for part in told(question, kept))


@given(
    st.sampled_from(items()),
    st.one_of(st.text(max_size=4000), st.lists(st.text(max_size=50), max_size=30).map(tuple)),
)
def test_anything_typed_is_kept_or_refused_with_a_sentence(question, typed) -> None:
    assert _told_or_refused(question, typed).strip()


def _told_or_refused(question, typed) -> str:
    try:
        kept = read(question, typed, AROUND)
    except Refused as refused:
        return str(refused)
    return "".join(part.text for part in told(question, kept)) or "rien"
