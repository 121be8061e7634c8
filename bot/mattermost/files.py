"""Files to and from Mattermost. In: with our token; a login page in the file's place is refused."""

from __future__ import annotations

from bot.mattermost.link import Link
from bot.mattermost.messages import FileRef, file
from bot.mattermost.words import no_file
from bot.payload import every, text
from chat.platform import Undeliverable, Undelivered
from chat.talk import Upload
from chat.text import Text

MOST = 30 * 1024 * 1024
"""More than the bot takes: what is longer is cut here, so that the bot itself says that the file is too big."""
HTML = "text/html"
PAGE = (b"<!doctype html", b"<html")


class Unfetched(Exception):
    """A file that the server did not give; the sentence is for whoever dropped it."""

    def __init__(self, sentence: Text) -> None:
        super().__init__(sentence.msg)
        self.sentence = sentence


async def share(link: Link, name: str, content: bytes, channel: str) -> str:
    """Upload a file, and give its id there. Raises Undelivered or Undeliverable."""
    answer = await link.call("upload", lambda api: api.files.upload_file(channel, {"files": (name, content)}))
    ids = [text(info, "id") for info in every(answer, "file_infos")]
    if not ids or not ids[0]:
        raise Undelivered("upload: no id in the answer")
    return ids[0]


async def fetch(link: Link, ref: FileRef) -> Upload:
    """A file's bytes. Raises Unfetched when the server never gives them, Undelivered for later."""
    try:
        known = ref if ref.name else await _known(link, ref)
        kind, content = await link.ask("file", lambda api: api.client.fetch(f"/files/{known.id}", MOST))
    except Undeliverable as error:
        raise Unfetched(no_file(ref.name or ref.id)) from error
    if known.mime != HTML and (kind == HTML or content.lstrip()[: len(PAGE[0])].lower().startswith(PAGE)):
        raise Unfetched(no_file(known.name))
    return Upload(name=known.name or known.id, content=content)


async def _known(link: Link, ref: FileRef) -> FileRef:
    return file(ref.id, await link.call("file", lambda api: api.files.get_file_metadata(ref.id)))
