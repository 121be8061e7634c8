"""The Monday message, made outside any transaction: read, drawn in a thread, then put in the outbox if still ours."""

from __future__ import annotations

import asyncio
from datetime import datetime

from chat.cards import Address
from handlers import digest, timelines
from storage.writer import Writer


async def weekly(writer: Writer, review: Address, now: datetime, holder: str) -> bool:
    """Send AD1's Monday message when it is time (`now` is the procedure's hour); True when this call did.

    Any number of workers may call it: the lease lets one draw, and the mark written with the letters lets one post.
    """
    found = await writer.run(lambda unit: digest.gathered(unit, now, holder))
    if found is None:
        return False
    drawn = await asyncio.to_thread(timelines.drawn, found.picture, "semaine")
    return await writer.run(lambda unit: digest.posted(unit, found, drawn, now, holder=holder, review=review))
