"""What « doctor » finds of Mattermost, and what « atelier mattermost installer » makes of a server."""

import asyncio
import os
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot import presence
from bot.findings import Level, worst
from bot.mattermost import certificates, checkup, probe
from bot.mattermost.checkup import Checkup
from bot.mattermost.client import driver, trust
from bot.mattermost.installed import Installed, Wanted
from bot.mattermost.installer import Installer
from bot.mattermost.installer_settings import Served, settings
from bot.mattermost.press import Seals
from bot.mattermost.spots import Me
from bot.mattermost.way_back import private
from bot.mattermost_cli import told
from chat.language import load
from chat.talk import Answer, AnyEvent
from tests.mattermost.admin import SETTINGS
from tests.mattermost.server import serving
from tests.mattermost.town import KEY, called, room_of
from tests.mattermost.world import ADMIN_TOKEN, COMMAND_TOKEN, TOKEN, World, new_id
from tests.procfile import over_tls

SAY = load().say("fr")
PUBLIC = "http://127.0.0.1:9"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with serving(World()) as world:
        yield world


@pytest.fixture
async def public() -> AsyncIterator[str]:
    async def healthz(_request: Any) -> JSONResponse:
        return JSONResponse({"vivant": True})

    async with called(Starlette(routes=[Route("/healthz", healthz)])) as url:
        yield url


@pytest.fixture
async def running(world: World) -> AsyncIterator[str]:
    """A bot that runs, with the tests' key: its address."""
    starlette = Starlette()
    async with called(starlette) as url:
        world.bot_url = url
        room = room_of(world)
        starlette.routes.extend(room.routes)
        room.attach(_heard)
        await room.start()
        yield url
        await room.close()


async def _heard(_event: AnyEvent) -> Answer:
    """Whatever is turned away is somebody else's to keep."""
    return Answer(outcome="refused")


async def found(world: World, public: str = PUBLIC, channel: str = "", **more: Any) -> dict[str, tuple[Level, str]]:
    """Each point, its level, what is said and how to repair it."""
    given = {"token": TOKEN, "command_token": COMMAND_TOKEN, "secret": KEY} | more
    findings = await Checkup(world.url, public=public, channel=channel, **given).findings()
    return {f.point: (f.level, SAY(f.said) + (f" → {SAY(f.repair)}" if f.repair else "")) for f in findings}


async def test_a_server_that_knows_us(world: World, public: str):
    channel = world.channel("revue-ad1", world.bot)["id"]
    seen = await found(world, public, channel)
    assert {point: level for point, (level, _) in seen.items()} == {
        "mattermost.jeton": Level.OK, "mattermost.horloge": Level.OK, "mattermost.version": Level.OK,
        "mattermost.salon": Level.OK, "mattermost.appel": Level.FAUTE, "mattermost.rappel": Level.OK,
        "mattermost.websocket": Level.ATTENTION, "mattermost.adresse": Level.ATTENTION,
    }  # fmt: skip
    assert "n'arrive pas à appeler" in seen["mattermost.appel"][1], "something answers there, and it is no bot"
    assert "@atelier-bot" in seen["mattermost.jeton"][1]
    assert "sans chiffrement" in seen["mattermost.websocket"][1]
    assert "AllowedUntrustedInternalConnections" in seen["mattermost.adresse"][1]


async def test_a_wrong_token(world: World):
    seen = await found(world, token="wrong")
    assert seen["mattermost.jeton"][0] is Level.FAUTE
    assert "session_expired" in seen["mattermost.jeton"][1]
    assert "mattermost.websocket" not in seen, "not tried with a token that is refused"
    assert [p for _, p, _ in world.asked] == ["/users/me"]


async def test_the_token_of_a_person(world: World):
    assert (await found(world, token=ADMIN_TOKEN))["mattermost.jeton"][0] is Level.ATTENTION


async def test_a_disabled_bot(world: World):
    world.users[world.bot]["delete_at"] = 1
    assert (await found(world))["mattermost.jeton"][0] is Level.FAUTE


@pytest.mark.parametrize(
    ("outage", "why"),
    [("down", "RemoteProtocolError"), ("broken", "HTTP 503"), ("limited", "HTTP 429"), ("database", "app.user")],
)
async def test_a_server_that_cannot_answer(world: World, outage: str, why: str):
    world.outage = outage
    level, said = (await found(world))["mattermost.jeton"]
    assert (level, why in said) == (Level.FAUTE, True), said


async def test_the_review_channel(world: World):
    ours, theirs = world.channel("a", world.bot)["id"], world.channel("b")["id"]
    archived = world.channel("c", world.bot, delete_at=1)["id"]
    for channel, words in (
        (theirs, "n'est pas membre"), (archived, "archivé"), ("revue-ad1", "n'est pas l'identifiant"), (new_id(), "n'est pas membre"),
    ):  # fmt: skip
        level, said = (await found(world, channel=channel))["mattermost.salon"]
        assert (level, words in said) == (Level.FAUTE, True), said
    assert (await found(world, channel=ours))["mattermost.salon"][0] is Level.OK
    assert "mattermost.salon" not in await found(world)


async def test_an_old_server(world: World):
    world.version = "5.30.1"
    assert (await found(world))["mattermost.version"][0] is Level.ATTENTION


async def test_the_way_back(world: World):
    seen = await found(world, "", command_token="")
    assert seen["mattermost.rappel"][0] is Level.FAUTE
    assert seen["mattermost.commande"][0] is Level.ATTENTION
    assert "ConnectError" in (await found(world))["mattermost.rappel"][1]
    assert [private(host) for host in ("127.0.0.1", "localhost", "10.1.2.3", "8.8.8.8", "nulle.part.invalid")] == [
        True, True, True, False, False,
    ]  # fmt: skip


# The server made to call the bot


async def test_the_server_calls_the_bot_and_the_bot_answers(world: World, running: str):
    for channel in (world.channel("revue-ad1", world.bot)["id"], ""):
        seen = await found(world, running, channel)
        level, said = seen["mattermost.appel"]
        assert (level, "aller-retour en" in said, running in said) == (Level.OK, True, True)
        assert "mattermost.adresse" not in seen, "it was proved that a private address may be called"
    assert [path for path, _ in world.calls] == ["mattermost/dialogs", "mattermost/commands"] * 2


async def test_the_server_may_not_call_the_bot(world: World, running: str):
    world.channel("revue-ad1", world.bot)
    world.reachable = False
    seen = await found(world, running)
    level, said = seen["mattermost.appel"]
    assert (level, "action_integration" in said) == (Level.FAUTE, True)
    assert "AllowedUntrustedInternalConnections" in said
    assert seen["mattermost.adresse"][0] is Level.ATTENTION


async def test_another_bot_answers_there(world: World, running: str):
    world.channel("revue-ad1", world.bot)
    level, said = (await found(world, running, secret=b"the key of another bot"))["mattermost.appel"]
    assert (level, "ce n'est pas ce robot" in said, "ATELIER_SECRET_KEY" in said) == (Level.FAUTE, True, True)


async def test_the_bot_of_before_a_move_still_answers_there(world: World, running: str):
    """Restored elsewhere, it has the same key and the same tokens: only its process is not one of this database."""
    world.channel("revue-ad1", world.bot)
    for processes in ((presence.here(),), ("une autre:1", presence.here()), None):
        assert (await found(world, running, processes=processes))["mattermost.appel"][0] is Level.OK
    for processes in ((), ("une autre machine:1",)):
        level, said = (await found(world, running, processes=processes))["mattermost.appel"]
        assert (level, "n'est pas sur cette base" in said, "arrêtez-le" in said) == (Level.FAUTE, True, True)


async def test_a_server_that_cannot_be_made_to_call_is_not_said_to_call(world: World, running: str):
    level, said = (await found(world, running))["mattermost.appel"]
    assert (level, "aucun salon" in said, "--aller-retour" in said) == (Level.ATTENTION, True, True)
    assert "mattermost.appel" not in await found(world, running, secret=None)


async def test_nobody_else_gets_an_answer_to_a_probe(world: World, running: str):
    """The tag is the bot's own account's: whoever else submits gets the refusal of any dialog never opened."""
    channel = world.channel("revue-ad1", world.bot, world.admin)["id"]
    state = probe.asked(Seals.of(KEY).probe, "n", datetime.now(UTC))
    body = {
        "url": f"{running}/mattermost/dialogs",
        "callback_id": "sonde",
        "state": state,
        "channel_id": channel,
        "team_id": world.team,
    }
    async with httpx.AsyncClient(base_url=f"{world.url}/api/v4") as http:
        said = [
            (await http.post("/actions/dialogs/submit", json=body, headers={"Authorization": f"Bearer {token}"})).json()["error"]
            for token in (TOKEN, ADMIN_TOKEN)
        ]  # fmt: skip
    seals = Seals.of(KEY).probe
    assert said[0].split() == [probe.expected(seals, "n"), probe.placed(seals, "n", presence.here())]
    assert "n'est pas reconnu" in said[1]


def test_a_probe_does_not_last():
    by, now = Seals.of(KEY).probe, datetime.now(UTC)
    sent = {"callback_id": "sonde", "state": probe.asked(by, "n", now), "user_id": "bot"}
    assert probe.answered(by, sent, now + timedelta(seconds=119), Me("bot")) is not None
    assert probe.answered(by, sent, now + timedelta(seconds=121), Me("bot")) is None
    assert probe.answered(by, sent | {"callback_id": "atelier"}, now, Me("bot")) is None
    assert probe.answered(by, sent | {"state": "x.y"}, now, Me("bot")) is None


async def test_the_ateliers_channels(world: World):
    ours, gone = world.channel("a", world.bot)["id"], world.channel("b")["id"]
    assert (await found(world, ateliers=(ours,)))["mattermost.ateliers"][0] is Level.OK
    level, said = (await found(world, ateliers=(ours, gone)))["mattermost.ateliers"]
    assert (level, gone in said, ours in said) == (Level.FAUTE, True, False)
    world.channels[ours]["delete_at"] = 1
    level, said = (await found(world, ateliers=(ours,)))["mattermost.ateliers"]
    assert (level, f"{ours} est archivé" in said, "désarchiver" in said) == (Level.FAUTE, True, True)
    assert "mattermost.ateliers" not in await found(world)


async def test_the_server_s_settings_with_an_administrator_s_token(world: World):
    assert "mattermost.reglages" not in await found(world)
    world.settings["ServiceSettings"] = {"SiteURL": "x", "AllowedUntrustedInternalConnections": ""}
    level, said = (await found(world, admin=ADMIN_TOKEN))["mattermost.reglages"]
    assert (level, "AllowedUntrustedInternalConnections" in said) == (Level.FAUTE, True)
    world.settings["ServiceSettings"]["AllowedUntrustedInternalConnections"] = "127.0.0.0/8"
    assert (await found(world, admin=ADMIN_TOKEN))["mattermost.reglages"][0] is Level.OK
    assert (await found(world, admin=TOKEN))["mattermost.reglages"][0] is Level.ATTENTION


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
async def test_certificates_are_told_by_what_is_wrong_with_them(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with over_tls(world, tmp_path) as cert:
        level, said = (await found(world))["mattermost.certificat"]
        assert (level, "autorité inconnue" in said, "SSL_CERT_FILE" in said) == (Level.FAUTE, True, True)
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
        level, said = (await found(world))["mattermost.websocket"]
        assert (level, "par TLS" in said) == (Level.OK, True)
        world.url = world.url.replace("localhost", "127.0.0.1")
        level, said = (await found(world))["mattermost.certificat"]
        assert (level, "n'est pas à ce nom" in said) == (Level.FAUTE, True)


@pytest.mark.parametrize(
    ("code", "words"), [(10, "a expiré"), (9, "pas encore valable"), (62, "à ce nom"), (18, "autorité"), (23, "refusé")]
)
def test_every_reason_of_a_certificate(code: int, words: str):
    wrong = ssl.SSLCertVerificationError(1, "verify failed")
    wrong.verify_code, wrong.verify_message = code, "why"
    error = OSError("connection")
    error.__cause__ = wrong
    told = certificates.refused(error)
    assert told is not None
    assert words in SAY(told[0])
    assert certificates.refused(OSError("connection")) is None


async def test_a_server_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checkup, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        world = World(url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        level, said = (await found(world))["mattermost.jeton"]
    assert (level, "plus de" in said) == (Level.FAUTE, True)


# The installer


def _install(url: str, token: str = ADMIN_TOKEN, **more: Any) -> Installed:
    api = driver(url, token, trust())
    try:
        wanted = {"team": "atelier", "bot": "atelier-flash", "channel": "revue-ad1", "public": PUBLIC}
        return Installer(api, Wanted(**{**wanted, **more}), SAY).run()
    finally:
        api.client.http.close()


async def install(world: World, token: str = ADMIN_TOKEN, **more: Any) -> Installed:
    return await asyncio.to_thread(_install, world.url, token, **more)


def said(done: Installed) -> str:
    return "\n".join(SAY(f.said) for f in done.findings)


async def test_everything_is_made_and_nothing_twice(world: World):
    world.settings["ServiceSettings"] = {"SiteURL": "https://chat.exemple.fr"}
    done = await install(world)
    assert worst(done.findings) is Level.OK, said(done)
    [bot] = world.bots.values()
    [command] = world.commands.values()
    channel = next(c for c in world.channels.values() if c["name"] == "revue-ad1")
    assert world.tokens[done.env["MATTERMOST_TOKEN"]] == bot["user_id"]
    assert done.env["MATTERMOST_COMMAND_TOKEN"] == command["token"]
    assert done.env["ATELIER_REVIEW_CHANNEL"] == f"mattermost:{channel['id']}"
    assert (command["trigger"], command["url"], command["method"]) == ("atelier", f"{PUBLIC}/mattermost/commands", "P")
    assert (channel["type"], bot["user_id"] in world.members[channel["id"]]) == ("P", True)
    assert bot["user_id"] in world.team_members

    before = len(world.users), len(world.commands), len(world.channels), len(world.tokens)
    again = await install(world)
    assert (len(world.users), len(world.commands), len(world.channels), len(world.tokens)) == before
    assert worst(again.findings) is Level.OK
    assert "MATTERMOST_TOKEN" not in again.env
    seen = await found(world, token=done.env["MATTERMOST_TOKEN"], channel=channel["id"])
    assert (seen["mattermost.jeton"][0], seen["mattermost.salon"][0]) == (Level.OK, Level.OK)


async def test_a_command_that_calls_elsewhere_and_a_new_token(world: World):
    first = await install(world)
    done = await install(world, public="http://127.0.0.1:10", renew=True)
    assert [c["url"] for c in world.commands.values()] == ["http://127.0.0.1:10/mattermost/commands"]
    assert "appelle maintenant" in said(done)
    assert done.env["MATTERMOST_TOKEN"] != first.env["MATTERMOST_TOKEN"]


async def test_a_bot_that_was_disabled_is_enabled(world: World):
    await install(world)
    [bot] = world.bots
    world.users[bot]["delete_at"] = world.bots[bot]["delete_at"] = 1
    assert "réactivé" in said(await install(world))
    assert world.users[bot]["delete_at"] == 0


@pytest.mark.parametrize(
    ("token", "more", "point", "words"),
    [
        (TOKEN, {}, "mattermost.admin", "n'est pas administrateur"),
        ("wrong", {}, "mattermost", "401"),
        (ADMIN_TOKEN, {"team": "autre"}, "mattermost.equipe", "n'a pas d'équipe"),
        (ADMIN_TOKEN, {"bot": "administration"}, "mattermost.robot", "est le compte d'une personne"),
    ],
)
async def test_what_stops_the_installation(world: World, token: str, more: dict[str, str], point: str, words: str):
    done = await install(world, token, **more)
    assert (done.findings[-1].point, done.findings[-1].level, words in said(done)) == (point, Level.FAUTE, True), said(
        done
    )
    assert done.env == {}
    assert world.bots == {}


async def test_a_server_that_makes_no_bots(world: World):
    world.settings["bots"] = False
    world.settings["ServiceSettings"] = {"EnableBotAccountCreation": False}
    done = await install(world)
    assert "EnableBotAccountCreation" in said(done)
    assert "api.bot.create_disabled" in said(done)


def test_the_settings_that_the_bot_lives_from():
    def points(**service: Any) -> list[str]:
        found = {
            "ServiceSettings": SETTINGS["ServiceSettings"] | {"SiteURL": "x"} | service,
            "FileSettings": {"MaxFileSize": 1 << 20},
        }
        return [SAY(f.said) for f in settings(found, Served("http://127.0.0.1:8000"))]

    assert len(points()) == 1
    assert "1 Mo" in points()[0]
    assert any("AllowedUntrustedInternalConnections" in SAY(f.repair) for f in settings(
        {"ServiceSettings": {"SiteURL": "x"}}, Served("http://127.0.0.1:8000")) if f.repair)  # fmt: skip
    assert any("EnableCommands" in line for line in points(EnableCommands=False))
    assert any("SiteURL" in line for line in points(SiteURL=""))


async def test_what_is_printed(world: World):
    done = await install(world)
    lines = told(done, PUBLIC, SAY)
    assert any(line.startswith("MATTERMOST_TOKEN=") for line in lines)
    assert (
        "  3. Ouvrez le pare-feu : Mattermost appelle le robot à l'adresse http://127.0.0.1:9, le robot appelle Mattermost."
        in lines
    )


async def test_the_command(world: World):
    asked = ["mattermost", "installer", "--equipe", "atelier"]
    code = "from bot.cli import main; main()"
    env = os.environ | {
        "MATTERMOST_URL": world.url, "ATELIER_PUBLIC_URL": PUBLIC, "MATTERMOST_ADMIN_TOKEN": ADMIN_TOKEN, "PYTHONPATH": ".",
    }  # fmt: skip
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", code, *asked], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == int(Level.ATTENTION), done.stderr + done.stdout
    assert "✓ La commande « /atelier » est créée." in done.stdout
    assert "! L'adresse du serveur (SiteURL)" in done.stdout
    assert "Reste à faire à la main" in done.stdout
    assert ADMIN_TOKEN not in done.stdout + done.stderr
