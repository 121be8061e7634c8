"""The accords-cadres of the sandbox: those shipped with the code, the invented one in force whenever it is played."""

from __future__ import annotations

from datetime import date, timedelta

from atelier.contract_file import SHIPPED, shipped
from atelier.contracts import AccordCadre

BEFORE = timedelta(days=365)
LASTS = 4
"""Years: the most an accord-cadre lasts (code de la commande publique, L2125-1)."""


def contracts(today: date) -> tuple[AccordCadre, ...]:
    """Every shipped contract; an invented one begins a year before `today`, so that it is in force."""
    return tuple(_in_force(shipped(name), today) for name in SHIPPED)


def _in_force(contract: AccordCadre, today: date) -> AccordCadre:
    if not contract.fictif:
        return contract
    first = (today - BEFORE).replace(day=1)
    last = first.replace(year=first.year + LASTS) - timedelta(days=1)
    return contract.model_copy(update={"date_notification": first, "date_fin_validite": last})
