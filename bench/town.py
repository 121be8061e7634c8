"""A database with many requests in it, as the bot itself would have written them, and the people round them."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from atelier.dossier import Answered, Dossier, Holding, Person
from atelier.words import Do, PersonId, Reference, Role, State
from bot import memory
from chat.cards import Address
from handlers import clocks
from handlers.cards import person_key, review_key
from storage.unit import Unit
from storage.writer import Writer
from tests.cases import in_state

SECRET = b"a secret of the benches"
PLATFORM = "slack"
REVIEW = "CREV"
"""AD1's channel, on whichever platform."""
PLACES = [f"{n:02d}" for n in range(1, 96) if n != 20]
"""The départements, Corsica and overseas aside."""
REGION, WIDE = "UREG", 30
"""Somebody who follows so many départements: a full page at every size."""
EXAMINERS = 5
"""How many people examine at AD1."""
AT_ONCE = 200
TRANSMITTED = "D2"
"""Each has a line in its journal already."""


@dataclass(frozen=True, slots=True)
class Town:
    """A closed database file, its requests by number from 1, all awaiting a complement (`pressed`) or in any state."""

    file: Path
    count: int

    def url(self) -> str:
        """What DATABASE_URL would say."""
        return url(self.file)

    def copy(self, name: str) -> Town:
        """The same, elsewhere: a run never starts from what another left."""
        return Town(Path(shutil.copy(self.file, self.file.with_name(name))), self.count)

    def states(self) -> dict[str, int]:
        """How many requests are in each state, read without the bot."""
        with closing(sqlite3.connect(self.file)) as database:
            return dict(database.execute("SELECT state, count(*) FROM dossiers GROUP BY state").fetchall())


def url(file: Path) -> str:
    """What DATABASE_URL would say."""
    return f"sqlite:///{file}"


def built(file: Path, count: int, *, state: State | None = State.A_COMPLETER, platform: str = PLATFORM) -> Town:
    """A new database of `count` requests spread over the départements, in one state or (None) in every one in turn.

    Everybody's account is on `platform`.
    """
    memory.moved(url(file))
    writer = memory.opened(url(file), SECRET)
    writer.call(lambda unit: _people(unit, platform))
    for start in range(0, count, AT_ONCE):
        numbers = range(start + 1, min(start + AT_ONCE, count) + 1)
        writer.call(lambda unit, numbers=numbers: _requests(unit, numbers, state, platform))
    _close(writer, file)
    return Town(file, count)


def ref(number: int) -> Reference:
    """The reference of a request."""
    return Reference(f"ADT-2026-{number:05d}")


def examiner(number: int) -> str:
    """The account of who examines a request."""
    return f"UAD{number % EXAMINERS}"


def place(number: int) -> str:
    """The département of a request."""
    return PLACES[number % len(PLACES)]


def _close(writer: Writer, file: Path) -> None:
    writer.close()
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode=DELETE")  # one file to copy; the bot asks for WAL again


def _people(unit: Unit, platform: str) -> None:
    for number in range(EXAMINERS):
        _known(unit, platform, f"UAD{number}", Role.AD1I, "")
    _known(unit, platform, "UADV", Role.AD1V, "")
    _known(unit, platform, REGION, Role.DREAL, *(f"dep:{dep}" for dep in PLACES[:WIDE]))
    for dep in PLACES:
        _known(unit, platform, f"USVC{dep}", Role.SVC, f"dep:{dep}", departement=dep)
        _known(unit, platform, f"UDRE{dep}", Role.DREAL, f"dep:{dep}", departement=dep)


def _known(unit: Unit, platform: str, account: str, role: Role, *scopes: str, departement: str = "75") -> None:
    person = Person(
        id=PersonId(account.lower()), name=f"Personne {account}", title="chargée de mission", service="Service", noticed=True,
        holdings=tuple(Holding(role=role, scope=scope) for scope in scopes), departement=departement,
    )  # fmt: skip
    unit.people.add(person, (Address(platform=platform, id=account),))


def _requests(unit: Unit, numbers: range, state: State | None, platform: str) -> None:
    now = datetime.now(UTC)
    states = [state] if state else list(State)
    models = {one: in_state(one) for one in states}
    for number in numbers:
        dossier = _moved(models[states[number % len(states)]], number, now)
        unit.dossiers.add(dossier)
        unit.journal.write(dossier.ref, what=TRANSMITTED, by=None, at=now, to_state=dossier.state)
        clocks.keep(unit, dossier, now)
        _posted(unit, dossier, platform)
        if dossier.state is State.A_COMPLETER:
            _previewed(unit, dossier, examiner(number))


def _moved(model: Dossier, number: int, now: datetime) -> Dossier:
    """A request like the model, elsewhere, a few days old; who signed for it, and who examines it, are in the directory."""
    dep = place(number)
    told = (
        model.model_dump_json().replace('"SVC-SVC"', f'"usvc{dep}"').replace('"person":"SVC"', f'"person":"usvc{dep}"')
    )
    examined = examiner(number).lower()
    told = told.replace('"person":"AD1I"', f'"person":"{examined}"').replace('"person":"AD1V"', '"person":"uadv"')
    told = told.replace('"instructor":"AD1I"', f'"instructor":"{examined}"')
    answer = model.answers["territoire"].model_copy(
        update={"value": [{"code": f"{dep}{number:05d}", "label": f"Commune {number} ({dep})", "kind": "commune"}]}
    )
    fresh = Dossier.model_validate_json(told)
    return fresh.model_copy(
        update={
            "ref": ref(number), "departement": dep, "service": f"DDT {dep}", "since": now - timedelta(minutes=number),
            "arrival": number if fresh.arrival else None, "answers": {**fresh.answers, "territoire": Answered(value=answer.value, by=fresh.answers["territoire"].by)},
        }
    )  # fmt: skip


def _previewed(unit: Unit, dossier: Dossier, account: str) -> None:
    """Its examiner was shown what « Lever la demande de complément » would say, and may confirm it."""
    draft = Address(platform="apercu", id=f"{account.lower()}:{dossier.ref}:{Do.RETIRER_COMPLEMENT}")
    unit.conversations.keep(draft, {"kind": "apercu", "given": {}, "version": dossier.version})


def _posted(unit: Unit, dossier: Dossier, platform: str) -> None:
    """Its cards as they were posted: AD1's, and its service's."""
    svc = f"usvc{dossier.departement}"
    for key, where, audience in (
        (review_key(dossier.ref), Address(platform=platform, id=REVIEW), "ad1"),
        (person_key(dossier.ref, svc), Address(platform=platform, id=f"dm:{svc.upper()}"), f"person:{svc}"),
    ):
        unit.cards.remember(key, where, f"{dossier.ref}.0", dossier.ref, audience)
        unit.threads.open(key, where, f"{dossier.ref}.0", dossier.ref, audience)
