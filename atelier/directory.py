"""The directory read from a table: one row a role of a person, every mistake named by its line and column.

Columns: identifiant, nom, fonction, organisme, role, portee, comptes, departement, langue, actif, superieur,
delegation_acte, delegation_debut, delegation_fin. A person with several roles has several rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from atelier import tables
from atelier.calendar import zone
from atelier.dates import parse_day
from atelier.dossier import Holding, Person
from atelier.problems import SENTENCES
from atelier.tables import Mistake, Wrong
from atelier.territories import Departement, Territories
from atelier.words import PersonId, Refused, Role, fr

REQUIRED = ("identifiant", "nom", "organisme", "role")
OPTIONAL = (
    "fonction", "portee", "comptes", "departement", "langue", "actif", "superieur",
    "delegation_acte", "delegation_debut", "delegation_fin",
)  # fmt: skip
LANGUAGES = ("fr", "en")
YES = frozenset({"oui", "o", "yes", "y", "1", "vrai", "true"})
NO = frozenset({"non", "n", "no", "0", "faux", "false"})
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
    any_language: bool = False
    """True when the table says nothing of it: whoever chose their language in the chat keeps it."""


Row = dict[str, str]
Line = tuple[int, Row]
ONCE = ("nom", "departement", "langue", "superieur")
"""What is told of somebody once, whatever their roles."""
ONE_OR_THE_OTHER = fr(
    "La même personne est active à une ligne et ne l'est pas à l'autre (ligne {line}). Pour un départ, écrivez « non » à "
    "toutes ses lignes ; pour retirer un seul rôle, supprimez sa ligne."
)
TOLD_TWICE = fr(
    "« {given} » ici, « {other} » à la ligne {line}, pour le même identifiant : écrivez la même chose, ou donnez deux "
    "identifiants si ce sont deux personnes."
)


def read(text: str, territories: Territories, today: date) -> tuple[Entry, ...]:
    """The people of a CSV text (separator « ; » or « , »). Raises Wrong with every mistake found."""
    mistakes: list[Mistake] = []
    found: dict[str, list[Line]] = {}
    for line, row, too_wide in _rows(text):
        faults = [*([Mistake(line, "", too_wide)] if too_wide else ()), *_faults(line, row, territories, today)]
        mistakes += faults
        if not faults:
            found.setdefault(row["identifiant"], []).append((line, row))
    mistakes += [fault for lines in found.values() for fault in _contradictions(lines)]
    entries = tuple(_entry([row for _, row in lines], territories, today) for lines in found.values())
    mistakes += _shared(entries)
    if mistakes:
        raise Wrong(tuple(sorted(mistakes, key=lambda m: m.line)))
    return entries


def _rows(text: str) -> Iterator[tuple[int, Row, Refused | None]]:
    """Each line that says something, and what to say of one with more cells than titles."""
    table = tables.rows(text.lstrip("\ufeff"), MOST_ROWS)
    first = next((n for n, cells in enumerate(table) if any(c.strip() for c in cells)), 0)
    titles = tables.titles(table[first] if table else [], first + 1, (*REQUIRED, *OPTIONAL), REQUIRED)
    for line, cells in enumerate(table[first + 1 :], start=first + 2):
        if any(c.strip() for c in cells):
            named = {t: c.strip() for t, c in zip(titles, cells, strict=False) if t}
            yield line, named, tables.too_wide(titles, cells)


def _contradictions(lines: list[Line]) -> Iterable[Mistake]:
    """What two lines of one person say differently: which one is meant is not guessed."""
    (top, first), *others = lines
    for line, row in others:
        if _active(first) != _active(row):
            yield Mistake(line, "actif", Refused(ONE_OR_THE_OTHER, line=top))
    for column in ONCE:
        said = [(line, row[column]) for line, row in lines if row.get(column)]
        for line, given in said[1:]:
            if given.casefold() != said[0][1].casefold():
                yield Mistake(
                    line, column, Refused(TOLD_TWICE, given=given[:60], other=said[0][1][:60], line=said[0][0])
                )


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
    for column, cell in row.items():
        if tables.controlled(cell):
            yield Mistake(line, column, Refused(SENTENCES["string_unicode"]))
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


def _whether(value: str, _territories: Territories, _today: date) -> None:
    if value.casefold() not in YES | NO:
        raise Refused(fr("« {given} » : écrivez « oui » ou « non »."), given=value[:20])


def _language(value: str, _territories: Territories, _today: date) -> None:
    if value not in LANGUAGES:
        raise Refused(fr("« {given} » : les langues sont fr et en."), given=value[:20])


def _departement(value: str, territories: Territories, _today: date) -> None:
    zone(territories.departement(value).code)


def _day(value: str, _territories: Territories, today: date) -> None:
    parse_day(value, today)


_CHECKS = {
    "identifiant": _identifier, "role": _role, "portee": _scope, "comptes": _accounts, "langue": _language,
    "actif": _whether, "departement": _departement, "superieur": _identifier, "delegation_debut": _day, "delegation_fin": _day,
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


def _entry(listed: list[Row], territories: Territories, today: date) -> Entry:
    row = {column: next((r[column] for r in listed if r.get(column)), "") for column in (*REQUIRED, *OPTIONAL)}
    held = tuple(dict.fromkeys(_holding(r, territories, today) for r in listed))
    accounts = dict.fromkeys(a for r in listed for a in _split(r.get("comptes", "")))
    person = Person(
        id=PersonId(row["identifiant"]), name=row["nom"], title=row["fonction"], service=row["organisme"],
        holdings=held, language=row["langue"] or "fr",
        departement=territories.departement(row["departement"]).code if row["departement"] else _from(held[0], territories),
        active=_active(row), superior=PersonId(row["superieur"]),
    )  # fmt: skip
    told = tuple((a.partition(":")[0], a.partition(":")[2]) for a in accounts)
    return Entry(person, told, any_language=not row["langue"])


def _active(row: Row) -> bool:
    return row.get("actif", "").casefold() not in NO


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
