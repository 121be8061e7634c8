"""« absence »: messages go to the substitute, roles go to nobody."""

from __future__ import annotations

from datetime import date

import pytest
from clockwork import REF, comes, kept_again, leaves, lives, rung, until
from test_reminding import paris, two_requests
from town import Town, flat

from atelier.absences import parse
from atelier.words import Refused, Role
from bot.sandbox.people import CAMILLE, INES, MARC, NORA, PAUL

TODAY = date(2026, 11, 24)
D = date


@pytest.mark.parametrize(
    ("said", "first", "last", "name"),
    [
        ("du 3 au 14 août", D(2027, 8, 3), D(2027, 8, 14), ""),
        ("du 3 au 14 août Inès Moreau", D(2027, 8, 3), D(2027, 8, 14), "Inès Moreau"),
        ("du 3 au 14 août remplacée par Inès Moreau", D(2027, 8, 3), D(2027, 8, 14), "Inès Moreau"),
        ("du 3 août au 14 août 2027 @ines", D(2027, 8, 3), D(2027, 8, 14), "@ines"),
        ("du 28 décembre au 3 janvier", D(2026, 12, 28), D(2027, 1, 3), ""),
        ("du 20 au 30 novembre", D(2026, 11, 20), D(2026, 11, 30), ""),
        ("du mardi 3 août au 5 août", D(2027, 8, 3), D(2027, 8, 5), ""),
        ("du 03/08/2027 au 14/08/2027", D(2027, 8, 3), D(2027, 8, 14), ""),
        ("du 3/8 au 14/8 Marc Olivier", D(2027, 8, 3), D(2027, 8, 14), "Marc Olivier"),
        ("le 1er décembre", D(2026, 12, 1), D(2026, 12, 1), ""),
        ("demain", D(2026, 11, 25), D(2026, 11, 25), ""),
        ("du 1er mars 2027 au 1er décembre 2027", D(2027, 3, 1), D(2027, 12, 1), ""),
    ],
)
def test_how_people_say_it(said: str, first: date, last: date, name: str) -> None:
    away = parse(said, TODAY)
    assert (away.first, away.last, away.substitute) == (first, last, name)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("du 14 au 3 août", "ne peut pas finir"),
        ("du 14 août au 3 août", "ne peut pas finir"),
        ("du 14/08/2027 au 03/08/2027", "ne peut pas finir"),
        ("du 0 au 3 août", "ne peut pas finir"),
        ("hier", "déjà finie"),
        ("du 1er août 2020 au 3 août 2020", "déjà finie"),
        ("du 1er janvier 2027 au 31 décembre 2028", "un an au plus"),
        ("du 1er janvier 2029 au 3 janvier 2029", "un an au plus"),
        ("vacances", "Je ne lis pas de dates"),
        ("du bla au 3 août", "Je ne lis pas de dates"),
        ("du 3 au", "Je ne lis pas de dates"),
        ("du 31 novembre au 3 décembre", "Je ne lis pas de dates"),
    ],
)
def test_what_is_wrong_is_said(said: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        parse(said, TODAY)


async def test_the_substitute_gets_the_messages_and_no_role(town: Town) -> None:
    """Nora, instructor, is away: Marc reads her reminders. His rights are what they were."""
    await two_requests(town)
    before = town.dossier().roles_of(MARC.person())
    await town.player.command(NORA, "absence du 5 au 20 novembre 2026 Marc Olivier")
    assert "Vos rappels iront à Marc Olivier, sans vos pouvoirs" in flat(town.last(NORA))
    assert "Vous ne recevez aucun de ses pouvoirs" in flat(town.last(MARC))
    await until(town, paris(9, 10))
    (said,) = rung(town, MARC)
    assert f"{REF} — Prise en charge par la DGALN" in said
    assert said.count("pour Nora Benali (absence jusqu'au vendredi 20 novembre 2026)") == 2
    assert rung(town, NORA) == []
    assert town.dossier().roles_of(MARC.person()) == before
    await town.player.command(MARC, f"prendre {REF}")
    assert "ne vous revient pas" in flat(town.last(MARC))
    await until(town, paris(23, 10))
    assert rung(town, NORA), "back on Monday"
    assert "pour Nora Benali" not in rung(town, NORA)[-1]


async def test_a_substitute_who_owes_it_too_is_told_once_as_themselves(town: Town) -> None:
    await town.examined()
    await town.player.command(NORA, "absence du 16 novembre au 11 décembre 2026 Marc Olivier")
    await until(town, paris(18, 10))
    (said,) = rung(town, MARC)
    assert said.count("Décision de la DGALN") == 1
    assert "pour Nora Benali" not in said
    assert rung(town, NORA) == []


async def test_without_substitute_the_others_are_told_and_not_twice(town: Town) -> None:
    await two_requests(town)
    other = comes(town, "ad1-bis", "Sam Petit", "Bureau AD1", "75", (Role.AD1I, ""))
    await town.player.command(NORA, "absence du 5 au 20 novembre 2026")
    assert "Personne ne vous remplace" in flat(town.last(NORA))
    kept_again(town)
    kept_again(town, "ADT-2026-0002")
    await until(town, paris(9, 10))
    assert len(rung(town, other)) == 1
    assert "pour Nora" not in rung(town, other)[0]
    assert rung(town, NORA) == []


async def test_alone_and_away_the_service_and_ad1_are_told(town: Town) -> None:
    await town.transmitted()
    await town.player.command(NORA, "absence du 5 au 20 novembre 2026")
    await until(town, paris(9, 10))
    assert rung(town, NORA) == []
    assert "pour Nora Benali (absence jusqu'au" in rung(town, CAMILLE)[0]


async def test_a_substitute_away_too_is_passed_over(town: Town) -> None:
    await town.transmitted()
    await town.player.command(NORA, "absence du 5 au 20 novembre 2026 Marc Olivier")
    await town.player.command(MARC, "absence du 6 au 10 novembre 2026")
    await until(town, paris(9, 10))
    assert rung(town, MARC) == rung(town, NORA) == []
    assert "pour Nora Benali" in rung(town, CAMILLE)[0]


async def test_the_end_brings_everything_back(town: Town) -> None:
    await town.transmitted()
    await town.player.command(NORA, "absence du 2 au 20 novembre 2026 Marc Olivier")
    await town.player.command(NORA, "absence")
    assert "Du lundi 2 novembre 2026 au vendredi 20 novembre 2026 ; vos rappels vont à Marc Olivier" in flat(
        town.read(NORA)
    )
    await town.player.command(MARC, "absence")
    assert "Vous recevez les rappels de Nora Benali jusqu'au vendredi 20 novembre 2026" in flat(town.read(MARC))
    await town.player.command(NORA, "absence fin")
    assert "vos rappels vous reviennent" in flat(town.last(NORA))
    assert "ses rappels lui reviennent" in flat(town.last(MARC))
    await town.player.command(NORA, "absence fin")
    assert "Vous n'avez pas d'absence déclarée" in flat(town.last(NORA))
    await lives(town, 8)
    assert rung(town, NORA)
    assert rung(town, MARC) == []


@pytest.mark.parametrize(
    ("who", "said", "why"),
    [
        (NORA, "Personne Inconnue", "n'est pas dans l'annuaire"),
        (NORA, "@nulle-part", "n'est pas dans l'annuaire"),
        (NORA, "Nora Benali", "C'est vous"),
        (NORA, "Inès Moreau", "n'est pas de votre organisme"),
        (CAMILLE, "a", "Plusieurs personnes portent ce nom"),
        (CAMILLE, "Sans Compte", "n'a pas de compte ici"),
    ],
)
async def test_who_cannot_stand_in(town: Town, who, said: str, why: str) -> None:
    silent = CAMILLE.person().model_copy(update={"id": "sans-compte", "name": "Sans Compte"})
    town.local.app.writer.call(lambda u: u.people.add(silent, ()))
    await town.player.command(who, f"absence du 5 au 20 novembre 2026 {said}")
    assert why in flat(town.last(who))
    await town.player.command(who, "absence")
    assert "Vous n'avez pas d'absence déclarée" in flat(town.read(who))


async def test_two_absences_do_not_overlap_and_the_absent_stand_in_for_nobody(town: Town) -> None:
    await town.player.command(PAUL, "absence du 5 au 20 novembre 2026")
    await town.player.command(CAMILLE, "absence du 19 au 30 novembre 2026 Paul Henry")
    assert "Paul Henry a aussi une absence, du jeudi 5 novembre 2026 au vendredi 20 novembre 2026" in flat(
        town.last(CAMILLE)
    )
    await town.player.command(CAMILLE, "absence du 23 au 30 novembre 2026 Paul Henry")
    assert "est enregistrée" in flat(town.last(CAMILLE))
    await town.player.command(CAMILLE, "absence du 30 novembre au 2 décembre 2026")
    assert "Vous avez déjà une absence du lundi 23 novembre 2026" in flat(town.last(CAMILLE))


async def test_several_absences_are_told_as_several_when_they_are_ended(town: Town) -> None:
    await town.player.command(PAUL, "absence du 5 au 20 novembre 2026 Camille Laurent")
    assert "Paul Henry s'absente du jeudi 5 novembre 2026 au vendredi 20 novembre 2026" in flat(town.last(CAMILLE))
    await town.player.command(PAUL, "absence du 1er au 5 décembre 2026")
    await town.player.command(PAUL, "absence fin")
    assert "Vos 2 absences sont effacées" in flat(town.last(PAUL))
    assert "Paul Henry n'a plus d'absence déclarée" in flat(town.last(CAMILLE))


async def test_a_substitute_who_goes_away_too_is_said_to_whom_they_stand_in_for(town: Town) -> None:
    """Substitutes are not chained: whoever counted on this one knows it while something can be done."""
    robin = comes(town, "ddt55-relais", "Robin Faure", "DDT de la Meuse", "55")
    sam = comes(town, "ddt55-sam", "Sam Petit", "DDT de la Meuse", "55")
    await town.player.command(CAMILLE, "absence du 3 au 20 novembre Robin Faure")
    await town.player.command(robin, "absence du 25 au 27 novembre Sam Petit")
    assert "remplacez" not in flat(town.last(robin)), "not the same days"
    await town.player.command(robin, "absence fin")
    before = town.read(sam)
    await town.player.command(robin, "absence du 10 au 12 novembre")
    assert "Vous remplacez Camille Laurent" in flat(town.last(robin))
    told = flat(town.last(CAMILLE))
    assert "Robin Faure, qui vous remplace, s'absente du mardi 10 novembre 2026 au jeudi 12 novembre 2026" in told
    assert town.read(sam) == before


async def test_a_substitute_who_has_left_is_passed_over(town: Town) -> None:
    await town.transmitted()
    await town.player.command(NORA, "absence du 5 au 20 novembre 2026 Marc Olivier")
    leaves(town, MARC)
    await until(town, paris(9, 10))
    assert "pour Nora Benali" in rung(town, CAMILLE)[0]
    assert rung(town, INES) == []


async def test_whoever_took_it_in_charge_is_reminded_and_when_away_the_other_examiners(town: Town) -> None:
    """MARC, who decides, has his own reminder: nobody else is written to for Nora while he is there."""
    other = comes(town, "ad1-bis", "Sam Petit", "Bureau AD1", "75", (Role.AD1I, ""))
    await town.examined()
    await until(town, paris(18, 10))
    assert rung(town, NORA)
    assert rung(town, other) == []
    await town.player.command(NORA, "absence du 20 novembre au 4 décembre 2026")
    await town.player.command(MARC, "absence du 20 novembre au 4 décembre 2026")
    await until(town, paris(25, 10))
    assert "pour Nora Benali (absence jusqu'au vendredi 4 décembre 2026)" in rung(town, other)[0]
    assert rung(town, CAMILLE) == []
