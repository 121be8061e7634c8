"""What the last steps ask: money, territory, closing; and what may happen at any time: suspension, abandonment."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from atelier.forms import Line, Motif, StepForm
from atelier.forms_designation import Amount, Short
from atelier.forms_execution import Document, Long, Number
from atelier.words import fr


class DemandePaiement(StepForm):
    """F1: when the payment request came, and when the service was done if later."""

    commande: Annotated[
        Number, Field(title=fr("Pour quel bon de commande ?")), Line(fr("Bon de commande"), "choice", listed="commandes")
    ]  # fmt: skip
    jour: Annotated[date, Field(title=fr("Demande reçue quel jour ?")), Line(fr("Date de réception"), "date")]
    service_fait: Annotated[
        date | None,
        Field(title=fr("Service fait quel jour, s'il est postérieur ?")),
        Line(
            fr("Service fait"),
            "date",
            help=fr("Vide : le jour de la réception de la prestation, si elle est venue après la demande."),
        ),
    ] = None
    preuve: Annotated[Short, Field(title=fr("Quelle preuve en avez-vous ?")), Line(fr("Preuve"), "line")]


class Paiement(StepForm):
    """F2: the payment of an order."""

    commande: Annotated[
        Number, Field(title=fr("Pour quel bon de commande ?")), Line(fr("Bon de commande"), "choice", listed="commandes")
    ]  # fmt: skip
    jour: Annotated[date, Field(title=fr("Payé quel jour ?")), Line(fr("Date de paiement"), "date")]
    montant: Annotated[
        Amount,
        Field(title=fr("Montant payé, toutes taxes comprises ?")),
        Line(fr("Montant payé TTC"), "amount", help=fr("Comparé aux CP délégués."), inside=True, tax="TTC"),
    ]
    penalites: Annotated[
        Decimal, Field(title=fr("Pénalités, s'il y en a ?"), ge=0, le=100_000_000, decimal_places=2), Line(fr("Pénalités"), "amount", inside=True, help=fr("Vide s'il n'y en a pas."))
    ] = Decimal(0)  # fmt: skip


class RestitutionElus(StepForm):
    """T1: the results given back to the élus."""

    jour: Annotated[date, Field(title=fr("Restitution de quel jour ?")), Line(fr("Date"), "date")]
    partenaires: Annotated[Long, Field(title=fr("Quels partenaires étaient là ?")), Line(fr("Partenaires"))]
    relais: Annotated[Long, Field(title=fr("Qui prend le relais, et comment ?")), Line(fr("Prise de relais"))]


class ReponseSuivi(StepForm):
    """T2: what came of it."""

    mois: Annotated[
        Literal["6", "12"],
        Field(title=fr("À quelle échéance ?")),
        Line(fr("Échéance"), "choice", (("6", fr("Six mois")), ("12", fr("Douze mois")))),
    ]
    suites: Annotated[Long, Field(title=fr("Quelles suites ont été données ?")), Line(fr("Suites"))]


class Cloture(StepForm):
    """A21: the summary; a track given up needs its reason."""

    bilan: Annotated[Long, Field(title=fr("Que retenir de cet atelier ?")), Line(fr("Bilan"))]
    renonce_argent: Annotated[
        str,
        Field(title=fr("Pourquoi clore sans tous les paiements ?"), max_length=1000),
        Line(fr("Sans paiement"), help=fr("À remplir seulement si un bon de commande n'est pas payé.")),
    ] = ""
    renonce_territoire: Annotated[
        str,
        Field(title=fr("Pourquoi clore sans les suivis ?"), max_length=1000),
        Line(fr("Sans suivi"), help=fr("À remplir seulement si la restitution ou un suivi manque.")),
    ] = ""


WITHOUT_NOTICE = fr("Oui, sans mise en demeure (fraude, interdiction, pièces inexactes)")
"""The faults that need no formal notice (CCAG-PI 2009, 32.2: j, m and n of 32.1)."""


class Resiliation(Motif):
    """A22c: terminated; for a fault, a formal notice comes first, but for three of them (CCAG-PI 2009, 32.2)."""

    pour_faute: Annotated[
        Literal["oui", "non", "dispense"],
        Field(title=fr("Est-ce pour faute du titulaire ?")),
        Line(fr("Pour faute"), "choice", (("non", fr("Non")), ("oui", fr("Oui")), ("dispense", WITHOUT_NOTICE))),
    ]
    mise_en_demeure: Annotated[
        date | None,
        Field(title=fr("Mise en demeure reçue quel jour ?")),
        Line(fr("Mise en demeure"), "date", help=fr("Obligatoire pour faute.")),
    ] = None
    jusqu_au: Annotated[
        date | None,
        Field(title=fr("Jusqu'à quel jour laissait-elle pour s'exécuter ?")),
        Line(fr("Délai laissé jusqu'au"), "date", help=fr("Elle doit être restée sans effet à la fin de ce délai.")),
    ] = None
    preuve: Annotated[
        str, Field(title=fr("Preuve de la mise en demeure ?"), max_length=200), Line(fr("Preuve"), "line")
    ] = ""
    document: Document


Right = Annotated[str, StringConstraints(min_length=1, max_length=3000)]
"""As long as the longest answer; how long it may be is said by what is put right."""


class Rectification(StepForm):
    """« Rectifier une saisie »: what, the right value, and why."""

    saisie: Annotated[
        Short, Field(title=fr("Quelle saisie rectifier ?")), Line(fr("Saisie"), "choice", listed="saisies", inside=True)
    ]
    valeur: Annotated[
        Right,
        Field(title=fr("Quelle est la bonne valeur ?")),
        Line(
            fr("Bonne valeur"),
            inside=True,
            help=fr("Une date, un montant, une référence ou un texte entier, comme à l'origine."),
        ),
    ]
    motif: Annotated[str, Field(title=fr("Pour quelles raisons ?"), min_length=10, max_length=1000), Line(fr("Motif"))]
