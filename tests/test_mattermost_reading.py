"""What the server sends, as events; and what nobody should send, refused."""

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.mattermost import messages
from bot.mattermost.messages import Dropped
from bot.mattermost.payload import Unreadable
from bot.mattermost.press import Seals
from bot.mattermost.reading import Reader
from bot.mattermost.spots import Me, between
from chat.talk import Asked, Said
from tests.mattermost.captured import body, capture, decoded
from tests.mattermost.stage import OPEN

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
SEALS = Seals.of(b"a secret of the tests")
BOT = capture("user_bot_user_object")
ME = Me(BOT["id"], BOT["username"])
READER = Reader(SEALS, NOON, ME)
PREFET = "mtca38c14b8g7dqj4maw68b69a"


def pressed(name: str = "action_request_button", **context: Any) -> dict[str, Any]:
    return dict(body(name)) | {"context": {"t": SEALS.button(OPEN, NOON)} | context}


def test_a_command_in_a_channel():
    spot, event = READER.command(body("slash_command_request_public_channel"))
    assert event.text == "aide @prefet ~annonces   deux  mots"
    assert (spot.direct, spot.place, event.sender.platform) == (False, "g64di8iqqi89dqnp4woczmu5fe", "mattermost")
    assert spot.response_url.endswith("/hooks/commands/7qje3ngztpnruf1hwqre3w7poh")


def test_a_command_in_the_direct_conversation():
    spot, event = READER.command(body("slash_command_request_dm_with_bot"))
    assert (spot.direct, event.place.id) == (True, "dm:563wfi4esprifpwda3wuy6qkjo")


def test_a_command_keeps_its_lines():
    assert "\n" in READER.command(body("slash_command_request_multiline"))[1].text


@pytest.mark.parametrize("name", ["user_id", "channel_id", "trigger_id"])
def test_a_command_without_what_it_needs(name: str):
    form = {k: v for k, v in body("slash_command_request_public_channel").items() if k != name}
    with pytest.raises(Unreadable):
        READER.command(form)


def test_a_button_in_the_direct_conversation():
    spot, event = READER.action(pressed("action_request_button_in_dm_team_id_empty"))
    assert (spot.direct, event.place.id, event.token) == (True, f"dm:{PREFET}", OPEN)


@pytest.mark.parametrize(
    "name",
    ["select_without_selected_option", "button_on_ephemeral_post_via_cookie", "forged_by_ordinary_user", "button"],
)
def test_what_was_recorded_is_not_sealed_by_us(name: str):
    payload = body(f"action_request_{name}")
    assert READER.pressed_at(payload).post == payload["post_id"]
    with pytest.raises(Unreadable):
        READER.action(payload)


def submitted(name: str, **more: Any) -> dict[str, Any]:
    asked = {"texte": [], "nombre": [], "liste": [], "case": []}
    state = SEALS.dialog(OPEN, {"by": PREFET, "c": "c1"}, asked, NOON)
    return dict(body(f"dialog_request_{name}")) | {"state": state} | more


def test_a_dialog_whose_fields_are_empty():
    event = READER.submission(submitted("submit_with_unfilled_optional_fields_null"))[1]
    assert event
    assert event.given == {"texte": "", "nombre": "12", "liste": "", "case": ""}
    assert event.place.id == "c1"


def test_a_dialog_sent_from_another_place_is_told_where_it_was_opened():
    event = READER.submission(submitted("submit_from_dm"))[1]
    assert event
    assert (event.place.id, event.direct, event.given["texte"]) == ("c1", False, "a@b.c")


@pytest.mark.parametrize("name", ["as_web_client_sends_it_submission_null", "notify_on_cancel"])
def test_a_dialog_that_is_cancelled(name: str):
    assert READER.submission(submitted(f"cancelled_{name}"))[1] is None


def test_a_menu():
    sealed = SEALS.menu(OPEN, NOON)
    chosen = {"t": sealed, "selected_option": SEALS.option(sealed, "oui")}
    payload = dict(body("action_request_select_static")) | {"context": chosen}
    assert READER.action(payload)[1].token.arg == "oui"


def test_the_conversation_of_two_people_is_not_ours():
    a, b = "a" * 26, "b" * 26
    assert not between(f"{a}__{b}", a, ME)
    assert between(f"{a}__{ME.id}", a, ME)
    assert between(f"{ME.id}__{a}", a, ME)
    assert not between(f"{ME.id}__{a}", b, ME)


def test_what_is_said_in_the_direct_conversation():
    found = messages.message(decoded(capture("websocket_posted_dm_to_bot")), ME, direct=True)
    assert found
    spot, said = found
    assert isinstance(said, Said)
    assert (said.text, said.place.id, said.direct) == ("bonjour bot", f"dm:{PREFET}", True)
    assert said.id == f"m:{spot.channel}:{said.post}"


def test_files_dropped():
    found = messages.message(decoded(capture("websocket_posted_dm_with_file_no_text")), ME, direct=True)
    assert found
    assert isinstance(found[1], Dropped)
    assert [(f.name, f.mime, f.size) for f in found[1].files] == [("carte à plat é.png", "image/png", 9)]


def test_a_reply_in_a_thread():
    found = messages.message(decoded(capture("websocket_posted_thread_reply")), ME, direct=False)
    assert found
    assert isinstance(found[1], Said)
    assert (found[1].thread, found[1].text) == ("cjczmymzs3r3bqzyqgh9pc1y3y", "en fil")


def test_what_is_not_for_us():
    assert messages.message(decoded(capture("websocket_posted_own_echo")), ME, direct=True) is None


def test_words_of_a_channel_outside_threads_are_handed_over():
    found = messages.message(decoded(capture("websocket_posted_public_channel")), ME, direct=False)
    assert found
    assert isinstance(found[1], Said)
    assert (found[1].thread, found[1].direct, found[1].place.id) == ("", False, found[0].channel)


@pytest.mark.parametrize(
    "more", [{"type": "system_join_channel"}, {"delete_at": 1}, {"props": {"from_webhook": "true"}}]
)
def test_what_nobody_said(more: dict[str, Any]):
    post = decoded(capture("websocket_posted_dm_to_bot")) | more
    assert messages.message(post, ME, direct=True) is None


@pytest.mark.parametrize(
    ("words", "command"),
    [("@atelier-bot aide", "aide"), ("@Atelier-Bot, /atelier voir X", "voir X"), (" @atelier-bot", "")],
)
def test_the_bot_named_in_a_channel_is_a_command(words: str, command: str):
    post = decoded(capture("websocket_posted_public_channel")) | {"message": words}
    found = messages.message(post, ME, direct=False)
    assert found
    assert isinstance(found[1], Asked)
    assert found[1].text == command


@pytest.mark.parametrize("words", ["@atelier-bot2 aide", "dis @atelier-bot aide", "@atelier-bot.x"])
def test_another_name_is_not_ours(words: str):
    post = decoded(capture("websocket_posted_public_channel")) | {"message": words}
    found = messages.message(post, ME, direct=False)
    assert found
    assert isinstance(found[1], Said), "words, and no command"
    assert found[1].text == words


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = (
    "user_id",
    "channel_id",
    "post_id",
    "trigger_id",
    "context",
    "type",
    "state",
    "submission",
    "id",
    "file_ids",
    "props",
)


@settings(deadline=None, max_examples=200, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from(NAMES), anything))
def test_any_payload_is_an_event_or_unreadable(strange: dict[str, Any]):
    json.dumps(strange)
    for base, read in (
        (pressed(), READER.action), (body("dialog_request_submit"), READER.submission),
        (body("slash_command_request_public_channel"), READER.command),
        (decoded(capture("websocket_posted_dm_to_bot")), lambda p: messages.message(p, ME, direct=True)),
    ):  # fmt: skip
        for payload in (strange, base | strange):
            with contextlib.suppress(Unreadable):
                read(payload)
