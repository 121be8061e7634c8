"""What the steps of designation ask: the act, the solicitation, the answer, the rank set aside, the credits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints

from atelier.forms import Line, Reason, StepForm, Validation
from atelier.words import fr

Short = Annotated[str, StringConstraints(min_length=2, max_length=200)]
Amount = Annotated[Decimal, Field(gt=0, le=100_000_000, decimal_places=2)]


class Acte(StepForm):
    """D8: the act that orders the atelier, under which contract."""

    accord_cadre: Annotated[
        Short,
        Field(title=fr("Sous quel accord-cadre ?")),
        Line(
            fr("Accord-cadre"), "choice", listed="contrats", help=fr("Seuls les accords-cadres en vigueur conviennent.")
        ),
    ]
    acte: Annotated[
        Short, Field(title=fr("Quelle est la référence de l'acte ?")), Line(fr("Référence de l'acte"), "line")
    ]


class ValidationEtActe(Validation, Acte):
    """D7 and D8 in one form."""


class ReceptionConstatee(StepForm):
    """A1: the day the solicitation was received, and how it is known."""

    jour: Annotated[date, Field(title=fr("Reçue quel jour ?")), Line(fr("Date de réception"), "date")]
    moyen: Annotated[
        Short,
        Field(title=fr("Par quel moyen ?")),
        Line(fr("Moyen"), "line", help=fr("Par exemple : courriel avec accusé, lettre recommandée, PLACE.")),
    ]
    preuve: Annotated[
        Short, Field(title=fr("Quelle preuve en avez-vous ?")), Line(fr("Preuve"), "line", help=fr("Sa référence."))
    ]


class Disponible(StepForm):
    """A2a: available, perhaps from a later day, with the team foreseen."""

    equipe: Annotated[
        str,
        Field(title=fr("Quelle équipe pressentez-vous ?"), min_length=2, max_length=1000),
        Line(fr("Équipe pressentie"), help=fr("Les membres et leurs compétences.")),
    ]
    a_partir_du: Annotated[
        date | None,
        Field(title=fr("Disponible à partir de quel jour ?")),
        Line(fr("À partir du"), "date", help=fr("Vide si vous l'êtes dès maintenant.")),
    ] = None


class Indisponible(StepForm):
    """A2a: not available, and why."""

    motif: Annotated[Reason, Field(title=fr("Pour quelles raisons ?")), Line(fr("Motif"), inside=True)]


class Designation(StepForm):
    """A2: the team mobilised; competences inform, ranks decide (circulaire §5, §6)."""

    equipe: Annotated[
        tuple[str, ...],
        Field(title=fr("Quels membres du groupement interviennent ?"), min_length=1),
        Line(fr("Équipe mobilisée"), "choices", listed="membres"),
    ]


class Ecart(StepForm):
    """A3: the contract's motive, and what shows it."""

    motif_contrat: Annotated[
        Short,
        Field(title=fr("Pour quel motif de l'accord-cadre ?")),
        Line(fr("Motif du contrat"), "choice", listed="motifs_ecart", inside=True),
    ]
    justificatif: Annotated[Reason, Field(title=fr("Qu'est-ce qui le montre ?")), Line(fr("Justificatif"), inside=True)]


class Credits(StepForm):
    """A4: what was delegated, all taxes included, to whom, under which reference, and when."""

    ae: Annotated[
        Amount,
        Field(title=fr("Autorisations d'engagement (AE), toutes taxes comprises ?")),
        Line(
            fr("AE (TTC)"),
            "amount",
            help=fr("Comparées aux bons de commande TTC ; au montant HT quand le TTC n'est pas donné."),
            inside=True,
            tax="TTC",
        ),
    ]
    cp: Annotated[
        Amount,
        Field(title=fr("Crédits de paiement (CP), toutes taxes comprises ?")),
        Line(fr("CP (TTC)"), "amount", help=fr("Comparés aux paiements TTC."), inside=True, tax="TTC"),
    ]
    uo: Annotated[
        Short, Field(title=fr("Vers quelle unité opérationnelle (UO) ?")), Line(fr("UO"), "line", inside=True)
    ]
    chorus: Annotated[Short, Field(title=fr("Référence Chorus ?")), Line(fr("Référence Chorus"), "line", inside=True)]
    jour: Annotated[
        date | None,
        Field(title=fr("Délégués quel jour ?")),
        Line(fr("Délégués le"), "date", help=fr("Le jour de la délégation ; vide : aujourd'hui."), inside=True),
    ] = None
