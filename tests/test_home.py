"""« /atelier » alone: what awaits somebody among many, counted no further than it is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cases import in_state

from atelier.dossier import Holding, Person
from atelier.territories import Territories
from atelier.words import PersonId, Reference, Role, State
from chat.cards import Address
from chat.talk import Asked, Say
from handlers import clocks, home
from handlers.here import Config, Here

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
PLACE = Address(platform="local", id="dm:ad1")
AD1 = Person(id=PersonId("ad1"), name="Anne", holdings=(Holding(role=Role.AD1I, scope=""),), departement="75")


def town(unit, *states):
    """A request in each of these states, the first ones moved last."""
    for number, state in enumerate(states, 1):
        since = NOW - timedelta(hours=number)
        moved = {"ref": Reference(f"ADT-2026-{number:05d}"), "since": since, "arrival": number, "instructor": None}
        dossier = in_state(state).model_copy(update=moved)
        unit.dossiers.add(dossier)
        clocks.keep(unit, dossier, since)


@pytest.fixture
def at_home(units):
    def asked(*states):
        with units.begin() as unit:
            unit.people.add(AD1)
            town(unit, *states)
            event = Asked(sender=PLACE, place=PLACE, id="1", direct=True, text="")
            here = Here(unit, AD1, event, NOW, Config(review=PLACE, territories=Territories.load()))
            (reply,) = home.home(here).replies
            assert isinstance(reply, Say)
            assert reply.message.card is not None
            return reply.message

    return asked


def said(text):
    return text.msg.format(**text.args)


def test_what_awaits_me_is_found_behind_what_does_not(at_home):
    """Sixty that await the service, moved since, do not hide the two that await AD1."""
    message = at_home(*[State.A_COMPLETER] * 60, State.TRANSMISE, State.VALIDEE, State.TRANSMISE, State.REFUSEE)
    assert said(message.text) == "À faire maintenant : 2"
    assert [fact.name.msg for fact in message.card.facts] == ["ADT-2026-00061", "ADT-2026-00063"]
    assert said(message.card.paragraphs[0]) == "Vous suivez 63 demande(s) en cours."
    assert len(message.card.paragraphs) == 1 + 1 + 3, "the three nearest dates"


def test_no_more_are_counted_than_are_shown(at_home):
    message = at_home(*[State.TRANSMISE] * 11)
    assert said(message.text) == "À faire maintenant : plus de 10"
    assert len(message.card.facts) == 10
    assert said(message.card.paragraphs[0]) == "Vous suivez 11 demande(s) en cours."


def test_so_many_are_not_counted_one_by_one(at_home, monkeypatch):
    monkeypatch.setattr(home, "MANY", 4)
    message = at_home(*[State.A_COMPLETER] * 6)
    assert said(message.text) == "À faire maintenant : 0"
    assert [said(p) for p in message.card.paragraphs[:2]] == [
        "Rien ne vous attend pour le moment.",
        "Vous suivez plus de 4 demandes en cours.",
    ]


def test_few_are_read_however_many_there_are(at_home, monkeypatch):
    """The whole requests that are read: a page that awaits, and those of the nearest dates."""
    read = []
    kept = home.awaited
    monkeypatch.setattr(home, "awaited", lambda dossier: read.append(dossier.ref) or kept(dossier))
    at_home(*[State.TRANSMISE] * 120)
    assert len(read) == home.PAGE
