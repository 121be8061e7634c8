"""People, requests and hours for the tests of storage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from atelier.dossier import Answered, By, Dossier, Holding, Member, Person
from atelier.words import PersonId, Reference, Role, State
from chat.cards import Address, Message
from chat.text import raw

NOW = datetime(2026, 11, 24, 9, 0, 0, 123456, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
REF = Reference("ADT-2026-0001")


def ref(number: int) -> Reference:
    return Reference(f"ADT-2026-{number:04d}")


def at(id_: str, platform: str = "mattermost") -> Address:
    return Address(platform=platform, id=id_)


def person(id_: str, *held: tuple[Role, str], name: str = "", active: bool = True) -> Person:
    holdings = tuple(Holding(role=role, scope=scope) for role, scope in held)
    return Person(id=PersonId(id_), name=name or id_, holdings=holdings, active=active)


def by(id_: str, role: Role = Role.SVC, for_: str | None = None) -> By:
    return By(person=PersonId(id_), role=role, at=NOW, for_=PersonId(for_) if for_ else None)


def dossier(
    number: int = 1,
    *,
    state: State = State.BROUILLON,
    departement: str = "55",
    codes: tuple[str, ...] = (),
    members: tuple[tuple[str, Role], ...] = (),
    arrival: int | None = None,
    since: datetime = NOW,
) -> Dossier:
    territory = Answered(value=[{"code": code, "label": code} for code in codes], by=by("alice"))
    return Dossier(
        ref=ref(number),
        state=state,
        opened=NOW,
        since=since,
        departement=departement,
        service="DDT",
        members=tuple(Member(person=PersonId(id_), role=role) for id_, role in members),
        answers={"territoire": territory} if codes else {},
        arrival=arrival,
        transmitted=None if state is State.BROUILLON else NOW,
    )


def message(text: str) -> Message:
    return Message(text=raw(text))
