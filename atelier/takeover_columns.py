"""The table of the ateliers already running: its columns, and those that each state supposes or allows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from types import MappingProxyType

from atelier.references import LIVRABLES
from atelier.words import State, fr

at = State

STAGES = (
    at.VALIDEE, at.ACTE, at.DESIGNATION, at.DESIGNE, at.CREDITS_DELEGUES, at.APPROPRIATION, at.NOTE_REMISE,
    at.NOTE_VALIDEE, at.ANIMATION, at.RESTITUTION, at.LIVRABLE_DECLARE, at.LIVRABLE_REMIS, at.RECU,
)  # fmt: skip
"""The straight road; the states beside it stand at one of these milestones."""
BESIDE = MappingProxyType({at.CASCADE_EPUISEE: at.DESIGNATION, at.AJOURNE: at.LIVRABLE_REMIS, at.REJETE: at.LIVRABLE_REMIS, at.CLOS: at.RECU})  # fmt: skip
FROM = frozenset({at.SUSPENDU, at.ABANDONNE, at.RESILIE})
"""States reached from another one, which « etat_avant » says."""
TAKEN = (*STAGES, *BESIDE, at.SUSPENDU, at.ABANDONNE, at.RESILIE)

# fmt: off
OWED: MappingProxyType[State, tuple[str, ...]] = MappingProxyType({
    at.VALIDEE: ("validee_le",),
    at.ACTE: ("accord_cadre", "acte", "acte_le"),
    at.DESIGNATION: ("sollicite_le", "groupement"),
    at.CASCADE_EPUISEE: ("sollicite_le", "rangs_ecartes"),
    at.DESIGNE: ("groupement", "equipe", "designe_le"),
    at.CREDITS_DELEGUES: ("credits_le", "ae", "cp", "uo", "chorus"),
    at.APPROPRIATION: ("bc1_reception", "bc1_ej", "bc1_montant", "bc1_objet", "bc1_delai"),
    at.NOTE_REMISE: ("note_remise_le", "note_charge_jours", "note_jours_sur_site", "note_delai"),
    at.NOTE_VALIDEE: ("note_approuvee_le",),
    at.ANIMATION: (),
    at.RESTITUTION: ("session_du", "session_au"),
    at.LIVRABLE_DECLARE: ("livrable_declare_le",),
    at.LIVRABLE_REMIS: ("livrable_remis_le",),
    at.AJOURNE: ("ajourne_le", "motif"),
    at.REJETE: ("decision_le", "motif"),
    at.RECU: ("decision_le",),
    at.CLOS: ("fin_le", "bilan"),
    at.SUSPENDU: ("etat_avant", "suspendu_le", "motif"),
    at.ABANDONNE: ("etat_avant", "fin_le", "motif"),
    at.RESILIE: ("etat_avant", "fin_le", "motif"),
})
"""The columns a state supposes, beside those of the milestones before it."""
SECOND = ("bc2_reception", "bc2_ej", "bc2_montant", "bc2_delai")
LEFT_OUT = frozenset({"validee_le", "sollicite_le", "livrable_declare_le"})
"""What a state further on no longer supposes: what comes after says enough."""
MAY: MappingProxyType[State, tuple[str, ...]] = MappingProxyType({
    at.DESIGNATION: ("sollicitation_reception", "sollicitation_preuve", "reponse", "reponse_le", "rangs_ecartes", "equipe"),
    at.APPROPRIATION: ("bc1_moyen", "bc1_preuve"),
    at.NOTE_REMISE: ("note_version", "note_contenu", "note_animation", "note_forme", "note_accords"),
    at.NOTE_VALIDEE: ("note_document", "bc1_demande_paiement", "bc1_paye_le", "bc1_paye_montant", "bc1_penalites"),
    at.ANIMATION: (
        *SECOND, "bc2_moyen", "bc2_preuve", "point_arret_le", "session_du", "session_au", "session_visite",
        "session_seance", "session_parcours", "session_acteurs",
    ),
    at.RESTITUTION: ("session_participants",),
    at.LIVRABLE_REMIS: ("livrable_moyen", "livrable_preuve"),
    at.AJOURNE: ("ajourne_moyen", "ajourne_preuve", "ajourne_reponse", "ajourne_reponse_le", "decision_document"),
    at.REJETE: ("decision_document",),
    at.RECU: (
        "decision", "decision_document", "refaction_montant", "motif", "bc2_demande_paiement", "bc2_paye_le",
        "bc2_paye_montant", "bc2_penalites", "elus_le", "elus_partenaires", "elus_relais", "suivi_6_mois", "suivi_12_mois",
    ),
    at.RESILIE: ("mise_en_demeure_le", "decision_document"),
})
"""What may be filled in from a milestone on, or in a state beside the road."""
PEOPLE = ("svc", "svc_sign", "coll", "coll_sign", "dreal", "caue", "ad1i", "ad1v", "ad1b", "mand")
ALWAYS = ("departement", "service", "territoire", "objet", "etat")
COLUMNS = (*dict.fromkeys((
    "reference", *ALWAYS, "etat_avant", "arrivee", "transmise_le",
    *(c for s in TAKEN for c in (*OWED[s], *MAY.get(s, ()))), *PEOPLE,
)),)
SITE = ("session_du", "session_au")
ORDER = (
    "transmise_le", "validee_le", "acte_le", "sollicite_le", "sollicitation_reception", "reponse_le", "designe_le",
    "credits_le", "bc1_reception", "note_remise_le", "note_approuvee_le", "bc2_reception", "point_arret_le", *SITE,
    "livrable_declare_le", "livrable_remis_le", "ajourne_le", "ajourne_reponse_le", "decision_le", "suspendu_le",
    "mise_en_demeure_le", "fin_le",
)
"""The days of the road, none before the one above it; then those that run beside it."""
ORDERS = (
    ORDER, SITE, ("bc1_reception", "bc1_demande_paiement", "bc1_paye_le", "fin_le"),
    ("bc2_reception", "bc2_demande_paiement", "bc2_paye_le", "fin_le"), ("session_au", "elus_le", "fin_le"),
)
DAYS = frozenset(c for road in ORDERS for c in road)
AMOUNTS = frozenset(c for c in COLUMNS if c.endswith(("_montant", "_penalites"))) | {"ae", "cp"}
DELAYS = frozenset(c for c in COLUMNS if c.endswith("_delai"))
COUNTS = MappingProxyType({"arrivee": 9_999, "note_version": 20, "note_charge_jours": 400, "note_jours_sur_site": 400, "session_participants": 100_000})  # fmt: skip
CHOICES: MappingProxyType[str, Collection[str]] = MappingProxyType({
    "bc1_objet": ("appropriation", "mission"), "note_forme": tuple(LIVRABLES), "reponse": ("disponible", "indisponible"),
    "note_accords": ("service", "collectivite"), "ajourne_reponse": ("accepte", "refuse"),
    "decision": ("recu", "recu_refaction", "recu_tacite"),
})
WITH = MappingProxyType({
    "bc1_paye_le": "bc1_demande_paiement", "bc2_paye_le": "bc2_demande_paiement", "bc1_paye_montant": "bc1_paye_le",
    "bc2_paye_montant": "bc2_paye_le", "bc1_penalites": "bc1_paye_le", "bc2_penalites": "bc2_paye_le",
    "session_du": "session_au", "session_au": "session_du", "suivi_6_mois": "elus_le", "suivi_12_mois": "elus_le",
    "reponse_le": "reponse", "sollicitation_reception": "sollicite_le", "reponse": "sollicite_le",
    "rangs_ecartes": "sollicite_le", "ajourne_reponse_le": "ajourne_reponse", "refaction_montant": "decision",
})
"""A column that means nothing without another one."""
# fmt: on

WHY = MappingProxyType(
    {
        at.VALIDEE: fr("une demande validée"),
        at.ACTE: fr("un atelier acté sous un accord-cadre"),
        at.DESIGNATION: fr("un groupement sollicité"),
        at.CASCADE_EPUISEE: fr("des rangs écartés, avec leurs motifs"),
        at.DESIGNE: fr("un groupement désigné"),
        at.CREDITS_DELEGUES: fr("des crédits délégués"),
        at.APPROPRIATION: fr("un bon de commande pour l'appropriation"),
        at.NOTE_REMISE: fr("une note d'appropriation remise"),
        at.NOTE_VALIDEE: fr("une note approuvée par les trois parties"),
        at.ANIMATION: fr("un bon de commande couvrant l'animation, ou un point d'arrêt levé"),
        at.RESTITUTION: fr("une session tenue"),
        at.LIVRABLE_DECLARE: fr("un livrable déclaré remis"),
        at.LIVRABLE_REMIS: fr("une remise du livrable confirmée"),
        at.AJOURNE: fr("un ajournement reçu par le titulaire, et son motif"),
        at.REJETE: fr("une décision de rejet, et son motif"),
        at.RECU: fr("une décision de réception"),
        at.CLOS: fr("une clôture et son bilan"),
        at.SUSPENDU: fr("une suspension : son jour, son motif, l'état d'avant"),
        at.ABANDONNE: fr("un abandon : son jour, son motif, l'état d'avant"),
        at.RESILIE: fr("une résiliation : son jour, son motif, l'état d'avant"),
    }
)
"""What a state supposes, as it is said of a column missing."""


def milestone(state: State, before: State | None) -> State | None:
    """Where on the road a state stands; None when « etat_avant » is owed, and missing or no such state."""
    if state in FROM:
        return None if before is None or before in FROM or before is at.CLOS else BESIDE.get(before, before)
    return BESIDE.get(state, state)


def owed(state: State, before: State | None) -> Iterator[tuple[str, State]]:
    """The columns that a state supposes, each with the state that first does."""
    last = milestone(state, before)
    claimed = [s for s in (before if state in FROM else state, state) if s is not None]
    road = STAGES[: STAGES.index(last) + 1] if last else ()
    for stage in dict.fromkeys((*road, *claimed)):
        further = stage not in claimed
        passed = stage is at.DESIGNATION and stage not in claimed
        for column in () if passed else OWED[stage]:
            if not (further and column in LEFT_OUT):
                yield column, stage


def allowed(state: State, before: State | None) -> frozenset[str]:
    """The columns that make sense in a state."""
    last = milestone(state, before)
    claimed = [s for s in (before if state in FROM else state, state) if s is not None]
    stages = dict.fromkeys((*(STAGES[: STAGES.index(last) + 1] if last else ()), *claimed))
    own = (c for s in stages for c in (*OWED[s], *MAY.get(s, ())))
    return frozenset((*own, "reference", *ALWAYS, "arrivee", "transmise_le", "validee_le", *PEOPLE))
