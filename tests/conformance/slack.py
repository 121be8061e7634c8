"""The stage of Slack: requests signed as Slack's go in by HTTP, what the bot posts is read in a workspace that remembers."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.people import Somebody
from bot.slack.app import Config, SlackRoom
from bot.slack.platform import Slack
from bot.slack.teams import HERE, Seat
from bot.slack.windows import CALLBACK
from chat.language import Languages
from chat.talk import Given
from tests.conformance.slack_reading import (
    answer_of,
    blocks_of,
    button_of,
    options_of,
    read_message,
    texts_of,
    window_of,
)
from tests.conformance.slack_rooms import Rooms
from tests.conformance.stage import Ear, Lost, Read, Scripted, Stage, Turned, Window
from tests.slack.blockkit import check_message, check_view
from tests.slack.person import SECRET, Person
from tests.slack.samples import sample
from tests.slack.workspace import TOKEN, _served

KEY = b"a secret of the tests"
MENTION = re.compile(r"<[!@#][^>]*>")


@dataclass
class SlackStage(Stage):
    """The room, its workspace, and whoever writes to it."""

    slack: Rooms
    room: SlackRoom
    ear: Ear
    desk: Scripted
    name: str = "slack"
    review: str = "CREV"
    typed: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: dict[str, dict[str, str]] = field(default_factory=dict)
    _count: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _last: Callable[[], Awaitable[Any]] | None = None

    def __post_init__(self) -> None:
        self.platform: Slack = self.room.platform
        self.person = Person(self.room)

    def account(self, who: Somebody) -> str:
        return f"U{who.account.upper().replace('-', '')}"

    def home(self, who: Somebody) -> str:
        return f"D{self.account(who)}"

    def outage(self, kind: str) -> None:
        self.slack.outage = kind

    async def again(self) -> None:
        assert self._last is not None
        await self._last()

    async def forged(self, who: Somebody, read: Read, label: str) -> None:
        button = button_of(read, label)
        text, _, signature = button["value"].partition(".")
        flipped = "A" if text[5] != "A" else "B"
        before = len(self.ear.acted)
        value = f"{text[:5]}{flipped}{text[6:]}.{signature}"
        await self._pressed(who, read, {"type": "button", "action_id": button["action_id"], "value": value})
        if len(self.ear.acted) == before:
            raise Turned("the seal does not hold")

    async def unopened(self, who: Somebody) -> None:
        number = next(self._count)
        payload = sample("real_view_submission_modal") | {
            "user": {"id": self.account(who)},
            "trigger_id": f"x.{number}",
        }
        payload["view"] |= {"callback_id": CALLBACK, "private_metadata": "e30.e30"}
        before = len(self.ear.acted)
        await self._do(lambda: self.person.interact(payload))
        if len(self.ear.acted) == before:
            raise Turned("never opened by the bot")

    async def intruder(self, who: Somebody) -> None:
        payload = sample("real_slash_command") | {"command": "/atelier", "user_id": self.account(who), "text": ""}
        answer = await Person(self.room, secret="another secret").command(payload)
        late = await self.person.command(payload, age=600)
        if {answer.status_code, late.status_code} == {401}:
            raise Turned("not signed by Slack, or long ago")

    def mentions(self, read: Read) -> list[str]:
        found = [t["text"] for t in texts_of(read.inner) if t["type"] == "mrkdwn"]
        assert isinstance(read.inner, dict)
        return MENTION.findall("\n".join([*found, read.inner["text"]]))

    async def downloaded(self, who: Somebody, name: str) -> bytes:
        if name not in self.slack.shared or not any(name in r.files for r in self.screen(who)):
            raise Lost(name)
        return self.slack.shared[name]

    def _screen(self, who: Somebody, place: str) -> list[Read]:
        mine = [m for m in self.slack.alone if m["user"] == self.account(who) and m["channel"] == place]
        return [
            read_message(m, self.account(who)) for m in sorted([*self.slack.posts(place), *mine], key=lambda m: m["ts"])
        ]

    @property
    def nowhere(self) -> str:
        return "1790000000.999999"

    def members(self, place: str) -> set[str]:
        return self.slack.members[place]

    def mention(self, who: Somebody) -> tuple[str, str]:
        return f"<@{self.account(who)}>", f"@{self.account(who)}"

    def window(self, who: Somebody) -> Window | None:
        view = self.slack.views.get(self.account(who))
        return (
            window_of(view, self.typed.get(self.account(who), {}), self.errors.get(self.account(who), {}))
            if view
            else None
        )

    # What Slack sends

    def _trigger(self, who: Somebody, where: str, over: str = "") -> dict[str, str]:
        number = next(self._count)
        name = f"h{number}"
        self.slack.hooks[name] = (self.account(who), where, over)
        return {"trigger_id": f"{self.account(who)}.{number}", "response_url": f"{self.slack.url}/hook/{name}"}

    async def _do(self, deed: Callable[[], Awaitable[Any]]) -> Any:
        self._last = deed
        answer = await deed()
        while answer.status_code == 503:  # what is not kept is sent again, as Slack does
            answer = await deed()
        assert answer.status_code == 200, answer.text
        return answer

    async def _command(self, who: Somebody, text: str, place: str) -> None:
        payload = sample("real_slash_command") | {"command": "/atelier", "user_id": self.account(who), "text": text}
        payload |= {"channel_id": place, **self._trigger(who, place)}
        answer = await self._do(lambda: self.person.command(payload))
        if answer.text:
            told = answer.json()
            check_message(told["text"], told["blocks"])
            self.slack.whisper(self.account(who), place, told)

    async def _say(self, who: Somebody, text: str, place: str, thread: str, files: Any = ()) -> None:
        ts = self.slack.stamp()
        kept = {"user": self.account(who), "ts": ts, "text": text, **({"thread_ts": thread} if thread else {})}
        self.slack.channels[place].append({"type": "message", **kept, "files": [{"name": f["name"]} for f in files]})
        payload = sample("real_event_message_file_share" if files else "real_event_message_in_channel")
        kind = "im" if place.startswith("D") else "group"
        payload["event"] |= {
            **kept,
            "event_ts": ts,
            "channel": place,
            "channel_type": kind,
            **({"files": list(files)} if files else {}),
        }
        payload["event_id"] = f"Ev{ts}"
        await self._do(lambda: self.person.event(payload))

    async def _correct(self, who: Somebody, text: str, place: str) -> None:
        held = next(m for m in reversed(self.slack.channels[place]) if m.get("user") == self.account(who))
        payload = sample("real_event_message_changed")
        payload["event"] |= {"channel": place, "previous_message": {"text": held["text"], "ts": held["ts"]}}
        held["text"] = text
        payload["event"]["message"] |= {
            "user": held["user"],
            "ts": held["ts"],
            "text": text,
            "edited": {"ts": f"{held['ts']}1"},
        }
        await self._do(lambda: self.person.event(payload))

    async def _unsay(self, who: Somebody, place: str) -> None:
        held = next(m for m in reversed(self.slack.channels[place]) if m.get("user") == self.account(who))
        self.slack.channels[place].remove(held)
        payload = sample("real_event_message_deleted")
        payload["event"] |= {"channel": place, "previous_message": held, "deleted_ts": held["ts"]}
        await self._do(lambda: self.person.event(payload))

    async def _drop(self, who: Somebody, files: Mapping[str, bytes], text: str, place: str, thread: str) -> None:
        told = []
        for name, content in files.items():
            key = f"{next(self._count)}.pdf"
            self.slack.files[key] = content
            told.append({"id": f"F{key}", "name": name, "mimetype": "application/pdf", "mode": "hosted", "size": len(content),
                         "url_private": f"{self.slack.url}/files/{key}"})  # fmt: skip
        await self._say(who, text, place, thread, told)

    async def _press(self, who: Somebody, read: Read, label: str) -> None:
        button = button_of(read, label)
        await self._pressed(who, read, {"type": "button", "value": button["value"], "action_id": button["action_id"]})

    async def _choose(self, who: Somebody, read: Read, menu: str, line: str) -> None:
        block = next(b for b in blocks_of(read) if "accessory" in b and b["text"]["text"] == menu)
        chosen = next(o for o in options_of(block["accessory"]) if o["text"]["text"] == line)
        select = block["accessory"]
        await self._pressed(
            who, read, {"type": "static_select", "action_id": select["action_id"], "selected_option": chosen}
        )

    async def _pressed(self, who: Somebody, read: Read, action: dict[str, Any]) -> None:
        assert isinstance(read.inner, dict)
        held, where = read.inner, self._found(read)
        alone = bool(held.get("alone"))
        payload = sample("real_block_actions_in_message") | {
            "user": {"id": self.account(who)}, "channel": {"id": where}, "message": {"ts": read.id, "thread_ts": read.thread},
            "container": {"type": "message", "message_ts": read.id, "channel_id": where, "is_ephemeral": alone},
            "actions": [{**action, "action_ts": f"{next(self._count)}.0"}], **self._trigger(who, where, read.id if alone else ""),
        }  # fmt: skip
        await self._do(lambda: self.person.interact(payload))

    def _found(self, read: Read) -> str:
        assert isinstance(read.inner, dict)
        return read.inner.get("channel") or next(
            c for c, ms in self.slack.channels.items() if any(m is read.inner for m in ms)
        )

    async def _fill(self, who: Somebody, given: Given) -> None:
        account, view = self.account(who), self.slack.views[self.account(who)]
        typed = self.typed.get(account, {}) | given
        values = {b["block_id"]: {"answer": answer_of(b, typed)} for b in view["blocks"] if b["type"] == "input"}
        number = next(self._count)
        payload = sample("real_view_submission_modal") | {"user": {"id": account}, "trigger_id": f"{account}.{number}"}
        payload["view"] = payload["view"] | view | {"state": {"values": values}, "hash": f"{number}.x"}
        answer = await self._do(lambda: self.person.interact(payload))
        told = answer.json() if answer.text else {}
        self.typed[account], self.errors[account] = dict(typed), told.get("errors", {})
        if told.get("response_action") == "update":
            self.slack.views[account], self.typed[account] = told["view"], {}
            check_view(told["view"])
        elif not told and self.slack.views.get(account) is view:
            del self.slack.views[account]

    async def _quiet(self) -> None:
        await self.room.hub.tasks.drain()


@asynccontextmanager
async def staged(
    desk: Scripted, ear: Ear, languages: Languages, clock: Any, fetch: Any, *, seat: Seat = HERE
) -> AsyncIterator[SlackStage]:
    """A workspace served on this computer, and the room that it calls; `seat` is one installed by invitation."""
    slack = Rooms()
    runner = await _served(slack)
    room = SlackRoom(
        Config(token=TOKEN, signing_secret=SECRET, api_url=f"{slack.url}/api/"),
        secret=KEY,
        languages=languages,
        fetch=fetch,
        seat=seat,
    )
    room.attach(ear.receive)
    await room.start()
    try:
        yield SlackStage(slack, room, ear, desk, name=seat.platform)
    finally:
        slack.outage = ""
        await room.close()
        await runner.cleanup()
