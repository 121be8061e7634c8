"""A letter described: once its file is there, what is to be known of it is asked one thing at a time."""

from __future__ import annotations

from datetime import date

from atelier import editing
from atelier.calendar import local_day
from atelier.dates import parse_day
from atelier.dossier import By, Dossier, Piece
from atelier.fiche import Item
from atelier.labels import ORIGINES
from atelier.spelling import key
from atelier.words import Labels, Refused, fr
from chat.cards import Message
from chat.talk import Answer, Upload
from chat.text import Text, raw, tr
from handlers import flow, keeping, questions, talks
from handlers.filing import store
from handlers.here import Here, answer, said
from handlers.talks import STAGES, Draft, Talk

SHORTEST, LONGEST = 2, 120


def received(here: Here, upload: Upload) -> Draft:
    """A file that has just come: checked, kept, and described by nothing but itself. Raises Refused for one that does not fit."""
    file, checked = store(here, upload)
    return Draft(file=file.id, name=file.name, mime=file.mime, size=file.size, sha256=checked.sha256)


def describe(here: Here, dossier: Dossier, talk: Talk, draft: Draft) -> Answer:
    """The file is there: ask what is to be known of it, one thing at a time."""
    kept = talks.keep(here, talk.model_copy(update={"draft": draft, "stage": STAGES[0], "typed": ""}))
    keeping.send(here, questions.asked(here, dossier, kept), dossier.ref)
    return answer(here)


def described(here: Here, dossier: Dossier, talk: Talk, typed: str) -> Answer:
    """One thing said of a letter: checked, then the next is asked; after the last the letter is in its place."""
    question = talk.question
    if question is None or talk.draft is None:
        raise Refused(fr("Déposez d'abord le fichier dans cette conversation."))
    try:
        value = _checked(here, dossier, talk.stage, typed.strip())
    except Refused as refused:
        waiting = talks.keep(here, talk.model_copy(update={"typed": typed}))
        keeping.send(here, questions.asked(here, dossier, waiting, said(refused)), dossier.ref)
        return answer(here)
    if talk.stage == STAGES[-1]:
        return _placed(here, dossier, talk, question, value)
    draft = talk.draft.model_copy(update={talk.stage: value})
    after = STAGES[STAGES.index(talk.stage) + 1]
    kept = talks.keep(here, talk.model_copy(update={"draft": draft, "stage": after, "typed": ""}))
    keeping.send(here, questions.asked(here, dossier, kept), dossier.ref)
    return answer(here)


def back(here: Here, dossier: Dossier, talk: Talk) -> Answer:
    """What was said last of a letter is asked again; before anything was said of it, its file is."""
    at = STAGES.index(talk.stage)
    if at:
        before = talks.keep(here, talk.model_copy(update={"stage": STAGES[at - 1], "typed": ""}))
        keeping.send(here, questions.asked(here, dossier, before), dossier.ref)
    elif talk.question is not None and talk.draft is not None:
        without = talk.model_copy(update={"stage": "", "draft": None, "typed": ""})
        flow.ask(here, dossier, without, talk.question, dropped(talk.draft))
    return answer(here)


def dropped(draft: Draft) -> Text:
    """What is said of a file that was received, and whose description is given up."""
    return tr("« {file} » n'est pas gardé : pour le joindre, déposez-le de nouveau.", file=raw(draft.name))


def _checked(here: Here, dossier: Dossier, stage: str, typed: str) -> str:
    if stage == "signed_on":
        return _signed_on(typed, local_day(here.now, dossier.departement)).isoformat()
    if stage == "origin":
        return _origin(typed)
    if not SHORTEST <= len(typed) <= LONGEST:
        raise Refused(fr("Écrivez entre {least} et {most} caractères."), least=SHORTEST, most=LONGEST)
    return typed


def _signed_on(typed: str, today: date) -> date:
    day = parse_day(typed, today)
    if day > today:
        raise Refused(fr("Ce courrier serait daté du {day}, qui n'est pas encore venu. Vérifiez la date."), day=day)
    return day


def _origin(typed: str) -> str:
    known = {key(name): code for code, label in ORIGINES.items() for name in (code, label)}
    numbered = {str(n): code for n, code in enumerate(ORIGINES, start=1)}
    found = numbered.get(typed) or known.get(key(typed))
    if found is None:
        raise Refused(
            fr("« {given} » n'est pas dans la liste. Choisissez parmi : {listed}."),
            given=typed[:80],
            listed=Labels(ORIGINES.values()),
        )
    return found


def _placed(here: Here, dossier: Dossier, talk: Talk, question: Item, origin: str) -> Answer:
    draft = talk.draft
    if draft is None:
        raise Refused(fr("Déposez d'abord le fichier dans cette conversation."))
    role = editing.may_write(dossier, here.person, question)
    piece = piece_of(question.name, draft, By(person=here.person.id, role=role, at=here.now)).model_copy(
        update={"signed_on": date.fromisoformat(draft.signed_on), "origin": origin}
    )
    moved = keeping.deposit(here, dossier, question, piece)
    text = tr("✓ {short} : « {file} » est enregistré.", short=tr(question.asked.short), file=draft.name)
    keeping.send(here, Message(text=text), dossier.ref)
    flow.ask_next(here, moved, talk.model_copy(update={"stage": "", "draft": None, "typed": ""}))
    return answer(here)


def piece_of(kind: str, draft: Draft, by: By) -> Piece:
    """What the dossier keeps of a file: an answer to a question, or a kind of deposit."""
    return Piece(
        id=draft.file, kind=kind, file=draft.file, name=draft.name, mime=draft.mime, size=draft.size,
        sha256=draft.sha256, signatory=draft.signatory, quality=draft.quality, by=by,
    )  # fmt: skip
