"""Commands, buttons and windows: read, handed over, committed, answered 200 with the sentence to show, always.

What follows the commit (windows, response_url, Web API) runs in tracked tasks.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Literal

import structlog
from slack_bolt.response import BoltResponse

from bot.payload import Payload, text
from bot.slack import corrections, windows
from bot.slack.answering import body
from bot.slack.answers import whole
from bot.slack.hub import Hub, saying
from bot.slack.payload import Unreadable, Unsealed
from bot.slack.reading import action_spot, turned
from bot.slack.spots import Spot
from chat.cards import Message
from chat.platform import Undeliverable
from chat.talk import Ask, Correct, Say, Show

log = structlog.get_logger()

QUICK = 2.0
"""Seconds within which a command is answered in its own response; Slack shows nothing that comes after three."""


@dataclass(frozen=True, slots=True)
class Interactions:
    """The three doors people push."""

    hub: Hub

    async def command(self, payload: Payload) -> BoltResponse:
        """« /atelier … »."""
        began = time.monotonic()
        try:
            spot, event = self.hub.reader.command(payload)
        except Unreadable as error:
            return self._at_once(saying(error.sentence).message, "fr")
        answer = await self.hub.receive(event)
        first = answer.replies[0] if answer.replies and time.monotonic() - began < QUICK else None
        if isinstance(first, Say | Show):
            self.hub.follow(spot, answer.replies[1:], answer.lang)
            return self._at_once(first.message, answer.lang)
        self.hub.follow(spot, answer.replies, answer.lang)
        return BoltResponse(status=200, body="")

    def _at_once(self, message: Message, lang: str) -> BoltResponse:
        try:
            return BoltResponse(status=200, body=body(self.hub.drawing.drawn(message, lang)))
        except Undeliverable as error:
            log.warning("answer lost", reason=str(error))
            return BoltResponse(status=200, body="")

    async def action(self, payload: Payload) -> BoltResponse:
        """A button or a menu."""
        try:
            spot, event = self.hub.reader.action(payload)
        except Unreadable as error:
            return await self._refused(payload, error)
        if event is not None:
            answer = await self.hub.receive(event)
            self.hub.follow(spot, answer.replies, answer.lang)
        return BoltResponse(status=200, body="")

    async def _refused(self, payload: Payload, error: Unreadable) -> BoltResponse:
        log.warning("button refused", why=str(error))
        await self._journaled(payload, "button", error)
        try:
            self.hub.follow(action_spot(payload, self.hub.seat.platform), (saying(error.sentence),), "fr")
        except Unreadable:
            log.warning("nobody to answer")
        return BoltResponse(status=200, body="")

    async def submission(self, payload: Payload) -> BoltResponse:
        """A window sent: corrected, followed by another, or closed."""
        try:
            spot, event = self.hub.reader.submission(payload)
        except Unreadable as error:
            log.warning("window refused", why=str(error))
            await self._journaled(payload, "form", error)
            view = payload.get("view")
            told = (
                corrections.again(whole(view), [self.hub.read(error.sentence, "fr")])
                if isinstance(view, dict)
                else None
            )
            return BoltResponse(status=200, body={"response_action": "update", "view": told} if told else "")
        answer = await self.hub.receive(event)
        inside = next((r for r in answer.replies if isinstance(r, Correct | Ask)), None)
        self.hub.follow(spot, [r for r in answer.replies if r is not inside], answer.lang)
        return BoltResponse(status=200, body=self._inside(spot, inside, answer.lang))

    async def _journaled(self, payload: Payload, what: Literal["button", "form"], error: Unreadable) -> None:
        """What was forged, another person's or out of date is kept; what is no payload at all is only logged."""
        if isinstance(error, Unsealed) and text(payload, "user", "id"):
            await self.hub.receive(turned(payload, what, str(error), self.hub.seat.platform))

    def _inside(self, spot: Spot, reply: Correct | Ask | None, lang: str) -> Any:
        match reply:
            case Correct():
                told = {name: self.hub.read(text, lang) for name, text in reply.problems.items()}
                return corrections.corrected(spot.view, told)
            case Ask():
                view = windows.window(reply.form, self.hub.drawing.pen(lang), spot.kept())
                return {"response_action": "update", "view": view}
            case None:
                return ""
