"""What the procès-verbal attests of each answer's last day: counted from its own reception, where the atelier is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from cases import CONTRACT, NOON, attempt, complete, somebody, take, walk
from test_documents_proces_verbal import packed, told

from atelier.decide import decide
from atelier.dossier import Dossier
from atelier.words import Do, Role
from documents.designation import Answer, ProcesVerbal, kept_order
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


def test_who_is_set_aside_before_its_time_is_not_told_as_silent() -> None:
    """A conflict of interests says nothing of an answer: « aucune réponse dans le délai » is attested once that time is over."""
    early = designated(walk((RECEIVED, Do.ECARTER, RECEIVED), asked()), "Deux")
    assert early.solicitations[0].answer is Answer.UNANSWERED
    text = packed(told(early))
    assert packed("Sans réponse quand il a été écarté") in text
    assert packed("Aucune réponse dans le délai") not in text
    unseen = designated(walk((Do.ECARTER, RECEIVED), asked()), "Deux")
    assert unseen.solicitations[0].answer is Answer.UNANSWERED  # never received: no time ran
    received = walk((RECEIVED,), asked())
    last = datetime(2026, 12, 4, 22, 59, 59, tzinfo=UTC)  # Friday 4 December, a second before midnight in Bar-le-Duc
    for moment, said in ((last, Answer.UNANSWERED), (last + timedelta(seconds=1), Answer.SILENCE)):
        dossier = walk((RECEIVED,), take(received, Do.ECARTER, at=moment), at=moment + DAY)
        assert designated(dossier, "Deux", after=20 * DAY).solicitations[0].answer is said


def test_an_answer_on_paper_is_of_the_day_it_was_received() -> None:
    dossier = walk((RECEIVED,), asked())
    late = NOON + 15 * DAY  # entered on 9 December; received on the 3rd, within the ten days that end on the 4th
    tried = attempt(dossier, Do.DISPONIBLE, Role.MAND, at=late)
    paper = replace(
        tried, person=somebody(Role.AD1V), behalf=somebody(Role.MAND), document="lettre", received=date(2026, 12, 3)
    )
    done = take(decide(paper, Do.DISPONIBLE).dossier, Do.DESIGNER, at=late)
    (one,) = minutes(done, CONTRACT).solicitations
    assert (one.answered, one.due) == (date(2026, 12, 3), date(2026, 12, 4))


def test_overseas_nothing_is_received_before_it_is_sent() -> None:
    """In Tahiti it is the evening before: the days of the document are those of the place, as its delays are."""
    morning = datetime(2026, 11, 25, 8, tzinfo=UTC)  # 9 h in Paris on the 25th, 22 h in Papeete on the 24th
    dossier = walk(ASKED, complete().model_copy(update={"departement": "987"}), at=morning)
    dossier = walk((Do.ACCUSER_RECEPTION, Do.DISPONIBLE, Do.DESIGNER), dossier, at=morning + timedelta(hours=1))
    written = minutes(dossier, CONTRACT)
    (one,) = written.solicitations
    assert (one.received, written.acted) == (date(2026, 11, 24), date(2026, 11, 24))
    assert isinstance(one.sent, datetime)
    assert (one.sent.date(), one.sent.hour) == (date(2026, 11, 24), 22)
    last = CONTRACT.model_copy(update={"date_fin_validite": date(2026, 11, 24)})
    kept_order(minutes(dossier, last))  # decided on its last day there: the document is not refused
