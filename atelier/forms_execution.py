"""What the steps of execution ask: orders, note, session, deliverable, prolongation."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from atelier.forms import Line, Reason, StepForm
from atelier.forms_designation import Amount, ReceptionConstatee, Short
from atelier.references import LIVRABLES
from atelier.words import fr

Number = Annotated[int, Field(ge=1, le=400)]
Long = Annotated[str, StringConstraints(min_length=10, max_length=3000)]
Document = Annotated[
    Short,
    Field(title=fr("Quel document signé le porte ?")),
    Line(fr("Document signé"), "line", help=fr("Sa référence, avec la date de signature.")),
]
DelayText = Annotated[str, StringConstraints(min_length=3, max_length=30)]


class CommandeAnimation(ReceptionConstatee):
    """A10: a second order, for the animation."""

    ej: Annotated[
        Short, Field(title=fr("Numéro d'engagement juridique (EJ) ?")), Line(fr("N° EJ"), "line", inside=True)
    ]
    montant: Annotated[
        Amount,
        Field(title=fr("Montant hors taxes ?")),
        Line(
            fr("Montant HT"),
            "amount",
            inside=True,
            help=fr("Par exemple : 8 000 €. Il compte dans le maximum de l'accord-cadre, lui aussi HT."),
            tax="HT",
        ),
    ]
    montant_ttc: Annotated[
        Amount | None,
        Field(title=fr("Montant toutes taxes comprises, tel qu'il est engagé ?")),
        Line(
            fr("Montant TTC"),
            "amount",
            help=fr("Comparé aux AE déléguées. Vide : elles sont comparées au montant HT, et c'est dit."),
            inside=True,
            tax="TTC",
        ),
    ] = None
    delai: Annotated[
        DelayText,
        Field(title=fr("Délai d'exécution ?")),
        Line(fr("Délai d'exécution"), "delay", help=fr("Par exemple : « 2 mois », « 45 jours ».")),
    ]


class CommandeInitiale(CommandeAnimation):
    """A5: the first order, for the appropriation alone or for the whole mission with a hold point."""

    objet: Annotated[
        Literal["appropriation", "mission"],
        Field(title=fr("Que couvre ce bon de commande ?")),
        Line(
            fr("Objet"),
            "choice",
            (
                ("appropriation", fr("L'appropriation seule")),
                ("mission", fr("Toute la mission, avec un point d'arrêt après la note")),
            ),
        ),
    ]


class Note(StepForm):
    """A7: what the note fixes; the file is dropped beforehand."""

    charge_jours: Annotated[
        Number, Field(title=fr("Charge de travail, en jours ?")), Line(fr("Jours de travail"), "number", help=fr("8 à 10 d'ordinaire (circulaire, §4)."))
    ]  # fmt: skip
    jours_sur_site: Annotated[
        Number, Field(title=fr("Combien de jours sur site ?")), Line(fr("Jours sur site"), "number", help=fr("2 à 3 d'ordinaire (circulaire, §4)."))
    ]  # fmt: skip
    contenu: Annotated[Long, Field(title=fr("Quel contenu ?")), Line(fr("Contenu"))]
    animation: Annotated[Long, Field(title=fr("Quelle animation ?")), Line(fr("Animation"))]
    forme: Annotated[
        Literal["esquisse", "manifeste", "charte", "cahier_des_charges", "autre"],
        Field(title=fr("Quelle forme de livrable ?")),
        Line(fr("Forme du livrable"), "choice", tuple(LIVRABLES.items())),
    ]
    delai_restitution: Annotated[
        DelayText,
        Field(title=fr("Livrable remis combien de temps après la session ?")),
        Line(fr("Délai de restitution"), "delay", help=fr("Par exemple : « 1 mois ».")),
    ]


class Observations(StepForm):
    """Observations for the record."""

    observations: Annotated[Reason, Field(title=fr("Vos observations ?")), Line(fr("Observations"))]


class Approbation(StepForm):
    """A9: the approval of one version of the note, with the signed document."""

    version: Annotated[
        Number, Field(title=fr("Quelle version approuvez-vous ?")), Line(fr("Version"), "choice", listed="version_note")
    ]
    document: Document


class Session(StepForm):
    """A11: the days on site and their programme."""

    premier_jour: Annotated[date, Field(title=fr("Premier jour sur site ?")), Line(fr("Premier jour"), "date")]
    dernier_jour: Annotated[date, Field(title=fr("Dernier jour sur site ?")), Line(fr("Dernier jour"), "date")]
    visite: Annotated[
        Short, Field(title=fr("Visite collective : quand, d'où ?")), Line(fr("Visite collective"), "line")
    ]
    seance: Annotated[Short, Field(title=fr("Séance collective : quand, où ?")), Line(fr("Séance collective"), "line")]
    parcours: Annotated[Long, Field(title=fr("Quel parcours de visite ?")), Line(fr("Parcours"))]
    acteurs: Annotated[Long, Field(title=fr("Quels acteurs clés rencontrer ?")), Line(fr("Acteurs clés"))]


class SessionTenue(StepForm):
    """A12: both collective moments were held; participation counted, nobody named."""

    visite_tenue: Annotated[
        Literal["oui", "non"],
        Field(title=fr("La visite collective a-t-elle eu lieu ?")),
        Line(fr("Visite tenue"), "choice", (("oui", fr("Oui")), ("non", fr("Non")))),
    ]
    seance_tenue: Annotated[
        Literal["oui", "non"],
        Field(title=fr("La séance collective a-t-elle eu lieu ?")),
        Line(fr("Séance tenue"), "choice", (("oui", fr("Oui")), ("non", fr("Non")))),
    ]
    participants: Annotated[
        int, Field(title=fr("Combien de participants ?"), ge=0, le=100_000), Line(fr("Participants"), "number", help=fr("Un nombre, sans nom."))
    ]  # fmt: skip
    compte_rendu: Annotated[Long, Field(title=fr("Compte rendu")), Line(fr("Compte rendu"))]


class RemiseLivrable(StepForm):
    """A13: the day the mandataire says it handed the deliverable in; the file is dropped beforehand."""

    jour: Annotated[date, Field(title=fr("Remis quel jour ?")), Line(fr("Date de remise"), "date")]


class DemandeProlongation(StepForm):
    """A23: more time for an order."""

    commande: Annotated[
        Number, Field(title=fr("Pour quel bon de commande ?")), Line(fr("Bon de commande"), "choice", listed="commandes")
    ]  # fmt: skip
    delai: Annotated[
        DelayText,
        Field(title=fr("Combien de temps en plus ?")),
        Line(fr("Prolongation"), "delay", help=fr("Par exemple : « 15 jours ».")),
    ]
    motif: Annotated[Reason, Field(title=fr("Pour quelles raisons ?")), Line(fr("Motif"))]
    cause: Annotated[
        date | None,
        Field(title=fr("Quel jour la cause est-elle apparue ?")),
        Line(
            fr("Cause apparue le"),
            "date",
            help=fr("Le contrat laisse un délai à partir de ce jour pour la signaler."),
        ),
    ] = None


class ReponseProlongation(StepForm):
    """A23: granted, for how long, or refused, and why."""

    reponse: Annotated[
        Literal["accordee", "refusee"],
        Field(title=fr("Votre réponse ?")),
        Line(fr("Réponse"), "choice", (("accordee", fr("Accordée")), ("refusee", fr("Refusée")))),
    ]
    delai: Annotated[
        str,
        Field(title=fr("Durée accordée ?"), max_length=30),
        Line(fr("Durée accordée"), "delay", help=fr("Vide : la durée demandée.")),
    ] = ""
    motif: Annotated[Reason, Field(title=fr("Pour quelles raisons ?")), Line(fr("Motif"))]
    document: Document


class ObservationsPenalites(Observations):
    """F4: the holder's observations on the penalties foreseen for an order."""

    commande: Annotated[
        Number, Field(title=fr("Sur quel bon de commande ?")), Line(fr("Bon de commande"), "choice", listed="commandes")
    ]  # fmt: skip


class ObservationsCommande(Observations):
    """A23: observations on an order, owed within the contract's delay."""

    commande: Annotated[
        Number, Field(title=fr("Sur quel bon de commande ?")), Line(fr("Bon de commande"), "choice", listed="commandes")
    ]  # fmt: skip
