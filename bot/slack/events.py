"""Events: messages, files, mentions, the App Home. Each answers the HTTP status that Slack is owed.

503 while the memory is away, so that Slack sends the event again; the person is told only when its last try fails too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from bot.payload import Payload
from bot.slack import files, messages
from bot.slack.files import Unfetched
from bot.slack.homes import home
from bot.slack.hub import Hub, saying
from bot.slack.messages import Dropped
from bot.slack.spots import Spot
from bot.slack.words import gone_file
from chat.platform import Undelivered
from chat.talk import AnyEvent, Asked, Said, Say, Show

log = structlog.get_logger()

Headers = Mapping[str, Sequence[str]]
LAST_RETRY = 3
DONE, SEEN, AGAIN = 200, 208, 503
"""What Slack is owed; « seen » is said to whoever reads back, and is « done » to Slack."""


@dataclass(frozen=True, slots=True)
class Events:
    """What Slack tells."""

    hub: Hub
    _running: dict[str, asyncio.Task[int]] = field(default_factory=dict)
    _listened: set[str] = field(default_factory=set)
    """The channels where somebody listens to what is said outside threads, as far as was seen."""

    async def message(self, payload: Payload, headers: Headers) -> int:
        """A message typed, or files dropped. What Slack sends again while we work waits for the same work."""
        status = await self.read(payload, headers)
        return DONE if status == SEEN else status

    async def read(self, payload: Payload, headers: Headers) -> int:
        """The same, for whoever reads back: SEEN for what was handled before."""
        found = messages.message(payload, self.hub.bots, self.hub.seat)
        if found is None:
            return DONE
        spot, words = found
        last = retry(headers) >= LAST_RETRY
        id_ = words.said.id if isinstance(words, Dropped) else words.id
        return await self._once(id_, lambda: self._heard(spot, words, last=last))

    async def _once(self, id_: str, work: Callable[[], Coroutine[None, None, int]]) -> int:
        task = self._running.get(id_)
        if task is None:
            task = self._running[id_] = asyncio.create_task(work())
            task.add_done_callback(lambda _: self._running.pop(id_, None))
        return await asyncio.shield(task)

    async def _heard(self, spot: Spot, words: Said | Dropped, *, last: bool) -> int:
        if isinstance(words, Dropped) and not spot.direct:
            outcome = (await self.hub.receive(words.said.offered())).outcome
            if outcome in {"ignored", "away"}:
                return DONE if outcome == "ignored" else AGAIN
        try:
            event = await self._fetched(spot, words, last=last) if isinstance(words, Dropped) else words
        except Undelivered as failure:
            log.warning("file later", reason=str(failure))
            return AGAIN
        return DONE if event is None else await self._handed(spot, event, last=last)

    async def _handed(self, spot: Spot, event: AnyEvent, *, last: bool) -> int:
        answer = await self.hub.receive(event)
        away, aloud = answer.outcome == "away", spot.direct or bool(spot.thread) or isinstance(event, Asked)
        if not aloud and answer.outcome not in {"ignored", "away"}:
            self._listened.add(spot.channel)
        if not away or (last and (aloud or spot.channel in self._listened)):
            self.hub.follow(spot, answer.replies, answer.lang)
        if answer.outcome == "seen":
            return SEEN
        return AGAIN if away else DONE

    async def _fetched(self, spot: Spot, dropped: Dropped, *, last: bool) -> AnyEvent | None:
        """The files with their bytes; the words alone when Slack gave none of them. Raises Undelivered, unless `last`."""
        uploads, refused = [], []
        for ref in dropped.files:
            try:
                uploads.append(await files.fetch(self.hub.answering.slack.link, ref))
            except Unfetched as error:
                refused.append(saying(error.sentence))
            except Undelivered as failure:
                if not last:
                    raise
                log.warning("file given up", reason=str(failure))
                refused.append(saying(gone_file(ref.name)))
        self.hub.follow(spot, refused, "fr")
        words = dropped.said
        if uploads:
            return words.with_files(tuple(uploads))
        return words if words.text else None

    async def mention(self, payload: Payload, headers: Headers) -> int:
        """« @atelier … » in a channel."""
        found = messages.mention(payload, self.hub.bots, self.hub.seat)
        last = retry(headers) >= LAST_RETRY
        status = await self._handed(*found, last=last) if found else DONE
        return DONE if status == SEEN else status

    async def opened(self, payload: Payload) -> int:
        """The App Home."""
        found = messages.opened(payload, self.hub.seat)
        if found is not None:
            spot, event = found
            answer = await self.hub.receive(event)
            shown = [r.message for r in answer.replies if isinstance(r, Say | Show)]
            if shown:
                view = home(shown, self.hub.drawing.pen(answer.lang))
                self.hub.tasks.start(self.hub.answering.home(spot, view))
        return DONE


def retry(headers: Headers) -> int:
    """How many times Slack already tried."""
    value = next(iter(headers.get("x-slack-retry-num", ())), "")
    return int(value) if value.isdecimal() else 0
