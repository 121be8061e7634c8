"""AD1's Monday message and the timelines: once a week, whatever happens to the workers; a picture and the same in words."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from cases import in_state, walk
from clockwork import REF, goes_by, lives, until
from test_reminding import two_requests
from town import LANGUAGES, MONDAY, Town, flat

from atelier.words import Do, State
from bot.sandbox.people import CAMILLE, HUGO, INES, NORA, REVIEW
from bot.sandbox.transcript import told
from handlers import digest, timelines
from handlers.digest import planned
from scheduler.weekly import weekly

SAY = LANGUAGES.say("fr", str)


def weeks(town: Town) -> list[str]:
    """The Monday messages in AD1's channel."""
    posts = town.world.visible(NORA.account, REVIEW.id)
    return [flat(told(p.message, SAY)) for p in posts if "Bilan de la semaine" in p.message.text.msg]


def pictures(town: Town, who, place: str) -> list:
    """The posts that carry a picture."""
    return [p for p in town.world.visible(who.account, place) if any(f.mime == "image/png" for f in p.message.files)]


@pytest.mark.parametrize(
    ("now", "at"),
    [
        (datetime(2026, 11, 2, 8, 0, tzinfo=UTC), datetime(2026, 11, 2, 8, tzinfo=UTC)),
        (datetime(2026, 11, 2, 7, 59, tzinfo=UTC), datetime(2026, 10, 26, 8, tzinfo=UTC)),
        (datetime(2026, 11, 8, 22, tzinfo=UTC), datetime(2026, 11, 2, 8, tzinfo=UTC)),
        (datetime(2026, 7, 6, 7, tzinfo=UTC), datetime(2026, 7, 6, 7, tzinfo=UTC)),  # summer time
        (datetime(2026, 4, 6, 9, tzinfo=UTC), datetime(2026, 3, 30, 7, tzinfo=UTC)),  # Easter Monday: not yet
        (datetime(2026, 4, 7, 7, tzinfo=UTC), datetime(2026, 4, 7, 7, tzinfo=UTC)),
    ],
)
def test_monday_at_nine_in_paris_or_the_next_day_worked(now: datetime, at: datetime) -> None:
    assert planned(now) == at


async def test_each_monday_with_what_is_late_the_picture_and_the_head_of_the_journal(town: Town) -> None:
    await two_requests(town)
    await lives(town, 15)
    first, second = weeks(town)
    assert "2 dossiers en cours, 0 échéance dépassée" in first
    assert "2 dossiers en cours, 2 échéances dépassées" in second
    assert f"{REF} — Prise en charge par la DGALN : dépassée depuis le lundi 9 novembre 2026" in second
    assert "attendu de : Nora Benali" in second
    assert "devait partir" not in first + second
    heads = town.local.app.writer.call(lambda unit: unit.journal.heads())
    listed = "".join(f"{ref} {seq} {mac}\n" for ref, seq, mac in heads)
    assert f"Tête du journal scellé (2 chaînes) : {hashlib.sha256(listed.encode()).hexdigest()}" in second
    seal = [p for p in town.world.visible(NORA.account, REVIEW.id) if "Bilan" in p.message.text.msg][-1].message.files
    assert [f.name for f in seal] == ["journal-2026-11-16.txt"]
    assert town.local.app.writer.call(lambda unit: unit.files.content(seal[0].id)) == listed.encode()
    shown = pictures(town, NORA, REVIEW.id)
    assert [p.at.strftime("%d") for p in shown] == ["09", "16"]
    last = told(shown[-1].message, SAY)
    assert "Prise en charge par la DGALN – 9 nov. 2026 (en retard)" in last
    assert "Instruction" in last


async def test_after_an_outage_once_and_it_says_so_in_hours_of_work(town: Town) -> None:
    await town.transmitted()
    await until(town, datetime(2026, 11, 25, 20, tzinfo=UTC))
    assert weeks(town) == []
    await until(town, datetime(2026, 11, 26, 8, tzinfo=UTC))
    (said,) = weeks(town)
    assert "Ce bilan devait partir le lundi 23 novembre 2026 à 9 h 00" in said
    await goes_by(town, minutes=5)
    assert len(weeks(town)) == 1
    await until(town, datetime(2026, 11, 30, 8, tzinfo=UTC))
    assert len(weeks(town)) == 2


async def test_many_workers_send_it_once(town: Town) -> None:
    await town.transmitted()
    town.local.clock.jump(timedelta(days=7))
    app, now = town.local.app, town.local.clock.now()
    done = await asyncio.gather(*(weekly(app.writer, REVIEW, now, f"worker {n}") for n in range(5)))
    assert sorted(done) == [False] * 4 + [True]
    await app.settle()
    assert len(weeks(town)) == 1


async def test_killed_while_it_draws_another_sends_it(town: Town) -> None:
    """The first has the lease and dies: nothing is sent until the lease ends; then somebody else does, once."""
    await town.transmitted()
    town.local.clock.jump(timedelta(days=7))
    app, now = town.local.app, town.local.clock.now()
    taken = app.writer.call(lambda unit: digest.gathered(unit, now, "dead"))
    assert taken is not None
    assert not await weekly(app.writer, REVIEW, now, "second")
    app.writer.call(lambda unit: unit.leases.give_back(digest.LEASE, "dead"))  # as when its time is over
    assert await weekly(app.writer, REVIEW, now, "second")
    drawn = timelines.drawn(taken.picture, "semaine")
    late = app.writer.call(lambda u: digest.posted(u, taken, drawn, now, holder="dead", review=REVIEW))
    assert not late, "woken up too late"
    await app.settle()
    assert len(weeks(town)) == 1


async def test_a_new_bot_begins_with_the_next_monday_and_a_clock_that_goes_back_sends_nothing(town: Town) -> None:
    assert MONDAY.weekday() == 0
    await town.transmitted()
    assert weeks(town) == []
    await goes_by(town, days=7)
    assert len(weeks(town)) == 1
    back = town.local.clock.now() - timedelta(days=8)
    assert not await weekly(town.local.app.writer, REVIEW, back, "back")


async def test_nothing_going_on_is_said_without_a_picture(town: Town) -> None:
    await town.local.app.settle()
    await goes_by(town, days=7)
    (said,) = weeks(town)
    assert "0 dossier en cours" in said
    assert pictures(town, NORA, REVIEW.id) == []


async def test_what_an_abandoned_atelier_still_owes_is_late_there_too(town: Town) -> None:
    """It goes on no more, and is not drawn; its order must be paid all the same."""
    await town.local.app.settle()
    left = walk((Do.DEMANDER_PAIEMENT, Do.ABANDONNER), in_state(State.ANIMATION))
    town.local.app.writer.call(lambda unit: unit.dossiers.add(left))
    await goes_by(town, days=70)
    said = weeks(town)[-1]
    assert "0 dossier en cours, 1 échéance dépassée" in said
    assert "Paiement du bon de commande" in said
    assert pictures(town, NORA, REVIEW.id) == []


async def test_a_timeline_is_a_picture_with_its_alternative_and_its_table(town: Town) -> None:
    await town.examined()
    await goes_by(town, days=3)
    await town.player.command(CAMILLE, f"frise {REF}")
    (post,) = pictures(town, CAMILLE, f"dm:{CAMILLE.account}")
    picture, table = post.message.files
    content = town.local.app.writer.call(lambda unit: unit.files.content(picture.id))
    assert content.startswith(b"\x89PNG")
    read = flat(told(post.message, SAY))
    assert read.startswith("Frise : ")
    assert "Décision de la DGALN – 1er déc. 2026 (à venir)" in read
    assert "Prise en charge par la DGALN – 2 nov. 2026 (fait)" in read
    assert "Instruction – du 2 nov. 2026 au 5 nov. 2026" in read
    text = town.local.app.writer.call(lambda unit: unit.files.content(table.id)).decode()
    assert "Dossier" in text.splitlines()[2]
    assert "Décision de la DGALN" in text


async def test_mine_alone_and_nothing_is_said_too(town: Town) -> None:
    await two_requests(town)
    await town.player.command(INES, "frise")
    read = flat(told(pictures(town, INES, f"dm:{INES.account}")[0].message, SAY))
    assert REF in read
    assert "ADT-2026-0002" not in read
    await town.player.command(HUGO, "frise ADT-2026-0002")
    assert "n'existe pas ou vous n'y avez pas part" in town.last(HUGO)


def test_every_phase_has_one_kind_and_every_kind_its_words() -> None:
    states = [state for _, found in timelines.KINDS.values() for state in found]
    assert len(states) == len(set(states))
    assert set(digest.GOING) <= set(timelines.PHASES)
