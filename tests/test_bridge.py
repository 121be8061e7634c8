"""One atelier on two chats: its channels are bridged, and the exchange with AD1 goes both ways, each thing once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from test_linking import Twin
from town import LANGUAGES, Town

from bot.mattermost import marks as mattermost
from bot.sandbox import mission
from bot.sandbox.letters import letter
from bot.sandbox.people import ALIX, CAMILLE, NORA, OSCAR, REVIEW, Somebody
from bot.sandbox.things import Post
from bot.slack import marks as slack
from chat.cards import Address
from chat.platform import Undelivered
from chat.talk import Said
from handlers import bridge
from storage.tables import files

REF = "ADT-2026-0001"
PLACE = REF.lower()


@pytest.fixture(name="twin")
def opened(tmp_path: Path) -> Iterator[Twin]:
    twin = Twin(tmp_path)
    yield twin
    twin.app.close()


async def designated(twin: Twin) -> None:
    """An atelier whose groupement is designated, everybody on the first platform."""
    await twin.here.validate(await twin.here.examined())
    await mission.act(twin.here.player, REF)
    await mission.designation(twin.here.player, REF)


async def bridged(twin: Twin) -> Somebody:
    """The same, the mandataire having chosen the second platform."""
    await designated(twin)
    there = await twin.linked(OSCAR, "oscar")
    await twin.there.player.command(there, "préférences ici")
    return there


def posts(town: Town, account: str = "") -> list[Post]:
    """What the bot says in the atelier's channel, the card aside."""
    mine = [p for p in town.world.posts.values() if p.place == PLACE and not p.author and p.ephemeral_to == account]
    return [p for p in mine if p.message.card is None]


def words(town: Town, account: str = "") -> list[str]:
    say = LANGUAGES.say("fr", str)
    return [say(post.message.text) for post in posts(town, account)]


def journal(twin: Twin) -> list[str]:
    lines = twin.app.writer.call(lambda unit: unit.journal.of(REF))
    return [line.text for line in lines if line.what == bridge.CARRIED]


async def test_choosing_another_platform_brings_the_channel_there(twin: Twin) -> None:
    await bridged(twin)
    assert twin.second.world.place(PLACE).members == ("oscar",)
    assert OSCAR.account not in twin.first.world.place(PLACE).members
    assert CAMILLE.account in twin.first.world.place(PLACE).members


async def test_words_are_carried_once_each_way_with_author_and_place(twin: Twin) -> None:
    there = await bridged(twin)
    first, second = len(words(twin.here)), len(words(twin.there))
    await twin.here.player.say(CAMILLE, "La salle est réservée.", PLACE)
    await twin.there.player.say(there, "Merci, nous arrivons à 9 h.", PLACE)
    assert words(twin.there)[second:] == ["Camille Laurent (service porteur, sur Sandbox) : « La salle est réservée. »"]
    assert words(twin.here)[first:] == ["Oscar Blin (mandataire, sur Voisin) : « Merci, nous arrivons à 9 h. »"]
    assert journal(twin) == ["La salle est réservée.", "Merci, nous arrivons à 9 h."]
    await twin.app.settle()
    assert len(words(twin.here)) == first + 1, "what is carried is carried no further"


async def test_order_is_kept_and_nothing_doubled_when_the_other_platform_falls(twin: Twin) -> None:
    await bridged(twin)
    before, failures = len(words(twin.there)), iter([Undelivered("down"), None, Undelivered("lost answer")])

    def outage(stage: str) -> Exception | None:
        return next(failures, None) if stage in {"post", "posted"} else None

    twin.second.world.outage = outage
    said = [f"mot {number}" for number in range(8)]
    for word in said:
        await twin.first.say(CAMILLE.account, PLACE, word)
    for _ in range(4):
        twin.machine += timedelta(minutes=20)
        await twin.app.settle()
    assert [w.rpartition("« ")[2].removesuffix(" »") for w in words(twin.there)[before:]] == said


async def test_the_same_event_twice_is_carried_once(twin: Twin) -> None:
    await bridged(twin)
    before, twin.first.ids = len(words(twin.there)), lambda: "the-same"
    await twin.here.player.say(CAMILLE, "une fois", PLACE)
    await twin.here.player.say(CAMILLE, "une fois", PLACE)
    assert len(words(twin.there)) == before + 1


async def test_files_are_kept_once_and_shared_again(twin: Twin) -> None:
    there = await bridged(twin)
    content = letter("Plan")
    before = len(twin.rows(files))
    await twin.there.player.drop(there, {"plan.pdf": content}, "Le plan", PLACE)
    assert len(twin.rows(files)) == before + 1
    post = posts(twin.here)[-1]
    assert words(twin.here)[-1] == "Oscar Blin (mandataire, sur Voisin) : « Le plan »"
    assert [file.name for file in post.message.files] == ["plan.pdf"]
    kept = twin.app.writer.call(lambda unit: unit.files.content(post.message.files[0].id))
    assert kept == content
    await twin.there.player.drop(there, {"plan.pdf": content}, "", PLACE)
    assert words(twin.here)[-1] == "Oscar Blin (mandataire, sur Voisin) dépose « plan.pdf »"


async def test_a_file_that_is_not_taken_is_said_and_the_rest_is_carried(twin: Twin) -> None:
    there = await bridged(twin)
    await twin.there.player.drop(there, {"a.exe": b"MZ\x90", "plan.pdf": letter("Plan")}, "Voilà", PLACE)
    assert [file.name for file in posts(twin.here)[-1].message.files] == ["plan.pdf"]
    assert "« a.exe » n'est pas porté ailleurs" in words(twin.there, "oscar")[-1]
    many = {f"plan{number}.pdf": letter("Plan") for number in range(bridge.FILES + 1)}
    await twin.there.player.drop(there, many, "", PLACE)
    assert len(posts(twin.here)[-1].message.files) == bridge.FILES
    assert f"Au plus {bridge.FILES} fichiers" in words(twin.there, "oscar")[-1]


async def test_long_words_are_carried_whole_in_bounded_pieces(twin: Twin) -> None:
    await bridged(twin)
    before = len(posts(twin.there))
    spoken = " ".join(f"mot{number}" for number in range(1500))
    await twin.here.player.say(CAMILLE, spoken, PLACE)
    pieces = [p.message.text.args["text"].msg for p in posts(twin.there)[before:]]
    assert len(pieces) > 1
    assert max(map(len, pieces)) <= bridge.WORDS
    assert " ".join(pieces) == spoken
    assert ", suite : «" in words(twin.there)[-1]


@pytest.mark.parametrize("spoken", ["@all @here @channel venez", "<!channel> <!here> <@U123> <#C1|x>", "@oscar ?"])
async def test_nobody_is_called_by_what_is_carried(twin: Twin, spoken: str) -> None:
    await bridged(twin)
    await twin.here.player.say(CAMILLE, spoken, PLACE)
    text = posts(twin.there)[-1].message.text
    on_mattermost = mattermost.markdown(LANGUAGES.say("fr", mattermost.quiet)(text))
    assert not any(f"@{name}" in on_mattermost for name in ("all", "here", "channel", "oscar", "U123"))
    on_slack = slack.mrkdwn(LANGUAGES.say("fr", slack.quiet)(text))
    assert "<" not in on_slack


async def test_who_has_no_part_is_told_once_a_day_that_their_words_stay(twin: Twin) -> None:
    await bridged(twin)
    before, members = len(posts(twin.there)), twin.first.world.place(PLACE).members
    twin.first.world.channel(PLACE, "Atelier", (*members, ALIX.account, "ddt57"))
    for account in (ALIX.account, "ddt57"):
        await twin.first.say(account, PLACE, "Bonjour de loin")
        await twin.first.drop(account, PLACE, [("plan.pdf", letter("Plan"))])
        await twin.app.settle()
        assert [w.startswith("Vos messages restent ici") for w in words(twin.here, account)] == [True]
    twin.clock.jump(timedelta(days=1))
    for account in (ALIX.account, "ddt57"):
        await twin.first.say(account, PLACE, "Toujours là")
        assert [w.startswith("Vos messages restent ici") for w in words(twin.here, account)] == [True, True]
    assert len(posts(twin.there)) == before
    assert journal(twin) == []


async def test_on_one_platform_nothing_happens(twin: Twin) -> None:
    await designated(twin)
    before = len(twin.first.world.posts)
    await twin.here.player.say(CAMILLE, "Bonjour", PLACE)
    await twin.here.player.drop(CAMILLE, {"a.exe": b"MZ"}, "", PLACE)
    assert len(twin.first.world.posts) == before + 2
    assert journal(twin) == []
    assert twin.second.world.places == {}


async def test_a_command_is_no_message(twin: Twin) -> None:
    await bridged(twin)
    before = len(posts(twin.there))
    await twin.here.player.say(CAMILLE, " /atelier lier ABCD-EFGH-IJKL", PLACE)
    assert len(posts(twin.there)) == before
    assert "Une commande n'est pas un message" in words(twin.here, CAMILLE.account)[-1]


async def test_a_command_begun_with_a_capital_is_no_message_either(twin: Twin) -> None:
    await bridged(twin)
    before = len(posts(twin.there))
    await twin.here.player.say(CAMILLE, "/Atelier lier ABCD-EFGH-IJKL", PLACE)
    assert len(posts(twin.there)) == before, "a phone begins with a capital; a code must not travel"


async def _heard(twin: Twin, post: str, text: str, *, corrected: bool = False, deleted: bool = False) -> None:
    """What Camille says in the atelier's channel, in the order in which a platform tells it."""
    place, sender = (Address(platform=twin.first.name, id=id_) for id_ in (PLACE, CAMILLE.account))
    told = {"sender": sender, "place": place, "text": text, "post": post, "corrected": corrected, "deleted": deleted}
    await twin.app.receive(Said(id=f"m:{post}:{corrected}:{deleted}", **told))
    await twin.app.settle()


async def test_a_message_that_comes_after_its_correction_is_not_the_last_word(twin: Twin) -> None:
    """Slack sends again, a minute later, what was not taken at once: its correction may have come meanwhile."""
    await bridged(twin)
    await _heard(twin, "p1", "Salle 3", corrected=True)
    await _heard(twin, "p1", "Salle 2")
    assert words(twin.there)[-1].endswith("corrige : « Salle 3 »")
    assert not any("Salle 2" in said for said in words(twin.there))
    await _heard(twin, "p2", "Salle 4")
    assert words(twin.there)[-1].endswith("« Salle 4 »")


async def test_a_message_that_comes_after_its_deletion_is_not_carried(twin: Twin) -> None:
    await bridged(twin)
    before = words(twin.there)
    await _heard(twin, "p1", "", deleted=True)
    await _heard(twin, "p1", "Numéro de carte : 1234")
    assert words(twin.there) == before


async def test_a_thread_under_the_card_is_the_same_on_both_sides(twin: Twin) -> None:
    there = await bridged(twin)
    root, other = twin.here.player.root(CAMILLE, REF, PLACE), twin.there.player.root(there, REF, PLACE)
    await twin.here.player.say(CAMILLE, "Sous la carte", PLACE, root)
    assert posts(twin.there)[-1].thread == other
    assert words(twin.there)[-1] == "Camille Laurent (service porteur, sur Sandbox) : « Sous la carte »"
    await twin.there.player.say(there, "Bonjour", PLACE)
    await twin.here.player.say(CAMILLE, "Réponse", PLACE, posts(twin.here)[-1].id)
    assert words(twin.there)[-1] == "Camille Laurent (service porteur, sur Sandbox, dans un fil) : « Réponse »"
    assert posts(twin.there)[-1].thread == ""


async def test_nothing_of_the_review_channel_leaves_its_platform(twin: Twin) -> None:
    await bridged(twin)
    before = len(twin.second.world.posts)
    root = twin.here.player.review(NORA, REF)
    await twin.here.player.say(NORA, "Entre nous, le rang 1 hésitait.", REVIEW.id, root)
    await twin.here.player.say(NORA, "Entre nous, hors fil.", REVIEW.id)
    assert len(twin.second.world.posts) == before
    read = "\n".join(LANGUAGES.say("fr", str)(p.message.text) for p in twin.second.world.posts.values())
    assert "Entre nous" not in read


async def test_who_leaves_a_platform_empties_the_channel_there(twin: Twin) -> None:
    there = await bridged(twin)
    await twin.there.player.command(there, "délier")
    assert twin.second.world.place(PLACE).members == ()
    assert OSCAR.account in twin.first.world.place(PLACE).members


async def test_the_exchange_with_ad1_crosses_platforms_both_ways_once(twin: Twin) -> None:
    there = await twin.linked(CAMILLE, "camille")
    await twin.there.player.command(there, "préférences ici")
    ref = await twin.here.examined()
    silent = len(twin.here.player.screen(CAMILLE))
    await twin.here.player.command(NORA, f"ecrire {ref} destinataires = service | texte = Quels îlots ? @all")
    letters = [w for w in twin.there.player.screen(there) if "vous écrit au sujet de" in w]
    assert len(letters) == 1
    assert "Quels îlots ? @all" in letters[0]
    assert len(twin.here.player.screen(CAMILLE)) == silent, "told where they prefer, and only there"
    root = twin.there.player.root(there, ref)
    await twin.there.player.drop(there, {"ilots.pdf": letter("Plan")}, "Les trois îlots nord.", thread=root)
    in_review = [w for w in twin.here.player.screen(NORA, REVIEW.id) if "Les trois îlots nord." in w]
    assert len(in_review) == 1
    shared = [f.name for p in twin.first.world.visible(NORA.account, REVIEW.id) for f in p.message.files]
    assert shared.count("ilots.pdf") == 1


async def test_cards_are_edited_on_both_platforms(twin: Twin) -> None:
    there = await twin.linked(CAMILLE, "camille")
    ref = await twin.here.transmitted()
    old = twin.here.player.root(CAMILLE, ref)
    await twin.there.player.command(there, "préférences ici")
    await twin.here.player.command(NORA, f"prendre {ref}")
    await twin.here.player.fill(NORA, {"motif": ""})
    new = twin.there.player.root(there, ref)
    await twin.here.validate(ref)
    say = LANGUAGES.say("fr", str)
    for world, post in ((twin.first.world, old), (twin.second.world, new)):
        assert "Validée" in say(world.posts[post].message.card.state)
