"""What a row of the table says together: its state and the columns it supposes, its days in order, its cells by kind."""

from __future__ import annotations

from itertools import pairwise

from atelier.execution import ACTIVE, ORDERED
from atelier.labels import STATES
from atelier.tables import plain
from atelier.takeover_columns import (
    AMOUNTS,
    CHOICES,
    COLUMNS,
    COUNTS,
    DAYS,
    DELAYS,
    FROM,
    ORDERS,
    SECOND,
    SITE,
    STAGES,
    WHY,
    WITH,
    allowed,
    milestone,
    owed,
)
from atelier.takeover_rows import Row
from atelier.words import Labels, State, fr

at = State


def checked(row: Row) -> tuple[State, State | None] | None:
    """The state of a row and the one before it, every filled cell read and what it lacks named; None without a state."""
    state, before = row.state("etat"), row.state("etat_avant")
    if state is None:
        return None
    _before(row, state, before)
    _columns(row, state, before)
    _together(row)
    to_come = SITE if milestone(state, before) is at.ANIMATION else ()
    days = {c: row.day(c, to_come=c in to_come) for c in row.cells if c in DAYS}
    for column in row.cells:
        _cell(row, column)
    for road in ORDERS:
        known = [(c, d) for c in road if (d := days.get(c)) is not None and (c not in to_come or road is SITE)]
        for (earlier, first), (column, day) in pairwise(known):
            if day < first:
                sentence = fr("Le {day} vient avant « {earlier} », du {first} : vérifiez les deux dates.")
                row.wrong(column, sentence, day=day, earlier=earlier, first=first)
    return state, before


def _before(row: Row, state: State, before: State | None) -> None:
    if state not in FROM or before is None:
        return
    possible = ORDERED if state is at.RESILIE else ACTIVE
    if before not in possible:
        sentence = fr("Un atelier ne passe pas de « {before} » à « {state} ». États possibles avant : {names}.")
        labels = Labels((STATES[before],)), Labels((STATES[state],))
        row.wrong("etat_avant", sentence, before=labels[0], state=labels[1], names=", ".join(possible))


def _columns(row: Row, state: State, before: State | None) -> None:
    """What the state supposes and is missing; what it does not suppose yet and is there."""
    wanted = dict(owed(state, before))
    last = milestone(state, before)
    may = set(allowed(state, before))
    if last is not None and STAGES.index(last) >= STAGES.index(at.ANIMATION):
        single = plain(row.text("bc1_objet")) == "mission"
        wanted |= dict.fromkeys(("point_arret_le",) if single else SECOND, at.ANIMATION)
        may -= {c for c in COLUMNS if c.startswith("bc2_")} if single else {"point_arret_le"}
    for column, stage in wanted.items():
        if not row.text(column):
            sentence = fr("L'état « {state} » suppose {what} : remplissez cette colonne, ou corrigez l'état.")
            row.wrong(column, sentence, state=Labels((STATES[state],)), what=Labels((WHY[stage],)))
    for column in row.cells:
        if column not in may:
            sentence = fr("L'état « {state} » ne va pas avec cette colonne : videz-la, ou corrigez l'état.")
            row.wrong(column, sentence, state=Labels((STATES[state],)))


def _together(row: Row) -> None:
    """Columns that go together."""
    wanted = {c: WITH[c] for c in row.cells if c in WITH}
    if plain(row.text("decision")) == "recu_refaction":
        wanted |= {"decision": "refaction_montant"}
    for column, other in wanted.items():
        if not row.text(other):
            row.wrong(other, fr("« {given} » ne va pas sans cette colonne : remplissez-la."), given=column)


def _cell(row: Row, column: str) -> None:
    """Read a cell by its kind, for what is wrong with it."""
    if column in AMOUNTS:
        row.amount(column)
    elif column in DELAYS:
        row.delay(column)
    elif column in COUNTS:
        row.count(column, COUNTS[column])
    elif column in CHOICES:
        row.one_of(column, CHOICES[column])
