"""The four replies, applied where the person acted, after the commit.

Say: in the direct conversation itself, else to the person alone (response_url, then chat.postEphemeral), else in their
direct conversation. Show: over what was pressed. Ask: a window; when its trigger is spent, a button that opens it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot.corrected import problems
from bot.patience import Way, first_of
from bot.slack.drawing import Drawn
from bot.slack.limits import TooLong
from bot.slack.pens import Drawing
from bot.slack.platform import Slack
from bot.slack.spots import DIRECT, Spot
from bot.slack.windows import window
from bot.slack.words import LATE_FORM, OPEN_FORM
from chat.cards import Button, Card, Message
from chat.forms import Form
from chat.platform import Undeliverable, Undelivered
from chat.talk import Ask, Correct, Reply, Say, Show

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Answering:
    """Applies replies with the platform's own calls."""

    slack: Slack

    @property
    def drawing(self) -> Drawing:
        """What draws."""
        return self.slack.drawing

    async def give(self, spot: Spot, replies: Sequence[Reply], lang: str) -> None:
        """Apply replies one after another; what cannot be is logged: the person still has every text command."""
        for reply in replies:
            try:
                await self._apply(spot, reply, lang)
            except (Undelivered, Undeliverable, TooLong) as failure:
                log.warning("answer lost", reply=type(reply).__name__, account=spot.account, reason=str(failure))

    async def _apply(self, spot: Spot, reply: Reply, lang: str) -> None:
        match reply:
            case Say():
                await self._say(spot, reply.message, lang)
            case Show():
                await self._show(spot, reply.message, lang)
            case Ask():
                await self._ask(spot, reply.form, lang)
            case Correct():
                await self._say(spot, problems(reply), lang)

    async def _say(self, spot: Spot, message: Message, lang: str) -> None:
        drawn = self.drawing.drawn(message, lang)
        await first_of(self._ways(spot, drawn))

    def _ways(self, spot: Spot, drawn: Drawn) -> list[Way]:
        """How to reach the person, the best first."""
        ways: list[Way] = []
        ours = spot.direct and spot.channel and spot.kind != "command" and not spot.ephemeral
        if ours:
            ways.append(lambda: self.slack.say(spot.channel, drawn, spot.thread))
        alone: list[Way] = []
        if spot.response_url:
            alone.append(lambda: self.slack.link.answer(spot.response_url, {**body(drawn), "replace_original": False}))
        if spot.channel and not spot.direct:  # a response_url would answer beside the thread
            alone.insert(0 if spot.thread else 1, lambda: self._ephemeral(spot, drawn))
        return [*ways, *alone, lambda: self._directly(spot, drawn)]

    async def _ephemeral(self, spot: Spot, drawn: Drawn) -> None:
        await self.slack.link.call(
            "chat.postEphemeral", channel=spot.channel, user=spot.account, thread_ts=spot.thread or None,
            text=drawn.text, blocks=drawn.blocks, parse="none", link_names=False,
        )  # fmt: skip

    async def _directly(self, spot: Spot, drawn: Drawn) -> None:
        await self.slack.say(await self.slack.channel(f"{DIRECT}{spot.account}"), drawn, "")

    async def _show(self, spot: Spot, message: Message, lang: str) -> None:
        drawn = self.drawing.drawn(message, lang)
        await first_of([*self._over(spot, drawn), *self._ways(spot, drawn)])

    def _over(self, spot: Spot, drawn: Drawn) -> list[Way]:
        """How to replace what was pressed; chat.update does not reach an ephemeral message."""
        ways: list[Way] = []
        if spot.post and not spot.ephemeral:
            ways.append(lambda: self._update(spot, drawn))
        if spot.post and spot.response_url:
            ways.append(lambda: self.slack.link.answer(spot.response_url, {**body(drawn), "replace_original": True}))
        return ways

    async def _update(self, spot: Spot, drawn: Drawn) -> None:
        await self.slack.link.call(
            "chat.update", channel=spot.channel, ts=spot.post, text=drawn.text, blocks=drawn.blocks,
            parse="none", link_names=False,
        )  # fmt: skip

    async def _ask(self, spot: Spot, form: Form, lang: str) -> None:
        if spot.trigger:
            view = window(form, self.drawing.pen(lang), spot.kept())
            try:
                await self.slack.link.call("views.open", trigger_id=spot.trigger, view=view)
            except (Undelivered, Undeliverable) as failure:
                log.info("window late", account=spot.account, act=form.token.act, reason=str(failure))
            else:
                return
        await self._say(spot, opener(form, late=bool(spot.trigger)), lang)

    async def home(self, spot: Spot, view: object) -> None:
        """Publish somebody's App Home."""
        try:
            await self.slack.link.call("views.publish", user_id=spot.account, view=view)
        except (Undelivered, Undeliverable) as failure:
            log.warning("home lost", account=spot.account, reason=str(failure))


def body(drawn: Drawn) -> dict[str, object]:
    """A message for the person alone, as an HTTP body."""
    return {"response_type": "ephemeral", "text": drawn.text, "blocks": drawn.blocks}


def opener(form: Form, *, late: bool) -> Message:
    """The button that opens a form: pressed, it asks for the same form again, and brings a fresh trigger."""
    button = Button(label=OPEN_FORM, token=form.token, style="primary")
    about = (LATE_FORM,) if late else form.about
    return Message(text=form.title, card=Card(title=form.title, paragraphs=about, buttons=(button,)))
