"""The contract an atelier is acted under (D8): chosen by AD1, and put right by it until a groupement is asked."""

from __future__ import annotations

from atelier.contracts import AccordCadre
from atelier.designation import designation_ouverte, en_vigueur
from atelier.dossier import Dossier
from atelier.forms_designation import Acte
from atelier.grammar import Attempt
from atelier.mission import Mission
from atelier.recording import given, recorded
from atelier.words import Refused, Role, fr

ACCORD_CADRE = "accord_cadre"
"""Its code among what may be put right."""


def accord_cadre_en_vigueur(attempt: Attempt) -> None:
    """D8: the contract chosen is known, complete, in force, and not spent (R2162-5; DOMAIN §4)."""
    _usable(given(attempt, Acte).accord_cadre, attempt)


def autre_accord_cadre(attempt: Attempt, value: object) -> None:
    """C3: another contract, by who acts ateliers, on the conditions of the act. Raises Refused."""
    if Role.AD1V not in attempt.dossier.roles_of(attempt.person):
        raise Refused(
            fr("L'accord-cadre d'un atelier se choisit au bureau AD1 : demandez à un valideur de le rectifier.")
        )
    _usable(str(value), attempt)


def place_sous(dossier: Dossier, attempt: Attempt, code: str) -> Dossier:
    """C3: the atelier under another contract, and under the general terms it follows."""
    return recorded(dossier, contract=code, ccag=_chosen(code, attempt).ccag)


def actee(dossier: Dossier, attempt: Attempt) -> Dossier:
    """D8: the atelier begins, under this contract, by this act."""
    form = given(attempt, Acte)
    chosen = _chosen(form.accord_cadre, attempt)
    mission = Mission(contract=chosen.code, ccag=chosen.ccag, act=form.acte, acted=attempt.by())
    return dossier.model_copy(update={"mission": mission})


def _usable(code: str, attempt: Attempt) -> None:
    chosen = _chosen(code, attempt)
    designation_ouverte(chosen)
    en_vigueur(chosen, attempt)
    _not_spent(chosen, attempt)


def _chosen(code: str, attempt: Attempt) -> AccordCadre:
    chosen = next((c for c in attempt.around.contracts if c.code == code), None)
    if chosen is None:
        known = ", ".join(c.code for c in attempt.around.contracts)
        raise Refused(
            fr("« {code} » n'est pas un accord-cadre enregistré. Écrivez l'un de ceux-ci : {known}."),
            code=code,
            known=known,
        )
    return chosen


def _not_spent(contract: AccordCadre, attempt: Attempt) -> None:
    most, spent = contract.montant_maximum_ht, contract.solde_ouverture_ht + attempt.around.spent
    if most is not None and spent >= most:
        raise Refused(
            fr(
                "Les bons de commande de l'accord-cadre {code} ont atteint son maximum de {most} : aucun atelier ne peut plus "
                "y être acté. Choisissez un autre accord-cadre en vigueur, ou attendez son successeur."
            ),
            code=contract.code,
            most=most,
        )
