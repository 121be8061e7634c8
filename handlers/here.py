"""What every move has at hand: the unit of work, who acts, the event, the hour, and what was composed at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from atelier.deadlines import Delay, Explained
from atelier.deadlines import Unit as Count
from atelier.dossier import Person
from atelier.prolongation import GRANTED
from atelier.rule_table import RULES
from atelier.territories import Territories
from atelier.words import Labels, Refused, fr
from chat.cards import Address, Message
from chat.talk import Answer, AnyEvent, Reply, Say
from chat.text import Text, joined, raw, texts, tr
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Config:
    """What was composed at start: AD1's review channel, the official territories."""

    review: Address
    territories: Territories


@dataclass(frozen=True, slots=True)
class Here:
    """One event being handled, inside its transaction. `now` is the procedure's clock (UTC, aware)."""

    unit: Unit
    person: Person
    event: AnyEvent
    now: datetime
    config: Config


def direct(account: Address) -> Address:
    """The direct conversation between the bot and an account: every platform reads « dm:<account> »."""
    return Address(platform=account.platform, id=f"dm:{account.id}")


def platform_name(platform: str, unit: Unit | None = None) -> Text:
    """A platform as people write it: « Mattermost »; one workspace among several by its own name too: « Slack (DGALN) »."""
    return raw(platform_read(platform, unit))


def platform_read(platform: str, unit: Unit | None = None) -> str:
    """The same, for a refusal."""
    kind, _, which = platform.partition("-")
    if not which:
        return kind.capitalize()
    called = unit.workspaces.called(platform) if unit is not None else ""
    return f"{kind.capitalize()} ({called or which})"


def said(refused: Refused) -> Text:
    """A refusal as a sentence of the catalogues, its dates told in the reader's way."""
    return Text(msg=refused.sentence, args=texts(told_args(refused.args_)))


def told_args(args: Mapping[str, object]) -> dict[str, object]:
    """What fills a sentence of the rules, the labels among it as sentences of the catalogues."""
    return {name: joined(map(tr, v), ", ") if isinstance(v, Labels) else v for name, v in args.items()}


SOURCES = frozenset({
    *(rule.source for rule in RULES), GRANTED, fr("bon de commande"), fr("note d'appropriation validée"),
    fr("choix du produit : le bon de commande couvre toute la mission"),
    fr("accord-cadre, délai de réponse à une sollicitation"),
})  # fmt: skip
"""Where a delay may come from in our own words: the rules' texts, the order, the note, more time granted."""


def told_steps(explained: Explained) -> tuple[Text, ...]:
    """How a date was reached, a sentence a step, dates, delays and holidays in the reader's way."""
    return tuple(tr(step.sentence, **_counted(told_args(step.args))) for step in explained.steps)


def _counted(args: dict[str, object]) -> dict[str, object]:
    """The same, « 15 jours » and a source of ours among it as sentences of the catalogues; a contract's own stays as it is."""
    written, source = args.get("delay"), args.get("source")
    told = {"delay": _delay(Delay.parse(written))} if isinstance(written, str) else {}
    return args | told | ({"source": tr(str(source))} if source in SOURCES else {})


def _delay(delay: Delay) -> Text:
    match delay.unit:
        case Count.MOIS:
            return tr("{count} mois", count=delay.count)
        case Count.JOURS_OUVRES:
            return tr("{count} jour(s) ouvré(s)", count=delay.count)
        case Count.JOURS:
            return tr("{count} jour(s)", count=delay.count)


def answer(here: Here, *replies: Reply) -> Answer:
    """Answer the person, in their language."""
    return Answer(replies=replies, lang=here.person.language)


def say(here: Here, text: Text) -> Answer:
    """Answer with one sentence."""
    return answer(here, Say(message=Message(text=text)))
