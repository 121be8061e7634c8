"""What was said while we were away: read back from the history, and handled as if Slack had just told it.

Slack gives an event up after four tries in six minutes. A message's id is its channel and its ts, in an event as in the
history: the inbox drops what was already seen. « /atelier », buttons and windows are never sent again: people saw an error.

What was said before and corrected since is told as a correction, when it was said within the day: the history is asked by
when things were said, not changed. A message deleted is not in it: what was deleted while we were away is told by nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.payload import Payload, every, text
from bot.slack.events import AGAIN, SEEN, Events
from bot.slack.messages import CHANGED
from bot.slack.platform import PAGE, PAGES, Slack
from bot.slack.spots import DIRECT
from chat.cards import Address
from chat.platform import Undelivered

CORRECTED = timedelta(days=1)
"""How long before our absence a message may have been said, whose correction is still told."""


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Replays a place, oldest first."""

    slack: Slack
    events: Events

    async def since(self, place: Address, moment: datetime, thread: str = "") -> int:
        """Replay a direct conversation, or a thread, from `moment` on; returns how many messages were handed over.

        Raises Undelivered or Undeliverable, Undelivered too when the memory is away: the rest is for the next time.
        """
        channel = await self.slack.channel(place.id)
        direct = place.id.startswith(DIRECT)
        found = await self._missed(channel, moment if direct else moment - CORRECTED, thread)
        told = [status for m in found if (status := await self._told(m, channel, moment, direct=direct))]
        return len(told)

    async def _told(self, message: Payload, channel: str, moment: datetime, *, direct: bool) -> int:
        """What was said since, or else what was corrected since; 0 for neither. Raises Undelivered."""
        since, status = moment.timestamp(), 0
        if _at(text(message, "ts")) >= since:
            status = await self._handed({"type": "message", **message, "channel": channel})
        corrected = not direct and _at(text(message, "edited", "ts")) >= since
        if corrected and status in {0, SEEN}:
            before = {"ts": text(message, "ts"), "text": ""}
            changed = {"type": "message", "subtype": CHANGED, "channel": channel, "previous_message": before}
            status = await self._handed({**changed, "message": message})
        return status

    async def _handed(self, event: Payload) -> int:
        """A message, or a mention: nobody was shown an error for one that came while we were away."""
        status = await self.events.read({"event": event}, {})
        if not text(event, "channel").startswith("D"):
            as_sent = {name: value for name, value in event.items() if name != "edited"}
            status = max(status, await self.events.mention({"event": as_sent}, {}))
        if status == AGAIN:
            raise Undelivered("the memory is away")
        return status

    async def _missed(self, channel: str, moment: datetime, thread: str) -> list[Payload]:
        method = "conversations.replies" if thread else "conversations.history"
        where = {"channel": channel, "oldest": f"{moment.timestamp():.6f}", **({"ts": thread} if thread else {})}
        found: list[Payload] = []
        cursor = ""
        for _ in range(PAGES):
            page = await self.slack.link.call(method, **where, limit=PAGE, cursor=cursor or None)
            found += every(page, "messages")
            cursor = text(page, "response_metadata", "next_cursor")
            if not cursor:
                break
        return sorted((m for m in found if not thread or text(m, "ts") != thread), key=lambda m: text(m, "ts"))


def _at(ts: str) -> float:
    """A Slack moment, in seconds; long ago for none."""
    try:
        return float(ts)
    except ValueError:
        return 0.0
