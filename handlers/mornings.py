"""The mornings on which people were told of their deadlines: one message a day for each, whoever writes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from atelier.calendar import local_day
from atelier.dossier import Person
from atelier.words import PersonId
from chat.cards import Address
from storage.unit import Unit

WHERE = "rappels"


@dataclass(slots=True)
class Mornings:
    """The last day each person was told, in one transaction, at the procedure's hour `now`."""

    unit: Unit
    now: datetime
    days: dict[PersonId, date | None] = field(default_factory=dict)

    def recall(self, people: Iterable[PersonId]) -> None:
        """Read at once, again even, which day each of these people was last told."""
        asked = tuple(people)
        kept = self.unit.conversations.among(WHERE, asked)
        self.days |= {one: date.fromisoformat(kept[one]["jour"]) if one in kept else None for one in asked}

    def forget(self) -> None:
        """Read them again when they are asked for: another worker may have told somebody."""
        self.days.clear()

    def told(self, person: Person) -> bool:
        """True once they had their message of the day, even if the clock has gone back since."""
        if person.id not in self.days:
            self.recall((person.id,))
        day = self.days[person.id]
        return day is not None and day >= self.today(person)

    def keep(self, people: Iterable[Person]) -> None:
        """These people have their message of the day."""
        told = {Address(platform=WHERE, id=one.id): {"jour": self.today(one).isoformat()} for one in people}
        self.unit.conversations.keep_all(told)
        self.forget()

    def today(self, person: Person) -> date:
        """The day it is where somebody works."""
        return local_day(self.now, person.departement)
