"""The adapter against npm `emulate`: a stateful Slack Web API that nobody here wrote, with real signed events.

It has no clicks, commands or windows sent: a signed client of ours plays the person (tests/slack/person.py).
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette

from bot.slack import files
from bot.slack.app import Config, SlackRoom
from bot.slack.link import Link
from bot.slack.reading import action_spot
from bot.slack.windows import window
from chat.cards import Address, Button, Card, File, Message
from chat.platform import Undeliverable, Undelivered
from chat.talk import Answer, AnyEvent, Ask, Attached, Filled, Said, Say, Show
from chat.text import raw, tr
from tests.slack import words
from tests.slack.emulator import emulating
from tests.slack.person import SECRET, Person
from tests.slack.samples import pressed, sample
from tests.test_slack_app import FORM
from tests.test_slack_drawing import OPEN


@dataclass
class Town:
    """The bot on a real port, emulate beside it, and Anne, who has her own token."""

    room: SlackRoom
    anne: AsyncWebClient
    hers: Link
    me: str
    revue: str
    events: list[AnyEvent] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    async def receive(self, event: AnyEvent) -> Answer:
        self.events.append(event)
        return self.answers.pop(0) if self.answers else Answer()

    def place(self, id_: str) -> Address:
        return Address(platform="slack", id=id_)

    async def history(self, channel: str) -> list[dict[str, Any]]:
        found = await self.anne.api_call("conversations.history", data={"channel": channel})
        return list(found["messages"])

    async def trigger(self) -> str:
        made = await self.anne.api_call("views.generateTriggerId", data={"user_id": self.me})
        return str(made["trigger_id"])

    async def until(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.events) < count:  # noqa: ASYNC110 - another process writes
                await asyncio.sleep(0.01)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    port = _free_port()
    async with emulating(f"http://127.0.0.1:{port}/slack/events", SECRET) as url:

        async def content(_id: str) -> bytes:
            return b"%PDF-1.7"

        config = Config(token="xoxb-atelier", signing_secret=SECRET, api_url=f"{url}/api/")
        room = SlackRoom(config, secret=b"a secret of the tests", languages=words.LANGUAGES, fetch=content)
        anne = AsyncWebClient(token="xoxp-anne", base_url=f"{url}/api/")
        me = (await anne.api_call("auth.test"))["user_id"]
        channels = (await anne.api_call("conversations.list", data={}))["channels"]
        hers = Link("xoxp-anne", f"{url}/api/")
        town = Town(room, anne, hers, me, next(c["id"] for c in channels if c["name"] == "revue-ad1"))
        room.attach(town.receive)
        await room.start()
        server = uvicorn.Server(
            uvicorn.Config(Starlette(routes=room.routes), port=port, log_level="critical", lifespan="off")
        )
        task = asyncio.create_task(server.serve())
        yield town
        server.should_exit = True
        await task
        await hers.close()
        await room.close()


CARD = Message(
    text=tr("Une demande"),
    card=Card(title=raw("Bar-le-Duc <!channel>"), buttons=(Button(label=tr("Valider la demande"), token=OPEN),)),
)


async def test_a_card_is_posted_found_and_edited(town: Town):
    platform, revue = town.room.platform, town.place(town.revue)
    post = await platform.post(revue, CARD, "o1", "", "fr")
    reply = await platform.post(revue, Message(text=raw("Une réponse")), "o2", post, "fr")
    platform._posted.clear()
    assert await platform.find(revue, "o1", "") == post
    assert await platform.find(revue, "o2", post) == reply
    assert await platform.find(revue, "o3", "") is None
    await platform.edit(revue, post, Message(text=raw("Validée")), "fr")
    [card] = [m for m in await town.history(town.revue) if m["ts"] == post]
    assert (card["text"], len(card["blocks"])) == ("Validée", 1)
    platform._posted.clear()
    assert await platform.find(revue, "o1", "") == post


async def test_a_direct_conversation(town: Town):
    platform = town.room.platform
    post = await platform.post(town.place(f"dm:{town.me}"), CARD, "o1", "", "fr")
    channel = await platform.channel(f"dm:{town.me}")
    assert [m["ts"] for m in await town.history(channel)] == [post]


async def test_places_and_people_that_are_not_there(town: Town):
    platform = town.room.platform
    with pytest.raises(Undeliverable):
        await platform.post(town.place("dm:U404"), CARD, "o1", "", "fr")
    with pytest.raises(Undelivered, match="channel_not_found"):  # it may be private, and the bot taken out of it
        await platform.post(town.place("C404"), CARD, "o1", "", "fr")


async def test_a_file_goes_out_and_one_comes_in(town: Town):
    file = File(id="f1", name="note.pdf", mime="application/pdf", size=8)
    await town.room.platform.post(town.place(town.revue), Message(text=raw("La note"), files=(file,)), "o1", "", "fr")
    shared = [f["name"] for m in await town.history(town.revue) for f in m.get("files", ())]
    assert shared == ["note.pdf"]
    channel = await town.room.platform.channel(f"dm:{town.me}")
    await files.share(town.hers, "courrier.txt", b"contents", (channel, ""))
    await town.until(1)
    [event] = town.events
    assert isinstance(event, Attached)
    assert [(f.name, f.content) for f in event.files] == [("courrier.txt", b"contents")]
    assert event.place.id == f"dm:{town.me}"


async def test_real_signed_events(town: Town):
    channel = await town.room.platform.channel(f"dm:{town.me}")
    root = await town.room.platform.post(town.place(town.revue), CARD, "o1", "", "fr")
    await town.anne.api_call("chat.postMessage", data={"channel": town.revue, "text": "hors du fil"})
    await town.anne.api_call("chat.postMessage", data={"channel": town.revue, "text": "Vu &amp; lu", "thread_ts": root})
    await town.anne.api_call("chat.postMessage", data={"channel": channel, "text": "aide"})
    await town.until(3)
    outside, thread, direct = town.events
    assert isinstance(outside, Said)
    assert (outside.text, outside.thread, outside.place.id) == ("hors du fil", "", town.revue)
    assert isinstance(thread, Said)
    assert isinstance(direct, Said)
    assert (thread.text, thread.thread, thread.place.id) == ("Vu & lu", root, town.revue)
    assert (direct.text, direct.place.id, direct.direct) == ("aide", f"dm:{town.me}", True)


async def test_a_button_opens_a_window_whose_answer_replaces_the_card(town: Town):
    person, platform = Person(town.room), town.room.platform
    post = await platform.post(town.place(town.revue), CARD, "o1", "", "fr")
    value = (await town.history(town.revue))[0]["blocks"][-1]["elements"][0]["value"]
    town.answers.append(Answer(replies=(Ask(form=FORM),)))
    where = {"channel": {"id": town.revue}, "user": {"id": town.me}, "trigger_id": await town.trigger()}
    click = pressed(value, **where, container={"type": "message", "message_ts": post, "channel_id": town.revue})
    await person.interact(click)
    view = window(FORM, platform.drawing.pen("fr"), action_spot(click).kept())
    with pytest.raises(Undeliverable, match="trigger"):  # ours was taken: the window is open
        await town.room.link.call("views.open", trigger_id=click["trigger_id"], view=view)
    town.answers.append(Answer(replies=(Show(message=Message(text=raw("Validée"))),)))
    sent = sample("real_view_submission_modal") | {"user": {"id": town.me}}
    values = {"q.avis": {"answer": {"type": "plain_text_input", "value": "Oui"}}}
    response = await person.interact(sent | {"view": view | {"id": "V1", "hash": "h", "state": {"values": values}}})
    assert (response.status_code, response.text) == (200, "")
    filled = town.events[-1]
    assert isinstance(filled, Filled)
    assert (filled.token, filled.given) == (OPEN, {"avis": "Oui"})
    assert (await town.history(town.revue))[0]["text"] == "Validée"


async def test_a_trigger_serves_once(town: Town):
    person = Person(town.room)
    trigger = await town.trigger()
    town.answers.extend([Answer(replies=(Ask(form=FORM),))] * 2)
    drawing = town.room.platform.drawing
    for number in range(2):
        click = pressed(drawing.seals.button(OPEN, drawing.now()), channel={"id": town.revue}, user={"id": town.me})
        click["actions"][0]["action_ts"] = str(number)
        click["response_url"] = ""
        await person.interact(click | {"trigger_id": trigger})
    assert len(town.events) == 2


async def test_the_home_is_published(town: Town):
    town.answers.append(Answer(replies=(Say(message=CARD),)))
    payload = sample("shape_event_app_home_opened") | {"event_id": "Ev1", "type": "event_callback"}
    payload["event"] |= {"user": town.me, "tab": "home"}
    assert (await Person(town.room).event(payload)).status_code == 200
