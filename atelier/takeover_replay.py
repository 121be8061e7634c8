"""The past of an atelier replayed up to its state: the road, the money and the territory beside it, how it ended."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from types import MappingProxyType

from atelier.dossier import Decision, Dossier
from atelier.grammar import Attempt
from atelier.tables import plain
from atelier.takeover_columns import STAGES
from atelier.takeover_past import MEANS, UNTOLD, Past
from atelier.takeover_road import ROAD
from atelier.takeover_rows import Row
from atelier.words import Do, State, fr

BEFORE = fr("Décision antérieure à la reprise dans le robot.")
at, do = State, Do


def play(past: Past, state: State, before: State | None, last: State) -> None:
    """Retake every step up to the state. Raises Stopped when one of them refuses; what is wrong is kept."""
    past.step(do.VALIDER, "validee_le" if past.row.text("validee_le") else "acte_le", then=_validated)
    for stage in STAGES[1 : STAGES.index(last) + 1]:
        _ROAD[stage](past)
    for aside in (before or state, state):
        if aside in _ASIDE:
            _ASIDE[aside](past)
    _paid(past)
    _around(past)
    if state in _ENDS:
        _ENDS[state](past)


def _validated(dossier: Dossier, attempt: Attempt) -> Dossier:
    return dossier.model_copy(update={"decision": Decision(act="validee", reason=BEFORE, by=attempt.by())})


def _paid(past: Past) -> None:
    """The money of the orders, which runs beside the road."""
    row = past.row
    for number in (1, 2):
        asked, paid = f"bc{number}_demande_paiement", f"bc{number}_paye_le"
        if row.text(asked):
            told: dict[str, object] = {"commande": number, "jour": past.on(asked), "preuve": past.source}
            past.step(do.DEMANDER_PAIEMENT, asked, told, checked=True)
        if row.text(paid):
            told = {"commande": number, "jour": past.on(paid), "montant": _amount(row, number)}
            told["penalites"] = row.amount(f"bc{number}_penalites") or Decimal(0)
            past.step(do.PAYER, paid, told, checked=True)


def _amount(row: Row, number: int) -> Decimal | None:
    """What was paid: the order's amount when the row does not say."""
    return row.amount(f"bc{number}_paye_montant") or row.amount(f"bc{number}_montant")


def _around(past: Past) -> None:
    """The elected members told, and what came six and twelve months later."""
    row = past.row
    if row.text("elus_le"):
        told: dict[str, object] = {
            "partenaires": row.text("elus_partenaires", UNTOLD),
            "relais": row.text("elus_relais", UNTOLD),
        }
        told["jour"] = past.on("elus_le")
        past.step(do.RESTITUER_AUX_ELUS, "elus_le", told, prefix="elus_")
    for months in ("6", "12"):
        if text := row.text(f"suivi_{months}_mois"):
            told = {"mois": months, "suites": text}
            past.step(do.REPONDRE_SUIVI, f"suivi_{months}_mois", told, day=past.on("elus_le"))


def _decided(past: Past, column: str) -> dict[str, object]:
    return {"jour": past.on(column), "document": past.row.text("decision_document", past.source)}


def _notified(past: Past) -> dict[str, object]:
    """How the decision of a table reached its holder: the table does not say, its line does."""
    return {"moyen": MEANS, "preuve": past.source}


def _received(past: Past) -> None:
    row, made = past.row, _decided(past, "decision_le")
    match plain(row.text("decision", "recu")):
        case "recu_refaction":
            amount = row.amount("refaction_montant")
            made |= _notified(past) | {"motif": row.text("motif", UNTOLD), "montant": amount}
            past.step(do.RECEVOIR_AVEC_REFACTION, "decision_le", made)
        case "recu_tacite":
            past.step(do.CONSTATER_RECEPTION_TACITE, "decision_le", {"document": made["document"]}, checked=True)
        case _:
            past.step(do.RECEVOIR, "decision_le", made)


def _adjourned(past: Past) -> None:
    row = past.row
    notice = _decided(past, "ajourne_le") | past.received("ajourne_", "ajourne_le")
    past.step(do.AJOURNER, "ajourne_le", notice | {"motif": row.text("motif")})
    answer, day = plain(row.text("ajourne_reponse")), row.day("ajourne_reponse_le")
    if answer:
        act = do.ACCEPTER_AJOURNEMENT if answer == "accepte" else do.REFUSER_AJOURNEMENT
        past.step(act, "ajourne_le", {"observations": UNTOLD}, day=day)


def _rejected(past: Past) -> None:
    made = _decided(past, "decision_le") | _notified(past) | {"motif": past.row.text("motif")}
    past.step(do.REJETER, "decision_le", made)


def _closed(past: Past) -> None:
    reason = past.row.text("motif")
    past.step(
        do.CLORE, "fin_le", {"bilan": past.row.text("bilan"), "renonce_argent": reason, "renonce_territoire": reason}
    )


def _terminated(past: Past) -> None:
    notice, row = past.row.day("mise_en_demeure_le"), past.row
    told = {
        "pour_faute": "oui" if notice else "non", "mise_en_demeure": notice, "preuve": past.source if notice else "",
        "motif": row.text("motif"), "document": row.text("decision_document", past.source),
    }  # fmt: skip
    past.step(do.RESILIER, "fin_le", told)


_ROAD: MappingProxyType[State, Callable[[Past], None]] = MappingProxyType({**ROAD, at.RECU: _received})
_ASIDE = MappingProxyType({at.AJOURNE: _adjourned, at.REJETE: _rejected})
_ENDS: MappingProxyType[State, Callable[[Past], None]] = MappingProxyType(
    {
        at.CLOS: _closed,
        at.SUSPENDU: lambda past: past.step(do.SUSPENDRE, "suspendu_le", {"motif": past.row.text("motif")}),
        at.ABANDONNE: lambda past: past.step(do.ABANDONNER, "fin_le", {"motif": past.row.text("motif")}),
        at.RESILIE: _terminated,
    }
)
