"""Files to and from Slack.

Out: the external upload flow (files.getUploadURLExternal, the bytes, files.completeUploadExternal).
In: with our token; a login page in the file's place is refused (docs/faits-slack.md §1).
"""

from __future__ import annotations

from aiohttp import ClientResponse

from bot.slack.limits import shortened
from bot.slack.link import BROKEN, TOO_MANY, Link
from bot.slack.messages import FileRef, file
from bot.slack.payload import Unreadable
from bot.slack.words import gone_file, no_file, outside_file
from chat.platform import Undeliverable, Undelivered
from chat.talk import Upload
from chat.text import Text

MOST = 30 * 1024 * 1024
"""More than the bot takes: what is longer is cut here, so that the bot itself says that the file is too big."""
Where = tuple[str, str]
"""A conversation and a thread of it (empty: none), by Slack's ids."""
ALT = 1000
"""Characters of a picture's description (alt_txt_too_large)."""
CHUNK = 1 << 16
HTML = "text/html"
PAGE = b"<!doctype html"


class Unfetched(Exception):
    """A file that Slack did not give; the sentence is for whoever dropped it."""

    def __init__(self, sentence: Text) -> None:
        super().__init__(sentence.msg)
        self.sentence = sentence


async def share(link: Link, name: str, content: bytes, where: Where, alt: str = "") -> None:
    """Put a file in a conversation; `alt` is what a picture shows. Raises Undelivered or Undeliverable."""
    told = {"alt_txt": shortened(alt, ALT)} if alt else {}
    given = await link.call("files.getUploadURLExternal", filename=name, length=len(content), **told)
    async with link.request("POST", str(given["upload_url"]), data=content) as response:
        if not response.ok:
            raise Undelivered(f"upload: {response.status}")
    await link.call(
        "files.completeUploadExternal",
        files=[{"id": given["file_id"], "title": name}],
        channel_id=where[0],
        thread_ts=where[1] or None,
    )


async def fetch(link: Link, ref: FileRef) -> Upload:
    """A file's bytes. Raises Unfetched for one that is not at Slack's or came as a login page, Undelivered for later."""
    ref = ref if ref.url else await _known(link, ref)
    try:
        headers = link.bearer(ref.url)
    except Undeliverable as error:
        raise Unfetched(outside_file(ref.name)) from error
    if ref.outside:
        raise Unfetched(outside_file(ref.name))
    async with link.request("GET", ref.url, headers=headers) as response:
        if response.status == TOO_MANY or response.status >= BROKEN:
            raise Undelivered(f"file: {response.status}")
        content = await _read(response)
        page = response.content_type == HTML or content[: len(PAGE)].lower() == PAGE
    if not response.ok:
        raise Unfetched(gone_file(ref.name))
    if page and ref.mime != HTML:
        raise Unfetched(no_file(ref.name))
    return Upload(name=ref.name, content=content)


async def _read(response: ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK):
        content += chunk
        if len(content) > MOST:
            break
    return bytes(content)


async def _known(link: Link, ref: FileRef) -> FileRef:
    try:
        answer = await link.call("files.info", file=ref.id)
        return file(answer.get("file"))
    except (Undeliverable, Unreadable) as error:
        raise Unfetched(gone_file(ref.name)) from error
