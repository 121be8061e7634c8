"""Where somebody acted: what an answer is applied to. A dialog carries it, since its channel is not to be trusted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.tokens import Body
from chat.cards import Address

Kind = Literal["command", "action", "dialog", "message"]
PLATFORM = "mattermost"
DIRECT = "dm:"
"""What the place of a direct conversation starts with: « dm:<user id> », whatever the server's own id for it."""
_BETWEEN = re.compile(r"([a-z0-9]{26})__([a-z0-9]{26})")


@dataclass(slots=True)
class Me:
    """Who the bot is there, once the server has said it."""

    id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """Who acted and where. `post` is the message pressed, `whispered` when it was that person's alone; `response_url` may be used five times in half an hour."""

    kind: Kind
    account: str
    channel: str = ""
    direct: bool = False
    thread: str = ""
    post: str = ""
    whispered: bool = False
    response_url: str = ""
    trigger: str = ""
    asked: dict[str, list[str]] = field(default_factory=dict)
    """A dialog's questions, each with the boxes it was drawn as."""

    @property
    def place(self) -> str:
        """The place's id: the channel, or « dm:<account> »."""
        return f"{DIRECT}{self.account}" if self.direct else self.channel

    def kept(self) -> Body:
        """What a dialog carries of it; `by` binds the dialog to the person."""
        post = "" if self.whispered else self.post
        whole = {"by": self.account, "c": self.channel, "t": self.thread, "p": post, "url": self.response_url}
        return {**{name: value for name, value in whole.items() if value}, **({"d": 1} if self.direct else {})}

    def where(self) -> dict[str, Any]:
        """What every event has of it."""
        sender, place = (Address(platform=PLATFORM, id=id_) for id_ in (self.account, self.place))
        return {"sender": sender, "place": place, "direct": self.direct}


def between(channel_name: str, account: str, me: Me) -> bool:
    """True for the conversation of this person and the bot: its name is made of both ids (capture request_dm_with_bot)."""
    found = _BETWEEN.fullmatch(channel_name)
    both = set(found.groups()) if found else set()
    return account in both and (not me.id or me.id in both)
