"""The exchange between AD1 and the bearers: notes stay inside AD1, what is sent to the service comes back answered."""

from __future__ import annotations

from pydantic import JsonValue

from atelier import answers
from atelier.dossier import By, Complement, Dossier, Person
from atelier.fiche import item
from atelier.forms import Courrier, ReponseComplement, StepForm
from atelier.grammar import Outcome
from atelier.words import Reference, Role
from chat.talk import Answer, Attached, Said
from chat.text import Text, joined, raw, tr
from handlers import names, notices
from handlers.cards import review_key
from handlers.filing import store
from handlers.here import Here, answer, say

BEARERS = (Role.SVC, Role.COLL)
NOTE, REPLY = "note interne", "réponse au fil"


def written(here: Here, dossier: Dossier, form: StepForm) -> None:
    """« Écrire au service »: to each bearer it is addressed to, and noted in the review thread."""
    if not isinstance(form, Courrier):
        msg = f"Courrier expected, {type(form).__name__} given"
        raise TypeError(msg)
    roles = BEARERS if form.destinataires == "service_collectivite" else (Role.SVC,)
    by = names.who_is(here.person, _ad1_role(here, dossier))
    text = tr("{who} vous écrit au sujet de {ref} : « {text} » — répondez dans ce fil.",
              who=by, ref=dossier.ref, text=raw(form.texte))  # fmt: skip
    people = [p for p in here.unit.people.holding(roles, dossier) if p.id != here.person.id]
    for person in people:
        notices.to_person(here, dossier, person, text)
    told = raw(", ".join(p.name for p in people) or "—")
    notices.in_review(here, dossier, tr("{who} a écrit à {told} : « {text} »", who=by, told=told, text=raw(form.texte)))


def _ad1_role(here: Here, dossier: Dossier) -> Role:
    return next((r for r in (Role.AD1I, Role.AD1V) if r in dossier.roles_of(here.person)), Role.AD1I)


def said(here: Here, event: Said | Attached) -> Answer | None:
    """Words in a thread of a request: an internal note in AD1's channel, an answer carried to AD1 elsewhere.

    Returns None when the thread is none of ours.
    """
    thread = here.unit.threads.by_post(event.place, event.thread) if event.thread else None
    if thread is None:
        return None
    dossier = here.unit.dossiers.seen_by(here.person, Reference(thread.ref))
    if thread.key == review_key(dossier.ref):
        return _note(here, dossier, event)
    return _carried(here, dossier, event)


def _note(here: Here, dossier: Dossier, event: Said | Attached) -> Answer:
    """What is written in the review thread stays inside AD1; the journal keeps it."""
    _keep(here, dossier, NOTE, event, _ad1_role(here, dossier))
    return answer(here)


def _carried(here: Here, dossier: Dossier, event: Said | Attached) -> Answer:
    """A bearer's answer: to the review thread, and to the service when somebody else than the service wrote."""
    if dossier.transmitted is None:
        return say(here, tr("La DGALN n'a pas encore reçu cette demande : transmettez-la d'abord."))
    role = _bearer_role(dossier, here.person)
    files = tuple(store(here, upload)[0] for upload in event.files) if isinstance(event, Attached) else ()
    _keep(here, dossier, REPLY, event, role)
    by = names.who_is(here.person, role)
    words = raw(event.text) if event.text.strip() else tr("(fichier)")
    notices.in_review(here, dossier, tr("{who} répond : « {text} »", who=by, text=words), files)
    for person in here.unit.people.holding((Role.SVC,), dossier):
        if person.id != here.person.id:
            notices.to_person(
                here, dossier, person, tr("{who} a écrit à la DGALN : « {text} »", who=by, text=words), files
            )
    return answer(here)


def _bearer_role(dossier: Dossier, person: Person) -> Role:
    held = dossier.roles_of(person)
    return next((r for r in (Role.SVC, Role.COLL, Role.DREAL, Role.CAUE) if r in held), Role.COLL)


def _keep(here: Here, dossier: Dossier, what: str, event: Said | Attached, role: Role) -> None:
    names_ = [upload.name for upload in event.files] if isinstance(event, Attached) else []
    here.unit.journal.write(
        dossier.ref, what=what, by=By(person=here.person.id, role=role, at=here.now), at=here.now,
        from_state=dossier.state, to_state=dossier.state, text=event.text,
        details={"fichiers": names_}, message=f"{event.place.id}/{event.post}",
    )  # fmt: skip


def answered(here: Here, outcome: Outcome, form: StepForm) -> None:
    """The visible diff of a complement, in the review thread: each thing asked, before and after."""
    asked = outcome.dossier.complements[-1]
    lines = [_diff(outcome.dossier, asked, w.field) for w in asked.wanted]
    for line in lines:
        notices.in_review(here, outcome.dossier, line)
    if isinstance(form, ReponseComplement) and form.note:
        notices.in_review(here, outcome.dossier, tr("Mot du service : « {text} »", text=raw(form.note)))


def _diff(dossier: Dossier, asked: Complement, field: str) -> Text:
    name = tr(item(field).asked.short)
    before = asked.before.get(field)
    piece = dossier.piece(field)
    if item(field).is_piece:
        if piece is None or piece.sha256 == before:
            return tr("{field} : inchangé", field=name)
        return tr("{field} : nouveau fichier « {file} »", field=name, file=raw(piece.name))
    after = dossier.value(field)
    if after == before:
        return tr("{field} : inchangé", field=name)
    return tr(
        "{field} : « {before} » devient « {after} »", field=name, before=_told(field, before), after=_told(field, after)
    )


def _told(field: str, value: JsonValue) -> Text:
    if value is None:
        return tr("(vide)")
    return joined(tr(p.text) if p.ours else raw(p.text) for p in answers.told(item(field), value))
