"""Whose a payload is: the installation's workspace, and the account's own when it is another."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.slack import teams
from bot.slack.invitations import Invitation, Invitations, of_state
from bot.slack.messages import mention, message, opened
from bot.slack.payload import Unsealed
from bot.slack.press import Seals
from bot.slack.reading import Reader, action_spot, turned
from bot.slack.spots import Spot
from bot.slack.teams import Seat
from bot.slack.windows import CALLBACK
from bot.tokens import Expired, Forged
from chat.cards import Address, Token
from tests.slack.samples import event, every, pressed, sample

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SEALS = Seals.of(b"a secret of the tests")
T1 = Seat("slack-T1", "T1")
TOKEN = Token(act="voir", ref="ADT-2026-0001")


def test_every_recorded_payload_says_its_team():
    said = {teams.team(payload) for payload in every() if "challenge" not in payload}
    assert said <= {"T111", "T-auth", ""}
    assert teams.team(sample("real_slash_command")) == teams.team(sample("real_view_submission_modal")) == "T111"
    assert {teams.foreign(payload) for payload in every()} == {""}


@pytest.mark.parametrize(
    ("payload", "team"),
    [
        ({"team_id": "T1"}, "T1"),
        ({"team": {"id": "T1"}, "user": {"team_id": "T2"}}, "T1"),
        ({"team": None, "user": {"team_id": "T2"}}, "T2"),
        ({"team_id": "T2", "authorizations": [{"team_id": "T1"}]}, "T1"),
        ({"team": {"id": "T2"}, "view": {"app_installed_team_id": "T1"}}, "T1"),
        ({"team": None, "authorizations": None, "team_id": 7, "view": []}, ""),
        ({}, ""),
    ],
)
def test_the_team_is_the_installation_s(payload: dict[str, Any], team: str):
    assert teams.team(payload) == team


@pytest.mark.parametrize(
    ("payload", "home"),
    [
        ({"team_id": "T1", "event": {"user_team": "T2"}}, "slack-T2"),
        ({"team_id": "T1", "event": {"user_team": "T1"}}, ""),
        ({"team_id": "T1", "event": {"team": "T2"}}, ""),
        ({"team_id": "T1", "is_ext_shared_channel": True, "event": {"team": "T2"}}, "slack-T2"),
        ({"team": {"id": "T1"}, "user": {"team_id": "T2"}}, "slack-T2"),
        ({"team": {"id": "T1", "enterprise_id": "E1"}, "user": {"team_id": "T2"}}, ""),
        ({"team": {"id": "T1"}, "enterprise": {"id": "E1"}, "user": {"team_id": "T2"}}, ""),
        ({"team": {"id": "T1"}, "user": {}}, ""),
    ],
)
def test_who_is_of_another_workspace(payload: dict[str, Any], home: str):
    assert teams.foreign(payload) == home


def test_what_is_read_back_knows_ours():
    assert teams.foreign({"event": {"user_team": "T2"}}, "T1") == "slack-T2"
    assert teams.foreign({"event": {"user_team": "T1"}}, "T1") == ""


def test_every_event_is_of_the_workspace_it_came_through():
    reader = Reader(SEALS, NOW, "slack-T1")
    action = pressed(SEALS.button(TOKEN, NOW))
    read = [
        reader.command(sample("real_slash_command"))[1],
        reader.action(action)[1],
        turned(action, "button", "forged", "slack-T1"),
        (message(event(), (), T1) or (0, None))[1],
        (opened({"event": {"user": "U1", "tab": "home"}, "event_id": "Ev2"}, T1) or (0, None))[1],
        (mention(event(text="<@UBOT> aide") | {"event_id": "Ev1"}, ["UBOT"], T1) or (0, None))[1],
    ]
    assert {(e.sender.platform, e.place.platform) for e in read if e is not None} == {("slack-T1", "slack-T1")}
    assert None not in read


def test_somebody_of_another_workspace_has_their_own_account():
    shared = event(user_team="T2", channel="C1", channel_type="channel") | {"team_id": "T1", "authorizations": []}
    found = message(shared, (), T1)
    assert found is not None
    said = found[1]
    assert getattr(said, "sender", None) == Address(platform="slack-T2", id=shared["event"]["user"])
    assert getattr(said, "place", None) == Address(platform="slack-T1", id="C1")


def _window(spot: Spot, **more: Any) -> dict[str, Any]:
    payload = sample("real_view_submission_modal") | {"user": {"id": "U1"}} | more
    payload["view"] |= {"callback_id": CALLBACK, "private_metadata": SEALS.window(TOKEN, spot.kept(), NOW)}
    return payload


def test_a_window_of_before_is_still_good_where_it_was_made():
    old = sample("real_view_submission_modal") | {"user": {"id": "U1"}}
    kept = {"by": "U1", "c": "C1"}
    old["view"] |= {"callback_id": CALLBACK, "private_metadata": SEALS.window(TOKEN, kept, NOW)}
    spot, filled = Reader(SEALS, NOW).submission(old)
    assert (filled.sender, spot.channel) == (Address(platform="slack", id="U1"), "C1")
    with pytest.raises(Unsealed, match="another person"):
        Reader(SEALS, NOW, "slack-T1").submission(old)


@pytest.mark.parametrize(
    ("made", "sent", "good"),
    [
        ("slack", "slack", True),
        ("slack-T1", "slack-T1", True),
        ("slack-T1", "slack-T2", False),
        ("slack-T1", "slack", False),
    ],
)
def test_a_window_is_bound_to_its_workspace(made: str, sent: str, good: bool):
    spot = action_spot(pressed("x") | {"user": {"id": "U1"}}, made)
    payload = _window(spot)
    if good:
        assert Reader(SEALS, NOW, sent).submission(payload)[1].sender == Address(platform=sent, id="U1")
        return
    with pytest.raises(Unsealed, match="another person"):
        Reader(SEALS, NOW, sent).submission(payload)


def test_a_window_of_a_guest_from_elsewhere_is_theirs_alone():
    guest = pressed("x") | {"user": {"id": "U1", "team_id": "T2"}, "team": {"id": "T1"}}
    payload = _window(action_spot(guest, "slack-T1"), team={"id": "T1"})
    payload["view"].pop("app_installed_team_id", None)
    theirs = payload | {"user": {"id": "U1", "team_id": "T2"}}
    assert Reader(SEALS, NOW, "slack-T1").submission(theirs)[1].sender.platform == "slack-T2"
    with pytest.raises(Unsealed):
        Reader(SEALS, NOW, "slack-T1").submission(payload | {"user": {"id": "U1", "team_id": "T1"}})


# Invitations


def test_an_invitation_is_sealed_and_ends():
    ours = Invitations.of(b"a secret of the tests", "https://bot.test/")
    link = ours.link(Invitation("n", "T1"), NOW, 2)
    assert link.startswith("https://bot.test/slack/install?invitation=")
    sealed = link.partition("=")[2]
    assert ours.opened(sealed, NOW + timedelta(days=2)) == Invitation("n", "T1")
    with pytest.raises(Expired):
        ours.opened(sealed, NOW + timedelta(days=2, seconds=1))
    for bad in ("", "a.b", sealed[:-2], SEALS.form.close({"i": "n", "t": ""}), ours.seal.close({"i": "", "t": ""})):
        with pytest.raises(Forged):
            ours.opened(bad, NOW)


@pytest.mark.parametrize("state", ["", "a", "a.b", "a.b.T1", "a.b.T1.c"])
def test_a_state_is_read_whatever_it_is(state: str):
    assert of_state(state).number in {"", "b"}
