"""« /atelier » alone: what awaits me, my requests, the next dates. And the lists: queue, requests, deadlines."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from atelier import audience, editing, rules
from atelier.awaited import awaited, may_await
from atelier.calendar import zone
from atelier.completeness import missing_letters, missing_required, wanted_still
from atelier.decide import awaited_first, offers
from atelier.dossier import Dossier, Run
from atelier.fiche import items
from atelier.labels import STATES
from atelier.spelling import key
from atelier.words import Reference, Role, State
from chat.cards import Button, Card, Fact, Message, Token
from chat.talk import Answer, Say
from chat.text import Moment, Text, joined, raw, tr
from handlers import access, cards, names, paging
from handlers.here import Here, answer
from storage.pages import Brief, Found

SHOWN = 10
LOOKED, PAGE = 200, 25
"""How many requests « À faire maintenant » is looked for in, and how many are read at a time."""
LISTED = 20
QUEUED = 25
MANY = 500
"""Beyond so many, they are not counted one by one."""
LONGEST_CODE = 3
"""A département's code: 55, 2A, 971."""


def home(here: Here) -> Answer:
    """« À faire maintenant », my requests, the next dates."""
    todo = _todo(here)
    facts = [Fact(name=raw(d.ref), value=_awaits(here, d)) for d in todo[:SHOWN]]
    asking = access.waiting(here)
    facts += [Fact(name=tr("Demande d'accès"), value=raw(request.name)) for request in asking]
    lines = [tr("{ref} — {what} : {due}", ref=ref, what=what, due=due) for _, ref, what, due in _next(here)[:3]]
    buttons = [cards.see_button(d, tr("Ouvrir {ref}", ref=d.ref)) for d in todo[:5]]
    if any(h.role in {Role.SVC, Role.COLL} for h in here.person.holdings):
        token = Token(act="demande")
        buttons.append(Button(label=tr("Nouvelle demande"), token=token, style="primary", command="/atelier demande"))
    if asking:
        label = tr("Répondre aux demandes d'accès")
        buttons.append(Button(label=label, token=Token(act=access.ASK), command=f"/atelier {access.ASK}"))
    nothing = () if facts else (tr("Rien ne vous attend pour le moment."),)
    nearest = (tr("Prochaines dates :"), *lines) if lines else ()
    card = Card(
        title=tr("À faire maintenant"),
        facts=tuple(facts),
        paragraphs=(*nothing, _followed(here), *nearest),
        buttons=tuple(buttons),
    )
    text = (
        tr("À faire maintenant : plus de {count}", count=SHOWN)
        if len(todo) > SHOWN
        else tr("À faire maintenant : {count}", count=len(facts))
    )
    return answer(here, Say(message=Message(text=text, card=card)))


def _todo(here: Here) -> list[Dossier]:
    """What awaits me, the last moved first: as many as are shown, and one more when there are others.

    Looked for in the `LOOKED` last moved that may await somebody like me, a page at a time: few are read when many are seen.
    """
    held = {holding.role for holding in here.person.holdings}
    states = may_await(held | here.unit.dossiers.parts_of(here.person))
    todo: list[Dossier] = []
    for offset in range(0, LOOKED if states else 0, PAGE):
        page = here.unit.dossiers.going(here.person, states, PAGE, offset)
        todo += [d for d in page if d.roles_of(here.person) & set(awaited(d))]
        if len(todo) > SHOWN or len(page) < PAGE:
            break
    return todo[: SHOWN + 1]


def _followed(here: Here) -> Text:
    count = here.unit.dossiers.count_going(here.person, MANY + 1)
    if count > MANY:
        return tr("Vous suivez plus de {count} demandes en cours.", count=MANY)
    return tr("Vous suivez {count} demande(s) en cours.", count=count)


def _awaits(here: Here, dossier: Dossier) -> Text:
    wanted = wanted_still(dossier)
    lacking = [i for i in items() if i.name in wanted] or [*missing_required(dossier), *missing_letters(dossier)]
    place = raw(dossier.territory() or dossier.service)
    if dossier.state in editing.OPEN and lacking:
        listed = joined(tr(i.asked.short) for i in lacking[:3])
        return tr("{place} — {state} ; à fournir : {names}", place=place, state=names.state(dossier), names=listed)
    first = awaited_first(offers(dossier, here.person))
    step = names.gesture(first) if first else tr("à suivre")
    return tr("{place} — {state} ; à vous : {step}", place=place, state=names.state(dossier), step=step)


Dated = tuple[datetime, str, Text, Text]


def _nearest(dated: Dated) -> tuple[datetime, str]:
    return dated[0], dated[1]


def _dates(here: Here, dossiers: list[Dossier]) -> list[Dated]:
    """What runs of these dossiers, as far as this person may see it."""
    mine = ((d, run) for d in dossiers for run in audience.shown(d, here.person) if run.ended is None)
    return [_dated(d, run) for d, run in mine if not run.suspended and not rules.lapsed(run, d, here.now)]


def _dated(dossier: Dossier, run: Run) -> Dated:
    due = rules.due(run, dossier)
    day = tr("{due}", due=Moment(at=due, zone=str(zone(rules.place(run, dossier)))))
    return due, dossier.ref, names.deadline(run), names.dated(day, run, dossier)


def listing(here: Here, filter_: str) -> Answer:
    """« liste [filtre] [page 2] »: the requests I see, by state, département or words of the territory."""
    filter_, page = paging.page(filter_, LISTED, "/atelier liste")
    found, count = _listed(here, filter_, min(page.end, MANY))
    facts = [
        Fact(name=raw(d.ref), value=tr("{place} — {state}", place=raw(d.territory or d.service), state=_state(d)))
        for d in page.of(found)
    ]
    text = tr("Plus de {count} demandes.", count=MANY) if count > MANY else tr("{count} demande(s).", count=count)
    card = Card(
        title=tr("Mes demandes"), facts=tuple(facts), paragraphs=(*page.told(count, MANY), *_none_found(count, filter_))
    )
    return answer(here, Say(message=Message(text=text, card=card if card.facts or card.paragraphs else None)))


def _none_found(count: int, filter_: str) -> tuple[Text, ...]:
    if count or not filter_:
        return ()
    return (
        tr(
            "Aucune de vos demandes ne correspond à « {filter} ». « /atelier liste » les montre toutes.",
            filter=raw(filter_[:80]),
        ),
    )


def _state(brief: Brief) -> Text:
    return tr(STATES[brief.state])


def _listed(here: Here, filter_: str, first: int) -> tuple[list[Brief], int]:
    """The `first` requests, and how many there are (`MANY` + 1: more). Words are looked for in the `MANY` last moved."""
    typed = [word.upper() for word in key(filter_).split()]
    departement = next((word for word in typed if _is_code(word)), "")
    if typed in ([], [departement]):
        return here.unit.dossiers.listed(here.person, first, MANY + 1, departement)
    words, looked_at = key(filter_).split(), here.unit.dossiers.found_for(here.person, MANY, departement)
    matching = [found.ref for found in looked_at if _matches(found, words)]
    return here.unit.dossiers.briefs(matching[:first]), len(matching)


def _is_code(word: str) -> bool:
    return len(word) <= LONGEST_CODE and word[:1].isdigit()


def _matches(found: Found, words: list[str]) -> bool:
    """Words as people type them, accents forgiven; a number alone is a département."""
    said = f"{found.ref.casefold().replace('-', ' ')} {found.words} {_folded(found.state)}"
    return all(word == found.departement.casefold() if _is_code(word) else word in said for word in words)


@cache
def _folded(state: State) -> str:
    return key(f"{state} {STATES[state]}")


def queue(here: Here, typed: str = "") -> Answer:
    """« file [page 2] »: the queue in order of arrival. AD1 sees every request; a bearer sees the place of theirs."""
    _, page = paging.page(typed, QUEUED, "/atelier file")
    seen = here.unit.dossiers.queue_of(here.person, min(page.end, MANY) + 1)
    facts = [
        Fact(
            name=tr("{rank}. {ref}", rank=i, ref=d.ref),
            value=tr("{place} — {state}", place=raw(d.territory), state=_state(d)),
        )
        for i, d in page.of(seen)
    ]
    text = tr("{total} demande(s) dans la file, dans l'ordre d'arrivée.", total=here.unit.dossiers.queued())
    card = Card(title=tr("File d'attente"), facts=tuple(facts), paragraphs=page.told(len(seen), MANY))
    return answer(here, Say(message=Message(text=text, card=card)))


def deadlines(here: Here, ref: str = "", typed: str = "") -> Answer:
    """« échéances [REF] [page 2] »: the running deadlines, nearest first; `typed` is all that was, its page included."""
    _, page = paging.page(typed, LISTED, "/atelier échéances")
    rows, count = _running(here, ref, min(page.end, MANY))
    facts = [Fact(name=tr("{ref} — {what}", ref=r, what=what), value=due) for _, r, what, due in page.of(rows)]
    text = (
        tr("Plus de {count} échéances en cours.", count=MANY)
        if count > MANY
        else tr("{count} échéance(s) en cours.", count=count)
    )
    card = Card(title=tr("Échéances"), facts=tuple(facts), paragraphs=page.told(count, MANY))
    return answer(here, Say(message=Message(text=text, card=card if rows else None)))


def _running(here: Here, ref: str, first: int) -> tuple[list[Dated], int]:
    """The `first` nearest dates, and how many there are (`MANY` + 1: more)."""
    if ref:
        rows = sorted(_dates(here, [here.unit.dossiers.seen_by(here.person, Reference(ref))]), key=_nearest)
        return rows, len(rows)
    return _next(here, first), here.unit.deadlines.count_for(here.person, MANY + 1, here.now)


def _next(here: Here, first: int = LISTED) -> list[Dated]:
    """The nearest dates of what I see: the `first` ones at least."""
    near = here.unit.dossiers.many(here.unit.deadlines.nearest_for(here.person, first, here.now), here.person)
    return sorted(_dates(here, near), key=_nearest)
