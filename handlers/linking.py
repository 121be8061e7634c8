"""« lier », « délier »: one person, several accounts. A code asked from one account and typed from another joins them.

A code is unguessable, shown once, kept as its digest, good for ten minutes of the procedure's hour and for one use.
What AD1 reads stays on the platform of its review channel: its people take no account elsewhere. Nobody of the State
takes one in a firm's workspace.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import structlog

from atelier.dossier import Person
from atelier.labels import AD1, OF_THE_STATE
from atelier.spelling import key
from atelier.words import PersonId, Refused, fr
from chat.cards import Address, Button, Card, Message, Token
from chat.talk import Answer, AnyEvent, Asked, Outcome, Said, Say
from chat.text import Moment, Text, raw, tr
from handlers import as_typed, gathering
from handlers.cards import person_key
from handlers.here import Config, Here, answer, direct, platform_name, platform_read, say
from storage.errors import NotFound
from storage.unit import Unit

ACT, LEAVE = "lier", "delier"
VERBS = frozenset({ACT, "link"})
CODES, AWAITED, TRIALS = "lier", "lier-attente", "lier-essais"
"""Where is kept a code, who asked for one, and the wrong ones that an account typed."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
"""Base32 (RFC 4648): no zero, no one, no eight to take for a letter; whoever types them is understood."""
ALIKE = str.maketrans("018", "OIB")
LENGTH, GROUP = 12, 4
VALID = timedelta(minutes=10)
TRIES, LOCKED = 5, timedelta(hours=1)
MANY = 500
"""Dossiers of one person whose cards are looked at."""

log = structlog.get_logger()


def link(here: Here, typed: str = "") -> Answer:
    """« lier »: a code for another account; « lier CODE »: the account that types it joins the person who asked."""
    if typed.strip():
        return _claimed(here.unit, here.event, typed, here.now, here.config)
    if not here.event.direct:
        raise Refused(fr("Un code ne se montre qu'à vous : tapez « /atelier lier » dans notre conversation directe."))
    if isinstance(here.event, Said):
        return _button(here)  # an answer to words typed is kept in the outbox: a code must not be
    return _code(here)


def unlink(here: Here) -> Answer:
    """« délier »: this account is no longer this person's. Raises Refused for the last one."""
    unit, account = here.unit, here.event.sender
    if len(unit.people.accounts(here.person.id)) == 1:
        raise Refused(
            fr("C'est votre seul compte : reliez-en un autre avec « /atelier lier » avant de retirer celui-ci.")
        )
    unit.people.unlink(here.person.id, account)
    _forget_code(unit, here.person.id)
    forget_cards(unit, here.person, account)
    unit.conversations.end(account)
    gathering.follow(unit, (here.person,), here.now)
    where = platform_name(account.platform, unit)
    text = tr("Votre compte sur {platform} n'est plus relié à vous : je n'y réponds plus en votre nom.", platform=where)
    left = unit.people.direct(here.person.id)
    if left is not None:
        unit.outbox.put(left, Message(text=text), due=here.now, lang=here.person.language)
    log.info("account unlinked", person=here.person.id, platform=account.platform)
    return say(here, tr("Ce compte n'est plus relié à {name}.", name=raw(here.person.name)))


def stranger(unit: Unit, event: AnyEvent, now: datetime, config: Config) -> Answer | None:
    """« lier CODE » from an account that the directory does not know; None for anything else."""
    typed = _typed(event)
    if typed is None:
        return None
    if typed:
        return _claimed(unit, event, typed, now, config)
    text = tr(
        "Tapez d'abord « /atelier lier » depuis le compte que je connais : je vous y donnerai un code. Puis ici "
        "« /atelier lier CODE »."
    )
    return Answer(replies=(Say(message=Message(text=text)),), outcome="stranger")


def kept_home(unit: Unit, person: Person, platform: str, config: Config) -> None:
    """Raise Refused when what the State alone reads would be written elsewhere.

    AD1's own people are written to on the platform of their review channel, nobody of the State in a firm's workspace.
    """
    if platform == config.review.platform:
        return
    if any(h.role in AD1 for h in person.holdings):
        raise Refused(
            fr("Ce que lit le bureau AD1 ne quitte pas {platform} : gardez-y votre compte."),
            platform=platform_read(config.review.platform, unit),
        )
    kept_from_firms(unit, person, platform)


def kept_from_firms(unit: Unit, person: Person, platform: str) -> None:
    """Raise Refused when somebody of the State would be written to in a firm's workspace (`Workspace.of_the_state`)."""
    if any(h.role in OF_THE_STATE for h in person.holdings) and unit.workspaces.is_a_firm_s(platform):
        raise Refused(
            fr(
                "{platform} est l'espace d'un groupement : ce que lisent les services de l'État n'y va pas. {name} garde son "
                "compte sur la messagerie de son service."
            ),
            platform=platform_read(platform, unit), name=person.name,
        )  # fmt: skip


# The code


def _button(here: Here) -> Answer:
    token = Token(act=ACT, who=here.person.id)
    button = Button(label=tr("Montrer mon code"), token=token, style="primary", command=f"/atelier {ACT}")
    text = tr("Un code relie un autre compte à vous : il ne se montre qu'une fois, et vaut dix minutes.")
    return answer(here, Say(message=Message(text=text, card=Card(title=tr("Relier un compte"), buttons=(button,)))))


def _code(here: Here) -> Answer:
    """A new code; the one before it, if any, is worth nothing any more."""
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    _forget_code(here.unit, here.person.id)
    asked = here.event.sender.model_dump()
    record = {"person": here.person.id, "until": (here.now + VALID).isoformat(), "asked": asked}
    here.unit.conversations.keep(_code_at(code), record)
    here.unit.conversations.keep(_pending_at(here.person.id), {"code": _code_at(code).id})
    shown = "-".join(code[at : at + GROUP] for at in range(0, LENGTH, GROUP))
    text = tr(
        "Votre code : **{code}**. Tapez « /atelier lier {code} » depuis votre autre compte, dans les dix minutes. Il ne "
        "sert qu'une fois ; ne le donnez à personne.",
        code=raw(shown),
    )
    return say(here, text)


def _code_at(typed: str) -> Address:
    """Where a code is kept: its digest, so that who reads the database cannot use it."""
    code = "".join(c for c in typed.upper() if c.isalnum()).translate(ALIKE)
    return Address(platform=CODES, id=sha256(code.encode(errors="replace")).hexdigest())


def _pending_at(person: PersonId) -> Address:
    return Address(platform=AWAITED, id=person)


def _forget_code(unit: Unit, person: PersonId) -> None:
    """One code at a time for a person."""
    pending = unit.conversations.at(_pending_at(person))
    if pending is not None:
        unit.conversations.end(Address(platform=CODES, id=pending["code"]))
        unit.conversations.end(_pending_at(person))


# The code typed


@dataclass(frozen=True, slots=True)
class Tries:
    """The wrong codes typed from an account: how many, and the hour of the last one."""

    wrong: int = 0
    last: datetime | None = None

    def until(self) -> datetime | None:
        """Until when the account is locked, or None."""
        return self.last + LOCKED if self.last and self.wrong >= TRIES else None


def _claimed(unit: Unit, event: AnyEvent, typed: str, now: datetime, config: Config) -> Answer:
    """Join the account that types to the person who asked. A wrong code is answered, not raised: the try is kept."""
    unit.counters.next(ACT)  # whoever types a code elsewhere waits: each serves once, each try counts
    tries = _tries(unit, event.sender, now)
    owner = unit.people.behind(event.sender)
    lang = owner.language if owner else "fr"
    locked = tries.until()
    if locked is not None:
        text = tr("Trop de codes faux depuis ce compte : attendez {moment} pour recommencer.", moment=Moment(at=locked))
        return _said(text, lang, "refused")
    record = unit.conversations.at(_code_at(typed))
    person = _asker(unit, record, now) if record else None
    if record is None or person is None:
        kept = {"wrong": tries.wrong + 1, "last": now.isoformat()}
        unit.conversations.keep(tried_at(event.sender), kept)
        return _said(_wrong(), lang, "refused")
    if owner is not None:
        raise _taken(owner, person)
    kept_home(unit, person, event.sender.platform, config)
    return _joined(unit, event.sender, person, Address.model_validate(record["asked"]), now)


def _asker(unit: Unit, record: dict[str, str], now: datetime) -> Person | None:
    """Who asked for a code, while it is worth something."""
    try:
        person = unit.people.get(PersonId(record["person"]))
    except NotFound:
        return None
    return person if person.active and now < datetime.fromisoformat(record["until"]) else None


def _wrong() -> Text:
    """The same for a code that never was, that was used, that is too old: nothing to learn from it."""
    return tr(
        "Ce code ne vaut rien : il est faux, déjà utilisé, ou vieux de plus de dix minutes. Demandez-en un autre avec "
        "« /atelier lier » depuis le compte que je connais."
    )


def _taken(owner: Person, person: Person) -> Refused:
    if owner.id == person.id:
        return Refused(fr("Ce compte est déjà le vôtre : tapez le code depuis l'autre compte, celui à relier."))
    return Refused(
        fr(
            "Ce compte est déjà celui de quelqu'un d'autre dans l'annuaire : un administrateur du robot peut le changer."
        )
    )


def _joined(unit: Unit, account: Address, person: Person, asked: Address, now: datetime) -> Answer:
    """Both accounts are told."""
    unit.people.link(person.id, account)
    gathering.follow(unit, (person,), now)
    _forget_code(unit, person.id)
    unit.conversations.end(tried_at(account))
    platform = platform_name(account.platform, unit)
    told = tr(
        "Un compte sur {platform} est maintenant relié à vous. Si ce n'est pas vous, tapez-y « /atelier délier » ou "
        "prévenez l'administrateur du robot.",
        platform=platform,
    )
    unit.outbox.put(direct(asked), Message(text=told), due=now, lang=person.language)
    log.info("account linked", person=person.id, platform=account.platform)
    text = tr(
        "Ce compte est maintenant relié à {name}. Je vous écris toujours sur {platform} : tapez « /atelier préférences "
        "ici » pour que ce soit ici.",
        name=raw(person.name),
        platform=platform_name(unit.people.accounts(person.id)[0].platform, unit),
    )
    return _said(text, person.language, "done")


def _said(text: Text, lang: str, outcome: Outcome) -> Answer:
    return Answer(replies=(Say(message=Message(text=text)),), lang=lang, outcome=outcome)


def tried_at(account: Address) -> Address:
    """Where the wrong codes typed by an account are counted."""
    return Address(platform=TRIALS, id=f"{account.platform}:{account.id}")


def _tries(unit: Unit, account: Address, now: datetime) -> Tries:
    """The wrong tries that still count: an hour after the last one, they are forgotten."""
    kept = unit.conversations.at(tried_at(account))
    if kept is None:
        return Tries()
    last = datetime.fromisoformat(kept["last"])
    return Tries(kept["wrong"], last) if now < last + LOCKED else Tries()


def _typed(event: AnyEvent) -> str | None:
    """What follows « lier », typed as a command or in the direct conversation; None when it is not that."""
    if not isinstance(event, Asked | Said) or not (isinstance(event, Asked) or event.direct):
        return None
    verb, rest = as_typed.parted(event.text)
    return rest if key(verb) in VERBS else None


def forget_cards(unit: Unit, person: Person, account: Address) -> None:
    """The cards posted to an account that is no longer this person's are edited no more."""
    place = direct(account)
    for dossier in unit.dossiers.list_for(person, limit=MANY):
        name = person_key(dossier.ref, person.id)
        unit.cards.forget(name, place)
        unit.threads.forget(name, place)
