"""The story of one request, from its first question to the DGALN's decision: Bar-le-Duc, a town of the circular (§2).

People, letters and answers are invented. Each line is what somebody types or presses; the bot's part is its own.
"""

from __future__ import annotations

from datetime import timedelta

from bot.sandbox.letters import letter
from bot.sandbox.people import ALIX, CAMILLE, HUGO, INES, MARC, NORA, REVIEW, SACHA, Somebody
from bot.sandbox.player import Player

OBJECTIVES = (
    "Faire émerger avec les habitants, les commerçants et les élus une esquisse partagée pour la ville haute, et une "
    "première liste d'actions à engager dans l'année."
)
DYNAMICS = (
    "La ville perd des habitants depuis vingt ans ; un logement sur cinq de la ville haute est vacant et trois "
    "commerces ont fermé cette année. Un pôle de santé ouvre en 2027."
)
MORE_OBJECTIVES = (
    OBJECTIVES + " Trois îlots seront étudiés en priorité : la halle, l'ancien collège et la rue des Ducs."
)


async def play(player: Player) -> str:
    """Play the whole story and return the request's reference. Raises Lost where the bot does not follow."""
    ref = await opening(player)
    await together(player, ref)
    await transmission(player, ref)
    await examination(player, ref)
    await complement(player, ref)
    await decision(player, ref)
    return ref


async def older_requests(player: Player) -> None:
    """Two requests came before: the queue is in order of arrival."""
    for who, town, purpose in (
        (ALIX, "Pithiviers", "Revitaliser le centre de Pithiviers autour du mail"),
        (SACHA, "Cavaillon", "Recoudre la gare et le centre de Cavaillon"),
    ):
        await quickly(player, who, town, purpose)


async def quickly(player: Player, who: Somebody, town: str, purpose: str) -> None:
    """One request filled with the whole form, then transmitted."""
    await player.command(who, "demande")
    await player.press(who, "Tout remplir en une fois")
    await player.fill(
        who,
        {
            "service_porteur": who.service, "territoire": town, "echelle": "commune", "thematiques": ("habiter_mieux",),
            "objet": purpose, "objectifs": OBJECTIVES, "attendus_livrable": ("esquisse",),
            "ingenierie_locale": "Le chef de projet Action cœur de ville",
        },
    )  # fmt: skip
    await player.choose(who, "Modifier une réponse", "Objet")
    await player.say(who, purpose)
    ref = last_ref(player, who)
    await player.command(who, f"modifier_reponse {ref} dynamiques_territoire")
    await player.say(who, DYNAMICS)
    await send(player, who)


def last_ref(player: Player, who: Somebody) -> str:
    """The reference of the last request opened by somebody, as the bot wrote it to them."""
    words = " ".join(player.screen(who)).split()
    return next(w.strip(".,:;») ") for w in reversed(words) if w.startswith("ADT-"))


async def send(player: Player, who: Somebody) -> None:
    """Transmit: the form, the preview, the confirmation."""
    await player.press(who, "Transmettre à la DGALN")
    await player.fill(who, {"conception": "Trois réunions avec les élus et les services de la ville."})
    await player.press(who, "Confirmer")


async def opening(player: Player) -> str:
    """Camille opens the request and answers, one question at a time; mistakes are met with a reason and an example."""
    await player.command(CAMILLE, "demnade")
    await player.command(CAMILLE, "demande")
    await player.press(CAMILLE, "DDT de la Meuse")
    await player.say(CAMILLE, "Bar le Duk")
    await player.say(CAMILLE, "bar-le-duc")
    await player.choose(CAMILLE, "Choisir", "Quartier")
    await player.choose(CAMILLE, "Ajouter ou retirer", "Réparer la ville pour habiter mieux")
    await player.press(CAMILLE, "C'est tout")
    await player.say(CAMILLE, "Centre")
    await player.say(CAMILLE, "Redonner un usage aux îlots vacants de la ville haute")
    await player.press(CAMILLE, "Reprendre plus tard")
    player.local.clock.jump(timedelta(days=1))
    await player.press(CAMILLE, "Reprendre")
    await player.say(CAMILLE, OBJECTIVES)
    await player.say(CAMILLE, "esquisse, autre : maquette participative")
    await player.say(CAMILLE, "passer")
    await player.say(CAMILLE, "ACV, ORT")
    await player.say(CAMILLE, "passer")
    await player.say(CAMILLE, "La directrice de projet Action cœur de ville et son équipe")
    await player.say(CAMILLE, "L'étude urbaine de 2024 et le diagnostic commercial")
    await player.say(CAMILLE, "mars 2027 à mai 2027")
    await player.press(CAMILLE, "Passer")
    return last_ref(player, CAMILLE)


async def together(player: Player, ref: str) -> None:
    """The collectivité enters the request, answers its own questions and files its letter."""
    await player.command(CAMILLE, f"inviter {ref} personne = Inès Moreau | role = COLL")
    await player.press(INES, "Répondre à mes questions")
    await player.say(INES, DYNAMICS)
    await player.say(INES, "OPAH-RU en cours, PLUi arrêté, ORT signée en 2021")
    await player.say(INES, "Bailleur social, union commerçante, établissement public foncier")
    await player.drop(INES, {"courrier.pdf": b"MZ\x90\x00 un programme renomme en pdf"})
    content = letter("Ville de Bar-le-Duc", "Objet : atelier flash, engagement de la collectivité", "(lettre fictive)")
    await player.drop(INES, {"engagement-bar-le-duc.pdf": content})
    await player.say(INES, "avant-hier")
    await player.say(INES, "Claude Martin")
    await player.press(INES, "Maire")
    await player.press(INES, "Original signé, numérisé")
    await player.command(HUGO, f"voir {ref}")


async def transmission(player: Player, ref: str) -> None:
    """Only the service transmits; several people are told, so the text is shown first."""
    await player.command(INES, f"transmettre {ref}")
    await player.command(CAMILLE, f"voir {ref}")
    await send(player, CAMILLE)
    await player.command(NORA, "file")


async def examination(player: Player, ref: str) -> None:
    """AD1 takes it out of order, with the reason; notes stay inside, letters to the service go out and come back."""
    await player.command(NORA, f"prendre {ref}")
    await player.fill(NORA, {"motif": ""})
    await player.fill(
        NORA, {"motif": "Calendrier de la ville : la session doit précéder l'ouverture du pôle de santé."}
    )
    thread = player.review(NORA, ref)
    await player.say(NORA, "Note interne : vérifier le lien avec l'OPAH-RU.", REVIEW.id, thread)
    await player.command(
        NORA, f"ecrire {ref} destinataires = service | texte = La halle est-elle propriété de la ville ?"
    )
    await player.say(
        CAMILLE, "Oui, depuis 2019 ; l'ancien collège appartient au Département.", "", player.root(CAMILLE, ref)
    )


async def complement(player: Player, ref: str) -> None:
    """The support letter is missing, and the aims are vague: the clock of the DGALN stops until the answer."""
    await player.command(
        MARC, f"valider {ref} adequation_dispositif = Le projet convient bien | adequation_competences = Réseau adapté"
    )
    await player.command(MARC, "aide valider")
    await player.command(
        NORA,
        f"completer {ref} champs = courrier_soutien, objectifs | texte = Joignez le soutien du préfet et précisez les îlots visés.",
    )
    await player.press(NORA, "Confirmer")
    await player.command(NORA, f"echeances {ref}")
    player.local.clock.jump(timedelta(days=3))
    await player.press(CAMILLE, "Compléter la fiche")
    await player.say(CAMILLE, MORE_OBJECTIVES)
    await player.drop(
        CAMILLE,
        {"soutien-prefet.pdf": letter("Préfecture de la Meuse", "Soutien à l'atelier flash", "(lettre fictive)")},
    )
    await player.say(CAMILLE, "hier")
    await player.say(CAMILLE, "Dominique Durand")
    await player.press(CAMILLE, "Préfet")
    await player.press(CAMILLE, "Signé électroniquement")
    await player.command(CAMILLE, f"repondre {ref} note = Le courrier et les trois îlots y sont.")


async def decision(player: Player, ref: str) -> None:
    """A reasoned opinion, then the decision; everybody round the request is told."""
    await player.command(
        NORA, f"avis {ref} sens = favorable | motif = Projet mûr, collectivité engagée, calendrier tenable."
    )
    await player.command(
        MARC,
        f"valider {ref} adequation_dispositif = Esquisse partagée sur un centre ancien : le cœur du dispositif."
        " | adequation_competences = Urbanisme, habitat et commerce sont dans le réseau.",
    )
    await player.press(MARC, "Confirmer")
    await player.command(CAMILLE, f"pourquoi {ref}")
    await player.command(NORA, f"journal {ref}")
    await player.command(MARC, "")
