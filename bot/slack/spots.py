"""Where somebody acted: what an answer is applied to. A window carries it, since its payload has no channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.tokens import Body

Kind = Literal["command", "action", "view", "message", "home"]
PLATFORM = "slack"
DIRECT = "dm:"
"""What the place of a direct conversation starts with: « dm:U123 », whatever Slack's own id for it."""
RESPONSE_URL_MOST = 1000


@dataclass(frozen=True, slots=True)
class Spot:
    """Who acted and where. `post` is the message pressed; `response_url` may be used five times in half an hour."""

    kind: Kind
    account: str
    channel: str = ""
    thread: str = ""
    post: str = ""
    ephemeral: bool = False
    response_url: str = ""
    trigger: str = ""
    view: Mapping[str, Any] = field(default_factory=dict)

    @property
    def direct(self) -> bool:
        """True in a direct conversation, or on the App Home."""
        return not self.channel or self.channel.startswith("D")

    @property
    def place(self) -> str:
        """The place's id: the channel, or « dm:<account> »."""
        return f"{DIRECT}{self.account}" if self.direct else self.channel

    def kept(self) -> Body:
        """What a window carries of it; `by` binds the window to the person."""
        url = self.response_url if len(self.response_url) <= RESPONSE_URL_MOST else ""
        whole = {"by": self.account, "c": self.channel, "t": self.thread, "p": self.post, "url": url}
        return {**{name: value for name, value in whole.items() if value}, **({"e": 1} if self.ephemeral else {})}
