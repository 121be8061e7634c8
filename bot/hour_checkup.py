"""Whether an hour went back: what was recorded is then still to come. Nothing leaves twice; what is due waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from atelier.contract_file import PLATFORMS
from bot.findings import Finding, faute
from bot.pulse import BEAT, CLOCK
from bot.skew import TOO_MUCH
from chat.text import Moment, Text, tr
from storage.reader import Reader
from storage.unit import Unit

POINT = "horloge.recul"
ALLOWED = timedelta(seconds=TOO_MUCH)
"""Two machines may differ by as much without a word here: `base.horloge` tells it."""
REPAIR = tr(
    "Mettez-la à l'heure (NTP), puis relancez « atelier doctor ». D'ici là, aucun rappel ni bilan ne part deux fois, mais tous "
    "attendent que l'heure revienne, et les décisions sont datées de cette heure-là. Si c'est la trace qui est fausse, "
    "l'horloge ayant avancé puis été remise à l'heure, rien n'est à faire : cette faute cesse à la date de la trace."
)


def findings(reader: Reader, now: datetime) -> Iterator[Finding]:
    """At `now`, the machine's hour: against the last event received, and the last tick, on the database's own clock."""
    event = reader.run(b"", _last_event)
    if event is not None and event - now > ALLOWED:
        yield _back(tr("cette machine"), now, event)
        return
    hour, ahead = reader.hour(), timedelta(seconds=reader.run(b"", _ahead))
    if ahead > ALLOWED:
        yield _back(
            tr("cette machine") if hour is None else tr("la base de données"), hour or now, (hour or now) + ahead
        )


def _last_event(unit: Unit) -> datetime | None:
    """When what somebody did was last recorded, on any chat; the sandbox's clock jumps, and does not count."""
    platforms = {*PLATFORMS, *(workspace.platform for workspace in unit.workspaces.all())}
    return max((at for platform in platforms if (at := unit.inbox.last(platform)) is not None), default=None)


def _ahead(unit: Unit) -> int:
    """How many seconds after the database's hour the last tick was; 0 when it is past, or when there was none."""
    left = unit.leases.left(CLOCK)
    return 0 if left is None else max(0, left - BEAT)


def _back(whose: Text, now: datetime, recorded: datetime) -> Finding:
    said = tr(
        "L'horloge de {whose} a reculé : elle marque {now}, et la dernière trace du robot est datée de {recorded}.",
        whose=whose, now=Moment(at=now.astimezone(UTC)), recorded=Moment(at=recorded),
    )  # fmt: skip
    return faute(POINT, said, REPAIR)
