"""The directory: people, the roles they hold, their accounts on the platforms."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, func, insert, or_, select, update

from atelier.dossier import Dossier, Person
from atelier.spelling import key
from atelier.words import PersonId, Role
from chat.cards import Address
from storage.errors import NotFound, Stale
from storage.rows import insert_new
from storage.tables import accounts, holdings, people


class People:
    """The directory, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def behind(self, account: Address) -> Person | None:
        """The person behind an account, or None when the directory does not know it."""
        owner = select(accounts.c.person).where(_is(account))
        found = self._read(select(people).where(people.c.id == owner.scalar_subquery()))
        return found[0] if found else None

    def get(self, id_: PersonId) -> Person:
        """The person of this id, active or not. Raises NotFound."""
        found = self._read(select(people).where(people.c.id == id_))
        if not found:
            raise NotFound(id_)
        return found[0]

    def all(self) -> tuple[Person, ...]:
        """Everybody, by name."""
        return self._read(select(people))

    def find(self, text: str) -> tuple[Person, ...]:
        """The active people meant by an id, an « @account », or a name: exact if one is, else those that contain it."""
        typed = text.strip()
        active = select(people).where(people.c.active)
        exact = self._read(active.where(people.c.id == typed))
        if exact:
            return exact
        if typed.startswith("@"):
            owners = select(accounts.c.person).where(accounts.c.account == typed[1:])
            return self._read(active.where(people.c.id.in_(owners)))
        plain = key(typed)
        same = self._read(active.where(people.c.plain == plain))
        return same or (self._read(active.where(people.c.plain.contains(plain, autoescape=True))) if plain else ())

    def holding(self, roles: Iterable[str], dossier: Dossier) -> tuple[Person, ...]:
        """The active people who hold one of these roles on a dossier, by name."""
        wanted = {Role(role) for role in roles}
        scopes = (
            "",
            f"dep:{dossier.departement}",
            f"ref:{dossier.ref}",
            *(f"terr:{c}" for c in dossier.territory_codes()),
        )
        held = select(holdings.c.person).where(holdings.c.role.in_(wanted), holdings.c.scope.in_(scopes))
        members = [m.person for m in dossier.members if m.role in wanted]
        likely = select(people).where(people.c.active, or_(people.c.id.in_(held), people.c.id.in_(members)))
        return tuple(person for person in self._read(likely) if dossier.roles_of(person) & wanted)

    def accounts(self, id_: PersonId) -> tuple[Address, ...]:
        """The accounts of a person, the preferred one first."""
        owned = select(accounts).where(accounts.c.person == id_).order_by(accounts.c.position)
        return tuple(Address(platform=row.platform, id=row.account) for row in self._connection.execute(owned))

    def direct(self, id_: PersonId) -> Address | None:
        """The direct conversation with a person on their preferred account, or None when they have no account."""
        first = next(iter(self.accounts(id_)), None)
        return Address(platform=first.platform, id=f"dm:{first.id}") if first else None

    def add(self, person: Person, accounts_: Iterable[Address]) -> None:
        """Add a person and link their accounts. Raises Stale when the id, or an account, is somebody else's."""
        if not insert_new(self._connection, people, _values(person)):
            raise Stale(person.id)
        self._hold(person)
        for account in accounts_:
            self.link(person.id, account)

    def save(self, person: Person) -> None:
        """Rewrite a person. Raises NotFound."""
        values = {name: value for name, value in _values(person).items() if name != "id"}
        if self._connection.execute(update(people).where(people.c.id == person.id).values(values)).rowcount != 1:
            raise NotFound(person.id)
        self._connection.execute(delete(holdings).where(holdings.c.person == person.id))
        self._hold(person)

    def link(self, id_: PersonId, account: Address) -> None:
        """Give a person one more account, after those they have. Raises Stale when it is somebody else's."""
        last = select(func.coalesce(func.max(accounts.c.position), 0)).where(accounts.c.person == id_)
        position = self._connection.execute(last).scalar_one() + 1
        values = {"platform": account.platform, "account": account.id, "person": id_, "position": position}
        if insert_new(self._connection, accounts, values):
            return
        owner = self._connection.execute(select(accounts.c.person).where(_is(account))).scalar_one()
        if owner != id_:
            raise Stale(account.id)

    def _hold(self, person: Person) -> None:
        rows = dict.fromkeys((holding.role, holding.scope) for holding in person.holdings)
        if rows:
            values = [{"person": person.id, "role": role, "scope": scope} for role, scope in rows]
            self._connection.execute(insert(holdings), values)

    def _read(self, which: Select[tuple[object, ...]]) -> tuple[Person, ...]:
        found = self._connection.execute(which.order_by(people.c.plain, people.c.id))
        return tuple(_person(row) for row in found)


def _is(account: Address) -> ColumnElement[bool]:
    return (accounts.c.platform == account.platform) & (accounts.c.account == account.id)


def _values(person: Person) -> dict[str, object]:
    data = person.model_dump(mode="json")
    return {"id": person.id, "name": person.name, "plain": key(person.name), "active": person.active, "data": data}


def _person(row: Row[tuple[object, ...]]) -> Person:
    return Person.model_validate(row.data)
