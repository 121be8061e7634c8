"""The deadlines as they run: started, stopped, suspended, counted. What each of them is: `rule_table.py`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

from atelier.awaited import awaited
from atelier.calendar import add_working_days, is_working_day, local_day
from atelier.deadlines import CCAG_2009, Delay, Explained, Explanation, Unit, compute, due_instant
from atelier.dossier import Dossier, Pause, Run
from atelier.labels import AD1
from atelier.rule_table import RIGHT, RULES, Rule, rule
from atelier.words import Role, RuleId, fr

PARIS = "75"
SHIFTED = fr("Le délai a été suspendu {days} jour(s) ouvré(s) dans l'attente d'un complément : il finit le {due}.")
SHIFTED_MISSION = fr("L'atelier a été suspendu {days} jour(s) : le délai finit le {due}.")
FIXED = fr("Ce jour est fixé par le programme de la session : le {due}.")

__all__ = [
    "RULES", "Rule", "at_ad1", "due", "due_day", "explained", "lapsed", "last_run", "open_run", "owed", "passed", "place",
    "resume", "resume_all", "rule", "running", "start", "stop", "stop_all", "suspend", "suspend_all",
]  # fmt: skip


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
    first = compute(local_day(run.started, where), delay, where, run.source or row.source, ccag(dossier))
    closed = [p for p in run.pauses if p.end is not None and not row.goes_on]
    worked = delay.unit is Unit.JOURS_OUVRES
    lost = sum((_working_days if worked else _calendar_days)(pause, where) for pause in closed)
    if not lost:
        return first
    sentence = SHIFTED if run.rule is RuleId.CIBLE_INSTRUCTION else SHIFTED_MISSION
    return _shifted(first, lost, where, sentence, worked=worked)


@lru_cache(maxsize=1024)  # as `compute`
def _shifted(first: Explained, lost: int, where: str, sentence: str, *, worked: bool) -> Explained:
    """Pushed by so many days, working ones (`worked`) or calendar ones."""
    due = add_working_days(first.due, lost, where) if worked else _rolled(_counted(first) + timedelta(days=lost), where)
    return Explained(due, (*first.steps, Explanation(sentence, {"days": lost, "due": due})))


def last_day(dossier: Dossier, id_: RuleId, about: str = "") -> date | None:
    """The due day of the open clock of this rule about this thing; None when none is open."""
    run = open_run(dossier, id_, about)
    return explained(run, dossier).due if run is not None else None


def ccag(dossier: Dossier) -> str:
    """The general terms by which its delays are counted: the contract's own; before there is one, those of 2009."""
    return dossier.mission.ccag if dossier.mission else CCAG_2009


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
    return (*(_superseded(r, run, now) for r in stop(runs, id_, now, about)), run)


def _superseded(run: Run, by: Run, now: datetime) -> Run:
    """A run that has just ended for another to take its place: a session planned anew, but never another order's."""
    kind = by.about.partition(":")[0]
    same = run.about == by.about or (kind != "bc" and kind == run.about.partition(":")[0])
    return run.model_copy(update={"replaced": True}) if run.rule == by.rule and run.ended == now and same else run


def stop(runs: tuple[Run, ...], id_: RuleId, now: datetime, about: str | None = None) -> tuple[Run, ...]:
    """End the open runs of a rule, or the one about this thing."""
    return tuple(_ended(r, now) if r.rule == id_ and r.ended is None and about in {None, r.about} else r for r in runs)


def stop_all(runs: tuple[Run, ...], now: datetime, but: frozenset[RuleId] = frozenset()) -> tuple[Run, ...]:
    """End every open run, those of the rules `but` apart: the dossier reached a final state."""
    return tuple(_ended(r, now) if r.ended is None and r.rule not in but else r for r in runs)


def _ended(run: Run, now: datetime) -> Run:
    return run.model_copy(update={"ended": now, "pauses": _closed(run.pauses, now)})


def suspend(runs: tuple[Run, ...], id_: RuleId, now: datetime) -> tuple[Run, ...]:
    """Open a pause in the open runs of a rule."""
    return tuple(_paused(r, now) if r.rule == id_ else r for r in runs)


def suspend_all(runs: tuple[Run, ...], now: datetime) -> tuple[Run, ...]:
    """Open a pause in every open run: the atelier is suspended. What the law or the contract counts goes on."""
    return tuple(r if rule(r.rule).goes_on else _paused(r, now) for r in runs)


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


def last_run(dossier: Dossier, id_: RuleId, about: str = "") -> Run | None:
    """The last run of a rule (about this thing, when said), ended or not; None when it never ran."""
    found = [r for r in dossier.runs if r.rule is id_ and not r.replaced and about in {"", r.about}]
    return found[-1] if found else None


def lapsed(run: Run, dossier: Dossier, now: datetime) -> bool:
    """True for a right to speak whose time is over: nothing is late, and nobody is awaited."""
    return rule(run.rule).rhythm is RIGHT and due(run, dossier) < now


def passed(dossier: Dossier, id_: RuleId, now: datetime) -> bool:
    """True when that deadline runs and its due day is over."""
    run = open_run(dossier, id_)
    return run is not None and not run.suspended and now > due(run, dossier)
