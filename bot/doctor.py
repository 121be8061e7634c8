"""The bot examined: settings, database, clocks, what waits, the journal, both chats. It changes nothing and never raises."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from atelier.calendar import OVERSEAS_ZONES
from bot import database_checkup, settings_checkup
from bot.findings import Finding, faute, ok
from bot.mattermost.checkup import Checkup as MattermostCheckup
from bot.settings import Settings
from bot.slack.checkup import Checkup as SlackCheckup
from chat.text import raw, tr

log = structlog.get_logger()
PARIS = "Europe/Paris"
Group = Callable[[], Awaitable[list[Finding]]]


async def examine() -> list[Finding]:
    """Look at everything the environment names; groups that wait for a network wait together."""
    read = settings_checkup.examine()
    groups: list[tuple[str, Group]] = [("fuseaux", _zones)]
    if read.chosen is not None:
        groups += [
            ("base", _database(read.chosen)),
            ("slack", _slack(read.chosen)),
            ("mattermost", _mattermost(read.chosen)),
        ]
    found = await asyncio.gather(*(_guarded(name, group) for name, group in groups))
    return [*read.findings, *(finding for findings in found for finding in findings)]


def _database(chosen: Settings) -> Group:
    checkup = database_checkup.Checkup(chosen.database_url, settings_checkup.secret(chosen))

    async def looked() -> list[Finding]:
        return await asyncio.to_thread(checkup.findings)

    return looked


def _slack(chosen: Settings) -> Group:
    async def looked() -> list[Finding]:
        if chosen.slack_bot_token is None:
            return []
        token, channel = chosen.slack_bot_token.get_secret_value(), settings_checkup.review_on(chosen, "slack")
        return await SlackCheckup(token, chosen.slack_api_url, channel).findings()

    return looked


def _mattermost(chosen: Settings) -> Group:
    async def looked() -> list[Finding]:
        if not chosen.mattermost_url or chosen.mattermost_token is None:
            return []
        token, command = chosen.mattermost_token.get_secret_value(), chosen.mattermost_command_token
        return await MattermostCheckup(
            chosen.mattermost_url, token, command.get_secret_value() if command else "", chosen.atelier_public_url,
            settings_checkup.review_on(chosen, "mattermost"),
        ).findings()  # fmt: skip

    return looked


async def _zones() -> list[Finding]:
    return [zones((PARIS, *OVERSEAS_ZONES.values()))]


def zones(keys: Iterable[str]) -> Finding:
    """Whether the time zones of the territory are known here."""
    missing = [key for key in dict.fromkeys(keys) if not _known(key)]
    if missing:
        said = tr("Fuseaux horaires inconnus sur cette machine : {zones}.", zones=raw(", ".join(missing)))
        return faute("fuseaux", said, tr("Installez le paquet « tzdata » (pip install tzdata)."))
    return ok("fuseaux", tr("Les fuseaux horaires de métropole et d'outre-mer sont connus."))


def _known(key: str) -> bool:
    try:
        ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


async def _guarded(name: str, group: Group) -> list[Finding]:
    """The group's findings; one that breaks is itself a finding."""
    try:
        return await group()
    except Exception as failure:
        log.exception("checkup failed", group=name)
        said = tr("Ce contrôle a échoué ({why}).", why=raw(type(failure).__name__))
        return [
            faute(name, said, tr("Signalez cet incident, avec ce que la commande a écrit, à qui maintient le robot."))
        ]
