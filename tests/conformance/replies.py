"""The answers: for one person alone, or over what they pressed."""

from __future__ import annotations

from datetime import date
from typing import get_args

from bot.sandbox.people import CAMILLE, MARC, NORA, REVIEW
from chat.cards import Address, Card, Message
from chat.talk import Answer, Outcome, Say, Show
from chat.text import Day, raw, tr
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


@feature(PART, "Une réponse dans la langue de la personne")
async def translated(stage: Stage) -> str:
    told = Say(message=Message(text=tr("Le geste « {label} ».", label=Day(day=date(2026, 11, 24)))))
    stage.desk.answers.append(Answer(replies=(told,), lang="en"))
    await stage.command(CAMILLE, "file")
    assert "Tuesday" in stage.screen(CAMILLE)[-1].text
    assert "Le geste" not in stage.screen(CAMILLE)[-1].text
    return "oui"


@feature(PART, "Fait, refusé, périmé, en panne : tout est dit à la personne")
async def outcomes(stage: Stage) -> str:
    for outcome in get_args(Outcome):
        told = Say(message=Message(text=raw(f"C'est « {outcome} ».")))
        stage.desk.answers.append(Answer(replies=(told,), outcome=outcome))
        await stage.command(CAMILLE, "file")
        assert f"C'est « {outcome} »." in stage.screen(CAMILLE)[-1].text
    return "oui"


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
