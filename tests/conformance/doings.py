"""What people do, as events; what comes twice, what is forged, what comes from elsewhere."""

from __future__ import annotations

import pytest

from bot.sandbox.people import CAMILLE, MARC, NORA, REVIEW
from chat.cards import Address, Card, Message
from chat.talk import Asked, Attached, Pressed, Said
from chat.text import raw
from tests.conformance.registry import feature
from tests.conformance.stage import Stage, Turned
from tests.conformance.words import button, posted

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


@feature(SAFE, "Quelqu'un qui se fait passer pour la plateforme")
async def intruder(stage: Stage) -> str:
    with pytest.raises(Turned):
        await stage.intruder(MARC)
    assert stage.ear.heard == []
    return "refusé"
