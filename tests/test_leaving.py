"""« Retirer une personne »: a part given by mistake is taken back by the service, told, and nothing of it is left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cases import GUEST, NOON, REF, attempt, draft, in_state, somebody, take
from clockwork import comes, rung, until
from test_bridge import REF as ATELIER
from test_bridge import designated
from test_channels import members, opened  # noqa: F401 - the fixture « twin »
from test_reminding import paris
from town import LONG, Town, flat

from atelier.decide import decide, offers
from atelier.dossier import Answered, By, Dossier, Member, Person
from atelier.grammar import Around, Attempt
from atelier.leaving import takeable
from atelier.transfers import handed
from atelier.words import Do, PersonId, Refused, Role, State
from bot.sandbox.people import ALIX, CAMILLE, HUGO, INES, NORA, SACHA

if TYPE_CHECKING:
    from test_linking import Twin

FIRST = "ADT-2026-0001"
GIVEN_BY_NOTHING = "n'a pas part à"


def gone(dossier: Dossier, person: Person | None, by: Person | None = None) -> Dossier:
    """The request once the service took somebody out of it."""
    tried = attempt(dossier, Do.RETIRER_PERSONNE, Role.SVC)
    around = Around(leaving=person)
    tried = Attempt(dossier, by or tried.person, Role.SVC, tried.form, NOON, around)
    return decide(tried, Do.RETIRER_PERSONNE).dossier


def told(dossier: Dossier, person: Person | None, by: Person | None = None) -> str:
    """What is said when it is refused."""
    with pytest.raises(Refused) as refused:
        gone(dossier, person, by)
    return str(refused.value)


def invited(*roles: str) -> Dossier:
    """A draft with a guest in these roles."""
    dossier = draft()
    for role in roles:
        dossier = take(dossier, Do.INVITER, role=role)
    return dossier


STRANGER = somebody(name=GUEST)


def test_every_part_of_theirs_is_taken_and_nothing_else_moves() -> None:
    dossier = invited("COLL", "CAUE")
    after = gone(dossier, STRANGER)
    assert after.roles_of(STRANGER) == frozenset()
    assert after.members == draft().members
    assert (after.state, after.version, after.answers, after.runs) == (
        dossier.state, dossier.version, dossier.answers, dossier.runs,
    )  # fmt: skip
    assert take(after, Do.INVITER).roles_of(STRANGER) == {Role.COLL}, "a mistake is put right both ways"


def test_it_is_offered_to_the_service_alone_and_only_while_somebody_may_leave() -> None:
    def able(dossier: Dossier, role: Role) -> bool:
        return Do.RETIRER_PERSONNE in {step.act for step in offers(dossier, somebody(role))}

    assert not able(draft(), Role.SVC), "the opener is no guest"
    assert [role for role in Role if able(invited("COLL"), role)] == [Role.SVC]
    after = gone(invited("COLL"), STRANGER)
    assert not able(after, Role.SVC)
    assert after.closed[Do.RETIRER_PERSONNE].act is Do.RETIRER_PERSONNE


def test_what_was_transferred_to_them_goes_back() -> None:
    by = By(person=PersonId("SVC"), role=Role.SVC, at=NOON)
    dossier = handed(draft(), GUEST, Role.SVC, by)
    assert dossier.transfers
    assert gone(dossier, STRANGER).transfers == ()


def test_who_has_no_part_is_refused() -> None:
    expected = (
        f"« personne » n'a pas part à {REF} : il n'y a rien à retirer. « /atelier retirer_personne {REF} » ouvre la "
        "liste des personnes que vous pouvez retirer."
    )
    assert told(invited("COLL"), somebody()) == expected
    assert told(invited("COLL"), None) == expected.replace("personne »", f"{GUEST} »", 1)


def test_what_the_directory_gives_is_not_taken() -> None:
    dossier = invited("COLL")
    same = somebody(Role.COLL, name=GUEST)
    for person in (same, somebody(Role.SVC_SIGN)):
        said = told(dossier, person)
        assert said.startswith(f"La part de {person.name} (")
        assert said.endswith("demandez à l'administrateur du robot de corriger l'annuaire.")


def test_what_was_given_beside_the_directory_is_taken_alone() -> None:
    both = somebody(Role.DREAL, name=GUEST)
    assert gone(invited("COLL", "DREAL"), both).roles_of(both) == {Role.DREAL}


def test_the_opener_is_not_taken_out() -> None:
    opener = Member(person=PersonId("ouvreuse"), role=Role.COLL)
    dossier = take(draft().model_copy(update={"members": (opener,)}), Do.INVITER)
    assert told(dossier, somebody(name="ouvreuse")).startswith(f"ouvreuse a ouvert {REF} : sa part ne se retire pas.")


def test_nobody_opened_an_atelier_taken_over() -> None:
    """An administrator recorded what its file says: the first part may have been given by mistake as well."""
    recorded = Answered(value="DDT", by=By(person=PersonId("admin"), role=Role.ADMIN, at=NOON))
    only = Member(person=GUEST, role=Role.CAUE)
    dossier = draft().model_copy(update={"members": (only,), "answers": {"service_porteur": recorded}})
    assert takeable(dossier) == (only,)
    assert gone(dossier, STRANGER).members == ()


def test_what_ad1_examines_is_ad1_s() -> None:
    taken = take(in_state(State.EN_ECHANGE), Do.INVITER)
    mine = Member(person=PersonId("nora"), role=Role.AD1I)
    said = told(taken.model_copy(update={"members": (*taken.members, mine)}), somebody(name="nora"))
    assert said.startswith("La part de nora (instructeur AD1) n'est pas de celles qu'une invitation donne")
    assert f"« /atelier transférer {REF} @camille »" in said


def test_nobody_takes_themselves_out_so_that_somebody_carries_it() -> None:
    said = told(invited("SVC"), STRANGER, by=STRANGER)
    assert said.startswith("Vous ne pouvez pas vous retirer vous-même")
    assert f"« /atelier transférer {REF} @camille »" in said


# Lived


async def test_a_guest_is_taken_out_by_a_command_and_nothing_of_theirs_is_left(town: Town) -> None:
    ref = await town.drafted()
    robin = comes(town, "caue55-relais", "Robin Faure", "CAUE de la Meuse", "55")
    await town.player.command(CAMILLE, f"inviter {ref} personne = Robin Faure | role = SVC")
    await town.player.command(robin, f"transmettre {ref} Trois réunions avec les élus de la ville")
    await town.player.command(robin, f"modifier_reponse {ref} objectifs")
    await town.player.command(CAMILLE, f"retirer_personne {ref} personne = robin faure")
    assert f"Robin Faure n'a plus part à {ref}, et le sait" in flat(town.last(CAMILLE))
    read = flat(town.read(robin))
    assert (
        f"Camille Laurent (service porteur) a mis fin à votre part dans la demande {ref}, à titre de service porteur."
        in read
    )
    assert town.dossier().roles_of(robin.person()) == frozenset()

    def kept(unit) -> list[object]:
        places = [("apercu", f"{robin.account}:{ref}:transmettre"), (robin.address().platform, robin.address().id)]
        return [unit.conversations.at(robin.address().model_copy(update={"platform": p, "id": i})) for p, i in places]

    assert town.local.app.writer.call(kept) == [None, None]
    before = town.dossier().answers
    await town.player.say(robin, f"La ville veut d'abord la halle. {LONG}")
    await town.player.command(robin, f"confirmer {ref} transmettre")
    assert "n'y avez pas part" in flat(town.last(robin))
    assert (town.dossier().answers, town.dossier().state) == (before, State.BROUILLON)
    row = town.local.app.writer.call(lambda unit: list(unit.journal.of(ref)))[-1]
    assert (row.what, row.person, row.details) == (
        "C2b", CAMILLE.account, {"personne": robin.account, "roles": ["SVC"]},
    )  # fmt: skip


async def test_the_journal_tells_who_was_taken_out(town: Town) -> None:
    ref = await town.drafted()
    await town.player.command(CAMILLE, f"inviter {ref} personne = Alix Perrin | role = CAUE")
    await town.player.command(CAMILLE, f"uninvite {ref} personne = Alix Perrin")
    await town.player.command(CAMILLE, f"journal {ref}")
    assert "personne retirée : Alix Perrin, Camille Laurent (service porteur)" in flat(town.read(CAMILLE))


async def test_their_card_says_they_have_no_part_any_more(town: Town) -> None:
    ref = await town.transmitted()
    robin = comes(town, "caue55-relais", "Robin Faure", "CAUE de la Meuse", "55")
    await town.player.command(CAMILLE, f"inviter {ref} personne = @caue55-relais | role = COLL")
    await town.player.command(NORA, f"prendre {ref}")
    await town.player.fill(NORA, {"motif": ""})
    await town.player.command(NORA, f"completer {ref} champs = objectifs | texte = Précisez les îlots visés.")
    await town.player.press(NORA, "Confirmer")
    assert "Répondre au complément" in town.read(robin)
    await town.player.command(CAMILLE, f"voir {ref}")
    await town.player.choose(CAMILLE, "Autres gestes", "Retirer une personne")
    await town.player.fill(CAMILLE, {"personne": robin.account})
    await town.local.app.settle()
    read = town.read(robin)
    assert "Vous n'avez plus part à cette demande." in read
    assert "Répondre au complément" not in read


async def test_their_reminders_stop(town: Town) -> None:
    ref = await town.examined(letters=False)
    robin = comes(town, "ddt55-relais", "Robin Faure", "DDT de la Meuse", "55")
    await town.player.command(CAMILLE, f"transférer {ref} @ddt55-relais")
    await town.player.command(NORA, f"completer {ref} champs = objectifs | texte = Précisez les îlots visés.")
    await town.player.press(NORA, "Confirmer")
    await town.player.command(CAMILLE, f"retirer_personne {ref} personne = Robin Faure")
    await until(town, paris(24, 10))
    assert rung(town, robin) == []
    assert "Réponse au complément" in rung(town, CAMILLE)[-1], "the messages handed over come back"


async def test_who_had_handed_them_a_part_is_told(town: Town) -> None:
    ref = await town.drafted()
    other = comes(town, "ddt55-deux", "Dana Petit", "DDT de la Meuse", "55", (Role.SVC, "dep:55"))
    comes(town, "ddt55-relais", "Robin Faure", "DDT de la Meuse", "55")
    await town.player.command(other, f"transférer {ref} @ddt55-relais")
    await town.player.command(CAMILLE, f"retirer_personne {ref} personne = Robin Faure")
    assert "la part que vous aviez confiée à cette personne vous revient" in flat(town.read(other))


async def test_a_part_of_the_directory_is_refused_and_kept(town: Town) -> None:
    ref = await town.drafted()
    await town.player.command(CAMILLE, f"inviter {ref} personne = Inès Moreau | role = COLL")
    await town.player.command(CAMILLE, f"retirer_personne {ref} personne = Inès Moreau")
    assert "La part de Inès Moreau (collectivité) vient de l'annuaire" in flat(town.read(CAMILLE))
    assert town.dossier().roles_of(INES.person()) == {Role.COLL}


async def test_a_second_part_is_taken_and_the_first_is_said_to_stay(town: Town) -> None:
    ref = await town.drafted()
    await town.player.command(CAMILLE, f"inviter {ref} personne = Inès Moreau | role = CAUE")
    await town.player.command(CAMILLE, f"retirer_personne {ref} personne = Inès Moreau")
    assert "garde ce que l'annuaire lui donne (collectivité)" in flat(town.last(CAMILLE))
    assert "à titre de CAUE ; vous la gardez à titre de collectivité" in flat(town.read(INES))


async def test_a_name_that_nobody_bears_is_refused(town: Town) -> None:
    ref = await town.drafted()
    await town.player.command(CAMILLE, f"inviter {ref} personne = Alix Perrin | role = CAUE")
    for name in ("Zoé Inconnue", "Sacha Roux"):
        await town.player.command(CAMILLE, f"retirer_personne {ref} personne = {name}")
        assert f"« {name} » {GIVEN_BY_NOTHING} {ref}" in flat(town.read(CAMILLE))
    await town.player.command(HUGO, f"retirer_personne {ref} personne = Alix Perrin")
    assert "Ce geste ne vous revient pas" in flat(town.last(HUGO))
    assert Role.CAUE in town.dossier().roles_of(ALIX.person())


async def test_the_second_one_to_do_it_reads_that_it_is_done(town: Town) -> None:
    ref = await town.drafted()
    await town.player.command(CAMILLE, f"inviter {ref} personne = Alix Perrin | role = CAUE")
    for _ in range(2):
        await town.player.command(CAMILLE, f"retirer_personne {ref} personne = Alix Perrin")
    assert f"Déjà fait : « personne retirée » sur {ref}, par Camille Laurent" in flat(town.last(CAMILLE))


async def test_the_channel_of_the_atelier_wants_them_no_more(twin: Twin) -> None:
    await designated(twin)
    before = await members(twin)
    await twin.here.player.command(CAMILLE, f"inviter {ATELIER} personne = Sacha Roux | role = CAUE")
    assert await members(twin) - before == {SACHA.account}
    await twin.here.player.command(CAMILLE, f"retirer_personne {ATELIER} personne = Sacha Roux")
    assert await members(twin) == before
