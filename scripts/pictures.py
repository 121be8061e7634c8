"""Take the pictures of the README and of the documentation from the running sandbox: `python scripts/pictures.py`.

Wants Chromium and the development requirements. Same story, same clock, same window: the pictures only change with the page.
`python scripts/pictures.py roles` takes those of the roles' pages alone.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browser import Served, Window, chromium  # noqa: E402 - the tests are no package

from atelier.territories import Territories  # noqa: E402
from bot import logs  # noqa: E402
from bot.sandbox.local import open_local  # noqa: E402
from chat.language import load  # noqa: E402
from scripts import picture_roles, picture_visit  # noqa: E402

IMAGES = ROOT / "docs" / "images"
MONDAY = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
HEAVIEST = 200 * 1024
SIZE = {"width": 1280, "height": 860}

Taken = Iterator[tuple[str, bytes]]
"""Pictures as they come: their names, and their PNG."""
VISITS: dict[str, Callable[[Served, Window], Taken]] = {"visite": picture_visit.taken, "roles": picture_roles.taken}
"""Each has a town of its own."""


class Still:
    """A machine whose clock stands still."""

    def now(self) -> datetime:
        """Always the same."""
        return MONDAY


def main() -> None:
    """All the pictures, or those of one visit."""
    logs.configure(logging.WARNING)
    for name in sys.argv[1:] or VISITS:
        shoot(VISITS[name])


def shoot(visit: Callable[[Served, Window], Taken]) -> None:
    """One town, one window, one picture after the other."""
    with TemporaryDirectory(prefix="atelier-") as folder:
        local = open_local(Path(folder), Territories.load(), load(), start=MONDAY, machine=Still())
        try:
            with Served(local) as served, chromium() as browser:
                context = browser.new_context(viewport=SIZE, color_scheme="light", locale="fr-FR")
                for name, picture in visit(served, Window(context.new_page(), served.url)):
                    kept(IMAGES / f"{name}.png", picture)
        finally:
            local.close()


def kept(file: Path, picture: bytes) -> None:
    """A PNG in its place. Raises SystemExit when it is too heavy for a page of text."""
    if len(picture) > HEAVIEST:
        raise SystemExit(f"{file.name}: {len(picture)} bytes, {HEAVIEST} at most")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(picture)
    print(f"{file.relative_to(ROOT)}: {len(picture) // 1024} KB")


if __name__ == "__main__":
    main()
