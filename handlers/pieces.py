"""Files dropped in the conversation: checked by their content, kept, described, and put in their place."""

from __future__ import annotations

from datetime import date

from atelier import editing
from atelier.calendar import local_day
from atelier.dates import parse_day
from atelier.decide import step_of
from atelier.deposits import Deposit, deposit_of, deposits
from atelier.dossier import By, Dossier, Piece
from atelier.fiche import Item, items
from atelier.labels import ORIGINES
from atelier.spelling import key
from atelier.words import Labels, Reference, Refused, fr
from chat.cards import Address, Card, Message, Token
from chat.talk import Answer, Attached, Upload
from chat.text import tr
from handlers import cards, flow, keeping, names, questions, talks
from handlers.filing import store
from handlers.here import Here, answer, said
from handlers.talks import STAGES, Draft, Talk

NOTES = "ressources"
"""The field whose answer may come with files: notes de contexte (circulaire §6)."""
SHORTEST, LONGEST = 2, 120
OFFERED = 5


def attached(here: Here, event: Attached) -> Answer:
    """Files dropped outside any request's thread: they answer the question asked, or are asked about."""
    talk = talks.current(here)
    question = talk.question if talk else None
    if talk is not None and question is not None and question.name == NOTES:
        return _notes(here, talks.dossier_of(here, talk), talk, question, event)
    if len(event.files) > 1:
        raise Refused(
            fr("Déposez un seul fichier à la fois, pour que je sache lequel est lequel. Aucun n'a été gardé.")
        )
    if not event.files:
        raise Refused(fr("Je n'ai reçu aucun fichier : déposez-le de nouveau."))
    upload = event.files[0]
    if talk is not None and question is not None and question.is_piece:
        dossier = talks.dossier_of(here, talk)
        editing.may_write(dossier, here.person, question)
        return _describe(here, dossier, talk, _draft(here, upload))
    return _which(here, upload)


def _draft(here: Here, upload: Upload) -> Draft:
    file, checked = store(here, upload)
    return Draft(file=file.id, name=file.name, mime=file.mime, size=file.size, sha256=checked.sha256)


def _describe(here: Here, dossier: Dossier, talk: Talk, draft: Draft) -> Answer:
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
    piece = _piece(question, draft, By(person=here.person.id, role=role, at=here.now)).model_copy(
        update={"signed_on": date.fromisoformat(draft.signed_on), "origin": origin}
    )
    moved = keeping.deposit(here, dossier, question, piece)
    text = tr("✓ {short} : « {file} » est enregistré.", short=tr(question.asked.short), file=draft.name)
    keeping.send(here, Message(text=text), dossier.ref)
    flow.ask_next(here, moved, talk.model_copy(update={"stage": "", "draft": None, "typed": ""}))
    return answer(here)


def _piece(question: Item, draft: Draft, by: By) -> Piece:
    return Piece(
        id=draft.file, kind=question.name, file=draft.file, name=draft.name, mime=draft.mime, size=draft.size,
        sha256=draft.sha256, signatory=draft.signatory, quality=draft.quality, by=by,
    )  # fmt: skip


def _notes(here: Here, dossier: Dossier, talk: Talk, question: Item, event: Attached) -> Answer:
    """Notes de contexte: as many as wanted, with or without words; the question stays open for more."""
    role = editing.may_write(dossier, here.person, question)
    by = By(person=here.person.id, role=role, at=here.now)
    drafts = [_draft(here, upload) for upload in event.files]
    for draft in drafts:
        dossier = keeping.deposit(here, dossier, question, _piece(question, draft, by))
    names_ = ", ".join(d.name for d in drafts)
    keeping.send(here, Message(text=tr("✓ Gardé : {names}.", names=names_)), dossier.ref)
    if event.text.strip():
        return flow.give(here, dossier, talk, question, event.text)
    flow.ask(here, dossier, talk, question)
    return answer(here)


def _which(here: Here, upload: Upload) -> Answer:
    """No question waits for a file: it is kept, and the person says which piece of which request it is."""
    offers = [
        (d, q)
        for d in _writable(here)
        for q in items()
        if q.is_piece or q.name == NOTES
        if editing.can_write(d, here.person, q)
    ]
    awaited = [(d, w) for d in mine(here) for w in deposits(d, here.person)]
    if not offers and not awaited:
        raise Refused(
            fr("Je n'attends pas de fichier de votre part : ouvrez d'abord une demande avec « /atelier demande ».")
        )
    draft = _draft(here, upload)
    ref = (awaited or offers)[0][0].ref
    here.unit.conversations.keep(_unsorted(here, draft.file), draft.model_dump(mode="json"))
    kinds = [(d.ref, w.kind, w.label) for d, w in awaited] + [(d.ref, q.name, q.asked.short) for d, q in offers]
    buttons = tuple(
        questions.button(
            tr("{short} de {ref}", short=tr(label), ref=ref),
            questions.personal(here, questions.FILE, ref, f"{kind}={draft.file}"),
        )
        for ref, kind, label in kinds[: OFFERED * 3]
    )
    text = tr("« {file} » est bien reçu. De quelle pièce s'agit-il ?", file=draft.name)
    keeping.send(here, Message(text=text, card=Card(title=tr("Une pièce à ranger"), buttons=buttons)), ref)
    return answer(here)


def _unsorted(here: Here, file: str) -> Address:
    """Where a file waits to be sorted: beside the conversation, which goes on."""
    return Address(platform="fichier", id=f"{here.person.id}:{file}")


def mine(here: Here) -> list[Dossier]:
    """The requests and ateliers of this person, the last moved first."""
    return here.unit.dossiers.list_for(here.person, limit=50)


def _writable(here: Here) -> list[Dossier]:
    return [d for d in mine(here) if any(r in d.roles_of(here.person) for r in editing.WRITERS)][:OFFERED]


def sorted_as(here: Here, token: Token) -> Answer:
    """« C'est le courrier d'engagement de … »: the file kept a moment ago is put there, or described first."""
    name, _, file = token.arg.partition("=")
    if (wanted := deposit_of(name)) is not None:
        return _handed(here, here.unit.dossiers.seen_by(here.person, Reference(token.ref)), wanted, file)
    dossier, question = here.unit.dossiers.seen_by(here.person, Reference(token.ref)), questions.known(name)
    role = editing.may_write(dossier, here.person, question)
    kept = here.unit.conversations.at(_unsorted(here, file))
    if kept is None or not (question.is_piece or name == NOTES):
        raise Refused(fr("Ce fichier est déjà rangé, ou remplacé par un autre : déposez-le de nouveau."))
    here.unit.conversations.end(_unsorted(here, file))
    draft = Draft.model_validate(kept)
    if question.is_piece:
        return _describe(here, dossier, Talk(ref=dossier.ref, item=name, once=True), draft)
    by = By(person=here.person.id, role=role, at=here.now)
    keeping.deposit(here, dossier, question, _piece(question, draft, by))
    text = tr("✓ {short} : « {file} » est enregistré.", short=tr(question.asked.short), file=draft.name)
    keeping.send(here, Message(text=text, card=Card(title=names.subject(dossier))), dossier.ref)
    return answer(here)


def _handed(here: Here, dossier: Dossier, wanted: Deposit, file: str) -> Answer:
    """The file of a note or a deliverable: kept, and its gesture offered. Raises Refused when it is not awaited now."""
    if wanted not in deposits(dossier, here.person):
        raise Refused(fr("Ce fichier n'est pas attendu en ce moment sur {ref}."), ref=dossier.ref)
    draft = _sorted(here, file)
    role = next(r for r in wanted.by if r in dossier.roles_of(here.person))
    by = By(person=here.person.id, role=role, at=here.now)
    piece = Piece(
        id=draft.file, kind=wanted.kind, file=draft.file, name=draft.name, mime=draft.mime, size=draft.size,
        sha256=draft.sha256, by=by,
    )  # fmt: skip
    kept = keeping.handed(here, dossier, piece)
    button = cards.step_button(step_of(wanted.act), kept, first=True)
    text = tr("✓ {short} : « {file} » est enregistré. Il reste à la remettre.", short=tr(wanted.label), file=draft.name)
    card = Card(title=names.subject(kept), buttons=(button,))
    keeping.send(here, Message(text=text, card=card), kept.ref)
    return answer(here)


def _sorted(here: Here, file: str) -> Draft:
    """A file that waited to be put in its place. Raises Refused when it did already."""
    kept = here.unit.conversations.at(_unsorted(here, file))
    if kept is None:
        raise Refused(fr("Ce fichier est déjà rangé, ou remplacé par un autre : déposez-le de nouveau."))
    here.unit.conversations.end(_unsorted(here, file))
    return Draft.model_validate(kept)
