"""What is refused, by name: each condition of an atelier's rows said no once, with the whole sentence people read."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from cases import (
    AFTER,
    CONTRACT,
    CONTRACT_2021,
    NOON,
    attempt,
    in_state,
    moment,
    ready,
    somebody,
    take,
    under_2021,
    walk,
    whole_mission,
)

import atelier
from atelier import appropriation as note
from atelier import designation as rank
from atelier import refaction as price
from atelier import verification as verify
from atelier.contracts import AccordCadre
from atelier.decide import decide, step_of
from atelier.dossier import Dossier, Holding
from atelier.grammar import Attempt
from atelier.words import Do, Refused, Role, State

MODULES = (
    "designation", "credits", "commandes", "appropriation", "remise", "verification", "refaction", "prolongation",
    "paiements", "penalites", "ending", "corrections", "correction_bounds", "recording", "starting", "decide",
)  # fmt: skip
DAY = timedelta(days=1)
MISSED = date(2026, 11, 20)
"""A day before anything here."""
TOMORROW = date(2026, 11, 25)


@dataclass(frozen=True)
class No:
    """Somebody tries, and reads this."""

    act: Do
    said: str
    where: State | Callable[[], Dossier]
    changes: dict[str, object] = field(default_factory=dict)
    at: datetime | None = None
    role: Role | None = None
    contract: AccordCadre | None = None
    spent: Decimal = Decimal(0)
    file: bool = True
    warp: Callable[[Attempt], Attempt] = lambda tried: tried
    check: Callable[[Attempt], object] | None = None
    """The condition alone, where the gesture would not even be shown."""

    def attempt(self) -> Attempt:
        """The attempt, in its world."""
        dossier = in_state(self.where) if isinstance(self.where, State) else self.where()
        at = self.at or (moment(self.where) if isinstance(self.where, State) else NOON)
        dossier = ready(dossier, self.act) if self.file else dossier
        tried = attempt(dossier, self.act, self.role or step_of(self.act).by[0], at=at, **self.changes)
        around = replace(tried.around, spent=self.spent)
        if self.contract is not None:
            around = replace(around, contract=self.contract, contracts=(self.contract,))
        return self.warp(replace(tried, around=around))

    def refused(self) -> Refused:
        """What is said no with; a failure when nothing is."""
        tried = self.attempt()
        with pytest.raises(Refused) as refused:
            self.check(tried) if self.check else decide(tried, self.act)
        return refused.value


def with_(dossier: Dossier, **parts: object) -> Dossier:
    """The dossier as no step leaves it: for the conditions that guard against a fault of the table."""
    return dossier.model_copy(update={"mission": dossier.mission_().model_copy(update=parts)})


def unranked() -> AccordCadre:
    """A contract whose second rank has no proof."""
    first, second, third = CONTRACT.groupements
    return CONTRACT.model_copy(update={"groupements": (first, second.model_copy(update={"preuve_du_rang": ""}), third)})


def over() -> AccordCadre:
    """A contract whose validity ended the day before."""
    return CONTRACT.model_copy(update={"date_fin_validite": date(2026, 11, 23)})


def silent() -> Dossier:
    """A groupement that received the solicitation and says nothing."""
    return take(in_state(State.DESIGNATION), Do.ACCUSER_RECEPTION)


def adjourned(*acts: Do) -> Dossier:
    """A deliverable adjourned, and what followed."""
    return walk(acts, in_state(State.AJOURNE), at=AFTER)


def reducing(*acts: Do) -> Dossier:
    """A reduction announced on Monday 14 December."""
    return walk((Do.INVITER_A_OBSERVER, *acts), in_state(State.LIVRABLE_REMIS), at=AFTER)


def paid() -> Dossier:
    """The first order, asked for and paid."""
    return walk((Do.DEMANDER_PAIEMENT, Do.PAYER), in_state(State.RECU), at=AFTER)


def again() -> Dossier:
    """A deliverable adjourned, then handed in anew."""
    return walk((Do.REMETTRE_LIVRABLE,), in_state(State.AJOURNE), at=AFTER + 3 * DAY)


def disputed() -> Dossier:
    """A reduction decided on Monday 14 December, on which the holder commented at once."""
    return reducing(Do.PRESENTER_OBSERVATIONS, Do.RECEVOIR_AVEC_REFACTION, Do.PRESENTER_OBSERVATIONS)


def billed_2021() -> Dossier:
    """Under CCAG-PI 2021, the first order's payment asked for."""
    return take(under_2021(in_state(State.RECU)), Do.DEMANDER_PAIEMENT, at=AFTER)


def announced(*acts: Do) -> Dossier:
    """Penalties announced for it on 14 December, and what followed."""
    return walk((Do.INVITER_SUR_PENALITES, *acts), billed_2021(), at=AFTER)


def on_paper(received: date, recorder: Role = Role.SVC) -> Callable[[Attempt], Attempt]:
    """The same, recorded for whoever holds the role, from a paper received that day."""
    return lambda tried: replace(
        tried, person=somebody(recorder), behalf=tried.person, document="lettre", received=received
    )


FORBIDDEN_2021 = CONTRACT_2021.model_copy(update={"code": CONTRACT.code, "delais": {}})
OUTSIDE = "L'accord-cadre adt-2025 est valable du 2025-09-01 au 2026-11-23 : rien ne peut être désigné ni commandé en dehors (code de la commande publique, R2162-5). Attendez son successeur, ou choisissez un accord-cadre en vigueur."
OTHER_CONTRACT: dict[str, object] = {"saisie": "accord_cadre", "valeur": "adt-2026"}
UNASKED = OUTSIDE.replace(
    "Attendez son successeur, ou choisissez un accord-cadre en vigueur.",
    "Placez l'atelier sous un autre : « /atelier rectifier ADT-2026-0007 saisie = accord_cadre ».",
)
ASKED = OUTSIDE.replace(
    "Attendez son successeur, ou choisissez un accord-cadre en vigueur.",
    "S'il est prolongé, faites importer sa nouvelle version par l'administrateur du robot ; sinon, abandonnez cet atelier, et le service présente une nouvelle demande.",
)
CLOSED = "La désignation est fermée pour l'accord-cadre adt-2025 : il manque {}. L'administrateur complète son fichier, pièce à l'appui, puis « atelier accord-cadre importer »."
EARLY = "Le {} vient avant {}, du {} : vérifiez la date."
LATE = "Le {} n'est pas encore venu : vérifiez la date."
EXPIRED = "Le délai de vérification est passé : le livrable est réputé reçu. Constatez-le avec « /atelier reception_tacite ADT-2026-0007 »."
CREDITS = "Les crédits de paiement dépassent les autorisations d'engagement : vérifiez les montants."
UNREAD = "Le délai « {} » de l'accord-cadre adt-2025 (CCAG-PI 2021) n'a pas été saisi : je ne le devine pas. L'administrateur l'ajoute au fichier du contrat, avec son article, puis « atelier accord-cadre importer »."
REJECTED = "Le délai pour décider après le refus ou le silence du titulaire a pris fin le {} : le livrable est réputé rejeté. Constatez-le avec « /atelier rejet_tacite ADT-2026-0007 »."
ON_ITS_WAY = "Le livrable est ajourné : le titulaire a jusqu'au {} pour répondre ou le présenter à nouveau. La décision vient après."
V_DUE = datetime(2027, 2, 15, 22, 59, 59, tzinfo=UTC)
"""Handed in on Monday 14 December 2026; two months end on Sunday 14 February: Monday 15, at midnight in Paris."""

# fmt: off
REFUSALS = [
    # D8, A1: the contract
    No(Do.ACTER, "« adt-1999 » n'est pas un accord-cadre enregistré. Écrivez l'un de ceux-ci : adt-2025, adt-2026.", State.VALIDEE, {"accord_cadre": "adt-1999"}),
    No(Do.ACTER, OUTSIDE, State.VALIDEE, contract=over()),
    No(Do.ACTER, CLOSED.format("le rang de chaque groupement, avec sa preuve"), State.VALIDEE, contract=unranked()),
    No(Do.ACTER, CLOSED.format("les dates de notification et de fin de validité, le montant maximum (ou « sans_maximum : oui »), le délai de réponse à une sollicitation, les motifs qui permettent d'écarter un rang"),
       State.VALIDEE, contract=CONTRACT.model_copy(update={"date_notification": None, "montant_maximum_ht": None, "delai_reponse_cascade": None, "motifs_ecart": ()})),
    No(Do.ACTER, "Les bons de commande de l'accord-cadre adt-2025 ont atteint son maximum de 500000 : aucun atelier ne peut plus y être acté. Choisissez un autre accord-cadre en vigueur, ou attendez son successeur.", State.VALIDEE, spent=Decimal(500_000)),
    No(Do.VALIDER_ET_ACTER, OUTSIDE, State.EN_ECHANGE, contract=over()),
    No(Do.VALIDER_ET_ACTER, "Il manque le courrier d'engagement de la collectivité, que la collectivité doit déposer (circulaire, §5). L'instructeur le demande avec « /atelier completer ADT-2026-0007 ».",
       lambda: in_state(State.EN_ECHANGE).model_copy(update={"pieces": ()})),
    No(Do.SOLLICITER, UNASKED, State.ACTE, contract=over()),
    No(Do.SOLLICITER, CLOSED.format("le rang de chaque groupement, avec sa preuve"), State.ACTE, contract=unranked()),
    No(Do.SOLLICITER, "L'accord-cadre de cet atelier n'est pas enregistré : demandez à l'administrateur du robot de l'importer, puis recommencez.", State.ACTE, warp=lambda t: replace(t, around=replace(t.around, contract=None))),
    No(Do.REPRENDRE_CASCADE, ASKED, State.CASCADE_EPUISEE, contract=over()),
    # the cascade
    No(Do.ENREGISTRER_RECEPTION, LATE.format("2026-11-25"), State.DESIGNATION, {"jour": TOMORROW}),
    No(Do.ENREGISTRER_RECEPTION, EARLY.format("2026-11-20", "l'envoi de la sollicitation", "2026-11-24"), State.DESIGNATION, {"jour": MISSED}),
    No(Do.DISPONIBLE, "Le 2026-11-20 est passé : laissez vide si vous êtes disponible dès maintenant.", State.DESIGNATION, {"a_partir_du": MISSED}),
    No(Do.DESIGNER, "« Deux » n'est pas membre de ce groupement. Ses membres : Un ; Zefco.", lambda: take(in_state(State.DESIGNATION), Do.DISPONIBLE), {"equipe": ("Un", "Deux")}),
    No(Do.DESIGNER, ASKED, lambda: take(in_state(State.DESIGNATION), Do.DISPONIBLE), contract=over()),
    No(Do.ECARTER, "« humeur » n'est pas un motif de l'accord-cadre. Écrivez l'un de ceux-ci : indisponible, silence, conflit.", silent, {"motif_contrat": "humeur"}),
    No(Do.ECARTER, "Ce motif suppose que le groupement se soit déclaré indisponible : il ne l'a pas fait. Choisissez un autre motif.", silent, {"motif_contrat": "indisponible"}),
    No(Do.ECARTER, "Ce motif suppose le silence du groupement : il a répondu. Choisissez un autre motif.", lambda: take(silent(), Do.INDISPONIBLE), {"motif_contrat": "silence"}),
    No(Do.ECARTER, "Le délai de réponse ne court pas encore : enregistrez d'abord la réception de la sollicitation, avec sa preuve.", State.DESIGNATION, {"motif_contrat": "silence"}, at=NOON + 90 * DAY),
    No(Do.ECARTER, "Le groupement a jusqu'au 2026-12-04 pour répondre : le rang suivant attend. S'il se tait, refaites ce geste le lendemain.", silent, {"motif_contrat": "silence"}, at=datetime(2026, 12, 4, 22, 59, 59, tzinfo=UTC)),
    No(Do.ECARTER, ASKED, silent, contract=over()),
    No(Do.ECARTER, "L'accord-cadre n'a pas de rang 4 : faites vérifier son fichier par l'administrateur du robot.", silent, check=lambda tried: rank.at_rank(tried, 4)),
    No(Do.DESIGNER, "Aucun groupement n'est sollicité en ce moment : « /atelier voir ADT-2026-0007 » montre où en est la désignation.", State.CASCADE_EPUISEE, check=rank.asked_of),
    # credits and orders
    No(Do.DELEGUER_CREDITS, LATE.format("2026-11-25"), State.DESIGNE, {"jour": TOMORROW}),
    No(Do.DELEGUER_CREDITS, EARLY.format("2025-08-31", "la notification de l'accord-cadre", "2025-09-01"), State.DESIGNE, {"jour": date(2025, 8, 31)}),
    No(Do.DELEGUER_CREDITS, CREDITS, State.DESIGNE, {"ae": Decimal(100), "cp": Decimal(101)}),
    No(Do.NOTIFIER_COMMANDE, LATE.format("2026-11-25"), State.CREDITS_DELEGUES, {"jour": TOMORROW}),
    No(Do.NOTIFIER_COMMANDE, "Le 2026-11-24 est en dehors de la validité de l'accord-cadre adt-2025, du 2025-09-01 au 2026-11-23 : un bon de commande ne peut pas y être notifié (code de la commande publique, R2162-5). Vérifiez la date ; si elle est juste, voyez le bureau AD1.", State.CREDITS_DELEGUES, contract=over()),
    No(Do.NOTIFIER_COMMANDE, EARLY.format("2026-11-23", "la délégation de crédits", "2026-11-24"), State.CREDITS_DELEGUES, {"jour": date(2026, 11, 23)}),
    No(Do.NOTIFIER_COMMANDE, "Les crédits ne sont pas encore délégués : le bureau AD1 enregistre leur délégation, puis le bon de commande se notifie.", lambda: with_(in_state(State.CREDITS_DELEGUES), credits=None)),
    No(Do.NOTIFIER_COMMANDE, "Les bons de commande de cet atelier (20000.01) dépasseraient les autorisations d'engagement déléguées (20000) : demandez un complément de crédits à la DGALN, ou corrigez le montant.", State.CREDITS_DELEGUES, {"montant_ttc": Decimal("20000.01")}),
    No(Do.NOTIFIER_COMMANDE, "Les bons de commande de cet atelier (20000.01) dépasseraient les autorisations d'engagement déléguées (20000) : demandez un complément de crédits à la DGALN, ou corrigez le montant.", State.CREDITS_DELEGUES, {"montant": Decimal("20000.01"), "montant_ttc": None}),
    No(Do.NOTIFIER_COMMANDE, "Le montant TTC (7999.99) est inférieur au montant HT (8000) : vérifiez-les.", State.CREDITS_DELEGUES, {"montant_ttc": Decimal("7999.99")}),
    No(Do.NOTIFIER_COMMANDE, "Avec ce bon de commande, l'accord-cadre adt-2025 atteindrait 500000.01, au-delà de son maximum de 500000 : il ne peut pas être notifié. Vérifiez le montant, ou voyez le bureau AD1.", State.CREDITS_DELEGUES, spent=Decimal("492000.01")),
    No(Do.NOTIFIER_COMMANDE, "« bientôt » n'est pas un délai que je sais compter. Écrivez par exemple « 15 jours », « 2 mois » ou « 20 jours ouvrés ».", State.CREDITS_DELEGUES, {"delai": "bientôt"}),
    No(Do.NOTIFIER_COMMANDE, UNREAD.format("Observations sur le bon de commande"), State.CREDITS_DELEGUES, contract=FORBIDDEN_2021),
    No(Do.NOTIFIER_COMMANDE_ANIMATION, "Les bons de commande de cet atelier (20500) dépasseraient les autorisations d'engagement déléguées (20000) : demandez un complément de crédits à la DGALN, ou corrigez le montant.", State.NOTE_VALIDEE, {"montant_ttc": Decimal(10_900)}),
    No(Do.NOTIFIER_COMMANDE_ANIMATION, "La note n'est pas approuvée par les trois parties : l'animation ne peut pas commencer. « /atelier voir ADT-2026-0007 » montre qui doit encore l'approuver.", lambda: with_(in_state(State.NOTE_VALIDEE), notes=())),
    No(Do.LEVER_POINT_D_ARRET, "La note n'est pas approuvée par les trois parties : l'animation ne peut pas commencer. « /atelier voir ADT-2026-0007 » montre qui doit encore l'approuver.", lambda: with_(whole_mission(), notes=in_state(State.NOTE_REMISE).mission_().notes)),
    # the note
    No(Do.REMETTRE_NOTE, "Déposez d'abord le fichier de la note dans notre conversation (PDF, ODT ou DOCX), dites qu'il s'agit de la note d'appropriation de ADT-2026-0007, puis recommencez ce geste.", State.APPROPRIATION, file=False),
    No(Do.REMETTRE_NOTE, "Déposez d'abord le fichier de la note dans notre conversation (PDF, ODT ou DOCX), dites qu'il s'agit de la note d'appropriation de ADT-2026-0007, puis recommencez ce geste.", State.NOTE_REMISE, file=False),
    No(Do.APPROUVER_NOTE, "La version 1 n'est plus celle à approuver : la version en cours est la 2. Relisez-la d'abord avec « /atelier voir ADT-2026-0007 ».", lambda: take(in_state(State.NOTE_REMISE), Do.REMETTRE_NOTE)),
    No(Do.APPROUVER_NOTE, "Votre partie a déjà approuvé la version 1 : COLL_SIGN. Rien de plus n'est attendu d'elle.", lambda: take(in_state(State.NOTE_REMISE), Do.APPROUVER_NOTE, Role.COLL_SIGN), role=Role.COLL_SIGN),
    No(Do.APPROUVER_NOTE, "Ce geste ne vous revient pas sur ADT-2026-0007. Qui peut le faire : signataire du service, signataire de la collectivité. « /atelier voir ADT-2026-0007 » montre vos gestes.", State.NOTE_REMISE, role=Role.COLL),
    # the session
    No(Do.PROGRAMMER_SESSION, "Le 2026-11-20 est passé : donnez des jours à venir.", State.ANIMATION, {"premier_jour": MISSED}),
    No(Do.PROGRAMMER_SESSION, "Le dernier jour vient avant le premier : la session dure au moins un jour.", State.ANIMATION, {"dernier_jour": TOMORROW}),
    No(Do.PROGRAMMER_SESSION, "Le 2029-01-10 est dans plus de deux ans : vérifiez l'année.", State.ANIMATION, {"dernier_jour": date(2029, 1, 10)}),
    No(Do.PROGRAMMER_SESSION, "Le 2026-12-25 est férié (25 décembre) : choisissez d'autres jours.", State.ANIMATION, {"premier_jour": date(2026, 12, 24), "dernier_jour": date(2026, 12, 26)}),
    No(Do.PROGRAMMER_SESSION, "Aucun bon de commande notifié ne couvre l'animation : enregistrez d'abord celui d'animation, ou levez le point d'arrêt, puis programmez la session.", lambda: with_(in_state(State.ANIMATION), commandes=in_state(State.NOTE_VALIDEE).mission_().commandes)),
    No(Do.TENIR_SESSION, "La session finit le 2026-12-09 : constatez sa tenue à partir de ce jour.", lambda: take(in_state(State.ANIMATION), Do.PROGRAMMER_SESSION), at=NOON + 14 * DAY),
    No(Do.TENIR_SESSION, "La visite et la séance collectives doivent avoir eu lieu toutes deux (circulaire, §4) : reprogrammez la session pour celle qui manque.", lambda: take(in_state(State.ANIMATION), Do.PROGRAMMER_SESSION), {"seance_tenue": "non"}, at=AFTER),
    No(Do.TENIR_SESSION, "Aucune session n'est programmée : programmez-la d'abord avec « /atelier session ADT-2026-0007 ».", State.ANIMATION, check=note.session_finie),
    # the deliverable
    No(Do.REMETTRE_LIVRABLE, "Déposez d'abord le fichier du livrable dans notre conversation, dites qu'il s'agit du livrable de ADT-2026-0007, puis recommencez ce geste.", State.RESTITUTION, file=False),
    No(Do.REMETTRE_LIVRABLE, LATE.format("2026-12-15"), State.RESTITUTION, {"jour": date(2026, 12, 15)}),
    No(Do.REMETTRE_LIVRABLE, EARLY.format("2026-12-08", "la fin de la session", "2026-12-09"), State.RESTITUTION, {"jour": date(2026, 12, 8)}),
    No(Do.REMETTRE_LIVRABLE, EARLY.format("2026-12-13", "l'ajournement", "2026-12-14"), State.AJOURNE, {"jour": date(2026, 12, 13)}),
    No(Do.REMETTRE_LIVRABLE, EARLY.format("2026-12-13", "le rejet", "2026-12-14"), State.REJETE, {"jour": date(2026, 12, 13)}),
    No(Do.CONFIRMER_REMISE, LATE.format("2026-12-15"), State.LIVRABLE_DECLARE, {"jour": date(2026, 12, 15)}),
    No(Do.CONFIRMER_REMISE, EARLY.format("2025-12-14", "la fin de la session", "2026-12-09"), State.LIVRABLE_DECLARE, {"jour": date(2025, 12, 14)}),
    No(Do.CONFIRMER_REMISE, EARLY.format("2026-12-13", "l'ajournement", "2026-12-14"), again, {"jour": date(2026, 12, 13)}, at=AFTER + 3 * DAY),
    No(Do.CONFIRMER_REMISE, UNREAD.format("Vérification du livrable"), State.LIVRABLE_DECLARE, contract=FORBIDDEN_2021),
    # verification
    No(Do.RECEVOIR, LATE.format("2026-12-15"), State.LIVRABLE_REMIS, {"jour": date(2026, 12, 15)}),
    No(Do.RECEVOIR, EARLY.format("2026-12-13", "la remise du livrable", "2026-12-14"), State.LIVRABLE_REMIS, {"jour": date(2026, 12, 13)}),
    No(Do.RECEVOIR, EXPIRED, State.LIVRABLE_REMIS, at=V_DUE + timedelta(seconds=1)),
    No(Do.AJOURNER, EXPIRED, State.LIVRABLE_REMIS, at=V_DUE + timedelta(seconds=1)),
    No(Do.REJETER, EXPIRED, State.LIVRABLE_REMIS, at=V_DUE + timedelta(seconds=1)),
    No(Do.CONSTATER_RECEPTION_TACITE, "La réception tacite ne se constate qu'après le 2027-02-15, sans décision de votre part : décidez d'ici là.", State.LIVRABLE_REMIS, at=V_DUE),
    No(Do.AJOURNER, EARLY.format("2026-12-13", "la remise du livrable", "2026-12-14"), State.LIVRABLE_REMIS, {"jour": date(2026, 12, 13)}),
    No(Do.RECEVOIR, "Aucun livrable n'a été remis : le mandataire dépose son fichier, puis « Remettre le livrable ».", lambda: with_(in_state(State.LIVRABLE_REMIS), livrables=()), at=AFTER),
    # adjournment: notified on the 14th: an answer until the 24th, presented again until the 29th
    No(Do.REJETER, ON_ITS_WAY.format("2026-12-24"), State.AJOURNE, at=datetime(2026, 12, 24, 22, 0, tzinfo=UTC)),
    No(Do.REJETER, ON_ITS_WAY.format("2026-12-29"), lambda: adjourned(Do.ACCEPTER_AJOURNEMENT), at=datetime(2026, 12, 29, 22, 0, tzinfo=UTC)),
    No(Do.REJETER, ON_ITS_WAY.format("2026-12-24"), State.AJOURNE, {"jour": date(2026, 12, 23)}, at=NOON + 60 * DAY),
    No(Do.REJETER, REJECTED.format("2027-01-08"), State.AJOURNE, {"jour": date(2027, 1, 9)}, at=NOON + 60 * DAY),
    No(Do.REJETER, REJECTED.format("2026-12-29"), lambda: adjourned(Do.REFUSER_AJOURNEMENT), {"jour": date(2026, 12, 30)}, at=NOON + 60 * DAY),
    No(Do.CONSTATER_REJET_TACITE, "Le rejet tacite ne se constate qu'après le 2027-01-08 : décidez d'ici là.", State.AJOURNE, at=datetime(2027, 1, 8, 22, 59, 59, tzinfo=UTC)),
    # reduction: announced on the 14th, observations until the 29th
    No(Do.INVITER_A_OBSERVER, "Une réfaction est déjà engagée sur ce livrable, par SVC_SIGN : décidez-en d'abord.", reducing, check=price.sans_refaction),
    No(Do.RECEVOIR_AVEC_REFACTION, "Le titulaire a jusqu'au 2026-12-29 pour présenter ses observations : la décision vient après.", reducing, at=datetime(2026, 12, 29, 22, 59, tzinfo=UTC)),
    No(Do.RECEVOIR_AVEC_REFACTION, "Le titulaire a jusqu'au 2026-12-29 pour présenter ses observations : la décision vient après.", reducing, {"jour": date(2026, 12, 20)}, at=NOON + 60 * DAY),
    No(Do.RECEVOIR_AVEC_REFACTION, "Le délai pour décider après le refus ou le silence du titulaire a pris fin le 2026-12-29 : le livrable est réputé rejeté. Constatez-le avec « /atelier rejet_tacite ADT-2026-0007 ».", lambda: adjourned(Do.REFUSER_AJOURNEMENT, Do.INVITER_A_OBSERVER, Do.PRESENTER_OBSERVATIONS), at=datetime(2026, 12, 30, 12, tzinfo=UTC)),
    No(Do.INVITER_A_OBSERVER, "La réfaction dépasse les bons de commande (16000) : vérifiez le montant.", State.LIVRABLE_REMIS, {"montant": Decimal("16000.01")}),
    No(Do.PRESENTER_OBSERVATIONS, EARLY.format("2026-12-13", "l'annonce de la réfaction", "2026-12-14"), reducing, at=AFTER, warp=on_paper(date(2026, 12, 13))),
    No(Do.PRESENTER_OBSERVATIONS, LATE.format("2026-12-15"), reducing, at=AFTER, warp=on_paper(date(2026, 12, 15))),
    No(Do.NOUVELLE_DECISION, "Le délai pour répondre aux observations du titulaire est passé : elles sont réputées acceptées. Constatez-le avec « /atelier observations_acceptees ADT-2026-0007 ».", disputed, at=datetime(2026, 12, 30, 12, tzinfo=UTC)),
    No(Do.NOUVELLE_DECISION, "La nouvelle décision ne peut pas aggraver la réfaction, de 400 : donnez ce montant, ou moins.", disputed, {"montant": Decimal("400.01")}, at=AFTER),
    No(Do.NOUVELLE_DECISION, EARLY.format("2026-12-13", "les observations du titulaire", "2026-12-14"), disputed, {"jour": date(2026, 12, 13)}, at=AFTER),
    No(Do.CONSTATER_OBSERVATIONS_ACCEPTEES, "Les observations ne sont réputées acceptées qu'après le 2026-12-29 : répondez-y d'ici là.", disputed, at=datetime(2026, 12, 29, 22, 59, 59, tzinfo=UTC)),
    No(Do.ACCEPTER_AJOURNEMENT, "Le délai pour répondre à l'ajournement a pris fin le 2026-12-24 : le silence gardé vaut refus. L'acheteur décide ; vous pouvez encore présenter le livrable mis au point.", State.AJOURNE, at=datetime(2026, 12, 25, 12, tzinfo=UTC)),
    No(Do.REFUSER_AJOURNEMENT, EARLY.format("2026-12-13", "l'ajournement", "2026-12-14"), State.AJOURNE, warp=on_paper(date(2026, 12, 13))),
    No(Do.REFUSER_AJOURNEMENT, "Aucun ajournement n'attend de réponse : « /atelier voir ADT-2026-0007 » montre ce qui est attendu de vous.", State.LIVRABLE_REMIS, check=verify.reponse_a_temps),
    No(Do.RECEVOIR_AVEC_REFACTION, "La réfaction ne peut pas dépasser celle annoncée au titulaire, 500 : baissez le montant.", lambda: reducing(Do.PRESENTER_OBSERVATIONS), {"montant": Decimal("500.01")}, at=AFTER),
    No(Do.RECEVOIR_AVEC_REFACTION, EXPIRED, reducing, at=V_DUE + timedelta(seconds=1)),
    No(Do.RECEVOIR_AVEC_REFACTION, ON_ITS_WAY.format("2026-12-24"), lambda: adjourned(Do.INVITER_A_OBSERVER, Do.PRESENTER_OBSERVATIONS), at=AFTER),
    No(Do.RECEVOIR_AVEC_REFACTION, "Invitez d'abord le titulaire à présenter ses observations : une réfaction ne se décide pas sans.", State.LIVRABLE_REMIS, check=price.titulaire_entendu),
    # money
    No(Do.DEMANDER_PAIEMENT, "Il n'y a pas de bon de commande n° 3 sur cet atelier : « /atelier voir ADT-2026-0007 » montre ceux qui y sont.", State.RECU, {"commande": 3}),
    No(Do.DEMANDER_PAIEMENT, "La demande de paiement du bon n° 1 est déjà enregistrée, par SVC. Une erreur se corrige avec « /atelier rectifier ADT-2026-0007 ».", paid, at=AFTER),
    No(Do.DEMANDER_PAIEMENT, "Le service du bon n° 2 n'est pas encore fait : la décision de réception de sa prestation vient d'abord (elle vaut constat du service fait).", State.LIVRABLE_REMIS, {"commande": 2}),
    No(Do.DEMANDER_PAIEMENT, EARLY.format("2026-11-20", "la notification du bon de commande", "2026-11-24"), State.RECU, {"jour": MISSED}),
    No(Do.DEMANDER_PAIEMENT, LATE.format("2026-12-15"), State.RECU, {"service_fait": date(2026, 12, 15)}),
    No(Do.PAYER, "Enregistrez d'abord la demande de paiement du bon n° 2.", lambda: take(in_state(State.RECU), Do.DEMANDER_PAIEMENT, at=AFTER), {"commande": 2}, at=AFTER),
    No(Do.PAYER, "Le bon n° 1 est déjà payé : SVC. Une erreur se corrige avec « /atelier rectifier ADT-2026-0007 ».", lambda: take(paid(), Do.DEMANDER_PAIEMENT, at=AFTER, commande=2), at=AFTER),
    No(Do.PAYER, EARLY.format("2026-12-13", "la demande de paiement", "2026-12-14"), lambda: take(in_state(State.RECU), Do.DEMANDER_PAIEMENT, at=AFTER), {"jour": date(2026, 12, 13)}, at=AFTER),
    No(Do.PAYER, "Sous le CCAG-PI 2021, des pénalités ne se retiennent qu'après avoir invité le titulaire à présenter ses observations : faites-le d'abord (article 14.1.1).", billed_2021, {"penalites": Decimal(1)}, at=AFTER),
    No(Do.PAYER, "Les pénalités retenues dépassent celles annoncées au titulaire, 700 : baissez le montant.", lambda: announced(Do.OBSERVER_PENALITES), {"penalites": Decimal("700.01")}, at=AFTER),
    No(Do.PAYER, "Le titulaire a jusqu'au 2026-12-29 pour présenter ses observations sur les pénalités : le paiement vient après.", announced, {"penalites": Decimal(700)}, at=datetime(2026, 12, 29, 22, 0, tzinfo=UTC)),
    No(Do.INVITER_SUR_PENALITES, "Des pénalités sont déjà annoncées pour le bon n° 1, par SVC_SIGN : attendez les observations du titulaire, ou la fin de son délai, puis enregistrez le paiement.", announced, at=AFTER),
    No(Do.INVITER_SUR_PENALITES, "Le bon n° 1 est déjà payé : SVC. Une erreur se corrige avec « /atelier rectifier ADT-2026-0007 ».", lambda: take(billed_2021(), Do.PAYER, at=AFTER), at=AFTER),
    No(Do.INVITER_SUR_PENALITES, EARLY.format("2026-11-20", "la notification du bon de commande", "2026-11-24"), billed_2021, {"jour": MISSED}, at=AFTER),
    No(Do.OBSERVER_PENALITES, "Aucune pénalité n'attend vos observations sur le bon n° 2 : « /atelier voir ADT-2026-0007 » montre ce qui est attendu de vous.", announced, {"commande": 2}, at=AFTER),
    No(Do.OBSERVER_PENALITES, EARLY.format("2026-12-13", "l'annonce des pénalités", "2026-12-14"), announced, at=AFTER, warp=on_paper(date(2026, 12, 13))),
    # territory, closing
    No(Do.CLORE, "Le délai pour décider de la réfaction a fini le 2026-12-30, sans suite enregistrée : le signataire du service enregistre sa nouvelle décision, ou constate l'acceptation des observations ; l'atelier se clôt ensuite.", lambda: walk((Do.PRESENTER_OBSERVATIONS,), reducing(Do.PRESENTER_OBSERVATIONS, Do.RECEVOIR_AVEC_REFACTION), at=AFTER + DAY), at=AFTER + 40 * DAY),
    No(Do.CLORE, "La réfaction se discute encore, jusqu'au 2026-12-29 : l'atelier se clôt après.", lambda: reducing(Do.PRESENTER_OBSERVATIONS, Do.RECEVOIR_AVEC_REFACTION), at=AFTER),
    No(Do.REPONDRE_SUIVI, "Le suivi à 12 mois dit ce que l'atelier est devenu : il s'enregistre à partir du 2027-06-14, après celui à six mois.", lambda: walk((Do.RESTITUER_AUX_ELUS,), in_state(State.RECU), at=AFTER), {"mois": "12"}, at=datetime(2027, 6, 13, 21, 0, tzinfo=UTC)),
    No(Do.RESTITUER_AUX_ELUS, LATE.format("2026-12-15"), State.RECU, {"jour": date(2026, 12, 15)}),
    No(Do.RESTITUER_AUX_ELUS, EARLY.format("2026-12-01", "la fin de la session", "2026-12-09"), State.RECU, {"jour": date(2026, 12, 1)}),
    No(Do.REPONDRE_SUIVI, "Le suivi à 6 mois est déjà enregistré, par SVC.", lambda: walk((Do.RESTITUER_AUX_ELUS, Do.REPONDRE_SUIVI), in_state(State.RECU), at=AFTER), at=AFTER),
    No(Do.CLORE, "Il reste à payer (bon de commande n° 1, 2) : enregistrez le paiement, ou dites pourquoi vous closez sans.", State.RECU, {"renonce_argent": "court"}),
    No(Do.CLORE, "Il manque la restitution aux élus, les suivis à six et douze mois : enregistrez-les, ou dites pourquoi vous closez sans.", State.RECU, {"renonce_territoire": ""}),
    # prolongation, observations, termination
    No(Do.DEMANDER_PROLONGATION, "Il n'y a pas de bon de commande n° 2 sur cet atelier : « /atelier voir ADT-2026-0007 » montre ceux qui y sont.", State.APPROPRIATION, {"commande": 2}),
    No(Do.DEMANDER_PROLONGATION, "Une prolongation attend déjà sa réponse, demandée par MAND. Le service y répond d'abord ; ajoutez ce qui manque dans le fil de l'atelier.", lambda: take(in_state(State.APPROPRIATION), Do.DEMANDER_PROLONGATION)),
    No(Do.REPONDRE_PROLONGATION, "« longtemps » n'est pas un délai que je sais compter. Écrivez par exemple « 15 jours », « 2 mois » ou « 20 jours ouvrés ».", lambda: take(in_state(State.APPROPRIATION), Do.DEMANDER_PROLONGATION), {"delai": "longtemps"}),
    No(Do.DEMANDER_PROLONGATION, "Le délai d'exécution du bon n° 1 a expiré le 2026-12-24 : aucune prolongation ne peut plus être demandée (CCAG-PI, article 13.3.4). Présentez la prestation ; le service décidera des suites du retard.", State.APPROPRIATION, at=datetime(2026, 12, 25, 9, tzinfo=UTC)),
    No(Do.DEMANDER_PROLONGATION, LATE.format("2026-11-25"), State.APPROPRIATION, {"cause": TOMORROW}),
    No(Do.DEMANDER_PROLONGATION, EARLY.format("2026-11-20", "la notification du bon de commande", "2026-11-24"), State.APPROPRIATION, warp=on_paper(MISSED)),
    No(Do.OBSERVER_COMMANDE, EARLY.format("2026-11-20", "la notification du bon de commande", "2026-11-24"), State.APPROPRIATION, warp=on_paper(MISSED)),
    No(Do.INDISPONIBLE, EARLY.format("2026-11-20", "l'envoi de la sollicitation", "2026-11-24"), State.DESIGNATION, warp=on_paper(MISSED, Role.AD1V)),
    No(Do.APPROUVER_NOTE, EARLY.format("2026-11-20", "la remise de cette version", "2026-11-24"), State.NOTE_REMISE, role=Role.COLL_SIGN, warp=on_paper(MISSED)),
    No(Do.DEMANDER_PROLONGATION, UNREAD.format("Réponse à la demande de prolongation"), State.APPROPRIATION, contract=FORBIDDEN_2021),
    No(Do.OBSERVER_COMMANDE, "Il n'y a pas de bon de commande n° 2 sur cet atelier : « /atelier voir ADT-2026-0007 » montre ceux qui y sont.", State.APPROPRIATION, {"commande": 2}),
    No(Do.RESILIER, "Pour faute, la mise en demeure vient d'abord : donnez sa date de réception et sa preuve (CCAG-PI 2009, article 32.2).", State.ANIMATION, {"pour_faute": "oui"}),
    No(Do.RESILIER, "Pour faute, la mise en demeure vient d'abord : donnez sa date de réception et sa preuve (CCAG-PI 2009, article 32.2).", State.ANIMATION, {"pour_faute": "oui", "mise_en_demeure": MISSED, "preuve": " "}),
    No(Do.RESILIER, "Pour faute, la mise en demeure vient d'abord : donnez sa date de réception et sa preuve (CCAG-PI 2021, article 39).", lambda: under_2021(in_state(State.ANIMATION)), {"pour_faute": "oui"}),
    No(Do.RESILIER, LATE.format("2026-11-25"), State.ANIMATION, {"pour_faute": "oui", "mise_en_demeure": TOMORROW, "preuve": "AR"}),
    No(Do.RESILIER, EARLY.format("2026-11-20", "la notification du bon de commande", "2026-11-24"), State.ANIMATION, {"pour_faute": "oui", "mise_en_demeure": MISSED, "preuve": "AR"}),
    No(Do.RESILIER, "La mise en demeure laisse au titulaire jusqu'au 2026-12-14 : résiliez après, si elle reste sans effet (CCAG-PI 2009, article 32.2).", State.ANIMATION, {"pour_faute": "oui", "mise_en_demeure": date(2026, 12, 1), "preuve": "AR", "jusqu_au": date(2026, 12, 14)}, at=AFTER),
    No(Do.RESILIER, "La mise en demeure laisse au titulaire jusqu'au 2026-12-14 : résiliez après, si elle reste sans effet (CCAG-PI 2009, article 32.2).", State.ANIMATION, {"pour_faute": "oui", "mise_en_demeure": date(2026, 12, 14), "preuve": "AR"}, at=AFTER),
    No(Do.RESILIER, EARLY.format("2026-11-30", "la mise en demeure", "2026-12-01"), State.ANIMATION, {"pour_faute": "oui", "mise_en_demeure": date(2026, 12, 1), "preuve": "AR", "jusqu_au": date(2026, 11, 30)}, at=AFTER),
    # what is put right
    No(Do.RECTIFIER, "Écrivez un nombre entier, par exemple 34.", State.RECU, {"saisie": "session.participants", "valeur": "beaucoup"}, at=AFTER),
    No(Do.RECTIFIER, "« note » n'est pas une saisie de cet atelier. Écrivez l'une de celles-ci : acte, credits.ae, credits.cp, credits.uo, credits.chorus, credits.jour, bc1.reception, bc1.montant, bc1.ttc, bc1.ej, bc1.preuve, bc1.delai.", lambda: with_(in_state(State.APPROPRIATION), sollicitations=()), {"saisie": "note"}),
    No(Do.RECTIFIER, "L'accord-cadre d'un atelier se choisit au bureau AD1 : demandez à un valideur de le rectifier.", State.ACTE, OTHER_CONTRACT),
    No(Do.RECTIFIER, "« adt-2099 » n'est pas un accord-cadre enregistré. Écrivez l'un de ceux-ci : adt-2025, adt-2026.", State.ACTE, OTHER_CONTRACT | {"valeur": "adt-2099"}, role=Role.AD1V),
    No(Do.RECTIFIER, OUTSIDE.replace("adt-2025", "adt-2024"), State.ACTE, OTHER_CONTRACT | {"valeur": "adt-2024"}, role=Role.AD1V, contract=over().model_copy(update={"code": "adt-2024"})),
    No(Do.RECTIFIER, "« accord_cadre » n'est pas une saisie de cet atelier. Écrivez l'une de celles-ci : acte.", State.DESIGNATION, OTHER_CONTRACT, role=Role.AD1V),
    No(Do.RECTIFIER, "C'est déjà la valeur enregistrée : rien à rectifier.", State.APPROPRIATION, {"saisie": "bc1.reception", "valeur": "24/11/2026"}),
    No(Do.RECTIFIER, LATE.format("2026-11-25"), State.APPROPRIATION, {"saisie": "bc1.reception", "valeur": "demain"}),
    No(Do.RECTIFIER, EARLY.format("2026-11-23", "la délégation de crédits", "2026-11-24"), State.APPROPRIATION, {"saisie": "bc1.reception", "valeur": "hier"}),
    No(Do.RECTIFIER, "Les bons de commande de cet atelier (20001.0) dépasseraient les autorisations d'engagement déléguées (20000) : demandez un complément de crédits à la DGALN, ou corrigez le montant.", State.APPROPRIATION, {"saisie": "bc1.ttc", "valeur": "20 001 €"}),
    No(Do.RECTIFIER, "Le montant TTC (9600) est inférieur au montant HT (9601.0) : vérifiez-les.", State.APPROPRIATION, {"saisie": "bc1.montant", "valeur": "9 601 €"}),
    No(Do.RECTIFIER, "« 9 000 € TTC » : ce montant est attendu HT. Je ne convertis pas, le taux n'est pas toujours le même.", State.APPROPRIATION, {"saisie": "bc1.montant", "valeur": "9 000 € TTC"}),
    No(Do.RECTIFIER, "Avec ce bon de commande, l'accord-cadre adt-2025 atteindrait 500001.0, au-delà de son maximum de 500000 : il ne peut pas être notifié. Vérifiez le montant, ou voyez le bureau AD1.", State.APPROPRIATION, {"saisie": "bc1.montant", "valeur": "9 000 €"}, spent=Decimal(491_001)),
    No(Do.RECTIFIER, "Un montant rectifié est supérieur à zéro : écrivez par exemple « 8 000 € ».", State.APPROPRIATION, {"saisie": "bc1.montant", "valeur": "0 €"}),
    No(Do.RECTIFIER, "Les bons de commande notifiés atteignent 9600 : les autorisations d'engagement ne peuvent pas être moindres. Vérifiez le montant, ou rectifiez d'abord celui du bon.", State.APPROPRIATION, {"saisie": "credits.ae", "valeur": "9 599 €"}),
    No(Do.RECTIFIER, CREDITS, State.APPROPRIATION, {"saisie": "credits.ae", "valeur": "17 999 €"}),
    No(Do.RECTIFIER, CREDITS, State.APPROPRIATION, {"saisie": "credits.cp", "valeur": "20 001 €"}),
    No(Do.RECTIFIER, EARLY.format("2026-12-08", "la fin de la session", "2026-12-09"), State.LIVRABLE_REMIS, {"saisie": "livrable.remise", "valeur": "08/12/2026"}),
    No(Do.RECTIFIER, EARLY.format("2026-11-23", "l'envoi de la sollicitation", "2026-11-24"), silent, {"saisie": "sollicitation.reception", "valeur": "hier"}, role=Role.AD1V),
    No(Do.RECTIFIER, EARLY.format("2026-11-23", "la notification du bon de commande", "2026-11-24"), lambda: take(in_state(State.NOTE_VALIDEE), Do.DEMANDER_PAIEMENT), {"saisie": "bc1.demande", "valeur": "23/11/2026"}),
    No(Do.RECTIFIER, "Le délai de vérification a pris fin le 2027-02-15 : une décision notifiée après ne compte pas. Donnez la date de l'accusé de réception, au plus tard ce jour-là.", lambda: take(in_state(State.LIVRABLE_REMIS), Do.RECEVOIR, at=AFTER), {"saisie": "livrable.decision", "valeur": "16/02/2027"}, at=NOON + 90 * DAY),
    No(Do.RECTIFIER, EARLY.format("2026-12-13", "la remise du livrable", "2026-12-14"), State.AJOURNE, {"saisie": "livrable.ajournement", "valeur": "13/12/2026"}),
    No(Do.RECTIFIER, EARLY.format("2026-12-14", "l'ajournement", "2026-12-15"), lambda: adjourned(Do.REFUSER_AJOURNEMENT), {"saisie": "livrable.ajournement", "valeur": "15/12/2026"}, at=AFTER + DAY),
    No(Do.RECTIFIER, EARLY.format("2026-12-13", "la remise du livrable", "2026-12-14"), reducing, {"saisie": "livrable.refaction", "valeur": "13/12/2026"}, at=AFTER),
    No(Do.RECTIFIER, EARLY.format("2026-12-14", "la remise du livrable", "2026-12-15"), State.RECU, {"saisie": "livrable.remise", "valeur": "15/12/2026"}, at=AFTER + DAY),
    No(Do.RECTIFIER, "La réfaction dépasse les bons de commande (16000) : vérifiez le montant.", reducing, {"saisie": "livrable.refaction_montant", "valeur": "16 001 €"}, at=AFTER),
    No(Do.RECTIFIER, "La réfaction ne peut pas dépasser celle annoncée au titulaire, 500 : baissez le montant.", lambda: reducing(Do.PRESENTER_OBSERVATIONS, Do.RECEVOIR_AVEC_REFACTION), {"saisie": "livrable.reduction", "valeur": "501 €"}, at=AFTER),
    No(Do.RECTIFIER, EARLY.format("2026-12-14", "la décision de réfaction", "2026-12-15"), disputed, {"saisie": "livrable.decision", "valeur": "15/12/2026"}, at=AFTER + DAY),
    No(Do.RECTIFIER, EARLY.format("2026-12-13", "la demande de paiement", "2026-12-14"), paid, {"saisie": "bc1.paiement", "valeur": "13/12/2026"}, at=AFTER),
    No(Do.RECTIFIER, EARLY.format("2026-12-14", "la demande de paiement", "2026-12-15"), paid, {"saisie": "bc1.demande", "valeur": "15/12/2026"}, at=AFTER + DAY),
    No(Do.RECTIFIER, "Les pénalités retenues dépassent celles annoncées au titulaire, 0 : baissez le montant.", lambda: take(billed_2021(), Do.PAYER, at=AFTER), {"saisie": "bc1.penalites", "valeur": "1 €"}, at=AFTER),
    No(Do.RECTIFIER, EARLY.format("2026-11-20", "la notification du bon de commande", "2026-11-24"), announced, {"saisie": "bc1.annonce_penalites", "valeur": "20/11/2026"}, at=AFTER),
    # rights
    No(Do.RECEVOIR, "Ce geste n'est plus possible sur ADT-2026-0007, qui en est à « Livrable reçu » : « /atelier voir ADT-2026-0007 » montre les gestes d'aujourd'hui.", State.RECU),
    No(Do.RECEVOIR, "Ce geste ne vous revient pas sur ADT-2026-0007. Qui peut le faire : signataire du service. « /atelier voir ADT-2026-0007 » montre vos gestes.", State.LIVRABLE_REMIS, role=Role.SVC),
    No(Do.RECEVOIR, "La délégation de signature de SVC_SIGN n'est pas en vigueur aujourd'hui (arrêté 12) : faites-la prolonger dans l'annuaire, ou faites signer une autre personne.", State.LIVRABLE_REMIS,
       warp=lambda t: replace(t, person=t.person.model_copy(update={"holdings": (Holding(role=Role.SVC_SIGN, deed="arrêté 12", begins=date(2026, 12, 15)),)}))),
    No(Do.DISPONIBLE, "« tiers » ne tient pas ce rôle sur cette demande : nommez la personne qui a signé, ou faites corriger son rôle dans l'annuaire.", State.DESIGNATION, warp=lambda t: replace(t, person=somebody(Role.AD1V), behalf=somebody(name="tiers"), document="courriel")),
    No(Do.DISPONIBLE, "Indiquez le document signé d'où vient cette saisie : sa référence et sa date.", State.DESIGNATION, warp=lambda t: replace(t, person=somebody(Role.AD1V), behalf=somebody(Role.MAND))),
]
# fmt: on


@pytest.mark.parametrize("no", REFUSALS, ids=lambda no: f"{no.act}-{no.said[:40]}")
def test_what_may_not_be_done_says_why_and_what_to_do(no: No) -> None:
    assert str(no.refused()) == no.said


def sentences() -> Iterator[tuple[str, str]]:
    """Every sentence that `Refused` may carry in the files of an atelier, but for warnings."""
    for name in MODULES:
        tree = ast.parse((Path(atelier.__file__).parent / f"{name}.py").read_text("utf-8"))
        warning = {
            node
            for f in ast.walk(tree)
            if isinstance(f, ast.FunctionDef) and ast.unparse(f.returns or f) == "Refused | None"
            for node in ast.walk(f)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "fr" and node not in warning:
                text = ast.literal_eval(node.args[0])
                if text.endswith((".", ").")):
                    yield name, text


def test_every_refusal_of_an_atelier_is_reached_here() -> None:
    reached = {no.refused().sentence for no in REFUSALS}
    known = dict.fromkeys(sentences())
    assert len(known) > 50
    opening = "Ouvrir une demande revient au service de l'État porteur ou à la collectivité : demandez-leur de l'ouvrir, puis de vous y inviter."
    assert [(name, text) for name, text in known if text not in reached | {opening}] == []


def test_a_dated_delegation_signs_between_its_days() -> None:
    """Its first and last days included; somebody who holds the role without a date signs any day."""
    tried = attempt(in_state(State.LIVRABLE_REMIS), Do.RECEVOIR, Role.SVC_SIGN, at=AFTER)
    for begins, ends in ((AFTER.date(), None), (None, AFTER.date()), (AFTER.date(), AFTER.date())):
        holding = Holding(role=Role.SVC_SIGN, deed="arrêté 12", begins=begins, ends=ends)
        signer = somebody(Role.SVC_SIGN).model_copy(update={"holdings": (holding,)})
        assert decide(replace(tried, person=signer), Do.RECEVOIR).dossier.state is State.RECU
    both = (Holding(role=Role.SVC_SIGN, deed="arrêté 12", ends=date(2026, 1, 1)), Holding(role=Role.SVC_SIGN))
    signer = somebody(Role.SVC_SIGN).model_copy(update={"holdings": both})
    assert decide(replace(tried, person=signer), Do.RECEVOIR).dossier.state is State.RECU


WARNINGS = [
    (Do.DESIGNER, lambda: take(in_state(State.DESIGNATION), Do.DISPONIBLE), {}, "Déjà mobilisés sur d'autres ateliers en cours : Un (ADT-2026-0001)."),
    (Do.NOTIFIER_COMMANDE, lambda: in_state(State.CREDITS_DELEGUES), {"montant": Decimal(7000), "montant_ttc": None}, "Le montant TTC n'est pas donné : les AE déléguées (20000 TTC) ne sont comparées qu'au montant hors taxes. Vérifiez qu'elles couvrent aussi la taxe."),
    (Do.PAYER, lambda: take(in_state(State.RECU), Do.DEMANDER_PAIEMENT, at=AFTER), {"montant": Decimal("9600.01")}, "Le paiement (9600.01) dépasse le montant TTC du bon n° 1 (9600) : vérifiez-le."),
    (Do.PAYER, lambda: take(paid(), Do.DEMANDER_PAIEMENT, at=AFTER, commande=2), {"commande": 2, "montant": Decimal("8400.01")}, "Les paiements de cet atelier (18000.01) dépassent les crédits de paiement délégués (18000) : vérifiez."),
    (Do.REPONDRE_SUIVI, lambda: take(in_state(State.RECU), Do.RESTITUER_AUX_ELUS, at=AFTER), {}, "Ce suivi à 6 mois était attendu vers le 2027-06-14 : il est enregistré en avance."),
    (Do.DEMANDER_PROLONGATION, lambda: in_state(State.APPROPRIATION), {"cause": date(2026, 11, 20)}, "La cause, apparue le 2026-11-20, devait être signalée au plus tard le 2026-12-07 (CCAG-PI 2009, article 13.3.2) : la demande est gardée, le service peut la refuser pour cela."),
    (Do.INVITER_A_OBSERVER, lambda: take(in_state(State.AJOURNE), Do.REFUSER_AJOURNEMENT, at=AFTER), {}, "Le titulaire pourra répondre jusqu'au 2026-12-29, et votre délai pour décider finit le 2026-12-29 : s'il se tait, la réfaction viendra trop tard. Laissez-lui un délai plus court."),
    (Do.INVITER_SUR_PENALITES, billed_2021, {"montant": Decimal("800.01")}, "Ces pénalités (800.01) dépassent 10 % du bon n° 1, plafond du CCAG-PI 2021 sauf clause du marché."),
    (Do.PAYER, lambda: take(in_state(State.RECU), Do.DEMANDER_PAIEMENT, at=AFTER), {"penalites": Decimal(1000)}, "Jusqu'à 1 000 € HT sur tout l'accord-cadre, le titulaire est exonéré de pénalités : je ne connais que cet atelier, vérifiez le total."),
    (Do.RESILIER, lambda: in_state(State.ANIMATION), {"pour_faute": "oui", "mise_en_demeure": date(2026, 12, 1), "preuve": "AR"}, "La mise en demeure doit avoir laissé un délai au titulaire et être restée sans effet (CCAG-PI 2009, article 32.2) : vérifiez que ce délai est passé."),
    (Do.RESILIER, lambda: in_state(State.ANIMATION), {"pour_faute": "dispense"}, "Sans mise en demeure, une résiliation pour faute ne vaut que pour des actes frauduleux, une interdiction d'exercer ou des renseignements inexacts (CCAG-PI 2009, article 32.2) : vérifiez que c'est le cas."),
    (Do.INVITER_SUR_PENALITES, billed_2021, {}, "Jusqu'à 1 000 € HT sur tout l'accord-cadre, le titulaire est exonéré de pénalités : je ne connais que cet atelier, vérifiez le total."),
    (Do.NOTIFIER_COMMANDE, lambda: in_state(State.CREDITS_DELEGUES), {}, "L'accord-cadre adt-2025 en sera à 80 % de son maximum de 500000."),
    (Do.REMETTRE_NOTE, lambda: in_state(State.APPROPRIATION), {"charge_jours": 12}, "La charge est de 12 jour(s) ; la circulaire (§4) en prévoit huit à dix. C'est possible, à justifier."),
    (Do.REMETTRE_NOTE, lambda: in_state(State.APPROPRIATION), {"jours_sur_site": 1}, "La note prévoit 1 jour(s) sur site ; la circulaire (§4) en prévoit deux à trois. C'est possible, à justifier."),
    (Do.NOTIFIER_COMMANDE_ANIMATION, lambda: in_state(State.NOTE_VALIDEE), {}, "Le numéro d'engagement juridique 1512345678 est déjà celui du bon de commande n° 1 : vérifiez-le."),
    (Do.PROGRAMMER_SESSION, lambda: in_state(State.ANIMATION), {"dernier_jour": date(2026, 12, 8)}, "La session dure 1 jour(s) ; la circulaire (§4) en prévoit deux à trois."),
    (Do.PROGRAMMER_SESSION, lambda: in_state(State.ANIMATION), {"premier_jour": date(2026, 12, 11), "dernier_jour": date(2026, 12, 12)}, "Le 2026-12-12 n'est pas un jour ouvré : est-ce voulu ?"),
]  # fmt: skip


WHEN = {
    Do.PAYER: AFTER, Do.REPONDRE_SUIVI: AFTER, Do.INVITER_A_OBSERVER: AFTER, Do.INVITER_SUR_PENALITES: AFTER,
    Do.RESILIER: AFTER,
    Do.DEMANDER_PROLONGATION: NOON + 15 * DAY,
}  # fmt: skip


@pytest.mark.parametrize(("act", "where", "changes", "said"), WARNINGS, ids=[w[3][:30] for w in WARNINGS])
def test_a_soft_bound_warns_and_prevents_nothing(
    act: Do, where: Callable[[], Dossier], changes: dict[str, object], said: str
) -> None:
    dossier = where()
    tried = attempt(ready(dossier, act), act, step_of(act).by[0], at=WHEN.get(act, NOON), **changes)
    tried = replace(
        tried,
        around=replace(
            tried.around, spent=Decimal(392_000 if "maximum" in said else 0), busy={"Un": ("ADT-2026-0001",)}
        ),
    )
    assert [str(warning) for warning in decide(tried, act).warnings] == [said]


def test_observations_that_come_late_are_kept_without_effect() -> None:
    ordered = in_state(State.APPROPRIATION)  # received on 24 November: fifteen days end on 9 December
    last = datetime(2026, 12, 9, 22, 59, 59, tzinfo=UTC)
    for at, warned in (
        (last, []),
        (
            last + timedelta(seconds=1),
            ["Le délai d'observations sur ce bon de commande est passé : elles sont gardées, sans effet de droit."],
        ),
    ):
        outcome = decide(attempt(ordered, Do.OBSERVER_COMMANDE, Role.MAND, at=at), Do.OBSERVER_COMMANDE)
        assert [str(w) for w in outcome.warnings] == warned
        assert len(outcome.dossier.mission_().commandes[0].remarks) == 1


def test_an_order_within_its_bounds_is_notified_to_the_cent() -> None:
    """On the last day of validity, to the whole of the credits, up to the maximum."""
    tried = attempt(
        in_state(State.CREDITS_DELEGUES),
        Do.NOTIFIER_COMMANDE,
        Role.SVC_SIGN,
        montant=Decimal(20_000),
        montant_ttc=Decimal(20_000),
    )
    last_day = CONTRACT.model_copy(update={"date_fin_validite": NOON.date()})
    tried = replace(tried, around=replace(tried.around, contract=last_day, spent=Decimal(480_000)))
    assert decide(tried, Do.NOTIFIER_COMMANDE).dossier.mission_().total() == Decimal(20_000)


def test_the_day_of_the_credits_is_the_local_one() -> None:
    """Delegated at 23:30 in Paris, 22:30 UTC... and in Guadeloupe the evening before: the order of that day is in time."""
    evening = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)  # 21 h on the 24th in Guadeloupe
    designated = in_state(State.DESIGNE).model_copy(update={"departement": "971"})
    dossier = take(designated, Do.DELEGUER_CREDITS, at=evening)
    moved = take(dossier, Do.NOTIFIER_COMMANDE, at=evening + timedelta(minutes=5), jour=date(2026, 11, 24))
    assert moved.mission_().commandes[0].receipt.on == date(2026, 11, 24)
