"""How one recorded value is replaced by the right one: a dossier and the value in, a dossier out."""

from __future__ import annotations

from collections.abc import Callable

from atelier.dossier import Dossier
from atelier.recording import recorded
from atelier.values import Value

Put = Callable[[Dossier, object], Dossier]
INNER = {
    "receipt": ("receipt", "on"), "asked": ("asked", "on"), "penalty": ("penalty", "notified", "on"),
    "adjournment": ("adjournment", "notified", "on"), "reduction": ("reduction", "notified", "on"),
    "paid.on": ("paid", "on"), "paid.amount": ("paid", "amount"), "paid.penalties": ("paid", "penalties"),
    "reduction.amount": ("reduction", "amount"), "verified": ("verified", "on"),
    "verified.document": ("verified", "document"), "verified.amount": ("verified", "amount"),
    "receipt.proof": ("receipt", "proof"), "asked.proof": ("asked", "proof"), "declared_on": ("declared_on",),
}  # fmt: skip
"""Where each of them is in its part of the record; a decision's notification moves with it."""


def _replaced(part: Value, path: tuple[str, ...], value: object) -> Value:
    """The part with what is at this path replaced. Raises LookupError where nothing was recorded there."""
    name, *rest = path
    if not rest:
        return part.model_copy(update={name: value})
    inner = getattr(part, name)
    if inner is None:
        raise LookupError(name)
    return part.model_copy(update={name: _replaced(inner, tuple(rest), value)})


def act(dossier: Dossier, value: object) -> Dossier:
    """The reference of the act that orders the atelier."""
    return recorded(dossier, act=value)


def contract(dossier: Dossier, value: object) -> Dossier:
    """The code of its contract; the terms it follows go with it (`acting.place_sous`)."""
    return recorded(dossier, contract=value)


def session(what: str) -> Put:
    """Something of the session as it was held."""

    def put(dossier: Dossier, value: object) -> Dossier:
        *before, last = dossier.mission_().sessions
        return recorded(dossier, sessions=(*before, _replaced(last, (what,), value)))

    return put


def credits_(what: str) -> Put:
    """An amount of the credits delegated, or their day."""

    def put(dossier: Dossier, value: object) -> Dossier:
        given = dossier.mission_().credits
        return recorded(dossier, credits=given.model_copy(update={what: value}) if given else None)

    return put


def order(number: int, what: str) -> Put:
    """Something of one order."""

    def put(dossier: Dossier, value: object) -> Dossier:
        done, path = dossier.mission_().commandes, INNER.get(what, (what,))
        return recorded(dossier, commandes=tuple(_replaced(c, path, value) if c.number == number else c for c in done))

    return put


def deliverable(what: str) -> Put:
    """Something of the deliverable as last handed in."""

    def put(dossier: Dossier, value: object) -> Dossier:
        *before, last = dossier.mission_().livrables
        changed = _replaced(last, INNER[what], value)
        if what == "verified" and last.verified is not None and last.verified.notified is not None:
            changed = _replaced(changed, ("verified", "notified", "on"), value)
        return recorded(dossier, livrables=(*before, changed))

    return put


def solicitation(dossier: Dossier, value: object) -> Dossier:
    """The reception of the solicitation under way."""
    *before, last = dossier.mission_().sollicitations
    return recorded(dossier, sollicitations=(*before, _replaced(last, INNER["receipt"], value)))


def elus(dossier: Dossier, value: object) -> Dossier:
    """The day of the restitution to the élus."""
    return restitution("on")(dossier, value)


def restitution(what: str) -> Put:
    """Something of the restitution to the élus."""

    def put(dossier: Dossier, value: object) -> Dossier:
        done = dossier.mission_().elus
        return recorded(dossier, elus=done.model_copy(update={what: value}) if done else None)

    return put


def follow_up(months: int) -> Put:
    """What came of it, so many months later."""

    def put(dossier: Dossier, value: object) -> Dossier:
        done = dossier.mission_().suivis
        return recorded(
            dossier, suivis=tuple(_replaced(s, ("text",), value) if s.months == months else s for s in done)
        )

    return put
