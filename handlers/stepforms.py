"""A step's form: drawn from its pydantic model, and read back from what was typed."""

from __future__ import annotations

from collections.abc import Mapping

from annotated_types import MaxLen, MinLen
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from atelier.dossier import Dossier
from atelier.forms import Line, StepForm
from atelier.grammar import Step
from atelier.problems import problems
from atelier.words import Refused
from chat.cards import Token
from chat.forms import Choice, Form, Question
from chat.talk import Given
from chat.text import tr


def form_of(step: Step, dossier: Dossier, given: Given | None = None) -> Form:
    """The window of a step, with what was already typed."""
    model = step.asks
    fields = model.model_fields.items() if model else ()
    return Form(
        title=tr(step.label),
        short=tr(step.short),
        token=Token(act=step.act, ref=dossier.ref, version=dossier.version),
        questions=tuple(_question(name, info, (given or {}).get(name, "")) for name, info in fields),
        about=(tr("Demande {ref}", ref=dossier.ref),),
        submit=tr("Continuer") if step.preview else tr("Envoyer"),
    )


def _question(name: str, info: FieldInfo, initial: str | tuple[str, ...]) -> Question:
    line = line_of(info)
    return Question(
        name=name,
        label=tr(info.title or name),
        short=tr(line.short),
        hint=tr(line.help) if line.help else None,
        kind=line.kind,
        required=info.is_required(),
        choices=tuple(Choice(value=v, label=tr(label)) for v, label in line.choices),
        min_length=next((m.min_length for m in info.metadata if isinstance(m, MinLen)), 0)
        if line.kind != "choices"
        else 0,
        max_length=max_length(info),
        initial=initial,
    )


def line_of(info: FieldInfo) -> Line:
    """How a form's field is drawn."""
    return next(m for m in info.metadata if isinstance(m, Line))


def max_length(info: FieldInfo) -> int | None:
    """The longest answer a field takes, wherever the annotation says it."""
    found = [m for m in info.metadata if isinstance(m, MaxLen) or getattr(m, "max_length", None)]
    return found[0].max_length if found else None


def read(step: Step, given: Mapping[str, str | tuple[str, ...]]) -> StepForm | dict[str, Refused]:
    """The checked answers, or the refusal of each field at fault. A step that asks nothing gives an empty form."""
    model = step.asks
    if model is None:
        return StepForm()
    try:
        return model.model_validate(
            {n: _normal(model.model_fields[n], v) for n, v in given.items() if n in model.model_fields}
        )
    except ValidationError as error:
        return problems(error)


def _normal(info: FieldInfo, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
    several = line_of(info).kind == "choices"
    if several and isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if not several and isinstance(value, tuple):
        return value[0] if value else ""
    return value
