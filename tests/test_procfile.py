"""Several processes: the Procfile's own lines on a real PostgreSQL, Mattermost over TLS and Slack beside, killed midway.

A request goes from its first question to the designation, through two web processes in turn; one web process (the one that
holds the websocket) and one worker are killed, and replaced. Nothing is lost, nothing comes twice, order is kept.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from atelier.words import State
from bot.mattermost.drawing import OUTBOX
from bot.sandbox.contracts import contracts
from bot.sandbox.letters import letter
from bot.sandbox.people import ALBA, CAMILLE, DOMINIQUE, HUGO, INES, JEANNE, MARC, NORA, Somebody
from chat.cards import Address
from tests.conformance.slack_rooms import Rooms
from tests.databases import Postgres
from tests.fire import KEY, Bot, Someone, seen
from tests.mattermost import calls
from tests.mattermost.person import Person
from tests.mattermost.server import serving
from tests.mattermost.world import COMMAND_TOKEN, TOKEN, World
from tests.procfile import Formation, Router, base_env, lines, listeners, over_tls, routed, until
from tests.slack.person import SECRET
from tests.slack.workspace import TOKEN as SLACK_TOKEN
from tests.slack.workspace import standing

REF = "ADT-2026-0001"
STATE_S = (CAMILLE, INES, NORA, MARC, JEANNE, DOMINIQUE)
"""On Mattermost; the groupement and the DREAL are on Slack."""
OTHERS = {ALBA.account: "UALBA", HUGO.account: "UHUGO"}
LONG = "Le centre ancien perd ses habitants et ses commerces ; un logement sur cinq y est vacant."
ANSWERS = {
    "service_porteur": "DDT de la Meuse", "territoire": "Bar-le-Duc", "echelle": "quartier", "thematiques": ("habiter_mieux",),
    "objet": "Redonner un usage à la ville haute", "objectifs": LONG, "attendus_livrable": ("esquisse",),
    "ingenierie_locale": "Le chef de projet",
}  # fmt: skip
VALIDATION = {"adequation_dispositif": "Un centre ancien à réparer", "adequation_competences": "Habitat et commerce"}
pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")


class Shown(Someone):
    """A person at Slack's, whose answers by response_url are shown too."""

    def hook(self, name: str) -> str:
        slack = self.bot.slack
        assert isinstance(slack, Rooms)
        slack.hooks[name] = (self.account, self.place, "")
        return super().hook(name)


@dataclass
class Town:
    """Both chats, the database, and the processes of the Procfile."""

    world: World
    slack: Rooms
    bot: Bot
    formation: Formation
    router: Router
    review: str
    people: dict[str, Person] = field(default_factory=dict)
    most: int = 0
    pressed: set[tuple[str, str, str]] = field(default_factory=set)

    def __getitem__(self, who: Somebody) -> Person:
        return self.people[who.account]

    def waiting(self) -> int:
        self.most = max(self.most, listeners(self.world))
        return self.bot.waiting()

    async def quiet(self) -> None:
        """Everything has left."""
        await until(lambda: not self.waiting(), lambda: f"an empty outbox: {self.formation.log}")

    async def shows(self, who: Somebody, words: str, place: str = "") -> None:
        await until(
            lambda: words in self[who].read(place),
            lambda: f"« {words} »:\n{self[who].read(place)}\n{self.formation.log}",
        )

    async def command(self, who: Somebody, text: str) -> None:
        await self[who].command(text)

    async def press(self, who: Somebody, label: str, place: str = "") -> None:
        """The last button that reads so, once there is one that was not pressed before."""
        await self.quiet()
        await self.shows(who, f"[{label}]", place)

        def fresh() -> bool:
            post, action = self[who]._action(label, place)
            return (post["id"], str(post["edit_at"]), action["id"]) not in self.pressed

        await until(fresh, lambda: f"another [{label}]:\n{self[who].read(place)}\n{self.formation.log}")
        post, action = self[who]._action(label, place)
        self.pressed.add((post["id"], str(post["edit_at"]), action["id"]))
        await calls.press(self.world, self[who].id, post, action["id"])

    async def fill(self, who: Somebody, **given: Any) -> None:
        await until(
            lambda: self[who].id in self.world.dialogs, lambda: f"a dialog: {self[who].read()}\n{self.formation.log}"
        )
        assert await self[who].fill(**given) == {}

    async def says(self, who: Somebody, text: str, then: str, **more: Any) -> None:
        """Words, and what they are answered with."""
        before = self[who].read().count(then)
        self[who].say(text, **more)
        await until(
            lambda: self[who].read().count(then) > before,
            lambda: f"« {then} »:\n{self[who].read()}\n{self.formation.log}",
        )

    def state(self) -> State:
        return self.bot.dossier().state

    async def reaches(self, state: State) -> None:
        await until(lambda: self.state() is state, lambda: f"{state}, not {self.state()}: {self.formation.log}")

    def listener(self) -> int:
        """The process whose turn it is to listen, as the database says it; 0 when it is nobody's."""
        held = self.bot.rows(
            "SELECT holder FROM leases WHERE name = 'ecoute:mattermost' AND until > extract(epoch FROM clock_timestamp())"
        )
        return int(held[0][0].split(":")[1]) if held else 0

    async def listens(self, *pids: int) -> int:
        """One of these listens, alone."""
        await until(
            lambda: self.listener() in pids and listeners(self.world) == 1, lambda: f"a listener: {self.formation.log}"
        )
        return self.listener()


@pytest.fixture
def slack() -> Iterator[Rooms]:
    rooms = Rooms()
    with standing(rooms):
        yield rooms


@pytest.fixture
async def town(postgres: Postgres, slack: Rooms, tmp_path: Path) -> AsyncIterator[Town]:
    url = postgres.empty()
    try:
        async with _opened(url, slack, tmp_path) as town:
            yield town
    finally:
        postgres.drop(url)


@asynccontextmanager
async def _opened(url: str, slack: Rooms, folder: Path) -> AsyncIterator[Town]:
    async with serving(World(trigger_life=60)) as world, over_tls(world, folder) as cert:
        review = world.channel("revue-ad1", world.bot)["id"]
        formation = Formation(folder, {})
        async with routed(formation) as router:
            world.bot_url = router.url
            bot = Bot(None, slack, url, folder, ports=[int(router.url.rpartition(":")[2])])  # type: ignore[arg-type]
            town = Town(world, slack, bot, formation, router, review)
            for who in STATE_S:
                town.people[who.account] = Person.new(world, who.account)
            formation.env = base_env() | {
                "DATABASE_URL": url, "ATELIER_SECRET_KEY": KEY, "ATELIER_REVIEW_CHANNEL": f"mattermost:{review}",
                "ATELIER_PUBLIC_URL": router.url, "ATELIER_ADMINS": f"mattermost:{town[DOMINIQUE].id}",
                "MATTERMOST_URL": world.url, "MATTERMOST_TOKEN": TOKEN, "MATTERMOST_COMMAND_TOKEN": COMMAND_TOKEN,
                "SLACK_BOT_TOKEN": SLACK_TOKEN, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": f"{slack.url}/api/",
                "SSL_CERT_FILE": str(cert),
            }  # fmt: skip
            world.members[review] |= {town[who].id for who in (NORA, MARC, JEANNE)}
            try:
                yield town
            finally:
                formation.end()
                bot.close()


def _peopled(town: Town) -> None:
    with town.bot.unit() as unit:
        for who in STATE_S:
            unit.people.add(who.person(), (Address(platform="mattermost", id=town[who].id),))
        for who in (ALBA, HUGO):
            unit.people.add(who.person(), (Address(platform="slack", id=OTHERS[who.account]),))
        for contract in contracts(datetime.now(UTC).date()):
            unit.contracts.keep(contract, datetime.now(UTC), "essai")


async def test_the_procfile_s_processes_are_killed_and_nothing_is_lost(town: Town) -> None:
    assert {"release", "web", "worker"} <= set(lines())
    formation = town.formation
    await formation.release()
    _peopled(town)
    webs = [formation.start("web") for _ in range(2)]
    workers = [formation.start("worker") for _ in range(2)]
    await until(lambda: all(web.listens for web in webs), lambda: f"both web processes: {formation.log}")
    first = await town.listens(*(web.pid for web in webs))

    await _drafted(town)
    dead = next(web for web in webs if web.pid == first)
    await formation.kill(dead)
    town[CAMILLE].say(LONG)  # nobody listens
    other = next(web for web in webs if web is not dead)
    assert await town.listens(other.pid) == other.pid
    await until(
        lambda: town.bot.dossier().answers.get("dynamiques_territoire"),
        lambda: f"the words of the gap: {formation.log}",
    )
    assert town.bot.dossier().answers["dynamiques_territoire"].value == LONG

    await _lettered(town, "courrier_engagement")
    await _lettered(town, "courrier_soutien")
    await town.command(CAMILLE, f"transmettre {REF} Trois réunions avec les élus de la ville")
    await town.press(CAMILLE, "Confirmer")
    await formation.kill(workers[0])
    new_web, new_worker = formation.start("web"), formation.start("worker")
    await town.reaches(State.TRANSMISE)
    await until(lambda: new_web.listens, lambda: f"the new web process: {formation.log}")

    await _examined(town)
    await _designated(town)
    await town.quiet()

    assert {other.pid, new_web.pid} <= set(town.router.served), "the router used them both"
    assert town.most == 1, "never two listeners at once"
    await until(lambda: _alive(town) == Counter(web=2, horloge=2), lambda: f"everybody: {_alive(town)}")
    _nothing_lost_nor_twice(town)
    await _doctored(town, dead.pid)
    assert new_worker.process.poll() is None
    assert await formation.stop() == [0, 0, 0, 0]
    assert _alive(town) == Counter()


async def _drafted(town: Town) -> None:
    await town.command(CAMILLE, "demande")
    await town.press(CAMILLE, "Tout remplir en une fois")
    await town.fill(CAMILLE, **ANSWERS)
    await until(lambda: REF in str(town.bot.rows("SELECT ref FROM dossiers")), "the request")
    await town.quiet()
    await town.command(CAMILLE, f"modifier_reponse {REF} dynamiques_territoire")
    await town.quiet()


async def _lettered(town: Town, name: str) -> None:
    await town.command(CAMILLE, f"modifier_reponse {REF} {name}")
    await town.quiet()
    town[CAMILLE].say("", files={f"{name}.pdf": letter("Fictif")})
    for said in ("1er octobre 2026", "Claude Martin", "Maire", "1"):
        await asyncio.sleep(0)
        town[CAMILLE].say(said)
    await until(
        lambda: town.bot.dossier().piece(name),
        lambda: f"the letter {name}: {town[CAMILLE].read()}\n{town.formation.log}",
    )
    await until(lambda: town.bot.dossier().piece(name).origin, lambda: f"its origin: {town[CAMILLE].read()}")  # type: ignore[union-attr]
    await town.quiet()


async def _examined(town: Town) -> None:
    await town.press(NORA, "Prendre en charge", town.review)
    await town.fill(NORA, motif="")
    await town.reaches(State.EN_ECHANGE)
    await town.press(MARC, "Valider la demande", town.review)
    await town.fill(MARC, **VALIDATION)
    await town.press(MARC, "Confirmer")
    await town.reaches(State.VALIDEE)


async def _designated(town: Town) -> None:
    """The groupement answers on Slack, AD1 decides on Mattermost."""
    await town.command(MARC, f"acter {REF} accord_cadre = demonstration | acte = Décision DGALN 2026-31")
    await town.press(MARC, "Confirmer")
    await town.reaches(State.ACTE)
    await town.command(MARC, f"solliciter {REF}")
    await town.press(MARC, "Confirmer")
    alba = Shown(town.bot, OTHERS[ALBA.account])
    asked = await until(
        lambda: _last(town, alba, "Disponible"), lambda: f"the question: {alba.reads()}\n{town.formation.log}"
    )
    await asyncio.to_thread(alba.press, asked["blocks"], "Disponible")
    await until(lambda: town.slack.views.get(alba.account), lambda: f"a window at Slack's: {town.formation.log}")
    filled = await asyncio.to_thread(alba.fill, {"equipe": "Une architecte-urbaniste, un paysagiste, une économiste."})
    assert filled.text == "", filled.text
    await town.press(MARC, "Désigner", town.review)
    await until(lambda: town[MARC].id in town.world.dialogs, "the dialog of the designation")
    boxes = [e["name"].partition(".")[2] for e in town[MARC].dialog["elements"] if e["name"].startswith("equipe.")]
    await town.fill(MARC, equipe=tuple(boxes[:3]))
    await town.press(MARC, "Confirmer")
    await town.reaches(State.DESIGNE)


def _last(town: Town, who: Someone, label: str) -> dict[str, Any] | None:
    """The last post in a conversation of Slack that has this button."""
    posts = reversed(town.slack.posts(who.place))
    return next((post for post in posts if f'"text": "{label}"' in seen(post)), None)


def _alive(town: Town) -> Counter[str]:
    """The processes that say they are there: the dead are believed for half a minute."""
    told = town.bot.rows(
        "SELECT holder FROM leases WHERE name LIKE 'processus:%' AND until > extract(epoch FROM clock_timestamp())"
    )
    return Counter(json.loads(holder)["role"] for (holder,) in told)


def _nothing_lost_nor_twice(town: Town) -> None:
    """Every letter is in its place once, in the order it was written in; every gesture is in the journal once."""
    posted = _posted(town)
    rows = town.bot.rows("SELECT id, platform, place, key, state FROM outbox ORDER BY seq")
    assert {state for *_, state in rows} == {"posted"}
    assert [id_ for found in posted.values() for id_, n in Counter(found).items() if n > 1] == [], "twice"
    everywhere = {id_ for found in posted.values() for id_ in found}
    lost = [id_ for id_, _, _, key, _ in rows if not key and id_ not in everywhere]
    assert lost == []
    rank = {id_: number for number, (id_, *_) in enumerate(rows)}
    for place, found in posted.items():
        ranks = [rank[id_] for id_ in found if id_ in rank]
        assert ranks == sorted(ranks), f"{place} out of order"
    done = Counter(what for (what,) in town.bot.rows("SELECT what FROM journal WHERE to_state <> from_state"))
    assert set(done.values()) == {1}, done
    heard = [p["id"] for p in town.world.posts.values() if p["user_id"] in {x.id for x in town.people.values()}]
    keys = Counter(key for (key,) in town.bot.rows("SELECT key FROM inbox"))
    assert all(sum(id_ in key for key in keys) == 1 for id_ in heard), "each word said was handled once"


def _posted(town: Town) -> dict[str, list[str]]:
    """The outbox ids in each place of both chats, in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for post in sorted(town.world.posts.values(), key=lambda p: p["create_at"]):
        id_ = str(post["props"].get(OUTBOX, ""))
        if id_ and not id_.endswith("+"):
            found[f"mattermost {post['channel_id']}"].append(id_)
    for place, posts in town.slack.channels.items():
        found[f"slack {place}"] += [p["metadata"]["event_payload"]["outbox_id"] for p in posts if "metadata" in p]
    return found


async def _doctored(town: Town, dead: int) -> None:
    """`atelier doctor` in the same environment: the server calls us, TLS is known, the killed are told of, an administrator answers."""
    trip = asyncio.create_task(town.formation.run("doctor", "--json", "--aller-retour", "--attente", "120"))
    await until(lambda: trip.done() or "[Vérifier]" in town[DOMINIQUE].read(), lambda: town.formation.log)
    assert not trip.done(), trip.result()
    await town[DOMINIQUE].press("Vérifier")
    await town.fill(DOMINIQUE)
    status, said = await trip
    told = json.loads(said)
    found: dict[str, list[dict[str, str]]] = defaultdict(list)
    for one in told["findings"]:
        found[one["code"]].append(one)
    assert [found[code][0]["level"] for code in ("mattermost.appel", "mattermost.websocket", "ecoute")] == ["ok"] * 3, (
        said
    )
    assert "2 web ; 2 horloge" in found["processus"][0]["sentence"]
    assert str(dead) in found["processus.disparu"][0]["sentence"]
    assert {one["subject"]: one["level"] for one in found["aller_retour"]} == {
        "mattermost": "ok",
        "slack": "warning",
    }, said
    assert (status, told["level"]) in {(1, "warning"), (2, "error")}, "the fakes are not the platforms"
