"""One atelier whose State is on Mattermost and whose groupement is on Slack: both adapters, their servers, one bot between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cases import in_state
from sqlalchemy import func, select

from atelier.dossier import Dossier, Holding, Person
from atelier.words import Role, State
from bot import memory
from bot.app import Application, compose
from bot.catching import catch_up
from bot.clock import JumpingClock
from bot.sandbox.letters import letter
from bot.sandbox.people import CAMILLE, NORA, OSCAR
from chat.cards import Address
from handlers import gathering
from handlers.bridge import CARRIED, DELETED
from storage.tables import inbox
from storage.unit import Unit
from tests.conformance import mattermost, slack
from tests.conformance.mattermost import MattermostStage
from tests.conformance.slack import SlackStage
from tests.conformance.stage import MONDAY, Ahead, Ear, Scripted, Stage, Still
from tests.conformance.stages import KEY, LANGUAGES, TERRITORIES
from tests.slack.samples import sample

CHATTER = "CCANT"
SAID = "Camille Laurent (service porteur, sur Mattermost)"
ANSWERED = "Oscar Blin (mandataire, sur Slack)"


@dataclass
class Both:
    """The two chats, and where the atelier's channel is on each."""

    app: Application
    state: MattermostStage
    firm: SlackStage
    dossier: Dossier
    ahead: Ahead

    def place(self, stage: Stage) -> str:
        """The atelier's channel there, as the platform names it."""
        name = Address(platform=stage.name, id=f"atelier:{self.dossier.ref}")
        found = self.app.writer.call(lambda unit: unit.ateliers.real(name))
        assert found is not None
        return found.id

    async def settle(self) -> None:
        await self.state.settle()
        await self.firm.settle()

    def read(self, stage: Stage) -> list[str]:
        """What the bot says in the atelier's channel, its card aside."""
        who = CAMILLE if stage is self.state else OSCAR
        return [r.text for r in stage.screen(who, self.place(stage)) if not r.mine and not r.buttons]

    def kept(self) -> tuple[int, list[str]]:
        """How many events were kept as seen, and what the journal has of the words."""
        lines = self.app.writer.call(lambda unit: unit.journal.of(self.dossier.ref))
        with self.app.writer._units.engine.connect() as connection:
            seen = connection.execute(select(func.count()).select_from(inbox)).scalar_one()
        return seen, [line.text for line in lines if line.what == CARRIED]


def _people(dossier: Dossier, state: Stage, firm: Stage) -> list[tuple[Person, Address]]:
    mission = dossier.mission_()
    stands = (Holding(role=Role.MAND, scope=mission.groupement_scope()),)
    oscar = OSCAR.person().model_copy(update={"holdings": stands})
    return [
        (CAMILLE.person(), state.address(CAMILLE)), (NORA.person(), state.address(NORA)), (oscar, firm.address(OSCAR)),
    ]  # fmt: skip


@pytest.fixture(name="both")
async def opened(tmp_path: Path) -> AsyncIterator[Both]:
    database = f"sqlite:///{tmp_path}/a.db"
    memory.moved(database)
    writer, ahead, clock = memory.opened(database, KEY), Ahead(), JumpingClock(MONDAY, machine=Still())

    async def nobody(_event: object) -> Any:
        raise AssertionError("the bot is not composed yet")

    ears, dossier = (Ear(nobody), Ear(nobody)), in_state(State.DESIGNE)
    async with (
        mattermost.staged(Scripted(), ears[0], LANGUAGES, clock, memory.fetching(writer)) as state,
        slack.staged(Scripted(), ears[1], LANGUAGES, clock, memory.fetching(writer)) as firm,
    ):
        app = compose(
            writer=writer, review=Address(platform=state.name, id=state.review), clock=clock, territories=TERRITORIES,
            platforms={state.name: state.platform, firm.name: firm.platform}, languages=LANGUAGES, now=ahead.now,
        )  # fmt: skip
        for stage in (state, firm):
            stage.app, stage.ear.desk = app, app.receive

        def listed(unit: Unit) -> None:
            for person, account in _people(dossier, state, firm):
                unit.people.add(person, (account,))
            unit.dossiers.add(dossier)
            gathering.gather(unit, dossier, clock.now())

        writer.call(listed)
        await app.settle()
        yield Both(app, state, firm, dossier, ahead)
        app.close()


async def test_the_channel_is_open_on_both_with_its_own_people(both: Both) -> None:
    assert both.state.world.members[both.place(both.state)] == {
        both.state.account(CAMILLE), both.state.account(NORA), both.state.world.bot,
    }  # fmt: skip
    assert both.firm.slack.members[both.place(both.firm)] == {both.firm.account(OSCAR)}


async def test_words_outside_threads_are_carried_once_each_way(both: Both) -> None:
    await both.state.say(CAMILLE, "La salle est réservée.", both.place(both.state))
    await both.firm.say(OSCAR, "Merci, nous arrivons à 9 h.", both.place(both.firm))
    await both.firm.again()
    await both.state.again()
    await both.settle()
    assert both.read(both.firm) == [f"{SAID} : « La salle est réservée. »"]
    assert both.read(both.state) == [f"{ANSWERED} : « Merci, nous arrivons à 9 h. »"]
    assert both.kept()[1] == ["La salle est réservée.", "Merci, nous arrivons à 9 h."]


async def test_words_in_a_thread_are_carried_too(both: Both) -> None:
    place = both.place(both.firm)
    await both.firm.say(OSCAR, "Quel jour ?", place)
    root = both.firm.screen(OSCAR, place)[-1].id
    await both.firm.say(OSCAR, "Plutôt mardi.", place, root)
    assert both.read(both.state)[-1] == "Oscar Blin (mandataire, sur Slack, dans un fil) : « Plutôt mardi. »"


async def test_files_outside_threads_are_carried_both_ways(both: Both) -> None:
    content = letter("Plan")
    await both.firm.drop(OSCAR, {"plan.pdf": content}, "Le plan", both.place(both.firm))
    await both.settle()
    assert both.read(both.state) == [f"{ANSWERED} : « Le plan »"]
    posted = both.state.screen(CAMILLE, both.place(both.state))[-1]
    assert posted.files == ("plan.pdf",)
    [id_] = posted.inner["file_ids"]  # type: ignore[index]
    assert both.state.world.contents[id_] == content
    await both.state.drop(CAMILLE, {"photo.pdf": content}, "", both.place(both.state))
    await both.settle()
    assert both.firm.slack.shared["photo.pdf"] == content
    assert both.read(both.firm)[-1].partition("\n")[0] == f"{SAID} dépose « photo.pdf »"


async def test_what_slack_names_by_an_id_is_read_as_a_name(both: Both) -> None:
    here = both.firm.account(OSCAR)
    words = f"<@{here}> et <@U0INCONNU> : voyez <#C0AUTRE> et <https://exemple.fr/a|le plan> <!here>"
    await both.firm.say(OSCAR, words, both.place(both.firm))
    read = both.state.screen(CAMILLE, both.place(both.state))[-1]
    told = "@Oscar Blin et @quelqu'un : voyez #un-autre-canal et le plan (https://exemple.fr/a) @here"
    assert read.text.replace("\N{WORD JOINER}", "") == f"{ANSWERED} : « {told} »"
    assert both.state.mentions(read) == []
    assert both.kept()[1] == [told]


async def test_what_mattermost_names_calls_nobody_on_slack(both: Both) -> None:
    await both.state.say(CAMILLE, "@all @channel @oscar <!channel> <@U1>", both.place(both.state))
    read = both.firm.screen(OSCAR, both.place(both.firm))[-1]
    assert "@all @channel @oscar" in read.text
    assert both.firm.mentions(read) == []


async def test_talk_elsewhere_leaves_nothing_behind(both: Both, capsys: pytest.CaptureFixture[str]) -> None:
    channel = both.state.world.channel("cantine", both.state.world.bot, both.state.account(CAMILLE))["id"]
    before, calls = both.kept(), len(both.firm.slack.asked)
    capsys.readouterr()
    for words in ("On mange quoi ?", "Une quiche."):
        await both.firm.say(OSCAR, words, CHATTER)
        await both.state.say(CAMILLE, words, channel)
        await both.state.say(NORA, words, both.state.review)
    await both.firm.drop(OSCAR, {"menu.pdf": letter("Menu")}, "Le menu", CHATTER)
    await both.firm.say(OSCAR, "en fil", CHATTER, both.firm.screen(OSCAR, CHATTER)[0].id)
    await both.state.drop(CAMILLE, {"menu.pdf": letter("Menu")}, "Le menu", channel)
    heard = len(both.state.ear.heard) + len(both.firm.ear.heard)
    assert heard == 9
    assert {answer.outcome for ear in (both.state.ear, both.firm.ear) for _, answer in ear.heard} == {"ignored"}
    assert both.kept() == before
    assert capsys.readouterr().out == ""
    assert len(both.firm.slack.asked) == calls, "no file fetched, nothing said"
    assert all(r.mine or r.text == "" for r in both.state.screen(CAMILLE, channel))


async def test_a_mention_in_the_channel_is_a_command_and_comes_once(both: Both) -> None:
    place = both.place(both.firm)
    both.firm.slack.channels[place].append({"user": both.firm.account(OSCAR), "ts": "1790000900.000001", "text": "x"})
    said = {"user": both.firm.account(OSCAR), "text": "<@UBOT> aide", "channel": place, "ts": "1790000900.000002"}
    word, named = sample("real_event_message_in_channel"), sample("real_event_app_mention")
    word["event"] |= said | {"channel_type": "group"}
    named["event"] |= said
    for payload in (word, named):
        assert (await both.firm.person.event(payload)).status_code == 200
    await both.settle()
    assert [type(event).__name__ for event, _ in both.firm.ear.heard] == ["Asked"]
    assert both.read(both.state) == []


async def test_what_was_said_while_we_were_away_is_carried_once_and_in_order(both: Both) -> None:
    await both.state.command(CAMILLE, "aide")
    await both.firm.command(OSCAR, "aide")
    place, at = both.place(both.firm), int((MONDAY + timedelta(minutes=5)).timestamp())
    for number, words in enumerate(("un", "deux", "trois")):
        told = {"type": "message", "user": both.firm.account(OSCAR), "ts": f"{at}.{number:06d}", "text": words}
        both.firm.slack.channels[place].append(told)
    for _ in range(2):
        assert await catch_up(both.app.writer, "slack", both.firm.room.catch_up, pause=0) >= 3
        await both.settle()
    assert both.read(both.state) == [f"{ANSWERED} : « {words} »" for words in ("un", "deux", "trois")]
    late = sample("real_event_message_in_channel")
    late["event"] |= both.firm.slack.channels[place][-3] | {"channel": place, "channel_type": "group"}
    assert (await both.firm.person.event(late)).status_code == 200
    await both.settle()
    assert len(both.read(both.state)) == 3, "told at last by Slack too"


async def test_mattermost_is_read_back_too(both: Both) -> None:
    await both.state.command(CAMILLE, "aide")
    place = both.place(both.state)
    listeners, both.state.world.listeners[:] = list(both.state.world.listeners), []
    for words in ("un", "deux", "trois"):
        both.state.people[CAMILLE.account].say(words, place)
    await both.settle()
    both.state.world.listeners[:] = listeners
    assert both.read(both.firm) == [], "nobody heard them"
    for _ in range(2):
        await catch_up(both.app.writer, "mattermost", both.state.room.catch_up, pause=0)
        await both.settle()
    assert both.read(both.firm) == [f"{SAID} : « {words} »" for words in ("un", "deux", "trois")]


async def test_words_corrected_are_carried_as_a_correction(both: Both) -> None:
    place, here = both.place(both.firm), both.place(both.state)
    await both.firm.say(OSCAR, "À 9 h.", place)
    ts = both.firm.slack.channels[place][-1]["ts"]
    changed = sample("real_event_message_changed")
    changed["event"]["message"] |= {
        "user": both.firm.account(OSCAR), "ts": ts, "text": "À 10 h.", "edited": {"ts": f"{ts}1"},
    }  # fmt: skip
    changed["event"] |= {"channel": place, "previous_message": {"text": "À 9 h."}}
    for _ in range(2):
        assert (await both.firm.person.event(changed)).status_code == 200
    await both.settle()
    assert both.read(both.state) == [f"{ANSWERED} : « À 9 h. »", f"{ANSWERED} corrige : « À 10 h. »"]
    before = len(both.state.ear.heard)
    post = both.state.people[CAMILLE.account].say("Salle 2", here)
    await both.state.came(before + 1)
    both.state.world.change(post, {"message": "Salle 3"})
    await both.state.came(before + 2)
    await both.settle()
    assert both.read(both.firm) == [f"{SAID} : « Salle 2 »", f"{SAID} corrige : « Salle 3 »"]


async def test_a_message_deleted_is_said_to_be_where_it_was_carried_and_never_again(both: Both) -> None:
    """By its time, without its words, once; the journal keeps them. What was never carried is said by nobody."""
    place, here = both.place(both.firm), both.place(both.state)
    await both.firm.say(OSCAR, "Le code de la porte est 1234.", place)
    await both.settle()
    ts = both.firm.slack.channels[place][-1]["ts"]
    gone = sample("real_event_message_deleted")
    before = {"user": both.firm.account(OSCAR), "ts": ts, "text": "Le code de la porte est 1234."}
    gone["event"] |= {"channel": place, "previous_message": before}
    never = sample("real_event_message_deleted")
    never["event"] |= {"channel": place, "previous_message": before | {"ts": "1790000001.000100"}}
    for payload in (gone, gone, never):
        assert (await both.firm.person.event(payload)).status_code == 200
    await both.settle()
    said, deleted = both.read(both.state)
    assert said == f"{ANSWERED} : « Le code de la porte est 1234. »"
    assert deleted.startswith(f"{ANSWERED} : son message du ")
    assert deleted.endswith(" a été supprimé.")
    assert "1234" not in deleted
    heard = len(both.state.ear.heard)
    post = both.state.people[CAMILLE.account].say("Salle 2", here)
    await both.state.came(heard + 1)
    both.state.world.remove(post)
    await both.state.came(heard + 2)
    await both.settle()
    assert both.read(both.firm)[-1].startswith(f"{SAID} : son message du ")
    lines = both.app.writer.call(lambda unit: unit.journal.of(both.dossier.ref))
    told = [(line.what, line.text) for line in lines if line.what in {CARRIED, DELETED}]
    assert told == [(CARRIED, "Le code de la porte est 1234."), (DELETED, ""), (CARRIED, "Salle 2"), (DELETED, "")]


async def test_a_root_deleted_under_its_answers_is_said_to_be(both: Both) -> None:
    """Slack leaves a stone in its place, so that the thread stays: it comes as a change."""
    place = both.place(both.firm)
    await both.firm.say(OSCAR, "Qui vient ?", place)
    ts = both.firm.slack.channels[place][-1]["ts"]
    stone = sample("real_event_message_changed")
    before = {"user": both.firm.account(OSCAR), "ts": ts, "text": "Qui vient ?", "thread_ts": ts}
    now = {"subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted.", "ts": ts, "thread_ts": ts}
    stone["event"] |= {"channel": place, "message": now, "previous_message": before}
    assert (await both.firm.person.event(stone)).status_code == 200
    await both.settle()
    assert len(both.read(both.state)) == 2
    assert both.read(both.state)[-1].endswith(" a été supprimé.")


async def test_a_link_that_unfolds_or_an_answer_corrected_is_nobody_s_word(both: Both) -> None:
    unfolded, direct = sample("real_event_message_changed"), sample("real_event_message_changed")
    for payload, channel in ((unfolded, both.place(both.firm)), (direct, both.firm.home(OSCAR))):
        payload["event"]["message"] |= {"user": both.firm.account(OSCAR), "ts": "1790000500.0", "text": "Voilà"}
        payload["event"] |= {"channel": channel, "previous_message": {"text": "Voilà"}}
        assert (await both.firm.person.event(payload)).status_code == 200
    direct["event"]["previous_message"]["text"] = "Autre chose"
    assert (await both.firm.person.event(direct)).status_code == 200
    assert both.firm.ear.heard == []
