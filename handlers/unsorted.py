"""The files that wait to be put in their place: each person's own short list, numbered as they came.

Each file's draft is kept by its id, as before there was a list: a button made then still finds it.
"""

from __future__ import annotations

from dataclasses import dataclass

from atelier.spelling import key
from chat.cards import Address
from handlers.here import Here
from handlers.talks import Draft

MOST = 9


@dataclass(frozen=True, slots=True)
class Waiting:
    """One file of the list: its number there, its id, its name."""

    number: int
    file: str
    name: str


def keep(here: Here, draft: Draft) -> Waiting:
    """One more file waits; its number is not another's while that one waits."""
    here.unit.conversations.keep(_place(here, draft.file), draft.model_dump(mode="json"))
    before = waiting(here)
    number = max((one.number for one in before), default=0) + 1
    added = Waiting(number, draft.file, draft.name)
    _list(here, [*before, added][-MOST:])
    return added


def waiting(here: Here) -> list[Waiting]:
    """Those that wait, the last one last."""
    kept = here.unit.conversations.at(_listed(here)) or {}
    return [Waiting(int(n), str(file), str(name)) for n, file, name in kept.get("files", [])]


def named(here: Here, said: str) -> list[Waiting]:
    """Those that a number, a name, or the id of before there were numbers stands for."""
    wanted = key(said)
    mine = waiting(here)
    exact = [one for one in mine if said in {str(one.number), one.file} or wanted == key(one.name)]
    return exact or [one for one in mine if wanted and key(one.name).startswith(wanted)]


def take(here: Here, file: str) -> Draft | None:
    """The file of this id, which waits no more; None when it is in its place already."""
    kept = here.unit.conversations.at(_place(here, file))
    if kept is None:
        return None
    here.unit.conversations.end(_place(here, file))
    _list(here, [one for one in waiting(here) if one.file != file])
    return Draft.model_validate(kept)


def _list(here: Here, files: list[Waiting]) -> None:
    if files:
        here.unit.conversations.keep(_listed(here), {"files": [[one.number, one.file, one.name] for one in files]})
    else:
        here.unit.conversations.end(_listed(here))


def _listed(here: Here) -> Address:
    return Address(platform="fichiers", id=here.person.id)


def _place(here: Here, file: str) -> Address:
    """Where a file waits: beside the conversation, which goes on."""
    return Address(platform="fichier", id=f"{here.person.id}:{file}")
