"""What people type becomes a territory of the official list, or a choice between a few."""

from __future__ import annotations

import gzip
import json
from importlib.resources import files
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atelier.siren import check_siren
from atelier.territories import Commune, Departement, Epci, Territories
from atelier.words import Refused

FIRST_WAVE = {
    "Bar-le-Duc": "55029",
    "Thionville": "57672",
    "Cavaillon": "84035",
    "Pithiviers": "45252",
    "CC Fumel Vallée du Lot": "200068930",
    "thermes de Sallins-Fontaine": "73284",
    "Sallins-Fontaine": "73284",
    "Salins-Fontaine": "73284",
    "Plestin-Trigavou": "22190",
    "Pleslin-Trigavou": "22190",
    "Ploezal": "22204",
    "Plédran": "22176",
    "Casteljaloux": "47052",
    "Miramont-de-Guyenne": "47168",
    "CC des Deux Morins": "200072544",
    "Deux Morins": "200072544",
    "CC des Deux Morin": "200072544",
    "CC Portes des Vosges Méridionales": "200068377",
    "CC de la Porte des Vosges Méridionales": "200068377",
    "Vitré": "35360",
    "Saverdun": "09282",
    "Blois": "41018",
    "Mende": "48095",
    "Saint-Gaudens": "31483",
    "Doullens": "80253",
}


@pytest.fixture(scope="module")
def territories() -> Territories:
    return Territories.load()


def codes(places) -> list[str]:
    return [place.code for place in places]


def test_the_shipped_list_says_where_it_comes_from(territories):
    assert "@etalab/decoupage-administratif 6.0.0" in territories.header["source"]
    assert territories.header["licence"] == "Licence Ouverte"
    assert territories.header["version"] == "6.0.0"
    assert territories.header["cog"] == 2026


def test_the_shipped_list_is_whole(territories):
    counts = {kind: len(getattr(territories, kind)) for kind in ("communes", "epci", "departements")}
    assert counts == {"communes": 34969, "epci": 1255, "departements": 109} == territories.header["counts"]


def test_the_shipped_file_is_small_and_carries_no_date():
    packed = files("atelier").joinpath("data", "territoires.json.gz").read_bytes()
    assert len(packed) < 1_000_000
    assert packed[4:8] == bytes(4)
    assert list(json.loads(gzip.decompress(packed))) == ["communes", "departements", "epci", "header"]


@pytest.mark.parametrize(("typed", "code"), FIRST_WAVE.items())
def test_the_places_of_the_circular_are_found_and_certain(territories, typed, code):
    assert codes(territories.exact(typed)) == [code]
    assert territories.find(typed)[0].code == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("SAINT GERMAIN EN LAYE", "78551"),
        ("St-Germain-en-Laye", "78551"),
        ("ste-menehould", "51507"),
        ("l’haÿ les roses", "94038"),
        ("L HAY-LES-ROSES", "94038"),
        ("oeting", "57521"),
        ("Œting", "57521"),
        ("E\u0301vreux", "27229"),
        ("Havre", "76351"),
        ("Romilly s/ Seine", "10323"),
        ("communauté de communes Fumel Vallee du lot", "200068930"),
        ("métropole de lyon", "200046977"),
        ("la communaute de communes de l'Oriente", "200015162"),
    ],
)
def test_accents_case_hyphens_apostrophes_saints_and_ligatures_are_forgiven(territories, typed, code):
    assert codes(territories.exact(typed)) == [code]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("55029", "55029"),
        ("1053", "01053"),
        ("2a004", "2A004"),
        ("215500299", "55029"),
        ("200 068 930", "200068930"),
        ("55", "55"),
        ("1", "01"),
        ("988", "988"),
    ],
)
def test_a_code_is_enough_with_spaces_or_without_its_zero(territories, typed, code):
    assert codes(territories.find(typed)) == [code]
    assert territories.resolve(typed).code == code


def test_homonyms_are_all_offered_the_most_peopled_first(territories):
    assert codes(territories.exact("Saint-Denis")) == ["97411", "93066", "11339", "30247"]
    assert codes(territories.find("St Denis"))[:4] == ["97411", "93066", "11339", "30247"]


def test_the_homonym_of_the_asker_comes_first(territories):
    assert codes(territories.find("Saint-Denis", departement="93"))[:4] == ["93066", "97411", "11339", "30247"]
    assert codes(territories.exact("Saint-Denis", departement="30"))[:2] == ["30247", "97411"]


@pytest.mark.parametrize(
    "typed",
    ["Saint-Denis (93)", "saint denis, 93", "Saint-Denis (Seine-St-Denis)", "Saint-Denis (93066, Seine-Saint-Denis)"],
)
def test_a_homonym_is_told_by_its_departement_or_its_label(territories, typed):
    assert codes(territories.exact(typed)) == ["93066"]


def test_homonyms_told_apart_by_parentheses_are_homonyms(territories):
    assert set(codes(territories.exact("Castillon"))) == {"06036", "14140", "65135", "64181", "64182"}
    assert codes(territories.exact("Bors (Canton de Charente-Sud)")) == ["16053"]


def test_no_two_territories_read_the_same(territories):
    places = (*territories.communes, *territories.epci, *territories.departements)
    assert len({place.label for place in places}) == len(places)


def test_every_label_leads_back_to_its_territory(territories):
    sample = (*territories.communes[::97], *territories.epci[::7], *territories.exact("Bors"))
    assert [territories.exact(place.label) for place in sample] == [(place,) for place in sample]


def test_a_commune_named_as_its_departement_is_offered_with_it(territories):
    assert codes(territories.exact("Corrèze (19)")) == ["19062", "19"]
    assert codes(territories.exact("Paris")) == ["75056", "75"]


def test_every_name_finds_its_territory_among_the_exact_ones(territories):
    sample = (*territories.communes[::41], *territories.epci[::5], *territories.departements)
    assert [place.label for place in sample if place not in territories.exact(place.name)] == []


def test_names_that_begin_so_follow_the_exact_one(territories):
    assert codes(territories.find("vitre"))[:3] == ["35360", "200039022", "70572"]
    assert codes(territories.find("Bar-le-Duc")) == ["55029", "200033025"]


def test_the_beginning_of_a_name_is_enough(territories):
    assert "22190" in codes(territories.find("Plesl"))
    assert codes(territories.find("Vosges Méridionales")) == ["200068377"]


@pytest.mark.parametrize(
    ("typed", "code"),
    [("Thionvile", "57672"), ("Mirmont de Guyene", "47168"), ("cavaiyon", "84035"), ("Pitivier", "45252")],
)
def test_an_unknown_name_gives_the_nearest_and_none_is_certain(territories, typed, code):
    assert territories.exact(typed) == ()
    assert code in codes(territories.find(typed, limit=3))


def test_a_certain_name_is_not_drowned_in_close_ones(territories):
    assert "Thonville" not in [place.name for place in territories.find("Thionville")]


@pytest.mark.parametrize("typed", ["", "  ", "()", "-", "qxzwkj", "99999", "123456789"])
def test_nothing_like_it_gives_nothing(territories, typed):
    assert territories.find(typed) == ()


def test_the_limit_is_kept(territories):
    assert len(territories.find("saint")) == 10
    assert len(territories.find("saint", limit=3)) == 3
    assert territories.find("saint", limit=0) == ()


def test_a_commune_says_what_it_is(territories):
    place = territories.resolve("55029")
    assert isinstance(place, Commune)
    assert (place.kind, place.name, place.departements) == ("commune", "Bar-le-Duc", ("55",))
    assert place.label == "Bar-le-Duc (55029, Meuse)"
    assert place.siren == "215500299"
    assert territories.resolve("93066").label == "Saint-Denis (93066, Seine-Saint-Denis)"


def test_every_siren_of_the_list_has_a_right_key(territories):
    sirens = [place.siren for place in (*territories.communes, *territories.epci) if place.siren]
    assert len(sirens) == 34875 + 1255
    assert [check_siren(siren) for siren in sirens[::50]] == sirens[::50]


def test_an_epci_may_lie_in_several_departements(territories):
    place = territories.exact("CC Castillon/Pujols")[0]
    assert isinstance(place, Epci)
    assert (place.kind, place.type, place.departements) == ("epci", "CC", ("33", "24"))
    assert place.label == "CC Castillon/Pujols (243301454, Gironde, Dordogne)"


def test_an_epci_names_its_members(territories):
    place = territories.resolve("200072544")
    assert isinstance(place, Epci)
    members = [territories.resolve(code) for code in place.members]
    assert "La Ferté-Gaucher" in [member.name for member in members]
    assert place.population == sum(member.population for member in members)


def test_each_commune_has_a_place_in_one_departement_and_at_most_one_epci(territories):
    members = [code for place in territories.epci for code in place.members]
    assert len(members) == len(set(members)) == 34871
    assert {len(place.departements) for place in territories.communes} == {1}


@pytest.mark.parametrize(
    ("typed", "label", "region"),
    [
        ("55", "Meuse (55)", "Grand Est"),
        ("meuse", "Meuse (55)", "Grand Est"),
        ("2b", "Haute-Corse (2B)", "Corse"),
        ("Seine-St-Denis", "Seine-Saint-Denis (93)", "Île-de-France"),
        ("paris", "Paris (75)", "Île-de-France"),
        ("Reunion", "La Réunion (974)", "La Réunion"),
        ("cotes d'armor", "Côtes-d'Armor (22)", "Bretagne"),
        ("988", "Nouvelle-Calédonie (988)", "Nouvelle-Calédonie"),
    ],
)
def test_a_departement_is_found_by_code_or_name(territories, typed, label, region):
    place = territories.departement(typed)
    assert isinstance(place, Departement)
    assert (place.label, place.region_name, place.departements) == (label, region, (place.code,))


@pytest.mark.parametrize("typed", ["20", "96", "Bar-le-Duc", "", "55029"])
def test_what_is_no_departement_is_refused_with_examples(territories, typed):
    with pytest.raises(Refused, match=f"« {typed} » n'existe pas.*55, 2A, 971, Meuse"):
        territories.departement(typed)


def test_an_unknown_code_is_refused_with_what_to_do(territories):
    with pytest.raises(Refused, match=r"« 99999 » ne figure pas.*\(55029\).*\(200068930\)"):
        territories.resolve("99999")


@given(typed=st.text(max_size=40))
def test_whatever_is_typed_finds_at_most_ten_and_never_fails(territories, typed):
    assert len(territories.find(typed)) <= 10


def test_a_page_pasted_by_mistake_finds_nothing_and_costs_little(territories):
    start = perf_counter()
    assert territories.find("Bar-le-Duc et ses voisines " * 400) == ()
    assert perf_counter() - start < 1
