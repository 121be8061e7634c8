"""The ateliers' channels and who is in them: recomputed here, in the same transaction, whatever moved.

A step, the directory, an account: each may give somebody a part in an atelier, take it back, or have them read elsewhere.
The clock opens the channels and moves people (`scheduler/channels.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from atelier.dossier import Dossier, Person
from atelier.words import Role
from handlers import notices
from handlers.cards import atelier_key
from storage.unit import Unit

INVITED = (Role.SVC, Role.SVC_SIGN, Role.COLL, Role.COLL_SIGN, Role.MAND, Role.DREAL, Role.CAUE, Role.AD1I)
"""Who is in the atelier's channel."""
AT_ONCE = 100
"""Dossiers held at a time."""


def gather(unit: Unit, dossier: Dossier, now: datetime) -> None:
    """The atelier's channel on each platform present, with the right members; where nobody is any more, without any.

    A channel that is new somewhere begins with the atelier's card. `now` is the procedure's hour (UTC, aware).
    """
    members: dict[str, list[str]] = {platform: [] for platform in unit.ateliers.platforms(dossier.ref)}
    for person in unit.people.holding(INVITED, dossier):
        place = unit.people.direct(person.id)
        if place is not None:
            members.setdefault(place.platform, []).append(place.id.removeprefix("dm:"))
    for platform, accounts in members.items():
        unit.ateliers.want(dossier.ref, platform, dossier.ref.lower(), accounts)
    key = atelier_key(dossier.ref)
    for place in unit.ateliers.of(dossier.ref):
        notices.card_once(unit, dossier, place, key, "atelier", now=now)


def follow(unit: Unit, people: Iterable[Person], now: datetime) -> None:
    """The directory moved: the ateliers that have a channel, and in which one of these people has or had a part.

    `people` are those who changed, as they were and as they are. An atelier without any channel waits for its next step.
    """
    moved = tuple(people)
    refs = unit.ateliers.refs() if moved else ()
    for start in range(0, len(refs), AT_ONCE):
        for dossier in unit.dossiers.held(refs[start : start + AT_ONCE]).values():
            if any(dossier.roles_of(person) & set(INVITED) for person in moved):
                gather(unit, dossier, now)
