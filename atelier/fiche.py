"""The fiche de renseignements, question by question: one pydantic model, one field per question, in order.

The circular names the form (§5) and lists no field: `source` says where each comes from. The conversation, the
all-at-once form, the summary and the completeness check all read this model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.fields import FieldInfo

from atelier.references import ECHELLES, LIVRABLES, PROGRAMMES, SERVICES, THEMATIQUES
from atelier.words import Role, fr

Kind = Literal["service", "territory", "choice", "choices", "line", "text", "months", "piece"]
SVC, COLL, DREAL, CAUE = Role.SVC, Role.COLL, Role.DREAL, Role.CAUE


@dataclass(frozen=True, slots=True)
class Asked:
    """How a field is asked: its kind, who is asked first, a short title (24 bytes), help and source."""

    kind: Kind
    short: str
    who: tuple[Role, ...]
    help: str
    example: str = ""
    source: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    for_validation: bool = False
    """True for the letters: owed before validation, not before transmission (circulaire §5)."""


def _pairs(names: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(names.items())


class Territory(BaseModel):
    """A territory of the request: an INSEE code, or a SIREN, as found in the official list (or typed, for a PETR)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    code: str
    label: str
    kind: Literal["commune", "epci", "departement", "petr"]


class Other(BaseModel):
    """A free answer beside a list of codes (« autre : … »)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    codes: tuple[str, ...] = ()
    other: str = ""


Long = Annotated[str, StringConstraints(min_length=50, max_length=3000, strip_whitespace=True)]


class Fiche(BaseModel):
    """Fiche de renseignements (circulaire §5)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service_porteur: Annotated[
        str,
        Field(title=fr("Quel service de l'État porte la demande ?"), min_length=3, max_length=120),
        Asked(
            "service",
            fr("Service porteur"),
            (SVC,),
            fr("DDT, DDTM, DEAL… du département : c'est lui qui transmet la demande (circulaire, §5)."),
            fr("DDT de la Meuse"),
            "circulaire §5",
            _pairs(SERVICES),
        ),
    ]
    territoire: Annotated[
        tuple[Territory, ...],
        Field(title=fr("Quelle commune ou intercommunalité est concernée ?"), min_length=1, max_length=20),
        Asked(
            "territory",
            fr("Territoire"),
            (SVC,),
            fr(
                "Un nom, un code INSEE ou un SIREN ; plusieurs séparés par « ; ». PETR : « PETR nom, SIREN » "
                "(circulaire, §1 et §2)."
            ),
            fr("Bar-le-Duc"),
            "note d'opportunité",
        ),
    ]
    echelle: Annotated[
        str,
        Field(title=fr("À quelle échelle ?")),
        Asked(
            "choice",
            fr("Échelle"),
            (SVC,),
            fr("Du bâtiment au grand territoire : la maille est très variable (circulaire, §2)."),
            "",
            "note d'opportunité",
            _pairs(ECHELLES),
        ),
    ]
    thematiques: Annotated[
        Other,
        Field(title=fr("Quels thèmes ?")),
        Asked(
            "choices",
            fr("Thèmes"),
            (SVC,),
            fr("Les quatre domaines de l'accord-cadre, ou un autre (circulaire, §3)."),
            "",
            "circulaire §3",
            _pairs(THEMATIQUES),
        ),
    ]
    objet: Annotated[
        str,
        Field(title=fr("En une phrase, de quoi s'agit-il ?"), min_length=10, max_length=200),
        Asked(
            "line",
            fr("Objet"),
            (SVC,),
            fr("Une phrase que la DGALN lira dans la file d'attente (circulaire, §5)."),
            fr("Redonner un usage aux îlots vacants de la ville haute"),
            "note d'opportunité",
        ),
    ]
    objectifs: Annotated[
        Long,
        Field(title=fr("Qu'attendez-vous de l'atelier ?")),
        Asked(
            "text",
            fr("Objectifs"),
            (SVC, COLL),
            fr("L'atelier sert à déclencher une dynamique locale à court terme (circulaire, §1)."),
            fr("Faire émerger, avec les habitants et les élus, une esquisse partagée pour le centre ancien."),
            "note d'opportunité",
        ),
    ]
    attendus_livrable: Annotated[
        Other,
        Field(title=fr("Quelle forme de livrable imaginez-vous ?")),
        Asked(
            "choices",
            fr("Livrable attendu"),
            (SVC, COLL),
            fr("Esquisse, manifeste, charte, cahier des charges… (circulaire, §1)."),
            "",
            "circulaire §1",
            _pairs(LIVRABLES),
        ),
    ]
    dynamiques_territoire: Annotated[
        Long,
        Field(title=fr("Que se passe-t-il sur ce territoire ?")),
        Asked(
            "text",
            fr("Dynamiques locales"),
            (COLL,),
            fr("Population, emploi, logement, commerces : ce qui bouge et ce qui bloque (circulaire, §3)."),
            fr("La population baisse depuis vingt ans, un logement sur cinq du centre est vacant."),
            "note d'opportunité",
        ),
    ]
    dynamiques_amenagement: Annotated[
        str | None,
        Field(title=fr("Quels projets et outils d'aménagement y sont en cours ?"), max_length=3000),
        Asked(
            "text",
            fr("Aménagement en cours"),
            (COLL, SVC),
            fr("PLUi, OPAH, ZAC, études : l'atelier s'articule avec l'opérationnel (circulaire, §4)."),
            "",
            "note d'opportunité",
        ),
    ] = None
    programmes_lies: Annotated[
        Other | None,
        Field(title=fr("Le projet relève-t-il d'un programme ?")),
        Asked(
            "choices",
            fr("Programmes liés"),
            (SVC,),
            fr("ACV, PVD, CRTE, ORT, PPA… (circulaire, §1)."),
            "",
            "circulaire §1",
            _pairs(PROGRAMMES),
        ),
    ] = None
    acteurs: Annotated[
        str | None,
        Field(title=fr("Quels acteurs faudra-t-il mobiliser ?"), max_length=2000),
        Asked(
            "text",
            fr("Acteurs"),
            (COLL, SVC, CAUE, DREAL),
            fr("Fonctions et organismes, sans coordonnées personnelles (circulaire, §4)."),
            fr("Établissement public foncier, union commerçante, bailleur social"),
            "note d'opportunité",
        ),
    ] = None
    ingenierie_locale: Annotated[
        str,
        Field(title=fr("Quelle ingénierie locale suivra l'atelier ?"), min_length=10, max_length=1000),
        Asked(
            "text",
            fr("Ingénierie locale"),
            (SVC, COLL),
            fr("L'ingénierie locale est associée pour que l'impulsion soit suivie d'effets (circulaire, §4)."),
            fr("Le chef de projet centre-ville de la communauté d'agglomération"),
            "circulaire §4",
        ),
    ]
    ressources: Annotated[
        str | None,
        Field(title=fr("Quels documents remettrez-vous à l'équipe ?"), max_length=3000),
        Asked(
            "text",
            fr("Documents remis"),
            (SVC, COLL, DREAL, CAUE),
            fr("Études, plans, notes de contexte ; vous pouvez aussi déposer des fichiers (circulaire, §6)."),
            "",
            "circulaire §6",
        ),
    ] = None
    calendrier: Annotated[
        tuple[str, str] | None,
        Field(title=fr("À quelle période souhaitez-vous la session ?")),
        Asked(
            "months",
            fr("Calendrier souhaité"),
            (SVC, COLL),
            fr("Un mois de début et un mois de fin ; la mission entière dure deux à quatre mois (circulaire, §4)."),
            fr("mars 2027 à mai 2027"),
            "choix du produit",
        ),
    ] = None
    courrier_engagement: Annotated[
        str | None,
        Field(title=fr("Déposez ici le courrier d'engagement de la collectivité.")),
        Asked(
            "piece",
            fr("Courrier d'engagement"),
            (COLL,),
            fr("Exigé pour valider, pas pour transmettre (circulaire, §5). PDF, ODT, DOCX, JPEG ou PNG, 20 Mo."),
            "",
            "circulaire §5",
            for_validation=True,
        ),
    ] = None
    courrier_soutien: Annotated[
        str | None,
        Field(title=fr("Déposez ici le courrier de soutien du préfet.")),
        Asked(
            "piece",
            fr("Courrier de soutien"),
            (SVC,),
            fr("Exigé pour valider, pas pour transmettre (circulaire, §5). PDF, ODT, DOCX, JPEG ou PNG, 20 Mo."),
            "",
            "circulaire §5",
            for_validation=True,
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class Item:
    """One question of the fiche, ready to be asked: number (from 1), field, and everything the model says of it."""

    number: int
    name: str
    question: str
    asked: Asked
    required: bool
    info: FieldInfo

    @property
    def is_piece(self) -> bool:
        """True when the answer is a file."""
        return self.asked.kind == "piece"


def items() -> tuple[Item, ...]:
    """Every question of the fiche, in order."""
    return tuple(_item(i, name, info) for i, (name, info) in enumerate(Fiche.model_fields.items(), start=1))


def item(name: str) -> Item:
    """The question behind a field; KeyError when the fiche has no such field."""
    return next((i for i in items() if i.name == name), None) or _missing(name)


def _missing(name: str) -> Item:
    raise KeyError(name)


def _item(number: int, name: str, info: FieldInfo) -> Item:
    asked = next(m for m in info.metadata if isinstance(m, Asked))
    return Item(number, name, info.title or name, asked, info.is_required(), info)
