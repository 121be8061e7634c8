"""The official list of communes, EPCI and départements, read from the packed file of the code.

Source: @etalab/decoupage-administratif (Licence Ouverte); see scripts/extract_territories.py.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from atelier.places import Commune, Departement, Epci

FILE = "territoires.json.gz"


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The list as it was published; `header` says its source, licence, version, year (`cog`) and counts."""

    header: Mapping[str, Any]
    departements: tuple[Departement, ...]
    communes: tuple[Commune, ...]
    epci: tuple[Epci, ...]


def read() -> Gazetteer:
    """Read the packed file (a tenth of a second: do it once, when the program starts)."""
    packed = files("atelier").joinpath("data", FILE).read_bytes()
    content: dict[str, Any] = json.loads(gzip.decompress(packed))
    departements = {row[0]: Departement(*row) for row in content["departements"]}
    communes = {commune.code: commune for commune in _communes(content["communes"], departements)}
    epci = tuple(_epci(row, communes) for row in content["epci"])
    return Gazetteer(content["header"], tuple(departements.values()), tuple(communes.values()), epci)


def _communes(columns: Mapping[str, Any], departements: Mapping[str, Departement]) -> Iterator[Commune]:
    for departement, (codes, names, populations, sirens) in columns.items():
        within = (departements[departement],)
        for code, name, population, siren in zip(codes, names, populations, sirens, strict=True):
            yield Commune(code, name, within, population, siren)


def _epci(row: list[Any], communes: Mapping[str, Commune]) -> Epci:
    code, name, type_, codes = row
    # One object per code: the same text is already held by the commune.
    members = [communes[member] for member in codes]
    departements = Counter(member.within[0] for member in members)
    within = tuple(departement for departement, _ in departements.most_common())
    population = sum(member.population or 0 for member in members)
    return Epci(code, name, within, population, type_, tuple(member.code for member in members))
