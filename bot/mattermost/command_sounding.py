"""« /atelier » tried to its end: compared where its token can be read, then typed by the bot itself, and answered by the bot.

Only who manages the commands reads their tokens; the bot may type one in a channel it is in, and the answer comes back by the
server (measured on 5.37). The words are sealed, good for two minutes and for the bot's own account; nothing changes.
"""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from bot.findings import Finding, attention, faute, ok
from bot.ids import fresh_id
from bot.mattermost import probe
from bot.mattermost.press import Seals
from bot.mattermost.sounding import NOT_OURS, asking, objects, spot
from bot.payload import text
from chat.text import Text, raw, tr

POINT = "mattermost.commande"
TRIGGER = "atelier"
PATH = "/mattermost/commands"
MISSING, OFF, REFUSED = "not_found", "api.command.disabled", "failed_resp"
"""What the ids of the server's errors hold: no such command, commands switched off, an answer that is no 200."""
COMMAND = tr(
    "Recopiez dans MATTERMOST_COMMAND_TOKEN le jeton de la commande « /atelier » (Intégrations → Commandes), ou lancez "
    "« atelier mattermost installer » ; puis relancez le robot."
)
INSTALL = tr("Lancez « atelier mattermost installer » : il crée la commande, ou corrige son adresse.")
LOOK = tr(
    "Donnez MATTERMOST_ADMIN_TOKEN à « atelier doctor » pour que le jeton soit comparé, ou tapez « /atelier aide » dans Mattermost."
)


@dataclass(frozen=True, slots=True)
class CommandSounding:
    """One server, the bot's public address, what MATTERMOST_COMMAND_TOKEN holds; `channel` is one that the bot is in.

    `admin` is an administrator's token, if one was lent; `patience` is in seconds, for each question.
    """

    url: str
    token: str = field(repr=False)
    public: str
    command_token: str = field(repr=False)
    patience: float
    channel: str = ""
    admin: str = field(default="", repr=False)

    async def compared(self) -> list[Finding]:
        """What is wrong with the command as the server has it; nothing when that cannot be read, or when all is well."""
        async with asking(self.url, self.token, self.patience) as http:
            try:
                return [finding async for finding in self._listed(http)]
            except (httpx.HTTPError, httpx.InvalidURL, ValueError):
                return []  # the server's silence has a finding of its own

    async def typed(self, secret: bytes) -> Finding:
        """Whether the running bot knows the command that the server sends it: to be asked once the server reaches the bot."""
        async with asking(self.url, self.token, self.patience) as http:
            try:
                return await self._typed(http, secret)
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as failure:
                return _untried(raw(type(failure).__name__))

    async def _listed(self, http: httpx.AsyncClient) -> AsyncIterator[Finding]:
        seen = False
        for team in objects((await http.get("/users/me/teams")).json()):
            headers = {"Authorization": f"Bearer {self.admin or self.token}"}
            asked = {"team_id": text(team, "id"), "custom_only": "true"}
            answer = await http.get("/commands", params=asked, headers=headers)
            if not answer.is_success:
                return
            for command in objects(answer.json()):
                if text(command, "trigger") == TRIGGER:
                    seen = True
                    for finding in self._wrong(command, text(team, "name")):
                        yield finding
        if not seen:
            yield faute(POINT, tr("La commande « /atelier » n'existe dans aucune équipe du robot."), INSTALL)

    def _wrong(self, command: Mapping[str, Any], team: str) -> Iterator[Finding]:
        ours = [part.strip().encode() for part in self.command_token.split(",") if part.strip()]
        known = [hmac.compare_digest(text(command, "token").encode(), token) for token in ours]
        if not any(known):
            said = tr(
                "MATTERMOST_COMMAND_TOKEN n'est pas le jeton de la commande « /atelier » de l'équipe {team}.",
                team=raw(team),
            )
            yield faute(POINT, said, COMMAND)
        called = text(command, "url")
        if called != f"{self.public.rstrip('/')}{PATH}":
            said = tr("La commande « /atelier » de l'équipe {team} appelle {url}, et non ce robot.", team=raw(team), url=raw(called))  # fmt: skip
            yield faute(POINT, said, INSTALL)

    async def _typed(self, http: httpx.AsyncClient, secret: bytes) -> Finding:
        found = await spot(http, self.channel)
        if not found:
            return _untried(tr("le robot n'est dans aucun salon"))
        nonce, by = fresh_id(), Seals.of(secret).probe
        words = probe.words(by, nonce, datetime.now(UTC))
        answer = await http.post("/commands/execute", json={**found, "command": f"/{TRIGGER} {words}"})
        told = answer.json()
        told = told if isinstance(told, Mapping) else {}
        if not answer.is_success:
            return _failed(answer.status_code, text(told, "id"))
        if not hmac.compare_digest(text(told, "text").encode(), probe.typed_answer(by, nonce).encode()):
            said = tr("« /atelier » mène à un autre programme que ce robot, ou à un robot qui a une autre clé.")
            return faute(POINT, said, INSTALL)
        return ok(POINT, tr("Le robot a tapé « /atelier » : la commande lui est revenue, avec le bon jeton."))


def _failed(status: int, code: str) -> Finding:
    if REFUSED in code:
        said = tr("Le robot refuse la commande « /atelier » : elle ne porte pas le jeton qu'il attend.")
        return faute(POINT, said, COMMAND)
    if MISSING in code:
        return faute(POINT, tr("La commande « /atelier » n'existe dans aucune équipe du robot."), INSTALL)
    if OFF in code:
        repair = tr("Console système → Intégrations → Gestion des intégrations : activez les commandes personnalisées.")
        return faute(POINT, tr("Le serveur n'a pas de commandes : elles y sont désactivées."), repair)
    if status in NOT_OURS:
        return _untried(raw(code or f"HTTP {status}"))
    said = tr(
        "« /atelier » n'atteint pas le robot ({why}), alors que les boutons l'atteignent.",
        why=raw(code or f"HTTP {status}"),
    )
    return faute(POINT, said, INSTALL)


def _untried(why: Text) -> Finding:
    said = tr("La commande « /atelier » n'a pas pu être tapée ({why}) : son jeton n'est pas vérifié.", why=why)
    return attention(POINT, said, LOOK)
