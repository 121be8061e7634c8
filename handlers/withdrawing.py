"""« Retirer un fichier »: whoever dropped it takes it back, while the dossier's documents are open."""

from __future__ import annotations

from atelier import editing
from atelier.dossier import By, Dossier, Person, Piece
from atelier.withdrawal import found, withdrawn
from atelier.words import Reference, Refused, Role
from chat.cards import Token
from chat.talk import Answer
from chat.text import raw, tr
from handlers import keeping, names
from handlers.here import Here, say
from handlers.takeable import label


def pressed(here: Here, token: Token) -> Answer:
    """A line of the menu."""
    return typed(here, here.unit.dossiers.seen_by(here.person, Reference(token.ref)), token.arg)


def typed(here: Here, dossier: Dossier, named: str) -> Answer:
    """« retirer_fichier REF 3 », or the file's name. Raises Refused with those there are."""
    try:
        piece = found(dossier, here.person, named.strip())
    except Refused as refused:
        raise names.told(here.unit, refused) from refused
    by = By(person=here.person.id, role=_role(dossier, here.person, piece), at=here.now)
    keeping.withdraw(here, withdrawn(dossier, piece), piece, by, label(piece))
    text = tr(
        "« {file} » est retiré de {ref}. Pour le remettre, déposez-le de nouveau dans notre conversation.",
        file=raw(piece.name), ref=dossier.ref,
    )  # fmt: skip
    return say(here, text)


def _role(dossier: Dossier, person: Person, piece: Piece) -> Role:
    """In the role it was dropped in, as long as it is held; else in the first that may."""
    held = dossier.roles_of(person)
    return piece.by.role if piece.by.role in held else editing.writing_role(dossier, person)
