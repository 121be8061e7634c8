"""What comes in, made fit to be kept: a NUL is no sign anybody typed, and PostgreSQL keeps none."""

from __future__ import annotations

from chat.cards import Token
from chat.talk import AnyEvent, Asked, Attached, Filled, Offered, Pressed, Said, Turned

NUL, SHOWN = "\0", "\ufffd"


def sound(event: AnyEvent) -> AnyEvent:
    """The event without NUL in its words; most come back as they are."""
    match event:
        case Asked() | Said() | Attached():
            return event.model_copy(update={"text": _kept(event.text)}) if NUL in event.text else event
        case Pressed():
            token = _token(event.token)
            return event if token is event.token else event.model_copy(update={"token": token})
        case Filled():
            given = {_kept(n): _kept(v) if isinstance(v, str) else tuple(map(_kept, v)) for n, v in event.given.items()}
            return event.model_copy(update={"token": _token(event.token), "given": given})
        case Offered() | Turned():
            return event


def _kept(text: str) -> str:
    return text.replace(NUL, SHOWN)


def _token(token: Token) -> Token:
    words = {name: getattr(token, name) for name in ("act", "ref", "arg", "who")}
    if not any(NUL in word for word in words.values()):
        return token
    return token.model_copy(update={name: _kept(word) for name, word in words.items()})
