"""An atelier already running, taken over from one row of a table: its past steps retaken, each on its real day.

What a row says is checked first; then the steps of the procedure make the record and its deadlines, as they would have
made them. Files are not there: a note or a deliverable handed in before keeps its days and approvals without its bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from atelier.contracts import AccordCadre
from atelier.dossier import Answered, By, Dossier, Member, Person
from atelier.spelling import key
from atelier.starting import instant
from atelier.takeover_checks import checked
from atelier.takeover_columns import PEOPLE, milestone
from atelier.takeover_identity import Identity, Known
from atelier.takeover_past import Past, Stopped
from atelier.takeover_replay import play
from atelier.takeover_rows import Row
from atelier.takeover_terms import agreed
from atelier.words import Reference, Role, State, fr

BY_DIRECTORY = frozenset({Role.SVC_SIGN, Role.COLL_SIGN, Role.AD1I, Role.AD1V, Role.AD1B})
"""Roles the directory alone gives: a table of ateliers lends no signature."""


def taken(row: Row, who: Identity, ref: Reference, known: Known) -> Dossier | None:
    """The dossier of a row, its deadlines running; None, and what is wrong is kept, when it does not fit."""
    found = checked(row)
    people = {Role(c.upper()): tuple(_people(row, c, known)) for c in PEOPLE if row.text(c)}
    contract = _contract(row, known)
    if found is None or row.mistakes:
        return None
    state, before = found
    last = milestone(state, before)
    if last is None:
        return None
    opened = _opened(row, who, ref, known)
    terms = agreed(row, contract, before or state)
    if terms is None:
        return None
    past = Past(row, opened, known, terms, people)
    try:
        play(past, state, before, last)
    except Stopped:
        return None
    if past.dossier.state is not state:
        raise LookupError(ref, state, past.dossier.state)
    dossier = _joined(row, past.dossier, people)
    return None if row.mistakes else dossier


def _contract(row: Row, known: Known) -> AccordCadre | None:
    typed = row.text("accord_cadre")
    contract = next((c for c in known.contracts if key(c.code) == key(typed)), None)
    if typed and contract is None:
        names = ", ".join(c.code for c in known.contracts) or "—"
        sentence = fr("« {code} » n'est pas un accord-cadre enregistré. Connus : {known}.")
        row.wrong("accord_cadre", sentence, code=typed[:60], known=names)
    return contract


def _people(row: Row, column: str, known: Known) -> Iterator[Person]:
    """The people a cell names, separated by « | »; each is one person of the directory."""
    for name in (n.strip() for n in re.split(r"[|;\n]", row.text(column)) if n.strip()):
        found = known.people(name)
        exact = [p for p in found if p.id == name.casefold() or key(p.name) == key(name) or name.startswith("@")]
        if len(exact) == 1:
            yield exact[0]
        elif len(found) > 1 or exact:
            listed = ", ".join(f"{p.name} ({p.id})" for p in (exact or found)[:5])
            row.wrong(column, fr("« {name} » peut être : {listed}. Écrivez son identifiant."), name=name[:60], listed=listed)  # fmt: skip
        else:
            sentence = fr(
                "« {name} » n'est pas dans l'annuaire, qui ne garde pas d'adresses électroniques : donnez son identifiant "
                "ou son nom entier, ou importez d'abord l'annuaire."
            )
            row.wrong(column, sentence, name=name[:60])


def _opened(row: Row, who: Identity, ref: Reference, known: Known) -> Dossier:
    """The request as AD1 had it before it was validated."""
    first = next(d for c in ("transmise_le", "validee_le", "acte_le") if (d := row.day(c)) is not None)
    when = min(instant(first, who.departement), known.now)
    by = By(person=known.importer.id, role=Role.ADMIN, at=known.now, document=known.source(row))
    given: dict[str, JsonValue] = {"service_porteur": row.text("service"), "territoire": who.places, "objet": row.text("objet")}  # fmt: skip
    return Dossier(
        ref=ref, state=State.EN_ECHANGE, opened=when, since=when, transmitted=when, fiche_version=1, last_by=by,
        departement=who.departement, service=row.text("service"), arrival=row.count("arrivee", 9_999),
        answers={name: Answered(value=value, by=by) for name, value in given.items()},
    )  # fmt: skip


def _joined(row: Row, dossier: Dossier, people: Mapping[Role, tuple[Person, ...]]) -> Dossier:
    """The people named, in their parts: signatures and AD1's roles come from the directory alone."""
    members = list(dossier.members)
    for role, listed in people.items():
        for person in listed:
            held = role in dossier.roles_of(person)
            if not held and role in BY_DIRECTORY:
                sentence = fr(
                    "{name} ne tient pas le rôle {role} sur cet atelier dans l'annuaire : ajoutez-le (un signataire avec "
                    "sa délégation), puis « atelier annuaire importer »."
                )
                row.wrong(role.lower(), sentence, name=person.name, role=role)
            if not held or role is Role.AD1I:
                members.append(Member(person=person.id, role=role))
    examiner = next(iter(people.get(Role.AD1I, ())), None)
    return dossier.model_copy(
        update={"members": tuple(dict.fromkeys(members)), "instructor": examiner.id if examiner else None}
    )
