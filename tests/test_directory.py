"""The directory's table: what is read, and every mistake named by its line and column."""

from __future__ import annotations

from datetime import date

import pytest

from atelier.directory import read
from atelier.dossier import Holding
from atelier.tables import Wrong
from atelier.territories import Territories
from atelier.words import Role

TERRITORIES = Territories.load()
TODAY = date(2026, 11, 24)
HEAD = "identifiant;nom;fonction;organisme;role;portee;comptes;departement;delegation_acte;delegation_debut"


def entries(*rows: str, head: str = HEAD):
    return read("\n".join([head, *rows]), TERRITORIES, TODAY)


def mistakes(*rows: str, head: str = HEAD) -> list[tuple[int, str, str]]:
    with pytest.raises(Wrong) as wrong:
        entries(*rows, head=head)
    return [(m.line, m.column, str(m.refused)) for m in wrong.value.mistakes]


def test_one_person_with_two_roles_and_two_accounts() -> None:
    (entry,) = entries(
        "camille;Camille Laurent;chargée de mission;DDT de la Meuse;SVC;dep:55;mattermost:camille;55;;",
        "camille;Camille Laurent;chargée de mission;DDT de la Meuse;SVC_SIGN;dep:55;slack:U123;55;arrêté 2026-12;01/09/2026",
    )
    person = entry.person
    assert person.name == "Camille Laurent"
    assert person.departement == "55"
    assert person.holdings == (
        Holding(role=Role.SVC, scope="dep:55"),
        Holding(role=Role.SVC_SIGN, scope="dep:55", deed="arrêté 2026-12", begins=date(2026, 9, 1)),
    )
    assert entry.accounts == (("mattermost", "camille"), ("slack", "U123"))


def test_an_account_in_a_workspace_of_several() -> None:
    (entry,) = entries("ines;Inès;;Bar-le-Duc;COLL;terr:55029;slack-T0123ABCD:U1, slack:U2;;;")
    assert entry.accounts == (("slack-T0123ABCD", "U1"), ("slack", "U2"))


def test_commas_a_bom_and_blank_lines_are_forgiven() -> None:
    found = read(
        "\ufeffidentifiant,nom,organisme,role,portee\n\nines,Inès,Bar-le-Duc,COLL,terr:55029\n", TERRITORIES, TODAY
    )
    assert [e.person.id for e in found] == ["ines"]
    assert found[0].person.holdings[0].scope == "terr:55029"


def test_a_scope_keeps_the_code_of_the_list() -> None:
    (entry,) = entries("x1;X;;DDT;SVC;dep:2a;;;;")
    assert entry.person.holdings[0].scope == "dep:2A"
    assert entry.person.departement == "2A"


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (";X;;DDT;SVC;;;;;", "identifiant", "obligatoire"),
        ("Camille L;X;;DDT;SVC;;;;;", "identifiant", "minuscules"),
        ("x1;X;;DDT;CHEF;;;;;", "role", "n'est pas un rôle"),
        ("x1;X;;DDT;SVC;meuse;;;;", "portee", "dep:55"),
        ("x1;X;;DDT;SVC;dep:99;;;;", "portee", "99"),
        ("x1;X;;DDT;COLL;terr:00000;;;;", "portee", "00000"),
        ("x1;X;;DDT;SVC;;camille;;;", "comptes", "plateforme:identifiant"),
        ("x1;X;;DDT;SVC;;;20;;", "departement", "20"),
        ("x1;X;;DDT;SVC_SIGN;;;;;", "delegation_acte", "délégation de signature"),
        ("x1;X;;DDT;SVC_SIGN;;;;acte;32/13/2026", "delegation_debut", "mois"),
    ],
)
def test_a_mistake_is_named_by_line_and_column(row: str, column: str, reason: str) -> None:
    (found,) = mistakes("ok;Ok;;DDT;SVC;dep:55;;;;", row)
    assert found[:2] == (3, column)
    assert reason in found[2]


def test_every_mistake_is_told_at_once() -> None:
    assert [m[0] for m in mistakes("x1;;;DDT;SVC;;;;;", "x2;X;;;SVC;;;;;")] == [2, 3]


def test_titles_are_checked() -> None:
    assert "nom" in mistakes(head="identifiant;role;organisme")[0][2]
    assert "Colonne inconnue : âge" in mistakes(head=HEAD + ";âge")[0][2]


def test_an_account_has_one_owner() -> None:
    found = mistakes("x1;X;;DDT;SVC;;slack:U1;;;", "x2;X;;DDT;SVC;;slack:U1;;;")
    assert "slack:U1 est donné à x1 et à x2" in found[0][2]


def test_an_open_quote_is_a_sentence() -> None:
    assert "guillemet" in mistakes('x1;"X;;DDT;SVC;;;;;')[0][2]


TWO_ROLES = "x1;Xavier;;DDT;SVC;dep:55;;;;"


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("x1;Xénia;;DDT;SVC;dep:57;;;;", "nom", "« Xénia » ici, « Xavier » à la ligne 2"),
        ("x1;Xavier;;DDT;SVC;dep:57;;57;;;trop", "", "plus de cases que de titres"),
        ("x1;Xa\0vier;;DDT;SVC;dep:57;;;;", "nom", "illisibles"),
    ],
)
def test_a_second_line_that_contradicts_or_overflows(row: str, column: str, reason: str) -> None:
    found = mistakes(TWO_ROLES, row)
    assert (3, column) in [(line, at) for line, at, _ in found]
    assert any(reason in said for _, _, said in found)


def test_one_line_active_and_one_not_is_not_guessed() -> None:
    head = "identifiant;nom;organisme;role;portee;actif;superieur"
    (found,) = mistakes("x1;X;DDT;SVC;dep:55;;", "x1;X;DDT;SVC;dep:57;non;", head=head)
    assert found[:2] == (3, "actif")
    assert "supprimez sa ligne" in found[2]
    (unread,) = mistakes("x1;X;DDT;SVC;dep:55;parti;", head=head)
    assert "écrivez « oui » ou « non »" in unread[2]
    (gone,) = entries("x1;X;DDT;SVC;dep:55;N;", "x1;X;DDT;SVC;dep:57;non;yann", head=head)
    assert not gone.person.active
    assert gone.person.superior == "yann", "told on the second line alone"


def test_titles_of_a_spreadsheet() -> None:
    (found,) = entries(";;;;", "ines;Inès;Bar-le-Duc;COLL;terr:55029", head="Identifiant;Nom;Organisme;Rôle;Portée")
    assert found.person.holdings == (Holding(role=Role.COLL, scope="terr:55029"),)
    (below,) = read("\n;;;\n" + "identifiant;nom;organisme;role\nines;Inès;Ville;COLL\n", TERRITORIES, TODAY)
    assert below.person.name == "Inès"
    assert "la colonne nom est là deux fois" in mistakes(head=HEAD + ";Nom")[0][2].lower()
