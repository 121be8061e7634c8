"""How the conversation goes on: which question comes next, how it is asked, what an answer to it does."""

from __future__ import annotations

from atelier import answers, editing
from atelier.calendar import local_day
from atelier.dossier import Dossier
from atelier.fiche import Item
from atelier.spelling import key
from atelier.words import Reference, Refused, fr
from chat.cards import Message
from chat.talk import Answer
from chat.text import Text, tr
from handlers import keeping, questions, summary, talks
from handlers.here import Here, answer, said, say
from handlers.talks import Talk


def resume(here: Here, ref: str = "") -> Answer:
    """« reprendre REF »: the conversation goes on at the first question left to this person."""
    dossier = here.unit.dossiers.seen_by(here.person, Reference(ref)) if ref else only_draft(here)
    editing.writing_role(dossier, here.person)
    ask_next(here, dossier, Talk(ref=dossier.ref))
    return answer(here) if here.event.direct else say(here, tr("La suite est dans notre conversation directe."))


def only_draft(here: Here) -> Dossier:
    """The one request this person may fill now. Raises Refused when there is none, or several."""
    drafts = [d for d in here.unit.dossiers.list_for(here.person, limit=200) if d.state in editing.OPEN]
    mine = [d for d in drafts if d.roles_of(here.person) & set(editing.WRITERS)]
    if not mine:
        raise Refused(fr("Vous n'avez pas de demande à compléter. « /atelier demande » en ouvre une."))
    if len(mine) > 1:
        refs = ", ".join(d.ref for d in mine[:5])
        raise Refused(fr("Laquelle reprendre ? Écrivez « /atelier reprendre REF » avec l'une de : {refs}."), refs=refs)
    return mine[0]


def ask_next(here: Here, dossier: Dossier, talk: Talk) -> None:
    """Ask the first question left to this person; the summary when none is."""
    editing.writing_role(dossier, here.person)
    left = [q for q in editing.left_to(dossier, here.person) if q.name not in talk.skipped]
    if left and not talk.once:
        ask(here, dossier, talk, left[0])
        return
    talks.keep(here, Talk(ref=dossier.ref))
    done = summary.short(here, dossier, talk.item) if talk.once else summary.message(here, dossier)
    keeping.send(here, done, dossier.ref)


def ask(here: Here, dossier: Dossier, talk: Talk, question: Item, problem: Text | None = None) -> None:
    """Ask one question, and remember that it was."""
    present = dossier.answers.get(question.name)
    again = talk.item == question.name
    path = talk.path if again or not talk.item else (*talk.path, talk.item)
    kept = talk.model_copy(
        update={"item": question.name, "path": path, "version": present.version if present else 0}
        | ({} if again else {"chosen": chosen_before(question, dossier), "typed": "", "stage": "", "draft": None})
    )
    talks.keep(here, kept)
    keeping.send(here, questions.asked(here, dossier, kept, problem), dossier.ref)


def chosen_before(question: Item, dossier: Dossier) -> tuple[str, ...]:
    """The lines already kept of a question that takes several."""
    kept = answers.retyped(question, dossier.value(question.name)) if question.asked.kind == "choices" else ()
    return tuple(c for c in kept if c != answers.OTHER) if isinstance(kept, tuple) else ()


def give(here: Here, dossier: Dossier, talk: Talk, question: Item, typed: str) -> Answer:
    """An answer to the question asked: kept, corrected, or put beside another co-writer's."""
    if talk.chosen and key(typed).startswith(answers.OTHER):
        typed = "; ".join((*talk.chosen, typed))  # « autre : … » adds to what is ticked
    waiting = talk.model_copy(update={"typed": typed})
    try:
        editing.may_write(dossier, here.person, question)
    except Refused as refused:
        talks.end(here)  # asked before the request went on: asking again would answer whatever is typed next
        return say(here, said(refused))
    try:
        value = answers.read(question, typed, around(here, dossier))
    except answers.Homonyms as found:
        talks.keep(here, waiting)
        keeping.send(here, questions.homonyms(here, dossier, waiting, found, said(found)), dossier.ref)
        return answer(here)
    except Refused as refused:
        ask(here, dossier, waiting, question, said(refused))
        return answer(here)
    if _crossed(here, dossier, talk, question):
        talks.keep(here, waiting)
        keeping.send(here, questions.conflict(here, dossier, question, typed), dossier.ref)
        return answer(here)
    settle(here, keeping.answer(here, dossier, question, value), talk, question)
    return answer(here)


def _crossed(here: Here, dossier: Dossier, talk: Talk, question: Item) -> bool:
    """True when somebody else answered since the question was asked."""
    present = dossier.answers.get(question.name)
    return present is not None and present.version != talk.version and present.by.person != here.person.id


def settle(here: Here, dossier: Dossier, talk: Talk, question: Item) -> None:
    """Warn of what deserves it, then go on."""
    if question.name == "territoire":
        for warning in (keeping.twins(here, dossier), keeping.elsewhere(here, dossier)):
            if warning is not None:
                keeping.send(here, Message(text=warning), dossier.ref)
    ask_next(here, dossier, talk.model_copy(update={"typed": "", "chosen": ()}))


def around(here: Here, dossier: Dossier) -> answers.Around:
    """What reading an answer needs: the official list, the request's département, today there."""
    return answers.Around(here.config.territories, dossier.departement, local_day(here.now, dossier.departement))
