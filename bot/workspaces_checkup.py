"""The workspaces where the bot was installed, examined one by one; and the platforms that letters wait for in vain."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from bot import settings, settings_checkup
from bot.findings import Finding, attention, faute, ok
from bot.learning import home_mark
from bot.settings import Settings, Wrong
from bot.slack.checkup import AGAIN, Checkup
from bot.slack.install_words import WHY
from bot.slack.teams import is_workspace
from chat.text import Day, raw, tr
from storage.errors import Away
from storage.reader import open_reader
from storage.unit import Unit
from storage.workspaces import Workspace

POINT = "espaces"
ABREAST = 8
"""Workspaces asked at once."""
BACK = tr(
    "Redonnez les réglages de cette plateforme, ou retirez de l'annuaire les comptes qui y sont : rien n'est perdu d'ici là."
)
TWICE = tr(
    "Retirez SLACK_BOT_TOKEN des réglages ; ou écrivez « slack » à la place dans l'annuaire, dans les accords-cadres et les "
    "réglages, puis retirez cet espace avec « atelier slack retirer »."
)
INSTALL = tr(
    "Lancez le robot, écrivez un lien avec « atelier slack inviter », ouvrez-le et choisissez cet espace ; ou corrigez "
    "ATELIER_REVIEW_CHANNEL."
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the database says: every workspace, those that are there with their token, how many letters wait on each platform."""

    every: tuple[Workspace, ...]
    live: tuple[Workspace, ...]
    waiting: dict[str, int]
    home: str
    """The team of the settings' token, as the bot learnt it."""


async def findings(chosen: Settings) -> list[Finding]:
    """Everything found; nothing of a database that does not answer, which is told elsewhere."""
    seen = await asyncio.to_thread(_seen, chosen)
    if seen is None:
        return []
    room = asyncio.Semaphore(ABREAST)
    asked = await asyncio.gather(*(_asked(chosen, workspace, room) for workspace in seen.live))
    return [
        *_counted(chosen, seen),
        *(finding for found in asked for finding in found),
        *_gone(seen),
        *_nowhere(chosen, seen),
    ]


def _seen(chosen: Settings) -> Seen | None:
    def read(unit: Unit) -> Seen:
        waiting = {platform: count for platform, (count, _) in unit.outbox.waiting().items()}
        token = chosen.slack_bot_token
        mark = unit.conversations.at(home_mark(token.get_secret_value())) if token else None
        return Seen(unit.workspaces.all(), unit.workspaces.live(), waiting, (mark or {}).get("team", ""))

    try:
        with open_reader(chosen.database_url) as reader:
            reader.check_schema()
            return reader.run(b"", read)
    except Away:
        return None


async def _asked(chosen: Settings, workspace: Workspace, room: asyncio.Semaphore) -> list[Finding]:
    channel = settings_checkup.review_on(chosen, workspace.platform)
    async with room:
        return await Checkup(
            workspace.token, chosen.slack_api_url, channel, about=workspace.platform, name=workspace.name
        ).findings()  # fmt: skip


def _counted(chosen: Settings, seen: Seen) -> Iterator[Finding]:
    if chosen.oauth:
        yield ok(POINT, tr("Espaces Slack installés par invitation : {count}.", count=len(seen.live)))
    elif seen.live:
        said = tr("Le robot ne sert plus {count} espace(s) Slack installé(s) par invitation.", count=len(seen.live))
        yield faute(POINT, said, tr("Redonnez SLACK_CLIENT_ID et SLACK_CLIENT_SECRET, puis relancez le robot."))
    yield from (_twice(workspace) for workspace in seen.live if workspace.team == seen.home)
    review = _review(chosen)
    if chosen.oauth and is_workspace(review) and review not in {w.platform for w in seen.live}:
        said = tr("Le salon de revue est dans « {platform} », où le robot n'est pas installé.", platform=raw(review))
        yield faute("espaces.revue", said, INSTALL, review)


def _twice(workspace: Workspace) -> Finding:
    said = tr(
        "« {name} » est servi par SLACK_BOT_TOKEN : ses comptes « {platform} », installés par invitation, ne le sont plus.",
        name=raw(workspace.name), platform=raw(workspace.platform),
    )  # fmt: skip
    return faute("espaces.double", said, TWICE, workspace.platform)


def _review(chosen: Settings) -> str:
    try:
        return chosen.review().platform
    except Wrong:
        return ""


def _gone(seen: Seen) -> Iterator[Finding]:
    """Those that took the bot out, while something waits for them; the others are only history."""
    for workspace in seen.every:
        count = seen.waiting.get(workspace.platform, 0)
        if workspace.gone is not None and count:
            said = tr(
                "« {name} » ({platform}) n'a plus le robot depuis {gone} ({why}) : {count} message(s) y attend(ent).",
                name=raw(workspace.name), platform=raw(workspace.platform), gone=Day(day=workspace.gone.date()),
                why=WHY.get(workspace.why, raw(workspace.why)), count=count,
            )  # fmt: skip
            yield attention("espaces.partis", said, AGAIN, workspace.platform)


def _nowhere(chosen: Settings, seen: Seen) -> Iterator[Finding]:
    """Letters for a platform that nobody serves: they wait, they are not dead."""
    try:
        names = settings.configured(chosen)
    except Wrong:
        return
    known = {*names, *(w.platform for w in seen.every)}
    for platform, count in seen.waiting.items():
        if platform not in known:
            said = tr(
                "{count} message(s) attend(ent) « {platform} », que le robot ne sert pas.",
                count=count,
                platform=raw(platform),
            )
            yield attention("messages.plateforme", said, BACK, platform)
