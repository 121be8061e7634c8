"""What people do on Slack, as events: commands, buttons, menus, windows, messages. Pure: `now` is an argument.

Every function raises Unreadable and nothing else. Ids are the same when Slack sends a thing again:
a message, a mention among them, is « m:channel:ts » (the same when it is caught up from the history), a button
« a:action_ts:digest of trigger_id », a command « c:digest of trigger_id », a window « v:view:hash:digest of trigger_id »
(the hash alone stays when a window is corrected and sent again, and would drop the second answer).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from bot.payload import Payload, every, part, text
from bot.slack import teams
from bot.slack.answers import given, whole
from bot.slack.payload import Unreadable, Unsealed, digest, need, typed
from bot.slack.press import Seals
from bot.slack.spots import SLACK, Spot
from bot.slack.windows import CALLBACK
from bot.slack.words import EXPIRED, FORGED
from bot.tokens import Expired, Forged
from chat.cards import Address, Token
from chat.talk import Asked, Filled, Pressed, Turned


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads payloads of one workspace. `now` is the machine's hour, for seals that end."""

    seals: Seals
    now: datetime
    platform: str = SLACK

    def command(self, payload: Payload) -> tuple[Spot, Asked]:
        """« /atelier … »."""
        spot = _spot(payload, "command", need(payload, "user_id"), text(payload, "channel_id"), self.platform)
        words = typed(text(payload, "text")).strip()
        return spot, Asked(**where(spot), id=f"c:{digest(need(payload, 'trigger_id'))}", text=words)

    def action(self, payload: Payload) -> tuple[Spot, Pressed | None]:
        """A button or a menu of ours; None for what carries nothing (a link). Raises Unreadable for a forged one."""
        spot = action_spot(payload, self.platform)
        action = next(iter(every(payload, "actions")), None)
        if action is None:
            raise Unreadable("no action")
        token = self._token(action)
        if token is None:
            return spot, None
        trigger = digest(text(payload, "trigger_id"), need(payload, "user", "id"))
        id_ = f"a:{text(action, 'action_ts')}:{trigger}"
        return spot, Pressed(**where(spot), id=id_, token=token, post="" if spot.ephemeral else spot.post)

    def _token(self, action: Payload) -> Token | None:
        with _sealed():
            match text(action, "type"):
                case "button" if text(action, "value"):
                    return self.seals.pressed(text(action, "value"), self.now)
                case "static_select":
                    chosen = need(action, "selected_option", "value")
                    return self.seals.chosen(need(action, "action_id"), chosen, self.now)
                case _:
                    return None

    def submission(self, payload: Payload) -> tuple[Spot, Filled]:
        """A window sent. Raises Unreadable for one that is not ours, or was opened for somebody else."""
        view = part(payload, "view")
        if not isinstance(view, dict) or text(view, "callback_id") != CALLBACK:
            raise Unreadable("not our window")
        sender = _spot(payload, "view", need(payload, "user", "id"), "", self.platform)
        with _sealed():
            token, kept = self.seals.asked(text(view, "private_metadata"), self.now)
            if kept.get("by") != sender.by:
                raise Forged("window of another person")
        spot = _window_spot(sender, kept, view)
        id_ = f"v:{need(view, 'id')}:{text(view, 'hash')}:{digest(spot.trigger)}"
        return spot, Filled(**where(spot), id=id_, token=token, given=given(view))


def turned(payload: Payload, what: Literal["button", "form"], why: str, platform: str = SLACK) -> Turned:
    """What was refused, for the journal. Slack signs what it sends: the account is true."""
    account, trigger = need(payload, "user", "id"), text(payload, "trigger_id")
    spot = _spot(payload, "action", account, text(payload, "channel", "id"), platform)
    return Turned(**where(spot), id=f"x:{digest(account, trigger)}", what=what, why=why)


@contextmanager
def _sealed() -> Iterator[None]:
    """Turns what a seal refuses into Unsealed, with its sentence."""
    try:
        yield
    except Forged as error:
        raise Unsealed(str(error), EXPIRED if isinstance(error, Expired) else FORGED) from error


def where(spot: Spot) -> dict[str, Any]:
    """What every event has of the spot."""
    return {"sender": spot.sender, "place": Address(platform=spot.platform, id=spot.place), "direct": spot.direct}


def _spot(payload: Payload, kind: Any, account: str, channel: str, platform: str) -> Spot:
    return Spot(
        kind=kind,
        account=account,
        channel=channel,
        response_url=text(payload, "response_url"),
        trigger=text(payload, "trigger_id"),
        platform=platform,
        home=teams.foreign(payload),
    )


def action_spot(payload: Payload, platform: str = SLACK) -> Spot:
    """Where a button was pressed, readable or not. Raises Unreadable without a person."""
    container = part(payload, "container")
    return Spot(
        kind="action",
        account=need(payload, "user", "id"),
        channel=text(payload, "channel", "id") or text(container, "channel_id"),
        thread=text(payload, "message", "thread_ts") or text(container, "thread_ts"),
        post=text(container, "message_ts"),
        ephemeral=part(container, "is_ephemeral") is True,
        response_url=text(payload, "response_url"),
        trigger=text(payload, "trigger_id"),
        platform=platform,
        home=teams.foreign(payload),
    )


def _window_spot(sender: Spot, kept: Payload, view: dict[str, Any]) -> Spot:
    return replace(
        sender,
        channel=text(kept, "c"),
        thread=text(kept, "t"),
        post=text(kept, "p"),
        ephemeral=bool(kept.get("e")),
        response_url=text(kept, "url"),
        view=whole(view),
    )
