"""Slack end to end on our side: signed payloads in, HTTP answers and Web API calls out."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import patience
from bot.slack.app import Config, SlackRoom
from bot.slack.socket import Socket
from bot.slack.spots import Spot
from bot.slack.windows import window
from chat.cards import Address, Button, Card, Message, Token
from chat.forms import Form, Question
from chat.platform import Undelivered
from chat.talk import (
    Answer,
    AnyEvent,
    Ask,
    Asked,
    Attached,
    Correct,
    Filled,
    Offered,
    Pressed,
    Reply,
    Said,
    Say,
    Show,
    Turned,
)
from chat.text import raw, tr
from tests.slack import words
from tests.slack.blockkit import check_message, check_view
from tests.slack.person import FORM as FORM_TYPE
from tests.slack.person import SECRET, Person
from tests.slack.samples import event, every, pressed, sample
from tests.slack.server import FakeSlack, serving
from tests.test_slack_drawing import NOON, OPEN

FORM = Form(
    title=tr("Valider la demande"),
    short=tr("Valider"),
    token=OPEN,
    questions=(Question(name="avis", label=tr("Quel est votre avis ?"), short=tr("Avis"), kind="text"),),
    submit=tr("Envoyer"),
)


@dataclass
class Desk:
    """Answers what it was told to, and remembers what it received."""

    events: list[AnyEvent] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    slow: float = 0

    async def receive(self, event: AnyEvent) -> Answer:
        self.events.append(event)
        await asyncio.sleep(self.slow)
        return self.answers.pop(0) if self.answers else Answer()

    def will(self, *replies: Reply, **more: Any) -> None:
        self.answers.append(Answer(replies=replies, **more))


def say(text: str) -> Say:
    return Say(message=Message(text=raw(text)))


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def slack(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeSlack]:
    monkeypatch.setattr(patience, "TRIES", 1)
    async with serving(FakeSlack()) as server:
        yield server


@pytest.fixture
async def anne(slack: FakeSlack, desk: Desk) -> AsyncIterator[Person]:
    config = Config(token="xoxb-1", signing_secret=SECRET, api_url=f"{slack.url}/api/")
    room = SlackRoom(config, secret=b"a secret of the tests", languages=words.LANGUAGES)
    room.attach(desk.receive)
    yield Person(room)
    await room.close()


def button(anne: Person, slack: FakeSlack, **more: Any) -> dict[str, Any]:
    drawing = anne.room.platform.drawing
    return pressed(drawing.seals.button(OPEN, drawing.now()), response_url=f"{slack.url}/hook", **more)


# The door


async def test_a_wrong_secret(anne: Person, desk: Desk):
    response = await Person(anne.room, "another secret").command(sample("real_slash_command") | {"command": "/atelier"})
    assert (response.status_code, desk.events) == (401, [])


@pytest.mark.parametrize("age", [6 * 60, -6 * 60])
async def test_six_minutes_old(anne: Person, desk: Desk, age: int):
    response = await anne.command(sample("real_slash_command") | {"command": "/atelier"}, age=age)
    assert (response.status_code, desk.events) == (401, [])


@pytest.mark.parametrize("timestamp", ["", "x", "-1"])
async def test_no_timestamp(anne: Person, timestamp: str):
    assert (await anne.send("{}", "application/json", **{"x-slack-request-timestamp": timestamp})).status_code == 401


async def test_a_body_that_is_no_text_or_too_long(anne: Person):
    assert (await anne.send(b"\xff", "application/json")).status_code == 400
    assert (await anne.send("x" * (1 << 20 | 1), "application/json")).status_code == 400


async def test_without_a_signing_secret_there_is_no_door():
    room = SlackRoom(Config(token="x"), secret=b"s" * 16, languages=words.LANGUAGES)
    assert room.routes == []


async def test_slack_verifies_the_address(anne: Person):
    response = await anne.event(sample("real_url_verification"))
    assert response.status_code == 200
    assert sample("real_url_verification")["challenge"] in response.text


# Commands


def _command(slack: FakeSlack, text: str = "aide") -> dict[str, Any]:
    return sample("real_slash_command") | {"command": "/atelier", "text": text, "response_url": f"{slack.url}/hook"}


async def test_a_command_is_answered_at_once(anne: Person, desk: Desk, slack: FakeSlack):
    desk.will(say("Voici l'aide."), say("Et ceci."))
    response = await anne.command(_command(slack))
    await anne.room.hub.tasks.drain()
    assert response.json()["response_type"] == "ephemeral"
    assert response.json()["text"] == "Voici l'aide."
    check_message(response.json()["text"], response.json()["blocks"])
    [event_] = desk.events
    assert isinstance(event_, Asked)
    assert event_.text == "aide"
    assert [h["text"] for h in slack.of("hook")] == ["Et ceci."]


async def test_a_late_answer_comes_by_the_response_url(anne: Person, desk: Desk, slack: FakeSlack):
    desk.slow = 2.05
    desk.will(say("Voici l'aide."))
    response = await anne.command(_command(slack))
    await anne.room.hub.tasks.drain()
    assert (response.status_code, response.text) == (200, "")
    assert [h["text"] for h in slack.of("hook")] == ["Voici l'aide."]


async def test_a_command_opens_a_window(anne: Person, desk: Desk, slack: FakeSlack):
    desk.will(Ask(form=FORM))
    assert (await anne.command(_command(slack, "valider"))).text == ""
    await anne.room.hub.tasks.drain()
    [asked] = slack.of("views.open")
    assert asked["trigger_id"] == "111.111.xxx"
    check_view(asked["view"])


async def test_the_memory_is_away(anne: Person, desk: Desk, slack: FakeSlack):
    desk.will(say("La base de données ne répond pas."), outcome="away")
    response = await anne.command(_command(slack))
    assert (response.status_code, response.json()["text"]) == (200, "La base de données ne répond pas.")


async def test_another_command_is_not_for_us(anne: Person, desk: Desk):
    response = await anne.command(sample("real_slash_command"))
    assert (response.status_code, desk.events) == (200, [])


# Buttons


async def test_a_button_is_answered_to_the_person_alone(anne: Person, desk: Desk, slack: FakeSlack):
    desk.will(say("C'est fait."))
    response = await anne.interact(button(anne, slack))
    assert (response.status_code, response.text) == (200, "")
    [told] = slack.of("hook")
    assert (told["text"], told["response_type"], told["replace_original"]) == ("C'est fait.", "ephemeral", False)
    assert isinstance(desk.events[0], Pressed)


async def test_a_dead_response_url_then_an_ephemeral_then_the_direct_conversation(
    anne: Person, desk: Desk, slack: FakeSlack
):
    desk.will(say("C'est fait."))
    slack.will("hook", {}, 404)
    slack.fail("chat.postEphemeral", "user_not_in_channel")
    await anne.interact(button(anne, slack))
    assert [name for name, _ in slack.asked] == [
        "hook", "chat.postEphemeral", "conversations.open", "chat.postMessage",
    ]  # fmt: skip
    assert [a["channel"] for a in slack.of("chat.postMessage")] == ["DW111"]


async def test_in_a_thread_an_answer_stays_in_it(anne: Person, desk: Desk, slack: FakeSlack):
    desk.will(say("C'est fait."))
    await anne.interact(button(anne, slack, message={"thread_ts": "100.1"}))
    assert [a["thread_ts"] for a in slack.of("chat.postEphemeral")] == ["100.1"]
    assert slack.of("hook") == []


async def test_in_the_direct_conversation_an_answer_stays(anne: Person, desk: Desk, slack: FakeSlack):
    desk.will(say("C'est fait."))
    await anne.interact(button(anne, slack, channel={"id": "D111"}))
    assert [a["channel"] for a in slack.of("chat.postMessage")] == ["D111"]
    assert slack.of("hook") == []


async def test_show_replaces_what_was_pressed(anne: Person, desk: Desk, slack: FakeSlack):
    desk.will(Show(message=Message(text=raw("Question 2"))))
    await anne.interact(button(anne, slack))
    [edited] = slack.of("chat.update")
    assert (edited["channel"], edited["ts"], edited["text"]) == ("C111", "111.222", "Question 2")


async def test_show_replaces_an_ephemeral_message(anne: Person, desk: Desk, slack: FakeSlack):
    desk.will(Show(message=Message(text=raw("Question 2"))))
    payload = button(anne, slack)
    payload["container"]["is_ephemeral"] = True
    await anne.interact(payload)
    [told] = slack.of("hook")
    assert (told["replace_original"], told["text"]) == (True, "Question 2")
    assert slack.of("chat.update") == []


async def test_a_forged_button(anne: Person, desk: Desk, slack: FakeSlack):
    response = await anne.interact(pressed('{"act": "valider"}', response_url=f"{slack.url}/hook"))
    assert response.status_code == 200
    assert [(e.sender.id, e.what, e.why) for e in desk.events if isinstance(e, Turned)] == [
        ("W111", "button", "signature")
    ]
    assert len(desk.events) == 1, "for the journal, and nothing else"
    assert slack.of("hook")[0]["text"].startswith("Ce bouton n'est pas reconnu")


@pytest.mark.parametrize("code", ["expired_trigger_id", "exchanged_trigger_id", "internal_error"])
async def test_a_spent_trigger_leaves_a_button(anne: Person, desk: Desk, slack: FakeSlack, code: str):
    desk.will(Ask(form=FORM))
    slack.fail("views.open", code)
    await anne.interact(button(anne, slack))
    [told] = slack.of("hook")
    value = told["blocks"][-1]["elements"][0]["value"]
    drawing = anne.room.platform.drawing
    assert drawing.seals.pressed(value, drawing.now()) == FORM.token
    assert "ouvrez-la avec ce bouton" in told["blocks"][-2]["text"]["text"]


async def test_a_correction_without_a_window_is_said(anne: Person, desk: Desk, slack: FakeSlack):
    desk.will(Correct(problems={"": tr("Il manque le courrier."), "avis": tr("Trop court.")}))
    await anne.interact(button(anne, slack))
    [told] = slack.of("hook")
    assert [b["text"]["text"] for b in told["blocks"][-2:]] == ["Il manque le courrier.", "avis : Trop court."]


# Windows


def _sent(anne: Person, answer: str = "oui", form: Form = FORM) -> dict[str, Any]:
    spot = Spot(kind="action", account="W111", channel="C111", post="1.2")
    view = window(form, anne.room.platform.drawing.pen("fr"), spot.kept())
    values = {"q.avis": {"answer": {"type": "plain_text_input", "value": answer}}}
    payload = sample("real_view_submission_modal")
    payload["view"] = payload["view"] | view | {"state": {"values": values}}
    return payload


async def test_a_window_sent(anne: Person, desk: Desk, slack: FakeSlack):
    desk.will(say("C'est fait."))
    response = await anne.interact(_sent(anne))
    assert (response.status_code, response.text) == (200, "")
    [event_] = desk.events
    assert isinstance(event_, Filled)
    assert (event_.given, event_.place.id) == ({"avis": "oui"}, "C111")
    assert [(a["channel"], a["user"]) for a in slack.of("chat.postEphemeral")] == [("C111", "W111")]


async def test_a_window_shows_over_what_was_pressed(anne: Person, desk: Desk, slack: FakeSlack):
    desk.will(Show(message=Message(text=raw("Fait"))))
    await anne.interact(_sent(anne))
    assert [(a["channel"], a["ts"]) for a in slack.of("chat.update")] == [("C111", "1.2")]


async def test_an_answer_at_fault(anne: Person, desk: Desk):
    desk.will(Correct(problems={"avis": tr("Trop court.")}))
    response = await anne.interact(_sent(anne))
    assert response.json() == {"response_action": "errors", "errors": {"q.avis": "Trop court."}}


async def test_a_form_at_fault_keeps_what_was_typed(anne: Person, desk: Desk):
    desk.will(Correct(problems={"": tr("Il manque le courrier.")}))
    told = (await anne.interact(_sent(anne))).json()
    check_view(told["view"])
    assert told["response_action"] == "update"
    assert told["view"]["blocks"][0]["text"]["text"] == "⚠️ Il manque le courrier."
    assert told["view"]["blocks"][1]["element"]["initial_value"] == "oui"


async def test_another_window_takes_its_place(anne: Person, desk: Desk):
    desk.will(Ask(form=FORM))
    told = (await anne.interact(_sent(anne))).json()
    assert told["response_action"] == "update"
    check_view(told["view"])


async def test_a_window_of_somebody_else(anne: Person, desk: Desk):
    payload = _sent(anne)
    payload["user"]["id"] = "W999"
    told = (await anne.interact(payload)).json()
    assert [(e.sender.id, e.what, e.why) for e in desk.events if isinstance(e, Turned)] == [
        ("W999", "form", "window of another person")
    ]
    assert len(desk.events) == 1, "for the journal, and nothing else"
    assert told["view"]["blocks"][0]["text"]["text"].startswith("⚠️ Ce bouton n'est pas reconnu")


async def test_a_window_closed_is_acknowledged(anne: Person, desk: Desk):
    assert (await anne.interact(sample("real_view_closed"))).status_code == 200
    assert desk.events == []


# Events


async def test_a_message(anne: Person, desk: Desk, slack: FakeSlack):
    desk.will(say("Bonjour"))
    response = await anne.event(event(thread_ts="100.1"))
    assert response.status_code == 200
    assert isinstance(desk.events[0], Said)
    [told] = slack.of("chat.postMessage")
    assert (told["channel"], told["thread_ts"]) == ("D111", "100.1")


async def test_an_event_comes_again_while_the_memory_is_away(anne: Person, desk: Desk, slack: FakeSlack):
    for _ in range(2):
        desk.will(say("La base de données ne répond pas."), outcome="away")
    assert (await anne.event(event())).status_code == 503
    assert slack.of("chat.postMessage") == []
    assert (await anne.event(event(), **{"x-slack-retry-num": "3"})).status_code == 503
    assert len(slack.of("chat.postMessage")) == 1


async def test_what_slack_sends_again_while_we_work_waits_for_the_same_work(anne: Person, desk: Desk):
    desk.slow = 0.1
    answers = await asyncio.gather(anne.event(event()), anne.event(event(), **{"x-slack-retry-num": "1"}))
    assert ([a.status_code for a in answers], len(desk.events)) == ([200, 200], 1)


async def test_files(anne: Person, desk: Desk, slack: FakeSlack):
    good = {"id": "F1", "name": "note.pdf", "mimetype": "application/pdf", "url_private": f"{slack.url}/files/note"}
    page = good | {"id": "F2", "name": "secret.pdf", "url_private": f"{slack.url}/files/page"}
    response = await anne.event(event(subtype="file_share", text="La note", files=[good, page]))
    assert response.status_code == 200
    [event_] = desk.events
    assert isinstance(event_, Attached)
    assert [(f.name, f.content) for f in event_.files] == [("note.pdf", b"%PDF-1.7")]
    assert (event_.text, event_.place.id, event_.direct) == ("La note", "dm:W111", True)
    assert "« secret.pdf »" in slack.of("chat.postMessage")[0]["text"]


def _dropped(slack: FakeSlack) -> dict[str, Any]:
    file = {"id": "F1", "name": "note.pdf", "mimetype": "application/pdf", "url_private": f"{slack.url}/files/note"}
    return event(channel="G1", channel_type="group", subtype="file_share", files=[file])


async def test_files_of_a_channel_where_nobody_listens_are_not_fetched(anne: Person, desk: Desk, slack: FakeSlack):
    desk.will(outcome="ignored")
    assert (await anne.event(_dropped(slack))).status_code == 200
    [asked] = desk.events
    assert isinstance(asked, Offered)
    assert (asked.place.id, slack.asked) == ("G1", [])


async def test_files_of_a_channel_are_fetched_once_they_are_wanted(anne: Person, desk: Desk, slack: FakeSlack):
    desk.will(outcome="away")
    desk.will(outcome="wanted")
    assert (await anne.event(_dropped(slack))).status_code == 503
    assert (await anne.event(_dropped(slack), **{"x-slack-retry-num": "1"})).status_code == 200
    assert [type(e) for e in desk.events] == [Offered, Offered, Attached]
    last = desk.events[-1]
    assert isinstance(last, Attached)
    assert [(f.name, f.content) for f in last.files] == [("note.pdf", b"%PDF-1.7")]


async def test_nobody_is_told_of_an_outage_where_nobody_listens(anne: Person, desk: Desk, slack: FakeSlack):
    words, last = event(channel="G1", channel_type="group"), {"x-slack-retry-num": "3"}
    desk.will(say("La base de données ne répond pas."), outcome="away")
    assert (await anne.event(words, **last)).status_code == 503
    assert slack.of("chat.postEphemeral") == []
    desk.will(outcome="done")
    assert (await anne.event(words)).status_code == 200
    desk.will(say("La base de données ne répond pas."), outcome="away")
    assert (await anne.event(words, **last)).status_code == 503
    assert len(slack.of("chat.postEphemeral")) == 1, "what is said there is listened to: it was seen"


async def test_a_file_that_slack_cannot_give_now_comes_again(anne: Person, desk: Desk, slack: FakeSlack):
    slack.will("files.info", {}, 503)
    response = await anne.event(event(subtype="file_share", files=[{"id": "F1"}]))
    assert (response.status_code, desk.events) == (503, [])


async def test_a_file_that_slack_never_gives_is_said_at_its_last_try(anne: Person, desk: Desk, slack: FakeSlack):
    file = {"id": "F1", "name": "note.pdf", "mimetype": "application/pdf", "url_private": f"{slack.url}/files/note"}
    payload = event(channel="D1", channel_type="im", subtype="file_share", files=[file], text="Voici la note")
    for number, status in (("1", 503), ("2", 503), ("3", 200)):
        slack.will("file", {}, 503)
        assert (await anne.event(payload, **{"x-slack-retry-num": number})).status_code == status
    await anne.room.hub.tasks.drain()
    assert "« note.pdf »" in slack.of("chat.postMessage")[0]["text"]
    assert [(type(e), e.text) for e in desk.events if isinstance(e, Said)] == [(Said, "Voici la note")]


async def test_a_mention_is_a_command(anne: Person, desk: Desk, slack: FakeSlack):
    await anne.room.start()
    payload = sample("real_event_app_mention")
    payload["event"] |= {"text": "<@UBOT> file", "channel": "C1", "thread_ts": "1.1", "user": "W111"}
    desk.will(say("La file."))
    assert (await anne.event(payload)).status_code == 200
    assert isinstance(desk.events[0], Asked)
    assert slack.of("chat.postEphemeral")[0]["thread_ts"] == "1.1"


async def test_the_home(anne: Person, desk: Desk, slack: FakeSlack):
    card = Card(title=tr("À faire maintenant"), buttons=(Button(label=tr("Nouvelle demande"), token=Token(act="d")),))
    desk.will(Say(message=Message(text=tr("À faire"), card=card)), say("Information"))
    payload = sample("shape_event_app_home_opened") | {"event_id": "Ev1", "type": "event_callback"}
    payload["event"] |= {"user": "W111", "tab": "home"}
    assert (await anne.event(payload)).status_code == 200
    [published] = slack.of("views.publish")
    assert published["user_id"] == "W111"
    check_view(published["view"])


async def test_uninstalled(anne: Person):
    assert (await anne.event(sample("real_event_app_uninstalled"))).status_code == 200


@pytest.mark.parametrize("payload", every())
async def test_every_recorded_payload_is_acknowledged(anne: Person, desk: Desk, payload: dict[str, Any]):
    desk.will(outcome="ignored")
    send = anne.event if "event" in payload else anne.command if "command" in payload else anne.interact
    assert (await send(payload)).status_code == 200


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.text(max_size=60) | st.sampled_from(["[]", "null", "{", "payload=%7B", "payload=[]", '{"event": 3}']))
def test_signed_nonsense_breaks_nothing(body: str):
    async def sent() -> None:
        room = SlackRoom(Config(token="x", signing_secret=SECRET), secret=b"s" * 16, languages=words.LANGUAGES)
        for kind in ("application/json", FORM_TYPE):
            assert (await Person(room).send(body.encode(errors="replace"), kind)).status_code in {200, 400}

    asyncio.run(sent())


# What was missed


def _after(seconds: int) -> str:
    """That many seconds after noon, as Slack says it: it gives back nothing older than what it is asked for."""
    return f"{NOON.timestamp() + seconds:.6f}"


async def test_what_was_said_while_we_were_away(anne: Person, desk: Desk, slack: FakeSlack):
    told = [{"user": "W111", "text": text, "ts": ts} for text, ts in (("deux", _after(2)), ("un", _after(1)))]
    ours = {"user": "UBOT", "bot_id": "B1", "text": "Bonjour", "ts": _after(0)}
    slack.will("conversations.history", {"ok": True, "messages": [*told, ours]})
    place = Address(platform="slack", id="dm:W111")
    assert await anne.room.catch_up.since(place, NOON) == 3
    assert [(e.text, e.id, e.place) for e in desk.events if isinstance(e, Said)] == [
        ("un", f"m:DW111:{_after(1)}", place),
        ("deux", f"m:DW111:{_after(2)}", place),
    ]
    assert slack.of("conversations.history")[0]["oldest"] == f"{NOON.timestamp():.6f}"


async def test_a_mention_missed_is_obeyed_once_as_it_is_now(anne: Person, desk: Desk, slack: FakeSlack):
    """Nobody is shown an error for a mention that came while we were away, unlike « /atelier »."""
    await anne.room.start()
    missed = {"user": "W111", "text": "<@UBOT> file", "ts": _after(1), "edited": {"user": "W111", "ts": _after(2)}}
    slack.will("conversations.replies", {"ok": True, "messages": [missed | {"thread_ts": "1.1"}]})
    assert await anne.room.catch_up.since(Address(platform="slack", id="C1"), NOON, "1.1") == 1
    assert [(e.text, e.id) for e in desk.events if isinstance(e, Asked)] == [("file", f"m:C1:{_after(1)}")]
    desk.will(say("La base de données ne répond pas."), outcome="away")
    slack.will("conversations.replies", {"ok": True, "messages": [missed | {"thread_ts": "1.1"}]})
    with pytest.raises(Undelivered):
        await anne.room.catch_up.since(Address(platform="slack", id="C1"), NOON, "1.1")


async def test_a_thread_missed_stops_where_the_memory_is_away(anne: Person, desk: Desk, slack: FakeSlack):
    root = _after(1)
    told = [{"user": "W111", "text": "x", "ts": ts, "thread_ts": root} for ts in (root, _after(2), _after(3))]
    slack.will("conversations.replies", {"ok": True, "messages": told})
    desk.will(outcome="away")
    with pytest.raises(Undelivered):
        await anne.room.catch_up.since(Address(platform="slack", id="C1"), NOON, root)
    assert [e.id for e in desk.events] == [f"m:C1:{_after(2)}"]


# Socket Mode


async def test_socket_mode_answers_and_comes_back_when_it_dies(anne: Person, desk: Desk, slack: FakeSlack):
    task = asyncio.create_task(Socket(anne.room.bolt, "xapp-1", check=0.05).run())
    try:
        await _until(lambda: slack.sockets)
        envelope = {"type": "slash_commands", "envelope_id": "E1", "accepts_response_payload": True}
        desk.will(say("Voici l'aide."))
        await slack.sockets[0].send_json(envelope | {"payload": _command(slack)})
        await _until(lambda: slack.acks)
        assert slack.acks[0]["envelope_id"] == "E1"
        assert slack.acks[0]["payload"]["text"] == "Voici l'aide."
        await slack.sockets[0].close()
        await _until(lambda: len(slack.sockets) > 1)
        desk.will(outcome="away")
        await slack.sockets[-1].send_json({"type": "events_api", "envelope_id": "E2", "payload": event()})
        await _until(lambda: len(desk.events) > 1)
        await asyncio.sleep(0.05)
        assert len(slack.acks) == 1  # no acknowledgement: Slack sends it again
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _until(done: Any) -> None:
    async with asyncio.timeout(10):
        while not done():  # noqa: ASYNC110 - the fake server has nothing to wait on
            await asyncio.sleep(0.01)
