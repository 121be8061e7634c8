"""Whether somebody administers the bot: without, nobody answers whoever asks for access."""

from __future__ import annotations

from collections.abc import Iterator

from bot.findings import Finding, faute
from chat.text import tr
from storage.reader import Reader
from storage.unit import Unit

POINT = "annuaire.administrateur"
REPAIR = tr("Nommez quelqu'un dans ATELIER_ADMINS, puis relancez le robot.")


def findings(reader: Reader) -> Iterator[Finding]:
    """Nothing of a directory that is still empty: the first administrators enter it when the bot starts."""
    if reader.run(b"", _unled):
        said = tr("Aucun administrateur joignable : personne ne répond aux demandes d'accès, qui sont refusées.")
        yield faute(POINT, said, REPAIR)


def _unled(unit: Unit) -> bool:
    people = unit.people.all()
    leads = [p for p in people if p.administers]
    return bool(people) and all(unit.people.direct(p.id) is None for p in leads)
