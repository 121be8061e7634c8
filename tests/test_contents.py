"""What a file is, whatever its name says."""

from __future__ import annotations

import hashlib
import tracemalloc
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atelier.contents import MEMBERS_LIMIT, MIME, SIZE_LIMIT, FileKind, check_file, identify, kept_name
from atelier.words import Refused

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(20) + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20) + b"IEND\xaeB`\x82"
MAIN = '<Override PartName="/word/document.xml" ContentType="{}.main+xml"/>'


def zipped(members: dict[str, bytes | str], compression: int = ZIP_DEFLATED) -> bytes:
    """Make an archive in memory."""
    out = BytesIO()
    with ZipFile(out, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


ODT = zipped({"mimetype": MIME[FileKind.ODT], "content.xml": "<x/>"}, ZIP_STORED)
DOCX = zipped({"[Content_Types].xml": MAIN.format(MIME[FileKind.DOCX]), "word/document.xml": "<x/>"})


def refusal(name: str, content: bytes) -> str:
    """Give the sentence said to who deposits this."""
    with pytest.raises(Refused) as refused:
        check_file(name, content)
    return str(refused.value)


def outcome(content: bytes) -> str:
    """Give the kind found, or how it was refused."""
    try:
        return check_file("x", content).kind
    except Refused as refused:
        return "refused with a whole sentence" if str(refused).endswith(".") else str(refused)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, FileKind.PDF),
        (b"\xef\xbb\xbf\n" + PDF, FileKind.PDF),
        (PDF + b"\r\n" + bytes(3000), FileKind.PDF),
        (ODT, FileKind.ODT),
        (zipped({"content.xml": "<x/>", "mimetype": MIME[FileKind.ODT] + "\n"}), FileKind.ODT),
        (DOCX, FileKind.DOCX),
        (JPEG, FileKind.JPEG),
        (PNG, FileKind.PNG),
    ],
)
def test_the_five_kinds_are_known_by_their_content(content: bytes, kind: FileKind) -> None:
    assert identify(content, "sans extension") is kind
    checked = check_file("piece.exe", content)
    assert (checked.kind, checked.mime, checked.size) == (kind, MIME[kind], len(content))
    assert checked.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "« lettre.pdf » est vide"),
        (b"MZ\x90\x00" + PDF, "est un programme"),
        (b"\x7fELF\x02" + PDF, "est un programme"),
        (b"#!/bin/sh\n" + PDF, "est un programme"),
        (b"<!DOCTYPE html><title>Connexion</title>", "c'est une page de connexion"),
        (b"\n <HTML><body>", "c'est une page de connexion"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><!-- a --><html>", "c'est une page de connexion"),
        ("\ufeff<html>".encode("utf-16-le"), "c'est une page de connexion"),
        (PDF[:-7], "est un PDF incomplet"),
        (PDF + b"%" * 5000, "est un PDF incomplet"),
        (DOCX[:-30], "est abîmé, incomplet ou protégé"),
        (b"PK\x03\x04", "est abîmé, incomplet ou protégé"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "est un ancien fichier Office"),
        (zipped({"photo.txt": "bonjour"}), "n'est ni un PDF, ni un ODT"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "n'est ni un PDF"),
        (zipped({"[Content_Types].xml": "sheet.main+xml"}), "n'est ni un PDF"),
        (b"bonjour", "n'est ni un PDF, ni un ODT"),
        (b"GIF89a", "n'est ni un PDF"),
    ],
)
def test_each_wrong_file_gets_its_own_sentence(content: bytes, said: str) -> None:
    assert said in refusal("lettre.pdf", content)


def test_a_file_at_the_limit_passes_and_one_byte_more_says_size_and_limit() -> None:
    full = PDF.replace(b"%%EOF", bytes(SIZE_LIMIT - len(PDF)) + b"%%EOF")
    assert check_file("plan.pdf", full).size == SIZE_LIMIT == 20 * 1024 * 1024
    assert "pèse 20,1 Mo ; la limite est de 20 Mo" in refusal("plan.pdf", full + b"\n")


@pytest.mark.parametrize("name", ["mimetype", "[Content_Types].xml"])
def test_a_zip_bomb_is_refused_without_being_inflated(name: str) -> None:
    bomb = zipped({name: bytes(64 * 1024 * 1024)})
    tracemalloc.start()
    said = refusal("bombe.docx", bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "n'est ni un PDF" in said
    assert peak < 4 * 1024 * 1024


def test_an_archive_of_countless_members_is_not_even_listed() -> None:
    crowd = zipped(dict.fromkeys((f"{n}" for n in range(MEMBERS_LIMIT)), b"") | {"mimetype": MIME[FileKind.ODT]})
    assert "n'est ni un PDF" in refusal("foule.odt", crowd)


def test_a_packing_that_no_office_suite_uses_is_not_opened() -> None:
    assert "n'est ni un PDF" in refusal("x.odt", zipped({"mimetype": MIME[FileKind.ODT]}, ZIP_LZMA))


def test_an_encrypted_member_is_refused_as_protected() -> None:
    locked = bytearray(ODT)
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert "protégé par mot de passe" in refusal("secret.odt", bytes(locked))


def test_a_hostile_name_is_shown_harmlessly() -> None:
    said = refusal("../../etc/\u202e\x00" + "a" * 200 + ".pdf", b"")
    assert said == f"« {'a' * 76}.pdf » est vide. Vérifiez le fichier et déposez-le de nouveau."


@pytest.mark.parametrize(("given_name", "kind", "kept"), [
    ("courrier.pdf", FileKind.PDF, "courrier.pdf"),
    ("Courrier signé n° 3.PDF", FileKind.PDF, "Courrier signé n° 3.PDF"),
    ("Courrier\u00a0signé.pdf", FileKind.PDF, "Courrier signé.pdf"),
    ("photo.jpeg", FileKind.JPEG, "photo.jpeg"),
    ("courrier.bat", FileKind.PDF, "courrier.bat.pdf"),
    ("courrier.pdf.exe.", FileKind.PDF, "courrier.pdf.exe..pdf"),
    ("courrier.html", FileKind.DOCX, "courrier.html.docx"),
    ("fdp\u202etab.reirruoc", FileKind.PDF, "fdptab.reirruoc.pdf"),
    ("..\\..\\dossier/courrier\n\x1b[31m.pdf", FileKind.PDF, "courrier [31m.pdf"),
    ("\u202e", FileKind.ODT, "fichier.odt"),
    ("a" * 300 + ".png", FileKind.PNG, "a" * 196 + ".png"),
])  # fmt: skip
def test_a_file_is_kept_under_a_name_that_tells_its_kind(given_name: str, kind: FileKind, kept: str) -> None:
    assert kept_name(given_name, kind) == kept


@given(st.sampled_from([b"", b"PK\x03\x04", b"%PDF-", ODT, DOCX]), st.binary(max_size=300), st.integers(0, 400))
def test_any_bytes_are_a_kind_or_a_refusal(start: bytes, noise: bytes, at: int) -> None:
    content = start[:at] + noise + start[at:]
    assert outcome(content) in {*FileKind, "refused with a whole sentence"}
