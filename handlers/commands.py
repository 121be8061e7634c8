"""The text commands: the same rights and the same result as every button."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable

from atelier.decide import step_of
from atelier.dossier import Dossier
from atelier.fiche import items
from atelier.grammar import Step
from atelier.words import Do, Reference, Refused, fr
from chat.cards import Card, Message, Token
from chat.forms import Kind
from chat.talk import Answer, Ask, Asked, Correct, Given, Pressed, Say
from chat.text import raw, tr
from handlers import (
    absences,
    access,
    agenda,
    as_typed,
    behalf,
    calculator,
    flow,
    helping,
    history,
    home,
    intake,
    lateness,
    linking,
    minutes,
    opening,
    paging,
    preferences,
    previews,
    snoozing,
    sorting,
    sounding,
    stepforms,
    steps,
    summary,
    takeable,
    timelines,
    transfers,
    why,
    withdrawing,
)
from handlers.here import Here, answer
from storage.errors import NotFound

REFERENCE = re.compile(r"^ADT-\d{4}-\d{4,}$")


def asked(here: Here, event: Asked) -> Answer:
    """Run a command, or say which one was meant."""
    verb, rest = as_typed.parted(event.text)
    verb = helping.ALIASES.get(helping.plain(verb), helping.plain(verb))
    simple = SIMPLE.get(verb)
    if simple is not None:
        return simple(here, rest)
    match verb:
        case "voir" | "pourquoi" | "journal" | "pv":
            return _about(here, verb, rest)
        case steps.CONFIRM | steps.EDIT | steps.SIGN:
            return _preview(here, verb, rest)
        case behalf.ACT:
            return _for_other(here, rest)
        case Do.CLASSER if sorting.is_one(_after(rest)):
            return sorting.typed(here, dossier_of(here, rest), _after(rest))
        case steps.CHOOSE if _after(rest):
            return _step(here, helping.plain(_after(rest)), rest.partition(" ")[0])
        case access.ASK:
            return access.known(here)
        case access.ACCEPT | access.DECLINE:
            return access.decided(here, Token(act=verb, arg=rest))
        case _ if verb in intake.ACTS:
            return _intake(here, verb, rest)
        case _:
            return _step(here, verb, rest)


def knows(text: str) -> bool:
    """True when the first word is a verb: typed in a direct conversation, it works without « /atelier »."""
    first = helping.plain(as_typed.parted(text)[0])
    return helping.ALIASES.get(first, first) in {*helping.HELP, *Do}


def is_one(text: str) -> bool:
    """True for a verb followed by a reference: a command, even while a question waits for its answer."""
    verb, rest = as_typed.parted(text)
    return knows(verb) and REFERENCE.match((rest.split() or [""])[0].upper()) is not None


def _about(here: Here, verb: str, rest: str) -> Answer:
    dossier = dossier_of(here, rest)
    if verb == "pourquoi":
        return why.why(here, dossier, _after(rest))
    if verb == "journal":
        return _journal(here, dossier)
    if verb == "pv":
        return minutes.asked(here, dossier)
    return see(here, dossier)


def see(here: Here, dossier: Dossier) -> Answer:
    """« voir »: the whole fiche, and the steps this person may take now."""
    return answer(here, Say(message=summary.message(here, dossier)))


def dossier_of(here: Here, typed: str) -> Dossier:
    """The dossier of a typed reference, as seen by this person; the nearest references when it is unknown."""
    ref = (typed.split() or [""])[0].upper()
    if not ref:
        raise Refused(fr("De quelle demande s'agit-il ? Ajoutez sa référence, par exemple ADT-2026-0007."))
    try:
        return here.unit.dossiers.seen_by(here.person, Reference(ref if REFERENCE.match(ref) else ""))
    except NotFound:
        ref = ref[:40]
        mine = [d.ref for d in here.unit.dossiers.list_for(here.person, limit=500)]
        near = difflib.get_close_matches(ref, mine, n=3, cutoff=0.5)
        if near:
            raise Refused(
                fr("La demande « {ref} » n'existe pas ou vous n'y avez pas part. Vouliez-vous dire : {near} ?"),
                ref=ref, near=", ".join(near),
            ) from None  # fmt: skip
        raise Refused(
            fr("La demande « {ref} » n'existe pas ou vous n'y avez pas part. « /atelier liste » montre les vôtres."),
            ref=ref,
        ) from None


def _after(rest: str) -> str:
    """What follows the reference, whatever separates them: a command may run over several lines."""
    return (*rest.split(None, 1), "", "")[1].strip()


def _step(here: Here, verb: str, rest: str) -> Answer:
    if verb not in steps.ACTS:
        raise _unknown(verb)
    step = step_of(Do(verb))
    late = lateness.late(here, Token(act=step.act, ref=(rest.split() or [""])[0].upper()[:20]), {"texte": _after(rest)})
    if late:
        return late
    dossier = dossier_of(here, rest)
    words = _after(rest)
    token = Token(act=step.act, ref=dossier.ref, version=dossier.version)
    if step.asks is None or not words:
        pressed = Pressed(sender=here.event.sender, place=here.event.place, id=here.event.id, token=token)
        return steps.pressed(here, pressed)
    given = given_of(step, words)
    return _spoken(here, token, given, steps.attempt(here, token, given))


def _preview(here: Here, verb: str, rest: str) -> Answer:
    """« confirmer REF geste », « corriger REF geste »: the two buttons of a preview."""
    dossier = dossier_of(here, rest)
    act = helping.plain(_after(rest))
    act = helping.ALIASES.get(act, act)
    if act not in steps.ACTS:
        raise Refused(
            fr("Quel geste confirmez-vous ? Par exemple : « /atelier confirmer {ref} valider »."), ref=dossier.ref
        )
    arg = previews.Named(act, previews.LATEST, behalf.latest(here, dossier, act)).arg()
    token = Token(act=verb, ref=dossier.ref, version=dossier.version, arg=arg, who=here.person.id)
    return steps.MOVES[verb](here, token)


def _for_other(here: Here, rest: str) -> Answer:
    """« pour REF geste = … | personne = … | document = … »: recorded for somebody without an account; « pour REF geste » asks."""
    dossier, words = dossier_of(here, rest), _after(rest)
    if "=" not in words:
        return behalf.form(here, dossier, {"geste": helping.plain(words)})
    parts = (part.partition("=") for part in words.split("|"))
    return behalf.named(here, dossier, {helping.plain(name.strip()): value.strip() for name, _, value in parts})


def _intake(here: Here, verb: str, rest: str) -> Answer:
    """The conversation's own buttons, typed: « tout REF », « modifier_reponse REF objet »."""
    dossier = dossier_of(here, rest) if rest else flow.only_draft(here)
    arg = _after(rest)
    if "=" not in arg and arg and arg not in {i.name for i in items()}:
        listed = ", ".join(i.name for i in items())
        raise Refused(
            fr("« {given} » n'est pas une question de la fiche. Les questions : {listed}."),
            given=arg[:40],
            listed=listed,
        )
    return intake.pressed(here, Token(act=verb, ref=dossier.ref, arg=arg, who=here.person.id))


def given_of(step: Step, words: str) -> Given:
    """Typed answers: « champ = réponse | champ = réponse », or the words alone when the form has one long answer.

    Field names are those of the form; they are listed by « /atelier aide VERBE ». Raises Refused for another name:
    « … | dès_le = demain » is a slip, and would be sent to everybody as words of the answer before.
    """
    fields = step.asks.model_fields if step.asks else {}
    given: dict[str, str] = {}
    last = ""
    for part in words.split("|"):
        name, sign, value = part.partition("=")
        if sign and helping.plain(name.strip()) in fields:
            last = helping.plain(name.strip())
            given[last] = value.strip()
        elif not sign and not given and _named(step, words) and (alone := _alone(step)):
            last, given[alone] = alone, part.strip()  # the long answer first, then the others by their names
        elif last and not (sign and helping.plain(name.strip()).isidentifier()):
            given[last] = f"{given[last]} | {part.strip()}"  # a bar in somebody's words
        elif last or _named(step, words):
            raise Refused(
                fr("« {given} » n'est pas une réponse de ce geste. Écrivez : « {listed} »."),
                given=part.strip()[:80], listed=" | ".join(f"{field} = …" for field in fields),
            )  # fmt: skip
    if given:
        return dict(given)
    return {_only(step): words}


def _named(step: Step, words: str) -> bool:
    """True when an answer is given by its name somewhere in the words."""
    fields = step.asks.model_fields if step.asks else {}
    named = (part.partition("=") for part in words.split("|"))
    return any(sign and helping.plain(name.strip()) in fields for name, sign, _ in named)


def _only(step: Step) -> str:
    found = _alone(step)
    if found is None:
        listed = " | ".join(f"{name} = …" for name in (step.asks.model_fields if step.asks else {}))
        raise Refused(fr("Ce geste demande plusieurs réponses. Écrivez : « {listed} »."), listed=listed)
    return found


def _alone(step: Step) -> str | None:
    """The long answer that may be given without its name: the only one that is required."""
    fields = step.asks.model_fields if step.asks else {}
    long: list[str] = [name for name, info in fields.items() if stepforms.line_of(info).kind == _TEXT]
    if len(fields) == 1:
        return next(iter(fields))
    if len([i for i in fields.values() if i.is_required()]) > 1 or not long:
        return None
    return long[0]


_TEXT: Kind = "text"


def _spoken(here: Here, token: Token, given: Given, done: Answer) -> Answer:
    """A correction of a typed command: there is no window to correct in, so it is said, with a window to go on."""
    problems = next((r.problems for r in done.replies if isinstance(r, Correct)), None)
    if problems is None:
        return done
    lines = tuple(
        tr("• {field} : {problem}", field=raw(name), problem=p) if name else p for name, p in problems.items()
    )
    trial = steps.found(here, token)
    card = Card(title=tr(trial.step.label), paragraphs=lines)
    message = Message(text=tr("Rien n'est changé : corrigez et recommencez."), card=card)
    return answer(here, Say(message=message), Ask(form=steps.window(here, trial, given)))


def _unknown(verb: str) -> Refused:
    known = [*helping.HELP, *(str(d) for d in steps.ACTS)]
    near = difflib.get_close_matches(verb, known, n=1, cutoff=0.5)
    if near:
        return Refused(
            fr("Je ne connais pas « {verb} ». Vouliez-vous dire « /atelier {near} » ? « /atelier aide » montre tout."),
            verb=verb, near=near[0],
        )  # fmt: skip
    return Refused(fr("Je ne connais pas « {verb} ». « /atelier aide » montre toutes les commandes."), verb=verb[:40])


def _journal(here: Here, dossier: Dossier) -> Answer:
    return answer(here, Say(message=history.message(here, dossier)))


SIMPLE: dict[str, Callable[[Here, str], Answer]] = {
    "": lambda here, _: home.home(here),
    "accueil": lambda here, _: home.home(here),
    "aide": helping.page,
    "demande": opening.open_request,
    "reprendre": lambda here, rest: flow.resume(here, dossier_of(here, rest).ref if rest else ""),
    "liste": home.listing,
    "file": home.queue,
    "echeances": lambda here, r: home.deadlines(here, dossier_of(here, q).ref if (q := paging.less(r)) else "", r),
    "calculer": calculator.calculate,
    preferences.ACT: preferences.preferences,
    sounding.ACT: sounding.typed,
    linking.ACT: linking.link,
    linking.LEAVE: lambda here, _: linking.unlink(here),
    "absence": absences.absence,
    "agenda": lambda here, rest: agenda.asked(here, dossier_of(here, rest) if rest else None),
    "frise": lambda here, rest: timelines.asked(here, dossier_of(here, rest) if rest else None),
    "rappel": lambda here, rest: snoozing.later(here, dossier_of(here, rest), _after(rest)),
    sorting.ACT: lambda here, rest: sorting.typed(here, dossier_of(here, rest), _after(rest)),
    takeable.ACT: lambda here, rest: withdrawing.typed(here, dossier_of(here, rest), _after(rest)),
    "transferer": lambda here, rest: transfers.transfer(here, dossier_of(here, rest), _after(rest)),
}
"""What takes no reference, or may do without."""
