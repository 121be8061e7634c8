"""The rows of an atelier: designation (D8, A1 to A4), execution (A5 to A23), money (F1, F2), territory (T1, T2), the end.

Three tracks: execution is a state; money and territory run beside it, and none waits for the others. The file reads as
the procedure does: what is usual comes first, what stops everything comes last.
"""

from __future__ import annotations

from atelier import acting, corrections, effects, ending, needs
from atelier import appropriation as note
from atelier import commandes as order
from atelier import credits as credit
from atelier import designation as rank
from atelier import paiements as pay
from atelier import penalites as penalty
from atelier import prolongation as longer
from atelier import refaction as price
from atelier import remise as hand
from atelier import verification as verify
from atelier.forms import Motif
from atelier.forms_designation import (
    Acte,
    Credits,
    Designation,
    Disponible,
    Ecart,
    Indisponible,
    ReceptionConstatee,
    ValidationEtActe,
)
from atelier.forms_ending import (
    Cloture,
    DemandePaiement,
    Paiement,
    Rectification,
    ReponseSuivi,
    Resiliation,
    RestitutionElus,
)
from atelier.forms_execution import (
    Approbation,
    CommandeAnimation,
    CommandeInitiale,
    DemandeProlongation,
    Note,
    Observations,
    ObservationsCommande,
    ObservationsPenalites,
    RemiseLivrable,
    ReponseProlongation,
    Session,
    SessionTenue,
)
from atelier.forms_verification import (
    Constat,
    ConstatReduction,
    DecisionSignee,
    NotificationMotivee,
    NouvelleDecision,
    Penalites,
    ReceptionReduite,
    Refaction,
)
from atelier.grammar import Step
from atelier.ranking import classement_change
from atelier.words import Do, Role, RuleId, State, fr

do, at, who, clock = Do, State, Role, RuleId

ENDED = frozenset({at.CLOS, at.ABANDONNE, at.RESILIE})
ACTIVE = (
    at.ACTE, at.DESIGNATION, at.CASCADE_EPUISEE, at.DESIGNE, at.CREDITS_DELEGUES, at.APPROPRIATION, at.NOTE_REMISE,
    at.NOTE_VALIDEE, at.ANIMATION, at.RESTITUTION, at.LIVRABLE_DECLARE, at.LIVRABLE_REMIS, at.AJOURNE, at.REJETE, at.RECU,
)  # fmt: skip
ORDERED = ACTIVE[ACTIVE.index(at.APPROPRIATION) :]
PAYABLE = (*ACTIVE[ACTIVE.index(at.NOTE_VALIDEE) :], at.SUSPENDU, at.ABANDONNE, at.RESILIE)
"""Where a first service may be done: the note is received; what was done is paid whatever became of the atelier."""
ALL_PARTIES = (who.SVC, who.SVC_SIGN, who.COLL, who.COLL_SIGN, who.MAND, who.AD1I, who.DREAL, who.CAUE)
SPEAKING = (at.LIVRABLE_REMIS, at.AJOURNE, at.RECU, at.SUSPENDU)
"""Where the holder speaks of a reduction. Its delays go on while the atelier is suspended: so does its right to answer."""
CIRCULAR, CHOICE = fr("circulaire, §5"), fr("choix du produit")

# fmt: off
ACTING = (
    Step(
        id="D8", act=do.ACTER, label=fr("Acter l'atelier"), short=fr("Acter"), said=fr("actée"),
        source=(at.VALIDEE,), target=at.ACTE, by=(who.AD1V,),
        asks=Acte, needs=(acting.accord_cadre_en_vigueur,), then=acting.actee,
        tells=(who.SVC, who.COLL), preview=True, paragraph=CIRCULAR,
    ),
    Step(
        id="D7D8", act=do.VALIDER_ET_ACTER, label=fr("Valider et acter"), short=fr("Valider et acter"),
        said=fr("validée et actée"), source=(at.EN_ECHANGE,), target=at.ACTE, by=(who.AD1V,),
        asks=ValidationEtActe,
        needs=(needs.pas_de_complement, needs.fiche_remplie, needs.deux_courriers, acting.accord_cadre_en_vigueur),
        then=lambda dossier, attempt: acting.actee(effects.validee(dossier, attempt), attempt),
        stops=(clock.CIBLE_INSTRUCTION,), tells=(who.SVC, who.COLL, who.DREAL), preview=True, paragraph=CIRCULAR,
    ),
)

DESIGNATION = (
    Step(
        id="A1", act=do.SOLLICITER, label=fr("Solliciter le rang 1"), short=fr("Solliciter"), said=fr("sollicitation envoyée"),
        source=(at.ACTE,), target=at.DESIGNATION, by=(who.AD1V,),
        needs=(rank.contrat_utilisable,), then=rank.sollicitee, tells=(who.MAND,), preview=True, paragraph=CIRCULAR,
    ),
    Step(
        id="A2a", act=do.DISPONIBLE, label=fr("Disponible"), short=fr("Disponible"), said=fr("disponibilité déclarée"),
        source=(at.DESIGNATION, at.SUSPENDU), target=None, by=(who.MAND,), shown=rank.attend_reponse, records=(who.AD1V,),
        asks=Disponible, needs=(rank.reponse_possible, rank.disponibilite_possible), then=rank.disponible,
        stops=(clock.CASCADE_REPONSE,), tells=(who.AD1V,), paragraph=CIRCULAR,
    ),
    Step(
        id="A2b", act=do.INDISPONIBLE, label=fr("Indisponible"), short=fr("Indisponible"), said=fr("indisponibilité déclarée"),
        source=(at.DESIGNATION, at.SUSPENDU), target=None, by=(who.MAND,), shown=rank.peut_se_desister, records=(who.AD1V,),
        asks=Indisponible, needs=(rank.reponse_possible,), then=rank.indisponible,
        stops=(clock.CASCADE_REPONSE,), tells=(who.AD1V,), secret=True, paragraph=CIRCULAR,
    ),
    Step(
        id="A1a", act=do.ACCUSER_RECEPTION, label=fr("Accuser réception"), short=fr("Accuser réception"),
        said=fr("réception accusée"), source=(at.DESIGNATION,), target=None, by=(who.MAND,), shown=rank.attend_reception,
        then=rank.accusee, starts=(clock.CASCADE_REPONSE,), tells=(who.AD1V,), paragraph=fr("CCAG-PI 2009, article 3.1"),
    ),
    Step(
        id="A2", act=do.DESIGNER, label=fr("Désigner"), short=fr("Désigner"), said=fr("groupement désigné"),
        source=(at.DESIGNATION,), target=at.DESIGNE, by=(who.AD1V,), shown=rank.repondu_disponible,
        asks=Designation, needs=(rank.contrat_utilisable, rank.equipe_connue),
        warns=(rank.equipe_occupee, classement_change), then=rank.designe,
        tells=(who.SVC, who.COLL, who.MAND, who.DREAL), preview=True, paragraph=CIRCULAR,
    ),
    Step(
        id="A1b", act=do.ENREGISTRER_RECEPTION, label=fr("Enregistrer la réception"), short=fr("Réception"),
        said=fr("réception enregistrée"), source=(at.DESIGNATION,), target=None, by=(who.AD1V,),
        shown=rank.attend_reception, asks=ReceptionConstatee, needs=(rank.reception_possible,),
        then=rank.reception_enregistree, starts=(clock.CASCADE_REPONSE,), paragraph=fr("CCAG-PI 2009, article 3.1"),
    ),
    Step(
        id="A3", act=do.ECARTER, label=fr("Écarter ce rang et solliciter le suivant"), short=fr("Écarter le rang"),
        said=fr("rang écarté"), source=(at.DESIGNATION,), target=at.DESIGNATION, goes=rank.apres_ecart, by=(who.AD1V,),
        asks=Ecart, needs=(rank.contrat_utilisable, rank.motif_du_contrat), then=rank.ecarte,
        stops=(clock.CASCADE_REPONSE,), tells=(who.MAND,), secret=True, preview=True, paragraph=CIRCULAR,
    ),
    Step(
        id="A3c", act=do.REPRENDRE_CASCADE, label=fr("Reprendre au rang 1"), short=fr("Reprendre au rang 1"),
        said=fr("cascade reprise au rang 1"), source=(at.CASCADE_EPUISEE,), target=at.DESIGNATION, by=(who.AD1V,),
        asks=Motif, needs=(rank.contrat_utilisable,), then=rank.sollicitee, tells=(who.MAND,), secret=True, preview=True,
        paragraph=CHOICE,
    ),
    Step(
        id="A4", act=do.DELEGUER_CREDITS, label=fr("Enregistrer la délégation de crédits"), short=fr("Crédits"),
        said=fr("crédits délégués"), source=(at.DESIGNE,), target=at.CREDITS_DELEGUES, by=(who.AD1B,),
        asks=Credits, needs=(credit.credits_coherents,), warns=(credit.credits_avant_designation,),
        then=credit.credits_delegues,
        tells=(who.SVC, who.SVC_SIGN), paragraph=CIRCULAR,
    ),
)

EXECUTION = (
    Step(
        id="A5", act=do.NOTIFIER_COMMANDE, label=fr("Enregistrer la notification du bon de commande"),
        short=fr("Bon de commande"), said=fr("bon de commande notifié"), source=(at.CREDITS_DELEGUES,),
        target=at.APPROPRIATION, by=(who.SVC_SIGN,), prepares=(who.SVC,),
        asks=CommandeInitiale, needs=(order.commande_possible,), warns=(order.maximum_approche, order.ttc_inconnu),
        then=order.commande_notifiee,
        starts=(clock.BC_OBSERVATIONS, clock.BC_EXECUTION, clock.APPROPRIATION, clock.DUREE_MISSION),
        tells=(who.MAND, who.AD1B, who.COLL), preview=True, paragraph=fr("circulaire, §5 ; CCAG-PI 2009, article 3.7"),
    ),
    Step(
        id="A7", act=do.REMETTRE_NOTE, label=fr("Remettre la note"), short=fr("Remettre la note"), said=fr("note remise"),
        source=(at.APPROPRIATION, at.NOTE_REMISE), target=at.NOTE_REMISE, by=(who.MAND,), records=(who.SVC,),
        asks=Note, needs=(note.delai_lisible, note.note_deposee), warns=(note.charge_habituelle, note.jours_habituels),
        then=note.note_remise,
        stops=(clock.APPROPRIATION,), tells=(who.SVC, who.SVC_SIGN, who.COLL, who.COLL_SIGN), paragraph=fr("circulaire, §4"),
    ),
    Step(
        id="A9", act=do.APPROUVER_NOTE, label=fr("Approuver la note"), short=fr("Approuver la note"), said=fr("note approuvée"),
        source=(at.NOTE_REMISE,), target=at.NOTE_VALIDEE, goes=note.apres_approbation, by=(who.SVC_SIGN, who.COLL_SIGN),
        records=(who.SVC,), asks=Approbation, needs=(note.version_en_cours,), then=note.note_approuvee,
        tells=(who.AD1I, who.MAND, who.SVC, who.COLL), paragraph=fr("circulaire, §4 ; CCAG-PI 2009, article 27"),
    ),
    Step(
        id="A8", act=do.OBSERVER_NOTE, label=fr("Formuler des observations"), short=fr("Observations"),
        said=fr("observations sur la note"), source=(at.NOTE_REMISE,), target=at.APPROPRIATION,
        by=(who.SVC, who.COLL, who.SVC_SIGN, who.COLL_SIGN), asks=Observations, then=note.note_observee,
        tells=(who.MAND, who.SVC, who.SVC_SIGN, who.COLL, who.COLL_SIGN), paragraph=fr("circulaire, §4"),
    ),
    Step(
        id="A10", act=do.NOTIFIER_COMMANDE_ANIMATION, label=fr("Enregistrer le bon de commande d'animation"),
        short=fr("Bon d'animation"), said=fr("bon de commande d'animation notifié"), source=(at.NOTE_VALIDEE,),
        target=at.ANIMATION, by=(who.SVC_SIGN,), prepares=(who.SVC,), shown=order.sans_commande_globale,
        asks=CommandeAnimation, needs=(note.trois_accords, order.commande_possible),
        warns=(order.maximum_approche, order.ttc_inconnu, order.ej_deja_saisi),
        then=order.commande_animation_notifiee, starts=(clock.BC_OBSERVATIONS, clock.BC_EXECUTION),
        tells=(who.MAND, who.AD1B, who.COLL), preview=True, paragraph=fr("circulaire, §5 ; CCAG-PI 2009, article 3.7"),
    ),
    Step(
        id="A10b", act=do.LEVER_POINT_D_ARRET, label=fr("Lever le point d'arrêt"), short=fr("Point d'arrêt"),
        said=fr("point d'arrêt levé"), source=(at.NOTE_VALIDEE,), target=at.ANIMATION, by=(who.SVC_SIGN,),
        shown=order.commande_globale, needs=(note.trois_accords,), then=order.point_leve,
        tells=(who.MAND, who.COLL), preview=True, paragraph=CIRCULAR,
    ),
    Step(
        id="A12", act=do.TENIR_SESSION, label=fr("Constater la tenue de la session"), short=fr("Session tenue"),
        said=fr("tenue de la session constatée"), source=(at.ANIMATION,), target=at.RESTITUTION, by=(who.SVC,),
        shown=note.session_programmable, asks=SessionTenue, needs=(note.session_finie,), then=note.session_tenue,
        starts=(clock.RESTITUTION,), stops=(clock.SUR_SITE,), tells=(who.MAND, who.COLL), paragraph=fr("circulaire, §4"),
    ),
    Step(
        id="A11", act=do.PROGRAMMER_SESSION, label=fr("Programmer la session"), short=fr("Programmer"),
        said=fr("session programmée"), source=(at.ANIMATION,), target=None, by=(who.SVC,),
        asks=Session, needs=(note.session_possible,), warns=(note.duree_habituelle, note.jour_ouvre),
        then=note.session_programmee, stops=(clock.SUR_SITE,), starts=(clock.SUR_SITE,),
        tells=(who.COLL, who.MAND, who.DREAL, who.CAUE), preview=True, paragraph=fr("circulaire, §4"),
    ),
    Step(
        id="A13", act=do.REMETTRE_LIVRABLE, label=fr("Remettre le livrable"), short=fr("Remettre"), said=fr("remise du livrable déclarée"),
        source=(at.RESTITUTION, at.AJOURNE, at.REJETE), target=at.LIVRABLE_DECLARE, by=(who.MAND,), records=(who.SVC,),
        asks=RemiseLivrable, needs=(hand.remise_datee, hand.livrable_depose), then=hand.livrable_declare,
        stops=(clock.RESTITUTION, clock.AJOURN_ACCEPTATION, clock.AJOURN_REPRESENTATION, clock.AJOURN_DECISION,
               clock.REFACTION_OBSERVATIONS, clock.REFACTION_DECISION),
        tells=(who.SVC, who.COLL), paragraph=fr("CCAG-PI 2009, article 26"),
    ),
    Step(
        id="A13b", act=do.CONFIRMER_REMISE, label=fr("Confirmer la remise"), short=fr("Confirmer"), said=fr("remise du livrable confirmée"),
        source=(at.LIVRABLE_DECLARE,), target=at.LIVRABLE_REMIS, by=(who.SVC,),
        asks=ReceptionConstatee, needs=(hand.remise_confirmable,), then=hand.remise_confirmee,
        starts=(clock.VERIFICATION,), stops=(clock.BC_EXECUTION,), tells=(who.MAND, who.SVC_SIGN),
        paragraph=fr("CCAG-PI 2009, articles 13.2.2 et 26"),
    ),
    Step(
        id="A13c", act=do.NON_RECU, label=fr("Livrable non reçu"), short=fr("Non reçu"), said=fr("livrable signalé non reçu"),
        source=(at.LIVRABLE_DECLARE,), target=at.RESTITUTION, goes=hand.d_ou_il_vient, by=(who.SVC,),
        asks=Motif, then=hand.non_recu, tells=(who.MAND, who.COLL), preview=True, paragraph=CHOICE,
    ),
    Step(
        id="A14", act=do.RECEVOIR, label=fr("Enregistrer la décision de réception / d'admission"), short=fr("Réception"),
        said=fr("livrable reçu"), source=(at.LIVRABLE_REMIS,), target=at.RECU, by=(who.SVC_SIGN,),
        asks=DecisionSignee, needs=(verify.decision_datee,), then=verify.recu,
        stops=(clock.VERIFICATION, clock.REFACTION_OBSERVATIONS, clock.REFACTION_DECISION, clock.DUREE_MISSION,
               clock.BC_EXECUTION),
        tells=(who.MAND, who.COLL, who.AD1I), preview=True, paragraph=fr("CCAG-PI 2009, articles 2 et 27"),
    ),
    Step(
        id="A14c", act=do.RECEVOIR_AVEC_REFACTION, label=fr("Enregistrer la réception avec réfaction"),
        short=fr("Avec réfaction"), said=fr("livrable reçu avec réfaction"), source=(at.LIVRABLE_REMIS, at.AJOURNE),
        target=at.RECU, by=(who.SVC_SIGN,), shown=price.en_refaction,
        asks=ReceptionReduite, needs=(price.titulaire_entendu,), then=price.recu_avec_refaction,
        stops=(clock.VERIFICATION, clock.REFACTION_OBSERVATIONS, clock.REFACTION_DECISION, clock.AJOURN_ACCEPTATION,
               clock.AJOURN_REPRESENTATION, clock.AJOURN_DECISION, clock.DUREE_MISSION, clock.BC_EXECUTION),
        starts=(clock.REFACTION_OBSERVATIONS,), tells=(who.MAND, who.AD1I, who.AD1B), preview=True, paragraph=fr("CCAG-PI 2009, article 27.3"),
    ),
    Step(
        id="A15", act=do.CONSTATER_RECEPTION_TACITE, label=fr("Constater la réception tacite"), short=fr("Réception tacite"),
        said=fr("réception tacite constatée"), source=(at.LIVRABLE_REMIS,), target=at.RECU, by=(who.SVC_SIGN,),
        asks=Constat, needs=(verify.verification_expiree,), then=verify.recu_tacitement,
        stops=(clock.VERIFICATION, clock.REFACTION_OBSERVATIONS, clock.REFACTION_DECISION, clock.DUREE_MISSION,
               clock.BC_EXECUTION),
        tells=(who.MAND, who.COLL, who.AD1I), preview=True, paragraph=fr("CCAG-PI 2009, article 26.2"),
    ),
    Step(
        id="A14b", act=do.INVITER_A_OBSERVER, label=fr("Inviter à présenter ses observations (réfaction)"),
        short=fr("Réfaction"), said=fr("réfaction annoncée"), source=(at.LIVRABLE_REMIS, at.AJOURNE), target=None,
        by=(who.SVC_SIGN,), shown=price.hors_refaction,
        asks=Refaction, needs=(price.sans_refaction,), warns=(price.le_temps_manque,), then=price.refaction_engagee,
        starts=(clock.REFACTION_OBSERVATIONS,), tells=(who.MAND,), preview=True, paragraph=fr("CCAG-PI 2009, article 27.3"),
    ),
    Step(
        id="A14d", act=do.PRESENTER_OBSERVATIONS, label=fr("Présenter ses observations"), short=fr("Observations"),
        said=fr("observations du titulaire"), source=SPEAKING, target=None, by=(who.MAND,),
        shown=price.refaction_sans_reponse, records=(who.SVC,), asks=Observations, needs=(price.observations_datees,),
        warns=(price.observations_tardives,), then=price.refaction_commentee,
        stops=(clock.REFACTION_OBSERVATIONS,), starts=(clock.REFACTION_DECISION,), tells=(who.SVC, who.SVC_SIGN),
        paragraph=fr("CCAG-PI 2009, article 27.3"),
    ),
    Step(
        id="A16", act=do.AJOURNER, label=fr("Ajourner"), short=fr("Ajourner"), said=fr("livrable ajourné"),
        source=(at.LIVRABLE_REMIS,), target=at.AJOURNE, by=(who.SVC_SIGN,),
        asks=NotificationMotivee, needs=(verify.ajournable,), then=verify.ajourne, stops=(clock.VERIFICATION,),
        starts=(clock.AJOURN_ACCEPTATION, clock.AJOURN_REPRESENTATION, clock.AJOURN_DECISION),
        tells=(who.MAND, who.COLL), preview=True, danger=True, paragraph=fr("CCAG-PI 2009, article 27.2"),
    ),
    Step(
        id="A16b", act=do.ACCEPTER_AJOURNEMENT, label=fr("Accepter l'ajournement"), short=fr("Accepter"),
        said=fr("ajournement accepté"), source=(at.AJOURNE, at.SUSPENDU), target=None, by=(who.MAND,), records=(who.SVC,),
        shown=verify.ajournement_sans_reponse, asks=Observations, needs=(verify.reponse_a_temps,),
        then=verify.ajournement_accepte,
        stops=(clock.AJOURN_ACCEPTATION, clock.AJOURN_DECISION), tells=(who.SVC, who.SVC_SIGN),
        paragraph=fr("CCAG-PI 2009, article 27.2"),
    ),
    Step(
        id="A16c", act=do.REFUSER_AJOURNEMENT, label=fr("Refuser l'ajournement"), short=fr("Refuser"),
        said=fr("ajournement refusé"), source=(at.AJOURNE, at.SUSPENDU), target=None, by=(who.MAND,), records=(who.SVC,),
        shown=verify.ajournement_sans_reponse, asks=Observations, needs=(verify.reponse_a_temps,),
        then=verify.ajournement_refuse,
        stops=(clock.AJOURN_ACCEPTATION, clock.AJOURN_REPRESENTATION), starts=(clock.AJOURN_DECISION,),
        tells=(who.SVC, who.SVC_SIGN), paragraph=fr("CCAG-PI 2009, article 27.2"),
    ),
    Step(
        id="A18", act=do.REJETER, label=fr("Rejeter"), short=fr("Rejeter"), said=fr("livrable rejeté"),
        source=(at.LIVRABLE_REMIS, at.AJOURNE), target=at.REJETE, by=(who.SVC_SIGN,),
        asks=NotificationMotivee, needs=(verify.rejetable,), then=verify.rejete,
        stops=(clock.VERIFICATION, clock.REFACTION_OBSERVATIONS, clock.REFACTION_DECISION, clock.AJOURN_ACCEPTATION,
               clock.AJOURN_REPRESENTATION, clock.AJOURN_DECISION),
        tells=(who.MAND, who.AD1I), preview=True, danger=True, paragraph=fr("CCAG-PI 2009, article 27.4"),
    ),
    Step(
        id="A18b", act=do.CONSTATER_REJET_TACITE, label=fr("Constater le rejet tacite"), short=fr("Rejet tacite"),
        said=fr("rejet tacite constaté"), source=(at.AJOURNE,), target=at.REJETE, by=(who.SVC_SIGN,),
        shown=verify.pas_d_accord, asks=Constat, needs=(verify.silence_de_l_acheteur,), then=verify.rejete_tacitement,
        stops=(clock.AJOURN_ACCEPTATION, clock.AJOURN_REPRESENTATION, clock.AJOURN_DECISION,
               clock.REFACTION_OBSERVATIONS, clock.REFACTION_DECISION),
        tells=(who.MAND, who.AD1I), preview=True, danger=True, paragraph=fr("CCAG-PI 2009, article 27.2.1"),
    ),
)

BESIDE = (
    Step(
        id="A14e", act=do.NOUVELLE_DECISION, label=fr("Enregistrer la nouvelle décision (réfaction)"),
        short=fr("Nouvelle décision"), said=fr("nouvelle décision sur la réfaction"), source=(at.RECU, at.SUSPENDU),
        target=None, by=(who.SVC_SIGN,), shown=price.refaction_discutee, asks=NouvelleDecision,
        needs=(price.nouvelle_decision_possible,), then=price.refaction_revue, stops=(clock.REFACTION_DECISION,),
        tells=(who.MAND, who.AD1I, who.AD1B), preview=True, paragraph=fr("CCAG-PI 2009, article 27.3"),
    ),
    Step(
        id="A14f", act=do.CONSTATER_OBSERVATIONS_ACCEPTEES, label=fr("Constater l'acceptation des observations"),
        short=fr("Observations acceptées"), said=fr("acceptation des observations constatée"), source=(at.RECU, at.SUSPENDU),
        target=None, by=(who.SVC_SIGN,), shown=price.refaction_discutee, asks=ConstatReduction,
        needs=(price.observations_acceptees_possible,), then=price.observations_acceptees,
        stops=(clock.REFACTION_DECISION,), tells=(who.MAND, who.AD1I, who.AD1B), preview=True,
        paragraph=fr("CCAG-PI 2009, article 27.3"),
    ),
    Step(
        id="F1", act=do.DEMANDER_PAIEMENT, label=fr("Enregistrer la demande de paiement"), short=fr("Demande de paiement"),
        said=fr("demande de paiement enregistrée"), source=PAYABLE, target=None, by=(who.SVC,), shown=pay.a_payer,
        asks=DemandePaiement, needs=(pay.paiement_demandable,), then=pay.paiement_demande, starts=(clock.PAIEMENT,),
        tells=(who.AD1B, who.MAND), paragraph=fr("code de la commande publique, R2192-10 (à vérifier)"),
    ),
    Step(
        id="F2", act=do.PAYER, label=fr("Enregistrer le paiement"), short=fr("Paiement"), said=fr("paiement enregistré"),
        source=PAYABLE, target=None, by=(who.SVC,), shown=pay.en_paiement,
        asks=Paiement, needs=(pay.paiement_possible, penalty.titulaire_invite),
        warns=(pay.paiement_au_dela, penalty.sous_le_seuil),
        then=pay.paiement_enregistre, tells=(who.MAND, who.AD1B), paragraph=CHOICE,
    ),
    Step(
        id="F3", act=do.INVITER_SUR_PENALITES, label=fr("Inviter à présenter ses observations (pénalités)"),
        short=fr("Pénalités"), said=fr("pénalités annoncées"), source=(*ORDERED, at.SUSPENDU), target=None,
        by=(who.SVC_SIGN,), shown=penalty.penalites_annoncables, asks=Penalites, needs=(penalty.invitation_possible,),
        warns=(penalty.hors_bornes,), then=penalty.invite_sur_penalites, starts=(clock.PENALITES_OBSERVATIONS,),
        tells=(who.MAND,), preview=True, paragraph=fr("CCAG-PI 2021, article 14.1.1"),
    ),
    Step(
        id="F4", act=do.OBSERVER_PENALITES, label=fr("Présenter ses observations (pénalités)"),
        short=fr("Sur les pénalités"), said=fr("observations sur les pénalités"), source=(*ORDERED, at.SUSPENDU),
        target=None, by=(who.MAND,), records=(who.SVC,), shown=penalty.penalites_attendues, asks=ObservationsPenalites,
        needs=(penalty.observation_possible,), warns=(penalty.observation_hors_delai,), then=penalty.penalites_observees,
        tells=(who.SVC, who.SVC_SIGN), paragraph=fr("CCAG-PI 2021, article 14.1.1"),
    ),
    Step(
        id="T1", act=do.RESTITUER_AUX_ELUS, label=fr("Constater la restitution aux élus"), short=fr("Restitution"),
        said=fr("restitution aux élus constatée"), source=(at.RECU,), target=None, by=(who.SVC,), shown=ending.pas_encore_restitue,
        asks=RestitutionElus, needs=(ending.restitution_passee,), then=ending.restitue,
        starts=(clock.SUIVI_6_MOIS, clock.SUIVI_12_MOIS), tells=(who.AD1I, who.COLL), paragraph=fr("circulaire, §4"),
    ),
    Step(
        id="T2", act=do.REPONDRE_SUIVI, label=fr("Répondre au suivi"), short=fr("Suivi"), said=fr("suivi enregistré"),
        source=(at.RECU,), target=None, by=(who.SVC, who.COLL), shown=ending.restitue_aux_elus,
        asks=ReponseSuivi, needs=(ending.suivi_attendu,), warns=(ending.suivi_en_avance,), then=ending.suivi,
        tells=(who.AD1I,), paragraph=CHOICE,
    ),
    Step(
        id="A21", act=do.CLORE, label=fr("Clore l'atelier"), short=fr("Clore"), said=fr("atelier clos"), source=(at.RECU,),
        target=at.CLOS, by=(who.AD1I,), asks=Cloture, needs=(ending.pistes_finies,), then=ending.clos,
        tells=(who.SVC, who.COLL, who.MAND), preview=True, paragraph=CHOICE,
    ),
)

ANY_TIME = (
    Step(
        id="A23a", act=do.DEMANDER_PROLONGATION, label=fr("Demander une prolongation"), short=fr("Prolongation"),
        said=fr("prolongation demandée"), source=(*ORDERED, at.SUSPENDU), target=None, by=(who.MAND,), records=(who.SVC,),
        shown=order.a_des_commandes, asks=DemandeProlongation, needs=(longer.prolongation_demandable,),
        warns=(longer.cause_ancienne,), then=longer.prolongation_demandee, starts=(clock.PROLONGATION_REPONSE,), tells=(who.SVC, who.SVC_SIGN),
        paragraph=fr("CCAG-PI 2009, article 13.3"),
    ),
    Step(
        id="A23b", act=do.REPONDRE_PROLONGATION, label=fr("Répondre à la prolongation"), short=fr("Prolongation"),
        said=fr("prolongation décidée"), source=(*ORDERED, at.SUSPENDU), target=None, by=(who.SVC_SIGN,),
        shown=longer.prolongation_en_attente, asks=ReponseProlongation, needs=(longer.prolongation_accordable,),
        then=longer.prolongation_repondue, stops=(clock.PROLONGATION_REPONSE,), tells=(who.MAND,), preview=True,
        paragraph=fr("CCAG-PI 2009, article 13.3"),
    ),
    Step(
        id="A23c", act=do.OBSERVER_COMMANDE, label=fr("Observations sur le bon de commande"), short=fr("Observations"),
        said=fr("observations sur le bon de commande"), source=(*ORDERED, at.SUSPENDU), target=None, by=(who.MAND,),
        records=(who.SVC,),
        shown=order.a_des_commandes, asks=ObservationsCommande, needs=(order.observation_recevable,),
        warns=(order.observation_tardive,), then=order.commande_observee, tells=(who.SVC, who.SVC_SIGN),
        paragraph=fr("CCAG-PI 2009, article 3.7.2"),
    ),
    Step(
        id="C3", act=do.RECTIFIER, label=fr("Rectifier une saisie"), short=fr("Rectifier"), said=fr("saisie rectifiée"),
        source=(*ACTIVE, at.SUSPENDU), target=None, by=(who.SVC, who.SVC_SIGN, who.AD1I, who.AD1V, who.AD1B),
        shown=corrections.rectifiable, asks=Rectification, needs=(corrections.connue,), then=corrections.rectifiee,
        tells=(who.SVC, who.SVC_SIGN, who.MAND, who.AD1I), preview=True, paragraph=CHOICE,
    ),
    Step(
        id="A22b", act=do.REPRENDRE_ATELIER, label=fr("Reprendre l'atelier"), short=fr("Reprendre"), said=fr("atelier repris"),
        source=(at.SUSPENDU,), target=at.ACTE, goes=ending.etat_precedent, by=(who.SVC, who.AD1V),
        then=ending.relance, goes_on=True, tells=ALL_PARTIES, preview=True, paragraph=CHOICE,
    ),
    Step(
        id="A22", act=do.SUSPENDRE, label=fr("Suspendre"), short=fr("Suspendre"), said=fr("atelier suspendu"),
        source=ACTIVE, target=at.SUSPENDU, by=(who.SVC, who.AD1V), asks=Motif, warns=(ending.delais_qui_courent,),
        then=ending.suspendu, pauses=True, tells=ALL_PARTIES, preview=True, danger=True, paragraph=CHOICE,
    ),
    Step(
        id="A22c", act=do.ABANDONNER, label=fr("Abandonner"), short=fr("Abandonner"), said=fr("atelier abandonné"),
        source=(*ACTIVE, at.SUSPENDU), target=at.ABANDONNE, by=(who.SVC_SIGN, who.AD1V), asks=Motif,
        then=ending.abandonne, tells=ALL_PARTIES, preview=True, danger=True, paragraph=CHOICE,
    ),
    Step(
        id="A22d", act=do.RESILIER, label=fr("Résilier"), short=fr("Résilier"), said=fr("atelier résilié"),
        source=(*ORDERED, at.SUSPENDU), target=at.RESILIE, by=(who.SVC_SIGN, who.AD1V), shown=order.a_des_commandes,
        asks=Resiliation, needs=(ending.mise_en_demeure,), warns=(ending.mise_en_demeure_a_verifier,),
        then=ending.resilie, tells=ALL_PARTIES, preview=True, danger=True, paragraph=fr("CCAG-PI 2009, article 32"),
    ),
)
# fmt: on

ATELIER = (*DESIGNATION, *EXECUTION, *BESIDE, *ANY_TIME)
"""Every row after the act, in the order their buttons are shown."""
