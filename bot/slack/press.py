"""What a button, a menu or a window carries back, signed: the token, and for a menu each of its values.

Purposes: « slack/press » for buttons and menus, « slack/form » for windows. Raises TooLong for what does not fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot import tokens
from bot.slack import limits
from bot.slack.limits import held
from bot.tokens import Body, Forged, Seal
from chat.cards import Token


@dataclass(frozen=True, slots=True)
class Seals:
    """The two seals of this platform."""

    press: Seal
    form: Seal

    @classmethod
    def of(cls, secret: bytes) -> Seals:
        """Both, from the bot's secret."""
        return cls(Seal.of(secret, "slack/press"), Seal.of(secret, "slack/form"))

    def button(self, token: Token, now: datetime) -> str:
        """A button's value."""
        return held(self.press.close(tokens.packed(token), tokens.life(token, now)), limits.VALUE, "button")

    def menu(self, token: Token, now: datetime) -> str:
        """A menu's action_id: the token without its `arg`, which the chosen value becomes."""
        bare = token.model_copy(update={"arg": ""})
        return held(self.press.close(tokens.packed(bare), tokens.life(token, now)), limits.ID, "menu")

    def option(self, menu: str, value: str) -> str:
        """A menu's value, signed with the menu it belongs to."""
        return held(self.press.tag(f"{menu}\n{value}") + value, limits.OPTION_VALUE, "option")

    def pressed(self, value: str, now: datetime) -> Token:
        """The token of a button's value. Raises Forged or Expired."""
        return tokens.unpacked(self.press.open(value, now))

    def chosen(self, menu: str, option: str, now: datetime) -> Token:
        """The token of a menu's line. Raises Forged or Expired."""
        tag, value = option[: tokens.TAG], option[tokens.TAG :]
        if not self.press.tagged(tag, f"{menu}\n{value}"):
            raise Forged("option")
        return self.pressed(menu, now).model_copy(update={"arg": value})

    def window(self, token: Token, spot: Body, now: datetime) -> str:
        """A window's private_metadata: what is asked, and where its answer is told; good for a day."""
        body = {**tokens.packed(token), "s": spot}
        return held(self.form.close(body, now + tokens.FORM_LIFE), limits.METADATA, "form")

    def asked(self, metadata: str, now: datetime) -> tuple[Token, Body]:
        """The token and the spot of a window. Raises Forged or Expired."""
        body = self.form.open(metadata, now)
        spot = body.get("s")
        if not isinstance(spot, dict):
            raise Forged("spot")
        return tokens.unpacked(body), spot
