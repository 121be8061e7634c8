"""The words of a reminder: one line a deadline, why it comes to this person, and how late it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from atelier import rules
from atelier.calendar import zone
from atelier.completeness import missing_required
from atelier.dossier import Dossier, Person, Run
from atelier.labels import ROLES
from atelier.words import Role, RuleId
from chat.cards import Button, Card, Menu, Message, Token
from chat.text import Moment, Text, joined, raw, tr
from handlers import names
from handlers.cards import see_button
from storage.reminders import Reminder

LATE = timedelta(hours=12)
"""A reminder that leaves so long after its hour says so: the bot was away."""
SHOWN, BUTTONS = 20, 5
SNOOZE = "rappel"


@dataclass(frozen=True, slots=True)
class Line:
    """A reminder as somebody reads it: for `absent`, away `until` that day; in place of roles `lacking` anybody."""

    row: Reminder
    dossier: Dossier
    run: Run
    absent: Person | None = None
    until: date | None = None
    lacking: tuple[Role, ...] = ()
    raised: bool = False
    """True when it goes up: whoever reads it is above those who owe it."""
    settled: bool = False
    """True when its row was already set aside."""

    @property
    def due(self) -> datetime:
        """The instant the deadline falls due."""
        return rules.due(self.run, self.dossier)


def message(lines: Sequence[Line], person: Person, now: datetime) -> Message:
    """What somebody reads of what is due to them: one line a deadline."""
    told = [_line(line, now) for line in lines]
    seen = {line.dossier.ref: line.dossier for line in lines if line.dossier.roles_of(person)}
    mine = list({line.dossier.ref: None for line in lines if line.absent is None})
    buttons = [_open(dossier) for dossier in list(seen.values())[:BUTTONS]]
    buttons += [snooze_button(mine[0], person)] if len(mine) == 1 else []
    card = Card(title=tr("Rappels"), tone="waiting", buttons=tuple(buttons), menus=_menus(mine, person))
    if len(told) == 1:
        title = names.subject(lines[0].dossier) if seen else card.title
        return Message(text=told[0], card=card.model_copy(update={"title": title}))
    left = len(told) - SHOWN
    more = [tr("… et {count} autre(s) : « /atelier échéances ».", count=left)] if left > 0 else []
    return Message(
        text=tr("{name}, {count} échéances vous attendent.", name=raw(person.name), count=len(told)),
        card=card.model_copy(update={"paragraphs": (*told[:SHOWN], *more)}),
    )


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


def _open(dossier: Dossier) -> Button:
    return see_button(dossier).model_copy(update={"label": tr("Ouvrir {ref}", ref=dossier.ref)})


def _line(line: Line, now: datetime) -> Text:
    drafted = line.run.rule is RuleId.RELANCE_BROUILLON
    parts = [_draft(line.dossier) if drafted else _deadline(line, now)]
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
    return joined(parts, " ; ")


def _lacking(roles: Sequence[Role]) -> Text:
    listed = joined((tr(ROLES[role]) for role in roles), ", ")
    return tr("personne de joignable dans l'annuaire ne tient le rôle attendu ({roles})", roles=listed)


def _draft(dossier: Dossier) -> Text:
    lacking = [tr(i.asked.short) for i in missing_required(dossier)[:6]]
    if not lacking:
        return tr("{ref} — votre brouillon vous attend : il peut être transmis", ref=dossier.ref)
    return tr("{ref} — votre brouillon vous attend ; il manque : {names}", ref=dossier.ref, names=joined(lacking))


def _deadline(line: Line, now: datetime) -> Text:
    when = _when(line, now)
    return tr("{ref} — {what} : {when}", ref=line.dossier.ref, what=tr(rules.rule(line.run.rule).label), when=when)


def _when(line: Line, now: datetime) -> Text:
    """As it stands when it leaves: one that was late, or moved, may leave after the day."""
    moment = Moment(at=line.due, zone=str(zone(rules.place(line.run, line.dossier))))
    if now > line.due:
        return tr("dépassée depuis le {due}", due=moment)
    if line.row.kind == "jour":
        return tr("aujourd'hui au plus tard")
    return tr("au plus tard le {due}", due=moment)
