"""Territory and closing; and what may happen at any time: suspension, resumption, abandonment, termination."""

from __future__ import annotations

from datetime import date

from atelier import audience, rules
from atelier.deadlines import Delay, Unit
from atelier.dossier import Decision, Dossier, Run
from atelier.forms import Motif
from atelier.forms_ending import Cloture, ReponseSuivi, Resiliation, RestitutionElus
from atelier.grammar import Attempt
from atelier.mission import Bilan, Restitution, Suivi
from atelier.recording import given, mission_of, not_before, not_to_come, recorded
from atelier.values import Receipt
from atelier.words import Labels, Refused, RuleId, State, fr

FORMAL_NOTICE = {
    "CCAG-PI 2009": "CCAG-PI 2009, article 32.2",
    "CCAG-PI 2021": "CCAG-PI 2021, article 39",
}
"""Where each CCAG says so."""
FOLLOW_UPS = {6: RuleId.SUIVI_6_MOIS, 12: RuleId.SUIVI_12_MOIS}
REASON = 10


def restitution_passee(attempt: Attempt) -> None:
    """T1: the day has come, and the session was held by then."""
    day, session = given(attempt, RestitutionElus).jour, mission_of(attempt).session
    not_to_come(day, attempt)
    if session is not None:
        not_before(day, session.last, fr("la fin de la session"))


def restitue(dossier: Dossier, attempt: Attempt) -> Dossier:
    """T1: given back to the élus; the follow-ups run from that day."""
    form = given(attempt, RestitutionElus)
    done = Restitution(on=form.jour, partners=form.partenaires, takeover=form.relais, by=attempt.by())
    return recorded(dossier, elus=done)


def suivi_attendu(attempt: Attempt) -> None:
    """T2: after the restitution, once for each; that of twelve months not before the day of the six-month one."""
    months = int(given(attempt, ReponseSuivi).mois)
    done = next((s for s in mission_of(attempt).suivis if s.months == months), None)
    if done is not None:
        raise Refused(fr("Le suivi à {months} mois est déjà enregistré, par {by}."), months=months, by=done.by)
    first = _follow_up_day(attempt, min(FOLLOW_UPS))
    if months > min(FOLLOW_UPS) and attempt.today < first:
        raise Refused(
            fr(
                "Le suivi à {months} mois dit ce que l'atelier est devenu : il s'enregistre à partir du {first}, après celui à six mois."
            ),
            months=months,
            first=first,
        )


def suivi_en_avance(attempt: Attempt) -> Refused | None:
    """T2: before its day, it is said: the source gives targets without legal effect, so nothing is forbidden (04, SUIVI)."""
    months = int(given(attempt, ReponseSuivi).mois)
    due = _follow_up_day(attempt, months)
    if attempt.today >= due:
        return None
    return Refused(
        fr("Ce suivi à {months} mois était attendu vers le {due} : il est enregistré en avance."),
        months=months,
        due=due,
    )


def _follow_up_day(attempt: Attempt, months: int) -> date:
    """So many months after the restitution, where the atelier takes place; weekends aside: it is a target."""
    elus = mission_of(attempt).elus
    if elus is None:
        raise LookupError(attempt.dossier.ref)
    return rules.due_day(elus.on, Delay(months, Unit.MOIS), attempt.dossier.departement)


def suivi(dossier: Dossier, attempt: Attempt) -> Dossier:
    """T2: what came of it; its clock stops."""
    form = given(attempt, ReponseSuivi)
    months = 6 if form.mois == "6" else 12
    done = Suivi(months=months, text=form.suites, by=attempt.by())
    kept = recorded(dossier, suivis=(*dossier.mission_().suivis, done))
    return kept.model_copy(update={"runs": rules.stop(kept.runs, FOLLOW_UPS[months], attempt.now)})


def pas_encore_restitue(dossier: Dossier) -> bool:
    """T1: once."""
    return dossier.mission_().elus is None


def restitue_aux_elus(dossier: Dossier) -> bool:
    """T2: while a follow-up is missing."""
    mission = dossier.mission_()
    return mission.elus is not None and len(mission.suivis) < len(FOLLOW_UPS)


def pistes_finies(attempt: Attempt) -> None:
    """A21: money and territory are done, or given up with a reason; nobody's time to speak of a reduction is cut short."""
    form, mission = given(attempt, Cloture), mission_of(attempt)
    _nothing_under_discussion(attempt)
    unpaid = [str(o.number) for o in mission.commandes if o.paid is None]
    if unpaid and len(form.renonce_argent.strip()) < REASON:
        raise Refused(
            fr(
                "Il reste à payer (bon de commande n° {numbers}) : enregistrez le paiement, ou dites pourquoi vous closez sans."
            ),
            numbers=", ".join(unpaid),
        )
    lacking = [
        *([fr("la restitution aux élus")] if mission.elus is None else []),
        *([fr("les suivis à six et douze mois")] if len(mission.suivis) < len(FOLLOW_UPS) else []),
    ]
    if lacking and len(form.renonce_territoire.strip()) < REASON:
        raise Refused(
            fr("Il manque {lacking} : enregistrez-les, ou dites pourquoi vous closez sans."), lacking=Labels(lacking)
        )


def _nothing_under_discussion(attempt: Attempt) -> None:
    """The delays of a reduction are over, or answered (CCAG-PI 2009, 27.3)."""
    for id_ in (RuleId.REFACTION_OBSERVATIONS, RuleId.REFACTION_DECISION):
        run = rules.open_run(attempt.dossier, id_)
        if run is not None and not rules.lapsed(run, attempt.dossier, attempt.now):
            raise Refused(_undecided(attempt, run), due=rules.explained(run, attempt.dossier).due)


def _undecided(attempt: Attempt, run: Run) -> str:
    """Silence closes nothing: once the day is over, somebody records what became of the reduction."""
    if rules.due(run, attempt.dossier) >= attempt.now:
        return fr("La réfaction se discute encore, jusqu'au {due} : l'atelier se clôt après.")
    return fr(
        "Le délai pour décider de la réfaction a fini le {due}, sans suite enregistrée : le signataire du service enregistre "
        "sa nouvelle décision, ou constate l'acceptation des observations ; l'atelier se clôt ensuite."
    )


def clos(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A21: the summary."""
    form = given(attempt, Cloture)
    bilan = Bilan(
        text=form.bilan, money_waived=form.renonce_argent, territory_waived=form.renonce_territoire, by=attempt.by()
    )
    return recorded(dossier, bilan=bilan)


def suspendu(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A22: from which state, to go back to it."""
    return _decided(recorded(dossier, suspended_from=dossier.state), attempt, "suspendu")


def delais_qui_courent(attempt: Attempt) -> Refused | None:
    """A22: the suspension is ours: what the contract or the law counts goes on, and it is said which (CCAG-PI 2009, 26.2)."""
    mine = [r for r in audience.shown(attempt.dossier, attempt.person) if r.ended is None]
    going = [r for r in mine if rules.rule(r.rule).goes_on]
    going = [r for r in going if not rules.lapsed(r, attempt.dossier, attempt.now)]
    if not going:
        return None
    return Refused(
        fr("La suspension n'arrête pas les délais du contrat ou de la loi : {listed}. Le premier finit le {due}."),
        listed=Labels(dict.fromkeys(rules.rule(r.rule).label for r in going)),
        due=min(rules.explained(r, attempt.dossier).due for r in going),
    )


def etat_precedent(dossier: Dossier, attempt: Attempt) -> State | None:
    """A22b: back where it was suspended."""
    return attempt.dossier.mission_().suspended_from or dossier.state


def relance(dossier: Dossier, _attempt: Attempt) -> Dossier:
    """A22b: it goes on."""
    return recorded(dossier, suspended_from=None)


def _decided(dossier: Dossier, attempt: Attempt, act: str) -> Dossier:
    reason = given(attempt, Motif).motif
    return dossier.model_copy(update={"decision": Decision(act=act, reason=reason, by=attempt.by())})


def abandonne(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A22c: abandoned, and why."""
    return _decided(dossier, attempt, "abandonne")


def mise_en_demeure(attempt: Attempt) -> None:
    """A22c: for a fault, a formal notice comes first, received and proven, and its time is over (CCAG-PI 2009, 32.2)."""
    form = given(attempt, Resiliation)
    if form.pour_faute != "oui":
        return
    if form.mise_en_demeure is None or not form.preuve.strip():
        raise Refused(
            fr("Pour faute, la mise en demeure vient d'abord : donnez sa date de réception et sa preuve ({article})."),
            article=FORMAL_NOTICE[rules.ccag(attempt.dossier)],
        )
    not_to_come(form.mise_en_demeure, attempt)
    not_before(form.mise_en_demeure, _first_order(attempt), fr("la notification du bon de commande"))
    until = form.jusqu_au or form.mise_en_demeure
    not_before(until, form.mise_en_demeure, fr("la mise en demeure"))
    if until >= attempt.today:
        raise Refused(
            fr(
                "La mise en demeure laisse au titulaire jusqu'au {day} : résiliez après, si elle reste sans effet ({article})."
            ),
            day=until,
            article=FORMAL_NOTICE[rules.ccag(attempt.dossier)],
        )


def _first_order(attempt: Attempt) -> date:
    return mission_of(attempt).commandes[0].receipt.on


def mise_en_demeure_a_verifier(attempt: Attempt) -> Refused | None:
    """A22c: what a formal notice must have left, or why there is none: said when nobody wrote it."""
    form, article = given(attempt, Resiliation), FORMAL_NOTICE[rules.ccag(attempt.dossier)]
    if form.pour_faute == "dispense":
        return Refused(
            fr(
                "Sans mise en demeure, une résiliation pour faute ne vaut que pour des actes frauduleux, une interdiction "
                "d'exercer ou des renseignements inexacts ({article}) : vérifiez que c'est le cas."
            ),
            article=article,
        )
    if form.pour_faute == "non" or form.jusqu_au is not None:
        return None
    return Refused(
        fr(
            "La mise en demeure doit avoir laissé un délai au titulaire et être restée sans effet ({article}) : vérifiez que "
            "ce délai est passé."
        ),
        article=article,
    )


def resilie(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A22c: terminated, and why."""
    form = given(attempt, Resiliation)
    kept = _decided(dossier, attempt, "resilie")
    if form.mise_en_demeure is None:
        return kept
    notice = Receipt(on=form.mise_en_demeure, means=fr("mise en demeure"), proof=form.preuve, by=attempt.by())
    return recorded(kept, formal_notice=notice, notice_until=form.jusqu_au)
