"""What somebody who means harm tries, by hand, from a seat they really have."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from town import ASKED, YANN, Town, flat

from atelier.words import PersonId, Reference
from bot.sandbox.letters import letter
from bot.sandbox.people import ALBA, CAMILLE, DOMINIQUE, INES, JEANNE, NORA, REVIEW
from bot.sandbox.world import direct
from chat.cards import Address
from chat.talk import Turned
from handlers.turned import DOOR, MOST
from storage.tables import access, inbox
from storage.unit import Unit

SECRET = "Ce dossier est faible : je penche pour un refus"

PROGRAM = b"@echo off\r\nrem %PDF-1.4\r\ncalc.exe\r\nrem %%EOF"
"""A program of Windows that begins as a PDF may: its name alone would have it run."""


async def test_a_program_that_calls_itself_a_pdf_is_handed_out_as_a_pdf(town: Town) -> None:
    ref = await town.drafted()
    await town.player.command(CAMILLE, f"modifier_reponse {ref} courrier_engagement")
    await town.player.drop(CAMILLE, {"courrier.bat": PROGRAM})
    for said in ("1er octobre 2026", "Claude Martin", "Maire", "1"):
        await town.player.say(CAMILLE, said)
    piece = town.dossier().piece("courrier_engagement")
    assert piece is not None
    assert piece.name == "courrier.bat.pdf"


async def test_a_flood_of_forged_buttons_does_not_fill_the_memory(town: Town) -> None:
    """Mattermost signs nothing: whoever reaches the address names the account they like, as often as they like."""

    async def forged(account: str, count: int) -> None:
        for number in range(count):
            sender = Address(platform=CAMILLE.address().platform, id=account)
            id_ = f"x:{account}{number // 2}"  # each is sent twice
            await town.local.app.receive(Turned(sender=sender, place=sender, id=id_, what="button", why="signature"))

    def kept(unit: Unit) -> tuple[int, int]:
        seen = unit.inbox._connection.execute(select(func.count()).select_from(inbox)).scalar_one()
        return int(seen), len(unit.journal.of(DOOR))

    await forged("nobody", 40)
    assert town.local.app.writer.call(kept) == (0, 0)
    await forged(CAMILLE.account, 10)
    assert town.local.app.writer.call(kept) == (5, 5)
    await forged(CAMILLE.account, 3 * MOST)
    assert max(town.local.app.writer.call(kept)) <= MOST


async def test_what_ad1_writes_under_a_card_that_was_handed_over_stays_inside(town: Town) -> None:
    """It was carried to the service, and signed « (collectivité) »."""
    ref = await town.examined()
    await town.player.command(NORA, f"transférer {ref} Jeanne Robin")
    [card] = [p for p in town.world.visible(JEANNE.account, direct(JEANNE.account)) if p.message.card]
    await town.player.say(JEANNE, SECRET, thread=card.id)
    await town.player.drop(JEANNE, {"analyse.pdf": letter("Analyse")}, SECRET, thread=card.id)
    for who in (CAMILLE, INES):
        assert SECRET not in flat(town.read(who))
        await town.player.command(who, f"journal {ref}")
        assert "réponse au fil" not in flat(town.read(who))
    review = flat(town.read(NORA, REVIEW.id))
    assert review.count(f"Jeanne Robin (instructeur AD1) note : « {SECRET} »") == 2
    assert "Gardé comme note interne" in town.last(JEANNE)
    await town.player.command(NORA, f"journal {ref}")
    assert "note interne, Jeanne Robin" in flat(town.read(NORA))


@pytest.mark.parametrize(("answered", "left"), [("Refuser l'accès", 0), ("Accepter", 1), ("", 1)])
async def test_who_was_refused_is_forgotten_a_month_later(town: Town, answered: str, left: int) -> None:
    """Their name, their work and their account served once; who let somebody in stays known."""
    town.world.people(YANN.persona())
    await town.player.command(YANN, "acces")
    await town.player.fill(YANN, {**ASKED})
    if answered:
        await town.player.press(DOMINIQUE, answered)

    def kept(unit: Unit) -> int:
        return int(unit.inbox._connection.execute(select(func.count()).select_from(access)).scalar_one())

    town.local.clock.jump(timedelta(days=29))
    await town.local.app.prune()
    assert town.local.app.writer.call(kept) == 1
    town.local.clock.jump(timedelta(days=2))
    await town.local.app.prune()
    assert town.local.app.writer.call(kept) == left


@pytest.mark.parametrize(
    "name", ["Oscar Blin", "traverse", "@traverse", "Nora Benali", "Camille Laurent", "Personne Du Tout"]
)
async def test_a_firm_does_not_learn_who_is_in_the_directory(town: Town, name: str) -> None:
    """Refusals that differ said who is there: AD1's people, the other firms'."""
    await town.player.command(ALBA, f"absence du 9 au 13 novembre {name}")
    assert f"« {name} » n'est pas dans l'annuaire" in flat(town.last(ALBA))
    await town.player.command(ALBA, "absence du 9 au 13 novembre Alba Costa")
    assert "C'est vous" in flat(town.last(ALBA))


async def test_a_journal_whose_words_were_erased_is_still_read(town: Town) -> None:
    """Somebody's name and words forgotten, the chain holds, and « journal » tells what is left of each line."""
    ref = await town.drafted()
    await town.player.command(CAMILLE, f"inviter {ref} personne = @zoe | role = COLL")
    await town.player.command(CAMILLE, f"retirer_personne {ref} zoe")
    await town.player.command(CAMILLE, f"journal {ref}")
    assert "personne retirée : zoe, Camille Laurent" in flat(town.read(CAMILLE))

    def erased(unit: Unit) -> None:
        for line in unit.journal.of(Reference(ref)):
            unit.journal.erase_text(line.ref, line.seq)
        unit.journal.forget(PersonId(CAMILLE.account))
        assert unit.journal.verify() is None

    town.local.app.writer.call(erased)
    await town.player.command(CAMILLE, f"journal {ref}")
    told = flat(town.read(CAMILLE)).rpartition("lignes au journal")[2]
    assert "personne retirée, une personne dont le nom a été effacé" in told
    assert "zoe" not in told
    assert "Camille" not in told
