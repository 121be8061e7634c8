"""What draws: a pen for each reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.slack.drawing import Drawn, Pen
from bot.slack.limits import TooLong
from bot.slack.marks import quiet
from bot.slack.press import Seals
from chat.cards import Message
from chat.language import Languages
from chat.platform import Undeliverable


@dataclass(frozen=True, slots=True)
class Drawing:
    """What draws: the languages, the seals, the machine's hour."""

    languages: Languages
    seals: Seals
    now: Callable[[], datetime]

    def pen(self, lang: str) -> Pen:
        """The pen for a reader."""
        return Pen(self.languages.say(lang, quiet), self.seals, self.now())

    def drawn(self, message: Message, lang: str) -> Drawn:
        """A message drawn. Raises Undeliverable for one that fits nowhere."""
        try:
            return self.pen(lang).message(message)
        except TooLong as error:
            raise Undeliverable(str(error)) from error
