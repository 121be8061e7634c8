"""The ranks of a contract put right while a cascade is under way: whose turn it was is not what the file says now."""

from __future__ import annotations

from atelier.contracts import AccordCadre
from atelier.grammar import Attempt
from atelier.mission import Mission
from atelier.words import Refused, fr


def moved(mission: Mission, contract: AccordCadre) -> tuple[str, ...]:
    """The groupements asked in the round under way whose rank is now another one, or none: by name."""
    last = max((s.round for s in mission.sollicitations), default=0)
    asked = ((s, contract.groupement(s.groupement)) for s in mission.sollicitations if s.round == last)
    return tuple(g.nom if g else s.groupement for s, g in asked if g is None or g.rang != s.rank)


def classement_change(attempt: Attempt) -> Refused | None:
    """A2: the ranks are not those this groupement was asked by: whether it was its turn is for a person to say."""
    contract, mission = attempt.around.contract, attempt.dossier.mission
    names = moved(mission, contract) if mission is not None and contract is not None else ()
    if contract is None or not names:
        return None
    return Refused(
        fr(
            "Le classement de l'accord-cadre {code} a changé depuis ces sollicitations ({names}) : ce groupement n'a peut-être "
            "pas été sollicité à son tour. Vérifiez avant de désigner."
        ),
        code=contract.code,
        names=" ; ".join(names),
    )
