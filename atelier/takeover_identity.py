"""Which atelier a row of the table speaks of."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from atelier import answers
from atelier.calendar import zone
from atelier.contracts import AccordCadre
from atelier.dossier import Dossier, Person
from atelier.fiche import item
from atelier.tables import plain
from atelier.takeover_rows import Row
from atelier.territories import Territories
from atelier.words import Reference, Refused, fr

REFERENCE = re.compile(r"ADT-20\d{2}-\d{4}")


@dataclass(frozen=True, slots=True)
class Known:
    """What reading the rows needs: the official list, the contracts, how a name is found in the directory, who imports."""

    territories: Territories
    contracts: tuple[AccordCadre, ...]
    people: Callable[[str], tuple[Person, ...]]
    importer: Person
    now: datetime
    file: str

    def source(self, row: Row) -> str:
        """Where a row was read: the file and its line."""
        return f"{self.file}, ligne {row.line}"


@dataclass(frozen=True, slots=True)
class Identity:
    """Which atelier a row speaks of: its reference when it has one, its territory, its act or else its subject."""

    reference: Reference | None
    departement: str
    places: JsonValue
    codes: tuple[str, ...]
    act: str
    subject: str

    def is_(self, dossier: Dossier) -> bool:
        """True for a dossier of the same territory, under the same act; the same subject when one has no act."""
        if tuple(sorted(dossier.territory_codes())) != self.codes:
            return False
        act = plain(dossier.mission.act) if dossier.mission else ""
        return act == self.act if act and self.act else plain(str(dossier.value("objet"))) == self.subject


def identified(row: Row, known: Known) -> Identity | None:
    """Which atelier it is; None, and what is wrong is kept, when the row does not say it well."""
    departement = row.read("departement", lambda typed: _departement(typed, known.territories))
    for column in ("departement", "service", "territoire", "objet", "etat"):
        if not row.text(column):
            row.wrong(column, fr("Cette case est obligatoire."))
    around = answers.Around(known.territories, departement or "", row.today)
    places = row.read("territoire", lambda typed: answers.read(item("territoire"), typed.replace("|", ";"), around))
    row.read("objet", lambda typed: answers.read(item("objet"), typed, around))
    row.read("service", lambda typed: answers.read(item("service_porteur"), typed, around))
    reference = row.read("reference", _reference)
    if departement is None or not isinstance(places, list) or row.mistakes:
        return None
    codes = tuple(sorted(str(p["code"]) for p in places if isinstance(p, dict)))
    for code in codes:
        _near(row, known, code, departement)
    return Identity(reference, departement, places, codes, plain(row.text("acte")), plain(row.text("objet")))


def _departement(typed: str, territories: Territories) -> str:
    code = territories.departement(typed).code
    zone(code)
    return code


def _reference(typed: str) -> Reference:
    if not REFERENCE.fullmatch(typed.upper()):
        raise Refused(
            fr("« {given} » : une référence s'écrit « ADT-2026-0007 » ; laissez vide pour en recevoir une."),
            given=typed[:40],
        )
    return Reference(typed.upper())


def _near(row: Row, known: Known, code: str, departement: str) -> None:
    found = known.territories.exact(code)
    if found and departement not in found[0].departements:
        sentence = fr("{place} n'est pas dans le département {code} : est-ce voulu ?")
        row.warn("territoire", sentence, place=found[0].label, code=departement)
