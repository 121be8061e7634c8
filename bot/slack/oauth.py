"""The installation in a workspace of somebody else's: Bolt's own OAuth flow, by invitation, with French pages.

`GET /slack/install?invitation=…` shows what is asked and leads to Slack; `GET /slack/oauth_redirect` is where Slack leads
back. Source: https://docs.slack.dev/authentication/installing-with-oauth/.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog
from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.clock import machine
from bot.slack import install_words as words
from bot.slack.admission import Admission
from bot.slack.invitations import INSTALL, NAME, REDIRECT, Invitation, Invitations, of_state
from bot.slack.link import API
from bot.slack.pages import NotInstalled, Pages
from bot.slack.scopes import SCOPES
from bot.slack.stores import LASTS, Installations, States
from bot.tokens import Expired, Forged
from chat.text import Text
from storage.errors import Away
from storage.writer import Writer

log = structlog.get_logger()

Handle = Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]


@dataclass(frozen=True, slots=True)
class OAuth:
    """SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, ATELIER_PUBLIC_URL; SLACK_API_URL for emulators."""

    client: str
    secret: str = field(repr=False)
    public_url: str
    api: str = ""

    @property
    def redirect(self) -> str:
        """Where Slack leads back."""
        return f"{self.public_url.rstrip('/')}{REDIRECT}"

    @property
    def authorize(self) -> str:
        """Slack's own page."""
        return f"{(self.api or API).rstrip('/').removesuffix('/api')}/oauth/v2/authorize"


class Flow(AsyncOAuthFlow):
    """Bolt's flow: states and cookies are its own; invitations, the exchange and the pages are ours."""

    def __init__(
        self, config: OAuth, writer: Writer, invitations: Invitations, admission: Admission, pages: Pages
    ) -> None:
        """`admission` says which installations are kept, and keeps them."""
        self.invitations, self.admission, self.pages, self.writer = invitations, admission, pages, writer
        self.states = States(writer)
        settings = AsyncOAuthSettings(
            client_id=config.client, client_secret=config.secret, scopes=SCOPES, user_scopes=(),
            redirect_uri=config.redirect, install_path=INSTALL, redirect_uri_path=REDIRECT,
            authorization_url=config.authorize, installation_store=Installations(writer, config.client),
            state_store=self.states, state_expiration_seconds=LASTS,
            callback_options=AsyncCallbackOptions(success=self._done, failure=self._failed),
        )  # fmt: skip
        super().__init__(client=AsyncWebClient(base_url=config.api or API, retry_handlers=[]), settings=settings)

    @property
    def routes(self) -> list[BaseRoute]:
        """Both pages."""
        both: dict[str, Handle] = {INSTALL: self.handle_installation, REDIRECT: self.handle_callback}
        return [Route(path, self._shown(handle), methods=["GET"]) for path, handle in both.items()]

    def _shown(self, handle: Handle) -> Callable[[Request], Awaitable[Response]]:
        async def shown(request: Request) -> Response:
            try:
                answer = await handle(to_async_bolt_request(request, b""))
            except NotInstalled as failure:
                log.warning("not installed", status=failure.status, why=failure.said.msg)
                answer = self.pages.refused(failure)
            except Away as failure:
                log.warning("not installed", why=str(failure))
                answer = self.pages.refused(NotInstalled(503, words.AWAY, words.LATER))
            return to_starlette_response(answer)

        return shown

    async def handle_installation(self, request: AsyncBoltRequest) -> BoltResponse:
        """What is asked, for whoever holds an invitation. Raises NotInstalled, Away."""
        await self._invited(request)
        return await super().handle_installation(request)

    async def _invited(self, request: AsyncBoltRequest) -> Invitation:
        """The invitation of a request, which has not served yet. Raises NotInstalled."""
        sealed = request.query.get(NAME, [""])[0]
        if not sealed:
            raise NotInstalled(403, words.UNINVITED, words.INVITE)
        try:
            invitation = self.invitations.opened(sealed, machine())
        except Expired:
            raise NotInstalled(410, words.EXPIRED, words.INVITE) from None
        except Forged:
            raise NotInstalled(403, words.FORGED, words.INVITE) from None
        if await self.writer.run(lambda unit: unit.inbox.known(invitation.key)):
            raise NotInstalled(410, words.SERVED, words.INVITE)
        return invitation

    async def issue_new_state(self, request: AsyncBoltRequest) -> str:
        """A state that carries its invitation."""
        return await self.states.async_issue(await self._invited(request))

    async def build_authorize_url(self, state: str, request: AsyncBoltRequest) -> str:  # noqa: ARG002 - Bolt's signature
        """Slack's page, in the invitation's workspace when it is for one."""
        return str(self.settings.authorize_url_generator.generate(state, of_state(state).team or None))

    async def build_install_page_html(self, url: str, request: AsyncBoltRequest) -> str:  # noqa: ARG002 - Bolt's signature
        """The page that leads to Slack."""
        return self.pages.html(words.OFFER, (words.OFFERED,), url)

    async def append_set_cookie_headers(
        self, headers: dict[str, object], set_cookie_value: str | None
    ) -> dict[str, object]:
        """Bolt's headers and ours."""
        return {**self.pages.headers(), **await super().append_set_cookie_headers(headers, set_cookie_value)}

    async def run_installation(self, code: str) -> Installation:
        """What Slack gives for the code. Raises NotInstalled."""
        return await self.admission.exchanged(code, self.settings.redirect_uri or "")

    async def store_installation(self, request: AsyncBoltRequest, installation: Installation) -> None:
        """Keep it, its invitation served. Raises NotInstalled, Away."""
        await self.admission.admitted(installation, of_state(request.query["state"][0]))

    async def _done(self, args: AsyncSuccessArgs) -> BoltResponse:
        installation = args.installation
        name = installation.team_name or installation.team_id or ""
        return self.pages.page(200, words.installed(name), (words.NEXT,))

    async def _failed(self, args: AsyncFailureArgs) -> BoltResponse:
        """What Bolt found wrong, or what Slack says: « access_denied » when the person refused."""
        known: dict[str, tuple[int, Text, Text]] = {
            "access_denied": (200, words.DENIED, words.OPEN_AGAIN),
            "invalid_browser": (400, words.OTHER_BROWSER, words.OPEN_AGAIN),
            "invalid_state": (401, words.STALE, words.OPEN_AGAIN),
            "missing_code": (400, words.NO_CODE, words.OPEN_AGAIN),
        }
        status, said, todo = known.get(args.reason, (400, words.refused(args.reason[:60]), words.SETTINGS))
        log.warning("not installed", status=status, reason=args.reason[:60])
        return self.pages.refused(NotInstalled(status, said, todo))
