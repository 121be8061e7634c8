"""What is said of the ateliers taken over: to the one who imports line by line, to AD1 in one message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from atelier import rules
from atelier.contracts import AccordCadre
from atelier.dossier import Dossier, Person
from atelier.labels import ROLES, STATES
from atelier.mission import Commande
from atelier.tables import Mistake
from atelier.takeover_rows import Row
from atelier.words import Reference, Role
from chat.cards import Card, Message
from chat.text import Text, joined, raw, tr
from handlers import names
from handlers.here import said

SHOWN = 20


@dataclass(slots=True)
class Report:
    """What was taken over, what was there already, and what each contract has spent with it."""

    now: datetime
    new: list[tuple[Row, Dossier, tuple[Role, ...]]] = field(default_factory=list)
    same: list[tuple[Row, Reference]] = field(default_factory=list)
    money: list[tuple[AccordCadre, Decimal]] = field(default_factory=list)

    def lines(self, *, dry: bool) -> Iterator[Text]:
        """Everything, one sentence a line."""
        for row, dossier, nobody in self.new:
            yield tr("Ligne {line} : {what}", line=row.line, what=_titled(dossier))
            for order in dossier.mission.commandes if dossier.mission else ():
                yield _order(order)
            for run in (r for r in rules.running(dossier) if not rules.lapsed(r, dossier, self.now)):
                yield tr(
                    "    {what} : {when}",
                    what=tr(rules.rule(run.rule).label),
                    when=names.standing(run, dossier, self.now),
                )
            for warning in row.warnings:
                yield tr(
                    "    À vérifier, {column} : {reason}", column=raw(warning.column), reason=said(warning.refused)
                )
            if nobody:
                roles = joined((tr(ROLES[r]) for r in nobody), ", ")
                yield tr("    Personne dans l'annuaire pour agir ici : {roles}. Complétez l'annuaire.", roles=roles)
        for row, ref in self.same:
            yield tr(
                "Ligne {line} : déjà dans le robot sous la référence {ref}, laissé tel quel.", line=row.line, ref=ref
            )
        for contract, spent in self.money:
            yield _spent(contract, spent)
        head = tr("Essai, rien n'est changé :") if dry else tr("Reprise faite :")
        yield tr(
            "{head} {count} atelier(s) repris, {same} déjà là.", head=head, count=len(self.new), same=len(self.same)
        )


def _titled(dossier: Dossier) -> Text:
    return tr("{subject} : {state}", subject=names.subject(dossier), state=tr(STATES[dossier.state]))


def _order(order: Commande) -> Text:
    day, ej = order.receipt.on, raw(order.ej)
    return tr(
        "    Bon de commande n° {number} : {amount}, EJ {ej}, reçu le {day}",
        number=order.number, amount=order.amount, ej=ej, day=day,
    )  # fmt: skip


def _spent(contract: AccordCadre, spent: Decimal) -> Text:
    given = {"code": raw(contract.code), "spent": spent, "opening": contract.solde_ouverture_ht}
    if contract.montant_maximum_ht is None:
        return tr("Accord-cadre {code} : {spent} de bons de commande, {opening} de solde d'ouverture.", **given)
    return tr(
        "Accord-cadre {code} : {spent} de bons de commande, {opening} de solde d'ouverture, maximum {most}.",
        most=contract.montant_maximum_ht, **given,
    )  # fmt: skip


def cell(mistake: Mistake) -> Text:
    """« Ligne 3, colonne acte_le : … »."""
    line, reason = mistake.line, said(mistake.refused)
    if not mistake.column:
        return tr("Ligne {line} : {reason}", line=line, reason=reason)
    return tr("Ligne {line}, colonne {column} : {reason}", line=line, column=raw(mistake.column), reason=reason)


def summary(report: Report, importer: Person) -> Message:
    """One message for AD1, whatever the number of ateliers."""
    count, dossiers = len(report.new), [d for _, d, _ in report.new]
    text = tr("{who} a repris {count} atelier(s) en cours dans le robot.", who=raw(importer.name), count=count)
    lines = [_titled(d) for d in dossiers[:SHOWN]]
    if count > SHOWN:
        lines.append(tr("… et {count} autre(s) : « /atelier liste ».", count=count - SHOWN))
    return Message(text=text, card=Card(title=tr("Reprise des ateliers en cours"), paragraphs=tuple(lines)))
