"""What somebody reads on a Mattermost: posts, windows, mentions. The same on the imitation and on a server known by its address."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from bot.mattermost.app import MattermostRoom
from bot.mattermost.marks import JOINER
from bot.mattermost.platform import Mattermost
from bot.sandbox.people import Somebody
from tests.conformance.stage import Ear, Field, Read, Scripted, Stage, Window

Post = dict[str, Any]
WAYS = {"text": "ligne", "textarea": "zone de texte", "select": "menu", "bool": "cases à cocher"}
MENTION = re.compile(rf"(?<![A-Za-z0-9])@(?!{JOINER})[A-Za-z]\w*")
ESCAPE = re.compile(r"\\([\\`*_~|\[\]#>+.=-])")


class Account(Protocol):
    """Somebody there: who they are, where the bot writes to them, what they see of a place."""

    id: str

    @property
    def direct(self) -> str:
        """Their conversation with the bot."""
        ...

    def screen(self, channel: str = "") -> list[Post]:
        """Everything they see in a place, in order."""
        ...


Whose = TypeVar("Whose", bound=Account)


@dataclass(kw_only=True)
class MattermostReading(Stage, Generic[Whose]):
    """The room, the accounts, and what is read there: what either stage does the same."""

    room: MattermostRoom
    ear: Ear
    desk: Scripted
    review: str
    people: dict[str, Whose] = field(default_factory=dict)
    typed: dict[str, dict[str, Any]] = field(default_factory=dict)
    wrong: dict[str, dict[str, Any]] = field(default_factory=dict)
    name: str = "mattermost"
    elsewhere: bool = True

    def __post_init__(self) -> None:
        self.platform: Mattermost = self.room.platform

    @abstractmethod
    def _files(self, post: Post) -> tuple[str, ...]:
        """The names of the files of a post."""

    @abstractmethod
    def _opened(self, who: Somebody) -> dict[str, Any] | None:
        """The dialog in front of somebody, as the bot opened it."""

    def account(self, who: Somebody) -> str:
        return self.people[who.account].id

    def home(self, who: Somebody) -> str:
        return self.people[who.account].direct

    def mentions(self, read: Read) -> list[str]:
        return MENTION.findall(read.text)

    def window(self, who: Somebody) -> Window | None:
        opened = self._opened(who)
        if opened is None:
            return None
        dialog, wrong = opened["dialog"], self.wrong.get(who.account, {})
        names = dict.fromkeys(e["name"].partition(".")[0] for e in dialog["elements"])
        typed = self.typed.get(who.account, {})
        fields = {n: field_of(n, dialog["elements"], typed, wrong.get("errors") or {}) for n in names}
        return Window(
            dialog["title"], dialog["introduction_text"], fields, dialog["submit_label"], wrong.get("error", "")
        )

    def _screen(self, who: Somebody, place: str) -> list[Read]:
        return [self._read(post, who) for post in self.people[who.account].screen(place)]

    def _read(self, post: Post, who: Somebody) -> Read:
        blocks = post["props"].get("attachments") or []
        lines = [post["message"]]
        for block in blocks:
            told = (f"{f['title']} : {f['value']}" for f in block.get("fields") or [])
            lines += [block.get("title", ""), block.get("text", ""), *told]
        actions = [a for block in blocks for a in block.get("actions") or []]
        menus = {a["name"]: tuple(o["text"] for o in a["options"]) for a in actions if a["type"] == "select"}
        text = ESCAPE.sub(r"\1", "\n".join(filter(None, lines))).replace("**", "")
        buttons = tuple(a["name"] for a in actions if a["type"] == "button")
        mine = post["user_id"] == self.account(who) and post["type"] != "system_ephemeral"
        return Read(post["id"], text, buttons, menus, self._files(post), post["root_id"], mine, post)

    async def _drop(self, who: Somebody, files: Mapping[str, bytes], text: str, place: str, thread: str) -> None:
        await self._say(who, text, place, thread, files)


def action_of(post: Post, label: str) -> dict[str, Any]:
    """The first button or menu of that name."""
    blocks = post["props"].get("attachments") or []
    return next(a for b in blocks for a in b.get("actions") or [] if a["name"] == label)


def option_of(action: Mapping[str, Any], line: str) -> str:
    """What the first line of a menu that reads so stands for."""
    return next(str(option["value"]) for option in action["options"] if option["text"] == line)


def field_of(name: str, elements: list[dict[str, Any]], typed: Mapping[str, Any], errors: Mapping[str, str]) -> Field:
    """A question in a window, as it is read there."""
    mine = [e for e in elements if e["name"].partition(".")[0] == name]
    first = mine[0]
    text = " ".join(filter(None, (first["display_name"], first["help_text"])))
    problem = " ".join(errors[e["name"]] for e in mine if e["name"] in errors)
    if first["type"] == "bool":
        ticked = tuple(e["name"].partition(".")[2] for e in mine if e["default"] == "true")
        lines = {e["name"].partition(".")[2]: e["placeholder"] for e in mine}
        return Field(WAYS["bool"], text, typed.get(name, ticked), lines, problem)
    lines = {o["value"]: o["text"] for o in first.get("options") or []}
    way = "date écrite" if first.get("placeholder") else WAYS[first["type"]]
    return Field(way, text, typed.get(name, first["default"]), lines, problem)
