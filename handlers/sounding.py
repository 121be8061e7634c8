"""The round trip that `atelier doctor --aller-retour` asks of an administrator: a button, a window, and their answer.

Each step is kept under the trip's own number: the doctor reads there how far it came. Nothing else changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from atelier.dossier import Person
from atelier.words import Refused, fr
from chat.cards import Address, Button, Card, Message, Token
from chat.forms import Form, Question
from chat.talk import Answer, Ask, Filled, Say
from chat.text import tr
from handlers.here import Here, answer, say
from storage.unit import Unit

ACT = "aller_retour"
PLACE = "sonde"
SENT, PRESSED, FILLED = "parti", "presse", "rempli"
WORD = "mot"
DONE = tr("Bien reçu : l'aller-retour est complet. Vous n'avez plus rien à faire.")


def send(unit: Unit, person: Person, place: Address, number: str, now: datetime) -> str:
    """Put the button in the outbox; returns the letter's id."""
    button = Button(
        label=tr("Vérifier"), style="primary", command=f"/atelier {ACT} {number}",
        token=Token(act=ACT, arg=number, who=person.id),
    )  # fmt: skip
    card = Card(
        title=tr("Essai du robot"),
        paragraphs=(tr("Pressez le bouton, puis envoyez la fenêtre qui s'ouvre : rien d'autre ne change."),),
        buttons=(button,),
    )
    text = tr("« atelier doctor » vérifie que vos boutons et vos fenêtres parviennent au robot.")
    unit.conversations.keep(_at(number), {SENT: now.isoformat(), "pour": person.id})
    return unit.outbox.put(place, Message(text=text, card=card), due=now, lang=person.language)


def reached(unit: Unit, number: str) -> dict[str, str]:
    """How far it came: when it was pressed, when its window came back."""
    return unit.conversations.at(_at(number)) or {}


def over(unit: Unit, number: str) -> None:
    """The doctor waits no more: the button leads nowhere from now on."""
    unit.conversations.end(_at(number))


def pressed(here: Here, number: str) -> Answer:
    """The button: a window. Raises Refused for a trip that is over, or another person's."""
    _note(here, number, PRESSED)
    asked = Question(name=WORD, label=tr("Un mot, ou rien"), short=tr("Un mot"), kind="line", required=False)
    about = (tr("Envoyez cette fenêtre, même vide."),)
    form = Form(
        title=tr("Essai du robot"), short=tr("Essai du robot"), token=Token(act=ACT, arg=number, who=here.person.id),
        questions=(asked,), about=about, submit=tr("Envoyer"),
    )  # fmt: skip
    return answer(here, Ask(form=form))


def filled(here: Here, event: Filled) -> Answer:
    """The window came back: what it says is not kept."""
    _note(here, event.token.arg, FILLED)
    return say(here, DONE)


def typed(here: Here, rest: str) -> Answer:
    """« aller_retour NUMÉRO »: the button; « aller_retour NUMÉRO mot »: the window too."""
    number, _, word = rest.strip().partition(" ")
    if not word:
        return pressed(here, number)
    _note(here, number, FILLED)
    return answer(here, Say(message=Message(text=DONE)))


def _note(here: Here, number: str, step: str) -> None:
    kept: Mapping[str, str] | None = here.unit.conversations.at(_at(number)) if number else None
    if kept is None or kept.get("pour") != here.person.id:
        raise Refused(fr("Cet essai est fini : relancez « atelier doctor --aller-retour » pour en faire un autre."))
    here.unit.conversations.keep(_at(number), {**kept, step: here.now.isoformat()})


def _at(number: str) -> Address:
    return Address(platform=PLACE, id=number[:40])
