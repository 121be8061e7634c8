"""The app's manifest, to paste at https://api.slack.com/apps: made from the code's own tables. Pure.

Source: https://docs.slack.dev/reference/app-manifest/.
"""

from __future__ import annotations

from typing import Any

from bot.slack.invitations import REDIRECT
from bot.slack.marks import plain
from bot.slack.scopes import COMMAND, EVENTS, SCOPES
from bot.slack.words import ABOUT, HINT, HOME, WHAT
from chat.text import Say

PATH = "/slack/events"
"""The one address of commands, buttons, windows and events."""
COLOUR = "#000091"
"""Bleu France, of the State's design system."""


def manifest(public_url: str, say: Say, *, socket: bool = False, several: bool = False) -> dict[str, Any]:
    """The manifest; in Socket Mode no address is told to Slack. `several`: it may be installed in other workspaces."""
    address = f"{public_url.rstrip('/')}{PATH}"
    url = {} if socket else {"url": address}
    request_url = {} if socket else {"request_url": address}
    redirects = {"redirect_urls": [f"{public_url.rstrip('/')}{REDIRECT}"]} if several else {}
    command = {"command": COMMAND, "description": plain(say(WHAT)), "usage_hint": plain(say(HINT)), **url}
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": plain(say(HOME)), "description": plain(say(ABOUT)), "background_color": COLOUR,
        },
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
            "bot_user": {"display_name": plain(say(HOME)), "always_online": True},
            "slash_commands": [{**command, "should_escape": False}],
        },
        "oauth_config": {**redirects, "scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**request_url, "bot_events": sorted(EVENTS)},
            "interactivity": {"is_enabled": True, **request_url},
            "org_deploy_enabled": False, "socket_mode_enabled": socket, "token_rotation_enabled": False,
        },
    }  # fmt: skip
