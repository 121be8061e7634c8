"""Somebody the directory does not know: they may ask for access, an administrator answers with a button."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from atelier.calendar import local_day, zone
from atelier.dossier import Holding, Person
from atelier.spelling import key
from atelier.words import PersonId, Refused, Role, fr
from chat.cards import Address, Button, Card, Fact, Message, Style, Token
from chat.forms import Choice, Form, Question
from chat.talk import Answer, AnyEvent, Ask, Asked, Attached, Correct, Filled, Given, Pressed, Said, Say
from chat.text import Text, raw, tr
from handlers import as_typed, bridge, gathering, linking
from handlers import names as naming
from handlers.here import Config, Here, answer, direct, platform_name, say
from storage.access import Request
from storage.unit import Unit

ASK, ACCEPT, DECLINE = "acces", "accepter_acces", "refuser_acces"
ROLES = {
    "SVC": tr("Service de l'État (DDT, DDTM, DEAL…)"),
    "COLL": tr("Collectivité"),
    "DREAL": tr("DREAL"),
    "CAUE": tr("CAUE"),
    "AD1I": tr("Bureau AD1 (instructeur)"),
}
EVERYWHERE = frozenset({"AD1I"})
NOBODY = tr(
    "Le robot n'a plus d'administrateur pour vous répondre : votre demande n'a pas été gardée. Prévenez le bureau AD1, puis "
    "recommencez quand il en aura nommé un."
)
LONGEST = {"nom": 80, "fonction": 80, "service": 120}
PARIS, SHOWN = "75", 5
FIELDS = (*LONGEST, "role", "departement")


def stranger(unit: Unit, event: AnyEvent, now: datetime, config: Config) -> Answer:
    """Any move of an unknown account: the notice and a button, the form, or the request kept for an administrator.

    « lier CODE » is heard too; and who speaks in a channel whose words are carried is told that theirs are not.
    """
    known = linking.stranger(unit, event, now, config) or bridge.outsider(unit, event, now)
    if known is not None:
        return known
    if isinstance(event, Pressed) and event.token.act == ASK:
        return Answer(replies=(Ask(form=_form(event.token)),), outcome="stranger")
    if isinstance(event, Filled) and event.token.act == ASK:
        return _asked(unit, event.sender, event.given, now, config)
    if isinstance(event, Asked) and key(as_typed.bare(event.text)).startswith(ASK):
        if typed := _typed(event.text):
            return _asked(unit, event.sender, typed, now, config)
        return Answer(replies=(Ask(form=_form(Token(act=ASK))),), outcome="stranger")
    quiet = isinstance(event, Said | Attached) and not event.direct
    return Answer(replies=() if quiet else (Say(message=_unknown(unit, event.sender)),), outcome="stranger")


def _unknown(unit: Unit, account: Address) -> Message:
    """What is said to an account nobody knows: how to ask for access; since when they wait, once they have."""
    waiting, token = unit.access.of(account), Token(act=ASK)
    title, command = tr("Qui êtes-vous ?"), "/atelier acces"
    if waiting is not None:
        button = Button(label=tr("Corriger ma demande d'accès"), token=token, command=command)
        return Message(text=_awaited(waiting), card=Card(title=title, buttons=(button,)))
    button = Button(label=tr("Demander l'accès"), token=token, style="primary", command=command)
    text = tr(
        "Vous n'êtes pas encore dans l'annuaire des Ateliers Flash. Demandez l'accès : un administrateur répondra. "
        "Seuls votre fonction, votre organisme et votre identifiant de messagerie seront conservés."
    )
    return Message(text=text, card=Card(title=title, buttons=(button,)))


def _awaited(request: Request) -> Text:
    return tr(
        "Votre demande d'accès du {day} attend la réponse d'un administrateur : vous serez prévenu ici.",
        day=local_day(request.asked, PARIS),
    )


def _form(token: Token) -> Form:
    choices = tuple(Choice(value=code, label=label) for code, label in ROLES.items())
    return Form(
        title=tr("Demander l'accès au robot des Ateliers Flash"),
        short=tr("Demander l'accès"),
        token=token,
        questions=(
            Question(name="nom", label=tr("Votre prénom et votre nom"), short=tr("Nom"), max_length=80),
            Question(name="fonction", label=tr("Votre fonction"), short=tr("Fonction"), max_length=80),
            Question(name="service", label=tr("Votre organisme"), short=tr("Organisme"), max_length=120),
            Question(name="role", label=tr("À quel titre ?"), short=tr("À titre de"), kind="choice", choices=choices),
            Question(
                name="departement", label=tr("Le code de votre département (55, 2A, 974…)"),
                short=tr("Département"), max_length=3,
            ),
        ),
        submit=tr("Envoyer"),
    )  # fmt: skip


def _typed(text: str) -> Given:
    """« acces nom = … | fonction = … »: the form's answers where there is no window; nothing for the word alone."""
    parts = (part.partition("=") for part in as_typed.parted(text)[1].split("|"))
    return {key(name): value.strip() for name, sign, value in parts if sign}


def _asked(unit: Unit, sender: Address, typed: Given, now: datetime, config: Config) -> Answer:
    given = {name: typed.get(name, "") for name in FIELDS}
    wanted = {name: _one_line(value) if isinstance(value, str) else "" for name, value in given.items()}
    problems = _problems(wanted, config)
    if not problems:
        wanted["departement"] = config.territories.departement(wanted["departement"]).code
    if problems:
        return Answer(replies=(Correct(problems={n: tr(r.sentence, **r.args_) for n, r in problems.items()}),))
    linking.kept_home(unit, _person(sender, wanted), sender.platform, config)
    leads = _administrators(unit)
    if not leads:
        return Answer(replies=(Correct(problems={"": NOBODY}),))
    before = unit.access.of(sender)
    if before is not None and before.wanted == wanted:
        return Answer(replies=(Say(message=Message(text=_awaited(before))),))
    request = unit.access.ask(sender, wanted["nom"].strip(), wanted, now)
    for admin, place in leads:
        card = _card(unit, sender, request, wanted, again=before is not None)
        unit.outbox.put(place, card, due=now, lang=admin.language)
    text = tr("Votre demande est transmise à l'administrateur : vous serez prévenu ici de sa réponse.")
    return Answer(replies=(Say(message=Message(text=text)),))


def _administrators(unit: Unit) -> list[tuple[Person, Address]]:
    """Who answers, and where they are written to."""
    leads = (p for p in unit.people.all() if p.administers)
    return [(p, place) for p in leads if (place := unit.people.direct(p.id)) is not None]


def _problems(wanted: Mapping[str, str], config: Config) -> dict[str, Refused]:
    found = {}
    for name in ("nom", "fonction", "service"):
        if len(wanted[name]) < 2:  # noqa: PLR2004 - two letters make a name
            found[name] = Refused(fr("Cette réponse est obligatoire."))
        elif len(wanted[name]) > LONGEST[name]:
            found[name] = Refused(fr("C'est trop long : {most} caractères au plus."), most=LONGEST[name])
    if wanted.get("role") not in ROLES:
        found["role"] = Refused(fr("Choisissez une ligne de la liste."))
    try:
        zone(config.territories.departement(wanted["departement"]).code)
    except Refused as refused:
        found["departement"] = refused
    return found


def _one_line(typed: str) -> str:
    """What was typed, without line ends nor invisible signs: an administrator reads it as one fact."""
    return " ".join("".join(sign for sign in typed if sign.isprintable() or sign.isspace()).split())


def _card(unit: Unit, account: Address, request: str, wanted: dict[str, str], *, again: bool = False) -> Message:
    """What an administrator answers; `again` when it corrects one they already have.

    Who asks says who they are: the account is all that is certain.
    """
    names = (("nom", tr("Nom")), ("fonction", tr("Fonction")), ("service", tr("Organisme")))
    facts = [Fact(name=label, value=raw(wanted[name])) for name, label in names]
    role, where = ROLES[wanted["role"]], raw(wanted["departement"].upper())
    facts.append(Fact(name=tr("À titre de"), value=tr("{role} — département {where}", role=role, where=where)))
    platform = platform_name(account.platform, unit)
    facts.append(Fact(name=tr("Compte"), value=tr("{id}, sur {platform}", id=raw(account.id), platform=platform)))
    buttons = (
        _button(tr("Accepter"), Token(act=ACCEPT, arg=request), "primary"),
        _button(tr("Refuser l'accès"), Token(act=DECLINE, arg=request), "danger"),
    )
    name = raw(wanted["nom"])
    text = (
        tr("{name} a corrigé sa demande d'accès : celle-ci remplace la précédente.", name=name)
        if again
        else tr("Demande d'accès de {name}.", name=name)
    )
    return Message(text=text, card=Card(title=tr("Demande d'accès"), facts=tuple(facts), buttons=buttons))


def _button(label: Text, token: Token, style: Style) -> Button:
    return Button(label=label, token=token, style=style, command=f"/atelier {token.act} {token.arg}")


def waiting(here: Here) -> list[Request]:
    """The requests somebody has to answer, the oldest first: an administrator's; nobody else has any."""
    return here.unit.access.waiting(SHOWN) if here.person.administers else []


def known(here: Here) -> Answer:
    """« acces » by somebody of the directory: an administrator answers whoever waits, a few at a time."""
    found = waiting(here)
    if found:
        return answer(
            here, *(Say(message=_card(here.unit, request.account, request.id, request.wanted)) for request in found)
        )
    return say(
        here,
        tr("Aucune demande d'accès n'attend.")
        if here.person.administers
        else tr(
            "Vous êtes déjà dans l'annuaire. Une erreur de rôle ou de département ? Demandez à l'administrateur du robot de "
            "corriger l'annuaire."
        ),
    )


def decided(here: Here, token: Token) -> Answer:
    """An administrator accepts or declines; the person is told in their direct conversation."""
    if not here.person.administers:
        raise Refused(fr("Seul un administrateur du robot répond aux demandes d'accès."))
    accepted = token.act == ACCEPT
    request = here.unit.access.get(token.arg)
    if request.accepted is not None:
        raise Refused(fr("Cette demande d'accès a déjà reçu sa réponse : rien n'est à faire, et rien n'a changé."))
    here.unit.access.decide(token.arg, here.person.id, here.now, accepted)
    if accepted:
        _enter(here, request.account, request.wanted)
    text = (
        tr("Votre accès est ouvert. Tapez « /atelier » pour commencer, « /atelier aide » pour tout voir.")
        if accepted
        else tr("Votre demande d'accès n'a pas été acceptée. Rapprochez-vous de votre DDT ou du bureau AD1.")
    )
    here.unit.outbox.put(direct(request.account), Message(text=text), due=here.now)
    done = (
        tr("Accès ouvert à {name}.", name=raw(request.name))
        if accepted
        else tr("Accès refusé à {name}.", name=raw(request.name))
    )
    return say(here, done)


def _enter(here: Here, account: Address, wanted: dict[str, str]) -> None:
    """A new person; or the one who left with this account, back in the part they ask for now."""
    known, new = here.unit.people.behind(account), _person(account, wanted)
    linking.kept_home(here.unit, new, account.platform, here.config)
    if known is None:
        new = new.model_copy(update={"id": naming.free(here.unit, new.id)})
        here.unit.people.add(new, (account,))
        gathering.follow(here.unit, (new,), here.now)
        return
    if known.active:
        raise Refused(
            fr(
                "Ce compte est devenu entre-temps celui d'une autre personne, {name}, dans l'annuaire : refusez cette demande."
            ),
            name=known.name,
        )
    changes = {"name": new.name, "title": new.title, "service": new.service, "departement": new.departement}
    back = known.model_copy(update={**changes, "holdings": new.holdings, "active": True})
    here.unit.people.save(back)
    gathering.follow(here.unit, (known, back), here.now)


def _person(account: Address, wanted: dict[str, str]) -> Person:
    role = Role(wanted["role"])
    where = wanted["departement"].strip().upper()
    scope = "" if wanted["role"] in EVERYWHERE else f"dep:{where}" if role in {Role.SVC, Role.DREAL} else "moi"
    return Person(
        id=PersonId(f"{account.platform}-{account.id}"),
        name=wanted["nom"].strip(),
        title=wanted["fonction"].strip(),
        service=wanted["service"].strip(),
        holdings=(Holding(role=role, scope=scope),),
        departement=where,
    )
