"""The deliverable handed in: declared by the mandataire, confirmed by the service, or never received (A13).

Declared is not confirmed: the legal clock starts at the service's confirmation, with its proof (CCAG-PI 2009, 26.3.1).
What was declared and not received takes everything back where it was, deadlines included.
"""

from __future__ import annotations

from datetime import date

from atelier.appropriation import LIVRABLE, file_for
from atelier.dossier import Dossier, Pause, Run
from atelier.forms import Motif
from atelier.forms_designation import ReceptionConstatee
from atelier.forms_execution import RemiseLivrable
from atelier.grammar import Attempt
from atelier.mission import Livrable, Remark
from atelier.recording import given, mission_of, not_before, not_to_come, receipt, recorded
from atelier.verification import changed
from atelier.words import Refused, RuleId, State, fr


def livrable_depose(attempt: Attempt) -> None:
    """A13: a file was dropped."""
    if file_for(attempt.dossier, LIVRABLE, {h.piece for h in mission_of(attempt).livrables}) is None:
        raise Refused(
            fr(
                "Déposez d'abord le fichier du livrable dans notre conversation, dites qu'il s'agit du livrable de {ref}, "
                "puis recommencez ce geste."
            ),
            ref=attempt.dossier.ref,
        )


def remise_datee(attempt: Attempt) -> None:
    """A13: of a day that has come, after what made it due."""
    _handed_in_on(given(attempt, RemiseLivrable).jour, attempt, mission_of(attempt).livrable)


def livrable_declare(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A13: the mandataire declares; no clock runs yet."""
    done = dossier.mission_().livrables
    piece = file_for(dossier, LIVRABLE, {h.piece for h in done})
    if piece is None:
        raise LookupError(LIVRABLE)
    handed = Livrable(
        number=len(done) + len(dossier.mission_().lost) + 1,
        piece=piece.id,
        declared_on=given(attempt, RemiseLivrable).jour,
        by=attempt.by(),
    )
    return recorded(dossier, livrables=(*done, handed))


def remise_confirmable(attempt: Attempt) -> None:
    """A13b: the day the service received it has come, and is after what made it due."""
    done = mission_of(attempt).livrables
    _handed_in_on(given(attempt, ReceptionConstatee).jour, attempt, done[-2] if len(done) > 1 else None)


def _handed_in_on(day: date, attempt: Attempt, before: Livrable | None) -> None:
    """After the session; after its adjournment or its rejection when it is presented again: a slip would start, and end, a legal clock."""
    session = mission_of(attempt).session
    not_to_come(day, attempt)
    if session is not None:
        not_before(day, session.last, fr("la fin de la session"))
    if before is not None and before.verified is not None:
        not_before(day, before.verified.on, fr("le rejet"))
    elif before is not None and before.adjournment is not None:
        not_before(day, before.adjournment.notified.on, fr("l'ajournement"))


def remise_confirmee(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A13b: the day and the proof: the legal clock starts here."""
    return changed(dossier, receipt=receipt(attempt, given(attempt, ReceptionConstatee)))


def non_recu(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A13c: never received: kept apart, its file free to be handed in again, and what its declaration stopped runs on."""
    mission = dossier.mission_()
    *done, last = mission.livrables
    said = Remark(text=given(attempt, Motif).motif, by=attempt.by())
    gone = last.model_copy(update={"not_received": said})
    kept = recorded(dossier, livrables=tuple(done), lost=(*mission.lost, gone))
    return kept.model_copy(update={"runs": _running_again(kept.runs, last, avant_la_remise(kept))})


def d_ou_il_vient(dossier: Dossier, _attempt: Attempt) -> State:
    """A13c: back to where the deliverable was awaited."""
    return avant_la_remise(dossier)


def avant_la_remise(dossier: Dossier) -> State:
    """Where a deliverable that is not there yet is awaited: after the session, an adjournment, or a rejection."""
    before = dossier.mission_().livrable
    if before is None:
        return State.RESTITUTION
    return State.REJETE if before.verified is not None else State.AJOURNE


AWAITING = {
    State.RESTITUTION: (RuleId.RESTITUTION,),
    State.AJOURNE: (
        RuleId.AJOURN_ACCEPTATION, RuleId.AJOURN_REPRESENTATION, RuleId.AJOURN_DECISION, RuleId.REFACTION_OBSERVATIONS,
    ),
    State.REJETE: (),
}  # fmt: skip
"""The clocks that count while a deliverable is awaited."""


def _running_again(runs: tuple[Run, ...], declared: Livrable, where: State) -> tuple[Run, ...]:
    """Those the declaration ended, from the same day and for as long: the last of each rule, if it ended just then."""
    for id_ in AWAITING[where]:
        last = max((r for r in runs if r.rule is id_), key=lambda r: r.generation, default=None)
        if last is not None and last.ended == declared.by.at and not last.replaced:
            again = last.model_copy(
                update={"generation": last.generation + 1, "ended": None, "pauses": _counted(last.pauses)}
            )
            runs = (*(r.model_copy(update={"replaced": True}) if r is last else r for r in runs), again)
    return runs


def _counted(pauses: tuple[Pause, ...]) -> tuple[Pause, ...]:
    return tuple(p for p in pauses if p.end is not None)
