"""What every platform must do, one probe a feature: it plays it on a stage, raises where it fails, and says how it was done.

The page docs/parite.md is what the probes say (scripts/draw_parity.py); the tests run the same probes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.conformance.stage import Stage

PARTS = (
    "Ce que le robot écrit", "Les réponses", "Les formulaires", "Les salons", "Ce que les gens font", "La sûreté",
    "Les pannes et les reprises",
)  # fmt: skip
"""In the order of the page."""
Probe = Callable[[Stage], Awaitable[str]]


@dataclass(frozen=True)
class Feature:
    """One line of the table: its French title, its part, and what plays it. `lived` asks for the whole bot behind."""

    id: str
    title: str
    part: str
    probe: Probe
    lived: bool


class Registry:
    """The features, in the order they were written."""

    def __init__(self) -> None:
        self.features: dict[str, Feature] = {}

    def feature(self, part: str, title: str, *, lived: bool = False) -> Callable[[Probe], Probe]:
        """Add a probe. Raises ValueError for one of the same name, or of no part."""

        def add(probe: Probe) -> Probe:
            id_ = probe.__name__
            if id_ in self.features or part not in PARTS:
                raise ValueError(id_)
            self.features[id_] = Feature(id_, title, part, probe, lived)
            return probe

        return add


REGISTRY = Registry()
feature = REGISTRY.feature
