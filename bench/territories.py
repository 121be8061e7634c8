"""Looking for a commune, well or badly spelled, among 35,000."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median

from atelier.territories import Territories
from bench.tables import Table

TIMES = 50
ASKED = (
    ("un code", "55029"), ("un nom exact", "Bar-le-Duc"), ("des homonymes", "Saint-Denis"), ("un début", "Saint-Jean"),
    ("un département avec", "Saint-Denis (93)"), ("mal orthographié", "Bar le Duque"), ("introuvable", "Zzyzxville"),
)  # fmt: skip


def measured() -> Iterator[Table]:
    """Milliseconds: the list read once, then each search."""
    began = time.perf_counter()
    territories = Territories.load()
    rows: list[tuple[str, str, str]] = [
        ("(lire la liste, une fois)", f"{(time.perf_counter() - began) * 1000:.0f}", "")
    ]
    rows += [(name, *_timed(territories, query)) for name, query in ASKED]
    yield Table("Chercher un territoire (millisecondes)", ("recherche", "médiane", "pire"), rows)


def _timed(territories: Territories, query: str) -> tuple[str, str]:
    spent = []
    for _ in range(TIMES):
        began = time.perf_counter()
        territories.find(query)
        spent.append((time.perf_counter() - began) * 1000)
    return f"{median(spent):.3f}", f"{max(spent):.3f}"
