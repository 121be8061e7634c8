"""« Qui sera prévenu, avec quel texte »: what was typed is kept until it is confirmed, or signed by whoever signs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import JsonValue

from atelier.awaited import able
from atelier.decide import decide
from atelier.dossier import Dossier, Person
from atelier.forms import StepForm
from atelier.forms_designation import Acte
from atelier.grammar import Outcome, Step
from atelier.words import Do, Refused, fr
from chat.cards import Address, Button, Card, Fact, Message, Token
from chat.talk import Answer, Given, Say
from chat.text import Text, joined, raw, tr
from handlers import exchange, names, notices, saying
from handlers.around import attempt_of, contract_of, labels
from handlers.behalf import Trial
from handlers.here import Here, answer

Place = Address


@dataclass(frozen=True, slots=True)
class Kept:
    """What waits for a confirmation: the answers, the dossier's version then, and whether it is for somebody else."""

    given: Given
    version: int
    behalf: bool = False
    """True when it is recorded for somebody else; `entry` is then the seal of their entry."""
    form: Mapping[str, JsonValue] | None = None
    """The answers as they were checked: a day typed « hier » stays the day that was shown."""
    seal: str = ""
    contract: str | None = None
    """Under which contract, in which version: None for what an earlier program kept."""
    entry: str = ""

    @property
    def claim(self) -> str | None:
        """The entry it is for; None when it is their own."""
        return self.entry if self.behalf else None

    def shown_by(self, seal: str) -> bool:
        """True for the button of this very text, for what is typed, and for what was kept before there were seals."""
        return seal in {self.seal, LATEST} or not self.seal


LATEST = "*"
"""What is typed names no text: it is of the one shown last."""


@dataclass(frozen=True, slots=True)
class Named:
    """What the button of a preview names: the gesture, the text it was shown under, the entry it is recorded from."""

    act: str
    seal: str = ""
    entry: str = ""

    @classmethod
    def of(cls, arg: str) -> Named:
        """« refuser:3f2a », « approuver:3f2a:9c01 »; « refuser » alone is from before there were seals."""
        act, seal, entry = (*arg.split(":", 2), "", "")[:3]
        return cls(act, seal, entry)

    def arg(self) -> str:
        """The same, as a button carries it."""
        return f"{self.act}:{self.seal}:{self.entry}".rstrip(":")


def checked(kept: Kept, step: Step) -> StepForm | None:
    """The form as it was checked, or None for what an earlier version kept."""
    return step.asks.model_validate(kept.form) if step.asks and kept.form is not None else None


def _seal(form: StepForm) -> str:
    """What tells one prepared text from the one that replaced it."""
    return hashlib.sha256(form.model_dump_json().encode()).hexdigest()[:12]


def own(here: Here, ref: str, act: str, entry: str = "") -> Place:
    """Where somebody's preview is kept: their own, or one for each entry they record for somebody else."""
    return Address(platform="apercu", id=":".join(filter(None, (here.person.id, ref, act, entry))))


def for_signature(ref: str, act: str) -> Place:
    """Where what was prepared for signature is kept: one a gesture and a dossier."""
    return Address(platform="parapheur", id=f"{ref}:{act}")


def read(here: Here, place: Place) -> Kept | None:
    """What waits there, or None when it was used already."""
    kept = here.unit.conversations.at(place)
    if kept is None:
        return None
    form, seal = kept.get("form"), str(kept.get("seal", ""))
    behalf = bool(kept.get("behalf"))
    version, entry = int(kept.get("version", 0)), str(kept.get("entry", ""))
    return Kept(kept["given"], version, behalf, form, seal, kept.get("contract"), entry)


def contract_now(here: Here, dossier: Dossier, form: StepForm) -> str:
    """The contract a step goes by and its version, as recorded at this moment: « demonstration/2 »; empty without one."""
    if not isinstance(form, Acte):
        contract = contract_of(here.unit, dossier)
        return f"{contract.code}/{contract.version}" if contract else ""
    found = here.unit.contracts.versions(form.accord_cadre)
    return f"{found[0].code}/{found[0].version}" if found else ""


def typed(here: Here, ref: str, named: Named) -> Kept:
    """What this person typed, or what was prepared for their signature. Raises Refused when it is gone, or another now."""
    places = (own(here, ref, named.act, named.entry), for_signature(ref, named.act))
    waiting = [kept for place in places if (kept := read(here, place)) is not None]
    found = next((kept for kept in waiting if kept.shown_by(named.seal)), None)
    if found is not None:
        return found
    if waiting:
        raise replaced(ref, named.act)
    raise gone(ref, named.act)


def gone(ref: str, act: str) -> Refused:
    """What was shown has served, or is kept no more."""
    return Refused(
        fr("Cet aperçu a déjà servi, ou n'existe plus : recommencez le geste avec « /atelier {act} {ref} »."),
        act=act, ref=ref,
    )  # fmt: skip


def replaced(ref: str, act: str) -> Refused:
    """What was shown is not what waits now."""
    return Refused(
        fr(
            "Cet aperçu a été remplacé par un plus récent : relisez le dernier message, ou tapez "
            "« /atelier corriger {ref} {act} » pour revoir le texte d'aujourd'hui."
        ),
        ref=ref, act=act,
    )  # fmt: skip


def _keep(here: Here, place: Place, trial: Trial, form: StepForm, given: Given) -> str:
    """Keep what waits for its confirmation; returns its seal."""
    seal = _seal(form)
    kept = {name: list(v) if isinstance(v, tuple) else v for name, v in given.items()}
    here.unit.conversations.keep(
        place,
        {
            "kind": "apercu", "given": kept, "version": trial.dossier.version, "behalf": trial.recorded,
            "entry": trial.entry,
            "form": form.model_dump(mode="json"), "seal": seal,
            "contract": contract_now(here, trial.dossier, form),
        },
    )  # fmt: skip
    return seal


def shown(here: Here, trial: Trial, outcome: Outcome, form: StepForm, given: Given) -> Answer:
    """The preview, for whoever acts: nothing is sent yet."""
    step, dossier = trial.step, trial.dossier
    seal = _keep(here, own(here, dossier.ref, step.act, trial.entry), trial, form, given)
    arg = Named(step.act, seal, trial.entry).arg()
    token = Token(act="confirmer", ref=dossier.ref, version=dossier.version, arg=arg, who=here.person.id)
    confirm = Button(
        label=tr("Confirmer"), token=token, style="danger" if step.danger else "primary",
        command=f"/atelier confirmer {dossier.ref} {step.act}",
    )  # fmt: skip
    card = _card(here, outcome, form, (confirm, *_edit(step, token)))
    text = tr("Rien n'est encore envoyé pour {ref} : vérifiez, puis confirmez.", ref=dossier.ref)
    return answer(here, Say(message=Message(text=text, card=card)))


def prepared(here: Here, trial: Trial, form: StepForm, given: Given) -> Answer:
    """What the service prepared goes to its signatories, who confirm or change it. Raises Refused when there are none.

    Each reads the text that will be sent, and to whom, once they sign it themselves.
    """
    step, dossier = trial.step, trial.dossier
    held = able(here.unit.people.holding(step.by, dossier), dossier, step.by, here.now)
    signers = [p for p in held if here.unit.people.direct(p.id) is not None]
    if not signers:
        raise Refused(
            fr(
                "Personne ne porte la signature du service dans l'annuaire : l'administrateur l'y ajoute avec sa délégation, "
                "puis recommencez. Rien n'a été enregistré."
            )
        )
    seal = _keep(here, for_signature(dossier.ref, step.act), trial, form, given)
    arg = Named(step.act, seal).arg()
    token = Token(act="signer", ref=dossier.ref, version=dossier.version, arg=arg)
    sign = Button(label=tr("Signer"), token=token, style="primary", command=f"/atelier signer {dossier.ref} {step.act}")
    text = tr(
        "{who} a préparé « {label} » pour {subject} : à vous de signer.",
        who=raw(here.person.name), label=tr(step.label), subject=names.subject(dossier),
    )  # fmt: skip
    for person in signers:
        theirs = replace(here, person=person)
        outcome = decide(attempt_of(theirs, trial, form), step.act)
        card = _card(theirs, outcome, form, (sign, *_edit(step, token)))
        notices.tell_person(here, person, Message(text=text, card=card), dossier.ref)
    listed = joined((raw(p.name) for p in signers), ", ")
    done = tr("Préparé pour signature. Message envoyé à : {names}.", names=listed)
    return answer(here, Say(message=Message(text=done)))


def _sentence(here: Here, outcome: Outcome, form: StepForm, people: tuple[Person, ...]) -> Text:
    """The text as the first person told will read it; as AD1 does when nobody else is told, what to note being said apart."""
    if people:
        return notices.for_reader(here, outcome, form, people[0])
    return notices.sentence(here, outcome, form, inside=True, secret=True)


def _edit(step: Step, shown_by: Token) -> tuple[Button, ...]:
    """« Modifier », of the same text as the button beside it."""
    if step.asks is None:
        return ()
    token = shown_by.model_copy(update={"act": "corriger"})
    return (Button(label=tr("Modifier"), token=token, command=f"/atelier corriger {token.ref} {step.act}"),)


def _card(here: Here, outcome: Outcome, form: StepForm, buttons: tuple[Button, ...]) -> Card:
    step, dossier = outcome.step, outcome.before
    writes = step.act is Do.ECRIRE
    people: tuple[Person, ...] = exchange.addressed(here, dossier, form) if writes else notices.told(here, outcome)
    sentence: Text = exchange.letter(here, dossier, form) if writes else _sentence(here, outcome, form, people)
    told = [raw(f"{p.name} ({p.title or p.service})") for p in people]
    told += notices.read_in(here, outcome)
    warned = (tr("À noter : {warned}", warned=notices.warned(outcome)),) if outcome.warnings else ()
    given = tuple(saying.facts(form, labels(here, outcome.before, step))) if dossier.mission is not None else ()
    return Card(
        title=tr("Aperçu : {label}", label=tr(step.label)),
        facts=(Fact(name=tr("Seront prévenus"), value=joined(told) if told else tr("personne d'autre")), *given),
        paragraphs=(tr("Texte envoyé :"), sentence, *warned),
        buttons=buttons,
    )
