"""A channel archived after it was opened: its letters wait, the doctor says what to do, and they leave once it is brought back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from test_two_chats import SAID, Both, opened

from bot import channels_checkup
from bot.findings import Finding, Level
from bot.sandbox.people import CAMILLE, OSCAR
from chat.cards import Address, Message
from chat.language import load
from chat.platform import Undelivered
from chat.text import raw
from storage.reader import open_reader
from storage.tables import outbox
from tests.conformance.stage import Stage

__all__ = ["opened"]
SAY = load().say("fr")


def archived(both: Both, stage: Stage, channel: str, *, now: bool = True) -> None:
    """Somebody archives a channel, or brings it back."""
    if stage is both.state:
        both.state.world.channels[channel]["delete_at"] = 1 if now else 0
    else:
        both.firm.slack.refused = {channel: "is_archived"} if now else {}


def looked(folder: Path) -> list[Finding]:
    """What the doctor finds of the channels, by the memory alone."""
    with open_reader(f"sqlite:///{folder}/a.db") as reader:
        return channels_checkup.findings(reader)


def states(both: Both) -> list[str]:
    """The letters that did not leave."""
    found = select(outbox.c.state).where(outbox.c.state != "posted").order_by(outbox.c.seq)
    return both.app.writer.call(lambda u: list(u.conversations._connection.execute(found).scalars()))


async def gone_on(both: Both, by: timedelta) -> None:
    both.ahead.by += by
    await both.settle()


@pytest.fixture(params=["mattermost", "slack"])
async def pair(request: pytest.FixtureRequest, both: Both) -> AsyncIterator[tuple[Both, Stage, Stage]]:
    """The two chats, the one whose channel is archived, and the other, where people go on talking."""
    first, other = (both.state, both.firm) if request.param == "mattermost" else (both.firm, both.state)
    yield both, first, other
    both.firm.slack.refused = {}


async def test_an_atelier_s_channel_waits_and_flows_in_order(pair: tuple[Both, Stage, Stage], tmp_path: Path) -> None:
    both, stage, other = pair
    who, reader = (OSCAR, CAMILLE) if stage is both.state else (CAMILLE, OSCAR)
    archived(both, stage, both.place(stage))
    for words in ("Un", "Deux"):
        await other.say(who, words, both.place(other))
    for _ in range(4):
        await gone_on(both, timedelta(hours=1))
    assert states(both) == ["waiting", "waiting"], "nothing died of it"
    [finding] = [f for f in looked(tmp_path) if f.point == "canaux.archives"]
    said = SAY(finding.said)
    assert (finding.level, str(both.dossier.ref) in said, "2 messages" in said) == (Level.FAUTE, True, True)
    assert finding.repair is not None
    assert "Désarchivez-le" in SAY(finding.repair)
    archived(both, stage, both.place(stage), now=False)
    await gone_on(both, timedelta(minutes=20))
    assert states(both) == []
    told = [r.text for r in stage.screen(reader, both.place(stage)) if not r.mine and not r.buttons]
    assert [t[-6:].strip("« »") for t in told if "«" in t][-2:] == ["Un", "Deux"]
    assert not [f for f in looked(tmp_path) if f.point == "canaux.archives"]


async def test_a_card_of_an_archived_channel_is_corrected_later_and_not_put_twice(both: Both) -> None:
    """Mattermost refuses to edit there too: the card is not taken for gone."""
    place = both.place(both.state)
    at = Address(platform="mattermost", id=place)
    post = await both.state.platform.post(at, Message(text=raw("Avant")), "o-card", "", "fr")
    archived(both, both.state, place)
    with pytest.raises(Undelivered, match="can_not_update_post_in_deleted") as refused:
        await both.state.platform.edit(at, post, Message(text=raw("Après")), "fr")
    assert (refused.value.retry_after, refused.value.untaken) == (900, True)
    archived(both, both.state, place, now=False)
    await both.state.platform.edit(at, post, Message(text=raw("Après")), "fr")
    assert [r.text for r in both.state.screen(CAMILLE, place) if r.id == post] == ["Après"]


async def test_the_other_places_go_on(pair: tuple[Both, Stage, Stage]) -> None:
    both, stage, _ = pair
    archived(both, stage, both.place(stage))
    who = CAMILLE if stage is both.state else OSCAR
    await stage.command(who, "aide")
    assert "aide" in stage.read(who)
    assert SAID.startswith(CAMILLE.name)


async def test_the_review_channel_is_named_with_its_own_repair(both: Both, tmp_path: Path) -> None:
    archived(both, both.state, both.state.review)
    review = Address(platform="mattermost", id=both.state.review)
    both.app.writer.call(lambda u: u.outbox.put(review, Message(text=raw("À tous")), due=both.ahead.now()))
    await gone_on(both, timedelta(hours=1))
    [finding] = [f for f in looked(tmp_path) if f.point == "canaux.archives"]
    assert both.state.review in SAY(finding.said)
    assert finding.repair is not None
    assert "ATELIER_REVIEW_CHANNEL" in SAY(finding.repair)
    archived(both, both.state, both.state.review, now=False)
    await gone_on(both, timedelta(minutes=20))
    assert states(both) == []
