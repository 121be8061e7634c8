"""What travels through a client, signed and bound: a button's meaning, a form's state. Pure: the hour is an argument.

A seal is made of compact JSON and its HMAC-SHA256, both in base64url. Each purpose has its own key, made from
ATELIER_SECRET_KEY: what was sealed as a button opens nothing as a form. Signatures are compared in constant time.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from chat.cards import Token

PERSONAL_LIFE = timedelta(days=7)
"""How long a button bound to one person lives; the others die with their dossier's version, not with time."""
FORM_LIFE = timedelta(hours=24)
TAG = 16
"""Characters of a tag: 96 bits, enough for a value that is checked again by whoever reads it."""
_UNTIL = "u"
_NAMES = {"a": "act", "r": "ref", "v": "version", "x": "arg", "w": "who"}

Body = dict[str, Any]


class Forged(Exception):
    """Not sealed by us, or for something else, or for somebody else."""


class Expired(Forged):
    """Sealed by us, and its time is over."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Closes and opens what travels for one purpose."""

    key: bytes

    @classmethod
    def of(cls, secret: bytes, purpose: str) -> Seal:
        """The seal of one purpose (« slack/press »), from the bot's secret."""
        return cls(_mac(secret, f"atelier\0{purpose}".encode()))

    def close(self, body: Body, until: datetime | None = None) -> str:
        """The body as signed text, good until then (None: as long as what it names)."""
        dated = body if until is None else {**body, _UNTIL: int(until.timestamp())}
        compact = json.dumps(dated, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        text = _encoded(compact.encode(errors="surrogatepass"))
        return f"{text}.{_encoded(_mac(self.key, text.encode()))}"

    def open(self, sealed: str, now: datetime) -> Body:
        """The body back. Raises Forged, or Expired when `now` is past its time."""
        text, _, signature = sealed.partition(".")
        if not self._signed(text, signature):
            raise Forged("signature")
        body = _parsed(text)
        until = body.pop(_UNTIL, None)
        if until is not None and now.timestamp() > until:
            raise Expired(str(until))
        return body

    def tag(self, text: str) -> str:
        """A short signature of a text that travels beside it."""
        return _encoded(_mac(self.key, text.encode(errors="replace")))[:TAG]

    def tagged(self, tag: str, text: str) -> bool:
        """True when the tag is that text's."""
        return hmac.compare_digest(tag.encode(errors="replace"), self.tag(text).encode())

    def _signed(self, text: str, signature: str) -> bool:
        expected = _encoded(_mac(self.key, text.encode(errors="replace")))
        return hmac.compare_digest(signature.encode(errors="replace"), expected.encode())


def packed(token: Token) -> Body:
    """A token as a short body; what is empty is left out."""
    values = token.model_dump()
    return {short: values[name] for short, name in _NAMES.items() if values[name] or name == "act"}


def unpacked(body: Body) -> Token:
    """The token of a body, whatever else the body carries. Raises Forged for one that was never packed."""
    try:
        return Token.model_validate({_NAMES[short]: value for short, value in body.items() if short in _NAMES})
    except ValidationError as error:
        raise Forged("token") from error


def life(token: Token, now: datetime) -> datetime | None:
    """Until when a button with this token is good: a person's own lives seven days."""
    return now + PERSONAL_LIFE if token.who else None


def _mac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, hashlib.sha256)


def _encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _parsed(text: str) -> Body:
    try:
        body = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (NotBase64, ValueError) as error:
        raise Forged("body") from error
    if not isinstance(body, dict):
        raise Forged("body")
    return body
