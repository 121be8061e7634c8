"""« journal REF »: what happened to a request, as this person may read it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from atelier.calendar import zone
from atelier.decide import step_of
from atelier.dossier import Dossier
from atelier.execution import DESIGNATION
from atelier.fiche import items
from atelier.labels import AD1, OF_THE_STATE, ROLES
from atelier.procedure import OPENING, STEPS
from atelier.rules import PARIS
from atelier.words import Do, PersonId, Role, State
from chat.cards import Card, Message
from chat.text import Moment, Text, raw, tr
from documents.typography import shortened
from handlers import bridge, exchange, keeping, lateness, names, takeover
from handlers.here import Here
from storage.journal import Line

CASCADE = frozenset(
    s.id for s in DESIGNATION if State.DESIGNATION in (*s.source, s.target) and s.act is not Do.DESIGNER
)
"""Who was asked, at which rank, and what they answered: other groupements' data, and motives on ranks."""
INSIDE = frozenset({exchange.NOTE, lateness.LATE, *CASCADE, *(s.id for s in STEPS if s.secret and s.target is None)})
"""What stays inside AD1: internal notes, opinions, the cascade of ranks."""
DESIGNATED = step_of(Do.DESIGNER).id
LEFT = step_of(Do.RETIRER_PERSONNE).id
LETTERS = frozenset({"C1", exchange.REPLY})
"""The exchange with AD1: the service's own, each of the others reads what is addressed to them in their thread."""
SHOWN = 30
GLIMPSE = 300
"""How much of a long text a line tells: the journal keeps it whole."""


def message(here: Here, dossier: Dossier) -> Message:
    """The last thirty lines, oldest first."""
    held = dossier.roles_of(here.person)
    hidden = frozenset() if held & AD1 else INSIDE if Role.SVC in held else INSIDE | LETTERS
    state = bool(held & OF_THE_STATE)
    lines = [row for row in _since(here, dossier) if row.what not in hidden]
    card = Card(
        title=tr("Journal de {ref}", ref=dossier.ref),
        paragraphs=(*_hours(dossier), *(_told(here, r, state=state) for r in lines[-SHOWN:])),
    )
    text = tr("{count} ligne(s) au journal de {ref}.", count=len(lines), ref=dossier.ref)
    if len(lines) > SHOWN:
        text = tr(
            "{count} lignes au journal de {ref} ; voici les {shown} dernières.",
            count=len(lines), ref=dossier.ref, shown=SHOWN,
        )  # fmt: skip
    return Message(text=text, card=card)


def _hours(dossier: Dossier) -> tuple[Text, ...]:
    """Whose hours these are, where another clock is on the wall: overseas."""
    return () if zone(dossier.departement) == zone(PARIS) else (tr("Les heures sont celles de Paris."),)


def _since(here: Here, dossier: Dossier) -> list[Line]:
    """Every line; for a groupement, those since it was designated."""
    lines = list(here.unit.journal.of(dossier.ref))
    if dossier.roles_of(here.person) != {Role.MAND}:
        return lines
    first = next((n for n, row in enumerate(lines) if row.what in {DESIGNATED, takeover.WHAT}), len(lines))
    return lines[first:]


def _told(here: Here, row: Line, *, state: bool) -> Text:
    who = _who(here, row.person) if row.person else tr("le robot")
    if row.behalf:
        who = tr("{name}, pour {other}", name=who, other=_who(here, row.behalf))
    role = tr(" ({role})", role=tr(ROLES[Role(row.role)])) if row.role in set(Role) else raw("")
    moment = Moment(at=row.at, zone=str(zone(PARIS)))
    said = _said(row, state=state)
    if row.what == LEFT and "personne" in row.details:  # what was written may have been erased
        said = tr("{said} : {field}", said=said, field=_who(here, PersonId(str(row.details["personne"]))))
    return tr("• {moment} — {said}, {who}{role}", moment=moment, said=said, who=who, role=role)


def _who(here: Here, person: PersonId) -> Text:
    return names.called(names.person(here.unit, person))


def _said(row: Line, *, state: bool) -> Text:
    """What happened: the past word of a step, what was kept and of which question, what was put right.

    `state`: read by somebody of the State, from whom no amount and no engagement number is kept.
    """
    said = WORDS.get(row.what, raw(row.what))
    if "avant" in row.details and state:
        return _put_right(said, row)
    field = next((q for q in items() if q.name == row.details.get("champ")), None)
    return tr("{said} : {field}", said=said, field=tr(field.asked.short)) if field else said


def _put_right(said: Text, row: Line) -> Text:
    """« saisie rectifiée : Réception du bon de commande n° 1, « lundi 2 mars 2026 » devient … »: before, after, and why."""
    details = row.details
    number = tr(" n° {number}", number=str(details["numero"])) if details.get("numero") else raw("")
    kind, before, after = (str(details[name]) for name in ("nature", "avant", "apres"))
    what = tr("{label}{number}", label=tr(str(details["libelle"])), number=number)
    return tr(
        "{said} : {what}, « {before} » devient « {after} » ; motif : {why}",
        said=said, what=what, before=_value(kind, before), after=_value(kind, after), why=raw(row.text or "—"),
    )  # fmt: skip


def _value(kind: str, kept: str) -> Text:
    """A recorded value as it is read; what nobody had given is a dash."""
    if not kept:
        return raw("—")
    if kind == "date":
        return tr("{day}", day=date.fromisoformat(kept))
    if kind == "amount":
        return tr("{amount}", amount=Decimal(kept))
    return raw(shortened(kept, GLIMPSE) if kind == "long" else kept)


WORDS = {s.id: tr(s.said) for s in (OPENING, *STEPS)} | {
    keeping.ANSWERED: tr("réponse"),
    keeping.CLEARED: tr("réponse retirée"),
    keeping.DEPOSITED: tr("pièce déposée"),
    keeping.WITHDRAWN: tr("pièce retirée"),
    exchange.NOTE: tr("note interne"),
    exchange.REPLY: tr("réponse au fil"),
    takeover.WHAT: tr("reprise d'un atelier déjà en cours"),
    lateness.LATE: tr("réponse tardive"),
    bridge.CARRIED: tr("message"),
    bridge.DELETED: tr("message supprimé"),
}
