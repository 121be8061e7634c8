"""« Retirer une personne »: what ends with their part, and who is told. The rules: `atelier/leaving.py`."""

from __future__ import annotations

from dataclasses import replace

from atelier.dossier import Dossier, Person
from atelier.forms import Retrait
from atelier.grammar import Outcome
from atelier.leaving import givers
from atelier.words import Do, PersonId, Role
from chat.cards import Message
from chat.talk import Answer
from chat.text import Text, joined, tr
from handlers import clocks, entries, following, names, notices, previews
from handlers.here import Here, say


def take(here: Here, form: Retrait, outcome: Outcome) -> Answer:
    """Keep the request without them, its journal and its reminders; tell them, and whoever had handed them a part."""
    before, dossier = outcome.before, outcome.dossier
    taken = [member for member in before.members if member not in dossier.members]
    person, lost = names.person(here.unit, taken[0].person), tuple(member.role for member in taken)
    here.unit.dossiers.save(dossier, before.version)
    here.unit.journal.write(
        dossier.ref, what=outcome.step.id, by=outcome.by, at=here.now, from_state=before.state, to_state=dossier.state,
        details={"personne": person.id, "roles": list(lost)},
    )  # fmt: skip
    clocks.keep(here.unit, dossier, here.now)
    _forget(here, dossier, person)
    _tell(here, dossier, person, lost)
    for giver in givers(before, person.id):
        _given_back(here, dossier, person, giver)
    notices.refresh(here, dossier)
    following.after(here, outcome, form)
    return say(here, _done(here, dossier, person, lost))


def _listed(roles: tuple[Role, ...]) -> Text:
    return joined(map(names.role, roles), ", ")


def _forget(here: Here, dossier: Dossier, person: Person) -> None:
    """What they had begun about it: the question asked, the previews, the entries for somebody else.

    A part of theirs that the directory gives keeps it: they go on.
    """
    if dossier.roles_of(person):
        return
    kept = here.unit.conversations
    for account in here.unit.people.accounts(person.id):
        if (kept.at(account) or {}).get("ref") == dossier.ref:
            kept.end(account)
    theirs = replace(here, person=person)
    for act in Do:
        kept.end(previews.own(theirs, dossier.ref, act))
        for entry in entries.begun(theirs, dossier.ref, act):
            kept.end(previews.own(theirs, dossier.ref, act, entry.seal))
            entries.done(theirs, dossier.ref, act, entry.seal)


def _tell(here: Here, dossier: Dossier, person: Person, lost: tuple[Role, ...]) -> None:
    who, left = names.who_is(here.person, Role.SVC), dossier.roles_of(person)
    text = tr(
        "{who} a mis fin à votre part dans la demande {ref}, à titre de {roles}.",
        who=who, ref=dossier.ref, roles=_listed(lost),
    )  # fmt: skip
    if left:
        text = tr(
            "{who} a mis fin à votre part dans la demande {ref}, à titre de {roles} ; vous la gardez à titre de {others}.",
            who=who, ref=dossier.ref, roles=_listed(lost), others=_listed(tuple(sorted(left))),
        )  # fmt: skip
    notices.tell_person(here, person, Message(text=text), dossier.ref)


def _given_back(here: Here, dossier: Dossier, person: Person, giver: PersonId) -> None:
    """Whoever had transferred their part to them receives their own messages again."""
    back = names.person(here.unit, giver)
    if back.id == here.person.id or not dossier.roles_of(back):
        return
    text = tr(
        "{who} a retiré {name} de la demande {ref} : la part que vous aviez confiée à cette personne vous revient, avec ses messages.",
        who=names.who_is(here.person, Role.SVC), name=names.called(person), ref=dossier.ref,
    )  # fmt: skip
    notices.tell_person(here, back, Message(text=text), dossier.ref)


def _done(here: Here, dossier: Dossier, person: Person, lost: tuple[Role, ...]) -> Text:
    name, ref, left = names.called(person), dossier.ref, dossier.roles_of(person)
    if left:
        return tr(
            "C'est fait : {name} n'a plus part à {ref} à titre de {roles}, et garde ce que l'annuaire lui donne ({others}).",
            name=name, ref=ref, roles=_listed(lost), others=_listed(tuple(sorted(left))),
        )  # fmt: skip
    if here.unit.people.direct(person.id) is None:
        return tr(
            "C'est fait : {name} n'a plus part à {ref}. Je ne peux pas lui écrire : prévenez cette personne vous-même.",
            name=name, ref=ref,
        )  # fmt: skip
    return tr(
        "C'est fait : {name} n'a plus part à {ref}, et le sait. Ce que cette personne a déjà répondu ou déposé reste.",
        name=name, ref=ref,
    )  # fmt: skip
