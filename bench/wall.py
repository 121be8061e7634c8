"""A Mattermost that takes posts over TLS, as fast as they come or ten a second: `python -m bench.wall PORT TLS_PORT CERT KEY LIMITED`.

The plain port tells that it is up and, at `/seen`, what each channel received, in order.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

HOST = "127.0.0.1"
A_SECOND, BURST = 10.0, 100
"""The limit of a Mattermost server whose limit is on (docs/faits-mattermost.md, fact 45)."""


@dataclass
class Wall:
    """What was posted, and the bucket that the limit empties."""

    limited: bool
    seen: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    full: float = BURST
    at: float = field(default_factory=time.monotonic)
    refused: int = 0

    def spent(self) -> bool:
        """Take one from the bucket; False when it is empty."""
        now = time.monotonic()
        self.full, self.at = min(BURST, self.full + (now - self.at) * A_SECOND), now
        if not self.limited or self.full >= 1:
            self.full -= 1
            return True
        self.refused += 1
        return False

    async def api(self, request: web.Request) -> web.Response:
        """Every call of the API."""
        if not self.spent():
            return web.Response(status=429, text="limit exceeded\n", headers={"Retry-After": "1"})
        if request.method != "POST":
            return web.json_response({"id": "bot", "username": "atelier"})
        body: dict[str, Any] = await request.json()
        kept = self.seen[body["channel_id"]]
        kept.append(body["message"])
        return web.json_response({**body, "id": f"{body['channel_id']}-{len(kept)}", "create_at": 1}, status=201)

    async def told(self, _request: web.Request) -> web.Response:
        """What was seen."""
        return web.json_response({"seen": self.seen, "refused": self.refused})


async def _up(_request: web.Request) -> web.Response:
    return web.Response(text="0")


async def serve(port: int, over_tls: int, cert: str, key: str, *, limited: bool) -> None:
    """Until killed."""
    wall, context = Wall(limited), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    there, plain = web.Application(), web.Application()
    there.router.add_route("*", "/api/v4/{path:.*}", wall.api)
    plain.router.add_get("/health", _up)
    plain.router.add_get("/seen", wall.told)
    for app, number, tls in ((there, over_tls, context), (plain, port, None)):
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, HOST, number, ssl_context=tls).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4], limited=sys.argv[5] == "1"))
