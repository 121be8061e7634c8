"""What a step writes in the dossier, beside its state. Pure: a dossier and an attempt in, a dossier out."""

from __future__ import annotations

from collections.abc import Callable

from atelier.completeness import seal
from atelier.dossier import Complement, Decision, Dossier, Member, Opinion, Wanted
from atelier.forms import (
    Avis,
    DemandeComplement,
    Invitation,
    Motif,
    PriseEnCharge,
    Reorientation,
    Transmission,
    Validation,
)
from atelier.grammar import Attempt
from atelier.recording import given
from atelier.words import Refused, Role, fr


def transmise(dossier: Dossier, attempt: Attempt) -> Dossier:
    """D2: the time stamp and the version of the fiche. The arrival number is given by storage, once."""
    form = given(attempt, Transmission)
    decision = Decision(act="transmise", reason=form.conception, by=attempt.by())
    return dossier.model_copy(
        update={"transmitted": attempt.now, "fiche_version": dossier.fiche_version + 1, "decision": decision}
    )


def prise_en_charge(dossier: Dossier, attempt: Attempt) -> Dossier:
    """D3: the instructeur, and why out of order when it was."""
    form = given(attempt, PriseEnCharge)
    member = Member(person=attempt.person.id, role=Role.AD1I)
    members = dossier.members if member in dossier.members else (*dossier.members, member)
    reason = form.motif if attempt.around.ahead else ""
    return dossier.model_copy(update={"instructor": attempt.person.id, "members": members, "out_of_order": reason})


def complement_demande(dossier: Dossier, attempt: Attempt) -> Dossier:
    """D4: what is wanted, and what the fields were then."""
    form = given(attempt, DemandeComplement)
    asked = Complement(
        number=len(dossier.complements) + 1,
        wanted=tuple(Wanted(field=name, text=form.texte) for name in dict.fromkeys(form.champs)),
        by=attempt.by(),
        before={name: seal(dossier, name) for name in form.champs},
    )
    return dossier.model_copy(update={"complements": (*dossier.complements, asked)})


def complement_repondu(dossier: Dossier, attempt: Attempt) -> Dossier:
    """D5: answered; the fiche has a new version."""
    return _ended(dossier, attempt, "repondu").model_copy(update={"fiche_version": dossier.fiche_version + 1})


def complement_retire(dossier: Dossier, attempt: Attempt) -> Dossier:
    """D5: AD1 takes its request back."""
    return _ended(dossier, attempt, "retire")


def _ended(dossier: Dossier, attempt: Attempt, how: str) -> Dossier:
    done = tuple(
        c if c.ended else c.model_copy(update={"ended": how, "ended_by": attempt.by()}) for c in dossier.complements
    )
    return dossier.model_copy(update={"complements": done})


def avis_donne(dossier: Dossier, attempt: Attempt) -> Dossier:
    """D6: one more opinion."""
    form = given(attempt, Avis)
    opinion = Opinion(sense=form.sens, reason=form.motif, by=attempt.by())
    return dossier.model_copy(update={"opinions": (*dossier.opinions, opinion)})


def validee(dossier: Dossier, attempt: Attempt) -> Dossier:
    """D7: the decision and its two reasons."""
    form = given(attempt, Validation)
    reason = f"{form.adequation_dispositif}\n{form.adequation_competences}"
    return _decided(dossier, attempt, "validee", reason)


def motivee(act: str) -> Callable[[Dossier, Attempt], Dossier]:
    """D9 to D11: the decision and its reason."""

    def then(dossier: Dossier, attempt: Attempt) -> Dossier:
        return _decided(dossier, attempt, act, given(attempt, Motif).motif)

    return then


def reorientee(dossier: Dossier, attempt: Attempt) -> Dossier:
    """D9: the other tool proposed, and why."""
    form = given(attempt, Reorientation)
    return _decided(dossier, attempt, "reorientee", form.motif, form.outil)


def _decided(dossier: Dossier, attempt: Attempt, act: str, reason: str, tool: str = "") -> Dossier:
    decision = Decision(act=act, reason=reason, by=attempt.by(), other_tool=tool)
    ended = tuple(
        c if c.ended else c.model_copy(update={"ended": "retire", "ended_by": attempt.by()})
        for c in dossier.complements
    )
    return dossier.model_copy(update={"decision": decision, "complements": ended})


def invitee(dossier: Dossier, attempt: Attempt) -> Dossier:
    """An invitation: one more person in this dossier, in a role."""
    form = given(attempt, Invitation)
    if attempt.around.invited is None:
        raise Refused(
            fr(
                "« {name} » n'est pas dans l'annuaire : vérifiez le nom, ou dites à cette personne de taper « "
                "/atelier » pour demander son accès."
            ),
            name=form.personne,
        )
    member = Member(person=attempt.around.invited, role=Role(form.role))
    if member in dossier.members:
        raise Refused(
            fr(
                "Cette personne fait déjà partie de la demande à ce titre : rien à faire, elle la voit avec « "
                "/atelier voir {ref} »."
            ),
            ref=dossier.ref,
        )
    return dossier.model_copy(update={"members": (*dossier.members, member)})
