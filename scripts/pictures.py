"""Take the pictures of the README and of the documentation from the running sandbox: `python scripts/pictures.py`.

Wants Chromium and the development requirements. Same story, same clock, same window: the pictures only change with the page.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browser import Served, Window, chromium  # noqa: E402 - the tests are no package

from atelier.territories import Territories  # noqa: E402
from bot import logs  # noqa: E402
from bot.sandbox import mission, story  # noqa: E402
from bot.sandbox.local import Local, open_local  # noqa: E402
from bot.sandbox.people import ALIX, CAMILLE, MARC, NORA, REVIEW  # noqa: E402
from bot.sandbox.player import Player  # noqa: E402
from chat.language import load  # noqa: E402

IMAGES = ROOT / "docs" / "images"
MONDAY = datetime(2026, 11, 2, 8, 30, tzinfo=UTC)
HEAVIEST = 200 * 1024


class Still:
    """A machine whose clock stands still."""

    def now(self) -> datetime:
        """Always the same."""
        return MONDAY


def main() -> None:
    """All the pictures, from one town."""
    logs.configure(logging.WARNING)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="atelier-") as folder:
        local = open_local(Path(folder), Territories.load(), load(), start=MONDAY, machine=Still())
        try:
            asyncio.run(examined(Player(local)))
            shoot(local)
        finally:
            local.close()


REF = "ADT-2026-0003"


async def examined(player: Player) -> None:
    """Bar-le-Duc's request, taken in charge and talked about; nothing is decided yet."""
    await story.older_requests(player)
    ref = await story.opening(player)
    await story.together(player, ref)
    await story.transmission(player, ref)
    await story.examination(player, ref)


async def ordered(player: Player) -> None:
    """The same request validated, its groupement designated, the first order notified."""
    await story.complement(player, REF)
    await story.decision(player, REF)
    await mission.act(player, REF)
    await mission.designation(player, REF)
    await mission.orders(player, REF)


async def held(player: Player) -> None:
    """The note approved, the session held; the two older requests still wait."""
    await mission.note(player, REF)
    await mission.session(player, REF)


def shoot(local: Local) -> None:
    """One window, one picture after the other."""
    player = Player(local)
    with Served(local) as served, chromium() as browser:
        context = browser.new_context(viewport={"width": 1280, "height": 860}, color_scheme="light", locale="fr-FR")
        window = Window(context.new_page(), served.url)
        for name, scene in REQUEST.items():
            kept(IMAGES / f"{name}.png", seen(scene(window)))
        served.play(ordered(player))
        kept(IMAGES / "atelier.png", seen(deadlines(window)))
        served.play(held(player))
        kept(IMAGES / "frise.png", timeline(window))


def review(window: Window) -> Window:
    """AD1's channel: the request's card, its buttons, the first replies of its thread."""
    window.open(NORA)
    window.go("Revue AD1")
    card = window.page.locator("#messages > li").last.locator(".card").first
    card.evaluate("(card) => { card.scrollIntoView(); document.getElementById('fil').scrollTop -= 4; }")
    return window


def conversation(window: Window) -> Window:
    """The intake: a name that several towns bear, the question that follows."""
    window.open(ALIX)
    window.say("/atelier demande")
    window.press("DDT du Loiret")
    window.say("Chateauneuf")
    return window


def form(window: Window) -> Window:
    """A decision's form, with a reason that is too short."""
    window.open(MARC, REVIEW.id)
    window.press("Valider la demande")
    window.field("Dispositif").fill("Esquisse partagée sur un centre ancien : le cœur du dispositif.")
    window.field("Compétences").fill("Oui")
    window.submit()
    return window


def deadlines(window: Window) -> Window:
    """The bearer service's card of an atelier: what is next, what is recorded for others, and by when."""
    window.open(CAMILLE)
    cards = window.page.locator("#messages > li > article .card").filter(has=window.page.locator("select"))
    card = cards.filter(has_text="Bon de commande n° 1").last
    card.evaluate("(card) => { card.scrollIntoView(); document.getElementById('fil').scrollTop -= 4; }")
    return window


def timeline(window: Window) -> bytes:
    """The picture that the bot hands out to AD1 of all that goes on."""
    window.open(NORA)
    window.say("/atelier frise")
    with window.page.expect_download() as downloaded:
        window.last.get_by_role("link", name=".png").click()
    return downloaded.value.path().read_bytes()


def seen(window: Window) -> bytes:
    """The window as a PNG, without the caret."""
    return window.page.screenshot(caret="hide")


REQUEST: dict[str, Callable[[Window], Window]] = {
    "bac-a-sable": review,
    "conversation": conversation,
    "formulaire": form,
}


def kept(file: Path, picture: bytes) -> None:
    """A PNG in its place. Raises SystemExit when it is too heavy for a page of text."""
    if len(picture) > HEAVIEST:
        raise SystemExit(f"{file.name}: {len(picture)} bytes, {HEAVIEST} at most")
    file.write_bytes(picture)
    print(f"{file.relative_to(ROOT)}: {len(picture) // 1024} KB")


if __name__ == "__main__":
    main()
