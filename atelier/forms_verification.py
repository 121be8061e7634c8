"""What the verification of a deliverable asks: decisions, notifications, reductions, penalties, silent effects."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from atelier.forms import Line, Reason, StepForm
from atelier.forms_designation import Amount, Short
from atelier.forms_execution import Document, Number
from atelier.words import fr


class DecisionSignee(StepForm):
    """A14: a decision of the service's signatory: the day it takes effect, that of its notification (27.1), its document."""

    jour: Annotated[
        date,
        Field(title=fr("Décision notifiée quel jour ?")),
        Line(
            fr("Date de décision"), "date", help=fr("Le jour où le titulaire l'a reçue : elle prend effet ce jour-là.")
        ),
    ]
    document: Document


class NotificationMotivee(DecisionSignee):
    """A decision notified to the holder: the clocks of the answer run from its reception."""

    jour: Annotated[date, Field(title=fr("Reçue par le titulaire quel jour ?")), Line(fr("Date de réception"), "date")]
    moyen: Annotated[Short, Field(title=fr("Par quel moyen ?")), Line(fr("Moyen"), "line")]
    preuve: Annotated[Short, Field(title=fr("Quelle preuve en avez-vous ?")), Line(fr("Preuve"), "line")]
    motif: Annotated[Reason, Field(title=fr("Pour quelles raisons ?")), Line(fr("Motif"))]


Reduction = Annotated[
    Amount,
    Field(title=fr("Montant de la réfaction, hors taxes ?")),
    Line(fr("Réfaction HT"), "amount", inside=True, tax="HT"),
]


class Refaction(NotificationMotivee):
    """A14b: the reduction foreseen, on which the holder may comment first."""

    montant: Reduction
    delai: Annotated[
        str,
        Field(title=fr("Combien de temps lui laissez-vous ?"), max_length=30),
        Line(
            fr("Délai laissé"),
            "delay",
            help=fr("Vide : celui des observations sur une réfaction. Le CCAG n'en fixe pas avant la décision."),
        ),
    ] = ""


class ReceptionReduite(NotificationMotivee):
    """A14c: received with a reduction: the holder's fifteen days run from the decision (CCAG-PI 2009, 27.3)."""

    montant: Reduction


class NouvelleDecision(NotificationMotivee):
    """A14e: the new decision on a reduction the holder commented on (CCAG-PI 2009, 27.3); none at all is zero."""

    montant: Annotated[
        Decimal,
        Field(title=fr("Réfaction maintenue, hors taxes ?"), ge=0, le=100_000_000, decimal_places=2),
        Line(fr("Réfaction HT"), "amount", help=fr("0 si vous y renoncez."), inside=True, tax="HT"),
    ]


class Penalites(NotificationMotivee):
    """F3: the penalties foreseen for an order, on which the holder may comment first (CCAG-PI 2021, 14.1.1)."""

    commande: Annotated[
        Number, Field(title=fr("Pour quel bon de commande ?")), Line(fr("Bon de commande"), "choice", listed="commandes")
    ]  # fmt: skip
    montant: Annotated[
        Amount,
        Field(title=fr("Montant des pénalités envisagées ?")),
        Line(
            fr("Pénalités"),
            "amount",
            help=fr(
                "En retard : valeur hors taxes × jours de retard / 3000 (CCAG-PI, article 14.1), sauf autre clause."
            ),
            inside=True,
        ),
    ]


class Constat(StepForm):
    """A silent effect noted by a person."""

    document: Document


class ConstatReduction(Constat):
    """A14f: the holder's observations are deemed accepted: what is left of the reduction, by them."""

    montant: Annotated[
        Decimal,
        Field(
            title=fr("Réfaction qui reste, d'après ces observations, hors taxes ?"),
            ge=0,
            le=100_000_000,
            decimal_places=2,
        ),
        Line(fr("Réfaction HT"), "amount", help=fr("0 s'il n'en reste rien."), inside=True, tax="HT"),
    ]
