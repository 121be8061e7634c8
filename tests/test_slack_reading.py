"""Payloads as events: the recorded ones, ours, and anything else."""

import copy
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack import messages
from bot.slack.messages import Dropped, FileRef
from bot.slack.payload import Unreadable, typed
from bot.slack.press import Seals
from bot.slack.reading import Reader, action_spot
from bot.slack.spots import Spot
from bot.slack.windows import window
from bot.tokens import FORM_LIFE
from chat.cards import Address, Token
from chat.forms import Choice, Form, Question
from chat.talk import Asked, Said
from chat.text import raw, tr
from tests.slack.samples import event, every, pressed, sample
from tests.test_slack_drawing import NOON, OPEN, PEN, SEALS

READER = Reader(SEALS, NOON)


def place(id_: str) -> Address:
    return Address(platform="slack", id=id_)


# Commands


def test_a_command():
    payload = sample("real_slash_command") | {"text": " valider  ADT-2026-0007 Bar &amp; <https://x.fr|x.fr> "}
    spot, asked = READER.command(payload)
    assert (asked.sender, asked.place, asked.direct) == (place("W111"), place("C111"), False)
    assert asked.text == "valider  ADT-2026-0007 Bar & https://x.fr"
    assert spot.response_url.startswith("https://hooks.slack.com/commands/")
    assert asked.id == READER.command(payload)[1].id
    assert asked.id != READER.command(payload | {"trigger_id": "other"})[1].id
    assert "111.111" not in asked.id


def test_a_command_in_a_direct_conversation():
    _, asked = READER.command(sample("real_slash_command") | {"channel_id": "D9", "text": ""})
    assert (asked.place, asked.direct, asked.text) == (place("dm:W111"), True, "")


# Buttons and menus


def test_a_button():
    spot, found = READER.action(pressed(SEALS.button(OPEN, NOON)))
    assert found is not None
    assert (found.token, found.post, found.place) == (OPEN, "111.222", place("C111"))
    assert found.id.startswith("a:1596530385.194939:")
    assert not spot.ephemeral


def test_a_button_of_an_ephemeral_message_has_no_post():
    payload = pressed(SEALS.button(OPEN, NOON))
    payload["container"]["is_ephemeral"] = True
    spot, found = READER.action(payload)
    assert found is not None
    assert (found.post, spot.post, spot.ephemeral) == ("", "111.222", True)


def test_a_button_of_the_home():
    payload = pressed(SEALS.button(OPEN, NOON))
    del payload["channel"], payload["response_url"]
    payload["container"] = {"type": "view", "view_id": "V1"}
    _, found = READER.action(payload)
    assert found is not None
    assert (found.place, found.direct, found.post) == (place("dm:W111"), True, "")


def test_a_button_in_a_thread():
    payload = pressed(SEALS.button(OPEN, NOON), message={"thread_ts": "100.1"})
    assert action_spot(payload).thread == "100.1"


def _chosen(menu: str, value: str) -> dict[str, Any]:
    payload = pressed("")
    payload["actions"] = [
        {"type": "static_select", "action_id": menu, "selected_option": {"value": value}, "action_ts": "1.2"}
    ]
    return payload


def test_a_menu():
    menu = SEALS.menu(OPEN, NOON)
    _, found = READER.action(_chosen(menu, SEALS.option(menu, "55029")))
    assert found is not None
    assert found.token == OPEN.model_copy(update={"arg": "55029"})


@pytest.mark.parametrize("value", ["55029", "", "A" * 16 + "55029"])
def test_a_menu_s_line_that_we_did_not_offer_is_refused(value: str):
    with pytest.raises(Unreadable):
        READER.action(_chosen(SEALS.menu(OPEN, NOON), value))


def test_a_line_of_another_menu_is_refused():
    other = SEALS.menu(OPEN.model_copy(update={"act": "refuser"}), NOON)
    with pytest.raises(Unreadable):
        READER.action(_chosen(SEALS.menu(OPEN, NOON), SEALS.option(other, "55029")))


@pytest.mark.parametrize("value", ["click_me_123", "e30.x", '{"act": "valider", "ref": "ADT-2026-0007"}'])
def test_a_forged_button_is_refused_with_a_sentence(value: str):
    with pytest.raises(Unreadable) as refused:
        READER.action(pressed(value))
    assert refused.value.sentence.msg.startswith("Ce bouton n'est pas reconnu")


def test_a_window_s_seal_is_no_button():
    with pytest.raises(Unreadable):
        READER.action(pressed(SEALS.window(OPEN, {}, NOON)))


def test_a_personal_button_ends_after_a_week():
    value = SEALS.button(OPEN.model_copy(update={"who": "p1"}), NOON)
    with pytest.raises(Unreadable) as refused:
        Reader(SEALS, NOON + timedelta(days=8)).action(pressed(value))
    assert refused.value.sentence.msg.startswith("Ce bouton a fait son temps")


def test_a_link_carries_nothing():
    assert READER.action(pressed(""))[1] is None


# Windows


def _form() -> Form:
    choices = tuple(Choice(value=str(i), label=raw(f"Choix {i}")) for i in range(3))
    kinds = ("text", "choice", "choices", "date", "line")
    asked = tuple(
        Question(name=k, label=tr("?"), short=tr("?"), kind=k, choices=choices, required=k != "choice") for k in kinds
    )
    return Form(title=tr("x"), short=tr("x"), token=OPEN, questions=asked, submit=tr("x"))


SPOT = Spot(kind="action", account="W111", channel="C111", post="1.2", thread="1.0", response_url="https://hooks")


def _sent(spot: Spot = SPOT) -> dict[str, Any]:
    payload = sample("real_view_submission_modal")
    view = window(_form(), PEN, spot.kept())
    values = {
        "text": {"type": "plain_text_input", "value": "oui"},
        "choice": {"type": "static_select", "selected_option": {"value": "atelier.none"}},
        "choices": {"type": "checkboxes", "selected_options": [{"value": "0"}, {"value": "2"}]},
        "date": {"type": "datepicker", "selected_date": "2026-11-24"},
        "line": {"type": "plain_text_input", "value": None},
    }
    state = {"values": {f"q.{name}": {"answer": answer} for name, answer in values.items()}}
    payload["view"] = payload["view"] | view | {"state": state}
    return payload


def test_a_window_sent():
    spot, filled = READER.submission(_sent())
    assert filled.token == OPEN
    assert filled.given == {"text": "oui", "choice": "", "choices": ("0", "2"), "date": "2026-11-24", "line": ""}
    assert filled.place == place("C111")
    assert (spot.channel, spot.post, spot.thread, spot.response_url) == ("C111", "1.2", "1.0", "https://hooks")


def test_a_window_sent_again_after_a_correction_is_another_event():
    again = _sent() | {"trigger_id": "333.444"}
    assert READER.submission(_sent())[1].id == READER.submission(_sent())[1].id
    assert READER.submission(again)[1].id != READER.submission(_sent())[1].id


def test_a_window_opened_for_somebody_else_is_refused():
    with pytest.raises(Unreadable):
        READER.submission(_sent(Spot(kind="action", account="W999")))


def test_a_window_lives_a_day():
    with pytest.raises(Unreadable):
        Reader(SEALS, NOON + FORM_LIFE + timedelta(minutes=1)).submission(_sent())


def test_a_window_that_is_not_ours_is_refused():
    with pytest.raises(Unreadable):
        READER.submission(sample("real_view_submission_modal"))


# Messages


def test_a_message_in_the_direct_conversation():
    found = messages.message(event(text="Bonjour <@U5|anne> &lt;ok&gt;"))
    assert found is not None
    said = found[1]
    assert isinstance(said, Said)
    assert (said.text, said.place, said.direct) == ("Bonjour @anne <ok>", place("dm:W111"), True)
    assert (said.id, said.post, said.thread) == ("m:D111:1596183880.004200", "1596183880.004200", "")


def test_the_same_message_from_the_history_has_the_same_id():
    first, again = (messages.message(event() | {"event_id": id_}) for id_ in ("Ev1", "Ev2"))
    assert first is not None
    assert again is not None
    assert first[1] == again[1]


@pytest.mark.parametrize(
    ("more", "thread"), [({}, ""), ({"thread_ts": "1596183880.004200"}, ""), ({"thread_ts": "100.1"}, "100.1")]
)
def test_in_a_channel_words_come_in_a_thread_and_outside(more: dict[str, str], thread: str):
    found = messages.message(event(channel="C1", channel_type="channel", **more))
    assert found is not None
    said = found[1]
    assert isinstance(said, Said)
    assert (said.thread, said.place, said.direct) == (thread, place("C1"), False)


def test_what_words_name_by_an_id_alone_is_told_apart():
    text = "<@U05LA|léa> <@U1> <@U1> <@U12> <#C7> <#C8|general> <!here> <!subteam^S1> <!subteam^S2|@aménagement> <https://a.fr|ici>"
    found = messages.message(event(channel="C1", channel_type="group", text=text))
    assert found is not None
    said = found[1]
    assert isinstance(said, Said)
    assert said.text == "@léa @U1 @U1 @U12 #C7 #general @here @subteam^S1 @aménagement ici (https://a.fr)"
    assert said.named == ("@U1", "@U12", "#C7", "@subteam^S1")


@pytest.mark.parametrize(
    "name", ["real_event_message_changed", "real_event_message_deleted", "real_event_message_from_bot"]
)
def test_edits_deletions_and_robots_are_nobody_s_words(name: str):
    payload = sample(name)
    payload["event"] |= {"channel": "D1"}
    assert messages.message(payload) is None


def test_what_is_deleted_in_a_channel_is_told_without_its_words():
    found = messages.message(sample("real_event_message_deleted"))
    assert found is not None
    spot, said = found
    assert isinstance(said, Said)
    assert (said.text, said.deleted, said.post, spot.account) == ("", True, "1665368619.804829", "U111")
    assert said.id == "m:C111:1665368619.804829:message_deleted", "another than the message's"


@pytest.mark.parametrize(
    "more", [{"bot_id": "B1"}, {"user": "UBOT"}, {"subtype": "channel_join"}, {"text": "<@UBOT> liste"}]
)
def test_what_was_nobody_s_or_a_command_is_deleted_in_silence(more: dict[str, Any]):
    payload = sample("real_event_message_deleted")
    payload["event"]["previous_message"] |= more
    assert messages.message(payload, ("UBOT",)) is None


def test_what_is_changed_in_a_channel_is_told_as_a_correction():
    found = messages.message(sample("real_event_message_changed"))
    assert found is not None
    said = found[1]
    assert isinstance(said, Said)
    assert (said.text, said.corrected, said.post) == ("updated message", True, "1665102338.901939")
    assert said.id == "m:C111:1665102338.901939:1665102362.000000", "another than the message's"


@pytest.mark.parametrize(
    "more", [{"subtype": "channel_join"}, {"hidden": True}, {"bot_id": "B1"}, {"user": "USLACKBOT"}]
)
def test_what_is_ignored(more: dict[str, Any]):
    assert messages.message(event(**more)) is None


def test_files_dropped():
    payload = sample("real_event_message_file_share")
    payload["event"] |= {"channel": "D1"}
    found = messages.message(payload)
    assert found is not None
    dropped = found[1]
    assert isinstance(dropped, Dropped)
    assert dropped.said.text == "Hi there!"
    url = "https://files.slack.com/files-pri/T111-F111/download/file.png"
    assert dropped.files == (FileRef("F111", "file.png", "image/png", url),)


def test_a_file_that_only_files_info_knows_and_one_that_is_gone():
    gone = {"id": "F1", "mode": "tombstone"}
    hidden = {"id": "F2", "file_access": "check_file_info"}
    found = messages.message(event(subtype="file_share", files=[gone, hidden]))
    assert found is not None
    assert isinstance(found[1], Dropped)
    assert found[1].files == (FileRef("F2", "F2", "", ""),)


# Mentions and the home


def _mention(text: str) -> dict[str, Any]:
    payload = event(channel="C1", channel_type="channel", thread_ts="100.1", text=text)
    return payload | {"authorizations": [{"user_id": "UBOT", "is_bot": True}]}


@pytest.mark.parametrize("thread", ["100.1", ""])
def test_naming_the_bot_first_is_a_command_and_not_a_message(thread: str):
    payload = _mention("<@UBOT> valider ADT-2026-0007 : c'est <b>")
    payload["event"]["thread_ts"] = thread
    found = messages.mention(payload)
    assert found is not None
    spot, asked = found
    assert isinstance(asked, Asked)
    assert (asked.text, asked.place, spot.thread) == ("valider ADT-2026-0007 : c'est <b>", place("C1"), thread)
    assert messages.message(payload) is None


def test_a_mention_that_its_author_edits_is_told_anew_and_obeyed_once():
    payload = sample("real_event_app_mention")
    payload["event"] |= {"text": "<@UBOT> ecrire ADT-2026-0007 Bonjour", "ts": "1.5", "channel": "C1", "user": "W111"}
    found = messages.mention(payload, ("UBOT",))
    again = messages.mention(payload | {"event_id": "Ev-another"}, ("UBOT",))
    assert found is not None
    assert again is not None
    assert found[1].id == again[1].id == "m:C1:1.5", "the same message under another event_id"
    payload["event"]["edited"] = {"user": "W111", "ts": "2.0"}
    assert messages.mention(payload | {"event_id": "Ev-edited"}, ("UBOT",)) is None


def test_naming_the_bot_later_is_a_message_and_not_a_command():
    payload = _mention("Demandez à <@UBOT>")
    assert messages.mention(payload) is None
    assert messages.message(payload) is not None


def test_the_home_is_the_command_alone():
    payload = sample("shape_event_app_home_opened") | {"event_id": "Ev1"}
    payload["event"] |= {"user": "U1", "tab": "home"}
    found = messages.opened(payload)
    assert found is not None
    assert (found[1].text, found[1].id, found[1].place, found[0].kind) == ("", "e:Ev1", place("dm:U1"), "home")
    payload["event"]["tab"] = "messages"
    assert messages.opened(payload) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<https://a.fr/x>", "https://a.fr/x"),
        ("<https://a.fr|le site>", "le site (https://a.fr)"),
        ("<mailto:a@b.fr|a@b.fr>", "a@b.fr"),
        ("<#C1|revue>", "#revue"),
        ("<!channel> <!here|here> <!subteam^S1|@ddt>", "@channel here @ddt"),
        ("<!date^1^{date}|hier>", "hier"),
        ("1 &lt; 2 &amp;amp;", "1 < 2 &amp;"),
        ("<b>", "<b>"),
    ],
)
def test_what_was_typed(written: str, read: str):
    assert typed(written) == read


# Anything


READERS = (READER.command, READER.action, READER.submission, messages.message, messages.mention, messages.opened)
json_ = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def _leaves(payload: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    if isinstance(payload, dict):
        return [path, *(leaf for k, v in payload.items() for leaf in _leaves(v, (*path, k)))]
    if isinstance(payload, list):
        return [path, *(leaf for i, v in enumerate(payload) for leaf in _leaves(v, (*path, i)))]
    return [path]


def _spoiled(payload: dict[str, Any], path: tuple[object, ...], value: object) -> dict[str, Any]:
    spoiled = copy.deepcopy(payload)
    inner: Any = spoiled
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return spoiled


WHOLE = [*every(), _sent(), pressed(SEALS.button(OPEN, NOON)), _mention("<@UBOT> aide")]


@pytest.mark.parametrize("payload", WHOLE)
def test_recorded_payloads_are_read_or_refused(payload: dict[str, Any]):
    for read in READERS:
        _read(read, payload)


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_a_spoiled_payload_raises_unreadable_and_nothing_else(data: st.DataObject):
    payload = data.draw(st.sampled_from(WHOLE))
    path = data.draw(st.sampled_from([p for p in _leaves(payload) if p]))
    spoiled = _spoiled(payload, path, data.draw(json_))
    for read in READERS:
        _read(read, spoiled)


@given(payload=st.dictionaries(st.text(), json_))
def test_anything_raises_unreadable_and_nothing_else(payload: dict[str, Any]):
    for read in READERS:
        _read(read, payload)


def _read(read: Any, payload: dict[str, Any]) -> None:
    with suppress(Unreadable):
        read(payload)


def test_two_seals_are_not_one():
    one, other = Seals.of(b"one secret"), Seals.of(b"another secret")
    with pytest.raises(Unreadable):
        Reader(other, datetime(2026, 11, 24, tzinfo=UTC)).action(pressed(one.button(Token(act="x"), NOON)))
