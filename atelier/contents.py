"""What a deposited file really is, from its bytes, whatever its name says.

Five kinds are received: PDF, ODT, DOCX, JPEG, PNG. Signatures are enough for them, so no library guesses here. An
archive is opened with bounds: members are counted before the directory is read, and at most one small member is
inflated, up to `MEMBER_LIMIT` bytes, so a « zip bomb » costs nothing.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from math import ceil
from types import MappingProxyType
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from atelier.words import Refused, fr

MEGABYTE: Final = 1024 * 1024
SIZE_LIMIT: Final = 20 * MEGABYTE
MEMBER_LIMIT: Final = 256 * 1024
MEMBERS_LIMIT: Final = 10_000
HEAD: Final = 1024
"""Where a PDF must begin and end, in bytes (what the usual readers accept)."""
HTML_HEAD: Final = 4096


class FileKind(StrEnum):
    """The kinds of files received; the value is the usual extension."""

    PDF = "pdf"
    ODT = "odt"
    DOCX = "docx"
    JPEG = "jpg"
    PNG = "png"

    @property
    def mime(self) -> str:
        """The media type the file is served with."""
        return MIME[self]


MIME: Final = MappingProxyType(
    {
        FileKind.PDF: "application/pdf",
        FileKind.ODT: "application/vnd.oasis.opendocument.text",
        FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        FileKind.JPEG: "image/jpeg",
        FileKind.PNG: "image/png",
    }
)

ENDINGS: Final = MappingProxyType({FileKind.JPEG: (".jpg", ".jpeg")})
"""The ends of names that a kind may have; the others have their own alone."""
NAME_LIMIT: Final = 200

IMAGES: Final = ((b"\xff\xd8\xff", FileKind.JPEG), (b"\x89PNG\r\n\x1a\n", FileKind.PNG))
PROGRAMS: Final = (
    b"MZ",  # Windows
    b"\x7fELF",  # Linux
    b"\xcf\xfa\xed\xfe",  # macOS
    b"\xce\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",  # macOS universal, Java
    b"#!",  # scripts
)
HTML_STARTS: Final = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<meta", b"<title")
OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP: Final = b"PK\x03\x04"
ZIP_ENTRY: Final = b"PK\x01\x02"
DOCX_MAIN: Final = MIME[FileKind.DOCX].encode() + b".main+xml"
UNREADABLE: Final = (BadZipFile, zlib.error, struct.error, EOFError, OSError, OverflowError, RuntimeError, ValueError)
"""All that the standard zipfile raises on broken or encrypted archives (NotImplementedError is a RuntimeError)."""


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """What was established about a file: kind, media type, seal (hexadecimal SHA-256), size in bytes."""

    kind: FileKind
    mime: str
    sha256: str
    size: int


def check_file(name: str, content: bytes) -> CheckedFile:
    """Check a whole file and seal it, or raise `Refused` with the sentence for who deposits it.

    `name` is only shown; the kind comes from the content.
    """
    shown = _shown(name)
    if not content:
        raise Refused(fr("« {name} » est vide. Vérifiez le fichier et déposez-le de nouveau."), name=shown)
    if len(content) > SIZE_LIMIT:
        raise Refused(
            fr("« {name} » pèse {size} Mo ; la limite est de {limit} Mo. Réduisez-le ou déposez-le en plusieurs fois."),
            name=shown,
            size=_megabytes(len(content)),
            limit=SIZE_LIMIT // MEGABYTE,
        )
    kind = identify(content, name)
    return CheckedFile(kind, kind.mime, hashlib.sha256(content).hexdigest(), len(content))


def kept_name(name: str, kind: FileKind) -> str:
    """The name a file of that kind is kept and handed out under: no folder, no invisible sign, an end that tells its kind.

    What calls itself a PDF may be a program as well: under the name « courrier.bat », one click would start it.
    """
    plain = _shown(name, NAME_LIMIT).strip()
    ends = ENDINGS.get(kind, (f".{kind}",))
    return plain if plain.lower().endswith(ends) else f"{plain}.{kind}"


def identify(head_and_body: bytes, name: str) -> FileKind:
    """Tell which of the five kinds some whole content is, or raise `Refused` saying what it is instead."""
    shown = _shown(name)
    _refuse_programs_and_pages(head_and_body, shown)
    for start, kind in IMAGES:
        if head_and_body.startswith(start):
            return kind
    if head_and_body.startswith(ZIP):
        return _office_document(head_and_body, shown)
    if b"%PDF-" in head_and_body[:HEAD]:
        return _whole_pdf(head_and_body, shown)
    if head_and_body.startswith(OLD_OFFICE):
        raise Refused(
            fr(
                "« {name} » est un ancien fichier Office, ou un document protégé par mot de passe. "
                "Enregistrez-le en PDF, sans mot de passe, puis déposez-le de nouveau."
            ),
            name=shown,
        )
    raise _other_type(shown)


def _refuse_programs_and_pages(content: bytes, shown: str) -> None:
    if content.startswith(PROGRAMS):
        raise Refused(
            fr(
                "« {name} » est un programme et non un document, quel que soit son nom : il n'a pas été gardé. "
                "Si vous ne savez pas d'où il vient, prévenez votre service informatique."
            ),
            name=shown,
        )
    if _is_html(content[:HTML_HEAD]):
        raise Refused(
            fr(
                "« {name} » est une page web et non un document : le plus souvent, c'est une page de connexion "
                "enregistrée à la place du fichier. Connectez-vous, téléchargez le document, puis déposez-le ici."
            ),
            name=shown,
        )


def _is_html(head: bytes) -> bool:
    """Recognise HTML, also in UTF-16, after comments or an XML prologue."""
    text = head.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    text = text.replace(b"\0", b"").lstrip().lower()
    return text.startswith(HTML_STARTS) or (text.startswith((b"<!--", b"<?xml")) and b"<html" in text)


def _whole_pdf(content: bytes, shown: str) -> FileKind:
    if b"%%EOF" not in content[-64 * HEAD :].rstrip(b"\0\t\n\f\r ")[-HEAD:]:
        raise Refused(
            fr("« {name} » est un PDF incomplet : la fin manque. Téléchargez-le ou enregistrez-le de nouveau."),
            name=shown,
        )
    return FileKind.PDF


def _office_document(content: bytes, shown: str) -> FileKind:
    """Tell ODT and DOCX from other archives, reading at most one small member."""
    if content.count(ZIP_ENTRY) > MEMBERS_LIMIT:
        raise _other_type(shown)
    try:
        with ZipFile(BytesIO(content)) as archive:
            if _member(archive, "mimetype").strip() == MIME[FileKind.ODT].encode():
                return FileKind.ODT
            if DOCX_MAIN in _member(archive, "[Content_Types].xml"):
                return FileKind.DOCX
    except UNREADABLE as broken:
        raise Refused(
            fr(
                "« {name} » est abîmé, incomplet ou protégé par mot de passe. "
                "Enregistrez-le de nouveau, sans mot de passe, et déposez-le ici."
            ),
            name=shown,
        ) from broken
    raise _other_type(shown)


def _member(archive: ZipFile, name: str) -> bytes:
    """Read the start of one member; nothing when it is absent or packed in a way ODT and DOCX never use.

    Other packings are left alone because their headers can ask for gigabytes of memory.
    """
    if name not in archive.namelist():
        return b""
    info = archive.getinfo(name)
    if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        return b""
    with archive.open(info) as member:
        return member.read(MEMBER_LIMIT)


def _other_type(shown: str) -> Refused:
    return Refused(
        fr("« {name} » n'est ni un PDF, ni un ODT, ni un DOCX, ni une image JPEG ou PNG. Enregistrez-le en PDF."),
        name=shown,
    )


def _shown(name: str, limit: int = 80) -> str:
    """Keep a name fit to be shown: no folder, no control character, its last characters; any blank is a space."""
    printable = "".join(" " if c.isspace() else c for c in name if c.isprintable() or c.isspace())
    return printable.replace("\\", "/").rsplit("/", 1)[-1][-limit:] or "fichier"


def _megabytes(size: int) -> str:
    """Write a size in megabytes, rounded up so that it is never shown equal to a limit it exceeds: « 20,1 »."""
    return f"{ceil(size * 10 / MEGABYTE) / 10:.1f}".replace(".", ",")
