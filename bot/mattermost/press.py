"""What a button, a menu or a dialog carries back, signed: the token, for a menu each value, for a dialog its questions.

Purposes: « mattermost/press » for buttons and menus, « mattermost/form » for dialogs, « mattermost/post » for the ids that
tell one post from its double. The server authenticates none of them (facts 9, 10, 22): these seals do. What is shown
to one person in a channel is bound to their account, for its buttons can be pressed for them by others (fact 18).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot import tokens
from bot.mattermost.limits import held
from bot.tokens import Body, Forged, Seal
from chat.cards import Token

CONTEXT = "t"
"""The one key of an action's context."""
_BY, _MENU = "b", "m"
_SPOT, _ASKED = "s", "f"
LONGEST_TOKEN = 1000


@dataclass(frozen=True, slots=True)
class Seals:
    """The seals of this platform; `probe` is told in `bot.mattermost.probe`."""

    press: Seal
    form: Seal
    doubles: Seal
    probe: Seal

    @classmethod
    def of(cls, secret: bytes) -> Seals:
        """All of them, from the bot's secret."""
        return cls(*(Seal.of(secret, f"mattermost/{purpose}") for purpose in ("press", "form", "post", "probe")))

    def button(self, token: Token, now: datetime, account: str = "") -> str:
        """A button's context. With an account, it is that person's alone, for seven days."""
        return self._sealed(tokens.packed(token), token, now, account)

    def menu(self, token: Token, now: datetime, account: str = "") -> str:
        """A menu's context: the token without its `arg`, which the chosen value becomes."""
        bare = tokens.packed(token.model_copy(update={"arg": ""}))
        return self._sealed({**bare, _MENU: 1}, token, now, account)

    def _sealed(self, body: Body, token: Token, now: datetime, account: str) -> str:
        until = now + tokens.PERSONAL_LIFE if account else tokens.life(token, now)
        whole = {**body, _BY: account} if account else body
        return held(self.press.close(whole, until), LONGEST_TOKEN, "button")

    def option(self, menu: str, value: str) -> str:
        """A menu's value, signed with the menu it belongs to: the server takes any value (fact 11)."""
        return self.press.tag(f"{menu}\n{value}") + value

    def pressed(self, sealed: str, chosen: str | None, account: str, now: datetime) -> Token:
        """The token of what this person pressed. Raises Forged or Expired."""
        body = self.press.open(sealed, now)
        if body.get(_BY, account) != account:
            raise Forged("button of another person")
        token = tokens.unpacked(body)
        if _MENU not in body:
            return token
        tag, value = (chosen or "")[: tokens.TAG], (chosen or "")[tokens.TAG :]
        if not self.press.tagged(tag, f"{sealed}\n{value}"):
            raise Forged("option")
        return token.model_copy(update={"arg": value})

    def alone(self, sealed: str, now: datetime) -> bool:
        """True for what was shown to one person alone in a channel: no post that can be replaced. Raises Forged."""
        return _BY in self.press.open(sealed, now)

    def dialog(self, token: Token, spot: Body, asked: dict[str, list[str]], now: datetime) -> str:
        """A dialog's state: what is asked, where its answer is told, its questions with their boxes; good for a day."""
        return self.form.close({**tokens.packed(token), _SPOT: spot, _ASKED: asked}, now + tokens.FORM_LIFE)

    def asked(self, state: str, account: str, now: datetime) -> tuple[Token, Body, dict[str, list[str]]]:
        """The token, the spot and the questions of a dialog. Raises Forged (never opened, or by another) or Expired."""
        body = self.form.open(state, now)
        spot, asked = body.get(_SPOT), body.get(_ASKED)
        if not isinstance(spot, dict) or not isinstance(asked, dict):
            raise Forged("spot")
        if spot.get("by") != account:
            raise Forged("dialog of another person")
        return tokens.unpacked(body), spot, asked

    def double(self, outbox_id: str) -> str:
        """The `pending_post_id` of a post: the same on a retry, and nobody guesses it (fact 31)."""
        return f"atelier{self.doubles.tag(outbox_id)}{self.doubles.tag(f'{outbox_id}+')}"
