"""`atelier mattermost installer`: what an administrator's token may create or check. Run again, it changes nothing.

Synchronous: it is a command. The bot cannot do it (fact 37: neither commands nor settings are its own to touch).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from mattermostdriver import Driver

from bot.findings import Finding, attention, faute, ok
from bot.mattermost.client import Failure
from bot.mattermost.installed import Installed, Stopped, Wanted
from bot.mattermost.installer_settings import Served, settings
from bot.mattermost.words import HINT, WHAT
from bot.payload import Payload, part, text
from chat.text import Text, raw, tr

TRIGGER = "atelier"
MISSING = httpx.codes.NOT_FOUND
ADMIN = "system_admin"
AGAIN = tr("Corrigez, puis relancez « atelier mattermost installer » : ce qui est fait ne sera pas refait.")


@dataclass(slots=True)
class Installer:
    """Installs on one server, by an administrator's driver. `say` reads a sentence, for what people see there."""

    api: Driver
    wanted: Wanted
    say: Callable[[Text], str]
    done: Installed = field(default_factory=Installed)

    def run(self) -> Installed:
        """Everything, in order; stops at what everything else needs. Raises nothing but what is a fault of ours."""
        try:
            self._administrator()
            team = self._team()
            self.done.findings += self._settings()
            bot = self._bot()
            self._joined(team, bot)
            self._token(bot)
            self._command(team)
            self._channel(team, bot)
        except Stopped as stopped:
            self.done.findings.append(stopped.finding)
        except Failure as failure:
            why = raw(f"{failure}, {failure.request}" if failure.request else str(failure))
            said = tr("Mattermost a refusé ({why}).", why=why)
            self.done.findings.append(faute("mattermost", said, AGAIN))
        return self.done

    def _ok(self, point: str, said: Text) -> None:
        self.done.findings.append(ok(f"mattermost.{point}", said))

    def _administrator(self) -> None:
        me = self.api.users.get_user("me")
        if ADMIN not in text(me, "roles").split():
            said = tr("@{who} n'est pas administrateur du serveur Mattermost.", who=raw(text(me, "username")))
            raise Stopped(faute("mattermost.admin", said, tr("Donnez le jeton personnel d'un administrateur système.")))
        self._ok("admin", tr("Le jeton est celui d'un administrateur, @{who}.", who=raw(text(me, "username"))))

    def _team(self) -> str:
        found = self._found(lambda: self.api.teams.get_team_by_name(self.wanted.team))
        if found is None:
            said = tr("Mattermost n'a pas d'équipe « {team} ».", team=raw(self.wanted.team))
            repair = tr("Donnez le nom qui est dans l'adresse de l'équipe : https://serveur/NOM/channels/revue.")
            raise Stopped(faute("mattermost.equipe", said, repair))
        self._ok("equipe", tr("L'équipe « {team} » existe.", team=raw(self.wanted.team)))
        return text(found, "id")

    def _settings(self) -> Iterator[Finding]:
        try:
            found = self.api.system.get_configuration()
        except Failure as failure:
            said = tr("Les réglages du serveur ne se lisent pas ({why}).", why=raw(str(failure)))
            repair = tr("Demandez à un administrateur système de les vérifier (voir docs/faits-mattermost.md).")
            return iter([attention("mattermost.reglages", said, repair)])
        return settings(found, Served(self.wanted.public))

    def _bot(self) -> str:
        name = self.wanted.bot
        found = self._found(lambda: self.api.users.get_user_by_username(name))
        if found is None:
            made = self._post(
                "/bots", {"username": name, "display_name": "Atelier Flash", "description": self.say(WHAT)}
            )
            self.done.env["MATTERMOST_TOKEN"] = ""
            self._ok("robot", tr("Le compte de robot @{who} est créé.", who=raw(name)))
            return text(made, "user_id")
        if not part(found, "is_bot"):
            said = tr("@{who} est le compte d'une personne : le robot ne peut pas le prendre.", who=raw(name))
            raise Stopped(faute("mattermost.robot", said, tr("Choisissez un autre nom avec « --robot ».")))
        if part(found, "delete_at"):
            self._post(f"/bots/{text(found, 'id')}/enable", {})
            self._ok("robot", tr("Le compte de robot @{who} est réactivé.", who=raw(name)))
        else:
            self._ok("robot", tr("Le compte de robot @{who} existe.", who=raw(name)))
        return text(found, "id")

    def _joined(self, team: str, bot: str) -> None:
        self.api.teams.add_user_to_team(team, {"team_id": team, "user_id": bot})
        self._ok("membre", tr("Le robot est membre de l'équipe."))

    def _token(self, bot: str) -> None:
        if "MATTERMOST_TOKEN" in self.done.env or self.wanted.renew:
            made = self.api.users.create_user_access_token(bot, {"description": "atelier-bot"})
            self.done.env["MATTERMOST_TOKEN"] = text(made, "token")
            self._ok("jeton", tr("Un jeton du robot est créé : il n'est montré qu'ici."))
        else:
            said = tr("Le robot garde le jeton qu'il a ; « --nouveau-jeton » en crée un autre.")
            self._ok("jeton", said)

    def _command(self, team: str) -> None:
        listed = self.api.commands.list_commands_for_team({"team_id": team, "custom_only": "true"})
        found = next((c for c in listed if text(c, "trigger") == TRIGGER), None)
        body = self._command_body(team)
        if found is None:
            found = self.api.commands.create_command(body)
            self._ok("commande", tr("La commande « /atelier » est créée."))
        elif any(part(found, name) != body[name] for name in ("url", "method")):
            found = self.api.client.put(f"/commands/{text(found, 'id')}", {**found, **body})
            self._ok("commande", tr("La commande « /atelier » appelle maintenant {url}.", url=raw(str(body["url"]))))
        else:
            self._ok("commande", tr("La commande « /atelier » existe et appelle le robot."))
        self.done.env["MATTERMOST_COMMAND_TOKEN"] = text(found, "token")

    def _command_body(self, team: str) -> dict[str, Any]:
        return {
            "team_id": team, "trigger": TRIGGER, "method": "P", "url": f"{self.wanted.public.rstrip('/')}/mattermost/commands",
            "auto_complete": True, "auto_complete_desc": self.say(WHAT), "auto_complete_hint": self.say(HINT),
            "display_name": "Atelier Flash", "description": self.say(WHAT), "username": self.wanted.bot,
        }  # fmt: skip

    def _channel(self, team: str, bot: str) -> None:
        name = self.wanted.channel
        found = self._found(lambda: self.api.channels.get_channel_by_name(team, name))
        if found is None:
            body = {"team_id": team, "name": name, "display_name": "Revue AD1", "type": "P"}
            found = self.api.channels.create_channel(body)
            self._ok("salon", tr("Le salon privé « {name} » est créé.", name=raw(name)))
        else:
            self._ok("salon", tr("Le salon « {name} » existe.", name=raw(name)))
        self.api.channels.add_user(text(found, "id"), {"user_id": bot})
        self.done.env["ATELIER_REVIEW_CHANNEL"] = f"mattermost:{text(found, 'id')}"

    def _post(self, path: str, body: dict[str, Any]) -> Payload:
        made: Payload = self.api.client.post(path, body)
        return made

    @staticmethod
    def _found(ask: Callable[[], Mapping[str, Any]]) -> Payload | None:
        try:
            return ask()
        except Failure as failure:
            if failure.status != MISSING:
                raise
            return None
