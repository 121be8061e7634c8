"""The wire to Slack's Web API: one pooled session, timeouts, no hidden retry, every failure named.

All arguments go in the body, as a form: every method takes it, reads included. `retry_handlers` is empty (promise 3:
the SDK's own post twice when a connection breaks). Source of the codes: the « Errors » of each method's page.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from chat.platform import Undeliverable, Undelivered

log = structlog.get_logger()

API = "https://slack.com/api/"
TIMEOUT = aiohttp.ClientTimeout(total=20, connect=5)
"""Well under the outbox's lease."""
ADMIN_ACTS = 900.0
"""Seconds before trying again what only the administrator can cure."""
TOO_MANY, BROKEN = 429, 500
UNSEEN, CHANNELS = "channel_not_found", ("C", "G")
"""What is said of a channel that is gone, or that the bot is not in; and what channels' ids begin with."""
LIMITED = frozenset({"ratelimited", "rate_limited"})
LATER = LIMITED | frozenset({"internal_error", "fatal_error", "service_unavailable",
    "request_timeout", "team_added_to_org", "team_access_not_granted_yet", "external_service_unavailable"})  # fmt: skip
OURS = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "missing_scope",
    "no_permission", "access_denied", "ekm_access_denied", "org_login_required", "not_allowed_token_type",
    "app_missing_action_url", "two_factor_setup_required", "accesslimited", "not_in_channel",
    "is_archived", "channel_is_archived"})  # fmt: skip
"""Our token, our rights, our seat in the channel, or a channel that may be brought back: no message may die of it."""


class Link:
    """Calls Slack. `session` is made at the first call, in the loop that runs, and closed by `close`."""

    def __init__(self, token: str, api: str = "") -> None:
        self.client = AsyncWebClient(token=token, base_url=api or API, retry_handlers=[])
        self._token = token

    @property
    def session(self) -> aiohttp.ClientSession:
        """The pooled session: no cookies are kept, HTTPS_PROXY is heard (when it is said: asking again costs a thread)."""
        if self.client.session is None or self.client.session.closed:
            self.client.session = aiohttp.ClientSession(
                timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar(), trust_env=bool(getproxies())
            )
        return self.client.session

    async def call(self, method: str, **args: object) -> Mapping[str, Any]:
        """Call a method and give its answer. Raises Undelivered or Undeliverable, whose reason is Slack's code."""
        self.client.session = self.session
        try:
            response = await self.client.api_call(method, data=_form(args))
        except SlackApiError as error:
            raise refusal(method, error, str(args.get("channel", ""))) from error
        except (aiohttp.ClientError, TimeoutError, OSError, SlackClientError, AttributeError) as error:
            # AttributeError: the SDK's own, on a body that is no object (a proxy's page in plain text)
            unreached = isinstance(error, aiohttp.ClientConnectorError)
            raise Undelivered(f"{method}: {type(error).__name__}", untaken=unreached) from error
        data = response.data
        return data if isinstance(data, dict) else {}

    async def answer(self, url: str, body: Mapping[str, object]) -> None:
        """Answer by a response_url. Raises Undelivered or Undeliverable."""
        async with self.request("POST", url, json=body) as response:
            if response.status == TOO_MANY or response.status >= BROKEN:
                raise Undelivered(f"response_url: {response.status}", _wait(response.headers.get("Retry-After")))
            if not response.ok:
                raise Undeliverable(f"response_url: {response.status}")

    @asynccontextmanager
    async def request(self, verb: str, url: str, **args: Any) -> AsyncIterator[aiohttp.ClientResponse]:
        """A plain request on the same session, without our token. Raises Undelivered when the network fails."""
        try:
            async with self.session.request(verb, url, **args) as response:
                yield response
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Undelivered(f"{verb}: {type(error).__name__}") from error

    def bearer(self, url: str) -> dict[str, str]:
        """The header that opens a file. Raises Undeliverable for a host that is not Slack's: our token stays home."""
        try:
            asked, api = urlsplit(url), urlsplit(self.client.base_url)
        except ValueError as error:
            raise Undeliverable("no address") from error
        host, home = asked.hostname or "", api.hostname or ""
        theirs = host == home or host.endswith((".slack.com", f".{home}"))
        if not theirs or asked.scheme not in {"https", api.scheme}:
            raise Undeliverable(f"not Slack's: {host}")
        return {"Authorization": f"Bearer {self._token}"}

    async def close(self) -> None:
        """Close the session."""
        if self.client.session is not None:
            await self.client.session.close()


def refusal(method: str, error: SlackApiError, channel: str = "") -> Undelivered | Undeliverable:
    """What a refusal means for the letter: later, later and the administrator must act, or never.

    Slack hides a private channel from who is not in it: « not found » is also said of one that the bot was taken out of.
    """
    response = error.response
    status = getattr(response, "status_code", getattr(response, "status", 0))
    data = getattr(response, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == TOO_MANY or status >= BROKEN or code in LATER or not code:
        untaken = status == TOO_MANY or code in LIMITED
        return Undelivered(f"{method}: {code or status}", _wait(_header(response)), untaken=untaken)
    if code in OURS or (code == UNSEEN and channel.startswith(CHANNELS)):
        log.error(
            "slack refuses us: check SLACK_BOT_TOKEN, the scopes, and that the bot is invited", method=method, code=code
        )
        return Undelivered(f"{method}: {code}", ADMIN_ACTS, untaken=True)
    return Undeliverable(f"{method}: {code}")


def _header(response: object) -> str | None:
    headers = getattr(response, "headers", None) or {}
    return next((str(value) for name, value in headers.items() if str(name).lower() == "retry-after"), None)


def _wait(header: str | None) -> float | None:
    return float(header) if header and header.isdecimal() else None


def _form(args: Mapping[str, object]) -> dict[str, str]:
    """Arguments as a form: objects as JSON, booleans in lower case, what is None left out."""
    told = {name: value if isinstance(value, str) else json.dumps(value) for name, value in args.items()}
    return {name: value for name, value in told.items() if args[name] is not None}
