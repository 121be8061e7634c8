"""The pictures of the roles' pages: the whole story is played, and stops before a deed to take what somebody then sees."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from queue import SimpleQueue

from browser import Served, Window

from bot.sandbox import mission, story
from bot.sandbox.people import ALBA, CAMILLE, INES, MAIRE, MARC, NORA, OSCAR, PAUL, REVIEW, Somebody
from bot.sandbox.player import Player
from bot.sandbox.world import direct
from chat.talk import Answer


@dataclass(frozen=True)
class Pose:
    """A picture: taken just before `actor` does what begins by `deed`, for the time `turn`; of what `who` sees at `place`.

    The card that holds the button of the deed, or the words `top`, is shown from its top.
    """

    name: str
    actor: Somebody
    deed: str
    who: Somebody
    place: str = ""
    turn: int = 1
    top: str = ""


POSES = (
    Pose("ddt-question", CAMILLE, "« bar-le-duc »", CAMILLE),
    Pose("ddt-transmettre", CAMILLE, "[Confirmer]", CAMILLE),
    Pose("ddt-complement", CAMILLE, "[Compléter la fiche]", CAMILLE),
    Pose("ddt-signer", PAUL, "[Signer]", PAUL),
    Pose("ad1-revue", NORA, "/atelier prendre", NORA, REVIEW.id),
    Pose("ad1-rang", MARC, "remplit « Écarter ce rang", MARC, REVIEW.id),
    Pose("ad1-designer", MARC, "[Confirmer]", MARC, REVIEW.id, turn=5),
    Pose("ad1-bilan", OSCAR, "[Note d'appropriation de", NORA, REVIEW.id, top="Bilan de la semaine"),
    Pose("mandataire-sollicitation", OSCAR, "[Disponible]", OSCAR),
    Pose("mandataire-indisponible", ALBA, "remplit « Indisponible", ALBA),
    Pose("mandataire-note", OSCAR, "remplit « Remettre la note", OSCAR),
    Pose("mandataire-livrable", OSCAR, "[Remettre le livrable]", OSCAR),
    Pose("collectivite-invitation", INES, "[Répondre à mes questions]", INES),
    Pose("collectivite-courrier", INES, "« avant-hier »", INES),
    Pose("collectivite-note", MAIRE, "[Approuver la note]", MAIRE),
    Pose("collectivite-suivi", CAMILLE, "remplit « Répondre au suivi", INES),
)
NAMES = tuple(f"roles/{pose.name}" for pose in POSES)
Stop = tuple[Pose, Callable[[], object]]
"""A picture to take, and what to call once it is."""


@dataclass
class Posing(Player):
    """Plays the story, and waits before a deed until its pictures are taken."""

    stops: SimpleQueue[Stop | None] = field(default_factory=SimpleQueue)
    done: list[tuple[str, str]] = field(default_factory=list)
    waits: list[Pose] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Every deed is heard before it is done."""
        self.heard = self._heard

    def _heard(self, who: Somebody | None, deed: str) -> None:
        assert who is not None
        self.done.append((who.account, deed))
        self.waits = [pose for pose in POSES if pose.actor is who and deed.startswith(pose.deed) and self._turn(pose)]

    def _turn(self, pose: Pose) -> bool:
        times = sum(account == pose.actor.account and deed.startswith(pose.deed) for account, deed in self.done)
        return times == pose.turn

    async def _done(self, deed: Coroutine[None, None, Answer]) -> Answer:
        loop = asyncio.get_running_loop()
        for pose in self.waits:
            taken = loop.create_future()
            self.stops.put((pose, lambda taken=taken: loop.call_soon_threadsafe(taken.set_result, None)))
            await taken
        return await super()._done(deed)


async def played(player: Posing) -> None:
    """From the first question to the closing; then nothing more is to be taken."""
    try:
        await story.older_requests(player)
        ref = await story.play(player)
        await mission.play(player, ref)
    finally:
        player.stops.put(None)


def taken(served: Served, window: Window) -> Iterator[tuple[str, bytes]]:
    """Each picture when the story comes to it. Raises AssertionError when it never came to one."""
    player, names = Posing(served.local), []
    story_ = served.begin(played(player))
    while stop := player.stops.get():
        pose, done = stop
        framed(window, pose)
        names.append(f"roles/{pose.name}")
        yield names[-1], window.page.screenshot(caret="hide")
        done()
    story_.result()
    assert sorted(names) == sorted(NAMES), set(NAMES) - set(names)


def framed(window: Window, pose: Pose) -> None:
    """Somebody's screen, what it is about not cut at the top."""
    window.open(pose.who, pose.place or direct(pose.who.account))
    cards = window.page.locator("#messages .card")
    if pose.top:
        found = cards.filter(has_text=pose.top)
    elif pose.deed.startswith("["):
        found = cards.filter(has=window.page.get_by_role("button", name=pose.deed.strip("[]"), exact=True))
    else:
        return
    found.last.evaluate(UNCUT)


UNCUT = """(card) => {
    const seen = document.getElementById('fil');
    const over = seen.getBoundingClientRect().top + 4 - card.getBoundingClientRect().top;
    if (over > 0) seen.scrollTop -= over;
}"""
