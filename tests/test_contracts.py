"""The file of an accord-cadre: what is read, every mistake named by its line and field, imports that keep versions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from databases import SECRET, units_on
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from samples import NOW, person
from typer.testing import CliRunner, Result

from atelier import contract_fields, yaml_lines
from atelier.contract_fields import OWN, ContractFields, Fields
from atelier.contract_file import SHIPPED, Read, read, shipped, text
from atelier.contracts import AccordCadre
from atelier.tables import Wrong
from atelier.words import Role, RuleId
from bot.cli import app
from bot.sandbox.people import EVERYBODY
from storage.unit import Units

DEMO = text("demonstration")
SMALL = """\
code: essai
nom: Un contrat d'essai
ccag: CCAG-PI 2009
membres:
  - {code: un, nom: Un}
  - {code: deux, nom: Deux}
groupements:
  - code: premier
    nom: Premier
    membres:
      - {membre: un, role: mandataire}
      - {membre: deux, role: cotraitant}
  - code: second
    nom: Second
    membres: [{membre: deux, role: mandataire}]
"""


def edited(pattern: str, by: str, source: str = DEMO) -> str:
    """The text with its first match rewritten; the pattern must be there."""
    changed, count = re.subn(pattern, lambda _: by, source, count=1, flags=re.MULTILINE | re.DOTALL)
    assert count == 1, pattern
    return changed


def told(source: str | bytes, **around: object) -> Read:
    return read(source if isinstance(source, bytes) else source.encode(), **around)  # type: ignore[arg-type]


def mistakes(source: str | bytes, **around: object) -> list[tuple[int, str, str]]:
    with pytest.raises(Wrong) as wrong:
        told(source, **around)
    return [(m.line, m.column, str(m.refused)) for m in wrong.value.mistakes]


def line_of(source: str, part: str) -> int:
    (found,) = [number for number, line in enumerate(source.splitlines(), start=1) if part in line]
    return found


def only(source: str, part: str, field: str, reason: str, **around: object) -> None:
    """One mistake: on the line that holds `part`, about this field, for this reason."""
    assert [(line, name) for line, name, _ in mistakes(source, **around)] == [(line_of(source, part), field)]
    assert reason in mistakes(source, **around)[0][2]


# What is shipped


def test_the_contract_of_the_circular_says_what_the_circular_says() -> None:
    contract = shipped("adt-flash-2021")
    assert (contract.ccag, contract.montant_maximum_ht, contract.delai_reponse_cascade) == ("CCAG-PI 2009", None, None)
    assert (contract.date_notification, contract.date_fin_validite) == (None, None)
    assert [g.mandataire for g in contract.groupements] == [
        "Atelier de l'Ourcq", "POLAU-pôle arts & urbanisme", "VILLE OUVERTE",
    ]  # fmt: skip
    assert [len(g.membres) for g in contract.groupements] == [6, 4, 5]
    assert [g.rang for g in contract.groupements] == [None] * 3, "the order of presentation is no ranking"
    assert (contract.ranked(), len(contract.lacks()), contract.in_force(date(2022, 1, 1))) == ((), 5, False)
    zefco = [g.code for g in contract.groupements for m in g.membres if m.nom == "ZEFCO"]
    assert zefco == ["ourcq", "polau"]
    natural = [m for g in contract.groupements for m in g.membres if "personne physique" in m.nom]
    assert [(m.nom, m.competences) for m in natural] == [
        ("expert en économie locale (personne physique)", ("économie locale",))
    ]
    assert not contract.fictif


def test_the_fictitious_contract_lets_everything_be_done() -> None:
    contract = shipped("demonstration")
    assert contract.fictif
    assert contract.lacks() == ()
    assert (contract.date_notification, contract.date_fin_validite) == (date(2025, 9, 1), date(2029, 8, 31))
    assert contract.montant_maximum_ht == Decimal(800000)
    assert contract.delai_reponse_cascade == "5 jours ouvrés"
    assert [g.rang for g in contract.ranked()] == [1, 2, 3]
    assert {(m.code, m.apres) for m in contract.motifs_ecart} == {
        ("indisponibilite_declaree", "reponse"), ("silence", "delai"), ("capacite_insuffisante", "toujours"),
        ("conflit_interets", "toujours"),
    }  # fmt: skip
    assert {id_: own.delai for id_, own in contract.delais.items()} == {
        RuleId.VERIFICATION: "2 mois", RuleId.AJOURN_ACCEPTATION: "10 jours", RuleId.AJOURN_REPRESENTATION: "15 jours",
        RuleId.AJOURN_DECISION: "15 jours", RuleId.REFACTION_OBSERVATIONS: "15 jours",
        RuleId.REFACTION_DECISION: "15 jours", RuleId.BC_OBSERVATIONS: "15 jours", RuleId.PROLONGATION_REPONSE: "15 jours",
        RuleId.PROLONGATION_DEMANDE: "15 jours",
    }  # fmt: skip
    assert set(contract.delais) == set(OWN) - {RuleId.PENALITES_OBSERVATIONS}  # its own CCAG gives that one
    first, second, third = ({m.nom for m in g.membres} for g in contract.ranked())
    assert (first & second, first & third, second & third) == ({"Clair Climat"}, set(), set())


def test_the_sandbox_s_mandataires_stand_for_the_fictitious_groupements() -> None:
    held = {h.scope for p in EVERYBODY for h in p.person().holdings if h.role is Role.MAND}
    assert held == {f"grp:demonstration/{g.code}" for g in shipped("demonstration").groupements}


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_shipped_has_no_name_of_the_real_one_but_the_circular_s(name: str) -> None:
    real = ("Ourcq", "ZEFCO", "POLAU", "VILLE OUVERTE", "Davezies", "DAVEZIES")
    assert [word for word in real if word in text(name)] == (list(real[:4]) if name == "adt-flash-2021" else [])


def test_another_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        shipped("../contracts")


# What is read


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("800 000 €", "800000"),
        ("800\u202f000 € HT", "800000"),
        ("0100000", "100000"),
        ("8500,50", "8500.50"),
        ("1.200", "1200"),
    ],
)
def test_amounts_are_read_as_people_write_them(typed: str, amount: str) -> None:
    assert told(edited("800 000 €", typed)).contract.montant_maximum_ht == Decimal(amount)


@pytest.mark.parametrize("typed", ["2025-09-01", "01/09/2025", "1er septembre 2025", "'lundi 1er septembre 2025'"])
def test_dates_are_read_as_people_write_them(typed: str) -> None:
    assert told(edited("2025-09-01", typed)).contract.date_notification == date(2025, 9, 1)


def test_a_mark_of_order_and_windows_line_ends_are_forgiven() -> None:
    assert told(b"\xef\xbb\xbf" + DEMO.replace("\n", "\r\n").encode()).contract == shipped("demonstration")


def test_a_code_that_yaml_takes_for_something_else_stays_a_code() -> None:
    assert told(SMALL.replace("code: essai", "code: 2021")).contract.code == "2021"
    assert told(SMALL.replace("premier", "no")).contract.groupements[0].code == "no"


def test_an_empty_field_is_one_that_is_not_there() -> None:
    assert told(SMALL + "delais:\nmotifs_ecart: ~\nmontant_maximum_ht: null\n").contract == told(SMALL).contract


def test_people_and_places_are_kept() -> None:
    told(edited("rang: 3", "rang: 3\n    canal: slack-T0123ABCD:C042"))  # a workspace of its own
    source = edited("rang: 3", "rang: 3\n    canal: slack:C042\n    representants: [alba, oscar]")
    third = told(source, people={"alba", "oscar"}).contract.ranked()[2]
    assert (third.canal, third.representants) == ("slack:C042", ("alba", "oscar"))


# Mistakes, by name


@pytest.mark.parametrize(
    ("pattern", "by", "field", "reason"),
    [
        ("rang: 3", "rang: 2", "groupements 3 › rang", "Le rang 2 est donné à deux groupements"),
        ("rang: 3", "rang: 4", "groupements 3 › rang", "Il y a un rang 4 mais pas de rang 3"),
        ("rang: 1", "rang: 0", "groupements 1 › rang", "« 0 » n'est pas un rang"),
        ("rang: 2", "rang: premier", "groupements 2 › rang", "écrivez 1, 2, 3"),
        ("rang: 2", "rangs: 2", "groupements 2 › rangs", "Vouliez-vous écrire « rang » ?"),
        ("2029-08-31", "2024-08-31", "date_fin_validite", "les dates sont-elles inversées"),
        ("2025-09-01", "2025-09-31", "date_notification", "n'existe pas"),
        ("2025-09-01", "hier", "date_notification", "Écrivez le jour, le mois et l'année"),
        ("2025-09-01", "2025-09-01T00:00:00Z", "date_notification", "Je ne lis pas de date"),
        ("membre: quatre-seuils", "membre: scieurs", "groupements 2 › membres 2 › membre", "n'est pas décrit sous « membres »"),
        ("membre: quatre-seuils", "membre: la-traverse", "groupements 2 › membres 2 › membre", "est déjà donné plus haut"),
        ("nom: Quatre Seuils", "nom: CLAIR-CLIMAT", "membres 6 › nom", "porte déjà ce nom"),
        ("code: rives", "code: Rives", "groupements 1 › code", "n'est pas un code"),
        ("code: rives", "code: " + "r" * 36, "groupements 1 › code", "35 signes au plus"),
        ("ccag: CCAG-PI 2021", "ccag: CCAG-PI 2031", "ccag", "CCAG-PI 2009, CCAG-PI 2021"),
        ("5 jours ouvrés", "5 jours ouvrables", "delai_reponse_cascade", "« 15 jours », « 2 mois » ou « 20 jours ouvrés »"),
        ("delai: 2 mois", "delai: deux mois", "delais › VERIFICATION › delai", "n'est pas un délai"),
        ("delai: 2 mois", "delai: 0 jours", "delais › VERIFICATION › delai", "au moins un jour"),
        ("VERIFICATION:", "VERIFICATIONS:", "delais › VERIFICATIONS", "Les valeurs possibles sont"),
        ("VERIFICATION:", "CIBLE_INSTRUCTION:", "delais › CIBLE_INSTRUCTION", "n'est pas reconnu ici"),
        ("800 000 €", "-1 €", "montant_maximum_ht", "n'est pas négatif"),
        ("800 000 €", "beaucoup", "montant_maximum_ht", "Je ne lis pas de montant"),
        ("800 000 €", "8_0", "montant_maximum_ht", "Je ne lis pas de montant"),
        ("800 000 €", ".inf", "montant_maximum_ht", "Je ne lis pas de montant"),
        ("800 000 €", "800 000 000 €", "montant_maximum_ht", "cent millions"),
        ("800 000 €", "0", "montant_maximum_ht", "interdit toute commande"),
        ("800 000 €", "800 000 €\nsans_maximum: oui", "sans_maximum", "se contredisent"),
        ("solde_ouverture_ht: 0", "solde_ouverture_ht: 900 000", "solde_ouverture_ht", "dépasse le montant maximum"),
        ("solde_ouverture_ht: 0", "solde_ouverture_ht: −5", "solde_ouverture_ht", "n'est pas négatif"),
        ("fictif: oui", "fictif: peut-être", "fictif", "écrivez oui ou non"),
        ("apres: reponse", "apres: refus", "motifs_ecart 1 › apres", "reponse, delai, toujours"),
        ("role: mandataire", "role: chef", "groupements 1 › membres 1 › role", "mandataire, cotraitant"),
        ("date_fin_validite", "date_fin_validitee", "date_fin_validitee", "Vouliez-vous écrire « date_fin_validite » ?"),
        ("fictif: oui", "bidule: oui", "bidule", "Les champs possibles ici sont : code, nom, ccag"),
        ("fictif: oui", "bidule:", "bidule", "Les champs possibles ici sont : code, nom, ccag"),
        ("delai: 2 mois", "délais: x, delai: 2 mois", "delais › VERIFICATION › délais", "« delai »"),
        ("nom: Accord-cadre de démonstration", "nom:", "nom", "obligatoire"),
        ("nom: Accord-cadre de démonstration", "nom: ''", "nom", "vide"),
        ("nom: Accord-cadre de démonstration", "nom: " + "x" * 301, "nom", "301 signes, 300 au plus"),
        ("nom: Accord-cadre de démonstration", 'nom: "a\\0b"', "nom", "signes illisibles"),
        ("nom: Accord-cadre de démonstration", 'nom: "a\\ud800b"', "nom", "signes illisibles"),
        ("nom: Accord-cadre de démonstration", "nom: [a]", "nom", "une seule valeur"),
        (r"competences: \[habitat\]", "competences: habitat", "membres 6 › competences", "Il faut ici une liste"),
        (r"competences: \[habitat\]", "competences: [{a: b}]", "membres 6 › competences 1", "une seule valeur"),
        (r"\{membre: canopee, role: mandataire\}", "canopee", "groupements 3 › membres 1", "un groupe de champs"),
        ("rang: 3", "rang: 3\n    canal: slack-:C042", "groupements 3 › canal", "plateforme:identifiant"),
        ("rang: 3", "rang: 3\n    canal: teams-T1:42", "groupements 3 › canal", "plateforme:identifiant"),
        ("rang: 3", "rang: 3\n    canal: teams:42", "groupements 3 › canal", "Les plateformes sont : mattermost, slack"),
        ("rang: 3", "rang: 3\n    canal: '#canopee'", "groupements 3 › canal", "plateforme:identifiant"),
        ("rang: 3", "rang: 3\n    canal: 'slack:'", "groupements 3 › canal", "plateforme:identifiant"),
        ("rang: 3", "rang: 3\n    representants: [alba, alba]", "groupements 3 › representants 2", "est déjà donné plus haut"),
        ("rang: 3", "rang: 3\n    rang: 3", "groupements 3 › rang", "déjà donné ligne 90 : gardez-en un seul"),
        ("fictif: oui", "fictif: oui\nfictif: oui", "fictif", "déjà donné ligne 5"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_its_line_and_field(pattern: str, by: str, field: str, reason: str) -> None:
    """On the last line that was rewritten."""
    source, before = edited(pattern, by), re.split(pattern, DEMO, maxsplit=1)[0]
    found = mistakes(source)
    assert [(m[0], m[1]) for m in found] == [((before + by).count("\n") + 1, field)]
    assert reason in found[0][2]


def test_a_rank_counts_with_its_proof_and_a_proof_with_its_rank() -> None:
    without = edited("    preuve_du_rang: [^\n]+\n", "")
    (found,) = mistakes(without)
    assert found[:2] == (line_of(without, "rang: 1"), "groupements 1 › rang")
    assert "ajoutez « preuve_du_rang »" in found[2]
    assert "sans le rang" in mistakes(edited("rang: 3\n", "\n"))[0][2]
    partly = told(edited("    rang: 3\n    preuve_du_rang: [^\n]+\n", "")).contract
    assert (partly.ranked(), partly.lacks()) == ((), ("le rang de chaque groupement, avec sa preuve",))


def test_a_groupement_has_one_mandataire() -> None:
    for role, count in (("cotraitant", 0), ("mandataire", 2)):
        source = SMALL.replace("deux, role: cotraitant", "deux, role: " + role).replace(
            "un, role: mandataire", "un, role: " + role
        )
        (found,) = mistakes(source)
        assert found[:2] == (10, "groupements 1 › membres")
        assert f"celui-ci en a {count}" in found[2]


@pytest.mark.parametrize(
    ("pattern", "by", "place"),
    [
        ("code: quatre-seuils", "code: clair-climat", "membres 6 › code"),
        ("code: traverse", "code: rives", "groupements 2 › code"),
        ("code: silence", "code: indisponibilite_declaree", "motifs_ecart 2 › code"),
    ],
)
def test_a_code_is_given_once_in_its_list(pattern: str, by: str, place: str) -> None:
    found = [m for m in mistakes(edited(pattern, by)) if m[1] == place]
    assert [m[2] for m in found] == [
        f"« {by.removeprefix('code: ')} » est déjà donné plus haut dans cette liste : gardez-en un, ou corrigez l'autre."
    ]


def test_every_mistake_is_told_at_once_in_the_order_of_the_file() -> None:
    source = edited("rang: 2", "rang: x", edited("apres: reponse", "apres: y", edited("800 000 €", "z")))
    assert [m[1] for m in mistakes(source)] == ["montant_maximum_ht", "motifs_ecart 1 › apres", "groupements 2 › rang"]


def test_what_is_needed_is_said_when_it_is_not_there() -> None:
    assert [(m[1], "obligatoire" in m[2]) for m in mistakes("sans_maximum: oui")] == [
        ("code", True), ("nom", True), ("ccag", True),
    ]  # fmt: skip
    (found,) = mistakes(edited("{delai: 2 mois, source: contrat de démonstration}", "{delai: 2 mois}"))
    assert found[1] == "delais › VERIFICATION › source"
    assert "vide : donnez au moins un élément" in mistakes(edited(r"membres: \[\{.*\}\]", "membres: []", SMALL))[0][2]


def test_representatives_are_people_of_the_directory_and_stand_for_one_groupement() -> None:
    source = edited("rang: 3", "rang: 3\n    representants: [alba, personne]")
    only(
        source,
        "[alba, personne]",
        "groupements 3 › representants 2",
        "« personne » n'est pas dans l'annuaire",
        people={"alba"},
    )
    both = edited(
        "rang: 2", "rang: 2\n    representants: [alba]", edited("rang: 3", "rang: 3\n    representants: [alba] # 3")
    )
    only(both, "# 3", "groupements 3 › representants 1", "représente déjà le groupement « traverse »", people={"alba"})


def test_two_groupements_have_two_places() -> None:
    source = edited("rang: 2", "rang: 2\n    canal: slack:C1", edited("rang: 3", "rang: 3\n    canal: slack:C1 # 3"))
    only(source, "# 3", "groupements 3 › canal", "d'un autre groupement")


# Files that are no contract at all

BOMB = "\n".join(["a0: &a0 lol"] + [f"a{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]" for n in range(9)])


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"", 1, "vide"),
        (b"\n# rien\n\n", 1, "vide"),
        (b"~", 1, "vide"),
        (b"- code: essai\n", 1, "un groupe de champs"),
        (b"bonjour", 1, "un groupe de champs"),
        (b"code: essai\nnom: a: b\n", 2, "Ce n'est pas du YAML à partir d'ici"),
        (b"code: essai\n\tnom: x\n", 2, "jamais de tabulation"),
        (b"code: [a, b\n", 2, "Ce n'est pas du YAML"),
        (b'code: "essai\n', 2, "Ce n'est pas du YAML"),
        (b"<!DOCTYPE html>\n<html><body>Connexion : ok</body></html>", 2, ""),
        ("code: essai\nnom: Démonstration\n".encode("latin-1"), 2, "n'est pas en UTF-8"),
        ("code: essai\n".encode("utf-16"), 1, "n'est pas en UTF-8"),
        (b"code: essai\nnom: a\x00b\n", 2, "signe illisible"),
        (b"PK\x03\x04\x14\x00", 1, "signe illisible"),
        (b"code: essai\n" * 20_000, 1, "dépasse 64 ko"),
        (b"code: a\n---\ncode: b\n", 2, "plusieurs documents"),
        (b"code: &x essai\nnom: *x\n", 1, "renvois"),
        (BOMB.encode(), 1, "renvois"),
        (b"code: !!python/object/apply:os.system [ls]\n", 1, "étiquettes de type"),
        (b"code: !!str 12\n", 1, "étiquettes de type"),
        (b"code: " + b"[" * 5_000, 1, "Trop de niveaux"),
        (b"? [a, b]\n: c\n", 1, "un texte simple"),
        (b"'': c\n", 1, "un texte simple"),
    ],
    ids=range(23),
)
def test_a_file_that_is_no_contract_is_told_why(content: bytes, line: int, reason: str) -> None:
    found = mistakes(content)
    assert found[0][0] == line, found
    assert reason in found[0][2]


@given(st.binary(max_size=300) | st.text(alphabet="-:[]{}&*!|>'\"#%@,? \n\tabé0", max_size=60).map(str.encode))
def test_whatever_is_given_is_read_or_refused_in_french(content: bytes) -> None:
    for line, _, sentence in mistakes(content):
        assert 1 <= line <= content.count(b"\n") + content.count(b"\r") + 2
        assert sentence.endswith((".", "?", "…"))
        assert "{" not in sentence or b"{" in content


PLAIN = st.recursive(
    st.none() | st.text(max_size=5),
    lambda held: st.lists(held, max_size=3) | st.dictionaries(st.text(max_size=5), held, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_every_constraint_has_its_sentence(data: st.DataObject) -> None:
    """Any value in the place of any other: pydantic's errors all have a French sentence, at a place of the file."""
    whole = yaml_lines.read(DEMO.encode())
    path = data.draw(st.sampled_from(sorted(whole.lines, key=str)))
    value = yaml_lines.read(DEMO.encode()).value
    held = value
    for part in path[:-1]:
        held = held[part]
    if path:
        held[path[-1]] = data.draw(PLAIN)
    try:
        ContractFields.model_validate(value)
    except ValidationError as error:
        for one in error.errors():
            assert str(contract_fields.refusal(one))


def test_the_sentences_are_those_of_the_constraints_used() -> None:
    assert {name for group in contract_fields.GROUPS.values() for name in group.model_fields}
    assert set(contract_fields.GROUPS.values()) == set(Fields.__subclasses__())
    many = yaml_lines.read(edited(r"competences: \[habitat\]", f"competences: [{', '.join('a' * 101)}]").encode())
    with pytest.raises(ValidationError) as error:
        ContractFields.model_validate(many.value)
    assert "plus de 100 éléments" in str(contract_fields.refusal(error.value.errors()[0]))


# What is worth saying, and accepted


@pytest.mark.parametrize(
    ("pattern", "by", "field", "reason"),
    [
        ("2029-08-31", "2029-09-01", "date_fin_validite", "plus de quatre ans (code de la commande publique, L2125-1)"),
        ("montant_maximum_ht: 800 000 €", "sans_maximum: oui", "sans_maximum", "Depuis 2022"),
        ("solde_ouverture_ht: 0", "solde_ouverture_ht: 640 000", "solde_ouverture_ht", "80 %"),
        ("  VERIFICATION: [^\n]+\n", "", "delais", "resteront bloqués : Vérification du livrable"),
        ("      - {membre: herbes-hautes, role: cotraitant}\n", "", "membres 9 › code", "dans aucun groupement"),
        ("membre: canopee,", "membre: la-traverse,", "membres 5 › code", "mandataire de plusieurs groupements (traverse, canopee)"),
        ("fictif: oui", "fictif: oui", "fictif", "ne sert qu'aux essais"),
    ],
)  # fmt: skip
def test_a_warning_does_not_stop_the_import(pattern: str, by: str, field: str, reason: str) -> None:
    read_ = told(edited(pattern, by))
    assert [reason in str(w.refused) for w in read_.warnings if w.column == field] == [True]


def test_four_years_to_the_day_are_four_years() -> None:
    assert [w.column for w in told(DEMO).warnings] == ["fictif"]
    for begins, ends, late in (
        ("2024-02-29", "2028-02-28", False),
        ("2024-02-29", "2028-02-29", True),
        ("2096-02-29", "2100-02-28", False),
    ):
        warned = {w.column for w in told(SMALL + f"date_notification: {begins}\ndate_fin_validite: {ends}\n").warnings}
        assert ("date_fin_validite" in warned) is late


# The command


@pytest.fixture
def home(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path) -> Iterator[None]:
    for name, value in {"DATABASE_URL": url, "ATELIER_SECRET_KEY": SECRET.decode(), "ATELIER_ADMINS": ""}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return


def run(*args: str) -> Result:
    return CliRunner().invoke(app, ["accord-cadre", *args])


@pytest.fixture
def write(tmp_path):
    return lambda source: (tmp_path / "c.yaml").write_text(source, encoding="utf-8")


@pytest.mark.usefixtures("home")
def test_tried_first_then_recorded_once_then_in_versions(write, units: Units) -> None:
    write(DEMO)
    dry = run("importer", "c.yaml", "--essai")
    assert (dry.exit_code, "Essai, rien n'est changé" in dry.stdout) == (0, True)
    assert "nouveau, version 1" in dry.stdout
    assert "Aucun accord-cadre n'est enregistré" in run("montrer").stdout
    assert "nouveau, version 1" in run("importer", "c.yaml").stdout
    assert "inchangé, version 1" in run("importer", "c.yaml").stdout
    write("# la même chose, écrite autrement\n" + DEMO.replace("800 000 €", "800000"))
    assert "inchangé, version 1" in run("importer", "c.yaml").stdout
    write(DEMO.replace("800 000 €", "900 000 €"))
    assert "version 2. Ce qui change : montant_maximum_ht." in run("importer", "c.yaml", "--essai").stdout
    assert "version 2. Ce qui change : montant_maximum_ht." in run("importer", "c.yaml").stdout
    assert "Maximum : 900 000 € HT" in run("montrer", "demonstration").stdout.replace("\xa0", " ").replace(
        "\u202f", " "
    )
    assert "800 000" in run("montrer", "demonstration", "--version", "1").stdout.replace("\xa0", " ").replace(
        "\u202f", " "
    )
    with units.begin() as unit:
        assert [c.version for c in unit.contracts.versions("demonstration")] == [2, 1]


@pytest.mark.usefixtures("home")
def test_a_mistake_changes_nothing_and_exits_with_one(write, units: Units) -> None:
    write(edited("rang: 3", "rang: 2"))
    done = run("importer", "c.yaml")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "ligne 90, groupements 3 › rang : Le rang 2 est donné à deux groupements" in done.stderr
    assert "1 erreur : rien n'a été changé." in done.stderr
    with units.begin() as unit:
        assert unit.contracts.all() == ()


@pytest.mark.usefixtures("home")
def test_too_many_mistakes_are_cut(write) -> None:
    write("\n".join(f"champ{n}: x" for n in range(60)))
    done = run("importer", "c.yaml")
    assert "… et 13 autres plus bas." in done.stderr
    assert "63 erreurs : rien n'a été changé." in done.stderr
    assert len(done.stderr.splitlines()) == 52


@pytest.mark.usefixtures("home")
def test_a_representative_is_somebody_active_of_the_directory(write, units: Units) -> None:
    with units.begin() as unit:
        unit.people.add(person("alba", (Role.MAND, "grp:demonstration/canopee")))
        unit.people.add(person("oscar"))
        unit.people.add(person("parti", active=False))
    write(edited("rang: 3", "rang: 3\n    representants: [alba, oscar, parti, inconnu]"))
    refused = run("importer", "c.yaml")
    assert refused.exit_code == 1
    assert re.findall(r"« (\w+) » n'est pas dans l'annuaire, ou n'y est plus active", refused.stderr) == [
        "parti",
        "inconnu",
    ]
    write(edited("rang: 3", "rang: 3\n    representants: [alba, oscar]"))
    done = run("importer", "c.yaml")
    assert done.exit_code == 0
    assert re.findall(r"« (\w+) » reçoit le rôle MAND", done.stdout) == ["oscar"]
    assert "Représentants : alba, oscar" in run("montrer", "demonstration").stdout


@pytest.mark.usefixtures("home")
def test_several_contracts_at_once_each_says_whether_it_is_open(write) -> None:
    write(DEMO)
    run("importer", "c.yaml")
    write(text("adt-flash-2021"))
    assert "Désignation fermée. Il manque : les dates" in run("importer", "c.yaml").stdout
    listed = run("montrer").stdout
    assert listed.index("adt-flash-2021") < listed.index("Dates de validité à donner") < listed.index("demonstration")
    assert listed.count("Désignation ouverte.") == listed.count("Désignation fermée.") == 1
    assert "Sans rang : Groupement VILLE OUVERTE" in run("montrer", "adt-flash-2021").stdout


@pytest.mark.usefixtures("home")
def test_a_groupement_that_disappears_is_said(write) -> None:
    write(SMALL)
    run("importer", "c.yaml")
    write(SMALL.replace("code: second", "code: autre"))
    assert "le groupement « second » disparaît" in run("importer", "c.yaml").stdout


@pytest.mark.usefixtures("home")
def test_what_is_not_there_is_said(write, tmp_path) -> None:
    missing = run("importer", "rien.yaml")
    assert (missing.exit_code, "« rien.yaml » ne s'ouvre pas" in missing.stderr) == (1, True)
    assert "ne s'ouvre pas" in run("importer", str(tmp_path)).stderr
    (tmp_path / "gros.yaml").write_bytes(b"#" * 5_000_000)
    assert "dépasse 64 ko" in run("importer", "gros.yaml").stderr
    write(DEMO)
    run("importer", "c.yaml")
    unknown = run("montrer", "demo")
    assert (unknown.exit_code, "enregistrés : demonstration" in unknown.stderr) == (1, True)
    assert "pas de version 7 : la dernière est la 1" in run("montrer", "demonstration", "--version", "7").stderr


def test_the_example_is_a_file_that_can_be_imported() -> None:
    done = run("modele")
    assert told(done.stdout).contract == shipped("demonstration")
    assert "Il y a : adt-flash-2021, demonstration" in run("modele", "autre").stderr


def test_without_a_database_the_file_is_read_all_the_same(monkeypatch: pytest.MonkeyPatch, write, tmp_path) -> None:
    for name, value in {"DATABASE_URL": f"sqlite:///{tmp_path}/vide.db", "ATELIER_SECRET_KEY": SECRET.decode()}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    write("code: [")
    assert run("importer", "c.yaml").exit_code == 1
    write(DEMO)
    done = run("importer", "c.yaml")
    assert (done.exit_code, "atelier migrate" in done.stderr) == (2, True)


def test_a_kept_contract_is_read_back_whole(units: Units) -> None:
    everything = told(edited("rang: 3", "rang: 3\n    canal: slack:C1\n    representants: [alba]")).contract
    assert AccordCadre.model_validate_json(everything.model_dump_json()) == everything
    assert units_on(units.engine).run(lambda u: u.contracts.keep(everything, NOW, "x")) == everything
