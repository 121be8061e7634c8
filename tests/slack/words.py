"""Any message, any form, for Hypothesis: what the words allow, with texts that look like marks and mentions."""

from __future__ import annotations

from gettext import NullTranslations

from hypothesis import strategies as st

from bot.slack.marks import quiet
from chat.cards import Button, Card, Fact, File, Menu, Message, Token
from chat.forms import Choice, Form, Question
from chat.language import Languages
from chat.text import Text, raw

LANGUAGES = Languages({"fr": NullTranslations()})
SAY = LANGUAGES.say("fr", quiet)
NASTY = (
    "<!channel>",
    "<@U123>",
    "*gras*",
    "_x_",
    "`c`",
    "&amp;",
    "> cité",
    "**",
    "😀",
    "\n",
    "https://x.fr/a_b",
    "l'été",
)
words = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(NASTY), max_size=8).map(" ".join),
    st.integers(0, 7000).map(lambda n: "Un mot long & <court> " * (n // 22)),
)
ours = st.sampled_from(["Une **phrase** à nous", "**Tout**", "Rien", "", "a **b** c **d**", "** mal ** fermé"])
texts = st.one_of(words.map(raw), ours.map(lambda msg: Text(msg=msg)))
names = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), max_size=30)
tokens = st.builds(
    Token,
    act=st.text("abc_é", max_size=24),
    ref=st.text("ADT-0123", max_size=15),
    version=st.integers(0, 9999),
    arg=names,
    who=st.text("slack-U01", max_size=20),
)
buttons = st.builds(Button, label=texts, token=tokens, style=st.sampled_from(["plain", "primary", "danger"]))
choices = st.lists(st.tuples(names, texts), max_size=8)
menus = st.builds(Menu, label=texts, token=tokens, choices=choices.map(tuple))
facts = st.builds(Fact, name=texts, value=texts)
cards = st.builds(
    Card,
    title=texts,
    state=st.none() | texts,
    tone=st.sampled_from(["neutral", "waiting", "good", "bad"]),
    facts=st.lists(facts, max_size=30).map(tuple),
    paragraphs=st.lists(texts, max_size=60).map(tuple),
    buttons=st.lists(buttons, max_size=60).map(tuple),
    menus=st.lists(menus, max_size=12).map(tuple),
)
files = st.builds(File, id=names, name=st.text(max_size=90), mime=st.just("text/plain"), size=st.integers(0, 9))
messages = st.builds(Message, text=texts, card=st.none() | cards, files=st.lists(files, max_size=3).map(tuple))
questions = st.builds(
    Question,
    name=st.uuids().map(str),
    label=texts,
    short=texts,
    hint=st.none() | texts,
    kind=st.sampled_from(["line", "text", "choice", "choices", "date", "file"]),
    required=st.booleans(),
    choices=st.lists(st.builds(Choice, value=names, label=texts), max_size=12).map(tuple),
    min_length=st.integers(0, 60),
    max_length=st.none() | st.integers(0, 5000),
    initial=st.one_of(words, st.just("24/11/2026"), st.just("31/02/2026"), st.lists(names, max_size=3).map(tuple)),
)
forms = st.builds(
    Form,
    title=texts,
    short=texts,
    token=tokens,
    questions=st.lists(questions, max_size=20).map(tuple),
    about=st.lists(texts, max_size=110).map(tuple),
    submit=texts,
)
