"""Whoever a gesture is recorded for is told of it, or those beside them: by whom, from what, how to contest it."""

from __future__ import annotations

from datetime import date

import pytest
from cases import CONTRACT, CONTRACT_2021, filled, ready, scene_of
from test_drafts import begun
from test_mission import REF as ATELIER
from test_mission import noted
from town import Town, flat

from atelier.decide import step_of
from atelier.dossier import Dossier, Holding
from atelier.procedure import STEPS
from atelier.words import Do, PersonId, Reference, Role
from bot.sandbox.people import CAMILLE, INES, MAIRE, MARC, NORA, OSCAR, PAUL, Somebody
from storage.unit import Unit

REF = Reference("ADT-2026-0007")
RECORDABLE = [(s.act, role) for s in STEPS if s.records for role in s.by]
HOLDS = {Role.MAND: OSCAR, Role.COLL_SIGN: MAIRE, Role.SVC_SIGN: PAUL}
RECORDS = {Role.AD1V: MARC, Role.SVC: CAMILLE}
CONTEST = "Si ce n'est pas ce que vous avez signé, répondez dans ce fil"


def put(unit: Unit, dossier: Dossier) -> None:
    """The dossier in the town: its contracts, its mandataire, its instructor."""
    for contract in (CONTRACT, CONTRACT_2021):
        unit.contracts.keep(contract, dossier.since, "essai")
    oscar = unit.people.get(PersonId(OSCAR.account))
    scopes = (f"grp:{c.code}/g1" for c in (CONTRACT, CONTRACT_2021))
    unit.people.save(oscar.model_copy(update={"holdings": tuple(Holding(role=Role.MAND, scope=s) for s in scopes)}))
    unit.dossiers.add(dossier.model_copy(update={"instructor": PersonId(NORA.account)}))


def typed(act: Do, at: object) -> str:
    """What is asked by a gesture, as somebody types it."""

    def told(value: object) -> str:
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)

    return " | ".join(f"{name} = {told(value)}" for name, value in filled(act, at).items())  # type: ignore[arg-type]


async def record(town: Town, act: Do, role: Role) -> Somebody:
    """The gesture recorded for whoever holds the role; returns who recorded it."""
    dossier, at, _ = scene_of(act)
    town.local.app.writer.call(lambda unit: put(unit, ready(dossier, act)))
    town.local.clock.jump(at - town.local.clock.now())
    recorder = RECORDS[step_of(act).records[0]]
    document = "Lettre recommandée du jour"
    await town.player.command(
        recorder, f"pour {REF} geste = {act} | personne = {HOLDS[role].name} | document = {document}"
    )
    await town.player.command(recorder, f"{act} {REF} {typed(act, at)}")
    assert f"C'est fait : {REF}" in flat(town.read(recorder)), flat(town.read(recorder))
    return recorder


@pytest.mark.parametrize(("act", "role"), RECORDABLE)
async def test_they_are_told_who_recorded_it_from_what_and_how_to_contest_it(town: Town, act: Do, role: Role) -> None:
    recorder = await record(town, act, role)
    read = flat(town.read(HOLDS[role]))
    assert f"C'est enregistré en votre nom par {recorder.name}" in read
    assert "d'après « Lettre recommandée du jour »" in read
    assert CONTEST in read
    assert read.count("C'est enregistré en votre nom") == 1
    assert f"Message envoyé à {HOLDS[role].name}." in flat(town.read(recorder))


def leaves(town: Town, who: Somebody) -> None:
    """They are in the directory still, and have no account any more."""
    town.local.app.writer.call(lambda unit: unit.people.unlink(PersonId(who.account), who.address()))


@pytest.mark.parametrize("act", [Do.DISPONIBLE, Do.REMETTRE_LIVRABLE])
async def test_nobody_is_left_to_tell_whoever_records_it_does(town: Town, act: Do) -> None:
    leaves(town, OSCAR)
    recorder = await record(town, act, Role.MAND)
    assert f"{OSCAR.name} n'a pas de compte : prévenez cette personne vous-même." in flat(town.read(recorder))


async def test_without_an_account_their_organisation_is_told(town: Town) -> None:
    await noted(town)
    leaves(town, MAIRE)
    await begun(town, "Claude Martin", "Lettre du maire du 3 novembre")
    await town.player.command(CAMILLE, f"approuver {ATELIER} version = 1 | document = Lettre du maire")
    read = flat(town.read(INES))
    assert "C'est enregistré au nom de Claude Martin par Camille Laurent (service porteur)" in read
    assert "Si ce n'est pas ce qu'elle a signé, répondez dans ce fil" in read
    assert "Claude Martin n'a pas de compte ; le message est allé à : Inès Moreau." in flat(town.last(CAMILLE))


async def test_an_objection_reaches_the_service_and_ad1(town: Town) -> None:
    await noted(town)
    await begun(town, "Claude Martin", "Lettre du maire du 3 novembre")
    await town.player.command(CAMILLE, f"approuver {ATELIER} version = 1 | document = Lettre du maire")
    await town.player.say(MAIRE, "Je n'ai rien signé.", "", town.player.root(MAIRE, ATELIER))
    assert "Claude Martin (signataire de la collectivité) a écrit à la DGALN : « Je n'ai rien signé. »" in flat(
        town.read(CAMILLE)
    )
    thread = town.world.thread(NORA.account, town.player.review(NORA, ATELIER))
    assert any("Je n'ai rien signé." in str(post.message.text) for post in thread)
