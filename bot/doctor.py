"""The bot examined: settings, database, clocks, what waits, the journal, both chats. It never raises.

It changes nothing, a round trip excepted: that one writes to an administrator, and is asked for.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from atelier.calendar import OVERSEAS_ZONES
from bot import database_checkup, doctor_round_trip, doctor_secrets, settings_checkup, workspaces_checkup
from bot.findings import Finding, faute, ok
from bot.mattermost.checkup import Checkup as MattermostCheckup
from bot.settings import Settings
from bot.slack.checkup import Checkup as SlackCheckup
from chat.text import raw, tr

log = structlog.get_logger()
PARIS = "Europe/Paris"
ADMIN = "MATTERMOST_ADMIN_TOKEN"
"""No setting: lent to the doctor for one look at the server's own settings."""
Group = Callable[[], Awaitable[list[Finding]]]


async def examine(trip: float = 0.0) -> list[Finding]:
    """Look at everything the environment names; groups that wait for a network wait together.

    `trip` is how many seconds an administrator has to press the button they are sent; 0: they are sent none.
    """
    read = settings_checkup.examine()
    groups: list[tuple[str, Group]] = [("fuseaux", _zones)]
    if read.chosen is not None:
        groups += [
            ("secrets", _secrets(read.chosen)),
            ("base", _database(read.chosen)),
            ("slack", _slack(read.chosen)),
            ("espaces", _several(read.chosen)),
            ("mattermost", _mattermost(read.chosen)),
            *([("aller_retour", _trip(read.chosen, trip))] if trip else []),
        ]
    found = await asyncio.gather(*(_guarded(name, group) for name, group in groups))
    return [*read.findings, *(finding for findings in found for finding in findings)]


def _secrets(chosen: Settings) -> Group:
    async def looked() -> list[Finding]:
        return doctor_secrets.findings(chosen)

    return looked


def _trip(chosen: Settings, patience: float) -> Group:
    async def looked() -> list[Finding]:
        return await doctor_round_trip.findings(chosen, patience)

    return looked


def _memory(chosen: Settings) -> database_checkup.Checkup:
    return database_checkup.Checkup(chosen.database_url, settings_checkup.secret(chosen))


def _database(chosen: Settings) -> Group:
    async def looked() -> list[Finding]:
        return await asyncio.to_thread(_memory(chosen).findings)

    return looked


def _slack(chosen: Settings) -> Group:
    async def looked() -> list[Finding]:
        if chosen.slack_bot_token is None:
            return []
        token, channel = chosen.slack_bot_token.get_secret_value(), settings_checkup.review_on(chosen, "slack")
        return await SlackCheckup(token, chosen.slack_api_url, channel).findings()

    return looked


def _several(chosen: Settings) -> Group:
    async def looked() -> list[Finding]:
        return await workspaces_checkup.findings(chosen)

    return looked


def _mattermost(chosen: Settings) -> Group:
    async def looked() -> list[Finding]:
        if not chosen.mattermost_url or chosen.mattermost_token is None:
            return []
        token, command = chosen.mattermost_token.get_secret_value(), chosen.mattermost_command_token
        return await MattermostCheckup(
            chosen.mattermost_url, token, command.get_secret_value() if command else "", chosen.atelier_public_url,
            settings_checkup.review_on(chosen, "mattermost"), await asyncio.to_thread(_memory(chosen).places, "mattermost"),
            settings_checkup.secret(chosen), os.environ.get(ADMIN, ""), await asyncio.to_thread(_memory(chosen).processes),
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
