"""What people do on Mattermost, as events: commands, buttons, menus, dialogs. Pure: `now` is an argument.

Every function raises Unreadable and nothing else. Ids are the same when a thing comes again: a command is « c:digest of
trigger_id », a button « a:digest of trigger_id and post », a dialog « d:digest of its state, its answers and its hour »
(its payload has no id; the same answers sent anew a minute later are another try).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from bot.mattermost.corrections import NONE, Asked, box
from bot.mattermost.payload import Unreadable, Unsealed, digest, need
from bot.mattermost.press import CONTEXT, Seals
from bot.mattermost.spots import DIRECT, PLATFORM, Me, Spot, between
from bot.mattermost.words import EXPIRED, FORGED, UNOPENED
from bot.payload import Payload, part, text
from bot.tokens import Expired, Forged
from chat import talk
from chat.cards import Address
from chat.talk import Filled, Given, Pressed, Turned
from chat.text import Text

SUBMISSION = "dialog_submission"
MOMENT = 2
"""Seconds in which the same answers of the same dialog are one."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads payloads. `now` is the machine's hour, for seals that end."""

    seals: Seals
    now: datetime
    me: Me

    def command(self, form: Payload) -> tuple[Spot, talk.Asked]:
        """« /atelier … ». `root_id` comes from recent servers only."""
        account = need(form, "user_id")
        spot = Spot(
            kind="command",
            account=account,
            channel=need(form, "channel_id"),
            direct=between(text(form, "channel_name"), account, self.me),
            thread=text(form, "root_id"),
            response_url=text(form, "response_url"),
            trigger=need(form, "trigger_id"),
        )
        said = text(form, "text").strip()
        return spot, talk.Asked(**spot.where(), id=f"c:{digest(spot.trigger)}", text=said)

    def action(self, payload: Payload) -> tuple[Spot, Pressed]:
        """A button or a menu of ours."""
        spot = self.pressed_at(payload)
        chosen = part(payload, "context", "selected_option")
        with _sealed(FORGED):
            sealed = text(payload, "context", CONTEXT)
            token = self.seals.pressed(sealed, chosen if isinstance(chosen, str) else None, spot.account, self.now)
            spot = replace(spot, whispered=self.seals.alone(sealed, self.now))
        id_ = f"a:{digest(spot.trigger, spot.post)}"
        return spot, Pressed(**spot.where(), id=id_, token=token, post="" if spot.whispered else spot.post)

    def pressed_at(self, payload: Payload) -> Spot:
        """Where something was pressed, ours or not. Raises Unreadable for what is no press at all."""
        if text(payload, "type") == SUBMISSION or not isinstance(part(payload, "context"), dict):
            raise Unreadable("not an action")
        account = need(payload, "user_id")
        return Spot(
            kind="action",
            account=account,
            channel=need(payload, "channel_id"),
            direct=not text(payload, "team_id") and between(text(payload, "channel_name"), account, self.me),
            post=need(payload, "post_id"),
            trigger=need(payload, "trigger_id"),
        )

    def submission(self, payload: Payload) -> tuple[Spot, Filled | None]:
        """A dialog sent; no event when it was cancelled. The channel it comes with is not looked at (facts 22, 23)."""
        if text(payload, "type") != SUBMISSION:
            raise Unreadable("not a submission")
        account, state = need(payload, "user_id"), text(payload, "state")
        with _sealed(UNOPENED):
            token, kept, asked = self.seals.asked(state, account, self.now)
        spot = _kept_spot(account, kept, asked)
        if part(payload, "cancelled") is True:
            return spot, None
        answers = part(payload, "submission")
        answers = answers if isinstance(answers, dict) else {}
        moment = int(self.now.timestamp()) // MOMENT
        id_ = f"d:{digest(state, json.dumps(answers, sort_keys=True), str(moment))}"
        return spot, Filled(**spot.where(), id=id_, token=token, given=given(asked, answers))


def turned(payload: Payload, what: Literal["button", "form"], why: str) -> Turned:
    """What was refused, for the journal: by the account that the server named. The same one sent again is the same."""
    account = need(payload, "user_id")
    place = Address(platform=PLATFORM, id=f"{DIRECT}{account}")
    carried = json.dumps([part(payload, "context"), part(payload, "state")], sort_keys=True)
    id_ = f"x:{digest(account, text(payload, 'post_id'), carried)}"
    return Turned(sender=Address(platform=PLATFORM, id=account), place=place, id=id_, what=what, why=why)


def _kept_spot(account: str, kept: Payload, asked: Asked) -> Spot:
    return Spot(
        kind="dialog", account=account, channel=text(kept, "c"), direct=bool(kept.get("d")), thread=text(kept, "t"),
        post=text(kept, "p"), response_url=text(kept, "url"), asked=asked,
    )  # fmt: skip


@contextmanager
def _sealed(sentence: Text) -> Iterator[None]:
    """Turns what a seal refuses into Unsealed, with its sentence."""
    try:
        yield
    except Forged as error:
        raise Unsealed(str(error), EXPIRED if isinstance(error, Expired) else sentence) from error


def given(asked: Asked, answers: Payload) -> Given:
    """The answers of the questions that were asked, and of no other; absent and null are the same (fact 25)."""
    found: Given = {}
    for name, boxes in asked.items():
        if boxes:
            found[name] = tuple(value for value in boxes if _checked(answers.get(box(name, value))))
        else:
            found[name] = _one(answers.get(name))
    return found


def _checked(value: Any) -> bool:
    return value is True or value == "true"


def _one(value: Any) -> str:
    match value:
        case str():
            clean = value.encode(errors="replace").decode()
            return "" if clean == NONE else clean
        case bool():
            return "true" if value else ""
        case int() | float():
            return str(value)
        case _:
            return ""
