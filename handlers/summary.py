"""The whole fiche at a glance: each answer, who gave it, what is missing and who owes it, and how to change it."""

from __future__ import annotations

from atelier import deposits, editing
from atelier.calendar import zone
from atelier.completeness import is_answered, missing_letters, missing_required, progress
from atelier.decide import offers
from atelier.dossier import Dossier, Person, Piece
from atelier.fiche import Item, items
from atelier.labels import ORIGINES
from atelier.words import Role, State
from chat.cards import Button, Card, Fact, File, Menu, Message
from chat.text import Moment, Text, joined, raw, tr
from handlers import mission, names, questions, takeable
from handlers.cards import TONES, complement, for_others, other_steps, step_buttons
from handlers.here import Here

NOTES = "ressources"


def message(here: Here, dossier: Dossier) -> Message:
    """The fiche as it stands, with what this person may do now."""
    done, total = progress(dossier)
    lacking = [*missing_required(dossier), *missing_letters(dossier)] if dossier.mission is None else []
    text = tr("{subject} : {done} réponse(s) sur {total}.", subject=names.subject(dossier), done=done, total=total)
    if dossier.mission is not None:
        text = tr("{subject} : {state}.", subject=names.subject(dossier), state=names.state(dossier))
    steps = offers(dossier, here.person)
    card = Card(
        title=tr("Fiche de {subject}", subject=names.subject(dossier)),
        state=names.state(dossier),
        tone=TONES.get(dossier.state, "neutral"),
        facts=(*mission.of(here, dossier), *_fiche(here, dossier)),
        paragraphs=(*complement(here.unit, dossier), *_owed(here, dossier, lacking)),
        buttons=(*_fill(here, dossier), *_steps(here, dossier)),
        menus=(
            *_edit(here, dossier),
            *takeable.menu(dossier, here.person),
            *other_steps(steps, dossier),
            *for_others(dossier, here.person),
        ),
    )
    return Message(text=text, card=card, files=_files(here, dossier))


def _owed(here: Here, dossier: Dossier, lacking: list[Item]) -> tuple[Text, ...]:
    """What the fiche still lacks; nothing once the atelier is acted."""
    return (*_lacking(lacking), *_next(here, dossier, lacking)) if dossier.mission is None else ()


def _fiche(here: Here, dossier: Dossier) -> tuple[Fact, ...]:
    """The answers this person may read: a groupement asked sees the project, not the letters nor who wrote what."""
    if not _only_asked(here, dossier):
        return tuple(Fact(name=tr(q.asked.short), value=_told(here, dossier, q)) for q in items())
    shown = (q for q in items() if not q.is_piece and is_answered(dossier, q))
    return tuple(Fact(name=tr(q.asked.short), value=questions.told(q, dossier)) for q in shown)


def _only_asked(here: Here, dossier: Dossier) -> bool:
    """True for a groupement that is asked, not designated."""
    held = dossier.roles_of(here.person)
    return held == {Role.MAND} and dossier.mission is not None and dossier.mission.designated is None


def short(here: Here, dossier: Dossier, field: str) -> Message:
    """One answer just changed: what it is now, and what may be done next."""
    done, total = progress(dossier)
    about = next((q for q in items() if q.name == field), None)
    value = _told(here, dossier, about) if about else names.state(dossier)
    text = tr("✓ {short} : {value}", short=tr(about.asked.short) if about else raw(dossier.ref), value=value)
    more = tr("{done} réponse(s) sur {total}.", done=done, total=total)
    see = questions.button(tr("Voir le résumé"), questions.personal(here, questions.SUMMARY, dossier.ref))
    card = Card(
        title=names.subject(dossier),
        paragraphs=(more,),
        buttons=(*_fill(here, dossier)[:1], *_steps(here, dossier), see),
        menus=takeable.menu(dossier, here.person),
    )
    return Message(text=text, card=card)


def _told(here: Here, dossier: Dossier, question: Item) -> Text:
    if not is_answered(dossier, question):
        return _missing(question)
    if question.is_piece:
        piece = dossier.piece(question.name)
        return _letter(here, piece) if piece else _missing(question)
    by = dossier.answers[question.name].by
    value = tr("{value} — {who}", value=questions.told(question, dossier), who=names.who(here.unit, by))
    notes = [p for p in dossier.pieces if p.kind == question.name and not p.replaced]
    return joined([value, *(raw(p.name) for p in notes)], " — ") if notes else value


def _missing(question: Item) -> Text:
    owed = joined((names.role(r) for r in question.asked.who), ", ")
    if question.required or question.asked.for_validation:
        return tr("à remplir ({who})", who=owed)
    return tr("facultatif ({who})", who=owed)


def _letter(here: Here, piece: Piece) -> Text:
    return tr(
        "{file}, du {day}, signé par {signatory} ({quality}), {origin} — déposé par {who} le {moment}",
        file=raw(piece.name),
        day=piece.signed_on or "?",
        signatory=raw(piece.signatory),
        quality=raw(piece.quality),
        origin=tr(ORIGINES.get(piece.origin, "Copie")),
        who=names.who(here.unit, piece.by),
        moment=Moment(at=piece.by.at, zone=str(zone(here.person.departement))),
    )


def _lacking(lacking: list[Item]) -> tuple[Text, ...]:
    if not lacking:
        return (tr("La fiche est complète, courriers compris."),)
    return (tr("Il manque : {names}.", names=joined(tr(i.asked.short) for i in lacking)),)


def _next(here: Here, dossier: Dossier, lacking: list[Item]) -> tuple[Text, ...]:
    """What this person does now, said plainly."""
    if dossier.state is State.BROUILLON and not any(i.required for i in lacking):
        return (tr("Le service porteur peut transmettre la demande à la DGALN."),)
    mine = editing.left_to(dossier, here.person)
    theirs = [i for i in lacking if i not in mine]
    if not theirs or not _writes(dossier, here.person):
        return ()
    if any(editing.can_write(dossier, here.person, i) for i in theirs):
        return (
            tr(
                "Le reste revient d'abord aux autres co-rédacteurs : « Inviter… » les fait entrer dans la demande, et "
                "« Modifier une réponse » permet d'y répondre à leur place."
            ),
        )
    return (tr("Le reste revient aux autres co-rédacteurs : « Inviter… » les fait entrer dans la demande."),)


def _writes(dossier: Dossier, person: Person) -> bool:
    return bool(dossier.roles_of(person) & set(editing.WRITERS))


def _fill(here: Here, dossier: Dossier) -> tuple[Button, ...]:
    left = editing.left_to(dossier, here.person)
    ways = [(questions.RESUME, tr("Compléter la fiche"))] if left else []
    if dossier.state in editing.OPEN and any(editing.can_write(dossier, here.person, q) for q in items()):
        ways.append((questions.WHOLE, tr("Tout remplir en une fois")))
    lacking = bool(missing_required(dossier))
    return tuple(
        questions.button(
            label, questions.personal(here, act, dossier.ref), "primary" if lacking and i == 0 else "plain"
        )
        for i, (act, label) in enumerate(ways)
    )


def _steps(here: Here, dossier: Dossier) -> tuple[Button, ...]:
    ready = not missing_required(dossier) or dossier.mission is not None
    buttons = step_buttons(offers(dossier, here.person), dossier)
    return (
        buttons
        if ready
        else tuple(b.model_copy(update={"style": "plain"}) if b.style == "primary" else b for b in buttons)
    )


def _edit(here: Here, dossier: Dossier) -> tuple[Menu, ...]:
    mine = editing.left_to(dossier, here.person)
    lines = [q for q in items() if q not in mine and editing.can_write(dossier, here.person, q)]
    if not lines:
        return ()
    choices = tuple((q.name, tr(q.asked.short)) for q in lines)
    return (
        Menu(
            label=tr("Modifier une réponse"),
            token=questions.personal(here, questions.EDIT, dossier.ref),
            choices=choices,
        ),
    )


def _files(here: Here, dossier: Dossier) -> tuple[File, ...]:
    if _only_asked(here, dossier):
        return ()
    return tuple(File(id=p.file, name=p.name, mime=p.mime, size=p.size) for p in deposits.files(dossier))
