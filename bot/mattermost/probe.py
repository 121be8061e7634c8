"""Probes of the way back: a dialog that nobody opened, and a command that the bot types; our answers come back by the server.

The server sends whatever anybody submits to whatever address they name (fact 22): the bot's own token is enough. The state
is sealed, good for two minutes and for the bot's own account; the answer is a tag that only our key makes. Nothing changes.
A bot that was restored or moved has the same key: a second tag tells which process answers, to whoever knows the processes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot import presence
from bot.mattermost.spots import Me
from bot.payload import Payload, text
from bot.tokens import Forged, Seal

CALLBACK, NAME = "sonde", "n"
LIFE = timedelta(minutes=2)


def asked(by: Seal, nonce: str, now: datetime) -> str:
    """The state of a probe."""
    return by.close({NAME: nonce}, now + LIFE)


def expected(by: Seal, nonce: str) -> str:
    """What a bot with our key answers."""
    return by.tag(f"{CALLBACK}\n{nonce}")


def placed(by: Seal, nonce: str, process: str) -> str:
    """What a process (« host:pid ») adds to it."""
    return by.tag(f"{CALLBACK}\n{nonce}\n{process}")


def answered(by: Seal, payload: Payload, now: datetime, me: Me) -> dict[str, Any] | None:
    """The answer to a dialog sent, when it is a probe of ours; None for any other."""
    if text(payload, "callback_id") != CALLBACK or (me.id and text(payload, "user_id") != me.id):
        return None
    try:
        nonce = by.open(text(payload, "state"), now).get(NAME)
    except Forged:
        return None
    return {"error": f"{expected(by, str(nonce))} {placed(by, str(nonce), presence.here())}"}


def words(by: Seal, nonce: str, now: datetime) -> str:
    """What the bot types after « /atelier »."""
    return f"{CALLBACK} {asked(by, nonce, now)}"


def typed_answer(by: Seal, nonce: str) -> str:
    """What a bot with our key answers to it."""
    return by.tag(f"{CALLBACK} tapée\n{nonce}")


def typed(by: Seal, form: Payload, now: datetime, me: Me) -> str | None:
    """The answer to a command, when it is a probe that the bot itself typed; None for any other."""
    word, _, state = text(form, "text").strip().partition(" ")
    if word != CALLBACK or not me.id or text(form, "user_id") != me.id:
        return None
    try:
        nonce = by.open(state, now).get(NAME)
    except Forged:
        return None
    return typed_answer(by, str(nonce))
