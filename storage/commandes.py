"""The orders of the ateliers as rows: what a contract's total is counted from. Rewritten with the dossier they come from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from storage.atelier_tables import commandes

CLEAR = delete(commandes).where(commandes.c.ref == bindparam("ref"))
SPENT = select(func.coalesce(func.sum(commandes.c.cents), 0)).where(
    commandes.c.contract == bindparam("contract"), commandes.c.ref != bindparam("but")
)


class Commandes:
    """The orders, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, ref: str, rows: Iterable[tuple[int, str, int, date]]) -> None:
        """Replace the orders of a dossier by these: number, contract, amount in cents, day of reception."""
        self._connection.execute(CLEAR, {"ref": ref})
        values = [
            {"ref": ref, "number": number, "contract": contract, "cents": cents, "received": received}
            for number, contract, cents, received in rows
        ]
        if values:
            self._connection.execute(insert(commandes), values)

    def spent(self, contract: str, but: str = "") -> Decimal:
        """What the orders of the other dossiers under a contract amount to, in euros."""
        cents = self._connection.execute(SPENT, {"contract": contract, "but": but}).scalar_one()
        return Decimal(int(cents)) / 100
