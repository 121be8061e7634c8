"""Buttons and menus as an attachment's actions: an id of letters and digits (fact 13), our address, a sealed context. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.mattermost import limits
from bot.mattermost.limits import shortened, weight
from bot.mattermost.marks import plain
from bot.mattermost.press import CONTEXT, Seals
from chat.cards import Button, Card, Menu
from chat.text import Say

Block = dict[str, Any]
PATH = "/mattermost/actions"


@dataclass(frozen=True, slots=True)
class Actions:
    """Draws the actions of one message."""

    say: Say
    seals: Seals
    now: datetime
    url: str
    account: str

    def drawn(self, card: Card) -> tuple[list[Block], list[Button], int]:
        """The actions that fit, the buttons that do not, and how many lines of menus do not."""
        room, kept, left, lost = limits.ACTIONS, [], [], 0
        for index, button in enumerate(card.buttons):
            block = self._button(button, index)
            if weight(block) <= room:
                kept.append(block)
                room -= weight(block)
            else:
                left.append(button)
        menus = []
        for index, menu in enumerate(card.menus):
            block, missing = self._menu(menu, index, room)
            lost += missing
            if block:
                menus.append(block)
                room -= weight(block)
        return [*menus, *kept], left, lost

    def _button(self, button: Button, index: int) -> Block:
        style = {} if button.style == "plain" else {"style": button.style}
        name = shortened(plain(self.say(button.label)), limits.BUTTON)
        sealed = self.seals.button(button.token, self.now, self.account)
        return {"id": f"b{index}", "type": "button", "name": name, **style, "integration": self._integration(sealed)}

    def _menu(self, menu: Menu, index: int, room: int) -> tuple[Block, int]:
        """The menu with the lines that fit, and how many do not."""
        sealed = self.seals.menu(menu.token, self.now, self.account)
        lines = {value: label for value, label in reversed(menu.choices) if value}
        block: Block = {
            "id": f"m{index}", "type": "select", "name": shortened(plain(self.say(menu.label)), limits.BUTTON),
            "options": [], "integration": self._integration(sealed),
        }  # fmt: skip
        spent = weight(block)
        for value, label in reversed(lines.items()):
            line = {
                "text": shortened(plain(self.say(label)), limits.OPTION),
                "value": self.seals.option(sealed, value),
            }
            spent += weight(line) + 1
            if spent > room:
                break
            block["options"].append(line)
        return (block if block["options"] else {}), len(lines) - len(block["options"])

    def _integration(self, sealed: str) -> Block:
        return {"url": f"{self.url}{PATH}", "context": {CONTEXT: sealed}}
