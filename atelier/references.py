"""The lists of the circular: themes, forms of deliverable, linked programmes, bearer services (codes kept, titles read)."""

from __future__ import annotations

from atelier.words import fr

# circulaire §3: exact titles
THEMATIQUES = {
    "habiter_mieux": fr("Réparer la ville pour habiter mieux"),
    "mutations_economiques": fr("Accélérer les transitions et les mutations économiques"),
    "transitions_ecologiques": fr("Accélérer les transitions écologiques et solidaires des territoires"),
    "projets_citoyens": fr("Accompagner des projets citoyens"),
    "autre": fr("Autre thème"),
}

# circulaire §1
LIVRABLES = {
    "esquisse": fr("Esquisse de projet"),
    "manifeste": fr("Manifeste pour l'action"),
    "charte": fr("Charte collective"),
    "cahier_des_charges": fr("Proposition de cahier des charges"),
    "autre": fr("Autre forme"),
}

ECHELLES = {
    "batiment": fr("Bâtiment"),
    "ilot": fr("Îlot"),
    "quartier": fr("Quartier"),
    "commune": fr("Commune"),
    "intercommunalite": fr("Intercommunalité"),
    "grand_territoire": fr("Grand territoire"),
}

# circulaire §1: priority programmes, complementary tools; §2: upstream channels
PROGRAMMES = {
    "ACV": fr("Action cœur de ville (ACV)"),
    "PVD": fr("Petites villes de demain (PVD)"),
    "CRTE": fr("Contrat de relance et de transition écologique (CRTE)"),
    "ORT": fr("Opération de revitalisation de territoire (ORT)"),
    "PPA": fr("Projet partenarial d'aménagement (PPA)"),
    "POPSU": fr("Programme de recherche-action POPSU"),
    "ECOQUARTIER": fr("Labellisation ÉcoQuartiers"),
    "HQE_A": fr("Certification HQE aménagement"),
    "ISO37101": fr("Normalisation ISO 37101"),
    "PIA": fr("Aide à l'innovation urbaine du programme d'investissements d'avenir (PIA)"),
    "ILOTS": fr("Appel à projets « Îlots urbains dégradés » (DHUP)"),
    "CITOYENS": fr("Accélérateur de projets citoyens (DHUP)"),
}

# The tools another request may be better served by (D9): the same list without the upstream channels.
OUTILS = {code: name for code, name in PROGRAMMES.items() if code not in {"ILOTS", "CITOYENS"}} | {
    "autre": fr("Autre outil"),
}

# who may carry a request (circulaire, §5)
SERVICES = {
    "DDT": "DDT",
    "DDTM": "DDTM",
    "DEAL": "DEAL",
    "DGTM": "DGTM",
    "DTAM": "DTAM",
    "DREAL": "DREAL",
    "DRIEAT_UD": "UD DRIEAT",
    "DRIHL_UD": "UD DRIHL",
}

QUALITES_SOUTIEN = {
    "prefet": fr("Préfet"),
    "sous_prefet": fr("Sous-préfet"),
    "secretaire_general": fr("Secrétaire général, par délégation du préfet"),
}

QUALITES_ENGAGEMENT = (fr("Maire"), fr("Présidente ou président"), fr("Par délégation"))
"""Who signs the engagement letter, most often."""
