"""What changed between two texts, word by word, told as what was taken out and what was put in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import starmap

WORDS = re.compile(r"\S+\s*")
MOST = 6
"""More changes than this, and the two texts are better read whole."""
ALIKE = 0.4
"""Below this likeness (difflib's ratio on words), nothing is left of the first text."""


@dataclass(frozen=True, slots=True)
class Change:
    """One place where the texts differ; `gone` or `new` is empty when nothing was taken out, or put in."""

    gone: str
    new: str


def changes(before: str, after: str) -> tuple[Change, ...] | None:
    """The changes from one text to the other, in order; None when they have too little in common to be told so."""
    old, new = WORDS.findall(before), WORDS.findall(after)
    bare = ([w.strip() for w in old], [w.strip() for w in new])
    matcher = SequenceMatcher(None, *bare, autojunk=False)
    found = [op for op in matcher.get_opcodes() if op[0] != "equal"]
    if matcher.ratio() < ALIKE or len(found) > MOST:
        return None

    def change(_kind: str, i1: int, i2: int, j1: int, j2: int) -> Change:
        return Change("".join(old[i1:i2]).strip(), "".join(new[j1:j2]).strip())

    return tuple(starmap(change, found))
