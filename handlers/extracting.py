"""`atelier annuaire extraire`: all that is kept about one person, as plain JSON; no words of others.

Keys are English and stable; instants are ISO 8601, in UTC; days are local to the person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

from atelier.dossier import Dossier, Transfer
from atelier.words import PersonId, State
from chat.cards import Address
from handlers.erasing import EVER, kept, known, theirs
from handlers.here import direct
from handlers.linking import AWAITED
from storage.absences import Absence
from storage.access import Request
from storage.journal import Line
from storage.unit import Unit

Json = dict[str, object]


def extract(unit: Unit, id_: str) -> Json:
    """What is kept about the person of this identifier. Raises Refused when nobody has it."""
    person = known(unit, id_)
    accounts = unit.people.accounts(person.id)
    dossiers = [found for d in unit.dossiers.every(State) if (found := _request(d, person.id))]
    return {
        "person": person.model_dump(mode="json"),
        "accounts": [_account(account) for account in accounts],
        "absences": [_absence(one) for one in unit.absences.of(person.id, EVER)],
        "stands_in": [_absence(one) for one in unit.absences.covered_by(person.id, EVER, date.max)],
        "access_requests": [_access(one) for one in unit.access.made_by(person.id, accounts)],
        "requests": dossiers,
        "journal": [_line(line, person.id) for line in theirs(unit, person.id)],
        "begun": list(_begun(unit, person.id, accounts)),
        "messages_kept": sum(unit.conversations.letters(direct(account)) for account in accounts),
    }


def _account(account: Address) -> Json:
    return {"platform": account.platform, "account": account.id}


def _absence(absence: Absence) -> Json:
    return {
        "person": absence.person, "first": absence.first.isoformat(), "last": absence.last.isoformat(),
        "substitute": absence.substitute,
    }  # fmt: skip


def _access(request: Request) -> Json:
    return {
        **_account(request.account), "name": request.name, "wanted": request.wanted, "asked": _utc(request.asked),
        "accepted": request.accepted, "decided": _utc(request.decided) if request.decided else None,
    }  # fmt: skip


def _request(dossier: Dossier, person: PersonId) -> Json | None:
    """Their part in a request, what they gave of it, what they handed over or were handed; None when there is nothing."""
    found: Json = {
        "parts": sorted(m.role for m in dossier.members if m.person == person),
        "examines": dossier.instructor == person,
        "answers": sorted(
            name for name, given in dossier.answers.items() if person in {given.by.person, given.by.for_}
        ),
        "files": [
            {"name": p.name, "kind": p.kind, "size": p.size, "sha256": p.sha256, "at": _utc(p.by.at)}
            for p in dossier.pieces if person in {p.by.person, p.by.for_}
        ],
        "transfers_given": [_transfer(t) for t in dossier.transfers if t.given == person],
        "transfers_taken": [_transfer(t) for t in dossier.transfers if t.taken == person],
    }  # fmt: skip
    return {"reference": dossier.ref, "state": dossier.state, **found} if any(found.values()) else None


def _transfer(transfer: Transfer) -> Json:
    return {
        "given_by": transfer.given,
        "taken_by": transfer.taken,
        "role": transfer.role,
        "at": _utc(transfer.by.at),
    }


def _line(line: Line, person: PersonId) -> Json:
    """Which line, what, in which role, when; `for_them` when somebody else recorded it in their name."""
    return {
        "reference": line.ref, "line": line.seq, "what": line.what, "role": line.role, "at": _utc(line.at),
        "for_them": line.person != person,
    }  # fmt: skip


def _begun(unit: Unit, person: PersonId, accounts: Iterable[Address]) -> Iterator[Json]:
    return (
        {"kind": address.platform, "about": address.id, "data": data}
        for address, data in kept(unit, person, accounts) if address.platform != AWAITED
    )  # fmt: skip


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
