"""Forms drawn as interactive dialogs. Pure.

Titles and labels hold 24 UTF-8 bytes: the whole question is read under the field, else above them all. Old servers have no
list of boxes and no date: each choice of a list is a box, a date is typed. Files are dropped in the conversation.
"""

from __future__ import annotations

from datetime import date

from bot.mattermost import limits
from bot.mattermost.corrections import NONE, box
from bot.mattermost.drawing import Block, Pen
from bot.mattermost.limits import held, octets, shortened
from bot.mattermost.marks import markdown, plain
from bot.mattermost.words import DAY, DROP_FILE, NO_CHOICE
from bot.tokens import Body
from chat.forms import Form, Question
from chat.text import Text, joined, tr

PATH = "/mattermost/dialogs"
CALLBACK = "atelier"


def dialog(form: Form, pen: Pen, spot: Body) -> Block:
    """A form as a dialog, with its sealed state. Raises TooLong for a question whose name does not fit."""
    asked = {q.name: _boxes(q) for q in form.questions if q.kind != "file"}
    elements = [element for q in form.questions for element in _elements(q, pen)]
    return {
        "callback_id": CALLBACK,
        "title": shortened(plain(pen.say(form.short)), limits.TITLE, octets),
        "introduction_text": _introduction(form, pen),
        "elements": elements,
        "submit_label": shortened(plain(pen.say(form.submit)), limits.TITLE, octets),
        "notify_on_cancel": False,
        "state": pen.seals.dialog(form.token, spot, asked, pen.now),
    }


def _introduction(form: Form, pen: Pen) -> str:
    whole = [] if plain(pen.say(form.title)) == plain(pen.say(form.short)) else [_bold(form.title)]
    told = [q for q in form.questions if q.kind == "file" or octets(_help(q, pen)) > limits.HELP]
    return "\n\n".join(markdown(pen.say(text)) for text in [*whole, *form.about, *map(_above, told)])


def _above(question: Question) -> Text:
    """A question told above the fields."""
    ending = DROP_FILE if question.kind == "file" else question.hint
    rest = joined([question.label, *([ending] if ending else [])], " ")
    return tr("{name} : {value}", name=_bold(question.short), value=rest)


def _bold(text: Text) -> Text:
    return Text(msg="**{t0}**", args={"t0": text})


def _help(question: Question, pen: Pen) -> str:
    """The whole question and its reason, when the label does not say them."""
    short, label = (plain(pen.say(text)) for text in (question.short, question.label))
    hint = plain(pen.say(question.hint)) if question.hint else ""
    return " ".join(part for part in ("" if label == short else label, hint) if part)


def _elements(question: Question, pen: Pen) -> list[Block]:
    if question.kind == "file":
        return []
    whole = _help(question, pen)
    common = {
        "display_name": shortened(plain(pen.say(question.short)), limits.TITLE, octets),
        "name": held(question.name, limits.NAME, "question"),
        "help_text": shortened(whole, limits.HELP, octets) if whole else "",
        "optional": not question.required,
    }
    match question.kind:
        case "choices" if question.choices:
            return _checks(question, common, pen)
        case "choice" if question.choices:
            return [{**common, **_select(question, pen)}]
        case _:
            return [{**common, **_typed(question, pen)}]


def _checks(question: Question, common: Block, pen: Pen) -> list[Block]:
    wanted = (question.initial,) if isinstance(question.initial, str) else question.initial
    labels = {c.value: plain(pen.say(c.label)) for c in reversed(question.choices)}
    return [
        {
            **common,
            "name": held(box(question.name, value), limits.NAME, "box"),
            "type": "bool",
            "optional": True,
            "default": "true" if value in wanted else "false",
            "placeholder": shortened(labels[value], limits.PLACEHOLDER, octets),
            "help_text": common["help_text"] if index == 0 else "",
        }
        for index, value in enumerate(_boxes(question))
    ]


def _select(question: Question, pen: Pen) -> Block:
    labels = {c.value: pen.say(c.label) for c in reversed(question.choices) if c.value}
    lines = [*([] if question.required else [(NONE, pen.say(NO_CHOICE))]), *reversed(labels.items())]
    first = _first(question.initial)
    options = [{"text": shortened(plain(label), limits.OPTION), "value": value} for value, label in lines]
    return {"type": "select", "options": options, "default": first if first in labels else ""}


def _typed(question: Question, pen: Pen) -> Block:
    """A line or an area; `max_length` is always said, else clients keep 150 letters."""
    initial = _french(_first(question.initial)) if question.kind == "date" else _first(question.initial)
    area = question.kind == "text" or octets(initial) > limits.LINE
    most = max(min(question.max_length or (limits.AREA if area else limits.LINE), limits.AREA), len(initial))
    hint = {"placeholder": pen.say(DAY)} if question.kind == "date" else {}
    least = min(question.min_length, most) if question.required else 0
    return {
        "type": "textarea" if area else "text", "default": initial, "min_length": least, "max_length": most, **hint,
    }  # fmt: skip


def _boxes(question: Question) -> list[str]:
    several = question.kind == "choices"
    return list(dict.fromkeys(c.value for c in question.choices if c.value)) if several else []


def _first(initial: str | tuple[str, ...]) -> str:
    return initial if isinstance(initial, str) else next(iter(initial), "")


def _french(typed: str) -> str:
    """A day as people type it."""
    try:
        return date.fromisoformat(typed.strip()).strftime("%d/%m/%Y")
    except ValueError:
        return typed
