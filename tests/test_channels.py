"""The ateliers' channels: who is in them whatever moves, who is written to until they are open, and what is said when they fail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from test_bridge import PLACE, REF, bridged, designated, posts, words
from test_linking import OTHER, Twin
from test_mission import credited, order
from town import ASKED, Town, flat

from atelier.contracts import AccordCadre
from atelier.directory import Entry
from atelier.dossier import Holding, Person
from atelier.words import PersonId, Role
from bot import channels_checkup
from bot.findings import Finding, Level
from bot.sandbox import mission
from bot.sandbox.people import CAMILLE, DOMINIQUE, ELSA, HUGO, INES, MARC, OSCAR, PAUL, REVIEW, SACHA, Somebody
from bot.sandbox.things import Persona
from chat.language import load
from chat.platform import Undeliverable, Undelivered
from handlers import directory, representatives
from storage.reader import open_reader

SAY = load().say("fr")


@pytest.fixture(name="twin")
def opened(tmp_path: Path) -> Iterator[Twin]:
    twin = Twin(tmp_path)
    yield twin
    twin.app.close()


async def members(twin: Twin) -> set[str]:
    """Who is in the atelier's channel on the first platform, once the clock has passed."""
    await twin.app.settle()
    return set(twin.first.world.place(PLACE).members)


def brought(twin: Twin, person: Person, *accounts: tuple[str, str], dry: bool = False) -> None:
    """The directory's table, of one line."""
    entry = Entry(person, accounts)
    twin.app.writer.call(lambda unit: directory.bring(unit, [entry], twin.clock.now(), dry=dry))


# The directory


async def test_somebody_added_to_the_directory_comes_in(twin: Twin) -> None:
    await designated(twin)
    twin.first.world.people(Persona(account="caue55-2", name="Zoé"))
    zoe = Person(id=PersonId("zoe"), name="Zoé", holdings=(Holding(role=Role.CAUE, scope="dep:55"),))
    brought(twin, zoe, ("sandbox", "caue55-2"), dry=True)
    assert "caue55-2" not in await members(twin)
    brought(twin, zoe, ("sandbox", "caue55-2"))
    assert "caue55-2" in await members(twin)


@pytest.mark.parametrize("change", [{"active": False}, {"holdings": ()}], ids=["left", "role taken back"])
async def test_whoever_leaves_or_loses_their_role_goes_out(twin: Twin, change: dict[str, object]) -> None:
    await designated(twin)
    before = await members(twin)
    brought(twin, HUGO.person().model_copy(update=change))
    assert before - await members(twin) == {HUGO.account}
    brought(twin, HUGO.person())
    assert await members(twin) == before, "and comes back"


async def test_a_role_elsewhere_changes_no_channel(twin: Twin) -> None:
    await designated(twin)
    before = await members(twin)
    brought(twin, SACHA.person().model_copy(update={"active": False}))
    assert await members(twin) == before


async def test_an_access_accepted_opens_the_channel(twin: Twin) -> None:
    await designated(twin)
    yann = Somebody("ddt57", "Yann Keller", "", "DDT de la Meuse", (), "55")
    await twin.here.player.command(yann, "acces")
    await twin.here.player.fill(yann, {**ASKED, "departement": "55"})
    assert yann.account not in await members(twin)
    await twin.here.player.press(DOMINIQUE, "Accepter")
    assert yann.account in await members(twin)


async def test_who_takes_over_a_part_comes_in(twin: Twin) -> None:
    await designated(twin)
    assert SACHA.account not in await members(twin)
    await twin.here.player.command(CAMILLE, f"transférer {REF} Sacha Roux")
    assert {SACHA.account, CAMILLE.account} <= await members(twin)


async def test_another_representative_takes_the_place_of_the_first(twin: Twin) -> None:
    await designated(twin)

    def named(unit, *people: Somebody) -> AccordCadre:
        contract = unit.contracts.get("demonstration")
        ids = tuple(PersonId(who.account) for who in people)
        return contract.model_copy(
            update={
                "groupements": tuple(
                    g.model_copy(update={"representants": ids if g.code == "traverse" else ()})
                    for g in contract.groupements
                )
            }
        )

    twin.app.writer.call(
        lambda unit: representatives.settle(unit, named(unit, ELSA), named(unit, OSCAR), twin.clock.now())
    )
    now = await members(twin)
    assert ELSA.account in now
    assert OSCAR.account not in now


async def test_a_platform_where_nobody_is_left_is_emptied_and_told_nothing_more(twin: Twin) -> None:
    there = await bridged(twin)
    brought(twin, OSCAR.person().model_copy(update={"active": False}))
    await twin.app.settle()
    assert twin.second.world.place(PLACE).members == ()
    before = len(posts(twin.there))
    await twin.here.player.say(CAMILLE, "Entre nous.", PLACE)
    assert len(posts(twin.there)) == before
    brought(twin, OSCAR.person())
    await twin.app.settle()
    assert twin.second.world.place(PLACE).members == (there.account,)
    await twin.here.player.say(CAMILLE, "De nouveau tous.", PLACE)
    assert words(twin.there)[-1].endswith("« De nouveau tous. »")


async def test_an_account_given_by_the_directory_opens_the_other_platform(twin: Twin) -> None:
    await designated(twin)
    twin.comes(OSCAR, "oscar")
    brought(twin, OSCAR.person(), (OTHER, "oscar"))
    account = twin.app.writer.call(lambda unit: unit.people.accounts(OSCAR.person().id))[-1]
    twin.app.writer.call(lambda unit: unit.people.unlink(OSCAR.person().id, OSCAR.address()))
    brought(twin, OSCAR.person().model_copy(update={"title": "mandataire du groupement"}))
    assert OSCAR.account not in await members(twin)
    assert twin.second.world.place(PLACE).members == (account.id,)
    assert [p for p in twin.second.world.posts.values() if p.place == PLACE and p.message.card], "it begins by the card"


# Until a channel is open


@pytest.mark.parametrize("opened", [True, False], ids=["open", "not yet"])
async def test_people_are_written_to_until_their_channel_is_open(town: Town, *, opened: bool) -> None:
    town.world.outage = lambda stage: Undelivered("down") if stage == "open" and not opened else None
    await credited(town)
    await order(town, "8000")
    await town.player.press(PAUL, "Signer")
    said = "Toute la mission, avec un point d'arrêt"
    assert (said in "\n".join(town.player.screen(INES))) is not opened
    town.world.outage = lambda _stage: None
    town.advance(timedelta(hours=1))
    await town.local.app.settle()
    assert said in "\n".join(town.player.screen(INES, PLACE)), "what was said before it opened is there too"


# What is told before it is done


async def test_a_preview_names_the_channels_that_will_read_it(town: Town) -> None:
    await credited(town)
    await order(town, "8000")
    seen = flat(town.read(PAUL))
    told = seen[seen.rindex("Seront prévenus") :]
    assert "le canal de l'atelier sur Sandbox" in told
    assert "le canal de revue du bureau AD1" in told
    assert "le canal du groupement" not in told, "its contract names none"


def _kept(town: Town, **changes: object) -> None:
    """The contract imported again, changed."""
    app = town.local.app

    def keep(unit) -> None:
        contract = unit.contracts.get(mission.CONTRACT)
        unit.contracts.keep(contract.model_copy(update=changes), town.local.clock.now(), "essai")

    app.writer.call(keep)


async def acted(town: Town) -> None:
    await town.examined()
    await town.validate(REF)
    await mission.act(town.player, REF)


async def test_a_preview_names_the_channel_of_the_groupement(town: Town) -> None:
    await acted(town)
    town.world.channel("canal-rives", "Atelier des Rives", ("rives",))
    contract = town.local.app.writer.call(lambda unit: unit.contracts.get(mission.CONTRACT))
    first, *others = contract.groupements
    assert first.code == "rives"
    _kept(town, groupements=(first.model_copy(update={"canal": "sandbox:canal-rives"}), *others))
    await town.player.press(MARC, "Solliciter le rang 1", REVIEW.id)
    told = flat(town.read(MARC, REVIEW.id))
    assert "le canal du groupement sur Sandbox" in told[told.rindex("Seront prévenus") :]


async def test_a_preview_outlives_the_same_contract_imported_again(town: Town) -> None:
    await acted(town)
    await town.player.press(MARC, "Solliciter le rang 1", REVIEW.id)
    _kept(town)
    answer = await town.player.press(MARC, "Confirmer", REVIEW.id)
    assert answer.outcome == "done", "the same content is no new version"
    assert town.dossier().mission_().sollicitations


async def test_a_preview_is_stale_once_its_contract_has_changed(town: Town) -> None:
    await town.examined()
    await town.validate(REF)
    await town.player.command(MARC, f"acter {REF} accord_cadre = {mission.CONTRACT} | acte = Décision 2026-31")
    _kept(town, nom="Autre nom")
    answer = await town.player.press(MARC, "Confirmer")
    assert answer.outcome == "refused"
    assert "L'accord-cadre a changé depuis cet aperçu" in town.last(MARC)
    assert town.dossier().mission is None
    await mission.act(town.player, REF)
    assert town.dossier().mission is not None
    await town.player.press(MARC, "Solliciter le rang 1", REVIEW.id)
    _kept(town, nom="Encore un autre")
    assert (await town.player.press(MARC, "Confirmer", REVIEW.id)).outcome == "refused"
    assert not town.dossier().mission_().sollicitations


# What the doctor says


def looked(url: str) -> list[Finding]:
    with open_reader(url) as reader:
        return channels_checkup.findings(reader)


async def test_the_doctor_names_the_channels_that_do_not_open(twin: Twin, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'atelier.db'}"
    [fine] = looked(url)
    assert fine.level is Level.OK
    twin.first.world.outage = lambda stage: (
        Undeliverable("conversations.create: restricted_action") if stage == "open" else None
    )
    await designated(twin)
    [first] = looked(url)
    assert first.level is Level.ATTENTION, "it has only begun"
    for _ in range(channels_checkup.STUCK):
        twin.machine += timedelta(hours=1)
        await twin.app.settle()
    [found] = looked(url)
    assert (found.level, found.about) == (Level.FAUTE, "sandbox")
    assert "1 canal d'atelier impossible à ouvrir sur Sandbox (adt-2026-0001)" in SAY(found.said)
    assert "restricted_action" in SAY(found.said)
    assert found.repair is not None
    assert "laisser le robot créer des canaux privés" in SAY(found.repair)
    twin.first.world.outage = lambda _stage: None
    twin.machine += timedelta(hours=1)
    await twin.app.settle()
    assert [f.level for f in looked(url)] == [Level.OK]


@pytest.mark.parametrize(
    ("reason", "repair"),
    [
        ("conversations.create: missing_scope", "slack manifest"),
        ("team: set MATTERMOST_TEAM", "MATTERMOST_TEAM"),
        ("name_taken: every name like adt-2026-0007 is taken", "Renommez"),
        ("no platform slack", "Redonnez les réglages"),
        ("conversations.invite: is_archived", "Désarchivez"),
        ("channel: 500", "channel later"),
    ],
)
def test_each_reason_has_its_repair(reason: str, repair: str) -> None:
    assert repair in SAY(channels_checkup._repair(reason))
