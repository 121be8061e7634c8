"""What the memory can say no with.

Exception
├── NotFound      no such thing, or none this person may see: we do not say which
├── Stale         somebody moved it first; nothing was written
└── Away          the database does not answer as it should; its sentence is for the person who waits
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import (
    TimeoutError as Waited,
)

from chat.text import Text, tr


class NotFound(Exception):
    """No such thing, or none this person may see. We do not say which."""


class Stale(Exception):
    """Somebody moved it between our reading and our writing; nothing was written."""


class Away(Exception):
    """The database does not answer as it should."""

    def __init__(self, sentence: Text, why: str) -> None:
        super().__init__(why)
        self.sentence = sentence


CAUSES = (
    ("locked", tr("La base de données est occupée : rien n'a été changé. Réessayez dans une minute.")),
    ("busy", tr("La base de données est occupée : rien n'a été changé. Réessayez dans une minute.")),
    ("deadlock", tr("La base de données est occupée : rien n'a été changé. Réessayez dans une minute.")),
    ("lock timeout", tr("La base de données est occupée : rien n'a été changé. Réessayez dans une minute.")),
    (
        "readonly",
        tr("La base de données est en lecture seule : rien n'a été changé. Prévenez l'administrateur du robot."),
    ),
    (
        "read-only",
        tr("La base de données est en lecture seule : rien n'a été changé. Prévenez l'administrateur du robot."),
    ),
    (
        "full",
        tr("Le disque de la base de données est plein : rien n'a été changé. Prévenez l'administrateur du robot."),
    ),
    (
        "no space",
        tr("Le disque de la base de données est plein : rien n'a été changé. Prévenez l'administrateur du robot."),
    ),
    (
        "unable to open",
        tr("Le fichier de la base de données ne s'ouvre pas. Vérifiez DATABASE_URL et les droits du dossier."),
    ),
    ("malformed", tr("La base de données est abîmée : rien n'a été changé. Prévenez l'administrateur du robot.")),
    ("not a database", tr("Le fichier de la base de données n'en est pas une. Vérifiez DATABASE_URL.")),
)
UNREACHABLE = tr("La base de données ne répond pas : rien n'a été changé. Réessayez dans quelques minutes.")


@contextmanager
def answering() -> Iterator[None]:
    """Turn the database's own failures into `Away`; constraint violations pass as they are."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise _away(error) or Away(UNREACHABLE, str(error.orig)) from error
    except DatabaseError as error:
        # SQLite's damaged files are plain database errors, PostgreSQL's read-only transactions internal ones
        away = _away(error) if type(error) in {DatabaseError, InternalError} else None
        if away is None:
            raise
        raise away from error
    except Waited as error:
        raise Away(CAUSES[0][1], str(error)) from error


def _away(error: DBAPIError) -> Away | None:
    said = str(error.orig).lower()
    return next((Away(sentence, said) for word, sentence in CAUSES if word in said), None)
