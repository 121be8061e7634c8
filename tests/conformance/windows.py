"""Forms: how each kind of question is asked and answered, what is wrong shown by its field, what was typed kept."""

from __future__ import annotations

import itertools
from datetime import date

from atelier.dates import parse_day
from bot.sandbox.people import CAMILLE
from chat.cards import Button, Card, Message, Token
from chat.forms import Choice, Form, Kind, Question
from chat.talk import Ask, Asked, Correct, Filled, Given
from chat.text import raw
from tests.conformance.registry import feature
from tests.conformance.stage import Field, Stage, Window
from tests.conformance.words import REF, posted

PART = "Les formulaires"
TOKEN = Token(act="valider", ref=REF, version=3)
CHOICES = tuple(Choice(value=f"c{n}", label=raw(f"Choix {n}")) for n in range(1, 5))
NUMBERS = itertools.count(1)
TYPED = "à écrire dans une commande"


def question(name: str, kind: Kind = "line", **more: object) -> Question:
    choices = CHOICES if kind in {"choice", "choices"} else ()
    given: dict[str, object] = {"hint": raw(f"Aide {name}"), "choices": choices, **more}
    return Question(name=name, label=raw(f"La question {name} ?"), short=raw(f"Court {name}"), kind=kind, **given)  # type: ignore[arg-type]


def form(*questions: Question, title: str = "Valider") -> Form:
    return Form(
        title=raw(title),
        short=raw(title),
        token=TOKEN,
        questions=questions,
        about=(raw("Demande ADT-2026-0007"),),
        submit=raw("Envoyer"),
    )


async def opened(stage: Stage, *questions: Question) -> Window:
    """The window that a button opened."""
    made = Card(title=raw("Geste"), buttons=(Button(label=raw("Ouvrir"), token=TOKEN),))
    await posted(stage, Message(text=raw(f"Ouvrez {next(NUMBERS)}"), card=made))
    stage.desk.will(Ask(form=form(*questions)))
    await stage.press(CAMILLE, "Ouvrir")
    window = stage.window(CAMILLE)
    assert window is not None
    return window


async def sent(stage: Stage, given: Given) -> Given:
    """The window sent: what reached the desk."""
    await stage.fill(CAMILLE, given)
    event = stage.ear.last
    assert isinstance(event, Filled)
    assert (event.token, event.sender) == (TOKEN, stage.address(CAMILLE))
    return event.given


async def lines(stage: Stage, *questions: Question) -> str:
    """Where there is no window: the form told as lines, with the command to type."""
    stage.desk.will(Ask(form=form(*questions)))
    await stage.command(CAMILLE, "valider")
    text = stage.screen(CAMILLE)[-1].text
    for asked in questions:
        assert f"{asked.name} — La question {asked.name} ? Aide {asked.name}" in text
        assert all(f"• c{n} : Choix {n}" in text for n in range(1, 5) if asked.choices)
    assert text.endswith("Écrivez : /atelier valider ADT-2026-0007 " + " | ".join(f"{q.name} = …" for q in questions))
    return TYPED


@feature(PART, "Ouvert par une commande")
async def by_command(stage: Stage) -> str:
    if not stage.pressable:
        return await lines(stage, question("avis"))
    stage.desk.will(Ask(form=form(question("avis"))))
    await stage.command(CAMILLE, "valider")
    window = stage.window(CAMILLE)
    assert window is not None
    assert (window.title, window.submit) == ("Valider", "Envoyer")
    assert "Demande ADT-2026-0007" in window.text
    return "fenêtre"


@feature(PART, "Ouvert par un bouton")
async def by_button(stage: Stage) -> str:
    if not stage.pressable:
        return await lines(stage, question("avis"))
    await opened(stage, question("avis"))
    return "fenêtre"


def _read(window: Window, name: str) -> Field:
    """The field, whose whole question and reason are read, in it or above."""
    found = window.fields[name]
    told = f"{found.text}\n{window.text}"
    assert f"La question {name} ?" in told
    assert f"Aide {name}" in told
    return found


@feature(PART, "Question : une ligne")
async def line(stage: Stage) -> str:
    if not stage.pressable:
        return await lines(stage, question("objet"))
    field = _read(await opened(stage, question("objet", initial="Avant")), "objet")
    assert field.value == "Avant"
    assert await sent(stage, {"objet": "La halle"}) == {"objet": "La halle"}
    return field.way


@feature(PART, "Question : un texte de plusieurs lignes")
async def text(stage: Stage) -> str:
    if not stage.pressable:
        return await lines(stage, question("motif", "text"))
    field = _read(await opened(stage, question("motif", "text")), "motif")
    words = "Premier alinéa.\n\nSecond alinéa, avec « é », <chevrons> & esperluette."
    assert await sent(stage, {"motif": words}) == {"motif": words}
    return field.way


@feature(PART, "Question : un texte de 3 000 signes")
async def long_text(stage: Stage) -> str:
    words = " ".join(f"mot{n:04d}" for n in range(375))[:3000].strip()
    if not stage.pressable:
        await stage.command(CAMILLE, f"valider {REF} motif = {words}")
        event = stage.ear.last
        assert isinstance(event, Asked)
        assert event.text.endswith(words)
        return TYPED
    await opened(stage, question("motif", "text", max_length=3000))
    assert await sent(stage, {"motif": words}) == {"motif": words}
    return "entier"


@feature(PART, "Question : un texte d'au moins dix signes")
async def short_text(stage: Stage) -> str:
    if not stage.pressable:
        return await lines(stage, question("motif", "text", min_length=10))
    await opened(stage, question("motif", "text", min_length=10))
    assert await sent(stage, {"motif": "Une raison assez longue."}) == {"motif": "Une raison assez longue."}
    return "oui"


@feature(PART, "Question : un choix")
async def choice(stage: Stage) -> str:
    if not stage.pressable:
        return await lines(stage, question("sens", "choice"))
    field = _read(await opened(stage, question("sens", "choice", initial="c2")), "sens")
    assert field.value == "c2"
    assert {f"c{n}": f"Choix {n}" for n in range(1, 5)}.items() <= field.lines.items()
    assert await sent(stage, {"sens": "c3"}) == {"sens": "c3"}
    return field.way


@feature(PART, "Question : un choix laissé vide")
async def no_choice(stage: Stage) -> str:
    if not stage.pressable:
        return await lines(stage, question("sens", "choice", required=False))
    await opened(stage, question("sens", "choice", required=False))
    assert await sent(stage, {}) == {"sens": ""}
    return "oui"


@feature(PART, "Question : plusieurs choix")
async def choices(stage: Stage) -> str:
    if not stage.pressable:
        return await lines(stage, question("themes", "choices"))
    field = _read(await opened(stage, question("themes", "choices", initial=("c1",))), "themes")
    assert field.value == ("c1",)
    assert await sent(stage, {"themes": ("c2", "c4")}) == {"themes": ("c2", "c4")}
    return field.way


@feature(PART, "Question : un jour")
async def day(stage: Stage) -> str:
    if not stage.pressable:
        return await lines(stage, question("jour", "date"))
    field = _read(await opened(stage, question("jour", "date", initial="01/12/2026")), "jour")
    assert parse_day(str(field.value), date(2026, 11, 2)) == date(2026, 12, 1)
    found = await sent(stage, {"jour": "24/11/2026"})
    assert parse_day(str(found["jour"]), date(2026, 11, 2)) == date(2026, 11, 24)
    return field.way


@feature(PART, "Question : un fichier")
async def file(stage: Stage) -> str:
    if not stage.pressable:
        await lines(stage, question("courrier", "file"))
        return "déposé dans la conversation"
    window = await opened(stage, question("courrier", "file"), question("objet"))
    told = " ".join([window.text, *(f.text for f in window.fields.values())])
    assert "La question courrier ?" in told
    assert set(await sent(stage, {"objet": "La halle"})) == {"objet"}
    return "déposé dans la conversation, la fenêtre le dit"


MANY = tuple(question(f"q{n}", "choices" if n == 3 else "text" if n % 2 else "line") for n in range(8))


@feature(PART, "Huit questions à la fois, toutes rendues")
async def many(stage: Stage) -> str:
    if not stage.pressable:
        return await lines(stage, *MANY)
    await opened(stage, *MANY)
    given: Given = {q.name: ("c1", "c2") if q.kind == "choices" else f"réponse {q.name}" for q in MANY}
    assert await sent(stage, given) == given
    return "oui"


WRONG = {"objet": raw("Écrivez au moins trois mots."), "sens": raw("Choisissez une ligne.")}


async def _corrected(stage: Stage, problems: dict[str, object]) -> Window:
    await opened(stage, question("objet"), question("sens", "choice"), question("motif", "text"))
    stage.desk.will(Correct(problems=problems))
    await stage.fill(CAMILLE, {"objet": "Halle", "sens": "c2", "motif": "Ce qui fut écrit."})
    window = stage.window(CAMILLE)
    assert window is not None, "the window stays open"
    kept = {name: field.value for name, field in window.fields.items()}
    assert kept == {"objet": "Halle", "sens": "c2", "motif": "Ce qui fut écrit."}, "what was typed is kept"
    return window


async def _told(stage: Stage, problems: dict[str, object]) -> str:
    stage.desk.will(Correct(problems=problems))
    await stage.command(CAMILLE, f"valider {REF} objet = Halle")
    text = stage.screen(CAMILLE)[-1].text
    assert "objet : Écrivez au moins trois mots." in text
    assert "Ce qui fut écrit" not in text
    return "une ligne par champ"


@feature(PART, "Une réponse fausse : dite près du champ, la saisie gardée")
async def wrong(stage: Stage) -> str:
    if not stage.pressable:
        return await _told(stage, dict(WRONG))
    window = await _corrected(stage, dict(WRONG))
    assert window.fields["objet"].problem == "Écrivez au moins trois mots."
    assert window.fields["sens"].problem == "Choisissez une ligne."
    assert window.fields["motif"].problem == ""
    assert (await sent(stage, {"objet": "La halle rouverte"}))["motif"] == "Ce qui fut écrit."
    assert stage.window(CAMILLE) is None, "sent again and right, it closes"
    return "sous le champ"


@feature(PART, "Un refus de tout le formulaire, avec des champs faux")
async def wrong_whole(stage: Stage) -> str:
    problems = {**WRONG, "": raw("Les réponses justes sont enregistrées.")}
    if not stage.pressable:
        return await _told(stage, dict(problems))
    window = await _corrected(stage, dict(problems))
    assert "Les réponses justes sont enregistrées." in window.problem
    if window.fields["objet"].problem:
        assert window.fields["objet"].problem == "Écrivez au moins trois mots."
        return "en tête, et sous chaque champ"
    for name, problem in WRONG.items():
        assert f"La question {name} ? : {problem.msg}" in window.problem, "which field it is about is said"
    return "en tête, chaque champ nommé"


@feature(PART, "Un formulaire qui en ouvre un autre")
async def chained(stage: Stage) -> str:
    if not stage.pressable:
        return await lines(stage, question("avis"))
    await opened(stage, question("avis"))
    stage.desk.will(Ask(form=form(question("suite"), title="La suite")))
    await stage.fill(CAMILLE, {"avis": "Favorable"})
    window = stage.window(CAMILLE)
    if window is not None:
        assert set(window.fields) == {"suite"}
        return "à la suite"
    stage.desk.will(Ask(form=form(question("suite"), title="La suite")))
    await stage.press(CAMILLE, "Ouvrir le formulaire")
    window = stage.window(CAMILLE)
    assert window is not None
    assert set(window.fields) == {"suite"}
    return "par un bouton « Ouvrir le formulaire »"
