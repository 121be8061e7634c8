"""« Rectifier une saisie »: a recorded date, amount or reference is put right; before, after and why stay in the journal.

What may be put right, and on what conditions: `correctable.py`. The deadlines that counted from a corrected date are
computed anew (`recounting.py`); the run that was wrong stays, superseded.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from atelier.amounts import parse_amount
from atelier.correctable import Recorded, things
from atelier.dates import parse_day
from atelier.dossier import Dossier
from atelier.forms_ending import Rectification
from atelier.grammar import Attempt
from atelier.recording import given, not_to_come
from atelier.recounting import anew
from atelier.words import Refused, fr

__all__ = ["Recorded", "connue", "new_value", "recorded_things", "rectifiable", "rectifiee", "thing"]


def recorded_things(dossier: Dossier) -> tuple[Recorded, ...]:
    """Everything of this atelier that may be put right, in the order it was recorded."""
    return tuple(things(dossier)) if dossier.mission else ()


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
            fr("« {code} » n'est pas une saisie de cet atelier. Les saisies : {listed}."), code=code, listed=listed
        )
    return found


def new_value(attempt: Attempt) -> date | Decimal | str:
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
                raise Refused(fr("Un montant rectifié est supérieur à zéro."))
            return amount
        case _:
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
    kept = found.put(dossier, value)
    if not isinstance(value, date):
        return kept
    for id_, about in found.clocks:
        kept = anew(kept, attempt, id_, about, value)
    return kept
