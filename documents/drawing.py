"""Typst, held: our templates, our fonts and no other, and what people wrote passed beside the template as data.

A template is read from the package; its data goes in as JSON (`sys.inputs.data`), so nobody's words are ever markup.
System fonts are left out: the same values give the same bytes on every machine.
"""

from __future__ import annotations

import json
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import typst

FAMILIES: Final = ("Libertinus Serif", "DejaVu Sans")
"""The first comes with Typst, the second with us, in its condensed width (`documents/fonts`)."""
FOLDER: Final = Path(str(resources.files("documents"))) / "fonts"
NO_GLYPH: Final = "□"
MARKS: Final = frozenset({"Mn", "Me", "Mc"})
JOINERS: Final = frozenset("\u200c\u200d")
KEPT: Final = JOINERS | {"\n", "\u00ad", "\u200b"}
"""Characters without a shape that still mean something: joiners, line ends, places where a word may break."""
LONG_WORD: Final = 30
PIECE: Final = 12
EPOCH: Final = 0


def pdf(template: str, data: Mapping[str, Any]) -> bytes:
    """A template filled with data, as PDF/A-2a and PDF/UA-1: made to be kept, and to be read aloud.

    Raises `typst.TypstError` when the template breaks one of the two standards.
    """
    return _compiled(template, data, format="pdf", pdf_standards=["a-2a", "ua-1"], timestamp=EPOCH)


def png(template: str, data: Mapping[str, Any], ppi: float) -> bytes:
    """The same as a picture of one page, `ppi` pixels to the inch."""
    return _compiled(template, data, format="png", ppi=ppi)


def _compiled(template: str, data: Mapping[str, Any], **options: Any) -> bytes:
    drawn: bytes = typst.compile(source(template), sys_inputs=inputs(data), font_paths=fonts(), **options)
    return drawn


def source(template: str) -> bytes:
    """A template of the package."""
    return (resources.files("documents") / "templates" / template).read_bytes()


def inputs(data: Mapping[str, Any]) -> dict[str, str]:
    """What the template reads as `sys.inputs.data`: the data as JSON, every text fit to be drawn."""
    return {"data": json.dumps(_shown(data))}


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """Typst's own fonts and ours, read once."""
    return typst.Fonts(include_system_fonts=False, font_paths=[FOLDER])


def _shown(value: Any) -> Any:
    """The data with every text made fit to be drawn, and every day as a list of numbers."""
    match value:
        case str():
            return drawable(value)
        case Mapping():
            return {name: _shown(part) for name, part in value.items()}
        case list() | tuple():
            return [_shown(part) for part in value]
        case date():
            return [value.year, value.month, value.day]
        case _:
            return value


def drawable(text: str) -> str:
    """Some text with what no font of ours can draw as « □ », without control or direction-forcing characters.

    Endless words get places where they may break, so that nothing leaves its cell.
    """
    plain = "\n".join(unicodedata.normalize("NFC", text).replace("\t", " ").splitlines())
    kept = (char for char in plain if char in KEPT or unicodedata.category(char)[0] != "C")
    drawn = "".join(cluster if _covered(cluster) else NO_GLYPH for cluster in _clusters("".join(kept)))
    return " ".join(_breakable(word) for word in drawn.split(" "))


def _clusters(text: str) -> Iterator[str]:
    """Each character with the marks that sit on it, and what joiners hold together."""
    cluster = ""
    for char in text:
        if cluster and (unicodedata.category(char) in MARKS or char in JOINERS or cluster[-1] in JOINERS):
            cluster += char
            continue
        if cluster:
            yield cluster
        cluster = char
    if cluster:
        yield cluster


def _covered(cluster: str) -> bool:
    codes = [ord(char) for char in cluster if char not in KEPT]
    return any(all(_within(code, family) for code in codes) for family in _coverage())


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    place = bisect_right(ranges, (code, 0x110000)) - 1
    return place >= 0 and ranges[place][0] <= code <= ranges[place][1]


@lru_cache(maxsize=1)
def _coverage() -> tuple[tuple[tuple[int, int], ...], ...]:
    """What each family can draw, as `scripts/cover_fonts.py` found it."""
    found = json.loads((FOLDER / "coverage.json").read_bytes())
    return tuple(tuple((first, last) for first, last in found[family]) for family in FAMILIES)


def _breakable(word: str) -> str:
    if len(word) <= LONG_WORD:
        return word
    return "\u200b".join(word[start : start + PIECE] for start in range(0, len(word), PIECE))
