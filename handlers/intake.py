"""The conversation that fills the fiche: one question at a time, every answer kept at once, for several people."""

from __future__ import annotations

from atelier import answers, editing
from atelier.completeness import is_answered
from atelier.dossier import Dossier, Person
from atelier.fiche import item
from atelier.spelling import key
from atelier.words import Reference, Refused, Role, fr
from chat.cards import Card, Message, Token
from chat.talk import Answer, Ask, Said, Show
from chat.text import tr
from handlers import describing, flow, keeping, names, notices, questions, sorting, summary, talks, wholeform
from handlers.here import Here, answer, say
from handlers.talks import Talk

ACTS = frozenset(
    {
        questions.ANSWER, questions.PICK, questions.BACK, questions.SKIP, questions.PAUSE, questions.WHOLE,
        questions.SUMMARY, questions.EDIT, questions.REPLACE, questions.KEEP, questions.RESUME, questions.FILE,
    }
)  # fmt: skip
WORDS = {
    "retour": questions.BACK, "precedent": questions.BACK, "back": questions.BACK,
    "passer": questions.SKIP, "skip": questions.SKIP,
    "plus tard": questions.PAUSE, "pause": questions.PAUSE, "reprendre plus tard": questions.PAUSE, "later": questions.PAUSE,
    "tout": questions.WHOLE, "tout remplir": questions.WHOLE, "resume": questions.SUMMARY, "voir le resume": questions.SUMMARY,
    "remplacer": questions.REPLACE, "garder": questions.KEEP, "c est tout": questions.ANSWER,
}  # fmt: skip
"""What may be typed in place of a button, accents and case forgiven."""


def said(here: Here, event: Said) -> Answer | None:
    """Words typed in the direct conversation, while a question is asked; None when none is."""
    talk = talks.current(here)
    if talk is None or talk.question is None:
        return None
    dossier = talks.dossier_of(here, talk)
    act = WORDS.get(key(event.text))
    if act is not None:
        return _way(here, dossier, talk, act)
    if key(event.text) in {"aide", "help"}:
        return say(
            here, tr("Répondez à la question, ou tapez « retour », « passer », « plus tard », « résumé » ou « tout ».")
        )
    if talk.stage:
        return describing.described(here, dossier, talk, event.text)
    return flow.give(here, dossier, talk, talk.question, event.text)


def pressed(here: Here, token: Token) -> Answer:
    """A button or a menu of the conversation, or the text command that does the same."""
    dossier = here.unit.dossiers.seen_by(here.person, Reference(token.ref))
    talk = talks.current(here)
    if talk is None or talk.ref != dossier.ref:
        talk = Talk(ref=dossier.ref)
    match token.act:
        case questions.ANSWER | questions.PICK:
            return _chose(here, dossier, talk, token)
        case questions.EDIT:
            return _edit(here, dossier, token.arg)
        case questions.FILE:
            return sorting.sorted_as(here, token)
        case questions.RESUME:
            return flow.resume(here, token.ref)
        case act:
            if act in {questions.BACK, questions.SKIP} and token.arg not in {"", talk.item}:
                return say(here, tr("Cette question est déjà passée ; la suite est plus bas."))
            return _way(here, dossier, talk, act)


def _chose(here: Here, dossier: Dossier, talk: Talk, token: Token) -> Answer:
    """A choice pressed: it answers its own question, even when the conversation has gone on since."""
    asked_of, _, value = token.arg.partition("=")
    name, _, stage = asked_of.partition(".")
    question = questions.known(name)
    here_now = talk.item == name
    if stage or (talk.stage and here_now):
        if not here_now or talk.stage != stage:
            return say(here, tr("Cette question est déjà passée ; la suite est plus bas."))
        return describing.described(here, dossier, talk, value)
    if token.act == questions.PICK:
        return _pick(
            here,
            dossier,
            talk
            if here_now
            else Talk(ref=talk.ref, item=name, once=True, chosen=flow.chosen_before(question, dossier)),
            value,
        )
    typed = ", ".join(talk.chosen) if question.asked.kind == "choices" and not value else value
    if not here_now:
        editing.may_write(dossier, here.person, question)
        moved = keeping.answer(here, dossier, question, answers.read(question, typed, flow.around(here, dossier)))
        return answer(here, Show(message=questions.settled(moved, question)))
    flow.give(here, dossier, talk, question, typed)
    after = here.unit.dossiers.get(dossier.ref)
    settled = after.answers.get(name) != dossier.answers.get(name)
    return answer(here, *([Show(message=questions.settled(after, question))] if settled else []))


def _pick(here: Here, dossier: Dossier, talk: Talk, code: str) -> Answer:
    """One line of a list ticked, or taken away; the question is shown again where it stands."""
    if talk.question is None or code not in dict(talk.question.asked.choices):
        raise Refused(fr("« {given} » n'est pas dans la liste : choisissez une de ses lignes."), given=code[:80])
    editing.may_write(dossier, here.person, talk.question)
    chosen = tuple(c for c in talk.chosen if c != code) if code in talk.chosen else (*talk.chosen, code)
    kept = talks.keep(here, talk.model_copy(update={"chosen": chosen}))
    return answer(here, Show(message=questions.asked(here, dossier, kept)))


def _edit(here: Here, dossier: Dossier, name: str) -> Answer:
    """One answer edited from the summary."""
    question = questions.known(name)
    editing.may_write(dossier, here.person, question)
    flow.ask(here, dossier, Talk(ref=dossier.ref, once=True), question)
    return answer(here)


def _way(here: Here, dossier: Dossier, talk: Talk, act: str) -> Answer:
    """Back, skip, pause, the whole form, the summary, replace or keep."""
    match act:
        case questions.BACK:
            return _back(here, dossier, talk)
        case questions.SKIP:
            return _skip(here, dossier, talk)
        case questions.PAUSE:
            return _pause(here, dossier, talk)
        case questions.WHOLE:
            return answer(here, Ask(form=wholeform.form_for(here, dossier)))
        case questions.REPLACE:
            return _replace(here, dossier, talk)
        case questions.KEEP:
            flow.ask_next(here, dossier, talk.model_copy(update={"typed": ""}))
            return answer(here)
        case questions.ANSWER if talk.question is not None:
            return flow.give(here, dossier, talk, talk.question, ", ".join(talk.chosen))
        case _:
            talks.keep(here, Talk(ref=dossier.ref))
            keeping.send(here, summary.message(here, dossier), dossier.ref)
            return answer(here)


def _back(here: Here, dossier: Dossier, talk: Talk) -> Answer:
    if talk.stage:
        return describing.back(here, dossier, talk)
    if not talk.path:
        return say(here, tr("C'est la première question."))
    question = item(talk.path[-1])
    skipped = tuple(name for name in talk.skipped if name != question.name)
    flow.ask(here, dossier, Talk(ref=talk.ref, path=talk.path[:-1], skipped=skipped), question)
    return answer(here)


def _skip(here: Here, dossier: Dossier, talk: Talk) -> Answer:
    question = talk.question
    if question is None:
        return say(here, tr("Aucune question n'est posée en ce moment."))
    if question.required and not is_answered(dossier, question):
        text = tr(
            "Cette question est obligatoire. « Reprendre plus tard » garde la place, « Voir le résumé » montre le reste."
        )
        flow.ask(here, dossier, talk, question, text)
        return answer(here)
    if talk.draft is not None:
        keeping.send(here, Message(text=describing.dropped(talk.draft)), dossier.ref)
    flow.ask_next(
        here, dossier, talk.model_copy(update={"skipped": (*talk.skipped, question.name), "stage": "", "draft": None})
    )
    return answer(here)


def _pause(here: Here, dossier: Dossier, talk: Talk) -> Answer:
    """The conversation rests; one about another request goes on."""
    if talks.current(here) in {None, talk}:
        talks.end(here)
    if dossier.state not in editing.OPEN:
        return say(
            here, tr("Il n'y a plus rien à répondre sur {ref} : « /atelier voir {ref} » la montre.", ref=dossier.ref)
        )
    button = questions.button(tr("Reprendre"), questions.personal(here, questions.RESUME, dossier.ref), "primary")
    text = tr("C'est gardé. Pour reprendre {ref} quand vous voulez : « /atelier reprendre {ref} ».", ref=dossier.ref)
    keeping.send(here, Message(text=text, card=Card(title=names.subject(dossier), buttons=(button,))), dossier.ref)
    return answer(here)


def _replace(here: Here, dossier: Dossier, talk: Talk) -> Answer:
    """« Remplacer par la mienne »: knowingly, over the answer that came in between."""
    question = talk.question
    if question is None or not talk.typed:
        return say(here, tr("Il n'y a plus rien à remplacer."))
    present = dossier.answers.get(question.name)
    return flow.give(
        here, dossier, talk.model_copy(update={"version": present.version if present else 0}), question, talk.typed
    )


def invited(here: Here, dossier: Dossier, person: Person) -> None:
    """Somebody enters the request: they are told by whom, what for, and where to begin."""
    role = dossier.members[-1].role
    token = Token(act=questions.RESUME, ref=dossier.ref, who=person.id)
    button = questions.button(tr("Répondre à mes questions"), token, "primary")
    by = names.who_is(here.person, Role.SVC)
    text = tr(
        "{who} vous invite dans la demande {ref} à titre de {role}.", who=by, ref=dossier.ref, role=names.role(role)
    )
    open_ = dossier.state in editing.OPEN
    card = Card(title=names.subject(dossier), buttons=(button,) if open_ else ())
    notices.tell_person(here, person, Message(text=text, card=card), dossier.ref)
    notices.refresh(here, dossier)
