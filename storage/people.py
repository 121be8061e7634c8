"""The directory: people, the roles they hold and where, the accounts they speak from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal_column,
    select,
    update,
)

from atelier.dossier import Dossier, Person
from atelier.spelling import key
from atelier.words import PersonId, Role
from chat.cards import Address
from storage.errors import NotFound, Stale
from storage.prepared import Prepared
from storage.rows import insert_new, storable
from storage.tables import accounts, holdings, people

TOLD = select(cast(people.c.data, Text).label("told")).order_by(people.c.plain, people.c.id)
"""People as text, by name: pydantic reads JSON faster than what was made of it."""
BEHIND = Prepared(
    TOLD.join(accounts).where(accounts.c.platform == bindparam("platform"), accounts.c.account == bindparam("account"))
)
NAMED = Prepared(TOLD.where(people.c.id == bindparam("id")))
NEAR = Prepared(
    TOLD.add_columns(accounts.c.platform, accounts.c.account)
    .select_from(people.outerjoin(accounts, accounts.c.person == people.c.id))
    .order_by(accounts.c.position)
    .where(
        people.c.active,
        people.c.id.in_(bindparam("given", expanding=True))
        | people.c.id.in_(
            select(holdings.c.person).where(
                holdings.c.role.in_([literal_column(f"'{role}'") for role in Role if role is not Role.ADMIN]),
                holdings.c.scope.in_(bindparam("scopes", expanding=True)),
            )
        ),
    )
)
"""Each with all their accounts, the preferred one first: to look for it alone takes longer, and few have two.

Every role that `Dossier.roles_of` knows, said with literals: the index of roles and scopes fits.
"""
DIRECT = Prepared(
    select(accounts.c.platform, accounts.c.account)
    .join(people)
    .where(people.c.id == bindparam("id"), people.c.active)
    .order_by(accounts.c.position)
    .limit(1)
)


Held = tuple[Person, frozenset[Role]]
"""Somebody, and the roles they hold on a dossier."""


class People:
    """The directory, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._near: dict[int, Near] = {}
        self._direct: dict[PersonId, Address | None] = {}
        self._known: dict[PersonId, Person] = {}

    def behind(self, account: Address) -> Person | None:
        """Who speaks from this account (active or not), or None."""
        told = BEHIND.value(self._connection, {"platform": account.platform, "account": account.id})
        return self._met(_person(told)) if told else None

    def get(self, person: PersonId) -> Person:
        """The person of this id, active or not. Raises NotFound."""
        if person not in self._known:
            told = NAMED.value(self._connection, {"id": person})
            if told is None:
                raise NotFound(person)
            self._met(_person(told))
        return self._known[person]

    def all(self) -> tuple[Person, ...]:
        """Everybody, inactive people too, by name."""
        return self._read(TOLD)

    def find(self, text: str) -> tuple[Person, ...]:
        """The active people this text names: by id, by « @account », by whole name, else by a part of it.

        Accents, case, hyphens are forgiven. A text without a letter or a digit names nobody.
        """
        typed = storable(text.strip())
        wanted = [people.c.id == typed]
        if typed.startswith("@"):
            wanted.append(people.c.id.in_(select(accounts.c.person).where(accounts.c.account == typed[1:])))
        elif key(typed):
            wanted += [people.c.plain == key(typed), people.c.plain.contains(key(typed), autoescape=True)]
        named = (self._read(TOLD.where(people.c.active, which)) for which in wanted)
        return next((found for found in named if found), ())

    def holding(self, roles: Iterable[str], dossier: Dossier) -> tuple[Person, ...]:
        """The active people who hold one of these roles on a dossier, by name: `Dossier.roles_of` has the last word."""
        asked = frozenset(str(role) for role in roles)
        return tuple(person for person, held in self.around(dossier) if asked & held) if asked else ()

    def around(self, dossier: Dossier) -> tuple[Held, ...]:
        """The active people who hold something on a dossier, by name, and what: read once in an event."""
        if id(dossier) not in self._near:
            self.gather((dossier,))
        return self._near[id(dossier)].people

    def meet(self, people: Iterable[PersonId]) -> None:
        """Read these people at once, those who are active, and where to write to them."""
        self._reached({"given": sorted(people), "scopes": []})

    def gather(self, dossiers: Iterable[Dossier]) -> None:
        """Read at once who is around these dossiers: asking of each then reads nothing more."""
        asked = [(dossier, dossier.scopes()) for dossier in dossiers]
        given = sorted({m.person for dossier, _ in asked for m in dossier.members})
        scopes = sorted(frozenset[str]().union(*(scopes for _, scopes in asked)))
        found = self._reached({"given": given, "scopes": scopes})
        if len(asked) == 1:  # whoever was found is near: there is nobody to look for among them
            ((dossier, within),) = asked
            self._near[id(dossier)] = Near(dossier, tuple((one, dossier.roles_of(one, within)) for one in found))
            return
        crowd = Crowd.of(found)
        for dossier, within in asked:
            self._near[id(dossier)] = Near(dossier, crowd.around(dossier, within))

    def _reached(self, sought: Mapping[str, Sequence[str]]) -> tuple[Person, ...]:
        """The active people who are sought, by name, each read with the account they prefer, if they have any."""
        found: dict[PersonId, Person] = {}
        for told, platform, account in NEAR.rows(self._connection, sought):
            person = _person(told)
            if person.id not in found:
                found[person.id] = self._met(person)
                self._direct[person.id] = direct_with(platform, account) if account is not None else None
        return tuple(found.values())

    def _met(self, person: Person) -> Person:
        """Read in this event: not read again."""
        self._known[person.id] = person
        return person

    def direct(self, person: PersonId) -> Address | None:
        """The direct conversation with a person, on their preferred account; None without account, or when inactive."""
        if person not in self._direct:
            row = DIRECT.row(self._connection, {"id": person})
            self._direct[person] = row and direct_with(row.platform, row.account)
        return self._direct[person]

    def add(self, person: Person, accounts: tuple[Address, ...] = ()) -> None:
        """Add a person with their accounts, the preferred one first. Raises Stale when the id or an account is taken."""
        if not insert_new(self._connection, people, {"id": person.id, **_values(person)}):
            raise Stale(person.id)
        self._hold(person)
        for account in accounts:
            self.link(person.id, account)

    def save(self, person: Person) -> None:
        """Keep a person as they are now, in place of what was kept. Raises NotFound."""
        known = update(people).where(people.c.id == person.id)
        if self._connection.execute(known.values(_values(person))).rowcount != 1:
            raise NotFound(person.id)
        self._hold(person)

    def link(self, person: PersonId, account: Address) -> None:
        """Give a person one more account. Raises Stale when it is somebody else's, NotFound when nobody has this id."""
        self.get(person)
        self._changed()
        last = select(func.max(accounts.c.position)).where(accounts.c.person == person)
        position = (self._connection.execute(last).scalar_one() or 0) + 1
        values = {"platform": account.platform, "account": account.id, "person": person, "position": position}
        if not insert_new(self._connection, accounts, values):
            owner = self.behind(account)
            if owner is None or owner.id != person:
                raise Stale(account)

    def unlink(self, person: PersonId, account: Address) -> None:
        """Take an account back from a person. Raises NotFound when it is not theirs."""
        self._changed()
        mine = delete(accounts).where(_is(account), accounts.c.person == person)
        if self._connection.execute(mine).rowcount != 1:
            raise NotFound(account)

    def prefer(self, person: PersonId, account: Address) -> None:
        """Write to this account of theirs from now on. Raises NotFound when it is not theirs."""
        self._changed()
        first = select(func.min(accounts.c.position)).where(accounts.c.person == person)
        position = (self._connection.execute(first).scalar_one() or 0) - 1
        mine = update(accounts).where(_is(account), accounts.c.person == person)
        if self._connection.execute(mine.values(position=position)).rowcount != 1:
            raise NotFound(account)

    def accounts(self, person: PersonId) -> tuple[Address, ...]:
        """The accounts of a person, the preferred one first."""
        found = select(accounts).where(accounts.c.person == person).order_by(accounts.c.position)
        return tuple(Address(platform=row.platform, id=row.account) for row in self._connection.execute(found))

    def _hold(self, person: Person) -> None:
        """Their roles, as rows to look for them by."""
        self._changed()
        self._connection.execute(delete(holdings).where(holdings.c.person == person.id))
        held = {(str(h.role), h.scope) for h in person.holdings}
        if held:
            rows = [{"person": person.id, "role": role, "scope": scope} for role, scope in sorted(held)]
            self._connection.execute(insert(holdings), rows)

    def _changed(self) -> None:
        """What was read of the directory in this event is read again."""
        self._near.clear()
        self._direct.clear()
        self._known.clear()

    def _read(self, which: Select[str], **values: object) -> tuple[Person, ...]:
        return tuple(_person(told) for told in self._connection.execute(which, values).scalars())


@dataclass(frozen=True, slots=True)
class Crowd:
    """People, by name, and where each is found: by a scope they hold something in, or by their id."""

    people: tuple[Person, ...]
    found: dict[str, list[int]]
    usual: dict[tuple[str, bool], dict[int, Held]]
    """Who holds what on whatever is of a département (sent or not), less what belongs to one dossier alone."""

    @classmethod
    def of(cls, people: Iterable[Person]) -> Crowd:
        """These people, in their order."""
        crowd = cls(tuple(people), {}, {})
        for number, person in enumerate(crowd.people):
            for where in {person.id, *(held.scope for held in person.holdings)}:
                crowd.found.setdefault(where, []).append(number)
        return crowd

    def around(self, dossier: Dossier, scopes: frozenset[str]) -> tuple[Held, ...]:
        """Those who may hold something on a dossier, and what: `Dossier.roles_of` has the last word."""
        wide = frozenset(("", f"dep:{dossier.departement}"))
        usual = self._usual(dossier, wide)
        own = (*(scopes - wide), *(member.person for member in dossier.members))
        given = {number for one in own for number in self.found.get(one, ())}
        if not given:
            return tuple(usual.values())
        theirs = {n: (self.people[n], dossier.roles_of(self.people[n], scopes)) for n in given}
        both = usual | theirs
        return tuple(both[n] for n in sorted(both))

    def _usual(self, dossier: Dossier, wide: frozenset[str]) -> dict[int, Held]:
        """Those whom the département alone, or everywhere, brings near: the same for its other dossiers."""
        about = (dossier.departement, dossier.transmitted is None)
        if about not in self.usual:
            near = sorted({number for one in wide for number in self.found.get(one, ())})
            bare = dossier.model_copy(update={"members": ()})
            self.usual[about] = {n: (self.people[n], bare.roles_of(self.people[n], wide)) for n in near}
        return self.usual[about]


@dataclass(frozen=True, slots=True)
class Near:
    """Those who hold something on this very dossier, by name."""

    dossier: Dossier
    people: tuple[Held, ...]


@lru_cache(maxsize=4096)
def direct_with(platform: str, account: str) -> Address:
    """The direct conversation with an account."""
    return Address(platform=platform, id=f"dm:{account}")


@lru_cache(maxsize=4096)
def _person(told: str) -> Person:
    """A person is never changed: the same text is the same one."""
    return Person.model_validate_json(told)


def _is(account: Address) -> ColumnElement[bool]:
    return (accounts.c.platform == account.platform) & (accounts.c.account == account.id)


def _values(person: Person) -> dict[str, object]:
    name = storable(person.name)
    return {"name": name, "plain": key(name), "active": person.active, "data": person}
