"""What somebody hands over or puts off for a time, across restarts: reminders go elsewhere and come back, powers never do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from clockwork import REF, comes, posts, rung, until
from test_reminding import paris, two_requests
from town import Town, flat, opened

from atelier.words import Role
from bot.sandbox.people import CAMILLE, MARC, NORA, Somebody

ROBIN = Somebody("ddt55-relais", "Robin Faure", "", "DDT de la Meuse", (), "55")
JO = Somebody("ddt55-cheffe", "Jo Adam", "", "DDT de la Meuse", ((Role.SVC, "dep:55"), (Role.SVC_SIGN, "dep:55")), "55")
Act = Callable[[Town], Awaitable[None]]


@pytest.fixture
def restarted(tmp_path: Path) -> Callable[[Act], Awaitable[None]]:
    """The bot started anew on what it kept, for one act; then stopped."""

    async def acted(act: Act) -> None:
        with opened(tmp_path) as local:
            await act(Town(local))

    return acted


async def test_an_absence_s_substitute_reads_then_whoever_is_back(restarted) -> None:
    async def away(town: Town) -> None:
        await two_requests(town)
        await town.player.command(NORA, "absence du 5 au 20 novembre 2026 Marc Olivier")

    async def meanwhile(town: Town) -> None:
        await until(town, paris(9, 10))
        (said,) = rung(town, MARC)
        assert said.count("pour Nora Benali (absence jusqu'au vendredi 20 novembre 2026)") == 2
        assert said.count("prendre la demande en charge (attendu de : instructeur AD1)") == 2
        assert rung(town, NORA) == []

    async def refused(town: Town) -> None:
        await town.player.command(MARC, f"prendre {REF}")
        assert "ne vous revient pas" in flat(town.last(MARC))

    async def back(town: Town) -> None:
        before = len(rung(town, MARC))
        await until(town, paris(23, 10))
        (said,) = rung(town, NORA)
        assert said.count("à vous : prendre la demande en charge") == 2
        assert "pour Nora Benali" not in said
        assert not any("pour Nora Benali" in told for told in rung(town, MARC)[before:])
        await town.player.command(NORA, f"prendre {REF}")
        await town.player.fill(NORA, {"motif": ""})
        assert town.dossier().instructor == NORA.account, "the power never left"

    for act in (away, meanwhile, refused, back):
        await restarted(act)


async def test_a_transfer_moves_messages_and_keeps_the_power_where_it_is(restarted) -> None:
    async def given(town: Town) -> None:
        await town.examined(letters=False)
        await town.player.command(NORA, f"completer {REF} champs = objectifs | texte = Précisez les îlots visés.")
        await town.player.press(NORA, "Confirmer")
        comes(town, ROBIN.account, ROBIN.name, ROBIN.service, "55")
        director = comes(town, JO.account, JO.name, JO.service, "55", *JO.holdings)
        await town.player.command(director, f"transférer {REF} Robin Faure")
        await town.player.command(CAMILLE, f"transférer {REF} Robin Faure")

    async def read(town: Town) -> None:
        robin, director = (town.local.app.writer.call(lambda u, w=w: u.people.get(w.account)) for w in (ROBIN, JO))
        assert town.dossier().roles_of(robin) == {Role.SVC}, "what prepares, never what signs"
        assert town.dossier().roles_of(director) == {Role.SVC, Role.SVC_SIGN}
        await until(town, paris(24, 10))
        assert "Réponse au complément" in rung(town, ROBIN)[-1]
        assert rung(town, CAMILLE) == rung(town, JO) == []

    for act in (given, read):
        await restarted(act)


async def test_a_reminder_put_off_leaves_on_its_day_once(restarted) -> None:
    async def put_off(town: Town) -> None:
        await town.transmitted()
        await until(town, paris(6, 9))
        await town.player.command(NORA, f"rappel {REF} 1 semaine")

    async def silent(town: Town) -> None:
        await until(town, paris(12, 10))
        assert [p.at.day for p in posts(town, NORA)] == [6]
        await town.player.command(NORA, f"rappel {REF} 2 jours")
        assert "a déjà été reporté une fois" in flat(town.last(NORA))

    async def rings(town: Town) -> None:
        await until(town, paris(13, 10))
        assert [p.at.day for p in posts(town, NORA)] == [6, 13]

    for act in (put_off, silent, rings):
        await restarted(act)
