"""Mattermost examined from outside the bot: server, token, hour, channel, websocket, the way back. Never raises, never waits long.

Whether the server may call us is only known by being called: what can be seen from here is said (fact: a private address is
refused unless AllowedUntrustedInternalConnections names it).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from bot.findings import Finding, attention, faute, ok
from bot.mattermost import certificates
from bot.mattermost.client import API, trust
from bot.mattermost.installer_settings import Served, settings
from bot.mattermost.way_back import WayBack
from bot.mattermost.words import RETRY
from bot.skew import skew
from chat.text import raw, tr

PATIENCE = 8.0
GRAIN = timedelta(seconds=1)
"""An HTTP date has no fractions."""
OLDEST = (5, 37)
_ID = re.compile(r"[a-z0-9]{26}")
TOKEN = tr(
    "Recopiez dans MATTERMOST_TOKEN le jeton du compte de robot (Intégrations → Comptes de robot), et vérifiez que ce compte "
    "est activé."
)
INVITE = tr(
    "Dans Mattermost, ouvrez le salon de revue et invitez-y le robot (« /invite »), puis relancez « atelier doctor »."
)
BACK = tr("Invitez-y le robot (« /invite ») ; ses messages y attendent, dans l'ordre, et partiront alors.")
UNARCHIVE = tr(
    "Faites-le désarchiver par un administrateur de l'équipe : ses messages attendent, dans l'ordre, et partiront dans le quart d'heure."
)
MOST = 200
"""Channels asked about: more would make the doctor slow, and what is wrong with one is seldom wrong with it alone."""


class Silent(Exception):
    """No answer that can be read; the reason is for the person."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the server answered, and our hour around it."""

    status: int
    data: dict[str, Any]
    date: str
    before: datetime
    after: datetime


@dataclass(frozen=True, slots=True)
class Checkup:
    """One server. `public` is the bot's own address; `channel` is the review channel's id, if it is here; `ateliers` are
    the ids of the ateliers' channels; `secret` is ATELIER_SECRET_KEY, `admin` an administrator's token, if they are known;
    `processes` those of the bot's database, None when it does not tell.
    """

    url: str
    token: str = field(repr=False)
    command_token: str = field(default="", repr=False)
    public: str = ""
    channel: str = ""
    ateliers: tuple[str, ...] = ()
    secret: bytes | None = field(default=None, repr=False)
    admin: str = field(default="", repr=False)
    processes: tuple[str, ...] | None = None

    async def findings(self) -> list[Finding]:
        """Everything found, in order; what cannot be asked without an answer to the first question is not asked."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with httpx.AsyncClient(timeout=PATIENCE, headers=headers, verify=trust()) as http:
            try:
                me = await self._ask(http, "/users/me")
            except Silent as silence:
                return [_silent(silence)]
            way = WayBack(
                self.url, self.token, self.public, self.command_token, PATIENCE, self.secret, self.channel, self.admin,
                self.processes,
            )  # fmt: skip
            if me.status != httpx.codes.OK:
                return [_refused(me), *_hour(me), *await way.findings(token=False)]
            return [_known(me), *_hour(me), *await self._rest(http), *await way.findings(token=True)]

    async def _rest(self, http: httpx.AsyncClient) -> list[Finding]:
        try:
            return [
                await self._version(http), *await self._channel(http), *await self._ateliers(http), *await self._settings(http),
            ]  # fmt: skip
        except Silent as silence:
            said = tr("Mattermost n'a rien dit de plus ({why}).", why=raw(str(silence)))
            return [attention("mattermost.salon", said, RETRY)]

    async def _version(self, http: httpx.AsyncClient) -> Finding:
        """The oldest server the adapter was held to is 5.37."""
        told = str((await self._ask(http, "/config/client?format=old")).data.get("Version", ""))
        numbers = tuple(int(part) for part in re.findall(r"\d+", told)[:2])
        if numbers >= OLDEST:
            return ok("mattermost.version", tr("Le serveur est en version {version}.", version=raw(told)))
        said = tr("Le serveur est en version {version}, plus ancienne que 5.37.", version=raw(told or "?"))
        return attention("mattermost.version", said, tr("Faites mettre le serveur Mattermost à jour."))

    async def _channel(self, http: httpx.AsyncClient) -> list[Finding]:
        """Whether the review channel lives, and we are in it."""
        if not self.channel:
            return []
        if not _ID.fullmatch(self.channel):
            said = tr("« {id} » n'est pas l'identifiant d'un salon Mattermost.", id=raw(self.channel))
            repair = tr(
                "Donnez à ATELIER_REVIEW_CHANNEL l'identifiant de 26 lettres que montre « Voir les informations » du salon, "
                "ou lancez « atelier mattermost installer »."
            )
            return [faute("mattermost.salon", said, repair)]
        member = await self._ask(http, f"/channels/{self.channel}/members/me")
        channel = await self._ask(http, f"/channels/{self.channel}")
        if member.status != httpx.codes.OK:
            said = tr("Le robot n'est pas membre du salon de revue {id}.", id=raw(self.channel))
            return [faute("mattermost.salon", said, INVITE)]
        if channel.data.get("delete_at"):
            said = tr("Le salon de revue {id} est archivé : rien ne peut y être écrit.", id=raw(self.channel))
            return [faute("mattermost.salon", said, tr("Désarchivez-le, ou changez ATELIER_REVIEW_CHANNEL."))]
        return [ok("mattermost.salon", tr("Le robot est membre du salon de revue {id}.", id=self.channel))]

    async def _ateliers(self, http: httpx.AsyncClient) -> list[Finding]:
        """Whether the ateliers' channels live, and we are still in them: what is told there would wait for ever."""
        asked = self.ateliers[:MOST]
        wrong = [finding for id_ in asked if (finding := await self._atelier(http, id_)) is not None]
        if not asked or wrong:
            return wrong
        said = tr("Le robot est membre de {count} canal(aux) d'atelier.", count=len(asked))
        return [ok("mattermost.ateliers", said)]

    async def _atelier(self, http: httpx.AsyncClient, id_: str) -> Finding | None:
        if (await self._ask(http, f"/channels/{id_}/members/me")).status != httpx.codes.OK:
            said = tr("Le robot n'est pas membre du canal d'atelier {id}.", id=raw(id_))
            return faute("mattermost.ateliers", said, BACK, id_)
        if (await self._ask(http, f"/channels/{id_}")).data.get("delete_at"):
            said = tr("Le canal d'atelier {id} est archivé : rien ne peut y être écrit.", id=raw(id_))
            return faute("mattermost.ateliers", said, UNARCHIVE, id_)
        return None

    async def _settings(self, http: httpx.AsyncClient) -> list[Finding]:
        """The server's settings, when an administrator's token is lent for it."""
        if not self.admin:
            return []
        read = await self._ask(http, "/config", self.admin)
        if read.status == httpx.codes.OK:
            return list(settings(read.data, Served(self.public)))
        why = raw(str(read.data.get("id") or read.status))
        said = tr("MATTERMOST_ADMIN_TOKEN ne lit pas les réglages du serveur ({why}).", why=why)
        return [attention("mattermost.reglages", said, tr("Donnez le jeton personnel d'un administrateur système."))]

    async def _ask(self, http: httpx.AsyncClient, path: str, token: str = "") -> Answered:
        """One answer, by another token than the bot's if one is given. Raises Silent."""
        before, headers = datetime.now(UTC), {"Authorization": f"Bearer {token}"} if token else {}
        try:
            response = await http.get(f"{self.url.rstrip('/')}{API}{path}", headers=headers)
            data = response.json()
        except httpx.TimeoutException:
            raise Silent(f"plus de {int(PATIENCE)} s") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Silent(type(error).__name__) from error
        except ValueError as error:
            raise Silent(f"HTTP {response.status_code}, pas de JSON") from error
        if not isinstance(data, dict):
            raise Silent(f"HTTP {response.status_code}, pas d'objet")
        return Answered(response.status_code, data, response.headers.get("date", ""), before, datetime.now(UTC))


def _silent(silence: Silent) -> Finding:
    """No answer: a certificate that is refused is told by its name."""
    found = certificates.refused(silence)
    if found is not None:
        return faute("mattermost.certificat", *found)
    return faute("mattermost.jeton", tr("Mattermost ne répond pas ({why}).", why=raw(str(silence))), RETRY)


def _known(me: Answered) -> Finding:
    name = raw(str(me.data.get("username") or "?"))
    if me.data.get("is_bot"):
        return ok("mattermost.jeton", tr("Mattermost connaît le robot : @{who}.", who=name))
    said = tr("MATTERMOST_TOKEN est le jeton d'une personne, @{who}, et non d'un compte de robot.", who=name)
    return attention("mattermost.jeton", said, TOKEN)


def _refused(me: Answered) -> Finding:
    why = raw(str(me.data.get("id") or me.status))
    if me.status == httpx.codes.UNAUTHORIZED:
        return faute("mattermost.jeton", tr("Mattermost refuse MATTERMOST_TOKEN ({why}).", why=why), TOKEN)
    return faute("mattermost.jeton", tr("Mattermost ne sait pas répondre ({why}).", why=why), RETRY)


def _hour(me: Answered) -> list[Finding]:
    try:
        theirs = parsedate_to_datetime(me.date)
    except ValueError:
        return []
    if theirs.tzinfo is None:
        return []
    return [skew("mattermost.horloge", theirs, me.before - GRAIN, me.after, tr("Mattermost"))]
