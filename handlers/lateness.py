"""The answer of a groupement that is no longer asked: refused politely, and kept in the journal."""

from __future__ import annotations

from collections.abc import Mapping

from atelier.dossier import By, Dossier
from atelier.words import Do, Reference, Role
from chat.cards import Token
from chat.talk import Answer
from chat.text import tr
from handlers import names, notices
from handlers.here import Here, say
from storage.errors import NotFound

ANSWERS = frozenset({Do.DISPONIBLE, Do.INDISPONIBLE, Do.ACCUSER_RECEPTION})
LATE = "réponse tardive"


def late(here: Here, token: Token, given: Mapping[str, object] | None = None) -> Answer | None:
    """The polite refusal, or None when this is no late answer of a groupement set aside."""
    if token.act not in ANSWERS:
        return None
    try:
        dossier = here.unit.dossiers.get(Reference(token.ref))
    except NotFound:
        return None
    if not was_asked(here, dossier) or Role.MAND in dossier.roles_of(here.person):
        return None
    by = By(person=here.person.id, role=Role.MAND, at=here.now)
    here.unit.journal.write(
        dossier.ref, what=LATE, by=by, at=here.now, from_state=dossier.state, to_state=dossier.state,
        text=" ".join(str(v) for v in (given or {}).values()), details={"geste": token.act},
    )  # fmt: skip
    who = names.who_is(here.person, Role.MAND)
    notices.in_review(here, dossier, tr("{who} a répondu trop tard : sa réponse est gardée au journal.", who=who))
    return say(
        here,
        tr(
            "Merci de votre réponse. Votre groupement n'est plus sollicité pour cet atelier : elle arrive trop tard pour "
            "changer la désignation, mais elle est gardée au dossier."
        ),
    )


def was_asked(here: Here, dossier: Dossier) -> bool:
    """True for who stands for a groupement asked once, and set aside since."""
    mission = dossier.mission
    return mission is not None and any(mission.was_asked(h.scope) for h in here.person.holdings)
