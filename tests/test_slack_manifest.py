"""The manifest: valid for Slack's schemas, and true to what the code calls and listens to."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from bot.slack.app import Config, SlackRoom
from bot.slack.manifest import PATH, manifest
from bot.slack.scopes import COMMAND, EVENTS, METHODS, SCOPES
from chat.language import load
from tests.slack import words
from tests.slack.samples import sample

ROOM = Path(__file__).parent.parent / "bot" / "slack"
URL = "https://atelier.example"
METHOD = re.compile(r"(auth|oauth|chat|conversations|files|users|views|apps)\.[a-zA-Z0-9.]+")


def _made(lang: str, *, socket: bool = False, several: bool = False) -> dict[str, Any]:
    return manifest(URL, load().say(lang), socket=socket, several=several)


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize(("socket", "several"), [(False, False), (True, False), (False, True)])
@pytest.mark.parametrize("version", ["1.0.0", "2.0.0"])
def test_slack_s_own_schemas_take_it(lang: str, version: str, socket: bool, several: bool):
    made = _made(lang, socket=socket, several=several)
    if version == "2.0.0":
        made["_metadata"] = {"major_version": 2, "minor_version": 1}
    schema = sample(f"slack_app_manifest.schema.{version}")
    assert [e.message for e in Draft7Validator(schema).iter_errors(made)] == []


def test_the_schema_sees_what_is_wrong():
    made = _made("fr", socket=False)
    made["features"]["slash_commands"][0]["command"] = "atelier"
    assert list(Draft7Validator(sample("slack_app_manifest.schema.1.0.0")).iter_errors(made))


def test_the_address_is_told_unless_slack_is_called_instead():
    made = _made("fr", socket=False)
    assert made["features"]["slash_commands"][0]["url"] == f"{URL}{PATH}"
    assert made["settings"]["interactivity"]["request_url"] == f"{URL}{PATH}"
    assert made["settings"]["event_subscriptions"]["request_url"] == f"{URL}{PATH}"
    assert URL not in str(_made("fr", socket=True))


def test_where_slack_leads_back_is_told_when_the_bot_may_be_installed_elsewhere():
    assert _made("fr", several=True)["oauth_config"]["redirect_urls"] == [f"{URL}/slack/oauth_redirect"]
    assert "redirect_urls" not in _made("fr")["oauth_config"]


def test_every_method_called_has_its_scope_and_no_other():
    called = {
        node.value
        for path in ROOM.glob("*.py")
        if path.name != "scopes.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and METHOD.fullmatch(node.value)
    }
    assert called == set(METHODS)


def test_every_event_asked_for_has_a_listener():
    room = SlackRoom(Config(token="x"), secret=b"s" * 16, languages=words.LANGUAGES)
    names = {listener.ack_function.__name__ for listener in room.bolt._async_listeners}
    assert {"command", "action", "submission", "message", "mention", "opened", "gone"} == names
    kinds = {name.partition(".")[0] for name in EVENTS}
    assert kinds == {"message", "app_mention", "app_home_opened", "app_uninstalled", "tokens_revoked"}


def test_what_is_asked_is_as_little_as_the_work_needs():
    assert SCOPES == (
        "app_mentions:read", "channels:history", "chat:write", "commands", "files:read", "files:write",
        "groups:history", "groups:read", "groups:write", "groups:write.invites", "groups:write.topic", "im:history",
        "im:write",
    )  # fmt: skip
    assert COMMAND == "/atelier"
