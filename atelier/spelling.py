"""Names compared as people type them: accents, case, hyphens, apostrophes, « St », ligatures, and small mistakes."""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from heapq import nlargest
from unicodedata import combining, normalize

SHORT = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
NOT_WORD = re.compile(r"[^a-z0-9]+")
ASIDE = re.compile(r"\([^)]*\)")

EPCI_WORDS = re.compile(
    r"^(communaute de communes|communaute d agglomeration|communaute urbaine|com com|comcom|metropole|cc|ca|cu) "
)
ARTICLES = re.compile(r"^(?:(?:de la|de l|du|des|de|d|la|le|les|l) )+(?=.)")

CLOSE = 0.72
"""The least likeness (difflib's ratio) that is worth showing: « Sallins » yes, another town no."""
LOOKED_AT = 40
"""How many names are compared letter by letter: more is slower, and finds no better."""


def key(name: str) -> str:
    """Give the form under which two spellings of one name are equal: « St-Denis » and « SAINT DENIS »."""
    folded = "".join(sign for sign in normalize("NFKD", name.casefold().translate(LIGATURES)) if not combining(sign))
    words = NOT_WORD.sub(" ", re.sub(r"\bs/", "sur ", folded)).split()
    return " ".join(SHORT.get(word, word) for word in words)


def main_key(name: str) -> str:
    """Give the key without what stands between parentheses: « Bors (Canton de Charente-Sud) » is a « Bors »."""
    return key(ASIDE.sub(" ", name)) or key(name)


def bare(name: str) -> str:
    """Give the key without what people leave out: « CC de la », « Communauté de communes », « Le », « (Ville) »."""
    whole = ARTICLES.sub("", main_key(name))
    without = EPCI_WORDS.sub("", f"{whole} ").strip() or whole
    return ARTICLES.sub("", without)


class Spellings:
    """The keys of a list of names, ready to be asked for those that look like another."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = keys
        self._pairs: dict[str, array[int]] = defaultdict(lambda: array("I"))
        for number, text in enumerate(keys):
            for pair in _pairs(text):
                self._pairs[pair].append(number)

    def close(self, text: str) -> list[str]:
        """Give the keys that look like a key, the nearest first.

        Comparing with every name takes a second: only those that share most pairs of letters are compared.
        """
        asked = _pairs(text)
        shared: Counter[int] = Counter()
        for pair in asked:
            shared.update(self._pairs.get(pair, ()))
        likely = nlargest(LOOKED_AT, shared, key=lambda number: shared[number] / (len(asked) + len(self._keys[number])))
        rated = [(_likeness(text, self._keys[number]), self._keys[number]) for number in likely]
        return [name for ratio, name in sorted(rated, key=lambda pair: (-pair[0], pair[1])) if ratio >= CLOSE]


def _pairs(text: str) -> frozenset[str]:
    return frozenset(_each_pair(f" {text} "))


def _each_pair(text: str) -> Iterator[str]:
    return (text[at : at + 2] for at in range(len(text) - 1))


def _likeness(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    # The first is an upper bound, told by the lengths alone: a page pasted by mistake costs nothing.
    return matcher.ratio() if matcher.real_quick_ratio() >= CLOSE else 0.0
