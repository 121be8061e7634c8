"""The table of deadlines: how long, from what text, owed by whom, told to whom. `rules.py` runs them."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from atelier.deadlines import CCAG_2009, Delay, Unit
from atelier.labels import AD1, EVERYBODY, OF_THE_STATE
from atelier.rhythm import USUAL, Rhythm
from atelier.words import Role, RuleId, State, fr

Nature = Literal["cible", "contractuel", "note", "reglementaire"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One deadline: a service target without legal effect, or a clock of the contract."""

    id: RuleId
    label: str
    delay: Delay | None
    """None: the contract, the order or the note fixes it."""
    owed: tuple[Role, ...]
    """Empty: whoever's turn it is (`atelier.awaited`)."""
    escalates: tuple[Role, ...]
    """Told at the second overdue reminder: inside the State, never over a commune."""
    at_ad1: bool = False
    """True when the calendar is that of AD1 (Paris), else that of the dossier's département."""
    source: str
    nature: Nature = "cible"
    ccag: str = CCAG_2009
    """The general terms whose text gives this delay; under the others, the contract's file must give its own."""
    beside: bool = False
    """True when it runs beside the procedure: it does not say whose turn it is."""
    execution: bool = False
    """True for the holder's own work under a delay of the contract: a suspension of ours stops it, as it stops the work."""
    rhythm: Rhythm = USUAL
    """When its reminders leave."""
    todo: str = ""
    """What its reminders say is to be done; empty for a draft, which says what it lacks, and for whose turn it is."""
    seen: frozenset[Role] = EVERYBODY
    """Whom it may be shown to, name and date (`atelier.audience`)."""
    asked: frozenset[Role] = frozenset()
    """Whom it may be shown to besides when it is that of the solicitation under way: the groupement asked, its own alone."""
    turns: tuple[tuple[State, frozenset[Role]], ...] = ()
    """Whom it may be shown to instead, while it runs in one of these states: what follows whose turn it is."""

    @property
    def goes_on(self) -> bool:
        """True when a suspension of the atelier, which is ours alone, does not stop it.

        What the law or the contract counts from a notification goes on: its end decides (CCAG-PI 2009, 26.2 and 27), or
        closes a right (3.7.2), and no text lets the buyer stop it. What stops: our own targets, and the execution.
        """
        return self.nature in {"contractuel", "reglementaire"} and not self.execution


def _working(days: int) -> Delay:
    return Delay(days, Unit.JOURS_OUVRES)


def _days(days: int) -> Delay:
    return Delay(days, Unit.JOURS)


def _months(months: int) -> Delay:
    return Delay(months, Unit.MOIS)


TARGET = fr("cible de service, sans effet de droit")
STATE = (Role.AD1V, Role.SVC)
DRAFT = Rhythm(before=(), short=(), overdue=(5,), every=20, that_day=False)
"""Nobody waits for a draft: it is recalled, seldom; each answer puts it off."""
RIGHT = Rhythm(before=(2,), overdue=(), every=0)
"""A time to speak, not a duty: once over, there is nothing left to remind of."""
MEETING = Rhythm(before=(7, 2))
"""Days fixed together: everybody has them."""
SILENT_EFFECT = Rhythm(before=(30, 14, 7, 2))
"""Silence decides at the end: said a month before."""

APART = EVERYBODY - AD1 - {Role.MAND}
"""Those who write the request: it is theirs until it is transmitted (circulaire, §5)."""
REQUEST = EVERYBODY - {Role.MAND}
"""Those of the request: a groupement comes later, and learns the project, not how it was examined."""
MONEY = OF_THE_STATE | {Role.MAND}
"""The buyer and the holder: what a price becomes is between them."""
TURNS = (
    (State.TRANSMISE, OF_THE_STATE), (State.EN_ECHANGE, OF_THE_STATE), (State.VALIDEE, OF_THE_STATE),
    (State.ACTE, OF_THE_STATE), (State.DESIGNATION, AD1 | {Role.MAND}), (State.CASCADE_EPUISEE, AD1),
    (State.DESIGNE, OF_THE_STATE),
)  # fmt: skip
"""Where AD1 is awaited: a target of the State's own; during the cascade of ranks, AD1's and the groupement's asked."""

# fmt: off
RULES = (
    Rule(id=RuleId.RELANCE_BROUILLON, label=fr("Relance du brouillon"), delay=_working(1),
         owed=(Role.SVC, Role.COLL), escalates=(), rhythm=DRAFT, seen=APART, source=fr("choix du produit")),
    Rule(id=RuleId.CIBLE_PRISE_EN_CHARGE, label=fr("Prise en charge par la DGALN"),
         todo=fr("prendre la demande en charge"), delay=_working(5),
         owed=(Role.AD1I,), escalates=(Role.AD1V,), at_ad1=True, seen=OF_THE_STATE, source=TARGET),
    Rule(id=RuleId.CIBLE_INSTRUCTION, label=fr("Décision de la DGALN"),
         todo=fr("décider de la demande"), delay=_working(20),
         owed=(Role.AD1I, Role.AD1V), escalates=(Role.AD1V,), at_ad1=True, seen=OF_THE_STATE, source=TARGET),
    Rule(id=RuleId.CIBLE_COMPLEMENT, label=fr("Réponse au complément"),
         todo=fr("répondre au complément demandé"), delay=_working(15),
         owed=(Role.SVC, Role.COLL), escalates=(Role.SVC,), seen=REQUEST, source=TARGET),
    Rule(id=RuleId.CIBLE_SUITE, label=fr("Suite à donner"), delay=_working(10),
         owed=(), escalates=STATE, turns=TURNS, source=fr("choix du produit")),
    Rule(id=RuleId.CASCADE_REPONSE, label=fr("Réponse du groupement sollicité"),
         todo=fr("dire si le groupement est disponible"), delay=None, nature="contractuel",
         owed=(Role.MAND, Role.AD1V), escalates=(Role.AD1V,), seen=AD1, asked=frozenset({Role.MAND}), source=fr("accord-cadre")),
    Rule(id=RuleId.APPROPRIATION, label=fr("Remise de la note d'appropriation"),
         todo=fr("remettre la note d'appropriation"), delay=None, nature="note",
         owed=(Role.MAND,), escalates=STATE, source=fr("bon de commande")),
    Rule(id=RuleId.DUREE_MISSION, label=fr("Durée de la mission"),
         todo=fr("mener la mission à son terme"), delay=_months(4), beside=True,
         owed=(Role.SVC,), escalates=STATE, source=fr("circulaire, §4 : deux à quatre mois")),
    Rule(id=RuleId.BC_OBSERVATIONS, label=fr("Observations sur le bon de commande"),
         todo=fr("présenter, s'il y a lieu, des observations sur le bon de commande"), delay=_days(15), beside=True,
         nature="contractuel", owed=(Role.MAND,), escalates=(), rhythm=RIGHT, source=fr("CCAG-PI 2009, article 3.7.2")),
    Rule(id=RuleId.BC_EXECUTION, label=fr("Exécution du bon de commande"),
         todo=fr("exécuter le bon de commande, ou demander une prolongation"), delay=None, beside=True, nature="note",
         owed=(Role.MAND,), escalates=STATE, source=fr("CCAG-PI, articles 13.1.2 et 14.1")),
    Rule(id=RuleId.SUR_SITE, label=fr("Session sur site"),
         todo=fr("tenir la session, puis constater sa tenue"), delay=None, nature="note",
         owed=(Role.SVC,), escalates=STATE, rhythm=MEETING, source=fr("programme de la session")),
    Rule(id=RuleId.RESTITUTION, label=fr("Remise du livrable"),
         todo=fr("remettre le livrable"), delay=None, nature="note",
         owed=(Role.MAND,), escalates=STATE, source=fr("note d'appropriation validée")),
    Rule(id=RuleId.VERIFICATION, label=fr("Vérification du livrable"),
         todo=fr("décider de la réception du livrable"), delay=_months(2), nature="contractuel",
         owed=(Role.SVC_SIGN,), escalates=STATE, rhythm=SILENT_EFFECT, source=fr("CCAG-PI 2009, articles 26.2 et 27")),
    Rule(id=RuleId.AJOURN_ACCEPTATION, label=fr("Réponse à l'ajournement"),
         todo=fr("accepter ou refuser l'ajournement"), delay=_days(10), nature="contractuel",
         owed=(Role.MAND,), escalates=STATE, source=fr("CCAG-PI 2009, article 27.2.1")),
    Rule(id=RuleId.AJOURN_REPRESENTATION, label=fr("Nouvelle présentation du livrable"),
         todo=fr("présenter de nouveau le livrable"), delay=_days(15),
         nature="contractuel", execution=True, owed=(Role.MAND,), escalates=STATE,
         source=fr("CCAG-PI 2009, article 27.2.1")),
    Rule(id=RuleId.AJOURN_DECISION, label=fr("Décision après refus ou silence du titulaire"),
         todo=fr("décider après le refus ou le silence du titulaire"), delay=_days(15),
         nature="contractuel", beside=True, owed=(Role.SVC_SIGN,), escalates=STATE,
         source=fr("CCAG-PI 2009, article 27.2.1")),
    Rule(id=RuleId.REFACTION_OBSERVATIONS, label=fr("Observations du titulaire sur la réfaction"),
         todo=fr("présenter, s'il y a lieu, des observations sur la réfaction"), delay=_days(15),
         nature="contractuel", beside=True, owed=(Role.MAND,), escalates=(), rhythm=RIGHT, seen=MONEY, source=fr("CCAG-PI 2009, article 27.3")),
    Rule(id=RuleId.REFACTION_DECISION, label=fr("Décision sur la réfaction"),
         todo=fr("décider au vu des observations du titulaire"), delay=_days(15), nature="contractuel",
         beside=True, owed=(Role.SVC_SIGN,), escalates=STATE, seen=MONEY, source=fr("CCAG-PI 2009, article 27.3")),
    Rule(id=RuleId.PENALITES_OBSERVATIONS, label=fr("Observations du titulaire sur les pénalités"),
         todo=fr("présenter, s'il y a lieu, des observations sur les pénalités"), delay=_days(15),
         ccag="CCAG-PI 2021", nature="contractuel", beside=True, owed=(Role.MAND,), escalates=(), rhythm=RIGHT,
         seen=MONEY, source=fr("CCAG-PI 2021, article 14.1.1")),
    Rule(id=RuleId.PROLONGATION_DEMANDE, label=fr("Demande de prolongation"),
         todo=fr("demander, s'il y a lieu, une prolongation"), delay=_days(15),
         nature="contractuel", beside=True, owed=(Role.MAND,), escalates=(), rhythm=RIGHT,
         source=fr("CCAG-PI 2009, article 13.3.2")),
    Rule(id=RuleId.PROLONGATION_REPONSE, label=fr("Réponse à la demande de prolongation"),
         todo=fr("répondre à la demande de prolongation"), delay=_days(15),
         nature="contractuel", beside=True, owed=(Role.SVC_SIGN,), escalates=STATE,
         source=fr("CCAG-PI 2009, article 13.3.3")),
    Rule(id=RuleId.PAIEMENT, label=fr("Paiement du bon de commande"),
         todo=fr("payer le bon de commande, puis enregistrer le paiement"), delay=_days(30), nature="reglementaire",
         beside=True, owed=(Role.SVC,), escalates=STATE,
         seen=MONEY, source=fr("code de la commande publique, R2192-10 (à vérifier)")),
    Rule(id=RuleId.SUIVI_6_MOIS, label=fr("Suivi à six mois"),
         todo=fr("répondre au suivi à six mois"), delay=_months(6), beside=True,
         owed=(Role.SVC, Role.COLL), escalates=(Role.SVC,), source=fr("choix du produit")),
    Rule(id=RuleId.SUIVI_12_MOIS, label=fr("Suivi à douze mois"),
         todo=fr("répondre au suivi à douze mois"), delay=_months(12), beside=True,
         owed=(Role.SVC, Role.COLL), escalates=(Role.SVC,), source=fr("choix du produit")),
)
# fmt: on


_ROWS = MappingProxyType({r.id: r for r in RULES})


def rule(id_: RuleId) -> Rule:
    """The row of a deadline."""
    return _ROWS[id_]
