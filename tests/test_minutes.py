"""What the procès-verbal attests of each answer's last day: counted from its own reception, where the atelier is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from cases import CONTRACT, NOON, complete, take, walk
from test_documents_proces_verbal import packed, told

from atelier.dossier import Dossier
from atelier.words import Do, Role
from documents.designation import ProcesVerbal
from handlers.minutes import minutes

DAY = timedelta(days=1)
ASKED = (Do.TRANSMETTRE, Do.PRENDRE_EN_CHARGE, Do.VALIDER, Do.ACTER, Do.SOLLICITER)
RECEIVED = (Do.ENREGISTRER_RECEPTION, Role.AD1V)
REFUSED = (RECEIVED, Do.INDISPONIBLE, Do.ECARTER)
TO_VERIFY = "les jours fériés du département 988 ne sont pas confirmés"


def asked(departement: str = "55") -> Dossier:
    """A request whose rank 1 is asked."""
    return walk(ASKED, complete().model_copy(update={"departement": departement}))


def designated(dossier: Dossier, *team: str, after: timedelta = DAY) -> ProcesVerbal:
    """The minutes once the groupement asked now says yes, a day later."""
    available = walk((Do.DISPONIBLE,), dossier, at=NOON + after)
    return minutes(take(available, Do.DESIGNER, at=NOON + after, equipe=team or ("Un",)), CONTRACT)


@pytest.mark.parametrize(("departement", "doubtful"), [("988", True), ("55", False)])
def test_a_last_day_counted_with_holidays_that_are_not_confirmed_says_so_once(departement: str, doubtful: bool) -> None:
    dossier = walk((*REFUSED, RECEIVED), asked(departement))
    text = packed(told(designated(dossier, "Deux")))
    assert text.count(packed("au plus tard le 4 décembre 2026")) == 2
    assert text.count(packed("4 décembre 2026 (date à vérifier")) == (2 if doubtful else 0)
    assert text.count(packed(TO_VERIFY)) == (1 if doubtful else 0), "the reason is a note, once"
    assert (packed("n'y fixe pas les jours fériés".replace("'", "’")) in text) is doubtful


def test_the_last_day_is_that_of_its_own_round() -> None:
    dossier = walk((*REFUSED, *REFUSED, *REFUSED), asked())
    later = NOON + 30 * DAY
    dossier = walk((Do.REPRENDRE_CASCADE, RECEIVED), dossier, at=later)
    dues = [one.due for one in designated(dossier, after=31 * DAY).solicitations]
    assert dues == [*[date(2026, 12, 4)] * 3, date(2027, 1, 4)]


def test_the_last_day_follows_a_reception_put_right() -> None:
    dossier = walk((RECEIVED,), asked())
    right = {"saisie": "sollicitation.reception", "valeur": "2026-11-25", "motif": "Accusé relu."}
    (one,) = designated(take(dossier, Do.RECTIFIER, Role.AD1V, at=NOON + DAY, **right)).solicitations
    assert (one.received, one.due) == (date(2026, 11, 25), date(2026, 12, 7))
    done = walk((Do.DISPONIBLE, Do.DESIGNER), dossier, at=NOON + DAY)
    late = take(done, Do.RECTIFIER, Role.AD1V, at=NOON + 2 * DAY, **right)
    (one,) = minutes(late, CONTRACT).solicitations
    assert (one.received, one.due) == (date(2026, 11, 25), date(2026, 12, 7))


def test_what_was_not_received_had_no_last_day() -> None:
    dossier = walk((*REFUSED, *REFUSED, *REFUSED), asked())
    dossier = walk((Do.REPRENDRE_CASCADE,), dossier, at=NOON + 30 * DAY)
    unseen = dossier.mission_().sollicitations[-1]
    assert unseen.receipt is None
    assert designated(dossier, after=31 * DAY).solicitations[-1].due is None
