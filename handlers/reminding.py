"""Deadlines that ring: what is due leaves once, merged for each person, and the next overdue one is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from atelier import rules
from atelier.calendar import zone
from atelier.completeness import missing_required
from atelier.dossier import Dossier, Person, Run
from atelier.words import RuleId
from chat.cards import Button, Card, Message
from chat.text import Moment, Text, joined, raw, tr
from handlers import clocks, names
from handlers.cards import see_button
from storage.errors import NotFound
from storage.reminders import Reminder
from storage.unit import Unit

LIMIT = 200
LATE = timedelta(hours=12)
"""A reminder that leaves so long after its hour says so: the bot was away."""
BUTTONS = 5

Rung = tuple[Reminder, Dossier, Run]


def ring(unit: Unit, now: datetime) -> int:
    """Send what is due at the procedure's hour `now`; returns how many reminders were settled (0: none left)."""
    due = unit.reminders.due(now, LIMIT)
    dossiers: dict[str, Dossier] = {ref: unit.dossiers.get(ref) for ref in sorted({r.ref for r in due})}
    for recipient in dict.fromkeys(r.recipient for r in due):
        _tell(unit, [r for r in due if r.recipient == recipient], dossiers, now)
    for dossier in dossiers.values():
        clocks.keep(unit, dossier, now)
    return len(due)


def _tell(unit: Unit, rows: Iterable[Reminder], dossiers: Mapping[str, Dossier], now: datetime) -> None:
    """One message a person, whatever waited for them; what no longer concerns them is dropped."""
    rung = []
    person = None
    for row in rows:
        person = _person(unit, row)
        run = _run(row, dossiers[row.ref])
        if person is None or run is None or not _concerned(unit, row, dossiers[row.ref], person):
            unit.reminders.cancel(row.id)
            continue
        rung.append((row, dossiers[row.ref], run))
    place = unit.people.direct(person.id) if person else None
    if person is None or place is None:
        for row, _, _ in rung:
            unit.reminders.cancel(row.id)  # nobody to tell: left waiting, they would be due for ever
        return
    if not rung:
        return
    unit.outbox.put(place, _message(rung, person, now), ref=rung[0][1].ref, due=now, lang=person.language)
    for row, _, _ in rung:
        unit.reminders.sent(row.id)


def _person(unit: Unit, row: Reminder) -> Person | None:
    try:
        return unit.people.get(row.recipient)
    except NotFound:
        return None


def _run(row: Reminder, dossier: Dossier) -> Run | None:
    """The deadline it belongs to, while it still runs: nothing rings once the task is done."""
    return next(
        (
            run
            for run in rules.running(dossier)
            if run.rule == row.rule and run.generation == row.generation and not run.suspended
        ),
        None,
    )


def _concerned(unit: Unit, row: Reminder, dossier: Dossier, person: Person) -> bool:
    """Still theirs to do; or, for a late one that goes up, still above whoever it is."""
    rule = rules.rule(RuleId(row.rule))
    held = dossier.roles_of(person)
    if held & {*rule.owed, *(rule.escalates if row.escalates else ())}:
        return True
    return (
        row.escalates and any(p.superior == person.id for p in unit.people.holding(rule.owed, dossier)) and bool(held)
    )


def _message(rung: list[Rung], person: Person, now: datetime) -> Message:
    lines = [_line(row, dossier, run, now) for row, dossier, run in rung]
    seen = list({d.ref: d for _, d, _ in rung}.values())[:BUTTONS]
    buttons: tuple[Button, ...] = tuple(
        see_button(d).model_copy(update={"label": tr("Ouvrir {ref}", ref=d.ref)}) for d in seen
    )
    card = Card(title=tr("Rappels"), tone="waiting", paragraphs=tuple(lines), buttons=buttons)
    if len(rung) == 1:
        return Message(text=lines[0], card=card.model_copy(update={"title": names.subject(seen[0]), "paragraphs": ()}))
    return Message(
        text=tr("{name}, {count} échéances vous attendent.", name=raw(person.name), count=len(rung)), card=card
    )


def _line(row: Reminder, dossier: Dossier, run: Run, now: datetime) -> Text:
    parts = [_draft(dossier) if run.rule is RuleId.RELANCE_BROUILLON else _deadline(row, dossier, run)]
    if row.escalates:
        parts.append(tr("ce retard vous est signalé"))
    if now - row.due > LATE:
        parts.append(tr("ce rappel devait partir le {moment}", moment=Moment(at=row.due, zone=str(zone("75")))))
    return joined(parts, " ; ")


def _draft(dossier: Dossier) -> Text:
    lacking = [tr(i.asked.short) for i in missing_required(dossier)[:6]]
    if not lacking:
        return tr("{ref} — votre brouillon vous attend : il peut être transmis", ref=dossier.ref)
    return tr("{ref} — votre brouillon vous attend ; il manque : {names}", ref=dossier.ref, names=joined(lacking))


def _deadline(row: Reminder, dossier: Dossier, run: Run) -> Text:
    when = _when(row, rules.due(run, dossier), rules.place(run, dossier))
    return tr("{ref} — {what} : {when}", ref=dossier.ref, what=tr(rules.rule(run.rule).label), when=when)


def _when(row: Reminder, due: datetime, where: str) -> Text:
    moment = Moment(at=due, zone=str(zone(where)))
    if row.kind == "avant":
        return tr("au plus tard le {due}", due=moment)
    if row.kind == "jour":
        return tr("aujourd'hui au plus tard")
    return tr("dépassée depuis le {due}", due=moment)
