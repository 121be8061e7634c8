"""Commands as phones, word processors and our own « … » write them: quotes round them, dashes for hyphens, odd spaces."""

from __future__ import annotations

import re

COMMAND = "/atelier"
PAIRS = {"«": "»", "“": "”", "„": "“", "‘": "’", "‹": "›", **{mark: mark for mark in "\"'`*_~"}}
"""What may stand round a command: quotation marks, and the marks of bold, italics or code."""
UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"
"""A hyphen, and what replaces it in a text that was laid out, or corrected by a keyboard."""
REFERENCE = re.compile(
    rf"[\s:«“„\"'`*_~(]*ADT[{DASHES}](\d{{4}})[{DASHES}](\d{{4,}})(?!\w)\s*[»”\"'`*_~)]*[.,;:!]*(?=\s|$)", re.IGNORECASE
)


def parted(text: str) -> tuple[str, str]:
    """The first word and the rest, in which a reference that comes first is written « ADT-2026-0007 »."""
    verb, rest = (*bare(text).split(None, 1), "", "")[:2]
    found = REFERENCE.match(rest)
    return verb, f"ADT-{found[1]}-{found[2]}{rest[found.end() :]}".strip() if found else rest.strip()


def bare(text: str) -> str:
    """The command alone: nothing round it, nor « /atelier » before it."""
    words = text.translate(UNSEEN).strip()
    while len(words) > 1 and PAIRS.get(words[0]) == words[-1]:
        words = words[1:-1].strip()
    begins = words[: len(COMMAND)].casefold() == COMMAND and not words[len(COMMAND) :][:1].isalnum()
    return words[len(COMMAND) :].strip() if begins else words
