"""Fictitious letters as real PDF files, so that the sandbox has something to drop."""

from __future__ import annotations

TOP, LEFT, LEADING, SIZE = 760, 72, 18, 11


def letter(*lines: str) -> bytes:
    """A one-page PDF with these lines (Latin-1; other signs become « ? »)."""
    text = b"".join(_shown(line, number) for number, line in enumerate(lines))
    stream = b"BT /F1 %d Tf %s ET" % (SIZE, text)
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    return _assembled(objects)


def _shown(line: str, number: int) -> bytes:
    words = line.encode("latin-1", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"1 0 0 1 %d %d Tm (%s) Tj " % (LEFT, TOP - number * LEADING, words)


def _assembled(objects: tuple[bytes, ...]) -> bytes:
    """The objects with their table of offsets (ISO 32000-1, 7.5)."""
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
