"""« transférer »: messages and preparation go to a colleague; the power to decide never does."""

from __future__ import annotations

import pytest
from cases import NOON, in_state, somebody
from clockwork import REF, comes, leaves, rung, until
from test_reminding import paris
from town import Town, flat

from atelier.dossier import By
from atelier.transfers import PREPARING, given_by, handed, transferable
from atelier.words import PersonId, Refused, Role, State
from bot.sandbox.people import ALIX, CAMILLE, INES, MARC, NORA, PAUL, REVIEW

DECIDING = frozenset(Role) - set(PREPARING) - {Role.ADMIN}


def test_no_power_to_decide_is_among_what_is_transferred() -> None:
    assert {Role.SVC_SIGN, Role.COLL_SIGN, Role.AD1V, Role.AD1B, Role.MAND, Role.PREF} == DECIDING


@pytest.mark.parametrize("role", sorted(DECIDING))
def test_who_only_decides_has_nothing_to_transfer(role: Role) -> None:
    with pytest.raises(Refused, match="Un pouvoir de décider ou de signer ne se transfère pas"):
        transferable(in_state(State.EN_ECHANGE), somebody(role))


def test_a_closed_one_is_not_transferred() -> None:
    with pytest.raises(Refused, match="close"):
        transferable(in_state(State.REFUSEE), somebody(Role.SVC))


def by(person: str, role: Role = Role.SVC) -> By:
    return By(person=PersonId(person), role=role, at=NOON)


def test_it_goes_on_and_comes_back() -> None:
    dossier = in_state(State.A_COMPLETER)
    alice, bob, carol = (PersonId(name) for name in ("alice", "bob", "carol"))
    once = handed(dossier, bob, Role.SVC, by("alice"))
    on = handed(once, carol, Role.SVC, by("bob"))
    assert [(t.given, t.taken) for t in on.transfers] == [(alice, bob), (bob, carol)]
    back = handed(once, alice, Role.SVC, by("bob"))
    assert given_by(back, alice) == ()
    assert [(t.given, t.taken) for t in back.transfers] == [(bob, alice)]
    assert len(handed(back, bob, Role.SVC, by("alice")).members) == len(back.members), "a member once"


async def to_complete(town: Town):
    """A complement is awaited of the service, and a colleague has come."""
    await town.examined(letters=False)
    await town.player.command(NORA, f"completer {REF} champs = objectifs | texte = Précisez les îlots visés.")
    await town.player.press(NORA, "Confirmer")
    return comes(town, "ddt55-relais", "Robin Faure", "DDT de la Meuse", "55")


async def test_a_colleague_takes_the_messages_and_the_preparation(town: Town) -> None:
    robin = await to_complete(town)
    await town.player.command(robin, f"voir {REF}")
    assert "n'y avez pas part" in flat(town.last(robin))
    await town.player.command(CAMILLE, f"transférer {REF} @ddt55-relais")
    assert "Robin Faure reçoit vos messages" in flat(town.last(CAMILLE))
    assert "Camille Laurent vous transfère sa part" in flat(town.read(robin))
    assert town.dossier().roles_of(robin.person()) == {Role.SVC}
    await until(town, paris(24, 10))
    assert "Réponse au complément" in rung(town, robin)[-1]
    assert rung(town, CAMILLE) == []
    await town.player.command(robin, f"modifier_reponse {REF} objectifs")
    await town.player.say(robin, "Les îlots visés sont ceux de la rue du Bourg, autour de l'ancien collège fermé.")
    assert "rue du Bourg" in str(town.dossier().value("objectifs"))
    await town.player.command(CAMILLE, f"journal {REF}")
    assert "transfert, Camille Laurent (service porteur)" in flat(town.read(CAMILLE))


async def test_it_comes_back_when_the_colleague_leaves(town: Town) -> None:
    robin = await to_complete(town)
    await town.player.command(CAMILLE, f"transferer {REF} Robin Faure")
    leaves(town, robin)
    await until(town, paris(12, 10))
    await town.player.command(INES, f"modifier_reponse {REF} acteurs")
    await town.player.say(INES, "Bailleur social")
    await until(town, paris(26, 10))
    assert rung(town, robin) == []
    assert rung(town, CAMILLE)


async def test_signatures_and_decisions_stay(town: Town) -> None:
    robin = await to_complete(town)
    for who in (PAUL, MARC):
        await town.player.command(who, f"transférer {REF} Robin Faure")
        assert "ne se transfère pas" in flat(town.last(who))
    assert town.dossier().roles_of(robin.person()) == frozenset()
    director = comes(
        town, "ddt55-cheffe", "Jo Adam", "DDT de la Meuse", "55", (Role.SVC, "dep:55"), (Role.SVC_SIGN, "dep:55")
    )
    await town.player.command(director, f"transférer {REF} Robin Faure")
    assert "Vous gardez ce qui ne se transfère pas (signataire du service)" in flat(town.last(director))
    assert town.dossier().roles_of(robin.person()) == {Role.SVC}


async def test_the_instructor_hands_over_and_is_the_instructor_no_more(town: Town) -> None:
    await town.examined()
    sam = comes(town, "ad1-bis", "Sam Petit", "Bureau AD1", "75", (Role.AD1I, ""))
    await town.player.command(NORA, f"transférer {REF} Sam Petit")
    assert town.dossier().instructor == sam.account
    await until(town, paris(18, 10))
    assert rung(town, NORA) == []
    assert rung(town, sam)
    assert "Sam Petit" in flat(town.read(NORA, REVIEW.id))


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "À qui transférez-vous ?"),
        ("Camille Laurent", "C'est vous"),
        ("Alix Perrin", ""),
        ("Oscar Blin", "n'est pas de votre organisme"),
        ("Inès Moreau", "n'est pas de votre organisme"),
        ("@nulle-part", "n'est pas dans l'annuaire"),
    ],
)
async def test_to_whom(town: Town, typed: str, why: str) -> None:
    await to_complete(town)
    before = town.dossier().transfers
    await town.player.command(CAMILLE, f"transférer {REF} {typed}")
    assert why in flat(town.last(CAMILLE))
    assert (town.dossier().transfers == before) is bool(why)


async def test_not_theirs_is_not_seen_and_twice_is_said(town: Town) -> None:
    await to_complete(town)
    await town.player.command(ALIX, f"transférer {REF} Robin Faure")
    assert "n'y avez pas part" in flat(town.last(ALIX))
    for _ in range(2):
        await town.player.command(CAMILLE, f"transférer {REF} Robin Faure")
    assert "a déjà reçu votre part" in flat(town.last(CAMILLE))


async def test_the_wrong_colleague_is_told_that_it_ends_and_it_comes_back(town: Town) -> None:
    """In one DDT everybody has the directory's part: what was handed to the wrong one cannot be removed, so it is taken back."""
    robin = await to_complete(town)
    bruno = comes(town, "ddt55-b", "Bruno Petit", "DDT de la Meuse", "55", (Role.SVC, "dep:55"))
    await town.player.command(CAMILLE, f"transférer {REF} Bruno Petit")
    await town.player.command(CAMILLE, f"transférer {REF} Robin Faure")
    assert "Camille Laurent ne vous confie plus sa part" in flat(town.read(bruno))
    assert "ne vous confie plus" not in flat(town.read(robin))
    await town.player.command(CAMILLE, f"transférer {REF} moi")
    assert f"vos messages sur {REF} vous reviennent (service porteur)" in flat(town.last(CAMILLE))
    assert "Camille Laurent ne vous confie plus sa part" in flat(town.read(robin))
    assert town.dossier().transfers == ()
    await until(town, paris(24, 10))
    assert "Réponse au complément" in rung(town, CAMILLE)[-1]


async def test_who_has_no_part_any_more_is_told_nothing_of_what_follows(town: Town) -> None:
    robin = await to_complete(town)
    await town.player.command(CAMILLE, f"transférer {REF} Robin Faure")
    bruno = comes(town, "ddt55-b", "Bruno Petit", "DDT de la Meuse", "55", (Role.SVC, "dep:55"))
    await town.player.command(bruno, f"retirer_personne {REF} personne = Robin Faure")
    read = town.read(robin)
    await town.player.command(CAMILLE, f"transférer {REF} Camille Laurent")
    assert "C'est vous" in flat(town.last(CAMILLE)), "it came back already"
    assert town.read(robin) == read


async def test_an_instructor_who_hands_over_by_mistake_is_the_instructor_again(town: Town) -> None:
    await town.examined()
    sam = comes(town, "ad1-bis", "Sam Petit", "Bureau AD1", "75", (Role.AD1I, ""))
    await town.player.command(NORA, f"transférer {REF} Sam Petit")
    assert town.dossier().instructor == sam.account
    await town.player.command(NORA, f"transférer {REF} moi")
    assert town.dossier().instructor == NORA.account
