"""Lists as people type them: « Un ; Deux », one a line, or with commas, names that hold commas kept whole."""

from __future__ import annotations

import re
from collections.abc import Iterable

from atelier.spelling import key

SURE = re.compile(r"[;\n]")
"""What no name of a list holds; a comma may be part of one (« Paysage, eau et sols »)."""


def parts(typed: str, known: Iterable[str] = ()) -> tuple[str, ...]:
    """The names typed, without empty ones. `known` are the names of the list, to tell a comma that is part of one.

    « ; » and line breaks always separate. A comma separates where the words around it are not, together, a known name:
    the longest one wins. Nothing is checked here: a name that is not known comes back as it was typed.
    """
    names = {key(name) for name in known}
    return tuple(name for line in SURE.split(typed) for name in _cut(line, names))


def _cut(line: str, names: set[str]) -> Iterable[str]:
    words = line.split(",")
    while words:
        taken = next((n for n in range(len(words), 1, -1) if key(",".join(words[:n])) in names), 1)
        name = ",".join(words[:taken]).strip()
        words = words[taken:]
        if name:
            yield name
