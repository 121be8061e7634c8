"""The settings examined: every one that does not fit, not the first alone. What they say is never repeated."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydantic import SecretStr, ValidationError

from bot import outward, settings
from bot.findings import Finding, attention, faute, ok
from bot.settings import Settings, Wrong, fault
from chat.text import tr

STRONG = 32
"""Characters of a good key."""
BITS = 100.0
"""What a key should weigh, by how often its characters come back: « aaaaaaaa… » weighs nothing."""
REPAIR = tr("Corrigez cette variable d'environnement (voir docs/reglages.md), puis relancez « atelier doctor ».")
KEY = tr(
    "Avant la mise en service, tirez une clé avec « openssl rand -hex 32 ». Ensuite, n'en changez plus : les boutons déjà "
    "affichés et le journal déjà scellé ne se vérifieraient plus."
)


@dataclass(frozen=True, slots=True)
class Read:
    """The settings, or None when they cannot be read; and what was found."""

    chosen: Settings | None
    findings: list[Finding]


def examine() -> Read:
    """Read the environment and look at everything in it."""
    try:
        chosen = Settings()
    except ValidationError as error:
        return Read(None, [_unfit(str(e["loc"][0] if e["loc"] else "?"), e["msg"]) for e in error.errors()])
    wrong = [*_wrong(chosen), *_shape(chosen)]
    found = wrong or [ok("reglages", tr("Les réglages sont complets et cohérents."))]
    return Read(chosen, [*found, *_key(chosen)])


def secret(chosen: Settings) -> bytes | None:
    """The key, or None when it is missing or too short."""
    try:
        return chosen.secret()
    except Wrong:
        return None


def _unfit(name: str, why: str) -> Finding:
    said = tr("{name} ne convient pas : {why}.", name=name.upper(), why=fault(name, why))
    return faute("reglages", said, REPAIR)


def _wrong(chosen: Settings) -> Iterator[Finding]:
    """What stops the start: each with the sentence that the start would say."""
    needed: tuple[Callable[[], object], ...] = (
        settings.read, lambda: settings.configured(chosen), chosen.secret, chosen.review, chosen.admins,
    )  # fmt: skip
    for need in needed:
        try:
            need()
        except Wrong as wrong:
            yield faute("reglages", wrong.sentence, REPAIR)


def _shape(chosen: Settings) -> Iterator[Finding]:
    """What does not stop the start, and will not work."""
    yield from _review(chosen)
    if not chosen.atelier_admins.strip():
        yield attention(
            "reglages", tr("ATELIER_ADMINS est vide : personne ne peut accepter les premiers accès."), REPAIR
        )
    for name, near in outward.unknown(os.environ, settings.names()):
        yield attention("reglages", outward.misspelt(name, near), REPAIR)
    socket = chosen.slack_app_token is not None
    if (chosen.slack_bot_token or chosen.oauth) and not socket and not chosen.atelier_public_url.startswith("https://"):
        said = tr(
            "ATELIER_PUBLIC_URL devrait être l'adresse publique en https du robot : Slack ne l'appelle pas sans elle."
        )
        yield attention("reglages", said, REPAIR)
    for name, token, start in (
        ("SLACK_BOT_TOKEN", chosen.slack_bot_token, "xoxb-"),
        ("SLACK_APP_TOKEN", chosen.slack_app_token, "xapp-"),
    ):
        if token and not _starts(token, start):
            said = tr("{name} ne commence pas par « {start} » : ce n'est pas le bon jeton.", name=name, start=start)
            yield attention("reglages", said, REPAIR)


def _review(chosen: Settings) -> Iterator[Finding]:
    try:
        review = chosen.review()
        known = settings.served(chosen, review.platform)
    except Wrong:
        return
    if not known:
        said = tr("ATELIER_REVIEW_CHANNEL est sur « {platform} », qui n'est pas configurée.", platform=review.platform)
        yield faute("reglages", said, REPAIR)


def _key(chosen: Settings) -> list[Finding]:
    """How hard the key is to guess; nothing when it is missing, which was said already."""
    key = secret(chosen)
    if key is None:
        return []
    if len(key) < STRONG or weight(key) < BITS:
        return [attention("cle", tr("ATELIER_SECRET_KEY est devinable : trop courte ou trop répétitive."), KEY)]
    return [ok("cle", tr("ATELIER_SECRET_KEY est assez longue et variée."))]


def weight(key: bytes) -> float:
    """Its length times the bits of one of its characters (Shannon): an upper bound of what it takes to guess it."""
    shares = [count / len(key) for count in Counter(key).values()]
    return -len(key) * sum(share * math.log2(share) for share in shares)


def _starts(token: SecretStr, start: str) -> bool:
    return token.get_secret_value().startswith(start)


def review_on(chosen: Settings, platform: str) -> str:
    """The review channel's id when it is on this platform, else nothing."""
    try:
        review = chosen.review()
    except Wrong:
        return ""
    return review.id if review.platform == platform else ""
