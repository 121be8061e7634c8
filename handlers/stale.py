"""Too late: which step made a button stale, who took it, and when."""

from __future__ import annotations

from atelier.decide import possible, step_of
from atelier.dossier import By, Closed, Dossier
from atelier.grammar import Step
from atelier.labels import AD1, STATES
from atelier.procedure import CLOSED, STEPS
from atelier.words import Labels, PersonId, Refused, Role, State, fr
from chat.text import Moment
from handlers import names
from handlers.here import Here
from handlers.history import INSIDE
from storage.journal import Line

BY_ID = {step.id: step for step in STEPS}
CASCADE = frozenset({State.DESIGNATION, State.CASCADE_EPUISEE})
DONE = fr("Déjà fait : « {said} » sur {ref}, par {who}, {when}. Rien n'a été fait de plus.")


def late(here: Here, dossier: Dossier, wanted: Step, version: int) -> Refused:
    """Why this step is not possible any more. `version` is that of the button; 0, or today's, for what is typed."""
    closed = dossier.closed.get(wanted.act)
    if closed is not None and version in {0, closed.version, dossier.version}:
        return _closed(here, dossier, wanted, closed)
    by = dossier.last_by
    if by is None or _hidden(here, dossier, by):
        return _elsewhere(dossier)
    several = version and dossier.version - version > 1 and not possible(wanted, dossier)
    first = _first_since(here, dossier, version) if several else None
    if first is not None:
        return _overtaken(here, dossier, wanted, first)
    return _refused(here, dossier, wanted, _moved(wanted, dossier), (dossier.last_said, by))


def _first_since(here: Here, dossier: Dossier, version: int) -> Line | None:
    """The step that moved the request away from this version, when several did since; None when it is not theirs to know.

    The version moves with each line of the journal that moved the request: one of a history of another kind (an atelier
    taken over) does not count so, and gives None.
    """
    moves = [row for row in here.unit.journal.of(dossier.ref) if _moves(row)]
    if len(moves) != dossier.version - 1 or moves[version - 1].person is None:
        return None
    row = moves[version - 1]
    return row if row.what not in INSIDE or dossier.roles_of(here.person) & AD1 else None


def _moves(row: Line) -> bool:
    step = BY_ID.get(row.what)
    return step is not None and (row.from_state != row.to_state or step.target in step.source)


def _overtaken(here: Here, dossier: Dossier, wanted: Step, row: Line) -> Refused:
    """For a button that several moves have overtaken: the first of them, and where the request is now."""
    by = By(person=PersonId(row.person or ""), role=Role(row.role), at=row.at, for_=row.behalf)
    done = fr("Déjà fait : « {said} » sur {ref}, par {who}, {when}. {ref} en est maintenant à « {state} ».")
    other = fr(
        "« {label} » n'est plus possible depuis « {said} », par {who}, {when}. {ref} en est maintenant à « {state} » : "
        "« /atelier voir {ref} » la montre."
    )
    return _refused(here, dossier, wanted, done if row.what == wanted.id else other, (BY_ID[row.what].said, by))


def _moved(wanted: Step, dossier: Dossier) -> str:
    """The sentence for a step that moved the request: this one, or another."""
    if wanted.target is dossier.state:
        return DONE
    if possible(wanted, dossier):
        return fr(
            "Cette carte date d'avant « {said} », par {who}, {when}. « {label} » est encore possible : "
            "« /atelier voir {ref} » montre la carte d'aujourd'hui."
        )
    if dossier.state in CLOSED:
        return fr(
            "« {label} » n'est plus possible : {ref} est close (« {said} », par {who}, {when}) et ne se rouvre pas. Si c'est une "
            "erreur, écrivez-le dans son fil ; le service porteur la présente de nouveau par « /atelier demande »."
        )
    return fr(
        "« {label} » n'est pas possible maintenant : {ref} en est à « {said} », par {who}, {when}. « /atelier voir {ref} » la montre."
    )


def _closed(here: Here, dossier: Dossier, wanted: Step, closed: Closed) -> Refused:
    """For a step that moved nothing: the same one taken, or the one that answered in its place."""
    if _hidden(here, dossier, closed.by):
        return _elsewhere(dossier)
    other = fr(
        "« {label} » n'est plus possible : « {said} », par {who}, {when}. « /atelier voir {ref} » montre où en est {ref}."
    )
    sentence = DONE if closed.act is wanted.act and not _one_of_several(wanted) else other
    return _refused(here, dossier, wanted, sentence, (step_of(closed.act).said, closed.by))


def _one_of_several(step: Step) -> bool:
    """True for what is done once an order, or once a date: the last one taken may not be the one wanted."""
    return step.asks is not None and not {"commande", "mois"}.isdisjoint(step.asks.model_fields)


def _refused(here: Here, dossier: Dossier, wanted: Step, sentence: str, taken: tuple[str, By]) -> Refused:
    """The sentence, told of the step wanted and of the one taken: its past word, who took it and when."""
    said, by = taken
    return Refused(
        sentence,
        ref=dossier.ref, label=Labels((wanted.label,)), state=Labels((STATES[dossier.state],)), said=Labels((said,)),
        who=names.who(here.unit, by), when=Moment(at=by.at),
    )  # fmt: skip


def _hidden(here: Here, dossier: Dossier, by: By) -> bool:
    """True for what is AD1's alone: who was asked, and what they answered. A groupement knows what it said itself."""
    held = dossier.roles_of(here.person)
    return dossier.state in CASCADE and not held & AD1 and by.role not in held


def _elsewhere(dossier: Dossier) -> Refused:
    return Refused(
        fr("Ce geste ne vous est plus ouvert sur {ref} : « /atelier voir {ref} » montre ce qui l'est."), ref=dossier.ref
    )
