"""Where somebody acted: what an answer is applied to. A window carries it, since its payload has no channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.tokens import Body
from chat.cards import Address

Kind = Literal["command", "action", "view", "message", "home"]
SLACK = "slack"
"""The platform of the workspace whose token is in the settings, whatever its team: databases of before know no other."""
DIRECT = "dm:"
"""What the place of a direct conversation starts with: « dm:U123 », whatever Slack's own id for it."""
RESPONSE_URL_MOST = 1000


@dataclass(frozen=True, slots=True)
class Spot:
    """Who acted and where. `post` is the message pressed; `response_url` may be used five times in half an hour.

    `platform` is the workspace the bot was reached through; `home` the account's own, when it is another (a channel that
    two workspaces share).
    """

    kind: Kind
    account: str
    channel: str = ""
    thread: str = ""
    post: str = ""
    ephemeral: bool = False
    response_url: str = ""
    trigger: str = ""
    view: Mapping[str, Any] = field(default_factory=dict)
    platform: str = SLACK
    home: str = ""

    @property
    def direct(self) -> bool:
        """True in a direct conversation, or on the App Home."""
        return not self.channel or self.channel.startswith("D")

    @property
    def place(self) -> str:
        """The place's id: the channel, or « dm:<account> »."""
        return f"{DIRECT}{self.account}" if self.direct else self.channel

    @property
    def sender(self) -> Address:
        """The account that acted."""
        return Address(platform=self.home or self.platform, id=self.account)

    @property
    def by(self) -> str:
        """Whose a window is, and where: the same id in two workspaces is two accounts. Plain where it always was."""
        sender = self.sender
        return (
            sender.id if sender.platform == self.platform == SLACK else f"{sender.platform}:{sender.id}@{self.platform}"
        )

    def kept(self) -> Body:
        """What a window carries of it; `by` binds the window to the person."""
        url = self.response_url if len(self.response_url) <= RESPONSE_URL_MOST else ""
        whole = {"by": self.by, "c": self.channel, "t": self.thread, "p": self.post, "url": url}
        return {**{name: value for name, value in whole.items() if value}, **({"e": 1} if self.ephemeral else {})}
