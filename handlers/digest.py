"""AD1's Monday message: the running ateliers as a picture, the late deadlines, and the head of the sealed journal.

The heads leave the database with it: who would rewrite the journal, chains and seals included, could not rewrite these.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from atelier import rules
from atelier.calendar import local_day, zone
from atelier.dossier import Dossier, Holding, Person, Run
from atelier.procedure import FINAL, STILL_PAID
from atelier.rhythm import awake, next_morning
from atelier.words import PersonId, Role, State
from chat.cards import Address, Card, File, Message
from chat.text import Moment, Text, joined, raw, tr
from documents.picture import Picture
from handlers import heads, names, owing, timelines
from handlers.reminder_words import LATE, overdue
from storage.unit import Unit

WEEK = timedelta(days=7)
LEASE, SECONDS = "bilan", 300
"""Longer than any picture takes to draw: whoever dies with it lets somebody else begin again five minutes later."""
MARK = Address(platform="bilan", id="dernier")
SHOWN, NAMED = 20, 3
GOING = tuple(state for state in State if state not in FINAL and state is not State.BROUILLON)
AD1 = Person(id=PersonId("ad1"), name="AD1", holdings=(Holding(role=Role.AD1I),), departement=rules.PARIS)
"""Whoever reads the review channel."""
TITLE = tr("Bilan de la semaine")
PICTURED = tr("Ateliers et demandes en cours")


@dataclass(frozen=True, slots=True)
class Late:
    """A deadline that is over: who was to act."""

    dossier: Dossier
    run: Run
    due: datetime
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """What the message says, as it was read; `planned` is the instant it was to leave."""

    planned: datetime
    going: int
    late: tuple[Late, ...]
    picture: Picture
    heads: tuple[tuple[str, int, str], ...]


def planned(now: datetime) -> datetime:
    """The last Monday nine o'clock of Paris (or the first day worked after it) that is not after `now`."""
    today = local_day(now, rules.PARIS)
    monday = today - timedelta(days=today.weekday())
    this = next_morning(monday, rules.PARIS)
    return this if this <= now else next_morning(monday - WEEK, rules.PARIS)


def gathered(unit: Unit, now: datetime, holder: str) -> Digest | None:
    """What to say, once it is time and it is ours to say; None else. A new bot begins with the next Monday."""
    at = planned(now)
    last = unit.conversations.at(MARK)
    if last is None:
        _mark(unit, at)
        return None
    if _told(last, at) or not awake(now, rules.PARIS) or not unit.leases.take(LEASE, holder, SECONDS):
        return None
    going = sorted(unit.dossiers.every(GOING), key=lambda one: timelines.nearest(one, AD1))
    running = (*going, *unit.dossiers.every(STILL_PAID))
    late = tuple(found for dossier in running for found in _late(unit, dossier, now))
    picture = timelines.picture_of(unit, going, PICTURED, AD1, now)
    ends = tuple((str(ref), seq, mac) for ref, seq, mac in unit.journal.heads())
    return Digest(at, len(going), tuple(sorted(late, key=lambda one: one.due)), picture, ends)


def posted(
    unit: Unit,
    digest: Digest,
    drawn: tuple[tuple[str, str, bytes], ...],
    now: datetime,
    *,
    holder: str,
    review: Address,
) -> bool:
    """Put it in the outbox, once; False when somebody else did meanwhile. `drawn` are the files of its picture."""
    last = unit.conversations.at(MARK)
    if not unit.leases.take(LEASE, holder, SECONDS) or last is None or _told(last, digest.planned):
        return False
    _mark(unit, digest.planned)
    day = local_day(digest.planned, rules.PARIS)
    seal = timelines.kept(unit, (f"journal-{day.isoformat()}.txt", timelines.TXT, heads.text(digest.heads)), now=now)
    unit.outbox.put(review, _message(digest, seal, now), due=now)
    if digest.going:
        files = timelines.kept(unit, *drawn, now=now)
        unit.outbox.put(review, timelines.told(digest.picture, PICTURED, files), due=now)
    unit.leases.give_back(LEASE, holder)
    return True


def _told(last: dict[str, str], at: datetime) -> bool:
    return datetime.fromisoformat(last["parti"]) >= at


def _mark(unit: Unit, at: datetime) -> None:
    unit.conversations.keep(MARK, {"parti": at.isoformat()})


def _late(unit: Unit, dossier: Dossier, now: datetime) -> list[Late]:
    running = ((run, rules.due(run, dossier)) for run in rules.running(dossier) if not run.suspended)
    late = [(run, due) for run, due in running if due < now and not rules.lapsed(run, dossier, now)]
    return [Late(dossier, run, due, owing.owing(unit, dossier, run, now).people) for run, due in late]


def _message(digest: Digest, files: tuple[File, ...], now: datetime) -> Message:
    lines = [_line(one, now) for one in digest.late[:SHOWN]]
    left = len(digest.late) - SHOWN
    if left > 0:
        lines.append(tr("… et {count} autre(s).", count=left))
    if now - digest.planned > LATE:
        lines.insert(0, _was_due(digest.planned))
    seal = hashlib.sha256(heads.text(digest.heads)).hexdigest()
    head = tr(
        "Tête du journal scellé ({count} chaîne(s)) : {seal}. Le fichier joint la détaille : gardé hors de la base, il "
        "prouve que le journal n'a pas été réécrit.",
        count=len(digest.heads), seal=raw(seal),
    )  # fmt: skip
    text = tr(
        "Bilan de la semaine : {going} dossier(s) en cours, {late} échéance(s) dépassée(s).",
        going=digest.going, late=len(digest.late),
    )  # fmt: skip
    return Message(text=text, card=Card(title=TITLE, paragraphs=(*lines, head)), files=files)


def _line(late: Late, now: datetime) -> Text:
    asked = [raw(person.name) for person in late.people[:NAMED]]
    who = joined(asked, ", ") if asked else tr("personne de joignable")
    where = rules.place(late.run, late.dossier)
    when = names.dated(overdue(local_day(late.due, where), local_day(now, where), where), late.run, late.dossier)
    return tr(
        "• {ref} — {what} : {when} ; attendu de : {who}",
        ref=late.dossier.ref, what=names.deadline(late.run), when=when, who=who,
    )  # fmt: skip


def _was_due(at: datetime) -> Text:
    return tr("Ce bilan devait partir le {moment}.", moment=Moment(at=at, zone=str(zone(rules.PARIS))))
