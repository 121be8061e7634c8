"""The answer of a groupement that is no longer asked: refused politely, and kept in the journal."""

from __future__ import annotations

import hashlib
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
    _noted(here, dossier, token.act, " ".join(str(v) for v in (given or {}).values()).strip())
    return say(
        here,
        tr(
            "Merci de votre réponse. Votre groupement n'est plus sollicité pour cet atelier : elle arrive trop tard pour "
            "changer la désignation, mais elle est gardée au dossier."
        ),
    )


def _noted(here: Here, dossier: Dossier, act: str, words: str) -> None:
    """Once a person, a gesture and a round, in the journal and for AD1; words that come after are kept too, once."""
    said = f"{dossier.ref}:{here.person.id}:{act}:{_round(here, dossier)}"
    key = f"tardif:{hashlib.sha256(said.encode()).hexdigest()[:40]}"
    first = here.unit.counters.next(key) == 1
    spoken = bool(words) and here.unit.counters.next(f"{key}:mots") == 1
    if first or spoken:
        by = By(person=here.person.id, role=Role.MAND, at=here.now)
        here.unit.journal.write(
            dossier.ref, what=LATE, by=by, at=here.now, from_state=dossier.state, to_state=dossier.state,
            text=words, details={"geste": act},
        )  # fmt: skip
    if first:
        who = names.who_is(here.person, Role.MAND)
        notices.in_review(here, dossier, tr("{who} a répondu trop tard : sa réponse est gardée au journal.", who=who))


def _round(here: Here, dossier: Dossier) -> int:
    """Which solicitation of their groupement was the last."""
    mission, mine = dossier.mission_(), {h.scope for h in here.person.holdings}
    asked = (s.number for s in mission.sollicitations if mission.scope_of(s.groupement) in mine)
    return max(asked, default=0)


def was_asked(here: Here, dossier: Dossier) -> bool:
    """True for who stands for a groupement asked once, and set aside since."""
    mission = dossier.mission
    return mission is not None and any(mission.was_asked(h.scope) for h in here.person.holdings)
