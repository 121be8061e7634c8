"""What people do, as events; what comes twice, what is forged, what comes from elsewhere."""

from __future__ import annotations

import pytest

from bot.sandbox.people import CAMILLE, MARC, NORA, REVIEW, Somebody
from chat.cards import Address, Button, Card, Message, Token
from chat.talk import Answer, Asked, Attached, Offered, Pressed, Said
from chat.text import raw
from handlers import turned
from tests.conformance.registry import feature
from tests.conformance.stage import Read, Stage, Turned
from tests.conformance.words import REF, button, posted

PART = "Ce que les gens font"
SAFE = "La sûreté"


@feature(PART, "Une commande")
async def command(stage: Stage) -> str:
    await stage.command(CAMILLE, "valider ADT-2026-0007 motif = l'été <à> « Bar-le-Duc » & ailleurs")
    event = stage.ear.last
    assert isinstance(event, Asked)
    assert event.text == "valider ADT-2026-0007 motif = l'été <à> « Bar-le-Duc » & ailleurs"
    assert (event.sender, event.place, event.direct) == (stage.address(CAMILLE), stage.direct(CAMILLE), True)
    await stage.command(NORA, "file", REVIEW.id)
    event = stage.ear.last
    assert isinstance(event, Asked)
    assert (event.place, event.direct) == (Address(platform=stage.name, id=stage.review), False)
    return "/atelier"


@feature(PART, "Des mots dans la conversation avec le robot")
async def words(stage: Stage) -> str:
    await stage.say(CAMILLE, "Le centre ancien perd ses habitants ;\nun logement sur cinq est vacant.")
    event = stage.ear.last
    assert isinstance(event, Said)
    assert event.text == "Le centre ancien perd ses habitants ;\nun logement sur cinq est vacant."
    assert (event.place, event.direct, event.thread) == (stage.direct(CAMILLE), True, "")
    return "oui"


@feature(PART, "Une réponse dans un fil")
async def reply(stage: Stage) -> str:
    place = Address(platform=stage.name, id=stage.review)
    root = await stage.platform.post(place, Message(text=raw("La racine")), "o-root", "", "fr")
    await stage.say(NORA, "Note interne.", REVIEW.id, root)
    event = stage.ear.last
    assert isinstance(event, Said)
    assert (event.text, event.thread, event.place, event.direct) == ("Note interne.", root, place, False)
    assert bool(event.post)
    return "oui"


@feature(PART, "Des mots dans un canal, hors de tout fil")
async def spoken(stage: Stage) -> str:
    await stage.say(NORA, "On se voit à 9 h, @all ?", REVIEW.id)
    event = stage.ear.last
    assert isinstance(event, Said)
    assert (event.text, event.thread, event.direct) == ("On se voit à 9 h, @all ?", "", False)
    assert (event.sender, event.place.id) == (stage.address(NORA), stage.review)
    assert bool(event.post)
    return "oui"


@feature(PART, "Des fichiers dans un canal que le robot n'écoute pas")
async def offered(stage: Stage) -> str:
    stage.desk.answers.append(Answer(outcome="ignored"))
    await stage.drop(NORA, {"menu.pdf": b"%PDF-1.4 menu"}, "Le menu", REVIEW.id)
    [(event, _)] = stage.ear.heard
    assert isinstance(event, Offered | Attached)
    return "pas téléchargés" if isinstance(event, Offered) else "déposés ici même"


@feature(PART, "Des fichiers déposés, avec des mots")
async def dropped(stage: Stage) -> str:
    files = {"courrier d'été.pdf": b"%PDF-1.4 un", "plan.pdf": b"%PDF-1.4 deux"}
    await stage.drop(CAMILLE, files, "Voici le courrier.")
    event = stage.ear.last
    assert isinstance(event, Attached)
    assert {u.name: u.content for u in event.files} == files
    assert (event.text, event.direct) == ("Voici le courrier.", True)
    return "oui"


@feature(SAFE, "Le même événement reçu deux fois porte le même nom")
async def twice(stage: Stage) -> str:
    await posted(stage, Message(text=raw("Que faire ?"), card=Card(title=raw("Choix"), buttons=(button("Valider"),))))
    deeds = [lambda: stage.command(CAMILLE, "file"), lambda: stage.say(CAMILLE, "Bonjour")]
    for deed in [*deeds, *([lambda: stage.press(CAMILLE, "Valider")] if stage.pressable else [])]:
        await deed()
        count, first = len(stage.ear.heard), stage.ear.last
        await stage.again()
        await stage.settle()
        assert {e.id for e, _ in stage.ear.heard[count - 1 :]} == {first.id}
    return "oui"


@feature(SAFE, "Un bouton dont le sens a été changé en chemin")
async def forged(stage: Stage) -> str:
    if not stage.pressable:
        return "pas de bouton"
    read = await posted(
        stage, Message(text=raw("Que faire ?"), card=Card(title=raw("Choix"), buttons=(button("Valider"),)))
    )
    with pytest.raises(Turned):
        await stage.forged(CAMILLE, read, "Valider")
    assert not [e for e, _ in stage.ear.heard if isinstance(e, Pressed)]
    return "refusé"


def _kept(stage: Stage) -> list[tuple[object, object, object]]:
    """Who, what and why, in the journal's own chain of what was turned away."""
    assert stage.app is not None
    lines = stage.app.writer.call(lambda unit: unit.journal.of(turned.DOOR))
    return [(line.person, line.details["what"], line.details["why"]) for line in lines]


async def _shown(stage: Stage, who: Somebody, place: Address, token: Token) -> Read:
    card = Card(title=raw("Choix"), buttons=(Button(label=raw("Valider"), token=token),))
    await stage.platform.post(place, Message(text=raw("Que faire ?"), card=card), "o-forged", "", "fr")
    return stage.showing(who, "Valider", REVIEW.id if place.id == stage.review else "")


@feature(SAFE, "Un bouton forgé est gardé au journal", lived=True)
async def forged_kept(stage: Stage) -> str:
    if not stage.pressable:
        return "pas de bouton"
    read = await _shown(stage, CAMILLE, stage.direct(CAMILLE), Token(act="voir", ref=REF))
    with pytest.raises(Turned):
        await stage.forged(CAMILLE, read, "Valider")
    if stage.local:
        assert _kept(stage) == []
        return "refusé par la page même : rien n'en sort"
    assert _kept(stage) == [(CAMILLE.account, "button", "signature")]
    return "gardé"


@feature(SAFE, "Le bouton d'une autre personne est refusé, et gardé au journal", lived=True)
async def borrowed(stage: Stage) -> str:
    if not stage.pressable:
        return "pas de bouton"
    token = Token(act="voir", ref=REF, who=NORA.account)
    read = await _shown(stage, MARC, Address(platform=stage.name, id=stage.review), token)
    await stage.press_on(MARC, read, "Valider")
    assert stage.ear.heard[-1][1].outcome == "refused"
    assert _kept(stage) == [(MARC.account, "button", "button of another person")]
    return "refusé et gardé"


@feature(SAFE, "Un formulaire envoyé sans avoir été ouvert est refusé, et gardé au journal", lived=True)
async def unopened(stage: Stage) -> str:
    with pytest.raises(Turned):
        await stage.unopened(CAMILLE)
    if not stage.pressable:
        return "pas de formulaire"
    if stage.local:
        assert _kept(stage) == []
        return "refusé comme la même commande"
    assert _kept(stage) == [(CAMILLE.account, "form", "signature")]
    return "refusé et gardé"


@feature(SAFE, "Quelqu'un qui se fait passer pour la plateforme")
async def intruder(stage: Stage) -> str:
    with pytest.raises(Turned):
        await stage.intruder(MARC)
    assert stage.ear.heard == []
    return "refusé"
