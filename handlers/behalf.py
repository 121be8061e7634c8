"""« Saisir pour le compte de… »: whoever has no account acts on paper; the service or AD1 records it with the document.

The journal keeps both people. The power to decide never moves: the person named must hold the role, today.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from atelier.calendar import local_day
from atelier.dates import parse_day
from atelier.decide import other_role, recordable, step_of
from atelier.deposits import deposit_for, waiting
from atelier.dossier import Dossier, Person
from atelier.grammar import Step
from atelier.words import Do, Reference, Refused, Role, fr
from chat.cards import Button, Card, Message, Token
from chat.forms import Choice, Form, Question
from chat.talk import Answer, Ask, Given, Say
from chat.text import raw, tr
from handlers import entries
from handlers.entries import LAST, Entry
from handlers.here import Here, answer
from storage.errors import NotFound

ACT = entries.ACT
SHORTEST = 3
MOST = 5
"""People named when several answer to one name."""


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
    entry: str = ""
    """The seal of the entry it is recorded from, when it is for somebody else."""
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
        raise _nothing(dossier)
    kept = _guessed(here, dossier, given or {})
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


def _nothing(dossier: Dossier) -> Refused:
    return Refused(
        fr(
            "Aucun geste n'est à saisir pour une autre personne en ce moment sur {ref} : "
            "« /atelier voir {ref} » montre ce qui est attendu, et de qui."
        ),
        ref=dossier.ref,
    )


def _guessed(here: Here, dossier: Dossier, given: Given) -> Given:
    """What is known of it: the only person who may do it, and the file dropped for it. It is read before it is sent."""
    step = next((s for s in recordable(dossier, here.person) if s.act == given.get("geste")), None)
    if step is None:
        return given
    held = here.unit.people.holding(step.by, dossier)
    deposit = deposit_for(step.act)
    piece = waiting(dossier, deposit.kind) if deposit else None
    known = {"personne": held[0].name if len(held) == 1 else "", "document": piece.name if piece else ""}
    return {**known, **given}


def button(dossier: Dossier, step: Step) -> Button:
    """« Saisir pour le compte de… », with its gesture."""
    token = Token(act=ACT, ref=dossier.ref, version=dossier.version, arg=step.act)
    command = f"/atelier {ACT} {dossier.ref} {step.act}"
    return Button(label=tr("Saisir pour le compte de…"), token=token, style="primary", command=command)


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
        if not listed:
            raise _nothing(dossier)
        raise Refused(
            fr("Ce geste ne peut pas être saisi pour une autre personne. Écrivez l'un de ceux-ci : {listed}."),
            listed=listed,
        )
    received = _received(here, dossier, str(given.get("recu", "")).strip())
    if len(document) < SHORTEST:
        raise Refused(fr("Indiquez le document signé d'où vient cette saisie : sa référence et sa date."))
    person = _person(here, who)
    if not dossier.roles_of(person) & set(step.by):
        raise other_role(person)
    entry = Entry(person.id, document, received)
    entries.begin(here, dossier.ref, step.act, entry)
    arg = f"{ACT}:{entry.seal}"
    token = Token(act=step.act, ref=dossier.ref, version=dossier.version, arg=arg, who=here.person.id)
    label = tr("Continuer : {label}", label=tr(step.label))
    going_on = Button(label=label, token=token, style="primary", command=f"/atelier {step.act} {dossier.ref}")
    text = tr(
        "Vous saisissez « {label} » pour {name}, d'après « {document} ».",
        label=tr(step.label), name=raw(person.name), document=raw(document),
    )  # fmt: skip
    return answer(
        here, Say(message=Message(text=text, card=Card(title=tr("Saisir pour le compte de…"), buttons=(going_on,))))
    )


def _received(here: Here, dossier: Dossier, typed: str) -> date | None:
    """The day a document was received, as typed; none: today. Raises Refused for a day that is not come."""
    if not typed:
        return None
    today = local_day(here.now, dossier.departement)
    day = parse_day(typed, today)
    if day > today:
        raise Refused(fr("Le {day} n'est pas encore venu : vérifiez la date."), day=day)
    return day


def _person(here: Here, typed: str) -> Person:
    found = here.unit.people.find(typed) if typed else ()
    if len(found) == 1:
        return found[0]
    if not typed:
        raise Refused(fr("Pour qui saisissez-vous ? Écrivez le prénom et le nom de qui a signé."))
    if not found:
        raise Refused(
            fr(
                "« {name} » n'est pas dans l'annuaire : écrivez son prénom et son nom, ou demandez à l'administrateur du robot "
                "de l'y ajouter. Un compte n'est pas nécessaire."
            ),
            name=typed[:80],
        )
    listed = ", ".join(f"{p.name} ({p.id})" for p in found[:MOST])
    raise Refused(
        fr("Plusieurs personnes répondent à « {name} » : {listed}. Écrivez l'identifiant, entre parenthèses."),
        name=typed[:80], listed=listed,
    )  # fmt: skip


def trial(here: Here, dossier: Dossier, step: Step, seal: str | None) -> Trial | None:
    """The trial for somebody else that this person has begun, or None when it is their own.

    `seal` is that of the entry, None where nothing names one: then the last one begun counts, when the gesture is not
    theirs to take.
    """
    if not dossier.roles_of(here.person) & set(step.records):
        return None
    if seal is None and dossier.roles_of(here.person) & set(step.by):
        return None
    entry = entries.find(here, dossier.ref, step.act, LAST if seal is None else seal)
    if entry is None:
        return None
    try:
        person = here.unit.people.get(entry.person)
    except NotFound:
        return None
    role = next((r for r in step.by if r in dossier.roles_of(person)), None)
    return Trial(dossier, step, role, person, entry.document, entry.received, entry.seal) if role else None


def latest(here: Here, dossier: Dossier, act: str) -> str:
    """The seal of the entry begun last for a gesture typed by its name; empty when none was, or when it is their own."""
    found = trial(here, dossier, step_of(Do(act)), None)
    return found.entry if found else ""
