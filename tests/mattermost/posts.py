"""What the server makes of a post: attachments with every field, their integrations kept apart, limits in runes."""

from __future__ import annotations

import json
from typing import Any

from tests.mattermost.captured import refused

Post = dict[str, Any]
EMPTY = {
    "id": 0, "fallback": "", "color": "", "pretext": "", "author_name": "", "author_link": "", "author_icon": "",
    "title": "", "title_link": "", "text": "", "fields": None, "image_url": "", "thumb_url": "", "footer": "",
    "footer_icon": "", "ts": None,
}  # fmt: skip
MESSAGE, PROPS, MODERN_PROPS = 16_383, 8_000, 800_000


def new(id_: str, at: int, user: str, **more: Any) -> Post:
    """A post with every field that the server gives."""
    whole = {
        "id": id_, "create_at": at, "update_at": at, "edit_at": 0, "delete_at": 0, "is_pinned": False, "user_id": user,
        "channel_id": "", "root_id": "", "parent_id": "", "original_id": "", "message": "", "type": "", "props": {},
        "hashtags": "", "pending_post_id": "", "reply_count": 0, "last_reply_at": 0, "participants": None, "metadata": {},
    }  # fmt: skip
    return whole | more


def normal(props: Any) -> dict[str, Any]:
    """The props as they are kept. Attachments of a wrong type are all dropped without a word (fact 30)."""
    kept = dict(props) if isinstance(props, dict) else {}
    if "attachments" in kept:
        kept["attachments"] = _attachments(kept["attachments"])
    return kept


def _attachments(given: Any) -> list[dict[str, Any]] | None:
    if not isinstance(given, list) or not all(isinstance(a, dict) for a in given):
        return None
    texts = [name for name, empty in EMPTY.items() if empty == ""]
    if any(not isinstance(a.get(name, ""), str) for a in given for name in texts):
        return None
    return [EMPTY | a for a in given]


def checked(message: str, props: dict[str, Any], modern: bool = False) -> None:
    """Raise Refusal over the limits (facts 28, 29)."""
    if len(message) > MESSAGE:
        raise refused("post 16384 ascii chars")
    if runes(props) > (MODERN_PROPS if modern else PROPS):
        raise refused("attachments total 8100 chars")


def runes(props: dict[str, Any]) -> int:
    """The length of the props as Go writes them."""
    written = json.dumps(props, ensure_ascii=False, separators=(",", ":"))
    return len(written) + 5 * sum(written.count(mark) for mark in "<>&")


def shown(post: Post, cookie: str = "") -> Post:
    """The post as anybody gets it: no address and no context (fact 12); a whispered one has a cookie."""
    props = dict(post["props"])
    if props.get("attachments"):
        props["attachments"] = [_stripped(a, cookie) for a in props["attachments"]]
    embeds = {"embeds": [{"type": "message_attachment"}]} if props.get("attachments") else {}
    return post | {"props": props, "metadata": post["metadata"] | embeds, "pending_post_id": ""}


def _stripped(attachment: dict[str, Any], cookie: str) -> dict[str, Any]:
    if "actions" not in attachment:
        return attachment
    more = {"cookie": cookie} if cookie else {}
    bare = [{k: v for k, v in action.items() if k != "integration"} | more for action in attachment["actions"]]
    return attachment | {"actions": bare}


def action(post: Post, id_: str) -> dict[str, Any] | None:
    """The first action of that id; one whose id is not of letters and digits is dead (fact 13)."""
    if not (id_.isascii() and id_.isalnum()):
        return None
    blocks = post["props"].get("attachments") or []
    return next((a for block in blocks for a in block.get("actions", []) if a["id"] == id_), None)


def unwired(post: Post) -> bool:
    """True with an action that calls nothing: patched again as it was, it breaks the server (fact 20)."""
    return any("integration" not in a for b in post["props"].get("attachments") or [] for a in b.get("actions", []))
