"""Promise 6: every button has a text command with the same rights and the same result.

Each button found on the screens of a lived request is pressed in one copy of the bot and typed in another: the answer,
the requests and the forms opened must be the same.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from town import LONG, Town, opened

from bot.sandbox.people import CAMILLE, DOMINIQUE, HUGO, INES, LEA, MARC, NORA, REVIEW, Somebody
from bot.sandbox.world import direct
from chat.cards import Button
from handlers.questions import PICK

PEOPLE = (CAMILLE, INES, HUGO, LEA, NORA, MARC, DOMINIQUE)
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


LIVES: dict[str, Callable[[Town], object]] = {
    "opened": _opened, "described": _described, "crossed": _crossed, "paused": _paused, "transmitted": _transmitted,
    "to_complete": _to_complete, "previewed": _previewed, "access": _asked_for_access,
}  # fmt: skip


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
                    if kind not in seen:
                        seen.add(kind)
                        yield who, place, post.id, button


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


@pytest.mark.parametrize("life", LIVES)
async def test_a_button_and_its_command_do_the_same(life: str, tmp_path: Path) -> None:
    base = tmp_path / "base"
    with opened(base) as local:
        await LIVES[life](Town(local))
        found = [b for b in buttons(Town(local)) if b[3].token.act != PICK]
    assert found
    for who, _, post, button in found:
        assert button.command.startswith("/atelier "), button.token
        with copied(base, tmp_path / "pressed") as town:
            answer = await town.local.sandbox.press(who.account, post, button.token)
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
