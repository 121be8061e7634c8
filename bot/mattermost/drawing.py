"""Messages drawn as Markdown and one attachment, within the limits of old servers by construction. Pure: words in, dicts out.

`say` comes from `languages.say(lang, escape=quiet)`: see `marks`. Raises TooLong for a token that fits no button.
Buttons and menus find their place in the props first; then the facts and paragraphs, else in the message itself, which
is twice as large. What finds no place is counted, and a button that finds none is told as the command to type.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.mattermost import limits
from bot.mattermost.actions import Actions
from bot.mattermost.limits import heavy, pieces, shortened, weight
from bot.mattermost.marks import markdown, plain, unmentioned
from bot.mattermost.press import Seals
from bot.mattermost.words import MORE_ACTS, left_out
from chat.cards import Card, Fact, File, Message
from chat.text import Say, Text, raw, tr

Block = dict[str, Any]
TONES = MappingProxyType({"neutral": "", "waiting": "⏳ ", "good": "✅ ", "bad": "⛔ "})
COLOURS = MappingProxyType({"neutral": "#000091", "waiting": "#b34000", "good": "#18753c", "bad": "#ce0500"})
"""Of the State's design system; the sign says the same to who does not see them."""
NO_CARD = Card(title=Text(msg=""))
OUTBOX = "atelier"
"""The key of a post's props that holds its outbox id."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A message: `text` is what screen readers and notifications say, `attachments` what is shown under it."""

    text: str
    attachments: list[Block] = field(default_factory=list)

    @property
    def props(self) -> Block:
        """The props of its post."""
        return {"attachments": self.attachments}

    @property
    def pressable(self) -> bool:
        """True with a button or a menu."""
        return any(block.get("actions") for block in self.attachments)


@dataclass(frozen=True, slots=True)
class Pen:
    """What drawing needs: the reader's language, the seals, the machine's hour, the bot's own public address.

    `account` binds the buttons to one person: that of a message shown to them alone in a channel.
    """

    say: Say
    seals: Seals
    now: datetime
    url: str
    account: str = ""

    def message(self, drawn: Message) -> Drawn:
        """A message, whole or with the count of what is left out."""
        card = drawn.card or NO_CARD
        actions = Actions(self.say, self.seals, self.now, self.url, self.account)
        kept, told, lines = actions.drawn(card)
        sentence = self.say(drawn.text).strip()
        block, spilt = self._block(card, sentence, kept)
        if told:
            spilt = [*spilt, "\n".join([self.say(MORE_ACTS), *(self.say(_typed(b.label, b.command)) for b in told)])]
        text = self._body([sentence, *self._alts(drawn.files, sentence), *spilt], lines)
        return Drawn(text, [block] if block else [])

    def _alts(self, files: Sequence[File], sentence: str) -> list[str]:
        """What each picture shows, beside it: an attachment takes no alternative text. Said once."""
        told = {self.say(f.alt): f for f in files if f.alt is not None}
        return [
            self.say(tr("Image « {file} » : {alt}", file=raw(f.name), alt=f.alt))
            for alt, f in told.items()
            if alt not in sentence
        ]

    def _block(self, card: Card, sentence: str, actions: list[Block]) -> tuple[Block, list[str]]:
        """The attachment, and the paragraphs that find no place in it."""
        title = shortened(unmentioned(plain(self.say(card.title))), limits.HEADING) if card.title.msg else ""
        state = TONES[card.tone] + self.say(card.state) if card.state else ""
        shown = "" if title == shortened(unmentioned(plain(sentence)), limits.HEADING) else title
        block: Block = {
            **({"fallback": title, "color": COLOURS[card.tone]} if title else {}),
            **({"title": shown} if shown else {}),
            **({"actions": actions} if actions else {}),
        }
        spilt = [state] if state and not self._put(block, "text", markdown(state)) else []
        spilt += self._facts(block, card.facts)
        paragraphs = [self.say(p) for p in card.paragraphs]
        lines = [*([block["text"]] if "text" in block else []), *map(markdown, paragraphs)]
        if not self._put(block, "text", "\n\n".join(lines)):
            spilt += paragraphs
        return (block if set(block) - {"fallback", "color"} else {}), spilt

    def _put(self, block: Block, name: str, value: Any) -> bool:
        """Put it in the attachment if there is room; a text of nothing is put nowhere."""
        if value in ("", []):
            return True
        fits = weight({**block, name: value}) <= limits.PROPS - limits.ATTACHMENT
        if fits:
            block[name] = value
        return fits

    def _facts(self, block: Block, facts: Sequence[Fact]) -> list[str]:
        """The facts that fit are fields; the others are lines."""
        spilt = []
        for fact in facts:
            name, value = self.say(fact.name), self.say(fact.value)
            short = max(len(name), len(value)) <= limits.SHORT
            drawn = {"title": unmentioned(plain(name)), "value": markdown(value) or "—", "short": short}
            if not self._put(block, "fields", [*block.get("fields", []), drawn]):
                spilt.append(self.say(tr("{name} : {value}", name=fact.name, value=fact.value)))
        return spilt

    def _body(self, paragraphs: Sequence[str], lost: int) -> str:
        """The message itself: what does not fit is counted."""
        room, kept = limits.MESSAGE - limits.HELP, []
        for paragraph in filter(None, paragraphs):
            first = next(iter(pieces(paragraph, max(room, 1))), "")
            kept += [markdown(first)] if room > 0 else []
            lost += room <= 0 or len(first) < len(paragraph.strip())
            room -= heavy(first) + 2
        counted = [markdown(self.say(left_out(lost)))] if lost else []
        return "\n\n".join([*kept, *counted]) or "…"


def _typed(label: Text, command: str) -> Text:
    return tr("{name} : {value}", name=label, value=raw(command))
