"""The note d'appropriation and the session: versions, three approvals on one of them, days on site (circulaire §4).

Handing a version in counts as the mandataire's approval; a new version voids the others. The reception of the note is a
decision of its own (CCAG-PI 2009, article 27: distinct services, distinct decisions).
"""

from __future__ import annotations

from datetime import date, timedelta

from atelier import rules
from atelier.calendar import holidays, is_working_day
from atelier.deadlines import Delay
from atelier.dossier import Dossier, Piece
from atelier.forms_execution import Approbation, Note, Observations, Session, SessionTenue
from atelier.grammar import Attempt
from atelier.mission import NoteVersion, Remark
from atelier.mission import Session as Planned
from atelier.recording import answered_since, day_of, given, mission_of, recorded
from atelier.words import Labels, Refused, RuleId, State, fr

NOTE, LIVRABLE = "note_appropriation", "livrable"
WORK_DAYS, SITE_DAYS = (8, 10), (2, 3)
"""The circular's usual bounds (§4): they warn, they never prevent."""
FAR = timedelta(days=730)


def file_for(dossier: Dossier, kind: str, used: set[str]) -> Piece | None:
    """The file dropped for a note or a deliverable that no version uses yet, or None."""
    piece = dossier.piece(kind)
    return piece if piece is not None and piece.id not in used else None


def note_deposee(attempt: Attempt) -> None:
    """A7: the file of the note was dropped."""
    if file_for(attempt.dossier, NOTE, {n.piece for n in mission_of(attempt).notes}) is None:
        raise Refused(
            fr(
                "Déposez d'abord le fichier de la note dans notre conversation (PDF, ODT ou DOCX), dites qu'il s'agit de la "
                "note d'appropriation de {ref}, puis recommencez ce geste."
            ),
            ref=attempt.dossier.ref,
        )


def delai_lisible(attempt: Attempt) -> None:
    """A7: its restitution delay can be counted."""
    Delay.parse(given(attempt, Note).delai_restitution)


def charge_habituelle(attempt: Attempt) -> Refused | None:
    """A7: the circular speaks of eight to ten days of work."""
    days = given(attempt, Note).charge_jours
    if WORK_DAYS[0] <= days <= WORK_DAYS[1]:
        return None
    return Refused(
        fr("La charge est de {days} jour(s) ; la circulaire (§4) en prévoit huit à dix. C'est possible, à justifier."),
        days=days,
    )


def jours_habituels(attempt: Attempt) -> Refused | None:
    """A7: and of two or three on site."""
    days = given(attempt, Note).jours_sur_site
    if SITE_DAYS[0] <= days <= SITE_DAYS[1]:
        return None
    return Refused(
        fr(
            "La note prévoit {days} jour(s) sur site ; la circulaire (§4) en prévoit deux à trois. C'est possible, à justifier."
        ),
        days=days,
    )


def note_remise(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A7: one more version, approved by the mandataire; the approvals of the version before are void."""
    form, done = given(attempt, Note), dossier.mission_().notes
    piece = file_for(dossier, NOTE, {n.piece for n in done})
    if piece is None:
        raise LookupError(NOTE)
    by = attempt.by()
    version = NoteVersion(
        number=len(done) + 1, piece=piece.id, by=by, charge_jours=form.charge_jours, jours_sur_site=form.jours_sur_site,
        contenu=form.contenu, animation=form.animation, forme=form.forme,
        delai_restitution=str(Delay.parse(form.delai_restitution)), approvals=(by,),
    )  # fmt: skip
    return _executed(recorded(dossier, notes=(*done, version)), attempt)


def _executed(dossier: Dossier, attempt: Attempt) -> Dossier:
    """An order for the appropriation alone is executed once the note is presented (CCAG-PI 2009, 13.2.2)."""
    runs = dossier.runs
    for order in dossier.mission_().commandes:
        if order.covers == "appropriation":
            runs = rules.stop(runs, RuleId.BC_EXECUTION, attempt.now, f"bc:{order.number}")
    return dossier.model_copy(update={"runs": runs})


def note_observee(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A8: observations; approvals of this version are void, a new version is awaited."""
    done = dossier.mission_().notes
    remark = Remark(text=given(attempt, Observations).observations, by=attempt.by())
    last = done[-1].model_copy(update={"observations": (*done[-1].observations, remark), "approvals": ()})
    return recorded(dossier, notes=(*done[:-1], last))


def version_en_cours(attempt: Attempt) -> None:
    """A9: the version approved is the last one, not approved yet by this party."""
    asked, note = given(attempt, Approbation).version, mission_of(attempt).note
    if note is None or asked != note.number:
        raise Refused(
            fr(
                "La version {asked} n'est plus celle à approuver : la version en cours est la {current}. Relisez-la "
                "d'abord avec « /atelier voir {ref} »."
            ),
            asked=asked,
            current=note.number if note else 0,
            ref=attempt.dossier.ref,
        )
    if (done := note.approved_by(attempt.role)) is not None:
        raise Refused(
            fr("Votre partie a déjà approuvé la version {version} : {by}. Rien de plus n'est attendu d'elle."),
            version=note.number, by=done,
        )  # fmt: skip
    answered_since(attempt, day_of(attempt, note.by), fr("la remise de cette version"))


def note_approuvee(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A9: one more approval; with the third, the note is received."""
    done = dossier.mission_().notes
    last = done[-1].model_copy(update={"approvals": (*done[-1].approvals, attempt.by())})
    if last.awaited:
        return recorded(dossier, notes=(*done[:-1], last))
    kept = recorded(dossier, notes=(*done[:-1], last), note_received=attempt.by())
    first = kept.mission_().commandes[0]
    if first.covers != "appropriation":
        return kept
    runs = rules.stop(kept.runs, RuleId.BC_EXECUTION, attempt.now, f"bc:{first.number}")  # its service is done
    return kept.model_copy(update={"runs": runs})


def apres_approbation(dossier: Dossier, _attempt: Attempt) -> State | None:
    """A9: validated once three parties have approved one version; until then, nothing moves."""
    note = dossier.mission_().note
    return State.NOTE_VALIDEE if note is not None and not note.awaited else None


def trois_accords(attempt: Attempt) -> None:
    """A10: no animation without three approvals on one version."""
    note = mission_of(attempt).note
    if note is None or note.awaited:
        raise Refused(
            fr(
                "La note n'est pas approuvée par les trois parties : l'animation ne peut pas commencer. « /atelier "
                "voir {ref} » montre qui doit encore l'approuver."
            ),
            ref=attempt.dossier.ref,
        )


def session_possible(attempt: Attempt) -> None:
    """A11: days to come, in order, on no public holiday, under a notified order."""
    form = given(attempt, Session)
    if form.premier_jour < attempt.today:
        raise Refused(fr("Le {day} est passé : donnez des jours à venir."), day=form.premier_jour)
    if form.dernier_jour < form.premier_jour:
        raise Refused(fr("Le dernier jour vient avant le premier : la session dure au moins un jour."))
    if form.dernier_jour > attempt.today + FAR:
        raise Refused(fr("Le {day} est dans plus de deux ans : vérifiez l'année."), day=form.dernier_jour)
    for day in _days(form):
        holiday = holidays(day.year, attempt.dossier.departement).get(day)
        if holiday:
            raise Refused(
                fr("Le {day} est férié ({holiday}) : choisissez d'autres jours."), day=day, holiday=Labels((holiday,))
            )
    if mission_of(attempt).covering_animation() is None:
        raise Refused(
            fr(
                "Aucun bon de commande notifié ne couvre l'animation : enregistrez d'abord celui d'animation, ou "
                "levez le point d'arrêt, puis programmez la session."
            )
        )


def _days(form: Session) -> tuple[date, ...]:
    span = (form.dernier_jour - form.premier_jour).days + 1
    return tuple(form.premier_jour + timedelta(days=n) for n in range(span))


def duree_habituelle(attempt: Attempt) -> Refused | None:
    """A11: two or three days on site, as the circular says (§4); anything else warns."""
    count = len(_days(given(attempt, Session)))
    if SITE_DAYS[0] <= count <= SITE_DAYS[1]:
        return None
    return Refused(fr("La session dure {count} jour(s) ; la circulaire (§4) en prévoit deux à trois."), count=count)


def jour_ouvre(attempt: Attempt) -> Refused | None:
    """A11: a Saturday or a Sunday may be meant: it is said."""
    where = attempt.dossier.departement
    off = [d for d in _days(given(attempt, Session)) if not is_working_day(d, where)]
    return Refused(fr("Le {day} n'est pas un jour ouvré : est-ce voulu ?"), day=off[0]) if off else None


def session_programmee(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A11: planned, or planned anew: the one before stays on the record."""
    form, done = given(attempt, Session), dossier.mission_().sessions
    planned = Planned(
        number=len(done) + 1, first=form.premier_jour, last=form.dernier_jour, visit=form.visite, plenary=form.seance,
        route=form.parcours, people=form.acteurs, by=attempt.by(),
    )  # fmt: skip
    return recorded(dossier, sessions=(*done, planned))


def session_finie(attempt: Attempt) -> None:
    """A12: both collective moments were held, and the days are over."""
    form, session = given(attempt, SessionTenue), mission_of(attempt).session
    if session is None:
        raise Refused(
            fr("Aucune session n'est programmée : programmez-la d'abord avec « /atelier session {ref} »."),
            ref=attempt.dossier.ref,
        )
    if attempt.today < session.last:
        raise Refused(fr("La session finit le {day} : constatez sa tenue à partir de ce jour."), day=session.last)
    if "non" in {form.visite_tenue, form.seance_tenue}:
        raise Refused(
            fr(
                "La visite et la séance collectives doivent avoir eu lieu toutes deux (circulaire, §4) : "
                "reprogrammez la session pour celle qui manque."
            )
        )


def session_tenue(dossier: Dossier, attempt: Attempt) -> Dossier:
    """A12: held; how many came, and the report."""
    form, done = given(attempt, SessionTenue), dossier.mission_().sessions
    held = done[-1].model_copy(
        update={"held": attempt.by(), "participants": form.participants, "report": form.compte_rendu}
    )
    return recorded(dossier, sessions=(*done[:-1], held))


def session_programmable(dossier: Dossier) -> bool:
    """A12: there is a session to speak of."""
    return dossier.mission_().session is not None
