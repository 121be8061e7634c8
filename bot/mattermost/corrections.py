"""What a dialog's questions are called, and what its submission is answered when something is wrong. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.mattermost.limits import ERROR, shortened
from bot.mattermost.marks import plain

NONE = "atelier.none"
"""The value of « Aucun choix »: not every client empties a menu once chosen."""
Asked = dict[str, list[str]]
"""A dialog's questions, each with the choices it was drawn as boxes for."""


def box(name: str, value: str) -> str:
    """The name of one choice's box."""
    return f"{name}.{value}"


def corrected(asked: Asked, problems: Mapping[str, str]) -> dict[str, Any]:
    """What a submission at fault is answered: each problem under its field; the others together, above.

    `problems` are sentences already read. A name that the dialog does not have would close it (fact 27).
    """
    under, above = {}, []
    for name, problem in problems.items():
        told = shortened(plain(problem), ERROR)
        if name in asked:
            under[box(name, asked[name][0]) if asked[name] else name] = told
        else:
            above.append(f"{name} : {told}" if name else told)
    return {**({"errors": under} if under else {}), **({"error": " ".join(above)} if above else {})}
