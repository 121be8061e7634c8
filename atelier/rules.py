"""The deadlines as rows: how long, from what, owed by whom, and the pure functions that run them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from atelier.calendar import add_working_days, is_working_day, local_day
from atelier.deadlines import Delay, Explained, Explanation, Unit, compute, due_instant
from atelier.dossier import Dossier, Pause, Run
from atelier.words import Role, RuleId, fr

PARIS = "75"
SHIFTED = fr("Le délai a été suspendu {days} jour(s) ouvré(s) dans l'attente d'un complément : il finit le {due}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One deadline: service targets here, configurable, without legal effect."""

    id: RuleId
    label: str
    delay: Delay
    owed: tuple[Role, ...]
    escalates: tuple[Role, ...]
    """Told at the second overdue reminder: inside the State, never over a commune."""
    at_ad1: bool
    """True when the calendar is that of AD1 (Paris), else that of the dossier's département."""
    source: str


def _working(days: int) -> Delay:
    return Delay(days, Unit.JOURS_OUVRES)


# fmt: off
RULES = (
    Rule(id=RuleId.RELANCE_BROUILLON, label=fr("Relance du brouillon"), delay=_working(1),
         owed=(Role.SVC, Role.COLL), escalates=(), at_ad1=False, source=fr("choix du produit")),
    Rule(id=RuleId.CIBLE_PRISE_EN_CHARGE, label=fr("Prise en charge par la DGALN"), delay=_working(5),
         owed=(Role.AD1I,), escalates=(Role.AD1V,), at_ad1=True, source=fr("cible de service, sans effet de droit")),
    Rule(id=RuleId.CIBLE_INSTRUCTION, label=fr("Décision de la DGALN"), delay=_working(20),
         owed=(Role.AD1I, Role.AD1V), escalates=(Role.AD1V,), at_ad1=True,
         source=fr("cible de service, sans effet de droit")),
    Rule(id=RuleId.CIBLE_COMPLEMENT, label=fr("Réponse au complément"), delay=_working(15),
         owed=(Role.SVC, Role.COLL), escalates=(Role.SVC,), at_ad1=False,
         source=fr("cible de service, sans effet de droit")),
    Rule(id=RuleId.CIBLE_SUITE, label=fr("Suite à donner"), delay=_working(10),
         owed=(Role.AD1V,), escalates=(Role.AD1V,), at_ad1=True, source=fr("choix du produit")),
)
# fmt: on


def rule(id_: RuleId) -> Rule:
    """The row of a deadline."""
    return next(r for r in RULES if r.id == id_)


def place(run: Run, dossier: Dossier) -> str:
    """The département whose calendar and clock this deadline follows."""
    return PARIS if rule(run.rule).at_ad1 else dossier.departement


def explained(run: Run, dossier: Dossier) -> Explained:
    """The due day of a running deadline and how it was reached; pauses push it by the working days they took."""
    row = rule(run.rule)
    where = place(run, dossier)
    first = compute(local_day(run.started, where), row.delay, where, row.source)
    lost = sum(_working_days(p, where) for p in run.pauses if p.end is not None)
    if not lost:
        return first
    shifted = add_working_days(first.due, lost, where)
    return Explained(shifted, (*first.steps, Explanation(SHIFTED, {"days": lost, "due": shifted})))


def due(run: Run, dossier: Dossier) -> datetime:
    """The instant it falls due: the end of the due day where it runs (UTC)."""
    return due_instant(explained(run, dossier).due, place(run, dossier))


def _working_days(pause: Pause, where: str) -> int:
    """The working days a closed pause took: after its first day, up to and with its last."""
    day, last = local_day(pause.start, where), local_day(pause.end or pause.start, where)
    return sum(is_working_day(d, where) for d in _days(day + timedelta(days=1), last))


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def start(runs: tuple[Run, ...], id_: RuleId, now: datetime) -> tuple[Run, ...]:
    """Start a deadline; a run of the same rule still open is replaced."""
    generation = 1 + sum(r.rule == id_ for r in runs)
    return (*stop(runs, id_, now), Run(rule=id_, generation=generation, started=now))


def stop(runs: tuple[Run, ...], id_: RuleId, now: datetime) -> tuple[Run, ...]:
    """End the open run of a rule, if there is one."""
    return tuple(_ended(r, now) if r.rule == id_ and r.ended is None else r for r in runs)


def stop_all(runs: tuple[Run, ...], now: datetime) -> tuple[Run, ...]:
    """End every open run: the dossier reached a final state."""
    return tuple(_ended(r, now) if r.ended is None else r for r in runs)


def _ended(run: Run, now: datetime) -> Run:
    return run.model_copy(update={"ended": now, "pauses": _closed(run.pauses, now)})


def suspend(runs: tuple[Run, ...], id_: RuleId, now: datetime) -> tuple[Run, ...]:
    """Open a pause in the open run of a rule."""
    return tuple(
        r.model_copy(update={"pauses": (*r.pauses, Pause(start=now))})
        if r.rule == id_ and r.ended is None and not r.suspended
        else r
        for r in runs
    )


def resume(runs: tuple[Run, ...], id_: RuleId, now: datetime) -> tuple[Run, ...]:
    """Close the pause of the open run of a rule."""
    return tuple(
        r.model_copy(update={"pauses": _closed(r.pauses, now)}) if r.rule == id_ and r.ended is None else r
        for r in runs
    )


def _closed(pauses: tuple[Pause, ...], now: datetime) -> tuple[Pause, ...]:
    return tuple(p if p.end else p.model_copy(update={"end": now}) for p in pauses)


def running(dossier: Dossier) -> tuple[Run, ...]:
    """The deadlines still open, suspended ones included."""
    return tuple(r for r in dossier.runs if r.ended is None)
