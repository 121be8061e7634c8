"""The long texts that may be put right: what the service itself told of the session, of the restitution, of what came after.

What somebody else said is theirs and is never rewritten: observations, answers, the note that three parties approved. Nor
is the motive of a decision that was notified: it is its signed document that counts, and a new decision corrects it.
"""

from __future__ import annotations

from collections.abc import Iterator

from atelier.correctable import Recorded
from atelier.dossier import Dossier
from atelier.parts import Restitution, Session, Suivi
from atelier.putting import Put, follow_up, restitution, session
from atelier.words import Role, fr

SIX = 6


def narratives(dossier: Dossier) -> Iterator[Recorded]:
    """Every text of this atelier that the service may put right, in the order it was recorded."""
    mission = dossier.mission_()
    if mission.session is not None and mission.session.held is not None:
        yield from _of_session(mission.session)
    if mission.elus is not None:
        yield from _of_restitution(mission.elus)
    for one in mission.suivis:
        yield from _of_follow_up(one)


def _of_session(held: Session) -> Iterator[Recorded]:
    """Once it was held: until then, it is planned anew."""
    for code, label, value, what in (
        ("session.visite", fr("Visite collective"), held.visit, "visit"),
        ("session.seance", fr("Séance collective"), held.plenary, "plenary"),
    ):
        yield Recorded(code, label, "", "text", value, session(what))
    yield _long("session.parcours", fr("Parcours de la visite"), held.route, session("route"))
    yield _long("session.acteurs", fr("Acteurs clés de la session"), held.people, session("people"))
    yield _long("session.compte_rendu", fr("Compte rendu de la session"), held.report, session("report"))


def _of_restitution(done: Restitution) -> Iterator[Recorded]:
    label = fr("Partenaires de la restitution aux élus")
    yield _long("elus.partenaires", label, done.partners, restitution("partners"))
    yield _long("elus.relais", fr("Prise de relais"), done.takeover, restitution("takeover"))


def _of_follow_up(done: Suivi) -> Iterator[Recorded]:
    """What the collectivité answered is its own."""
    if done.by.role is Role.SVC:
        label = fr("Suites données à six mois") if done.months == SIX else fr("Suites données à douze mois")
        yield _long(f"suivi{done.months}.suites", label, done.text, follow_up(done.months))


def _long(code: str, label: str, value: str, put: Put) -> Recorded:
    return Recorded(code, label, "", "long", value, put)
