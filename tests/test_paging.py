"""Long lists are read to the end: a region's requests, AD1's queue, sixty deadlines."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cases import in_state
from town import MONDAY, Town, flat

from atelier.dossier import Answered, By
from atelier.words import PersonId, Reference, Role, State
from bot.sandbox.people import CAMILLE, HUGO, NORA
from handlers import clocks
from handlers.paging import page

MANY = 61


@pytest.fixture
def crowded(town: Town) -> Town:
    """Sixty-one requests of one département, transmitted one after the other."""

    def filled(unit):
        for number in range(1, MANY + 1):
            at = MONDAY + timedelta(minutes=number)
            by = By(person=PersonId(CAMILLE.account), role=Role.SVC, at=at)
            place = [{"code": f"{55000 + number}", "label": f"Commune {number:02d}", "kind": "commune"}]
            base = in_state(State.TRANSMISE)
            dossier = base.model_copy(
                update={
                    "ref": Reference(f"ADT-2026-{number:04d}"), "departement": "55", "arrival": number,
                    "opened": at, "since": at, "members": (),
                    "answers": {**base.answers, "territoire": Answered(value=place, by=by)},
                }
            )  # fmt: skip
            unit.dossiers.add(dossier)
            clocks.keep(unit, dossier, at)

    town.local.app.writer.call(filled)
    return town


async def shown(town: Town, who, command: str) -> tuple[list[str], str]:
    """The references a list shows, and all that it says."""
    await town.player.command(who, command)
    mine = town.world.visible(who.account, f"dm:{who.account}")
    card = mine[-1].message.card
    names = [str(f.name.args.get("ref", f.name.msg)) for f in card.facts] if card else []
    return names, flat(town.read(who))


@pytest.mark.parametrize(
    ("who", "command", "size"),
    [
        (HUGO, "liste", 20),
        (HUGO, "liste 55", 20),
        (HUGO, "liste transmise", 20),
        (NORA, "file", 25),
        (NORA, "echeances", 20),
    ],
    ids=lambda value: getattr(value, "account", value),
)
async def test_every_line_is_on_one_page_and_one_only(crowded: Town, who, command: str, size: int) -> None:
    seen: list[str] = []
    for number in range(1, -(-MANY // size) + 1):
        names, read = await shown(crowded, who, f"{command} page {number}")
        seen += names
        last = min(number * size, MANY)
        assert f"Lignes {(number - 1) * size + 1} à {last}." in read
        accented = command.replace("echeances", "échéances")
        assert (f"« /atelier {accented} page {number + 1} »" in read) is (last < MANY)
    assert len(seen) == len(set(seen)) == MANY
    await crowded.player.command(who, f"{command} page 9")
    assert "Il n'y a pas de page 9" in flat(crowded.last(who))


async def test_a_short_list_says_nothing_of_pages(town: Town) -> None:
    await town.drafted()
    await town.player.command(CAMILLE, "liste")
    assert "Lignes" not in flat(town.read(CAMILLE))


@pytest.mark.parametrize(
    ("typed", "kept", "number"),
    [("", "", 1), ("55", "55", 1), ("page 2", "", 2), ("55 page 3", "55", 3), ("Étain p2", "Étain", 2), ("page 0", "", 1),
     ("page", "page", 1), ("cap 2", "cap 2", 1)],
)  # fmt: skip
def test_what_names_a_page(typed: str, kept: str, number: int) -> None:
    found, asked = page(typed, 20, "/atelier liste")
    assert (found, asked.number) == (kept, number)
