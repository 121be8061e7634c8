"""Somebody at a Mattermost known by its address alone, ours or a real one: what a client does, by REST and the websocket.

Reading waits for the server's answer in this very thread; what makes the server call the bot does not.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import httpx

from tests.mattermost.person import Lost, sent

PAGE, PAGES = 200, 20
Post = dict[str, Any]


class Refused(Exception):
    """The server refused: its status, its error's id."""

    def __init__(self, answer: httpx.Response) -> None:
        told = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        super().__init__(f"{answer.status_code} {told.get('id', '')} {told.get('message', answer.text[:200])}")
        self.status = answer.status_code


@dataclass
class Visitor:
    """One account. `bot` is the bot's account; `team` is where « /atelier » is typed."""

    url: str
    token: str = field(repr=False)
    team: str = ""
    bot: str = ""
    id: str = ""
    name: str = ""
    whispers: list[Post] = field(default_factory=list)
    dialog: dict[str, Any] | None = None
    frames: int = 0
    """How many events came."""
    _http: httpx.Client = field(init=False, repr=False)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list, repr=False)
    _direct: str = ""

    def __post_init__(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        self._http = httpx.Client(base_url=f"{self.url}/api/v4", headers=headers, timeout=40)

    # Asking

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """One answer. Raises Refused."""
        self._http.cookies.clear()  # a session's cookie would win over the token
        answer = self._http.request(method, path, **more)
        if not answer.is_success:
            raise Refused(answer)
        return answer.json() if "json" in answer.headers.get("content-type", "") else answer.content

    async def act(self, method: str, path: str, **more: Any) -> Any:
        """The same in a thread: the server calls the bot before it answers. Raises Refused."""
        return await asyncio.to_thread(self.ask, method, path, **more)

    # Coming and going

    async def arrive(self) -> Visitor:
        """Learn who they are, and listen."""
        me = self.ask("GET", "/users/me")
        self.id, self.name = me["id"], me["username"]
        greeted = asyncio.Event()
        self._tasks.append(asyncio.create_task(self._listen(greeted)))
        await asyncio.wait_for(greeted.wait(), 20)
        return self

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._http.close()

    async def _listen(self, greeted: asyncio.Event) -> None:
        address = f"{self.url.replace('http', 'ws', 1)}/api/v4/websocket"
        headers = {"Authorization": f"Bearer {self.token}"}
        async with aiohttp.ClientSession() as http, http.ws_connect(address, headers=headers) as socket:
            async for frame in socket:
                event = json.loads(frame.data)
                self.frames += 1
                match event.get("event"):
                    case "hello":
                        greeted.set()
                    case "ephemeral_message":
                        self.whispers.append(json.loads(event["data"]["post"]))
                    case "open_dialog":
                        self.dialog = json.loads(event["data"]["dialog"])

    # Doing

    @property
    def direct(self) -> str:
        """Their conversation with the bot."""
        if not self._direct:
            self._direct = self.ask("POST", "/channels/direct", json=[self.id, self.bot])["id"]
        return self._direct

    async def command(self, text: str, channel: str = "") -> Any:
        """« /atelier text »: what the server answers. Raises Refused."""
        body = {"channel_id": channel or self.direct, "team_id": self.team, "command": f"/atelier {text}".rstrip()}
        return await self.act("POST", "/commands/execute", json=body)

    def say(self, text: str, channel: str = "", root: str = "", files: Mapping[str, bytes] | None = None) -> Post:
        """Write words, with files or without. Raises Refused."""
        where = channel or self.direct
        ids = [self._uploaded(where, name, content) for name, content in (files or {}).items()]
        body = {"channel_id": where, "message": text, "root_id": root, "file_ids": ids}
        made: Post = self.ask("POST", "/posts", json=body)
        return made

    def _uploaded(self, where: str, name: str, content: bytes) -> str:
        sent = self.ask("POST", "/files", data={"channel_id": where}, files={"files": (name, content)})
        return str(sent["file_infos"][0]["id"])

    async def press_on(self, post: Post, action: Mapping[str, Any], option: str | None = None) -> None:
        """Press a button, or choose a line. Raises Refused."""
        body = {**({"selected_option": option} if option is not None else {}), "cookie": action.get("cookie", "")}
        await self.act("POST", f"/posts/{post['id']}/actions/{action['id']}", json=body)

    async def press(self, label: str, channel: str = "") -> None:
        """Press the last button that reads `label`. Raises Lost."""
        for post in reversed(self.screen(channel)):
            for block in post["props"].get("attachments") or []:
                for action in block.get("actions") or []:
                    if action["name"] == label:
                        return await self.press_on(post, action)
        raise Lost(f"no [{label}]")

    async def fill(self, **given: Any) -> dict[str, Any]:
        """Send the dialog, what is not given as it was shown; what is wrong, or nothing and it is closed. Raises Lost."""
        opened = self.dialog
        if opened is None:
            raise Lost(f"no dialog for {self.name}")
        dialog = opened["dialog"]
        body = {
            "url": opened["url"], "callback_id": dialog["callback_id"], "state": dialog["state"], "user_id": self.id,
            "channel_id": self.direct, "team_id": self.team, "submission": {e["name"]: sent(e, given) for e in dialog["elements"]},
        }  # fmt: skip
        told: dict[str, Any] = await self.act("POST", "/actions/dialogs/submit", json=body)
        names = {element["name"] for element in dialog["elements"]}
        if not told.get("error") and not names & set(told.get("errors") or {}) and self.dialog is opened:
            self.dialog = None
        return told

    # Reading

    def screen(self, channel: str = "") -> list[Post]:
        """Everything they see in a place, in order."""
        where = channel or self.direct
        held: list[Post] = []
        for page in range(PAGES):
            listed = self.ask("GET", f"/channels/{where}/posts", params={"page": page, "per_page": PAGE})
            held += [listed["posts"][id_] for id_ in listed["order"]]
            if len(listed["order"]) < PAGE:
                break
        return sorted(
            [*held, *(w for w in self.whispers if w["channel_id"] == where)], key=lambda post: post["create_at"]
        )

    def read(self, channel: str = "") -> str:
        """Every message of a place."""
        return "\n".join(post["message"] for post in self.screen(channel))

    async def until(self, there: Any, what: str, patience: float = 20) -> Any:
        """Look again and again. Raises Lost."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while not (found := there()):  # noqa: ASYNC110 - looked at from outside
                    await asyncio.sleep(0.05)
                return found
        raise Lost(f"{self.name}: {what} never came")
