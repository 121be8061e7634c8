"""« préférences »: the language somebody is told in."""

from __future__ import annotations

from atelier.spelling import key
from atelier.words import Refused, fr
from chat.cards import Button, Card, Message, Token
from chat.talk import Answer, Say
from chat.text import tr
from handlers.here import Here, answer

ACT = "preferences"
LANGUAGES = {"fr": tr("français"), "en": tr("anglais")}
NAMES = {"fr": "fr", "francais": "fr", "french": "fr", "en": "en", "anglais": "en", "english": "en"}


def preferences(here: Here, typed: str = "") -> Answer:
    """What is chosen now and how to change it; or « préférences anglais »."""
    if not typed.strip():
        return answer(here, Say(message=_shown(here.person.language)))
    chosen = NAMES.get(key(typed.rpartition(" ")[2]))
    if chosen is None:
        raise Refused(
            fr(
                "« {given} » n'est pas une langue que je parle : écrivez « /atelier préférences français » ou « anglais »."
            ),
            given=typed[:40],
        )
    here.unit.people.save(here.unit.people.get(here.person.id).model_copy(update={"language": chosen}))
    return Answer(replies=(Say(message=_shown(chosen)),), lang=chosen)


def _shown(language: str) -> Message:
    buttons = tuple(
        Button(label=name, token=Token(act=ACT, arg=code), command=f"/atelier {ACT} {code}")
        for code, name in LANGUAGES.items()
        if code != language
    )
    text = tr("Je vous parle en {language}.", language=LANGUAGES[language])
    return Message(text=text, card=Card(title=tr("Vos préférences"), buttons=buttons))
