"""The table of deadlines: how long, from what text, owed by whom, told to whom. `rules.py` runs them."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from atelier.deadlines import CCAG_2009, Delay, Unit
from atelier.rhythm import USUAL, Rhythm
from atelier.words import Role, RuleId, fr

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
DRAFT = Rhythm(before=(), short=(), overdue=(5,), every=20)
"""Nobody waits for a draft: it is recalled, seldom."""
RIGHT = Rhythm(before=(7, 2), overdue=(), every=0)
"""A time to speak, not a duty: once over, there is nothing left to remind of."""
SILENT_EFFECT = Rhythm(before=(30, 14, 7, 2))
"""Silence decides at the end: said a month before."""

# fmt: off
RULES = (
    Rule(id=RuleId.RELANCE_BROUILLON, label=fr("Relance du brouillon"), delay=_working(1),
         owed=(Role.SVC, Role.COLL), escalates=(), rhythm=DRAFT, source=fr("choix du produit")),
    Rule(id=RuleId.CIBLE_PRISE_EN_CHARGE, label=fr("Prise en charge par la DGALN"), delay=_working(5),
         owed=(Role.AD1I,), escalates=(Role.AD1V,), at_ad1=True, source=TARGET),
    Rule(id=RuleId.CIBLE_INSTRUCTION, label=fr("Décision de la DGALN"), delay=_working(20),
         owed=(Role.AD1I, Role.AD1V), escalates=(Role.AD1V,), at_ad1=True, source=TARGET),
    Rule(id=RuleId.CIBLE_COMPLEMENT, label=fr("Réponse au complément"), delay=_working(15),
         owed=(Role.SVC, Role.COLL), escalates=(Role.SVC,), source=TARGET),
    Rule(id=RuleId.CIBLE_SUITE, label=fr("Suite à donner"), delay=_working(10),
         owed=(), escalates=STATE, source=fr("choix du produit")),
    Rule(id=RuleId.CASCADE_REPONSE, label=fr("Réponse du groupement sollicité"), delay=None, nature="contractuel",
         owed=(Role.MAND, Role.AD1V), escalates=(Role.AD1V,), source=fr("accord-cadre")),
    Rule(id=RuleId.APPROPRIATION, label=fr("Remise de la note d'appropriation"), delay=None, nature="note",
         owed=(Role.MAND,), escalates=STATE, source=fr("bon de commande")),
    Rule(id=RuleId.DUREE_MISSION, label=fr("Durée de la mission"), delay=_months(4), beside=True,
         owed=(Role.SVC,), escalates=STATE, source=fr("circulaire, §4 : deux à quatre mois")),
    Rule(id=RuleId.BC_OBSERVATIONS, label=fr("Observations sur le bon de commande"), delay=_days(15), beside=True,
         nature="contractuel", owed=(Role.MAND,), escalates=(), rhythm=RIGHT, source=fr("CCAG-PI 2009, article 3.7.2")),
    Rule(id=RuleId.BC_EXECUTION, label=fr("Exécution du bon de commande"), delay=None, beside=True, nature="note",
         owed=(Role.MAND,), escalates=STATE, source=fr("CCAG-PI, articles 13.1.2 et 14.1")),
    Rule(id=RuleId.SUR_SITE, label=fr("Session sur site"), delay=None, nature="note",
         owed=(Role.SVC,), escalates=STATE, source=fr("programme de la session")),
    Rule(id=RuleId.RESTITUTION, label=fr("Remise du livrable"), delay=None, nature="note",
         owed=(Role.MAND,), escalates=STATE, source=fr("note d'appropriation validée")),
    Rule(id=RuleId.VERIFICATION, label=fr("Vérification du livrable"), delay=_months(2), nature="contractuel",
         owed=(Role.SVC_SIGN,), escalates=STATE, rhythm=SILENT_EFFECT, source=fr("CCAG-PI 2009, articles 26.2 et 27")),
    Rule(id=RuleId.AJOURN_ACCEPTATION, label=fr("Réponse à l'ajournement"), delay=_days(10), nature="contractuel",
         owed=(Role.MAND,), escalates=STATE, source=fr("CCAG-PI 2009, article 27.2.1")),
    Rule(id=RuleId.AJOURN_REPRESENTATION, label=fr("Nouvelle présentation du livrable"), delay=_days(15),
         nature="contractuel", execution=True, owed=(Role.MAND,), escalates=STATE,
         source=fr("CCAG-PI 2009, article 27.2.1")),
    Rule(id=RuleId.AJOURN_DECISION, label=fr("Décision après refus ou silence du titulaire"), delay=_days(15),
         nature="contractuel", beside=True, owed=(Role.SVC_SIGN,), escalates=STATE,
         source=fr("CCAG-PI 2009, article 27.2.1")),
    Rule(id=RuleId.REFACTION_OBSERVATIONS, label=fr("Observations du titulaire sur la réfaction"), delay=_days(15),
         nature="contractuel", beside=True, owed=(Role.MAND,), escalates=(), rhythm=RIGHT, source=fr("CCAG-PI 2009, article 27.3")),
    Rule(id=RuleId.REFACTION_DECISION, label=fr("Décision sur la réfaction"), delay=_days(15), nature="contractuel",
         beside=True, owed=(Role.SVC_SIGN,), escalates=STATE, source=fr("CCAG-PI 2009, article 27.3")),
    Rule(id=RuleId.PENALITES_OBSERVATIONS, label=fr("Observations du titulaire sur les pénalités"), delay=_days(15),
         ccag="CCAG-PI 2021", nature="contractuel", beside=True, owed=(Role.MAND,), escalates=(), rhythm=RIGHT,
         source=fr("CCAG-PI 2021, article 14.1.1")),
    Rule(id=RuleId.PROLONGATION_DEMANDE, label=fr("Demande de prolongation"), delay=_days(15),
         nature="contractuel", beside=True, owed=(Role.MAND,), escalates=(), rhythm=RIGHT,
         source=fr("CCAG-PI 2009, article 13.3.2")),
    Rule(id=RuleId.PROLONGATION_REPONSE, label=fr("Réponse à la demande de prolongation"), delay=_days(15),
         nature="contractuel", beside=True, owed=(Role.SVC_SIGN,), escalates=STATE,
         source=fr("CCAG-PI 2009, article 13.3.3")),
    Rule(id=RuleId.PAIEMENT, label=fr("Paiement du bon de commande"), delay=_days(30), nature="reglementaire",
         beside=True, owed=(Role.SVC,), escalates=STATE,
         source=fr("code de la commande publique, R2192-10 (à vérifier)")),
    Rule(id=RuleId.SUIVI_6_MOIS, label=fr("Suivi à six mois"), delay=_months(6), beside=True,
         owed=(Role.SVC, Role.COLL), escalates=(Role.SVC,), source=fr("choix du produit")),
    Rule(id=RuleId.SUIVI_12_MOIS, label=fr("Suivi à douze mois"), delay=_months(12), beside=True,
         owed=(Role.SVC, Role.COLL), escalates=(Role.SVC,), source=fr("choix du produit")),
)
# fmt: on


_ROWS = MappingProxyType({r.id: r for r in RULES})


def rule(id_: RuleId) -> Rule:
    """The row of a deadline."""
    return _ROWS[id_]
