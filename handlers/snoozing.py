"""« Reporter mon rappel »: moves one reminder, once, and the journal keeps it."""

from __future__ import annotations

from atelier import rules, snooze
from atelier.calendar import zone
from atelier.dossier import By, Dossier, Run
from atelier.words import Reference, Refused, fr
from chat.cards import Button, Card, Message, Token
from chat.talk import Answer, Say
from chat.text import Moment, tr
from handlers.here import Here, answer, say
from handlers.reminder_words import SNOOZE as ACT
from storage.errors import Stale
from storage.reminders import Reminder

__all__ = ["ACT", "later", "pressed"]

SNOOZED = "rappel reporté"
OFFERED = (("demain", tr("Demain")), ("3 jours", tr("Dans 3 jours")), ("1 semaine", tr("Dans une semaine")))


def pressed(here: Here, token: Token) -> Answer:
    """The button: of one dossier, or of the one chosen in the menu; then for how long."""
    ref, arg = (token.ref, token.arg) if token.ref else (token.arg, "")
    return later(here, here.unit.dossiers.seen_by(here.person, Reference(ref)), arg)


def later(here: Here, dossier: Dossier, typed: str) -> Answer:
    """« rappel REF durée »: moves my next reminder on this dossier; without a duration, offers some. Raises Refused."""
    row, run = _next(here, dossier)
    if not typed.strip():
        if row.due != row.planned:
            raise _moved(here, row)
        return _offered(here, dossier, row, run)
    where = here.person.departement
    until = snooze.until(typed, run, dossier, here.now, where)
    before = row.due
    try:
        here.unit.reminders.snooze(row.id, until)
    except Stale:
        raise _moved(here, row) from None
    _journal(here, dossier, run, until.isoformat())
    text = tr(
        "Votre rappel sur {ref} ({what}), prévu le {before}, partira le {until}.",
        ref=dossier.ref, what=tr(rules.rule(run.rule).label), before=Moment(at=before, zone=str(zone(where))),
        until=Moment(at=until, zone=str(zone(where))),
    )  # fmt: skip
    return say(here, text)


def _next(here: Here, dossier: Dossier) -> tuple[Reminder, Run]:
    """My next reminder on a dossier and its deadline. Raises Refused when none waits."""
    running = {(r.rule, r.generation): r for r in rules.running(dossier) if not r.suspended}
    for row in here.unit.reminders.waiting(dossier.ref, here.person.id):
        run = next((r for (rule, number), r in running.items() if (rule, number) == (row.rule, row.generation)), None)
        if run is not None:
            return row, run
    raise Refused(fr("Aucun rappel ne vous attend sur {ref} : il n'y a rien à reporter."), ref=dossier.ref)


def _moved(here: Here, row: Reminder) -> Refused:
    return Refused(
        fr(
            "Ce rappel a déjà été reporté une fois : il partira le {due}. Pour ne plus le recevoir, transférez le dossier ou "
            "déclarez votre absence."
        ),
        due=Moment(at=row.due, zone=str(zone(here.person.departement))),
    )


def _offered(here: Here, dossier: Dossier, row: Reminder, run: Run) -> Answer:
    where = str(zone(here.person.departement))
    buttons = tuple(
        Button(
            label=label,
            token=Token(act=ACT, ref=dossier.ref, arg=said, who=here.person.id),
            command=f"/atelier {ACT} {dossier.ref} {said}",
        )
        for said, label in OFFERED
        if _possible(here, dossier, run, said)
    )
    text = tr(
        "Votre prochain rappel sur {ref} ({what}) part le {due}. De combien le reporter ? Une seule fois, de trente jours "
        "au plus : « /atelier rappel {ref} lundi » ou une date.",
        ref=dossier.ref, what=tr(rules.rule(run.rule).label), due=Moment(at=row.due, zone=where),
    )  # fmt: skip
    card = Card(title=tr("Reporter mon rappel"), buttons=buttons)
    return answer(here, Say(message=Message(text=text, card=card)))


def _possible(here: Here, dossier: Dossier, run: Run, said: str) -> bool:
    """A button is shown for what would not be refused."""
    try:
        snooze.until(said, run, dossier, here.now, here.person.departement)
    except Refused:
        return False
    return True


def _journal(here: Here, dossier: Dossier, run: Run, until: str) -> None:
    held = dossier.roles_of(here.person)
    role = next((r for r in rules.owed(run, dossier) if r in held), min(held))
    by = By(person=here.person.id, role=role, at=here.now)
    here.unit.journal.write(
        dossier.ref, what=SNOOZED, by=by, at=here.now, from_state=dossier.state, to_state=dossier.state,
        details={"echeance": run.rule, "jusqu_au": until},
    )  # fmt: skip
