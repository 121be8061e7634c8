"""Pages of requests: found first in the order wanted, read after; whole, or in a few words for lists."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, bindparam, cast, select

from atelier.words import Reference, State
from storage.prepared import Prepared
from storage.tables import dossiers, spoken
from storage.visible import seen, unindexed

QUEUED = (State.TRANSMISE, State.EN_ECHANGE, State.A_COMPLETER)
UNDER_REVIEW = dossiers.c.state.in_(QUEUED)
LATEST = (dossiers.c.since.desc(), dossiers.c.ref.desc())

WHOLE = select(dossiers.c.ref, dossiers.c.revision, cast(dossiers.c.data, Text).label("told"))
"""Requests as text: pydantic reads JSON faster than what was made of it."""
BRIEF = select(
    dossiers.c.ref,
    dossiers.c.state,
    dossiers.c.departement,
    dossiers.c.arrival,
    dossiers.c.data["service"].as_string().label("service"),
    dossiers.c.data[("answers", "territoire", "value")].label("territory"),
)
SPOKEN = select(dossiers.c.ref, dossiers.c.state, dossiers.c.departement, spoken.c.words).join(
    spoken, spoken.c.ref == dossiers.c.ref
)


@dataclass(frozen=True, slots=True)
class Found:
    """What words are looked for in: a request's territory and service, folded as `spelling.key` does."""

    ref: Reference
    state: State
    departement: str
    words: str


@dataclass(frozen=True, slots=True)
class Brief:
    """A request in a few words: `territory` and `service` as people say them.

    What lists show: reading it costs a tenth of reading the request. Rights are those of `storage.visible`.
    """

    ref: Reference
    state: State
    departement: str
    service: str
    territory: str


def _refs(shape: frozenset[str], *, along: bool, somewhere: bool = False) -> Select[str]:
    """The references of a sight's requests (of a `departement`)."""
    found = select(dossiers.c.ref).where(seen(shape, along=along))
    return found.where(dossiers.c.departement == bindparam("departement")) if somewhere else found


def _page(what: Select[Any], refs: Select[str], *order: ColumnElement[Any]) -> Prepared:
    """Found first, read after: or the database would sort whole requests."""
    first = refs.order_by(*order).limit(bindparam("limit"))
    return Prepared(what.where(dossiers.c.ref.in_(first.correlate(None))).order_by(*order))


@cache
def latest(shape: frozenset[str], *, along: bool, within: bool = False) -> Prepared:
    """The `limit` last moved of a sight, whole. `within`: of those in these `states`, after so many (`offset`)."""
    refs = _refs(shape, along=along)
    if within:
        among = unindexed(dossiers.c.state).in_(bindparam("states", expanding=True))
        refs = refs.where(among).offset(bindparam("offset"))
    return _page(WHOLE, refs, *LATEST)


@cache
def briefly(shape: frozenset[str], *, along: bool, somewhere: bool) -> Prepared:
    """The same in brief; `somewhere`: of a `departement`."""
    return _page(BRIEF, _refs(shape, along=along, somewhere=somewhere), *LATEST)


@cache
def said(shape: frozenset[str], *, along: bool, somewhere: bool) -> Prepared:
    """What they are looked for by, in the same order: nothing of the whole request is read."""
    return _page(SPOKEN, _refs(shape, along=along, somewhere=somewhere), *LATEST)


@cache
def queue(shape: frozenset[str], *, along: bool) -> Prepared:
    """Those under review, the first arrived first, in brief."""
    queued = UNDER_REVIEW if along else unindexed(dossiers.c.state).in_(QUEUED)
    return _page(BRIEF, _refs(shape, along=along).where(queued), dossiers.c.arrival)


def brief(row: Any) -> Brief:
    """A row of BRIEF."""
    return Brief(Reference(row.ref), State(row.state), row.departement, row.service, _labels(row.territory))


def _labels(territory: object) -> str:
    """As `Dossier.territory` says it."""
    labels = [t.get("label", "") for t in territory if isinstance(t, dict)] if isinstance(territory, list) else []
    return " ; ".join(str(label) for label in labels)
