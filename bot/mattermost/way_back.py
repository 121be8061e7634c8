"""What comes from the server to the bot: the websocket, and the addresses it calls, tried by the server itself when it can.

Whether the server may call us is only known by being called (a private address is refused unless
AllowedUntrustedInternalConnections names it): it is made to call us, and what it cannot be made to say is said so.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import socket
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from bot.findings import Finding, Level, attention, faute, ok
from bot.mattermost import certificates
from bot.mattermost.client import API, PORTS, trust
from bot.mattermost.command_sounding import COMMAND, POINT, CommandSounding
from bot.mattermost.sounding import CALLS, Sounding
from bot.mattermost.words import RETRY
from chat.text import raw, tr

HEALTHY = "/healthz"


@dataclass(frozen=True, slots=True)
class WayBack:
    """One server and the bot's public address. `patience` is in seconds, for each question.

    `secret` is ATELIER_SECRET_KEY, None when it is missing; `channel` is one that the bot is in, if one is known;
    `admin` is an administrator's token, if one was lent; `processes` those of the bot's database, None when it does not tell.
    """

    url: str
    token: str = field(repr=False)
    public: str
    command_token: str = field(repr=False)
    patience: float
    secret: bytes | None = field(default=None, repr=False)
    channel: str = ""
    admin: str = field(default="", repr=False)
    processes: tuple[str, ...] | None = None

    async def findings(self, *, token: bool) -> list[Finding]:
        """What is found; what needs a token that the server knows is tried only with one."""
        socket_ = [await self._websocket()] if token else []
        command = await self._command(token=token)
        return [*socket_, *command, *await self._called(token=token, typed=not command)]

    async def _websocket(self) -> Finding:
        """Connected, and greeted: a token that is refused is no HTTP error there."""
        url = urlsplit(self.url.rstrip("/")).geturl()
        secure = url.startswith("https")
        address = f"{url.replace('http', 'ws', 1)}{API}/websocket"
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            async with (
                asyncio.timeout(self.patience),
                connect(
                    address, additional_headers=headers, ssl=trust() if secure else None, close_timeout=1
                ) as channel,
            ):
                greeted = json.loads(await channel.recv()).get("event") == "hello"
        except (ConnectionClosed, InvalidHandshake, OSError, TimeoutError, ValueError) as failure:
            return _unconnected(failure)
        if not greeted:
            said = tr("Le websocket de Mattermost se connecte, mais ne salue pas le robot : ce n'est pas Mattermost.")
            return faute("mattermost.websocket", said, RETRY)
        if not secure:
            said = tr("Le websocket de Mattermost se connecte sans chiffrement (http).")
            return attention("mattermost.websocket", said, tr("Donnez à MATTERMOST_URL une adresse en https."))
        return ok("mattermost.websocket", tr("Le websocket de Mattermost se connecte par TLS."))

    async def _command(self, *, token: bool) -> list[Finding]:
        if self.command_token:
            return await self._typing.compared() if token else []
        said = tr("MATTERMOST_COMMAND_TOKEN manque : la commande « /atelier » est refusée.")
        return [attention(POINT, said, COMMAND)]

    @property
    def _typing(self) -> CommandSounding:
        return CommandSounding(
            self.url, self.token, self.public, self.command_token, self.patience, self.channel, self.admin
        )

    async def _called(self, *, token: bool, typed: bool) -> list[Finding]:
        """Whether the server reaches the bot: it is made to; else, what can be seen from here. `typed`: by a command too."""
        asked = urlsplit(self.public)
        if asked.scheme not in PORTS or not asked.hostname:
            said = tr("ATELIER_PUBLIC_URL manque : aucun bouton de Mattermost ne mènerait au robot.")
            repair = tr("Donnez l'adresse à laquelle le serveur Mattermost appelle le robot, par exemple https://atelier.exemple.fr.")  # fmt: skip
            return [faute("mattermost.rappel", said, repair)]
        made = await self._sounded() if token else []
        if self.secret is not None and [finding.level for finding in made] == [Level.OK]:
            return [*made, *([await self._typing.typed(self.secret)] if typed else [])]
        inside = await asyncio.to_thread(private, asked.hostname)
        return [*made, *([_untrusted(asked.hostname)] if inside else []), await self._healthy()]

    async def _sounded(self) -> list[Finding]:
        if self.secret is None:
            return []
        sounding = Sounding(self.url, self.token, self.public, self.secret, self.patience, self.channel, self.processes)
        return [await sounding.finding()]

    async def _healthy(self) -> Finding:
        try:
            async with httpx.AsyncClient(timeout=self.patience, verify=trust()) as http:
                answer = await http.get(f"{self.public.rstrip('/')}{HEALTHY}")
            why = "" if answer.status_code == httpx.codes.OK else f"HTTP {answer.status_code}"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            why = type(error).__name__
        if not why:
            said = tr("Le robot répond à son adresse publique {url}.", url=raw(self.public))
            return ok("mattermost.rappel", said)
        said = tr("Le robot ne répond pas à son adresse publique {url} ({why}).", url=raw(self.public), why=raw(why))
        return attention("mattermost.rappel", said, CALLS)


def _unconnected(failure: Exception) -> Finding:
    """The reason, a certificate's by its name."""
    point, found = "mattermost.websocket", certificates.refused(failure)
    if found is not None:
        why, repair = found
        said = tr(
            "{why} Le websocket ne se connecte pas : les messages écrits au robot ne lui parviennent pas.", why=why
        )
        return faute(point, said, repair)
    told = raw(str(failure)[:200] or type(failure).__name__)
    said = tr("Le websocket de Mattermost ne se connecte pas ({why}) : les messages écrits au robot ne lui parviennent pas.", why=told)  # fmt: skip
    return faute(point, said, RETRY)


def _untrusted(host: str) -> Finding:
    said = tr("« {host} » est une adresse intérieure : Mattermost refuse de l'appeler si on ne l'y autorise pas.", host=raw(host))  # fmt: skip
    repair = tr(
        "Dans la Console système de Mattermost (Environnement → Développeur), ajoutez « {host} » à "
        "AllowedUntrustedInternalConnections.",
        host=raw(host),
    )
    return attention("mattermost.adresse", said, repair)


def private(host: str) -> bool:
    """True when the name leads to an address of an inner network; False when it leads nowhere from here."""
    try:
        found = socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)
    except OSError:
        return False
    return any(not ipaddress.ip_address(str(address[4][0]).partition("%")[0]).is_global for address in found)
