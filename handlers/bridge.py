"""One atelier, several chats: what is said in its channel on one platform is carried once to its channels on the others.

Words never obey anything on the way: they travel as `raw`, which every platform's drawing quiets. AD1's review channel
is no atelier's: nothing of it is ever carried.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from atelier.calendar import zone
from atelier.dossier import By, Dossier, Person
from atelier.labels import ROLES
from atelier.words import Reference, Refused, Role
from chat.cards import Address, File, Message
from chat.talk import Answer, AnyEvent, Attached, Offered, Said, Say
from chat.text import Moment, Text, joined, raw, tr
from handlers.as_typed import COMMAND
from handlers.cards import atelier_key
from handlers.filing import store
from handlers.gathering import INVITED
from handlers.here import Here, answer, platform_name, said
from storage.ateliers import PREFIX
from storage.unit import Unit

CARRIED, DELETED = "message", "message-supprime"
"""What the journal calls it, and that it was deleted where it was said."""
WORDS = 3000
"""Letters in one carried message: each platform shows so many whole; longer words follow in a next one."""
FILES = 10
SOMEBODY, SOMEWHERE = tr("@quelqu'un"), tr("#un-autre-canal")
"""Who and what a message names by an id that means nothing elsewhere. Channels are written in French."""
NAMED = 30
"""So many names are looked for in the directory; the others are nobody's."""
UNHEARD = "non-porte"
REPLACED = "remplace"
"""Where it is kept that a message was corrected, or deleted, before it came."""
SILENT = timedelta(days=1)
"""Somebody who is not heard is told so once a day, not at every word."""


def overheard(unit: Unit, event: AnyEvent) -> bool:
    """True for what is said where nobody listens: in a channel that is bridged to none, in a thread that is no request's.

    Asked before anything is written: it is other people's talk. What was only corrected or deleted is listened to in a
    bridged channel alone: an answer, or a note to AD1, stays what it was.
    """
    if not isinstance(event, Said | Attached | Offered):
        return False
    again = isinstance(event, Said) and (event.corrected or event.deleted)
    if event.direct:
        return again
    if elsewhere(unit, unit.ateliers.known(event.place)):
        return False
    return again or not event.thread or unit.threads.by_post(event.place, event.thread) is None


def carried(here: Here, event: Said | Attached) -> Answer:
    """What somebody says in a channel: carried to the same atelier's channels elsewhere, when there are some.

    Who has no part in the atelier is told that their words stay where they are; a file that is not taken, why.
    """
    place = here.unit.ateliers.known(event.place)
    others = elsewhere(here.unit, place)
    if not others:
        return answer(here)
    dossier = here.unit.dossiers.get(Reference(place.id.removeprefix(PREFIX)))
    if isinstance(event, Said) and event.deleted:
        return _unsaid(here, dossier, event, others)
    role = _role(dossier, here.person)
    if role is None:
        return _unheard(here.unit, event, others, here.person.language, here.now)
    event = _readable(here.unit, event)
    words = "" if _late(here, event) else event.text.strip()
    if words[: len(COMMAND)].casefold() == COMMAND:
        return _told(here, tr("Une commande n'est pas un message : tapez-la seule, ou dans notre conversation."))
    if isinstance(event, Said) and event.corrected and _kept_as(here, dossier, event):
        return answer(here)
    files, refused = _taken(here, event)
    if words or files:
        corrected = isinstance(event, Said) and event.corrected
        messages = _messages(_who(here, dossier, event, role), words, files, corrected=corrected)
        _put(here, dossier, event, messages, others)
        _keep(here, dossier, event, role, files)
    return _told(here, *refused) if refused else answer(here)


def _unsaid(here: Here, dossier: Dossier, event: Said, others: tuple[Address, ...]) -> Answer:
    """That a message was deleted is told where it was carried, once, without saying it again; the journal keeps its words.

    By whom is not told by every platform: its author, or somebody who may delete what others say.
    """
    of = _message(event)
    lines = [x for x in here.unit.journal.of(dossier.ref) if x.what in {CARRIED, DELETED} and x.message == of]
    if not lines:
        here.unit.conversations.keep(_replaced(event), {})
    if not lines or lines[-1].what == DELETED:
        return answer(here)
    role = Role(lines[0].role)
    text = tr(
        "{name} ({role}, sur {platform}) : son message du {moment} a été supprimé.",
        moment=Moment(at=lines[0].at, zone=str(zone(dossier.departement))), **_author(here, event, role),
    )  # fmt: skip
    _put(here, dossier, event, [Message(text=text)], others)
    here.unit.journal.write(
        dossier.ref, what=DELETED, by=By(person=here.person.id, role=role, at=here.now), at=here.now,
        from_state=dossier.state, to_state=dossier.state, message=of,
    )  # fmt: skip
    return answer(here)


def outsider(unit: Unit, event: AnyEvent, now: datetime) -> Answer | None:
    """An unknown account that speaks in a channel whose words are carried: theirs are not, and they are told.

    Returns None anywhere else.
    """
    if not isinstance(event, Said | Attached) or event.direct:
        return None
    if isinstance(event, Said) and event.deleted:
        return Answer(outcome="ignored")
    place = unit.ateliers.known(event.place)
    others = elsewhere(unit, place)
    return _unheard(unit, event, others, "fr", now) if others else None


def elsewhere(unit: Unit, place: Address) -> tuple[Address, ...]:
    """The channels of the same atelier on the other platforms; none for a place that is no atelier's."""
    if not place.id.startswith(PREFIX):
        return ()
    return tuple(p for p in unit.ateliers.of(place.id.removeprefix(PREFIX)) if p.platform != place.platform)


def _role(dossier: Dossier, person: Person) -> Role | None:
    """In which part they speak: of those who are in the channel first."""
    held = dossier.roles_of(person)
    return next((role for role in (*INVITED, *sorted(held)) if role in held), None)


def _unheard(unit: Unit, event: Said | Attached, others: tuple[Address, ...], lang: str, now: datetime) -> Answer:
    """Their words stay here: they are told once a day."""
    ref = others[0].id.removeprefix(PREFIX)
    spoken = Address(platform=UNHEARD, id=f"{event.sender.platform}:{event.sender.id}:{ref}")
    kept = unit.conversations.at(spoken)
    if kept is not None and now < datetime.fromisoformat(kept["told"]) + SILENT:
        return Answer(lang=lang, outcome="refused")
    unit.conversations.keep(spoken, {"told": now.isoformat()})
    text = tr(
        "Vos messages restent ici : vous n'avez pas part à {ref}, je ne les porte donc pas sur {platforms}. Demandez au "
        "service porteur de vous inviter.",
        ref=ref,
        platforms=joined((platform_name(p.platform, unit) for p in others), ", "),
    )
    return Answer(replies=(Say(message=Message(text=text)),), lang=lang, outcome="refused")


def _readable(unit: Unit, event: Said | Attached) -> Said | Attached:
    """The same, in which the platform's own ids became people's names: they mean nothing on another one."""
    words = event.text
    for at, name in enumerate(sorted(event.named, key=len, reverse=True)):
        words = words.replace(name, _called(unit, event, name) if at < NAMED else SOMEBODY.msg)
    return event.model_copy(update={"text": words})


def _called(unit: Unit, event: Said | Attached, name: str) -> str:
    if not name.startswith("@"):
        return SOMEWHERE.msg
    known = unit.people.behind(Address(platform=event.place.platform, id=name[1:]))
    return f"@{known.name}" if known else SOMEBODY.msg


def _told(here: Here, *texts: Text) -> Answer:
    return answer(here, Say(message=Message(text=joined(texts, " "))))


def _taken(here: Here, event: Said | Attached) -> tuple[tuple[File, ...], list[Text]]:
    """The files kept, each once whatever the number of platforms; and why the others are not carried."""
    uploads = event.files if isinstance(event, Attached) else ()
    files: list[File] = []
    refused: list[Text] = []
    for upload in uploads[:FILES]:
        try:
            files.append(store(here, upload)[0])
        except Refused as why:
            name = raw(upload.name[-200:])
            refused.append(tr("« {file} » n'est pas porté ailleurs : {why}", file=name, why=said(why)))
    if len(uploads) > FILES:
        refused.append(tr("Au plus {most} fichiers sont portés à la fois : déposez ensuite les autres.", most=FILES))
    return tuple(files), refused


def _who(here: Here, dossier: Dossier, event: Said | Attached, role: Role) -> Text:
    """Who speaks, in which part, from where."""
    named = _author(here, event, role)
    if event.thread and not _under_card(here, dossier, event):
        return tr("{name} ({role}, sur {platform}, dans un fil)", **named)
    return tr("{name} ({role}, sur {platform})", **named)


def _author(here: Here, event: Said | Attached, role: Role) -> dict[str, Text]:
    return {
        "name": raw(here.person.name),
        "role": tr(ROLES[role]),
        "platform": platform_name(event.place.platform, here.unit),
    }


def _messages(who: Text, words: str, files: tuple[File, ...], *, corrected: bool) -> list[Message]:
    """What is posted elsewhere, in order; the files go with the last words. A correction says that it is one."""
    if not words:
        listed = raw(" », « ".join(file.name for file in files))
        return [Message(text=tr("{who} dépose « {files} »", who=who, files=listed), files=files)]
    first, *more = _pieces(words)
    begin = tr("{who} corrige : « {text} »", who=who, text=raw(first))
    texts = [begin if corrected else tr("{who} : « {text} »", who=who, text=raw(first))]
    texts += [tr("{who}, suite : « {text} »", who=who, text=raw(piece)) for piece in more]
    return [Message(text=text, files=files if text is texts[-1] else ()) for text in texts]


def _pieces(words: str) -> list[str]:
    """The words whole when they are short; else cut at a line, a space, or where they must be."""
    found: list[str] = []
    while len(words) > WORDS:
        cut = next((at for mark in "\n " if (at := words.rfind(mark, WORDS // 2, WORDS)) > 0), WORDS)
        found.append(words[:cut].rstrip())
        words = words[cut:].lstrip()
    return [*found, words]


def _put(
    here: Here, dossier: Dossier, event: Said | Attached, messages: list[Message], others: tuple[Address, ...]
) -> None:
    """In each channel elsewhere, in order; words under the atelier's card go under its copy there."""
    thread = atelier_key(dossier.ref) if _under_card(here, dossier, event) else ""
    for place in others:
        for message in messages:
            here.unit.outbox.put(place, message, thread=thread, ref=dossier.ref, due=here.now)


def _under_card(here: Here, dossier: Dossier, event: Said | Attached) -> bool:
    if not event.thread:
        return False
    thread = here.unit.threads.by_post(here.unit.ateliers.known(event.place), event.thread)
    return thread is not None and thread.key == atelier_key(dossier.ref)


def _kept_as(here: Here, dossier: Dossier, event: Said) -> bool:
    """Whether these very words were carried already: said and changed while we were away, they came as they are now."""
    of = _message(event)
    told = [line.text for line in here.unit.journal.of(dossier.ref) if line.what == CARRIED and line.message == of]
    if not told:
        here.unit.conversations.keep(_replaced(event), {})
    return told[-1:] == [event.text]


def _late(here: Here, event: Said | Attached) -> bool:
    """Whether a message comes after what was made of it since: a platform sends again, later, what was not taken at once.

    Its words were replaced, or deleted: they are not said last. Its files were not told otherwise.
    """
    if isinstance(event, Said) and event.corrected:
        return False
    mark = _replaced(event)
    late = here.unit.conversations.at(mark) is not None
    if late:
        here.unit.conversations.end(mark)
    return late


def _replaced(event: Said | Attached) -> Address:
    return Address(platform=REPLACED, id=f"{event.place.platform}:{_message(event)}")


def _message(event: Said | Attached) -> str:
    return f"{event.place.id}/{event.post}"


def _keep(here: Here, dossier: Dossier, event: Said | Attached, role: Role, files: tuple[File, ...]) -> None:
    here.unit.journal.write(
        dossier.ref, what=CARRIED, by=By(person=here.person.id, role=role, at=here.now), at=here.now,
        from_state=dossier.state, to_state=dossier.state, text=event.text,
        details={"fichiers": [file.name for file in files]}, message=_message(event),
    )  # fmt: skip
