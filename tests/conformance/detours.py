"""The gestures that the sandbox's story does not go through, made by people on any platform, each on its own atelier.

They open the card, press or type what they read there, fill in what is asked, and confirm when the text is shown first.
"""

from __future__ import annotations

from tests.conformance.actor import Actor
from tests.conformance.scenes import PLAYERS, detours, given, ref_of


async def play(actor: Actor) -> None:
    """Each gesture, by who may make it first. Raises Lost where the bot does not offer it."""
    for step in detours():
        who, ref = PLAYERS[step.by[0]], ref_of(step)
        actor.set_scene(step.id)
        await actor.command(who, f"voir {ref}")
        await actor.take(who, step.label, ref)
        if step.asks is not None:
            await actor.fill(who, given(step))
        if step.preview:
            await actor.press(who, "Confirmer")
