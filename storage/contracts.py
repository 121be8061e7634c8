"""The accords-cadres as recorded, each in its versions: the last one counts, the others stay readable."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Text, bindparam, cast, select

from atelier.contracts import AccordCadre
from storage.atelier_tables import contracts
from storage.errors import NotFound, Stale
from storage.rows import insert_new

TOLD = select(contracts.c.code, cast(contracts.c.data, Text).label("told"))
VERSIONS = TOLD.where(contracts.c.code == bindparam("code")).order_by(contracts.c.version.desc())
EVERY = TOLD.order_by(contracts.c.code, contracts.c.version.desc())
LAST = VERSIONS.limit(1)
HELD = select(contracts.c.code).where(contracts.c.code == bindparam("code"), contracts.c.version == 1).with_for_update()
"""The first version is always there: whoever holds it holds the contract, also while a new version is recorded."""


class Contracts:
    """The contracts, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, contract: AccordCadre, at: datetime, by: str) -> AccordCadre:
        """Record a contract and return it with its version; the same content again makes no new version.

        `at`: an aware instant; `by`: who recorded it. Raises Stale when another import recorded this version first.
        """
        found = self.versions(contract.code)
        last = found[0] if found else None
        if last is not None and last == contract.model_copy(update={"version": last.version}):
            return last
        kept = contract.model_copy(update={"version": last.version + 1 if last else 1})
        values = {"code": kept.code, "version": kept.version, "data": kept.model_dump(mode="json"), "at": at, "by": by}
        if not insert_new(self._connection, contracts, values):
            raise Stale(kept.code)
        return kept

    def get(self, code: str) -> AccordCadre:
        """The last version of a contract. Raises NotFound."""
        row = self._connection.execute(LAST, {"code": code}).one_or_none()
        if row is None:
            raise NotFound(code)
        return AccordCadre.model_validate_json(row.told)

    def versions(self, code: str) -> tuple[AccordCadre, ...]:
        """Every version of a contract, the last first; none when it is unknown."""
        return tuple(
            AccordCadre.model_validate_json(row.told) for row in self._connection.execute(VERSIONS, {"code": code})
        )

    def all(self) -> tuple[AccordCadre, ...]:
        """The last version of each contract, by code."""
        last: dict[str, AccordCadre] = {}
        for row in self._connection.execute(EVERY):
            if row.code not in last:
                last[row.code] = AccordCadre.model_validate_json(row.told)
        return tuple(last.values())

    def lock(self, code: str) -> None:
        """Others who order under this contract wait for our end: two orders cannot pass its maximum together.

        On PostgreSQL by this lock; on SQLite one transaction writes at a time anyway. Nothing for an unknown contract.
        """
        self._connection.execute(HELD, {"code": code})
