"""Designation by rank: what each row needs, and what it records (circulaire §5, « par ordre de classement »).

Rank 1 is always asked first; the next one only once the rank before is set aside for a motive of the contract, by a
person; never two at once. The next atelier starts at rank 1 again.
"""

from __future__ import annotations

from atelier import rules
from atelier.contracts import AccordCadre, Groupement
from atelier.dossier import Dossier
from atelier.forms_designation import Designation, Disponible, Ecart, Indisponible, ReceptionConstatee
from atelier.grammar import Attempt
from atelier.mission import Sollicitation
from atelier.ranking import moved
from atelier.recording import answered_since, day_of, given, mission_of, not_before, not_to_come, receipt, recorded
from atelier.values import Receipt
from atelier.words import Labels, Refused, RuleId, State, fr

BY_BUTTON, BY_ANSWER = fr("accusé de réception dans la messagerie"), fr("réponse du groupement")
"""How a solicitation was received, when nobody recorded it."""
UNASKED = fr(
    "L'accord-cadre {code} est valable du {first} au {last} : rien ne peut être désigné ni commandé en dehors (code de la "
    "commande publique, R2162-5). Placez l'atelier sous un autre : « /atelier rectifier {ref} saisie = accord_cadre »."
)
ASKED = fr(
    "L'accord-cadre {code} est valable du {first} au {last} : rien ne peut être désigné ni commandé en dehors (code de la "
    "commande publique, R2162-5). S'il est prolongé, faites importer sa nouvelle version par l'administrateur du robot ; sinon, "
    "abandonnez cet atelier, et le service présente une nouvelle demande."
)
"""An atelier whose contract is over: before a groupement is asked, and after."""


def contract_of(attempt: Attempt) -> AccordCadre:
    """The atelier's contract, as recorded today. Raises Refused when it is not there any more."""
    if attempt.around.contract is None:
        raise Refused(
            fr(
                "L'accord-cadre de cet atelier n'est pas enregistré : demandez à l'administrateur du robot de "
                "l'importer, puis recommencez."
            )
        )
    return attempt.around.contract


def designation_ouverte(contract: AccordCadre) -> None:
    """Designation is closed while the contract's file lacks something. Raises Refused, naming it."""
    lacking = contract.lacks()
    if lacking:
        raise Refused(
            fr(
                "La désignation est fermée pour l'accord-cadre {code} : il manque {lacking}. "
                "L'administrateur complète son fichier, pièce à l'appui, puis « atelier accord-cadre importer »."
            ),
            code=contract.code,
            lacking=Labels(lacking),
        )


def en_vigueur(contract: AccordCadre, attempt: Attempt) -> None:
    """Nothing is designated nor ordered outside the contract's validity. Raises Refused."""
    if not contract.in_force(attempt.today):
        raise Refused(
            fr(
                "L'accord-cadre {code} est valable du {first} au {last} : rien ne peut être désigné ni commandé en dehors "
                "(code de la commande publique, R2162-5). Attendez son successeur, ou choisissez un accord-cadre en vigueur."
            ),
            code=contract.code,
            first=contract.date_notification,
            last=contract.date_fin_validite,
        )


def contrat_utilisable(attempt: Attempt) -> None:
    """The same for the contract the atelier is already under; outside its validity, the ways on are said."""
    contract = contract_of(attempt)
    designation_ouverte(contract)
    if contract.in_force(attempt.today):
        return
    raise Refused(
        UNASKED if mission_of(attempt).unasked else ASKED,
        code=contract.code, first=contract.date_notification, last=contract.date_fin_validite, ref=attempt.dossier.ref,
    )  # fmt: skip


def sollicitee(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A1: rank 1 is asked; a new round after an exhausted cascade starts at rank 1 again."""
    done = mission_of(attempt).sollicitations
    return _asked(dossier, attempt, rank=1, round_=1 + max((s.round for s in done), default=0))


def _asked(dossier: Dossier, attempt: Attempt, rank: int, round_: int) -> Dossier:
    done = dossier.mission_().sollicitations
    groupement = at_rank(attempt, rank)
    asked = Sollicitation(number=len(done) + 1, round=round_, rank=rank, groupement=groupement.code, sent=attempt.by())
    return recorded(dossier, sollicitations=(*done, asked))


def at_rank(attempt: Attempt, rank: int) -> Groupement:
    """The groupement of a rank. Raises Refused after the last one."""
    found = contract_of(attempt).at_rank(rank)
    if found is None:
        raise Refused(
            fr("L'accord-cadre n'a pas de rang {rank} : faites vérifier son fichier par l'administrateur du robot."),
            rank=rank,
        )
    return found


def _changed(dossier: Dossier, **changes: object) -> Dossier:
    """The solicitation under way, with some of it replaced."""
    done = dossier.mission_().sollicitations
    return recorded(dossier, sollicitations=(*done[:-1], done[-1].model_copy(update=changes)))


def asked_of(attempt: Attempt) -> Sollicitation:
    """The solicitation under way. Raises Refused when there is none."""
    asked = mission_of(attempt).asked()
    if asked is None:
        raise Refused(
            fr(
                "Aucun groupement n'est sollicité en ce moment : « /atelier voir {ref} » montre où en est la "
                "désignation."
            ),
            ref=attempt.dossier.ref,
        )
    return asked


def accusee(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A1: the mandataire acknowledges: the day is theirs, the proof is the journal."""
    means = BY_BUTTON
    got = Receipt(on=attempt.today, means=means, proof=attempt.dossier.ref, by=attempt.by())
    return _changed(dossier, receipt=got)


def reception_possible(attempt: Attempt) -> None:
    """A1: the day of reception is between the sending and today."""
    day = given(attempt, ReceptionConstatee).jour
    not_to_come(day, attempt)
    not_before(day, day_of(attempt, asked_of(attempt).sent), fr("l'envoi de la sollicitation"))


def reception_enregistree(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A1: reception recorded by AD1, with its proof."""
    return _changed(dossier, receipt=receipt(attempt, given(attempt, ReceptionConstatee)))


def reponse_possible(attempt: Attempt) -> None:
    """A2a: an answer that came on paper was received between the sending and today."""
    answered_since(attempt, day_of(attempt, asked_of(attempt).sent), fr("l'envoi de la sollicitation"))


def disponibilite_possible(attempt: Attempt) -> None:
    """A2a: the day from which they are available is that of the answer, or later."""
    day = given(attempt, Disponible).a_partir_du
    if day is not None and day < attempt.answered_on:
        raise Refused(fr("Le {day} est passé : laissez vide si vous êtes disponible dès maintenant."), day=day)


def disponible(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A2a: available. Whoever answers has received."""
    form = given(attempt, Disponible)
    changes = {"answer": "disponible", "available_from": form.a_partir_du, "words": form.equipe}
    return _changed(dossier, answered=attempt.by(), **changes, **_received(dossier, attempt))


def indisponible(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A2b: not available, or no longer."""
    form = given(attempt, Indisponible)
    changes = {"answer": "indisponible", "available_from": None, "words": form.motif}
    return _changed(dossier, answered=attempt.by(), **changes, **_received(dossier, attempt))


def _received(dossier: Dossier, attempt: Attempt) -> dict[str, object]:
    asked = dossier.mission_().asked()
    if asked is None or asked.receipt is not None:
        return {}
    got = Receipt(on=attempt.answered_on, means=BY_ANSWER, proof=dossier.ref, by=attempt.by())
    return {"receipt": got}


def equipe_connue(attempt: Attempt) -> None:
    """A2: the team is made of members of the groupement asked."""
    groupement = contract_of(attempt).groupement(asked_of(attempt).groupement)
    names = {m.nom for m in groupement.membres} if groupement else set()
    for name in given(attempt, Designation).equipe:
        if name not in names:
            raise Refused(
                fr("« {name} » n'est pas membre de ce groupement. Ses membres : {names}."),
                name=name,
                names=" ; ".join(sorted(names)),
            )


def equipe_occupee(attempt: Attempt) -> Refused | None:
    """A2: a member at work elsewhere counts once, even when it sits in two groupements."""
    taken = [(n, attempt.around.busy[n]) for n in given(attempt, Designation).equipe if n in attempt.around.busy]
    if not taken:
        return None
    listed = " ; ".join(f"{name} ({', '.join(refs)})" for name, refs in taken)
    return Refused(fr("Déjà mobilisés sur d'autres ateliers en cours : {listed}."), listed=listed)


def designe(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A2: the groupement asked is designated, with its team."""
    team = given(attempt, Designation).equipe
    code = asked_of(attempt).groupement
    return recorded(dossier, groupement=code, team=tuple(team), designated=attempt.by())


def motif_du_contrat(attempt: Attempt) -> None:
    """A3: one of the contract's motives, once what it supposes has happened."""
    asked, code = asked_of(attempt), given(attempt, Ecart).motif_contrat
    motif = contract_of(attempt).motif(code)
    if motif is None:
        listed = ", ".join(m.code for m in contract_of(attempt).motifs_ecart)
        raise Refused(
            fr("« {code} » n'est pas un motif de l'accord-cadre. Écrivez l'un de ceux-ci : {listed}."),
            code=code,
            listed=listed,
        )
    if motif.apres == "reponse" and asked.answer != "indisponible":
        raise Refused(
            fr(
                "Ce motif suppose que le groupement se soit déclaré indisponible : il ne l'a pas fait. Choisissez un "
                "autre motif."
            )
        )
    if motif.apres == "delai" and asked.answer:
        raise Refused(fr("Ce motif suppose le silence du groupement : il a répondu. Choisissez un autre motif."))
    if motif.apres == "delai" and not rules.passed(attempt.dossier, RuleId.CASCADE_REPONSE, attempt.now):
        raise _still_time(attempt)


def _still_time(attempt: Attempt) -> Refused:
    run = rules.open_run(attempt.dossier, RuleId.CASCADE_REPONSE)
    if run is None:
        return Refused(
            fr(
                "Le délai de réponse ne court pas encore : enregistrez d'abord la réception de la sollicitation, "
                "avec sa preuve."
            )
        )
    return Refused(
        fr(
            "Le groupement a jusqu'au {due} pour répondre : le rang suivant attend. S'il se tait, refaites ce "
            "geste le lendemain."
        ),
        due=rules.explained(run, attempt.dossier).due,
    )


def ecarte(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A3: the rank is set aside; the next one is asked, or rank 1 again when the file ranks them otherwise by now."""
    form, asked = given(attempt, Ecart), asked_of(attempt)
    gone = _changed(dossier, reason=form.motif_contrat, evidence=form.justificatif, set_aside=attempt.by())
    if moved(mission_of(attempt), contract_of(attempt)):
        return _asked(gone, attempt, rank=1, round_=asked.round + 1)
    if contract_of(attempt).at_rank(asked.rank + 1) is None:
        return gone
    return _asked(gone, attempt, rank=asked.rank + 1, round_=asked.round)


def apres_ecart(dossier: Dossier, _attempt: Attempt) -> State | None:
    """A3, A3b: designation goes on at the next rank, or the cascade is exhausted."""
    return State.DESIGNATION if dossier.mission_().asked() else State.CASCADE_EPUISEE


def attend_reception(dossier: Dossier) -> bool:
    """A1: a solicitation whose reception nobody has recorded."""
    asked = dossier.mission_().asked()
    return asked is not None and asked.receipt is None


def attend_reponse(dossier: Dossier) -> bool:
    """A2a: a solicitation without an answer."""
    asked = dossier.mission_().asked()
    return asked is not None and not asked.answer


def peut_se_desister(dossier: Dossier) -> bool:
    """A2b: a solicitation without an answer; or one that was accepted, until AD1 designates."""
    mission = dossier.mission_()
    asked = mission.asked()
    return asked is not None and asked.answer != "indisponible" and not mission.groupement


def repondu_disponible(dossier: Dossier) -> bool:
    """A2: the groupement asked said it is available."""
    asked = dossier.mission_().asked()
    return asked is not None and asked.answer == "disponible"
