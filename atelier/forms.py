"""What each step asks of whoever takes it: one pydantic model a form, one field a question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from atelier.amounts import Tax
from atelier.fiche import items
from atelier.references import OUTILS
from atelier.words import fr

Kind = Literal["line", "text", "choice", "choices", "date", "number", "amount", "delay"]
"""How an answer is typed; dates, whole numbers, amounts in euros and delays are read before they are checked."""


@dataclass(frozen=True, slots=True)
class Line:
    """How a form's field is drawn: a short label (24 bytes), the control, and the choices when there are some."""

    short: str
    kind: Kind = "text"
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    listed: str = ""
    """Choices that depend on the dossier: the name of a list of `Around.choices`."""
    inside: bool = False
    """True for what stays inside the State: never told to a groupement nor to the collectivité."""
    tax: Tax = ""
    """How an amount is counted: an answer that says the other is refused."""


class StepForm(BaseModel):
    """The answers given with a step, checked."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


Reason = Annotated[str, StringConstraints(min_length=10, max_length=3000)]


class Transmission(StepForm):
    """D2: the project was designed with the collectivité (circulaire §5)."""

    conception: Annotated[
        str,
        Field(
            title=fr("Comment le projet a-t-il été conçu avec la collectivité ?"),
            min_length=10,
            max_length=500,
        ),
        Line(
            fr("Conçu avec"),
            help=fr("La demande est conçue préalablement avec la collectivité (circulaire, §5)."),
        ),
    ]


class PriseEnCharge(StepForm):
    """D3: why this request is taken before older ones, when it is."""

    motif: Annotated[
        str,
        Field(title=fr("Pourquoi la traiter avant une demande plus ancienne ?"), max_length=3000),
        Line(
            fr("Motif hors ordre"),
            help=fr("À remplir seulement si une demande plus ancienne attend encore (circulaire, §5)."),
        ),
    ] = ""


class DemandeComplement(StepForm):
    """D4: which fields or pieces, and what is wrong with them."""

    champs: Annotated[
        tuple[str, ...],
        Field(title=fr("Quels champs ou quelles pièces ?"), min_length=1),
        Line(fr("Champs et pièces"), "choices", tuple((i.name, i.asked.short) for i in items())),
    ]
    texte: Annotated[
        Reason,
        Field(title=fr("Que faut-il compléter ou corriger ?")),
        Line(fr("Votre demande")),
    ]


class ReponseComplement(StepForm):
    """D5: a word with the answer, owed when nothing was changed."""

    note: Annotated[
        str,
        Field(title=fr("Un mot pour la DGALN ?"), max_length=3000),
        Line(fr("Votre mot"), help=fr("Facultatif si vous avez modifié les champs ou les pièces demandés.")),
    ] = ""


class Avis(StepForm):
    """D6: a reasoned opinion, kept inside AD1."""

    sens: Annotated[
        Literal["favorable", "reserve", "defavorable"],
        Field(title=fr("Quel est votre avis ?")),
        Line(
            fr("Avis"),
            "choice",
            (("favorable", fr("Favorable")), ("reserve", fr("Réservé")), ("defavorable", fr("Défavorable"))),
        ),
    ]
    motif: Annotated[Reason, Field(title=fr("Pour quelles raisons ?")), Line(fr("Motif"))]


class Validation(StepForm):
    """D7: adequacy to the dispositif and to the network's competences, each reasoned (circulaire §5)."""

    adequation_dispositif: Annotated[
        Reason,
        Field(title=fr("En quoi la demande convient-elle au dispositif ?")),
        Line(fr("Dispositif"), help=fr("Adéquation avec le dispositif Atelier flash (circulaire, §5).")),
    ]
    adequation_competences: Annotated[
        Reason,
        Field(title=fr("Quelles compétences du réseau y répondent ?")),
        Line(fr("Compétences"), help=fr("Adéquation avec les compétences des prestataires (circulaire, §5).")),
    ]


class Motif(StepForm):
    """A reason, told to the people concerned."""

    motif: Annotated[Reason, Field(title=fr("Pour quelles raisons ?")), Line(fr("Motif"))]


class Reorientation(StepForm):
    """D9: the other tool proposed, and why it fits better."""

    outil: Annotated[
        str,
        Field(title=fr("Vers quel outil ?")),
        Line(fr("Outil proposé"), "choice", tuple(OUTILS.items()), fr("Les outils de la circulaire (§1).")),
    ]
    motif: Annotated[Reason, Field(title=fr("Pour quelles raisons ?")), Line(fr("Motif"))]


class Courrier(StepForm):
    """« Écrire au service »: to whom, and the message."""

    destinataires: Annotated[
        Literal["service", "service_collectivite"],
        Field(title=fr("À qui écrivez-vous ?")),
        Line(
            fr("Destinataires"),
            "choice",
            (("service", fr("Au service porteur")), ("service_collectivite", fr("Au service et à la collectivité"))),
        ),
    ]
    texte: Annotated[str, Field(title=fr("Votre message"), min_length=2, max_length=3000), Line(fr("Message"))]


class Invitation(StepForm):
    """« Inviter… »: who, and to do what."""

    personne: Annotated[
        str,
        Field(title=fr("Qui invitez-vous ?"), min_length=2, max_length=120),
        Line(
            fr("Personne"), "line", help=fr("Son nom ou son identifiant de l'annuaire, ou son compte : « @camille ».")
        ),
    ]
    role: Annotated[
        Literal["COLL", "DREAL", "CAUE", "SVC"],
        Field(title=fr("À quel titre ?")),
        Line(
            fr("À titre de"),
            "choice",
            (
                ("COLL", fr("Collectivité")),
                ("DREAL", fr("DREAL")),
                ("CAUE", fr("CAUE")),
                ("SVC", fr("Service porteur")),
            ),
        ),
    ]


class Retrait(StepForm):
    """« Retirer une personne »: who has a part by mistake."""

    personne: Annotated[
        str,
        Field(title=fr("Qui retirez-vous de cette demande ?"), min_length=2, max_length=120),
        Line(
            fr("Personne"), "choice", listed="invites",
            help=fr("Qui n'a part qu'à cette demande. Ce que donne l'annuaire se corrige dans l'annuaire."),
        ),
    ]  # fmt: skip
