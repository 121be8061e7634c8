"""A dossier handed to a colleague: its messages and its preparation, never the power to decide."""

from __future__ import annotations

from atelier.dossier import By, Dossier, Member, Person, Transfer
from atelier.procedure import FINAL
from atelier.words import PersonId, Refused, Role, fr

PREPARING = (Role.SVC, Role.COLL, Role.DREAL, Role.CAUE, Role.AD1I)
"""What may be transferred: filling in, answering, following, examining. Signatures, decisions, credits and the
commitments of a groupement are given by name, and stay with whom they were given to."""


def transferable(dossier: Dossier, person: Person) -> tuple[Role, ...]:
    """The roles this person may hand to a colleague. Raises Refused when they hold none of these."""
    if dossier.state in FINAL:
        raise Refused(fr("La demande {ref} est close : il n'y a plus rien à transférer."), ref=dossier.ref)
    held = dossier.roles_of(person)
    found = tuple(role for role in PREPARING if role in held)
    if not found:
        raise Refused(
            fr(
                "Un pouvoir de décider ou de signer ne se transfère pas : il est donné à une personne nommée. "
                "Faites ajouter votre collègue dans l'annuaire avec ce rôle, ou déclarez votre absence : "
                "« /atelier absence du 3 au 14 août Prénom Nom »."
            )
        )
    return found


def handed(dossier: Dossier, taken: PersonId, role: Role, by: By) -> Dossier:
    """The dossier once `by` has handed a role to a colleague, who may already have handed it to them: it comes back."""
    kept = tuple(t for t in dossier.transfers if t.role is not role or t.given not in {by.person, taken})
    new = Transfer(given=by.person, taken=taken, role=role, by=by)
    member = Member(person=taken, role=role)
    members = dossier.members if member in dossier.members else (*dossier.members, member)
    examines = role is Role.AD1I and dossier.instructor == by.person
    return dossier.model_copy(
        update={
            "transfers": (*kept, new),
            "members": members,
            "instructor": taken if examines else dossier.instructor,
        }
    )


def taken_back(dossier: Dossier, person: PersonId) -> Dossier:
    """The dossier once somebody has taken back all they had handed: whoever had it keeps the part they hold otherwise."""
    given = given_by(dossier, person)
    kept = tuple(t for t in dossier.transfers if t not in given)
    examined = any(t.role is Role.AD1I and t.taken == dossier.instructor for t in given)
    return dossier.model_copy(
        update={"transfers": kept, "instructor": person if examined else dossier.instructor},
    )


def given_by(dossier: Dossier, person: PersonId) -> tuple[Transfer, ...]:
    """What somebody has handed to a colleague on this dossier."""
    return tuple(t for t in dossier.transfers if t.given == person)
