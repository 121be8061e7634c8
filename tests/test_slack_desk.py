"""The whole bot on Slack: a real desk and outbox behind, our fake Slack in front, payloads signed as Slack's."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from atelier.dossier import Holding
from atelier.dossier import Person as Known
from atelier.territories import Territories
from atelier.words import PersonId, Role
from bot import memory
from bot.app import Application, compose
from bot.clock import SystemClock
from bot.slack.app import Config, SlackRoom
from chat.cards import Address
from chat.language import load
from tests.slack.blockkit import check_message, check_view
from tests.slack.person import SECRET, Person
from tests.slack.samples import event, pressed, sample
from tests.slack.server import FakeSlack, serving

KEY = b"a secret of the tests"
TERRITORIES = Territories.load()
ADMIN = Known(
    id=PersonId("admin"), name="Nora Petit", title="administratrice", service="Bureau AD1",
    holdings=(Holding(role=Role.ADMIN, scope=""),), departement="75", noticed=True,
)  # fmt: skip


@dataclass
class Town:
    """The bot, Slack, and whoever writes to it."""

    app: Application
    slack: FakeSlack
    person: Person

    async def command(self, user: str, text: str) -> dict[str, Any]:
        """« /atelier … », and its answer."""
        trigger = f"{user}.{len(self.slack.asked)}.{text}"
        payload = sample("real_slash_command") | {"command": "/atelier", "user_id": user, "text": text}
        response = await self.person.command(payload | {"channel_id": f"D{user}", "trigger_id": trigger})
        await self.person.room.hub.tasks.drain()
        told = response.json()
        check_message(told["text"], told["blocks"])
        return dict(told)

    async def press(self, user: str, blocks: list[dict[str, Any]], index: int = 0) -> None:
        """A button of the last row, in the direct conversation."""
        value = blocks[-1]["elements"][index]["value"]
        click = pressed(value, user={"id": user}, channel={"id": f"D{user}"}, trigger_id=f"t{len(self.slack.asked)}")
        await self.person.interact(click)

    def told(self, channel: str) -> list[dict[str, Any]]:
        """What was posted in a conversation."""
        return [a for a in self.slack.of("chat.postMessage") if a["channel"] == channel]


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    database = f"sqlite:///{tmp_path}/a.db"
    memory.moved(database)
    async with serving(FakeSlack()) as slack:
        config = Config(token="xoxb-1", signing_secret=SECRET, api_url=f"{slack.url}/api/")
        room = SlackRoom(config, secret=KEY, languages=load())
        app = compose(
            writer=memory.opened(database, KEY), review=Address(platform="slack", id="CREV"), clock=SystemClock(),
            platforms={"slack": room.platform}, territories=TERRITORIES, languages=load(),
        )  # fmt: skip
        room.attach(app.receive)
        app.writer.call(lambda unit: unit.people.add(ADMIN, (Address(platform="slack", id="UNORA"),)))
        yield Town(app, slack, Person(room))
        await room.close()
        app.close()


def _answers(view: dict[str, Any], **given: str) -> dict[str, Any]:
    check_view(view)
    values = {f"q.{name}": {"answer": {"type": "plain_text_input", "value": text}} for name, text in given.items()}
    values["q.role"] = {"answer": {"type": "static_select", "selected_option": {"value": "SVC"}}}
    payload = sample("real_view_submission_modal")
    payload["view"] = payload["view"] | view | {"state": {"values": values}}
    return payload


ANNE = {"nom": "Anne Martin", "fonction": "chargée de mission", "service": "DDT de la Meuse", "departement": "55"}


async def test_from_a_stranger_s_first_word_to_their_home(town: Town):
    asked = await town.command("W111", "")
    await town.press("W111", asked["blocks"])
    [opened] = town.slack.of("views.open")
    wrong = await town.person.interact(_answers(opened["view"], **ANNE | {"departement": "99"}))
    assert set(wrong.json()["errors"]) == {"q.departement"}
    sent = _answers(opened["view"], **ANNE) | {"trigger_id": "again"}
    assert (await town.person.interact(sent)).text == ""
    await town.app.carry()
    [request] = town.told("DUNORA")
    check_message(request["text"], request["blocks"])
    await town.press("UNORA", request["blocks"])
    await town.app.carry()
    assert town.told("DW111")[-1]["text"].startswith("Votre accès est ouvert")
    home = await town.command("W111", "")
    assert "À faire maintenant" in home["text"]


async def test_the_same_message_twice_is_answered_once(town: Town):
    payload = event(user="UNORA", channel="DUNORA", text="aide")
    for number in range(3):
        assert (await town.person.event(payload, **{"x-slack-retry-num": str(number)})).status_code == 200
    await town.app.carry()
    assert len(town.told("DUNORA")) == 1


async def test_the_outbox_recognises_its_own_post(town: Town):
    await town.person.event(event(user="UNORA", channel="DUNORA", text="aide"))
    town.slack.cut("chat.postMessage")
    await town.app.carry()
    lost = town.told("DUNORA")[0]
    found = {"ts": "77.0", "metadata": lost["metadata"]}
    town.slack.will("conversations.history", {"ok": True, "messages": [found]})
    platform = town.person.room.platform
    place = Address(platform="slack", id="dm:UNORA")
    assert await platform.find(place, lost["metadata"]["event_payload"]["outbox_id"], "") == "77.0"
