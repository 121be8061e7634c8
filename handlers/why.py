"""« Pourquoi cette date ? »: how each deadline of a dossier was counted, what suspended it, and what it replaced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from atelier import audience, rules
from atelier.calendar import local_day
from atelier.dossier import Dossier, Run
from atelier.labels import ROLES
from atelier.spelling import key
from atelier.words import Reference, Refused, fr
from chat.cards import Button, Card, Message, Token
from chat.talk import Answer, Say
from chat.text import Text, joined, tr
from handlers import names
from handlers.here import Here, answer, told_steps

ACT = "pourquoi"
PAST = 12
"""How many ended deadlines are listed, the last ones: a closed atelier has some fifty."""
NATURES = {
    "cible": tr("cible de service, sans effet de droit"),
    "contractuel": tr("délai du contrat"),
    "note": tr("délai fixé par le bon de commande, la note ou le programme"),
    "reglementaire": tr("délai réglementaire"),
}

AWAITS_ANSWER = tr("• suspendue dans l'attente du complément : sa date sera connue quand la réponse sera là")
AWAITS_RESUMING = tr("• suspendue : sa date sera connue quand elle courra de nouveau")


def why(here: Here, dossier: Dossier, wanted: str = "") -> Answer:
    """Each running deadline step by step, then those that ended. `wanted` names one; Refused when none is called so."""
    runs = audience.shown(dossier, here.person)
    chosen = _chosen(runs, wanted, dossier)
    running = [run for run in chosen if run.ended is None]
    over = [run for run in chosen if run.ended is not None]
    lines = [line for run in running for line in _explained(run, dossier)]
    if over:
        lines += [tr("Échéances passées :"), *(_ended(run, dossier) for run in over[-PAST:])]
    if not lines:
        return answer(here, Say(message=Message(text=tr("Aucune échéance ne court pour {ref}.", ref=dossier.ref))))
    text = tr("Comment les échéances de {ref} sont calculées.", ref=dossier.ref)
    card = Card(title=tr("Pourquoi cette date ?"), paragraphs=tuple(lines))
    return answer(here, Say(message=Message(text=text, card=card)))


def pressed(here: Here, token: Token) -> Answer:
    """The button of a card."""
    return why(here, here.unit.dossiers.seen_by(here.person, Reference(token.ref)))


def button(dossier: Dossier) -> Button:
    """« Pourquoi cette date ? », for a card that shows deadlines."""
    token = Token(act=ACT, ref=dossier.ref)
    return Button(label=tr("Pourquoi cette date ?"), token=token, command=f"/atelier {ACT} {dossier.ref}")


def _chosen(runs: Sequence[Run], wanted: str, dossier: Dossier) -> Sequence[Run]:
    said = key(wanted)
    if not said or not runs:
        return runs
    found = [run for run in runs if said in key(rules.rule(run.rule).label) or said == key(run.rule)]
    if not found:
        known = dict.fromkeys(rules.rule(run.rule).label for run in runs)
        raise Refused(
            fr("{ref} n'a pas d'échéance « {given} ». Les siennes : {listed}."),
            ref=dossier.ref, given=wanted.strip()[:60], listed=", ".join(known),
        )  # fmt: skip
    return found


def _explained(run: Run, dossier: Dossier) -> Iterator[Text]:
    rule = rules.rule(run.rule)
    who = joined((tr(ROLES[role]) for role in rules.owed(run, dossier)), ", ")
    yield tr("{what} ({nature}), attendu de : {who}", what=names.deadline(run), nature=NATURES[rule.nature], who=who)
    yield from _pauses(run, dossier)
    if run.suspended:
        yield AWAITS_ANSWER if dossier.complement() else AWAITS_RESUMING
        return
    found = rules.explained(run, dossier)
    for step in told_steps(found):
        yield tr("• {step}", step=step)
    if run.where or run.source or any(step.args.get("source") == rule.source for step in found.steps):
        return
    yield tr("• Règle : {source}.", source=tr(rule.source))


def _pauses(run: Run, dossier: Dossier) -> Iterator[Text]:
    where = rules.place(run, dossier)
    for pause in run.pauses:
        first = local_day(pause.start, where)
        if pause.end is None:
            yield tr("• suspendue depuis le {first}", first=first)
        else:
            yield tr("• suspendue du {first} au {last}", first=first, last=local_day(pause.end, where))


def _ended(run: Run, dossier: Dossier) -> Text:
    """« • Décision de la DGALN : du … au …, remplacée »."""
    where = rules.place(run, dossier)
    first, last = local_day(run.started, where), local_day(run.ended or run.started, where)
    due = rules.explained(run, dossier).due
    how = tr("remplacée") if run.replaced else tr("tenue") if last <= due else tr("close après son terme")
    return tr(
        "• {what} : du {first} au {last}, échéance au {due}, {how}",
        what=names.deadline(run), first=first, last=last, due=due, how=how,
    )  # fmt: skip
