"""« préférences »: the language somebody is told in, and the account they are written to."""

from __future__ import annotations

from atelier.spelling import key
from atelier.words import Refused, fr
from chat.cards import Address, Button, Card, Fact, Message, Token
from chat.talk import Answer, Say
from chat.text import Text, raw, tr
from handlers import gathering, linking
from handlers.here import Here, answer, direct, platform_name

ACT = "preferences"
LANGUAGES = {"fr": tr("français"), "en": tr("anglais")}
NAMES = {"fr": "fr", "francais": "fr", "french": "fr", "en": "en", "anglais": "en", "english": "en"}
HERE = frozenset({"ici", "here"})


def preferences(here: Here, typed: str = "") -> Answer:
    """What is chosen now and how to change it; « préférences anglais »; « préférences ici »."""
    if not typed.strip():
        return answer(here, Say(message=_shown(here, here.person.language)))
    word = key(typed.rpartition(" ")[2])
    if word in HERE:
        return _prefer(here)
    chosen = NAMES.get(word)
    if chosen is None:
        raise Refused(
            fr(
                "« {given} » n'est pas une langue que je parle : écrivez « /atelier préférences français » ou « anglais »."
            ),
            given=typed[:40],
        )
    here.unit.people.save(here.unit.people.get(here.person.id).model_copy(update={"language": chosen}))
    return Answer(replies=(Say(message=_shown(here, chosen)),), lang=chosen)


def _prefer(here: Here) -> Answer:
    """Write to this account from now on; the other conversation is told, so that nobody looks for the rest."""
    account, before = here.event.sender, here.unit.people.direct(here.person.id)
    linking.kept_home(here.unit, here.person, account.platform, here.config)
    here.unit.people.prefer(here.person.id, account)
    if before is not None and before != direct(account):
        text = tr("Je vous écris désormais sur {platform}.", platform=platform_name(account.platform, here.unit))
        here.unit.outbox.put(before, Message(text=text), due=here.now, lang=here.person.language)
        gathering.follow(here.unit, (here.person,), here.now)
    return answer(here, Say(message=_shown(here, here.person.language)))


def _shown(here: Here, language: str) -> Message:
    accounts = here.unit.people.accounts(here.person.id)
    buttons = [_button(name, code) for code, name in LANGUAGES.items() if code != language]
    if here.event.sender != accounts[0]:
        buttons.append(_button(tr("M'écrire ici"), "ici"))
    text = tr("Je vous parle en {language}.", language=LANGUAGES[language])
    facts = tuple(_account(here, account, preferred=account == accounts[0]) for account in accounts)
    return Message(text=text, card=Card(title=tr("Vos préférences"), facts=facts, buttons=tuple(buttons)))


def _button(label: Text, arg: str) -> Button:
    return Button(label=label, token=Token(act=ACT, arg=arg), command=f"/atelier {ACT} {arg}")


def _account(here: Here, account: Address, *, preferred: bool) -> Fact:
    """« Mattermost : celui-ci, où je vous écris »; another account of the same platform by its own id."""
    name = tr("ce compte") if account == here.event.sender else raw(account.id)
    value = tr("{account}, où je vous écris", account=name) if preferred else name
    return Fact(name=platform_name(account.platform, here.unit), value=value)
