"""`atelier doctor --aller-retour`: a button sent to an administrator of each platform, its window, their answer in the database.

A trigger needs a person: no bot opens a window by itself. What came back is read in the database, wherever it was handled;
what did not is told by the last step that was seen, which says where to look.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from bot import memory, settings, settings_checkup
from bot.findings import Finding, attention, faute, ok
from bot.ids import fresh_id
from bot.settings import Settings, Wrong
from chat.cards import Address
from chat.text import Text, raw, tr
from handlers import sounding
from handlers.here import direct, platform_name
from storage.errors import Away
from storage.writer import Writer

POINT = "aller_retour"
LOOK = 0.5
WORKER = tr("Vérifiez que « atelier work », ou « atelier serve » sans --no-worker, est lancé, et lisez ses journaux.")
CALL = tr(
    "Si quelqu'un l'a pressé, c'est que la plateforme n'atteint pas le robot : vérifiez ATELIER_PUBLIC_URL, le pare-feu et, "
    "sur Mattermost, AllowedUntrustedInternalConnections ; sinon, relancez et pressez-le."
)
WINDOW = tr(
    "Si la fenêtre ne s'est pas ouverte, le robot a répondu trop tard (3 s) ou la plateforme a refusé : lisez les journaux de "
    "« atelier serve » ; sinon, relancez et envoyez-la."
)
NOBODY = tr("Nommez un administrateur de chaque plateforme dans ATELIER_ADMINS, puis relancez le robot une fois.")


async def findings(chosen: Settings, patience: float) -> list[Finding]:
    """One a configured platform; they wait together, `patience` seconds at most."""
    secret = settings_checkup.secret(chosen)
    try:
        names, admins = settings.configured(chosen), chosen.admins()
    except Wrong:
        return []  # told among the settings
    if secret is None:
        return []
    first = {account.platform: account for account in reversed(admins)}
    names = (*names, *(p for p in first if p not in names and settings.served(chosen, p)))
    lacking = [_nobody(platform_name(name), name) for name in names if name not in first]
    try:
        writer = await asyncio.to_thread(memory.opened, chosen.database_url, secret)
    except Away as away:
        return [faute(POINT, away.sentence, WORKER)]
    try:
        trips = [Trip(writer, first[name], patience).finding() for name in names if name in first]
        return [*lacking, *await asyncio.gather(*trips)]
    finally:
        writer.close()


@dataclass(frozen=True, slots=True)
class Trip:
    """One round trip, to one administrator."""

    writer: Writer
    account: Address
    patience: float

    async def finding(self) -> Finding:
        """How far it came."""
        person = await self.writer.run(lambda unit: unit.people.behind(self.account))
        if person is None:
            return _nobody(self._name, self.account.platform)
        number, place = fresh_id(), direct(self.account)
        began, now = time.monotonic(), datetime.now(UTC)
        letter = await self.writer.run(lambda unit: sounding.send(unit, person, place, number, now))
        try:
            return await self._followed(number, letter, began)
        finally:
            await self.writer.run(lambda unit: sounding.over(unit, number))

    async def _followed(self, number: str, letter: str, began: float) -> Finding:
        while True:
            steps = await self.writer.run(lambda unit: sounding.reached(unit, number))
            state, reason = await self.writer.run(lambda unit: unit.outbox.state(letter))
            spent = time.monotonic() - began
            if sounding.FILLED in steps:
                said = tr("Sur {platform}, le bouton puis la fenêtre sont revenus au robot en {count} s.", platform=self._name, count=round(spent))  # fmt: skip
                return ok(POINT, said, self.account.platform)
            if state == "dead" or spent > self.patience:
                return self._missing(steps, state, raw(reason))
            await asyncio.sleep(LOOK)

    def _missing(self, steps: dict[str, str], state: str, reason: Text) -> Finding:
        """The step that did not come."""
        about, name, count = self.account.platform, self._name, round(self.patience)
        if state == "dead":
            said = tr("{platform} refuse le message d'essai ({why}).", platform=name, why=reason)
            return faute(
                POINT, said, tr("Vérifiez que ce compte de ATELIER_ADMINS existe et peut recevoir des messages."), about
            )
        if state != "posted":
            said = tr("Le message d'essai n'est pas parti vers {platform} en {count} s.", platform=name, count=count)
            return faute(POINT, said, WORKER, about)
        if sounding.PRESSED not in steps:
            said = tr(
                "Le bouton d'essai de {platform} n'est pas revenu au robot en {count} s.", platform=name, count=count
            )
            return attention(POINT, said, CALL, about)
        said = tr(
            "Le bouton de {platform} est revenu au robot, mais pas sa fenêtre, en {count} s.",
            platform=name,
            count=count,
        )
        return attention(POINT, said, WINDOW, about)

    @property
    def _name(self) -> Text:
        return platform_name(self.account.platform)


def _nobody(name: Text, platform: str) -> Finding:
    said = tr("Personne à qui demander d'essayer {platform} : aucun administrateur n'y est connu.", platform=name)
    return attention(POINT, said, NOBODY, platform)
