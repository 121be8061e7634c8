"""Deadlines that ring: what is due leaves once, in one message a morning for each person, in their hours of work.

Whoever is away is not written to: their substitute is, or the others who owe it, or the service. What cannot leave now
(a night, a holiday, somebody already told this morning) waits as it is, and leaves the next morning worked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from atelier import audience, rules
from atelier.dossier import Dossier, Person, Run
from atelier.rhythm import awake, next_morning
from atelier.words import PersonId, Reference, RuleId
from handlers import clocks, owing
from handlers.mornings import Mornings
from handlers.owing import Owing
from handlers.reminder_words import Line, message, says_more
from storage.absences import Absence
from storage.errors import NotFound
from storage.letters import Written
from storage.reminders import Awaiting, Reminder
from storage.unit import Unit

LIMIT = 200
"""How many reminders a transaction settles, about: a person's are never cut in two."""
LEASE = "rappels"
LATEST_DAY = "jour"
"""The kind of reminder that leaves even to somebody already told this morning: it is due today."""


def ring(unit: Unit, now: datetime) -> int:
    """Send what may leave at the procedure's hour `now`; returns how many reminders were settled (0: none left)."""
    waiting = unit.reminders.awaiting(now)
    if not waiting:
        return 0
    recipients = [one.recipient for one in waiting]
    unit.people.meet(recipients)
    mornings = Mornings(unit, now)
    mornings.recall(recipients)
    return _Round(unit, now, mornings).ring(waiting)


def overdue(unit: Unit, now: datetime) -> datetime | None:
    """Since when the reminder that waits longest could have left, at the procedure's hour `now`; None when none could.

    One that is held (a night, a holiday, somebody told already this morning) is not late: it waits for its hour.
    """
    round_ = _Round(unit, now, Mornings(unit, now))
    since = (round_.free_since(one) for one in unit.reminders.awaiting(now))
    return min((moment for moment in since if moment is not None), default=None)


@dataclass(frozen=True, slots=True)
class _Told:
    """What somebody is told, and the reminders it settles."""

    person: Person
    letter: Written
    settles: tuple[int, ...]


@dataclass(slots=True)
class _Round:
    """One round: whom to write to, what, and what becomes of each reminder."""

    unit: Unit
    now: datetime
    mornings: Mornings
    people: dict[PersonId, Person | None] = field(default_factory=dict)
    away: dict[date, dict[PersonId, Absence]] = field(default_factory=dict)
    owed: dict[tuple[str, str, int], Owing] = field(default_factory=dict)
    lines: dict[PersonId, list[Line]] = field(default_factory=dict)
    gone: list[int] = field(default_factory=list)

    def ring(self, waiting: Iterable[Awaiting]) -> int:
        """Settle what one transaction may: those who wait longest first."""
        batch = self._batch(waiting)
        if not batch:
            return 0
        self.unit.leases.take(LEASE, LEASE, 1)  # one at a time: two workers would cut somebody's message in two
        self.mornings.forget()  # another worker may have told them while we waited for our turn
        self.mornings.recall(batch)
        self._route(batch)
        late = [reader for reader in self.lines if reader not in batch]
        self._route(late)  # somebody told in another's place gets what is theirs in the same message
        told = [one for reader in self.lines if (one := self._told(reader)) is not None]
        self.unit.outbox.put_all((one.letter for one in told), self.now)
        self.mornings.keep(one.person for one in told)
        sent = {row for one in told for row in one.settles}
        self.unit.reminders.sent(*sorted(sent))
        self.unit.reminders.cancel(*self.gone)
        self._follow_early(sent)
        return len(sent) + len(self.gone)

    def _follow_early(self, sent: set[int]) -> None:
        """One moved to an earlier day leaves before its next is written: it is now."""
        lines = (line for found in self.lines.values() for line in found)
        early = {li.dossier.ref: li.dossier for li in lines if li.row.id in sent and li.row.due < li.row.planned}
        if early:
            clocks.follow(self.unit, early.values(), self.now, self._owing)

    def _batch(self, waiting: Iterable[Awaiting]) -> list[PersonId]:
        """The recipients of this round: with each reader, everybody they stand in for."""
        readers: dict[PersonId, list[Awaiting]] = {}
        for one in waiting:
            readers.setdefault(self._reader(one.recipient), []).append(one)
        batch: list[PersonId] = []
        count = 0
        for reader, theirs in readers.items():
            if count >= LIMIT:
                break
            if self._may_read(reader, urgent=any(one.urgent is not None for one in theirs)):
                batch += [one.recipient for one in theirs]
                count += sum(one.count for one in theirs)
        return batch

    def _reader(self, recipient: PersonId) -> PersonId:
        """Who reads what is written to somebody: themselves, or their substitute while they are away."""
        person = self._person(recipient)
        absence = self._absence(person) if person else None
        substitute = self._substitute(absence) if absence else None
        return substitute.id if substitute else recipient

    def _may_read(self, reader: PersonId, *, urgent: bool) -> bool:
        """True in their hours of work, once a day; nobody answers for whoever left, whose reminders are dropped."""
        person = self._person(reader)
        if person is None:
            return True
        return awake(self.now, person.departement) and (urgent or not self.mornings.told(person))

    def free_since(self, one: Awaiting) -> datetime | None:
        """Since when something due to somebody could leave; None while all of it must wait.

        What is due to somebody away without a substitute is others' to read: their own reminders tell.
        """
        person = self._person(self._reader(one.recipient))
        if person is None:
            return one.oldest
        since = one.urgent if self.mornings.told(person) else one.oldest
        if since is None or self._absence(person) is not None or not awake(self.now, person.departement):
            return None
        return max(since, next_morning(self.mornings.today(person), person.departement))

    def _route(self, recipients: list[PersonId]) -> None:
        """Each reminder due to these people, put among the lines of whoever is to read it."""
        dossiers = self._read(recipients) if recipients else {}
        if not dossiers:
            return
        first = self._due(recipients, dossiers)
        changed = clocks.follow(self.unit, dossiers.values(), self.now, self._owing)  # the next ones, those let pass
        rows = self._due(recipients, dossiers) if changed else first
        for row in rows:
            found = list(self._lines(row, dossiers[row.ref]))
            self.gone += [] if found else [row.id]
            self._put(found)
        left = {row.id for row in first} - {row.id for row in rows}
        for row in first:
            if row.id in left:
                self._put(self._inherited(row, dossiers[row.ref]))

    def _read(self, recipients: list[PersonId]) -> dict[Reference, Dossier]:
        """What these people's are about, held before the reminders are: a step holds its dossier first too.

        Whole where the message says more than the deadline: what a draft lacks, the step that is next.
        """
        about = self.unit.reminders.about(recipients, self.now)
        whole = {ref for ref, rule in about if says_more(RuleId(rule))}
        others = {ref for ref, _ in about} - whole
        return {**self.unit.dossiers.glimpsed(others), **(self.unit.dossiers.held(whole) if whole else {})}

    def _due(self, recipients: list[PersonId], dossiers: dict[Reference, Dossier]) -> list[Reminder]:
        """What is due to these people about the dossiers held; of another, fallen due since, the next round tells."""
        return [row for row in self.unit.reminders.due_to(recipients, self.now) if row.ref in dossiers]

    def _put(self, found: Iterable[tuple[Person, Line]]) -> None:
        for reader, line in found:
            self.lines.setdefault(reader.id, []).append(line)

    def _inherited(self, row: Reminder, dossier: Dossier) -> Iterator[tuple[Person, Line]]:
        """A reminder whose owner has left is set aside; when nobody owes it any more, it is told where it falls back."""
        run = _run(row, dossier)
        if run is None or row.escalates:
            return
        owed = self._owing(dossier, run)
        for person in owed.people if owed.lacking else ():
            if self._present(person) and awake(self.now, person.departement):
                due = rules.due(run, dossier)
                yield person, Line(row, dossier, run, due, lacking=owed.lacking, settled=True)

    def _lines(self, row: Reminder, dossier: Dossier) -> Iterator[tuple[Person, Line]]:
        """Who reads a reminder, and as what; nobody when it is done, or when others already read it."""
        person, run = self._person(row.recipient), _run(row, dossier)
        if person is None or run is None or not self._concerned(row, dossier, run, person):
            return
        owed, absence = self._owing(dossier, run), self._absence(person)
        mine = any(person.id == one.id for one in owed.people)
        due = rules.due(run, dossier)
        line = Line(row, dossier, run, due, lacking=owed.lacking if mine else (), raised=not mine)
        if absence is None:
            yield person, line
            return
        for reader in self._in_place(absence, person, row, dossier, run):
            yield reader, replace(line, absent=person, until=absence.last)

    def _in_place(
        self, absence: Absence, person: Person, row: Reminder, dossier: Dossier, run: Run
    ) -> tuple[Person, ...]:
        """Their substitute; nobody when others have the same reminder; else whoever holds the role, the service, AD1."""
        substitute = self._substitute(absence)
        if substitute is not None:
            return (substitute,)
        seen = audience.audience(run, dossier)
        roles = seen.intersection(rules.rule(RuleId(row.rule)).escalates if row.escalates else rules.owed(run, dossier))
        if any(p.id != person.id and self._present(p) for p in owing.listening(self.unit, dossier, roles)):
            return ()
        for others in (roles, *owing.fallen_back(run, dossier)):
            held = self.unit.people.holding(others, dossier)
            found = tuple(p for p in held if p.id != person.id and self._present(p) and awake(self.now, p.departement))
            if found:
                return found
        return (person,)

    def _told(self, reader: PersonId) -> _Told | None:
        """One message, whatever waited for them; None when there is nothing to say today."""
        person = self._person(reader)
        if person is None:
            return None
        told = self.mornings.told(person)
        lines = [line for line in self.lines[reader] if not told or line.row.kind == LATEST_DAY]
        place = self.unit.people.direct(reader)
        if place is None or not lines:
            return None
        kept = _merged(lines)
        letter = Written(place, message(kept, person, self.now), ref=kept[0].dossier.ref, lang=person.language)
        settles = tuple(line.row.id for line in lines if not line.settled)
        return _Told(person, letter, settles)

    def _concerned(self, row: Reminder, dossier: Dossier, run: Run, person: Person) -> bool:
        """Still theirs to know of; or, for a late one that goes up, still above whoever it is."""
        owing_it = any(person.id == one.id for one in self._owing(dossier, run).people)
        if not row.escalates or owing_it:
            return owing_it
        held = dossier.roles_of(person) & audience.audience(run, dossier)
        above = held & set(rules.rule(run.rule).escalates)
        owed = self.unit.people.holding(rules.owed(run, dossier), dossier)
        return bool(above) or (bool(held) and any(p.superior == person.id for p in owed))

    def _owing(self, dossier: Dossier, run: Run) -> Owing:
        about = (dossier.ref, run.rule, run.generation)
        if about not in self.owed:
            self.owed[about] = owing.owing(self.unit, dossier, run, self.now)
        return self.owed[about]

    def _person(self, id_: PersonId) -> Person | None:
        """Somebody who can be written to, or None: gone, inactive, or without account."""
        if id_ not in self.people:
            self.people[id_] = _reachable(self.unit, id_)
        return self.people[id_]

    def _present(self, person: Person) -> bool:
        return self._person(person.id) is not None and self._absence(person) is None

    def _absence(self, person: Person) -> Absence | None:
        today = self.mornings.today(person)
        if today not in self.away:
            self.away[today] = dict(self.unit.absences.on(today))
        return self.away[today].get(person.id)

    def _substitute(self, absence: Absence) -> Person | None:
        """Their substitute, unless away too: substitutes are not chained, the others who owe it are told."""
        person = self._person(absence.substitute) if absence.substitute else None
        return person if person is not None and self._absence(person) is None else None


def _reachable(unit: Unit, id_: PersonId) -> Person | None:
    try:
        person = unit.people.get(id_)
    except NotFound:
        return None
    return person if unit.people.direct(id_) is not None else None


def _run(row: Reminder, dossier: Dossier) -> Run | None:
    """The deadline it belongs to, while it still runs: nothing rings once the task is done."""
    about = (row.rule, row.generation)
    found = (run for run in rules.running(dossier) if (run.rule, run.generation) == about and not run.suspended)
    return next(found, None)


def _merged(lines: Iterable[Line]) -> list[Line]:
    """One line a deadline, the latest reminder of it: what an outage let pass is not told over and over."""
    kept: dict[tuple[str, str, int], Line] = {}
    for line in sorted(lines, key=lambda one: (one.absent is None, one.row.due)):
        kept[(line.dossier.ref, line.run.rule, line.run.generation)] = line
    return sorted(kept.values(), key=lambda one: (one.due, one.dossier.ref))
