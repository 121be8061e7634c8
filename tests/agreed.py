"""The rows of an atelier as agreed from the procedure's sources: typed by hand, held against the table by the tests."""

from __future__ import annotations

from typing import NamedTuple

REQUEST_ACTIVE = "en_echange a_completer validee"
ACTIVE = (
    "acte designation cascade_epuisee designe credits_delegues appropriation note_remise note_validee animation "
    "restitution livrable_declare livrable_remis ajourne rejete recu"
)
ORDERED = ACTIVE[ACTIVE.index("appropriation") :]
PAYABLE = ACTIVE[ACTIVE.index("note_validee") :] + " suspendu abandonne resilie"
ENDED = "clos abandonne resilie"
EVERYBODY = "SVC SVC_SIGN COLL COLL_SIGN MAND AD1I DREAL CAUE"
ADJOURNED = "AJOURN_ACCEPTATION AJOURN_REPRESENTATION AJOURN_DECISION"
REDUCED = "REFACTION_OBSERVATIONS REFACTION_DECISION"
DONE = "DUREE_MISSION BC_EXECUTION"


class Row(NamedTuple):
    """One row: who makes it, who prepares or records it, what it asks, what runs from it, what it ends, who is told."""

    id: str
    act: str
    source: str
    target: str | None
    by: str
    prepares: str = ""
    records: str = ""
    asks: str = ""
    starts: str = ""
    stops: str = ""
    tells: str = ""


# fmt: off
ROWS = (
    Row("D8", "acter", "validee", "acte", "AD1V", asks="Acte", tells="SVC COLL"),
    Row("D7D8", "valider_acter", "en_echange", "acte", "AD1V", asks="ValidationEtActe", stops="CIBLE_INSTRUCTION", tells="SVC COLL DREAL"),
    Row("A1", "solliciter", "acte", "designation", "AD1V", tells="MAND"),
    Row("A2a", "disponible", "designation suspendu", None, "MAND", records="AD1V", asks="Disponible", stops="CASCADE_REPONSE", tells="AD1V"),
    Row("A2b", "indisponible", "designation suspendu", None, "MAND", records="AD1V", asks="Indisponible", stops="CASCADE_REPONSE", tells="AD1V"),
    Row("A1a", "accuser", "designation", None, "MAND", starts="CASCADE_REPONSE", tells="AD1V"),
    Row("A2", "designer", "designation", "designe", "AD1V", asks="Designation", tells="SVC COLL MAND DREAL"),
    Row("A1b", "reception_sollicitation", "designation", None, "AD1V", asks="ReceptionConstatee", starts="CASCADE_REPONSE"),
    Row("A3", "ecarter", "designation", "designation", "AD1V", asks="Ecart", stops="CASCADE_REPONSE", tells="MAND"),
    Row("A3c", "recommencer", "cascade_epuisee", "designation", "AD1V", asks="Motif", tells="MAND"),
    Row("A4", "credits", "designe", "credits_delegues", "AD1B", asks="Credits", tells="SVC SVC_SIGN"),
    Row("A5", "commande", "credits_delegues", "appropriation", "SVC_SIGN", prepares="SVC", asks="CommandeInitiale",
        starts="BC_OBSERVATIONS BC_EXECUTION APPROPRIATION DUREE_MISSION", tells="MAND AD1B COLL"),
    Row("A7", "note", "appropriation note_remise", "note_remise", "MAND", records="SVC", asks="Note", stops="APPROPRIATION", tells="SVC SVC_SIGN COLL COLL_SIGN"),
    Row("A9", "approuver", "note_remise", "note_validee", "SVC_SIGN COLL_SIGN", records="SVC", asks="Approbation", tells="AD1I MAND SVC COLL"),
    Row("A8", "observations", "note_remise", "appropriation", "SVC COLL SVC_SIGN COLL_SIGN", asks="Observations", tells="MAND SVC SVC_SIGN COLL COLL_SIGN"),
    Row("A10", "commande_animation", "note_validee", "animation", "SVC_SIGN", prepares="SVC", asks="CommandeAnimation", starts="BC_OBSERVATIONS BC_EXECUTION", tells="MAND AD1B COLL"),
    Row("A10b", "point_d_arret", "note_validee", "animation", "SVC_SIGN", tells="MAND COLL"),
    Row("A12", "session_tenue", "animation", "restitution", "SVC", asks="SessionTenue", starts="RESTITUTION", stops="SUR_SITE", tells="MAND COLL"),
    Row("A11", "session", "animation", None, "SVC", asks="Session", starts="SUR_SITE", stops="SUR_SITE", tells="COLL MAND DREAL CAUE"),
    Row("A13", "livrable", "restitution ajourne rejete", "livrable_declare", "MAND", records="SVC", asks="RemiseLivrable", stops=f"RESTITUTION {ADJOURNED} {REDUCED}", tells="SVC COLL"),
    Row("A13b", "remise", "livrable_declare", "livrable_remis", "SVC", asks="ReceptionConstatee", starts="VERIFICATION", stops="BC_EXECUTION", tells="MAND SVC_SIGN"),
    Row("A13c", "non_recu", "livrable_declare", "restitution", "SVC", asks="Motif", tells="MAND COLL"),
    Row("A14", "recevoir", "livrable_remis", "recu", "SVC_SIGN", asks="DecisionSignee", stops=f"VERIFICATION {REDUCED} {DONE}", tells="MAND COLL AD1I"),
    Row("A14c", "recevoir_refaction", "livrable_remis ajourne", "recu", "SVC_SIGN", asks="ReceptionReduite", starts="REFACTION_OBSERVATIONS", stops=f"VERIFICATION {REDUCED} {ADJOURNED} {DONE}", tells="MAND AD1I AD1B"),
    Row("A15", "reception_tacite", "livrable_remis", "recu", "SVC_SIGN", asks="Constat", stops=f"VERIFICATION {REDUCED} {DONE}", tells="MAND COLL AD1I"),
    Row("A14b", "refaction", "livrable_remis ajourne", None, "SVC_SIGN", asks="Refaction", starts="REFACTION_OBSERVATIONS", tells="MAND"),
    Row("A14d", "repondre_refaction", "livrable_remis ajourne recu suspendu", None, "MAND", records="SVC", asks="Observations", starts="REFACTION_DECISION", stops="REFACTION_OBSERVATIONS", tells="SVC SVC_SIGN"),
    Row("A16", "ajourner", "livrable_remis", "ajourne", "SVC_SIGN", asks="NotificationMotivee", starts=ADJOURNED, stops="VERIFICATION", tells="MAND COLL"),
    Row("A16b", "accepter_ajournement", "ajourne suspendu", None, "MAND", records="SVC", asks="Observations", stops="AJOURN_ACCEPTATION AJOURN_DECISION", tells="SVC SVC_SIGN"),
    Row("A16c", "refuser_ajournement", "ajourne suspendu", None, "MAND", records="SVC", asks="Observations", starts="AJOURN_DECISION", stops="AJOURN_ACCEPTATION AJOURN_REPRESENTATION", tells="SVC SVC_SIGN"),
    Row("A18", "rejeter", "livrable_remis ajourne", "rejete", "SVC_SIGN", asks="NotificationMotivee", stops=f"VERIFICATION {REDUCED} {ADJOURNED}", tells="MAND AD1I"),
    Row("A18b", "rejet_tacite", "ajourne", "rejete", "SVC_SIGN", asks="Constat", stops=f"{ADJOURNED} {REDUCED}", tells="MAND AD1I"),
    Row("A14e", "nouvelle_decision", "recu suspendu", None, "SVC_SIGN", asks="NouvelleDecision", stops="REFACTION_DECISION", tells="MAND AD1I AD1B"),
    Row("A14f", "observations_acceptees", "recu suspendu", None, "SVC_SIGN", asks="ConstatReduction", stops="REFACTION_DECISION", tells="MAND AD1I AD1B"),
    Row("F1", "demande_paiement", PAYABLE, None, "SVC", asks="DemandePaiement", starts="PAIEMENT", tells="AD1B MAND"),
    Row("F2", "paiement", PAYABLE, None, "SVC", asks="Paiement", tells="MAND AD1B"),
    Row("F3", "penalites", f"{ORDERED} suspendu", None, "SVC_SIGN", asks="Penalites", starts="PENALITES_OBSERVATIONS", tells="MAND"),
    Row("F4", "repondre_penalites", f"{ORDERED} suspendu", None, "MAND", records="SVC", asks="ObservationsPenalites", tells="SVC SVC_SIGN"),
    Row("T1", "restitution", "recu", None, "SVC", asks="RestitutionElus", starts="SUIVI_6_MOIS SUIVI_12_MOIS", tells="AD1I COLL"),
    Row("T2", "suivi", "recu", None, "SVC COLL", asks="ReponseSuivi", tells="AD1I"),
    Row("A21", "clore", "recu", "clos", "AD1I", asks="Cloture", tells="SVC COLL MAND"),
    Row("A23a", "prolongation", f"{ORDERED} suspendu", None, "MAND", records="SVC", asks="DemandeProlongation", starts="PROLONGATION_REPONSE", tells="SVC SVC_SIGN"),
    Row("A23b", "repondre_prolongation", f"{ORDERED} suspendu", None, "SVC_SIGN", asks="ReponseProlongation", stops="PROLONGATION_REPONSE", tells="MAND"),
    Row("A23c", "observer_commande", f"{ORDERED} suspendu", None, "MAND", records="SVC", asks="ObservationsCommande", tells="SVC SVC_SIGN"),
    Row("C3", "rectifier", f"{ACTIVE} suspendu", None, "SVC SVC_SIGN AD1I AD1V AD1B", asks="Rectification", tells="SVC SVC_SIGN MAND AD1I"),
    Row("A22b", "relancer", "suspendu", "acte", "SVC AD1V", tells=EVERYBODY),
    Row("A22", "suspendre", ACTIVE, "suspendu", "SVC AD1V", asks="Motif", tells=EVERYBODY),
    Row("A22c", "abandonner", f"{ACTIVE} suspendu", "abandonne", "SVC_SIGN AD1V", asks="Motif", tells=EVERYBODY),
    Row("A22d", "resilier", f"{ORDERED} suspendu", "resilie", "SVC_SIGN AD1V", asks="Resiliation", tells=EVERYBODY),
)
"""In the order their buttons are shown. A22b goes back where it was; A3 goes to `cascade_epuisee` after the last rank."""

SOURCE = (
    # id, de, vers, boutons, qui, notifie, délai
    ("D8", "validee en_echange", "acte", "Acter l'atelier|Valider et acter", "AD1V", "SVC COLL", ""),
    ("A1", "acte designation", "designation", "Solliciter le rang 1|Accuser réception|Enregistrer la réception", "AD1V MAND", "MAND", "CASCADE_REPONSE"),
    ("A2a", "designation", "designation", "Disponible|Indisponible", "MAND", "AD1V", ""),
    ("A2", "designation", "designe", "Désigner", "AD1V", "SVC COLL MAND DREAL", ""),
    ("A3", "designation", "designation", "Écarter ce rang et solliciter le suivant", "AD1V", "MAND", ""),
    ("A3c", "cascade_epuisee", "designation", "Reprendre au rang 1", "AD1V", "", ""),
    ("A4", "designe", "credits_delegues", "Enregistrer la délégation de crédits", "AD1B", "SVC", ""),
    ("A5", "credits_delegues", "appropriation", "Enregistrer la notification du bon de commande", "SVC_SIGN", "MAND AD1B COLL", "BC_OBSERVATIONS BC_EXECUTION APPROPRIATION DUREE_MISSION"),
    ("A7", "appropriation", "note_remise", "Remettre la note", "MAND", "SVC COLL", ""),
    ("A8", "note_remise", "appropriation", "Formuler des observations", "SVC COLL", "MAND", ""),
    ("A9", "note_remise", "note_validee", "Approuver la note", "SVC_SIGN COLL_SIGN", "AD1I MAND", ""),
    ("A10", "note_validee", "animation", "Enregistrer le bon de commande d'animation|Lever le point d'arrêt", "SVC_SIGN", "MAND COLL", "BC_OBSERVATIONS BC_EXECUTION"),
    ("A11", "animation", "animation", "Programmer la session", "SVC", "COLL MAND DREAL CAUE", "SUR_SITE"),
    ("A12", "animation", "restitution", "Constater la tenue de la session", "SVC", "MAND COLL", "RESTITUTION"),
    ("A13", "restitution ajourne rejete", "livrable_declare", "Remettre le livrable", "MAND", "SVC COLL", ""),
    ("A13b", "livrable_declare", "livrable_remis", "Confirmer la remise", "SVC", "MAND", "VERIFICATION"),
    ("A14", "livrable_remis", "recu", "Enregistrer la décision de réception / d'admission", "SVC_SIGN", "MAND COLL AD1I", ""),
    ("A14b", "livrable_remis ajourne", "livrable_remis", "Inviter à présenter ses observations (réfaction)", "SVC_SIGN", "MAND", "REFACTION_OBSERVATIONS"),
    ("A14c", "livrable_remis ajourne", "recu", "Enregistrer la réception avec réfaction", "SVC_SIGN", "MAND AD1I AD1B", ""),
    ("A15", "livrable_remis", "recu", "Constater la réception tacite", "SVC_SIGN", "MAND", ""),
    ("A16", "livrable_remis", "ajourne", "Ajourner", "SVC_SIGN", "MAND", "AJOURN_ACCEPTATION AJOURN_REPRESENTATION"),
    ("A16b", "ajourne", "ajourne", "Accepter l'ajournement|Refuser l'ajournement", "MAND", "SVC", ""),
    ("A18", "livrable_remis ajourne", "rejete", "Rejeter|Constater le rejet tacite", "SVC_SIGN", "MAND AD1I", ""),
    ("A21", "recu", "clos", "Clore l'atelier", "AD1I", "", ""),
    ("A22", ACTIVE, "suspendu", "Suspendre", "SVC AD1V", EVERYBODY, ""),
    ("A22b", "suspendu", "acte", "Reprendre l'atelier", "SVC AD1V", EVERYBODY, ""),
    ("A22c", f"{ACTIVE} suspendu", "abandonne resilie", "Abandonner|Résilier", "SVC_SIGN AD1V", EVERYBODY, ""),
    ("A23", ORDERED, "appropriation", "Demander une prolongation|Répondre à la prolongation|Observations sur le bon de commande", "MAND SVC_SIGN", "", "PROLONGATION_REPONSE"),
    ("F1", PAYABLE, "note_validee", "Enregistrer la demande de paiement", "SVC", "AD1B MAND", "PAIEMENT"),
    ("F2", PAYABLE, "note_validee", "Enregistrer le paiement", "SVC", "MAND AD1B", ""),
    ("T1", "recu", "recu", "Constater la restitution aux élus", "SVC", "AD1I COLL", "SUIVI_6_MOIS SUIVI_12_MOIS"),
    ("T2", "recu", "recu", "Répondre au suivi", "SVC COLL", "AD1I", ""),
)
"""The source's own rows. Where it does not say (A23: who is told; F1, F2, T1, T2: from where), the product does."""
BECAME = {
    "D8": "D8 D7D8", "A1": "A1 A1a A1b", "A2a": "A2a A2b", "A10": "A10 A10b", "A14b": "A14b A14d A14e A14f F3 F4",
    "A16b": "A16b A16c",
    "A18": "A18 A18b", "A22c": "A22c A22d", "A23": "A23a A23b A23c",
}
"""The rows of ours that one of the source became."""
OURS = {
    # what the product adds: the holder answers a reduction by a gesture of its own, before the decision and after it
    # (CCAG 27.3), and penalties by another (the note of A14b); a note is also handed in anew; the signatories observe too;
    # those who must act, or who hear of what they signed, are told; what the contract counts may be answered while the
    # atelier is suspended, for a suspension does not stop it
    "de": {
        "A7": "note_remise", "A2a": "suspendu", "A14b": f"{ORDERED} suspendu", "A16b": "suspendu", "A23": "suspendu",
    },
    "qui": {"A8": "SVC_SIGN COLL_SIGN", "A14b": "MAND"},
    "boutons": {"A14b": "Présenter ses observations|Enregistrer la nouvelle décision (réfaction)|Constater l'acceptation des observations|Inviter à présenter ses observations (pénalités)|Présenter ses observations (pénalités)"},
    "notifie": {
        "D8": "DREAL", "A1": "AD1V", "A3c": "MAND", "A4": "SVC_SIGN", "A7": "SVC_SIGN COLL_SIGN", "A8": "SVC SVC_SIGN COLL COLL_SIGN",
        "A9": "SVC COLL", "A10": "AD1B", "A13b": "SVC_SIGN", "A14b": "SVC SVC_SIGN AD1I AD1B", "A15": "COLL AD1I", "A16": "COLL",
        "A16b": "SVC_SIGN", "A21": "SVC COLL MAND", "A23": "SVC SVC_SIGN MAND",
    },
    "vers": {"A14b": "recu appropriation"},
    "delai": {"A14b": "REFACTION_DECISION PENALITES_OBSERVATIONS", "A14c": "REFACTION_OBSERVATIONS", "A16": "AJOURN_DECISION", "A16b": "AJOURN_DECISION"},
}
ADDED = {
    "C3": "« Rectifier une saisie » is one of the source's principles, no row of its own",
    "A13c": "no row of the source leads out of `livrable_declare` when nothing came; « declared is not confirmed » asks one",
}
"""Rows of ours that come from no row of the source, and why."""
NOT_BUILT = {
    "CHARGE_PRESTATAIRE": "days of work, « not a deadline » by the source: a field of the note, with a soft bound (A7)",
    "MANDATAIRE_DEFAILLANT": "no row of 03 starts it: the formal notice is the contract's buyer's, for all its ateliers, and "
    "what follows is a new version of the accord-cadre's file, with the next cotraitant as mandataire, imported by AD1",
    "SUIVI": "one rule a date here: SUIVI_6_MOIS and SUIVI_12_MOIS",
}
"""Deadlines of 04 that are no rule of ours under their name, and why."""
UNSTARTED = {
    "PROLONGATION_DEMANDE": "its event, the cause, is known only once it is told: the delay is checked then, and said (A23a)",
}
"""Rules that no row starts, and why."""
OURS_ALONE = {
    "RELANCE_BROUILLON": "a draft is recalled, seldom: product",
    "AJOURN_DECISION": "the fifteen days of the buyer that 04 says in the effect of AJOURN_ACCEPTATION (27.2.1)",
    "REFACTION_DECISION": "the fifteen days of the buyer that 04 says in the effect of REFACTION_OBSERVATIONS (27.3)",
    "SUIVI_6_MOIS": "SUIVI", "SUIVI_12_MOIS": "SUIVI",
}
"""Rules of ours that 04 does not name, and where they come from."""
SOURCE_RULES = (
    # id, nature, delay: as 04 gives them
    ("CIBLE_PRISE_EN_CHARGE", "cible", "5 jours ouvrés"),
    ("CIBLE_INSTRUCTION", "cible", "20 jours ouvrés"),
    ("CIBLE_COMPLEMENT", "cible", "15 jours ouvrés"),
    ("CASCADE_REPONSE", "contractuel", ""),
    ("BC_OBSERVATIONS", "contractuel", "15 jours"),
    ("BC_EXECUTION", "note", ""),
    ("APPROPRIATION", "note", ""),
    ("SUR_SITE", "note", ""),
    ("RESTITUTION", "note", ""),
    ("DUREE_MISSION", "cible", "4 mois"),
    ("CHARGE_PRESTATAIRE", "note", ""),
    ("VERIFICATION", "contractuel", "2 mois"),
    ("AJOURN_ACCEPTATION", "contractuel", "10 jours"),
    ("AJOURN_REPRESENTATION", "contractuel", "15 jours"),
    ("REFACTION_OBSERVATIONS", "contractuel", "15 jours"),
    ("PROLONGATION_DEMANDE", "contractuel", "15 jours"),
    ("PROLONGATION_REPONSE", "contractuel", "15 jours"),
    ("PENALITES_OBSERVATIONS", "contractuel", "15 jours"),
    ("MANDATAIRE_DEFAILLANT", "contractuel", "8 jours"),
    ("PAIEMENT", "reglementaire", "30 jours"),
    ("SUIVI", "cible", "6 mois"),
    ("CIBLE_SUITE", "cible", "10 jours ouvrés"),
)
# fmt: on
