"""Every word of `chat/cards` and `chat/text`, drawn and understood; what is too long is never silently dropped."""

from __future__ import annotations

import itertools
import re
from datetime import date
from decimal import Decimal
from typing import get_args

from bot.sandbox.people import CAMILLE, NORA, REVIEW
from chat.cards import Address, Button, Card, Fact, File, Menu, Message, Token, Tone
from chat.talk import Asked, Pressed
from chat.text import Day, Moment, Money, raw, tr
from tests.conformance.registry import feature
from tests.conformance.stage import MONDAY, Read, Stage
from tests.conformance.stages import HANDED

PART = "Ce que le robot écrit"
REF = "ADT-2026-0007"
NUMBERS = itertools.count(1)
COUNTED = re.compile(r"… et (\d+) autres? éléments?")
NASTY = "@all @channel @here <!channel> <!here> <@U0001> <script>alert(1)</script> <b>gras</b> @camille"


def button(label: str, number: int = 0) -> Button:
    return Button(
        label=raw(label), token=Token(act="voir", ref=REF, arg=str(number)), command=f"/atelier voir {REF} {number}"
    )


async def posted(stage: Stage, message: Message, lang: str = "fr") -> Read:
    """A message to Camille, as she reads it."""
    await stage.platform.post(stage.direct(CAMILLE), message, f"o{next(NUMBERS)}", "", lang)
    return stage.screen(CAMILLE)[-1]


def whole(words: list[str], read: Read) -> bool:
    return all(word in read.text for word in words)


@feature(PART, "Une phrase")
async def sentence(stage: Stage) -> str:
    read = await posted(stage, Message(text=raw("La halle est propriété de la ville.")))
    assert read.text == "La halle est propriété de la ville."
    return "oui"


@feature(PART, "Une carte : titre, état, faits, paragraphes")
async def card(stage: Stage) -> str:
    words = [
        "Un titre",
        "Transmise, en attente",
        "Territoire : Bar-le-Duc",
        "Objet : La halle",
        "Premier alinéa.",
        "Second alinéa.",
    ]
    facts = tuple(Fact(name=raw(n), value=raw(v)) for n, v in (("Territoire", "Bar-le-Duc"), ("Objet", "La halle")))
    drawn = Card(
        title=raw(words[0]), state=raw(words[1]), tone="waiting", facts=facts, paragraphs=(raw(words[4]), raw(words[5]))
    )
    read = await posted(stage, Message(text=raw("Une demande"), card=drawn))
    assert whole(["Une demande", *words], read)
    at = [read.text.index(word) for word in words]
    facts_first = at == sorted(at)
    assert facts_first or at[:2] + at[4:] + at[2:4] == sorted(at), "in order"
    return "oui" if facts_first else "oui, les paragraphes avant les faits"


@feature(PART, "Les quatre teintes d'un état")
async def tones(stage: Stage) -> str:
    texts = []
    for tone in get_args(Tone):
        read = await posted(
            stage, Message(text=raw("Voici"), card=Card(title=raw("Demande"), state=raw("L'état"), tone=tone))
        )
        assert "L'état" in read.text, "the words say it, whatever the colour"
        texts.append(read.text)
    if not stage.pressable:
        return "les mots"
    return "un signe, et les mots" if len(set(texts)) == len(texts) else "la couleur, et les mots"


@feature(PART, "Un bouton, appuyé")
async def buttons(stage: Stage) -> str:
    labels = ("Valider la demande", "Refuser", "Écrire au service")
    await posted(
        stage,
        Message(text=raw("Que faire ?"), card=Card(title=raw("Choix"), buttons=tuple(map(button, labels, range(3))))),
    )
    for number, label in enumerate(labels):
        if not stage.pressable:
            await typed(stage, label, f"voir {REF} {number}")
            continue
        await stage.press(CAMILLE, label)
        event = stage.ear.last
        assert isinstance(event, Pressed)
        assert event.token == Token(act="voir", ref=REF, arg=str(number))
        assert (event.sender, event.direct) == (stage.address(CAMILLE), True)
    return "bouton" if stage.pressable else "commande écrite à côté"


async def typed(stage: Stage, label: str, command: str) -> None:
    """Where nothing is pressed: the command told beside the label, typed."""
    assert f"{label} : /atelier {command}" in stage.screen(CAMILLE)[-1].text or label in stage.read(CAMILLE)
    await stage.command(CAMILLE, command)
    event = stage.ear.last
    assert isinstance(event, Asked)
    assert event.text == command


@feature(PART, "Un menu, une ligne choisie")
async def menus(stage: Stage) -> str:
    choices = tuple((f"c{n}", raw(f"Ligne {n}")) for n in range(1, 13))
    menu = Menu(label=raw("Choisir"), token=Token(act="cocher", ref=REF), choices=choices)
    read = await posted(stage, Message(text=raw("Laquelle ?"), card=Card(title=raw("Menu"), menus=(menu,))))
    if not stage.pressable:
        assert f"Choisir : Ligne 7 : /atelier cocher {REF} c7" in read.text
        return "commande écrite à côté"
    assert read.menus == {"Choisir": tuple(f"Ligne {n}" for n in range(1, 13))}
    await stage.choose(CAMILLE, "Choisir", "Ligne 7")
    event = stage.ear.last
    assert isinstance(event, Pressed)
    assert event.token == Token(act="cocher", ref=REF, arg="c7")
    return "menu"


@feature(PART, "Un fichier remis")
async def handed(stage: Stage) -> str:
    file = File(id="f1", name="procès-verbal.pdf", mime="application/pdf", size=len(HANDED))
    await posted(stage, Message(text=raw("Voici le procès-verbal."), files=(file,)))
    assert await stage.downloaded(CAMILLE, "procès-verbal.pdf") == HANDED
    assert "Voici le procès-verbal." in stage.read(CAMILLE)
    return "fichier joint"


@feature(PART, "Une image, et le texte qui la dit à qui ne la voit pas")
async def pictured(stage: Stage) -> str:
    alt = "Deux ateliers : Bar-le-Duc, en retard ; Doullens, à l'heure."
    file = File(id="f1", name="frise.png", mime="image/png", size=len(HANDED), alt=raw(alt))
    await posted(stage, Message(text=raw("Voici la frise."), files=(file,)))
    assert await stage.downloaded(CAMILLE, "frise.png") == HANDED
    reads = stage.screen(CAMILLE)[-2:]
    if any(alt in read.alts for read in reads):
        assert not any(alt in read.text for read in reads), "said once"
        return "texte de remplacement de l'image"
    assert f"Image « frise.png » : {alt}" in stage.read(CAMILLE).replace("\xa0", " ")
    return "texte écrit à côté"


@feature(PART, "Dates, heures et montants")
async def told(stage: Stage) -> str:
    text = tr(
        "{day} | {short} | {at} | {money} | {cents}",
        day=Day(day=date(2026, 12, 1)), short=Day(day=date(2026, 12, 1), short=True), at=Moment(at=MONDAY, zone="Indian/Reunion"),
        money=Money(euros=Decimal(20_000)), cents=Money(euros=Decimal("8500.50")),
    )  # fmt: skip
    words = (await posted(stage, Message(text=text))).text.replace("\u202f", " ").replace("\xa0", " ")
    assert words == "mardi 1er décembre 2026 | 01/12/2026 | lundi 2 novembre 2026 à 13 h 00 | 20 000 € | 8 500,50 €"
    return "oui"


@feature(PART, "La langue de qui lit")
async def english(stage: Stage) -> str:
    message = Message(text=tr("Le geste « {label} ».", label=Day(day=date(2026, 11, 24))))
    french, other = await posted(stage, message), await posted(stage, message, "en")
    assert "mardi 24 novembre 2026" in french.text
    assert "Tuesday" in other.text
    assert "Le geste" not in other.text
    return "français, anglais"


@feature(PART, "Une phrase de 6 000 signes")
async def long_sentence(stage: Stage) -> str:
    words = [f"mot{n:04d}" for n in range(750)]
    assert whole(words, await posted(stage, Message(text=raw(" ".join(words)))))
    return "entière"


@feature(PART, "Un paragraphe et un fait de 6 000 signes")
async def long_parts(stage: Stage) -> str:
    for made in (
        lambda text: Card(title=raw("Long"), paragraphs=(text,)),
        lambda text: Card(title=raw("Long"), facts=(Fact(name=raw("Objectifs"), value=text),)),
    ):
        words = [f"mot{n:04d}" for n in range(750)]
        assert whole(words, await posted(stage, Message(text=raw("Voici"), card=made(raw(" ".join(words))))))
    return "entiers"


@feature(PART, "60 faits")
async def many_facts(stage: Stage) -> str:
    facts = tuple(Fact(name=raw(f"Fait {n}"), value=raw(f"valeur {n}")) for n in range(60))
    read = await posted(stage, Message(text=raw("Voici"), card=Card(title=raw("Faits"), facts=facts)))
    kept = sum(f"Fait {n} : valeur {n}\n" in f"{read.text}\n" for n in range(60))
    return _counted(kept, 60, read)


def _counted(kept: int, of: int, read: Read) -> str:
    """All are there, or the message says how many are not."""
    found = COUNTED.search(read.text)
    lost = int(found[1]) if found else 0
    assert kept + lost == of, f"{kept} read, {lost} counted, of {of}"
    return "tous" if not lost else f"{kept}, et {lost} comptés"


@feature(PART, "30 boutons")
async def many_buttons(stage: Stage) -> str:
    made = tuple(button(f"Geste {n}", n) for n in range(30))
    read = await posted(stage, Message(text=raw("Voici"), card=Card(title=raw("Gestes"), buttons=made)))
    pressed = [n for n in range(30) if f"Geste {n}" in read.buttons]
    written = [n for n in range(30) if f"Geste {n} : /atelier voir {REF} {n}\n" in f"{read.text}\n"]
    assert sorted([*pressed, *written]) == list(range(30))
    if not pressed:
        return "30 commandes écrites"
    await stage.press(CAMILLE, f"Geste {pressed[-1]}")
    event = stage.ear.last
    assert isinstance(event, Pressed)
    assert event.token.arg == str(pressed[-1])
    return f"{len(pressed)} boutons" + (f", {len(written)} commandes écrites" if written else "")


@feature(PART, "Des libellés de 300 signes")
async def long_labels(stage: Stage) -> str:
    label = " ".join(f"libellé{n:02d}" for n in range(30))
    menu = Menu(label=raw(f"Menu {label}"), token=Token(act="cocher", ref=REF), choices=(("a", raw(f"Ligne {label}")),))
    drawn = Card(
        title=raw(f"Titre {label}"),
        facts=(Fact(name=raw(f"Nom {label}"), value=raw("court")),),
        buttons=(button(label),),
        menus=(menu,),
    )
    read = await posted(stage, Message(text=raw("Voici"), card=drawn))
    assert whole([f"Nom {label} : court"], read), "a fact is never cut"
    if not stage.pressable:
        assert whole([f"{label} : /atelier voir", f"Menu {label} : Ligne {label}"], read)
        return "entiers"
    [shown], [(menu_shown, [line])] = read.buttons, read.menus.items()
    for cut, full in ((shown, label), (menu_shown, f"Menu {label}"), (line, f"Ligne {label}")):
        assert cut == full or (cut.endswith("…") and full.startswith(cut[:-1])), "cut at a word, and it shows"
    await stage.press(CAMILLE, shown)
    await stage.choose(CAMILLE, menu_shown, line)
    event = stage.ear.last
    assert isinstance(event, Pressed)
    assert event.token.arg == "a"
    most = max(map(len, (shown, menu_shown, line)))
    return "entiers" if shown == label else f"coupés à un mot et suivis de « … », {most} signes au plus"


@feature(PART, "Trop pour un message : ce qui manque est compté")
async def too_much(stage: Stage) -> str:
    facts = tuple(Fact(name=raw(f"Fait {n}"), value=raw(f"valeur {n} {'x' * 300}")) for n in range(60))
    paragraphs = tuple(raw(f"alinéa {n} {'y' * 400}") for n in range(20))
    made = tuple(button(f"Geste {n}", n) for n in range(30))
    drawn = Card(title=raw("Tout"), facts=facts, paragraphs=paragraphs, buttons=made)
    read = await posted(stage, Message(text=raw(" ".join(f"mot{n:04d}" for n in range(750))), card=drawn))
    kept = [f"Fait {n} :" for n in range(60)], [f"alinéa {n} " for n in range(20)]
    lost = sum(words not in read.text for part in kept for words in part)
    found = COUNTED.search(read.text)
    assert bool(lost) == bool(found), f"{lost} are missing and the message says {found}"
    return "rien ne manque" if not lost else "compté"


@feature(PART, "Une carte corrigée sur place, boutons compris")
async def edited(stage: Stage) -> str:
    place, card_ = stage.direct(CAMILLE), Card(title=raw("Avant"), buttons=(button("Ancien"),))
    post = await stage.platform.post(place, Message(text=raw("Une carte"), card=card_), f"o{next(NUMBERS)}", "", "fr")
    count = len(stage.screen(CAMILLE))
    after = card_.model_copy(update={"title": raw("Après"), "buttons": (button("Nouveau"),)})
    await stage.platform.edit(place, post, Message(text=raw("Une carte"), card=after), "fr")
    read = stage.screen(CAMILLE)[-1]
    assert (read.id, len(stage.screen(CAMILLE))) == (post, count), "the same post"
    assert "Après" in read.text
    assert "Avant" not in read.text
    assert not stage.pressable or read.buttons == ("Nouveau",)
    return "oui"


@feature(PART, "Un fil de discussion")
async def threads(stage: Stage) -> str:
    place = Address(platform=stage.name, id=stage.review)
    root = await stage.platform.post(place, Message(text=raw("La racine")), f"o{next(NUMBERS)}", "", "fr")
    await stage.platform.post(place, Message(text=raw("Une réponse")), f"o{next(NUMBERS)}", root, "fr")
    reads = {r.text: r for r in stage.screen(NORA, REVIEW.id)}
    assert reads["Une réponse"].thread == root
    assert reads["La racine"].thread in {"", root}
    return "fil"


@feature(PART, "Les mentions et les balises écrites par les gens restent des mots")
async def neutral(stage: Stage) -> str:
    drawn = Card(
        title=raw(NASTY), state=raw(NASTY), facts=(Fact(name=raw(NASTY), value=raw(NASTY)),), paragraphs=(tr("**{x}**", x=NASTY),),
        buttons=(button(NASTY[:60]),),
    )  # fmt: skip
    read = await posted(stage, Message(text=raw(NASTY), card=drawn))
    assert "channel" in read.text
    assert stage.mentions(read) == []
    return "neutralisées"
