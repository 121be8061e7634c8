"""The directory read from a table: one row a role of a person, every mistake named by its line and column.

Columns: identifiant, nom, fonction, organisme, role, portee, comptes, departement, langue, actif, superieur,
delegation_acte, delegation_debut, delegation_fin. A person with several roles has several rows.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from atelier.calendar import zone
from atelier.dates import parse_day
from atelier.dossier import Holding, Person
from atelier.territories import Departement, Territories
from atelier.words import PersonId, Refused, Role, fr

REQUIRED = ("identifiant", "nom", "organisme", "role")
OPTIONAL = (
    "fonction", "portee", "comptes", "departement", "langue", "actif", "superieur",
    "delegation_acte", "delegation_debut", "delegation_fin",
)  # fmt: skip
LANGUAGES = ("fr", "en")
NO = frozenset({"non", "no", "0", "faux", "false"})
IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9._-]{1,99}")
ACCOUNT = re.compile(r"(?P<platform>[a-z]+(?:-[A-Z0-9]{1,32})?):(?P<id>[^\s:;,]{1,100})")
SCOPE = re.compile(r"(?P<kind>dep|terr|ref|grp):(?P<value>[^\s]{1,76})")
SIGNERS = frozenset({Role.SVC_SIGN})
"""Roles held by delegation: the act that gives it is recorded with it."""
MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One person of the table, with their accounts as (platform, id)."""

    person: Person
    accounts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A cell that does not fit; `line` as a spreadsheet counts it (the titles are line 1)."""

    line: int
    column: str
    refused: Refused


class Wrong(Exception):
    """The table does not fit: nothing of it was taken."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__(f"{len(mistakes)} mistakes")
        self.mistakes = mistakes


Row = dict[str, str]


def read(text: str, territories: Territories, today: date) -> tuple[Entry, ...]:
    """The people of a CSV text (separator « ; » or « , », UTF-8). Raises Wrong with every mistake found."""
    rows = _rows(text)
    mistakes: list[Mistake] = []
    found: dict[str, list[tuple[Row, Holding]]] = {}
    for line, row in rows:
        faults = list(_faults(line, row, territories, today))
        mistakes += faults
        if not faults:
            found.setdefault(row["identifiant"], []).append((row, _holding(row, territories, today)))
    entries = tuple(_entry(listed, territories) for listed in found.values())
    mistakes += _shared(entries)
    if mistakes:
        raise Wrong(tuple(mistakes))
    return entries


def _rows(text: str) -> list[tuple[int, Row]]:
    first = text.lstrip("\ufeff").partition("\n")[0]
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=";" if ";" in first else ",", strict=True)
    try:
        table = [row for _, row in zip(range(MOST_ROWS + 2), reader, strict=False)]
    except csv.Error as broken:
        raise Wrong(
            (
                Mistake(
                    reader.line_num,
                    "",
                    Refused(fr("Cette ligne ne se lit pas : un guillemet est ouvert sans être fermé.")),
                ),
            )
        ) from broken
    titles = [t.strip().casefold() for t in table[0]] if table else []
    missing = [t for t in REQUIRED if t not in titles]
    if missing:
        refused = Refused(fr("Il manque la ou les colonnes : {names}."), names=", ".join(missing))
        raise Wrong((Mistake(1, missing[0], refused),))
    unknown = [t for t in titles if t and t not in (*REQUIRED, *OPTIONAL)]
    if unknown:
        refused = Refused(
            fr("Colonne inconnue : {name}. Les colonnes sont : {names}."),
            name=unknown[0],
            names=", ".join((*REQUIRED, *OPTIONAL)),
        )
        raise Wrong((Mistake(1, unknown[0], refused),))
    if len(table) > MOST_ROWS + 1:
        raise Wrong(
            (
                Mistake(
                    MOST_ROWS + 2, "", Refused(fr("Ce fichier a plus de {most} lignes : coupez-le."), most=MOST_ROWS)
                ),
            )
        )
    return [
        (line, dict(zip(titles, (c.strip() for c in row), strict=False)))
        for line, row in enumerate(table[1:], start=2)
        if any(c.strip() for c in row)
    ]


def _faults(line: int, row: Row, territories: Territories, today: date) -> Iterable[Mistake]:
    for column in REQUIRED:
        if not row.get(column):
            yield Mistake(line, column, Refused(fr("Cette case est obligatoire.")))
    for column, check in _CHECKS.items():
        if row.get(column):
            try:
                check(row[column], territories, today)
            except Refused as refused:
                yield Mistake(line, column, refused)
    if row.get("role") in SIGNERS and not row.get("delegation_acte"):
        yield Mistake(
            line,
            "delegation_acte",
            Refused(fr("Un signataire a une délégation de signature : donnez la référence de l'acte.")),
        )


def _identifier(value: str, _territories: Territories, _today: date) -> None:
    if not IDENTIFIER.fullmatch(value):
        raise Refused(
            fr(
                "« {given} » : écrivez des minuscules, des chiffres, « . », « _ » ou « - », par exemple camille.laurent."
            ),
            given=value[:60],
        )


def _role(value: str, _territories: Territories, _today: date) -> None:
    if value not in set(Role):
        raise Refused(
            fr("« {given} » n'est pas un rôle. Les rôles sont : {names}."), given=value[:40], names=", ".join(Role)
        )


def _scope(value: str, territories: Territories, _today: date) -> None:
    found = SCOPE.fullmatch(value)
    if found is None:
        raise Refused(
            fr(
                "« {given} » : écrivez « dep:55 », « terr:55029 », « ref:ADT-2026-0007 », « grp:CONTRAT/GROUPEMENT », "
                "ou laissez vide pour tout le pays."
            ),
            given=value[:60],
        )
    if found["kind"] == "dep":
        zone(territories.departement(found["value"]).code)
    if found["kind"] == "terr":
        territories.resolve(found["value"])


def _accounts(value: str, _territories: Territories, _today: date) -> None:
    for account in _split(value):
        if not ACCOUNT.fullmatch(account):
            raise Refused(
                fr("« {given} » : écrivez « plateforme:identifiant », par exemple mattermost:camille."),
                given=account[:60],
            )


def _language(value: str, _territories: Territories, _today: date) -> None:
    if value not in LANGUAGES:
        raise Refused(fr("« {given} » : les langues sont fr et en."), given=value[:20])


def _departement(value: str, territories: Territories, _today: date) -> None:
    zone(territories.departement(value).code)


def _day(value: str, _territories: Territories, today: date) -> None:
    parse_day(value, today)


_CHECKS = {
    "identifiant": _identifier, "role": _role, "portee": _scope, "comptes": _accounts, "langue": _language,
    "departement": _departement, "superieur": _identifier, "delegation_debut": _day, "delegation_fin": _day,
}  # fmt: skip


def _split(value: str) -> list[str]:
    return [part for part in re.split(r"[\s,|]+", value) if part]


def _holding(row: Row, territories: Territories, today: date) -> Holding:
    begins, ends = (parse_day(row[c], today) if row.get(c) else None for c in ("delegation_debut", "delegation_fin"))
    return Holding(
        role=Role(row["role"]),
        scope=_scoped(row.get("portee", ""), territories),
        deed=row.get("delegation_acte", ""),
        begins=begins,
        ends=ends,
    )


def _scoped(value: str, territories: Territories) -> str:
    """The scope with the list's own code: « dep:2a » is kept as « dep:2A »."""
    kind, _, code = value.partition(":")
    match kind:
        case "dep":
            return f"dep:{territories.departement(code).code}"
        case "terr":
            return f"terr:{territories.resolve(code).code}"
        case _:
            return value


def _entry(listed: list[tuple[Row, Holding]], territories: Territories) -> Entry:
    row = listed[0][0]
    accounts = dict.fromkeys(a for r, _ in listed for a in _split(r.get("comptes", "")))
    person = Person(
        id=PersonId(row["identifiant"]), name=row["nom"], title=row.get("fonction", ""), service=row["organisme"],
        holdings=tuple(dict.fromkeys(h for _, h in listed)), language=row.get("langue") or "fr",
        departement=territories.departement(row["departement"]).code if row.get("departement") else _from(listed[0][1], territories),
        active=row.get("actif", "").casefold() not in NO, superior=PersonId(row.get("superieur", "")),
    )  # fmt: skip
    return Entry(person, tuple((a.partition(":")[0], a.partition(":")[2]) for a in accounts))


def _from(holding: Holding, territories: Territories) -> str:
    """Where somebody works when the table does not say: the département of their scope, else Paris."""
    kind, _, code = holding.scope.partition(":")
    if kind == "terr":
        place = territories.resolve(code)
        return place.code if isinstance(place, Departement) else place.departements[0]
    return code if kind == "dep" else "75"


def _shared(entries: tuple[Entry, ...]) -> list[Mistake]:
    """An account belongs to one person."""
    owners: dict[tuple[str, str], str] = {}
    mistakes = []
    for entry in entries:
        for account in entry.accounts:
            first = owners.setdefault(account, entry.person.id)
            if first != entry.person.id:
                name = ":".join(account)
                refused = Refused(
                    fr("Le compte {account} est donné à {one} et à {other}."),
                    account=name,
                    one=first,
                    other=entry.person.id,
                )
                mistakes.append(Mistake(0, "comptes", refused))
    return mistakes
