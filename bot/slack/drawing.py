"""Messages drawn as text and blocks, within Slack's limits by construction. Pure: words in, dicts out.

`say` comes from `languages.say(lang, escape=quiet)`: see `marks`. Raises TooLong for a token that fits no button.
Buttons and menus find their place first, then the sentence, the facts, the paragraphs; what is left out is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from bot.slack import blocks, limits
from bot.slack.blocks import Block, Room
from bot.slack.limits import pieces, shortened, weight
from bot.slack.marks import mrkdwn, plain, quiet
from bot.slack.options import options
from bot.slack.press import Seals
from chat.cards import Button, Card, Fact, File, Menu, Message
from chat.text import Say, Text, tr

FIXED = 4
"""The title, the state, the files, and the line that says what is left out."""
TONES = MappingProxyType({"neutral": "", "waiting": "⏳ ", "good": "✅ ", "bad": "⛔ "})
NO_CARD = Card(title=Text(msg=""))


@dataclass(frozen=True, slots=True)
class Drawn:
    """A message for chat.postMessage: `text` is for notifications and screen readers, `blocks` for everybody else."""

    text: str
    blocks: list[Block]


@dataclass(frozen=True, slots=True)
class Pen:
    """What drawing needs: the reader's language, the seals, the machine's hour. `prefix` keeps block_ids apart."""

    say: Say
    seals: Seals
    now: datetime
    prefix: str = ""

    def message(self, drawn: Message, most: int = limits.BLOCKS) -> Drawn:
        """A message of `most` blocks at most."""
        card = drawn.card or NO_CARD
        room = Room(most - FIXED, limits.LETTERS - limits.HEADER - 2 * limits.CONTEXT - 400)
        rows = room.take(self._rows(card.buttons), weigh=False)
        menus = room.take(self._menus(card.menus), weigh=False)
        title = shortened(plain(self.say(card.title)), limits.HEADER) if card.title.msg else ""
        text = room.take(_paragraphs([] if self._repeats(drawn, title) else [self.say(drawn.text)]))
        short, long = self._facts(card.facts)
        facts = room.take(_fields(short))
        paragraphs = room.take(_paragraphs([*long, *map(self.say, card.paragraphs)]))
        head = [*text, *([blocks.header(title)] if title else []), *self._state(card)]
        tail = [*menus, *rows, *self._files(drawn.files), *self._left_out(room.left_out)]
        return Drawn(self._notice(drawn, title), [*head, *facts, *paragraphs, *tail] or [blocks.section("…")])

    def _repeats(self, drawn: Message, title: str) -> bool:
        return bool(title) and plain(self.say(drawn.text)).strip() == title

    def _notice(self, drawn: Message, title: str) -> str:
        """The sentence, else the title; escaped, for it is read as mrkdwn too."""
        sentence = plain(self.say(drawn.text)).strip() or title or "…"
        first = pieces(sentence, limits.NOTICE - 1)
        return mrkdwn(quiet(first[0])) + ("…" if len(first) > 1 else "")

    def _state(self, card: Card) -> list[Block]:
        return [blocks.context(TONES[card.tone] + self.say(card.state))] if card.state else []

    def _rows(self, buttons: Sequence[Button]) -> list[Block]:
        drawn = [self._button(button, index) for index, button in enumerate(buttons)]
        rows = [drawn[i : i + limits.BUTTONS] for i in range(0, len(drawn), limits.BUTTONS)]
        return [
            {"type": "actions", "block_id": f"{self.prefix}row.{index}", "elements": row}
            for index, row in enumerate(rows)
        ]

    def _button(self, button: Button, index: int) -> Block:
        style = {} if button.style == "plain" else {"style": button.style}
        return {
            "type": "button",
            "action_id": f"button.{index}",
            "text": blocks.label(self.say(button.label), limits.BUTTON),
            "value": self.seals.button(button.token, self.now),
            **style,
        }

    def _menus(self, menus: Sequence[Menu]) -> list[Block]:
        return [self._menu(menu, index) for index, menu in enumerate(menus) if any(value for value, _ in menu.choices)]

    def _menu(self, menu: Menu, index: int) -> Block:
        sealed = self.seals.menu(menu.token, self.now)
        lines = [(self.seals.option(sealed, value), self.say(read)) for value, read in menu.choices if value]
        name = self.say(menu.label)
        select = {"type": "static_select", "action_id": sealed, **options(lines)}
        return {
            "type": "section",
            "block_id": f"{self.prefix}menu.{index}",
            "text": blocks.label(name, limits.CONTEXT),
            "accessory": {**select, "placeholder": blocks.label(name, limits.PLACEHOLDER)},
        }

    def _facts(self, facts: Iterable[Fact]) -> tuple[list[tuple[str, str]], list[str]]:
        """The facts that fit a field, and the others as paragraphs: nothing anybody wrote is cut."""
        short, long = [], []
        for fact in facts:
            name, value = self.say(fact.name), self.say(fact.value)
            if weight(name) + weight(value) + 3 <= limits.FIELD and name.strip():
                short.append((name, value))
            else:
                long.append(self.say(tr("{name} : {value}", name=fact.name, value=fact.value)))
        return short, long

    def _files(self, files: Sequence[File]) -> list[Block]:
        return [blocks.context(f"📎 {' · '.join(' '.join(f.name.split()) for f in files)}")] if files else []

    def _left_out(self, count: int) -> list[Block]:
        sentence = tr("… et {count} autre(s) élément(s) : un message n'en contient pas plus.", count=count)
        return [blocks.context(self.say(sentence))] if count else []


def _paragraphs(texts: Iterable[str]) -> list[Block]:
    return [blocks.section(piece) for text in texts for piece in pieces(text, limits.SECTION)]


def _fields(facts: Sequence[tuple[str, str]]) -> list[Block]:
    drawn = [blocks.field(name, value) for name, value in facts]
    rows = [drawn[i : i + limits.FIELDS] for i in range(0, len(drawn), limits.FIELDS)]
    return [{"type": "section", "fields": row} for row in rows]
