"""A step's form: drawn from its pydantic model, and read back from what was typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from annotated_types import MaxLen, MinLen
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from atelier.amounts import parse_amount
from atelier.dates import parse_day
from atelier.deadlines import Delay
from atelier.dossier import Dossier
from atelier.forms import Kind as Typed
from atelier.forms import Line, StepForm
from atelier.grammar import Step
from atelier.lists import parts
from atelier.problems import problems
from atelier.spelling import key
from atelier.words import Labels, Refused, fr
from chat.cards import Token
from chat.forms import Choice, Form, Kind, Question
from chat.talk import Given
from chat.text import Text, tr

Listed = Mapping[str, tuple[tuple[str, Text], ...]]
"""The choices that depend on the dossier, by the name of their list."""
Named = tuple[tuple[str, str], ...]
"""Choices by their code, and their French label; an empty one holds blanks, and cannot be typed."""
DRAWN: MappingProxyType[Typed, Kind] = MappingProxyType(
    {"line": "line", "text": "text", "choice": "choice", "choices": "choices", "date": "date", "number": "line",
     "amount": "line", "delay": "line"}
)  # fmt: skip
NUMBERED = re.compile(r"(?:bon(?: de commande)?|version)?\s*(?:n\s?[°º])?\s*(\d+)", re.IGNORECASE)
"""« n° 2 », « bon de commande n° 2 », « version 3 »: as cards name them."""
NONE: Listed = MappingProxyType({})


def form_of(
    step: Step, dossier: Dossier, given: Given | None = None, listed: Listed = NONE, *, arg: str = "", who: str = ""
) -> Form:
    """The window of a step, with what was already typed. `arg` and `who` bind it to whom it is recorded for."""
    model = step.asks
    fields = model.model_fields.items() if model else ()
    return Form(
        title=tr(step.label),
        short=tr(step.short),
        token=Token(act=step.act, ref=dossier.ref, version=dossier.version, arg=arg, who=who),
        questions=tuple(_question(name, info, (given or {}).get(name, ""), listed) for name, info in fields),
        about=(tr("Demande {ref}", ref=dossier.ref),),
        submit=tr("Continuer") if step.preview else tr("Envoyer"),
    )


def _question(name: str, info: FieldInfo, initial: str | tuple[str, ...], listed: Listed) -> Question:
    line = line_of(info)
    several = line.kind == "choices"
    own = tuple(Choice(value=v, label=tr(label)) for v, label in line.choices)
    there = tuple(Choice(value=v, label=label) for v, label in listed.get(line.listed, ()))
    kind = DRAWN[line.kind]
    if line.listed and not there and not own:
        kind = "line"  # nothing to choose from: the answer says what is missing
    return Question(
        name=name,
        label=tr(info.title or name),
        short=tr(line.short),
        hint=tr(line.help) if line.help else None,
        kind=kind,
        required=info.is_required(),
        choices=own or there,
        min_length=0 if several else next((m.min_length for m in info.metadata if isinstance(m, MinLen)), 0),
        max_length=None if several else max_length(info),
        initial=_code(initial, _named(line, listed)) if isinstance(initial, str) and kind == "choice" else initial,
    )


def line_of(info: FieldInfo) -> Line:
    """How a form's field is drawn."""
    return next(m for m in info.metadata if isinstance(m, Line))


def max_length(info: FieldInfo) -> int | None:
    """The longest answer a field takes, wherever the annotation says it."""
    found = [m for m in info.metadata if isinstance(m, MaxLen) or getattr(m, "max_length", None)]
    return found[0].max_length if found else None


def read(
    step: Step, given: Mapping[str, str | tuple[str, ...]], today: date, listed: Listed = NONE
) -> StepForm | dict[str, Refused]:
    """The checked answers, or the refusal of each field at fault. A step that asks nothing gives an empty form.

    `today` is the local day where the atelier takes place: days are read as people write them; `listed` are the choices
    that depend on the dossier: a name typed whole keeps its commas.
    """
    model = step.asks
    if model is None:
        return StepForm()
    wrong: dict[str, Refused] = {}
    values: dict[str, object] = {}
    for name, value in given.items():
        info = model.model_fields.get(name)
        if info is None or (not value and not info.is_required()):
            continue
        try:
            values[name] = _read(info, value, today, listed)
        except Refused as refused:
            wrong[name] = refused
            values[name] = value
    try:
        form = model.model_validate(values)
    except ValidationError as error:
        return {**problems(error), **wrong}
    return wrong or form


def _read(info: FieldInfo, value: str | tuple[str, ...], today: date, listed: Listed) -> object:
    line = line_of(info)
    kind = line.kind
    if kind == "choices":
        choices = _named(line, listed)
        several = parts(value, [word for pair in choices for word in pair]) if isinstance(value, str) else value
        return tuple(_code(one, choices) for one in several)
    typed = (value[0] if value else "") if isinstance(value, tuple) else value
    if kind == "choice":
        return _chosen(line, typed, listed)
    if kind == "amount":
        return parse_amount(typed, line.tax) if typed.strip() else typed
    reader = _READERS.get(kind)
    return reader(typed, today) if reader and typed.strip() else typed


def _named(line: Line, listed: Listed) -> Named:
    there = ((code, "" if label.args else label.msg) for code, label in listed.get(line.listed, ()))
    return (*line.choices, *there)


def _chosen(line: Line, typed: str, listed: Listed) -> str:
    """The code of one choice. Raises Refused, with those there are, when the form always has the same and it is none."""
    code = _code(typed, _named(line, listed))
    if line.choices and typed.strip() and code not in dict(line.choices):
        raise Refused(
            fr("« {given} » n'est pas dans la liste. Choisissez parmi : {listed}."),
            given=typed[:80],
            listed=Labels(label for _, label in line.choices),
        )
    return code


def _code(typed: str, choices: Named) -> str:
    """The code of the one choice typed by its code, its number or its label, accents and case forgiven; else what was typed."""
    codes = dict(choices)
    numbered = NUMBERED.fullmatch(typed.strip())
    if typed in codes or (numbered and numbered[1] in codes):
        return numbered[1] if numbered else typed
    found = {code for code, label in choices if key(typed) and key(typed) in {key(code), key(label)}}
    return found.pop() if len(found) == 1 else typed


def _number(typed: str, _today: date) -> int:
    plain = typed.strip().removesuffix("jours").removesuffix("jour").strip()
    if not plain.isdecimal() or len(plain) > MOST_DIGITS:
        raise Refused(fr("Écrivez un nombre entier, par exemple 3."))
    return int(plain)


MOST_DIGITS = 6
_READERS: MappingProxyType[str, Callable[[str, date], object]] = MappingProxyType(
    {
        "date": parse_day,
        "number": _number,
        "delay": lambda typed, _: str(Delay.parse(typed)),
    }
)
