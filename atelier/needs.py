"""The conditions of the table, each with the French sentence said when it fails."""

from __future__ import annotations

from atelier import rules
from atelier.completeness import missing_letters, missing_required, wanted_still
from atelier.fiche import item
from atelier.forms import DemandeComplement, PriseEnCharge, Reorientation, ReponseComplement
from atelier.grammar import Attempt
from atelier.references import OUTILS
from atelier.words import Labels, Refused, Role, RuleId, fr


def fiche_remplie(attempt: Attempt) -> None:
    """Every required answer of the fiche is there (circulaire §5)."""
    lacking = missing_required(attempt.dossier)
    if lacking:
        raise Refused(
            fr(
                "Il manque {count} réponse(s) obligatoire(s) : {names}. Complétez la fiche avec « /atelier reprendre {ref} »."
            ),
            count=len(lacking),
            names=Labels(i.asked.short for i in lacking),
            ref=attempt.dossier.ref,
        )


def deux_courriers(attempt: Attempt) -> None:
    """The engagement letter and the préfet's support letter are there (circulaire §5)."""
    for letter in missing_letters(attempt.dossier):
        raise Refused(_OWED[letter.name], ref=attempt.dossier.ref)


_OWED = {
    "courrier_engagement": fr(
        "Il manque le courrier d'engagement de la collectivité, que la collectivité doit déposer (circulaire, §5). "
        "L'instructeur le demande avec « /atelier completer {ref} »."
    ),
    "courrier_soutien": fr(
        "Il manque le courrier de soutien du préfet, que le service porteur doit déposer (circulaire, §5). "
        "L'instructeur le demande avec « /atelier completer {ref} »."
    ),
}


def dans_l_ordre(attempt: Attempt) -> None:
    """Requests are examined in order of arrival; another order needs its reason (circulaire §5)."""
    form = attempt.form
    ahead = attempt.around.ahead
    reason = form.motif.strip() if isinstance(form, PriseEnCharge) else ""
    if ahead and len(reason) < _REASON:
        raise Refused(
            fr(
                "{count} demande(s) plus ancienne(s) attend(ent) encore : {refs}. Les demandes sont examinées selon l'ordre "
                "d'arrivée (circulaire, §5) : prenez la première, ou donnez votre motif (10 caractères au moins)."
            ),
            count=len(ahead),
            refs=", ".join(ahead[:3]),
        )


_REASON = 10


def complement_cible(attempt: Attempt) -> None:
    """A complement names known fields or pieces (D4)."""
    form = attempt.form
    if isinstance(form, DemandeComplement):
        known = {value for value, _ in _fields(form)}
        for name in form.champs:
            if name not in known:
                raise Refused(fr("« {name} » n'est pas un champ de la fiche : choisissez dans la liste."), name=name)


def _fields(form: DemandeComplement) -> tuple[tuple[str, str], ...]:
    line = next(m for m in type(form).model_fields["champs"].metadata if hasattr(m, "choices"))
    choices: tuple[tuple[str, str], ...] = line.choices
    return choices


def complement_repondu(attempt: Attempt) -> None:
    """An answer changes something that was asked, or says why not (D5)."""
    form = attempt.form
    note = form.note.strip() if isinstance(form, ReponseComplement) else ""
    open_one = attempt.dossier.complement()
    if open_one is None:
        raise Refused(fr("Aucun complément n'est en attente sur cette demande."))
    if {w.field for w in open_one.wanted} <= wanted_still(attempt.dossier) and not note:
        raise Refused(
            fr(
                "Rien n'a changé depuis la demande de complément : modifiez un champ ou une pièce demandés, "
                "ou écrivez un mot à la DGALN qui explique pourquoi."
            )
        )


def a_sa_part(attempt: Attempt) -> None:
    """The collectivité answers for what it is asked; the rest is the bearer service's to answer (D5)."""
    open_one = attempt.dossier.complement()
    if attempt.role is not Role.COLL or open_one is None:
        return
    still = wanted_still(attempt.dossier)
    asked = [item(w.field) for w in open_one.wanted if w.field in still]
    others = [i.asked.short for i in asked if Role.COLL not in i.asked.who]
    if others:
        raise Refused(
            fr(
                "Le complément porte aussi sur : {names}, que le service porteur doit fournir. Ce que vous avez déposé est "
                "gardé ; le service répondra pour l'ensemble."
            ),
            names=Labels(others),
        )


def delai_de_reponse_passe(attempt: Attempt) -> None:
    """A request is closed without follow-up after the reminders only: once the time to answer is over (D11)."""
    open_one = next((r for r in rules.running(attempt.dossier) if r.rule is RuleId.CIBLE_COMPLEMENT), None)
    if open_one is not None and attempt.now <= rules.due(open_one, attempt.dossier):
        raise Refused(
            fr(
                "Le complément est attendu jusqu'au {due} : une demande se classe sans suite après les relances, "
                "jamais avant. Vous pouvez écrire au service, ou lever la demande de complément."
            ),
            due=rules.explained(open_one, attempt.dossier).due,
        )


def outil_connu(attempt: Attempt) -> None:
    """The other tool is one of the list (D9)."""
    form = attempt.form
    if isinstance(form, Reorientation) and form.outil not in OUTILS:
        raise Refused(fr("« {tool} » n'est pas dans la liste des outils : choisissez-en un."), tool=form.outil)


def pas_de_complement(attempt: Attempt) -> None:
    """No validation while a complement is pending."""
    if attempt.dossier.complement():
        raise Refused(fr("Un complément est encore attendu : levez la demande de complément avant de valider."))
