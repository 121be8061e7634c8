"""Two clocks compared: leases and retries keep to the machine's, signatures of requests too."""

from __future__ import annotations

from datetime import datetime

from bot.findings import Finding, attention, faute, ok
from chat.text import Text, tr

NOTICEABLE, TOO_MUCH = 5, 30
"""Seconds: a place of the outbox is leased for sixty, and two processes must agree on when that ends."""


def skew(point: str, theirs: datetime, before: datetime, after: datetime, who: Text) -> Finding:
    """Their hour, read between two of ours; `who` they are. The half of the exchange is not held against them."""
    apart = max((before - theirs).total_seconds(), (theirs - after).total_seconds(), 0.0)
    seconds = round(apart)
    if apart < NOTICEABLE:
        return ok(point, tr("L'horloge de cette machine est à l'heure de {who}.", who=who))
    said = tr("L'horloge de cette machine est à {count} s de celle de {who}.", count=seconds, who=who)
    repair = tr("Mettez cette machine à l'heure (NTP) : au-delà de 30 s, un message peut être porté deux fois.")
    return faute(point, said, repair) if apart >= TOO_MUCH else attention(point, said, repair)
