"""How a question of the fiche is shown: one message, with its reason, its choices and the way round it."""

from __future__ import annotations

from pydantic import JsonValue

from atelier import answers
from atelier.dossier import Dossier
from atelier.fiche import Item, items
from atelier.labels import ORIGINES
from atelier.references import QUALITES_ENGAGEMENT, QUALITES_SOUTIEN
from atelier.words import Refused, fr
from chat.cards import Button, Card, Fact, Menu, Message, Style, Token
from chat.text import Text, joined, raw, tr
from handlers import names
from handlers.here import Here
from handlers.talks import Talk

ANSWER, PICK, BACK, SKIP, PAUSE, WHOLE, SUMMARY, EDIT, REPLACE, KEEP = (
    "repondre_question", "cocher", "retour", "passer", "pause", "tout", "resume", "modifier_reponse", "remplacer", "garder",
)  # fmt: skip
RESUME, FILE = "reprendre", "classer_fichier"
FEW = 5
"""Up to so many choices are buttons; more make a menu."""
STAGED = {
    "signed_on": tr("De quand est daté ce courrier ? Par exemple : 12 octobre 2026."),
    "signatory": tr("Qui l'a signé ? Son prénom et son nom."),
    "quality": tr("En quelle qualité ? Par exemple : maire, présidente, préfet."),
    "origin": tr("Sous quelle forme l'avez-vous ?"),
}


def known(name: str) -> Item:
    """The question of this name. Raises Refused, with those there are, for any other."""
    found = {i.name: i for i in items()}
    if name not in found:
        raise Refused(
            fr("« {given} » n'est pas une question de la fiche. Les questions : {listed}."),
            given=name[:40],
            listed=", ".join(found),
        )
    return found[name]


def personal(here: Here, act: str, ref: str, arg: str = "") -> Token:
    """A token for this person alone; the intake's buttons outlive the request's version."""
    return Token(act=act, ref=ref, arg=arg, who=here.person.id)


def button(label: Text, token: Token, style: Style = "plain") -> Button:
    """A button with the text command of the same effect."""
    command = " ".join(part for part in ("/atelier", token.act, token.ref, token.arg) if part)
    return Button(label=label, token=token, style=style, command=command)


def asked(here: Here, dossier: Dossier, talk: Talk, problem: Text | None = None) -> Message:
    """The question the conversation stands at, with the reason why the last answer did not fit if it did not."""
    question = talk.question
    if question is None:
        raise ValueError("no question is asked")
    total = len(items())
    title = tr("Question {n} sur {total} — {short}", n=question.number, total=total, short=tr(question.asked.short))
    first = STAGED[talk.stage] if talk.stage else tr(question.question)
    lines = _staged(talk) if talk.stage else _lines(dossier, question, talk)
    typed = (tr("Vous aviez écrit : « {typed} »", typed=raw(talk.typed[:300])),) if problem and talk.typed else ()
    card = Card(
        title=title,
        tone="waiting" if problem else "neutral",
        facts=_present(here, dossier, question),
        paragraphs=(*typed, *((first,) if problem else ()), *lines),
        buttons=(*_answers(here, dossier, question, talk), *_round(here, dossier, question, talk)),
        menus=_menus(here, dossier, question, talk),
    )
    return Message(text=problem or first, card=card)


def _staged(talk: Talk) -> tuple[Text, ...]:
    name = talk.draft.name if talk.draft else ""
    return (tr("Fichier reçu : {name}.", name=raw(name)),)


def _lines(dossier: Dossier, question: Item, talk: Talk) -> tuple[Text, ...]:
    lines = [tr(question.asked.help)]
    if question.asked.example:
        lines.append(tr("Exemple : {example}", example=tr(question.asked.example)))
    if question.name == "service_porteur" and dossier.service:
        lines.append(tr("Une proposition est faite ci-dessous ; vous pouvez aussi écrire un autre nom."))
    if question.asked.kind == "choices":
        lines.append(tr("Plusieurs choix sont possibles ; « autre : … » ajoute ce qui manque à la liste."))
        if talk.chosen:
            chosen = joined(tr(dict(question.asked.choices)[code]) for code in talk.chosen)
            lines.append(tr("Choisi jusqu'ici : {chosen}.", chosen=chosen))
    return tuple(lines)


def _present(here: Here, dossier: Dossier, question: Item) -> tuple[Fact, ...]:
    answer, piece = dossier.answers.get(question.name), dossier.piece(question.name)
    if answer is not None:
        shown, by = told(question, dossier), answer.by
    elif piece is not None:
        shown, by = raw(piece.name), piece.by
    else:
        return ()
    value = tr("{value} — {who}", value=shown, who=names.who(here.unit, by))
    return (Fact(name=tr("Réponse actuelle"), value=value),)


def told(question: Item, dossier: Dossier) -> Text:
    """A kept answer in words."""
    return worded(question, dossier.value(question.name))


def worded(question: Item, value: JsonValue) -> Text:
    """A value of a question, kept now or then, in words."""
    return joined(tr(p.text) if p.ours else raw(p.text) for p in answers.told(question, value))


def _answers(here: Here, dossier: Dossier, question: Item, talk: Talk) -> tuple[Button, ...]:
    """The answers that are buttons: few choices, a proposal, the end of a list."""
    asked_of = f"{question.name}.{talk.stage}" if talk.stage else question.name
    buttons = [
        button(label, personal(here, ANSWER, dossier.ref, f"{asked_of}={value}"), "plain" if i else "primary")
        for i, (value, label) in enumerate(_button_choices(dossier, question, talk))
    ]
    if question.asked.kind == "choices" and talk.chosen:
        buttons.append(button(tr("C'est tout"), personal(here, ANSWER, dossier.ref, f"{question.name}="), "primary"))
    return tuple(buttons)


def _button_choices(dossier: Dossier, question: Item, talk: Talk) -> tuple[tuple[str, Text], ...]:
    if talk.stage == "origin":
        return tuple((code, tr(label)) for code, label in ORIGINES.items())
    if talk.stage == "quality":
        return _qualities(question)
    if talk.stage:
        return ()
    if question.name == "service_porteur" and dossier.service:
        return ((dossier.service, raw(dossier.service)),)
    if question.asked.kind == "choice" and len(question.asked.choices) <= FEW:
        return tuple((code, tr(label)) for code, label in question.asked.choices)
    return ()


def _qualities(question: Item) -> tuple[tuple[str, Text], ...]:
    if question.name == "courrier_soutien":
        return tuple((label, tr(label)) for label in QUALITES_SOUTIEN.values())
    return tuple((label, tr(label)) for label in QUALITES_ENGAGEMENT)


def _menus(here: Here, dossier: Dossier, question: Item, talk: Talk) -> tuple[Menu, ...]:
    kind, choices = question.asked.kind, question.asked.choices
    if talk.stage or kind not in {"choice", "choices"} or (kind == "choice" and len(choices) <= FEW):
        return ()
    act = PICK if kind == "choices" else ANSWER
    label = tr("Ajouter ou retirer") if kind == "choices" else tr("Choisir")
    lines = tuple(
        (f"{question.name}={code}", _ticked(code, label_, talk))
        for code, label_ in choices
        if code != answers.OTHER or kind == "choice"
    )
    return (Menu(label=label, token=personal(here, act, dossier.ref), choices=lines),)


def _ticked(code: str, label: str, talk: Talk) -> Text:
    return tr("✓ {label}", label=tr(label)) if code in talk.chosen else tr(label)


def _round(here: Here, dossier: Dossier, question: Item, talk: Talk) -> tuple[Button, ...]:
    """The ways round a question: back, skip, later, all at once, the summary."""
    ways = []
    if talk.path and not talk.once:
        ways.append((BACK, tr("Retour")))
    if not question.required or dossier.answers.get(question.name):
        ways.append((SKIP, tr("Passer")))
    ways += [(PAUSE, tr("Reprendre plus tard")), (SUMMARY, tr("Voir le résumé"))]
    if not talk.once:
        ways.append((WHOLE, tr("Tout remplir en une fois")))
    return tuple(button(label, personal(here, act, dossier.ref, question.name)) for act, label in ways)


def homonyms(here: Here, dossier: Dossier, talk: Talk, found: answers.Homonyms, problem: Text) -> Message:
    """« Saint-Denis » : laquelle ? One button for each, beside the question itself."""
    message = asked(here, dossier, talk, problem)
    buttons = tuple(
        button(raw(label), personal(here, ANSWER, dossier.ref, f"territoire={_with(talk.typed, found.name, code)}"))
        for code, label in found.choices
    )
    card = message.card or Card(title=tr("Territoire"))
    return message.model_copy(update={"card": card.model_copy(update={"buttons": (*buttons, *card.buttons)})})


def _with(typed: str, name: str, code: str) -> str:
    """What was typed, with the ambiguous name replaced by the code chosen for it."""
    names = [n.strip() for n in typed.replace("\n", ";").split(";") if n.strip()]
    return " ; ".join(code if n == name else n for n in names) or code


def settled(dossier: Dossier, question: Item) -> Message:
    """What stands where a question was, once answered by a button."""
    return Message(text=tr("✓ {short} : {value}", short=tr(question.asked.short), value=told(question, dossier)))


def conflict(here: Here, dossier: Dossier, question: Item, typed: str) -> Message:
    """Somebody else answered in between: theirs and yours, and the choice."""
    by = dossier.answers[question.name].by
    lines = (
        tr("Sa réponse : {value}", value=told(question, dossier)),
        tr("La vôtre : {typed}", typed=raw(typed)),
    )
    buttons = (
        button(tr("Remplacer par la mienne"), personal(here, REPLACE, dossier.ref, question.name), "danger"),
        button(tr("Garder la sienne"), personal(here, KEEP, dossier.ref, question.name), "primary"),
    )
    text = tr(
        "{who} a répondu entre-temps à « {short} ».", who=names.who(here.unit, by), short=tr(question.asked.short)
    )
    return Message(text=text, card=Card(title=tr(question.asked.short), paragraphs=lines, buttons=buttons))
