"""The directory brought up to date from a table: who is new, who changed, who left; dry first, when asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from atelier.directory import Entry
from atelier.dossier import Dossier, Holding, Person
from atelier.procedure import FINAL
from atelier.words import PersonId, Role
from chat.cards import Address, Card, Message
from chat.text import raw, tr
from handlers import gathering, linking, names
from handlers.cards import see_button
from storage.errors import NotFound, Stale
from storage.unit import Unit


@dataclass(slots=True)
class Report:
    """What an import did, or would do: people by name."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)


def bring(unit: Unit, entries: Iterable[Entry], now: datetime, *, dry: bool) -> Report:
    """Add and change people as the table says. People it does not name are left as they are.

    Whoever leaves is announced to those who share their part in a request that goes on. An administrator whom the settings
    named by their account alone takes the name that the table gives them. Raises Stale when an account already belongs to
    somebody else, Refused when it puts somebody of the State in a firm's workspace. With `dry`, nothing is written.
    """
    report, moved = Report(), list[Person]()
    for entry in entries:
        moved += _one(unit, entry, report, now, dry=dry)
    gathering.follow(unit, () if dry else moved, now)
    return report


def _one(unit: Unit, entry: Entry, report: Report, now: datetime, *, dry: bool) -> tuple[Person, ...]:
    """Whoever changed, as they were and as they are."""
    accounts = tuple(Address(platform=platform, id=id_) for platform, id_ in entry.accounts)
    for account in accounts:
        linking.kept_from_firms(unit, entry.person, account.platform)
    owners = {owner.id: owner for account in accounts if (owner := unit.people.behind(account)) is not None}
    known = _known(unit, entry.person.id) or next((owners[id_] for id_ in map(_drawn, accounts) if id_ in owners), None)
    if set(owners) - {known.id if known else None}:
        raise Stale
    if known is None:
        report.added.append(entry.person.name)
        if not dry:
            unit.people.add(entry.person, accounts)
        return (entry.person,)
    kept = entry.person.model_copy(update={"id": known.id, "noticed": known.noticed})
    new = [a for a in accounts if a not in unit.people.accounts(known.id)]
    if kept == known and not new:
        report.same.append(known.name)
        return ()
    leaves = known.active and not kept.active
    (report.left if leaves else report.changed).append(kept.name)
    if not dry:
        if leaves:
            _leaving(unit, known, now)
        unit.people.save(kept)
        for account in new:
            unit.people.link(known.id, account)
    return known, kept


def _leaving(unit: Unit, person: Person, now: datetime) -> None:
    """What was theirs to do is shown to those who may do it in their place."""
    live = [d for d in unit.dossiers.list_for(person, limit=500) if d.state not in FINAL]
    mates: dict[PersonId, list[Dossier]] = {}
    for dossier in live:
        for mate in unit.people.holding(dossier.roles_of(person), dossier):
            if mate.id != person.id:
                mates.setdefault(mate.id, []).append(dossier)
    for id_, shared in mates.items():
        place, mate = unit.people.direct(id_), unit.people.get(id_)
        if place is not None:
            text = tr("{name} a quitté le service ; ces demandes vous reviennent aussi :", name=raw(person.name))
            lines = tuple(names.subject(d) for d in shared[:SHOWN])
            card = Card(title=tr("Un départ"), paragraphs=lines, buttons=tuple(see_button(d) for d in shared[:BUTTONS]))
            unit.outbox.put(place, Message(text=text, card=card), due=now, lang=mate.language)


SHOWN, BUTTONS = 20, 5


def _known(unit: Unit, id_: PersonId) -> Person | None:
    try:
        return unit.people.get(id_)
    except NotFound:
        return None


def _drawn(account: Address) -> PersonId:
    """Who an administrator of the settings is until the table names them."""
    return PersonId(f"{account.platform}-{account.id}")


def first_admins(unit: Unit, admins: Iterable[Address]) -> None:
    """Give the administrators named in the settings their role: doing it again changes nothing.

    One whose account is nobody's any more has it back. Raises Stale when another process adds the same one meanwhile.
    """
    for account in admins:
        known = unit.people.behind(account)
        if known is None and (known := _known(unit, _drawn(account))) is not None:
            unit.people.link(known.id, account)
        if known is None:
            person = Person(
                id=_drawn(account),
                name=account.id,
                service="",
                holdings=(Holding(role=Role.ADMIN),),
            )
            unit.people.add(person, (account,))
        elif not any(h.role is Role.ADMIN for h in known.holdings):
            unit.people.save(known.model_copy(update={"holdings": (*known.holdings, Holding(role=Role.ADMIN))}))
