"""The procedure. This is the file to read, and the file to change.

Whatever the bot offers, refuses, announces or reminds follows from these rows: no other file knows who may do what.
Rows D1 to D11 are the request's; those of the atelier, from its designation to its closing, are in `execution.py`.
This file knows nothing of Slack, Mattermost, databases or clocks.
"""

from __future__ import annotations

from atelier import effects, leaving, needs
from atelier.execution import ACTING, ACTIVE, ATELIER, ENDED, PAYABLE
from atelier.forms import (
    Avis,
    Courrier,
    DemandeComplement,
    Invitation,
    Motif,
    PriseEnCharge,
    Reorientation,
    ReponseComplement,
    Retrait,
    Transmission,
    Validation,
)
from atelier.grammar import Step
from atelier.words import Do, Role, RuleId, State, fr

do, at, who, clock = Do, State, Role, RuleId

BEFORE_ACT = (at.BROUILLON, at.TRANSMISE, at.EN_ECHANGE, at.A_COMPLETER, at.VALIDEE)
CLOSED = (at.REFUSEE, at.REORIENTEE, at.RETIREE, at.SANS_SUITE)
"""Where a request ends without an atelier."""
FINAL = frozenset(CLOSED) | ENDED
STILL_PAID = ENDED & frozenset(PAYABLE)
"""Ended, where what was done may still have to be paid: a deadline may run there."""

# fmt: off
OPENING = Step(
    id="D1", act=do.OUVRIR, label=fr("Ouvrir une demande"), short=fr("Nouvelle demande"), said=fr("ouverte"),
    source=(), target=at.BROUILLON, by=(who.SVC, who.COLL), starts=(clock.RELANCE_BROUILLON,),
    tells=(who.SVC,), paragraph=fr("circulaire, §5"),
)

REQUEST = (
    Step(
        id="D2", act=do.TRANSMETTRE, label=fr("Transmettre à la DGALN"), short=fr("Transmettre"), said=fr("transmise"),
        source=(at.BROUILLON,), target=at.TRANSMISE, by=(who.SVC,),
        asks=Transmission, needs=(needs.fiche_remplie,), then=effects.transmise,
        starts=(clock.CIBLE_PRISE_EN_CHARGE,), stops=(clock.RELANCE_BROUILLON,),
        tells=(who.AD1I, who.SVC, who.COLL, who.DREAL), preview=True, paragraph=fr("circulaire, §5"),
    ),
    Step(
        id="D3", act=do.PRENDRE_EN_CHARGE, label=fr("Prendre en charge"), short=fr("Prise en charge"),
        said=fr("prise en charge"), source=(at.TRANSMISE,), target=at.EN_ECHANGE, by=(who.AD1I,),
        asks=PriseEnCharge, needs=(needs.dans_l_ordre,), then=effects.prise_en_charge,
        starts=(clock.CIBLE_INSTRUCTION,), stops=(clock.CIBLE_PRISE_EN_CHARGE,),
        tells=(who.SVC,), secret=True, paragraph=fr("circulaire, §5"),
    ),
    Step(
        id="D7", act=do.VALIDER, label=fr("Valider la demande"), short=fr("Valider"), said=fr("validée"),
        source=(at.EN_ECHANGE,), target=at.VALIDEE, by=(who.AD1V,),
        asks=Validation, needs=(needs.pas_de_complement, needs.fiche_remplie, needs.deux_courriers),
        then=effects.validee, stops=(clock.CIBLE_INSTRUCTION,),
        tells=(who.SVC, who.COLL, who.DREAL), preview=True, paragraph=fr("circulaire, §5"),
    ),
    *ACTING,
    Step(
        id="D4", act=do.DEMANDER_COMPLEMENT, label=fr("Demander un complément"), short=fr("Complément"),
        said=fr("complément demandé"), source=(at.EN_ECHANGE,), target=at.A_COMPLETER, by=(who.AD1I,),
        asks=DemandeComplement, needs=(needs.complement_cible,), then=effects.complement_demande,
        starts=(clock.CIBLE_COMPLEMENT,), suspends=(clock.CIBLE_INSTRUCTION,),
        tells=(who.SVC, who.COLL), preview=True, paragraph=fr("circulaire, §5"),
    ),
    Step(
        id="D5", act=do.REPONDRE_COMPLEMENT, label=fr("Répondre au complément"), short=fr("Réponse"),
        said=fr("complétée"), source=(at.A_COMPLETER,), target=at.EN_ECHANGE, by=(who.SVC, who.COLL),
        asks=ReponseComplement, needs=(needs.a_sa_part, needs.complement_repondu), then=effects.complement_repondu,
        stops=(clock.CIBLE_COMPLEMENT,), resumes=(clock.CIBLE_INSTRUCTION,),
        tells=(who.AD1I, who.SVC, who.COLL), paragraph=fr("circulaire, §5"),
    ),
    Step(
        id="D5b", act=do.RETIRER_COMPLEMENT, label=fr("Lever la demande de complément"), short=fr("Lever"),
        said=fr("complément levé"), source=(at.A_COMPLETER,), target=at.EN_ECHANGE, by=(who.AD1I,),
        then=effects.complement_retire, stops=(clock.CIBLE_COMPLEMENT,), resumes=(clock.CIBLE_INSTRUCTION,),
        tells=(who.SVC, who.COLL), preview=True, paragraph=fr("choix du produit"),
    ),
    Step(
        id="D6", act=do.DONNER_AVIS, label=fr("Émettre un avis"), short=fr("Avis"), said=fr("avis émis"),
        source=(at.EN_ECHANGE,), target=None, by=(who.AD1I, who.AD1V),
        asks=Avis, then=effects.avis_donne, tells=(who.AD1V,), secret=True, paragraph=fr("choix du produit"),
    ),
    Step(
        id="C1", act=do.ECRIRE, label=fr("Écrire au service"), short=fr("Écrire"), said=fr("message envoyé"),
        source=(at.EN_ECHANGE, at.A_COMPLETER, at.VALIDEE, *ACTIVE, at.SUSPENDU, *CLOSED, at.CLOS, at.ABANDONNE, at.RESILIE),
        target=None, by=(who.AD1I, who.AD1V),
        asks=Courrier, paragraph=fr("circulaire, §5"),
    ),
    Step(
        id="C2", act=do.INVITER, label=fr("Inviter…"), short=fr("Inviter"), said=fr("invitation envoyée"),
        source=(*BEFORE_ACT, *ACTIVE, at.SUSPENDU), target=None, by=(who.SVC,),
        asks=Invitation, then=effects.invitee, paragraph=fr("circulaire, §4"),
    ),
    Step(
        id="C2b", act=do.RETIRER_PERSONNE, label=fr("Retirer une personne"), short=fr("Retirer une personne"),
        said=fr("personne retirée"), source=(*BEFORE_ACT, *ACTIVE, at.SUSPENDU), target=None, by=(who.SVC,),
        shown=leaving.a_des_invites, asks=Retrait, then=leaving.partie, paragraph=fr("choix du produit"),
    ),
    Step(
        id="D9a", act=do.REORIENTER, label=fr("Réorienter"), short=fr("Réorienter"), said=fr("réorientée"),
        source=(at.EN_ECHANGE, at.A_COMPLETER), target=at.REORIENTEE, by=(who.AD1V,),
        asks=Reorientation, needs=(needs.outil_connu,), then=effects.reorientee,
        tells=(who.SVC, who.COLL), preview=True, danger=True, paragraph=fr("circulaire, §1"),
    ),
    Step(
        id="D9b", act=do.REFUSER, label=fr("Refuser"), short=fr("Refuser"), said=fr("refusée"),
        source=(at.EN_ECHANGE, at.A_COMPLETER), target=at.REFUSEE, by=(who.AD1V,),
        asks=Motif, then=effects.motivee("refusee"),
        tells=(who.SVC, who.COLL), preview=True, danger=True, paragraph=fr("choix du produit"),
    ),
    Step(
        id="D11", act=do.CLASSER, label=fr("Classer sans suite"), short=fr("Classer"), said=fr("classée sans suite"),
        source=(at.A_COMPLETER,), target=at.SANS_SUITE, by=(who.AD1I,),
        asks=Motif, needs=(needs.delai_de_reponse_passe,), then=effects.motivee("sans_suite"),
        tells=(who.SVC, who.COLL), preview=True, danger=True, paragraph=fr("choix du produit"),
    ),
    Step(
        id="D10", act=do.RETIRER, label=fr("Retirer la demande"), short=fr("Retirer"), said=fr("retirée"),
        source=BEFORE_ACT, target=at.RETIREE, by=(who.SVC,),
        asks=Motif, then=effects.motivee("retiree"),
        tells=(who.AD1I, who.SVC, who.COLL), preview=True, danger=True, paragraph=fr("choix du produit"),
    ),
)
# fmt: on

STEPS = (*REQUEST, *ATELIER)

CORRESPONDENCE = tuple(s for s in STEPS if s.act in {do.ECRIRE, do.INVITER, do.RETIRER_PERSONNE})
"""What moves nothing: once there is an atelier, it comes after what does."""
