"""The files somebody may take back, as a menu of their card."""

from __future__ import annotations

from atelier.deposits import deposit_of
from atelier.dossier import Dossier, Person, Piece
from atelier.fiche import item
from atelier.withdrawal import withdrawable
from chat.cards import Menu, Token
from chat.text import Text, raw, tr

ACT = "retirer_fichier"


def menu(dossier: Dossier, person: Person) -> tuple[Menu, ...]:
    """« Retirer un fichier »: each by its number; none when there is nothing to take back."""
    mine = withdrawable(dossier, person)
    if not mine:
        return ()
    lines = tuple((str(n), tr("{file} ({what})", file=raw(p.name), what=label(p))) for n, p in mine)
    return (Menu(label=tr("Retirer un fichier"), token=Token(act=ACT, ref=dossier.ref), choices=lines),)


def label(piece: Piece) -> Text:
    """What a file is, as people say it: « Note d'appropriation », « Documents remis »."""
    deposit = deposit_of(piece.kind)
    called = deposit.label if deposit else item(piece.kind).asked.short
    return tr(called)
