"""The server made to call the bot, by the bot's own token: a dialog that nobody opened, whose answer comes back by it.

`atelier doctor` asks; the running bot answers (`bot.mattermost.probe`). Measured on 5.37, read in 11.4 (facts 22, 27).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from bot.findings import Finding, attention, faute, ok
from bot.ids import fresh_id
from bot.mattermost import dialogs, probe
from bot.mattermost.client import API, trust
from bot.mattermost.press import Seals
from chat.text import Text, raw, tr

POINT = "mattermost.appel"
SUBMIT = "/actions/dialogs/submit"
NOT_OURS = frozenset({httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND, httpx.codes.UNAUTHORIZED})
"""The server refused to try: it said nothing of the way to us."""
CALLS = tr(
    "Lancez « atelier serve », vérifiez le nom, le certificat et le pare-feu entre Mattermost et le robot, et, pour une adresse "
    "intérieure, AllowedUntrustedInternalConnections ; puis relancez « atelier doctor »."
)
OTHER = tr(
    "Donnez à ATELIER_PUBLIC_URL l'adresse de ce robot, la même ATELIER_SECRET_KEY à tous ses processus, et relancez-les."
)
STRAY = tr(
    "Un robot d'avant une restauration ou un déménagement tourne encore, sur une autre base : arrêtez-le. Deux robots sur le même "
    "compte répondent deux fois, et ce que l'un décide, l'autre ne le sait pas."
)
BY_HAND = tr(
    "Invitez le robot dans le salon de revue ; ou lancez « atelier doctor --aller-retour » et pressez le bouton qu'il envoie."
)


@dataclass(frozen=True, slots=True)
class Sounding:
    """One server, the bot's public address, the key of the bot; `channel` is one that the bot is in, if one is known.

    `processes` are those of this database (« host:pid »), None when it does not tell.
    """

    url: str
    token: str = field(repr=False)
    public: str
    secret: bytes = field(repr=False)
    patience: float
    channel: str = ""
    processes: tuple[str, ...] | None = None

    async def finding(self) -> Finding:
        """Whether the server reaches the bot; honest when it could not be made to try."""
        async with asking(self.url, self.token, self.patience) as http:
            try:
                found = await spot(http, self.channel)
                return await self._sounded(http, found) if found else _untried(tr("le robot n'est dans aucun salon"))
            except httpx.TimeoutException:
                return self._fault(raw(f"plus de {int(self.patience)} s"))
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as failure:
                return _untried(raw(type(failure).__name__))

    async def _sounded(self, http: httpx.AsyncClient, where: dict[str, str]) -> Finding:
        nonce, by = fresh_id(), Seals.of(self.secret).probe
        body = {
            **where, "url": f"{self.public.rstrip('/')}{dialogs.PATH}", "callback_id": probe.CALLBACK, "submission": {},
            "state": probe.asked(by, nonce, datetime.now(UTC)), "cancelled": False,
        }  # fmt: skip
        answer = await http.post(SUBMIT, json=body)
        told = answer.json()
        told = told if isinstance(told, Mapping) else {}
        why = raw(str(told.get("id") or f"HTTP {answer.status_code}"))
        if answer.status_code in NOT_OURS:
            return _untried(why)
        if not answer.is_success:
            return self._fault(why)
        ours, _, process = str(told.get("error")).partition(" ")
        if ours != probe.expected(by, nonce):
            said = tr(
                "À {url}, ce n'est pas ce robot qui répond à Mattermost, ou il a une autre clé.", url=raw(self.public)
            )
            return faute(POINT, said, OTHER)
        if (
            process
            and self.processes is not None
            and process not in {probe.placed(by, nonce, p) for p in self.processes}
        ):
            said = tr("À {url} répond un robot qui a cette clé, mais n'est pas sur cette base.", url=raw(self.public))
            return faute(POINT, said, STRAY)
        spent = round(answer.elapsed.total_seconds() * 1000)
        said = tr(
            "Mattermost appelle bien le robot à {url} : aller-retour en {count} ms.", url=raw(self.public), count=spent
        )
        return ok(POINT, said)

    def _fault(self, why: Text) -> Finding:
        said = tr("Mattermost n'arrive pas à appeler le robot à {url} ({why}).", url=raw(self.public), why=why)
        return faute(POINT, said, CALLS)


def asking(url: str, token: str, patience: float) -> httpx.AsyncClient:
    """What asks a server by its paths, in the name of a token; `patience` is in seconds, for each question."""
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=f"{url.rstrip('/')}{API}", timeout=patience, headers=headers, verify=trust())


async def spot(http: httpx.AsyncClient, channel: str) -> dict[str, str]:
    """A channel that the bot is in, and its team, which the server asks for. Nothing when there is none. Raises HTTPError."""
    found = await _read(http, f"/channels/{channel}") if channel else None
    if isinstance(found, Mapping) and found.get("team_id") and not found.get("delete_at"):
        return {"channel_id": channel, "team_id": str(found["team_id"])}
    for team in objects(await _read(http, "/users/me/teams")):
        for held in objects(await _read(http, f"/users/me/teams/{team.get('id')}/channels")):
            if held.get("team_id") and not held.get("delete_at"):
                return {"channel_id": str(held.get("id")), "team_id": str(team.get("id"))}
    return {}


async def _read(http: httpx.AsyncClient, path: str) -> object:
    answer = await http.get(path)
    return answer.json() if answer.is_success else None


def objects(found: object) -> list[Mapping[str, Any]]:
    """The objects of a list, whatever it is."""
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def _untried(why: Text) -> Finding:
    """Nothing was proved, neither that it works nor that it does not."""
    said = tr("Mattermost n'a pas pu être amené à appeler le robot ({why}) : ce n'est pas vérifié.", why=why)
    return attention(POINT, said, BY_HAND)
