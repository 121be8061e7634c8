"""The front desk: every event of every platform comes here. One event, one transaction, one answer.

The only place that turns an expected refusal into a sentence; what is not expected is logged once by the caller.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from atelier.dossier import Person
from atelier.words import Reference, Refused, fr
from chat.cards import Button, Card, Message
from chat.forms import Form
from chat.talk import (
    Answer,
    AnyEvent,
    Ask,
    Asked,
    Attached,
    Correct,
    Filled,
    Offered,
    Outcome,
    Pressed,
    Said,
    Say,
    Show,
    Turned,
)
from chat.text import Text, tr
from handlers import (
    access,
    behalf,
    bridge,
    commands,
    exchange,
    intake,
    linking,
    opening,
    pieces,
    preferences,
    questions,
    sounding,
    steps,
    turned,
    wholeform,
)
from handlers.here import Config, Here, answer, said, say
from handlers.sound import sound
from storage.errors import Away, NotFound, Stale
from storage.unit import Unit
from storage.writer import Writer

LONGEST = 20_000
"""Longer than any platform sends in one message: refused before anything reads it."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The front desk, composed once: where to write, and what the moves need."""

    writer: Writer
    config: Config

    async def receive(self, event: AnyEvent, now: datetime) -> Answer:
        """Handle one event at the procedure's hour `now`: the answer is given only after its commit."""
        try:
            return await self._handled(event, now)
        except Refused as refused:
            return await self._refused(event, said(refused), "refused")
        except NotFound:
            return await self._refused(
                event,
                tr("Cette demande n'existe pas, ou vous n'y avez pas part. « /atelier liste » montre les vôtres."),
                "refused",
            )
        except Stale:
            text = tr("Quelqu'un vient de modifier cette demande : rien n'a été changé, recommencez.")
            return await self._refused(event, text, "stale")
        except Away as away:
            return _refusal(event, away.sentence, "away")

    async def _handled(self, event: AnyEvent, now: datetime) -> Answer:
        """Beaten by somebody, it is handled anew on what they left: the answer is then who did what, and when."""
        try:
            return await self.writer.run(lambda unit: self.handle(unit, event, now))
        except Stale:
            return await self.writer.run(lambda unit: self.handle(unit, event, now))

    async def _refused(self, event: AnyEvent, text: Text, outcome: Outcome) -> Answer:
        """A refusal in the language of whoever tried: what they began is gone, who they are is asked again."""
        try:
            person = await self.writer.run(lambda unit: unit.people.behind(event.sender))
        except Away:
            person = None
        return _refusal(event, text, outcome).model_copy(update={"lang": person.language if person else "fr"})

    def handle(self, unit: Unit, event: AnyEvent, now: datetime) -> Answer:
        """The same inside a given unit of work. Raises Refused, NotFound or Stale, and then nothing is kept."""
        event = sound(event)
        if bridge.overheard(unit, event):
            return Answer(outcome="ignored")
        if isinstance(event, Offered):
            return Answer(outcome="wanted")
        if isinstance(event, Turned):
            return turned.kept(unit, event, now)
        if unit.inbox.seen(f"{event.sender.platform}:{event.id}", now):
            return Answer(outcome="seen")
        person = unit.people.behind(event.sender)
        if person is None or not person.active:
            return access.stranger(unit, event, now, self.config)
        here = Here(unit, person, event, now, self.config)
        done = _routed(here, event)
        done = done if person.noticed else _noticed(here, person, done)
        return _by_outbox(here, event, done) if isinstance(event, Said | Attached) else done


def _by_outbox(here: Here, event: Said | Attached, done: Answer) -> Answer:
    """Words typed have no window to answer in: replies leave by the outbox, so that none is lost; a form by its button.

    In a channel only the person is answered, at once, as everywhere else: nobody else's business.
    """
    spoken = tuple(Say(message=_opener(r.form)) if isinstance(r, Ask) else r for r in done.replies)
    if not event.direct or event.thread:
        return done.model_copy(update={"replies": spoken})
    for reply in spoken:
        if isinstance(reply, Say | Show):
            here.unit.outbox.put(event.place, reply.message, due=here.now, lang=done.lang)
    return done.model_copy(update={"replies": tuple(r for r in spoken if not isinstance(r, Say | Show))})


def _opener(form: Form) -> Message:
    """The button that opens a form: no platform opens a window without a press."""
    command = " ".join(part for part in ("/atelier", form.token.act, form.token.ref) if part)
    button = Button(label=tr("Ouvrir le formulaire"), token=form.token, style="primary", command=command)
    return Message(text=form.title, card=Card(title=form.title, paragraphs=form.about, buttons=(button,)))


def _routed(here: Here, event: AnyEvent) -> Answer:
    _short_enough(event)
    if isinstance(event, Pressed | Filled) and event.token.who not in {"", here.person.id}:
        return _borrowed(here, event)
    match event:
        case Asked():
            return commands.asked(here, event)
        case Said():
            return _said(here, event)
        case Pressed():
            return _pressed(here, event)
        case Filled():
            return _filled(here, event)
        case Attached():
            carried = exchange.said(here, event) if event.thread else None
            if carried is None and not event.direct:
                return bridge.carried(here, event)
            return carried or pieces.attached(here, event)
        case Offered() | Turned():
            return answer(here)


def _short_enough(event: AnyEvent) -> None:
    """Raise Refused for what is longer than any platform sends: nothing of it is read."""
    match event:
        case Asked() | Said() | Attached():
            longest = len(event.text)
        case Filled():
            longest = max(
                (
                    len(part)
                    for value in event.given.values()
                    for part in ((value,) if isinstance(value, str) else value)
                ),
                default=0,
            )
        case _:
            longest = 0
    if longest > LONGEST:
        raise Refused(
            fr(
                "Ce message est trop long pour être lu : {count} caractères. Coupez-le en plusieurs, ou déposez-le "
                "dans un fichier."
            ),
            count=longest,
        )


COMMAND = "/atelier"


def _said(here: Here, event: Said) -> Answer:
    carried = exchange.said(here, event)
    if carried is not None:
        return carried
    if not event.direct:
        return bridge.carried(here, event)
    words = event.text.lstrip()
    if words[: len(COMMAND)].casefold() == COMMAND:  # a phone begins with a capital
        return commands.asked(here, _as_command(event, words[len(COMMAND) :]))
    if commands.is_one(event.text):
        return commands.asked(here, _as_command(event, event.text))
    waiting = intake.said(here, event)
    if waiting is not None:
        return waiting
    if commands.knows(event.text):
        return commands.asked(here, _as_command(event, event.text))
    return say(here, tr("Je n'ai pas compris. Tapez « aide » pour voir ce que je sais faire."))


def _as_command(event: Said, text: str) -> Asked:
    return Asked(sender=event.sender, place=event.place, id=event.id, direct=event.direct, text=text)


def _filled(here: Here, event: Filled) -> Answer:
    match event.token.act:
        case questions.WHOLE:
            return wholeform.filled(here, event)
        case sounding.ACT:
            return sounding.filled(here, event)
        case behalf.ACT:
            dossier = here.unit.dossiers.seen_by(here.person, Reference(event.token.ref))
            return behalf.named(here, dossier, event.given)
        case _:
            return steps.filled(here, event)


def _pressed(here: Here, event: Pressed) -> Answer:
    token = event.token
    match token.act:
        case "voir":
            return commands.see(here, here.unit.dossiers.seen_by(here.person, Reference(token.ref)))
        case "demande":
            return opening.open_request(here)
        case sounding.ACT:
            return sounding.pressed(here, token.arg)
        case act if act in steps.MOVES:
            return steps.MOVES[act](here, token)
        case preferences.ACT | linking.ACT:
            return commands.SIMPLE[token.act](here, token.arg)
        case access.ACCEPT | access.DECLINE:
            return access.decided(here, token)
        case access.ASK:
            return access.known(here)
        case act if act in intake.ACTS:
            return intake.pressed(here, token)
        case act if act in steps.ACTS:
            return steps.pressed(here, event)
        case _:
            raise Refused(fr("Ce bouton ne mène plus à rien : tapez « /atelier » pour repartir."))


def _borrowed(here: Here, event: Pressed | Filled) -> Answer:
    """Somebody else's: refused, and kept in the journal."""
    turned.borrowed(here, event)
    text = tr("Ce bouton est destiné à une autre personne : tapez « /atelier » pour retrouver les vôtres.")
    return _refusal(event, text, "refused").model_copy(update={"lang": here.person.language})


def _refusal(event: AnyEvent, text: Text, outcome: Outcome) -> Answer:
    """A form keeps what was typed, with the sentence as its own problem; elsewhere the sentence is said."""
    if isinstance(event, Filled):
        return Answer(replies=(Correct(problems={"": text}),), outcome=outcome)
    return Answer(replies=(Say(message=Message(text=text)),), outcome=outcome)


def _noticed(here: Here, person: Person, done: Answer) -> Answer:
    """The notice on personal data, once, at the first contact."""
    now = here.unit.people.get(person.id)  # as what they did left them: they may have chosen a language
    here.unit.people.save(now.model_copy(update={"noticed": True}))
    text = tr(
        "Information : ce robot conserve votre fonction, votre organisme et vos gestes sur les demandes, pour la mission "
        "d'intérêt public des Ateliers Flash. Vos droits d'accès et de rectification s'exercent auprès du bureau AD1."
    )
    return done.model_copy(update={"replies": (*done.replies, Say(message=Message(text=text)))})
