"""What people wrote can always be drawn, and never becomes markup; the fonts cover what we say they cover."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from documents import drawing
from documents.drawing import FAMILIES, FOLDER, NO_GLYPH, drawable, fonts

PROBE = b"""#set document(title: "x", date: datetime(year: 2026, month: 1, day: 1))
#set text(font: ("Libertinus Serif", "DejaVu Sans"))
#let data = json(bytes(sys.inputs.data))
#data.text

*#data.text*"""
ROOT = Path(__file__).parent.parent


def refused_glyphs(text: str) -> list[str]:
    """What PDF/UA finds to say of a page that shows this text, in both weights."""
    inputs = drawing.inputs({"text": text})
    try:
        _, warnings = typst.compile_with_warnings(
            PROBE, format="pdf", sys_inputs=inputs, pdf_standards=["ua-1", "a-2a"], font_paths=fonts()
        )
    except typst.TypstError as refused:
        return [refused.message]
    return [warning.message for warning in warnings]


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=60))
def test_any_text_can_be_drawn(text):
    assert refused_glyphs(text) == []


@settings(deadline=None, max_examples=100)
@given(
    st.text(
        alphabet=st.sampled_from("éàçé̈\u0301\u0308שָׁ\u05b8لَاa\u200d\u200c👩🏽‍🚒\ufe0f✓→中ﬁ\u0345\u20dd"), max_size=12
    )
)
def test_marks_and_joiners_can_be_drawn_on_anything(text):
    assert refused_glyphs(text) == []


def test_the_probe_can_fail():
    with pytest.raises(typst.TypstError, match="could not be displayed"):
        typst.compile(
            PROBE, format="pdf", sys_inputs={"data": '{"text": "😀🦆"}'}, pdf_standards=["ua-1"], font_paths=fonts()
        )


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("L'œuvre coûte 20 000 €", "L'œuvre coûte 20 000 €"),
        ("شارع", "شارع"),
        ("שלום", "שלום"),
        ("e\u0301", "é"),
        ("中文", NO_GLYPH * 2),
        ("👩🏽‍🚒", NO_GLYPH * 2),
        ("a\x00b\x1bc\x85", "abc"),
        ("\u202eabc\u2066", "abc"),
        ("\ud800x", "x"),
        ("a\r\nb\rc\td", "a\nb\nc d"),
        ("", ""),
    ],
)
def test_what_is_drawn(text, drawn):
    assert drawable(text) == drawn


def test_long_words_may_break_and_others_stay_whole():
    address = "https://exemple.gouv.fr/" + "x" * 200
    assert drawable(address).replace("\u200b", "") == address
    assert max(len(piece) for piece in drawable(address).split("\u200b")) <= drawing.LONG_WORD
    assert drawable("anticonstitutionnellement") == "anticonstitutionnellement"


def test_the_coverage_is_what_typst_says():
    found = json.loads((FOLDER / "coverage.json").read_bytes())
    cover = runpy.run_path(str(ROOT / "scripts" / "cover_fonts.py"))
    assert list(found) == list(FAMILIES)
    chars = [chr(code) for code in range(0x20, 0x2800) if cover["unicodedata"].category(chr(code))[0] not in "CZ"]
    for family in FAMILIES:
        absent = cover["missing"](family, chars)
        ranges = tuple((first, last) for first, last in found[family])
        wrong = [char for char in chars if drawing._within(ord(char), ranges) == (char in absent)]
        assert wrong == [], family
