"""What is typed in a command: a choice by its label as by its code, and a name that is no field is said, not kept."""

from __future__ import annotations

from datetime import date

import pytest
from town import Town, flat

from atelier.decide import step_of
from atelier.forms import StepForm
from atelier.words import Do, Refused
from bot.sandbox.people import CAMILLE, INES, NORA
from chat.text import raw, tr
from handlers import commands, stepforms

TODAY = date(2026, 11, 25)
CONTRACTS = {"contrats": (("demonstration", raw("Accord-cadre de démonstration")), ("adt-2021", raw("Ateliers, 2021")))}
HELD = {"participants": "34", "compte_rendu": "Trois tables, une esquisse partagée."}


@pytest.mark.parametrize("typed", ["oui", "Oui", " OUI "])
def test_yes_is_read_as_it_is_shown(typed: str) -> None:
    given = {**HELD, "visite_tenue": typed, "seance_tenue": typed}
    form = stepforms.read(step_of(Do.TENIR_SESSION), given, TODAY)
    assert isinstance(form, StepForm), form
    assert form.model_dump()["visite_tenue"] == "oui"


@pytest.mark.parametrize(
    ("typed", "code"), [("ateliers, 2021", "adt-2021"), ("ADT-2021", "adt-2021"), ("autre chose", "autre chose")]
)
def test_a_choice_that_depends_on_the_dossier_is_read_too(typed: str, code: str) -> None:
    form = stepforms.read(step_of(Do.ACTER), {"accord_cadre": typed, "acte": "Décision 31"}, TODAY, CONTRACTS)
    assert isinstance(form, StepForm), form
    assert form.model_dump()["accord_cadre"] == code


def test_a_label_that_two_choices_share_is_not_guessed() -> None:
    twice = {"contrats": (("un", raw("Accord-cadre")), ("deux", raw("Accord-cadre")))}
    form = stepforms.read(step_of(Do.ACTER), {"accord_cadre": "accord-cadre", "acte": "Décision 31"}, TODAY, twice)
    assert isinstance(form, StepForm), form
    assert form.model_dump()["accord_cadre"] == "accord-cadre"


def test_several_lines_are_read_by_their_labels() -> None:
    given = {"champs": "Courrier de soutien, OBJECTIFS, acteurs", "texte": "Précisez les îlots visés."}
    form = stepforms.read(step_of(Do.DEMANDER_COMPLEMENT), given, TODAY)
    assert isinstance(form, StepForm), form
    assert form.model_dump()["champs"] == ("courrier_soutien", "objectifs", "acteurs")


@pytest.mark.parametrize("typed", ["2", "n° 2", "N°2", "bon de commande n° 2"])
def test_an_order_is_named_as_cards_do(typed: str) -> None:
    orders = {"commandes": tuple((str(n), tr("n° {number}, reçu le {day}", number=n, day=TODAY)) for n in (1, 2))}
    given = {"commande": typed, "jour": "25/11/2026", "preuve": "Facture 2"}
    form = stepforms.read(step_of(Do.DEMANDER_PAIEMENT), given, TODAY, orders)
    assert isinstance(form, StepForm), form
    assert form.model_dump()["commande"] == 2


async def test_somebody_is_invited_as_the_form_names_the_role(town: Town) -> None:
    ref = await town.drafted()
    await town.player.command(CAMILLE, f"inviter {ref} personne = Inès Moreau | role = collectivité")
    assert "vous invite" in town.last(INES)


def test_a_name_that_is_no_field_is_refused_rather_than_kept_as_text() -> None:
    with pytest.raises(Refused, match="a_partir_du = …"):
        commands.given_of(step_of(Do.DISPONIBLE), "equipe = Une architecte | des_le = 14/12/2026")


def test_a_bar_in_somebody_s_words_stays_there() -> None:
    words = "equipe = Une architecte | un paysagiste | coût total = 8 000 € | a_partir_du = demain"
    given = commands.given_of(step_of(Do.DISPONIBLE), words)
    assert given == {"equipe": "Une architecte | un paysagiste | coût total = 8 000 €", "a_partir_du": "demain"}


async def test_help_names_the_answers_there_are_for_whoever_has_no_list_to_see(town: Town) -> None:
    await town.player.command(NORA, "aide ecrire")
    assert "À qui écrivez-vous ? Au service porteur | Au service et à la collectivité" in flat(
        town.last(NORA) + town.read(NORA)
    )


async def test_a_phone_that_begins_with_a_capital_still_types_a_command(town: Town) -> None:
    await town.player.command(CAMILLE, "demande")
    await town.player.say(CAMILLE, "/Atelier liste")
    assert "1 demande." in town.read(CAMILLE)
    assert not town.dossier().answers
