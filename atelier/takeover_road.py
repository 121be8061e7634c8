"""The milestones of the road as a row of the table tells them, from the act to the deliverable handed in."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from atelier.dossier import Dossier
from atelier.grammar import Attempt
from atelier.mission import Livrable, NoteVersion, Remark
from atelier.recording import recorded
from atelier.tables import plain
from atelier.takeover_past import UNTOLD, Past
from atelier.words import Do, Role, State

at, do = State, Do


def _acted(past: Past) -> None:
    code = past.terms.contract.code if past.terms.contract else ""
    past.step(do.ACTER, "acte_le", {"accord_cadre": code, "acte": past.row.text("acte")})


def _asked(past: Past) -> None:
    """The ranks asked, when the row tells of them and the contract has some."""
    row = past.row
    if not row.text("sollicite_le") or past.terms.contract is None or not past.terms.contract.ranked():
        return
    past.step(do.SOLLICITER, "sollicite_le")
    for code in past.terms.motives:
        past.step(do.ECARTER, "sollicite_le", {"motif_contrat": code, "justificatif": UNTOLD})
    if row.text("sollicitation_reception"):
        got = past.received("sollicitation_", "sollicitation_reception")
        past.step(do.ENREGISTRER_RECEPTION, "sollicitation_reception", got, prefix="sollicitation_")
    answer, day = row.one_of("reponse", ("disponible", "indisponible")), row.day("reponse_le")
    if answer == "disponible":
        past.step(do.DISPONIBLE, "sollicite_le", {"equipe": ", ".join(past.terms.team) or UNTOLD}, day=day)
    elif answer == "indisponible":
        past.step(do.INDISPONIBLE, "sollicite_le", {"motif": UNTOLD}, day=day)


def _designated(past: Past) -> None:
    mission = past.dossier.mission_()
    if asked := mission.asked():
        if not asked.answer:
            past.step(do.DISPONIBLE, "designe_le", {"equipe": ", ".join(past.terms.team)})
        past.step(do.DESIGNER, "designe_le", {"equipe": past.terms.team})
        return
    code, team = past.terms.groupement.code if past.terms.groupement else "", past.terms.team
    past.step(do.DESIGNER, "designe_le", then=lambda d, a: recorded(d, groupement=code, team=team, designated=a.by()))


def _credited(past: Past) -> None:
    row = past.row
    told = {"ae": row.amount("ae"), "cp": row.amount("cp"), "uo": row.text("uo"), "chorus": row.text("chorus")}
    past.step(do.DELEGUER_CREDITS, "credits_le", told)


def _ordered(past: Past) -> None:
    told = _order(past, "bc1_") | {"objet": plain(past.row.text("bc1_objet"))}
    past.step(do.NOTIFIER_COMMANDE, "bc1_reception", told, prefix="bc1_")


def _order(past: Past, prefix: str) -> dict[str, object]:
    row = past.row
    told = {"ej": row.text(f"{prefix}ej"), "montant": row.amount(f"{prefix}montant"), "delai": row.delay(f"{prefix}delai")}  # fmt: skip
    return past.received(prefix, f"{prefix}reception") | told


def _noted(past: Past) -> None:
    """The note as handed in last: the versions before it are counted, their words are not known."""
    row = past.row
    last = row.count("note_version", 20) or 1
    fixed: dict[str, object] = {
        "charge_jours": row.count("note_charge_jours", 400), "jours_sur_site": row.count("note_jours_sur_site", 400),
        "delai_restitution": row.delay("note_delai"), "forme": plain(row.text("note_forme", "autre")), "piece": "",
        "contenu": row.text("note_contenu", UNTOLD), "animation": row.text("note_animation", UNTOLD),
    }  # fmt: skip

    def handed(dossier: Dossier, attempt: Attempt) -> Dossier:
        by = attempt.by()
        older = {"by": by, "observations": (Remark(text=UNTOLD, by=by),)}
        versions = [NoteVersion.model_validate(fixed | older | {"number": n}) for n in range(1, last)]
        current = NoteVersion.model_validate(fixed | {"by": by, "approvals": (by,), "number": last})
        return recorded(dossier, notes=(*versions, current))

    past.step(do.REMETTRE_NOTE, "note_remise_le", role=Role.MAND, then=handed)
    agreed = _AGREED.get(plain(row.text("note_accords")))
    if agreed is not None and not row.text("note_approuvee_le"):
        _approved_by(past, agreed, "note_remise_le")


_AGREED = MappingProxyType({"service": Role.SVC_SIGN, "collectivite": Role.COLL_SIGN})


def _approved_by(past: Past, party: Role, column: str) -> None:
    note = past.dossier.mission_().note
    document = past.row.text("note_document", past.source)
    past.step(do.APPROUVER_NOTE, column, {"version": note.number if note else 0, "document": document}, role=party)


def _approved(past: Past) -> None:
    for party in _AGREED.values():
        _approved_by(past, party, "note_approuvee_le")


def _animated(past: Past) -> None:
    row = past.row
    if row.text("point_arret_le"):
        past.step(do.LEVER_POINT_D_ARRET, "point_arret_le")
    else:
        past.step(do.NOTIFIER_COMMANDE_ANIMATION, "bc2_reception", _order(past, "bc2_"), prefix="bc2_")
    if row.text("session_du") and row.text("session_au"):
        day = row.day("point_arret_le") or row.day("bc2_reception")
        told: dict[str, object] = {
            name: row.text(f"session_{name}", UNTOLD) for name in ("visite", "seance", "parcours", "acteurs")
        }
        days = {"premier_jour": past.on("session_du"), "dernier_jour": past.on("session_au")}
        past.step(do.PROGRAMMER_SESSION, "session_du", told | days, prefix="session_", day=day)


def _held(past: Past) -> None:
    count = past.row.count("session_participants", 100_000) or 0
    held = {"visite_tenue": "oui", "seance_tenue": "oui", "participants": count, "compte_rendu": UNTOLD}
    past.step(do.TENIR_SESSION, "session_au", held)


def _declared(past: Past) -> None:
    column = "livrable_declare_le" if past.row.text("livrable_declare_le") else "livrable_remis_le"
    day = past.on(column)

    def handed(dossier: Dossier, attempt: Attempt) -> Dossier:
        return recorded(dossier, livrables=(Livrable(number=1, piece="", declared_on=day, by=attempt.by()),))

    past.step(do.REMETTRE_LIVRABLE, column, then=handed)


def _confirmed(past: Past) -> None:
    past.step(do.CONFIRMER_REMISE, "livrable_remis_le", past.received("livrable_", "livrable_remis_le"))


ROAD: MappingProxyType[State, Callable[[Past], None]] = MappingProxyType(
    {
        at.ACTE: _acted, at.DESIGNATION: _asked, at.DESIGNE: _designated, at.CREDITS_DELEGUES: _credited,
        at.APPROPRIATION: _ordered, at.NOTE_REMISE: _noted, at.NOTE_VALIDEE: _approved, at.ANIMATION: _animated,
        at.RESTITUTION: _held, at.LIVRABLE_DECLARE: _declared, at.LIVRABLE_REMIS: _confirmed,
    }
)  # fmt: skip
"""How each milestone is retaken."""
