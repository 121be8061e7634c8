"""Posts as events: messages typed, files dropped, mentions. Pure.

What is nobody's words (system posts, posts of integrations and ours) is None; whether anybody listens
to a channel is not known here. What begins by naming the bot is a command, which no thread had before servers of 2026.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.mattermost.payload import need, number
from bot.mattermost.spots import Me, Spot
from bot.payload import Payload, every, part, text
from chat.talk import Asked, Said

TYPES = frozenset({"", "me"})


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file at the server's: `size` is nought when only its own record knows it."""

    id: str
    name: str = ""
    mime: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Dropped:
    """Files dropped, not yet fetched, with the words around them as they would have been said."""

    said: Said
    files: tuple[FileRef, ...]


Heard = tuple[Spot, Said | Dropped | Asked]


def message(post: Payload, me: Me, *, direct: bool, corrected: bool = False) -> Heard | None:
    """A post, of the socket or read back; `corrected`: heard before, and changed. Raises Unreadable for what is no post."""
    id_, account = need(post, "id"), need(post, "user_id")
    if account == me.id or not _theirs(post):
        return None
    thread = text(post, "root_id")
    spot = Spot(kind="message", account=account, channel=need(post, "channel_id"), direct=direct, thread=thread)
    words, named = _unnamed(text(post, "message"), me)
    event = f"m:{spot.channel}:{id_}" + (f":{number(post, 'edit_at')}" if corrected else "")
    if named and not direct:
        if corrected:
            return None
        return spot, Asked(**spot.where(), id=event, text=words.removeprefix("/atelier").strip())
    said = Said(**spot.where(), id=event, text=words.strip(), thread=thread, post=id_, corrected=corrected)
    refs = () if corrected else files(post)
    return spot, Dropped(said, refs) if refs else said


def deleted(post: Payload, me: Me) -> tuple[Spot, Said] | None:
    """That somebody's words in a channel were deleted, by them or by somebody else. Raises Unreadable for what is no post."""
    found = message({**post, "delete_at": 0}, me, direct=False)
    if found is None:
        return None
    spot, words = found
    if isinstance(words, Asked):
        return None
    said = words.said if isinstance(words, Dropped) else words
    return spot, said.model_copy(update={"id": f"{said.id}:deleted", "text": "", "deleted": True})


def files(post: Payload) -> tuple[FileRef, ...]:
    """The files of a post, with what it says of them."""
    ids = part(post, "file_ids")
    known = {text(info, "id"): info for info in every(post, "metadata", "files")}
    listed = [i for i in ids if isinstance(i, str) and i] if isinstance(ids, list) else []
    return tuple(file(id_, known.get(id_, {})) for id_ in listed)


def file(id_: str, info: Payload) -> FileRef:
    """A file, with its record if there is one."""
    return FileRef(id=id_, name=text(info, "name"), mime=text(info, "mime_type"), size=number(info, "size"))


def _theirs(post: Payload) -> bool:
    """Somebody's own words. « from_bot » may be set by anybody (fact 34): whoever does is only not listened to."""
    robot = any(text(post, "props", mark) == "true" for mark in ("from_bot", "from_webhook"))
    return not robot and text(post, "type") in TYPES and not number(post, "delete_at")


def _unnamed(words: str, me: Me) -> tuple[str, bool]:
    """Without the bot's name at the head, and whether it was there."""
    found = re.match(rf"\s*@{re.escape(me.name)}(?![\w.-]*\w)[ :,]*", words, re.IGNORECASE) if me.name else None
    return (words[found.end() :], True) if found else (words, False)
