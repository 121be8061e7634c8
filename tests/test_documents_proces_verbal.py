"""The procès-verbal: a document that attests the order of ranks, reads aloud, and is never drawn over a broken order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from atelier.words import Refused
from documents import drawing
from documents import proces_verbal as room
from documents.designation import Answer, Member, ProcesVerbal, SetAside, Solicitation
from documents.proces_verbal import proces_verbal

PARIS = ZoneInfo("Europe/Paris")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of November 2026, in Paris."""
    return datetime(2026, 11, day, hour, minute, tzinfo=PARIS)


FIRST = Solicitation(
    rank=1,
    groupement="Groupement de la Saulx",
    sent=at(3, 9, 30),
    received=date(2026, 11, 3),
    means="courriel",
    proof="accusé n° 4411",
    due=at(10, 23, 59),
    answer=Answer.UNAVAILABLE,
    answered=at(5, 17, 2),
    reason="Équipe mobilisée jusqu'en mars.",
    set_aside=SetAside(
        when=at(6, 10, 42), by="la cheffe du bureau", motive="Indisponibilité (article 7.2)", evidence="courriel du 5"
    ),
)
SECOND = replace(
    FIRST,
    rank=2,
    groupement="Groupement des Rives",
    sent=at(6, 11),
    received=None,
    answer=Answer.SILENCE,
    answered=None,
    reason="",
    set_aside=SetAside(when=at(16, 9), by="la cheffe du bureau", motive="Absence de réponse", evidence="aucun message"),
)
THIRD = Solicitation(
    rank=3,
    groupement="Groupement Ville en partage",
    sent=at(16, 9, 30),
    due=at(23, 23, 59),
    answer=Answer.AVAILABLE_FROM,
    answered=at(18, 8, 15),
    available_from=date(2026, 12, 1),
)
MINUTES = ProcesVerbal(
    reference="ADT-2026-0007",
    title="Bar-le-Duc : les friches de la ville haute",
    territory="Bar-le-Duc (55029, Meuse)",
    bearer="DDT de la Meuse",
    collectivite="Commune de Bar-le-Duc",
    contract="Accord-cadre « démonstration »",
    valid_from=date(2025, 9, 1),
    valid_until=date(2029, 8, 31),
    act="Décision n° 2026-112",
    acted=date(2026, 11, 2),
    solicitations=(FIRST, SECOND, THIRD),
    designated="Groupement Ville en partage",
    rank=3,
    team=(Member(name="Creaspace", competences=("développement économique", "paysage")),),
    decided=at(19, 14, 30),
    decided_by="la cheffe du bureau des stratégies territoriales",
)
HOSTILE = [
    '#eval("1+1") #panic() #read("/etc/passwd") #sys.inputs',
    "*gras* _penché_ `code` $x^2$ @ref <étiquette> = Titre \\ \\u{41} // /* */ ~ -- ... - + 1.",
    "#set page(fill: red)\n\n= Faux titre\n#pagebreak()",
    "]}) \"guillemets\" 'simples' [crochets] {accolades}",
    "x" * 400,
    "",
    "😀 👩🏽‍🚒 中文",
    "שלום עולם مرحبا",
    "\u202einversé\u202c \x00\x07 \ud800",
]


def reader(minutes: ProcesVerbal) -> PdfReader:
    return PdfReader(BytesIO(proces_verbal(minutes)))


def told(minutes: ProcesVerbal) -> str:
    """All the words of the document, on one line, with plain spaces."""
    pages = " ".join(page.extract_text() for page in reader(minutes).pages)
    return " ".join(pages.replace("\u00a0", " ").replace("\u202f", " ").split())


def packed(text: str) -> str:
    """Text without spaces, line ends nor hyphens: the page's width breaks where it wants."""
    return "".join(char for char in text if not char.isspace() and char not in "\u200b-\u00ad\u2010")


def test_it_says_who_was_asked_in_which_order_and_why_each_was_set_aside():
    text = packed(told(MINUTES))
    parts = [
        "Dossier ADT-2026-0007",
        "en vigueur du 1er septembre 2025 au 31 août 2029",
        "Décision n° 2026-112, enregistré le 2 novembre 2026",
        "1 Groupement de la Saulx",
        "Envoyée le 3 novembre 2026 à 9 h 30",
        "Reçue le 3 novembre 2026 (courriel)",
        "Réponse attendue au plus tard le 10 novembre 2026",
        "Indisponible le 5 novembre 2026 à 17 h 02",
        "Écarté le 6 novembre 2026 à 10 h 42, par la cheffe du bureau Motif : Indisponibilité (article 7.2)",
        "2 Groupement des Rives",
        "Réception non constatée",
        "Aucune réponse dans le délai",
        "3 Groupement Ville en partage",
        "Disponible à partir du 1er décembre 2026",
        "Est désigné pour conduire l’atelier : Groupement Ville en partage, classé au rang 3",
        "développement économique, paysage",
        "Décision prise le 19 novembre 2026 à 14 h 30, par la cheffe du bureau des stratégies territoriales.",
    ]
    places = [text.find(packed(part)) for part in parts]
    assert -1 not in places, [part for part, place in zip(parts, places, strict=True) if place < 0]
    assert places == sorted(places)
    assert packed("(par ordre de classement)") in text


def test_it_is_tagged_titled_and_in_french():
    pdf = reader(MINUTES)
    root = pdf.trailer["/Root"]
    assert root["/Lang"] == "fr-FR"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata.title == "Procès-verbal de désignation – ADT-2026-0007"
    assert pdf.metadata.creation_date.date() == date(2026, 11, 19)
    xmp = root["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert [round(float(side)) for side in pdf.pages[0].mediabox[2:]] == [595, 842]
    tags = structure(root["/StructTreeRoot"])
    assert tags.count("/Table") == 3
    assert tags.count("/TH") == 2 + 5 + 2
    assert tags.count("/H1") == 3
    assert "/Note" in tags


def structure(node) -> list[str]:
    """The tags of the document, in reading order."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [tag for child in node for tag in structure(child)]
    if not hasattr(node, "get"):
        return []
    own = [str(node["/S"])] if "/S" in node else []
    return own + structure(node.get("/K", []))


def test_pages_are_numbered_and_the_header_of_the_table_comes_back():
    members = tuple(Member(name=f"Membre {n}", competences=("urbanisme",)) for n in range(120))
    pages = [page.extract_text() for page in reader(replace(MINUTES, team=members)).pages]
    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        assert f"page {number} / {len(pages)}" in page
    assert sum("Compétences" in page for page in pages) >= len(pages) - 2


def test_the_same_minutes_are_the_same_bytes():
    assert proces_verbal(MINUTES) == proces_verbal(replace(MINUTES))
    assert proces_verbal(MINUTES) != proces_verbal(replace(MINUTES, act="Autre"))


def filled(text: str) -> ProcesVerbal:
    """The minutes with this text everywhere people may write."""
    aside = SetAside(when=at(6, 10), by=text, motive=f"m {text}", evidence=text)
    first = replace(FIRST, groupement=text, means=text, proof=text, reason=text, set_aside=aside)
    second = replace(THIRD, rank=2, groupement=text, means=text, proof=text, reason=text)
    facts = dict.fromkeys(("reference", "title", "territory", "bearer", "collectivite", "contract", "act"), text)
    team = (Member(name=text, competences=(text, text)),)
    return replace(MINUTES, **facts, solicitations=(first, second), designated=text, rank=2, team=team, decided_by=text)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_wrote_is_printed_and_never_obeyed(text):
    pdf = reader(filled(text))
    shown = packed("".join(page.extract_text() for page in pdf.pages))
    if text.isascii():
        assert shown.count(packed(text)) >= 10
    tags = structure(pdf.trailer["/Root"]["/StructTreeRoot"])
    assert (tags.count("/H1"), tags.count("/Table")) == (3, 3)


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=80))
def test_any_words_make_a_document(text):
    assert proces_verbal(filled(text)).startswith(b"%PDF-")


def test_typst_has_nothing_to_warn_about():
    doubtful = replace(MINUTES, solicitations=[replace(one, doubt="À vérifier.") for one in MINUTES.solicitations])
    inputs = drawing.inputs(room._data(doubtful))
    _, warnings = typst.compile_with_warnings(
        drawing.source(room.TEMPLATE), format="pdf", sys_inputs=inputs, font_paths=drawing.fonts()
    )
    assert [warning.message for warning in warnings] == []


def test_each_reason_to_check_a_day_is_a_note_told_once():
    doubts = ("", "Férié ici seulement.", "Férié là-bas.")
    asked = [replace(one, doubt=doubt) for one, doubt in zip(MINUTES.solicitations, doubts, strict=True)]
    text = packed(told(replace(MINUTES, solicitations=asked)))
    assert [text.count(packed(part)) for part in ("(date à vérifier", *doubts[1:])] == [2, 1, 1]
    assert packed("Réponse attendue au plus tard le 10 novembre 2026 Indisponible") in text


def test_a_second_round_starts_again_at_rank_one():
    third = replace(
        THIRD, answer=Answer.UNAVAILABLE, set_aside=SetAside(when=at(18, 9), by="x", motive="m", evidence="")
    )
    again = replace(THIRD, round=2, rank=1, groupement="Groupement de la Saulx", sent=at(18, 10))
    minutes = replace(MINUTES, solicitations=(FIRST, SECOND, third, again), rank=1, designated="Groupement de la Saulx")
    assert "Tour 2" in told(minutes)


BROKEN = {
    "nobody asked": {"solicitations": ()},
    "a rank jumped": {"solicitations": (FIRST, THIRD)},
    "starts at rank 2": {"solicitations": (SECOND, THIRD)},
    "asked while the one before was pending": {"solicitations": (FIRST, replace(SECOND, sent=at(6, 10, 41)), THIRD)},
    "asked the day before it was set aside": {"solicitations": (FIRST, replace(SECOND, sent=date(2026, 11, 5)), THIRD)},
    "not set aside": {"solicitations": (FIRST, replace(SECOND, set_aside=None), THIRD)},
    "no motive": {"solicitations": (FIRST, replace(SECOND, set_aside=replace(SECOND.set_aside, motive=" ")), THIRD)},
    "somebody else designated": {"designated": "Groupement des Rives"},
    "another rank": {"rank": 2},
    "it never answered": {"solicitations": (FIRST, SECOND, replace(THIRD, answer=Answer.SILENCE))},
    "it is not available": {"solicitations": (FIRST, SECOND, replace(THIRD, answer=Answer.UNAVAILABLE))},
    "it was set aside": {"solicitations": (FIRST, SECOND, replace(THIRD, set_aside=SECOND.set_aside))},
    "a second round without the first exhausted": {
        "solicitations": (replace(FIRST, set_aside=None), replace(THIRD, round=2, rank=1)),
        "rank": 1,
    },
    "rounds out of order": {"solicitations": (replace(FIRST, round=2), replace(THIRD, round=1, rank=1)), "rank": 1},
    "the contract was over": {"valid_until": date(2026, 11, 18)},
    "the contract was not begun": {"valid_from": date(2026, 11, 20)},
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN.keys())
def test_it_does_not_attest_an_order_that_was_not_kept(change):
    with pytest.raises(Refused, match="ne peut pas être établi"):
        proces_verbal(replace(MINUTES, **change))
