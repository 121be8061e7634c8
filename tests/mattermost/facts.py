"""What the tests of the facts share: a post of ours, a call that the server would make, what was kept of a refusal."""

import json
from typing import Any

import httpx

from chat.cards import Address, Message
from chat.talk import Turned
from tests.mattermost.captured import body
from tests.mattermost.stage import Stage
from tests.mattermost.world import new_id

REFUSED = "Ce bouton n'est pas reconnu"


async def content(id_: str) -> bytes | None:
    """The bytes of the one file that there is."""
    return b"contents" if id_ == "f1" else None


def place(stage: Stage) -> Address:
    """The channel where the bot and two people are."""
    return Address(platform="mattermost", id=stage.channel)


async def posted(stage: Stage, message: Message) -> str:
    """Posted there by the bot; its id."""
    return await stage.room.platform.post(place(stage), message, new_id(), "", "fr")


async def sent(stage: Stage, path: str, payload: Any, **headers: str) -> httpx.Response:
    """Sent to the bot as the server, or anybody, sends it."""
    content = payload if isinstance(payload, str) else json.dumps(payload)
    async with httpx.AsyncClient() as http:
        return await http.post(f"{stage.world.bot_url}/mattermost/{path}", content=content, headers=headers)


def action(stage: Stage, context: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A recorded press, by Anne, with this context."""
    return (
        dict(body("action_request_button"))
        | {"user_id": stage.anne.id, "channel_id": stage.channel, "context": context}
        | more
    )


def turned(stage: Stage) -> list[tuple[str, str, str]]:
    """What the desk was given for the journal, and nothing else: who, what, why."""
    assert all(isinstance(event, Turned) for event in stage.desk.events), stage.desk.events
    return [(e.sender.id, e.what, e.why) for e in stage.desk.events if isinstance(e, Turned)]
