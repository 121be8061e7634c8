"""Somebody at Mattermost: types, presses what they read, fills the dialog in front of them, drops files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.mattermost import calls, posts
from tests.mattermost.rest import add_file
from tests.mattermost.world import World


class Lost(AssertionError):
    """What is looked for is not on the screen."""


@dataclass
class Person:
    """One account of the world."""

    world: World
    id: str

    @classmethod
    def new(cls, world: World, name: str) -> Person:
        """A new account."""
        return cls(world, world.user(name)["id"])

    @property
    def direct(self) -> str:
        """Their conversation with the bot."""
        return str(self.world.direct(self.world.bot, self.id)["id"])

    async def command(self, text: str, channel: str = "") -> posts.Post | None:
        """« /atelier text »."""
        return await calls.command(self.world, self.id, channel or self.direct, text)

    def say(self, text: str, channel: str = "", root: str = "", files: dict[str, bytes] | None = None) -> posts.Post:
        """Write words, with files or without."""
        kinds = {"pdf": "application/pdf", "html": "text/html"}
        ids = [
            add_file(self.world, self.id, name, content, kinds.get(name.rpartition(".")[2], "image/png"))["id"]
            for name, content in (files or {}).items()
        ]
        given = {"channel_id": channel or self.direct, "message": text, "root_id": root, "file_ids": ids}
        return self.world.create(self.id, given)

    def screen(self, channel: str = "") -> list[posts.Post]:
        """Everything they see in a place, in order."""
        where = channel or self.direct
        held = [p for p in self.world.posts.values() if p["channel_id"] == where and not p["delete_at"]]
        return sorted(
            [*held, *(w for w in self.world.whispers[self.id] if w["channel_id"] == where)],
            key=lambda p: p["create_at"],
        )

    def read(self, channel: str = "") -> str:
        """Everything they read in a place."""
        return "\n".join(told(post) for post in self.screen(channel))

    async def press(self, label: str, channel: str = "") -> str:
        """Press the last button that reads `label`; the words whispered in answer. Raises Lost."""
        post, action = self._action(label, channel)
        return await calls.press(self.world, self.id, post, action["id"])

    async def choose(self, menu: str, line: str, channel: str = "") -> str:
        """Choose a line of the last menu of that name. Raises Lost."""
        post, action = self._action(menu, channel)
        value = next((o["value"] for o in action["options"] if o["text"] == line), None)
        if value is None:
            raise Lost(f"no line « {line} »")
        return await calls.press(self.world, self.id, post, action["id"], value)

    def _action(self, label: str, channel: str) -> tuple[posts.Post, dict[str, Any]]:
        for post in reversed(self.screen(channel)):
            for block in post["props"].get("attachments") or []:
                for action in block.get("actions", []):
                    if action["name"] == label:
                        return post, action
        raise Lost(f"no [{label}] in:\n{self.read(channel)}")

    @property
    def dialog(self) -> dict[str, Any]:
        """The dialog in front of them. Raises Lost."""
        if self.id not in self.world.dialogs:
            raise Lost(f"no dialog\n{self.read()}")
        found = self.world.dialogs[self.id]["dialog"]
        assert isinstance(found, dict)
        return found

    async def fill(self, **given: Any) -> dict[str, Any]:
        """Send the dialog, what is not given as it was shown, empty fields as null; what is wrong."""
        whole = {e["name"]: sent(e, given) for e in self.dialog["elements"]}
        assert set(given) <= {e["name"].partition(".")[0] for e in self.dialog["elements"]} | set(whole), sorted(whole)
        return await calls.submit(self.world, self.id, whole)


def sent(element: dict[str, Any], given: dict[str, Any]) -> Any:
    """What a client sends of a question: what is given, else what was shown; nothing is null."""
    name, _, value = element["name"].partition(".")
    if element["type"] == "bool":
        return value in given[name] if name in given else element["default"] == "true"
    return given.get(element["name"], element.get("default") or "") or None


def told(post: posts.Post) -> str:
    """A post as it is read."""
    lines = [post["message"]]
    for block in post["props"].get("attachments") or []:
        lines += [block["title"], block["text"], *(f"{f['title']} : {f['value']}" for f in block["fields"] or [])]
        lines += [f"[{action['name']}]" for action in block.get("actions", [])]
    return "\n".join(line for line in lines if line)
