"""A real browser on the sandbox: a request from its first question to its validation, clicked through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from browser import Scene, Served, Window, chromium, faultless, staged
from playwright.sync_api import Browser, expect
from town import LONG

from atelier.words import State
from bot.sandbox import server
from bot.sandbox.letters import letter
from bot.sandbox.people import CAMILLE, INES, MARC, NORA, REVIEW

REF = "ADT-2026-0001"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as launched:
        yield launched


@pytest.fixture
def scene(browser: Browser, tmp_path: Path) -> Iterator[Scene]:
    with staged(browser, tmp_path) as made:
        yield made


def test_a_request_goes_from_its_first_question_to_its_validation(scene: Scene) -> None:
    with scene.window() as w:
        w.open(CAMILLE)
        asks(w)
        fills_the_rest(w)
        invites(w)
        answers_for_the_town(w)
        files_the_support(w)
        transmits(w)
        w.become(NORA)
        examines(w)
        w.become(CAMILLE)
        w.sees("prise en charge par Nora Benali")
        assert "OPAH-RU" not in w.page.content(), "an internal note stays inside"
        w.become(MARC)
        validates(w)
        w.become(CAMILLE)
        w.sees("validée par Marc Olivier")
        w.become(INES)
        w.sees("validée par Marc Olivier")
    assert scene.town.dossier().state is State.VALIDEE


def asks(w: Window) -> None:
    """The first answers: by a button, by typing (a mistake first), by menus."""
    w.say("/atelier demande")
    w.sees("Question 1 sur 16", w.last)
    w.press("DDT de la Meuse")
    w.say("Bar le Duk")
    w.sees("Vous aviez écrit : « Bar le Duk »")
    w.say("bar-le-duc")
    w.choose("Choisir", "Quartier")
    w.choose("Ajouter ou retirer", "Réparer la ville pour habiter mieux")
    w.press("C'est tout")
    w.sees("Question 5 sur 16", w.last)


def fills_the_rest(w: Window) -> None:
    """The whole form: what does not fit is told under its field, and everything typed is still there."""
    w.press("Tout remplir en une fois")
    assert w.field("Territoire").input_value() == "Bar-le-Duc (55029, Meuse)"
    w.field("Objet").fill("Centre")
    w.field("Objectifs").fill(LONG)
    w.dialog.get_by_role("checkbox", name="Esquisse").check()
    w.field("Ingénierie locale").fill("Le chef de projet")
    w.submit()
    expect(w.field("Objet")).to_have_attribute("aria-invalid", "true")
    expect(w.field("Objet")).to_be_focused()
    expect(w.dialog.locator(".wrong")).to_contain_text("Il faut au moins 10 caractères ; vous en avez écrit 6.")
    assert w.field("Objet").input_value() == "Centre"
    assert w.field("Objectifs").input_value() == LONG
    w.field("Objet").fill("Redonner un usage aux îlots vacants de la ville haute")
    w.submit()
    expect(w.dialog).to_have_count(0)


def invites(w: Window) -> None:
    """Camille invites the town."""
    w.press("Inviter…")
    w.field("Personne").fill(INES.name)
    w.field("À titre de").select_option(label="Collectivité")
    w.submit()


def answers_for_the_town(w: Window) -> None:
    """Inès answers what is hers, and drops her letter on the page."""
    w.become(INES)
    w.press("Répondre à mes questions")
    w.say(LONG)
    while "Courrier d'engagement" not in w.last.inner_text():
        w.press("Passer")
    w.drag("engagement.pdf", letter("Ville de Bar-le-Duc"))
    describes(w, "Maire")


def describes(w: Window, quality: str) -> None:
    """The letter's date, who signed it, as what, and its form."""
    w.say("12 octobre 2026")
    w.say("Claude Martin")
    w.press(quality)
    w.press("Original signé, numérisé")


def files_the_support(w: Window) -> None:
    """Camille files the préfet's letter with the button of files."""
    w.become(CAMILLE)
    w.attach("soutien.pdf", letter("Préfecture de la Meuse"))
    w.press(f"Courrier de soutien de {REF}")
    describes(w, "Préfet")
    w.sees("soutien.pdf")


def transmits(w: Window) -> None:
    """A form, a preview that names who will be told, a confirmation."""
    w.press("Transmettre à la DGALN")
    w.dialog.get_by_role("textbox").fill("Trois réunions avec les élus et les services de la ville.")
    w.submit()
    w.sees("Rien n'est encore envoyé", w.last)
    w.sees(INES.name, w.last)
    w.press("Confirmer")
    w.sees("Transmise, en attente de prise en charge", w.last)


def examines(w: Window) -> None:
    """Nora takes it from the review channel, and leaves a note in the thread."""
    w.go("Revue AD1")
    w.press("Prendre en charge")
    w.submit()
    w.sees("prise en charge par Nora Benali")
    w.page.locator("summary").last.click()
    reply = w.page.get_by_label("Répondre dans le fil").last
    reply.fill("Note interne : vérifier le lien avec l'OPAH-RU.")
    with w.turn():
        reply.press("Enter")
    w.sees("OPAH-RU")


def validates(w: Window) -> None:
    """Marc reads the note, then decides with his reasons."""
    w.go("Revue AD1")
    w.sees("OPAH-RU")
    w.press("Valider la demande")
    w.field("Dispositif").fill("Une esquisse partagée sur un centre ancien.")
    w.field("Compétences").fill("Urbanisme, habitat et commerce sont dans le réseau.")
    w.submit()
    w.sees("Rien n'est encore envoyé")
    w.press("Confirmer")


def test_what_others_do_arrives_without_reloading(scene: Scene) -> None:
    with scene.window() as w:
        w.open(NORA, REVIEW.id)
        scene.served.play(scene.town.transmitted())
        expect(w.page.locator("#messages")).to_contain_text(f"{REF} — Bar-le-Duc")
        w.become(MARC)
        expect(w.page.get_by_role("navigation").get_by_label("non lu")).not_to_have_count(0)


def test_the_clock_jumps_and_a_reminder_appears(scene: Scene) -> None:
    scene.served.play(scene.town.transmitted())
    with scene.window() as w:
        w.open(NORA)
        expect(w.page.locator("main")).not_to_contain_text("Prise en charge par la DGALN :")
        for _ in range(2):
            with w.turn():
                w.page.get_by_role("button", name="+1 semaine").click()
        expect(w.page.locator("#heure")).to_have_text("lundi 16 novembre 2026 à 10 h 00")
        w.sees("dépassée depuis le")


def test_the_keyboard_is_enough(scene: Scene) -> None:
    with scene.window() as w:
        w.open(CAMILLE)
        keys = w.page.keyboard
        keys.press("Tab")
        expect(w.page.get_by_role("link", name="Aller aux messages")).to_be_focused()
        tab_to(w, "#texte")
        keys.type("/atelier demande")
        with w.turn():
            keys.press("Enter")
        expect(w.box).to_be_focused()
        keys.type("DDT 55")
        with w.turn():
            keys.press("Enter")
        w.sees("Question 2 sur 16", w.last)
        tab_to(w, "button:has-text('Tout remplir en une fois')", "Shift+Tab")
        with w.turn():
            keys.press("Enter")
        expect(w.field("Service porteur")).to_be_focused()
        keys.press("Escape")
        expect(w.dialog).to_have_count(0)
        expect(w.box).to_be_focused()


def tab_to(w: Window, selector: str, key: str = "Tab") -> None:
    """Go round the page with Tab until there."""
    for _ in range(40):
        if w.page.locator(":focus").and_(w.page.locator(selector)).count():
            return
        w.page.keyboard.press(key)
    raise AssertionError(f"{selector} is out of the keyboard's reach")


def test_the_page_works_without_javascript(scene: Scene) -> None:
    scene.served.play(scene.town.transmitted())
    with scene.window(java_script_enabled=False) as w:
        w.open(CAMILLE)
        w.page.get_by_label("En tant que").select_option(value=NORA.account)
        with w.turn():
            w.page.get_by_role("button", name="Changer").click()
        w.box.fill("/atelier file")
        with w.turn():
            w.page.get_by_role("button", name="Envoyer").last.click()
        w.sees("1 demande dans la file")
        w.go("Revue AD1")
        w.press("Prendre en charge")
        w.submit()
        w.sees("prise en charge par Nora Benali")
        w.press("Écrire au service")
        w.field("Message").fill("?")
        w.submit()
        expect(w.dialog.locator(".wrong").first).to_be_visible()
        assert w.field("Message").input_value() == "?"
        with w.turn():
            w.dialog.get_by_role("button", name="Annuler").click()
        expect(w.dialog).to_have_count(0)


def test_an_act_comes_back_with_its_answer(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "EVERY_SECOND", 0.001)
    with Served(scene.town.local) as busy, httpx.Client(base_url=busy.url, follow_redirects=True) as http:
        sent = {"qui": CAMILLE.account, "lieu": f"dm:{CAMILLE.account}"}
        http.post("/dire", data={**sent, "texte": "/atelier demande"})
        for turn in range(1, 11):
            page = http.post("/dire", data={**sent, "texte": "x"}).text
            assert page.count("Vous aviez écrit") == turn, "the page came back before the bot's answer"


def test_the_page_is_accessible(scene: Scene) -> None:
    scene.served.play(scene.town.examined())
    thread = scene.town.player.review(NORA, REF)
    scene.served.play(scene.town.player.say(NORA, "Note interne.", REVIEW.id, thread))
    with scene.window(color_scheme="light") as w:
        w.open(NORA, REVIEW.id)
        w.page.locator("summary").last.click()
        faultless(w)
        w.open(CAMILLE)
        w.say("/atelier demande")
        faultless(w)
        w.press("Tout remplir en une fois")
        w.field("Objet").fill("Centre")
        w.submit()
        expect(w.dialog.locator(".wrong")).to_have_count(1)
        faultless(w)
        w.page.set_viewport_size({"width": 400, "height": 800})
        w.open(INES)
        faultless(w)
