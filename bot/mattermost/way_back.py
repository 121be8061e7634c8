"""What comes from the server to the bot, as far as it can be seen from here: the websocket, and the addresses it calls."""

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

from bot.findings import Finding, attention, faute, ok
from bot.mattermost.client import API, PORTS, trust
from bot.mattermost.words import RETRY
from chat.text import raw, tr

COMMAND = tr(
    "Recopiez dans MATTERMOST_COMMAND_TOKEN le jeton de la commande « /atelier » (Intégrations → Commandes), ou lancez "
    "« atelier mattermost installer »."
)
HEALTHY = "/healthz"


@dataclass(frozen=True, slots=True)
class WayBack:
    """One server and the bot's public address. `patience` is in seconds, for each question."""

    url: str
    token: str = field(repr=False)
    public: str
    command_token: str = field(repr=False)
    patience: float

    async def findings(self, *, token: bool) -> list[Finding]:
        """What is found; the websocket is tried only with a token that the server knows."""
        socket_ = [await self._websocket()] if token else []
        return [*socket_, *self._command(), *await self._called()]

    async def _websocket(self) -> Finding:
        """Connected, and greeted: a token that is refused is no HTTP error there."""
        secure = self.url.startswith("https")
        address = f"{self.url.rstrip('/').replace('http', 'ws', 1)}{API}/websocket"
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
            why = raw(str(failure)[:200] or type(failure).__name__)
            said = tr("Le websocket de Mattermost ne se connecte pas ({why}) : les messages écrits au robot ne lui parviennent pas.", why=why)  # fmt: skip
            return faute("mattermost.websocket", said, RETRY)
        if not (secure and greeted):
            said = tr("Le websocket de Mattermost se connecte sans chiffrement (http).")
            return attention("mattermost.websocket", said, tr("Donnez à MATTERMOST_URL une adresse en https."))
        return ok("mattermost.websocket", tr("Le websocket de Mattermost se connecte par TLS."))

    def _command(self) -> list[Finding]:
        if self.command_token:
            return []
        said = tr("MATTERMOST_COMMAND_TOKEN manque : la commande « /atelier » est refusée.")
        return [attention("mattermost.commande", said, COMMAND)]

    async def _called(self) -> list[Finding]:
        """Whether the bot's address is one that the server may call, and answers from here."""
        asked = urlsplit(self.public)
        if asked.scheme not in PORTS or not asked.hostname:
            said = tr("ATELIER_PUBLIC_URL manque : aucun bouton de Mattermost ne mènerait au robot.")
            repair = tr("Donnez l'adresse à laquelle le serveur Mattermost appelle le robot, par exemple https://atelier.exemple.fr.")  # fmt: skip
            return [faute("mattermost.rappel", said, repair)]
        inside = await asyncio.to_thread(private, asked.hostname)
        return [*([_untrusted(asked.hostname)] if inside else []), await self._healthy()]

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
        repair = tr(
            "Lancez « atelier serve », vérifiez le nom, le certificat et le pare-feu entre Mattermost et le robot, puis "
            "relancez « atelier doctor »."
        )
        return attention("mattermost.rappel", said, repair)


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
