"""Small things the steps of an atelier share: reading the form, changing one part of the record, checking a day."""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from atelier.calendar import local_day
from atelier.dossier import Dossier
from atelier.forms import StepForm
from atelier.forms_designation import ReceptionConstatee
from atelier.grammar import Attempt
from atelier.mission import Mission
from atelier.values import By, Receipt
from atelier.words import Labels, Refused, fr

F = TypeVar("F", bound=StepForm)


def given(attempt: Attempt, form: type[F]) -> F:
    """The form of the step. Raises TypeError when the row asks another one: a fault of the table."""
    if not isinstance(attempt.form, form):
        msg = f"{form.__name__} expected, {type(attempt.form).__name__} given"
        raise TypeError(msg)
    return attempt.form


def recorded(dossier: Dossier, **changes: object) -> Dossier:
    """The dossier with some parts of its atelier's record replaced."""
    return dossier.model_copy(update={"mission": dossier.mission_().model_copy(update=changes)})


def receipt(attempt: Attempt, form: ReceptionConstatee) -> Receipt:
    """What the form says of a reception."""
    return Receipt(on=form.jour, means=form.moyen, proof=form.preuve, by=attempt.by())


def mission_of(attempt: Attempt) -> Mission:
    """The atelier's record before the step."""
    return attempt.dossier.mission_()


def day_of(attempt: Attempt, by: By) -> date:
    """The local day, where the atelier takes place, of something recorded before."""
    return local_day(by.at, attempt.dossier.departement)


def answered_since(attempt: Attempt, first: date, what: str) -> None:
    """What is answered, on paper or here, comes after what it answers to, on a day that has come. Raises Refused."""
    not_to_come(attempt.answered_on, attempt)
    not_before(attempt.answered_on, first, what)


def not_to_come(day: date, attempt: Attempt) -> None:
    """A recorded day has come already. Raises Refused."""
    if day > attempt.today:
        raise Refused(fr("Le {day} n'est pas encore venu : vérifiez la date."), day=day)


def not_before(day: date, first: date, what: str) -> None:
    """A recorded day does not come before what it answers to. Raises Refused."""
    if day < first:
        raise Refused(
            fr("Le {day} vient avant {what}, du {first} : vérifiez la date."),
            day=day,
            what=Labels((what,)),
            first=first,
        )
