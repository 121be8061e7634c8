"""The directory: people, the roles they hold and where, the accounts they speak from."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, Select, Text, bindparam, cast, delete, func, insert, select, update

from atelier.dossier import Dossier, Person
from atelier.spelling import key
from atelier.words import PersonId
from chat.cards import Address
from storage.errors import NotFound, Stale
from storage.rows import insert_new, storable
from storage.tables import accounts, holdings, people

TOLD = select(cast(people.c.data, Text)).order_by(people.c.plain, people.c.id)
"""People as text, by name: pydantic reads JSON faster than what was made of it."""
BEHIND = TOLD.join(accounts).where(
    accounts.c.platform == bindparam("platform"), accounts.c.account == bindparam("account")
)
NAMED = TOLD.where(people.c.id == bindparam("id"))
HOLDING = TOLD.where(
    people.c.active,
    people.c.id.in_(bindparam("given", expanding=True))
    | people.c.id.in_(
        select(holdings.c.person).where(
            holdings.c.role.in_(bindparam("roles", expanding=True)),
            holdings.c.scope.in_(bindparam("scopes", expanding=True)),
        )
    ),
)
DIRECT = (
    select(accounts.c.platform, accounts.c.account)
    .join(people)
    .where(people.c.id == bindparam("id"), people.c.active)
    .order_by(accounts.c.position)
    .limit(1)
)
# built once: half of what a small reading costs is building it


class People:
    """The directory, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def behind(self, account: Address) -> Person | None:
        """Who speaks from this account (active or not), or None."""
        found = self._read(BEHIND, platform=account.platform, account=account.id)
        return found[0] if found else None

    def get(self, person: PersonId) -> Person:
        """The person of this id, active or not. Raises NotFound."""
        found = self._read(NAMED, id=person)
        if not found:
            raise NotFound(person)
        return found[0]

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
        given = [m.person for m in dossier.members if m.role in asked]
        near = self._read(HOLDING, given=given, roles=list(asked), scopes=_scopes(dossier))
        return tuple(person for person in near if asked & dossier.roles_of(person))

    def direct(self, person: PersonId) -> Address | None:
        """The direct conversation with a person, on their preferred account; None without account, or when inactive."""
        row = self._connection.execute(DIRECT, {"id": person}).one_or_none()
        return None if row is None else Address(platform=row.platform, id=f"dm:{row.account}")

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
        last = select(func.max(accounts.c.position)).where(accounts.c.person == person)
        position = (self._connection.execute(last).scalar_one() or 0) + 1
        values = {"platform": account.platform, "account": account.id, "person": person, "position": position}
        if not insert_new(self._connection, accounts, values):
            owner = self.behind(account)
            if owner is None or owner.id != person:
                raise Stale(account)

    def prefer(self, person: PersonId, account: Address) -> None:
        """Write to this account of theirs from now on. Raises NotFound when it is not theirs."""
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
        self._connection.execute(delete(holdings).where(holdings.c.person == person.id))
        held = {(str(h.role), h.scope) for h in person.holdings}
        if held:
            rows = [{"person": person.id, "role": role, "scope": scope} for role, scope in sorted(held)]
            self._connection.execute(insert(holdings), rows)

    def _read(self, which: Select[str], **values: object) -> tuple[Person, ...]:
        return tuple(Person.model_validate_json(told) for told in self._connection.execute(which, values).scalars())


def _is(account: Address) -> ColumnElement[bool]:
    return (accounts.c.platform == account.platform) & (accounts.c.account == account.id)


def _values(person: Person) -> dict[str, object]:
    name = storable(person.name)
    return {"name": name, "plain": key(name), "active": person.active, "data": person.model_dump(mode="json")}


def _scopes(dossier: Dossier) -> list[str]:
    """Every scope of the directory that may reach a dossier."""
    return ["", f"dep:{dossier.departement}", f"ref:{dossier.ref}", *(f"terr:{c}" for c in dossier.territory_codes())]
