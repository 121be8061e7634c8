"""Who may install the bot in a workspace of theirs: whoever holds an invitation that we sealed. Pure: `now` is an argument.

An invitation serves once (the inbox remembers it, longer than it lasts), ends by itself, and may be for one workspace.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from bot.tokens import Forged, Seal

INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
NAME = "invitation"
"""What the address calls it."""
STATE = "etat"
USUAL, LONGEST = 7, 14
"""Days an invitation lasts; the inbox forgets after thirty."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """One invitation: its number, the only workspace it is for, if there is one, and whether that is the State's."""

    number: str
    team: str = ""
    of_the_state: bool = False

    def state(self, drawn: str) -> str:
        """What travels through Slack: what was drawn for this browser, and the invitation it came by."""
        return f"{drawn}.{self.number}.{self.team}.{STATE if self.of_the_state else ''}"

    @property
    def key(self) -> str:
        """What the inbox remembers it by, once it has served."""
        return f"invitation:{self.number}"


def of_state(state: str) -> Invitation:
    """The invitation of a state, which our own store says that we drew."""
    _, number, team, whose = (*state.split(".", 3), "", "", "")[:4]
    return Invitation(number, team, whose == STATE)


@dataclass(frozen=True, slots=True)
class Invitations:
    """Seals and opens them. `public_url` is the bot's address."""

    seal: Seal
    public_url: str

    @classmethod
    def of(cls, secret: bytes, public_url: str) -> Invitations:
        """From the bot's secret."""
        return cls(Seal.of(secret, "slack/install"), public_url.rstrip("/"))

    def link(self, invitation: Invitation, now: datetime, days: int = USUAL) -> str:
        """The address to send to whoever installs."""
        body = {"i": invitation.number, "t": invitation.team, "s": int(invitation.of_the_state)}
        sealed = self.seal.close(body, now + timedelta(days=days))
        return f"{self.public_url}{INSTALL}?{urlencode({NAME: sealed})}"

    def opened(self, sealed: str, now: datetime) -> Invitation:
        """The invitation of an address. Raises Forged, or Expired."""
        body = self.seal.open(sealed, now)
        number, team = body.get("i"), body.get("t")
        if not (isinstance(number, str) and number and isinstance(team, str)):
            raise Forged("invitation")
        return Invitation(number, team, body.get("s") == 1)
