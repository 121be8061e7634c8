"""What an announcement says beside what its form holds."""

from __future__ import annotations

import pytest
from cases import taken

from atelier.decide import step_of
from atelier.words import Do
from chat.language import load
from handlers import saying

SAY = load().say("fr")
PREFET = "le service porteur en informe le préfet"


@pytest.mark.parametrize("act", [Do.ACTER, Do.VALIDER_ET_ACTER, Do.NOTIFIER_COMMANDE])
def test_the_act_asks_the_service_to_tell_the_prefet(act: Do) -> None:
    """The préfet has no account: the service, told of the act, is who tells them (D8); nobody outside the State is asked to."""
    step = step_of(act)
    tried, outcome = taken(step, step.source[0])
    assert tried.form is not None
    inside, outside = (saying.more(outcome, tried.form, {}, inside=state, secret=False) for state in (True, False))
    assert inside is not None
    assert (PREFET in SAY(inside)) is (act is not Do.NOTIFIER_COMMANDE)
    assert outside is None or PREFET not in SAY(outside)
