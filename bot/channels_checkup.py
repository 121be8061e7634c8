"""The channels that do not open, do not get their members, or were archived: why, and what to do. Reads the memory alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from bot.findings import Finding, attention, faute, ok
from bot.mattermost import link
from chat.text import Text, raw, tr
from handlers.here import platform_name
from storage.ateliers import PREFIX, Failing
from storage.reader import HeldBack, Reader

POINT = "canaux"
STUCK = 4
"""Tries after which it is no passing outage: the clock waits a quarter of an hour between two by then."""
SHOWN = 10
ARCHIVED = ("is_archived", *link.ARCHIVED)
"""What Slack and Mattermost say of a channel in which nothing can be written any more."""
UNARCHIVE = tr(
    "Désarchivez-le sur la plateforme ; sur Slack, réinvitez-y le robot. Les messages partiront dans le quart d'heure, dans l'ordre. "
    "Pour un salon de revue abandonné, donnez-en un autre à ATELIER_REVIEW_CHANNEL."
)
REPAIRS = (
    (ARCHIVED, UNARCHIVE),
    (
        ("missing_scope",),
        tr("Mettez l'application Slack à jour : « atelier slack manifest », puis réinstallez-la (docs/slack.md)."),
    ),
    (
        ("restricted_action", "no_permission", "access_denied", "api.context.permissions"),
        tr("Demandez à l'administrateur de la plateforme de laisser le robot créer des canaux privés et y inviter."),
    ),
    (("MATTERMOST_TEAM",), tr("Donnez MATTERMOST_TEAM : l'équipe où s'ouvrent les canaux.")),
    (
        ("no platform",),
        tr("Redonnez les réglages de cette plateforme, ou retirez de l'annuaire les comptes qui y sont."),
    ),
    (("taken",), tr("Renommez sur la plateforme les canaux qui portent ce nom, archivés compris.")),
    (
        ("invalid_auth", "token_", "account_inactive", "not_authed"),
        tr("Donnez au robot un jeton valable, puis relancez « atelier doctor »."),
    ),
)
OTHERWISE = tr(
    "Le robot réessaie tous les quarts d'heure, et écrit aux personnes directement d'ici là. Si la raison reste, "
    "cherchez « channel later » dans les journaux."
)


def findings(reader: Reader) -> list[Finding]:
    """Everything found, one finding a platform and a reason, one a channel that was archived. Raises Away."""
    return [*_unopened(reader), *(_archived(held) for held in reader.held_back(ARCHIVED))]


def _archived(held: HeldBack) -> Finding:
    """Letters wait for it: nothing is lost, and nothing leaves either."""
    told = {"count": held.count, "platform": platform_name(held.place.platform)}
    if (ref := held.place.id.removeprefix(PREFIX)) != held.place.id:
        said = tr(
            "Le canal de l'atelier {ref} est archivé sur {platform} : {count} message(s) y attend(ent).",
            ref=raw(ref),
            **told,
        )
    else:
        said = tr(
            "Le salon {id} est archivé sur {platform} : {count} message(s) y attend(ent).",
            id=raw(held.place.id),
            **told,
        )
    return faute("canaux.archives", said, UNARCHIVE, held.place.id)


def _unopened(reader: Reader) -> list[Finding]:
    failing = reader.run(b"", lambda unit: unit.ateliers.failing())
    if not failing:
        return [ok(POINT, tr("Aucun canal d'atelier n'attend d'être ouvert ou mis à jour."))]
    ordered = sorted(failing, key=_why)
    return [_finding(list(group)) for _, group in groupby(ordered, key=_why)]


def _why(channel: Failing) -> tuple[str, bool, str]:
    return channel.platform, channel.opened, channel.reason


def _finding(channels: Sequence[Failing]) -> Finding:
    first, count = channels[0], len(channels)
    listed = ", ".join(channel.name for channel in channels[:SHOWN]) + (" …" if count > SHOWN else "")
    told = {"count": count, "platform": platform_name(first.platform), "list": raw(listed), "why": raw(first.reason)}
    said = (
        tr("{count} canal(aux) d'atelier sur {platform} où il manque des membres ({list}) : {why}.", **told)
        if first.opened
        else tr("{count} canal(aux) d'atelier impossible(s) à ouvrir sur {platform} ({list}) : {why}.", **told)
    )
    grave = max(channel.attempts for channel in channels) >= STUCK
    return (faute if grave else attention)(POINT, said, _repair(first.reason), first.platform)


def _repair(reason: str) -> Text:
    return next((repair for codes, repair in REPAIRS if any(code in reason for code in codes)), OTHERWISE)
