"""Who is told after a step, and with which text: the same text is shown in the preview before it goes."""

from __future__ import annotations

from datetime import datetime

from atelier.awaited import awaited
from atelier.deposits import DEPOSITS
from atelier.dossier import Dossier, Person
from atelier.forms import StepForm
from atelier.grammar import Outcome, Step
from atelier.labels import AD1, OF_THE_STATE
from atelier.words import Do, Role
from chat.cards import Address, File, Message
from chat.text import Text, joined, tr
from handlers import mission, names, owing, saying
from handlers.around import contract_of, labels
from handlers.cards import QUEUED, groupement_key, person_key, review_key
from handlers.here import Here, platform_name, said
from storage.unit import Unit

BESIDE = 30
"""Of so many requests in the queue, the first arrived, the cards are drawn again when it moves."""


def told(here: Here, outcome: Outcome) -> tuple[Person, ...]:
    """The people told outside AD1, in the order of the directory; whoever acts is not told of their own act.

    Those whose turn it is now are told too: editing a card is silent. Once the atelier's channel is open where somebody
    reads, or where their groupement's channel is told, a message of their own comes only when they must act. Whom it was
    recorded for is told apart (`recorded.py`).
    """
    moved = outcome.step.target is not None or outcome.step.goes is not None
    turn = awaited(outcome.dossier) if moved and outcome.dossier.mission is not None else ()
    roles = dict.fromkeys(r for r in (*outcome.step.tells, *turn) if r not in AD1)
    people = owing.listening(here.unit, outcome.dossier, roles)
    opened = here.unit.ateliers.platforms(outcome.dossier.ref, opened=True) if _told_in_atelier(outcome) else ()
    theirs = _groupement_place(here, outcome)

    def reached(person: Person) -> bool:
        place = here.unit.people.direct(person.id)
        asked = set(turn) if place is not None and place.platform in opened else set(roles)
        if place is not None and theirs is not None and place.platform == theirs[0].platform:
            asked -= {Role.MAND} - set(turn)
        return bool(outcome.dossier.roles_of(person) & asked)

    return tuple(p for p in people if p.id not in {here.person.id, outcome.by.for_} and reached(p))


def read_in(here: Here, outcome: Outcome) -> tuple[Text, ...]:
    """The channels where a step will be read, beside those it is told to: AD1's, the atelier's, the groupement's."""
    review = [tr("le canal de revue du bureau AD1")] if tells_review(outcome.dossier, outcome.step) else []
    if outcome.step.act in {Do.ECRIRE, Do.INVITER}:
        return tuple(review)
    asked = _groupement_place(here, outcome)
    ateliers = [
        tr("le canal de l'atelier sur {platform}", platform=platform_name(place.platform, here.unit))
        for place in _atelier_places(here, outcome)
    ]
    groupement = (
        [tr("le canal du groupement sur {platform}", platform=platform_name(asked[0].platform, here.unit))]
        if asked
        else []
    )
    return (*review, *ateliers, *groupement)


def tells_review(dossier: Dossier, step: Step) -> bool:
    """True when AD1's review channel is told: of a request it has received, each move and what the row says."""
    moves = step.target is not None or dossier.mission is not None
    return dossier.transmitted is not None and (moves or bool(AD1 & set(step.tells)))


def announce(here: Here, outcome: Outcome, form: StepForm) -> None:
    """Put every announcement in the outbox: the review thread, and each person's thread around the request."""
    dossier, step = outcome.dossier, outcome.step
    refresh(here, dossier)
    for twin in here.unit.dossiers.same_territory(list(dossier.territory_codes()), dossier.ref):
        refresh(here, twin)  # their cards name this one, or name it no more
    if dossier.transmitted is not None:
        text = whole(here, outcome, form) if tells_review(dossier, step) else None
        in_review(here, dossier, text, handed_in(outcome))
    for person in told(here, outcome):
        to_person(here, dossier, person, for_reader(here, outcome, form, person), handed_in(outcome))
    in_atelier(here, outcome, form)
    in_groupement(here, outcome, form)
    if not dossier.roles_of(here.person) & AD1:
        _card(here, dossier, here.person)
    if (outcome.before.state in QUEUED) is not (dossier.state in QUEUED):
        _queue_moved(here, dossier)


def _queue_moved(here: Here, dossier: Dossier) -> None:
    """One came in or left: the cards of the others say another place, after everything that somebody waits for."""
    for ref in here.unit.dossiers.in_queue(BESIDE):
        if ref != dossier.ref:
            here.unit.outbox.redraw(here.unit.cards.of(ref), here.now)


def handed_in(outcome: Outcome) -> tuple[File, ...]:
    """The file a step hands in: the note or the deliverable."""
    kinds = [d.kind for d in DEPOSITS if d.act is outcome.step.act]
    pieces = [p for kind in kinds if (p := outcome.dossier.piece(kind)) is not None]
    return tuple(File(id=p.file, name=p.name, mime=p.mime, size=p.size) for p in pieces)


def for_reader(here: Here, outcome: Outcome, form: StepForm, person: Person) -> Text:
    """The sentence as this person may read it."""
    held = outcome.dossier.roles_of(person)
    if not held & OF_THE_STATE and Role.MAND in held and outcome.step.act in saying.ASKS_A_GROUPEMENT:
        return saying.solicited(outcome)
    return sentence(here, outcome, form, inside=bool(held & OF_THE_STATE))


def whole(here: Here, outcome: Outcome, form: StepForm) -> Text:
    """The sentence with everything, and what deserves attention: for AD1 alone."""
    text = sentence(here, outcome, form, inside=True, secret=True)
    return tr("{text} À noter : {warned}", text=text, warned=warned(outcome)) if outcome.warnings else text


def warned(outcome: Outcome) -> Text:
    """What deserves attention without preventing anything."""
    return joined(map(said, outcome.warnings), " ")


def in_atelier(here: Here, outcome: Outcome, form: StepForm) -> None:
    """The atelier's own channels, once they are wanted: what everybody there may read."""
    for place in _atelier_places(here, outcome):
        text = sentence(here, outcome, form, inside=False)
        message = Message(text=text, files=handed_in(outcome))
        here.unit.outbox.put(place, message, ref=outcome.dossier.ref, due=here.now)


def _atelier_places(here: Here, outcome: Outcome) -> tuple[Address, ...]:
    """None for what is secret, and before there is an atelier."""
    return here.unit.ateliers.of(outcome.dossier.ref) if _told_in_atelier(outcome) else ()


def _told_in_atelier(outcome: Outcome) -> bool:
    return outcome.dossier.mission is not None and not outcome.step.secret


def in_groupement(here: Here, outcome: Outcome, form: StepForm) -> None:
    """The channel of the groupement asked or designated, when its contract names one: its card, and what it is told."""
    found = _groupement_place(here, outcome)
    if found is None:
        return
    dossier, (place, scope) = outcome.dossier, found
    key = groupement_key(dossier.ref, scope)
    card_once(here.unit, dossier, place, key, "groupement", now=here.now)
    asks = outcome.step.act in saying.ASKS_A_GROUPEMENT
    text = saying.solicited(outcome) if asks else sentence(here, outcome, form, inside=False)
    here.unit.outbox.put(place, Message(text=text, files=handed_in(outcome)), thread=key, ref=dossier.ref, due=here.now)


def _groupement_place(here: Here, outcome: Outcome) -> tuple[Address, str] | None:
    """The channel, and whose it is: « grp:CONTRACT/GROUPEMENT »; None when there is none, or nothing to tell there."""
    if Role.MAND not in (*outcome.step.tells, *awaited(outcome.dossier)):
        return None
    contract = contract_of(here.unit, outcome.dossier)
    if contract is None:
        return None
    scope = outcome.dossier.mission_().groupement_scope()
    groupement = contract.groupement(scope.rpartition("/")[2])
    platform, _, id_ = groupement.canal.partition(":") if groupement else ("", "", "")
    return (Address(platform=platform, id=id_), scope) if id_ else None


def refresh(here: Here, dossier: Dossier) -> None:
    """Edit every posted copy of the dossier's cards."""
    here.unit.outbox.redraw(here.unit.cards.of(dossier.ref), here.now)


def in_review(here: Here, dossier: Dossier, text: Text | None, files: tuple[File, ...] = ()) -> None:
    """The root card in AD1's channel when it is not there yet; and the sentence in its thread."""
    key, place = review_key(dossier.ref), here.config.review
    card_once(here.unit, dossier, place, key, "ad1", now=here.now)
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
    if place is not None:
        card_once(here.unit, dossier, place, key, f"person:{person.id}", now=here.now, lang=person.language)
    return place


def card_once(
    unit: Unit, dossier: Dossier, place: Address, key: str, audience: str, *, now: datetime, lang: str = "fr"
) -> None:
    """A card where there is none yet: from then on it is edited in place."""
    if unit.threads.at(key, place) is None:
        unit.outbox.put(place, None, key=key, ref=dossier.ref, audience=audience, due=now, lang=lang)


def tell_person(here: Here, person: Person, message: Message, ref: str) -> None:
    """A message of its own in a person's direct conversation, by the outbox."""
    place = here.unit.people.direct(person.id)
    if place is not None:
        here.unit.outbox.put(place, message, ref=ref, due=here.now, lang=person.language)


def sentence(here: Here, outcome: Outcome, form: StepForm, *, inside: bool = True, secret: bool = False) -> Text:
    """What is said of a step: to the State (`inside`), to AD1 alone (`secret`), or to everybody."""
    dossier, step = outcome.dossier, outcome.step
    by = names.who_is(here.person, _role(here, dossier, step))
    if outcome.by.for_ is not None:
        by = names.who(here.unit, outcome.by)
    head = tr("{subject} : {said} par {who}.", subject=names.subject(dossier), said=tr(step.said), who=by)
    named = labels(here, outcome.before, step)
    more = saying.more(outcome, form, named, inside=inside, secret=secret)
    if step.act is Do.DESIGNER:
        who = tr("{name} est désigné.", name=mission.groupement(here.unit, dossier))
        head = tr("{head} {more}", head=head, more=who)
    return tr("{head} {more}", head=head, more=more) if more else head


def _role(here: Here, dossier: Dossier, step: Step) -> Role:
    held = dossier.roles_of(here.person)
    return next((r for r in (*step.by, *step.records, *step.prepares) if r in held), step.by[0])
