"""The fictitious people of the sandbox, round the towns that the circular names (§2)."""

from __future__ import annotations

from dataclasses import dataclass

from atelier.dossier import Holding, Person
from atelier.words import PersonId, Role
from bot.sandbox.things import PLATFORM, Persona
from chat.cards import Address

REVIEW = Address(platform=PLATFORM, id="revue-ad1")
STRANGER = Persona(account="ddt57", name="Yann Keller", title="DDT de la Moselle, pas encore dans l'annuaire")


@dataclass(frozen=True, slots=True)
class Somebody:
    """One inhabitant: their account in the sandbox, and who they are in the directory."""

    account: str
    name: str
    title: str
    service: str
    holdings: tuple[tuple[Role, str], ...]
    departement: str = "75"

    def persona(self) -> Persona:
        """As the page shows them."""
        return Persona(account=self.account, name=self.name, title=self.service)

    def person(self) -> Person:
        """As the directory knows them."""
        return Person(
            id=PersonId(self.account),
            name=self.name,
            title=self.title,
            service=self.service,
            holdings=tuple(Holding(role=role, scope=scope) for role, scope in self.holdings),
            departement=self.departement,
            noticed=True,
        )

    def address(self) -> Address:
        """Their account."""
        return Address(platform=PLATFORM, id=self.account)


CAMILLE = Somebody("ddt55", "Camille Laurent", "chargée de mission", "DDT de la Meuse", ((Role.SVC, "dep:55"),), "55")
INES = Somebody(
    "barleduc", "Inès Moreau", "directrice de l'urbanisme", "Ville de Bar-le-Duc", ((Role.COLL, "terr:55029"),), "55"
)
HUGO = Somebody("dreal", "Hugo Garnier", "chargé d'aménagement", "DREAL Grand Est", ((Role.DREAL, "dep:55"),), "57")
LEA = Somebody("caue55", "Léa Fontaine", "paysagiste-conseil", "CAUE de la Meuse", ((Role.CAUE, "dep:55"),), "55")
NORA = Somebody("ad1-instruction", "Nora Benali", "instructrice", "Bureau AD1", ((Role.AD1I, ""),))
MARC = Somebody("ad1-validation", "Marc Olivier", "chef de bureau", "Bureau AD1", ((Role.AD1V, ""),))
ALIX = Somebody("ddt45", "Alix Perrin", "cheffe de projet", "DDT du Loiret", ((Role.SVC, "dep:45"),), "45")
SACHA = Somebody("ddt84", "Sacha Roux", "chargé de mission", "DDT de Vaucluse", ((Role.SVC, "dep:84"),), "84")
DOMINIQUE = Somebody("admin", "Dominique Petit", "administratrice du robot", "Bureau AD1", ((Role.ADMIN, ""),))

PAUL = Somebody(
    "ddt55-direction", "Paul Henry", "directeur départemental", "DDT de la Meuse", ((Role.SVC_SIGN, "dep:55"),), "55"
)
MAIRE = Somebody(
    "barleduc-maire", "Claude Martin", "maire", "Ville de Bar-le-Duc", ((Role.COLL_SIGN, "terr:55029"),), "55"
)
JEANNE = Somebody("ad1-budget", "Jeanne Robin", "gestionnaire budgétaire", "Bureau AD1", ((Role.AD1B, ""),))
ALBA = Somebody(
    "rives", "Alba Costa", "mandataire", "Groupement Atelier des Rives", ((Role.MAND, "grp:demonstration/rives"),), "69"
)
OSCAR = Somebody(
    "traverse", "Oscar Blin", "mandataire", "Groupement La Traverse", ((Role.MAND, "grp:demonstration/traverse"),), "44"
)
ELSA = Somebody(
    "canopee", "Elsa Morel", "mandataire", "Groupement Canopée", ((Role.MAND, "grp:demonstration/canopee"),), "33"
)

EVERYBODY = (
    CAMILLE, PAUL, INES, MAIRE, HUGO, LEA, NORA, MARC, JEANNE, ALBA, OSCAR, ELSA, ALIX, SACHA, DOMINIQUE,
)  # fmt: skip
REVIEWERS = ("ad1-instruction", "ad1-validation", "ad1-budget")
