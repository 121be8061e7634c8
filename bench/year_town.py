"""The people of a year of ateliers, and a platform that counts what each of them is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path

from atelier.calendar import local_day
from atelier.contract_file import shipped
from atelier.dossier import Holding, Person
from atelier.places import Commune
from atelier.territories import Territories
from atelier.words import PersonId, Role
from bot import memory
from bot.app import Application, compose
from bot.clock import JumpingClock
from bot.sandbox.contracts import contracts
from chat.cards import Address, Message, Token
from chat.language import Languages
from chat.talk import Answer, AnyEvent, Asked, Attached, Filled, Given, Said, Upload
from storage.unit import Unit

NAME = "sandbox"
REVIEW = Address(platform=NAME, id="revue")
EXAMINERS = 3
TOWNS = 2
"""How many towns ask in each département."""


class Stuck(AssertionError):
    """The bot does not do what the life of a dossier says: the bench would measure something else."""


@dataclass(slots=True)
class Counting:
    """A platform that keeps nothing but the last message of each place, and how many each person had a day."""

    now: datetime
    name: str = NAME
    sent: Counter[tuple[str, date, str]] = field(default_factory=Counter)
    rang: set[tuple[str, datetime]] = field(default_factory=set)
    """When each place got something: a card and the sentence under it come at once, and disturb once."""
    last: dict[str, Message] = field(default_factory=dict)
    acting: str = ""
    """Whose own gesture is being answered: what they are told then, they asked for."""
    _ids: count[int] = field(default_factory=lambda: count(1))

    async def post(self, place: Address, message: Message, outbox_id: str, thread: str, lang: str) -> str:  # noqa: ARG002
        """Count it, unless it answers whoever acts."""
        self.last[place.id] = message
        if place.id != f"dm:{self.acting}":
            self.sent[(place.id, local_day(self.now, "75"), _kind(message))] += 1
            self.rang.add((place.id, self.now))
        return str(next(self._ids))

    async def edit(self, place: Address, post: str, message: Message, lang: str) -> None:
        """Silent for people."""

    async def open_place(self, name: str, purpose: str, members: Sequence[str]) -> str:  # noqa: ARG002
        """A channel of an atelier."""
        return name

    async def set_members(self, place: str, members: Sequence[str]) -> None:
        """Nothing is shown of it."""

    async def find(self, place: Address, outbox_id: str, thread: str) -> str | None:  # noqa: ARG002
        """Nothing is ever in doubt here."""
        return None


def _kind(message: Message) -> str:
    card = message.card
    if card is None:
        return "annonces"
    if card.key:
        return "cartes"
    return "rappels" if card.tone == "waiting" else "annonces"


@dataclass(slots=True)
class Bot:
    """A whole bot whose clock jumps, with everybody in its directory."""

    app: Application
    clock: JumpingClock
    platform: Counting
    places: tuple[Commune, ...]
    _events: count[int] = field(default_factory=lambda: count(1))

    async def ask(self, who: str, text: str) -> Answer:
        """« /atelier text ». Raises Stuck when it is refused."""
        return await self._receive(who, Asked(**self._of(who), text=text))

    async def say(self, who: str, text: str) -> Answer:
        """Words in the direct conversation."""
        return await self._receive(who, Said(**self._of(who), text=text))

    async def fill(self, who: str, token: Token, given: Given) -> Answer:
        """A form sent."""
        return await self._receive(who, Filled(**self._of(who), token=token, given=given))

    async def drop(self, who: str, name: str, content: bytes) -> Answer:
        """A file dropped."""
        return await self._receive(who, Attached(**self._of(who), files=(Upload(name=name, content=content),)))

    async def tick(self) -> None:
        """What is due rings, and everything leaves."""
        self.platform.now, self.platform.acting = self.clock.now(), ""
        await self.app.settle()

    async def _receive(self, who: str, event: AnyEvent) -> Answer:
        self.platform.now, self.platform.acting = self.clock.now(), who
        answer = await self.app.receive(event)
        if answer.outcome != "done":
            raise Stuck(f"{who}: {getattr(event, 'text', event)!r}: {answer}")
        await self.app.carry()
        return answer

    def _of(self, who: str) -> dict[str, object]:
        account, place = (Address(platform=NAME, id=id_) for id_ in (who, f"dm:{who}"))
        return {"sender": account, "place": place, "id": f"e{next(self._events)}", "direct": True}


def built(folder: Path, start: datetime, departements: Sequence[str], languages: Languages) -> Bot:
    """A new bot at `start`, its contract in force and large enough, the people of these départements."""
    territories = Territories.load()
    url = f"sqlite:///{folder / 'year.db'}"
    memory.moved(url)
    writer = memory.opened(url, b"a secret of the benches, long enough")
    clock, platform = JumpingClock(start, machine=Still(start)), Counting(start)
    app = compose(
        writer=writer,
        review=REVIEW,
        platforms={NAME: platform},
        clock=clock,
        territories=territories,
        languages=languages,
    )
    places = tuple(place for dep in departements for place in _towns(territories, dep))
    writer.call(lambda unit: _settled(unit, departements, places, start))
    return Bot(app, clock, platform, places)


@dataclass(frozen=True, slots=True)
class Still:
    """A machine whose clock stands still: only jumps move the procedure's."""

    at: datetime

    def now(self) -> datetime:
        """The hour it stopped at."""
        return self.at


def _towns(territories: Territories, dep: str) -> list[Commune]:
    found = territories.find("Saint", departement=dep, limit=60)
    return [p for p in found if isinstance(p, Commune) and p.code.startswith(dep)][:TOWNS]


def _settled(unit: Unit, departements: Sequence[str], places: Sequence[Commune], start: datetime) -> None:
    for contract in contracts(start.date()):
        unit.contracts.keep(contract, start, "bench")
    large = next(c for c in contracts(start.date()) if c.code == "demonstration")
    unit.contracts.keep(large.model_copy(update={"montant_maximum_ht": Decimal(10_000_000)}), start, "bench")
    for number in range(EXAMINERS):
        _add(unit, f"ad1i{number}", Role.AD1I, "", "75", "Bureau AD1")
    _add(unit, "ad1v", Role.AD1V, "", "75", "Bureau AD1")
    _add(unit, "ad1b", Role.AD1B, "", "75", "Bureau AD1")
    for groupement in shipped("demonstration").groupements:
        _add(unit, f"mand-{groupement.code}", Role.MAND, f"grp:demonstration/{groupement.code}", "69", groupement.nom)
    for dep in departements:
        _add(unit, f"svc{dep}", Role.SVC, f"dep:{dep}", dep, f"DDT {dep}")
        _add(unit, f"sign{dep}", Role.SVC_SIGN, f"dep:{dep}", dep, f"DDT {dep}")
        _add(unit, f"dreal{dep}", Role.DREAL, f"dep:{dep}", dep, f"DREAL {dep}")
    for place in places:
        dep = place.within[0].code
        _add(unit, f"coll{place.code}", Role.COLL, f"terr:{place.code}", dep, f"Ville {place.code}")
        _add(unit, f"maire{place.code}", Role.COLL_SIGN, f"terr:{place.code}", dep, f"Ville {place.code}")


def _add(unit: Unit, id_: str, role: Role, scope: str, dep: str, service: str) -> None:  # noqa: PLR0917 - a table row
    person = Person(
        id=PersonId(id_), name=f"Personne {id_}", title="fonction", service=service, noticed=True, departement=dep,
        holdings=(Holding(role=role, scope=scope),),
    )  # fmt: skip
    unit.people.add(person, (Address(platform=NAME, id=id_),))
