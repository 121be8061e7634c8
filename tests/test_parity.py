"""Promise 6: every button, and every line of a menu, has a text command with the same rights and the same result.

Each one found on the screens of a lived request is pressed in one copy of the bot and typed in another: the answer, the
requests and the forms opened must be the same. A line's command is made of its menu's: « /atelier gesture reference line ».
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from town import LONG, Town, opened

from bot.sandbox import mission
from bot.sandbox.people import (
    ALBA,
    CAMILLE,
    DOMINIQUE,
    HUGO,
    INES,
    JEANNE,
    LEA,
    MAIRE,
    MARC,
    NORA,
    OSCAR,
    PAUL,
    REVIEW,
    Somebody,
)
from bot.sandbox.world import direct
from chat.cards import Button
from chat.talk import Answer
from handlers import steps
from handlers.questions import PICK

PEOPLE = (CAMILLE, PAUL, INES, MAIRE, HUGO, LEA, NORA, MARC, JEANNE, ALBA, OSCAR, DOMINIQUE)
REF = "ADT-2026-0001"


async def _opened(town: Town) -> None:
    await town.player.command(CAMILLE, "demande")
    await town.player.say(CAMILLE, "DDT de la Meuse")
    await town.player.say(CAMILLE, "Saint-Denis")


async def _described(town: Town) -> None:
    await town.drafted()
    await town.player.command(CAMILLE, f"inviter {REF} personne = Inès Moreau | role = COLL")
    await town.player.command(CAMILLE, f"modifier_reponse {REF} courrier_soutien")
    await town.player.drop(CAMILLE, {"soutien.pdf": b"%PDF-1.4\n%%EOF"})
    await town.player.say(CAMILLE, "1er octobre 2026")
    await town.player.say(CAMILLE, "Claude Martin")


async def _crossed(town: Town) -> None:
    await town.drafted()
    await town.player.command(CAMILLE, f"modifier_reponse {REF} objectifs")
    await town.player.command(INES, f"modifier_reponse {REF} objectifs")
    await town.player.say(INES, f"La ville veut d'abord la halle. {LONG}")
    await town.player.say(CAMILLE, f"Le service veut d'abord l'habitat. {LONG}")
    await town.player.command(CAMILLE, "")


async def _paused(town: Town) -> None:
    await town.player.command(CAMILLE, "demande")
    await town.player.press(CAMILLE, "Reprendre plus tard")
    await town.player.command(CAMILLE, "preferences")


async def _transmitted(town: Town) -> None:
    await town.transmitted()
    await town.player.command(CAMILLE, f"voir {REF}")


async def _to_complete(town: Town) -> None:
    await town.examined(letters=False)
    await town.player.command(NORA, f"completer {REF} champs = objectifs | texte = Précisez les îlots visés.")
    await town.player.press(NORA, "Confirmer")


async def _previewed(town: Town) -> None:
    await town.examined()
    await town.player.command(MARC, f"refuser {REF} motif = Le projet relève d'un autre cadre.")


async def _asked_for_access(town: Town) -> None:
    stranger = Somebody("ddt57", "Yann Keller", "", "", (), "57")
    await town.player.command(stranger, "acces")
    given = {"nom": "Yann Keller", "fonction": "chargé", "service": "DDT", "role": "SVC", "departement": "57"}
    await town.player.fill(stranger, given)


async def _acted(town: Town) -> None:
    await town.examined()
    await town.validate(REF)
    await mission.act(town.player, REF)


async def _solicited(town: Town) -> None:
    await _acted(town)
    await town.player.command(MARC, f"solliciter {REF}")
    await town.player.press(MARC, "Confirmer")


async def _answered(town: Town) -> None:
    await _solicited(town)
    await town.player.command(ALBA, f"disponible {REF} equipe = Une architecte et un paysagiste")


async def _to_sign(town: Town) -> None:
    await _acted(town)
    await mission.designation(town.player, REF)
    await town.player.command(JEANNE, f"credits {REF} ae = 20000 | cp = 20000 | uo = DDT 55 | chorus = 2026-0135")
    day = mission.day(town.player)
    await town.player.command(
        CAMILLE,
        f"commande {REF} ej = 15123 | montant = 20000 | objet = mission | jour = {day} | delai = 4 mois"
        " | moyen = Courriel | preuve = Accusé",
    )


async def _noted(town: Town) -> None:
    await _to_sign(town)
    await town.player.press(PAUL, "Signer")
    await mission.handed(town.player, "note.pdf", "Note d'appropriation", REF)
    await town.player.press(OSCAR, "Remettre la note")
    await town.player.fill(OSCAR, mission.NOTE)


async def _delivered(town: Town) -> None:
    await _noted(town)
    await town.player.command(PAUL, f"approuver {REF} version = 1 | document = Décision du jour")
    await town.player.command(MAIRE, f"approuver {REF} version = 1 | document = Lettre du jour")
    await town.player.press(PAUL, "Lever le point d'arrêt")
    await town.player.press(PAUL, "Confirmer")
    first, last = mission.day(town.player, 1), mission.day(town.player, 2)
    await town.player.command(
        CAMILLE,
        f"session {REF} premier_jour = {first} | dernier_jour = {last} | visite = Le matin | seance = L'après-midi"
        " | parcours = De la halle au collège | acteurs = Élus et commerçants",
    )
    await town.player.press(CAMILLE, "Confirmer")
    mission.days(town.player, 3)
    await town.player.command(
        CAMILLE,
        f"session_tenue {REF} visite_tenue = oui | seance_tenue = oui | participants = 30 | compte_rendu = Deux jours utiles",
    )
    await mission.handed(town.player, "esquisse.pdf", "Livrable", REF)
    await town.player.command(OSCAR, f"livrable {REF} jour = {mission.day(town.player)}")


async def _verified(town: Town) -> None:
    await _delivered(town)
    day = mission.day(town.player)
    await town.player.command(CAMILLE, f"remise {REF} jour = {day} | moyen = Messagerie | preuve = Empreinte")
    await town.player.command(
        PAUL,
        f"refaction {REF} montant = 500 | motif = Une carte manque au livrable | jour = {day} | document = Lettre"
        " | moyen = Courriel | preuve = Accusé",
    )
    await town.player.press(PAUL, "Confirmer")
    await town.player.command(CAMILLE, f"voir {REF}")


async def _received(town: Town) -> None:
    await _delivered(town)
    day = mission.day(town.player)
    await town.player.command(CAMILLE, f"remise {REF} jour = {day} | moyen = Messagerie | preuve = Empreinte")
    await town.player.command(PAUL, f"recevoir {REF} jour = {day} | document = Décision du jour")
    await town.player.press(PAUL, "Confirmer")
    await town.player.command(PAUL, f"suspendre {REF} motif = Le maire a démissionné, on attend.")


LIVES: dict[str, Callable[[Town], object]] = {
    "opened": _opened, "described": _described, "crossed": _crossed, "paused": _paused, "transmitted": _transmitted,
    "to_complete": _to_complete, "previewed": _previewed, "access": _asked_for_access, "acted": _acted, "solicited": _solicited, "answered": _answered,
    "to_sign": _to_sign, "noted": _noted, "delivered": _delivered, "verified": _verified, "received": _received,
}  # fmt: skip


REQUESTS = frozenset(LIVES) - {
    "acted",
    "solicited",
    "answered",
    "to_sign",
    "noted",
    "delivered",
    "verified",
    "received",
}
GESTES = steps.ACTS | set(steps.MOVES)
"""Of an atelier, its own gestes: what every request shows was pressed already."""


def buttons(town: Town) -> Iterator[tuple[Somebody, str, str, Button]]:
    """Each kind of button once for each person who may press it, the last one shown."""
    seen = set()
    for who in PEOPLE:
        for place in (direct(who.account), REVIEW.id):
            if who.account not in town.world.place(place).members:
                continue
            for post in reversed(town.world.visible(who.account, place)):
                for button in post.message.card.buttons if post.message.card else ():
                    kind = (who.account, button.token.act, button.token.ref, button.token.arg)
                    stale = button.token.version and button.token.version != town.dossier(button.token.ref).version
                    if kind not in seen and not stale:  # a command has no version: it is always of today
                        seen.add(kind)
                        yield who, place, post.id, button


def lines(town: Town) -> Iterator[tuple[Somebody, str, str, Button]]:
    """The first and last lines of each kind of menu, as the buttons they are: a platform of text writes their commands."""
    seen = set()
    for who in PEOPLE:
        place = direct(who.account)
        for post in reversed(town.world.visible(who.account, place)):
            for menu in post.message.card.menus if post.message.card else ():
                stale = menu.token.version and menu.token.version != town.dossier(menu.token.ref).version
                if menu.token.act in seen or stale:
                    continue
                seen.add(menu.token.act)
                for value, label in dict((menu.choices[0], menu.choices[-1])).items():
                    token = menu.token.model_copy(update={"arg": value})
                    command = " ".join(filter(None, ("/atelier", token.act, token.ref, value)))
                    yield who, place, post.id, Button(label=label, token=token, command=command)


@contextmanager
def copied(base: Path, folder: Path) -> Iterator[Town]:
    shutil.copytree(base, folder)
    with opened(folder) as local:
        yield Town(local)
    shutil.rmtree(folder)


def state(town: Town, outcome: str) -> dict[str, object]:
    """What came of it: the outcome, the requests, the forms in front of people."""
    dossiers = town.local.app.writer.call(
        lambda u: {d.ref: d for p in PEOPLE for d in u.dossiers.list_for(p.person(), limit=50)}
    )
    forms = {account: (form.form.title.msg, form.form.token.act) for account, form in town.world.forms.items()}
    return {"outcome": outcome, "dossiers": dossiers, "forms": forms}


async def _pressed(town: Town, who: Somebody, post: str, button: Button) -> Answer:
    """The button, or the menu's line."""
    menus = town.world.posts[post].message.card.menus
    bare = next((m.token for m in menus if m.token.model_copy(update={"arg": button.token.arg}) == button.token), None)
    if bare is None:
        return await town.local.sandbox.press(who.account, post, button.token)
    return await town.local.sandbox.choose(who.account, post, bare, button.token.arg)


@pytest.mark.parametrize("life", LIVES)
async def test_a_button_and_its_command_do_the_same(life: str, tmp_path: Path) -> None:
    base = tmp_path / "base"
    with opened(base) as local:
        await LIVES[life](Town(local))
        town = Town(local)
        found = [b for b in buttons(town) if b[3].token.act != PICK and (life in REQUESTS or b[3].token.act in GESTES)]
        found += [b for b in lines(town) if b[3].token.act != PICK and (life in REQUESTS or b[3].token.act in GESTES)]
    assert found
    for who, _, post, button in found:
        assert button.command.startswith("/atelier "), button.token
        with copied(base, tmp_path / "pressed") as town:
            answer = await _pressed(town, who, post, button)
            await town.local.app.settle()
            pressed = state(town, answer.outcome)
        with copied(base, tmp_path / "typed") as town:
            answer = await town.local.sandbox.command(
                who.account, direct(who.account), button.command.removeprefix("/atelier ")
            )
            await town.local.app.settle()
            typed = state(town, answer.outcome)
        about = f"{who.name}: [{button.label.msg}] against « {button.command} »"
        assert typed["outcome"] == pressed["outcome"], about
        assert typed["dossiers"] == pressed["dossiers"], about
        assert typed["forms"] == pressed["forms"], about
