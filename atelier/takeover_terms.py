"""What a row of the table says under its accord-cadre: the names, the ranks, the days and the amounts agree with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from atelier.contracts import AccordCadre, Groupement
from atelier.spelling import key
from atelier.tables import plain
from atelier.takeover_rows import Row
from atelier.words import State, fr

at = State


@dataclass(frozen=True, slots=True)
class Terms:
    """The contract of a row, its groupement and team as the contract names them, the motives for the ranks set aside."""

    contract: AccordCadre | None
    groupement: Groupement | None = None
    team: tuple[str, ...] = ()
    motives: tuple[str, ...] = ()


def agreed(row: Row, contract: AccordCadre | None, state: State) -> Terms | None:
    """The terms of a row in a state; None, and what is wrong is kept, when it does not agree with the contract."""
    terms = Terms(None) if contract is None else _terms(row, contract, state)
    _amounts(row)
    return None if row.mistakes else terms


def _terms(row: Row, contract: AccordCadre, state: State) -> Terms:
    groupement = _groupement(row, contract)
    team = tuple(_members(row, groupement))
    motives = tuple(_motives(row, contract, groupement, state))
    for column in ("bc1_reception", "bc2_reception"):
        _in_validity(row, contract, column)
    return Terms(contract, groupement, team, motives)


def _groupement(row: Row, contract: AccordCadre) -> Groupement | None:
    typed = key(row.text("groupement"))
    found = next((g for g in contract.groupements if typed in {key(g.code), key(g.nom)}), None)
    if typed and found is None:
        names = ", ".join(g.code for g in contract.groupements)
        sentence = fr("L'accord-cadre {code} n'a pas ce groupement. Les siens : {names}.")
        row.wrong("groupement", sentence, code=contract.code, names=names)
    return found


def _members(row: Row, groupement: Groupement | None) -> Iterator[str]:
    members = {key(m.nom): m.nom for m in groupement.membres} if groupement else {}
    for name in (n.strip() for n in re.split(r"[|;\n]", row.text("equipe")) if n.strip()):
        if members and key(name) not in members:
            sentence = fr("« {name} » n'est pas membre de ce groupement. Ses membres : {names}.")
            row.wrong("equipe", sentence, name=name[:60], names=", ".join(members.values()))
        yield members.get(key(name), name)


def _motives(row: Row, contract: AccordCadre, groupement: Groupement | None, state: State) -> Iterator[str]:
    """The contract's motives for the ranks before the one asked: one a rank."""
    ranked = contract.ranked()
    codes = [plain(c) for c in re.split(r"[|;,\n]", row.text("rangs_ecartes")) if c.strip()]
    known = {plain(m.code): m.code for m in contract.motifs_ecart}
    if state in {at.DESIGNATION, at.CASCADE_EPUISEE} and not ranked:
        sentence = fr("L'accord-cadre {code} n'a pas de rangs prouvés : une désignation en cours ne peut pas y être reprise.")  # fmt: skip
        row.wrong("accord_cadre", sentence, code=contract.code)
    elif row.text("sollicite_le") and ranked:
        asked = len(ranked) if state is at.CASCADE_EPUISEE else ((groupement and groupement.rang) or 1) - 1
        if len(codes) != asked:
            sentence = fr("Il faut un motif par rang écarté, séparés par « | » : {count} ici. Les motifs : {names}.")
            row.wrong("rangs_ecartes", sentence, count=asked, names=", ".join(known.values()))
    elif row.text("sollicite_le"):
        row.warn("sollicite_le", fr("L'accord-cadre {code} n'a pas de rangs prouvés : la sollicitation n'est pas reprise, la désignation l'est."), code=contract.code)  # fmt: skip
    for code in codes:
        if code not in known:
            sentence = fr("« {code} » n'est pas un motif de l'accord-cadre. Les motifs : {listed}.")
            row.wrong("rangs_ecartes", sentence, code=code[:40], listed=", ".join(known.values()))
        yield known.get(code, code)


def _in_validity(row: Row, contract: AccordCadre, column: str) -> None:
    day, first, last = row.day(column), contract.date_notification, contract.date_fin_validite
    given = {"code": contract.code, "first": first, "last": last, "day": day}
    if day is None:
        return
    if first is None or last is None:
        row.warn(column, fr("Les dates de validité de l'accord-cadre {code} ne sont pas enregistrées : rien n'est vérifié."), code=contract.code)  # fmt: skip
    elif day > last:
        sentence = fr("Le {day} vient après la fin de validité de l'accord-cadre {code}, le {last} : vérifiez la date ou l'accord-cadre.")  # fmt: skip
        row.wrong(column, sentence, **given)
    elif day < first:
        sentence = fr("Le {day} vient avant la notification de l'accord-cadre {code}, le {first} : est-ce le bon accord-cadre ?")  # fmt: skip
        row.warn(column, sentence, **given)


def _amounts(row: Row) -> None:
    """The orders hold in the AE delegated, the CP in the AE, a payment and a reduction in its order."""
    ae, cp = row.amount("ae"), row.amount("cp")
    orders = {c: a for c in ("bc1_montant", "bc2_montant") if (a := row.amount(c)) is not None}
    for column, amount in orders.items():
        if not amount:
            row.wrong(column, fr("Un bon de commande n'est pas de zéro euro : vérifiez le montant."))
    total = sum(orders.values(), Decimal(0))
    if ae is not None and total > ae:
        sentence = fr("Les bons de commande ({total}) dépassent les autorisations d'engagement ({ae}) : vérifiez les montants.")  # fmt: skip
        row.wrong(list(orders)[-1], sentence, total=total, ae=ae)
    if ae is not None and cp is not None and cp > ae:
        row.wrong("cp", fr("Les crédits de paiement dépassent les autorisations d'engagement : vérifiez les montants."))  # fmt: skip
    reduction = row.amount("refaction_montant")
    if reduction is not None and reduction > total:
        row.wrong("refaction_montant", fr("La réfaction dépasse les bons de commande ({total}) : vérifiez le montant."), total=total)  # fmt: skip
