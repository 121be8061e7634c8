"""Loopback only: pages of other sites, forged names and huge bodies are turned away before anything reads them."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chat.text import Say, tr

LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
BODY_MOST = 30 * 1024 * 1024
"""Above the bot's own 20 MB, so that the bot itself says no to a file that is a little too big."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
FOREIGN_HOST = tr("Le bac à sable ne répond qu'à cet ordinateur : ouvrez http://127.0.0.1, suivi du même port.")
FOREIGN_SITE = tr("Cette demande vient d'un autre site : elle est refusée.")
TOO_BIG = tr("Cet envoi est trop lourd : {most} Mo au plus.", most=BODY_MOST // 1024 // 1024)


class Guard:
    """An ASGI layer round one application; `say` reads its three refusals aloud."""

    def __init__(self, app: ASGIApp, say: Say) -> None:
        self.app = app
        self.say = say

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        app = PlainTextResponse(refusal[1], refusal[0]) if refusal else self.app
        await app(scope, self._counted(receive), _secured(send))

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = Headers(scope=scope)
        if not _local(headers.get("host", "")):
            return 403, self.say(FOREIGN_HOST)
        if scope["method"] not in SAFE_METHODS and not _same_site(headers):
            return 403, self.say(FOREIGN_SITE)
        announced = headers.get("content-length", "0")
        if not announced.isdecimal() or int(announced) > BODY_MOST:
            return 413, self.say(TOO_BIG)
        return None

    def _counted(self, receive: Receive) -> Receive:
        """A body that does not say its length is counted as it comes."""
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > BODY_MOST:
                raise HTTPException(413, self.say(TOO_BIG))
            return message

        return counted


def _local(host: str) -> bool:
    try:
        return urlsplit(f"//{host}").hostname in LOCAL
    except ValueError:
        return False


def _same_site(headers: Headers) -> bool:
    """What a browser says of where a form comes from; a client that says nothing is not a browser."""
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = headers.get("origin")
    return origin is None or origin in {f"{scheme}://{headers['host']}" for scheme in ("http", "https")}


def _secured(send: Send) -> Send:
    async def secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return secured
