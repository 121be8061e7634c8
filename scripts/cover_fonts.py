"""Ask Typst which characters each font of the documents can draw: `python scripts/cover_fonts.py`.

Writes `documents/fonts/coverage.json`: for each family, the first and last code points of every covered range.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from pathlib import Path

import typst

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from documents.drawing import FAMILIES, FOLDER, fonts  # noqa: E402

PAGE = """#set document(title: "x")
#set page(width: 100cm, height: auto)
#set text(font: "{family}", fallback: false)
#for c in json(bytes(sys.inputs.data)) {{ box(c); box(strong(c)) }}"""
MISSING = re.compile(r"the text `\"(?:\\u\{(?P<code>[0-9a-f]+)\}|\\?(?P<char>.))")
PLANES = range(0x20, 0x20000)
UNDRAWN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
BATCH = 4096


def covered(family: str) -> list[list[int]]:
    """The ranges a family covers, in order."""
    wanted = [chr(code) for code in PLANES if unicodedata.category(chr(code)) not in UNDRAWN]
    found: list[int] = []
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        absent = missing(family, batch)
        found += [ord(char) for char in batch if char not in absent]
    return ranges(found)


def missing(family: str, chars: list[str]) -> set[str]:
    """What PDF/UA would refuse: each character that has no glyph."""
    try:
        _, warnings = typst.compile_with_warnings(
            PAGE.format(family=family).encode(),
            format="pdf",
            sys_inputs={"data": json.dumps(chars)},
            pdf_standards=["ua-1"],
            font_paths=fonts(),
        )
    except typst.TypstError as refused:
        texts = MISSING.finditer(refused.diagnostic)
        return {chr(int(found["code"], 16)) if found["code"] else found["char"] for found in texts}
    if warnings:
        raise SystemExit(f"{family}: {warnings[0].message}")
    return set()


def ranges(codes: list[int]) -> list[list[int]]:
    """Consecutive numbers as pairs of their first and last."""
    pairs: list[list[int]] = []
    for code in codes:
        if pairs and code == pairs[-1][1] + 1:
            pairs[-1][1] = code
        else:
            pairs.append([code, code])
    return pairs


def main() -> None:
    """Every family, one line each."""
    lines = [f" {json.dumps(family)}: {json.dumps(covered(family), separators=(',', ':'))}" for family in FAMILIES]
    (FOLDER / "coverage.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
