"""The exchange between AD1 and the bearers: notes stay inside AD1, what is sent to the service comes back answered."""

from __future__ import annotations

from pydantic import JsonValue

from atelier.completeness import NOTES, WORDS, seal
from atelier.differences import Change, changes
from atelier.dossier import By, Complement, Dossier, Person
from atelier.fiche import item
from atelier.forms import Courrier, ReponseComplement, StepForm
from atelier.grammar import Outcome
from atelier.labels import AD1
from atelier.words import Reference, Refused, Role, fr
from chat.cards import File
from chat.talk import Answer, Attached, Said
from chat.text import Text, joined, raw, tr
from handlers import names, notices, questions
from handlers.cards import review_key
from handlers.filing import store
from handlers.here import Here, answer, say

BEARERS = (Role.SVC, Role.COLL)
CAPACITIES = (Role.SVC, Role.SVC_SIGN, Role.COLL, Role.COLL_SIGN, Role.DREAL, Role.CAUE, Role.MAND)
"""In which capacity somebody writes to AD1: their first one. What a groupement only asked writes stays with AD1."""
NOTE, REPLY = "note interne", "réponse au fil"


def addressed(here: Here, dossier: Dossier, form: StepForm) -> tuple[Person, ...]:
    """Who « Écrire au service » writes to."""
    roles = BEARERS if _letter(form).destinataires == "service_collectivite" else (Role.SVC,)
    return tuple(p for p in here.unit.people.holding(roles, dossier) if p.id != here.person.id)


def letter(here: Here, dossier: Dossier, form: StepForm) -> Text:
    """What each of them reads."""
    by = names.who_is(here.person, _ad1_role(here, dossier))
    return tr("{who} vous écrit au sujet de {ref} : « {text} » — répondez dans ce fil.",
              who=by, ref=dossier.ref, text=raw(_letter(form).texte))  # fmt: skip


def written(here: Here, dossier: Dossier, form: StepForm) -> None:
    """« Écrire au service »: to each bearer it is addressed to, and noted in the review thread, with who was not reached."""
    people = addressed(here, dossier, form)
    reached = [p for p in people if here.unit.people.direct(p.id) is not None]
    for person in reached:
        notices.to_person(here, dossier, person, letter(here, dossier, form))
    by = names.who_is(here.person, _ad1_role(here, dossier))
    told = joined((raw(p.name) for p in reached), ", ") if reached else tr("personne")
    notices.in_review(
        here, dossier, tr("{who} a écrit à {told} : « {text} »", who=by, told=told, text=raw(_letter(form).texte))
    )
    missed = [p for p in people if p not in reached]
    if missed or not people:
        listed = joined((raw(p.name) for p in missed), ", ") if missed else tr("aucun destinataire dans l'annuaire")
        notices.in_review(
            here, dossier, tr("Pas de compte, donc pas de message : {names}. Prévenez autrement.", names=listed)
        )


def _letter(form: StepForm) -> Courrier:
    if not isinstance(form, Courrier):
        msg = f"Courrier expected, {type(form).__name__} given"
        raise TypeError(msg)
    return form


def _ad1_role(here: Here, dossier: Dossier) -> Role:
    return next((r for r in (Role.AD1I, Role.AD1V, Role.AD1B) if r in dossier.roles_of(here.person)), Role.AD1I)


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
    if dossier.roles_of(here.person) & AD1:
        return _noted(here, dossier, event)
    return _carried(here, dossier, event)


def _note(here: Here, dossier: Dossier, event: Said | Attached) -> Answer:
    """What is written in the review thread stays inside AD1; the journal keeps it. Raises Refused for anybody else."""
    if not dossier.roles_of(here.person) & AD1:
        raise Refused(
            fr("Ce fil est celui du bureau AD1 : écrivez-lui dans le fil de la demande, dans notre conversation.")
        )
    _keep(here, dossier, NOTE, event, _ad1_role(here, dossier))
    return answer(here)


def _noted(here: Here, dossier: Dossier, event: Said | Attached) -> Answer:
    """AD1's own words under their card of a request, which one of them handed over: a note as well, put in the review thread."""
    files = _files(here, event)
    role = _ad1_role(here, dossier)
    _keep(here, dossier, NOTE, event, role)
    by = names.who_is(here.person, role)
    notices.in_review(here, dossier, tr("{who} note : « {text} »", who=by, text=_spoken(event)), files)
    return say(
        here, tr("Gardé comme note interne, dans le fil du bureau AD1 seul. « Écrire au service » écrit au service.")
    )


def _files(here: Here, event: Said | Attached) -> tuple[File, ...]:
    return tuple(store(here, upload)[0] for upload in event.files) if isinstance(event, Attached) else ()


def _spoken(event: Said | Attached) -> Text:
    return raw(event.text) if event.text.strip() else tr("(fichier)")


def _carried(here: Here, dossier: Dossier, event: Said | Attached) -> Answer:
    """A bearer's answer: to the review thread, and to the service when somebody else than the service wrote."""
    if dossier.transmitted is None:
        return say(here, tr("La DGALN n'a pas encore reçu cette demande : transmettez-la d'abord."))
    role = _bearer_role(dossier, here.person)
    files = _files(here, event)
    asked = role is Role.MAND and (dossier.mission is None or dossier.mission.designated is None)
    _keep(here, dossier, NOTE if asked else REPLY, event, role)
    by = names.who_is(here.person, role)
    words = _spoken(event)
    notices.in_review(here, dossier, tr("{who} répond : « {text} »", who=by, text=words), files)
    for person in here.unit.people.holding((Role.SVC,), dossier) if not asked else ():
        if person.id != here.person.id:
            notices.to_person(
                here, dossier, person, tr("{who} a écrit à la DGALN : « {text} »", who=by, text=words), files
            )
    return answer(here)


def _bearer_role(dossier: Dossier, person: Person) -> Role:
    held = dossier.roles_of(person)
    return next((r for r in CAPACITIES if r in held), Role.COLL)


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
    sealed = seal(dossier, field)
    if sealed == before:
        return tr("{field} : inchangé", field=name)
    notes = [n for n in _notes(sealed) if n not in _notes(before)]
    before, after = _words(before), _words(sealed)
    if notes:
        files = tr("{field} : nouveau fichier « {file} »", field=name, file=raw(" », « ".join(notes)))
        return files if before == after else joined((files, _changed(name, field, before, after)))
    return _changed(name, field, before, after)


def _words(sealed: JsonValue) -> JsonValue:
    """The answer itself, of what was sealed with its notes."""
    return sealed[WORDS] if isinstance(sealed, dict) and NOTES in sealed else sealed


def _notes(sealed: JsonValue) -> list[str]:
    """The names of the notes sealed with an answer."""
    kept = sealed.get(NOTES) if isinstance(sealed, dict) else None
    return [str(note[0]) for note in kept if isinstance(note, list)] if isinstance(kept, list) else []


def _changed(name: Text, field: str, before: JsonValue, after: JsonValue) -> Text:
    words = changes(before, after) if isinstance(before, str) and isinstance(after, str) else None
    if words:
        return tr("{field} : {changes}", field=name, changes=joined(map(_change, words)))
    return tr(
        "{field} : « {before} » devient « {after} »", field=name, before=_told(field, before), after=_told(field, after)
    )


def _change(change: Change) -> Text:
    if not change.gone:
        return tr("ajouté **« {new} »**", new=raw(change.new))
    if not change.new:
        return tr("retiré « {gone} »", gone=raw(change.gone))
    return tr("« {gone} » remplacé par **« {new} »**", gone=raw(change.gone), new=raw(change.new))


def _told(field: str, value: JsonValue) -> Text:
    if value is None:
        return tr("(vide)")
    return questions.worded(item(field), value)
