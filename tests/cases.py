"""Requests and people for the tests of the rules: plain values, moved by the rules themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from atelier.decide import decide, opened, step_of
from atelier.dossier import Answered, By, Dossier, Holding, Person, Piece
from atelier.forms import StepForm
from atelier.grammar import Around, Attempt
from atelier.words import Do, PersonId, Reference, Role, State

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
"""Tuesday 24 November 2026, noon in Paris."""
REF = Reference("ADT-2026-0007")
GUEST = PersonId("invitee")

REASON = "Le centre ancien se vide, l'atelier y répond."
LONG = "Un logement sur cinq du centre est vacant et la population baisse depuis vingt ans."

GIVEN: dict[Do, dict[str, object]] = {
    Do.TRANSMETTRE: {"conception": "Conçue avec la ville et son agglomération."},
    Do.PRENDRE_EN_CHARGE: {},
    Do.DEMANDER_COMPLEMENT: {"champs": ("objectifs",), "texte": REASON},
    Do.REPONDRE_COMPLEMENT: {"note": "Les objectifs sont exacts : rien à corriger."},
    Do.RETIRER_COMPLEMENT: {},
    Do.DONNER_AVIS: {"sens": "favorable", "motif": REASON},
    Do.VALIDER: {"adequation_dispositif": REASON, "adequation_competences": REASON},
    Do.ECRIRE: {"destinataires": "service", "texte": "Bonjour, où en êtes-vous ?"},
    Do.INVITER: {"personne": "Inès Moreau", "role": "COLL"},
    Do.REORIENTER: {"outil": "PVD", "motif": REASON},
    Do.REFUSER: {"motif": REASON},
    Do.CLASSER: {"motif": REASON},
    Do.RETIRER: {"motif": REASON},
}
"""What each step asks, well filled."""

FICHE: dict[str, JsonValue] = {
    "service_porteur": "DDT de la Meuse",
    "territoire": [{"code": "55029", "label": "Bar-le-Duc (55)", "kind": "commune"}],
    "echelle": "quartier",
    "thematiques": {"codes": ["habiter_mieux"], "other": ""},
    "objet": "Redonner un usage aux îlots vacants de la ville haute",
    "objectifs": LONG,
    "attendus_livrable": {"codes": ["esquisse"], "other": ""},
    "dynamiques_territoire": LONG,
    "ingenierie_locale": "Le chef de projet centre-ville",
}
"""The required answers."""
LETTERS = ("courrier_engagement", "courrier_soutien")

PATHS: dict[State, tuple[Do, ...]] = {
    State.BROUILLON: (),
    State.TRANSMISE: (Do.TRANSMETTRE,),
    State.EN_ECHANGE: (Do.TRANSMETTRE, Do.PRENDRE_EN_CHARGE),
    State.A_COMPLETER: (Do.TRANSMETTRE, Do.PRENDRE_EN_CHARGE, Do.DEMANDER_COMPLEMENT),
    State.VALIDEE: (Do.TRANSMETTRE, Do.PRENDRE_EN_CHARGE, Do.VALIDER),
    State.REFUSEE: (Do.TRANSMETTRE, Do.PRENDRE_EN_CHARGE, Do.REFUSER),
    State.REORIENTEE: (Do.TRANSMETTRE, Do.PRENDRE_EN_CHARGE, Do.REORIENTER),
    State.RETIREE: (Do.TRANSMETTRE, Do.RETIRER),
    State.SANS_SUITE: (Do.TRANSMETTRE, Do.PRENDRE_EN_CHARGE, Do.DEMANDER_COMPLEMENT, Do.CLASSER),
}
"""The gestures that lead from a draft to each state."""


def somebody(*roles: Role, scope: str = "", name: str = "", active: bool = True) -> Person:
    """A person holding these roles."""
    id_ = PersonId(name or "-".join(roles) or "personne")
    holdings = tuple(Holding(role=role, scope=scope) for role in roles)
    return Person(id=id_, name=id_, holdings=holdings, active=active, departement="55")


def form(act: Do, **changes: object) -> StepForm:
    """The form of a step, well filled but for what the test changes."""
    asked = step_of(act).asks or StepForm
    return asked.model_validate(GIVEN[act] | changes)


def attempt(dossier: Dossier, act: Do, role: Role, /, at: datetime = NOON, **changes: object) -> Attempt:
    """Somebody of this very role tries a step, in a world where nothing stands in the way."""
    around = Around(invited=GUEST)
    return Attempt(dossier, somebody(role), role, form(act, **changes), at, around)


def take(dossier: Dossier, act: Do, role: Role | None = None, /, at: datetime = NOON, **changes: object) -> Dossier:
    """The dossier after a step taken by who may take it; the arrival number is given as storage gives it, once."""
    tried = attempt(dossier, act, role or step_of(act).by[0], at=at, **changes)
    moved = decide(tried, act).dossier
    first = act is Do.TRANSMETTRE and moved.arrival is None
    return moved.model_copy(update={"arrival": 7}) if first else moved


def walk(acts: Iterable[Do], dossier: Dossier | None = None, at: datetime = NOON) -> Dossier:
    """The dossier after several steps; a request is classed a season later, when nobody answered."""
    dossier = complete() if dossier is None else dossier
    for act in acts:
        dossier = take(dossier, act, at=at + timedelta(days=90) if act is Do.CLASSER else at)
    return dossier


def in_state(state: State) -> Dossier:
    """A complete request that came to a state by the rules."""
    return walk(PATHS[state])


def draft(at: datetime = NOON, departement: str = "55") -> Dossier:
    """A request just opened by its service."""
    by = By(person=PersonId("SVC"), role=Role.SVC, at=at)
    new = Dossier(ref=REF, opened=at, since=at, departement=departement, service="DDT de la Meuse")
    return opened(new, by).dossier


def answered(dossier: Dossier, **values: JsonValue) -> Dossier:
    """The dossier with these answers; None takes one away."""
    by = By(person=PersonId("SVC"), role=Role.SVC, at=NOON)
    kept = {**dossier.answers, **{name: Answered(value=value, by=by) for name, value in values.items()}}
    return dossier.model_copy(update={"answers": {n: a for n, a in kept.items() if a.value is not None}})


def deposited(dossier: Dossier, *kinds: str, sha256: str = "a1") -> Dossier:
    """The dossier with these pieces."""
    by = By(person=PersonId("SVC"), role=Role.SVC, at=NOON)
    old = tuple(p.model_copy(update={"replaced": p.replaced or p.kind in kinds}) for p in dossier.pieces)
    new = tuple(
        Piece(id=kind, kind=kind, file=sha256, name=f"{kind}.pdf", mime="application/pdf", size=9, sha256=sha256, by=by)
        for kind in kinds
    )
    return dossier.model_copy(update={"pieces": (*old, *new)})


def complete() -> Dossier:
    """A draft with every required answer and both letters."""
    return deposited(answered(draft(), **FICHE), *LETTERS)
