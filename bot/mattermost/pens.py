"""What draws: a pen for each reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.mattermost.drawing import Drawn, Pen
from bot.mattermost.limits import TooLong
from bot.mattermost.marks import quiet
from bot.mattermost.press import Seals
from chat.cards import Message
from chat.language import Languages
from chat.platform import Undeliverable


@dataclass(frozen=True, slots=True)
class Drawing:
    """What draws: the languages, the seals, the machine's hour, the address at which the server calls us."""

    languages: Languages
    seals: Seals
    now: Callable[[], datetime]
    url: str

    def pen(self, lang: str, account: str = "") -> Pen:
        """The pen for a reader; with an account, for that person alone."""
        return Pen(self.languages.say(lang, quiet), self.seals, self.now(), self.url, account)

    def drawn(self, message: Message, lang: str, account: str = "") -> Drawn:
        """A message drawn. Raises Undeliverable for one that fits nowhere."""
        try:
            return self.pen(lang, account).message(message)
        except TooLong as error:
            raise Undeliverable(str(error)) from error
