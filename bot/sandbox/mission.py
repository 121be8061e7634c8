"""The rest of the story: from the act to the closing, under the fictitious « démonstration » contract.

Rank 1 is not available, rank 2 is; the note goes through two versions; the clock jumps from one date to the next.
"""

from __future__ import annotations

from datetime import date, timedelta

from atelier.calendar import is_working_day
from bot.sandbox.letters import letter
from bot.sandbox.people import ALBA, CAMILLE, INES, JEANNE, MAIRE, MARC, NORA, OSCAR, PAUL, REVIEW
from bot.sandbox.player import Player
from chat.talk import Given

CONTRACT = "demonstration"
NOTE: Given = {
    "charge_jours": "9", "jours_sur_site": "2", "contenu": "Lecture du centre ancien, trois îlots, commerces et vacance.",
    "animation": "Marche commentée avec les habitants, puis un atelier en trois tables.", "forme": "esquisse",
    "delai_restitution": "1 mois",
}  # fmt: skip


async def play(player: Player, ref: str) -> None:
    """From a validated request to a closed atelier. Raises Lost where the bot does not follow."""
    await act(player, ref)
    await designation(player, ref)
    await orders(player, ref)
    await note(player, ref)
    await session(player, ref)
    await deliverable(player, ref)
    await money(player, ref)
    await territory(player, ref)


def days(player: Player, count: int) -> None:
    """Time passes: `count` days, and on to a day worked in the Meuse."""
    today = player.local.clock.now().date()
    while not is_working_day(today + timedelta(count), "55"):
        count += 1
    player.local.clock.jump(timedelta(days=count))


def day(player: Player, ahead: int = 0) -> str:
    """A day as somebody types it."""
    return f"{player.local.clock.now() + timedelta(days=ahead):%d/%m/%Y}"


def on_site(today: date) -> int:
    """How many days ahead a session of two days begins: the last two worked in a row within a fortnight, in the Meuse."""
    worked = (n for n in range(14, 0, -1) if all(is_working_day(today + timedelta(n + m), "55") for m in (0, 1)))
    return next(worked)


async def act(player: Player, ref: str) -> None:
    """The DGALN orders the atelier under the contract."""
    await player.command(MARC, f"acter {ref} accord_cadre = adt-flash-2021 | acte = Décision DGALN 2026-31")
    await player.command(MARC, f"acter {ref} accord_cadre = {CONTRACT} | acte = Décision DGALN 2026-31")
    await player.press(MARC, "Confirmer")


async def designation(player: Player, ref: str) -> None:
    """Rank 1 is asked, and is not available; then rank 2, who is; the minutes show the order was kept."""
    await player.press(MARC, "Solliciter le rang 1", REVIEW.id)
    await player.press(MARC, "Confirmer", REVIEW.id)
    await player.press(ALBA, "Accuser réception")
    days(player, 1)
    await player.press(ALBA, "Indisponible")
    await player.fill(ALBA, {"motif": "Notre équipe est engagée jusqu'en juin sur deux autres sites."})
    await player.press(MARC, "Écarter ce rang et solliciter le suivant", REVIEW.id)
    await player.fill(
        MARC, {"motif_contrat": "indisponibilite_declaree", "justificatif": "Réponse du mandataire, gardée au journal."}
    )
    await player.press(MARC, "Confirmer", REVIEW.id)
    await player.command(ALBA, f"disponible {ref} Finalement oui")
    await player.press(OSCAR, "Disponible")
    await player.fill(OSCAR, {"equipe": "Une architecte-urbaniste, un paysagiste, une économiste."})
    await player.press(MARC, "Désigner", REVIEW.id)
    form = player.form(MARC)
    team = tuple(choice.value for choice in form.form.questions[0].choices)[:3]
    await player.fill(MARC, {"equipe": team})
    await player.press(MARC, "Confirmer", REVIEW.id)


async def orders(player: Player, ref: str) -> None:
    """Credits are delegated; the service prepares the order, its director signs it."""
    await player.press(JEANNE, "Enregistrer la délégation de crédits", REVIEW.id)
    await player.fill(JEANNE, {"ae": "24 000 €", "cp": "24 000 €", "uo": "DDT 55", "chorus": "2026-0135"})
    days(player, 4)
    await player.press(CAMILLE, "Enregistrer la notification du bon de commande")
    await player.fill(CAMILLE, {
        "ej": "1512345678", "montant": "8 000 €", "montant_ttc": "9 600 €", "objet": "appropriation", "jour": day(player), "delai": "1 mois",
        "moyen": "Courriel avec accusé", "preuve": "Accusé du jour",
    })  # fmt: skip
    await player.press(PAUL, "Signer")
    await player.command(CAMILLE, f"pourquoi {ref}")


async def note(player: Player, ref: str) -> None:
    """Two versions of the note, then three approvals on the second."""
    days(player, 15)
    await handed(player, "note-v1.pdf", "Note d'appropriation", ref)
    await player.press(OSCAR, "Remettre la note")
    await player.fill(OSCAR, NOTE | {"charge_jours": "12"})
    await player.press(INES, "Formuler des observations")
    await player.fill(INES, {"observations": "Ajoutez la halle, et revenez à neuf jours de travail."})
    days(player, 3)
    await handed(player, "note-v2.pdf", "Note d'appropriation", ref)
    await player.press(OSCAR, "Remettre la note")
    await player.fill(OSCAR, NOTE)
    await player.command(PAUL, f"approuver {ref} version = 2 | document = Décision du {day(player)}")
    await player.press(MAIRE, "Approuver la note")
    await player.fill(MAIRE, {"version": "2", "document": f"Lettre du maire du {day(player)}"})


async def session(player: Player, ref: str) -> None:
    """The second order, then two days on site."""
    await player.press(CAMILLE, "Enregistrer le bon de commande d'animation")
    await player.fill(CAMILLE, {
        "ej": "1512345679", "montant": "12 000 €", "montant_ttc": "14 400 €", "jour": day(player), "delai": "2 mois", "moyen": "Courriel avec accusé",
        "preuve": "Accusé du jour",
    })  # fmt: skip
    await player.press(PAUL, "Signer")
    ahead = on_site(player.local.clock.now().date())
    await player.press(CAMILLE, "Programmer la session")
    await player.fill(CAMILLE, {
        "premier_jour": day(player, ahead), "dernier_jour": day(player, ahead + 1), "visite": "Le premier matin, devant la halle",
        "seance": "Le second jour à 14 h, salle du conseil", "parcours": "De la halle à l'ancien collège par la rue des Ducs.",
        "acteurs": "Élus, commerçants, bailleur, établissement public foncier.",
    })  # fmt: skip
    await player.press(CAMILLE, "Confirmer")
    days(player, 16)
    await player.press(CAMILLE, "Constater la tenue de la session")
    await player.fill(CAMILLE, {
        "visite_tenue": "oui", "seance_tenue": "oui", "participants": "34",
        "compte_rendu": "Trois tables, une esquisse partagée, douze actions à prioriser.",
    })  # fmt: skip
    await player.command(NORA, f"echeances {ref}")


async def deliverable(player: Player, ref: str) -> None:
    """Handed in by the mandataire, confirmed by the service, received by its director."""
    days(player, 24)
    await handed(player, "esquisse.pdf", "Livrable", ref)
    await player.press(OSCAR, "Remettre le livrable")
    await player.fill(OSCAR, {"jour": day(player)})
    days(player, 1)
    await player.press(CAMILLE, "Confirmer la remise")
    await player.fill(
        CAMILLE, {"jour": day(player, -1), "moyen": "Dépôt dans la messagerie", "preuve": "Empreinte du fichier"}
    )
    days(player, 12)
    await player.press(PAUL, "Enregistrer la décision de réception / d'admission")
    await player.fill(PAUL, {"jour": day(player), "document": "Décision d'admission du jour"})
    await player.press(PAUL, "Confirmer")


async def money(player: Player, ref: str) -> None:
    """Both orders paid: a track of its own."""
    for number in ("1", "2"):
        await player.command(
            CAMILLE, f"demande_paiement {ref} commande = {number} | jour = {day(player)} | preuve = Facture {number}"
        )
    days(player, 20)
    for number, amount in (("1", "9 600 €"), ("2", "14 400 €")):
        await player.command(CAMILLE, f"paiement {ref} commande = {number} | jour = {day(player)} | montant = {amount}")


async def territory(player: Player, ref: str) -> None:
    """Given back to the élus, followed up at six and twelve months, then closed."""
    await player.press(CAMILLE, "Constater la restitution aux élus")
    await player.fill(CAMILLE, {
        "jour": day(player), "partenaires": "Conseil municipal, Région, établissement public foncier.",
        "relais": "La ville engage l'étude de la halle avec l'établissement public foncier.",
    })  # fmt: skip
    for months, words in (("6", "Étude de la halle lancée."), ("12", "Permis d'aménager déposé.")):
        days(player, 183)
        await player.press(CAMILLE, "Répondre au suivi")
        await player.fill(CAMILLE, {"mois": months, "suites": words})
    await player.press(NORA, "Clore l'atelier", REVIEW.id)
    await player.fill(NORA, {"bilan": "Un atelier court, une esquisse reprise par la ville, une étude engagée."})
    await player.press(NORA, "Confirmer", REVIEW.id)
    await player.command(MARC, f"pv {ref}")
    await player.command(NORA, f"journal {ref}")


async def handed(player: Player, name: str, kind: str, ref: str) -> None:
    """The mandataire drops a file and says what it is."""
    await player.drop(OSCAR, {name: letter("Atelier des Rives", kind, "(document fictif)")})
    await player.press(OSCAR, f"{kind} de {ref}")
