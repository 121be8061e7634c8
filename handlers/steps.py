"""A step taken: the button pressed, the form sent, the preview confirmed, the move committed."""

from __future__ import annotations

from atelier.decide import decide, step_for, step_of
from atelier.dossier import By, Dossier
from atelier.forms import Invitation, StepForm
from atelier.grammar import Around, Attempt, Outcome, Step
from atelier.words import Do, Labels, Reference, Refused, Role, State, fr
from chat.cards import Address, Button, Card, Fact, Message, Token
from chat.talk import Answer, Ask, Correct, Filled, Given, Pressed, Say
from chat.text import Moment, joined, raw, tr
from handlers import clocks, exchange, guests, intake, names, notices, stepforms
from handlers.here import Here, answer, said, say

CONFIRM = "confirmer"
EDIT = "corriger"
ACTS = frozenset(Do) - {Do.OUVRIR}


def pressed(here: Here, event: Pressed) -> Answer:
    """A step's button: its form, or the step itself when it asks nothing."""
    dossier, step, role = _found(here, event.token)
    if step.asks is not None:
        return answer(here, Ask(form=stepforms.form_of(step, dossier)))
    if step.preview:
        form = StepForm()
        return _preview(here, decide(_attempt(here, dossier, role, form), step.act), form, {})
    return _take(here, dossier, step, role, StepForm())


def filled(here: Here, event: Filled) -> Answer:
    """A step's form: corrected, previewed when several people are told, or taken."""
    return attempt(here, event.token, event.given)


def attempt(here: Here, token: Token, given: Given) -> Answer:
    """A step with its answers, from a form or a text command: corrected, previewed, or taken."""
    dossier, step, role = _found(here, token)
    form = stepforms.read(step, given)
    if isinstance(form, dict):
        return answer(here, Correct(problems={name: said(r) for name, r in form.items()}))
    try:
        outcome = decide(_attempt(here, dossier, role, form), step.act)
    except Refused as refused:
        return answer(here, Correct(problems={"": said(refused)}))
    if step.preview or (step.act is Do.ECRIRE and len(exchange.addressed(here, dossier, form)) > 1):
        return _preview(here, outcome, form, given)
    return _take(here, dossier, step, role, form)


def confirmed(here: Here, token: Token) -> Answer:
    """« Confirmer » on a preview: the step is decided again on the dossier as it is now."""
    dossier, step, role = _found(here, Token(act=token.arg, ref=token.ref, version=token.version))
    kept = here.unit.conversations.at(_draft(here, token))
    if kept is None:
        raise Refused(fr("Cet aperçu a déjà servi, ou n'existe plus : recommencez le geste."))
    if kept.get("version", dossier.version) != dossier.version:
        raise Refused(
            fr("La demande a changé depuis cet aperçu : recommencez le geste pour voir le texte d'aujourd'hui.")
        )
    form = stepforms.read(step, kept["given"])
    if isinstance(form, dict):
        raise next(iter(form.values()))
    here.unit.conversations.end(_draft(here, token))
    return _take(here, dossier, step, role, form)


def corrected(here: Here, token: Token) -> Answer:
    """« Modifier » on a preview: the form again, with what was typed."""
    kept = here.unit.conversations.at(_draft(here, token)) or {}
    dossier, step, _ = _found(here, Token(act=token.arg, ref=token.ref, version=token.version))
    return answer(here, Ask(form=stepforms.form_of(step, dossier, kept.get("given"))))


def _found(here: Here, token: Token) -> tuple[Dossier, Step, Role]:
    """The request, the row and the role. Raises Refused: not theirs, or the request has moved since it was shown."""
    dossier = here.unit.dossiers.seen_by(here.person, Reference(token.ref))
    if token.act not in ACTS:
        raise Refused(fr("Ce bouton ne mène plus à rien : tapez « /atelier » pour repartir."))
    wanted = step_of(Do(token.act))
    if not dossier.roles_of(here.person) & set(wanted.by):
        step_for(dossier, here.person, wanted.act)
    if dossier.state not in wanted.source or (token.version and token.version != dossier.version):
        raise _late(here, dossier, wanted)
    step, role = step_for(dossier, here.person, wanted.act)
    return dossier, step, role


def _late(here: Here, dossier: Dossier, wanted: Step) -> Refused:
    """Why it is not possible any more: who did what, and when."""
    by = dossier.last_by
    if by is None:
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


def _attempt(here: Here, dossier: Dossier, role: Role, form: StepForm) -> Attempt:
    return Attempt(dossier, here.person, role, form, here.now, _around(here, dossier, form))


def _around(here: Here, dossier: Dossier, form: StepForm) -> Around:
    waiting = dossier.state is State.TRANSMISE and dossier.arrival is not None
    ahead = here.unit.dossiers.waiting_before(dossier.arrival) if waiting and dossier.arrival else ()
    return Around(
        ahead=tuple(ahead), invited=guests.invited(here, form.personne) if isinstance(form, Invitation) else None
    )


def _take(here: Here, dossier: Dossier, step: Step, role: Role, form: StepForm) -> Answer:
    outcome = decide(_attempt(here, dossier, role, form), step.act)
    outcome = _numbered(here, outcome)
    here.unit.dossiers.save(outcome.dossier, dossier.version)
    _journal(here, outcome, role, form)
    clocks.keep(here.unit, outcome.dossier, here.now)
    if step.act is Do.ECRIRE:
        exchange.written(here, outcome.dossier, form)
    elif step.act is Do.INVITER:
        intake.invited(here, outcome.dossier, here.unit.people.get(outcome.dossier.members[-1].person))
    else:
        notices.announce(here, outcome)
    if step.act is Do.REPONDRE_COMPLEMENT:
        exchange.answered(here, outcome, form)
    return say(here, tr("C'est fait : {ref}, {said}.", ref=dossier.ref, said=tr(step.said)))


def _numbered(here: Here, outcome: Outcome) -> Outcome:
    """The arrival number, given once at the first transmission and kept through completions."""
    dossier = outcome.dossier
    if dossier.state is not State.TRANSMISE or dossier.arrival is not None:
        return outcome
    number = here.unit.counters.next("arrivee")
    return Outcome(outcome.step, outcome.before, dossier.model_copy(update={"arrival": number}))


def _journal(here: Here, outcome: Outcome, role: Role, form: StepForm) -> None:
    here.unit.journal.write(
        outcome.dossier.ref,
        what=outcome.step.id,
        by=By(person=here.person.id, role=role, at=here.now),
        at=here.now,
        from_state=outcome.before.state,
        to_state=outcome.dossier.state,
        text=getattr(form, "motif", "") or getattr(form, "texte", "") or "",
        details=form.model_dump(mode="json"),
    )


def _draft(here: Here, token: Token) -> Address:
    return Address(platform="apercu", id=f"{here.person.id}:{token.ref}:{token.arg}")


def _preview(here: Here, outcome: Outcome, form: StepForm, given: Given) -> Answer:
    """« Qui sera prévenu, avec quel texte », with what was typed kept until it is confirmed."""
    step, dossier = outcome.step, outcome.before
    token = Token(act=CONFIRM, ref=dossier.ref, version=dossier.version, arg=step.act, who=here.person.id)
    kept = {name: list(v) if isinstance(v, tuple) else v for name, v in given.items()}
    here.unit.conversations.keep(_draft(here, token), {"kind": "apercu", "given": kept, "version": dossier.version})
    writes = step.act is Do.ECRIRE
    people = exchange.addressed(here, dossier, form) if writes else notices.told(here, outcome.dossier, step)
    sentence = exchange.letter(here, dossier, form) if writes else notices.sentence(here, outcome.dossier, step)
    confirm = Button(
        label=tr("Confirmer"), token=token, style="danger" if step.danger else "primary",
        command=f"/atelier {CONFIRM} {dossier.ref} {step.act}",
    )  # fmt: skip
    edit = Button(
        label=tr("Modifier"), token=token.model_copy(update={"act": EDIT}), command=f"/atelier {EDIT} {dossier.ref} {step.act}",
    )  # fmt: skip
    told = [raw(f"{p.name} ({p.title or p.service})") for p in people]
    if notices.tells_review(outcome.dossier, step):
        told.append(tr("le canal de revue du bureau AD1"))
    card = Card(
        title=tr("Aperçu : {label}", label=tr(step.label)),
        facts=(Fact(name=tr("Seront prévenus"), value=joined(told) if told else tr("personne d'autre")),),
        paragraphs=(tr("Texte envoyé :"), sentence),
        buttons=(confirm, edit) if step.asks else (confirm,),
    )
    text = tr("Rien n'est encore envoyé pour {ref} : vérifiez, puis confirmez.", ref=dossier.ref)
    return answer(here, Say(message=Message(text=text, card=card)))
