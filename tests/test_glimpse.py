"""A glimpse of a request is enough for its deadlines: the same people, the same days, the same words as from all of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cases import in_state

from atelier import audience, rules
from atelier.dossier import Dossier, Holding, Person, Run
from atelier.glimpse import Glimpse
from atelier.words import PersonId, Reference, Role, State
from chat.cards import Address
from handlers import owing
from handlers.clocks import _rhythms
from handlers.reminder_words import Line, message, says_more
from storage.reminders import Reminder

EVERYWHERE = [role for role in Role if role is not Role.ADMIN]


def peopled(unit, dossier: Dossier) -> list[Person]:
    """Somebody for each role, over this dossier, one of them above another."""
    people = [
        Person(
            id=PersonId(f"p{role}"), name=f"P {role}", holdings=(Holding(role=role, scope=f"ref:{dossier.ref}"),),
            superior=PersonId(f"p{Role.SVC}") if role is Role.SVC_SIGN else PersonId(""),
        )
        for role in EVERYWHERE
    ]  # fmt: skip
    for one in people:
        unit.people.add(one, (Address(platform="slack", id=one.id),))
    return people


def told(dossier: Dossier, run: Run, person: Person, **more) -> str:
    due = rules.due(run, dossier)
    row = Reminder(1, Reference(dossier.ref), run.rule, run.generation, "jour", 0, person.id, due, False, due)
    now = due + timedelta(days=3)
    return message([Line(row, dossier, run, due, **more)], person, now).model_dump_json()


@pytest.mark.parametrize("state", list(State))
def test_a_glimpse_says_of_deadlines_what_the_whole_says(units, state: State) -> None:
    whole = in_state(state)
    glimpse = Glimpse.model_validate_json(whole.model_dump_json())
    with units.begin() as unit:
        people = peopled(unit, whole)
        for run in rules.running(whole):
            now = rules.due(run, whole) + timedelta(days=30)
            assert rules.explained(run, glimpse) == rules.explained(run, whole)
            assert audience.audience(run, glimpse) == audience.audience(run, whole)
            owed = owing.owing(unit, whole, run, now)
            assert owing.owing(unit, glimpse, run, now) == owed
            both = [list(_rhythms(unit, one, run, now, owed.people)) for one in (whole, glimpse)]
            assert both[0] == both[1]
            if not says_more(run.rule):
                for person in people:
                    for more in ({}, {"raised": True}, {"lacking": (Role.SVC,)}):
                        assert told(glimpse, run, person, **more) == told(whole, run, person, **more)


def test_every_deadline_rings_in_some_state() -> None:
    """Or the test above would hold of nothing."""
    running = {run.rule for state in State for run in rules.running(in_state(state))}
    assert sum(not says_more(rule) for rule in running) >= 8
