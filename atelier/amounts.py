"""Amounts in euros as people write them: « 20 000 € », « 8500,50 », « 1 200 EUR HT »."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from atelier.words import Refused, fr

MOST: Final = Decimal(100_000_000)
AMOUNT: Final = re.compile(
    r"(?P<whole>\d{1,3}(?:[ .]\d{3})+|\d{1,9})(?:[,.](?P<cents>\d{1,2}))?(?: ?(?:€|eur|euros?))?(?: ?ht)?"
)


def parse_amount(text: str) -> Decimal:
    """Read an amount in euros, to the cent. Raises `Refused` with an example; no negative, no more than 100 M€."""
    plain = " ".join(text.casefold().split())
    found = AMOUNT.fullmatch(plain)
    if found is None:
        raise Refused(
            fr("Je ne lis pas de montant dans « {text} ». Écrivez par exemple « 8 000 € » ou « 8500,50 »."),
            text=text[:40],
        )
    whole = re.sub(r"[ .]", "", found["whole"])
    amount = Decimal(f"{whole}.{found['cents'] or '0'}")
    if amount > MOST:
        raise Refused(fr("Ce montant dépasse cent millions d'euros : vérifiez-le."))
    return amount
