"""« frise [REF] »: the phases and deadlines of a dossier, or of several, as a picture and as the same thing in words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime

from atelier import audience, rules
from atelier.calendar import local_day
from atelier.dossier import Dossier, Person, Run
from atelier.procedure import FINAL
from atelier.words import Role, RuleId, State
from chat.cards import Card, File, Message
from chat.talk import Answer
from chat.text import Say, Text, raw, tr
from documents.picture import Bar, Kind, Mark, Picture, Row, Standing, Words
from documents.timeline import timeline
from documents.timeline_text import alt_text, text_list, text_table
from handlers import keeping, names
from handlers.here import Here, answer, say
from handlers.reading import reader
from storage.unit import Unit

PNG, TXT = "image/png", "text/plain"
MOST = 20
"""How many dossiers are drawn on request: about a fifth of a second. The Monday picture has them all."""
BRIEF, ALT = 300, 1000
"""Characters: longer, the sentence that comes with a picture says how much there is and what is late."""
LINES = 60
"""How many lines are said under the picture; the file beside it always has them all."""

KINDS: dict[Kind, tuple[Text, tuple[State, ...]]] = {
    Kind.EXAMINATION: (tr("Instruction"), (State.TRANSMISE, State.EN_ECHANGE, State.A_COMPLETER, State.VALIDEE)),
    Kind.DESIGNATION: (tr("Désignation"), (State.ACTE, State.DESIGNATION, State.CASCADE_EPUISEE)),
    Kind.APPROPRIATION: (
        tr("Appropriation"),
        (State.DESIGNE, State.CREDITS_DELEGUES, State.APPROPRIATION, State.NOTE_REMISE),
    ),
    Kind.ANIMATION: (tr("Animation"), (State.NOTE_VALIDEE, State.ANIMATION)),
    Kind.RESTITUTION: (tr("Restitution"), (State.RESTITUTION, State.AJOURNE, State.REJETE)),
    Kind.VERIFICATION: (tr("Vérification et réception"), (State.LIVRABLE_DECLARE, State.LIVRABLE_REMIS, State.RECU)),
    Kind.SUSPENSION: (tr("Suspension"), (State.SUSPENDU,)),
}
PHASES = {state: kind for kind, (_, states) in KINDS.items() for state in states}
STANDINGS = {
    Standing.MET: tr("fait"),
    Standing.AHEAD: tr("à venir"),
    Standing.LATE: tr("en retard"),
    Standing.SUSPENDED: tr("suspendu"),
}


def asked(here: Here, dossier: Dossier | None) -> Answer:
    """The picture and its text, in the direct conversation."""
    found = [dossier] if dossier else _going(here)
    title = names.subject(dossier) if dossier else tr("Vos ateliers en cours")
    picture = picture_of(here.unit, found, title, here.person, here.now)
    files = kept(here.unit, *drawn(picture, dossier.ref if dossier else "ateliers"), now=here.now)
    keeping.send(here, told(picture, title, files), dossier.ref if dossier else "")
    return answer(here) if here.event.direct else say(here, tr("La frise est dans notre conversation directe."))


def _going(here: Here) -> list[Dossier]:
    """Mine that go on, those with the nearest deadline first."""
    mine = [d for d in here.unit.dossiers.list_for(here.person, limit=200) if d.state not in FINAL]
    return sorted(mine, key=lambda one: nearest(one, here.person))[:MOST]


def nearest(dossier: Dossier, person: Person) -> tuple[bool, str, str]:
    """What dossiers are put in order by: the nearest deadline somebody may see, those that have none last."""
    mine = (run for run in audience.shown(dossier, person) if run.ended is None and not run.suspended)
    dues = [rules.due(run, dossier) for run in mine]
    return (not dues, min(dues).isoformat() if dues else "", dossier.ref)


def picture_of(unit: Unit, dossiers: Sequence[Dossier], title: Text, person: Person, now: datetime) -> Picture:
    """What somebody may see of these dossiers at `now`, in their language and by their calendar."""
    read = reader(person.language)
    past = len(dossiers) == 1
    rows = [
        Row(read(names.subject(d)), tuple(_bars(unit, d, person, now)), tuple(_marks(d, person, now, past=past)))
        for d in dossiers
    ]
    return Picture(read(title), local_day(now, person.departement), rows, _words(read, person.language))


def drawn(picture: Picture, name: str) -> tuple[tuple[str, str, bytes], ...]:
    """The files of a picture (name, type, bytes): its pages, then its text. Takes about 90 ms a page of ten dossiers."""
    pages = timeline(picture)
    files = [(f"frise-{name}-{number}.png", PNG, page) for number, page in enumerate(pages, start=1)]
    return (*files, (f"frise-{name}.txt", TXT, f"{picture.title}\n\n{text_table(picture)}\n".encode()))


def kept(unit: Unit, *files: tuple[str, str, bytes], now: datetime) -> tuple[File, ...]:
    """Files put in the store, in order."""
    return tuple(
        unit.files.put(name, mime, content, hashlib.sha256(content).hexdigest(), now) for name, mime, content in files
    )


def told(picture: Picture, title: Text, files: tuple[File, ...]) -> Message:
    """The picture, a sentence for who cannot see it, and the whole content line by line."""
    lines = text_list(picture).splitlines()[1:]
    left = len(lines) - LINES
    more = (tr("… et {count} ligne(s) de plus dans le fichier texte.", count=left),) if left > 0 else ()
    card = Card(title=title, paragraphs=(*(raw(line) for line in lines[:LINES]), *more))
    shown = tuple(f.model_copy(update={"alt": raw(alt_text(picture, ALT))}) if f.mime == PNG else f for f in files)
    return Message(text=tr("Frise : {alt}", alt=raw(alt_text(picture, BRIEF))), card=card, files=shown)


def _words(read: Say, lang: str) -> Words:
    """The words of a picture, in the reader's language; its own blanks stay blanks."""
    return Words(
        locale=lang,
        today=read(tr("Aujourd'hui")),
        empty=read(tr("Aucun atelier en cours.")),
        page=read(tr("page {page} / {pages}", page="{page}", pages="{pages}")),
        summary=read(tr("Dossiers : {count}, du {start} au {end}.", count="{count}", start="{start}", end="{end}")),
        late=read(tr("En retard : {list}.", list="{list}")),
        period=read(tr("du {start} au {end}", start="{start}", end="{end}")),
        columns=(read(tr("Dossier")), read(tr("Quoi")), read(tr("Du")), read(tr("Au")), read(tr("État"))),
        kinds={kind: read(word) for kind, (word, _) in KINDS.items()},
        standings={standing: read(word) for standing, word in STANDINGS.items()},
        verify=read(tr("date à vérifier")),
    )


def _bars(unit: Unit, dossier: Dossier, person: Person, now: datetime) -> Iterator[Bar]:
    """The phases a dossier went through, from its journal; the present one goes to today."""
    read = reader(person.language)
    began: datetime | None = None
    kind: Kind | None = None
    for at, phase in (*_moves(unit, dossier, person), (now, None)):
        if phase is kind and at is not now:
            continue
        if kind is not None and began is not None:
            first, last = local_day(began, dossier.departement), local_day(at, dossier.departement)
            yield Bar(read(KINDS[kind][0]), first, max(first, last), kind)
        began, kind = at, phase


def _moves(unit: Unit, dossier: Dossier, person: Person) -> list[tuple[datetime, Kind | None]]:
    """When each phase began; for a groupement, from the day it was asked: what was before would tell that others were."""
    moves = [(row.at, PHASES.get(State(row.to_state))) for row in unit.journal.of(dossier.ref) if row.to_state]
    asked = dossier.mission.asked() if dossier.mission else None
    if asked is None or dossier.roles_of(person) != {Role.MAND}:
        return moves
    before = [phase for at, phase in moves if at <= asked.sent.at]
    return [(asked.sent.at, before[-1] if before else None), *(move for move in moves if move[0] > asked.sent.at)]


def _marks(dossier: Dossier, person: Person, now: datetime, *, past: bool) -> Iterator[Mark]:
    """The deadlines that run; those met too, when there is room for them."""
    read = reader(person.language)
    for run in audience.shown(dossier, person):
        if run.rule is RuleId.RELANCE_BROUILLON or run.replaced:
            continue
        if run.ended is None and rules.lapsed(run, dossier, now):
            continue
        label, found = names.deadline(run), rules.explained(run, dossier)
        if run.ended is None:
            doubt = " ".join(map(read, names.doubts(found)))
            yield Mark(read(label), found.due, _standing(run, dossier, now), doubt)
        elif past:
            yield Mark(read(label), local_day(run.ended, rules.place(run, dossier)), Standing.MET)


def _standing(run: Run, dossier: Dossier, now: datetime) -> Standing:
    if run.suspended:
        return Standing.SUSPENDED
    return Standing.LATE if rules.due(run, dossier) < now else Standing.AHEAD
