"""Amounts in euros as people write them: « 20 000 € », « 8500,50 », « 1 200 EUR HT », « 1 440 € TTC ».

Two totals, never mixed (DOMAIN §4): the orders without taxes (HT) are held against the contract's maximum, which is HT;
what they engage, all taxes included (TTC), against the AE, and what is paid against the CP. No rate is assumed: it
depends on the place and on the holder.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, Literal

from atelier.words import Refused, fr

MOST: Final = Decimal(100_000_000)
AMOUNT: Final = re.compile(
    r"(?P<whole>\d{1,3}(?:[ .]\d{3})+|\d{1,9})(?:[,.](?P<cents>\d{1,2}))?(?: ?(?:€|eur|euros?))?(?: ?(?P<tax>ht|ttc))?"
)
Tax = Literal["", "HT", "TTC"]


def parse_amount(text: str, tax: Tax = "") -> Decimal:
    """Read an amount in euros, to the cent. Raises `Refused` with an example; no negative, no more than 100 M€.

    `tax` is how the amount is wanted: one written the other way is refused, not converted.
    """
    plain = " ".join(text.casefold().split())
    found = AMOUNT.fullmatch(plain)
    if found is None:
        raise Refused(
            fr("Je ne lis pas de montant dans « {text} ». Écrivez par exemple « 8 000 € » ou « 8500,50 »."),
            text=text[:40],
        )
    if tax and (found["tax"] or tax.casefold()) != tax.casefold():
        raise Refused(
            fr("« {text} » : ce montant est attendu {tax}. Je ne convertis pas, le taux n'est pas toujours le même."),
            text=text[:40],
            tax=tax,
        )
    whole = re.sub(r"[ .]", "", found["whole"])
    amount = Decimal(f"{whole}.{found['cents'] or '0'}")
    if amount > MOST:
        raise Refused(fr("Ce montant dépasse cent millions d'euros : vérifiez-le."))
    return amount
