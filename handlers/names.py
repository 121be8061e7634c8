"""How people, roles, states and dossiers are named in sentences."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from itertools import chain, count

from atelier import rules
from atelier.calendar import zone
from atelier.deadlines import Explained
from atelier.dossier import By, Dossier, Person, Run
from atelier.grammar import Step
from atelier.labels import ROLES, STATES
from atelier.words import PersonId, Refused, Role, RuleId
from chat.text import Moment, Text, raw, tr
from handlers.here import told_args
from storage.errors import NotFound
from storage.unit import Unit


def who(unit: Unit, by: By) -> Text:
    """« Alice Martin (instructeur AD1) », with who it was done for when it was."""
    name, code = _name(unit, by.person), tr(ROLES[by.role])
    if by.for_ is None:
        return tr("{name} ({role})", name=name, role=code)
    return tr("{name}, pour {other} ({role})", name=name, other=_name(unit, by.for_), role=code)


def told(unit: Unit, refused: Refused) -> Refused:
    """A refusal of the rules that names somebody by their act: « Alice Martin (instructeur AD1), lundi 2 mars 2026 … »."""
    acts = {name: value for name, value in refused.args_.items() if isinstance(value, By)}
    said = {name: tr("{who}, {when}", who=who(unit, by), when=moment(by)) for name, by in acts.items()}
    return Refused(refused.sentence, **{**refused.args_, **said}) if said else refused


def person(unit: Unit, id_: PersonId) -> Person:
    """The person of this id; without a name when it was erased."""
    try:
        return unit.people.get(id_)
    except NotFound:
        return Person(id=id_, name="", active=False)


def free(unit: Unit, wanted: PersonId) -> PersonId:
    """The id wanted, or « id-2 », « id-3 »… when it was given: an id is never given twice, even once its name is erased."""
    taken = frozenset(known.id for known in unit.people.all())
    others = (PersonId(f"{wanted}-{number}") for number in count(2))
    return next(id_ for id_ in chain((wanted,), others) if id_ not in taken)


def called(somebody: Person) -> Text:
    """Their name, or that it was erased."""
    return raw(somebody.name) if somebody.name else tr("une personne dont le nom a été effacé")


def _name(unit: Unit, id_: PersonId) -> Text:
    return called(person(unit, id_))


def role(code: Role) -> Text:
    """The role as people say it."""
    return tr(ROLES[code])


def state(dossier: Dossier) -> Text:
    """The state as people say it."""
    return tr(STATES[dossier.state])


def subject(dossier: Dossier) -> Text:
    """« ADT-2026-0007 — Bar-le-Duc (55029, Meuse) »."""
    place = dossier.territory() or dossier.service
    return tr("{ref} — {place}", ref=dossier.ref, place=raw(place))


def deadline(run: Run) -> Text:
    """« Paiement du bon de commande n° 2 »: the rule, and what it is about when several run at once."""
    label, (kind, _, number) = _label(run.rule), run.about.partition(":")
    return tr("{label} n° {number}", label=label, number=number) if kind == "bc" else label


@lru_cache(maxsize=64)  # said again and again
def _label(rule: RuleId) -> Text:
    return tr(rules.rule(rule).label)


def gesture(step: Step) -> Text:
    """« « Prendre en charge » »: a gesture in a sentence, as its button says it."""
    return tr("« {label} »", label=tr(step.label))


def dated(text: Text, run: Run, dossier: Dossier) -> Text:
    """A sentence that gives the day of a deadline; it says so when that day is to be verified."""
    return checked(text, rules.explained(run, dossier))


def checked(text: Text, found: Explained) -> Text:
    """The same of a day that was counted."""
    return tr("{text} (date à vérifier)", text=text) if found.to_verify else text


def doubts(found: Explained) -> tuple[Text, ...]:
    """Why a day that was counted is to be verified, in whole sentences; none when it is not."""
    return tuple(tr(s.sentence, **told_args(s.args)) for s in found.doubts)


def standing(run: Run, dossier: Dossier, now: datetime) -> Text:
    """How a deadline stands at `now`: « au plus tard le … », « dépassée depuis le … », « suspendue »."""
    if run.suspended:
        return tr("suspendue")
    due = rules.due(run, dossier)
    moment_ = Moment(at=due, zone=str(zone(rules.place(run, dossier))))
    when = tr("dépassée depuis le {due}", due=moment_) if due < now else tr("au plus tard le {due}", due=moment_)
    return dated(when, run, dossier)


def moment(by: By, departement: str = "75") -> Moment:
    """When it was done, in the time zone of a département."""
    return Moment(at=by.at, zone=str(zone(departement)))


def who_is(person: Person, code: Role) -> Text:
    """« Alice Martin (instructeur AD1) » for somebody who is acting now."""
    return tr("{name} ({role})", name=raw(person.name), role=tr(ROLES[code]))
