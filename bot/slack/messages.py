"""Slack's events as ours: messages typed, files dropped, mentions, the App Home opened. Pure.

Source: https://docs.slack.dev/reference/events/message/. What is nobody's words (joins, posts of bots, ours among them) is
None; whether anybody listens to a channel is not known here, but what is changed or deleted in a direct conversation is
nobody's. A file comes with the message that shows it: `file_shared` names the same file a second time, without words, and is
not listened to.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.payload import Payload, every, part, text
from bot.slack import teams
from bot.slack.payload import Unreadable, named, need, typed
from bot.slack.reading import where
from bot.slack.spots import Spot
from bot.slack.teams import HERE, Seat
from chat.talk import Asked, Said

SUBTYPES = frozenset({"", "file_share", "thread_broadcast", "me_message"})
CHANGED, DELETED, TOMBSTONE = "message_changed", "message_deleted", "tombstone"
GONE = frozenset({TOMBSTONE, "hidden_by_limit"})


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file at Slack's: what is needed to fetch it. `url` is empty when only files.info knows it."""

    id: str
    name: str
    mime: str
    url: str
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Dropped:
    """Files dropped, not yet fetched, with the words around them as they would have been said."""

    said: Said
    files: tuple[FileRef, ...]


def message(payload: Payload, known: Collection[str] = (), seat: Seat = HERE) -> tuple[Spot, Said | Dropped] | None:
    """A message event. `known` are the ids this bot has: words that begin by naming it come as a mention."""
    event = part(payload, "event")
    gone = _deleted(event)
    if gone is not None:
        return _unsaid(payload, gone, known, seat)
    changed = _changed(event)
    if changed is not None:
        event = changed
    if not _theirs(event, known):
        return None
    spot, post = _spot(payload, event, seat), need(event, "ts")
    words = text(event, "text")
    if changed is not None and spot.direct:
        return None
    if not spot.direct and words.lstrip().startswith(mentions(payload, known)):
        return None
    words = _unnamed(words, mentions(payload, known))
    said = Said(
        **where(spot),
        id=":".join(("m", spot.channel, post, *([text(event, "edited", "ts")] if changed else []))),
        text=typed(words).strip(),
        thread=spot.thread,
        post=post,
        named=named(words),
        corrected=changed is not None,
    )
    if changed is not None:
        return spot, said
    files = tuple(file(f) for f in every(event, "files") if text(f, "mode") not in GONE)
    return spot, Dropped(said, files) if files else said


def mention(payload: Payload, known: Collection[str] = (), seat: Seat = HERE) -> tuple[Spot, Asked] | None:
    """« @atelier … » in a channel: a command, which no thread can have otherwise. None when the name comes later.

    Slack tells a mention anew, under another event_id, when its author edits it: a command is given once, so what was
    edited is none, and the id is that of the message.
    """
    event = part(payload, "event")
    named = mentions(payload, known)
    words = text(event, "text").lstrip()
    if not _theirs(event, known) or text(event, "edited", "ts") or not words.startswith(named):
        return None
    spot = _spot(payload, event, seat)
    command = typed(_unnamed(words, named)).strip().removeprefix("/atelier").strip()
    return spot, Asked(**where(spot), id=f"m:{spot.channel}:{need(event, 'ts')}", text=command)


def opened(payload: Payload, seat: Seat = HERE) -> tuple[Spot, Asked] | None:
    """The App Home opened: the same as « /atelier » alone."""
    event = part(payload, "event")
    if text(event, "tab") not in {"", "home"}:
        return None
    spot = Spot(kind="home", account=need(event, "user"), platform=seat.platform)
    return spot, Asked(**where(spot), id=f"e:{need(payload, 'event_id')}", text="")


def mentions(payload: Payload, known: Collection[str]) -> tuple[str, ...]:
    """The ways this bot is named at the head of a message: ours, and those the event says it is for."""
    told = [text(a, "user_id") for a in every(payload, "authorizations") if a.get("is_bot") is True]
    return tuple(f"<@{id_}{end}" for id_ in {*known, *told} if id_ for end in (">", "|"))


def file(found: object) -> FileRef:
    """A file object, of an event or of files.info."""
    return FileRef(
        id=need(found, "id"),
        name=text(found, "name") or text(found, "title") or need(found, "id"),
        mime=text(found, "mimetype"),
        url=text(found, "url_private_download") or text(found, "url_private"),
        outside=part(found, "is_external") is True,
    )


def _changed(event: object) -> Payload | None:
    """A message as it is now, when its author changed its words; None for anything else, a link unfurled among them."""
    now, before = part(event, "message"), part(event, "previous_message")
    if text(event, "subtype") != CHANGED or not isinstance(now, dict):
        return None
    if not text(now, "edited", "ts") or text(now, "text") == text(before, "text"):
        return None
    return {"ts": text(before, "ts"), **now, "channel": need(event, "channel")}


def _deleted(event: object) -> Payload | None:
    """A message as it was before it was deleted; None for anything else.

    One that others answered in its thread leaves a stone in its place, which comes as a change.
    """
    before, kind = part(event, "previous_message"), text(event, "subtype")
    stone = kind == CHANGED and text(event, "message", "subtype") == TOMBSTONE
    if not isinstance(before, dict) or not (kind == DELETED or stone):
        return None
    return {**before, "channel": need(event, "channel")}


def _unsaid(payload: Payload, before: Payload, known: Collection[str], seat: Seat) -> tuple[Spot, Said] | None:
    """That somebody's words were deleted; Slack does not say by whom. None for what was nobody's, and a command's."""
    if not _theirs(before, known) or text(before, "text").lstrip().startswith(mentions(payload, known)):
        return None
    spot, post = _spot(payload, before, seat), need(before, "ts")
    if spot.direct:
        return None
    id_ = f"m:{spot.channel}:{post}:{DELETED}"
    return spot, Said(**where(spot), id=id_, text="", thread=spot.thread, post=post, deleted=True)


def _theirs(event: object, known: Collection[str]) -> bool:
    """Somebody's own words, neither a bot's nor ours nor Slack's."""
    if not isinstance(event, dict):
        raise Unreadable("no event")
    robot = bool(event.get("bot_id")) or text(event, "user") in {"", "USLACKBOT", *known}
    return not robot and text(event, "subtype") in SUBTYPES and event.get("hidden") is not True


def _spot(payload: Payload, event: object, seat: Seat) -> Spot:
    thread = text(event, "thread_ts")
    channel = need(event, "channel")
    return Spot(
        kind="message",
        account=need(event, "user"),
        channel=channel,
        thread="" if thread == text(event, "ts") else thread,
        ephemeral=False,
        platform=seat.platform,
        home=teams.foreign({**payload, "event": event}, seat.team),
    )


def _unnamed(words: str, named: tuple[str, ...]) -> str:
    """Without the bot's name at the head."""
    head = words.lstrip()
    return head[head.find(">") + 1 :] if named and head.startswith(named) else words
