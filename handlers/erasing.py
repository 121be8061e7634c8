"""`atelier annuaire oublier`: somebody who left is forgotten, all of it or nothing; the sealed journal still verifies.

Requests are not rewritten: they name people by their identifier, which is all that stays. What was written or signed in
them is their own archive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from atelier.directory import Entry
from atelier.dossier import Person
from atelier.words import PersonId, Reference, Refused, State, fr
from chat.cards import Address
from handlers import bridge, entries, linking, mornings, turned
from handlers.here import direct
from storage.errors import NotFound
from storage.journal import Line
from storage.unit import Unit

OWN = ("apercu", entries.ACT, "fiche", "fichiers", "fichier", mornings.WHERE, linking.AWAITED)
"""What is kept under somebody's identifier, alone or before « : »."""
EVER = date.min


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was forgotten of somebody, or would be; `lines` of the journal lead to nobody any more."""

    person: PersonId
    accounts: int
    absences: int
    begun: int
    asked: int
    letters: int
    lines: int
    requests: tuple[Reference, ...]


class Tried(Exception):
    """A dry run is the erasure itself, rolled back: what it would have done."""

    def __init__(self, done: Forgotten) -> None:
        super().__init__(done.person)
        self.done = done


def forget(unit: Unit, id_: str, admins: Iterable[Address], now: datetime, *, dry: bool) -> Forgotten:
    """Forget somebody in this transaction; `dry` raises Tried at the end, so that nothing is kept of it.

    Cards shown to others are drawn again without the name. `now` is the procedure's hour (UTC, aware); `admins` are the
    accounts named by the settings. Raises Refused for nobody, for somebody active, for who was forgotten already, and for
    an account that the settings would make an administrator's again.
    """
    person = known(unit, id_)
    accounts = unit.people.accounts(person.id)
    _refused(person, accounts, frozenset(admins))
    asked = unit.access.made_by(person.id, accounts)
    begun = tuple(address for address, _ in kept(unit, person.id, accounts))
    lines = theirs(unit, person.id)
    done = Forgotten(
        person.id, len(accounts), unit.absences.end(person.id, EVER), len(begun), len(asked),
        sum(unit.conversations.close(direct(account)) for account in accounts), len(lines),
        tuple(sorted({*(line.ref for line in lines), *_parts(unit, person.id)} - {turned.DOOR})),
    )  # fmt: skip
    for address in (*begun, *_codes(unit, person.id)):
        unit.conversations.end(address)
    unit.access.erase(request.id for request in asked)
    for account in accounts:
        unit.people.unlink(person.id, account)
    unit.people.save(Person(id=person.id, name="", active=False))
    unit.journal.forget(person.id)
    for ref in done.requests:
        unit.outbox.redraw(unit.cards.of(ref), now)
    if dry:
        raise Tried(done)
    return done


def known(unit: Unit, id_: str) -> Person:
    """The person of this identifier, active or not. Raises Refused when nobody has it."""
    try:
        return unit.people.get(PersonId(id_))
    except NotFound:
        raise Refused(
            fr(
                "Personne n'a l'identifiant « {id} » dans l'annuaire : « atelier annuaire montrer » donne l'identifiant de "
                "chaque personne."
            ),
            id=id_,
        ) from None


def erased(person: Person) -> bool:
    """True for who was forgotten: everybody else has a name."""
    return not person.active and not person.name


def kept_forgotten(unit: Unit, table: Iterable[Entry]) -> None:
    """Raise Refused when a line of the directory's table would give a name back to somebody who was forgotten."""
    for person in {p.id: p for p in unit.people.all() if erased(p)}.keys() & {entry.person.id for entry in table}:
        raise Refused(
            fr(
                "L'identifiant « {id} » est celui d'une personne dont le nom a été effacé : retirez cette ligne du fichier ; "
                "si quelqu'un d'autre arrive, donnez-lui un autre identifiant."
            ),
            id=person,
        )


def kept(unit: Unit, person: PersonId, accounts: Iterable[Address]) -> Iterator[tuple[Address, dict[str, object]]]:
    """What they had begun with the bot: conversations, previews, entries, files to sort, the hours they were told at."""
    for kind in OWN:
        for address, data in unit.conversations.every(kind).items():
            if address.id.partition(":")[0] == person:
                yield address, data
    for account in accounts:
        yield from _spoken(unit, account)


def theirs(unit: Unit, person: PersonId) -> list[Line]:
    """The lines of the journal that are theirs, or were written for them: by request, oldest first."""
    every = (line for ref, _, _ in unit.journal.heads() for line in unit.journal.of(ref))
    return [line for line in every if person in {line.person, line.behalf}]


def _refused(person: Person, accounts: Iterable[Address], admins: frozenset[Address]) -> None:
    if person.active:
        raise Refused(
            fr(
                "{name} est encore dans l'annuaire : importez-le d'abord avec « non » dans la colonne « actif » de sa ligne, "
                "puis relancez la commande."
            ),
            name=person.name or person.id,
        )
    if erased(person):
        raise Refused(fr("La personne « {id} » est déjà effacée : il n'en reste que cet identifiant."), id=person.id)
    named = (a for a in admins if a in set(accounts) or f"{a.platform}-{a.id}" == person.id)
    for account in named:
        raise Refused(
            fr(
                "Le compte {account} de {name} est encore dans ATELIER_ADMINS, qui le rendrait à cette personne : retirez-l'en, "
                "relancez le robot, puis cette commande."
            ),
            account=f"{account.platform}:{account.id}", name=person.name,
        )  # fmt: skip


def _spoken(unit: Unit, account: Address) -> Iterator[tuple[Address, dict[str, object]]]:
    """What is kept under an account: the question asked, wrong codes typed, messages that were not carried."""
    for address in (account, linking.tried_at(account)):
        data = unit.conversations.at(address)
        if data is not None:
            yield address, data
    for address, data in unit.conversations.every(bridge.UNHEARD).items():
        if address.id.startswith(f"{account.platform}:{account.id}:"):
            yield address, data


def _codes(unit: Unit, person: PersonId) -> list[Address]:
    """The code they asked for to link an account, if it still waits."""
    return [
        address for address, data in unit.conversations.every(linking.CODES).items() if data.get("person") == person
    ]


def _parts(unit: Unit, person: PersonId) -> Iterator[Reference]:
    """The requests in which they were given a part, or that they examine."""
    every = unit.dossiers.every(State)
    return (d.ref for d in every if d.instructor == person or any(m.person == person for m in d.members))
