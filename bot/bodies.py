"""What is sent to an address that anybody may reach: read whole, within a size and a time, or not at all."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

MOST = 1024 * 1024
"""Platforms' payloads are a hundred times smaller; files do not come this way."""
PATIENCE = 15.0
"""Seconds to send it: nobody holds a place here a byte at a time."""
CLOSED = {"Connection": "close"}
"""Headers of a refusal: nothing more of what was not read is waited for."""


async def whole(request: Request, *, patience: float = PATIENCE) -> bytes | None:
    """The body; None when it is too long or too slow."""
    read = bytearray()
    try:
        async with asyncio.timeout(patience):
            async for chunk in request.stream():
                read += chunk
                if len(read) > MOST:
                    return None
    except TimeoutError:
        return None
    return bytes(read)
