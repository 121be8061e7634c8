"""Files taken in: checked by their content, then kept."""

from __future__ import annotations

from atelier.contents import CheckedFile, check_file, kept_name
from chat.cards import File
from chat.talk import Upload
from handlers.here import Here


def store(here: Here, upload: Upload) -> tuple[File, CheckedFile]:
    """Check a file by its content and keep it. Raises Refused with the reason, and then nothing is kept."""
    checked = check_file(upload.name, upload.content)
    name = kept_name(upload.name, checked.kind)
    return here.unit.files.put(name, checked.mime, upload.content, checked.sha256, here.now), checked
