"""The directory brought up to date from a table: who is new, who changed, who left; dry first, when asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from atelier.directory import Entry
from atelier.dossier import Dossier, Holding, Person
from atelier.procedure import FINAL
from atelier.words import PersonId, Refused, Role, fr
from chat.cards import Address, Card, Message
from chat.text import raw, tr
from handlers import gathering, linking, names, representatives
from handlers.cards import see_button
from storage.errors import NotFound
from storage.unit import Unit


@dataclass(slots=True)
class Report:
    """What an import did, or would do: people by name."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    headless: list[tuple[str, PersonId]] = field(default_factory=list)
    """Whose superior is nobody active, and the identifier that was given."""


def bring(unit: Unit, entries: Iterable[Entry], now: datetime, *, dry: bool) -> Report:
    """Add and change people as the table says. People it does not name are left as they are.

    Whoever leaves is announced to those who share their part in a request that goes on. An administrator whom the settings
    named by their account alone takes the name that the table gives them. An account moves from one person of the table to
    another when both lines say so. Who stands for a groupement by its contract still does, and whoever chose a language
    keeps it, when the table says nothing of it. Raises Refused when an account belongs to somebody else, when nobody would
    administer the bot any more, or when somebody of the State would be in a firm's workspace. With `dry`, nothing is written.
    """
    report, table, everybody = Report(), tuple(entries), {p.id: p for p in unit.people.all()}
    import_ = _Import(unit, report, _freed(unit, table), representatives.standing(unit), dry=dry)
    if not dry:
        for account, owner in import_.freed.items():
            unit.people.unlink(owner.id, account)
            unit.conversations.end(account)
            linking.forget_cards(unit, owner, account)
    moved = [import_.one(entry) for entry in table]
    after = everybody | {change[-1].id: change[-1] for change in moved if change}
    _kept_by_somebody(everybody.values(), after.values())
    report.headless = [
        (p.name, p.superior) for change in moved for p in change[-1:]
        if p.active and p.superior and not (p.superior in after and after[p.superior].active)
    ]  # fmt: skip
    if not dry:
        for before, *others in filter(None, moved):  # the table is read whole: a later line may name who replaces them
            if before.active and others and not others[0].active:
                _leaving(unit, before, now)
        gathering.follow(unit, (*import_.freed.values(), *(person for change in moved for person in change)), now)
    return report


def _freed(unit: Unit, table: tuple[Entry, ...]) -> dict[Address, Person]:
    """The accounts that change hands, and whose they were: the table gives them to somebody, and not to their owner."""
    given = {entry.person.id: frozenset(_addresses(entry)) for entry in table}
    owned = ((account, id_, unit.people.behind(account)) for id_, accounts in given.items() for account in accounts)
    return {
        account: owner for account, id_, owner in owned
        if owner is not None and owner.id != id_ and owner.id in given and account not in given[owner.id]
    }  # fmt: skip


def _addresses(entry: Entry) -> tuple[Address, ...]:
    return tuple(Address(platform=platform, id=id_) for platform, id_ in entry.accounts)


def _kept_by_somebody(before: Iterable[Person], after: Iterable[Person]) -> None:
    """Raise Refused when the last administrator would go: nobody could answer an access request, nor transfer."""
    if _led(before) and not _led(after):
        raise Refused(
            fr(
                "Ce fichier retire le dernier administrateur du robot : donnez d'abord le rôle ADMIN à une autre personne, "
                "ou gardez-le à celle-ci."
            )
        )


def _led(people: Iterable[Person]) -> bool:
    return any(person.active and person.administers for person in people)


@dataclass(frozen=True, slots=True)
class _Import:
    """One import under way."""

    unit: Unit
    report: Report
    freed: Mapping[Address, Person]
    standing: frozenset[tuple[PersonId, str]]
    dry: bool

    def one(self, entry: Entry) -> tuple[Person, ...]:
        """Whoever changed, as they were and as they are."""
        unit, accounts = self.unit, _addresses(entry)
        for account in accounts:
            linking.kept_from_firms(unit, entry.person, account.platform)
        known = self._met(entry, accounts)
        if known is None:
            self.report.added.append(entry.person.name)
            if not self.dry:
                unit.people.add(entry.person, accounts)
            return (entry.person,)
        kept = self._kept(entry, known)
        new = [a for a in accounts if a not in unit.people.accounts(known.id)]
        if kept == known and not new and known.id not in {owner.id for owner in self.freed.values()}:
            self.report.same.append(known.name)
            return ()
        leaves = known.active and not kept.active
        (self.report.left if leaves else self.report.changed).append(kept.name)
        if not self.dry:
            unit.people.save(kept)
            for account in new:
                unit.people.link(known.id, account)
        return known, kept

    def _met(self, entry: Entry, accounts: tuple[Address, ...]) -> Person | None:
        """Who this is in the directory. Raises Refused when one of the accounts is somebody else's."""
        behind = {
            a: owner for a in accounts if a not in self.freed and (owner := self.unit.people.behind(a)) is not None
        }
        drawn = (owner for account, owner in behind.items() if owner.id == _drawn(account))
        known = _known(self.unit, entry.person.id) or next(drawn, None)
        for account, owner in behind.items():
            if known is None or owner.id != known.id:
                raise Refused(
                    TAKEN,
                    account=f"{account.platform}:{account.id}",
                    name=entry.person.name,
                    owner=owner.name,
                    id=owner.id,
                )
        return known

    def _kept(self, entry: Entry, known: Person) -> Person:
        """Somebody as the table says, with what it does not say."""
        told = entry.person.holdings
        by_contract = (h for h in known.holdings if h.role is Role.MAND and (known.id, h.scope) in self.standing)
        held = (*told, *(h for h in by_contract if h not in told))
        same = frozenset(held) == frozenset(known.holdings)
        update = {"id": known.id, "noticed": known.noticed, "holdings": known.holdings if same else held}
        return entry.person.model_copy(update=update | ({"language": known.language} if entry.any_language else {}))


TAKEN = fr(
    "Le compte {account}, donné à {name}, appartient déjà à quelqu'un d'autre : {owner} (identifiant {id}). Corrigez le "
    "compte ; ou, s'il change de mains, mettez aussi {owner} dans ce fichier, sans ce compte."
)


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
        if known is None and (last := _known(unit, _drawn(account))) is not None and last.name:
            known = last
            unit.people.link(known.id, account)
        if known is None:
            person = Person(
                id=names.free(unit, _drawn(account)),
                name=account.id,
                service="",
                holdings=(Holding(role=Role.ADMIN),),
            )
            unit.people.add(person, (account,))
        elif not known.administers:
            unit.people.save(known.model_copy(update={"holdings": (*known.holdings, Holding(role=Role.ADMIN))}))
