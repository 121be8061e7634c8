"""The answers: for one person alone, or over what they pressed."""

from __future__ import annotations

from bot.sandbox.people import CAMILLE, MARC, NORA, REVIEW
from chat.cards import Address, Card, Message
from chat.talk import Say, Show
from chat.text import raw
from tests.conformance.registry import feature
from tests.conformance.stage import Stage
from tests.conformance.words import NUMBERS, REF, button, posted

PART = "Les réponses"


@feature(PART, "La réponse à une commande, pour la personne seule")
async def alone(stage: Stage) -> str:
    stage.desk.will(Say(message=Message(text=raw("Pour vous seule."), card=Card(title=raw("Votre file")))))
    await stage.command(NORA, "file", REVIEW.id)
    assert "Votre file" in stage.read(NORA, REVIEW.id)
    assert "Votre file" not in stage.read(MARC, REVIEW.id) + stage.read(MARC)
    return "à elle seule, sur place"


@feature(PART, "La réponse à un bouton d'un salon, pour la personne seule")
async def pressed_alone(stage: Stage) -> str:
    if not stage.pressable:
        return "pas de bouton : voir la commande"
    place = Address(platform=stage.name, id=stage.review)
    message = Message(text=raw("À tous"), card=Card(title=raw("Salon"), buttons=(button("Voir"),)))
    await stage.platform.post(place, message, f"o{next(NUMBERS)}", "", "fr")
    stage.desk.will(
        Say(message=Message(text=raw("Un aperçu"), card=Card(title=raw("Aperçu"), buttons=(button("Confirmer"),))))
    )
    await stage.press(NORA, "Voir", REVIEW.id)
    assert "Aperçu" not in stage.read(MARC, REVIEW.id) + stage.read(MARC)
    here = "Aperçu" in stage.read(NORA, REVIEW.id)
    await stage.press(NORA, "Confirmer", REVIEW.id)
    return "à elle seule, sur place" if here else "dans sa conversation directe, ce que le salon lui dit"


@feature(PART, "Une réponse qui remplace ce qui a été appuyé")
async def replaced(stage: Stage) -> str:
    await posted(stage, Message(text=raw("Avant"), card=Card(title=raw("Une liste"), buttons=(button("Suivant"),))))
    count = len(stage.screen(CAMILLE))
    stage.desk.will(Show(message=Message(text=raw("Après"), card=Card(title=raw("La suite")))))
    if not stage.pressable:
        await stage.command(CAMILLE, f"voir {REF} 0")
        assert "La suite" in stage.screen(CAMILLE)[-1].text
        return "un nouveau message"
    await stage.press(CAMILLE, "Suivant")
    assert len(stage.screen(CAMILLE)) == count
    assert "La suite" in stage.screen(CAMILLE)[-1].text
    return "à la même place"
