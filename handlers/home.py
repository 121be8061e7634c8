"""« /atelier » alone: what awaits me, my requests, the next dates. And the lists: queue, requests, deadlines."""

from __future__ import annotations

from datetime import datetime

from atelier import editing, rules
from atelier.calendar import zone
from atelier.completeness import missing_letters, missing_required, wanted_still
from atelier.decide import offers
from atelier.dossier import Dossier, Run
from atelier.fiche import items
from atelier.labels import STATES
from atelier.procedure import FINAL
from atelier.spelling import key
from atelier.words import Role, State
from chat.cards import Button, Card, Fact, Message, Token
from chat.talk import Answer, Say
from chat.text import Moment, Text, joined, raw, tr
from handlers import cards, names
from handlers.here import Here, answer, told_args

SHOWN = 10
LISTED = 20
QUEUED = 25
LONGEST_CODE = 3
"""A département's code: 55, 2A, 971."""
AWAITED = {
    State.BROUILLON: (Role.SVC, Role.COLL),
    State.TRANSMISE: (Role.AD1I,),
    State.EN_ECHANGE: (Role.AD1I, Role.AD1V),
    State.A_COMPLETER: (Role.SVC, Role.COLL),
    State.VALIDEE: (Role.AD1V,),
}


def home(here: Here) -> Answer:
    """« À faire maintenant », my requests, the next dates."""
    mine = here.unit.dossiers.list_for(here.person, limit=200)
    live = [d for d in mine if d.state not in FINAL]
    todo = [d for d in live if d.roles_of(here.person) & set(AWAITED[d.state])]
    facts = [Fact(name=raw(d.ref), value=_awaits(here, d)) for d in todo[:SHOWN]]
    dates = sorted(_dates(live))[:3]
    lines = [tr("{ref} — {what} : {due}", ref=ref, what=tr(what), due=due) for _, ref, what, due in dates]
    buttons = [cards.see_button(d).model_copy(update={"label": tr("Ouvrir {ref}", ref=d.ref)}) for d in todo[:5]]
    if any(h.role in {Role.SVC, Role.COLL} for h in here.person.holdings):
        token = Token(act="demande")
        buttons.append(Button(label=tr("Nouvelle demande"), token=token, style="primary", command="/atelier demande"))
    nothing = () if todo else (tr("Rien ne vous attend pour le moment."),)
    count = tr("Vous suivez {count} demande(s) en cours.", count=len(live))
    nearest = (tr("Prochaines dates :"), *lines) if lines else ()
    card = Card(
        title=tr("À faire maintenant"),
        facts=tuple(facts),
        paragraphs=(*nothing, count, *nearest),
        buttons=tuple(buttons),
    )
    return answer(here, Say(message=Message(text=tr("À faire maintenant : {count}", count=len(todo)), card=card)))


def _awaits(here: Here, dossier: Dossier) -> Text:
    wanted = wanted_still(dossier)
    lacking = [i for i in items() if i.name in wanted] or [*missing_required(dossier), *missing_letters(dossier)]
    place = raw(dossier.territory() or dossier.service)
    if dossier.state in editing.OPEN and lacking:
        listed = joined(tr(i.asked.short) for i in lacking[:3])
        return tr("{place} — {state} ; à fournir : {names}", place=place, state=names.state(dossier), names=listed)
    steps = offers(dossier, here.person)
    first = tr(steps[0].label) if steps else tr("à suivre")
    return tr("{place} — {state} ; à vous : {step}", place=place, state=names.state(dossier), step=first)


def _dates(dossiers: list[Dossier]) -> list[tuple[datetime, str, str, Moment]]:
    return [
        (rules.due(run, d), d.ref, rules.rule(run.rule).label, _moment(d, run))
        for d in dossiers
        for run in rules.running(d)
        if not run.suspended
    ]


def _moment(dossier: Dossier, run: Run) -> Moment:
    return Moment(at=rules.due(run, dossier), zone=str(zone(rules.place(run, dossier))))


def listing(here: Here, filter_: str) -> Answer:
    """« liste [filtre] »: the requests I see, by state, département or words of the territory."""
    found = [d for d in here.unit.dossiers.list_for(here.person, limit=500) if _matches(d, filter_)]
    facts = [
        Fact(
            name=raw(d.ref), value=tr("{place} — {state}", place=raw(d.territory() or d.service), state=names.state(d))
        )
        for d in found[:LISTED]
    ]
    text = tr("{count} demande(s).", count=len(found))
    more = (
        (tr("Les {count} premières sont affichées : précisez, par exemple « /atelier liste 55 ».", count=LISTED),)
        if len(found) > LISTED
        else ()
    )
    card = Card(title=tr("Mes demandes"), facts=tuple(facts), paragraphs=more)
    return answer(here, Say(message=Message(text=text, card=card if found else None)))


def _matches(dossier: Dossier, filter_: str) -> bool:
    """Words as people type them, accents forgiven; a number alone is a département."""
    said = f"{dossier.ref} {dossier.territory()} {dossier.service} {dossier.state} {STATES[dossier.state]}"
    return all(
        word == key(dossier.departement) if len(word) <= LONGEST_CODE and word[:1].isdigit() else word in key(said)
        for word in key(filter_).split()
    )


def queue(here: Here) -> Answer:
    """« file »: the queue in order of arrival. AD1 sees every request; a bearer sees the place of theirs."""
    every = here.unit.dossiers.queue()
    seen = [(i, d) for i, d in enumerate(every, start=1) if d.roles_of(here.person)]
    facts = [
        Fact(
            name=tr("{rank}. {ref}", rank=i, ref=d.ref),
            value=tr("{place} — {state}", place=raw(d.territory()), state=names.state(d)),
        )
        for i, d in seen[:QUEUED]
    ]
    text = tr("{total} demande(s) dans la file, dans l'ordre d'arrivée.", total=len(every))
    more = (tr("Les {count} premières sont affichées.", count=QUEUED),) if len(seen) > QUEUED else ()
    card = Card(title=tr("File d'attente"), facts=tuple(facts), paragraphs=more)
    return answer(here, Say(message=Message(text=text, card=card)))


def deadlines(here: Here, ref: str = "") -> Answer:
    """« échéances [REF] »: the running deadlines, nearest first."""
    mine = [d for d in here.unit.dossiers.list_for(here.person, limit=500) if not ref or d.ref == ref]
    rows = sorted(_dates(mine))
    facts = [
        Fact(name=tr("{ref} — {what}", ref=r, what=tr(what)), value=tr("{due}", due=due))
        for _, r, what, due in rows[:LISTED]
    ]
    text = tr("{count} échéance(s) en cours.", count=len(rows))
    return answer(
        here, Say(message=Message(text=text, card=Card(title=tr("Échéances"), facts=tuple(facts)) if rows else None))
    )


def why(here: Here, dossier: Dossier) -> Answer:
    """« Pourquoi cette date ? »: each running deadline of a request, step by step."""
    lines = [
        line
        for run in rules.running(dossier)
        for line in (tr("{what} :", what=tr(rules.rule(run.rule).label)), *_steps(run, dossier))
    ]
    if not lines:
        return answer(here, Say(message=Message(text=tr("Aucune échéance ne court pour {ref}.", ref=dossier.ref))))
    text = tr("Comment les échéances de {ref} sont calculées.", ref=dossier.ref)
    return answer(
        here, Say(message=Message(text=text, card=Card(title=tr("Pourquoi cette date ?"), paragraphs=tuple(lines))))
    )


def _steps(run: Run, dossier: Dossier) -> list[Text]:
    if run.suspended:
        return [tr("• suspendue dans l'attente du complément : sa date sera connue quand la réponse sera là")]
    return [tr("• {step}", step=tr(s.sentence, **told_args(s.args))) for s in rules.explained(run, dossier).steps]
