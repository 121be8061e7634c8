"""Why the database is not reached, for whoever runs the bot: a wrong password and a stopped server are not repaired alike."""

from __future__ import annotations

import re

from chat.text import Text, raw, tr
from storage.errors import UNREACHABLE, Away

CREDENTIALS = re.compile(r"""[^\s'"]*@""")
"""What stands before a server's name in an address: a password that was not encoded leaves a part of itself there."""
LONGEST = 400
"""Characters of what the library says; the beginning tells."""


def explained(failure: Away) -> Text:
    """The sentence, and what the database's own library says when it could not be reached. Never for a chat."""
    said = CREDENTIALS.sub("…@", " ".join(str(failure).split()))
    if failure.sentence != UNREACHABLE or not said:
        return failure.sentence
    return tr("La base de données ne répond pas : rien n'a été changé. Sa réponse : {why}", why=raw(said[:LONGEST]))
