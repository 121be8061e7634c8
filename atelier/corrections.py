"""« Rectifier une saisie »: a recorded date, amount or reference is put right; before, after and why stay in the journal.

The deadlines that counted from a corrected date are computed anew; the run that was wrong stays, superseded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from atelier import rules
from atelier.amounts import parse_amount
from atelier.commandes import jour_possible, montant_possible
from atelier.dates import parse_day
from atelier.deadlines import Delay
from atelier.dossier import Dossier, Pause, Run
from atelier.forms_ending import Rectification
from atelier.grammar import Attempt
from atelier.mission import Commande, Livrable
from atelier.prolongation import GRANTED
from atelier.recording import day_of, given, mission_of, not_before, not_to_come, recorded
from atelier.starting import instant
from atelier.words import Refused, RuleId, fr

ORDER_CLOCKS = (RuleId.BC_OBSERVATIONS, RuleId.BC_EXECUTION)
LONGER = (RuleId.BC_EXECUTION, RuleId.APPROPRIATION)
"""The clocks of an order that a prolongation makes longer."""
Put = Callable[[Dossier, object], Dossier]
Holds = Callable[[Attempt, object], None]


def _anything(_attempt: Attempt, _value: object) -> None:
    """No condition but those of its kind."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One thing recorded that may be put right: its code, its name, what it is now, and how to replace it."""

    code: str
    label: str
    about: str
    kind: Literal["date", "amount", "text"]
    value: date | Decimal | str
    put: Put
    clocks: tuple[tuple[RuleId, str], ...] = ()
    holds: Holds = _anything
    """The conditions of its own row hold for the right value too. Raises Refused."""


def recorded_things(dossier: Dossier) -> tuple[Recorded, ...]:
    """Everything of this atelier that may be put right, in the order it was recorded."""
    return tuple(_things(dossier)) if dossier.mission else ()


def rectifiable(dossier: Dossier) -> bool:
    """There is something to put right."""
    return bool(recorded_things(dossier))


def _things(dossier: Dossier) -> Iterator[Recorded]:
    mission = dossier.mission_()
    asked = mission.asked()
    if asked is not None and asked.receipt is not None:
        yield Recorded(
            "sollicitation.reception", fr("Réception de la sollicitation"), "", "date", asked.receipt.on, _put_solicitation,
            ((RuleId.CASCADE_REPONSE, f"rang:{asked.rank}"),), _since_sent,
        )  # fmt: skip
    if mission.credits is not None:
        yield Recorded(
            "credits.ae",
            fr("Autorisations d'engagement"),
            "",
            "amount",
            mission.credits.ae,
            _put_credits("ae"),
            holds=_commits,
        )
        yield Recorded(
            "credits.cp", fr("Crédits de paiement"), "", "amount", mission.credits.cp, _put_credits("cp"), holds=_pays
        )
    for order in mission.commandes:
        yield from _of_order(order)
    handed = mission.livrable
    if handed is not None and handed.receipt is not None:
        yield Recorded(
            "livrable.remise", fr("Remise du livrable"), "", "date", handed.receipt.on, _put_handed_in,
            ((RuleId.VERIFICATION, f"livrable:{handed.number}"),), _since_session,
        )  # fmt: skip
    if mission.elus is not None:
        yield Recorded(
            "elus.date", fr("Restitution aux élus"), "", "date", mission.elus.on, _put_elus,
            ((RuleId.SUIVI_6_MOIS, ""), (RuleId.SUIVI_12_MOIS, "")), _since_session,
        )  # fmt: skip


def _of_order(order: Commande) -> Iterator[Recorded]:
    about, number = f"bc:{order.number}", str(order.number)
    first = ((RuleId.APPROPRIATION, ""), (RuleId.DUREE_MISSION, "")) if order.number == 1 else ()
    clocks = (*((id_, about) for id_ in ORDER_CLOCKS), *first)
    yield Recorded(
        f"bc{number}.reception", fr("Réception du bon de commande"), number, "date", order.receipt.on,
        _put_order(order.number, "reception"), clocks, _ordered_then,
    )  # fmt: skip
    yield Recorded(
        f"bc{number}.montant", fr("Montant du bon de commande"), number, "amount", order.amount,
        _put_order(order.number, "amount"), holds=_within(order),
    )  # fmt: skip
    yield Recorded(
        f"bc{number}.ej", fr("Numéro d'engagement juridique"), number, "text", order.ej, _put_order(order.number, "ej")
    )
    if order.asked is not None:
        yield Recorded(
            f"bc{number}.demande", fr("Réception de la demande de paiement"), number, "date", order.asked.on,
            _put_order(order.number, "asked"), ((RuleId.PAIEMENT, about),), _since_ordered(order),
        )  # fmt: skip


def _since_sent(attempt: Attempt, value: object) -> None:
    asked = mission_of(attempt).asked()
    if isinstance(value, date) and asked is not None:
        not_before(value, day_of(attempt, asked.sent), fr("l'envoi de la sollicitation"))


def _since_session(attempt: Attempt, value: object) -> None:
    session = mission_of(attempt).session
    if isinstance(value, date) and session is not None:
        not_before(value, session.last, fr("la fin de la session"))


def _ordered_then(attempt: Attempt, value: object) -> None:
    if isinstance(value, date):
        jour_possible(attempt, value)


def _since_ordered(order: Commande) -> Holds:
    def holds(_attempt: Attempt, value: object) -> None:
        if isinstance(value, date):
            not_before(value, order.receipt.on, fr("la notification du bon de commande"))

    return holds


def _within(order: Commande) -> Holds:
    def holds(attempt: Attempt, value: object) -> None:
        if isinstance(value, Decimal) and value > order.amount:
            montant_possible(attempt, value - order.amount)

    return holds


def _commits(attempt: Attempt, value: object) -> None:
    mission = mission_of(attempt)
    if isinstance(value, Decimal) and value < mission.total():
        raise Refused(
            fr(
                "Les bons de commande notifiés atteignent {total} : les autorisations d'engagement ne peuvent pas être moindres."
            ),
            total=mission.total(),
        )
    if isinstance(value, Decimal) and mission.credits is not None and value < mission.credits.cp:
        raise Refused(fr("Les crédits de paiement dépassent les autorisations d'engagement : vérifiez les montants."))


def _pays(attempt: Attempt, value: object) -> None:
    delegated = mission_of(attempt).credits
    if isinstance(value, Decimal) and delegated is not None and value > delegated.ae:
        raise Refused(fr("Les crédits de paiement dépassent les autorisations d'engagement : vérifiez les montants."))


def _put_credits(what: str) -> Put:
    def put(dossier: Dossier, value: object) -> Dossier:
        delegated = dossier.mission_().credits
        return recorded(dossier, credits=delegated.model_copy(update={what: value}) if delegated else None)

    return put


def _put_order(number: int, what: str) -> Put:
    def put(dossier: Dossier, value: object) -> Dossier:
        done = dossier.mission_().commandes
        return recorded(dossier, commandes=tuple(_order(c, what, value) if c.number == number else c for c in done))

    return put


def _order(order: Commande, what: str, value: object) -> Commande:
    match what:
        case "reception":
            return order.model_copy(update={"receipt": order.receipt.model_copy(update={"on": value})})
        case "asked":
            asked = order.asked.model_copy(update={"on": value}) if order.asked else None
            return order.model_copy(update={"asked": asked})
        case _:
            return order.model_copy(update={what: value})


def _put_solicitation(dossier: Dossier, value: object) -> Dossier:
    done = dossier.mission_().sollicitations
    last = done[-1]
    got = last.receipt.model_copy(update={"on": value}) if last.receipt else None
    return recorded(dossier, sollicitations=(*done[:-1], last.model_copy(update={"receipt": got})))


def _put_handed_in(dossier: Dossier, value: object) -> Dossier:
    done = dossier.mission_().livrables
    last: Livrable = done[-1]
    got = last.receipt.model_copy(update={"on": value}) if last.receipt else None
    return recorded(dossier, livrables=(*done[:-1], last.model_copy(update={"receipt": got})))


def _put_elus(dossier: Dossier, value: object) -> Dossier:
    elus = dossier.mission_().elus
    return recorded(dossier, elus=elus.model_copy(update={"on": value}) if elus else None)


def thing(attempt: Attempt) -> Recorded:
    """What the form wants put right. Raises Refused when it names nothing recorded here."""
    code = given(attempt, Rectification).saisie
    known = recorded_things(attempt.dossier)
    found = next((t for t in known if t.code == code), None)
    if found is None:
        listed = ", ".join(t.code for t in known)
        raise Refused(
            fr("« {code} » n'est pas une saisie de cet atelier. Les saisies : {listed}."), code=code, listed=listed
        )
    return found


def new_value(attempt: Attempt) -> date | Decimal | str:
    """The right value, read as the first one was. Raises Refused with the reason."""
    typed = given(attempt, Rectification).valeur
    match thing(attempt).kind:
        case "date":
            day = parse_day(typed, attempt.today)
            not_to_come(day, attempt)
            return day
        case "amount":
            return _some(parse_amount(typed))
        case _:
            return typed


def connue(attempt: Attempt) -> None:
    """C3: something recorded, and another value that can be read."""
    found, value = thing(attempt), new_value(attempt)
    if value == found.value:
        raise Refused(fr("C'est déjà la valeur enregistrée : rien à rectifier."))
    found.holds(attempt, value)


def rectifiee(dossier: Dossier, attempt: Attempt) -> Dossier:
    """C3: put right, and the clocks that counted from it started anew from the right day."""
    found, value = thing(attempt), new_value(attempt)
    kept = found.put(dossier, value)
    if not isinstance(value, date):
        return kept
    for id_, about in found.clocks:
        kept = _anew(kept, attempt, id_, about, value)
    return kept


def _anew(dossier: Dossier, attempt: Attempt, id_: RuleId, about: str, day: date) -> Dossier:
    """The clock counted from the right day: longer by what was granted since, and by the pauses it knew."""
    run = rules.open_run(dossier, id_, about)
    if run is None:
        return dossier
    event, delay, source = _counted(dossier, run, day)
    runs = rules.start(dossier.runs, id_, attempt.now, about=run.about, delay=delay, source=source, event=event)
    pauses = _since(dossier, run, instant(day, dossier.departement))
    return dossier.model_copy(update={"runs": (*runs[:-1], runs[-1].model_copy(update={"pauses": pauses}))})


def _counted(dossier: Dossier, run: Run, day: date) -> tuple[datetime, str, str]:
    """From what instant, for how long and by which text the clock counts once its first day is put right."""
    mission = dossier.mission_()
    number = run.about.removeprefix("bc:") if run.about.startswith("bc:") else "1"
    order = next((c for c in mission.commandes if str(c.number) == number), None)
    if run.rule is RuleId.PAIEMENT and order is not None and order.service_fait is not None:
        day = max(day, order.service_fait)
    granted = [p.granted for p in mission.prolongations if p.granted and order and p.commande == order.number]
    if run.rule not in LONGER or order is None or not granted or run.source != GRANTED:
        return instant(day, dossier.departement), run.delay, run.source
    for delay in (order.delay, *granted[:-1]):
        day = rules.due_day(day, Delay.parse(delay), dossier.departement)
    return instant(day, dossier.departement), granted[-1], run.source


def _since(dossier: Dossier, run: Run, event: datetime) -> tuple[Pause, ...]:
    """The pauses that held the clock after its right day, those from before a prolongation included."""
    same = [r for r in dossier.runs if (r.rule, r.about) == (run.rule, run.about)]
    known = {p.start: p for r in same for p in r.pauses}
    return tuple(p for _, p in sorted(known.items()) if p.end is None or p.end > event)


def _some(amount: Decimal) -> Decimal:
    if not amount:
        raise Refused(fr("Un montant rectifié est supérieur à zéro."))
    return amount
