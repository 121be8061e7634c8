"""A file taken back by whoever dropped it, while the documents of the dossier are open. Pure.

A request's are open before it is transmitted, and while AD1 waits for a complement; a note's or a deliverable's, until it
is handed in. The file leaves the dossier; it stays in the store, and in the journal, as long as the dossier does.
"""

from __future__ import annotations

from atelier import editing
from atelier.deposits import deposit_of, deposits, files, waiting
from atelier.dossier import Dossier, Person, Piece
from atelier.fiche import items
from atelier.spelling import key
from atelier.words import Refused, Role, fr


def withdrawable(dossier: Dossier, person: Person) -> tuple[tuple[int, Piece], ...]:
    """What this person may take back now, each with its number among all that was ever dropped: it never changes."""
    numbered = enumerate(dossier.pieces, start=1)
    return tuple((number, piece) for number, piece in numbered if _may(dossier, person, piece))


def _may(dossier: Dossier, person: Person, piece: Piece) -> bool:
    if piece.replaced or piece.by.person != person.id:
        return False
    deposit = deposit_of(piece.kind)
    if deposit is None:
        question = next((q for q in items() if q.name == piece.kind), None)
        return question is not None and dossier.state in editing.OPEN and editing.can_write(dossier, person, question)
    declared = {one.piece for one in dossier.mission.lost} if dossier.mission else set()
    mine = deposit in deposits(dossier, person) and piece.id not in declared
    return mine and waiting(dossier, piece.kind) == piece


def found(dossier: Dossier, person: Person, named: str) -> Piece:
    """The file of this number or this name. Raises Refused with what there is, or why it is not theirs to take back."""
    mine = withdrawable(dossier, person)
    chosen = [p for number, p in mine if named == str(number) or key(named) == key(p.name)]
    if len(chosen) == 1:
        return chosen[0]
    other = _of_another(dossier, named) if _knows_the_files(dossier, person) else None
    if other is not None and not chosen:
        raise _not_theirs(dossier, person, other)
    if not mine:
        raise Refused(
            fr(
                "Vous n'avez aucun fichier à retirer de {ref} : chacun retire ceux qu'il a déposés, avant la transmission, "
                "pendant un complément, ou avant de les remettre."
            ),
            ref=dossier.ref,
        )
    listed = " ; ".join(f"{number} « {piece.name} »" for number, piece in mine)
    raise Refused(
        fr("Quel fichier retirer de {ref} ? Donnez son numéro : {listed}. Par exemple « /atelier retirer_fichier {ref} {first} »."),
        ref=dossier.ref, listed=listed, first=mine[0][0],
    )  # fmt: skip


def _knows_the_files(dossier: Dossier, person: Person) -> bool:
    """A groupement that is asked, not designated, sees neither the letters nor who dropped them."""
    designated = dossier.mission is not None and dossier.mission.designated is not None
    return designated or dossier.roles_of(person) != {Role.MAND}


def _of_another(dossier: Dossier, named: str) -> Piece | None:
    """A file in force of this number or this name, whoever dropped it."""
    shown = {p.id for p in files(dossier)}
    numbered = [(str(n), p) for n, p in enumerate(dossier.pieces, start=1) if p.id in shown]
    return next((p for n, p in numbered if named == n or (named and key(named) == key(p.name))), None)


def _not_theirs(dossier: Dossier, person: Person, piece: Piece) -> Refused:
    if piece.by.person != person.id:
        return Refused(
            fr("« {file} » a été déposé par {by} : seule cette personne peut le retirer. Écrivez-lui dans le fil."),
            file=piece.name, by=piece.by,
        )  # fmt: skip
    return Refused(
        fr(
            "« {file} » ne peut plus être retiré : {ref} est transmise, ou le fichier est remis. Un nouveau dépôt le remplace "
            "si un complément est demandé ; sinon, écrivez dans le fil."
        ),
        file=piece.name, ref=dossier.ref,
    )  # fmt: skip


def withdrawn(dossier: Dossier, piece: Piece) -> Dossier:
    """The dossier without that file: it stays in its history, in force no more."""
    left = (p.model_copy(update={"replaced": True}) if p.id == piece.id else p for p in dossier.pieces)
    return dossier.model_copy(update={"pieces": tuple(left)})
