"""The atelier as facts of a card: who was designated, which orders, where note, session and deliverable stand.

`inside` is the State's view: contracts, credits and amounts never leave its platform. Ranks are AD1's alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from atelier import deposits
from atelier.appropriation import LIVRABLE, NOTE
from atelier.calendar import local_day
from atelier.contracts import AccordCadre
from atelier.designation import BY_ANSWER, BY_BUTTON
from atelier.dossier import Dossier
from atelier.labels import OF_THE_STATE, ROLES
from atelier.mission import Commande, Livrable, NoteVersion, Session, Sollicitation, Verification
from chat.cards import Fact
from chat.text import Text, joined, raw, tr
from handlers import names
from handlers.around import contract_of
from handlers.here import Here
from storage.unit import Unit

ANSWERS = {"": tr("réponse attendue"), "disponible": tr("disponible"), "indisponible": tr("indisponible")}
COVERS = {
    "appropriation": tr("appropriation"),
    "animation": tr("animation et restitution"),
    "mission": tr("toute la mission"),
}
SENSES = {
    "recu": tr("reçu"),
    "recu_refaction": tr("reçu avec réfaction"),
    "recu_tacite": tr("reçu tacitement"),
    "rejete": tr("rejeté"),
    "rejete_tacite": tr("rejeté tacitement"),
}


def facts(unit: Unit, dossier: Dossier, *, inside: bool) -> Iterator[Fact]:
    """What everybody of the atelier may read, and what the State alone does."""
    mission = dossier.mission
    if mission is None:
        return
    if mission.groupement:
        team = joined([raw(name) for name in mission.team], ", ")
        yield Fact(
            name=tr("Groupement désigné"), value=tr("{name} — {team}", name=groupement(unit, dossier), team=team)
        )
    if inside:
        yield from _of_the_state(unit, dossier)
    for order in mission.commandes:
        name = tr("Bon de commande n° {number}", number=order.number)
        yield Fact(name=name, value=_order(order, inside=inside))
    if mission.note is not None:
        yield Fact(name=tr("Note d'appropriation"), value=_filed(dossier, NOTE, _note(mission.note)))
    yield from _left(unit, dossier, NOTE, tr("Note d'appropriation"))
    if mission.session is not None:
        yield Fact(name=tr("Session"), value=_session(mission.session))
    if mission.livrable is not None:
        yield Fact(name=tr("Livrable"), value=_filed(dossier, LIVRABLE, _deliverable(mission.livrable)))
    yield from _left(unit, dossier, LIVRABLE, tr("Livrable"))
    if mission.elus is not None:
        yield Fact(name=tr("Restitution aux élus"), value=tr("le {day}", day=mission.elus.on))
    for follow_up in mission.suivis:
        yield Fact(name=tr("Suivi à {months} mois", months=follow_up.months), value=raw(follow_up.text))


def ranks(unit: Unit, dossier: Dossier) -> Iterator[Fact]:
    """The solicitations, for AD1 alone: rank, groupement, answer, and why one was set aside."""
    contract = contract_of(unit, dossier)
    for asked in dossier.mission.sollicitations if dossier.mission else ():
        name = tr("Rang {rank}, {groupement}", rank=asked.rank, groupement=_name(contract, asked.groupement))
        yield Fact(name=name, value=_solicitation(unit, dossier, contract, asked))


def _solicitation(unit: Unit, dossier: Dossier, contract: AccordCadre | None, asked: Sollicitation) -> Text:
    parts = [tr("sollicité le {day}", day=local_day(asked.sent.at, dossier.departement))]
    if asked.receipt is not None:
        parts.append(tr("reçu le {day} ({means})", day=asked.receipt.on, means=_means(asked.receipt.means)))
    parts.append(ANSWERS[asked.answer])
    if asked.available_from is not None:
        parts.append(tr("à partir du {day}", day=asked.available_from))
    if asked.words:
        parts.append(tr("« {text} »", text=raw(asked.words)))
    if asked.set_aside is not None:
        who, reason = names.who(unit, asked.set_aside), _motif(contract, asked.reason)
        parts.append(tr("écarté par {who} : {reason}", who=who, reason=reason))
    return joined(parts, ", ")


def _means(means: str) -> Text:
    """How it was received: our own words when the groupement answered here, somebody's own otherwise."""
    return tr(means) if means in {BY_BUTTON, BY_ANSWER} else raw(means)


def _motif(contract: AccordCadre | None, code: str) -> Text:
    found = contract.motif(code) if contract else None
    return raw(found.libelle if found else code)


def groupement(unit: Unit, dossier: Dossier) -> Text:
    """The name of the groupement designated."""
    return _name(contract_of(unit, dossier), dossier.mission_().groupement)


def _name(contract: AccordCadre | None, code: str) -> Text:
    found = contract.groupement(code) if contract else None
    return raw(found.nom if found else code)


def _of_the_state(unit: Unit, dossier: Dossier) -> Iterator[Fact]:
    mission, contract = dossier.mission_(), contract_of(unit, dossier)
    name = raw(contract.nom if contract else mission.contract)
    yield Fact(name=tr("Accord-cadre"), value=tr("{name}, acte {act}", name=name, act=raw(mission.act)))
    if mission.credits is not None:
        given = mission.credits
        value = tr(
            "AE {ae}, CP {cp}, UO {uo}, Chorus {chorus}",
            ae=given.ae, cp=given.cp, uo=raw(given.uo), chorus=raw(given.chorus),
        )  # fmt: skip
        yield Fact(name=tr("Crédits délégués"), value=value)


def _order(order: Commande, *, inside: bool) -> Text:
    parts = [COVERS[order.covers], tr("reçu le {day}", day=order.receipt.on)]
    if inside:
        parts[:0] = [tr("EJ {ej}", ej=raw(order.ej)), tr("{amount} HT", amount=order.amount)]
    if order.lifted is not None:
        parts.append(tr("point d'arrêt levé"))
    if inside and order.asked is not None:
        parts.append(tr("paiement demandé le {day}", day=order.asked.on))
    if inside and order.paid is not None:
        parts.append(tr("payé le {day}", day=order.paid.on))
    return joined(parts, ", ")


def _filed(dossier: Dossier, kind: str, said: Text) -> Text:
    """What was handed in, with the name of its file: another one may have been dropped since."""
    piece = deposits.handed(dossier, kind)
    return tr("{said} — « {file} »", said=said, file=raw(piece.name)) if piece else said


def _left(unit: Unit, dossier: Dossier, kind: str, label: Text) -> Iterator[Fact]:
    """What was dropped and is not handed in: it counts for nothing yet."""
    piece = deposits.waiting(dossier, kind)
    if piece is not None:
        said = tr("pas encore remise : « {file} », par {who}", file=raw(piece.name), who=names.who(unit, piece.by))
        yield Fact(name=tr("{label}, version déposée", label=label), value=said)


def _note(note: NoteVersion) -> Text:
    version = tr("version {number}", number=note.number)
    if not note.awaited:
        return tr("{version}, approuvée par les trois parties", version=version)
    if not note.approvals:
        return tr("{version}, observations formulées : une nouvelle version est attendue", version=version)
    waiting = joined((tr(ROLES[role]) for role in note.awaited), ", ")
    return tr("{version}, approbation attendue : {who}", version=version, who=waiting)


def _session(session: Session) -> Text:
    days = tr("du {first} au {last}", first=session.first, last=session.last)
    if session.held is not None:
        return tr("{days}, tenue, {count} participant(s)", days=days, count=session.participants)
    return tr(
        "{days}, visite : {visit} ; séance : {plenary}",
        days=days,
        visit=raw(session.visit),
        plenary=raw(session.plenary),
    )


def _deliverable(handed: Livrable) -> Text:
    parts = [tr("n° {number}, déclaré le {day}", number=handed.number, day=handed.declared_on)]
    if handed.receipt is not None:
        parts.append(tr("remise confirmée le {day}", day=handed.receipt.on))
    if handed.adjournment is not None:
        parts.append(tr("ajourné le {day}", day=handed.adjournment.notified.on))
    if handed.verified is not None:
        parts.append(_verified(handed.verified))
    return joined(parts, ", ")


def _verified(found: Verification) -> Text:
    return tr("{sense} le {day}", sense=SENSES[found.sense], day=found.on)


def of(here: Here, dossier: Dossier) -> tuple[Fact, ...]:
    """The atelier's facts as this person may read them."""
    from_state = bool(dossier.roles_of(here.person) & OF_THE_STATE)
    return tuple(facts(here.unit, dossier, inside=from_state))
