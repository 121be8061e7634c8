"""What a procès-verbal attests, as values, and the check that it is true: the order of ranks was kept (circulaire §5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from atelier.words import Refused, fr

When = date | datetime
"""A day, or an aware instant already in the local zone of the place: it is printed in the zone it carries."""


class Answer(StrEnum):
    """What a groupement answered; the value is what the template reads."""

    AVAILABLE = "disponible"
    AVAILABLE_FROM = "a_partir_du"
    UNAVAILABLE = "indisponible"
    SILENCE = "silence"
    """Nothing within its time."""
    UNANSWERED = "sans_reponse"
    """Nothing yet when it was set aside, before its time was over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A rank set aside: when, by whom (quality, not name), for which motive of the contract, on what evidence."""

    when: When
    by: str
    motive: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Solicitation:
    """One groupement asked. `answered` is None on silence; `reason` is the motive of who is not available."""

    round: int = 1
    rank: int
    groupement: str
    sent: When
    received: When | None = None
    means: str = ""
    proof: str = ""
    due: When | None
    doubt: str = ""
    """Why the day of `due` is to be verified; empty: it is not."""
    answer: Answer
    answered: When | None = None
    available_from: date | None = None
    reason: str = ""
    set_aside: SetAside | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of the team mobilised for this atelier, and its competences."""

    name: str
    competences: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcesVerbal:
    """All that the document says. `valid_until` is the last day of the contract; `decided_by` is a quality."""

    reference: str
    title: str
    territory: str
    bearer: str
    collectivite: str
    contract: str
    valid_from: date
    valid_until: date
    act: str
    acted: date
    solicitations: Sequence[Solicitation]
    designated: str
    rank: int
    team: Sequence[Member]
    decided: When
    decided_by: str


def kept_order(minutes: ProcesVerbal) -> None:
    """Check what the document attests, or raise `Refused` naming the first solicitation that contradicts it.

    Each round starts at rank 1 and goes on one rank at a time; a rank is asked once the one before was set aside, never
    before; who is designated is the last one asked, answered available, and was not set aside; the contract was in force.
    """
    _asked_in_order(minutes.solicitations)
    last = minutes.solicitations[-1]
    available = last.answer in {Answer.AVAILABLE, Answer.AVAILABLE_FROM} and last.set_aside is None
    if (last.rank, last.groupement) != (minutes.rank, minutes.designated) or not available:
        raise Refused(
            fr(
                "Le procès-verbal ne peut pas être établi : « {groupement} » n'est pas le dernier groupement sollicité, "
                "ou ne s'est pas déclaré disponible. Vérifiez les sollicitations du dossier."
            ),
            groupement=minutes.designated,
        )
    if not minutes.valid_from <= day_of(minutes.decided) <= minutes.valid_until:
        raise Refused(
            fr(
                "Le procès-verbal ne peut pas être établi : l'accord-cadre « {contract} » n'était pas en vigueur le jour "
                "de la désignation. Vérifiez ses dates avec un administrateur."
            ),
            contract=minutes.contract,
        )


def _asked_in_order(asked: Sequence[Solicitation]) -> None:
    if not asked:
        raise Refused(
            fr("Le procès-verbal ne peut pas être établi : aucun groupement n'a été sollicité. Sollicitez le rang 1.")
        )
    before: Solicitation | None = None
    for one in asked:
        if one.rank != _expected(before, one) or (before is not None and not _freed(before, one)):
            raise Refused(
                fr(
                    "Le procès-verbal ne peut pas être établi : le rang {rank} n'a pas été sollicité à son tour, ou l'a "
                    "été avant que le précédent soit écarté. Vérifiez les sollicitations du dossier."
                ),
                rank=one.rank,
            )
        before = one


def _expected(before: Solicitation | None, one: Solicitation) -> int:
    """The rank that may be asked now: the next one, or the first of the next round; 0 when rounds are out of order."""
    if before is None or one.round == before.round + 1:
        return 1
    return before.rank + 1 if one.round == before.round else 0


def _freed(before: Solicitation, one: Solicitation) -> bool:
    """True when the rank before was set aside, for a motive, no later than the next one was asked."""
    if before.set_aside is None or not before.set_aside.motive.strip():
        return False
    aside, sent = before.set_aside.when, one.sent
    if isinstance(aside, datetime) and isinstance(sent, datetime):
        return aside <= sent
    return day_of(aside) <= day_of(sent)


def day_of(when: When) -> date:
    """The day of an instant, in the zone it carries."""
    return when.date() if isinstance(when, datetime) else when
