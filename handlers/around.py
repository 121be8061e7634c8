"""What a decision must know beside the dossier: older requests, who is invited, the contract and what it has spent."""

from __future__ import annotations

from collections.abc import Iterator

from atelier.acting import ACCORD_CADRE
from atelier.contracts import AccordCadre
from atelier.corrections import recorded_things
from atelier.dossier import Dossier
from atelier.execution import ACTIVE
from atelier.forms import Invitation, Retrait, StepForm
from atelier.forms_designation import Acte
from atelier.forms_ending import Rectification
from atelier.grammar import Around, Attempt, Step
from atelier.words import Do, Reference, State
from chat.text import Text, joined, raw, tr
from documents.typography import shortened
from handlers import guests
from handlers.behalf import Trial
from handlers.here import Here
from handlers.stepforms import Listed, line_of
from storage.errors import NotFound
from storage.unit import Unit

ORDERING = frozenset({Do.NOTIFIER_COMMANDE, Do.NOTIFIER_COMMANDE_ANIMATION, Do.RECTIFIER})
"""The gestures that count what the atelier's contract has spent."""
CHOOSING = frozenset({Do.ACTER, Do.VALIDER_ET_ACTER, Do.RECTIFIER})
"""Those that may choose a contract."""


def around(here: Here, dossier: Dossier, step: Step, form: StepForm) -> Around:
    """What this step, on this dossier, must know."""
    waiting = dossier.state is State.TRANSMISE and dossier.arrival is not None
    ahead = here.unit.dossiers.waiting_before(dossier.arrival) if waiting and dossier.arrival else ()
    contract = contract_of(here.unit, dossier)
    counted = _chosen(form) or (contract.code if contract and step.act in ORDERING else "")
    if counted:
        here.unit.contracts.lock(counted)
    return Around(
        ahead=tuple(ahead),
        invited=guests.invited(here, form.personne) if isinstance(form, Invitation) else None,
        leaving=guests.leaving(here, dossier, form.personne) if isinstance(form, Retrait) else None,
        contracts=tuple(here.unit.contracts.all()) if step.act in CHOOSING else (),
        contract=contract,
        spent=here.unit.commandes.spent(counted, dossier.ref) if counted else _NOTHING,
        busy=busy(here, dossier) if step.act is Do.DESIGNER else {},
    )


def _chosen(form: StepForm) -> str:
    """The contract that a form chooses, or nothing."""
    if isinstance(form, Rectification):
        return form.valeur.strip() if form.saisie == ACCORD_CADRE else ""
    return form.accord_cadre if isinstance(form, Acte) else ""


def attempt_of(here: Here, trial: Trial, form: StepForm) -> Attempt:
    """Everything the rules need to decide."""
    known = around(here, trial.dossier, trial.step, form)
    return Attempt(
        trial.dossier, here.person, trial.role, form, here.now, known, behalf=trial.behalf, document=trial.document,
        received=trial.received,
    )  # fmt: skip


_NOTHING = Around().spent
MEMBERS = "membres"
GLIMPSE = 60
"""How much of a long text a list shows."""


def contract_of(unit: Unit, dossier: Dossier) -> AccordCadre | None:
    """The contract of an atelier as recorded today, or None."""
    if dossier.mission is None:
        return None
    try:
        return unit.contracts.get(dossier.mission.contract)
    except NotFound:
        return None


def busy(here: Here, dossier: Dossier) -> dict[str, tuple[Reference, ...]]:
    """The members at work on other ateliers, suspended ones included, each once whatever its groupements (circulaire §6)."""
    found: dict[str, tuple[Reference, ...]] = {}
    for other in here.unit.dossiers.every((*ACTIVE, State.SUSPENDU)):
        if other.ref != dossier.ref and other.mission is not None:
            for name in other.mission.team:
                found[name] = (*found.get(name, ()), other.ref)
    return found


def listed(here: Here, dossier: Dossier, step: Step) -> Listed:
    """The choices of a step's form that depend on the dossier."""
    return {name: tuple(_LISTS[name](here, dossier)) for name in _wanted(step)}


def _wanted(step: Step) -> set[str]:
    fields = step.asks.model_fields.values() if step.asks else ()
    return {line_of(info).listed for info in fields} - {""}


def labels(here: Here, dossier: Dossier, step: Step) -> dict[str, Text]:
    """The names of the choices a form has taken, by code; a member's is its code: the rest is for who chooses."""
    return {code: label for name in _wanted(step) - {MEMBERS} for code, label in _LISTS[name](here, dossier)}


def _contracts(here: Here, _dossier: Dossier) -> Iterator[tuple[str, Text]]:
    for contract in here.unit.contracts.all():
        yield contract.code, raw(contract.nom)


def _members(here: Here, dossier: Dossier) -> Iterator[tuple[str, Text]]:
    contract, asked = contract_of(here.unit, dossier), dossier.mission_().asked()
    groupement = contract.groupement(asked.groupement) if contract and asked else None
    taken = busy(here, dossier)
    for member in groupement.membres if groupement else ():
        skills = raw(", ".join(member.competences))
        where = taken.get(member.nom)
        elsewhere = tr("déjà sur {refs}", refs=", ".join(where)) if where else None
        parts = [raw(member.nom), skills, *([elsewhere] if elsewhere else [])]
        yield member.nom, joined(parts, " — ")


def _motives(here: Here, dossier: Dossier) -> Iterator[tuple[str, Text]]:
    contract = contract_of(here.unit, dossier)
    for motif in contract.motifs_ecart if contract else ():
        yield motif.code, raw(motif.libelle)


def _orders(_here: Here, dossier: Dossier) -> Iterator[tuple[str, Text]]:
    for order in dossier.mission_().commandes if dossier.mission else ():
        label = tr("n° {number}, reçu le {day}", number=order.number, day=order.receipt.on)
        yield str(order.number), label


def _version(_here: Here, dossier: Dossier) -> Iterator[tuple[str, Text]]:
    note = dossier.mission_().note
    if note is not None:
        yield str(note.number), tr("version {number}", number=note.number)


def _things(_here: Here, dossier: Dossier) -> Iterator[tuple[str, Text]]:
    for thing in recorded_things(dossier):
        told = shortened(str(thing.value), GLIMPSE) if thing.kind == "long" else thing.value
        value = raw(told) if isinstance(told, str) else told
        number = f" {thing.about}" if thing.about else ""
        yield thing.code, tr("{label}{number} : {value}", label=tr(thing.label), number=number, value=value)


_LISTS = {
    "contrats": _contracts,
    MEMBERS: _members,
    "motifs_ecart": _motives,
    "commandes": _orders,
    "version_note": _version,
    "saisies": _things,
    "invites": guests.leavers,
}
