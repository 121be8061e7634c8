"""The deadlines as rows: how long, from what, owed by whom, and the pure functions that run them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Literal

from atelier.awaited import awaited
from atelier.calendar import add_working_days, is_working_day, local_day
from atelier.deadlines import Delay, Explained, Explanation, Unit, compute, due_instant
from atelier.dossier import Dossier, Pause, Run
from atelier.labels import AD1
from atelier.rhythm import USUAL, Rhythm
from atelier.words import Role, RuleId, fr

PARIS = "75"
SHIFTED = fr("Le délai a été suspendu {days} jour(s) ouvré(s) dans l'attente d'un complément : il finit le {due}.")


SHIFTED_MISSION = fr("L'atelier a été suspendu {days} jour(s) : le délai finit le {due}.")
FIXED = fr("Ce jour est fixé par le programme de la session : le {due}.")
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
    beside: bool = False
    """True when it runs beside the procedure: it does not say whose turn it is."""
    rhythm: Rhythm = USUAL
    """When its reminders leave."""


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
         nature="contractuel", owed=(Role.MAND,), escalates=STATE, source=fr("CCAG-PI 2009, article 27.2.1")),
    Rule(id=RuleId.AJOURN_DECISION, label=fr("Décision après refus ou silence du titulaire"), delay=_days(15),
         nature="contractuel", beside=True, owed=(Role.SVC_SIGN,), escalates=STATE,
         source=fr("CCAG-PI 2009, article 27.2.1")),
    Rule(id=RuleId.REFACTION_OBSERVATIONS, label=fr("Observations du titulaire sur la réfaction"), delay=_days(15),
         nature="contractuel", owed=(Role.MAND,), escalates=(), rhythm=RIGHT, source=fr("CCAG-PI 2009, article 27.3")),
    Rule(id=RuleId.REFACTION_DECISION, label=fr("Décision sur la réfaction"), delay=_days(15), nature="contractuel",
         owed=(Role.SVC_SIGN,), escalates=STATE, source=fr("CCAG-PI 2009, article 27.3")),
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


def rule(id_: RuleId) -> Rule:
    """The row of a deadline."""
    return _ROWS[id_]


_ROWS = MappingProxyType({r.id: r for r in RULES})


def owed(run: Run, dossier: Dossier) -> tuple[Role, ...]:
    """Who owes it: the row's own roles, or those whose turn it is."""
    return rule(run.rule).owed or awaited(dossier)


def place(run: Run, dossier: Dossier) -> str:
    """The département whose calendar and clock this deadline follows: the dossier's, or Paris when AD1 alone owes it."""
    row = rule(run.rule)
    if run.where:
        return run.where
    return PARIS if row.at_ad1 or (not row.owed and at_ad1(dossier)) else dossier.departement


def at_ad1(dossier: Dossier) -> bool:
    """True when AD1 alone is awaited."""
    return set(awaited(dossier)) <= AD1


def due_day(event: date, delay: Delay, where: str) -> date:
    """The last day of a delay that no dossier runs yet."""
    return compute(event, delay, where).due


def explained(run: Run, dossier: Dossier) -> Explained:
    """The due day of a running deadline and how it was reached, pauses included.

    A target in working days is pushed by the working days its pauses took; a clock of the contract by their calendar
    days, to the next working day. Raises LookupError for a deadline that was started without the delay it needs.
    """
    row = rule(run.rule)
    where = place(run, dossier)
    if run.on is not None:
        return Explained(run.on, (Explanation(FIXED, {"due": run.on}),))
    delay = Delay.parse(run.delay) if run.delay else row.delay
    if delay is None:
        raise LookupError(run.rule)
    first = compute(local_day(run.started, where), delay, where, run.source or row.source)
    closed = [p for p in run.pauses if p.end is not None]
    if delay.unit is Unit.JOURS_OUVRES:
        lost = sum(_working_days(p, where) for p in closed)
        shifted = add_working_days(first.due, lost, where) if lost else first.due
    else:
        lost = sum(_calendar_days(p, where) for p in closed)
        shifted = _rolled(_counted(first) + timedelta(days=lost), where)
    if not lost:
        return first
    sentence = SHIFTED if run.rule is RuleId.CIBLE_INSTRUCTION else SHIFTED_MISSION
    return Explained(shifted, (*first.steps, Explanation(sentence, {"days": lost, "due": shifted})))


def _counted(found: Explained) -> date:
    """The last day counted, before it moves to a working one: days given back are counted from there."""
    return next((day for step in found.steps if isinstance(day := step.args.get("last"), date)), found.due)


def _calendar_days(pause: Pause, where: str) -> int:
    return (local_day(pause.end or pause.start, where) - local_day(pause.start, where)).days


def _rolled(day: date, where: str) -> date:
    while not is_working_day(day, where):
        day += timedelta(days=1)
    return day


def due(run: Run, dossier: Dossier) -> datetime:
    """The instant it falls due: the end of the due day where it runs (UTC)."""
    return due_instant(explained(run, dossier).due, place(run, dossier))


def _working_days(pause: Pause, where: str) -> int:
    """The working days a closed pause took: after its first day, up to and with its last."""
    day, last = local_day(pause.start, where), local_day(pause.end or pause.start, where)
    return sum(is_working_day(d, where) for d in _each(day + timedelta(days=1), last))


def _each(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def start(
    runs: tuple[Run, ...],
    id_: RuleId,
    now: datetime,
    *,
    about: str = "",
    delay: str = "",
    source: str = "",
    on: date | None = None,
    event: datetime | None = None,
) -> tuple[Run, ...]:
    """Start a deadline at its event (by default `now`); a run of the same rule about the same thing is replaced."""
    generation = 1 + sum(r.rule == id_ for r in runs)
    run = Run(rule=id_, generation=generation, started=event or now, about=about, delay=delay, source=source, on=on)
    return (*(_superseded(r, id_, now) for r in stop(runs, id_, now, about)), run)


def _superseded(run: Run, id_: RuleId, now: datetime) -> Run:
    return run.model_copy(update={"replaced": True}) if run.rule == id_ and run.ended == now else run


def stop(runs: tuple[Run, ...], id_: RuleId, now: datetime, about: str | None = None) -> tuple[Run, ...]:
    """End the open runs of a rule, or the one about this thing."""
    return tuple(_ended(r, now) if r.rule == id_ and r.ended is None and about in {None, r.about} else r for r in runs)


def stop_all(runs: tuple[Run, ...], now: datetime) -> tuple[Run, ...]:
    """End every open run: the dossier reached a final state."""
    return tuple(_ended(r, now) if r.ended is None else r for r in runs)


def _ended(run: Run, now: datetime) -> Run:
    return run.model_copy(update={"ended": now, "pauses": _closed(run.pauses, now)})


def suspend(runs: tuple[Run, ...], id_: RuleId, now: datetime) -> tuple[Run, ...]:
    """Open a pause in the open runs of a rule."""
    return tuple(_paused(r, now) if r.rule == id_ else r for r in runs)


def suspend_all(runs: tuple[Run, ...], now: datetime) -> tuple[Run, ...]:
    """Open a pause in every open run: the atelier is suspended. The law's own delays (a payment) go on."""
    return tuple(r if rule(r.rule).nature == "reglementaire" else _paused(r, now) for r in runs)


def _paused(run: Run, now: datetime) -> Run:
    if run.ended is not None or run.suspended:
        return run
    return run.model_copy(update={"pauses": (*run.pauses, Pause(start=now))})


def resume(runs: tuple[Run, ...], id_: RuleId, now: datetime) -> tuple[Run, ...]:
    """Close the pause of the open runs of a rule."""
    return tuple(_resumed(r, now) if r.rule == id_ else r for r in runs)


def resume_all(runs: tuple[Run, ...], now: datetime) -> tuple[Run, ...]:
    """Close the pause of every open run: the atelier goes on."""
    return tuple(_resumed(r, now) for r in runs)


def _resumed(run: Run, now: datetime) -> Run:
    return run.model_copy(update={"pauses": _closed(run.pauses, now)}) if run.ended is None else run


def _closed(pauses: tuple[Pause, ...], now: datetime) -> tuple[Pause, ...]:
    return tuple(p if p.end else p.model_copy(update={"end": now}) for p in pauses)


def running(dossier: Dossier) -> tuple[Run, ...]:
    """The deadlines still open, suspended ones included."""
    return tuple(r for r in dossier.runs if r.ended is None)


def open_run(dossier: Dossier, id_: RuleId, about: str = "") -> Run | None:
    """The open run of a rule (about this thing, when said), or None."""
    return next((r for r in running(dossier) if r.rule is id_ and about in {"", r.about}), None)


def lapsed(run: Run, dossier: Dossier, now: datetime) -> bool:
    """True for a right to speak whose time is over: nothing is late, and nobody is awaited."""
    return rule(run.rule).rhythm is RIGHT and due(run, dossier) < now


def passed(dossier: Dossier, id_: RuleId, now: datetime) -> bool:
    """True when that deadline runs and its due day is over."""
    run = open_run(dossier, id_)
    return run is not None and not run.suspended and now > due(run, dossier)
