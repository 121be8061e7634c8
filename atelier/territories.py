"""Find a commune, an EPCI or a département by what people type: a code, a SIREN, or a name, well or badly spelled."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any, Self

from atelier.gazetteer import Gazetteer, read
from atelier.places import Commune, Departement, Epci, Territory
from atelier.spelling import Spellings, bare, key, main_key
from atelier.words import Refused, fr

__all__ = ["Commune", "Departement", "Epci", "Territories", "Territory"]

ALIASES = MappingProxyType(
    {
        "Sallins-Fontaine": "73284",
        "thermes de Sallins-Fontaine": "73284",
        "Plestin-Trigavou": "22190",
        "Deux Morins": "200072544",
        "Portes des Vosges Méridionales": "200068377",
    }
)
"""Spellings of the circular (§2) that are not those of the official list."""

ASIDE = re.compile(r"^(?P<name>.+?)(?:\((?P<within>[^()]+)\)|,(?P<after>[^(),]+))$")
UNKNOWN_CODE = fr(
    "Le code « {code} » ne figure pas dans la liste officielle. Donnez le code INSEE d'une commune (55029), le SIREN "
    "d'une intercommunalité (200068930), le code d'un département (55), ou cherchez par le nom."
)
UNKNOWN_DEPARTEMENT = fr("Le département « {given} » n'existe pas. Donnez son code ou son nom : 55, 2A, 971, Meuse.")
LEAST_INSIDE = 3


class Territories:
    """The official list, indexed: build it once with `load`, then share it; it never changes."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.header: Mapping[str, Any] = MappingProxyType(dict(gazetteer.header))
        self.communes, self.epci, self.departements = gazetteer.communes, gazetteer.epci, gazetteer.departements
        places: tuple[Territory, ...] = (*self.communes, *self.epci, *self.departements)
        self._by_code: dict[str, Territory] = {place.code: place for place in places}
        self._by_code |= {commune.siren: commune for commune in self.communes if commune.siren}
        self._by_name = _by_name(places)
        for spelling, code in ALIASES.items():
            self._by_name[bare(spelling)] = (*self._by_name.get(bare(spelling), ()), self._by_code[code])
        self._names = sorted(self._by_name)
        self._spellings = Spellings(self._names)

    @classmethod
    def load(cls) -> Self:
        """Read the list shipped with the code and index it (half a second, 25 MB: once, when the program starts)."""
        return cls(read())

    def find(self, query: str, departement: str | None = None, limit: int = 10) -> tuple[Territory, ...]:
        """Give at most `limit` territories for a code, a SIREN or a name, the best first; nothing found is ().

        Exact names come first (every homonym: those of `departement`, a code, then the most peopled), then names
        that begin so, then names that contain it. Close spellings are offered only when no name is exact.
        « Saint-Denis (93) » and « Saint-Denis, La Réunion » look in that département only.
        """
        exact = self.exact(query, departement)
        name, inside = self._split(query)
        if self._code(query) or not key(name):
            return exact[:limit]
        guesses = (place for place in self._guesses(name, departement, close=not exact) if _is_in(place, inside))
        return tuple(islice(dict.fromkeys((*exact, *guesses)), max(limit, 0)))

    def exact(self, query: str, departement: str | None = None) -> tuple[Territory, ...]:
        """Give the territories that have this very code or name: one is sure, several are homonyms to choose from.

        What people leave out (« CC de la », « Le ») is forgiven only when no name is the same in full.
        """
        if code := self._code(query):
            return (self._by_code[code],)
        name, inside = self._split(query)
        hits = [place for place in self._named(name) if _is_in(place, inside)]
        in_full = [place for place in hits if key(name) in {key(place.name), main_key(place.name)}]
        return tuple(_ordered(in_full or hits, departement))

    def resolve(self, code: str) -> Territory:
        """Give the territory of an INSEE code, a SIREN or a département code; Refused if the list has none."""
        if found := self._code(code):
            return self._by_code[found]
        raise Refused(UNKNOWN_CODE, code=code.strip())

    def departement(self, code_or_name: str) -> Departement:
        """Give a département by its code (« 55 », « 2a », « 1 ») or name; Refused if there is none."""
        if found := self._departement(code_or_name):
            return found
        raise Refused(UNKNOWN_DEPARTEMENT, given=code_or_name.strip())

    def _departement(self, code_or_name: str) -> Departement | None:
        places = (self._by_code.get(self._code(code_or_name)), *self._named(code_or_name))
        return next((place for place in places if isinstance(place, Departement)), None)

    def _code(self, text: str) -> str:
        """Give the code of the list that this text is, or "": spaces and lost leading zeros are forgiven."""
        code = "".join(text.split()).upper()
        return next((c for c in (code, f"0{code}") if c in self._by_code), "")

    def _split(self, query: str) -> tuple[str, str]:
        """Tell « Saint-Denis (93) » into a name and the code that it is limited to (a département, or itself)."""
        aside = ASIDE.match(query.strip())
        if aside is None or key(query) in self._by_name:
            return query, ""
        for where in (aside["within"] or aside["after"]).split(","):
            place = self._by_code.get(self._code(where)) or self._departement(where)
            if place is not None:
                return aside["name"], place.code
        return query, ""

    def _named(self, name: str) -> tuple[Territory, ...]:
        return tuple(dict.fromkeys((*self._by_name.get(key(name), ()), *self._by_name.get(bare(name), ()))))

    def _guesses(self, name: str, departement: str | None, *, close: bool) -> Iterator[Territory]:
        for asked in dict.fromkeys((key(name), bare(name))):
            yield from _ordered(self._all(self._beginning(asked)), departement)
            if len(asked) >= LEAST_INSIDE:
                yield from _ordered(self._all(n for n in self._names if f" {asked}" in n), departement)
        if close:
            for spelling in self._spellings.close(bare(name)):
                yield from _ordered(self._by_name[spelling], departement)

    def _beginning(self, asked: str) -> Iterator[str]:
        for number in range(bisect_left(self._names, asked), len(self._names)):
            if not self._names[number].startswith(asked):
                return
            yield self._names[number]

    def _all(self, names: Iterable[str]) -> Iterator[Territory]:
        return (place for name in names for place in self._by_name[name])


def _by_name(places: Iterable[Territory]) -> dict[str, tuple[Territory, ...]]:
    index: dict[str, tuple[Territory, ...]] = {}
    for place in places:
        for name in {key(place.name), bare(place.name)}:
            index[name] = (*index.get(name, ()), place)
    return index


def _ordered(places: Iterable[Territory], departement: str | None) -> list[Territory]:
    """Give the asker's département first, départements after what lies in them, then the most peopled first."""

    def rank(place: Territory) -> tuple[bool, bool, int, str]:
        elsewhere = departement not in place.departements
        if isinstance(place, Departement):
            return elsewhere, True, 0, place.code
        return elsewhere, False, -(place.population or 0), place.code

    return sorted(places, key=rank)


def _is_in(place: Territory, code: str) -> bool:
    return not code or code == place.code or code in place.departements
