"""Messages and forms as Mattermost's payloads: within old servers' limits whatever people write, nothing lost in silence."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from bot.mattermost import dialogs, limits
from bot.mattermost.corrections import corrected
from bot.mattermost.drawing import Pen
from bot.mattermost.limits import octets, pieces, shortened
from bot.mattermost.marks import JOINER, markdown, plain, quiet
from bot.mattermost.press import Seals
from bot.tokens import Expired, Forged
from chat.cards import Button, Card, Fact, Menu, Message, Token
from chat.forms import Choice, Form, Question
from chat.language import load
from chat.text import raw, tr
from tests.mattermost import checks, posts
from tests.mattermost.stage import FORM, LANGUAGES, OPEN
from tests.slack.words import forms, messages

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
SEALS = Seals.of(b"a secret of the tests")
URL = "https://atelier.exemple.fr"
PEN = Pen(LANGUAGES.say("fr", quiet), SEALS, NOON, URL)
SPOT = {"by": "anne", "c": "c1"}
OFTEN = settings(deadline=None, max_examples=80, suppress_health_check=list(HealthCheck))
PERSONAL = Token(act="repondre", ref="ADT-2026-0007", who="camille")


# What people write


@pytest.mark.parametrize(
    ("words", "drawn"),
    [
        ("**gras** et _ital_", r"\*\*gras\*\* et \_ital\_"),
        ("2*3*4 ~~non~~ `code`", r"2\*3\*4 \~\~non\~\~ \`code\`"),
        ("[ici](https://x.fr)", r"\[ici\](https://x.fr)"),
        ("# titre\n> cité\n- un\n+ deux\n1. trois", "\\# titre\n\\> cité\n\\- un\n\\+ deux\n1\\. trois"),
        ("titre\n===\na|b", f"titre\n{JOINER}===\na\\|b"),
        ("habiter_mieux, ADT-2026-0007, C++", "habiter_mieux, ADT-2026-0007, C++"),
        ("\\*", r"\\\*"),
        ("     du code", "  du code"),
    ],
)
def test_nothing_people_write_is_a_mark(words: str, drawn: str):
    assert markdown(PEN.say(raw(words))) == drawn
    assert plain(PEN.say(raw(words))) == words


@pytest.mark.parametrize("name", ["all", "here", "channel", "prefet", "Préfet"])
@pytest.mark.parametrize("before", ["", "bonjour ", "(", "_", ".", "-", "é", "@"])
def test_nobody_is_named(before: str, name: str):
    drawn = markdown(PEN.say(tr("{who} dit", who=raw(f"{before}@{name}"))))
    words = re.findall(r"[\w:.\-@]+", drawn)  # as the server splits them to look for mentions
    assert not [w for w in words if re.search(r"(^|[:._\-@])@\w", w)], drawn


def test_an_address_can_be_copied():
    assert markdown(PEN.say(raw("camille.laurent@exemple.fr"))) == "camille.laurent@exemple.fr"


def test_our_own_marks_stay():
    assert markdown(PEN.say(tr("Une **phrase** de {who}", who=raw("**moi**")))) == r"Une **phrase** de \*\*moi\*\*"
    assert plain(PEN.say(tr("Une **phrase**"))) == "Une phrase"


# Lengths


@pytest.mark.parametrize("text", ["Dynamiques à l'œuvre sur le territoire", "é" * 60, "Un mot", "a b"])
def test_labels_are_cut_on_words_in_bytes(text: str):
    short = shortened(text, limits.TITLE, octets)
    assert octets(short) <= 24
    assert short == text or (short.endswith("…") and (text.startswith(short[:-1])))
    assert short == text or " " not in text or text[len(short) - 1] in " ,;:.'’"


def test_pieces_are_cut_on_words_and_lose_nothing():
    text = "Un mot long et court. " * 300
    found = pieces(text, 500)
    assert " ".join(found).split() == text.split()
    assert all(limits.heavy(piece) <= 500 for piece in found)


@OFTEN
@given(messages)
def test_any_message_fits(message: Message):
    drawn = PEN.message(message)
    assert 0 < len(drawn.text) <= posts.MESSAGE
    props = posts.normal(drawn.props) | {"atelier": "o" * 32, "from_bot": "true"}
    assert props["attachments"] is not None, "a wrong type is dropped without a word (fact 30)"
    assert posts.runes(props) <= posts.PROPS
    assert checks.post({"message": drawn.text, "props": drawn.props}) == []


@OFTEN
@given(forms)
def test_any_form_is_a_dialog(form: Form):
    drawn = dialogs.dialog(form, PEN, SPOT)
    assert checks.dialog({"trigger_id": "t", "url": URL, "dialog": drawn}) == []
    assert SEALS.asked(drawn["state"], "anne", NOON)[0] == form.token


def test_a_long_card_is_told_whole():
    paragraphs = tuple(raw(f"Paragraphe {n} : {'mot ' * 50}") for n in range(60))
    facts = tuple(Fact(name=raw(f"Fait {n}"), value=raw("valeur " * 20)) for n in range(40))
    drawn = PEN.message(Message(text=raw("Bonjour"), card=Card(title=raw("Carte"), facts=facts, paragraphs=paragraphs)))
    whole = drawn.text + json.dumps(drawn.attachments, ensure_ascii=False)
    assert [n for n in range(60) if f"Paragraphe {n} :" not in whole] == []
    assert [n for n in range(40) if f"Fait {n}" not in whole] == []
    assert "ne tiennent pas" not in whole


def test_the_props_are_filled_and_never_over():
    button = Button(label=raw("Agir"), token=OPEN, command="/atelier agir ADT-2026-0007")
    facts = tuple(Fact(name=raw(f"Fait <{n}>"), value=raw("été & <b>\n")) for n in range(200))
    card = Card(title=raw("Carte"), state=raw("prête"), facts=facts, buttons=(button,) * 40)
    drawn = PEN.message(Message(text=raw("Bonjour"), card=card))
    assert 7200 < posts.runes(posts.normal(drawn.props) | {"atelier": "o" * 32, "from_bot": "true"}) <= posts.PROPS


def test_what_fits_nowhere_is_counted():
    paragraphs = tuple(raw("mot " * 900) for _ in range(9))
    drawn = PEN.message(Message(text=raw("Bonjour"), card=Card(title=raw("Carte"), paragraphs=paragraphs)))
    assert "… et 5 autres éléments : un message n'en contient pas plus." in drawn.text


def test_a_button_that_fits_nowhere_is_told_as_its_command():
    button = Button(label=raw("Agir"), token=OPEN, command="/atelier agir ADT-2026-0007")
    card = Card(title=raw("Carte"), buttons=(button,) * 40)
    drawn = PEN.message(Message(text=raw("Bonjour"), card=card))
    shown = len(drawn.attachments[0]["actions"])
    assert 0 < shown < 40
    assert drawn.text.count("/atelier agir ADT-2026-0007") == 40 - shown


def test_the_lines_of_a_menu_that_do_not_fit_are_counted():
    choices = tuple((f"c{n}", raw(f"Choix {n}")) for n in range(300))
    card = Card(title=raw("Carte"), menus=(Menu(label=raw("Lequel ?"), token=OPEN, choices=choices),))
    drawn = PEN.message(Message(text=raw("Bonjour"), card=card))
    [action] = drawn.attachments[0]["actions"]
    assert [o["text"] for o in action["options"][:2]] == ["Choix 0", "Choix 1"]
    assert f"… et {300 - len(action['options'])} autres éléments" in drawn.text


def test_the_tone_is_told_to_who_sees_no_colour():
    card = Card(title=raw("Demande"), state=raw("refusée"), tone="bad", facts=(Fact(name=raw("Objet"), value=raw("")),))
    [block] = PEN.message(Message(text=raw("Bonjour"), card=card)).attachments
    assert (block["color"], block["text"], block["fallback"]) == ("#ce0500", "⛔ refusée", "Demande")
    assert block["fields"] == [{"title": "Objet", "value": "—", "short": True}]


def test_a_title_is_not_said_twice():
    [block] = PEN.message(Message(text=raw("Carte"), card=Card(title=raw("Carte"), state=raw("prête")))).attachments
    assert "title" not in block


# Seals


def test_a_card_s_button_dies_with_its_version_not_with_time():
    later = NOON + timedelta(days=400)
    assert SEALS.pressed(SEALS.button(OPEN, NOON), None, "anyone", later) == OPEN


def test_a_personal_button_lives_seven_days():
    sealed = SEALS.button(PERSONAL, NOON)
    assert SEALS.pressed(sealed, None, "anne", NOON + timedelta(days=6)) == PERSONAL
    with pytest.raises(Expired):
        SEALS.pressed(sealed, None, "anne", NOON + timedelta(days=8))


def test_what_is_shown_to_one_person_is_theirs():
    sealed = SEALS.button(OPEN, NOON, "anne")
    assert SEALS.pressed(sealed, None, "anne", NOON) == OPEN
    with pytest.raises(Forged):
        SEALS.pressed(sealed, None, "paul", NOON)
    with pytest.raises(Expired):
        SEALS.pressed(sealed, None, "anne", NOON + timedelta(days=8))


def test_a_menu_takes_its_own_lines_only():
    menu, other = SEALS.menu(OPEN, NOON), SEALS.menu(PERSONAL, NOON)
    assert SEALS.pressed(menu, SEALS.option(menu, "x"), "anne", NOON).arg == "x"
    for wrong in (None, "", "x", SEALS.option(menu, "x")[:-1] + "y", SEALS.option(other, "x")):
        with pytest.raises(Forged):
            SEALS.pressed(menu, wrong, "anne", NOON)


def test_a_dialog_lives_a_day_and_is_its_person_s():
    state = SEALS.dialog(OPEN, SPOT, {"avis": []}, NOON)
    assert SEALS.asked(state, "anne", NOON + timedelta(hours=23))[2] == {"avis": []}
    with pytest.raises(Expired):
        SEALS.asked(state, "anne", NOON + timedelta(hours=25))
    for account, sealed in (("paul", state), ("anne", SEALS.button(OPEN, NOON)), ("anne", "")):
        with pytest.raises(Forged):
            SEALS.asked(sealed, account, NOON)


def test_a_double_is_known_and_not_guessed():
    assert SEALS.double("o1") == SEALS.double("o1") != SEALS.double("o2")
    assert "o1" not in SEALS.double("o1")
    assert Seals.of(b"another secret here").double("o1") != SEALS.double("o1")


# Dialogs


def test_a_whole_question_is_read_somewhere():
    label = (
        "Quelles sont les dynamiques à l'œuvre sur le territoire, et que changerait l'atelier pour ses habitants ? " * 2
    )
    asked = Question(name="d", label=raw(label), short=raw("Dynamiques"), hint=raw("Circulaire §3"), kind="text")
    form = FORM.model_copy(update={"questions": (asked,)})
    drawn = dialogs.dialog(form, PEN, SPOT)
    assert label.strip() in drawn["introduction_text"]
    assert "Circulaire §3" in drawn["introduction_text"]
    assert drawn["elements"][0]["display_name"] == "Dynamiques"


def test_choices_are_boxes_a_date_is_typed_a_file_is_dropped():
    choices = (Choice(value="a", label=raw("Habitat")), Choice(value="b", label=raw("Commerce")))
    common = {"label": raw("Thèmes"), "short": raw("Thèmes")}
    questions = (
        Question(name="t", kind="choices", choices=choices, initial=("b",), **common),
        Question(name="d", kind="date", initial="2026-11-24", **common),
        Question(name="f", kind="file", **common),
        Question(name="c", kind="choice", choices=choices, required=False, initial="b", **common),
    )
    drawn = dialogs.dialog(FORM.model_copy(update={"questions": questions}), PEN, SPOT)
    one, two, day, choice = drawn["elements"]
    assert [(e["name"], e["type"], e["default"], e["placeholder"]) for e in (one, two)] == [
        ("t.a", "bool", "false", "Habitat"),
        ("t.b", "bool", "true", "Commerce"),
    ]
    assert (day["type"], day["default"], day["placeholder"]) == ("text", "24/11/2026", "jj/mm/aaaa")
    assert [o["text"] for o in choice["options"]] == ["Aucun choix", "Habitat", "Commerce"]
    assert choice["default"] == "b"
    assert "déposez le fichier dans la conversation" in drawn["introduction_text"]


def test_problems_are_under_their_fields_or_above():
    asked = {"avis": [], "themes": ["a", "b"]}
    told = corrected(asked, {"avis": "Trop court.", "themes": "Un au moins.", "": "Corrigez.", "x": "Inconnu."})
    assert told == {"errors": {"avis": "Trop court.", "themes.a": "Un au moins."}, "error": "Corrigez. x : Inconnu."}


def test_a_message_in_english():
    pen = Pen(load().say("en", quiet), SEALS, NOON, URL)
    drawn = dialogs.dialog(FORM, pen, SPOT)
    assert drawn["submit_label"] != "Envoyer"
