"""The directory brought up to date from a table: who is new, who changed, who left; dry first, when asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from atelier.directory import Entry
from atelier.dossier import Holding, Person
from atelier.words import PersonId, Role
from chat.cards import Address
from storage.errors import NotFound
from storage.unit import Unit


@dataclass(slots=True)
class Report:
    """What an import did, or would do: people by name."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)


def bring(unit: Unit, entries: Iterable[Entry], *, dry: bool) -> Report:
    """Add and change people as the table says. People it does not name are left as they are.

    Raises Stale when an account already belongs to somebody else. With `dry`, nothing is written.
    """
    report = Report()
    for entry in entries:
        _one(unit, entry, report, dry=dry)
    return report


def _one(unit: Unit, entry: Entry, report: Report, *, dry: bool) -> None:
    known = _known(unit, entry.person.id)
    accounts = tuple(Address(platform=platform, id=id_) for platform, id_ in entry.accounts)
    if known is None:
        report.added.append(entry.person.name)
        if not dry:
            unit.people.add(entry.person, accounts)
        return
    kept = entry.person.model_copy(update={"noticed": known.noticed})
    new = [a for a in accounts if a not in unit.people.accounts(known.id)]
    if kept == known and not new:
        report.same.append(known.name)
        return
    (report.changed if kept.active or not known.active else report.left).append(kept.name)
    if not dry:
        unit.people.save(kept)
        for account in new:
            unit.people.link(known.id, account)


def _known(unit: Unit, id_: PersonId) -> Person | None:
    try:
        return unit.people.get(id_)
    except NotFound:
        return None


def first_admins(unit: Unit, admins: Iterable[Address]) -> None:
    """Give the administrators named in the settings their role: doing it again changes nothing."""
    for account in admins:
        known = unit.people.behind(account)
        if known is None:
            person = Person(
                id=PersonId(f"{account.platform}-{account.id}"),
                name=account.id,
                service="",
                holdings=(Holding(role=Role.ADMIN),),
            )
            unit.people.add(person, (account,))
        elif not any(h.role is Role.ADMIN for h in known.holdings):
            unit.people.save(known.model_copy(update={"holdings": (*known.holdings, Holding(role=Role.ADMIN))}))
