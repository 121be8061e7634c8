"""Who is told after a step, and with which text: the same text is shown in the preview before it goes."""

from __future__ import annotations

from atelier.dossier import Dossier, Person
from atelier.fiche import item
from atelier.grammar import Outcome, Step
from atelier.labels import AD1
from atelier.references import OUTILS
from atelier.words import Do, Role
from chat.cards import Address, File, Message
from chat.text import Text, joined, raw, tr
from handlers import names
from handlers.cards import SENSES, person_key, review_key
from handlers.here import Here


def told(here: Here, dossier: Dossier, step: Step) -> tuple[Person, ...]:
    """The people told outside AD1, in the order of the directory; whoever acts is not told of their own act."""
    roles = [r for r in step.tells if r not in AD1]
    return tuple(p for p in here.unit.people.holding(roles, dossier) if p.id != here.person.id)


def tells_review(dossier: Dossier, step: Step) -> bool:
    """True when AD1's review channel is told: of a request it has received, each move and what the row says."""
    return dossier.transmitted is not None and (step.target is not None or bool(AD1 & set(step.tells)))


def announce(here: Here, outcome: Outcome) -> None:
    """Put every announcement in the outbox: the review thread, and each person's thread around the request."""
    dossier, step = outcome.dossier, outcome.step
    refresh(here, dossier)
    for twin in here.unit.dossiers.same_territory(list(dossier.territory_codes()), dossier.ref):
        refresh(here, twin)  # their cards name this one, or name it no more
    text = sentence(here, dossier, step)
    if dossier.transmitted is not None:
        in_review(here, dossier, text if tells_review(dossier, step) else None)
    for person in told(here, dossier, step):
        to_person(here, dossier, person, text)
    if not dossier.roles_of(here.person) & AD1:
        _card(here, dossier, here.person)


def refresh(here: Here, dossier: Dossier) -> None:
    """Edit every posted copy of the dossier's cards."""
    for copy in here.unit.cards.of(dossier.ref):
        here.unit.outbox.put(copy.place, None, key=copy.key, ref=dossier.ref, audience=copy.audience, due=here.now)


def in_review(here: Here, dossier: Dossier, text: Text | None, files: tuple[File, ...] = ()) -> None:
    """The root card in AD1's channel when it is not there yet; and the sentence in its thread."""
    key, place = review_key(dossier.ref), here.config.review
    if here.unit.threads.at(key, place) is None:
        here.unit.outbox.put(place, None, key=key, ref=dossier.ref, audience="ad1", due=here.now)
    if text is not None:
        here.unit.outbox.put(place, Message(text=text, files=files), thread=key, ref=dossier.ref, due=here.now)


def to_person(here: Here, dossier: Dossier, person: Person, text: Text, files: tuple[File, ...] = ()) -> None:
    """A person's card when they have none yet, and the sentence as a new message: editing a card is silent."""
    place = _card(here, dossier, person)
    if place is not None:
        message, key = Message(text=text, files=files), person_key(dossier.ref, person.id)
        here.unit.outbox.put(place, message, thread=key, ref=dossier.ref, due=here.now, lang=person.language)


def _card(here: Here, dossier: Dossier, person: Person) -> Address | None:
    """A person's card of a request, put once, under which their thread goes; returns their place, if they have one."""
    place, key = here.unit.people.direct(person.id), person_key(dossier.ref, person.id)
    if place is not None and here.unit.threads.at(key, place) is None:
        audience = f"person:{person.id}"
        here.unit.outbox.put(
            place, None, key=key, ref=dossier.ref, audience=audience, due=here.now, lang=person.language
        )
    return place


def tell_person(here: Here, person: Person, message: Message, ref: str) -> None:
    """A message of its own in a person's direct conversation, by the outbox."""
    place = here.unit.people.direct(person.id)
    if place is not None:
        here.unit.outbox.put(place, message, ref=ref, due=here.now, lang=person.language)


def sentence(here: Here, dossier: Dossier, step: Step) -> Text:
    """What is said of a step to the people told."""
    by = names.who_is(here.person, _role(here, dossier, step))
    head = tr("{subject} : {said} par {who}.", subject=names.subject(dossier), said=tr(step.said), who=by)
    more = _more(dossier, step)
    return tr("{head} {more}", head=head, more=more) if more else head


def _role(here: Here, dossier: Dossier, step: Step) -> Role:
    return next((r for r in step.by if r in dossier.roles_of(here.person)), step.by[0])


def _more(dossier: Dossier, step: Step) -> Text | None:
    asked = dossier.complements[-1] if dossier.complements else None
    opinion = dossier.opinions[-1] if dossier.opinions else None
    decision = dossier.decision
    if step.act is Do.DEMANDER_COMPLEMENT and asked:
        fields = joined(tr(item(w.field).asked.short) for w in asked.wanted)
        return tr("À compléter : {fields}. « {text} »", fields=fields, text=raw(asked.wanted[0].text))
    if step.act is Do.DONNER_AVIS and opinion:
        return tr("{sense} : {reason}", sense=SENSES[opinion.sense], reason=raw(opinion.reason))
    if step.act is Do.TRANSMETTRE and decision:
        return tr("Conception avec la collectivité : {reason}", reason=raw(decision.reason))
    if step.act is Do.REORIENTER and decision:
        tool = tr(OUTILS[decision.other_tool]) if decision.other_tool in OUTILS else raw(decision.other_tool)
        return tr("Outil proposé : {tool}. Motif : {reason}", tool=tool, reason=raw(decision.reason))
    if not step.secret and step.asks is not None and decision and decision.by == dossier.last_by:
        return tr("Motif : {reason}", reason=raw(decision.reason))
    return None
