"""Forms drawn as modal windows, and windows shown again with what was wrong. Pure.

Source: https://docs.slack.dev/surfaces/modals/. Files are dropped in the conversation: a window says so.
"""

from __future__ import annotations

import re
from datetime import date

from bot.slack import blocks, limits
from bot.slack.blocks import Block
from bot.slack.drawing import Pen
from bot.slack.limits import TooLong, cut, held, pieces
from bot.slack.marks import plain
from bot.slack.options import Lines, option, options, unique
from bot.slack.words import CANCEL, DROP_FILE, NO_CHOICE
from bot.tokens import Body
from chat.forms import Form, Question

CALLBACK = "atelier.form"
FIELD = "q."
"""What the block_id of a question starts with."""
ANSWER = "answer"
NONE = "atelier.none"
"""The value of « Aucun choix »: Slack's menus cannot be emptied once chosen."""
_FRENCH_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def window(form: Form, pen: Pen, spot: Body) -> Block:
    """A form as a modal. Raises TooLong for more questions than a window holds."""
    asked = [_question(q, pen) for q in form.questions]
    if len(asked) > limits.VIEW_BLOCKS:
        raise TooLong(f"{len(asked)} questions")
    told = form.about or (() if asked else (form.title,))
    about = [blocks.section(p) for text in told for p in pieces(pen.say(text) or "…", limits.SECTION)]
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": pen.seals.window(form.token, spot, pen.now),
        "title": blocks.label(pen.say(form.short), limits.TITLE),
        "submit": blocks.label(pen.say(form.submit), limits.TITLE),
        "close": blocks.label(pen.say(CANCEL), limits.TITLE),
        "blocks": [*about[: limits.VIEW_BLOCKS - len(asked)], *asked],
    }


def _question(question: Question, pen: Pen) -> Block:
    name = held(f"{FIELD}{question.name}", limits.ID, "question")
    label = blocks.label(pen.say(question.label), limits.LABEL)
    hint = {"hint": blocks.label(pen.say(question.hint), limits.LABEL)} if question.hint else {}
    if question.kind == "file":
        text = f"{label['text']}\n{plain(pen.say(DROP_FILE))}"
        return {"type": "section", "block_id": name, "text": {"type": "plain_text", "text": text}}
    element = {"action_id": ANSWER, **_element(question, pen)}
    block = {"type": "input", "block_id": name, "label": label, "element": element, **hint}
    return block if question.required else {**block, "optional": True}


def _element(question: Question, pen: Pen) -> Block:
    lines = unique([(c.value, pen.say(c.label)) for c in question.choices])
    match question.kind:
        case "choice" if lines:
            return _choice(question, lines, pen)
        case "choices" if lines:
            return _choices(question, lines)
        case "date":
            day = _iso(_first(question.initial))
            return {"type": "datepicker", **({"initial_date": day} if day else {})}
        case _:
            return _input(question)


def _input(question: Question) -> Block:
    most = min(max(question.max_length or limits.INPUT, 1), limits.INPUT)
    least = min(question.min_length, most) if question.required else 0
    typed = cut(_first(question.initial), most)
    return {
        "type": "plain_text_input",
        "multiline": question.kind == "text",
        "max_length": most,
        **({"min_length": least} if 0 < least <= len(typed or least * " ") else {}),
        **({"initial_value": typed} if typed else {}),
    }


def _choice(question: Question, lines: Lines, pen: Pen) -> Block:
    every = [*lines] if question.required else [(NONE, pen.say(NO_CHOICE)), *lines]
    chosen = [option(v, read) for v, read in every if v == _first(question.initial)]
    return {"type": "static_select", **options(every), **({"initial_option": chosen[0]} if chosen else {})}


def _choices(question: Question, lines: Lines) -> Block:
    wanted = (question.initial,) if isinstance(question.initial, str) else question.initial
    kind = "checkboxes" if len(lines) <= limits.BOXES else "multi_static_select"
    chosen = [option(v, read) for v, read in lines if v in wanted]
    return {"type": kind, **options(lines), **({"initial_options": chosen} if chosen else {})}


def _first(initial: str | tuple[str, ...]) -> str:
    return initial if isinstance(initial, str) else next(iter(initial), "")


def _iso(typed: str) -> str:
    """A day as Slack wants it, empty when it is not one."""
    french = _FRENCH_DAY.fullmatch(typed.strip())
    try:
        day = date(*map(int, french.group(3, 2, 1))) if french else date.fromisoformat(typed.strip())
    except ValueError:
        return ""
    return day.isoformat()
