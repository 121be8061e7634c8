"""The vocabulary of the procedure: who acts, what they do, where a request stands.

Values that travel (database, buttons, commands) are stable codes; what people read is in `labels.py`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

PersonId = NewType("PersonId", str)
Reference = NewType("Reference", str)


def fr(sentence: str) -> str:
    """Mark a French sentence for the catalogues and return it unchanged."""
    return sentence


class Labels(tuple[str, ...]):
    """Sentences of the catalogues that fill one blank of another: each is read in the reader's language, then joined."""

    __slots__ = ()

    def __str__(self) -> str:
        return ", ".join(self)


class Refused(Exception):
    """The procedure, or a check of what was given, says no.

    The sentence is for the person who tried: it says what is wrong and what to do. Placeholders in braces are
    filled from `args_` when the sentence is shown, in the reader's language.
    """

    def __init__(self, sentence: str, **args: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.args_ = args

    def __str__(self) -> str:
        return self.sentence.format(**self.args_)


class Role(StrEnum):
    """Who acts on a dossier."""

    SVC = "SVC"
    SVC_SIGN = "SVC_SIGN"
    COLL = "COLL"
    COLL_SIGN = "COLL_SIGN"
    DREAL = "DREAL"
    CAUE = "CAUE"
    PREF = "PREF"
    AD1I = "AD1I"
    AD1V = "AD1V"
    AD1B = "AD1B"
    MAND = "MAND"
    ADMIN = "ADMIN"


class State(StrEnum):
    """Where a request stands (rows D1 to D11), then its atelier (rows A1 to A23)."""

    BROUILLON = "brouillon"
    TRANSMISE = "transmise"
    EN_ECHANGE = "en_echange"
    A_COMPLETER = "a_completer"
    VALIDEE = "validee"
    REFUSEE = "refusee"
    REORIENTEE = "reorientee"
    RETIREE = "retiree"
    SANS_SUITE = "sans_suite"
    ACTE = "acte"
    DESIGNATION = "designation"
    CASCADE_EPUISEE = "cascade_epuisee"
    DESIGNE = "designe"
    CREDITS_DELEGUES = "credits_delegues"
    APPROPRIATION = "appropriation"
    NOTE_REMISE = "note_remise"
    NOTE_VALIDEE = "note_validee"
    ANIMATION = "animation"
    RESTITUTION = "restitution"
    LIVRABLE_DECLARE = "livrable_declare"
    LIVRABLE_REMIS = "livrable_remis"
    AJOURNE = "ajourne"
    REJETE = "rejete"
    RECU = "recu"
    CLOS = "clos"
    SUSPENDU = "suspendu"
    ABANDONNE = "abandonne"
    RESILIE = "resilie"


class Do(StrEnum):
    """The gestures of the table; also the verb of the text command."""

    OUVRIR = "demande"
    TRANSMETTRE = "transmettre"
    PRENDRE_EN_CHARGE = "prendre"
    DEMANDER_COMPLEMENT = "completer"
    REPONDRE_COMPLEMENT = "repondre"
    RETIRER_COMPLEMENT = "lever"
    DONNER_AVIS = "avis"
    VALIDER = "valider"
    REFUSER = "refuser"
    REORIENTER = "reorienter"
    RETIRER = "retirer"
    CLASSER = "classer"
    ECRIRE = "ecrire"
    INVITER = "inviter"
    RETIRER_PERSONNE = "retirer_personne"
    ACTER = "acter"
    VALIDER_ET_ACTER = "valider_acter"
    SOLLICITER = "solliciter"
    ACCUSER_RECEPTION = "accuser"
    ENREGISTRER_RECEPTION = "reception_sollicitation"
    DISPONIBLE = "disponible"
    INDISPONIBLE = "indisponible"
    DESIGNER = "designer"
    ECARTER = "ecarter"
    REPRENDRE_CASCADE = "recommencer"
    DELEGUER_CREDITS = "credits"
    NOTIFIER_COMMANDE = "commande"
    REMETTRE_NOTE = "note"
    OBSERVER_NOTE = "observations"
    APPROUVER_NOTE = "approuver"
    NOTIFIER_COMMANDE_ANIMATION = "commande_animation"
    LEVER_POINT_D_ARRET = "point_d_arret"
    PROGRAMMER_SESSION = "session"
    TENIR_SESSION = "session_tenue"
    REMETTRE_LIVRABLE = "livrable"
    CONFIRMER_REMISE = "remise"
    NON_RECU = "non_recu"
    RECEVOIR = "recevoir"
    INVITER_A_OBSERVER = "refaction"
    PRESENTER_OBSERVATIONS = "repondre_refaction"
    RECEVOIR_AVEC_REFACTION = "recevoir_refaction"
    NOUVELLE_DECISION = "nouvelle_decision"
    CONSTATER_OBSERVATIONS_ACCEPTEES = "observations_acceptees"
    CONSTATER_RECEPTION_TACITE = "reception_tacite"
    AJOURNER = "ajourner"
    ACCEPTER_AJOURNEMENT = "accepter_ajournement"
    REFUSER_AJOURNEMENT = "refuser_ajournement"
    REJETER = "rejeter"
    CONSTATER_REJET_TACITE = "rejet_tacite"
    DEMANDER_PAIEMENT = "demande_paiement"
    PAYER = "paiement"
    INVITER_SUR_PENALITES = "penalites"
    OBSERVER_PENALITES = "repondre_penalites"
    RESTITUER_AUX_ELUS = "restitution"
    REPONDRE_SUIVI = "suivi"
    CLORE = "clore"
    SUSPENDRE = "suspendre"
    REPRENDRE_ATELIER = "relancer"
    ABANDONNER = "abandonner"
    RESILIER = "resilier"
    DEMANDER_PROLONGATION = "prolongation"
    REPONDRE_PROLONGATION = "repondre_prolongation"
    OBSERVER_COMMANDE = "observer_commande"
    RECTIFIER = "rectifier"


class RuleId(StrEnum):
    """The deadlines: service targets without legal effect for a request; of the contract, for its atelier."""

    RELANCE_BROUILLON = "RELANCE_BROUILLON"
    CIBLE_PRISE_EN_CHARGE = "CIBLE_PRISE_EN_CHARGE"
    CIBLE_INSTRUCTION = "CIBLE_INSTRUCTION"
    CIBLE_COMPLEMENT = "CIBLE_COMPLEMENT"
    CIBLE_SUITE = "CIBLE_SUITE"
    CASCADE_REPONSE = "CASCADE_REPONSE"
    APPROPRIATION = "APPROPRIATION"
    DUREE_MISSION = "DUREE_MISSION"
    BC_OBSERVATIONS = "BC_OBSERVATIONS"
    BC_EXECUTION = "BC_EXECUTION"
    SUR_SITE = "SUR_SITE"
    RESTITUTION = "RESTITUTION"
    VERIFICATION = "VERIFICATION"
    AJOURN_ACCEPTATION = "AJOURN_ACCEPTATION"
    AJOURN_REPRESENTATION = "AJOURN_REPRESENTATION"
    AJOURN_DECISION = "AJOURN_DECISION"
    REFACTION_OBSERVATIONS = "REFACTION_OBSERVATIONS"
    REFACTION_DECISION = "REFACTION_DECISION"
    PENALITES_OBSERVATIONS = "PENALITES_OBSERVATIONS"
    PROLONGATION_DEMANDE = "PROLONGATION_DEMANDE"
    PROLONGATION_REPONSE = "PROLONGATION_REPONSE"
    PAIEMENT = "PAIEMENT"
    SUIVI_6_MOIS = "SUIVI_6_MOIS"
    SUIVI_12_MOIS = "SUIVI_12_MOIS"
