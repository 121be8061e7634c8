"""What one workspace answers with: what people push, what Slack tells, and that the bot was taken out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from bot.payload import Payload, part, text
from bot.slack.events import Events
from bot.slack.interactions import Interactions

log = structlog.get_logger()

UNINSTALLED, REVOKED = "app_uninstalled", "tokens_revoked"
Leave = Callable[[str, datetime], Awaitable[None]]
"""Why a workspace is gone, and when Slack said it (aware)."""


class Later(Exception):
    """Whose a payload is cannot be known yet: Slack did not say which workspace ours is."""


@dataclass(frozen=True, slots=True)
class Doors:
    """One workspace's. `leave` is told that it is gone; without it, nothing can be done but say so."""

    interactions: Interactions
    events: Events
    leave: Leave | None = None

    async def left(self, body: Payload) -> None:
        """The app was taken out, or its bot's token revoked; a person's own token is none of ours."""
        kind = text(body, "event", "type")
        if kind == REVOKED and not part(body, "event", "tokens", "bot"):
            return
        log.error("slack no longer knows us: install the app again", kind=kind, team=text(body, "team_id"))
        if self.leave is not None:
            await self.leave(kind, _at(body))


Pick = Callable[[dict[str, Any]], Awaitable[Doors | None]]


def _at(body: Payload) -> datetime:
    """When Slack said it; now, when it does not tell."""
    seconds = part(body, "event_time")
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) else datetime.now(UTC)
