"""Commands, buttons and dialogs: read, handed over, committed, answered with the sentence to show, always by an object.

What follows the commit (dialogs, response_url, REST) runs in tracked tasks. What was forged, replayed or never opened is
logged and kept in the journal: what it was and whose account; never what it said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import structlog

from bot.mattermost import probe
from bot.mattermost.answering import body
from bot.mattermost.corrections import corrected
from bot.mattermost.drawing import Drawn
from bot.mattermost.hub import Hub
from bot.mattermost.marks import markdown
from bot.mattermost.payload import Unreadable, Unsealed, digest
from bot.mattermost.reading import turned
from bot.mattermost.spots import Spot
from bot.mattermost.words import ELSEWHERE
from bot.payload import Payload, text
from chat.cards import Message
from chat.platform import Undeliverable
from chat.talk import Answer, Correct, Pressed, Reply, Say, Show

log = structlog.get_logger()
Body = dict[str, Any]
SHOWN = 40
"""Characters of an id that a line of the log shows: who sends one may make it as long as they like."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the server is answered, and what follows once it is."""

    body: Body = field(default_factory=dict)
    spot: Spot | None = None
    replies: Sequence[Reply] = ()
    lang: str = "fr"


@dataclass(frozen=True, slots=True)
class Interactions:
    """The three doors people push."""

    hub: Hub
    _pressing: dict[str, asyncio.Task[Answer]] = field(default_factory=dict)

    async def follow(self, told: Told) -> None:
        """Begin what follows an answer: after it, so that people read things in order."""
        if told.spot is not None:
            self.hub.follow(told.spot, told.replies, told.lang)

    async def command(self, form: Payload) -> Told:
        """« /atelier … »: the first reply is the answer itself, shown to the person alone."""
        sounded = probe.typed(self.hub.drawing.seals.probe, form, self.hub.drawing.now(), self.hub.me)
        if sounded is not None:
            return Told({"response_type": "ephemeral", "text": sounded})
        try:
            spot, event = self.hub.reader.command(form)
        except Unreadable as error:
            log.warning("command refused", why=str(error))
            return Told({"response_type": "ephemeral", "text": markdown(self.hub.read(error.sentence, "fr"))})
        answer = await self.hub.receive(event)
        first = next((r for r in answer.replies if isinstance(r, Say | Show) and not r.message.files), None)
        drawn = self._drawn(first.message, answer.lang, spot) if first else None
        rest = [r for r in answer.replies if not (drawn and r is first)]
        return Told(body(drawn) if drawn else {}, spot, rest, answer.lang)

    def _drawn(self, message: Message, lang: str, spot: Spot) -> Drawn | None:
        try:
            return self.hub.drawing.drawn(message, lang, spot.account)
        except Undeliverable as error:
            log.warning("answer lost", reason=str(error))
            return None

    async def action(self, payload: Payload) -> Told:
        """A button or a menu. The same press that comes while it is handled waits for it, and adds nothing (fact 17)."""
        try:
            spot, event = self.hub.reader.action(payload)
        except Unreadable as error:
            log.warning(
                "button refused", why=str(error), account=_named(payload, "user_id"), post=_named(payload, "post_id")
            )
            await self._journaled(payload, "button", error)
            return Told(_whisper(self.hub.read(error.sentence, "fr")))
        name = digest(spot.post, spot.account, event.token.model_dump_json())
        if name in self._pressing:
            await asyncio.shield(self._pressing[name])
            return Told()
        return self._answered(spot, await self._pressed(name, event))

    async def _pressed(self, name: str, event: Pressed) -> Answer:
        task = asyncio.ensure_future(self.hub.receive(event))
        self._pressing[name] = task
        task.add_done_callback(lambda _: self._pressing.pop(name, None))
        return await asyncio.shield(task)

    def _answered(self, spot: Spot, answer: Answer) -> Told:
        """What can be whispered is the answer; the rest goes where it can, and in a channel the person is told where."""
        words = [("" if spot.direct else self._whispered(reply, answer.lang)) for reply in answer.replies]
        rest = [reply for reply, whispered in zip(answer.replies, words, strict=True) if not whispered]
        away = Say | Correct | Show if spot.whispered else Say | Correct
        if not spot.direct and any(isinstance(reply, away) for reply in rest):
            words.append(self.hub.read(ELSEWHERE, answer.lang))
        whispers = "\n\n".join(filter(None, words))
        return Told(_whisper(whispers) if whispers else {}, spot, rest, answer.lang)

    def _whispered(self, reply: Reply, lang: str) -> str:
        """The words of a reply that is only words."""
        if not isinstance(reply, Say) or reply.message.files or reply.message.card:
            return ""
        return self.hub.drawing.drawn(reply.message, lang).text

    async def submission(self, payload: Payload) -> Told:
        """A dialog sent: kept open with what is wrong, or closed; another form is opened by its button."""
        sounded = probe.answered(self.hub.drawing.seals.probe, payload, self.hub.drawing.now(), self.hub.me)
        if sounded is not None:
            return Told(sounded)
        try:
            spot, event = self.hub.reader.submission(payload)
        except Unreadable as error:
            log.warning("dialog refused", why=str(error), account=_named(payload, "user_id"))
            await self._journaled(payload, "form", error)
            return Told({"error": self.hub.read(error.sentence, "fr")})
        if event is None:
            return Told()
        answer = await self.hub.receive(event)
        inside = next((r for r in answer.replies if isinstance(r, Correct)), None)
        problems = {n: self.hub.read(p, answer.lang) for n, p in inside.problems.items()} if inside else {}
        rest = [r for r in answer.replies if r is not inside]
        return Told(corrected(spot.asked, problems), spot, rest, answer.lang)

    async def _journaled(self, payload: Payload, what: Literal["button", "form"], error: Unreadable) -> None:
        """What was forged, replayed or never opened is kept; what is no payload at all is only logged."""
        if isinstance(error, Unsealed) and text(payload, "user_id"):
            await self.hub.receive(turned(payload, what, str(error)))


def _named(payload: Payload, name: str) -> str:
    return text(payload, name)[:SHOWN]


def _whisper(words: str) -> Body:
    return {"ephemeral_text": words, "skip_slack_parsing": True}
