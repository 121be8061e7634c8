"""Requests and people for the tests of the rules: plain values, moved by the rules themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

from pydantic import JsonValue

from atelier.calendar import local_day
from atelier.contracts import AccordCadre, DelaiDuContrat, Groupement, Membre, MotifEcart
from atelier.decide import decide, opened, step_of
from atelier.dossier import Answered, By, Dossier, Holding, Member, Person, Piece
from atelier.forms import StepForm
from atelier.grammar import Around, Attempt, Outcome, Step
from atelier.words import Do, PersonId, Reference, Role, RuleId, State

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
"""Tuesday 24 November 2026, noon in Paris."""
REF = Reference("ADT-2026-0007")
GUEST = PersonId("invitee")

REASON = "Le centre ancien se vide, l'atelier y répond."
LONG = "Un logement sur cinq du centre est vacant et la population baisse depuis vingt ans."


class In(int):
    """A day of a form, so many days after the one it is filled in."""


AFTER = NOON + timedelta(days=20)
"""Monday 14 December 2026, noon in Paris: the session of 8 and 9 December is over."""
TODAY = In(0)
PROOF = {"jour": TODAY, "moyen": "lettre recommandée", "preuve": "AR 2C 123"}
ORDER = PROOF | {"ej": "1512345678", "montant": Decimal(8000), "montant_ttc": Decimal(9600), "delai": "1 mois"}
NOTICE = PROOF | {"document": "décision signée du jour", "motif": REASON}
DECISION = {"jour": TODAY, "document": "décision signée du jour"}

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
    Do.RETIRER_PERSONNE: {"personne": "invitee"},
    Do.REORIENTER: {"outil": "PVD", "motif": REASON},
    Do.REFUSER: {"motif": REASON},
    Do.CLASSER: {"motif": REASON},
    Do.RETIRER: {"motif": REASON},
    Do.ACTER: {"accord_cadre": "adt-2025", "acte": "Décision 2026-118"},
    Do.VALIDER_ET_ACTER: {
        "adequation_dispositif": REASON, "adequation_competences": REASON, "accord_cadre": "adt-2025",
        "acte": "Décision 2026-118",
    },
    Do.SOLLICITER: {},
    Do.ACCUSER_RECEPTION: {},
    Do.ENREGISTRER_RECEPTION: PROOF,
    Do.DISPONIBLE: {"equipe": "Une urbaniste et un paysagiste"},
    Do.INDISPONIBLE: {"motif": "Deux ateliers nous occupent jusqu'en mars."},
    Do.DESIGNER: {"equipe": ("Un",)},
    Do.ECARTER: {"motif_contrat": "conflit", "justificatif": "Le groupement a travaillé pour la ville."},
    Do.REPRENDRE_CASCADE: {"motif": REASON},
    Do.DELEGUER_CREDITS: {"ae": Decimal(20000), "cp": Decimal(18000), "uo": "0135-UO55", "chorus": "2000123"},
    Do.NOTIFIER_COMMANDE: ORDER | {"objet": "appropriation"},
    Do.REMETTRE_NOTE: {
        "charge_jours": 9, "jours_sur_site": 2, "contenu": "Deux îlots et la halle.", "animation": "Une marche et une soirée.",
        "forme": "esquisse", "delai_restitution": "1 mois",
    },
    Do.OBSERVER_NOTE: {"observations": "La halle n'est pas vacante."},
    Do.APPROUVER_NOTE: {"version": 1, "document": "lettre d'accord du jour"},
    Do.NOTIFIER_COMMANDE_ANIMATION: ORDER | {"delai": "3 mois"},
    Do.LEVER_POINT_D_ARRET: {},
    Do.PROGRAMMER_SESSION: {
        "premier_jour": In(14), "dernier_jour": In(15), "visite": "8 h 30, place Reggio", "seance": "18 h, salle du conseil",
        "parcours": "La ville haute puis la halle.", "acteurs": "L'union des commerçants.",
    },
    Do.TENIR_SESSION: {
        "visite_tenue": "oui", "seance_tenue": "oui", "participants": 34, "compte_rendu": "Deux scénarios discutés.",
    },
    Do.REMETTRE_LIVRABLE: {"jour": TODAY},
    Do.CONFIRMER_REMISE: PROOF,
    Do.RECEVOIR: DECISION,
    Do.INVITER_A_OBSERVER: DECISION | PROOF | {"motif": REASON, "montant": Decimal(500)},
    Do.PRESENTER_OBSERVATIONS: {"observations": "La carte manquante est jointe."},
    Do.RECEVOIR_AVEC_REFACTION: NOTICE | {"montant": Decimal(400)},
    Do.NOUVELLE_DECISION: NOTICE | {"montant": Decimal(300)},
    Do.CONSTATER_OBSERVATIONS_ACCEPTEES: {"document": "constat du jour", "montant": Decimal(0)},
    Do.CONSTATER_RECEPTION_TACITE: {"document": "constat du jour"},
    Do.AJOURNER: DECISION | PROOF | {"motif": REASON},
    Do.ACCEPTER_AJOURNEMENT: {"observations": "Nous corrigeons la carte."},
    Do.REFUSER_AJOURNEMENT: {"observations": "La carte est conforme."},
    Do.REJETER: NOTICE,
    Do.NON_RECU: {"motif": "Rien n'est arrivé dans nos boîtes ni au courrier."},
    Do.CONSTATER_REJET_TACITE: {"document": "constat du jour"},
    Do.DEMANDER_PAIEMENT: {"commande": 1, "jour": TODAY, "preuve": "Chorus Pro 77"},
    Do.PAYER: {"commande": 1, "jour": TODAY, "montant": Decimal(9600)},
    Do.INVITER_SUR_PENALITES: NOTICE | {"commande": 1, "montant": Decimal(700)},
    Do.OBSERVER_PENALITES: {"commande": 1, "observations": "Le retard vient de la mairie."},
    Do.RESTITUER_AUX_ELUS: {"jour": TODAY, "partenaires": "L'EPF et la région.", "relais": "La ville lance une étude."},
    Do.REPONDRE_SUIVI: {"mois": "6", "suites": "Une OAP est à l'étude."},
    Do.CLORE: {"bilan": "Un plan-guide partagé.", "renonce_argent": REASON, "renonce_territoire": REASON},
    Do.SUSPENDRE: {"motif": REASON},
    Do.REPRENDRE_ATELIER: {},
    Do.ABANDONNER: {"motif": REASON},
    Do.RESILIER: {"motif": REASON, "pour_faute": "non", "document": "décision de résiliation"},
    Do.DEMANDER_PROLONGATION: {"commande": 1, "delai": "15 jours", "motif": REASON},
    Do.REPONDRE_PROLONGATION: {"reponse": "accordee", "motif": REASON, "document": "décision du jour"},
    Do.OBSERVER_COMMANDE: {"commande": 1, "observations": "Le délai est court."},
    Do.RECTIFIER: {"saisie": "bc1.ej", "valeur": "1512345679", "motif": REASON},
}  # fmt: skip
"""What each step asks, well filled."""


def groupement(rank: int, *members: str) -> Groupement:
    """A holder of the contract at its proven rank; the first member is its mandataire."""
    roles = ("mandataire", *["cotraitant"] * (len(members) - 1))
    people = tuple(Membre(nom=nom, role=role) for nom, role in zip(members, roles, strict=True))  # type: ignore[arg-type]
    return Groupement(
        code=f"g{rank}", nom=f"Groupement {rank}", membres=people, rang=rank, preuve_du_rang="AE, annexe 1"
    )


MOTIFS = (
    MotifEcart(code="indisponible", libelle="S'est déclaré indisponible", apres="reponse"),
    MotifEcart(code="silence", libelle="N'a pas répondu à temps", apres="delai"),
    MotifEcart(code="conflit", libelle="Conflit d'intérêts", apres="toujours"),
)
CONTRACT = AccordCadre(
    code="adt-2025", nom="Ateliers Flash 2025-2029", ccag="CCAG-PI 2009", date_notification=date(2025, 9, 1),
    date_fin_validite=date(2029, 8, 31), montant_maximum_ht=Decimal(500_000), delai_reponse_cascade="10 jours",
    motifs_ecart=MOTIFS,
    groupements=(groupement(1, "Un", "Zefco"), groupement(2, "Deux", "Zefco"), groupement(3, "Trois")),
)  # fmt: skip
"""A contract under CCAG-PI 2009, whose delays it takes as they are; « Zefco » sits in two of its groupements."""
ENTERED = {
    RuleId.BC_OBSERVATIONS: "10 jours", RuleId.VERIFICATION: "30 jours", RuleId.AJOURN_ACCEPTATION: "8 jours",
    RuleId.AJOURN_REPRESENTATION: "20 jours", RuleId.AJOURN_DECISION: "12 jours",
    RuleId.REFACTION_OBSERVATIONS: "12 jours", RuleId.REFACTION_DECISION: "10 jours",
    RuleId.PROLONGATION_REPONSE: "10 jours", RuleId.PROLONGATION_DEMANDE: "8 jours",
}  # fmt: skip
CONTRACT_2021 = CONTRACT.model_copy(
    update={
        "code": "adt-2026", "ccag": "CCAG-PI 2021", "delai_reponse_cascade": "5 jours ouvrés", "montant_maximum_ht": None,
        "sans_maximum": True, "delais": {id_: DelaiDuContrat(delai=d, source="CCAP, article 9") for id_, d in ENTERED.items()},
    }
)  # fmt: skip
"""One under CCAG-PI 2021: somebody entered each of its delays, with its article."""

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

Taken = Do | tuple[Do, Role]
_VALID = (Do.TRANSMETTRE, Do.PRENDRE_EN_CHARGE, Do.VALIDER)
_ASKED = (*_VALID, Do.ACTER, Do.SOLLICITER)
_SET_ASIDE = (Do.INDISPONIBLE, Do.ECARTER)
_ORDERED = (*_ASKED, Do.DISPONIBLE, Do.DESIGNER, Do.DELEGUER_CREDITS, Do.NOTIFIER_COMMANDE)
_AGREED = (
    *_ORDERED, Do.REMETTRE_NOTE, (Do.APPROUVER_NOTE, Role.SVC_SIGN), (Do.APPROUVER_NOTE, Role.COLL_SIGN),
)  # fmt: skip
_ON_SITE = (*_AGREED, Do.NOTIFIER_COMMANDE_ANIMATION)
_HELD = (*_ON_SITE, Do.PROGRAMMER_SESSION, Do.TENIR_SESSION)
_HANDED_IN = (*_HELD, Do.REMETTRE_LIVRABLE, Do.CONFIRMER_REMISE)

PATHS: dict[State, tuple[Taken, ...]] = {
    State.BROUILLON: (),
    State.TRANSMISE: (Do.TRANSMETTRE,),
    State.EN_ECHANGE: (Do.TRANSMETTRE, Do.PRENDRE_EN_CHARGE),
    State.A_COMPLETER: (Do.TRANSMETTRE, Do.PRENDRE_EN_CHARGE, Do.DEMANDER_COMPLEMENT),
    State.VALIDEE: (Do.TRANSMETTRE, Do.PRENDRE_EN_CHARGE, Do.VALIDER),
    State.REFUSEE: (Do.TRANSMETTRE, Do.PRENDRE_EN_CHARGE, Do.REFUSER),
    State.REORIENTEE: (Do.TRANSMETTRE, Do.PRENDRE_EN_CHARGE, Do.REORIENTER),
    State.RETIREE: (Do.TRANSMETTRE, Do.RETIRER),
    State.SANS_SUITE: (Do.TRANSMETTRE, Do.PRENDRE_EN_CHARGE, Do.DEMANDER_COMPLEMENT, Do.CLASSER),
    State.ACTE: (*_VALID, Do.ACTER),
    State.DESIGNATION: _ASKED,
    State.CASCADE_EPUISEE: (*_ASKED, *_SET_ASIDE, *_SET_ASIDE, *_SET_ASIDE),
    State.DESIGNE: (*_ASKED, Do.DISPONIBLE, Do.DESIGNER),
    State.CREDITS_DELEGUES: (*_ASKED, Do.DISPONIBLE, Do.DESIGNER, Do.DELEGUER_CREDITS),
    State.APPROPRIATION: _ORDERED,
    State.NOTE_REMISE: (*_ORDERED, Do.REMETTRE_NOTE),
    State.NOTE_VALIDEE: _AGREED,
    State.ANIMATION: _ON_SITE,
    State.RESTITUTION: _HELD,
    State.LIVRABLE_DECLARE: (*_HELD, Do.REMETTRE_LIVRABLE),
    State.LIVRABLE_REMIS: _HANDED_IN,
    State.AJOURNE: (*_HANDED_IN, Do.AJOURNER),
    State.REJETE: (*_HANDED_IN, Do.REJETER),
    State.RECU: (*_HANDED_IN, Do.RECEVOIR),
    State.CLOS: (*_HANDED_IN, Do.RECEVOIR, Do.CLORE),
    State.SUSPENDU: (*_ON_SITE, Do.SUSPENDRE),
    State.ABANDONNE: (*_ASKED, Do.ABANDONNER),
    State.RESILIE: (*_ON_SITE, Do.RESILIER),
}
"""The gestures that lead from a draft to each state."""


def somebody(*roles: Role, scope: str = "", name: str = "", active: bool = True) -> Person:
    """A person holding these roles."""
    id_ = PersonId(name or "-".join(roles) or "personne")
    holdings = tuple(Holding(role=role, scope=scope) for role in roles)
    return Person(id=id_, name=id_, holdings=holdings, active=active, departement="55")


def filled(act: Do, at: datetime = NOON, **changes: object) -> dict[str, object]:
    """What is given in a step's form, well filled but for what the test changes; its days count from `at`, in Paris."""
    today = local_day(at, "75")
    return {
        name: today + timedelta(days=value) if isinstance(value, In) else value
        for name, value in (GIVEN[act] | changes).items()
    }


def form(act: Do, at: datetime = NOON, **changes: object) -> StepForm:
    """The form of a step, well filled but for what the test changes."""
    asked = step_of(act).asks or StepForm
    return asked.model_validate(filled(act, at, **changes))


def attempt(dossier: Dossier, act: Do, role: Role, /, at: datetime = NOON, **changes: object) -> Attempt:
    """Somebody of this very role tries a step, in a world where nothing stands in the way."""
    both = (CONTRACT, CONTRACT_2021)
    code = dossier.mission.contract if dossier.mission else ""
    current = next((c for c in both if c.code == code), None)
    around = Around(invited=GUEST, leaving=somebody(name=GUEST), contracts=both, contract=current)
    return Attempt(dossier, somebody(role), role, form(act, at, **changes), at, around)


def ready(dossier: Dossier, act: Do) -> Dossier:
    """The dossier with the file a step hands in."""
    if act is Do.REMETTRE_NOTE:
        return deposited(dossier, "note_appropriation", sha256=f"n{len(dossier.mission_().notes) + 1}")
    if act is Do.REMETTRE_LIVRABLE:
        return deposited(dossier, "livrable", sha256=f"l{len(dossier.mission_().livrables) + 1}")
    return dossier


def take(dossier: Dossier, act: Do, role: Role | None = None, /, at: datetime = NOON, **changes: object) -> Dossier:
    """The dossier after a step taken by who may take it; the arrival number is given as storage gives it, once."""
    tried = attempt(ready(dossier, act), act, role or step_of(act).by[0], at=at, **changes)
    moved = decide(tried, act).dossier
    first = act is Do.TRANSMETTRE and moved.arrival is None
    return moved.model_copy(update={"arrival": 7}) if first else moved


def walk(acts: Iterable[Taken], dossier: Dossier | None = None, at: datetime = NOON) -> Dossier:
    """The dossier after several steps, each when it may be: a season later to class a request nobody completed."""
    dossier = complete() if dossier is None else dossier
    for taken in acts:
        act, role = taken if isinstance(taken, tuple) else (taken, None)
        at = AFTER if act is Do.TENIR_SESSION else at
        dossier = take(dossier, act, role, at=at + timedelta(days=90) if act is Do.CLASSER else at)
    return dossier


@cache
def in_state(state: State) -> Dossier:
    """A complete request, or its atelier, that came to a state by the rules."""
    return walk(PATHS[state])


def moment(state: State) -> datetime:
    """When `in_state` came to it."""
    return AFTER if Do.TENIR_SESSION in PATHS[state] else NOON


REDUCED: tuple[Taken, ...] = (Do.INVITER_A_OBSERVER, Do.PRESENTER_OBSERVATIONS, Do.RECEVOIR_AVEC_REFACTION)
"""A reduction heard, then decided."""
LEAD_UP: dict[str, tuple[Taken, ...]] = {
    "C2b": (Do.INVITER,),
    "A2": (Do.DISPONIBLE,),
    "A12": (Do.PROGRAMMER_SESSION,),
    "A14c": (Do.INVITER_A_OBSERVER, Do.PRESENTER_OBSERVATIONS),
    "A14d": (Do.INVITER_A_OBSERVER,),
    "F2": (Do.DEMANDER_PAIEMENT,),
    "T2": (Do.RESTITUER_AUX_ELUS,),
    "A23b": (Do.DEMANDER_PROLONGATION,),
    "F4": (Do.INVITER_SUR_PENALITES,),
}
"""What a row supposes beside its state."""
ELSEWHERE: dict[str, tuple[State, tuple[Taken, ...]]] = {
    "A14d-recu": (State.LIVRABLE_REMIS, REDUCED),
    "A14e-recu": (State.LIVRABLE_REMIS, (*REDUCED, Do.PRESENTER_OBSERVATIONS)),
    "A14f-recu": (State.LIVRABLE_REMIS, (*REDUCED, Do.PRESENTER_OBSERVATIONS)),
    "A2a-suspendu": (State.DESIGNATION, (Do.SUSPENDRE,)),
    "A2b-suspendu": (State.DESIGNATION, (Do.SUSPENDRE,)),
    "A14d-suspendu": (State.LIVRABLE_REMIS, (Do.INVITER_A_OBSERVER, Do.SUSPENDRE)),
    "A14e-suspendu": (State.LIVRABLE_REMIS, (*REDUCED, Do.PRESENTER_OBSERVATIONS, Do.SUSPENDRE)),
    "A14f-suspendu": (State.LIVRABLE_REMIS, (*REDUCED, Do.PRESENTER_OBSERVATIONS, Do.SUSPENDRE)),
    "A16b-suspendu": (State.AJOURNE, (Do.SUSPENDRE,)),
    "A16c-suspendu": (State.AJOURNE, (Do.SUSPENDRE,)),
    "F1-abandonne": (State.ANIMATION, (Do.ABANDONNER,)),
    "F2-abandonne": (State.ANIMATION, (Do.DEMANDER_PAIEMENT, Do.ABANDONNER)),
}
"""Rows taken where `in_state` does not lead: another road to the state."""


def scene(step: Step, state: State) -> tuple[Dossier, datetime]:
    """Where a row may be taken from one of its states, and when."""
    dossier, at = in_state(state), moment(state)
    if (other := ELSEWHERE.get(f"{step.id}-{state}")) is not None:
        began, acts = other
        at = moment(began)
        later = {"A14e": timedelta(days=1), "A14f": timedelta(days=40)}
        return walk(acts, in_state(began), at=at), at + later.get(step.id, timedelta(days=1))
    if step.id in {"F3", "F4"}:
        dossier = under_2021(dossier)
    if step.id == "A10b":
        dossier = whole_mission()
    if state is State.AJOURNE and step.id in {"A14c", "A18"}:
        dossier = take(dossier, Do.REFUSER_AJOURNEMENT, at=at)
    if step.id == "C3" and state in {State.DESIGNATION, State.DESIGNE}:
        path = [(Do.ENREGISTRER_RECEPTION, Role.AD1V), Do.DISPONIBLE, Do.DESIGNER][
            : 1 if state is State.DESIGNATION else 3
        ]
        dossier = walk(path, in_state(State.DESIGNATION), at=at)
    dossier = walk(LEAD_UP.get(step.id, ()), dossier, at=at)
    late = {"A15": timedelta(days=70), "A18b": timedelta(days=40), "A12": timedelta(days=20), "D11": timedelta(days=90)}
    return dossier, at + late.get(step.id, timedelta(days=1))


def under_2021(dossier: Dossier) -> Dossier:
    """The same atelier under the contract of CCAG-PI 2021."""
    terms = {"contract": CONTRACT_2021.code, "ccag": CONTRACT_2021.ccag}
    return dossier.model_copy(update={"mission": dossier.mission_().model_copy(update=terms)})


def told(step: Step, state: State) -> dict[str, object]:
    """What is given in a row's form there, where that depends on what is recorded."""
    if step.id == "C3" and state in {State.DESIGNATION, State.DESIGNE}:
        return {"saisie": "sollicitation.reception", "valeur": "2026-11-25"}
    if step.id == "C3" and state in {State.ACTE, State.CASCADE_EPUISEE}:
        return {"saisie": "acte", "valeur": "Décision 2026-119"}
    if step.id == "C3" and state is State.CREDITS_DELEGUES:
        return {"saisie": "credits.ae", "valeur": "30 000 €"}
    return {}


def taken(step: Step, state: State) -> tuple[Attempt, Outcome]:
    """A row taken from one of its states by who may take it: the attempt and what follows."""
    dossier, at = scene(step, state)
    tried = attempt(ready(dossier, step.act), step.act, step.by[0], at=at, **told(step, state))
    return tried, decide(tried, step.act)


def scene_of(act: Do) -> tuple[Dossier, datetime, Role]:
    """Somewhere this gesture may be made, when, and by whom."""
    step = step_of(act)
    return (*scene(step, step.source[-1] if act is Do.RECTIFIER else step.source[0]), step.by[0])


def one_order() -> Dossier:
    """An atelier whose only order covers the whole mission."""
    return take(in_state(State.CREDITS_DELEGUES), Do.NOTIFIER_COMMANDE, objet="mission", delai="4 mois")


def whole_mission() -> Dossier:
    """The same, its note agreed by the three parties."""
    return walk(_AGREED[len(_ORDERED) :], one_order())


def draft(at: datetime = NOON, departement: str = "55") -> Dossier:
    """A request just opened by its service."""
    by = By(person=PersonId("SVC"), role=Role.SVC, at=at)
    opener = Member(person=by.person, role=by.role)
    new = Dossier(
        ref=REF, opened=at, since=at, departement=departement, service="DDT de la Meuse", members=(opener,)
    )  # fmt: skip
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
        Piece(
            id=f"{kind}-{sha256}",
            kind=kind,
            file=sha256,
            name=f"{kind}.pdf",
            mime="application/pdf",
            size=9,
            sha256=sha256,
            by=by,
        )
        for kind in kinds
    )
    return dossier.model_copy(update={"pieces": (*old, *new)})


def complete() -> Dossier:
    """A draft with every required answer and both letters."""
    return deposited(answered(draft(), **FICHE), *LETTERS)
