"""The pictures of the README and of the visit: a request examined, then its atelier, then all that goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from browser import Served, Window

from bot.sandbox import mission, story
from bot.sandbox.people import ALIX, CAMILLE, MARC, NORA, REVIEW
from bot.sandbox.player import Player

REF = "ADT-2026-0003"


def taken(served: Served, window: Window) -> Iterator[tuple[str, bytes]]:
    """One after the other, as the story goes."""
    player = Player(served.local)
    served.play(examined(player))
    for name, scene in REQUEST.items():
        yield name, seen(scene(window))
    served.play(ordered(player))
    yield "atelier", seen(deadlines(window))
    served.play(held(player))
    yield "frise", timeline(window)


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
NAMES = (*REQUEST, "atelier", "frise")
