"""Slack examined from outside the bot: token, granted scopes, review channel, hour. Never raises, never waits long.

The manifest asks for no « channels:read »: whether we are in a channel is learnt by reading one line of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from bot.findings import Finding, Level, attention, faute, ok
from bot.skew import skew
from bot.slack.link import API
from bot.slack.scopes import SCOPES
from chat.text import Text, raw, tr

PATIENCE = 8.0
GRAIN = timedelta(seconds=1)
"""An HTTP date has no fractions."""
REINSTALL = tr(
    "Collez le manifeste de « atelier slack manifest » dans l'application, réinstallez-la dans l'espace de travail, puis "
    "redonnez SLACK_BOT_TOKEN."
)
AGAIN = tr(
    "Envoyez à qui administre cet espace un lien de « atelier slack inviter » : réinstaller le robot suffit, rien n'est perdu."
)
RETRY = tr(
    "Vérifiez l'accès réseau à Slack, SLACK_API_URL et le mandataire HTTPS_PROXY, puis relancez « atelier doctor »."
)
INVITE = tr(
    "Dans Slack, ouvrez le salon de revue et invitez-y le robot (« /invite »), puis relancez « atelier doctor »."
)
CHANNEL_CODES = frozenset({"channel_not_found", "not_in_channel", "is_archived", "channel_is_archived"})


class Silent(Exception):
    """No answer that can be read; the reason is for the person."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a method answered, its headers, and our hour around it."""

    data: dict[str, Any]
    headers: httpx.Headers
    before: datetime
    after: datetime


@dataclass(frozen=True, slots=True)
class Checkup:
    """One workspace. `api` is the Web API's base; empty: Slack's own. `channel` is the review channel, if it is here.

    `about` is the platform of a workspace installed by invitation, `name` what it is called.
    """

    token: str = field(repr=False)
    api: str = ""
    channel: str = ""
    about: str = ""
    name: str = ""

    async def findings(self) -> list[Finding]:
        """Everything found, in order; what cannot be asked without an answer to the first question is not asked."""
        found = await self._found()
        return [self._told(finding) for finding in found] if self.about else found

    def _told(self, finding: Finding) -> Finding:
        """Of which workspace; the token of one is none of the settings'."""
        said = tr("« {name} » ({platform}) : {said}", name=raw(self.name), platform=raw(self.about), said=finding.said)
        repair = finding.repair
        if finding.level is not Level.OK and finding.point in {"slack.jeton", "slack.droits"} and repair is not RETRY:
            repair = AGAIN
        return replace(finding, said=said, repair=repair, about=self.about)

    async def _found(self) -> list[Finding]:
        async with httpx.AsyncClient(timeout=PATIENCE, follow_redirects=False) as http:
            try:
                hello = await self._ask(http, "auth.test")
            except Silent as silence:
                said = tr("Slack ne répond pas ({why}).", why=raw(str(silence)))
                return [faute("slack.jeton", said, RETRY)]
            if not hello.data.get("ok"):
                return [_refused(_code(hello), alone=not self.about), *_hour(hello)]
            return [_known(hello), _scopes(hello), *_hour(hello), *await self._channel(http)]

    async def _channel(self, http: httpx.AsyncClient) -> list[Finding]:
        """Read one line: it takes the right to read, and to be there."""
        if not self.channel:
            return []
        try:
            read = await self._ask(http, "conversations.history", channel=self.channel, limit="1")
        except Silent as silence:
            said = tr("Slack n'a rien dit du salon de revue ({why}).", why=raw(str(silence)))
            return [attention("slack.salon", said, RETRY)]
        if read.data.get("ok"):
            return [ok("slack.salon", tr("Le robot est membre du salon de revue {id}.", id=self.channel))]
        return [_channel_refused(self.channel, _code(read))]

    async def _ask(self, http: httpx.AsyncClient, method: str, **form: str) -> Answered:
        """One answer. Raises Silent."""
        before = datetime.now(UTC)
        url = f"{(self.api or API).rstrip('/')}/{method}"
        try:
            response = await http.post(url, data=form, headers={"Authorization": f"Bearer {self.token}"})
            data = response.json()
        except httpx.TimeoutException:
            raise Silent(f"plus de {int(PATIENCE)} s") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Silent(type(error).__name__) from error
        except ValueError as error:
            raise Silent(f"HTTP {response.status_code}, pas de JSON") from error
        if not isinstance(data, dict):
            raise Silent(f"HTTP {response.status_code}, pas d'objet")
        return Answered(data, response.headers, before, datetime.now(UTC))


def _known(hello: Answered) -> Finding:
    who, where = str(hello.data.get("user") or "?"), str(hello.data.get("team") or "?")
    return ok("slack.jeton", tr("Slack connaît le robot : {who}, espace {where}.", who=raw(who), where=raw(where)))


def _refused(code: str, *, alone: bool) -> Finding:
    said = (
        tr("Slack refuse SLACK_BOT_TOKEN ({why}).", why=raw(code))
        if alone
        else tr("Slack refuse le jeton de cet espace ({why}).", why=raw(code))
    )
    if code == "ratelimited":
        return attention(
            "slack.jeton", said, tr("Slack demande d'attendre : relancez « atelier doctor » dans une minute.")
        )
    repair = tr(
        "Recopiez le jeton « Bot User OAuth Token » (xoxb-…) de la page « OAuth & Permissions » de l'application."
    )
    return faute("slack.jeton", said, repair)


def _scopes(hello: Answered) -> Finding:
    """What the token may, against what the code needs."""
    header = hello.headers.get("x-oauth-scopes")
    if header is None:
        return attention("slack.droits", tr("Slack n'a pas dit les droits accordés au robot."), REINSTALL)
    granted = {scope.strip() for scope in header.split(",") if scope.strip()}
    missing, more = sorted(set(SCOPES) - granted), sorted(granted - set(SCOPES))
    if missing:
        said = tr("Il manque au robot {count} droit(s) Slack : {scopes}.", count=len(missing), scopes=_listed(missing))
        return faute("slack.droits", said, REINSTALL)
    if more:
        said = tr("Le robot a plus de droits Slack qu'il n'en faut : {scopes}.", scopes=_listed(more))
        return attention("slack.droits", said, REINSTALL)
    return ok("slack.droits", tr("Le robot a exactement les {count} droits Slack du manifeste.", count=len(SCOPES)))


def _hour(hello: Answered) -> list[Finding]:
    try:
        theirs = parsedate_to_datetime(hello.headers.get("date", ""))
    except ValueError:
        return []
    if theirs.tzinfo is None:
        return []
    return [skew("slack.horloge", theirs, hello.before - GRAIN, hello.after, tr("Slack"))]


def _channel_refused(channel: str, code: str) -> Finding:
    if code in CHANNEL_CODES:
        said = tr("Le robot ne lit pas le salon de revue {id} ({why}).", id=channel, why=raw(code))
        return faute("slack.salon", said, INVITE)
    said = tr("Slack refuse de lire le salon de revue {id} ({why}).", id=channel, why=raw(code))
    return attention("slack.salon", said, REINSTALL if code == "missing_scope" else RETRY)


def _code(answer: Answered) -> str:
    return str(answer.data.get("error") or "sans raison")


def _listed(scopes: list[str]) -> Text:
    return raw(", ".join(scopes))
