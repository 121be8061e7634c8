"""Timelines: what is drawn is where it should be, is told without colour, and is said the same in text."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from itertools import pairwise

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from documents import drawing
from documents import timeline as room
from documents.picture import Bar, Kind, Mark, Picture, Row, Standing, Words
from documents.scale import MOST_TICKS, span, ticks
from documents.timeline import FILLS, INK, MARKS, PAPER, QUIET, timeline
from documents.timeline_text import ALT_LIMIT, alt_text, text_list, text_table

KINDS = {
    Kind.EXAMINATION: "instruction",
    Kind.DESIGNATION: "désignation",
    Kind.APPROPRIATION: "appropriation",
    Kind.ANIMATION: "animation",
    Kind.RESTITUTION: "restitution",
    Kind.VERIFICATION: "vérification",
    Kind.SUSPENSION: "suspension",
}
FRENCH = Words(
    locale="fr",
    today="Aujourd’hui",
    empty="Aucun atelier en cours.",
    page="page {page} / {pages}",
    summary="Dossiers : {count}, du {start} au {end}.",
    late="En retard : {list}.",
    period="du {start} au {end}",
    columns=("Dossier", "Quoi", "Du", "Au", "État"),
    kinds=KINDS,
    standings={
        Standing.MET: "fait",
        Standing.AHEAD: "à venir",
        Standing.LATE: "en retard",
        Standing.SUSPENDED: "suspendu",
    },
)
TODAY = date(2026, 11, 24)
BAR_LE_DUC = Row(
    "Bar-le-Duc",
    (
        Bar("Instruction", date(2026, 9, 7), date(2026, 10, 1), Kind.EXAMINATION),
        Bar("Désignation", date(2026, 10, 2), date(2026, 10, 15), Kind.DESIGNATION),
        Bar("Attente du maire", date(2026, 10, 10), date(2026, 10, 20), Kind.SUSPENSION),
    ),
    (
        Mark("Note à remettre", date(2026, 11, 15), Standing.LATE),
        Mark("Demande transmise", date(2026, 9, 7), Standing.MET),
        Mark("Session", date(2026, 12, 11), Standing.SUSPENDED),
        Mark("Livrable", date(2027, 3, 1), Standing.AHEAD),
    ),
)
ONE = Picture("ADT-2026-0007", TODAY, (BAR_LE_DUC,), FRENCH)
EMPTY = Picture("Ateliers en cours", TODAY, (), FRENCH)


def many(count: int) -> Picture:
    return Picture(
        "Ateliers en cours", TODAY, tuple(replace(BAR_LE_DUC, title=f"Dossier {n}") for n in range(count)), FRENCH
    )


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", png[16:24])


def drawn(picture: Picture) -> str:
    """What is written in the pictures, read from the same pages made as PDF."""
    pages = room._pages(picture.rows)
    data = [room._page(picture, rows, n, len(pages)) for n, rows in enumerate(pages, start=1)]
    made = [
        typst.compile_with_warnings(
            drawing.source(room.TEMPLATE), format="pdf", sys_inputs=drawing.inputs(one), font_paths=drawing.fonts()
        )
        for one in data
    ]
    assert [warning.message for _, warnings in made for warning in warnings] == []
    texts = [page.extract_text() for content, _ in made for page in PdfReader(BytesIO(content)).pages]
    return " ".join(" ".join(texts).replace("\u00a0", " ").split())


def test_one_dossier_is_a_picture_1600_pixels_wide():
    (png,) = timeline(ONE)
    width, height = size(png)
    assert width == 1600
    assert 400 < height < 1600
    assert timeline(ONE) == (png,)


def test_what_is_written_names_everything_without_colour():
    text = drawn(ONE)
    for part in (
        "ADT-2026-0007",
        "Aujourd’hui · 24 nov.",
        "Bar-le-Duc",
        "Attente du maire",
        "Note à remettre · 15 nov., en retard",
        "Demande transmise · 7 sept.",
        "Session · 11 déc., suspendu",
        "Livrable · 1er mars",
        "oct. 2026",
        "désignation",
        "suspension",
        "à venir",
    ):
        assert part in text, part
    assert "animation" not in text


def test_sixty_dossiers_are_six_pictures_on_one_scale():
    pictures = timeline(many(60))
    assert len(pictures) == 6
    assert {size(png)[0] for png in pictures} == {1600}
    assert "page 6 / 6" in drawn(many(60))
    assert len(timeline(many(10))) == 1
    assert len(timeline(many(11))) == 2


def test_no_dossier_is_a_picture_that_says_so():
    (png,) = timeline(EMPTY)
    assert size(png)[0] == 1600
    assert "Aucun atelier en cours." in drawn(EMPTY)
    assert "Aucun atelier en cours." in alt_text(EMPTY)
    assert "Aucun atelier en cours." in text_list(EMPTY)
    assert text_table(EMPTY) == "Aucun atelier en cours."


def test_a_crowded_dossier_goes_on_in_another_picture():
    marks = tuple(Mark(f"Jalon {n}", TODAY + timedelta(days=n), Standing.AHEAD) for n in range(200))
    picture = replace(ONE, rows=(replace(BAR_LE_DUC, marks=marks),))
    text = drawn(picture)
    assert all(f"Jalon {n} ·" in text for n in range(200))
    assert max(size(png)[1] for png in timeline(picture)) < 10_000


def test_long_names_are_cut_on_a_word():
    name = "Communauté de communes Fumel Vallée du Lot et ses friches industrielles en bord de rivière"
    row = Row(name, (Bar(name, TODAY, TODAY, Kind.ANIMATION),), (Mark(name, TODAY, Standing.LATE),))
    text = drawn(replace(ONE, rows=(row,)))
    assert "Communauté de communes Fumel Vallée du Lot et ses friches…" in text
    assert "Communauté de communes Fumel Vallée du… · 24 nov., en retard" in text
    assert size(timeline(replace(ONE, rows=(row,)))[0])[0] == 1600


def test_another_language():
    words = replace(FRENCH, locale="en", today="Today", standings=dict.fromkeys(Standing, "late"))
    assert "Today · Nov 24" in drawn(replace(ONE, words=words))
    assert "Mar 1, 2027" in text_list(replace(ONE, words=words))


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.text(max_size=60),
            st.integers(-400, 700),
            st.integers(0, 400),
            st.sampled_from(Kind),
            st.sampled_from(Standing),
        ),
        max_size=12,
    ),
    st.text(max_size=80),
)
def test_anything_can_be_drawn_and_told(things, title):
    rows = tuple(
        Row(
            label,
            (Bar(label, TODAY + timedelta(days=start), TODAY + timedelta(days=start + length), kind),),
            (Mark(label, TODAY + timedelta(days=start), state),),
        )
        for label, start, length, kind, state in things
    )
    picture = Picture(title, TODAY, rows, FRENCH)
    assert {size(png)[0] for png in timeline(picture)} == {1600}
    assert len(alt_text(picture)) <= ALT_LIMIT
    assert len(text_table(picture).split("\n")) == (1 if not rows else 2 + 2 * len(rows))


@pytest.mark.parametrize(
    ("days", "labels"),
    [
        (0, ["23 nov.", "24 nov.", "25 nov."]),
        (12, ["23 nov.", "25 nov.", "27 nov.", "29 nov.", "1er déc.", "3 déc.", "5 déc.", "7 déc."]),
        (40, ["23 nov.", "30 nov.", "7 déc.", "14 déc.", "21 déc.", "28 déc.", "4 janv."]),
        (200, ["déc. 2026", "janv. 2027", "févr. 2027", "mars 2027", "avr. 2027", "mai 2027", "juin 2027"]),
        (600, ["T1 2027", "T2 2027", "T3 2027", "T4 2027", "T1 2028", "T2 2028", "T3 2028"]),
        (1095, ["janv. 2027", "juil. 2027", "janv. 2028", "juil. 2028", "janv. 2029", "juil. 2029"]),
        (2000, ["2027", "2028", "2029", "2030", "2031", "2032"]),
    ],
)
def test_the_scale_fits_the_days(days, labels):
    assert [tick.label for tick in ticks(span([TODAY, TODAY + timedelta(days=days)]), "fr")] == labels


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 20_000))
def test_ticks_are_few_in_order_inside_and_even(first, length):
    axis = span([first, first + timedelta(days=length)])
    days = [tick.day for tick in ticks(axis, "fr")]
    assert 1 <= len(days) <= MOST_TICKS
    assert all(axis.first <= day <= axis.last for day in days)
    gaps = [(after - before).days for before, after in pairwise(days)]
    assert not gaps or max(gaps) <= min(gaps) * 1.2
    assert 0 < axis.start(first) < axis.end(first + timedelta(days=length)) < 1


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 30)), max_size=20))
def test_bars_of_one_lane_never_overlap(periods):
    bars = [
        Bar(f"{n}", TODAY + timedelta(days=start), TODAY + timedelta(days=start + length), Kind.ANIMATION)
        for n, (start, length) in enumerate(periods)
    ]
    lanes = room._lanes(bars)
    assert sorted(bar.label for lane in lanes for bar in lane) == sorted(bar.label for bar in bars)
    assert all(before.end < after.start for lane in lanes for before, after in pairwise(lane))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (WCAG 2.2, 1.4.3)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrasts_are_those_of_wcag_aa():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    for text in (INK, QUIET):
        assert contrast(text, PAPER) >= 4.5
    for tint, ink in FILLS.values():
        assert contrast(INK, tint) >= 4.5
        assert contrast(ink, tint) >= 3
        assert contrast(ink, PAPER) >= 3
    for colour in MARKS.values():
        assert contrast(colour, PAPER) >= 4.5
    assert set(FILLS) == set(Kind)
    assert set(MARKS) == set(Standing)


def test_the_table_says_all_and_is_aligned():
    lines = text_table(ONE).split("\n")
    assert lines[0].split() == list(FRENCH.columns)
    assert len({line.index("sept.") for line in lines if "7 sept. 2026  " in line}) == 1
    column = lines[0].index("Quoi")
    assert [line[column - 1] for line in lines] == [" "] * len(lines)
    assert lines[2].split("  ")[0] == "Bar-le-Duc"
    assert lines[-1].strip().startswith("Livrable")
    assert sum("en retard" in line for line in lines) == 1


def test_the_table_is_aligned_with_wide_letters_and_marks():
    row = Row("中文", (), (Mark("e\u0301t", TODAY, Standing.MET), Mark("abc", TODAY, Standing.MET)))
    lines = text_table(replace(ONE, rows=(row,))).split("\n")
    assert lines[0] == "Dossier  Quoi  Du            Au  État"
    assert lines[2] == "中文     e\u0301t    24 nov. 2026      fait"
    assert lines[3] == "         abc   24 nov. 2026      fait"


def test_the_list_says_each_thing_in_order_of_time():
    assert text_list(ONE) == (
        "ADT-2026-0007\n"
        "Aujourd’hui 24 nov. 2026\n"
        "• Bar-le-Duc\n"
        "  – Instruction – du 7 sept. 2026 au 1er oct. 2026\n"
        "  – Demande transmise – 7 sept. 2026 (fait)\n"
        "  – Désignation – du 2 oct. 2026 au 15 oct. 2026\n"
        "  – Attente du maire – du 10 oct. 2026 au 20 oct. 2026 (suspension)\n"
        "  – Note à remettre – 15 nov. 2026 (en retard)\n"
        "  – Session – 11 déc. 2026 (suspendu)\n"
        "  – Livrable – 1er mars 2027 (à venir)"
    )


def test_the_alternative_says_all_when_it_can_and_what_is_late_when_it_cannot():
    short = alt_text(ONE)
    assert "Attente du maire – du 10 oct. 2026 au 20 oct. 2026 (suspension)" in short
    long = alt_text(many(60))
    assert "Dossiers : 60, du 7 sept. 2026 au 1er mars 2027." in long
    assert "Dossier 0, Note à remettre, 15 nov. 2026" in long
    assert "Attente du maire" not in long
    assert len(long) <= ALT_LIMIT
    assert len(alt_text(ONE, 100)) <= 100


def test_a_day_to_verify_says_so_in_the_picture_and_in_words_with_the_reason_once():
    why = "À vérifier : les jours fériés de la Nouvelle-Calédonie ne sont pas confirmés."
    doubtful = Mark("Observations du titulaire sur les pénalités", date(2027, 3, 1), Standing.AHEAD, why)
    words = replace(FRENCH, verify="date à vérifier")
    marks = (doubtful, replace(doubtful, label="Livrable", day=date(2027, 3, 8)))
    picture = Picture("ADT-2026-0988", TODAY, (Row("Nouméa", marks=marks),), words)
    for told in (drawn(picture), text_list(picture), text_table(picture), alt_text(picture)):
        flat = " ".join(told.split())
        assert flat.count("date à vérifier") == len(marks)
        assert flat.count(why) == 1
    sure = replace(picture, rows=(Row("Nouméa", marks=(replace(doubtful, doubt=""),)),))
    assert "vérif" not in (drawn(sure) + text_list(sure) + text_table(sure) + alt_text(sure)).lower()


def test_a_page_gives_the_reasons_of_its_own_days():
    row = Row("Nouméa", marks=(Mark("Livrable", date(2027, 3, 1), Standing.AHEAD, "Raison d'un jour."),))
    picture = replace(many(room.ROWS_PER_PICTURE), rows=(*many(room.ROWS_PER_PICTURE).rows, row))
    first, second = (room._page(picture, rows, 1, 2)["doubts"] for rows in room._pages(picture.rows))
    assert (first, second) == ((), ("Raison d'un jour.",))
