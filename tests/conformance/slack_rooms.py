"""The workspace of the tests, with what an atelier needs besides: private channels, files shared, what one person alone is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.slack.workspace import BOT, FIRST, Refused, Workspace


@dataclass
class Rooms(Workspace):
    """The workspace, with what an atelier needs besides: private channels, files shared, what one person alone is shown."""

    rooms: dict[str, str] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    shared: dict[str, bytes] = field(default_factory=dict)
    alts: dict[str, str] = field(default_factory=dict)
    hooks: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Each response_url: whose, where, and the message pressed when it was that person's alone."""
    alone: list[dict[str, Any]] = field(default_factory=list)

    def stamp(self) -> str:
        """A new ts."""
        self.number += 1
        return f"{FIRST}.{self.number:06d}"

    def whisper(self, user: str, channel: str, told: Mapping[str, Any], thread: str = "") -> None:
        """Shown to one person."""
        kept = {"user": user, "channel": channel, "ts": self.stamp(), "thread_ts": thread, "alone": True}
        self.alone.append({**kept, "text": told.get("text", ""), "blocks": told.get("blocks", [])})

    def _usual(self, method: str, form: dict[str, Any]) -> dict[str, Any]:
        match method:
            case "conversations.create" if form["name"] in self.rooms:
                raise Refused("name_taken")
            case "conversations.create":
                id_ = f"G{len(self.rooms) + 1}"
                self.rooms[form["name"]], self.members[id_] = id_, set()
                return {"channel": {"id": id_}}
            case "conversations.list":
                return {"channels": [{"id": id_, "name": name, "creator": BOT} for name, id_ in self.rooms.items()]}
            case "conversations.members":
                return {"members": sorted(self.members.get(form["channel"], ()))}
            case "conversations.invite":
                self.members[form["channel"]].add(form["users"])
            case "conversations.kick":
                self.members[form["channel"]].discard(form["user"])
            case "chat.postEphemeral":
                self.whisper(form["user"], form["channel"], form, form.get("thread_ts", ""))
            case "files.getUploadURLExternal":
                self.alts[form["filename"]] = form.get("alt_txt", "")
                return {"upload_url": f"{self.url}/upload?name={form['filename']}", "file_id": form["filename"]}
            case "files.completeUploadExternal":
                files = [{"name": f["title"], "alt_txt": self.alts[f["id"]]} for f in form["files"]]
                self.channels[form["channel_id"]].append(
                    {"user": "UBOT", "bot_id": "B1", "ts": self.stamp(), "files": files}
                )
            case _:
                return super()._usual(method, form)
        return {}

    async def upload(self, request: web.Request) -> web.StreamResponse:
        self.shared[request.query["name"]] = await request.read()
        return web.Response(text="OK")

    async def hooked(self, request: web.Request) -> web.StreamResponse:
        answer = await super().hooked(request)
        if isinstance(answer, web.Response) and answer.status == 200:
            told = self.told[request.match_info["name"]][-1]
            user, channel, over = self.hooks[request.match_info["name"]]
            if told.get("replace_original") and over:
                held = next(m for m in self.alone if m["ts"] == over)
                held |= {"text": told["text"], "blocks": told["blocks"]}
            else:
                self.whisper(user, channel, told)
        return answer
