"""What an administrator's token may do: bots, tokens, slash commands, settings."""

from __future__ import annotations

from typing import Any

from tests.mattermost.captured import Refusal, capture, refused
from tests.mattermost.rest import Asking
from tests.mattermost.world import new_id

SETTINGS = {
    "ServiceSettings": {
        "EnableBotAccountCreation": True, "EnableCommands": True, "EnablePostUsernameOverride": False,
        "AllowedUntrustedInternalConnections": "127.0.0.0/8", "EnableUserAccessTokens": True, "SiteURL": "",
    },
    "FileSettings": {"MaxFileSize": 104857600, "EnableFileAttachments": True},
}  # fmt: skip


def only(ask: Asking) -> None:
    """Raise Refusal for whoever is no administrator."""
    if not ask.admin:
        raise refused("bot creates slash command")


def list_commands(ask: Asking) -> Any:
    """All of them to an administrator; to others, without their address and token, unless they ask for the custom ones."""
    if "team_id" not in ask.query:
        raise Refusal(400, "api.context.invalid_body_param.app_error")
    if ask.query.get("custom_only") == "true" or ask.admin:
        only(ask)
        return list(ask.world.commands.values())
    return [c | {"token": "", "url": "", "method": "", "creator_id": ""} for c in ask.world.commands.values()]


def create_command(ask: Asking) -> Any:
    only(ask)
    made = ask.body | {"id": new_id(), "token": new_id(), "creator_id": ask.user, "delete_at": 0}
    ask.world.commands[made["id"]] = made
    return 201, made


def update_command(ask: Asking) -> Any:
    only(ask)
    ask.world.commands[ask.path["command"]] |= ask.body
    return ask.world.commands[ask.path["command"]]


def list_bots(ask: Asking) -> Any:
    only(ask)
    return list(ask.world.bots.values())


def create_bot(ask: Asking) -> Any:
    only(ask)
    if not ask.world.settings.get("bots", True):
        raise Refusal(403, "api.bot.create_disabled", "Bot creation has been disabled.")
    user = ask.world.user(ask.body["username"], team=False, is_bot=True)
    made = ask.body | {"user_id": user["id"], "owner_id": ask.user, "delete_at": 0}
    ask.world.bots[user["id"]] = made
    return 201, made


def enable_bot(ask: Asking) -> Any:
    only(ask)
    ask.world.bots[ask.path["bot"]]["delete_at"] = 0
    ask.world.users[ask.path["bot"]]["delete_at"] = 0
    return ask.world.bots[ask.path["bot"]]


def create_token(ask: Asking) -> Any:
    only(ask)
    token = new_id()
    ask.world.tokens[token] = ask.path["user"]
    return {"id": new_id(), "token": token, "user_id": ask.path["user"], "description": ask.body.get("description", "")}


def config(ask: Asking) -> Any:
    only(ask)
    return {group: values | ask.world.settings.get(group, {}) for group, values in SETTINGS.items()}


def client_config(ask: Asking) -> Any:
    return {"Version": ask.world.version, "MaxPostSize": "16383", "MaxFileSize": "104857600", "SiteURL": ask.world.url}


def ping(ask: Asking) -> Any:
    if ask.world.outage == "database":
        return 500, {"status": "UNHEALTHY", "database_status": "UNHEALTHY"}
    return {"status": "OK", "database_status": "OK"}


def limited() -> tuple[int, dict[str, str], str]:
    """The answer over the rate limit: plain text (fact 45)."""
    found = capture("misc_http_429_response")
    kept = {k: v for k, v in found["headers"].items() if k.startswith(("Retry", "X-Ratelimit"))}
    return 429, kept, found["body"]
