"""The sandbox's platform: the pretend server, what people do there, and how messages are drawn."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from gettext import NullTranslations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clock import JumpingClock
from bot.sandbox import drawing, limits
from bot.sandbox.limits import TooLong, shortened, split
from bot.sandbox.marks import html, plain, quiet
from bot.sandbox.platform import Sandbox
from bot.sandbox.things import OpenForm, Persona
from bot.sandbox.transcript import told
from bot.sandbox.world import Unknown, World
from chat.cards import Address, Button, Card, Fact, File, Menu, Message, Token
from chat.forms import Choice, Form, Question
from chat.language import Languages
from chat.platform import Undeliverable, Undelivered
from chat.talk import Answer, AnyEvent, Ask, Asked, Attached, Correct, Filled, Pressed, Said, Say, Show
from chat.text import raw, tr

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
SAY = Languages({"fr": NullTranslations()}).say("fr", quiet)
OPEN = Token(act="valider", ref="ADT-2026-0007", version=3)
PLACE = Address(platform="sandbox", id="revue")
FORM = Form(
    title=tr("Valider la demande"),
    short=tr("Valider"),
    token=OPEN,
    questions=(Question(name="avis", label=tr("Quel est votre avis ?"), short=tr("Avis"), kind="text"),),
    submit=tr("Envoyer"),
)


class Bot:
    """Answers what it was told to, and remembers what it received."""

    def __init__(self) -> None:
        self.events: list[AnyEvent] = []
        self.answers: list[Answer] = []

    async def receive(self, event: AnyEvent) -> Answer:
        self.events.append(event)
        return self.answers.pop(0) if self.answers else Answer()

    def will(self, *replies: Say | Show | Ask | Correct) -> None:
        self.answers.append(Answer(replies=replies))


def a_world(world: World | None = None) -> World:
    world = world or World()
    world.people(
        Persona(account="ad1", name="AD1"),
        Persona(account="ddt55", name="DDT 55"),
        Persona(account="mairie", name="Bar-le-Duc"),
    )
    world.channel("revue", "revue-ad1", ["ad1", "ddt55"])
    return world


def a_sandbox(world: World | None = None) -> tuple[Sandbox, Bot]:
    counter = iter(range(1, 1000))
    sandbox = Sandbox(world or a_world(), lambda: NOON, lambda: f"e{next(counter)}")
    bot = Bot()
    sandbox.attach(bot.receive)
    return sandbox, bot


def sentence(text: str) -> Message:
    return Message(text=raw(text))


def a_card(*tokens: Token) -> Message:
    buttons = tuple(Button(label=tr("Valider la demande"), token=t) for t in tokens)
    return Message(text=tr("Une demande"), card=Card(title=tr("ADT-2026-0007"), buttons=buttons))


def read(sandbox: Sandbox, account: str, place: str) -> list[str]:
    return [plain(SAY(p.message.text)) for p in sandbox.world.visible(account, place)]


# What the bot calls


async def test_same_outbox_id_posts_once_in_its_place_and_thread() -> None:
    sandbox, _ = a_sandbox()
    first = await sandbox.post(PLACE, sentence("un"), "o1", "", "fr")
    assert await sandbox.post(PLACE, sentence("un"), "o1", "", "fr") == first
    reply = await sandbox.post(PLACE, sentence("deux"), "o1", first, "fr")
    assert reply != first
    assert await sandbox.find(PLACE, "o1", first) == reply
    assert await sandbox.find(PLACE, "o1", "") == first
    assert await sandbox.find(PLACE, "o2", "") is None
    assert [p.id for p in sandbox.world.thread("ad1", first)] == [first, reply]


async def test_a_reply_to_a_reply_joins_the_root() -> None:
    sandbox, _ = a_sandbox()
    root = await sandbox.post(PLACE, sentence("un"), "o1", "", "fr")
    reply = await sandbox.post(PLACE, sentence("deux"), "o2", root, "fr")
    nested = await sandbox.post(PLACE, sentence("trois"), "o3", reply, "fr")
    assert sandbox.world.posts[nested].thread == root
    assert await sandbox.find(PLACE, "o3", reply) == nested


async def test_an_outage_before_taking_posts_nothing() -> None:
    sandbox, _ = a_sandbox()
    sandbox.world.outage = lambda stage: Undelivered("panne", 2.0) if stage == "post" else None
    with pytest.raises(Undelivered) as failure:
        await sandbox.post(PLACE, sentence("un"), "o1", "", "fr")
    assert failure.value.retry_after == 2.0
    assert sandbox.world.posts == {}


async def test_an_outage_after_taking_is_found_again() -> None:
    sandbox, _ = a_sandbox()
    sandbox.world.outage = lambda stage: Undelivered("coupure") if stage == "posted" else None
    with pytest.raises(Undelivered):
        await sandbox.post(PLACE, sentence("un"), "o1", "", "fr")
    assert await sandbox.find(PLACE, "o1", "") == "p1"


async def test_what_can_never_be_delivered_says_so() -> None:
    sandbox, _ = a_sandbox()
    await sandbox.say("ad1", "revue", "bonjour")
    with pytest.raises(Undeliverable):
        await sandbox.post(Address(platform="sandbox", id="ailleurs"), sentence("un"), "o1", "", "fr")
    with pytest.raises(Undeliverable):
        await sandbox.post(PLACE, sentence("un"), "o1", "p99", "fr")
    with pytest.raises(Undeliverable):
        await sandbox.edit(PLACE, "p1", sentence("mots d'autrui"), "fr")


# What people do


async def test_a_command_reaches_the_bot_and_is_answered_to_its_author_alone() -> None:
    sandbox, bot = a_sandbox()
    bot.will(Say(message=sentence("voici")))
    await sandbox.command("ad1", "revue", "voir ADT-2026-0007")
    account = Address(platform="sandbox", id="ad1")
    assert bot.events == [Asked(sender=account, place=PLACE, id="e1", direct=False, text="voir ADT-2026-0007")]
    assert read(sandbox, "ad1", "revue") == ["/atelier voir ADT-2026-0007", "voici"]
    assert read(sandbox, "ddt55", "revue") == []


async def test_direct_conversations_are_direct() -> None:
    sandbox, bot = a_sandbox()
    await sandbox.say("ddt55", "dm:ddt55", "bonjour")
    event = bot.events[0]
    assert isinstance(event, Said)
    assert (event.direct, event.place.id, event.post, event.text) == (True, "dm:ddt55", "p1", "bonjour")


async def test_nobody_acts_where_they_are_not() -> None:
    sandbox, bot = a_sandbox()
    post = await sandbox.post(PLACE, a_card(OPEN), "o1", "", "fr")
    acts: list[Callable[[], object]] = [
        lambda: sandbox.say("mairie", "revue", "bonjour"),
        lambda: sandbox.command("mairie", "dm:ad1", ""),
        lambda: sandbox.press("mairie", post, 0),
        lambda: sandbox.press("ad1", post, 1),
        lambda: sandbox.press("ad1", post, -1),
        lambda: sandbox.press("ad1", post, Token(act="inventé")),
        lambda: sandbox.drop("mairie", "revue", [("a.pdf", b"a")]),
        lambda: sandbox.say("mairie", "dm:mairie", "dans le fil d'autrui", thread=post),
    ]
    for act in acts:
        with pytest.raises(Unknown):
            await act()
    assert bot.events == []
    assert len(sandbox.world.posts) == 1


async def test_a_late_press_carries_the_token_that_was_on_the_screen() -> None:
    sandbox, bot = a_sandbox()
    post = await sandbox.post(PLACE, a_card(OPEN), "o1", "", "fr")
    newer = OPEN.model_copy(update={"version": 4})
    await sandbox.edit(PLACE, post, a_card(newer), "fr")
    await sandbox.press("ad1", post, OPEN)
    await sandbox.press("ad1", post, 0)
    assert [e.token for e in bot.events if isinstance(e, Pressed)] == [OPEN, newer]


async def test_show_replaces_what_was_pressed() -> None:
    sandbox, bot = a_sandbox()
    bot.will(Say(message=a_card(OPEN)))
    await sandbox.command("ad1", "revue", "")
    bot.will(Show(message=sentence("fait")))
    await sandbox.press("ad1", "p2", 0)
    assert read(sandbox, "ad1", "revue") == ["/atelier", "fait"]
    assert sandbox.world.posts["p2"].edited


async def test_a_menu_line_becomes_the_argument() -> None:
    sandbox, bot = a_sandbox()
    menu = Menu(label=tr("Département"), token=OPEN, choices=(("55", tr("Meuse")),))
    post = await sandbox.post(PLACE, Message(text=tr("?"), card=Card(title=tr("?"), menus=(menu,))), "o1", "", "fr")
    await sandbox.choose("ad1", post, 0, "55")
    event = bot.events[0]
    assert isinstance(event, Pressed)
    assert event.token == OPEN.model_copy(update={"arg": "55"})


async def test_a_form_stays_open_with_what_was_typed_until_it_fits() -> None:
    sandbox, bot = a_sandbox()
    post = await sandbox.post(PLACE, a_card(OPEN), "o1", "", "fr")
    bot.will(Ask(form=FORM))
    await sandbox.press("ad1", post, 0)
    bot.will(Correct(problems={"avis": tr("Trop court.")}))
    await sandbox.fill("ad1", OPEN, {"avis": "ok"})
    form = sandbox.world.forms["ad1"]
    assert (form.given, form.problems, form.place) == ({"avis": "ok"}, {"avis": tr("Trop court.")}, "revue")
    bot.will(Show(message=sentence("validée")))
    await sandbox.fill("ad1", OPEN, {"avis": "favorable"})
    assert sandbox.world.forms == {}
    assert read(sandbox, "ddt55", "revue") == ["validée"]
    assert [e.given for e in bot.events if isinstance(e, Filled)] == [{"avis": "ok"}, {"avis": "favorable"}]


async def test_what_was_typed_survives_a_failure_of_the_bot() -> None:
    sandbox, bot = a_sandbox()
    bot.will(Ask(form=FORM))
    await sandbox.command("ad1", "revue", "valider")

    async def broken(_event: AnyEvent) -> Answer:
        raise OSError("base absente")

    sandbox.attach(broken)
    with pytest.raises(OSError, match="base absente"):
        await sandbox.fill("ad1", OPEN, {"avis": "long avis"})
    assert sandbox.world.forms["ad1"].given == {"avis": "long avis"}


async def test_a_form_sent_after_it_closed_is_corrected_in_words() -> None:
    sandbox, bot = a_sandbox()
    bot.will(Correct(problems={"": tr("Déjà fait.")}))
    await sandbox.fill("ad1", OPEN, {"avis": "ok"})
    assert read(sandbox, "ad1", "dm:ad1") == ["Déjà fait."]
    assert sandbox.world.forms == {}


async def test_dropped_files_reach_the_bot_and_stay_in_the_conversation() -> None:
    sandbox, bot = a_sandbox()
    await sandbox.drop("ddt55", "dm:ddt55", [("lettre.pdf", b"%PDF-1.7")], "la lettre")
    event = bot.events[0]
    assert isinstance(event, Attached)
    assert [(u.name, u.content) for u in event.files] == [("lettre.pdf", b"%PDF-1.7")]
    file = sandbox.world.posts[event.post].message.files[0]
    assert (file.mime, file.size, sandbox.world.content(file.id)) == ("application/pdf", 8, b"%PDF-1.7")


async def test_a_restart_keeps_what_was_seen(tmp_path) -> None:
    file = tmp_path / "monde" / "world.json"
    sandbox, bot = a_sandbox(a_world(World.load(file)))
    post = await sandbox.post(PLACE, a_card(OPEN), "o1", "", "fr")
    bot.will(Ask(form=FORM))
    await sandbox.press("ad1", post, 0)
    await sandbox.drop("ddt55", "dm:ddt55", [("a.pdf", b"a")])
    sandbox.world.keep_offset(timedelta(days=8))
    again = World.load(file)
    assert again.posts == sandbox.world.posts
    assert again.forms == {"ad1": OpenForm(account="ad1", place="revue", form=FORM, post=post)}
    assert (again.offset, again.revision) == (timedelta(days=8), sandbox.world.revision)
    dropped = next(p for p in again.posts.values() if p.message.files)
    assert again.content(dropped.message.files[0].id) == b"a"
    assert again.content("../world.json") is None
    assert again.post("revue", sentence("un"), NOON, outbox_id="o1").id == post
    assert again.post("revue", sentence("deux"), NOON).id not in sandbox.world.posts


def test_every_change_raises_the_revision() -> None:
    world = a_world()
    before = world.revision
    world.post("revue", sentence("un"), NOON)
    assert world.revision == before + 1


def test_a_place_is_unread_until_it_is_looked_at() -> None:
    world = a_world()
    world.post("revue", sentence("un"), NOON)
    assert world.unread("ad1", "revue")
    world.look("ad1", "revue")
    assert not world.unread("ad1", "revue")
    world.post("revue", sentence("à moi"), NOON, author="ad1")
    world.post("revue", sentence("pour un autre"), NOON, ephemeral_to="ddt55")
    assert not world.unread("ad1", "revue")
    assert world.unread("ddt55", "revue")


class Still:
    """A machine whose clock stands still."""

    def now(self) -> datetime:
        return NOON


def test_the_clock_jumps_forward_and_says_how_far() -> None:
    kept: list[timedelta] = []
    clock = JumpingClock(NOON + timedelta(days=1), keep=kept.append, machine=Still())
    assert clock.jump(timedelta(hours=1)) == NOON + timedelta(days=1, hours=1)
    assert kept == [timedelta(days=1), timedelta(days=1, hours=1)]
    with pytest.raises(ValueError, match="back"):
        clock.jump(timedelta(seconds=-1))
    assert JumpingClock(NOON, offset=kept[-1], machine=Still()).now() == clock.now()


# Drawing

words = (
    st.text(max_size=60) | st.text("ab *-\n•<&", max_size=200) | st.integers(1, 9000).map(lambda n: "mot " * (n // 4))
)
texts = words.map(raw) | words.map(lambda w: tr("**{w}** : {w}", w=raw(w)))
files = st.builds(File, id=st.just("f1"), name=words, mime=st.just("application/pdf"), size=st.integers(0, 10**9))
buttons = st.lists(st.builds(Button, label=texts, token=st.just(OPEN)), max_size=4).flatmap(
    lambda some: st.sampled_from([1, 20, 200]).map(lambda n: tuple(some * n))
)
menus = st.builds(
    Menu, label=texts, token=st.just(OPEN),
    choices=st.tuples(texts, st.sampled_from([0, 1, 101, 350])).map(lambda c: tuple((str(i), c[0]) for i in range(c[1]))),
)  # fmt: skip
some_facts = st.lists(st.builds(Fact, name=texts, value=texts), max_size=4).flatmap(
    lambda some: st.sampled_from([1, 30, 150]).map(lambda n: tuple(some * n))
)
paragraphs = st.lists(texts, max_size=4).flatmap(lambda some: st.sampled_from([1, 40]).map(lambda n: tuple(some * n)))
cards = st.builds(
    Card, title=texts, state=st.none() | texts, facts=some_facts, paragraphs=paragraphs, buttons=buttons,
    menus=st.lists(menus, max_size=12).map(tuple),
)  # fmt: skip
messages = st.builds(Message, text=texts, card=st.none() | cards, files=st.lists(files, max_size=3).map(tuple))
# strategies this rich are slow to draw: fewer, bigger examples
many = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@many
@given(messages)
def test_any_message_is_drawn_within_the_limits(message: Message) -> None:
    view = drawing.message(message, SAY)
    assert view.blocks <= limits.BLOCKS
    assert len(view.title) <= limits.TITLE
    assert all(len(b.label) <= limits.LABEL for row in view.rows for b in row)
    assert all(len(row) <= limits.ROW for row in view.rows)
    assert all(len(p.unescape()) <= limits.PARAGRAPH for p in map(untagged, (*view.text, *view.paragraphs)))
    assert all(len(g.options) <= limits.OPTIONS for m in view.menus for g in m.groups)
    assert all(
        len(x) <= limits.LABEL for m in view.menus for g in m.groups for x in (g.label, *(o[1] for o in g.options))
    )
    assert all(len(facts) <= limits.FIELDS for facts in view.facts)
    count = len(message.card.buttons) if message.card else 0
    assert bool(view.left_out) or sum(map(len, view.rows)) == count


def untagged(markup):
    for tag in ("<br>", "<ul>", "</ul>", "<li>", "</li>", "<strong>", "</strong>"):
        markup = type(markup)(str(markup).replace(tag, ""))
    return markup


@many
@given(messages)
def test_any_message_is_told_in_a_terminal(message: Message) -> None:
    for line in told(message, SAY).splitlines():
        assert "\x1b" not in line


@given(st.text(max_size=300), st.integers(10, 80))
def test_shortened_holds_its_limit_and_starts_with_whole_words(text: str, limit: int) -> None:
    short = shortened(text, limit)
    assert len(short) <= limit
    assert short == " ".join(text.split()) or short.endswith("…")


@given(st.text("abc \n", max_size=400), st.integers(5, 60))
def test_split_keeps_every_word_within_the_limit(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert all(len(p) <= limit for p in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_a_label_is_shortened_on_a_word() -> None:
    long = "Demander un complément à la collectivité et suspendre l'examen jusqu'à sa réponse écrite"
    assert shortened(long, 75) == "Demander un complément à la collectivité et suspendre l'examen jusqu'à sa…"


def test_a_short_title_beyond_24_bytes_is_our_fault() -> None:
    accents = tr("é" * 13)
    with pytest.raises(TooLong):
        drawing.form(FORM.model_copy(update={"short": accents}), SAY)
    question = FORM.questions[0].model_copy(update={"short": accents})
    with pytest.raises(TooLong):
        drawing.form(FORM.model_copy(update={"questions": (question,)}), SAY)
    assert drawing.form(FORM.model_copy(update={"short": tr("é" * 12)}), SAY).short == "é" * 12


def test_a_form_shows_what_was_typed_and_what_was_wrong() -> None:
    view = drawing.form(FORM, SAY, {"avis": "<ok>"}, {"avis": tr("Trop court."), "": tr("Revoyez.")})
    assert (view.fields[0].value, view.fields[0].problem, view.problem) == (("<ok>",), "Trop court.", "Revoyez.")


def test_a_menu_of_all_departements_loses_none() -> None:
    choices = tuple(Choice(value=str(i), label=raw(f"Département {i}")) for i in range(101))
    question = Question(name="d", label=tr("Lequel ?"), short=tr("Département"), kind="choice", choices=choices)
    groups = drawing.form(FORM.model_copy(update={"questions": (question,)}), SAY).fields[0].groups
    assert [len(g.options) for g in groups] == [100, 1]
    assert groups[0].label == "Département 0 – Département 99"


@given(words)
def test_peoples_words_are_never_marks(text: str) -> None:
    drawn = str(html(SAY(tr("{w}", w=raw(text)))))
    assert "<strong>" not in drawn
    assert "<li>" not in drawn
    assert "<" not in drawn.replace("<br>", "")


def test_our_own_marks_are_drawn() -> None:
    sentence_ = tr("**Attention** : {who} a écrit\n- un <point>\n- **deux**", who=raw("**M. Pirate** <b>"))
    assert str(html(SAY(sentence_))) == (
        "<strong>Attention</strong> : **M. Pirate** &lt;b&gt; a écrit"
        "<ul><li>un &lt;point&gt;</li><li><strong>deux</strong></li></ul>"
    )


def test_a_card_in_the_terminal() -> None:
    card = Card(
        title=tr("ADT-2026-0007"),
        state=tr("En échange"),
        tone="waiting",
        facts=(Fact(name=tr("Territoire"), value=raw("Bar-le-Duc")), Fact(name=tr("Rang"), value=tr("3"))),
        paragraphs=(tr("**Il manque** la lettre du préfet."),),
        buttons=(Button(label=tr("Valider la demande"), token=OPEN), Button(label=tr("Refuser"), token=OPEN)),
    )
    assert told(Message(text=tr("Une demande vous attend."), card=card), SAY).splitlines() == [
        "Une demande vous attend.",
        "┌ ADT-2026-0007",
        "│ … En échange",
        "│ Territoire  Bar-le-Duc",
        "│ Rang        3",
        "│ Il manque la lettre du préfet.",
        "└ [Valider la demande]  [Refuser]",
    ]


def test_a_form_in_the_terminal() -> None:
    assert told(FORM, SAY).splitlines() == ["╔ Valider la demande", "║ Quel est votre avis ? *", "╚ [Envoyer]"]


def test_words_cannot_drive_the_terminal() -> None:
    assert told(sentence("\x1b[2Jbonjour\x07"), SAY) == "[2Jbonjour"


def test_the_limits_are_those_of_the_platforms() -> None:
    told_ = (
        limits.LABEL,
        limits.TITLE,
        limits.HINT,
        limits.PARAGRAPH,
        limits.INPUT,
        limits.ROW,
        limits.OPTIONS,
        limits.BLOCKS,
    )
    assert told_ == (75, 150, 150, 3000, 3000, 25, 100, 50)
    assert (limits.FACT, limits.FIELDS, limits.SHORT) == (2000, 10, 24)
