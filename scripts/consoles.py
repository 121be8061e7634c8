"""Paste into the pages what the terminal really says: `python scripts/consoles.py` (about two minutes; wants the loopback).

In a page, « <!-- console: doctor --> » names the scene whose commands and answers stand in the block of code that follows.
The doctor's is also drawn, as a terminal shows it. `--check` changes nothing; exit 1 when a page is not what is said.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent / "tests")]

from rich.console import Console  # noqa: E402 - found beside the scripts
from rich.terminal_theme import TerminalTheme  # noqa: E402
from rich.text import Text  # noqa: E402

from scripts.console_scenes import DOCS, mattermost, slack  # noqa: E402

MARK = re.compile(r"(?P<head><!-- console: (?P<name>[a-z-]+) -->\n+```[a-z]*\n).*?(?=^```)", re.DOTALL | re.MULTILINE)
DRAWN = ("doctor", "doctor-panne")
COLOURS = {"✓": "green", "!": "yellow", "✗": "red"}
THEME = TerminalTheme(
    (22, 22, 22), (238, 238, 238),
    [(22, 22, 22), (255, 120, 120), (110, 215, 130), (240, 200, 90), (154, 154, 255), (200, 140, 255), (100, 210, 220), (238, 238, 238)],
)  # fmt: skip
WIDE = 128
SVG = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="atelier doctor">
<!-- Drawn by scripts/consoles.py from what the command said: do not edit. -->
<style>
.{unique_id}-matrix {{ font-family: "DejaVu Sans Mono", Consolas, Menlo, monospace; font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: system-ui, sans-serif; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def pages() -> list[Path]:
    """Those that show a terminal."""
    return [page for page in sorted(DOCS.rglob("*.md")) if MARK.search(page.read_text("utf-8"))]


def named(page: Path) -> list[str]:
    """The scenes that a page shows."""
    return [found["name"] for found in MARK.finditer(page.read_text("utf-8"))]


def pasted(page: str, told: Mapping[str, str]) -> str:
    """The page with what the scenes say. Raises KeyError for a scene that does not exist."""
    return MARK.sub(lambda found: f"{found['head']}{told[found['name']]}\n", page)


def drawn(name: str, told: str) -> str:
    """The terminal as an SVG, each finding in the colour of its level."""
    console = Console(record=True, width=WIDE, file=StringIO(), color_system="truecolor", force_terminal=True)
    for line in told.splitlines():
        console.print(Text(line, style=COLOURS.get(line[:1], ""), overflow="fold"))
    made = console.export_svg(title="atelier doctor", theme=THEME, code_format=SVG, unique_id=name)
    return re.sub(r"[ \t]+$", "", made, flags=re.MULTILINE)


async def said() -> dict[str, str]:
    """Every scene, played."""
    return {**await mattermost(), **await slack()}


def wanted(told: Mapping[str, str]) -> dict[Path, str]:
    """Every file as it should be."""
    texts = {page: pasted(page.read_text("utf-8"), told) for page in pages()}
    return texts | {DOCS / "images" / f"{name}.svg": drawn(name, told[name]) for name in DRAWN}


def main() -> None:
    """Play, then write, or compare."""
    for file, text in wanted(asyncio.run(said())).items():
        kept = file.read_text("utf-8") if file.exists() else ""
        if kept == text:
            continue
        if "--check" in sys.argv:
            raise SystemExit(f"{file.relative_to(DOCS)}: not what the commands say; « python scripts/consoles.py »")
        file.write_text(text, "utf-8")
        print(file.relative_to(DOCS))


if __name__ == "__main__":
    main()
