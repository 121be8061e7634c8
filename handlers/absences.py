"""« absence »: while somebody is away, their reminders go to their substitute. Never a role, never a power to decide."""

from __future__ import annotations

from datetime import date

from atelier import absences
from atelier.calendar import local_day
from atelier.dossier import Person
from atelier.spelling import key
from atelier.words import PersonId, Refused, fr
from chat.cards import Card, Message
from chat.talk import Answer, Say
from chat.text import Text, joined, raw, tr
from handlers import colleagues, notices
from handlers.here import Here, answer, say
from storage.absences import Absence
from storage.errors import NotFound

OVER = frozenset({"fin", "finie", "terminee", "annuler", "retour", "end"})


def absence(here: Here, typed: str) -> Answer:
    """« absence » shows, « absence fin » ends, « absence du 3 au 14 août Prénom Nom » declares. Raises Refused."""
    said = typed.strip()
    if not said:
        return _shown(here)
    if key(said) in OVER:
        return _ended(here)
    return _declared(here, absences.parse(said, _today(here)))


def _today(here: Here) -> date:
    return local_day(here.now, here.person.departement)


def _declared(here: Here, away: absences.Away) -> Answer:
    substitute = colleagues.named(here, away.substitute) if away.substitute else None
    _free(here, away)
    if substitute is not None:
        _there(here, substitute, away)
    named = substitute.id if substitute else PersonId("")
    here.unit.absences.declare(Absence(here.person.id, away.first, away.last, named))
    parts = [_told(away.first, away.last)]
    if substitute is None:
        parts.append(ALONE)
    else:
        _tell(here, substitute, away)
        to = tr(
            "Vos rappels iront à {name}, sans vos pouvoirs : décider ou signer reste à vous.", name=raw(substitute.name)
        )
        parts.append(to)
    left = _left_alone(here, away)
    if left:
        parts.append(
            tr(
                "Vous remplacez {names} : ces jours-là, les rappels reçus à ce titre iront aux autres personnes qui doivent agir. C'est dit à qui vous remplacez.",
                names=left,
            )
        )
    return say(here, joined(parts, " "))


def _left_alone(here: Here, away: absences.Away) -> Text | None:
    """Those whom this person stands in for in these days: told, since substitutes are not chained."""
    mine = here.unit.absences.covered_by(here.person.id, away.first, away.last)
    people = tuple(found for id_ in dict.fromkeys(a.person for a in mine) if (found := _person(here, id_)) is not None)
    for person in people:
        text = tr(
            "{name}, qui vous remplace, s'absente du {first} au {last} : ces jours-là, vos rappels iront aux autres personnes "
            "qui doivent agir, sinon au service. Pour nommer quelqu'un d'autre : « /atelier absence fin », puis une nouvelle.",
            name=raw(here.person.name), first=away.first, last=away.last,
        )  # fmt: skip
        notices.tell_person(here, person, Message(text=text), "")
    return joined((raw(person.name) for person in people), ", ") if people else None


ALONE = tr(
    "Personne ne vous remplace : vos rappels iront aux autres personnes qui doivent agir, sinon au service. "
    "Ajoutez un nom à la commande pour en choisir une."
)


def _told(first: date, last: date) -> Text:
    return tr("Votre absence du {first} au {last} est enregistrée.", first=first, last=last)


def _free(here: Here, away: absences.Away) -> None:
    """One absence at a time. Raises Refused."""
    for known in here.unit.absences.of(here.person.id, _today(here)):
        if known.first <= away.last and away.first <= known.last:
            raise Refused(
                fr(
                    "Vous avez déjà une absence du {first} au {last}. « /atelier absence fin » l'efface, puis déclarez la "
                    "nouvelle."
                ),
                first=known.first,
                last=known.last,
            )


def _there(here: Here, substitute: Person, away: absences.Away) -> None:
    """The substitute is not away in those days. Raises Refused."""
    for known in here.unit.absences.of(substitute.id, away.first):
        if known.first <= away.last:
            raise Refused(
                fr("{name} a aussi une absence, du {first} au {last} : nommez quelqu'un d'autre."),
                name=substitute.name,
                first=known.first,
                last=known.last,
            )


def _tell(here: Here, substitute: Person, away: absences.Away) -> None:
    text = tr(
        "{name} s'absente du {first} au {last} et vous confie ses rappels. Vous ne recevez aucun de ses "
        "pouvoirs : ce qui se décide ou se signe attend son retour, ou une personne qui en a le rôle.",
        name=raw(here.person.name), first=away.first, last=away.last,
    )  # fmt: skip
    notices.tell_person(here, substitute, Message(text=text), "")


def _ended(here: Here) -> Answer:
    known = here.unit.absences.of(here.person.id, _today(here))
    if not known:
        return say(here, tr("Vous n'avez pas d'absence déclarée."))
    here.unit.absences.end(here.person.id, _today(here))
    for one in known:
        substitute = _person(here, one.substitute)
        if substitute is not None:
            text = tr("{name} n'a plus d'absence déclarée : ses rappels lui reviennent.", name=raw(here.person.name))
            notices.tell_person(here, substitute, Message(text=text), "")
    if len(known) > 1:
        return say(here, tr("Vos {count} absences sont effacées : vos rappels vous reviennent.", count=len(known)))
    return say(here, tr("Votre absence est effacée : vos rappels vous reviennent."))


def _shown(here: Here) -> Answer:
    today = _today(here)
    lines = [_line(here, one) for one in here.unit.absences.of(here.person.id, today)]
    for other in here.unit.absences.on(today).values():
        if other.substitute == here.person.id:
            name = raw(_name(here, other.person))
            lines.append(tr("• Vous recevez les rappels de {name} jusqu'au {last}.", name=name, last=other.last))
    how = tr("« /atelier absence du 3 au 14 août Prénom Nom » en déclare une, « /atelier absence fin » l'efface.")
    text = tr("Vos absences.") if lines else tr("Vous n'avez pas d'absence déclarée.")
    card = Card(title=tr("Absences"), paragraphs=(*lines, how))
    return answer(here, Say(message=Message(text=text, card=card)))


def _line(here: Here, one: Absence) -> Text:
    if not one.substitute:
        return tr("• Du {first} au {last}, sans suppléant.", first=one.first, last=one.last)
    name = raw(_name(here, one.substitute))
    return tr("• Du {first} au {last} ; vos rappels vont à {name}.", first=one.first, last=one.last, name=name)


def _name(here: Here, id_: PersonId) -> str:
    person = _person(here, id_)
    return person.name if person else str(id_)


def _person(here: Here, id_: PersonId) -> Person | None:
    try:
        return here.unit.people.get(id_) if id_ else None
    except NotFound:
        return None
