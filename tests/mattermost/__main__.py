"""A Mattermost that answers on this computer alone: `python -m tests.mattermost --port 8065`.

It prints where it is, who lives there and their tokens, then serves until it is stopped (Ctrl-C, SIGTERM). What bots sent
that no capture of a real server shows is then told, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from types import MappingProxyType
from typing import Any

from bot.sandbox.people import EVERYBODY, REVIEWERS, STRANGER
from tests.mattermost.server import serving
from tests.mattermost.world import ADMIN_TOKEN, TEAM, World, new_id

VERSIONS = MappingProxyType({"5.37": ("5.37.0", 3.0), "11": ("11.4.0", 30.0)})
"""As `GET /config/client` tells it, and how many seconds a trigger lives: 5.37 measured, 11.4 read in its sources."""
SALON = "salle-commune"


def peopled(version: str) -> tuple[World, dict[str, Any]]:
    """A town, and what is to be told of it: the people of the story, each with a token, and a channel where all are."""
    told, life = VERSIONS[version]
    world = World(version=told, trigger_life=life)
    people = {}
    for who in (*EVERYBODY, STRANGER):
        user, token = world.user(who.account, first_name=who.name)["id"], new_id()
        world.tokens[token] = user
        people[who.account] = {"id": user, "token": token, "name": who.name}
    channel = world.channel(SALON, *(p["id"] for p in people.values()), creator=world.admin)
    return world, {
        "version": told, "team": {"id": world.team, "name": TEAM}, "admin": {"id": world.admin, "token": ADMIN_TOKEN},
        "channels": {SALON: channel["id"]}, "people": people,
    }  # fmt: skip


def lines(told: dict[str, Any]) -> list[str]:
    """The town as a person reads it, the settings first."""
    width = max(len(account) for account in told["people"])
    return [
        f"MATTERMOST_URL={told['url']}", f"MATTERMOST_ADMIN_TOKEN={told['admin']['token']}", "",
        f"Mattermost {told['version']} (imitation) · équipe « {told['team']['name']} » · salon « {SALON} » {told['channels'][SALON]}",
        *(f"{account:<{width}}  {p['id']}  {p['token']}  {p['name']}" for account, p in told["people"].items()),
        f"Bureau AD1, à inviter dans le salon de revue : {', '.join(REVIEWERS)}", "",
        f"atelier mattermost installer --serveur {told['url']} --adresse http://127.0.0.1:8000 --equipe {TEAM}",
    ]  # fmt: skip


async def serve(version: str, port: int, *, as_json: bool) -> None:
    """Serve until a signal comes. Raises AssertionError when a bot sent what no capture shows."""
    world, told = peopled(version)
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    async with serving(world, port):
        told["url"] = world.url
        world.settings["ServiceSettings"] = {"SiteURL": world.url}
        sys.stdout.write((json.dumps(told, ensure_ascii=False) if as_json else "\n".join(lines(told))) + "\n")
        sys.stdout.flush()
        await stopped.wait()


def main() -> int:
    """Exit status: 0 when bots sent nothing strange."""
    asked = argparse.ArgumentParser(prog="python -m tests.mattermost", description=__doc__)
    asked.add_argument("--port", type=int, default=8065, help="0 : un port libre / a free one")
    asked.add_argument("--version", choices=VERSIONS, default="5.37")
    asked.add_argument("--json", action="store_true", help="la ville en une ligne / the town as one line")
    given = asked.parse_args()
    try:
        asyncio.run(serve(given.version, given.port, as_json=given.json))
    except AssertionError as wrong:
        sys.stderr.write(f"Ce que le robot a envoyé et qu'aucune capture ne montre : {wrong}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
