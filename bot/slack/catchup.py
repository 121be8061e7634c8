"""What was said while we were away: read back from the history, and handled as if Slack had just told it.

Slack gives an event up after four tries in six minutes. A message's id is its channel and its ts, in an event as in the
history: the inbox drops what was already seen. Commands, buttons and windows are never sent again: people saw an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.payload import Payload, every, text
from bot.slack.events import DONE, Events
from bot.slack.platform import PAGE, PAGES, Slack
from chat.cards import Address
from chat.platform import Undelivered


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
        missed = await self._missed(channel, moment, thread)
        for message in missed:
            payload = {"event": {"type": "message", **message, "channel": channel}}
            if await self.events.message(payload, {}) != DONE:
                raise Undelivered("the memory is away")
        return len(missed)

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
