"""The life of one dossier, from its first question to its second follow-up: who does what, and how long they take."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from atelier.calendar import is_working_day
from atelier.deposits import DEPOSITS
from atelier.places import Commune
from atelier.words import Reference
from bench.year_town import EXAMINERS, Bot, Stuck
from bot.sandbox.letters import letter
from chat.forms import Form
from chat.talk import Answer, Ask, Say
from chat.text import Text

LONG = "Le centre ancien perd ses habitants et ses commerces ; un logement sur cinq y est vacant aujourd'hui."
ANSWERS = {
    "echelle": "quartier", "thematiques": ("habiter_mieux",), "objet": "Redonner un usage à la ville haute",
    "objectifs": LONG, "attendus_livrable": ("esquisse",), "ingenierie_locale": "Le chef de projet",
}  # fmt: skip
PACE = ((1, 35), (3, 30), (7, 20), (15, 10), (30, 5))
"""How many days people take to do what awaits them, and how many in a hundred of them."""
SORT = "classer_fichier"
FIRST, SECOND = "8000", "12000"


@dataclass(slots=True)
class Life:
    """One dossier. `days` draws how long somebody takes."""

    bot: Bot
    place: Commune
    number: int
    chance: random.Random
    ref: str = ""

    @property
    def dep(self) -> str:
        """Where it is."""
        return self.place.within[0].code

    @property
    def svc(self) -> str:
        """The agent of the service."""
        return f"svc{self.dep}"

    @property
    def sign(self) -> str:
        """Its signatory."""
        return f"sign{self.dep}"

    @property
    def examiner(self) -> str:
        """Whoever of AD1 takes it in charge."""
        return f"ad1i{self.number % EXAMINERS}"

    def delay(self) -> float:
        """Days somebody takes."""
        return self.chance.choices([days for days, _ in PACE], [weight for _, weight in PACE])[0]

    def day(self, ahead: int = 0) -> str:
        """A day as somebody types it."""
        return f"{self.bot.clock.now() + timedelta(days=ahead):%d/%m/%Y}"

    async def lived(self) -> AsyncIterator[float]:
        """Every gesture, in order; yields how many days pass before the next."""
        for stage in (
            self._asked,
            self._examined,
            self._designated,
            self._ordered,
            self._noted,
            self._held,
            self._ended,
        ):
            async for days in stage():
                yield days

    async def _asked(self) -> AsyncIterator[float]:
        before = await self._refs()
        await self.bot.ask(self.svc, "demande")
        (self.ref,) = await self._refs() - before
        form = _form(await self.bot.ask(self.svc, f"tout {self.ref}"))
        given = {q.name: q.initial for q in form.questions} | ANSWERS | {"territoire": self.place.code}
        await self.bot.fill(self.svc, form.token, given)
        yield self.delay()
        await self.bot.ask(self.svc, f"modifier_reponse {self.ref} dynamiques_territoire")
        await self.bot.say(self.svc, LONG)
        for field in ("courrier_engagement", "courrier_soutien"):
            yield self.delay()
            await self.bot.ask(self.svc, f"modifier_reponse {self.ref} {field}")
            await self.bot.drop(self.svc, f"{field}.pdf", letter("Fictif"))
            for said in (self.day(-1), "Claude Martin", "Maire", "1"):
                await self.bot.say(self.svc, said)
        await self._does(self.svc, "transmettre", "Trois réunions avec les élus de la ville")
        yield self.delay()

    async def _examined(self) -> AsyncIterator[float]:
        await self._does(self.examiner, "prendre", "motif = Le calendrier de la ville presse")
        yield self.delay()
        await self._does(self.examiner, "completer", "champs = objectifs | texte = Précisez les îlots visés.")
        yield self.delay()
        await self._does(self.svc, "repondre", "note = Les objectifs sont exacts.")
        yield self.delay()
        await self._does(
            "ad1v",
            "valider",
            "adequation_dispositif = Centre ancien à réparer | adequation_competences = Habitat et commerce",
        )
        yield self.delay()
        await self._does("ad1v", "acter", "accord_cadre = demonstration | acte = Décision 2026-31")
        yield self.delay()

    async def _designated(self) -> AsyncIterator[float]:
        await self._does("ad1v", "solliciter", "")
        mandataire = await self._mandataire()
        await self._does(mandataire, "accuser", "")
        yield min(self.delay(), 3)
        await self._does(mandataire, "disponible", "equipe = Une architecte-urbaniste, un paysagiste.")
        yield self.delay()
        form = _form(await self.bot.ask("ad1v", f"designer {self.ref}"))
        team = tuple(choice.value for choice in form.questions[0].choices)[:3]
        await self.bot.fill("ad1v", form.token, {"equipe": team})
        await self.bot.ask("ad1v", f"confirmer {self.ref} designer")
        yield self.delay()

    async def _ordered(self) -> AsyncIterator[float]:
        await self._does(
            "ad1b", "credits", f"ae = 20000 | cp = 20000 | uo = DDT {self.dep} | chorus = 2026-{self.number:04d}"
        )
        yield self.delay()
        await self._signs(
            "commande",
            f"ej = 15{self.number:08d} | montant = {FIRST} | objet = appropriation | jour = {self.day()} | delai = 2 mois"
            " | moyen = Courriel avec accusé | preuve = Accusé du jour",
        )
        yield 10 + self.delay()

    async def _noted(self) -> AsyncIterator[float]:
        mandataire = await self._mandataire()
        await self._hands(mandataire, "note")
        await self._does(
            mandataire, "note",
            "charge_jours = 9 | jours_sur_site = 2 | contenu = Lecture du centre | animation = Marche commentée"
            " | forme = esquisse | delai_restitution = 1 mois",
        )  # fmt: skip
        for who in (self.sign, f"maire{self.place.code}"):
            yield self.delay()
            await self._does(who, "approuver", f"version = 1 | document = Décision du {self.day()}")
        yield self.delay()
        await self._signs(
            "commande_animation",
            f"ej = 16{self.number:08d} | montant = {SECOND} | jour = {self.day()} | delai = 3 mois"
            " | moyen = Courriel avec accusé | preuve = Accusé du jour",
        )
        yield self.delay()

    def _session(self) -> tuple[str, str]:
        """Two days worked, one after the other, in two weeks."""
        first = self.bot.clock.now().date() + timedelta(days=14)
        while not (is_working_day(first, self.dep) and is_working_day(first + timedelta(days=1), self.dep)):
            first += timedelta(days=1)
        return f"{first:%d/%m/%Y}", f"{first + timedelta(days=1):%d/%m/%Y}"

    async def _held(self) -> AsyncIterator[float]:
        first, last = self._session()
        await self._does(
            self.svc, "session",
            f"premier_jour = {first} | dernier_jour = {last} | visite = Le matin | seance = À 14 h"
            " | parcours = De la halle au collège | acteurs = Élus et commerçants",
        )  # fmt: skip
        yield 20 + self.delay()
        await self._does(
            self.svc,
            "session_tenue",
            "visite_tenue = oui | seance_tenue = oui | participants = 34 | compte_rendu = Trois tables, douze actions.",
        )
        yield 15 + self.delay()
        mandataire = await self._mandataire()
        await self._hands(mandataire, "livrable")
        await self._does(mandataire, "livrable", f"jour = {self.day()}")
        yield self.delay()
        await self._does(
            self.svc, "remise", f"jour = {self.day(-1)} | moyen = Messagerie | preuve = Empreinte du fichier"
        )
        yield self.delay()
        await self._does(self.sign, "recevoir", f"jour = {self.day()} | document = Décision du jour")
        yield self.delay()

    async def _ended(self) -> AsyncIterator[float]:
        for number in (1, 2):
            await self._does(
                self.svc, "demande_paiement", f"commande = {number} | jour = {self.day()} | preuve = Facture {number}"
            )
        yield self.delay()
        await self._does(
            self.svc,
            "restitution",
            f"jour = {self.day()} | partenaires = Conseil municipal | relais = Une étude de la halle.",
        )
        yield self.delay()
        for number, amount in ((1, FIRST), (2, SECOND)):
            await self._does(self.svc, "paiement", f"commande = {number} | jour = {self.day()} | montant = {amount}")
        for months in (6, 12):
            yield 183 + self.delay()
            await self._does(self.svc, "suivi", f"mois = {months} | suites = Étude lancée.")

    async def _does(self, who: str, verb: str, given: str) -> None:
        """A gesture, confirmed when it is previewed. Raises Stuck when it asks for more."""
        answer = await self.bot.ask(who, f"{verb} {self.ref} {given}".rstrip())
        if any(isinstance(reply, Ask) for reply in answer.replies):
            raise Stuck(f"{who}: {verb} {given}: {_said(answer)}")
        if "Rien n'est encore envoyé" in _said(answer):
            await self.bot.ask(who, f"confirmer {self.ref} {verb}")

    async def _signs(self, verb: str, given: str) -> None:
        """Prepared by the service, signed by its director."""
        answer = await self.bot.ask(self.svc, f"{verb} {self.ref} {given}")
        if any(isinstance(reply, Ask) for reply in answer.replies):
            raise Stuck(f"{verb} {given}: {_said(answer)}")
        await self.bot.ask(self.sign, f"signer {self.ref} {verb}")

    async def _hands(self, who: str, kind: str) -> None:
        """A file dropped, and said to be this one: a few places are offered, any other is typed."""
        await self.bot.drop(who, f"{kind}.pdf", letter("Atelier", kind))
        card = self.bot.platform.last[f"dm:{who}"].card
        offered = [b.token for b in card.buttons if b.token.act == SORT] if card else []
        if not offered:
            raise Stuck(f"{who}: nothing is offered for a file")
        file = offered[0].arg.partition("=")[2]
        place = next(d.kind for d in DEPOSITS if d.act == kind)
        await self.bot.ask(who, f"{SORT} {self.ref} {place}={file}")

    async def _refs(self) -> set[str]:
        person = await self.bot.app.writer.run(lambda unit: unit.people.get(self.svc))
        mine = await self.bot.app.writer.run(lambda unit: unit.dossiers.list_for(person, 500))
        return {str(d.ref) for d in mine}

    async def _mandataire(self) -> str:
        dossier = await self.bot.app.writer.run(lambda unit: unit.dossiers.get(Reference(self.ref)))
        asked = dossier.mission_().asked()
        code = dossier.mission_().groupement or (asked.groupement if asked else "")
        return f"mand-{code}"


def _form(answer: Answer) -> Form:
    """The form that was opened. Raises Stuck."""
    for reply in answer.replies:
        if isinstance(reply, Ask):
            return reply.form
    raise Stuck(f"no form: {_said(answer)}")


def _said(answer: Answer) -> str:
    """What was answered, cards included."""
    messages = [r.message for r in answer.replies if isinstance(r, Say)]
    return " ".join(_flat(text) for m in messages for text in (m.text, *(m.card.paragraphs if m.card else ())))


def _flat(text: Text) -> str:
    return " ".join([text.msg, *(_flat(arg) for arg in text.args.values() if isinstance(arg, Text))])
