"""A message or a form as a terminal shows it: title, state, aligned facts, wrapped paragraphs, « [Valider la demande] ».

Pure. `say` comes from `languages.say(lang, escape=quiet)`, so that nobody's words can drive the terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap

from bot.sandbox.marks import plain, quiet
from chat.cards import Card, Fact, Message
from chat.forms import Form, Question
from chat.text import Say, tr

WIDTH = 100
NAME_MOST = 30
MARKS = {"neutral": "·", "waiting": "…", "good": "✓", "bad": "✗"}
MENU_LINES = 8
KEPT_SPACE = "\ue020"
"""A space where no line may be cut: a button's label stays on one line."""


def told(message: Message | Form, say: Say) -> str:
    """The message or form as lines of a hundred columns at most (a longer word stays whole)."""
    lines = _form(message, say) if isinstance(message, Form) else _message(message, say)
    return "\n".join(lines)


def _message(message: Message, say: Say) -> Iterator[str]:
    text = plain(say(message.text))
    if message.card is None or text != plain(say(message.card.title)):
        yield from _wrapped(text)
    if message.card is not None:
        yield from _card(message.card, say)
    for file in message.files:
        yield f"[📎 {' '.join(plain(quiet(file.name)).split())}]"
        if file.alt is not None:
            yield from _wrapped(plain(say(tr("Image : {alt}", alt=file.alt))), "   ", "   ")


def _card(card: Card, say: Say) -> Iterator[str]:
    yield from _wrapped(plain(say(card.title)), "┌ ", "│ ")
    if card.state is not None:
        yield from _wrapped(plain(say(card.state)), f"│ {MARKS[card.tone]} ", "│   ")
    yield from _facts(card.facts, say)
    for paragraph in card.paragraphs:
        yield from _wrapped(plain(say(paragraph)), "│ ", "│ ")
    for menu in card.menus:
        yield from _wrapped(f"{plain(say(menu.label))} ▾ {_choices([say(t) for _, t in menu.choices])}", "│ ", "│   ")
    yield from _wrapped("  ".join(_bracketed(say(b.label)) for b in card.buttons), "└ ", "  ")


def _facts(facts: Iterable[Fact], say: Say) -> Iterator[str]:
    pairs = [(plain(say(f.name)), plain(say(f.value))) for f in facts]
    width = max((len(name) for name, _ in pairs if len(name) <= NAME_MOST), default=0)
    for name, value in pairs:
        if len(name) > NAME_MOST:
            yield from _wrapped(f"{name} : {value or '—'}", "│ ", "│   ")
        else:
            yield from _wrapped(value or "—", f"│ {name:<{width}}  ", "│ " + " " * (width + 2))


def _form(form: Form, say: Say) -> Iterator[str]:
    yield from _wrapped(plain(say(form.title)), "╔ ", "║ ")
    for about in form.about:
        yield from _wrapped(plain(say(about)), "║ ", "║ ")
    for question in form.questions:
        yield from _question(question, say)
    yield f"╚ {_bracketed(say(form.submit))}"


def _question(question: Question, say: Say) -> Iterator[str]:
    label = plain(say(question.label))
    yield from _wrapped(f"{label} *" if question.required else label, "║ ", "║   ")
    if question.hint is not None:
        yield from _wrapped(plain(say(question.hint)), "║   ", "║   ")
    if question.choices:
        yield from _wrapped(_choices([say(c.label) for c in question.choices]), "║   ", "║   ")


def _choices(labels: list[str]) -> str:
    shown = " | ".join(plain(label) for label in labels[:MENU_LINES])
    return f"{shown} | … ({len(labels)})" if len(labels) > MENU_LINES else shown


def _bracketed(label: str) -> str:
    return f"[{' '.join(plain(label).split())}]".replace(" ", KEPT_SPACE)


def _wrapped(text: str, first: str = "", then: str = "") -> Iterator[str]:
    """Lines within the width, one paragraph per line of `text`; an empty text gives none."""
    begin = first
    for line in text.split("\n"):
        for piece in wrap(
            line, WIDTH, initial_indent=begin, subsequent_indent=then, break_long_words=False, break_on_hyphens=False
        ):
            yield piece.rstrip().replace(KEPT_SPACE, " ")
            begin = then
