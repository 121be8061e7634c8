"""« De quelle pièce s'agit-il ? »: a file that no question waited for is put in its place, by a button or by its number."""

from __future__ import annotations

from types import MappingProxyType

from atelier import editing
from atelier.decide import step_of
from atelier.deposits import Deposit, deposit_of, deposits
from atelier.dossier import By, Dossier
from atelier.fiche import items
from atelier.labels import STATES
from atelier.spelling import key
from atelier.words import Labels, Reference, Refused, fr
from chat.cards import Button, Card, Message, Token
from chat.talk import Answer
from chat.text import raw, tr
from handlers import behalf, cards, keeping, names, questions, unsorted
from handlers.describing import describe, piece_of
from handlers.here import Here, answer
from handlers.talks import Draft, Talk
from handlers.unsorted import Waiting

ACT = "ranger"
NOTES = "ressources"
"""The field whose answer may come with files: notes de contexte (circulaire §6)."""
OFFERED = 5
WORDS: MappingProxyType[str, str] = MappingProxyType(
    {
        "courrier_engagement": "engagement", "courrier_soutien": "soutien", NOTES: "contexte", "note_appropriation": "note",
        "livrable": "livrable",
    }
)  # fmt: skip
"""What each kind of file is called in a command."""
GONE = fr("Ce fichier est déjà rangé, ou remplacé par un autre : déposez-le de nouveau.")


def which(here: Here, draft: Draft) -> Answer:
    """No question waits for this file: it is kept, and the person says which piece of which request it is.

    Raises Refused when nothing is awaited from them; the file is not kept then.
    """
    offers = _offers(here)
    if not offers:
        raise Refused(
            fr("Je n'attends pas de fichier de votre part en ce moment. « /atelier » montre ce qui vous attend.")
        )
    one = unsorted.keep(here, draft)
    buttons = tuple(_button(here, ref, kind, label, one) for ref, kind, label in offers[: OFFERED * 3])
    ref, kind, _ = offers[0]
    text = tr("« {file} » est bien reçu. De quelle pièce s'agit-il ?", file=raw(draft.name))
    hint = tr(
        "Par texte : « /atelier ranger {ref} {number} {word} ».", ref=ref, number=one.number, word=WORDS.get(kind, kind)
    )
    card = Card(title=tr("Une pièce à ranger"), paragraphs=(hint,), buttons=buttons)
    keeping.send(here, Message(text=text, card=card), Reference(ref))
    return answer(here)


def _offers(here: Here) -> list[tuple[Reference, str, str]]:
    """What this person may drop now: the request, the kind of file, its name; what an atelier awaits comes first."""
    mine = here.unit.dossiers.list_for(here.person, limit=50)
    awaited = [(d.ref, w.kind, w.label) for d in mine for w in deposits(d, here.person)]
    writable = [d for d in mine if any(r in d.roles_of(here.person) for r in editing.WRITERS)][:OFFERED]
    asked = [q for q in items() if q.is_piece or q.name == NOTES]
    return awaited + [
        (d.ref, q.name, q.asked.short) for d in writable for q in asked if editing.can_write(d, here.person, q)
    ]


def _button(here: Here, ref: Reference, kind: str, label: str, one: Waiting) -> Button:
    token = questions.personal(here, questions.FILE, ref, f"{kind}={one.file}")
    command = f"/atelier {ACT} {ref} {one.number} {WORDS.get(kind, kind)}"
    return Button(label=tr("{short} de {ref}", short=tr(label), ref=ref), token=token, command=command)


def typed(here: Here, dossier: Dossier, words: str) -> Answer:
    """« ranger REF 1 note », or « ranger REF esquisse.pdf livrable ». Raises Refused with the files that wait."""
    file, _, kind = words.strip().rpartition(" ")
    name = next((code for code, word in WORDS.items() if key(kind) in {key(code), word}), "")
    found = unsorted.named(here, file.strip()) if file.strip() else []
    if len(found) != 1 or not name:
        raise _asked_again(here, dossier)
    return sorted_as(here, questions.personal(here, questions.FILE, dossier.ref, f"{name}={found[0].file}"))


def is_one(words: str) -> bool:
    """True for « 1 note »: a file's number and a kind of file, whatever the verb before it says elsewhere."""
    number, _, kind = words.strip().partition(" ")
    return number.isdecimal() and key(kind) in {*WORDS.values(), *map(key, WORDS)}


def _asked_again(here: Here, dossier: Dossier) -> Refused:
    files = unsorted.waiting(here)
    if not files:
        return Refused(fr("Aucun fichier n'attend d'être rangé : déposez-le d'abord dans notre conversation."))
    return Refused(
        fr(
            "Écrivez le numéro du fichier, puis ce qu'il est ({kinds}) : « /atelier ranger {ref} {first} note ». "
            "Fichiers à ranger : {listed}."
        ),
        kinds=", ".join(WORDS.values()), ref=dossier.ref, first=files[-1].number,
        listed=" ; ".join(f"{one.number} « {one.name} »" for one in files),
    )  # fmt: skip


def sorted_as(here: Here, token: Token) -> Answer:
    """« C'est le courrier d'engagement de … »: the file kept a moment ago is put there, or described first."""
    name, _, file = token.arg.partition("=")
    if (wanted := deposit_of(name)) is not None:
        return _handed(here, here.unit.dossiers.seen_by(here.person, Reference(token.ref)), wanted, file)
    dossier, question = here.unit.dossiers.seen_by(here.person, Reference(token.ref)), questions.known(name)
    role = editing.may_write(dossier, here.person, question)
    draft = unsorted.take(here, file) if question.is_piece or name == NOTES else None
    if draft is None:
        raise Refused(GONE)
    if question.is_piece:
        return describe(here, dossier, Talk(ref=dossier.ref, item=name, once=True), draft)
    by = By(person=here.person.id, role=role, at=here.now)
    keeping.deposit(here, dossier, question, piece_of(name, draft, by))
    text = tr("✓ {short} : « {file} » est enregistré.", short=tr(question.asked.short), file=draft.name)
    keeping.send(here, Message(text=text, card=Card(title=names.subject(dossier))), dossier.ref)
    return answer(here)


def _handed(here: Here, dossier: Dossier, wanted: Deposit, file: str) -> Answer:
    """The file of a note or a deliverable: kept, and its gesture offered. Raises Refused when it is not awaited now."""
    if wanted not in deposits(dossier, here.person):
        raise Refused(
            fr(
                "{label} : {ref} n'attend pas ce fichier en ce moment, il en est à « {state} ». « /atelier voir {ref} » montre "
                "ce qui est attendu ; votre fichier reste à ranger."
            ),
            label=Labels((wanted.label,)), ref=dossier.ref, state=Labels((STATES[dossier.state],)),
        )  # fmt: skip
    draft = unsorted.take(here, file)
    if draft is None:
        raise Refused(GONE)
    role = next(r for r in wanted.by if r in dossier.roles_of(here.person))
    by = By(person=here.person.id, role=role, at=here.now)
    kept = keeping.handed(here, dossier, piece_of(wanted.kind, draft, by))
    text = tr(
        "✓ {short} : « {file} » est enregistré. Il reste à remettre cette pièce.",
        short=tr(wanted.label),
        file=draft.name,
    )
    card = Card(title=names.subject(kept), buttons=(_handing(here, kept, wanted),))
    keeping.send(here, Message(text=text, card=card), kept.ref)
    return answer(here)


def _handing(here: Here, dossier: Dossier, wanted: Deposit) -> Button:
    """The gesture that hands it in; for who may not, the same recorded for whoever does."""
    step = step_of(wanted.act)
    if dossier.roles_of(here.person) & set(step.by):
        return cards.step_button(step, dossier, first=True)
    return behalf.button(dossier, step)
