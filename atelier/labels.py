"""The words people read for states, roles and pieces."""

from __future__ import annotations

from atelier.words import Role, State, fr

STATES = {
    State.BROUILLON: fr("Brouillon"),
    State.TRANSMISE: fr("Transmise, en attente de prise en charge"),
    State.EN_ECHANGE: fr("En échange avec la DGALN"),
    State.A_COMPLETER: fr("À compléter"),
    State.VALIDEE: fr("Validée"),
    State.REFUSEE: fr("Refusée"),
    State.REORIENTEE: fr("Réorientée"),
    State.RETIREE: fr("Retirée"),
    State.SANS_SUITE: fr("Classée sans suite"),
    State.ACTE: fr("Atelier acté, groupement à solliciter"),
    State.DESIGNATION: fr("Désignation du groupement en cours"),
    State.CASCADE_EPUISEE: fr("Aucun groupement disponible"),
    State.DESIGNE: fr("Groupement désigné"),
    State.CREDITS_DELEGUES: fr("Crédits délégués, bon de commande à notifier"),
    State.APPROPRIATION: fr("Appropriation"),
    State.NOTE_REMISE: fr("Note d'appropriation remise, à approuver"),
    State.NOTE_VALIDEE: fr("Note d'appropriation validée"),
    State.ANIMATION: fr("Animation"),
    State.RESTITUTION: fr("Restitution"),
    State.LIVRABLE_DECLARE: fr("Livrable déclaré remis, à confirmer"),
    State.LIVRABLE_REMIS: fr("Livrable remis, en vérification"),
    State.AJOURNE: fr("Livrable ajourné"),
    State.REJETE: fr("Livrable rejeté"),
    State.RECU: fr("Livrable reçu"),
    State.CLOS: fr("Atelier clos"),
    State.SUSPENDU: fr("Atelier suspendu"),
    State.ABANDONNE: fr("Atelier abandonné"),
    State.RESILIE: fr("Atelier résilié"),
}

ROLES = {
    Role.SVC: fr("service porteur"),
    Role.SVC_SIGN: fr("signataire du service"),
    Role.COLL: fr("collectivité"),
    Role.COLL_SIGN: fr("signataire de la collectivité"),
    Role.DREAL: fr("DREAL"),
    Role.CAUE: fr("CAUE"),
    Role.PREF: fr("préfecture"),
    Role.AD1I: fr("instructeur AD1"),
    Role.AD1V: fr("valideur AD1"),
    Role.AD1B: fr("gestionnaire budgétaire"),
    Role.MAND: fr("mandataire"),
    Role.ADMIN: fr("administrateur"),
}

AD1 = frozenset({Role.AD1I, Role.AD1V, Role.AD1B})
"""Who may see the review threads."""
OF_THE_STATE = frozenset({Role.SVC, Role.SVC_SIGN, Role.DREAL, Role.PREF}) | AD1
"""Who reads what stays inside the State; a groupement and a collectivité do not."""
EVERYBODY = frozenset(Role) - {Role.ADMIN}
"""Whoever has a part in a dossier: an administrator of the bot has none."""

ORIGINES = {
    "numerise": fr("Original signé, numérisé"),
    "electronique": fr("Signé électroniquement"),
    "copie": fr("Copie"),
}
"""In what form a letter was received."""

FORMER = (
    fr("session tenue"), fr("livrable déclaré"), fr("livrable remis"), fr("livrable non reçu"), fr("livrable reçu tacitement"),
    fr("livrable rejeté tacitement"), fr("observations réputées acceptées"), fr("paiement demandé"), fr("restitution aux élus faite"),
)  # fmt: skip
"""Past words of steps that earlier versions kept in dossiers (`last_said`): still read, so still translated."""
