"""What follows a step beside its announcement: rows derived from the atelier, its channels, its documents."""

from __future__ import annotations

from atelier.dossier import Dossier
from atelier.forms import StepForm
from atelier.grammar import Outcome
from atelier.words import Do, Role, State
from chat.cards import Message
from chat.text import raw, tr
from handlers import exchange, gathering, minutes, names, notices
from handlers.around import contract_of
from handlers.here import Here


def after(here: Here, outcome: Outcome, form: StepForm) -> None:
    """Everything that follows, in the same transaction."""
    before, dossier = outcome.before, outcome.dossier
    if outcome.step.act is Do.REPONDRE_COMPLEMENT:
        exchange.answered(here, outcome, form)
    if dossier.mission is None:
        return
    _orders(here, dossier)
    if outcome.step.act is Do.ECARTER:
        _set_aside(here, before, dossier)
    if dossier.state is State.CASCADE_EPUISEE and before.state is not dossier.state:
        _exhausted(here, dossier)
    if outcome.step.act is Do.DESIGNER:
        minutes.designated(here, dossier)
    if dossier.mission.designated is not None:
        gathering.gather(here.unit, dossier, here.now)


def _orders(here: Here, dossier: Dossier) -> None:
    """The orders, as rows the contract's total is counted from."""
    mission = dossier.mission_()
    here.unit.commandes.keep(
        dossier.ref, [(o.number, mission.contract, int(o.amount * 100), o.receipt.on) for o in mission.commandes]
    )


def _set_aside(here: Here, before: Dossier, dossier: Dossier) -> None:
    """The groupement set aside is told, with its own motive and nothing of the others."""
    gone = next((s for s in reversed(dossier.mission_().sollicitations) if s.set_aside), None)
    contract = contract_of(here.unit, dossier)
    motif = contract.motif(gone.reason) if gone and contract else None
    for person in here.unit.people.holding((Role.MAND,), before):
        text = tr(
            "Votre groupement n'est plus sollicité pour l'atelier {subject}. Motif : {motif}.",
            subject=names.subject(dossier), motif=raw(motif.libelle if motif else ""),
        )  # fmt: skip
        notices.tell_person(here, person, Message(text=text), dossier.ref)


def _exhausted(here: Here, dossier: Dossier) -> None:
    """A3b: nobody is available; the bearers learn it without the ranks."""
    text = tr(
        "{subject} : aucun groupement n'est disponible pour l'instant. La DGALN décidera de la suite.",
        subject=names.subject(dossier),
    )
    for person in here.unit.people.holding((Role.SVC, Role.COLL), dossier):
        notices.to_person(here, dossier, person, text)
