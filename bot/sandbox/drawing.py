"""Messages and forms drawn as strings, within the limits by construction. Pure: words in, views out.

`say` comes from `languages.say(lang, escape=quiet)`: see `marks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from markupsafe import Markup

from bot.sandbox import limits
from bot.sandbox.limits import held_short, shortened, split
from bot.sandbox.marks import html, plain
from bot.sandbox.views import ButtonView, FactView, FieldView, FileView, FormView, Group, MenuView, MessageView
from chat.cards import Button, Card, Fact, File, Menu, Message
from chat.forms import Form, Question
from chat.talk import Given
from chat.text import Say, Text, tr

T = TypeVar("T")
ROWS_MOST = 20
MENUS_MOST = 10
FIXED = 4
"""The title, the state, the files, and the line that says what is left out."""


def message(drawn: Message, say: Say) -> MessageView:
    """A message as a view of fifty blocks at most. Buttons and menus come first, then facts, then paragraphs."""
    card = drawn.card or Card(title=Text(msg=""))
    left = limits.BLOCKS - FIXED
    rows, left = _fit(_groups([_button(b, say) for b in card.buttons], limits.ROW), min(ROWS_MOST, left), left)
    menus, left = _fit([_menu(m, say) for m in card.menus if m.choices], min(MENUS_MOST, left), left)
    spoken = _paragraphs([say(drawn.text)])
    text, left = _fit(spoken, left, left)
    short, long = _facts(card.facts, say)
    facts, left = _fit(_groups(short, limits.FIELDS), left, left)
    said = _paragraphs([*long, *map(say, card.paragraphs)])
    paragraphs, left = _fit(said, left, left)
    dropped = (
        len(card.buttons)
        - sum(map(len, rows))
        + sum(1 for m in card.menus if m.choices)
        - len(menus)
        + len(short)
        - sum(map(len, facts))
        + len(spoken)
        - len(text)
        + len(said)
        - len(paragraphs)
    )
    title = shortened(plain(say(card.title)), limits.TITLE)
    return MessageView(
        text=_once(text, title),
        title=title,
        state=shortened(plain(say(card.state)), limits.PARAGRAPH) if card.state else "",
        tone=card.tone,
        facts=tuple(map(tuple, facts)),
        paragraphs=tuple(paragraphs),
        menus=tuple(menus),
        rows=tuple(map(tuple, rows)),
        files=tuple(_file(f, say) for f in drawn.files),
        left_out=say(tr("… et {count} autre(s) élément(s) : un message n'en contient pas plus.", count=dropped))
        if dropped
        else "",
        card=drawn.card is not None,
    )


def form(drawn: Form, say: Say, given: Given | None = None, problems: Mapping[str, Text] | None = None) -> FormView:
    """A form as a view, with what was typed and what was wrong. Raises TooLong for a short form that does not fit."""
    wrong = problems or {}
    known = {q.name for q in drawn.questions}
    elsewhere = [plain(say(text)) for name, text in wrong.items() if name not in known]
    return FormView(
        short=held_short(plain(say(drawn.short))),
        title=shortened(plain(say(drawn.title)), limits.TITLE),
        about=tuple(_paragraphs(map(say, drawn.about))),
        fields=tuple(_field(q, say, given, wrong.get(q.name)) for q in drawn.questions),
        token=drawn.token.model_dump_json(),
        submit=shortened(plain(say(drawn.submit)), limits.LABEL),
        problem=" ".join(elsewhere),
    )


def _field(question: Question, say: Say, given: Given | None, problem: Text | None) -> FieldView:
    value = given.get(question.name, "") if given is not None else question.initial
    return FieldView(
        name=question.name,
        label=held_short(plain(say(question.short))),
        question=plain(say(question.label)),
        hint=shortened(plain(say(question.hint)), limits.HINT) if question.hint else "",
        kind=question.kind,
        required=question.required,
        groups=_options([(c.value, c.label) for c in question.choices], say),
        value=(value,) if isinstance(value, str) else value,
        problem=plain(say(problem)) if problem else "",
        max_length=min(question.max_length or limits.INPUT, limits.INPUT),
    )


def _button(button: Button, say: Say) -> ButtonView:
    full = " ".join(plain(say(button.label)).split())
    return ButtonView(shortened(full, limits.LABEL), full, button.token.model_dump_json(), button.style, button.command)


def _menu(menu: Menu, say: Say) -> MenuView:
    label = shortened(plain(say(menu.label)), limits.LABEL)
    return MenuView(label, menu.token.model_dump_json(), _options(menu.choices, say))


def _options(choices: Iterable[tuple[str, Text]], say: Say) -> tuple[Group, ...]:
    """The lines of a menu; more than a hundred are split in groups named by their first and last lines."""
    lines = [(value, shortened(plain(say(label)), limits.LABEL)) for value, label in choices]
    groups = _groups(lines, limits.OPTIONS)[: limits.OPTIONS]
    if len(groups) <= 1:
        return tuple(Group("", tuple(g)) for g in groups)
    half = (limits.LABEL - 3) // 2
    return tuple(Group(f"{shortened(g[0][1], half)} – {shortened(g[-1][1], half)}", tuple(g)) for g in groups)


def _facts(facts: Iterable[Fact], say: Say) -> tuple[list[FactView], list[str]]:
    """The facts that fit a field, and the others as paragraphs: nothing anybody wrote is cut."""
    short, long = [], []
    for fact in facts:
        name, value = plain(say(fact.name)), say(fact.value)
        if len(name) + len(value) <= limits.FACT:
            short.append(FactView(name, html(value)))
        else:
            long.append(say(tr("{name} : {value}", name=fact.name, value=fact.value)))
    return short, long


def _paragraphs(texts: Iterable[str]) -> list[Markup]:
    return [html(piece) for text in texts if text.strip() for piece in split(text) if piece.strip()]


def _once(text: Sequence[Markup], title: str) -> tuple[Markup, ...]:
    """The sentence of a card, unless it only says the title again."""
    return () if [t.striptags() for t in text] == [title] else tuple(text)


def _file(file: File, say: Say) -> FileView:
    alt = shortened(plain(say(file.alt)), limits.PARAGRAPH) if file.alt else ""
    return FileView(file.id, shortened(file.name, limits.TITLE), file.size, alt)


def _groups(items: Sequence[T], size: int) -> list[Sequence[T]]:
    return [items[i : i + size] for i in range(0, len(items), size)]


def _fit(items: Sequence[T], most: int, left: int) -> tuple[Sequence[T], int]:
    kept = items[:most]
    return kept, left - len(kept)
