"""What a territory of the official list is: a commune, an EPCI à fiscalité propre, a département or collectivité."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True, slots=True)
class Departement:
    """A département, or a collectivité that counts as one (« 975 », « 988 »…); `code` is INSEE's."""

    kind: ClassVar[Literal["departement"]] = "departement"
    code: str
    name: str
    region: str
    region_name: str

    @property
    def label(self) -> str:
        """The name and code as people read them: « Meuse (55) »."""
        return f"{self.name} ({self.code})"

    @property
    def departements(self) -> tuple[str, ...]:
        """Its own code."""
        return (self.code,)


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of today; `code` is INSEE's, `siren` is empty and `population` None where the list gives none."""

    kind: ClassVar[Literal["commune"]] = "commune"
    code: str
    name: str
    within: tuple[Departement, ...]
    population: int | None
    siren: str

    @property
    def label(self) -> str:
        """« Saint-Denis (93066, Seine-Saint-Denis) »: two homonyms never read the same."""
        return _label(self)

    @property
    def departements(self) -> tuple[str, ...]:
        """The code of its département, alone."""
        return tuple(place.code for place in self.within)


@dataclass(frozen=True, slots=True)
class Epci:
    """An EPCI à fiscalité propre; `code` is its SIREN, `members` are INSEE codes of communes.

    `type` is the DGCL's: CC, CA, CU, METRO, MET69. `within` begins with the département of most of its members.
    """

    kind: ClassVar[Literal["epci"]] = "epci"
    code: str
    name: str
    within: tuple[Departement, ...]
    population: int
    type: str
    members: tuple[str, ...]

    @property
    def label(self) -> str:
        """« CC des Deux Morin (200072544, Seine-et-Marne) »."""
        return _label(self)

    @property
    def siren(self) -> str:
        """The SIREN, which is also its code here."""
        return self.code

    @property
    def departements(self) -> tuple[str, ...]:
        """The codes of the départements of its members, the most present first."""
        return tuple(place.code for place in self.within)


Territory = Commune | Epci | Departement


def _label(place: Commune | Epci) -> str:
    names = ", ".join(departement.name for departement in place.within)
    return f"{place.name} ({place.code}, {names})"
