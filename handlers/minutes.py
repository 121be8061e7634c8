"""The procès-verbal de désignation of an atelier: made when the groupement is designated, for AD1 alone.

It tells motives of ranks: it goes to the review thread, and to whoever of AD1 asks for it.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

from atelier import rules
from atelier.calendar import zone
from atelier.contracts import AccordCadre
from atelier.dossier import Dossier, Run
from atelier.labels import AD1, ROLES
from atelier.mission import Sollicitation
from atelier.starting import instant
from atelier.words import Refused, RuleId, fr
from chat.cards import File, Message
from chat.talk import Answer, Say
from chat.text import tr
from documents.designation import Answer as Answered
from documents.designation import Member, ProcesVerbal, SetAside, Solicitation
from documents.proces_verbal import proces_verbal
from handlers import names, notices
from handlers.around import contract_of
from handlers.here import Here, answer
from handlers.reading import reader

PDF = "application/pdf"
NEVER = datetime.max.replace(tzinfo=UTC)


def designated(here: Here, dossier: Dossier) -> None:
    """The procès-verbal, put in the review thread."""
    text = tr("Procès-verbal de désignation de {ref}.", ref=dossier.ref)
    notices.in_review(here, dossier, text, (drawn(here, dossier),))


def asked(here: Here, dossier: Dossier) -> Answer:
    """« pv REF »: the procès-verbal again. Raises Refused outside AD1, or before the designation."""
    if not dossier.roles_of(here.person) & AD1:
        raise Refused(
            fr("Le procès-verbal de désignation est réservé au bureau AD1 : demandez-le-lui dans le fil de la demande.")
        )
    text = tr("Procès-verbal de désignation de {ref}.", ref=dossier.ref)
    return answer(here, Say(message=Message(text=text, files=(drawn(here, dossier),))))


def drawn(here: Here, dossier: Dossier) -> File:
    """The PDF, kept in the store. Raises Refused when nobody is designated yet, or when the record contradicts itself."""
    contract = contract_of(here.unit, dossier)
    if contract is None or dossier.mission is None or dossier.mission.designated is None:
        raise Refused(
            fr(
                "Aucun groupement n'est encore désigné pour cet atelier : son procès-verbal se demande après la "
                "désignation."
            )
        )
    content = proces_verbal(minutes(dossier, contract))
    name = f"proces-verbal-{dossier.ref}.pdf"
    return here.unit.files.put(name, PDF, content, hashlib.sha256(content).hexdigest(), here.now)


def minutes(dossier: Dossier, contract: AccordCadre) -> ProcesVerbal:
    """What the document attests, from what was recorded."""
    mission = dossier.mission_()
    by = mission.designated
    groupement = contract.groupement(mission.groupement)
    first, last = contract.date_notification, contract.date_fin_validite
    if by is None or groupement is None or first is None or last is None:
        raise Refused(
            fr(
                "L'accord-cadre de cet atelier n'est plus complet : demandez à l'administrateur du robot de le "
                "compléter, puis recommencez."
            )
        )
    skills = {m.nom: m.competences for m in groupement.membres}
    return ProcesVerbal(
        reference=dossier.ref,
        title=str(dossier.value("objet") or dossier.ref),
        territory=dossier.territory(),
        bearer=dossier.service,
        collectivite=dossier.territory(),
        contract=contract.nom,
        valid_from=first,
        valid_until=last,
        act=mission.act,
        acted=_local(mission.acted.at, dossier).date(),
        solicitations=[_solicitation(dossier, contract, s) for s in mission.sollicitations],
        designated=groupement.nom,
        rank=mission.sollicitations[-1].rank,
        team=[Member(name=name, competences=skills.get(name, ())) for name in mission.team],
        decided=_local(by.at, dossier),
        decided_by=ROLES[by.role],
    )


def _solicitation(dossier: Dossier, contract: AccordCadre, one: Sollicitation) -> Solicitation:
    groupement, run = contract.groupement(one.groupement), _awaited(dossier, one)
    due = rules.explained(run, dossier).due if run else None
    read = reader("fr")  # the document is French
    return Solicitation(
        round=one.round,
        rank=one.rank,
        groupement=groupement.nom if groupement else one.groupement,
        sent=_local(one.sent.at, dossier),
        received=one.receipt.on if one.receipt else None,
        means=one.receipt.means if one.receipt else "",
        proof=one.receipt.proof if one.receipt else "",
        due=due,
        doubt=" ".join(map(read, names.doubts(rules.explained(run, dossier)))) if run else "",
        answer=_answer(one, due, dossier),
        answered=(one.answered.received or _local(one.answered.at, dossier)) if one.answered else None,
        available_from=one.available_from,
        reason=one.words,
        set_aside=_aside(contract, one, dossier),
    )


def _awaited(dossier: Dossier, one: Sollicitation) -> Run | None:
    """The run its answer was awaited by, in its own round, from the day it is recorded as received; None before that."""
    if one.receipt is None:
        return None
    again = (s.sent.at for s in dossier.mission_().sollicitations if s.rank == one.rank and s.round > one.round)
    until, about = min(again, default=NEVER), (RuleId.CASCADE_REPONSE, f"rang:{one.rank}")
    ranks = [r for r in dossier.runs if (r.rule, r.about) == about]
    run = next((r for r in reversed(ranks) if one.sent.at <= (r.ended or NEVER) <= until), None)
    return run and run.model_copy(update={"started": instant(one.receipt.on, rules.place(run, dossier))})


def _answer(one: Sollicitation, due: date | None, dossier: Dossier) -> Answered:
    """What was answered; without an answer, whether its time was over when it was set aside: that is attested too."""
    if one.answer == "indisponible":
        return Answered.UNAVAILABLE
    if one.answer == "disponible":
        return Answered.AVAILABLE_FROM if one.available_from else Answered.AVAILABLE
    aside = _local(one.set_aside.at, dossier).date() if one.set_aside else None
    return Answered.SILENCE if due is not None and aside is not None and aside > due else Answered.UNANSWERED


def _aside(contract: AccordCadre, one: Sollicitation, dossier: Dossier) -> SetAside | None:
    if one.set_aside is None:
        return None
    motif = contract.motif(one.reason)
    return SetAside(
        when=_local(one.set_aside.at, dossier),
        by=ROLES[one.set_aside.role],
        motive=motif.libelle if motif else one.reason,
        evidence=one.evidence,
    )


def _local(at: datetime, dossier: Dossier) -> datetime:
    """Where the atelier takes place: its days are counted there, and a reception never reads as older than its sending."""
    return at.astimezone(zone(dossier.departement))
