"""Who may write which answer, and when; what an answer or a piece changes in the dossier. Pure."""

from __future__ import annotations

from pydantic import JsonValue

from atelier import completeness, rules
from atelier.calendar import local_day
from atelier.dossier import Answered, By, Dossier, Person, Piece
from atelier.fiche import Item
from atelier.labels import STATES
from atelier.words import Labels, Refused, Role, RuleId, State, fr

WRITERS = (Role.SVC, Role.COLL, Role.DREAL, Role.CAUE)
"""Who co-writes a request (circulaire §4), in the order of their say."""
LEADS = frozenset({Role.SVC, Role.COLL})
"""Any answer may be written by these two; DREAL and CAUE write their own."""
OPEN = frozenset({State.BROUILLON, State.A_COMPLETER})
LETTERS_WELCOME = frozenset({State.TRANSMISE, State.EN_ECHANGE})
"""A letter still owed may come until the decision: it is wanted to validate, not to transmit (circulaire §5)."""


def writing_role(dossier: Dossier, person: Person) -> Role:
    """The role in which a person writes. Raises Refused when they are none of the co-writers."""
    held = dossier.roles_of(person)
    found = next((role for role in WRITERS if role in held), None)
    if found is None:
        raise Refused(
            fr(
                "La fiche se remplit entre le service porteur, la collectivité, la DREAL et le CAUE. Pour y prendre "
                "part, faites-vous inviter par le service porteur."
            )
        )
    return found


def may_write(dossier: Dossier, person: Person, item: Item) -> Role:
    """The role in which this person may write this answer now. Raises Refused with the reason."""
    role = writing_role(dossier, person)
    if role not in LEADS and role not in item.asked.who:
        raise Refused(
            fr(
                "Cette question revient au service porteur ou à la collectivité : dites-leur votre réponse, ils la "
                "saisissent."
            )
        )
    if dossier.state in OPEN:
        return role
    owed = item.asked.for_validation and dossier.piece(item.name) is None
    if owed and dossier.state in LETTERS_WELCOME:
        return role
    if dossier.state in LETTERS_WELCOME:
        raise Refused(
            fr(
                "La demande {ref} est transmise : ses réponses ne changent plus, sauf si la DGALN demande un complément. "
                "Écrivez-lui dans le fil de la demande."
            ),
            ref=dossier.ref,
        )
    raise Refused(
        fr(
            "La fiche de {ref} ne change plus, la demande en est à « {state} ». Une erreur se signale dans le fil "
            "de la demande."
        ),
        ref=dossier.ref,
        state=Labels((STATES[dossier.state],)),
    )


def can_write(dossier: Dossier, person: Person, item: Item) -> bool:
    """The same as a yes or a no: which questions to offer."""
    try:
        may_write(dossier, person, item)
    except Refused:
        return False
    return True


def left_to(dossier: Dossier, person: Person) -> tuple[Item, ...]:
    """The questions that are this person's and wait for an answer, or for another one that AD1 asked for."""
    role = next((role for role in WRITERS if role in dossier.roles_of(person)), None)
    if role is None:
        return ()
    wanted = completeness.wanted_still(dossier)
    waiting = (
        q for q in completeness.questions_for(role) if not completeness.is_answered(dossier, q) or q.name in wanted
    )
    return tuple(q for q in waiting if can_write(dossier, person, q))


def answered(dossier: Dossier, item: Item, value: JsonValue, by: By) -> Dossier:
    """The dossier with one more answer; each field has its own version, the step's version does not move."""
    old = dossier.answers.get(item.name)
    kept = Answered(value=value, by=by, version=old.version + 1 if old else 1)
    return _woken(dossier.model_copy(update={"answers": {**dossier.answers, item.name: kept}}), by)


def cleared(dossier: Dossier, item: Item, by: By) -> Dossier:
    """The dossier without an optional answer. Raises Refused for a required one."""
    if item.required:
        raise Refused(fr("Cette réponse est obligatoire : modifiez-la plutôt que de l'effacer."))
    left = {name: answer for name, answer in dossier.answers.items() if name != item.name}
    return _woken(dossier.model_copy(update={"answers": left}), by)


def deposited(dossier: Dossier, piece: Piece, *, alone: bool) -> Dossier:
    """The dossier with one more piece; `alone` when a new one replaces those of its kind (a letter)."""
    kept = tuple(
        p.model_copy(update={"replaced": True}) if alone and p.kind == piece.kind and not p.replaced else p
        for p in dossier.pieces
    )
    return _woken(dossier.model_copy(update={"pieces": (*kept, piece)}), piece.by)


def _woken(dossier: Dossier, by: By) -> Dossier:
    """A draft somebody works on is reminded a working day after the last answer, not after the first."""
    if dossier.state is not State.BROUILLON:
        return dossier
    where = dossier.departement
    current = next((r for r in dossier.runs if r.rule is RuleId.RELANCE_BROUILLON and r.ended is None), None)
    if current is not None and local_day(current.started, where) >= local_day(by.at, where):
        return dossier
    return dossier.model_copy(update={"runs": rules.start(dossier.runs, RuleId.RELANCE_BROUILLON, by.at)})
