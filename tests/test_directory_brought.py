"""The directory brought up to date again and again: what the table does not say stays, what it says twice is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from test_cli import run

from atelier.contract_file import shipped
from atelier.directory import read
from atelier.dossier import Person
from atelier.territories import Territories
from atelier.words import PersonId, Refused, Role
from bot import memory
from chat.cards import Address
from handlers import directory, representatives
from storage.unit import Unit
from storage.writer import Writer

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
SECRET = b"a directory brought again and again"
HEAD = "identifiant;nom;organisme;role;portee;comptes;langue;actif;superieur\n"
PAUL = "paul;Paul Henry;DDT de la Meuse;SVC;dep:55;mattermost:p1;;;\n"
CAMILLE = "camille;Camille Laurent;DDT de la Meuse;SVC;dep:55;;;;\n"
ALBA = "alba;Alba Costa;Atelier des Rives;CAUE;dep:55;mattermost:a1;;;\n"
Bring = Callable[..., directory.Report]


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    memory.moved(url)
    opened = memory.opened(url, SECRET, (Address(platform="mattermost", id="admin"),))
    yield opened
    opened.close()


@pytest.fixture
def bring(writer: Writer) -> Bring:
    def brought(*rows: str, dry: bool = False) -> directory.Report:
        entries = read(HEAD + "".join(rows), Territories.load(), NOW.date())
        return writer.call(lambda unit: directory.bring(unit, entries, NOW, dry=dry))

    return brought


def known(writer: Writer, id_: str) -> tuple[Person, tuple[str, ...]]:
    def got(unit: Unit) -> tuple[Person, tuple[str, ...]]:
        return unit.people.get(PersonId(id_)), tuple(a.id for a in unit.people.accounts(PersonId(id_)))

    return writer.call(got)


def test_a_mandataire_of_the_contract_and_a_chosen_language_outlive_another_import(
    writer: Writer, bring: Bring
) -> None:
    bring(ALBA)
    contract = shipped("demonstration")
    groupement = contract.groupements[0].model_copy(update={"representants": (PersonId("alba"),)})
    named = contract.model_copy(update={"groupements": (groupement, *contract.groupements[1:])})

    def later(unit: Unit) -> None:
        representatives.settle(unit, unit.contracts.keep(named, NOW, "essai"), None, NOW)
        unit.people.save(unit.people.get(PersonId("alba")).model_copy(update={"language": "en"}))

    writer.call(later)
    assert bring(ALBA).same == ["Alba Costa"]
    bring(ALBA.replace("CAUE", "DREAL"))
    alba, _ = known(writer, "alba")
    assert [h.role for h in alba.holdings] == [Role.DREAL, Role.MAND]
    assert alba.language == "en"
    bring(ALBA.replace(";;;\n", ";fr;;\n"))
    assert known(writer, "alba")[0].language == "fr"


def test_an_account_given_to_the_wrong_person_is_put_right_by_the_table(writer: Writer, bring: Bring) -> None:
    bring(PAUL, CAMILLE)
    with pytest.raises(Refused) as refused:
        bring(CAMILLE.replace(";;;;", ";mattermost:p1;;;"))
    assert "Paul Henry (identifiant paul)" in str(refused.value)
    swapped = (CAMILLE.replace(";;;;", ";mattermost:p1;;;"), PAUL.replace("mattermost:p1", ""))
    tried = bring(*swapped, dry=True)
    assert known(writer, "paul")[1] == ("p1",), "a trial changes nothing"
    assert bring(*swapped).changed == tried.changed == ["Camille Laurent", "Paul Henry"]
    assert (known(writer, "camille")[1], known(writer, "paul")[1]) == (("p1",), ())
    assert len(bring(*swapped).same) == 2


@pytest.mark.parametrize("dry", [True, False])
def test_the_last_administrator_is_not_taken_away(writer: Writer, bring: Bring, dry: bool) -> None:
    bring("ada;Ada;AD1;ADMIN;;mattermost:admin;;;\n")
    gone = "ada;Ada;AD1;ADMIN;;mattermost:admin;;non;\n"
    for row in (gone, gone.replace("ADMIN", "AD1I").replace("non", "")):
        with pytest.raises(Refused, match="dernier administrateur"):
            bring(row, dry=dry)
    assert known(writer, "mattermost-admin")[0].active
    assert bring(gone, "zoe;Zoé;AD1;ADMIN;;mattermost:zoe;;;\n", dry=dry).left == ["Ada"]


def test_a_superior_who_is_nobody_is_told(bring: Bring) -> None:
    rows = (CAMILLE.replace(";;;;", ";;;;paul"), PAUL)
    assert bring(CAMILLE.replace(";;;;", ";;;;pau")).headless == [("Camille Laurent", "pau")]
    assert bring(*rows).headless == [], "a later line may name them"
    assert bring(PAUL.replace(";;;", ";;non;"), rows[0].replace("Laurent", "L.")).headless == [("Camille L.", "paul")]


def test_the_command_reads_what_excel_writes_and_names_who_changes(tmp_path: Path) -> None:
    assert run("migrate", cwd=tmp_path).returncode == 0
    table = HEAD.replace("role", "Rôle") + "ines;Inès Moreau;Ville;COLL;terr:55029;;;;personne\n"
    (tmp_path / "a.csv").write_bytes(table.encode("cp1252"))
    done = run("annuaire", "importer", "a.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 personne ajoutée\n    Inès Moreau\n" in done.stdout
    assert "Attention, Inès Moreau a pour supérieur « personne »" in done.stdout
