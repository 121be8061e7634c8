"""Answers to the fiche's questions: what people type or choose becomes a checked value, and is told back in words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import JsonValue, TypeAdapter, ValidationError

from atelier import lists
from atelier.dates import MONTHS, parse_month
from atelier.fiche import Item, Other
from atelier.fiche import Territory as Place
from atelier.problems import problems
from atelier.siren import check_siren
from atelier.spelling import key
from atelier.territories import Territories, Territory
from atelier.words import Labels, Refused, fr

OTHER = "autre"
SHOWN = 8
MOST_TERRITORIES = 20
PETR = re.compile(r"(?:petr|pays|pole)\b", re.IGNORECASE)
MONTHS_APART = re.compile(r"\s+(?:à|a|au|et|-|–|→)\s+|\s*[;,]\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Around:
    """What reading an answer needs beside the words: the official list, the request's département, today there."""

    territories: Territories
    departement: str
    today: date


class Homonyms(Refused):
    """Several territories have this name; `choices` are (code, label), `name` is what was typed of it."""

    def __init__(self, name: str, choices: tuple[tuple[str, str], ...]) -> None:
        super().__init__(
            fr("Plusieurs territoires s'appellent « {name} » : lequel ? {choices}. Écrivez son code."),
            name=name,
            choices=" ; ".join(label for _, label in choices),
        )
        self.name = name
        self.choices = choices


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an answer told: `ours` when it is a label of the catalogues, else words that people wrote."""

    text: str
    ours: bool = False


def read(item: Item, typed: str | tuple[str, ...], around: Around) -> JsonValue:
    """The checked value of an answer, as it is kept. Raises Refused (Homonyms) with the reason and an example."""
    given = typed.strip() if isinstance(typed, str) else tuple(part.strip() for part in typed if part.strip())
    if not given:
        raise Refused(
            fr("La réponse est vide. Écrivez-la, ou tapez « passer » si la question est facultative.")
            if not item.required
            else fr("La réponse est vide, et cette question est obligatoire.")
        )
    return _READERS[item.asked.kind](item, given, around)


Given = str | tuple[str, ...]


def _text(item: Item, given: Given, _around: Around) -> JsonValue:
    words = given if isinstance(given, str) else " ".join(given)
    try:
        return str(_adapter(item).validate_python(words))
    except ValidationError as error:
        raise next(iter(problems(error).values())) from None


def _adapter(item: Item) -> TypeAdapter[Any]:
    info = item.info
    annotated: Any = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    return TypeAdapter(annotated)


def _choice(item: Item, given: Given, _around: Around) -> JsonValue:
    words = given if isinstance(given, str) else given[0]
    return _code(item, words)


def _code(item: Item, words: str) -> str:
    """The code of a choice written as its code, its label, or its number in the list."""
    choices = item.asked.choices
    if words.isascii() and words.isdigit() and 1 <= int(words) <= len(choices):
        return choices[int(words) - 1][0]
    known = {key(name): code for code, label in choices for name in (code, label)}
    found = known.get(key(words))
    if found is None:
        near = difflib.get_close_matches(key(words), known, n=1, cutoff=0.6)
        listed = Labels(label for _, label in choices[:SHOWN])
        if near:
            label = dict(choices)[known[near[0]]]
            raise Refused(
                fr("« {given} » n'est pas dans la liste. Vouliez-vous dire « {near} » ?"),
                given=words[:80],
                near=Labels((label,)),
            )
        raise Refused(
            fr("« {given} » n'est pas dans la liste. Choisissez parmi : {listed}."), given=words[:80], listed=listed
        )
    return found


def _choices(item: Item, given: Given, _around: Around) -> JsonValue:
    """Several codes, and « autre : … » for what the list lacks."""
    labels = (label for _, label in item.asked.choices)
    parts = lists.parts(given, labels) if isinstance(given, str) else given
    if not parts:
        raise Refused(fr("Choisissez au moins une ligne de la liste."))
    codes: list[str] = []
    other = ""
    for part in parts:
        head, sign, rest = part.partition(":")
        if sign and key(head) == OTHER:
            other = rest.strip()
        codes.append(OTHER if sign and key(head) == OTHER else _code(item, part))
    if OTHER in codes and not other:
        raise Refused(fr("Précisez lequel : écrivez par exemple « autre : halle de marché »."))
    if len(other) > _OTHER_MOST:
        raise Refused(fr("« Autre » tient en {most} caractères au plus : raccourcissez."), most=_OTHER_MOST)
    return Other(codes=tuple(dict.fromkeys(codes)), other=other).model_dump(mode="json")


_OTHER_MOST = 200


def _months(_item: Item, given: Given, around: Around) -> JsonValue:
    words = given if isinstance(given, str) else " ; ".join(given)
    parts = [p for p in MONTHS_APART.split(" ".join(words.split())) if p]
    if not 1 <= len(parts) <= 2:  # noqa: PLR2004 - a beginning and an end
        raise Refused(fr("Donnez un mois de début et un mois de fin, par exemple « mars 2027 à mai 2027 »."))
    last = parse_month(parts[-1])
    first = parse_month(_dated(parts[0], last.year)) if len(parts) > 1 else last
    if last < first:
        raise Refused(fr("Le mois de fin vient avant le mois de début. Écrivez par exemple « mars 2027 à mai 2027 »."))
    if last < around.today.replace(day=1):
        raise Refused(fr("Cette période est passée. Donnez une période à venir, par exemple « mars 2027 à mai 2027 »."))
    return [f"{first:%Y-%m}", f"{last:%Y-%m}"]


def _dated(month: str, year: int) -> str:
    """« de mars à mai 2027 »: the first month takes the year of the last when it says none."""
    name = month.casefold().removeprefix("de ").strip()
    return month if any(sign.isdecimal() for sign in month) else f"{name} {year}"


def _territory(_item: Item, given: Given, around: Around) -> JsonValue:
    words = given.replace("\n", ";").split(";") if isinstance(given, str) else list(given)
    names = [n.strip() for n in words if n.strip()]
    if not names:
        raise Refused(fr("Écrivez au moins un nom ou un code, par exemple « Bar-le-Duc » ou « 55029 »."))
    if len(names) > MOST_TERRITORIES:
        raise Refused(fr("C'est trop : {max_length} au plus."), max_length=MOST_TERRITORIES)
    found = [_place(name, around) for name in names]
    unique = {place.code: place for place in found}
    return [place.model_dump(mode="json") for place in unique.values()]


def _place(name: str, around: Around) -> Place:
    exact = around.territories.exact(name, around.departement)
    if len(exact) == 1:
        return _kept(exact[0])
    if len(exact) > 1:
        raise Homonyms(name, tuple((t.code, t.label) for t in _likely(name, exact, around)))
    if PETR.match(key(name)):
        return _petr(name)
    near = around.territories.find(name, around.departement, limit=SHOWN)
    if near:
        raise _near(name, near)
    raise Refused(
        fr(
            "Aucune commune ni intercommunalité ne s'appelle « {name} » dans la liste officielle. Vérifiez l'orthographe, "
            "ou donnez son code INSEE (55029) ou son SIREN (200068930)."
        ),
        name=name[:80],
    )


def _likely(name: str, exact: tuple[Territory, ...], around: Around) -> tuple[Territory, ...]:
    """The homonyms; when none is in the request's département, its own towns that begin so come first."""
    if any(around.departement in place.departements for place in exact):
        return exact[:SHOWN]
    near = around.territories.find(name, around.departement, limit=SHOWN * 4)
    own = [place for place in near if around.departement in place.departements]
    return (*own[: SHOWN // 2], *exact)[:SHOWN]


def _near(name: str, places: tuple[Territory, ...]) -> Homonyms:
    found = Homonyms(name, tuple((t.code, t.label) for t in places))
    found.sentence = fr(
        "« {name} » n'est pas dans la liste officielle. Vouliez-vous dire : {choices} ? Écrivez son code."
    )
    return found


def _petr(name: str) -> Place:
    """A PETR is not in the official list: its name and its SIREN, checked."""
    title, _, number = name.rpartition(",")
    if not title or not number.strip():
        raise Refused(fr("Un PETR s'écrit avec son SIREN, par exemple « PETR Pays des Coteaux, 200 068 930 »."))
    siren = check_siren(number)
    return Place(code=siren, label=f"{title.strip()} ({siren})", kind="petr")


def _kept(place: Territory) -> Place:
    return Place(code=place.code, label=place.label, kind=place.kind)


def _piece(_item: Item, _given: Given, _around: Around) -> JsonValue:
    raise Refused(fr("Ici, j'attends un fichier : déposez-le dans cette conversation (PDF, ODT, DOCX, JPEG ou PNG)."))


_READERS: MappingProxyType[str, Callable[[Item, Given, Around], JsonValue]] = MappingProxyType(
    {
        "service": _text,
        "line": _text,
        "text": _text,
        "choice": _choice,
        "choices": _choices,
        "months": _months,
        "territory": _territory,
        "piece": _piece,
    }
)


def told(item: Item, value: JsonValue) -> tuple[Part, ...]:
    """A kept value in words: labels of the lists, months by name, everything else as it was written."""
    match item.asked.kind:
        case "choice":
            return (_label(item, str(value)),)
        case "choices" if isinstance(value, dict):
            return _told_choices(item, Other.model_validate(value))
        case "months" if isinstance(value, list):
            names = dict.fromkeys(_month(str(month)) for month in value)
            return (Part(" à ".join(names)),)
        case "territory" if isinstance(value, list):
            return tuple(Part(Place.model_validate(place).label) for place in value)
        case _:
            return (Part(str(value)),)


def _label(item: Item, code: str) -> Part:
    label = dict(item.asked.choices).get(code)
    return Part(label, ours=True) if label else Part(code)


def _told_choices(item: Item, value: Other) -> tuple[Part, ...]:
    return tuple(Part(value.other) if code == OTHER and value.other else _label(item, code) for code in value.codes)


def _month(text: str) -> str:
    year, month = text.split("-")
    return f"{MONTHS[int(month) - 1]} {year}"


def retyped(item: Item, value: JsonValue) -> str | tuple[str, ...]:
    """A kept value as one would type or choose it again: what a form is opened with."""
    match item.asked.kind:
        case "choices" if isinstance(value, dict):
            return Other.model_validate(value).codes
        case "months" if isinstance(value, list):
            return " à ".join(dict.fromkeys(_month(str(month)) for month in value))
        case "territory" if isinstance(value, list):
            places = [Place.model_validate(place) for place in value]
            return " ; ".join(_petr_typed(p) if p.kind == "petr" else p.label for p in places)
        case _:
            return "" if value is None else str(value)


def _petr_typed(place: Place) -> str:
    return f"{place.label.rpartition(' (')[0]}, {place.code}"
