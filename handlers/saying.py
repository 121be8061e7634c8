"""The words of an announcement: what was decided of a request, and what was recorded of its atelier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from atelier.fiche import item
from atelier.forms import Line, StepForm
from atelier.grammar import Outcome
from atelier.references import OUTILS
from atelier.words import Do, Role
from chat.cards import Fact
from chat.text import Text, joined, raw, tr
from handlers import names
from handlers.cards import SENSES
from handlers.stepforms import line_of

ASKS_A_GROUPEMENT = frozenset({Do.SOLLICITER, Do.ECARTER, Do.REPRENDRE_CASCADE})


Labels = Mapping[str, Text]
"""The names of the choices that depend on the dossier, by code."""


def more(outcome: Outcome, form: StepForm, named: Labels, *, inside: bool, secret: bool) -> Text | None:
    """What follows « validée par … », for this audience; None when there is nothing more to say."""
    if outcome.before.mission is None and outcome.step.act not in {Do.ACTER, Do.VALIDER_ET_ACTER}:
        return _of_request(outcome, secret=secret)
    if outcome.step.secret and not secret:
        return None
    prefet = _prefet(outcome) if inside else ()
    own = (*_version(outcome), *_moved(outcome), *_prolonged(outcome))
    lines = [*own, *details(form, named, inside=inside), *prefet]
    return joined(lines, " ; ") if lines else None


def _version(outcome: Outcome) -> Iterator[Text]:
    """Which version of the note was handed in, and what became of the approvals of the one before."""
    if outcome.step.act is not Do.REMETTRE_NOTE:
        return
    *before, note = outcome.dossier.mission_().notes
    yield tr("{name} : {value}", name=tr("Version"), value=str(note.number))
    if before and any(by.role is not Role.MAND for by in before[-1].approvals):
        yield tr("les approbations de la version {number} ne comptent plus", number=before[-1].number)


def _prefet(outcome: Outcome) -> Iterator[Text]:
    """The préfet, who asked for the atelier and has no account, learns by the service that it is held (circulaire, §1)."""
    if outcome.step.act in {Do.ACTER, Do.VALIDER_ET_ACTER}:
        yield tr("le service porteur en informe le préfet")


def _moved(outcome: Outcome) -> Iterator[Text]:
    """Which days a session planned anew gives up: whoever kept them must see that they are free."""
    held = outcome.before.mission.session if outcome.before.mission else None
    if outcome.step.act is Do.PROGRAMMER_SESSION and held is not None:
        yield tr("la session prévue du {first} au {last} est déplacée", first=held.first, last=held.last)


def _prolonged(outcome: Outcome) -> Iterator[Text]:
    """Which order's time was asked for, how much, and the new dates: « accordée » alone tells nobody until when."""
    if outcome.step.act is not Do.REPONDRE_PROLONGATION:
        return
    answered = outcome.dossier.mission_().prolongations[-1]
    yield tr("{name} : {value}", name=tr("Bon de commande"), value=tr("n° {number}", number=answered.commande))
    yield tr("{name} : {value}", name=tr("Durée demandée"), value=raw(answered.wanted))
    yield from _begun(outcome)


def _begun(outcome: Outcome) -> Iterator[Text]:
    """Until when, for each deadline that begins with the step."""
    before = {(run.rule, run.about, run.started) for run in outcome.before.runs}
    for run in outcome.dossier.runs:
        if run.ended is None and (run.rule, run.about, run.started) not in before:
            when = names.standing(run, outcome.dossier, outcome.by.at)
            yield tr("{name} : {value}", name=names.deadline(run), value=when)


def solicited(outcome: Outcome) -> Text:
    """What the groupement asked reads: nothing of ranks, nothing of others."""
    dossier = outcome.dossier
    return tr(
        "Votre groupement est sollicité pour l'atelier flash {ref} — {place}. Objet : « {objet} ». "
        "Accusez réception, puis dites si vous êtes disponible.",
        ref=dossier.ref, place=raw(dossier.territory() or dossier.service), objet=raw(str(dossier.value("objet") or "")),
    )  # fmt: skip


def details(form: StepForm, named: Labels, *, inside: bool) -> Iterator[Text]:
    """What the form says, line by line; what stays inside the State is left out for the others."""
    for name, value in _given(form, named, inside=inside):
        yield tr("{name} : {value}", name=name, value=value)


def facts(form: StepForm, named: Labels) -> Iterator[Fact]:
    """The same for whoever is about to confirm or to sign: everything, in a table."""
    for name, value in _given(form, named, inside=True):
        yield Fact(name=name, value=value if isinstance(value, Text) else tr("{value}", value=value))


def _given(form: StepForm, named: Labels, *, inside: bool) -> Iterator[tuple[Text, Text | date | Decimal]]:
    for name, info in type(form).model_fields.items():
        line, value = line_of(info), getattr(form, name)
        if value in ("", None, (), Decimal(0)) or (line.inside and not inside):
            continue
        yield tr(line.short), _value(line, value, named)


def _value(line: Line, value: object, named: Labels) -> Text | date | Decimal:
    own = dict(line.choices)
    match value:
        case date() | Decimal():
            return value
        case tuple():
            return joined((named.get(str(v), raw(str(v))) for v in value), ", ")
        case _ if str(value) in own:
            return tr(own[str(value)])
        case _ if line.listed and str(value) in named:
            return named[str(value)]
        case _:
            return raw(str(value))


def _of_request(outcome: Outcome, *, secret: bool) -> Text | None:
    dossier, step = outcome.dossier, outcome.step
    asked = dossier.complements[-1] if dossier.complements else None
    opinion = dossier.opinions[-1] if dossier.opinions else None
    decision = dossier.decision
    if step.act is Do.DEMANDER_COMPLEMENT and asked:
        fields = joined(tr(item(w.field).asked.short) for w in asked.wanted)
        lines = (
            tr("À compléter : {fields}. « {text} »", fields=fields, text=raw(asked.wanted[0].text)),
            *_begun(outcome),
        )
        return joined(lines, " ; ")
    if step.act is Do.DONNER_AVIS and opinion and secret:
        return tr("{sense} : {reason}", sense=SENSES[opinion.sense], reason=raw(opinion.reason))
    if step.act is Do.TRANSMETTRE and decision:
        return tr("Conception avec la collectivité : {reason}", reason=raw(decision.reason))
    if step.act is Do.REORIENTER and decision:
        tool = tr(OUTILS[decision.other_tool]) if decision.other_tool in OUTILS else raw(decision.other_tool)
        return tr("Outil proposé : {tool}. Motif : {reason}", tool=tool, reason=raw(decision.reason))
    if not step.secret and step.asks is not None and decision and decision.by == dossier.last_by:
        return tr("Motif : {reason}", reason=raw(decision.reason))
    return None
