"""The procès-verbal de désignation of an atelier: made when the groupement is designated, for AD1 alone.

It tells motives of ranks: it goes to the review thread, and to whoever of AD1 asks for it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from atelier import rules
from atelier.calendar import zone
from atelier.contracts import AccordCadre
from atelier.dossier import Dossier
from atelier.labels import AD1, ROLES
from atelier.mission import Sollicitation
from atelier.words import Refused, RuleId, fr
from chat.cards import File, Message
from chat.talk import Answer, Say
from chat.text import tr
from documents.designation import Answer as Answered
from documents.designation import Member, ProcesVerbal, SetAside, Solicitation
from documents.proces_verbal import proces_verbal
from handlers import notices
from handlers.around import contract_of
from handlers.here import Here, answer

PDF = "application/pdf"
PARIS = "75"


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
        acted=_local(mission.acted.at).date(),
        solicitations=[_solicitation(dossier, contract, s) for s in mission.sollicitations],
        designated=groupement.nom,
        rank=mission.sollicitations[-1].rank,
        team=[Member(name=name, competences=skills.get(name, ())) for name in mission.team],
        decided=_local(by.at),
        decided_by=ROLES[by.role],
    )


def _solicitation(dossier: Dossier, contract: AccordCadre, one: Sollicitation) -> Solicitation:
    groupement = contract.groupement(one.groupement)
    return Solicitation(
        round=one.round,
        rank=one.rank,
        groupement=groupement.nom if groupement else one.groupement,
        sent=_local(one.sent.at),
        received=one.receipt.on if one.receipt else None,
        means=one.receipt.means if one.receipt else "",
        proof=one.receipt.proof if one.receipt else "",
        due=_due(dossier, one),
        answer=_answer(one),
        answered=_local(one.answered.at) if one.answered else None,
        available_from=one.available_from,
        reason=one.words,
        set_aside=_aside(contract, one),
    )


def _due(dossier: Dossier, one: Sollicitation) -> datetime | None:
    """When the answer was due: the run of this rank nearest to its sending."""
    runs = [r for r in dossier.runs if r.rule is RuleId.CASCADE_REPONSE and r.about == f"rang:{one.rank}"]
    later = [r for r in runs if one.receipt is None or r.started.date() >= one.receipt.on]
    return _local(rules.due(later[-1], dossier)) if later else None


def _answer(one: Sollicitation) -> Answered:
    if one.answer == "indisponible":
        return Answered.UNAVAILABLE
    if one.answer == "disponible":
        return Answered.AVAILABLE_FROM if one.available_from else Answered.AVAILABLE
    return Answered.SILENCE


def _aside(contract: AccordCadre, one: Sollicitation) -> SetAside | None:
    if one.set_aside is None:
        return None
    motif = contract.motif(one.reason)
    return SetAside(
        when=_local(one.set_aside.at),
        by=ROLES[one.set_aside.role],
        motive=motif.libelle if motif else one.reason,
        evidence=one.evidence,
    )


def _local(at: datetime) -> datetime:
    return at.astimezone(zone(PARIS))
