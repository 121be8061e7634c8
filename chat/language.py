"""French first, English second: sentences read from gettext catalogues, dates and amounts told in the reader's way.

Catalogues are `.po` files beside this one, compiled in memory when loaded: there is no stale `.mo` to ship.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from gettext import GNUTranslations
from importlib import resources
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency

from chat.text import Arg, Day, Moment, Money, Say, Text

LANGUAGES = ("fr", "en")
Escape = Callable[[str], str]
BLANK = re.compile(r"\{(\w+)\}")
"""`{name}` and nothing else: filling a blank reads no attribute, obeys no format, and cannot fail."""
_SLOT = re.compile(rf"{BLANK.pattern}|(?<=\w)\((s|es|x|ent|nt)\)|al\((aux)\)")
"""A blank, or an ending that waits for its number: « demande(s) », « attend(ent) », « canal(aux) »."""
TURNING = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
"""What turns the direction of all that follows, our own words too (Unicode UAX 9): taken out of people's words, by every
platform. Hebrew or Arabic are read right to left without them.
"""
FEWEST_SEVERAL = {"fr": 2}
"""From how many on a language says several: « 0 demande, 1 demande, 2 demandes », but “0 requests, 1 request”."""


def _as_is(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Languages:
    """The loaded catalogues. `say(lang)` gives the reader used by a platform's drawing."""

    catalogues: Mapping[str, GNUTranslations]

    def say(self, lang: str, escape: Escape = _as_is) -> Say:
        """A reader for `lang` (French when unknown); `escape` is applied to everything that people wrote.

        No words make it raise: a sentence no catalogue has is read in French, a blank nothing fills stays as it is.
        """
        known = lang if lang in self.catalogues else "fr"
        catalogue = self.catalogues[known]

        def read(text: Text) -> str:
            if text.words:
                return escape(text.msg)
            sentence = catalogue.gettext(text.msg) if text.msg else ""
            told = {name: _told(arg, known, read, escape) for name, arg in text.args.items()}
            return _filled(sentence, text.args, told, known) if "{" in sentence else sentence

        return read


def load() -> Languages:
    """Read and compile every catalogue shipped with the package."""
    return Languages({lang: _catalogue(lang) for lang in LANGUAGES})


def _catalogue(lang: str) -> GNUTranslations:
    with (resources.files("chat") / "catalogues" / f"{lang}.po").open("rb") as source:
        compiled = io.BytesIO()
        write_mo(compiled, read_po(source, locale=lang))
    compiled.seek(0)
    return GNUTranslations(compiled)


def _filled(sentence: str, args: Mapping[str, Arg], told: Mapping[str, str], lang: str) -> str:
    """The blanks filled, and the endings in brackets made to agree with the last number before them, if there is one."""
    several: bool | None = None

    def fill(slot: re.Match[str]) -> str:
        nonlocal several
        if (name := slot[1]) is not None:
            number = args.get(name)
            several = _several(number, lang) if isinstance(number, int) else several
            return told.get(name, slot[0])
        if several is None:
            return slot[0]
        return slot[2] * several if slot[2] else (slot[3] if several else "al")

    return (_SLOT if "(" in sentence else BLANK).sub(fill, sentence)


def _several(number: int, lang: str) -> bool:
    least = FEWEST_SEVERAL.get(lang)
    return abs(number) >= least if least else number != 1


def _told(arg: Arg, lang: str, read: Say, escape: Escape) -> str:
    match arg:
        case str():  # the usual ones first: what is not is asked of each model in turn
            return escape(arg)
        case Text():
            return read(arg)
        case Day(day=day, short=short):
            return told_day(day, lang, short=short)
        case Moment(at=at, zone=zone):
            return told_moment(at, zone, lang)
        case Money(euros=euros):
            return told_amount(euros, lang)
        case int():
            return str(arg)


def told_amount(euros: Decimal, lang: str) -> str:
    """« 20 000 € », « 8 500,50 € »: cents are told when there are some."""
    whole = euros == euros.to_integral_value()
    return format_currency(euros, "EUR", "#,##0 ¤" if whole else "#,##0.00 ¤", locale=lang, currency_digits=False)


def told_day(day: date, lang: str, *, short: bool = False) -> str:
    """« mardi 24 novembre 2026 » (the first of a month is « 1er »), or « 24/11/2026 » when short."""
    number = "d'er'" if lang == "fr" and day.day == 1 else "d"
    return format_date(day, "dd/MM/yyyy" if short else f"EEEE {number} MMMM yyyy", locale=lang)


def told_moment(at: datetime, zone: str, lang: str) -> str:
    """« mardi 24 novembre 2026 à 10 h 42 », in `zone` (an IANA key)."""
    local = at.astimezone(ZoneInfo(zone))
    day = told_day(local.date(), lang)
    if lang == "fr":
        return f"{day} à {local.hour} h {local.minute:02d}"
    return f"{day}, {format_time(local, 'HH:mm', locale=lang)}"
