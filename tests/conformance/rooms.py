"""Channels that the bot opens, what people say in them with files and names, what they correct, what is not there any more."""

from __future__ import annotations

import pytest

from bot.sandbox.people import CAMILLE, MARC, NORA, REVIEW
from chat.cards import Address, Message
from chat.platform import Undeliverable
from chat.talk import Answer, Attached, Offered, Said, Say
from chat.text import raw
from tests.conformance.registry import feature
from tests.conformance.stage import Stage, Turned

SALON, PART = "Les salons", "Ce que les gens font"
PDF = b"%PDF-1.4 plan"


@feature(SALON, "Un salon privé ouvert pour des personnes, une seule fois")
async def opened_room(stage: Stage) -> str:
    wanted = [stage.account(CAMILLE), stage.account(NORA)]
    made = [await stage.platform.open_place("adt-2026-0007", "Atelier de Bar-le-Duc", wanted) for _ in range(2)]
    assert made[0] == made[1], "asked for twice, opened once"
    assert stage.members(made[0]) == set(wanted)
    place = Address(platform=stage.name, id=made[0])
    await stage.platform.post(place, Message(text=raw("Bienvenue.")), "o-room", "", "fr")
    assert "Bienvenue." in stage.read(NORA, made[0])
    return "oui"


@feature(SALON, "Les membres d'un salon, changés")
async def membership(stage: Stage) -> str:
    place = await stage.platform.open_place("adt-2026-0008", "Atelier", [stage.account(CAMILLE), stage.account(NORA)])
    await stage.platform.set_members(place, [stage.account(NORA), stage.account(MARC)])
    assert stage.members(place) == {stage.account(NORA), stage.account(MARC)}
    return "oui"


@feature(SALON, "Un message qui n'est plus là ne se corrige pas")
async def gone(stage: Stage) -> str:
    with pytest.raises(Undeliverable):
        await stage.platform.edit(stage.direct(CAMILLE), stage.nowhere, Message(text=raw("Après")), "fr")
    return "dit une fois, sans réessai"


@feature(SALON, "Des fichiers dans le fil d'un salon que le robot écoute")
async def wanted(stage: Stage) -> str:
    place = Address(platform=stage.name, id=stage.review)
    root = await stage.platform.post(place, Message(text=raw("La racine")), "o-wanted", "", "fr")
    stage.desk.answers.append(Answer(outcome="wanted"))
    await stage.drop(NORA, {"plan.pdf": PDF}, "Le plan", REVIEW.id, root)
    event = stage.ear.last
    assert isinstance(event, Attached)
    assert ([(u.name, u.content) for u in event.files], event.text, event.thread) == (
        [("plan.pdf", PDF)],
        "Le plan",
        root,
    )
    asked = [e for e, _ in stage.ear.heard if isinstance(e, Offered)]
    assert all((e.thread, e.sender) == (root, stage.address(NORA)) for e in asked)
    return "téléchargés, après l'avoir demandé" if asked else "déposés ici même"


@feature(PART, "Une personne nommée dans un message, ou autour d'un fichier")
async def named(stage: Stage) -> str:
    told, shown = stage.mention(MARC)
    await stage.say(NORA, f"À {told} de voir.", REVIEW.id)
    words = stage.ear.last
    stage.desk.answers.append(Answer(outcome="wanted"))
    await stage.drop(NORA, {"plan.pdf": PDF}, f"Le plan de {told}", REVIEW.id)
    around = stage.ear.last
    assert isinstance(words, Said)
    assert isinstance(around, Attached)
    assert (words.text, around.text) == (f"À {shown} de voir.", f"Le plan de {shown}")
    by_id = told != shown
    assert words.named == around.named == ((shown,) if by_id else ())
    return "par son identifiant, et le robot le sait" if by_id else "par son nom"


@feature(PART, "Un message corrigé après coup")
async def changed(stage: Stage) -> str:
    await stage.say(NORA, "À 9 h.", REVIEW.id)
    before = stage.ear.last
    try:
        await stage.correct(NORA, "À 10 h.", REVIEW.id)
    except Turned:
        return "on ne corrige rien ici"
    event = stage.ear.last
    assert isinstance(event, Said)
    assert isinstance(before, Said)
    assert (event.text, event.corrected, before.corrected) == ("À 10 h.", True, False)
    assert event.post == before.post
    assert event.id != before.id, "it is heard although the message was"
    return "entendu, et dit corrigé"


@feature(PART, "Un message supprimé après coup")
async def unsaid(stage: Stage) -> str:
    await stage.say(NORA, "À 9 h.", REVIEW.id)
    before = stage.ear.last
    try:
        await stage.unsay(NORA, REVIEW.id)
    except Turned:
        return "on ne supprime rien ici"
    event = stage.ear.last
    assert isinstance(event, Said)
    assert isinstance(before, Said)
    assert (event.text, event.deleted, before.deleted) == ("", True, False)
    assert (event.post, event.sender, event.place) == (before.post, before.sender, before.place)
    assert event.id != before.id, "it is heard although the message was"
    return "entendu, et dit supprimé"


@feature("Les pannes et les reprises", "La mémoire ne répond plus pendant qu'on écrit")
async def forgetful(stage: Stage) -> str:
    away = Say(message=Message(text=raw("La mémoire ne répond pas : réessayez.")))
    stage.desk.answers += [Answer(outcome="away", replies=(away,)), Answer()]
    await stage.say(CAMILLE, "Bonjour")
    heard = [event for event, _ in stage.ear.heard]
    assert {event.id for event in heard} == {heard[0].id}
    if len(heard) == 1:
        assert "réessayez" in stage.read(CAMILLE)
        return "dit à la personne, qui recommence"
    assert "réessayez" not in stage.read(CAMILLE), "nobody is bothered with what is made good"
    return "le message est repris sans qu'on le renvoie"
