"""The ateliers already running, taken over from a file in one unit of work: all of them or none."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from atelier import rules
from atelier.awaited import awaited
from atelier.calendar import local_day
from atelier.dossier import By, Dossier, Person
from atelier.tables import Mistake, Wrong
from atelier.takeover import taken
from atelier.takeover_columns import PEOPLE
from atelier.takeover_file import read
from atelier.takeover_identity import Identity, Known, identified
from atelier.takeover_rows import Row
from atelier.territories import Territories
from atelier.words import Reference, Refused, Role, State, fr
from chat.cards import Address
from handlers import clocks
from handlers.takeover_told import Report, summary
from storage.unit import Unit

WHAT = "reprise"


class Tried(Exception):
    """A dry run is the import itself, rolled back: what it would have done."""

    def __init__(self, report: Report) -> None:
        super().__init__(len(report.new))
        self.report = report


def bring(
    unit: Unit, file: str, content: bytes, now: datetime, *, territories: Territories, by: str, review: Address | None
) -> Report:
    """Take every row over in this transaction, or none: `review` is told in one message; None tries, and raises Tried.

    Raises Wrong with every mistake found, Refused when nobody can be said to import.
    """
    rows = read(content, local_day(now, rules.PARIS))
    known = Known(territories, unit.contracts.all(), unit.people.find, _importer(unit, by), now, file)
    done = _Import(unit, known, Report(now), hashlib.sha256(content).hexdigest())
    done.take(rows)
    if review is None:
        raise Tried(done.report)
    if done.report.new:
        unit.outbox.put(review, summary(done.report, known.importer), due=now)
    return done.report


def _importer(unit: Unit, by: str) -> Person:
    """The administrator who imports: the one named, or the only one there is."""
    admins = [p for p in unit.people.all() if p.active and p.administers]
    named = [p for p in admins if by in {"", p.id}]
    if len(named) == 1:
        return named[0]
    raise Refused(
        fr("Dites quel administrateur importe, avec « --par IDENTIFIANT ». Les administrateurs : {listed}."),
        listed=", ".join(p.id for p in admins) or "—",
    )


@dataclass(slots=True)
class _Import:
    """One import under way: what is there already, and what the rows before have added."""

    unit: Unit
    known: Known
    report: Report
    sha256: str
    there: dict[tuple[str, ...], list[Dossier]] = field(default_factory=dict)
    refs: dict[str, Dossier] = field(default_factory=dict)
    arrivals: dict[int, str] = field(default_factory=dict)
    orders: dict[str, str] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def take(self, rows: tuple[Row, ...]) -> None:
        """Every row, those with a reference of their own first. Raises Wrong, and then nothing is kept."""
        for contract in self.known.contracts:
            self.unit.contracts.lock(contract.code)
        for dossier in self.unit.dossiers.every(State):
            self._add(dossier)
        rooms = [(row, identified(row, self.known)) for row in rows]
        for row, who in sorted(rooms, key=lambda r: (r[1] is None or r[1].reference is None, r[0].line)):
            if who is not None:
                self._one(row, who)
            self.mistakes += row.mistakes
        self._maximum()
        if self.mistakes:
            raise Wrong(tuple(self.mistakes))
        self.report.new.sort(key=lambda one: one[0].line)
        for row, dossier, _ in self.report.new:
            self._keep(row, dossier)

    def _add(self, dossier: Dossier) -> None:
        self.refs[dossier.ref] = dossier
        self.there.setdefault(tuple(sorted(dossier.territory_codes())), []).append(dossier)
        if dossier.arrival is not None:
            self.arrivals[dossier.arrival] = dossier.ref
        for order in dossier.mission.commandes if dossier.mission else ():
            self.orders[order.ej.casefold()] = dossier.ref

    def _one(self, row: Row, who: Identity) -> None:
        new = {d.ref: r.line for r, d, _ in self.report.new}
        found = next((d for d in self.there.get(who.codes, []) if d.transmitted and who.is_(d)), None)
        owner = self.refs.get(who.reference) if who.reference else None
        if owner is not None and owner is not found and not (who.is_(owner) and owner.transmitted):
            row.wrong("reference", fr("La référence {ref} est déjà celle d'un autre dossier."), ref=owner.ref)
        elif (same := owner or found) is None:
            self._new(row, who)
        elif same.ref in new:
            sentence = fr("C'est le même atelier que la ligne {line} : même territoire, même acte ou même objet.")
            row.wrong("territoire", sentence, line=new[same.ref])
        elif who.reference and who.reference != same.ref:
            sentence = fr("Cet atelier est déjà dans le robot sous la référence {ref} : gardez-la, ou laissez vide.")
            row.wrong("reference", sentence, ref=same.ref)
        else:
            self.report.same.append((row, same.ref))

    def _new(self, row: Row, who: Identity) -> None:
        dossier = taken(row, who, self._reference(who), self.known)
        if dossier is None:
            return
        if dossier.arrival is not None and dossier.arrival in self.arrivals:
            sentence = fr("Ce numéro d'arrivée est déjà celui de {ref}.")
            row.wrong("arrivee", sentence, ref=self.arrivals[dossier.arrival])
        for order in dossier.mission.commandes if dossier.mission else ():
            if order.ej.casefold() in self.orders:
                sentence = fr("Ce numéro d'engagement juridique est déjà celui d'un bon de commande de {ref}.")
                row.wrong(f"bc{order.number}_ej", sentence, ref=self.orders[order.ej.casefold()])
        if row.mistakes:
            return
        if dossier.arrival is not None:
            self.unit.counters.at_least("arrivee", dossier.arrival)
        self._add(dossier)
        here = awaited(dossier)
        nobody = () if not here or self.unit.people.holding(here, dossier) else here
        self.report.new.append((row, dossier, nobody))

    def _reference(self, who: Identity) -> Reference:
        if who.reference is None:
            year = local_day(self.known.now, rules.PARIS).year
            return Reference(f"ADT-{year}-{self.unit.counters.next(f'reference:{year}'):04d}")
        self.unit.counters.at_least(f"reference:{who.reference[4:8]}", int(who.reference[9:]))
        return who.reference

    def _maximum(self) -> None:
        """No contract passes its maximum with the orders taken over."""
        for contract in self.known.contracts:
            total, most = self.unit.commandes.spent(contract.code), contract.montant_maximum_ht
            for row, dossier, _ in self.report.new:
                if dossier.mission is None or dossier.mission.contract != contract.code:
                    continue
                total += dossier.mission.total()
                if most is not None and dossier.mission.commandes and contract.solde_ouverture_ht + total > most:
                    sentence = fr(
                        "Avec ce bon de commande et le solde d'ouverture, l'accord-cadre {code} atteint {total}, au-delà de "
                        "son maximum de {most} : vérifiez le montant, ou « solde_ouverture_ht »."
                    )
                    column = f"bc{dossier.mission.commandes[-1].number}_montant"
                    refused = Refused(
                        sentence, code=contract.code, total=contract.solde_ouverture_ht + total, most=most
                    )
                    self.mistakes.append(Mistake(row.line, column, refused))
            if any(d.mission and d.mission.contract == contract.code for _, d, _ in self.report.new):
                self.report.money.append((contract, total))

    def _keep(self, row: Row, dossier: Dossier) -> None:
        """One dossier, its journal, its orders, its deadlines: no card, no message."""
        unit, now = self.unit, self.known.now
        unit.dossiers.add(dossier)
        by = By(person=self.known.importer.id, role=Role.ADMIN, at=now, document=self.known.file)
        told = {c: v for c, v in row.cells.items() if c not in PEOPLE}  # a name in a sealed row could not be forgotten
        details = {"fichier": self.known.file, "sha256": self.sha256, "ligne": row.line, "cases": told}
        unit.journal.write(dossier.ref, what=WHAT, by=by, at=now, to_state=dossier.state, details=details)
        if dossier.mission is not None:
            code = dossier.mission.contract
            unit.commandes.keep(
                dossier.ref, [(o.number, code, int(o.amount * 100), o.receipt.on) for o in dossier.mission.commandes]
            )
        clocks.keep(unit, dossier, now)
