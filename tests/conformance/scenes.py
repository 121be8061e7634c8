"""What the sandbox's story does not go through: each other gesture of the procedure, on an atelier that the rules brought to it.

The way to the gesture is walked by the rules alone (tests/cases.py), then kept in the bot's memory: the gesture itself
is a person's, on the platform (detours.py).
"""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from atelier.dossier import Dossier, Holding
from atelier.grammar import Step
from atelier.procedure import OPENING, STEPS
from atelier.words import Reference, Role
from bot.sandbox.people import ALBA, CAMILLE, ELSA, HUGO, INES, JEANNE, MAIRE, MARC, NORA, OSCAR, PAUL
from chat.talk import Given
from storage.unit import Unit
from tests.cases import CONTRACT, CONTRACT_2021, filled, scene, told
from tests.conformance.stage import Stage

STORY = frozenset({
    "D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "C1", "C2", "A1", "A1a", "A2", "A2a", "A2b", "A3",
    "A4", "A5", "A7", "A8", "A9", "A10", "A11", "A12", "A13", "A13b", "A14", "F1", "F2", "T1", "T2", "A21",
})  # fmt: skip
"""The rows that the story goes through; test_conformance_lives.py holds it to them."""
PLAYERS = {
    Role.SVC: CAMILLE, Role.SVC_SIGN: PAUL, Role.COLL: INES, Role.COLL_SIGN: MAIRE, Role.DREAL: HUGO, Role.MAND: ALBA,
    Role.AD1I: NORA, Role.AD1V: MARC, Role.AD1B: JEANNE,
}  # fmt: skip
HOLDERS = (ALBA, OSCAR, ELSA)
"""Who speaks for the groupements of the contracts of tests/cases.py, by rank."""
EVERY = (OPENING, *STEPS)
FIRST = 101


@cache
def detours() -> tuple[Step, ...]:
    """The other rows, in the order of their hours: no clock goes back."""
    others = [step for step in STEPS if step.id not in STORY]
    return tuple(sorted(others, key=lambda step: scene(step, step.source[0])[1]))


def ref_of(step: Step) -> str:
    """The reference of the atelier where a gesture is made."""
    return f"ADT-2026-{FIRST + detours().index(step):04d}"


def given(step: Step) -> Given:
    """What is typed in its form there."""
    state = step.source[0]
    answers = filled(step.act, scene(step, state)[1], **told(step, state))
    return {name: _typed(value) for name, value in answers.items()}


def _typed(value: object) -> str | tuple[str, ...]:
    match value:
        case tuple():
            return tuple(map(str, value))
        case Decimal():
            return f"{value:.2f}".replace(".", ",")
        case _ if hasattr(value, "strftime"):
            return f"{value:%d/%m/%Y}"
        case _:
            return str(value)


def listed(stage: Stage) -> None:
    """The contracts of the scenes, and who speaks for their groupements."""

    def put(unit: Unit) -> None:
        for contract in (CONTRACT, CONTRACT_2021):
            unit.contracts.keep(contract, stage.clock.now(), "tests")
        for rank, somebody in enumerate(HOLDERS, 1):
            there = tuple(Holding(role=Role.MAND, scope=f"grp:{c.code}/g{rank}") for c in (CONTRACT, CONTRACT_2021))
            person = somebody.person()
            unit.people.save(person.model_copy(update={"holdings": (*person.holdings, *there)}))

    assert stage.app is not None
    stage.app.writer.call(put)


def placed(stage: Stage, id_: str) -> None:
    """The atelier where this row may be taken, and its hour."""
    step = next(s for s in detours() if s.id == id_)
    dossier, at = scene(step, step.source[0])
    put(stage, dossier, ref_of(step), at)


def put(stage: Stage, dossier: Dossier, ref: str, at: datetime) -> None:
    """A dossier of the rules' tests, kept under this reference, with the hour it came to there."""
    if at > stage.clock.now():
        stage.clock.jump(at - stage.clock.now())
    assert stage.app is not None
    stage.app.writer.call(lambda unit: unit.dossiers.add(_theirs(dossier, ref)))


def _theirs(dossier: Dossier, ref: str) -> Dossier:
    """The same, made by the people of this place, under its own reference, arrival number and town: no two are one file's."""
    number = int(ref[-4:])
    told_ = json.loads(dossier.model_dump_json(), object_hook=_named)
    told_["answers"]["territoire"]["value"] = [
        {"code": f"55{number:03d}", "label": f"Ville {number} (55)", "kind": "commune"}
    ]
    arrived = {"arrival": number} if dossier.arrival is not None else {}
    return Dossier.model_validate_json(json.dumps(told_ | {"ref": Reference(ref)} | arrived))


def _named(thing: dict[str, Any]) -> dict[str, Any]:
    """The people of the rules' tests, who bear their role's name, as those of this place."""
    found = {name: value for name, value in thing.items() if name in {"person", "instructor"} and value in set(PLAYERS)}
    return thing | {name: PLAYERS[Role(value)].account for name, value in found.items()}
