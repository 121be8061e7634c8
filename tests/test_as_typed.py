"""Commands as phones and word processors write them: the same command, by « /atelier » and in our conversation."""

from __future__ import annotations

import pytest
from test_mission import REF, designated
from town import Town, flat

from bot.sandbox.people import CAMILLE
from handlers.as_typed import bare, parted
from handlers.commands import is_one, knows

SAME = ("voir", "ADT-2026-0007")
LAID_OUT = [
    "voir\u00a0ADT-2026-0007", "voir ADT–2026–0007", "voir ADT—2026—0007", "voir ADT\u20112026\u20110007",
    "« voir ADT-2026-0007 »", "«\u00a0/atelier voir ADT-2026-0007\u00a0»", "“voir ADT-2026-0007”", "`voir ADT-2026-0007`",
    "```\nvoir ADT-2026-0007\n```", "*voir ADT-2026-0007*", "*_voir ADT-2026-0007_*", "voir adt-2026-0007.",
    "voir «\u00a0ADT-2026-0007\u00a0»", "voir *ADT-2026-0007*", "voir : ADT-2026-0007", "voir ADT-2026-0007\u200b",
    "\ufeffvoir ADT-2026-0007", "/Atelier voir ADT-2026-0007", "voir\nADT-2026-0007,", "voir (ADT-2026-0007)",
]  # fmt: skip


@pytest.mark.parametrize("text", LAID_OUT)
def test_a_command_laid_out_is_the_same_command(text: str) -> None:
    assert parted(text) == SAME
    assert is_one(text)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("ecrire ADT-2026-0007 *Bonjour* — « merci »", "ADT-2026-0007 *Bonjour* — « merci »"),
        ("ecrire ADT–2026–0007 : le 3–4 mars", "ADT-2026-0007 le 3–4 mars"),
        ("ecrire ADT-2026-0007 (voir la note)", "ADT-2026-0007 (voir la note)"),
        ("valider ADT-2026-0007 motif = « oui » | x = 2", "ADT-2026-0007 motif = « oui » | x = 2"),
        ("voir ADT-2026-0007bis", "ADT-2026-0007bis"),
        ("pour ADT-2026-00071\ngeste = x", "ADT-2026-00071\ngeste = x"),
        ("liste « 55 »", "« 55 »"),
    ],
)
def test_people_s_own_words_are_left_as_they_are(text: str, rest: str) -> None:
    assert parted(text)[1] == rest


@pytest.mark.parametrize("text", ["", "«", '"', "''", "« »", "/atelier", "*", "/ateliers voir"])
def test_what_is_no_command_breaks_nothing(text: str) -> None:
    assert bare(bare(text)) == bare(text)
    assert not is_one(text)


@pytest.mark.parametrize("text", ["aide\u00a0valider", "« aide »", "Aide", "*liste*"])
def test_a_verb_alone_is_known_in_our_conversation(text: str) -> None:
    assert knows(text)


@pytest.mark.parametrize("text", ["« /atelier voir {ref} »", "voir\u00a0{ref}", "Voir {dashed},"])
async def test_it_is_obeyed_by_command_and_in_our_conversation(town: Town, text: str) -> None:
    await designated(town)
    typed = text.format(ref=REF, dashed=REF.replace("-", "–"))
    for act in (town.player.command, town.player.say):
        await act(CAMILLE, typed)
        assert flat(town.last(CAMILLE)).startswith(f"{REF} — Bar-le-Duc"), typed
