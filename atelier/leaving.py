"""« Retirer une personne »: a part given in a request by mistake is taken back, by the service that may give one.

What is decided here:
- only a part of those an invitation gives, and given in this very request, is taken: by an invitation, a transfer, or
  the file of an atelier taken over. What the directory gives is the directory's to take, what AD1 examines is AD1's;
- whoever opened the request keeps their part, and nobody takes their own away: whoever does it carries the request, so
  that somebody always does;
- an invited person signs and approves nothing. What they answered, dropped or wrote stays, in their name: they merely
  see nothing more from then on. A preparation of theirs that waits for a signature is the service's, and waits still.
"""

from __future__ import annotations

from atelier.dossier import Dossier, Member, Person
from atelier.forms import Retrait
from atelier.grammar import Attempt
from atelier.labels import ROLES
from atelier.recording import given
from atelier.words import Labels, PersonId, Refused, Role, fr

GUESTS = (Role.COLL, Role.DREAL, Role.CAUE, Role.SVC)
"""The parts that an invitation gives."""


def takeable(dossier: Dossier) -> tuple[Member, ...]:
    """The parts that may be taken back, in the order they were given, less those the directory gives too."""
    first = _opening(dossier)
    return tuple(m for m in dossier.members if m.role in GUESTS and m != first)


def a_des_invites(dossier: Dossier) -> bool:
    """True when somebody may be taken out."""
    return bool(takeable(dossier))


def partie(dossier: Dossier, attempt: Attempt) -> Dossier:
    """C2b: the dossier without what was given to somebody, nor what a colleague handed to them. Raises Refused."""
    named, person = given(attempt, Retrait).personne, attempt.around.leaving
    lost = lost_by(dossier, person)
    if person is None or not lost:
        raise _refused(dossier, named, person)
    if person.id == attempt.person.id:
        raise Refused(
            fr(
                "Vous ne pouvez pas vous retirer vous-même : demandez-le à une autre personne du service, ou confiez votre part "
                "à un ou une collègue avec « /atelier transférer {ref} @camille »."
            ),
            ref=dossier.ref,
        )
    kept = tuple(m for m in dossier.members if m.person != person.id or m.role not in lost)
    handed = tuple(t for t in dossier.transfers if t.role not in lost or person.id not in {t.given, t.taken})
    return dossier.model_copy(update={"members": kept, "transfers": handed})


def lost_by(dossier: Dossier, person: Person | None) -> tuple[Role, ...]:
    """The roles that somebody would lose; none when they have no part that may be taken back."""
    if person is None:
        return ()
    mine = {m.role for m in takeable(dossier) if m.person == person.id}
    return tuple(role for role in GUESTS if role in mine - by_directory(dossier, person))


def by_directory(dossier: Dossier, person: Person) -> frozenset[Role]:
    """The roles that somebody holds there whatever was given in it."""
    return dossier.model_copy(update={"members": ()}).roles_of(person)


def givers(dossier: Dossier, person: PersonId) -> tuple[PersonId, ...]:
    """Those who transferred a part to somebody, one of those that may be taken back: their messages return to them."""
    return tuple(dict.fromkeys(t.given for t in dossier.transfers if t.taken == person and t.role in GUESTS))


def _opening(dossier: Dossier) -> Member | None:
    """The opener's part: the first. Nobody opened an atelier taken over: an administrator recorded what its file said."""
    if any(answer.by.role is Role.ADMIN for answer in dossier.answers.values()):
        return None
    return next(iter(dossier.members), None)


def _refused(dossier: Dossier, named: str, person: Person | None) -> Refused:
    """Why nothing is taken from them, and who can do something about it."""
    held = dossier.roles_of(person) if person is not None else frozenset()
    if person is None or not held:
        return Refused(
            fr(
                "« {name} » n'a pas part à {ref} : il n'y a rien à retirer. « /atelier retirer_personne {ref} » ouvre la liste "
                "des personnes que vous pouvez retirer."
            ),
            name=person.name if person is not None else named, ref=dossier.ref,
        )  # fmt: skip
    listed = by_directory(dossier, person)
    if listed:
        return Refused(
            fr(
                "La part de {name} ({roles}) vient de l'annuaire, pas de cette demande : elle ne se retire pas ici. Si elle est "
                "erronée, demandez à l'administrateur du robot de corriger l'annuaire."
            ),
            name=person.name, roles=_labels(listed),
        )  # fmt: skip
    first = _opening(dossier)
    if first is not None and first.person == person.id and first.role in GUESTS:
        return Refused(
            fr(
                "{name} a ouvert {ref} : sa part ne se retire pas. Cette personne peut la confier à un ou une collègue avec "
                "« /atelier transférer {ref} @camille »."
            ),
            name=person.name, ref=dossier.ref,
        )  # fmt: skip
    return Refused(
        fr(
            "La part de {name} ({roles}) n'est pas de celles qu'une invitation donne : elle ne se retire pas ici. Le bureau "
            "AD1 confie l'instruction à un ou une collègue avec « /atelier transférer {ref} @camille »."
        ),
        name=person.name, roles=_labels(held), ref=dossier.ref,
    )  # fmt: skip


def _labels(roles: frozenset[Role]) -> Labels:
    return Labels(ROLES[role] for role in sorted(roles))
