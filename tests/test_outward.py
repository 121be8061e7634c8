"""The whole story, read by everybody after each gesture: no surface tells a deadline somebody may not see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from clockwork import goes_by, leaves, rung
from town import LANGUAGES, TERRITORIES, Town, flat

from atelier import audience, rules
from atelier import labels as every
from atelier.calendar import local_day
from atelier.dossier import Dossier, Run
from atelier.labels import AD1
from atelier.words import Reference, Role, RuleId
from bot.sandbox import mission
from bot.sandbox.people import (
    ALBA,
    CAMILLE,
    ELSA,
    EVERYBODY,
    HUGO,
    INES,
    LEA,
    MAIRE,
    MARC,
    NORA,
    OSCAR,
    PAUL,
    REVIEW,
)
from bot.sandbox.transcript import told
from chat.cards import Message
from chat.talk import Answer, Asked, Say
from chat.text import tr
from documents.timeline_text import text_list, text_table
from documents.typography import short_day
from handlers import agenda, cards, home, summary, timelines, why
from handlers.here import Config, Here
from storage.unit import Unit

REF = Reference("ADT-2026-0001")
READ = LANGUAGES.say("fr", str)
CHANNELS = {
    f"atelier:{REF}": every.EVERYBODY - AD1,
    f"groupement:{REF}:grp:demonstration/rives": frozenset({Role.MAND}),
    f"groupement:{REF}:grp:demonstration/traverse": frozenset({Role.MAND}),
}
"""The cards of channels, and who reads there."""


def read(message: Message) -> str:
    return flat(told(message, READ))


def said(answer: Answer) -> str:
    return " ".join(read(reply.message) for reply in answer.replies if isinstance(reply, Say))


def outward(here: Here, dossier: Dossier) -> Iterator[tuple[str, str]]:
    """Everything somebody with a part in a dossier may ask for, in words."""
    unit, person, now = here.unit, here.person, here.now
    yield "accueil", said(home.home(here))
    yield "échéances", said(home.deadlines(here))
    yield "échéances REF", said(home.deadlines(here, dossier.ref))
    yield "pourquoi", said(why.why(here, dossier))
    yield "voir", read(summary.message(here, dossier))
    yield "carte", read(cards.draw(unit, cards.person_key(dossier.ref, person.id), now))
    yield "agenda", "\n".join(map(str, agenda.entries(dossier, person, READ)))
    picture = timelines.picture_of(unit, [dossier], tr("Frise"), person, now)
    yield "frise", f"{text_list(picture)}\n{text_table(picture)}"


def forms(day: date) -> tuple[str, ...]:
    """A day as it is written in each of these."""
    return READ(tr("{day}", day=day)), short_day(day, "fr", year=True), repr(day), day.isoformat(), f"{day:%Y%m%d}"


@dataclass
class Seen:
    """What somebody may see of a dossier, and what is hidden from them."""

    who: str
    dossier: Dossier
    mine: tuple[Run, ...]
    now: datetime

    @property
    def hidden(self) -> list[Run]:
        return [run for run in self.dossier.runs if run not in self.mine]

    @property
    def labels(self) -> set[str]:
        return {rules.rule(run.rule).label for run in self.mine}

    @property
    def days(self) -> set[date]:
        """The days that what is shown is told with: how each was counted, and the session."""
        session = self.dossier.mission.session if self.dossier.mission else None
        steps = [step for run in self.mine for step in rules.explained(run, self.dossier).steps]
        told_days = {day for step in steps for day in step.args.values() if isinstance(day, date)}
        return told_days | ({session.first, session.last} if session else set())


@dataclass
class Walk:
    """Reads everything for everybody, each time the dossier has moved."""

    town: Town
    moved: tuple[int, datetime] | None = None
    read: int = 0
    hidden: set[tuple[str, RuleId]] = field(default_factory=set)
    """Who was hidden what, so that the test is known to have looked."""

    def __call__(self) -> None:
        dossier, now = self.town.dossier(), self.town.local.clock.now()
        if (dossier.version, now) != self.moved:
            self.moved = (dossier.version, now)
            self.town.local.app.writer.call(lambda unit: self._everybody(unit, dossier, now))

    def _everybody(self, unit: Unit, dossier: Dossier, now: datetime) -> None:
        for somebody in EVERYBODY:
            person = unit.people.get(somebody.person().id)
            event = Asked(sender=somebody.address(), place=somebody.address(), id="1", direct=True, text="")
            here = Here(unit, person, event, now, Config(review=REVIEW, territories=TERRITORIES))
            if dossier.roles_of(person):
                seen = Seen(person.name, dossier, audience.shown(dossier, person), now)
                for name, text in outward(here, dossier):
                    self._silent(name, text, seen)
                    firm = name == "frise" and dossier.roles_of(person) == {Role.MAND}
                    assert not firm or "Instruction" not in text, "nothing of before it was asked"
            else:
                everything = said(home.home(here)) + said(home.deadlines(here))
                assert REF not in everything, person.name
        for key, roles in CHANNELS.items():
            seen = Seen(key, dossier, audience.common(dossier, roles), now)
            self._silent(key, read(cards.draw(unit, key, now)), seen)

    def _silent(self, name: str, text: str, seen: Seen) -> None:
        """Neither the name nor the coming day of what is hidden, unless something shown has the same."""
        self.read += 1
        for run in seen.hidden:
            self.hidden.add((seen.who, run.rule))
            label, due = rules.rule(run.rule).label, rules.explained(run, seen.dossier).due
            if label not in seen.labels:
                assert label not in text, (seen.who, name, seen.dossier.state)
            if due > local_day(seen.now, "55") and due not in seen.days:
                assert not [form for form in forms(due) if form in text], (seen.who, name, seen.dossier.state, label)


async def test_no_surface_tells_a_deadline_that_is_hidden(town: Town) -> None:
    await town.drafted()
    looked = Walk(town)
    town.player.after = looked
    await town.lettered(REF, "courrier_engagement")
    await town.lettered(REF, "courrier_soutien")
    await town.player.command(CAMILLE, f"transmettre {REF} Trois réunions avec les élus de la ville")
    await town.player.press(CAMILLE, "Confirmer")
    await town.player.command(NORA, f"prendre {REF}")
    await town.player.fill(NORA, {"motif": ""})
    await town.player.command(NORA, f"completer {REF} champs = objectifs | texte = Précisez les îlots visés.")
    await town.player.press(NORA, "Confirmer")
    await town.player.command(CAMILLE, f"repondre {REF} note = Les objectifs sont exacts.")
    await town.validate(REF)
    await mission.play(town.player, REF)
    assert looked.read > 2000
    names = {rule for _, rule in looked.hidden}
    assert {RuleId.CASCADE_REPONSE, RuleId.CIBLE_SUITE, RuleId.CIBLE_INSTRUCTION, RuleId.PAIEMENT} <= names
    knowing = {ALBA.account, OSCAR.account}
    for somebody in EVERYBODY:
        inside = any(role in AD1 for role, _ in somebody.holdings)
        if not inside and somebody.account not in knowing:
            assert rules.rule(RuleId.CASCADE_REPONSE).label not in posted(town, somebody.account), somebody.name


def posted(town: Town, account: str) -> str:
    """All that was ever sent to somebody, reminders included."""
    places = [place for place in (f"dm:{account}", REF.lower()) if account in town.world.place(place).members]
    posts = [p for place in places for p in town.world.visible(account, place)]
    return " ".join(read(p.message) for p in posts)


async def asked(town: Town) -> None:
    """A groupement is asked, and reads nothing."""
    await town.examined()
    await town.validate(REF)
    await mission.act(town.player, REF)
    await town.player.press(MARC, "Solliciter le rang 1", REVIEW.id)
    await town.player.press(MARC, "Confirmer", REVIEW.id)


async def idle(town: Town, days: int) -> None:
    for _ in range(days):
        await goes_by(town, days=1)


OF_THE_CASCADE = ("Suite à donner", "Réponse du groupement sollicité")


async def test_no_reminder_of_a_cascade_goes_up_outside_ad1(town: Town) -> None:
    """The second late one goes up inside the State: not to the service, which would learn how the cascade goes."""
    await asked(town)
    await idle(town, 35)
    assert any("Suite à donner" in told and "dépassée" in told for told in rung(town, MARC))
    assert any("Suite à donner" in told for told in rung(town, ALBA))
    await town.player.press(ALBA, "Accuser réception")
    await idle(town, 35)
    assert any("Réponse du groupement sollicité" in told and "dépassée" in told for told in rung(town, ALBA))
    for who in (CAMILLE, PAUL, INES, MAIRE, HUGO, LEA, OSCAR, ELSA):
        assert not [told for told in rung(town, who) for label in OF_THE_CASCADE if label in told], who.name


async def test_when_nobody_is_left_to_answer_ad1_is_told_and_the_service_is_not(town: Town) -> None:
    await asked(town)
    await town.player.press(ALBA, "Accuser réception")
    leaves(town, ALBA)
    leaves(town, MARC)
    await idle(town, 12)
    assert "personne de joignable" in " ".join(rung(town, NORA))
    assert "Réponse du groupement sollicité" in " ".join(rung(town, NORA))
    assert not [told for told in rung(town, CAMILLE) for label in OF_THE_CASCADE if label in told]
