"""« agenda [REF] »: the dates of a dossier, or of all of mine, as a calendar file.

A date keeps its UID through all its changes, and its SEQUENCE counts these from what the deadline went through: no state
of ours is needed for a calendar to know the newest. A date that no longer stands comes back cancelled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from atelier import audience, rules
from atelier.calendar import zone
from atelier.dossier import Dossier, Person, Run
from atelier.words import RuleId
from chat.cards import File, Message
from chat.talk import Answer
from chat.text import Say, tr
from documents.agenda import MIME, Entry, Period, Status, agenda
from handlers import keeping, names
from handlers.here import Here, answer, say, told_steps
from handlers.reading import reader

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
MOST = 200
"""How many dossiers a calendar holds at most: the last moved ones."""


def asked(here: Here, dossier: Dossier | None) -> Answer:
    """The file, in the direct conversation."""
    dossiers = [dossier] if dossier else here.unit.dossiers.list_for(here.person, limit=MOST)
    read = reader(here.person.language)
    listed = [entry for one in dossiers for entry in entries(one, here.person, read)]
    if not listed:
        return say(here, tr("Aucune date à mettre dans un agenda pour le moment."))
    name = read(names.subject(dossier) if dossier else tr("Ateliers Flash"))
    file = _kept(here, agenda(name, listed), dossier)
    text = tr(
        "Votre agenda : {count} date(s). Ouvrez le fichier pour l'ajouter au vôtre ; demandez-le de nouveau quand une date "
        "change, votre agenda remplacera l'ancienne.",
        count=sum(entry.status is Status.CONFIRMED for entry in listed),
    )
    keeping.send(here, Message(text=text, files=(file,)), dossier.ref if dossier else "")
    return answer(here) if here.event.direct else say(here, tr("Le fichier est dans notre conversation directe."))


def _kept(here: Here, content: bytes, dossier: Dossier | None) -> File:
    name = f"agenda-{dossier.ref if dossier else 'ateliers'}.ics"
    mime = MIME.partition(";")[0]
    return here.unit.files.put(name, mime, content, hashlib.sha256(content).hexdigest(), here.now)


def entries(dossier: Dossier, person: Person, read: Say) -> Iterator[Entry]:
    """The dates of a dossier that somebody may see, in their language."""
    for series in _series(audience.shown(dossier, person)):
        yield _deadline(series, dossier, read)
    yield from _session(dossier, read)


def _series(runs: Iterable[Run]) -> list[list[Run]]:
    """The runs of one thing, oldest first: same rule, about the same thing."""
    found: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        found.setdefault((run.rule, run.about), []).append(run)
    return list(found.values())


def _deadline(runs: Sequence[Run], dossier: Dossier, read: Say) -> Entry:
    run = runs[-1]
    found = rules.explained(run, dossier)
    label = read(names.dated(names.deadline(run), run, dossier))
    steps = map(read, told_steps(found))
    stopped = run.ended is not None and run.ended < rules.due(run, dossier)
    return Entry(
        uid=uid(dossier, runs),
        sequence=_rising(runs, dossier) if rules.rule(run.rule).turns else sequence(runs),
        summary=f"{label} — {read(names.subject(dossier))}",
        description="\n".join(steps),
        when=found.due,
        status=Status.CANCELLED if stopped or run.suspended else Status.CONFIRMED,
        stamp=_stamp(runs),
    )


def uid(dossier: Dossier, runs: Sequence[Run]) -> str:
    """One for a rule and what it is about, whatever runs follow; it says nothing of a rank, even by trying three."""
    first = runs[0]
    own = first.started.astimezone(UTC).isoformat() if first.rule is RuleId.CASCADE_REPONSE else ""
    about = hashlib.sha256(f"{first.about}{own}".encode()).hexdigest()[:12] if first.about else "0"
    return f"{dossier.ref}-{first.rule}-{about}@atelier-flash"


def sequence(runs: Iterable[Run]) -> int:
    """How many times what these runs say has changed: begun, suspended, resumed, ended."""
    return sum(1 + len(r.pauses) + sum(p.end is not None for p in r.pauses) + (r.ended is not None) for r in runs) - 1


def _rising(runs: Sequence[Run], dossier: Dossier) -> int:
    """The same of turns, some of which are others': when the last change was, since a count would tell how many came before."""
    return int((_stamp(runs) - dossier.opened) / MINUTE)


def _stamp(runs: Iterable[Run]) -> datetime:
    """When the last of these changes was."""
    changes = [at for r in runs for at in (r.started, r.ended, *(t for p in r.pauses for t in (p.start, p.end)))]
    return max(at for at in changes if at is not None).astimezone(UTC)


def _session(dossier: Dossier, read: Say) -> Iterator[Entry]:
    """The days on site, in the time zone of the place; cancelled once the atelier is suspended, or ended before them."""
    session = dossier.mission.session if dossier.mission else None
    if session is None:
        return
    runs = [run for run in dossier.runs if run.rule is RuleId.SUR_SITE]
    given_up = bool(runs) and session.held is None and (runs[-1].ended is not None or runs[-1].suspended)
    where = zone(dossier.departement)
    start = datetime.combine(session.first, datetime.min.time(), where)
    end = datetime.combine(session.last + DAY, datetime.min.time(), where)
    yield Entry(
        uid=f"{dossier.ref}-session@atelier-flash",
        sequence=max(sequence(runs), 0),
        summary=f"{read(tr('Session sur site'))} — {read(names.subject(dossier))}",
        description=f"{session.visit}\n{session.plenary}",
        when=Period(start, end),
        status=Status.CANCELLED if given_up else Status.CONFIRMED,
        stamp=_stamp(runs) if runs else dossier.since,
    )
