"""What every listener shares: who handles events, how replies follow, what reads and draws."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bot.slack.answering import Answering
from bot.slack.pens import Drawing
from bot.slack.reading import Reader
from bot.slack.spots import Spot
from bot.slack.teams import Seat
from bot.tasks import Tasks
from chat.cards import Message
from chat.talk import Answer, AnyEvent, Reply, Say
from chat.text import Text

Receive = Callable[[AnyEvent], Awaitable[Answer]]


async def nobody(_event: AnyEvent) -> Answer:
    """Nobody is attached yet: said plainly rather than silently lost."""
    raise RuntimeError("attach() a receiver before anybody acts")


@dataclass(slots=True)
class Hub:
    """One per workspace. `bots` are the ids this bot is mentioned by, once known."""

    answering: Answering
    tasks: Tasks = field(default_factory=Tasks)
    receive: Receive = nobody
    bots: set[str] = field(default_factory=set)
    team: str = ""
    """The workspace's team id, once known."""

    @property
    def drawing(self) -> Drawing:
        """What draws."""
        return self.answering.drawing

    @property
    def reader(self) -> Reader:
        """What reads, at this hour of the machine."""
        return Reader(self.drawing.seals, self.drawing.now(), self.answering.slack.name)

    @property
    def seat(self) -> Seat:
        """Where this bot sits."""
        return Seat(self.answering.slack.name, self.team)

    def read(self, text: Text, lang: str) -> str:
        """A sentence in the reader's language."""
        return self.drawing.pen(lang).say(text)

    def follow(self, spot: Spot, replies: Sequence[Reply], lang: str) -> None:
        """Apply replies after the HTTP answer."""
        if replies:
            self.tasks.start(self.answering.give(spot, replies, lang))


def saying(text: Text) -> Say:
    """One sentence, for the person alone."""
    return Say(message=Message(text=text))
