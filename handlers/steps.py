"""A step taken: the button pressed, the form sent, the preview confirmed, the move committed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import MappingProxyType

from atelier import untyped
from atelier.calendar import local_day
from atelier.corrections import plain, recorded_things
from atelier.decide import decide, possible, rehearsed, step_for, step_of
from atelier.dossier import Dossier
from atelier.forms import Retrait, StepForm
from atelier.grammar import Attempt, Outcome
from atelier.words import Do, Reference, Refused, fr
from chat.cards import Token
from chat.forms import Form
from chat.talk import Answer, Ask, Correct, Filled, Given, Pressed
from handlers import (
    behalf,
    entries,
    exchange,
    lateness,
    leaving,
    names,
    previews,
    snoozing,
    stale,
    stepforms,
    takeable,
    taking,
    why,
    withdrawing,
)
from handlers.around import attempt_of, listed
from handlers.here import Here, answer, said
from handlers.previews import Named

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
        untyped.ready(attempt_of(here, trial, StepForm()), trial.step)
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
    outcome = _ruled(here, tried, trial)
    if trial.prepared:
        return previews.prepared(here, trial, form, given)
    writes = trial.step.act is Do.ECRIRE and len(exchange.addressed(here, trial.dossier, form)) > 1
    if trial.step.preview or writes:
        return previews.shown(here, trial, outcome, form, given)
    if isinstance(form, Retrait):
        return leaving.take(here, form, outcome)
    return taking.take(here, trial, form, outcome)


def _ruled(here: Here, tried: Attempt, trial: behalf.Trial) -> Outcome:
    """What the step makes, or would make once signed. Raises Refused, whoever it names told by their name."""
    try:
        return rehearsed(tried, trial.step) if trial.prepared else decide(tried, trial.step.act)
    except Refused as refused:
        raise names.told(here.unit, refused) from refused


def confirmed(here: Here, token: Token) -> Answer:
    """« Confirmer » on a preview: the step is decided again on the dossier as it is now."""
    named = Named.of(token.arg)
    return _kept(here, token, named, previews.own(here, token.ref, named.act, named.entry))


def signed(here: Here, token: Token) -> Answer:
    """« Signer »: what somebody prepared, decided by whoever signs."""
    named = Named.of(token.arg)
    return _kept(here, token, named, previews.for_signature(token.ref, named.act))


def _kept(here: Here, token: Token, named: Named, place: previews.Place) -> Answer:
    kept = previews.read(here, place)
    trial = found(here, _of_preview(token, named), kept.claim if kept else None)
    if kept is None:
        raise previews.gone(token.ref, named.act)
    if kept.version != trial.dossier.version:
        raise Refused(
            fr(
                "La demande a changé depuis cet aperçu : recommencez avec « /atelier {act} {ref} » pour voir le texte "
                "d'aujourd'hui."
            ),
            act=named.act,
            ref=token.ref,
        )
    if not kept.shown_by(named.seal):
        raise previews.replaced(token.ref, named.act)
    form = previews.checked(kept, trial.step) or _read_again(here, trial, kept.given)
    if isinstance(form, dict):
        raise next(iter(form.values()))
    if kept.contract is not None and kept.contract != previews.contract_now(here, trial.dossier, form):
        raise Refused(
            fr(
                "L'accord-cadre a changé depuis cet aperçu : recommencez avec « /atelier {act} {ref} » pour voir le "
                "texte d'aujourd'hui."
            ),
            act=named.act,
            ref=token.ref,
        )
    if trial.prepared:
        raise Refused(
            fr(
                "La signature revient au signataire du service, avec son propre compte : il a reçu le message à "
                "signer. Pour changer le texte, refaites le geste."
            )
        )
    here.unit.conversations.end(place)
    return taking.take(here, trial, form, _ruled(here, attempt_of(here, trial, form), trial))


def _read_again(here: Here, trial: behalf.Trial, given: Given) -> StepForm | dict[str, Refused]:
    """What an earlier program kept as it was typed, read today."""
    return stepforms.read(trial.step, given, today(here, trial.dossier), listed(here, trial.dossier, trial.step))


def corrected(here: Here, token: Token) -> Answer:
    """« Modifier » on a preview: the form again, with what was typed. Raises Refused when that text is gone."""
    named = Named.of(token.arg)
    wanted = _of_preview(token, named)
    found(here, wanted, named.entry or None)
    kept = previews.typed(here, token.ref, named)
    return _asked(here, found(here, wanted, kept.claim), kept.given)


def _of_preview(token: Token, named: Named) -> Token:
    """The gesture's own button, for the button of its preview."""
    return Token(act=named.act, ref=token.ref, version=token.version)


def _asked(here: Here, trial: behalf.Trial, given: Given | None) -> Answer:
    return answer(here, Ask(form=window(here, trial, given)))


def window(here: Here, trial: behalf.Trial, given: Given | None) -> Form:
    """The window of a step, with what was already typed; bound to who records it, for somebody else."""
    arg, who = (f"{behalf.ACT}:{trial.entry}", here.person.id) if trial.recorded else ("", "")
    choices = listed(here, trial.dossier, trial.step)
    return stepforms.form_of(trial.step, trial.dossier, _from_now(trial, given), choices, arg=arg, who=who)


def _from_now(trial: behalf.Trial, given: Given | None) -> Given | None:
    """« Rectifier » with what is wrong alone: what is recorded now is there to be changed, as it would be typed."""
    if trial.step.act is not Do.RECTIFIER or not given or given.get("valeur"):
        return given
    now = next((t.value for t in recorded_things(trial.dossier) if t.code == given.get("saisie")), None)
    return given if now is None else {**given, "valeur": plain(now)}


def today(here: Here, dossier: Dossier) -> date:
    """The day it is where the atelier takes place."""
    return local_day(here.now, dossier.departement)


def found(here: Here, token: Token, claim: str | None = None) -> behalf.Trial:
    """The request, the row and the role. Raises Refused: not theirs, or the request has moved since it was shown.

    `claim` is the entry it is recorded from, when a preview says it rather than the token.
    """
    dossier = here.unit.dossiers.seen_by(here.person, Reference(token.ref))
    if token.act not in ACTS:
        raise Refused(fr("Ce bouton ne mène plus à rien : tapez « /atelier » pour repartir."))
    wanted = step_of(Do(token.act))
    held = dossier.roles_of(here.person)
    entry = entries.claimed(token.arg) if claim is None else claim
    others = behalf.trial(here, dossier, wanted, entry)
    if others is None and entry is not None and held & set(wanted.records):
        raise Refused(
            fr("Cette saisie pour une autre personne est finie : recommencez avec « /atelier pour {ref} »."),
            ref=dossier.ref,
        )
    prepares = bool(held & set(wanted.prepares)) and not held & set(wanted.by)
    if others is None and not prepares and not held & set(wanted.by):
        step_for(dossier, here.person, wanted.act)
    if not possible(wanted, dossier) or (token.version and token.version != dossier.version):
        raise stale.late(here, dossier, wanted, token.version)
    if others is not None:
        return others
    if prepares:
        return behalf.Trial(dossier, wanted, wanted.by[0], prepared=True)
    step, role = step_for(dossier, here.person, wanted.act)
    return behalf.Trial(dossier, step, role)


MOVES: MappingProxyType[str, Callable[[Here, Token], Answer]] = MappingProxyType(
    {
        CONFIRM: confirmed,
        SIGN: signed,
        EDIT: corrected,
        CHOOSE: chosen,
        behalf.ACT: behalf.opened,
        why.ACT: why.pressed,
        snoozing.ACT: snoozing.pressed,
        takeable.ACT: withdrawing.pressed,
    }
)
"""The buttons of a preview, the menus of a card, and those about its dates."""
