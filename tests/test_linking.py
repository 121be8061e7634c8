"""« lier », « délier », « préférences ici »: one person, two accounts on two chats, each joined by a code."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table
from town import ASKED, LANGUAGES, MONDAY, TERRITORIES, Still, Town, flat

from bot.app import Application, compose
from bot.clock import JumpingClock
from bot.memory import moved, opened
from bot.sandbox.local import Local, settle_in
from bot.sandbox.people import CAMILLE, DOMINIQUE, INES, NORA, REVIEW, Somebody
from bot.sandbox.platform import Sandbox
from bot.sandbox.things import Persona
from bot.sandbox.world import World, direct
from chat.cards import Address
from storage.tables import conversations, outbox

OTHER = "voisin"
CODE = re.compile(r"[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}")


class Twin:
    """One bot, two chat servers: the sandbox's own people on the first; whoever comes on the second is unknown there."""

    def __init__(self, folder: Path) -> None:
        database = f"sqlite:///{folder / 'atelier.db'}"
        moved(database)
        self.clock = JumpingClock(MONDAY, machine=Still())
        self.machine = datetime.now(UTC)
        self.first, self.second = Sandbox(World(), self.clock.now), Sandbox(World(), self.clock.now)
        self.second.name = OTHER
        self.app: Application = compose(
            writer=opened(database, b"0" * 32), review=REVIEW, clock=self.clock, territories=TERRITORIES,
            platforms={self.first.name: self.first, OTHER: self.second}, languages=LANGUAGES, now=lambda: self.machine,
        )  # fmt: skip
        for sandbox in (self.first, self.second):
            sandbox.attach(self.app.receive)
        settle_in(self.app, self.first.world)
        self.here = Town(Local(self.first, self.app, self.clock))
        self.there = Town(Local(self.second, self.app, self.clock))

    def comes(self, who: Somebody, account: str) -> Somebody:
        """The same human with an account on the second server, that the bot does not know."""
        self.second.world.people(Persona(account=account, name=who.name))
        return Somebody(account, who.name, who.title, who.service, who.holdings, who.departement)

    def accounts(self, who: Somebody) -> list[tuple[str, str]]:
        found = self.app.writer.call(lambda unit: unit.people.accounts(who.person().id))
        return [(a.platform, a.id) for a in found]

    async def code(self, who: Somebody) -> str:
        """Ask for a code, read it."""
        await self.here.player.command(who, "lier")
        return CODE.findall(self.here.last(who))[0]

    async def linked(self, who: Somebody, account: str) -> Somebody:
        """Somebody with both accounts."""
        there = self.comes(who, account)
        await self.there.player.command(there, f"lier {await self.code(who)}")
        return there

    def rows(self, table: Table) -> list[str]:
        """Everything a table holds, a text a row."""
        with self.app.writer._units.engine.connect() as connection:
            return [repr(row) for row in connection.execute(table.select())]


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    twin = Twin(tmp_path)
    yield twin
    twin.app.close()


@pytest.mark.parametrize(
    "laid_out", ["« /atelier lier {code} »", "/Atelier lier {code}", "`lier {code}`", "Lier\u00a0{code}."]
)
async def test_a_code_typed_as_it_was_shown_is_understood(tmp_path: Path, laid_out: str) -> None:
    twin = Twin(tmp_path)
    try:
        there = twin.comes(CAMILLE, "camille-2")
        await twin.there.player.say(there, laid_out.format(code=await twin.code(CAMILLE)))
        assert (OTHER, "camille-2") in twin.accounts(CAMILLE)
    finally:
        twin.app.close()


async def test_a_code_joins_the_other_account_and_both_are_told(twin: Twin) -> None:
    there = twin.comes(CAMILLE, "camille")
    code = await twin.code(CAMILLE)
    await twin.there.player.command(there, f"lier {code}")
    assert "maintenant relié à Camille Laurent" in twin.there.last(there)
    assert "Un compte sur Voisin est maintenant relié à vous" in twin.here.last(CAMILLE)
    assert twin.accounts(CAMILLE) == [("sandbox", "ddt55"), (OTHER, "camille")]
    await twin.there.player.command(there, "demande")
    assert twin.here.dossier().departement == "55", "the same person, with the same rights"


async def test_a_code_is_kept_nowhere_as_it_is(twin: Twin) -> None:
    code = await twin.code(CAMILLE)
    again = await twin.code(INES)
    await twin.here.player.say(NORA, "lier")
    await twin.here.player.press(NORA, "Montrer mon code")
    third = CODE.findall(twin.here.last(NORA))[0]
    assert len({code, again, third}) == 3
    kept = "\n".join(twin.rows(conversations) + twin.rows(outbox))
    for one in (code, again, third):
        assert one not in kept
        assert one.replace("-", "") not in kept


async def test_a_code_typed_as_words_by_a_stranger_as_people_copy_it(twin: Twin) -> None:
    there = twin.comes(CAMILLE, "camille")
    code = (await twin.code(CAMILLE)).replace("-", " ").lower().replace("o", "0").replace("i", "1").replace("b", "8")
    await twin.there.player.say(there, "lier")
    assert "Tapez d'abord « /atelier lier » depuis le compte que je connais" in twin.there.last(there)
    await twin.there.player.say(there, f"/atelier LIER {code}")
    assert twin.accounts(CAMILLE)[1:] == [(OTHER, "camille")]


async def test_a_code_is_shown_in_the_direct_conversation_alone(twin: Twin) -> None:
    await twin.here.player.command(NORA, "lier", REVIEW.id)
    assert "dans notre conversation directe" in twin.here.last(NORA, REVIEW.id)
    assert CODE.search(twin.here.read(NORA, REVIEW.id)) is None


async def test_wrong_used_late_and_replaced_codes_get_one_sentence(twin: Twin) -> None:
    there, other = twin.comes(CAMILLE, "camille"), twin.comes(INES, "ines")
    said = []

    async def tried(who: Somebody, code: str) -> None:
        answer = await twin.there.player.command(who, f"lier {code}")
        assert answer.outcome == "refused"
        said.append(twin.there.last(who))

    await tried(there, "ABCD-EFGH-IJKL")
    replaced, used = await twin.code(CAMILLE), await twin.code(CAMILLE)
    await tried(there, replaced)
    await twin.there.player.command(there, f"lier {used}")
    await tried(other, used)
    late = await twin.code(CAMILLE)
    twin.clock.jump(timedelta(minutes=10))
    await tried(other, late)
    assert len(set(said)) == 1
    assert "Ce code ne vaut rien" in said[0]
    assert twin.accounts(INES) == [("sandbox", "barleduc")]


async def test_a_code_is_good_until_its_tenth_minute(twin: Twin) -> None:
    there, code = twin.comes(CAMILLE, "camille"), await twin.code(CAMILLE)
    twin.clock.jump(timedelta(minutes=9, seconds=59))
    await twin.there.player.command(there, f"lier {code}")
    assert twin.accounts(CAMILLE)[1:] == [(OTHER, "camille")]


async def test_five_wrong_codes_lock_an_account_for_an_hour(twin: Twin) -> None:
    there, mate = twin.comes(CAMILLE, "camille"), twin.comes(INES, "ines")
    for _ in range(5):
        await twin.there.player.command(there, "lier ABCDEFGHIJKL")
    await twin.there.player.command(there, f"lier {await twin.code(CAMILLE)}")
    assert "Trop de codes faux" in twin.there.last(there)
    assert len(twin.accounts(CAMILLE)) == 1
    await twin.there.player.command(mate, f"lier {await twin.code(INES)}")
    assert len(twin.accounts(INES)) == 2, "the others are not locked"
    twin.clock.jump(timedelta(minutes=59))
    await twin.there.player.command(there, f"lier {await twin.code(CAMILLE)}")
    assert len(twin.accounts(CAMILLE)) == 1
    twin.clock.jump(timedelta(minutes=1))
    await twin.there.player.command(there, f"lier {await twin.code(CAMILLE)}")
    assert len(twin.accounts(CAMILLE)) == 2


async def test_an_account_of_somebody_else_is_refused_and_the_code_still_serves(twin: Twin) -> None:
    code = await twin.code(CAMILLE)
    await twin.here.player.command(INES, f"lier {code}")
    assert "déjà celui de quelqu'un d'autre" in twin.here.last(INES)
    await twin.here.player.command(CAMILLE, f"lier {code}")
    assert "Ce compte est déjà le vôtre" in twin.here.last(CAMILLE)
    await twin.there.player.command(twin.comes(CAMILLE, "camille"), f"lier {code}")
    assert len(twin.accounts(CAMILLE)) == 2


async def test_the_code_of_somebody_who_left_is_worth_nothing(twin: Twin) -> None:
    code, there = await twin.code(CAMILLE), twin.comes(CAMILLE, "camille")
    gone = CAMILLE.person().model_copy(update={"active": False})
    twin.app.writer.call(lambda unit: unit.people.save(gone))
    await twin.there.player.command(there, f"lier {code}")
    assert "Ce code ne vaut rien" in twin.there.last(there)


async def test_who_asked_for_access_and_then_linked_is_not_given_another_part(twin: Twin) -> None:
    there = twin.comes(CAMILLE, "camille")
    await twin.there.player.command(there, "acces")
    await twin.there.player.fill(there, ASKED)
    await twin.there.player.command(there, f"lier {await twin.code(CAMILLE)}")
    await twin.here.player.press(DOMINIQUE, "Accepter")
    assert "devenu entre-temps celui d'une autre personne, Camille Laurent" in twin.here.last(DOMINIQUE)
    known = twin.app.writer.call(lambda unit: unit.people.behind(Address(platform=OTHER, id="camille")))
    assert known == CAMILLE.person()
    await twin.here.player.press(DOMINIQUE, "Refuser l'accès")
    assert "Accès refusé" in twin.here.last(DOMINIQUE)


async def test_what_ad1_reads_stays_on_the_platform_of_its_channel(twin: Twin) -> None:
    there = twin.comes(NORA, "nora")
    await twin.there.player.command(there, f"lier {await twin.code(NORA)}")
    assert "Ce que lit le bureau AD1 ne quitte pas Sandbox" in twin.there.last(there)
    assert twin.accounts(NORA) == [("sandbox", NORA.account)]
    away = Address(platform=OTHER, id="nora")
    twin.app.writer.call(lambda unit: unit.people.link(NORA.person().id, away))
    await twin.there.player.command(there, "préférences ici")
    assert "Ce que lit le bureau AD1" in twin.there.last(there)
    assert twin.accounts(NORA)[0] == ("sandbox", NORA.account)


async def test_preferences_show_the_accounts_and_choose_one(twin: Twin) -> None:
    there = await twin.linked(CAMILLE, "camille")
    await twin.there.player.command(there, "préférences")
    read = flat(twin.there.read(there))
    assert "Voisin ce compte" in read
    assert "Sandbox ddt55, où je vous écris" in read
    assert "Je vous parle en français" in read
    await twin.there.player.press(there, "M'écrire ici")
    assert "Voisin ce compte, où je vous écris" in flat(twin.there.read(there))
    assert twin.accounts(CAMILLE) == [(OTHER, "camille"), ("sandbox", "ddt55")]
    assert "Je vous écris désormais sur Voisin" in twin.here.last(CAMILLE)
    await twin.here.player.command(CAMILLE, "preferences ici")
    assert twin.accounts(CAMILLE)[0] == ("sandbox", "ddt55")
    await twin.here.player.command(CAMILLE, "preferences anglais")
    assert twin.app.writer.call(lambda unit: unit.people.get(CAMILLE.person().id)).language == "en"


async def test_an_account_is_taken_back_but_never_the_last(twin: Twin) -> None:
    await twin.here.player.command(CAMILLE, "délier")
    assert "C'est votre seul compte" in twin.here.last(CAMILLE)
    there = await twin.linked(CAMILLE, "camille")
    await twin.there.player.command(there, "délier")
    assert "n'est plus relié à Camille Laurent" in twin.there.last(there)
    assert "Votre compte sur Voisin n'est plus relié à vous" in twin.here.last(CAMILLE)
    assert twin.accounts(CAMILLE) == [("sandbox", "ddt55")]
    await twin.there.player.command(there, "demande")
    assert "Vous n'êtes pas encore dans l'annuaire" in twin.there.read(there)


async def test_a_card_left_on_an_account_taken_back_is_edited_no_more(twin: Twin) -> None:
    there = await twin.linked(CAMILLE, "camille")
    await twin.there.player.command(there, "préférences ici")
    ref = await twin.here.transmitted()
    card = twin.there.player.root(there, ref)
    await twin.there.player.command(there, "délier")
    before = twin.second.world.posts[card]
    await twin.here.player.command(NORA, f"prendre {ref}")
    await twin.here.player.fill(NORA, {"motif": ""})
    assert twin.second.world.posts[card] == before
    assert "En échange avec la DGALN" in twin.here.read(CAMILLE)


async def test_two_accounts_that_type_one_code_at_once_get_one_link(twin: Twin) -> None:
    code, there, mate = await twin.code(CAMILLE), twin.comes(CAMILLE, "camille"), twin.comes(INES, "ines")
    typed = [twin.second.command(who.account, direct(who.account), f"lier {code}") for who in (there, mate)]
    answers = await asyncio.gather(*typed)
    assert sorted(a.outcome for a in answers) == ["done", "refused"]
    assert len(twin.accounts(CAMILLE)) == 2
