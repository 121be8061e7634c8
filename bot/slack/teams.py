"""Whose a payload is: the workspace the bot was reached through, and the account's own when it is another. Pure.

In a channel that two workspaces share (Slack Connect), what somebody of the other one does comes with the other one's
team: the account is of its own workspace, whatever the installation. Within one Enterprise Grid an id is one person's in
every workspace, so buttons pressed there are the installation's. Sources: docs/faits-slack.md §2,
https://docs.slack.dev/apis/slack-connect/ and `slack_bolt.request.internals`, whose order this keeps.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.payload import Payload, every, part, text
from bot.slack.spots import SLACK


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a bot sits: the platform's name; the workspace's team id and the bot's own id there, once they are known."""

    platform: str = SLACK
    team: str = ""
    bot: str = ""


HERE = Seat()


def named(team: str) -> str:
    """The platform of a workspace: « slack-T123 »."""
    return f"{SLACK}-{team}"


def is_workspace(platform: str) -> bool:
    """True for the platform of a workspace installed by invitation."""
    return platform.startswith(f"{SLACK}-")


def team(payload: Payload) -> str:
    """The id of the workspace the bot was reached through; empty when the payload does not say."""
    told = (
        text(payload, "view", "app_installed_team_id"), text(payload, "team", "id"), text(payload, "team"),
        *(text(a, "team_id") for a in every(payload, "authorizations")[:1]),
        text(payload, "team_id"), text(payload, "user", "team_id"), text(payload, "view", "team_id"),
    )  # fmt: skip
    return next((id_ for id_ in told if id_), "")


def foreign(payload: Payload, ours: str = "") -> str:
    """The platform of whoever acted, when their workspace is not the installation's; else nothing.

    `ours` is the installation's team, for what is read back from a history and does not say it.
    """
    theirs, here = _actor(payload), ours or team(payload)
    return named(theirs) if theirs and here and theirs != here else ""


def _actor(payload: Payload) -> str:
    """The team of the person, when it can be another than the installation's."""
    if "event" in payload:
        shared = part(payload, "is_ext_shared_channel") is True
        return text(payload, "event", "user_team") or (text(payload, "event", "team") if shared else "")
    grid = text(payload, "enterprise", "id") or text(payload, "team", "enterprise_id")
    return "" if grid else text(payload, "user", "team_id")
