"""A real browser on the sandbox: an atelier from its validated request to its closing, clicked through.

The gestures that count are pressed on the page; what only repeats them is played between two pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Scene, Window, chromium, faultless, staged
from playwright.sync_api import Browser, expect

from atelier.words import State
from bot.sandbox import mission
from bot.sandbox.letters import letter
from bot.sandbox.people import ALBA, CAMILLE, INES, JEANNE, MAIRE, MARC, NORA, OSCAR, PAUL, REVIEW, Somebody
from chat.talk import Given

REF = "ADT-2026-0001"
RECEIPT = {"moyen": "Courriel avec accusé", "preuve": "Accusé du jour"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture
def scene(browser: Browser, tmp_path: Path) -> Iterator[Scene]:
    with staged(browser, tmp_path) as made:
        yield made


def test_an_atelier_goes_from_its_validated_request_to_its_closing(scene: Scene) -> None:
    scene.served.play(validated(scene))
    with scene.window() as w:
        w.open(MARC, REVIEW.id)
        acted(w)
        first_rank_is_not_available(w)
        second_rank_is_designated(w)
        order_is_prepared_then_signed(w, scene)
        observations_are_called_back(w)
        note_is_approved(w, scene)
        session_is_held(w, scene)
        deliverable_is_received(w, scene)
        both_orders_are_paid(w, scene)
        territory_takes_over(w, scene)
        closed(w)
        w.become(INES)
        w.go(REF)
        w.sees("atelier clos par Nora Benali")
        assert w.page.locator("main").get_by_text("20 000 €").count() == 0, "no amount in a channel shared with a firm"
    assert scene.town.dossier().state is State.CLOS


async def validated(scene: Scene) -> None:
    """The request, as its own test presses it."""
    await scene.town.examined()
    await scene.town.validate(REF)


def reviewing(w: Window, who: Somebody) -> None:
    """Somebody of AD1, in their channel."""
    w.become(who)
    w.go("Revue AD1")


def gesture(w: Window, label: str, given: Given) -> None:
    """A button, its form filled and sent."""
    w.press(label)
    w.fill(given)
    w.submit()
    expect(w.dialog).to_have_count(0)


def confirmed(w: Window) -> None:
    """The preview says who will be told; it is confirmed."""
    w.sees("Seront prévenus", w.last)
    w.press("Confirmer")
    w.sees("C'est fait")


def day(scene: Scene, ahead: int = 0) -> str:
    """A day as somebody types it."""
    return mission.day(scene.town.player, ahead)


def acted(w: Window) -> None:
    """Under a contract that is closed, told why; then under one in force."""
    w.press("Acter l'atelier")
    w.fill({"accord_cadre": "adt-flash-2021", "acte": "Décision DGALN 2026-31"})
    w.submit()
    w.sees("La désignation est fermée pour l'accord-cadre adt-flash-2021", w.dialog)
    w.fill({"accord_cadre": mission.CONTRACT})
    w.submit()
    confirmed(w)


def first_rank_is_not_available(w: Window) -> None:
    """Rank 1 is asked first, says no, and is set aside for a motive of the contract."""
    w.press("Solliciter le rang 1")
    confirmed(w)
    w.become(ALBA)
    w.press("Accuser réception")
    gesture(w, "Indisponible", {"motif": "Notre équipe est engagée jusqu'en juin."})
    reviewing(w, MARC)
    gesture(
        w, "Écarter ce rang et solliciter le suivant",
        {"motif_contrat": "indisponibilite_declaree", "justificatif": "Réponse gardée au journal."},
    )  # fmt: skip
    confirmed(w)
    w.become(ALBA)
    w.sees("Votre groupement n'est plus sollicité")


def second_rank_is_designated(w: Window) -> None:
    """Rank 2 is available; its team is ticked, the minutes come out, an atelier's channel opens."""
    w.become(OSCAR)
    gesture(w, "Disponible", {"equipe": "Une architecte-urbaniste, un paysagiste, une économiste."})
    reviewing(w, MARC)
    w.press("Désigner")
    w.submit()
    expect(w.dialog.get_by_role("checkbox").first).to_be_focused()
    for box in w.dialog.get_by_role("checkbox").all():
        box.check()
    faultless(w)
    w.submit()
    confirmed(w)
    minutes = w.page.get_by_role("link", name=f"proces-verbal-{REF}.pdf").last
    with w.page.expect_download() as downloaded:
        minutes.click()
    assert downloaded.value.path().read_bytes().startswith(b"%PDF")
    reviewing(w, JEANNE)
    gesture(
        w, "Enregistrer la délégation de crédits",
        {"ae": "20 000 €", "cp": "20 000 €", "uo": "DDT 55", "chorus": "2026-0135"},
    )  # fmt: skip


def order_is_prepared_then_signed(w: Window, scene: Scene) -> None:
    """A date that does not exist is told under its field; the service prepares, its director signs."""
    w.become(CAMILLE)
    w.press("Enregistrer la notification du bon de commande")
    w.fill(RECEIPT | {"ej": "1512345678", "montant": "8 000 €", "objet": "appropriation", "delai": "1 mois"})
    w.fill({"jour": "31/02/2026"})
    w.submit()
    expect(w.dialog.locator('[name="q.jour"]')).to_have_attribute("aria-invalid", "true")
    expect(w.dialog.locator(".wrong")).to_have_count(1)
    faultless(w)
    w.fill({"jour": day(scene)})
    w.submit()
    w.sees(f"Préparé pour signature. Message envoyé à : {PAUL.name}")
    w.become(PAUL)
    w.sees("à vous de signer", w.last)
    w.press("Signer")
    w.sees("C'est fait")
    w.become(CAMILLE)
    w.press("Pourquoi cette date ?")
    w.sees("Il est de 15 jours : tous les jours du calendrier comptent.")


def observations_are_called_back(w: Window) -> None:
    """Two weeks later, by the page's buttons, the mandataire is reminded, and puts the reminder off."""
    w.become(OSCAR)
    reminder = w.page.locator("#messages > li").filter(has_text="Observations sur le bon de commande n° 1 :")
    before = reminder.count()
    weeks(w, 2)
    expect(reminder).not_to_have_count(before)
    w.press("Reporter mon rappel")
    faultless(w)


def weeks(w: Window, count: int) -> None:
    """The clock jumps."""
    for _ in range(count):
        with w.turn():
            w.page.get_by_role("button", name="+1 semaine").click()


def note_is_approved(w: Window, scene: Scene) -> None:
    """The note is handed in, observed, handed in again; the maire has no account at hand: the service records."""
    w.become(OSCAR)
    handed(w, "note-v1.pdf", "Note d'appropriation")
    gesture(w, "Remettre la note", mission.NOTE)
    w.become(INES)
    gesture(w, "Formuler des observations", {"observations": "Ajoutez la halle."})
    scene.served.play(second_version(scene))
    w.become(PAUL)
    gesture(w, "Approuver la note", {"version": "2", "document": "Décision du jour"})
    w.become(CAMILLE)
    faultless(w)
    w.choose("Saisir pour le compte de…", "Approuver la note")
    w.fill({"personne": MAIRE.name, "document": "Lettre du maire du jour"})
    w.submit()
    w.press("Continuer : Approuver la note")
    w.fill({"version": "2", "document": "Lettre du maire du jour"})
    w.submit()
    w.sees("C'est fait")


async def second_version(scene: Scene) -> None:
    """The same gestures again, without the page."""
    player = scene.town.player
    await mission.handed(player, "note-v2.pdf", "Note d'appropriation", REF)
    await player.press(OSCAR, "Remettre la note")
    await player.fill(OSCAR, mission.NOTE)


def handed(w: Window, name: str, kind: str) -> None:
    """A file dropped, and what it is."""
    w.attach(name, letter("Atelier des Rives", kind, "(document fictif)"))
    w.press(f"{kind} de {REF}")
    w.sees("est enregistré")


def session_is_held(w: Window, scene: Scene) -> None:
    """The second order, two days on site, what came of them."""
    scene.served.play(second_order(scene))
    w.become(CAMILLE)
    gesture(w, "Programmer la session", {
        "premier_jour": day(scene, 8), "dernier_jour": day(scene, 9), "visite": "Le premier matin, devant la halle",
        "seance": "Le second jour à 14 h", "parcours": "De la halle à l'ancien collège.", "acteurs": "Élus, commerçants.",
    })  # fmt: skip
    confirmed(w)
    weeks(w, 2)
    w.sees("Session sur site : dépassée depuis le")
    gesture(w, "Constater la tenue de la session", {
        "visite_tenue": "oui", "seance_tenue": "oui", "participants": "34", "compte_rendu": "Trois tables, douze actions.",
    })  # fmt: skip


async def second_order(scene: Scene) -> None:
    """Prepared and signed as the first one was."""
    player = scene.town.player
    await player.press(CAMILLE, "Enregistrer le bon de commande d'animation")
    ordered = {"ej": "1512345679", "montant": "12 000 €", "jour": day(scene), "delai": "2 mois"}
    await player.fill(CAMILLE, RECEIPT | ordered)
    await player.press(PAUL, "Signer")


def deliverable_is_received(w: Window, scene: Scene) -> None:
    """Declared by the mandataire, confirmed by the service, received by its director."""
    w.become(OSCAR)
    handed(w, "esquisse.pdf", "Livrable")
    gesture(w, "Remettre le livrable", {"jour": day(scene)})
    w.become(CAMILLE)
    gesture(w, "Confirmer la remise", RECEIPT | {"jour": day(scene)})
    w.become(PAUL)
    gesture(
        w, "Enregistrer la décision de réception / d'admission",
        {"jour": day(scene), "document": "Décision d'admission du jour"},
    )  # fmt: skip
    confirmed(w)


def both_orders_are_paid(w: Window, scene: Scene) -> None:
    """The invoices are recorded; three weeks later, by the page's buttons, the service is reminded, and pays."""
    w.become(CAMILLE)
    for number in ("1", "2"):
        gesture(
            w, "Enregistrer la demande de paiement",
            {"commande": number, "jour": day(scene), "preuve": f"Facture {number}"},
        )  # fmt: skip
    weeks(w, 3)
    w.sees("Paiement du bon de commande n° 2 : au plus tard le")
    w.sees("à vous : payer le bon de commande, puis enregistrer le paiement")
    for number, amount in (("1", "8 000 €"), ("2", "12 000 €")):
        gesture(w, "Enregistrer le paiement", {"commande": number, "jour": day(scene), "montant": amount})


def territory_takes_over(w: Window, scene: Scene) -> None:
    """Given back to the élus, followed up twice."""
    w.become(CAMILLE)
    gesture(w, "Constater la restitution aux élus", {
        "jour": day(scene), "partenaires": "Conseil municipal, Région.", "relais": "La ville engage l'étude de la halle.",
    })  # fmt: skip
    for months in ("6", "12"):
        mission.days(scene.town.player, 183)
        weeks(w, 1)
        w.sees("Suivi à")
        gesture(w, "Répondre au suivi", {"mois": months, "suites": "L'étude de la halle est lancée."})


def closed(w: Window) -> None:
    """AD1 closes, with what is to be remembered."""
    reviewing(w, NORA)
    gesture(w, "Clore l'atelier", {"bilan": "Un atelier court, une esquisse reprise par la ville."})
    confirmed(w)
