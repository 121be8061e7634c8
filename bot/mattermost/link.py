"""The wire to Mattermost's REST API: off the event loop, and every failure named for the outbox.

No hidden retry: those are the outbox's. One 403 is no proof (fact 46: a database that is down answers so): who we are is
asked before it is believed, and even then no message dies of a seat that the administrator can give back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import structlog
from mattermostdriver import Driver

from bot.mattermost.client import POOL, Failure, driver, trust
from chat.platform import Undeliverable, Undelivered

log = structlog.get_logger()

ADMIN_ACTS = 900.0
"""Seconds before trying again what only the administrator can cure."""
SOON = 5.0
UNKNOWN, FORBIDDEN, TOO_MANY, BROKEN = 401, 403, 429, 500
ARCHIVED = ("can_not_post_to_deleted", "can_not_update_post_in_deleted")
"""An archived channel: the bot cannot bring it back (that is « manage_team »), an administrator can. Measured on 5.37."""
UNREACHED = frozenset({"ConnectError", "ConnectTimeout"})
"""The server never read the request."""
Work = Callable[[Driver], Any]


@dataclass(slots=True)
class Link:
    """Calls a server. `close` ends the threads and the connections."""

    url: str
    token: str = field(repr=False)
    driver: Driver = field(init=False, repr=False)
    threads: ThreadPoolExecutor = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Raises ValueError for what is no address."""
        self.driver = driver(self.url, self.token, trust())
        self.threads = ThreadPoolExecutor(POOL.max_connections, thread_name_prefix="mattermost")

    async def call(self, what: str, work: Work) -> Mapping[str, Any]:
        """The object that the server answers. Raises Undelivered or Undeliverable, with the error's id."""
        return _object(what, await self.ask(what, work))

    async def ask(self, what: str, work: Work) -> Any:
        """Whatever the server answers. Raises the same."""
        try:
            return await self._threaded(work)
        except Failure as failure:
            raise await self._meaning(what, failure) from failure

    async def answer(self, url: str, body: dict[str, object]) -> None:
        """Answer by a response_url: only the server's own. Raises Undelivered or Undeliverable."""
        if _origin(url) != _origin(self.url):
            raise Undeliverable("response_url of another server")
        await self.ask("response_url", lambda api: api.client.send(url, body))

    async def _threaded(self, work: Work) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.threads, work, self.driver)

    async def _meaning(self, what: str, failure: Failure) -> Undelivered | Undeliverable:
        """What a refusal means for a letter: later, later and the administrator must act, or never."""
        said = f"{what}: {failure}"
        status = failure.status
        if status in {0, TOO_MANY} or status >= BROKEN or not failure.code or failure.code == "no JSON":
            limited = status == TOO_MANY
            untaken = limited or (not status and failure.code in UNREACHED)
            return Undelivered(said, failure.wait, untaken=untaken, everywhere=limited)
        if status == UNKNOWN:
            log.error("mattermost refuses us: check MATTERMOST_TOKEN", what=what, code=failure.code)
            return Undelivered(said, ADMIN_ACTS, untaken=True)
        if status == FORBIDDEN:
            return await self._forbidden(what, failure)
        if any(mark in failure.code for mark in ARCHIVED):
            log.error("mattermost: this channel is archived", what=what, code=failure.code)
            return Undelivered(said, ADMIN_ACTS, untaken=True)
        log.warning("mattermost refuses", what=what, code=failure.code, request=failure.request)
        return Undeliverable(said)

    async def _forbidden(self, what: str, failure: Failure) -> Undelivered:
        try:
            await self._threaded(lambda api: api.users.get_user("me"))
        except Failure as other:
            wait = ADMIN_ACTS if other.status == UNKNOWN else SOON
            return Undelivered(f"{what}: {failure}, {other}", other.wait or wait)
        log.error("mattermost forbids: is the bot a member of this channel?", what=what, request=failure.request)
        return Undelivered(f"{what}: {failure}", ADMIN_ACTS)

    async def close(self) -> None:
        """End the threads, close the connections."""
        self.threads.shutdown(wait=False, cancel_futures=True)
        self.driver.client.http.close()


def _origin(url: str) -> tuple[str, str]:
    """The scheme and the host, whose capitals mean nothing, with the port if it is told."""
    asked = urlsplit(url)
    return asked.scheme, asked.netloc.lower()


def _object(what: str, found: Any) -> Mapping[str, Any]:
    """An answer that must be an object; one that is not is a try to be made again."""
    if not isinstance(found, dict):
        raise Undelivered(f"{what}: no object in the answer")
    return found
