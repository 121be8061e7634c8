"""What the bot calls on Slack: posts, edits, finds, files; and what each refusal means for the outbox."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.slack import files
from bot.slack.app import Config, SlackRoom
from bot.slack.files import Unfetched
from bot.slack.messages import FileRef
from bot.slack.platform import Slack
from chat.cards import Address, Button, Card, File, Message, Token
from chat.platform import Undeliverable, Undelivered
from chat.text import raw, tr
from tests.slack import words
from tests.slack.server import FakeSlack, serving

CHANNEL = Address(platform="slack", id="C1")
ANNE = Address(platform="slack", id="dm:U1")
HELLO = Message(text=raw("Bonjour"))


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with serving(FakeSlack()) as server:
        yield server


@pytest.fixture
async def room(slack: FakeSlack) -> AsyncIterator[SlackRoom]:
    async def content(id_: str) -> bytes | None:
        return b"contents" if id_ == "f1" else None

    config = Config(token="xoxb-1", api_url=f"{slack.url}/api/")
    room = SlackRoom(config, secret=b"a secret of the tests", languages=words.LANGUAGES, fetch=content)
    yield room
    await room.close()


@pytest.fixture
def platform(room: SlackRoom) -> Slack:
    return room.platform


async def test_a_post_carries_its_outbox_id(slack: FakeSlack, platform: Slack):
    assert await platform.post(CHANNEL, HELLO, "o1", "", "fr") == "1.0"
    [asked] = slack.of("chat.postMessage")
    assert asked["metadata"] == {"event_type": "atelier", "event_payload": {"outbox_id": "o1"}}
    assert (asked["channel"], asked["text"], asked["parse"]) == ("C1", "Bonjour", "none")
    assert asked["blocks"][0]["text"]["text"] == "Bonjour"
    assert "thread_ts" not in asked


async def test_the_same_outbox_id_posts_once(slack: FakeSlack, platform: Slack):
    assert [await platform.post(CHANNEL, HELLO, "o1", "", "fr") for _ in range(2)] == ["1.0", "1.0"]
    assert len(slack.of("chat.postMessage")) == 1


async def test_a_direct_conversation_is_opened_once(slack: FakeSlack, platform: Slack):
    await platform.post(ANNE, HELLO, "o1", "", "fr")
    await platform.post(ANNE, HELLO, "o2", "9.9", "fr")
    assert slack.of("conversations.open") == [{"users": "U1"}]
    assert [a["channel"] for a in slack.of("chat.postMessage")] == ["DU1", "DU1"]
    assert slack.of("chat.postMessage")[1]["thread_ts"] == "9.9"


async def test_an_edit_always_gives_text_and_blocks(slack: FakeSlack, platform: Slack):
    await platform.edit(CHANNEL, "1.0", HELLO, "fr")
    [asked] = slack.of("chat.update")
    assert (asked["ts"], asked["text"], asked["parse"]) == ("1.0", "Bonjour", "none")
    assert asked["blocks"]


def _page(*ids: str, cursor: str = "") -> dict[str, Any]:
    found = [
        {"ts": f"{id_}.1", "metadata": {"event_type": "atelier", "event_payload": {"outbox_id": id_}}} for id_ in ids
    ]
    return {"ok": True, "messages": [{"ts": "0"}, *found], "response_metadata": {"next_cursor": cursor}}


async def test_a_post_is_found_pages_away(slack: FakeSlack, platform: Slack):
    slack.will("conversations.history", _page("a", cursor="next"))
    slack.will("conversations.history", _page("b", "o1"))
    assert await platform.find(CHANNEL, "o1", "") == "o1.1"
    first, second = slack.of("conversations.history")
    assert first["include_all_metadata"] == "true"
    assert ("cursor" in first, second["cursor"]) == (False, "next")


async def test_a_post_is_found_in_its_thread(slack: FakeSlack, platform: Slack):
    slack.will("conversations.replies", _page("o1"))
    assert await platform.find(CHANNEL, "o1", "5.0") == "o1.1"
    assert slack.of("conversations.replies")[0]["ts"] == "5.0"


async def test_a_post_whose_thread_s_root_was_deleted_is_found_beside_it(slack: FakeSlack, platform: Slack):
    """Slack takes an answer to a deleted message, and puts it in the channel without a word."""
    slack.fail("conversations.replies", "thread_not_found")
    slack.will("conversations.history", _page("o1"))
    assert await platform.find(CHANNEL, "o1", "5.0") == "o1.1"
    slack.fail("conversations.replies", "invalid_ts_latest")
    with pytest.raises(Undeliverable):
        await platform.find(CHANNEL, "o1", "5.0")


async def test_what_was_never_taken_is_not_found(slack: FakeSlack, platform: Slack):
    other = _page()
    other["messages"] = [{"ts": "1", "metadata": {"event_type": "x", "event_payload": {"outbox_id": "o1"}}}]
    slack.will("conversations.history", other)
    assert await platform.find(CHANNEL, "o1", "") is None
    slack.fail("conversations.replies", "thread_not_found")
    assert await platform.find(CHANNEL, "o1", "5.0") is None


async def test_files_go_before_the_message_and_once(slack: FakeSlack, platform: Slack):
    file = File(id="f1", name="note.pdf", mime="application/pdf", size=8)
    message = Message(text=raw("La note"), files=(file, file.model_copy(update={"id": "gone"})))
    slack.fail("chat.postMessage", "ratelimited")
    with pytest.raises(Undelivered):
        await platform.post(CHANNEL, message, "o1", "5.0", "fr")
    await platform.post(CHANNEL, message, "o1", "5.0", "fr")
    assert [name for name, _ in slack.asked] == [
        "files.getUploadURLExternal", "upload", "files.completeUploadExternal", "chat.postMessage", "chat.postMessage",
    ]  # fmt: skip
    assert slack.of("upload") == [{"content": b"contents"}]
    [done] = slack.of("files.completeUploadExternal")
    assert done == {"files": [{"id": "F1", "title": "note.pdf"}], "channel_id": "C1", "thread_ts": "5.0"}


# Refusals


@pytest.mark.parametrize(
    "code",
    ["user_not_found", "user_disabled", "invalid_blocks",
     "msg_blocks_too_long", "cant_update_message", "a_code_of_next_year"],
)  # fmt: skip
async def test_never(slack: FakeSlack, platform: Slack, code: str):
    slack.fail("chat.postMessage", code)
    with pytest.raises(Undeliverable, match=code):
        await platform.post(CHANNEL, HELLO, "o1", "", "fr")


@pytest.mark.parametrize(
    "code",
    ["token_revoked", "invalid_auth", "account_inactive", "missing_scope", "not_in_channel", "is_archived",
     "channel_not_found"],
)  # fmt: skip
async def test_the_administrator_must_act_and_no_message_dies_of_it(slack: FakeSlack, platform: Slack, code: str):
    slack.fail("chat.postMessage", code)
    with pytest.raises(Undelivered, match=code) as refused:
        await platform.post(CHANNEL, HELLO, "o1", "", "fr")
    assert refused.value.retry_after == 900


async def test_a_direct_conversation_that_is_not_found_is_nobody_s(slack: FakeSlack, platform: Slack):
    """Only of a channel does « not found » also mean that the bot was taken out of it."""
    slack.fail("chat.postMessage", "channel_not_found")
    with pytest.raises(Undeliverable, match="channel_not_found"):
        await platform.post(Address(platform="slack", id="dm:U1"), HELLO, "o1", "", "fr")


async def test_too_many(slack: FakeSlack, platform: Slack):
    slack.will("chat.postMessage", {"ok": False, "error": "ratelimited"}, 429, **{"Retry-After": "17"})
    with pytest.raises(Undelivered) as refused:
        await platform.post(CHANNEL, HELLO, "o1", "", "fr")
    assert refused.value.retry_after == 17


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_broken_server(slack: FakeSlack, platform: Slack, status: int):
    slack.will("chat.postMessage", "<html>", status)
    with pytest.raises(Undelivered):
        await platform.post(CHANNEL, HELLO, "o1", "", "fr")
    assert len(slack.of("chat.postMessage")) == 1


async def test_a_broken_connection_is_not_tried_again_behind_our_back(slack: FakeSlack, platform: Slack):
    slack.cut("chat.postMessage")
    with pytest.raises(Undelivered):
        await platform.post(CHANNEL, HELLO, "o1", "", "fr")
    assert len(slack.of("chat.postMessage")) == 1


@pytest.mark.parametrize("answer", [{"ok": True}, [], "x", {"ok": True, "ts": 5}, None])
async def test_an_odd_answer_is_for_later(slack: FakeSlack, platform: Slack, answer: Any):
    slack.will("chat.postMessage", answer)
    with pytest.raises(Undelivered):
        await platform.post(CHANNEL, HELLO, "o1", "", "fr")


async def test_nobody_there():
    room = SlackRoom(Config(token="x", api_url="http://127.0.0.1:9/"), secret=b"s" * 16, languages=words.LANGUAGES)
    with pytest.raises(Undelivered):
        await room.platform.find(CHANNEL, "o1", "")
    await room.start()
    await room.close()


async def test_a_message_that_fits_nowhere_is_never_sent(platform: Slack):
    button = Button(label=tr("x"), token=Token(act="a" * 2000))
    with pytest.raises(Undeliverable):
        await platform.post(CHANNEL, Message(text=tr("x"), card=Card(title=tr("x"), buttons=(button,))), "o1", "", "fr")


async def test_the_token_is_in_no_representation(room: SlackRoom):
    assert "xoxb" not in repr(room.config)


# Files that come in


async def test_a_file(slack: FakeSlack, room: SlackRoom):
    ref = FileRef("F1", "note.pdf", "application/pdf", f"{slack.url}/files/note")
    upload = await files.fetch(room.link, ref)
    assert (upload.name, upload.content) == ("note.pdf", b"%PDF-1.7")
    assert slack.of("file") == [{"authorization": "Bearer xoxb-1"}]


async def test_a_login_page_in_its_place(slack: FakeSlack, room: SlackRoom):
    with pytest.raises(Unfetched, match="files:read"):
        await files.fetch(room.link, FileRef("F1", "note.pdf", "application/pdf", f"{slack.url}/files/page"))


@pytest.mark.parametrize("status", [403, 404, 410])
async def test_a_file_that_is_gone_is_not_told_as_a_login_page(slack: FakeSlack, room: SlackRoom, status: int):
    slack.will("file", {}, status)
    with pytest.raises(Unfetched) as refused:
        await files.fetch(room.link, FileRef("F1", "note.pdf", "application/pdf", f"{slack.url}/files/note"))
    assert "connexion" not in refused.value.sentence.msg
    assert (await files.fetch(room.link, FileRef("F1", "n", "application/pdf", f"{slack.url}/files/note"))).content


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_file_that_slack_gives_later_is_asked_for_again(slack: FakeSlack, room: SlackRoom, status: int):
    slack.will("file", {}, status)
    with pytest.raises(Undelivered):
        await files.fetch(room.link, FileRef("F1", "note.pdf", "application/pdf", f"{slack.url}/files/note"))


async def test_a_real_page_is_a_file(slack: FakeSlack, room: SlackRoom):
    upload = await files.fetch(room.link, FileRef("F1", "page.html", "text/html", f"{slack.url}/files/page"))
    assert upload.content.startswith(b"<!DOCTYPE")


async def test_our_token_goes_nowhere_else(slack: FakeSlack, room: SlackRoom):
    for url in (
        "https://evil.example/x",
        "https://slack.com.evil.example/x",
        "ftp://x.slack.com/x",
        "notaurl",
        "http://[",
    ):
        with pytest.raises(Unfetched):
            await files.fetch(room.link, FileRef("F1", "x", "", url))
    with pytest.raises(Unfetched):
        await files.fetch(room.link, FileRef("F1", "x", "", f"{slack.url}/files/note", outside=True))
    assert slack.asked == []


async def test_a_file_known_by_its_id_alone(slack: FakeSlack, room: SlackRoom):
    found = {"id": "F1", "name": "a.pdf", "mimetype": "application/pdf", "url_private": f"{slack.url}/files/a"}
    slack.will("files.info", {"ok": True, "file": found})
    assert (await files.fetch(room.link, FileRef("F1", "F1", "", ""))).name == "a.pdf"
    slack.will("files.info", {"ok": True, "file": {}})
    with pytest.raises(Unfetched):
        await files.fetch(room.link, FileRef("F1", "F1", "", ""))


async def test_a_file_too_big_is_cut_where_the_bot_will_refuse_it(
    slack: FakeSlack, room: SlackRoom, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(files, "MOST", 100)
    monkeypatch.setattr(files, "CHUNK", 60)
    upload = await files.fetch(room.link, FileRef("F1", "big", "", f"{slack.url}/files/big"))
    assert 100 < len(upload.content) < 9999
