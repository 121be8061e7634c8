"""« Rectifier une saisie »: a recorded date, amount, reference or text is put right; before, after and why stay in the journal.

What may be put right, and on what conditions: `correctable.py`; the long texts: `narratives.py`. The deadlines that counted from a corrected date are
computed anew (`recounting.py`); the run that was wrong stays, superseded.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import MappingProxyType

from pydantic import JsonValue

from atelier.acting import ACCORD_CADRE, place_sous
from atelier.amounts import parse_amount
from atelier.correctable import Recorded, Said, things
from atelier.dates import parse_day
from atelier.deadlines import Delay
from atelier.dossier import Dossier
from atelier.forms_ending import Rectification
from atelier.grammar import Attempt
from atelier.narratives import narratives
from atelier.problems import SENTENCES
from atelier.recording import given, not_to_come
from atelier.recounting import anew, lasting
from atelier.words import Refused, fr

MOST_DIGITS = 6
LENGTHS = MappingProxyType({"text": (2, 200), "long": (10, 3000)})
"""How long a text may be, in characters: as where it was first given (`Short`, `Long`)."""

__all__ = ["Recorded", "connue", "difference", "new_value", "recorded_things", "rectifiable", "rectifiee", "thing"]


def recorded_things(dossier: Dossier) -> tuple[Recorded, ...]:
    """Everything of this atelier that may be put right, in the order it was recorded, the long texts last."""
    return (*things(dossier), *narratives(dossier)) if dossier.mission else ()


def rectifiable(dossier: Dossier) -> bool:
    """There is something to put right."""
    return bool(recorded_things(dossier))


def thing(attempt: Attempt) -> Recorded:
    """What the form wants put right. Raises Refused when it names nothing recorded here."""
    code = given(attempt, Rectification).saisie
    known = recorded_things(attempt.dossier)
    found = next((t for t in known if t.code == code), None)
    if found is None:
        listed = ", ".join(t.code for t in known)
        raise Refused(
            fr("« {code} » n'est pas une saisie de cet atelier. Écrivez l'une de celles-ci : {listed}."),
            code=code,
            listed=listed,
        )
    return found


def new_value(attempt: Attempt) -> Said:
    """The right value, read as the first one was. Raises Refused with the reason."""
    typed, found = given(attempt, Rectification).valeur, thing(attempt)
    match found.kind:
        case "date":
            day = parse_day(typed, attempt.today)
            not_to_come(day, attempt)
            return day
        case "amount":
            amount = parse_amount(typed, found.tax)
            if not amount and not found.may_be_nothing:
                raise Refused(fr("Un montant rectifié est supérieur à zéro : écrivez par exemple « 8 000 € »."))
            return amount
        case "number":
            if not typed.strip().isdecimal() or len(typed.strip()) > MOST_DIGITS:
                raise Refused(fr("Écrivez un nombre entier, par exemple 34."))
            return int(typed)
        case "delay":
            return str(Delay.parse(typed))
        case "long":
            return _written(typed, "long")
        case _:
            return _written(" ".join(typed.split()), "text")


def _written(typed: str, kind: str) -> str:
    least, most = LENGTHS[kind]
    if len(typed) < least:
        raise Refused(SENTENCES["string_too_short"], min_length=least, given=len(typed))
    if len(typed) > most:
        raise Refused(SENTENCES["string_too_long"], max_length=most, given=len(typed))
    return typed


def connue(attempt: Attempt) -> None:
    """C3: something recorded, and another value that can be read."""
    found, value = thing(attempt), new_value(attempt)
    if value == found.value:
        raise Refused(fr("C'est déjà la valeur enregistrée : rien à rectifier."))
    found.holds(attempt, value)


def rectifiee(dossier: Dossier, attempt: Attempt) -> Dossier:
    """C3: put right, and the clocks that counted from it started anew from the right day."""
    found, value = thing(attempt), new_value(attempt)
    if found.code == ACCORD_CADRE:
        return place_sous(dossier, attempt, str(value))
    kept = found.put(dossier, value)
    for id_, about in found.clocks:
        if isinstance(value, date):
            kept = anew(kept, attempt, id_, about, value)
        elif isinstance(value, str):
            kept = lasting(kept, attempt, id_, about, value)
    return kept


def difference(before: Dossier, after: Dossier, form: Rectification) -> dict[str, JsonValue]:
    """What the journal keeps of a correction: what was put right, of which kind, what it was and what it is."""
    old, new = (next((t for t in recorded_things(d) if t.code == form.saisie), None) for d in (before, after))
    if old is None or new is None:
        raise LookupError(form.saisie)
    return {
        "libelle": old.label,
        "numero": old.about,
        "nature": old.kind,
        "avant": plain(old.value),
        "apres": plain(new.value),
    }


def plain(value: Said) -> str:
    """A recorded value as the journal keeps it: « 2026-11-24 », « 8000 », « 4 mois »."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else str(value)
