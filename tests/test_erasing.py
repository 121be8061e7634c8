"""Somebody asks for what is kept of them, or leaves and is forgotten: nothing of theirs is left, and nothing else breaks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from clockwork import comes
from databases import SECRET
from samples import NOW, message
from sqlalchemy import select
from test_cli import run
from town import ASKED, LANGUAGES, MONDAY, TERRITORIES, YANN, Still, Town, flat

from atelier.directory import read
from atelier.dossier import Person
from atelier.territories import Territories
from atelier.words import PersonId, Refused
from bot import memory
from bot.app import compose
from bot.clock import JumpingClock
from bot.sandbox import mission
from bot.sandbox.local import Local, settle_in
from bot.sandbox.people import CAMILLE, DOMINIQUE, EVERYBODY, INES, JEANNE, MARC, NORA, PAUL, REVIEW
from bot.sandbox.platform import Sandbox
from bot.sandbox.things import PLATFORM
from bot.sandbox.world import World
from chat.cards import Address
from handlers import directory, erasing, extracting, names
from handlers.erasing import Forgotten, Tried
from handlers.here import direct
from storage.absences import Absence
from storage.errors import Stale
from storage.schema import metadata
from storage.tables import outbox
from storage.unit import Unit, Units

REF = "ADT-2026-0001"
ID = PersonId("agent-17")
"""Camille's identifier, which is not her account."""
ELSEWHERE = Address(platform="mattermost", id="k7w3camille")
TELLING = re.compile(r"Camille Laurent|camille laurent|chargée de mission|k7w3camille|ddt55(?![-0-9])")
"""What tells who she is; « ddt55 » is her account, « ddt55-direction » her director's."""
ERASED = "une personne dont le nom a été effacé"
HEAD = "identifiant;nom;organisme;role;portee;comptes;actif\n"
GONE = "agent-17;Camille Laurent;DDT de la Meuse;SVC;dep:55;;non\n"
OTHERS = "robin;Robin Faure;DDT de la Meuse;SVC;dep:55;sandbox:ddt55;\n"


@pytest.fixture
def town(tmp_path: Path, url: str) -> Iterator[Town]:
    """The sandbox's people on either database; Camille by an identifier that is not her account."""
    world = World.load(tmp_path / "monde.json")
    clock = JumpingClock(MONDAY, offset=world.offset, keep=world.keep_offset, machine=Still())
    sandbox = Sandbox(world, clock.now)
    app = compose(
        writer=memory.opened(url, SECRET), review=REVIEW, platforms={PLATFORM: sandbox}, clock=clock,
        territories=TERRITORIES, languages=LANGUAGES,
    )  # fmt: skip
    sandbox.attach(app.receive)
    settle_in(app, world, tuple(one for one in EVERYBODY if one is not CAMILLE))
    world.people(CAMILLE.persona())
    camille = CAMILLE.person().model_copy(update={"id": ID})
    app.writer.call(lambda unit: unit.people.add(camille, (CAMILLE.address(), ELSEWHERE)))
    local = Local(sandbox, app, clock)
    yield Town(local)
    local.close()


def call(town: Town, move):
    return town.local.app.writer.call(move)


def bring(town: Town, *rows: str) -> directory.Report:
    entries = read(HEAD + "".join(rows), Territories.load(), MONDAY.date())

    def brought(unit: Unit) -> directory.Report:
        erasing.kept_forgotten(unit, entries)
        return directory.bring(unit, entries, town.local.clock.now(), dry=False)

    return call(town, brought)


def forget(town: Town, id_: str = ID, *, admins: tuple[Address, ...] = (), dry: bool = False) -> Forgotten:
    return call(town, lambda unit: erasing.forget(unit, id_, admins, town.local.clock.now(), dry=dry))


async def lived(town: Town) -> None:
    """An atelier up to its designation, and all that the bot keeps of who took part in it."""
    wanted = {"nom": CAMILLE.name, "fonction": CAMILLE.title, "role": "SVC", "service": "DDT", "departement": "55"}

    def entered(unit: Unit) -> None:
        request = unit.access.ask(CAMILLE.address(), CAMILLE.name, wanted, MONDAY)
        unit.access.decide(request, PersonId("admin"), MONDAY, accepted=True)
        unit.absences.declare(Absence(ID, MONDAY.date() - timedelta(30), MONDAY.date() - timedelta(20), PersonId("")))

    call(town, entered)
    await town.examined()
    await town.validate(REF)
    await mission.act(town.player, REF)
    await mission.designation(town.player, REF)
    robin = comes(town, "ddt55-relais", "Robin Faure", "DDT de la Meuse", "55")
    await town.player.command(CAMILLE, f"transférer {REF} Robin Faure")
    day = town.local.clock.now() + timedelta(days=3)
    await town.player.command(CAMILLE, f"absence du {day:%d/%m/%Y} au {day:%d/%m/%Y} {robin.name}")
    await town.player.command(CAMILLE, "lier")
    await town.player.command(CAMILLE, "demande")


def dumped(town: Town) -> dict[str, str]:
    """Every row of every table, as text."""

    def rows(unit: Unit) -> dict[str, str]:
        connection = unit.people._connection
        return {
            name: "\n".join(
                json.dumps([*map(str, row)], ensure_ascii=False) for row in connection.execute(select(table))
            )
            for name, table in metadata.tables.items()
        }

    return call(town, rows)


async def test_the_extract_has_all_that_is_kept(town: Town) -> None:
    await lived(town)
    found = call(town, lambda unit: extracting.extract(unit, ID))
    assert json.loads(json.dumps(found, ensure_ascii=False)) == found, "plain JSON"
    assert found["person"]["name"] == "Camille Laurent"
    assert found["accounts"] == [
        {"platform": "sandbox", "account": "ddt55"},
        {"platform": "mattermost", "account": "k7w3camille"},
    ]
    assert len(found["absences"]) == 2, "the one that is over too"
    (asked,) = found["access_requests"]
    assert asked["wanted"]["fonction"] == "chargée de mission"
    one = next(r for r in found["requests"] if r["reference"] == REF)
    assert one["parts"] == ["SVC"]
    assert "objectifs" in one["answers"]
    assert {f["kind"] for f in one["files"]} == {"courrier_engagement", "courrier_soutien"}
    (transfer,) = one["transfers_given"]
    assert (transfer["taken_by"], transfer["role"]) == ("ddt55-relais", "SVC")
    assert {line["what"] for line in found["journal"]} >= {"D1", "transfert"}
    assert all(line["at"].endswith("+00:00") for line in found["journal"])
    assert found["begun"]
    assert found["messages_kept"] > 0
    told = json.dumps(found, ensure_ascii=False)
    for other in ("Marc Olivier", "Nora Benali", "Un centre ancien à réparer"):
        assert other not in told
    assert "lier-attente" not in told, "no secret"


async def test_what_would_be_forgotten_then_what_is(town: Town) -> None:
    await lived(town)
    bring(town, GONE)
    await town.local.app.settle()
    before = dumped(town)
    with pytest.raises(Tried) as tried:
        forget(town, dry=True)
    assert dumped(town) == before, "a dry run changes nothing"
    done = forget(town)
    assert done == tried.value.done
    assert (done.accounts, done.absences, done.asked) == (2, 2, 1)
    assert min(done.begun, done.letters, done.lines) > 0
    assert REF in done.requests
    for name, rows in dumped(town).items():
        if name != outbox.name:
            assert not TELLING.findall(rows), (name, TELLING.findall(rows))
    assert direct(CAMILLE.address()).id not in dumped(town)[outbox.name].replace("dm:ddt55-", "")
    assert call(town, lambda unit: unit.people.get(ID)) == Person(id=ID, name="", active=False)
    left = call(town, lambda unit: extracting.extract(unit, ID))
    assert [left[name] for name in ("accounts", "absences", "access_requests", "journal", "begun")] == [[]] * 5
    assert ID not in dumped(town)["pseudonyms"]
    assert call(town, lambda unit: unit.journal.verify()) is None


READS = [
    *((MARC, verb) for verb in ("voir", "journal", "resume", "frise", "echeances", "liste", "pv")),
    *((who, verb) for who in (INES, PAUL) for verb in ("voir", "journal")),
]


async def test_the_others_go_on_without_the_name(town: Town) -> None:
    """Cards, journal, timeline, the rest of the procedure: an instructor who is forgotten leaves no blank either."""
    await lived(town)
    bring(town, GONE, "ad1-instruction;Nora Benali;Bureau AD1;AD1I;;;non\n")
    await town.player.command(MARC, f"journal {REF}")
    assert "ouverte, Camille Laurent (service porteur)" in flat(town.read(MARC))
    shown = flat(town.read(MARC, REVIEW.id))
    assert "Instructeur Nora Benali" in shown
    forget(town)
    forget(town, NORA.account)
    await town.local.app.settle()
    shown = flat(town.read(MARC, REVIEW.id))
    assert f"Instructeur {ERASED}" in shown, "the card shown is drawn again"
    assert "Instructeur Nora Benali" not in shown
    for who, verb in READS:
        before = len(flat(town.read(who)))
        answer = await town.player.command(who, f"{verb} {REF}")
        told = flat(town.read(who))[before:]
        assert answer.outcome == "done", (who.name, verb, told)
        assert not re.search("Camille|Nora Benali", told), (who.name, verb, told)
        assert not re.search(r"— \(|, \(|: \(|par \(|par le ", told), (who.name, verb, told)
        assert verb != "journal" or f"ouverte, {ERASED} (service porteur)" in told
    assert call(town, lambda unit: unit.journal.verify()) is None


async def test_the_procedure_goes_on(town: Town) -> None:
    """Whoever opened the request is forgotten in the middle of it: designation, procès-verbal, credits."""
    await town.examined()
    await town.validate(REF)
    await mission.act(town.player, REF)
    bring(town, GONE)
    forget(town)
    await mission.designation(town.player, REF)
    posts = town.world.visible(MARC.account, REVIEW.id)
    assert [f.name for p in posts for f in p.message.files if "proces-verbal" in f.name]
    await town.player.command(JEANNE, f"credits {REF} ae = 20000 | cp = 20000 | uo = DDT 55 | chorus = 2026-0135")
    assert f"C'est fait : {REF}" in flat(town.last(JEANNE))
    assert call(town, lambda unit: unit.journal.verify()) is None


async def test_the_account_is_another_s_from_then_on(town: Town) -> None:
    await lived(town)
    bring(town, GONE)
    forget(town)
    bring(town, OTHERS)
    robin = call(town, lambda unit: unit.people.behind(CAMILLE.address()))
    assert (robin.id, robin.name) == ("robin", "Robin Faure")
    before = len(flat(town.read(CAMILLE)))
    await town.player.command(CAMILLE, f"journal {REF}")
    told = flat(town.read(CAMILLE))[before:]
    assert f"ouverte, {ERASED} (service porteur)" in told, "what she did is not whoever has her account"
    assert call(town, lambda unit: extracting.extract(unit, "robin"))["journal"] == []
    await town.local.app.settle()
    assert call(town, lambda unit: unit.outbox.stats().waiting) == 0


async def test_the_name_does_not_come_back_with_the_old_table(town: Town) -> None:
    bring(town, GONE)
    forget(town)
    before = dumped(town)
    with pytest.raises(Refused, match="agent-17"):
        bring(town, OTHERS, GONE)
    assert dumped(town) == before
    assert bring(town, OTHERS).added == ["Robin Faure"]


async def test_what_is_refused_changes_nothing(town: Town) -> None:
    def refused(why: str, id_: str = ID, **more: tuple[Address, ...]) -> None:
        before = dumped(town)
        for dry in (True, False):
            with pytest.raises(Refused, match=why):
                forget(town, id_, dry=dry, **more)
        assert dumped(town) == before

    refused("encore dans l'annuaire")
    refused("Personne n'a l'identifiant", "nobody")
    bring(town, GONE)
    refused("ATELIER_ADMINS", admins=(ELSEWHERE,))
    forget(town, admins=(Address(platform="mattermost", id="another"),))
    refused("déjà effacée")


def test_a_person_entered_by_an_access_request_leaves_nothing(units: Units) -> None:
    """Their request is found by the account that their identifier was made of, even once it is unlinked."""
    account = Address(platform="mattermost", id="u9")
    person = Person(id=PersonId("mattermost-u9"), name="Yann Keller", active=False)
    with units.begin() as unit:
        unit.people.add(person)
        kept = unit.access.ask(account, "Yann Keller", {"nom": "Yann Keller"}, MONDAY)
        unit.access.decide(kept, PersonId("admin"), MONDAY, accepted=True)
        other = unit.access.ask(Address(platform="mattermost", id="u99"), "Ana", {}, MONDAY)
    with units.begin() as unit:
        with pytest.raises(Refused, match="ATELIER_ADMINS"):
            erasing.forget(unit, person.id, (account,), MONDAY, dry=False)
        assert erasing.forget(unit, person.id, (), MONDAY, dry=False).asked == 1
    with units.begin() as unit:
        assert [request.id for request in unit.access.waiting(9)] == [other]
        assert unit.access.made_by(person.id, (account,)) == []


def test_an_identifier_is_never_given_twice(units: Units) -> None:
    """Whoever comes back by the same account is somebody new: what was theirs stays nobody's."""
    id_ = PersonId("mattermost-u9")
    with units.begin() as unit:
        assert names.free(unit, id_) == id_
        unit.people.add(Person(id=id_, name="Yann Keller", active=False))
        unit.people.add(Person(id=PersonId("mattermost-u99"), name="Ana"))
        erasing.forget(unit, id_, (), MONDAY, dry=False)
        assert names.free(unit, id_) == "mattermost-u9-2"
        unit.people.add(Person(id=names.free(unit, id_), name="Yann Keller"))
        assert names.free(unit, id_) == "mattermost-u9-3"


def test_a_message_on_its_way_is_not_waited_for(units: Units) -> None:
    """A worker has begun to carry it: it finds that the place is not its own any more, and the next letter leaves."""
    gone, account = PersonId("zoe"), Address(platform="mattermost", id="z1")
    with units.begin() as unit:
        unit.people.add(Person(id=gone, name="Zoé", active=False), (account,))
        unit.outbox.put(direct(account), message("Zoé, une échéance"), due=MONDAY)
        other = unit.outbox.put(Address(platform="mattermost", id="dm:z11"), message("une autre"), due=MONDAY)
    with units.begin() as unit:
        lane = unit.outbox.claim_place(NOW, "worker", 60)
        assert lane is not None
        (letter,) = unit.outbox.letters(lane)
        unit.outbox.start(letter)
    with units.begin() as unit:
        assert erasing.forget(unit, gone, (), MONDAY, dry=False).letters == 1
    with pytest.raises(Stale), units.begin() as unit:
        unit.outbox.posted(letter, "post")
    with units.begin() as unit:
        assert unit.outbox.state(other) == ("waiting", "")
        unit.outbox.put(direct(account), message("Bienvenue"), due=MONDAY)
    with units.begin() as unit:
        lanes = [unit.outbox.claim_place(NOW, "worker", 60) for _ in range(3)]
        assert [lane.place.id if lane else None for lane in lanes] == ["dm:z11", "dm:z1", None]


def test_the_two_commands(tmp_path: Path) -> None:
    table = tmp_path / "annuaire.csv"
    lines = HEAD + "zoe;Zoé Œil;DDT de la Meuse;SVC;dep:55;mattermost:z1;{}\n"
    table.write_text(lines.format("oui"), "utf-8")
    assert run("migrate", cwd=tmp_path).returncode == 0
    assert run("annuaire", "importer", "annuaire.csv", cwd=tmp_path).returncode == 0
    done = run("annuaire", "extraire", "zoe", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["person"]["name"] == "Zoé Œil"
    assert "Zoé Œil" in done.stdout
    done = run("annuaire", "extraire", "zo", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Personne n'a l'identifiant « zo »" in done.stderr
    done = run("annuaire", "oublier", "zoe", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("Rien n'a été changé.\n")
    table.write_text(lines.format("non"), "utf-8")
    assert run("annuaire", "importer", "annuaire.csv", cwd=tmp_path).returncode == 0
    done = run("annuaire", "oublier", "zoe", "--essai", cwd=tmp_path)
    assert done.stdout.startswith("Essai, rien n'est changé :\n"), done.stderr
    assert "1 compte libéré" in done.stdout
    assert "Zoé Œil" in run("annuaire", "montrer", cwd=tmp_path).stdout
    done = run("annuaire", "oublier", "zoe", cwd=tmp_path)
    assert done.stdout.startswith("« zoe » est effacé :\n"), done.stderr
    assert run("annuaire", "montrer", cwd=tmp_path).stdout.split() == ["zoe", *";;;;", "nom", "effacé"]
    again = run("annuaire", "importer", "annuaire.csv", cwd=tmp_path)
    assert (again.returncode, again.stdout) == (1, "")
    assert "« zoe »" in again.stderr
    assert run("annuaire", "oublier", "zoe", cwd=tmp_path).returncode == 1
    assert json.loads(run("annuaire", "extraire", "zoe", cwd=tmp_path).stdout)["accounts"] == []


async def test_whoever_comes_back_by_the_same_account_is_somebody_new(town: Town) -> None:
    async def enters() -> Person:
        await town.player.command(YANN, "")
        await town.player.press(YANN, "Demander l'accès")
        await town.player.fill(YANN, ASKED)
        await town.player.press(DOMINIQUE, "Accepter")
        found = call(town, lambda unit: unit.people.behind(YANN.address()))
        assert found is not None, town.last(DOMINIQUE)
        return found

    first = await enters()
    call(town, lambda unit: unit.people.save(first.model_copy(update={"active": False})))
    forget(town, first.id)
    again = await enters()
    assert (again.id, again.name) == (f"{first.id}-2", "Yann Keller")
