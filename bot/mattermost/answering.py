"""The four replies, applied where the person acted, after the commit.

Say: in the direct conversation itself, else to the person alone (the HTTP answer, a command's response_url), else in their
direct conversation: the bot has no other way to whisper in a channel (fact 35). Show: over what was pressed. Ask: a dialog;
when its trigger is spent, three seconds after the press (fact 21), a button that opens it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot.corrected import problems
from bot.ids import fresh_id
from bot.mattermost import dialogs
from bot.mattermost.drawing import Drawn
from bot.mattermost.limits import TooLong
from bot.mattermost.pens import Drawing
from bot.mattermost.platform import Mattermost
from bot.mattermost.spots import DIRECT, Spot
from bot.mattermost.words import LATE_FORM, OPEN_FORM
from bot.patience import Way, first_of
from bot.payload import text
from chat.cards import Address, Button, Card, Message
from chat.forms import Form
from chat.platform import Undeliverable, Undelivered
from chat.talk import Ask, Correct, Reply, Say, Show

log = structlog.get_logger()

BREATH = 0.2
"""Seconds left to the server to show a command's own answer, before what follows it comes by another way."""


@dataclass(frozen=True, slots=True)
class Answering:
    """Applies replies with the platform's own calls."""

    platform: Mattermost

    @property
    def drawing(self) -> Drawing:
        """What draws."""
        return self.platform.drawing

    async def give(self, spot: Spot, replies: Sequence[Reply], lang: str) -> None:
        """Apply replies one after another; what cannot be is logged: the person still has every text command."""
        asked = [reply for reply in replies if isinstance(reply, Ask)]  # a trigger does not wait
        await self._each(spot, asked, lang)
        told = [reply for reply in replies if not isinstance(reply, Ask)]
        if told and spot.kind == "command":
            await asyncio.sleep(BREATH)
        await self._each(spot, told, lang)

    async def _each(self, spot: Spot, replies: Sequence[Reply], lang: str) -> None:
        for reply in replies:
            try:
                await self._apply(spot, reply, lang)
            except (Undelivered, Undeliverable, TooLong) as failure:
                log.warning("answer lost", reply=type(reply).__name__, account=spot.account, reason=str(failure))

    async def _apply(self, spot: Spot, reply: Reply, lang: str) -> None:
        match reply:
            case Say():
                await first_of(self._ways(spot, reply.message, lang))
            case Show():
                await first_of([*self._over(spot, reply.message, lang), *self._ways(spot, reply.message, lang)])
            case Ask():
                await self._ask(spot, reply.form, lang)
            case Correct():
                await first_of(self._ways(spot, problems(reply), lang))

    def _ways(self, spot: Spot, message: Message, lang: str) -> list[Way]:
        """How to reach the person, the best first."""
        ways: list[Way] = []
        if spot.direct and spot.kind != "command":
            ways.append(lambda: self._here(spot, message, lang))
        if spot.response_url and not message.files:
            ways.append(lambda: self._by_url(spot, message, lang))
        return [*ways, lambda: self._post(f"{DIRECT}{spot.account}", message, lang, "")]

    async def _here(self, spot: Spot, message: Message, lang: str) -> None:
        """In the direct conversation, under the root of what was pressed if it has one."""
        thread = spot.thread
        if spot.post and not thread and not spot.whispered:
            pressed = await self.platform.link.call("post", lambda api: api.posts.get_post(spot.post))
            thread = text(pressed, "root_id")
        await self._post(spot.place, message, lang, thread)

    async def _post(self, place: str, message: Message, lang: str, thread: str) -> None:
        await self.platform.post(Address(platform=self.platform.name, id=place), message, fresh_id(), thread, lang)

    async def _by_url(self, spot: Spot, message: Message, lang: str) -> None:
        drawn = self.drawing.drawn(message, lang, spot.account)
        await self.platform.link.answer(spot.response_url, body(drawn))

    def _over(self, spot: Spot, message: Message, lang: str) -> list[Way]:
        """How to replace what was pressed; a message shown to one person in a channel is no post (fact 15)."""
        if not spot.post or spot.whispered:
            return []
        place = Address(platform=self.platform.name, id=spot.place)
        return [lambda: self.platform.edit(place, spot.post, message, lang)]

    async def _ask(self, spot: Spot, form: Form, lang: str) -> None:
        """Once: a trigger is spent before a second try would be made."""
        if spot.trigger:
            opened = {
                "trigger_id": spot.trigger, "url": f"{self.drawing.url}{dialogs.PATH}",
                "dialog": dialogs.dialog(form, self.drawing.pen(lang), spot.kept()),
            }  # fmt: skip
            try:
                await self.platform.link.ask("dialog", lambda api: api.integration_actions.open_dialog(opened))
            except (Undelivered, Undeliverable) as failure:
                log.info("dialog late", account=spot.account, act=form.token.act, reason=str(failure))
            else:
                return
        await first_of(self._ways(spot, opener(form, late=bool(spot.trigger)), lang))


def body(drawn: Drawn) -> dict[str, object]:
    """A message for the person alone, as a command's answer: what looks like Slack's marks stays as it is."""
    return {
        "response_type": "ephemeral", "text": drawn.text, "attachments": drawn.attachments, "skip_slack_parsing": True,
    }  # fmt: skip


def opener(form: Form, *, late: bool) -> Message:
    """The button that opens a form: pressed, it asks for the same form again, and brings a fresh trigger."""
    command = " ".join(part for part in ("/atelier", form.token.act, form.token.ref) if part)
    button = Button(label=OPEN_FORM, token=form.token, style="primary", command=command)
    about = (LATE_FORM,) if late else form.about
    return Message(text=form.title, card=Card(title=form.title, paragraphs=about, buttons=(button,)))
