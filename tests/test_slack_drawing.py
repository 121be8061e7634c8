"""Messages and forms on Slack: whatever the words, no limit is passed and nothing people wrote is a mark."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.slack import limits
from bot.slack.blocks import weight
from bot.slack.corrections import again, corrected
from bot.slack.drawing import Pen
from bot.slack.homes import home
from bot.slack.limits import TooLong, pieces, shortened, width
from bot.slack.marks import mrkdwn, plain, quiet
from bot.slack.press import Seals
from bot.slack.windows import window
from chat.cards import Button, Card, Fact, File, Menu, Message, Token
from chat.forms import Choice, Form, Question
from chat.text import Text, raw, tr
from tests.slack import words
from tests.slack.blockkit import check_message, check_view

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
SEALS = Seals.of(b"a secret of the tests")
PEN = Pen(words.SAY, SEALS, NOON)
OPEN = Token(act="valider", ref="ADT-2026-0007", version=3)
SLOW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def the_form(*questions: Question) -> Form:
    return Form(
        title=tr("Valider la demande"), short=tr("Valider"), token=OPEN, questions=questions, submit=tr("Envoyer")
    )


def question(kind: str, **more) -> Question:
    return Question(name="avis", label=tr("Quel est votre avis ?"), short=tr("Avis"), kind=kind, **more)


def element(view: dict, index: int = 0) -> dict:
    return view["blocks"][index]["element"]


# Any message


@SLOW
@given(message=words.messages)
def test_no_message_passes_a_limit(message: Message):
    drawn = PEN.message(message)
    check_message(drawn.text, drawn.blocks)
    heavy = [b for b in drawn.blocks if b["type"] != "actions" and "accessory" not in b]
    assert sum(map(weight, heavy)) <= limits.LETTERS


@SLOW
@given(form=words.forms)
def test_no_window_passes_a_limit(form: Form):
    check_view(window(form, PEN, {"by": "U1", "c": "C1"}))


@SLOW
@given(messages=st.lists(words.messages, min_size=1, max_size=3))
def test_no_home_passes_a_limit(messages: list[Message]):
    check_view(home(messages, PEN))


@given(text=st.text(), other=st.text())
def test_people_s_words_are_never_a_mark_nor_a_control(text: str, other: str):
    drawn = mrkdwn(words.SAY(tr("**Objet** : {a} {b}", a=text, b=raw(other))))
    assert drawn.startswith("*Objet* :")
    rest = drawn.removeprefix("*Objet*")
    assert not set("<>") & set(rest)
    assert "*" not in rest.replace("a*b", "") or all(_inside(rest, i) for i, c in enumerate(rest) if c == "*")
    assert all(_inside(rest, i) for i, c in enumerate(rest) if c in "_~")
    assert "`" not in rest


def _inside(text: str, at: int) -> bool:
    """Between two letters or digits a mark does nothing."""
    around = text[at - 1 : at] + text[at + 1 : at + 2]
    return len(around) == 2 and around.isascii() and around.isalnum()


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("<!channel> <@U1>", "&lt;!channel&gt; &lt;@U1&gt;"),
        ("*gras* _it_ ~x~ `c`", "∗gras∗ ˍitˍ ∼x∼ ˋcˋ"),
        ("https://x.fr/a_b prenom_nom@meuse.gouv.fr", "https://x.fr/a_b prenom_nom@meuse.gouv.fr"),
        ("__init__", "ˍˍinitˍˍ"),
        ("> cité", "\u00ad&gt; cité"),
        ("a & b", "a &amp; b"),
        ("cloche\a", "cloche"),
    ],
)
def test_marks_are_put_to_sleep(written: str, drawn: str):
    assert mrkdwn(words.SAY(raw(written))) == drawn


def test_words_alone_are_shown_to_the_letter():
    drawn = PEN.message(Message(text=raw("*gras* <!channel> a_b & `c`")))
    assert drawn.blocks == [{"type": "section", "text": {"type": "plain_text", "text": "*gras* <!channel> a_b & `c`"}}]
    assert drawn.text == "∗gras∗ &lt;!channel&gt; a_b &amp; ˋcˋ"


def test_our_marks_are_drawn_and_left_out_of_labels():
    assert mrkdwn("Une **phrase** à **nous**") == "Une *phrase* à *nous*"
    assert plain("Une **phrase** et un reste **") == "Une phrase et un reste "
    message = Message(text=tr("Une **phrase**"))
    assert PEN.message(message).blocks[0]["text"] == {"type": "mrkdwn", "text": "Une *phrase*", "verbatim": True}


def test_a_long_answer_is_cut_between_words_and_nothing_is_lost():
    answer = " ".join(f"mot{i}" for i in range(900))
    drawn = PEN.message(Message(text=tr("Lu"), card=Card(title=tr("Fiche"), paragraphs=(raw(answer[:6000]),))))
    found = [b["text"]["text"] for b in drawn.blocks if b["type"] == "section"]
    assert " ".join(found[1:]) == answer[:6000]
    assert max(map(len, found)) <= limits.SECTION


def test_what_does_not_fit_is_counted():
    card = Card(title=tr("Fiche"), paragraphs=tuple(raw(f"Paragraphe {i}") for i in range(80)))
    drawn = PEN.message(Message(text=tr("Lu"), card=card))
    assert len(drawn.blocks) == 48
    assert drawn.blocks[-1]["elements"][0]["text"].startswith("… et 35 autres éléments")


def test_a_card():
    card = Card(
        title=raw("Bar-le-Duc"),
        state=tr("Transmise"),
        tone="waiting",
        facts=(Fact(name=tr("Service"), value=raw("DDT 55")),),
        paragraphs=(raw("Un écoquartier"),),
        buttons=(Button(label=tr("Valider la demande"), token=OPEN, style="primary"),),
        menus=(Menu(label=tr("Reporter"), token=OPEN, choices=(("1", tr("Un jour")),)),),
    )
    file = File(id="f", name="note.pdf", mime="application/pdf", size=3)
    drawn = PEN.message(Message(text=tr("Une demande"), card=card, files=(file,)))
    check_message(drawn.text, drawn.blocks)
    kinds = ["section", "header", "context", "section", "section", "section", "actions", "context"]
    assert [b["type"] for b in drawn.blocks] == kinds
    assert drawn.blocks[2]["elements"][0]["text"] == "⏳ Transmise"
    assert drawn.blocks[3]["fields"][0]["text"] == "*Service*\nDDT 55"
    assert SEALS.pressed(drawn.blocks[6]["elements"][0]["value"], NOON) == OPEN
    select = drawn.blocks[5]["accessory"]
    chosen = SEALS.chosen(select["action_id"], select["options"][0]["value"], NOON)
    assert chosen == OPEN.model_copy(update={"arg": "1"})


def test_the_sentence_is_not_said_twice():
    drawn = PEN.message(Message(text=raw("Demande"), card=Card(title=raw("Demande"))))
    assert [b["type"] for b in drawn.blocks] == ["header"]


def test_a_long_menu_is_in_groups_named_by_their_ends():
    menu = Menu(label=tr("Commune"), token=OPEN, choices=tuple((str(i), raw(f"Ville {i:03}")) for i in range(250)))
    drawn = PEN.message(Message(text=tr("Où ?"), card=Card(title=tr("Où ?"), menus=(menu,))))
    check_message(drawn.text, drawn.blocks)
    groups = drawn.blocks[-1]["accessory"]["option_groups"]
    assert [len(g["options"]) for g in groups] == [100, 100, 50]
    assert groups[1]["label"]["text"] == "Ville 100 – Ville 199"


def test_a_token_that_does_not_fit_is_our_fault():
    with pytest.raises(TooLong):
        PEN.message(Message(text=tr("x"), card=Card(title=tr("x"), buttons=(Button(label=tr("x"), token=Token(act="a" * 1500)),))))  # fmt: skip


def test_an_empty_message_is_still_one():
    drawn = PEN.message(Message(text=raw("")))
    check_message(drawn.text, drawn.blocks)


# Cutting


@given(text=st.text(), limit=st.integers(10, 50))
def test_a_shortened_text_holds(text: str, limit: int):
    short = shortened(text, limit)
    assert 0 < width(short) <= limit


def test_a_label_is_cut_on_a_word():
    assert shortened("Écrire au service porteur de la demande", 24) == "Écrire au service…"
    assert shortened("Valider", 24) == "Valider"
    assert shortened("Anticonstitutionnellement", 10) == "Anticonst…"


@given(text=st.text(st.sampled_from("ab \n&<😀")), limit=st.integers(10, 40))
def test_pieces_keep_every_word(text: str, limit: int):
    found = pieces(text, limit)
    assert all(width(mrkdwn(piece)) <= limit for piece in found)
    assert "".join("".join(found).split()) == "".join(text.split())


# Windows


def test_a_window():
    view = window(the_form(question("text", hint=tr("Deux lignes"), min_length=3, initial="Oui")), PEN, {"by": "U1"})
    check_view(view)
    assert (view["title"]["text"], view["submit"]["text"], view["close"]["text"]) == ("Valider", "Envoyer", "Annuler")
    assert SEALS.asked(view["private_metadata"], NOON) == (OPEN, {"by": "U1"})
    assert element(view) == {
        "type": "plain_text_input", "action_id": "answer", "multiline": True, "max_length": 3000, "min_length": 3,
        "initial_value": "Oui",
    }  # fmt: skip


def _choices(count: int) -> tuple[Choice, ...]:
    return tuple(Choice(value=str(i), label=raw(f"Choix {i}")) for i in range(count))


@pytest.mark.parametrize(
    ("kind", "count", "drawn"),
    [
        ("choice", 3, "static_select"),
        ("choices", 10, "checkboxes"),
        ("choices", 11, "multi_static_select"),
        ("choices", 0, "plain_text_input"),
        ("date", 0, "datepicker"),
        ("line", 0, "plain_text_input"),
    ],
)
def test_kinds(kind: str, count: int, drawn: str):
    view = window(the_form(question(kind, choices=_choices(count))), PEN, {"by": "U1"})
    check_view(view)
    assert element(view)["type"] == drawn


def test_what_was_chosen_is_shown_and_an_optional_menu_can_be_left_empty():
    view = window(the_form(question("choice", choices=_choices(3), initial="1", required=False)), PEN, {})
    assert element(view)["initial_option"]["value"] == "1"
    assert element(view)["options"][0]["text"]["text"] == "Aucun choix"
    assert view["blocks"][0]["optional"] is True
    several = window(the_form(question("choices", choices=_choices(3), initial=("0", "2", "9"))), PEN, {})
    assert [o["value"] for o in element(several)["initial_options"]] == ["0", "2"]


@pytest.mark.parametrize(
    ("typed", "day"),
    [("24/11/2026", "2026-11-24"), ("2026-11-24", "2026-11-24"), ("demain", None), ("31/02/2026", None)],
)
def test_a_day_already_given(typed: str, day: str | None):
    assert element(window(the_form(question("date", initial=typed)), PEN, {})).get("initial_date") == day


def test_a_file_is_dropped_in_the_conversation():
    view = window(the_form(question("file")), PEN, {})
    check_view(view)
    assert view["blocks"][0]["text"]["text"].endswith("déposez le fichier dans la conversation.")


def test_more_questions_than_a_window_holds_is_our_fault():
    many = tuple(question("line").model_copy(update={"name": f"q{i}"}) for i in range(101))
    with pytest.raises(TooLong):
        window(the_form(*many), PEN, {})


def test_a_short_title_is_cut_on_a_word_where_it_must():
    form = the_form(question("line")).model_copy(update={"short": tr("Un titre bien trop long pour Slack")})
    assert window(form, PEN, {})["title"]["text"] == "Un titre bien trop long…"


# Corrections


def _sent(view: dict, *answers: dict) -> dict:
    ids = [b["block_id"] for b in view["blocks"]]
    return {
        **view,
        "id": "V1",
        "hash": "h",
        "state": {"values": {i: {"answer": a} for i, a in zip(ids, answers, strict=True)}},
    }


def test_an_error_goes_under_its_field():
    sent = _sent(window(the_form(question("text")), PEN, {}), {"type": "plain_text_input", "value": "non"})
    told = corrected(sent, {"avis": "Il faut dix caractères."})
    assert told == {"response_action": "errors", "errors": {"q.avis": "Il faut dix caractères."}}


def test_the_form_s_own_problem_is_on_top_and_what_was_typed_is_kept():
    every = (
        question("text"),
        question("choice", choices=_choices(3), initial="0").model_copy(update={"name": "b"}),
        question("choices", choices=_choices(3)).model_copy(update={"name": "c"}),
        question("date").model_copy(update={"name": "d"}),
    )
    view = window(the_form(*every), PEN, {"by": "U1"})
    options = element(view, 1)["options"]
    answers = (
        {"type": "plain_text_input", "value": "oui"},
        {"type": "static_select", "selected_option": options[1]},
        {"type": "checkboxes", "selected_options": options[:1]},
        {"type": "datepicker", "selected_date": "2026-11-24"},
    )
    told = corrected(_sent(view, *answers), {"": "Il manque le courrier.", "avis": "Trop court."})
    assert told["response_action"] == "update"
    check_view(told["view"])
    blocks = told["view"]["blocks"]
    assert [b["text"]["text"] for b in blocks[:2]] == [
        "⚠️ Il manque le courrier.",
        "⚠️ Quel est votre avis ? : Trop court.",
    ]
    assert blocks[2]["element"]["initial_value"] == "oui"
    assert blocks[3]["element"]["initial_option"] == options[1]
    assert blocks[4]["element"]["initial_options"] == options[:1]
    assert blocks[5]["element"]["initial_date"] == "2026-11-24"
    assert told["view"]["private_metadata"] == view["private_metadata"]
    again_ = again(_sent(told["view"], {}, {}, *answers), ["Une autre fois."])
    assert [b["type"] for b in again_["blocks"]] == ["section", "input", "input", "input", "input"]


# The hour


def test_a_personal_button_carries_its_end_and_a_card_s_does_not():
    mine = OPEN.model_copy(update={"who": "p1"})
    late = NOON + timedelta(days=400)
    assert SEALS.pressed(SEALS.button(OPEN, NOON), late) == OPEN
    assert json.dumps(SEALS.button(mine, NOON)) != json.dumps(SEALS.button(mine, late))


def test_words_are_read_once_whatever_the_escape():
    assert quiet("a*b") != "a*b"
    assert plain(quiet("a*b")) == "a*b"
    assert Text(msg="x") == tr("x")


# The checks themselves


@pytest.mark.parametrize(
    "blocks",
    [
        [{"type": "section", "text": {"type": "plain_text", "text": "x" * 3001}}],
        [{"type": "section", "text": {"type": "plain_text", "text": "x", "bold": True}}],
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        [{"type": "section", "block_id": "a", "text": {"type": "plain_text", "text": "x"}}] * 2,
        [{"type": "section", "text": {"type": "plain_text", "text": "x"}}] * 51,
    ],
)
def test_the_checks_see_what_slack_would_refuse(blocks: list[dict]):
    with pytest.raises(Exception):  # noqa: B017 - three libraries, three families of errors
        check_message("x", blocks)


@given(st.text(st.sampled_from("aé&<>\n😀\ud800 *")))
def test_a_text_weighs_what_its_characters_cost(text: str) -> None:
    assert limits.weight(text) == sum(map(limits.cost, text))
