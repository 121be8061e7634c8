"""A step taken: the button pressed, the form sent, the preview confirmed, the move committed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from atelier.calendar import local_day
from atelier.decide import decide, possible, rehearsed, step_for, step_of
from atelier.dossier import Dossier
from atelier.forms import StepForm
from atelier.grammar import Attempt, Outcome, Step
from atelier.labels import AD1
from atelier.words import Do, Labels, Reference, Refused, State, fr
from chat.cards import Token
from chat.talk import Answer, Ask, Correct, Filled, Given, Pressed
from chat.text import Moment, tr
from handlers import (
    behalf,
    clocks,
    exchange,
    following,
    intake,
    lateness,
    names,
    notices,
    previews,
    snoozing,
    stepforms,
    why,
)
from handlers.around import around, listed
from handlers.here import Here, answer, said, say

CONFIRM, EDIT, SIGN, CHOOSE = "confirmer", "corriger", "signer", "geste"
ACTS = frozenset(Do) - {Do.OUVRIR}


def pressed(here: Here, event: Pressed) -> Answer:
    """A step's button: its form, or the step itself when it asks nothing."""
    return lateness.late(here, event.token) or _opened(here, event.token)


def chosen(here: Here, token: Token) -> Answer:
    """« Autres gestes »: the one chosen in the menu, as its button."""
    wanted = token.model_copy(update={"act": token.arg, "arg": ""})
    return lateness.late(here, wanted) or _opened(here, wanted)


def _opened(here: Here, token: Token) -> Answer:
    trial = found(here, token)
    if trial.step.asks is not None:
        return _asked(here, trial, None)
    return settled(here, trial, StepForm(), {})


def filled(here: Here, event: Filled) -> Answer:
    """A step's form: corrected, previewed when several people are told, or taken."""
    late = lateness.late(here, event.token, event.given)
    return late or attempt(here, event.token, event.given)


def attempt(here: Here, token: Token, given: Given) -> Answer:
    """A step with its answers, from a form or a text command: corrected, prepared, previewed, or taken."""
    trial = found(here, token)
    choices = listed(here, trial.dossier, trial.step)
    form = stepforms.read(trial.step, given, today(here, trial.dossier), choices)
    if isinstance(form, dict):
        return answer(here, Correct(problems={name: said(r) for name, r in form.items()}))
    try:
        return settled(here, trial, form, given)
    except Refused as refused:
        return answer(here, Correct(problems={"": said(refused)}))


def settled(here: Here, trial: behalf.Trial, form: StepForm, given: Given) -> Answer:
    """What becomes of a checked form: prepared for who signs, previewed, or taken at once. Raises Refused."""
    tried = attempt_of(here, trial, form)
    if trial.prepared:
        return previews.prepared(here, trial, rehearsed(tried, trial.step), form, given)
    outcome = decide(tried, trial.step.act)
    writes = trial.step.act is Do.ECRIRE and len(exchange.addressed(here, trial.dossier, form)) > 1
    if trial.step.preview or writes:
        return previews.shown(here, trial, outcome, form, given)
    return _take(here, trial, form, outcome)


def confirmed(here: Here, token: Token) -> Answer:
    """« Confirmer » on a preview: the step is decided again on the dossier as it is now."""
    return _kept(here, token, previews.own(here, token.ref, token.arg))


def signed(here: Here, token: Token) -> Answer:
    """« Signer »: what somebody prepared, decided by whoever signs."""
    return _kept(here, token, previews.for_signature(token.ref, token.arg.partition(":")[0]))


def _kept(here: Here, token: Token, place: previews.Place) -> Answer:
    act, _, seal = token.arg.partition(":")
    kept = previews.read(here, place)
    wanted = Token(act=act, ref=token.ref, version=token.version)
    trial = found(here, wanted, recorded=kept is not None and kept.behalf)
    if kept is None:
        raise Refused(fr("Cet aperçu a déjà servi, ou n'existe plus : recommencez le geste."))
    if kept.version != trial.dossier.version:
        raise Refused(
            fr("La demande a changé depuis cet aperçu : recommencez le geste pour voir le texte d'aujourd'hui.")
        )
    if seal and kept.seal and seal != kept.seal:
        raise Refused(
            fr("Ce texte a été remplacé depuis : relisez le dernier message à signer, ou « /atelier corriger {ref} {act} »."),
            ref=token.ref, act=act,
        )  # fmt: skip
    form = previews.checked(kept, trial.step) or _read_again(here, trial, kept.given)
    if isinstance(form, dict):
        raise next(iter(form.values()))
    if kept.contract is not None and kept.contract != previews.contract_now(here, trial.dossier, form):
        raise Refused(
            fr("L'accord-cadre a changé depuis cet aperçu : recommencez le geste pour voir le texte d'aujourd'hui.")
        )
    if trial.prepared:
        raise Refused(fr("La signature revient au signataire du service : il la donne avec son propre compte."))
    here.unit.conversations.end(place)
    return _take(here, trial, form, decide(attempt_of(here, trial, form), trial.step.act))


def _read_again(here: Here, trial: behalf.Trial, given: Given) -> StepForm | dict[str, Refused]:
    """What an earlier program kept as it was typed, read today."""
    return stepforms.read(trial.step, given, today(here, trial.dossier), listed(here, trial.dossier, trial.step))


def corrected(here: Here, token: Token) -> Answer:
    """« Modifier » on a preview: the form again, with what was typed."""
    kept = previews.typed(here, token)
    wanted = Token(act=token.arg, ref=token.ref, version=token.version)
    trial = found(here, wanted, recorded=kept is not None and kept.behalf)
    return _asked(here, trial, kept.given if kept else None)


def _asked(here: Here, trial: behalf.Trial, given: Given | None) -> Answer:
    """The window of a step, with what was already typed; bound to who records it, for somebody else."""
    arg, who = (behalf.ACT, here.person.id) if trial.recorded else ("", "")
    choices = listed(here, trial.dossier, trial.step)
    return answer(here, Ask(form=stepforms.form_of(trial.step, trial.dossier, given, choices, arg=arg, who=who)))


def today(here: Here, dossier: Dossier) -> date:
    """The day it is where the atelier takes place."""
    return local_day(here.now, dossier.departement)


def found(here: Here, token: Token, *, recorded: bool = False) -> behalf.Trial:
    """The request, the row and the role. Raises Refused: not theirs, or the request has moved since it was shown."""
    dossier = here.unit.dossiers.seen_by(here.person, Reference(token.ref))
    if token.act not in ACTS:
        raise Refused(fr("Ce bouton ne mène plus à rien : tapez « /atelier » pour repartir."))
    wanted = step_of(Do(token.act))
    held = dossier.roles_of(here.person)
    others = behalf.trial(here, dossier, wanted, wanted_for=recorded or token.arg == behalf.ACT)
    prepares = bool(held & set(wanted.prepares)) and not held & set(wanted.by)
    if others is None and not prepares and not held & set(wanted.by):
        step_for(dossier, here.person, wanted.act)
    if others is None and token.arg == behalf.ACT:
        raise Refused(
            fr("Cette saisie pour une autre personne est finie : recommencez avec « /atelier pour {ref} »."),
            ref=dossier.ref,
        )
    if not possible(wanted, dossier) or (token.version and token.version != dossier.version):
        raise _late(here, dossier, wanted)
    if others is not None:
        return others
    if prepares:
        return behalf.Trial(dossier, wanted, wanted.by[0], prepared=True)
    step, role = step_for(dossier, here.person, wanted.act)
    return behalf.Trial(dossier, step, role)


def _late(here: Here, dossier: Dossier, wanted: Step) -> Refused:
    """Why it is not possible any more: who did what, and when."""
    by = dossier.last_by
    ranks = dossier.state in {State.DESIGNATION, State.CASCADE_EPUISEE} and not dossier.roles_of(here.person) & AD1
    if by is None or ranks:  # who was asked, and set aside, is AD1's alone
        return Refused(
            fr("Cette carte n'est plus à jour : ouvrez la demande avec « /atelier voir {ref} »."), ref=dossier.ref
        )
    done = fr("Déjà fait : la demande {ref} est {said}, par {who}, {when}. Rien n'a été fait de plus.")
    moved = fr(
        "« {label} » n'est pas possible maintenant : {ref} en est à « {said} », par {who}, {when}. « /atelier voir {ref} » la montre."
    )
    return Refused(
        done if wanted.target is dossier.state else moved,
        ref=dossier.ref, label=Labels((wanted.label,)), said=Labels((dossier.last_said,)),
        who=names.who(here.unit, by), when=Moment(at=by.at),
    )  # fmt: skip


def attempt_of(here: Here, trial: behalf.Trial, form: StepForm) -> Attempt:
    """Everything the rules need to decide."""
    known = around(here, trial.dossier, trial.step, form)
    return Attempt(
        trial.dossier, here.person, trial.role, form, here.now, known, behalf=trial.behalf, document=trial.document,
        received=trial.received,
    )  # fmt: skip


def _take(here: Here, trial: behalf.Trial, form: StepForm, decided: Outcome) -> Answer:
    step, dossier = trial.step, trial.dossier
    outcome = _numbered(here, decided)
    here.unit.dossiers.save(outcome.dossier, dossier.version)
    _journal(here, outcome, trial, form)
    clocks.keep(here.unit, outcome.dossier, here.now)
    if step.act is Do.ECRIRE:
        exchange.written(here, outcome.dossier, form)
    elif step.act is Do.INVITER:
        intake.invited(here, outcome.dossier, here.unit.people.get(outcome.dossier.members[-1].person))
    else:
        notices.announce(here, outcome, form)
    following.after(here, outcome, form)
    if trial.recorded:
        behalf.done(here, dossier.ref, step)
    text = tr("C'est fait : {ref}, {said}.", ref=dossier.ref, said=tr(step.said))
    return say(
        here, tr("{done} À noter : {warned}", done=text, warned=notices.warned(outcome)) if outcome.warnings else text
    )


def paper(trial: behalf.Trial) -> dict[str, object]:
    """The document somebody's gesture was recorded from, and the day it was received."""
    day = trial.received.isoformat() if trial.received else None
    return {"document": trial.document, "recu_le": day}


def _numbered(here: Here, outcome: Outcome) -> Outcome:
    """The arrival number, given once at the first transmission and kept through completions."""
    dossier = outcome.dossier
    if dossier.state is not State.TRANSMISE or dossier.arrival is not None:
        return outcome
    number = here.unit.counters.next("arrivee")
    kept = dossier.model_copy(update={"arrival": number})
    return replace(outcome, dossier=kept)


def _journal(here: Here, outcome: Outcome, trial: behalf.Trial, form: StepForm) -> None:
    here.unit.journal.write(
        outcome.dossier.ref,
        what=outcome.step.id,
        by=outcome.by,
        at=here.now,
        from_state=outcome.before.state,
        to_state=outcome.dossier.state,
        text=getattr(form, "motif", "") or getattr(form, "texte", "") or "",
        details=form.model_dump(mode="json") | (paper(trial) if trial.recorded else {}),
    )


MOVES: MappingProxyType[str, Callable[[Here, Token], Answer]] = MappingProxyType(
    {
        CONFIRM: confirmed,
        SIGN: signed,
        EDIT: corrected,
        CHOOSE: chosen,
        behalf.ACT: behalf.opened,
        why.ACT: why.pressed,
        snoozing.ACT: snoozing.pressed,
    }
)
"""The buttons of a preview, the menus of a card, and those about its dates."""
