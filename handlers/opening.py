"""A request opened (D1): by the bearer service, or by a collectivité once its département's service is known."""

from __future__ import annotations

from atelier.calendar import local_day
from atelier.decide import no_opener, opened
from atelier.dossier import By, Dossier, Member, Person
from atelier.procedure import OPENING
from atelier.words import PersonId, Reference, Refused, Role, State, fr
from chat.cards import Card, Message
from chat.talk import Answer
from chat.text import raw, tr
from handlers import clocks, flow, keeping, names, notices
from handlers.cards import see_button
from handlers.here import Here, answer, say
from handlers.talks import Talk

NATIONAL = "75"


def open_request(here: Here, where: str = "") -> Answer:
    """« demande [département] »: a draft is opened, and its first question asked in the direct conversation."""
    role = _role(here.person)
    departement = _departement(here, role, where)
    empty = _empty(here, departement)
    if empty is not None:
        flow.ask_next(here, empty, Talk(ref=empty.ref))
        return _here_or_there(here, empty)
    outcome = opened(_new(here, role, departement), By(person=here.person.id, role=role, at=here.now))
    dossier = outcome.dossier
    here.unit.dossiers.add(dossier)
    by = By(person=here.person.id, role=role, at=here.now)
    here.unit.journal.write(dossier.ref, what=OPENING.id, by=by, at=here.now, to_state=State.BROUILLON)
    clocks.keep(here.unit, dossier, here.now)
    _tell(here, dossier, role)
    keeping.send(here, _welcome(dossier), dossier.ref)
    flow.ask_next(here, dossier, Talk(ref=dossier.ref))
    return _here_or_there(here, dossier)


def _role(person: Person) -> Role:
    held = {h.role for h in person.holdings}
    found = next((role for role in OPENING.by if role in held), None)
    if found is None:
        raise no_opener()
    return found


def _departement(here: Here, role: Role, where: str) -> str:
    """The département named, or the only one of the person. Raises Refused with the question to answer."""
    mine = [h.scope.removeprefix("dep:") for h in here.person.holdings if h.role is role and h.scope.startswith("dep:")]
    if where:
        code = here.config.territories.departement(where).code
        if mine and code not in mine:
            raise Refused(
                fr("Vous portez les demandes de : {codes}. Écrivez par exemple « /atelier demande {first} »."),
                codes=", ".join(mine),
                first=mine[0],
            )
        return code
    if len(mine) > 1:
        raise Refused(fr("Pour quel département ? Écrivez par exemple « /atelier demande {first} »."), first=mine[0])
    return mine[0] if mine else here.person.departement


def _empty(here: Here, departement: str) -> Dossier | None:
    """The draft this person opened and left without an answer: a second click does not make a second request."""
    return next(
        (
            d for d in here.unit.dossiers.list_for(here.person, limit=50)
            if d.state is State.BROUILLON and not d.answers and not d.pieces and d.departement == departement
            and d.members and d.members[0].person == here.person.id
        ),
        None,
    )  # fmt: skip


def _new(here: Here, role: Role, departement: str) -> Dossier:
    year = local_day(here.now, NATIONAL).year
    number = here.unit.counters.next(f"reference:{year}")
    return Dossier(
        ref=Reference(f"ADT-{year}-{number:04d}"),
        opened=here.now,
        since=here.now,
        departement=departement,
        service=_service(here, role, departement),
        members=(Member(person=PersonId(here.person.id), role=role),),
    )


def _service(here: Here, role: Role, departement: str) -> str:
    """The bearer service: the opener's own, or that of the département's agents in the directory."""
    if role is Role.SVC:
        return here.person.service or here.person.name
    scope = f"dep:{departement}"
    bearers = [
        p
        for p in here.unit.people.all()
        if p.active and any(h.role is Role.SVC and h.scope == scope for h in p.holdings)
    ]
    if not bearers:
        raise Refused(
            fr(
                "Aucun service de l'État n'est encore inscrit pour le département {code} : rapprochez-vous de votre DDT, "
                "qui demandera son accès au robot, puis recommencez."
            ),
            code=departement,
        )
    return bearers[0].service


def _tell(here: Here, dossier: Dossier, role: Role) -> None:
    """When a collectivité opens, its service is told: only the service transmits."""
    if role is Role.SVC:
        return
    by = names.who_is(here.person, role)
    text = tr("{who} ouvre une demande d'atelier flash dans votre département : {ref}.", who=by, ref=dossier.ref)
    card = Card(title=names.subject(dossier), buttons=(see_button(dossier),))
    for person in here.unit.people.holding(OPENING.tells, dossier):
        notices.tell_person(here, person, Message(text=text, card=card), dossier.ref)


def _welcome(dossier: Dossier) -> Message:
    text = tr(
        "La demande {ref} est ouverte pour {service}. Je pose les questions une à une ; chaque réponse est gardée aussitôt. "
        "« Reprendre plus tard » quand vous voulez.",
        ref=dossier.ref,
        service=raw(dossier.service),
    )
    return Message(text=text)


def _here_or_there(here: Here, dossier: Dossier) -> Answer:
    if here.event.direct:
        return answer(here)
    return say(here, tr("La demande {ref} vous attend dans notre conversation directe.", ref=dossier.ref))
