"""« Saisir pour le compte de… »: whoever has no account acts on paper; the service or AD1 records it with the document.

The journal keeps both people. The power to decide never moves: the person named must hold the role, today.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from atelier.calendar import local_day
from atelier.dates import parse_day
from atelier.decide import recordable
from atelier.dossier import Dossier, Person
from atelier.grammar import Step
from atelier.words import PersonId, Reference, Refused, Role, fr
from chat.cards import Address, Button, Card, Message, Token
from chat.forms import Choice, Form, Question
from chat.talk import Answer, Ask, Given, Say
from chat.text import raw, tr
from handlers.here import Here, answer
from storage.errors import NotFound

ACT = "pour"
SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Trial:
    """A step about to be tried: the row, the role it is tried in, and for whom when it is recorded for somebody."""

    dossier: Dossier
    step: Step
    role: Role
    behalf: Person | None = None
    document: str = ""
    received: date | None = None
    """The local day that document was received: its delays count from there; None: today."""
    prepared: bool = False
    """True when whoever fills it in prepares it for who signs."""

    @property
    def recorded(self) -> bool:
        """True when it is recorded for somebody else."""
        return self.behalf is not None


def form(here: Here, dossier: Dossier, given: Given | None = None) -> Answer:
    """The first window: which gesture, for whom, from which signed document. Raises Refused when there is none."""
    steps = recordable(dossier, here.person)
    if not steps:
        raise Refused(
            fr("Aucun geste ne peut être saisi pour le compte d'une autre personne en ce moment sur {ref}."),
            ref=dossier.ref,
        )
    kept = given or {}
    typed = {name: str(kept.get(name, "")) for name in ("geste", "personne", "document", "recu")}
    choices = tuple(Choice(value=s.act, label=tr(s.label)) for s in steps)
    questions = (
        Question(name="geste", label=tr("Quel geste saisissez-vous ?"), short=tr("Geste"), kind="choice", choices=choices, initial=typed["geste"]),
        Question(name="personne", label=tr("Pour le compte de qui ?"), short=tr("Personne"), max_length=120, initial=typed["personne"],
                 hint=tr("Son nom ou son identifiant de l'annuaire.")),
        Question(name="document", label=tr("De quel document signé ?"), short=tr("Document signé"), max_length=200, initial=typed["document"],
                 hint=tr("Sa référence et sa date : c'est lui qui engage, pas la messagerie.")),
        Question(name="recu", label=tr("Reçu quel jour ?"), short=tr("Reçu le"), kind="date", required=False, initial=typed["recu"],
                 hint=tr("Les délais courent de ce jour ; vide : aujourd'hui.")),
    )  # fmt: skip
    token = Token(act=ACT, ref=dossier.ref, version=dossier.version, who=here.person.id)
    title = tr("Saisir pour le compte de…")
    window = Form(title=title, short=tr("Pour le compte de…"), token=token, questions=questions, submit=tr("Continuer"))
    return answer(here, Ask(form=window))


def opened(here: Here, token: Token) -> Answer:
    """« Saisir pour le compte de… » chosen on a card: the first window, with the gesture chosen."""
    dossier = here.unit.dossiers.seen_by(here.person, Reference(token.ref))
    return form(here, dossier, {"geste": token.arg})


def named(here: Here, dossier: Dossier, given: Given) -> Answer:
    """The first window sent: the person is checked, then the gesture's own button is offered."""
    act, who, document = (str(given.get(name, "")).strip() for name in ("geste", "personne", "document"))
    step = next((s for s in recordable(dossier, here.person) if s.act == act), None)
    if step is None:
        listed = ", ".join(s.act for s in recordable(dossier, here.person))
        raise Refused(
            fr("Ce geste ne peut pas être saisi pour une autre personne. Possibles : {listed}."), listed=listed or "—"
        )
    received = _received(here, dossier, str(given.get("recu", "")).strip())
    if len(document) < SHORTEST:
        raise Refused(fr("Indiquez le document signé d'où vient cette saisie : sa référence et sa date."))
    person = _person(here, who)
    if not dossier.roles_of(person) & set(step.by):
        raise Refused(fr("« {name} » ne tient pas ce rôle sur cette demande : vérifiez la personne."), name=person.name)
    here.unit.conversations.keep(
        _place(here, dossier.ref, step), {"kind": ACT, "person": person.id, "document": document, "received": received}
    )
    token = Token(act=step.act, ref=dossier.ref, version=dossier.version, arg=ACT, who=here.person.id)
    label = tr("Continuer : {label}", label=tr(step.label))
    button = Button(label=label, token=token, style="primary", command=f"/atelier {step.act} {dossier.ref}")
    text = tr(
        "Vous saisissez « {label} » pour le compte de {name}, d'après « {document} ».",
        label=tr(step.label), name=raw(person.name), document=raw(document),
    )  # fmt: skip
    return answer(
        here, Say(message=Message(text=text, card=Card(title=tr("Saisir pour le compte de…"), buttons=(button,))))
    )


def _received(here: Here, dossier: Dossier, typed: str) -> str | None:
    """The day a document was received, as typed; none: today. Raises Refused for a day that is not come."""
    if not typed:
        return None
    today = local_day(here.now, dossier.departement)
    day = parse_day(typed, today)
    if day > today:
        raise Refused(fr("Le {day} n'est pas encore venu : vérifiez la date."), day=day)
    return day.isoformat()


def _person(here: Here, typed: str) -> Person:
    found = here.unit.people.find(typed) if typed else ()
    if len(found) != 1:
        raise Refused(
            fr(
                "« {name} » ne désigne pas une seule personne de l'annuaire : écrivez son nom entier ou son identifiant."
            ),
            name=typed[:80],
        )
    return found[0]


def trial(here: Here, dossier: Dossier, step: Step, *, wanted_for: bool) -> Trial | None:
    """The trial for somebody else that this person has begun, or None when it is their own.

    Typed commands carry no token: what was begun counts when the gesture is not theirs to take.
    """
    if not dossier.roles_of(here.person) & set(step.records):
        return None
    if not wanted_for and dossier.roles_of(here.person) & set(step.by):
        return None
    kept = here.unit.conversations.at(_place(here, dossier.ref, step))
    if kept is None:
        return None
    try:
        person = here.unit.people.get(PersonId(str(kept["person"])))
    except NotFound:
        return None
    role = next((r for r in step.by if r in dossier.roles_of(person)), None)
    received = kept.get("received")
    day = date.fromisoformat(str(received)) if received else None
    return Trial(dossier, step, role, person, str(kept["document"]), day) if role else None


def done(here: Here, ref: str, step: Step) -> None:
    """Recorded: the next one begins anew."""
    here.unit.conversations.end(_place(here, ref, step))


def _place(here: Here, ref: str, step: Step) -> Address:
    return Address(platform=ACT, id=f"{here.person.id}:{ref}:{step.act}")
