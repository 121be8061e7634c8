"""The words of a reminder: one line a deadline, why it comes to this person, and how late it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice

from atelier import rules
from atelier.calendar import is_working_day, local_day, zone
from atelier.completeness import missing_required
from atelier.decide import awaited_first, offers
from atelier.dossier import Dossier, Person, Run
from atelier.labels import ROLES
from atelier.words import Role, RuleId, fr
from chat.cards import Button, Card, Menu, Message, Token
from chat.text import Moment, Text, joined, raw, tr
from handlers import names
from handlers.cards import see_button
from storage.reminders import Reminder

LATE = timedelta(hours=12)
"""A reminder that leaves so long after its hour says so: the bot was away."""
SHOWN, BUTTONS = 20, 5
SNOOZE = "rappel"
FOLLOWED = fr("à suivre")


@dataclass(frozen=True, slots=True)
class Line:
    """A reminder as somebody reads it: for `absent`, away `until` that day; in place of roles `lacking` anybody."""

    row: Reminder
    dossier: Dossier
    run: Run
    due: datetime
    """The instant the deadline falls due."""
    absent: Person | None = None
    until: date | None = None
    lacking: tuple[Role, ...] = ()
    raised: bool = False
    """True when it goes up: whoever reads it is above those who owe it."""
    settled: bool = False
    """True when its row was already set aside."""


def says_more(rule: RuleId) -> bool:
    """True when its line is drawn from what the request says, its answers and pieces: a glimpse of it is not enough."""
    return not rules.rule(rule).todo


def message(lines: Sequence[Line], person: Person, now: datetime) -> Message:
    """What somebody reads of what is due to them: one line a deadline."""
    told = [_line(line, person, now) for line in lines[:SHOWN]]
    seen = list(islice(_seen(lines, person), BUTTONS))
    mine = list({line.dossier.ref: None for line in lines if line.absent is None})
    buttons = [see_button(dossier, tr("Ouvrir {ref}", ref=dossier.ref)) for dossier in seen]
    buttons += [snooze_button(mine[0], person)] if len(mine) == 1 else []
    card = Card(title=tr("Rappels"), tone="waiting", buttons=tuple(buttons), menus=_menus(mine, person))
    if len(lines) == 1:
        title = names.subject(lines[0].dossier) if seen else card.title
        return Message(text=told[0], card=card.model_copy(update={"title": title}))
    left = len(lines) - SHOWN
    more = [tr("… et {count} autre(s) : « /atelier échéances ».", count=left)] if left > 0 else []
    return Message(
        text=tr("{name}, {count} échéances vous attendent.", name=raw(person.name), count=len(lines)),
        card=card.model_copy(update={"paragraphs": (*told, *more)}),
    )


def _seen(lines: Iterable[Line], person: Person) -> Iterator[Dossier]:
    """The dossiers they have a part in, each once."""
    dossiers = {line.dossier.ref: line.dossier for line in lines}
    return (dossier for dossier in dossiers.values() if dossier.roles_of(person))


def snooze_button(ref: str, person: Person) -> Button:
    """« Reporter mon rappel »."""
    token = Token(act=SNOOZE, ref=ref, who=person.id)
    return Button(label=tr("Reporter mon rappel"), token=token, command=f"/atelier {SNOOZE} {ref}")


def _menus(refs: Sequence[str], person: Person) -> tuple[Menu, ...]:
    """Several dossiers: a menu to choose which reminder to move."""
    if len(refs) < 2:  # noqa: PLR2004 - one has its button
        return ()
    token = Token(act=SNOOZE, who=person.id)
    return (Menu(label=tr("Reporter mon rappel"), token=token, choices=tuple((ref, raw(ref)) for ref in refs[:SHOWN])),)


def _line(line: Line, person: Person, now: datetime) -> Text:
    if line.run.rule is RuleId.RELANCE_BROUILLON:
        parts = [_draft(line.dossier)]
    elif rules.lapsed(line.run, line.dossier, now):
        parts = [_lapsed(line)]
    else:
        parts = [_deadline(line, now), _in_hand(line, person)]
    if line.absent is not None and line.until is not None:
        parts.append(tr("pour {name} (absence jusqu'au {day})", name=raw(line.absent.name), day=line.until))
    if line.lacking:
        parts.append(_lacking(line.lacking))
    if line.raised:
        parts.append(tr("ce retard vous est signalé"))
    if now - line.row.due > LATE:
        parts.append(
            tr("ce rappel devait partir le {moment}", moment=Moment(at=line.row.due, zone=str(zone(rules.PARIS))))
        )
    return joined(parts, " ; ") if len(parts) > 1 else parts[0]


def _lacking(roles: Sequence[Role]) -> Text:
    listed = joined((tr(ROLES[role]) for role in roles), ", ")
    return tr("personne de joignable dans l'annuaire ne tient le rôle attendu ({roles})", roles=listed)


def _draft(dossier: Dossier) -> Text:
    lacking = [tr(i.asked.short) for i in missing_required(dossier)[:6]]
    if not lacking:
        return tr("{ref} — votre brouillon vous attend : il peut être transmis", ref=dossier.ref)
    return tr("{ref} — votre brouillon vous attend ; il manque : {names}", ref=dossier.ref, names=joined(lacking))


def _deadline(line: Line, now: datetime) -> Text:
    where = rules.place(line.run, line.dossier)
    due, today = local_day(line.due, where), local_day(now, where)
    when = overdue(due, today, where) if now > line.due else _ahead(due, today=line.row.kind == "jour")
    when = names.dated(when, line.run, line.dossier)
    return tr("{ref} — {what} : {when}", ref=line.dossier.ref, what=names.deadline(line.run), when=when)


def _lapsed(line: Line) -> Text:
    """A right to speak whose time is over, told late: nobody is late, and nothing is left to do."""
    due = local_day(line.due, rules.place(line.run, line.dossier))
    when = names.dated(tr("le délai a fini le {due}", due=due), line.run, line.dossier)
    return tr("{ref} — {what} : {when}", ref=line.dossier.ref, what=names.deadline(line.run), when=when)


@lru_cache(maxsize=1024)  # many fall due the same day
def overdue(due: date, today: date, where: str) -> Text:
    """« dépassée depuis le lundi 9 novembre 2026 (1 jour ouvré) », by the calendar of a département."""
    late = sum(is_working_day(due + timedelta(days=n), where) for n in range(1, (today - due).days + 1))
    if not late:
        return tr("dépassée depuis le {due}", due=due)
    return tr("dépassée depuis le {due} ({count} jour(s) ouvré(s) de retard)", due=due, count=late)


@lru_cache(maxsize=1024)
def _ahead(due: date, *, today: bool) -> Text:
    """As it stands when it leaves: one that was moved may leave on another day."""
    return tr("aujourd'hui au plus tard") if today else tr("au plus tard le {due}", due=due)


def _in_hand(line: Line, person: Person) -> Text:
    """What is to be done, and by whom: « à vous : remettre le livrable »."""
    row, owed = rules.rule(line.run.rule), rules.owed(line.run, line.dossier)
    hands = tuple(role for role in owed if not row.asked or role in row.asked)
    if line.absent is not None or line.raised or line.dossier.roles_of(person).isdisjoint(hands):
        return _awaited(hands, row.todo)
    first = None if row.todo else awaited_first(offers(line.dossier, person))
    return tr("à vous : {todo}", todo=names.gesture(first)) if first else _yours(row.todo or FOLLOWED)


@lru_cache(maxsize=256)
def _yours(todo: str) -> Text:
    return tr("à vous : {todo}", todo=tr(todo))


@lru_cache(maxsize=256)
def _awaited(roles: tuple[Role, ...], todo: str) -> Text:
    """Who is awaited, and for what when the rule says it."""
    who = joined((tr(ROLES[role]) for role in roles), ", ")
    return tr("{todo} (attendu de : {who})", todo=tr(todo), who=who) if todo else tr("attendu de : {who}", who=who)
