"""« agenda » and « pourquoi »: what a calendar receives when dates move, and how each date is told."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from cases import NOON, in_state, somebody, take
from clockwork import REF, goes_by
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from town import LANGUAGES, Town, flat

from atelier import audience, rules
from atelier.words import Do, Role, RuleId, State
from bot.sandbox.people import CAMILLE, HUGO, NORA
from bot.sandbox.world import direct
from documents.agenda import Status
from handlers.agenda import entries, sequence, uid

READ = LANGUAGES.say("fr", str)
SVC, AD1V, MAND = somebody(Role.SVC), somebody(Role.AD1V), somebody(Role.MAND)
LABEL = "Décision de la DGALN"


def of(dossier, person=SVC, label: str = LABEL):
    """The entry of a deadline in somebody's calendar."""
    return next(e for e in entries(dossier, person, READ) if e.summary.startswith(label))


def days_on_site(dossier):
    """The entry of the session itself, beside the one of its last day."""
    return next(e for e in entries(dossier, SVC, READ) if e.uid.endswith("-session@atelier-flash"))


CHANGES = st.lists(st.sampled_from(["start", "suspend", "resume", "stop"]), min_size=1, max_size=12)


@given(CHANGES)
def test_each_change_of_a_date_raises_its_sequence_and_keeps_its_uid(changes: list[str]) -> None:
    id_, now = RuleId.CIBLE_INSTRUCTION, NOON
    dossier = in_state(State.EN_ECHANGE)
    runs = rules.start((), id_, now)
    seen = [(of(dossier.model_copy(update={"runs": runs})), runs)]
    for change in changes:
        now += timedelta(days=1)
        runs = getattr(rules, change)(runs, id_, now)
        if runs != seen[-1][1]:
            seen.append((of(dossier.model_copy(update={"runs": runs})), runs))
    sequences = [entry.sequence for entry, _ in seen]
    assert sequences[0] == 0
    assert all(a < b for a, b in pairwise(sequences))
    assert len({entry.uid for entry, _ in seen}) == 1
    stamps = [entry.stamp for entry, _ in seen]
    assert stamps == sorted(stamps)


def test_the_same_dossier_gives_the_same_calendar() -> None:
    dossier = in_state(State.A_COMPLETER)
    assert list(entries(dossier, SVC, READ)) == list(entries(dossier, SVC, READ))


def test_stopped_early_or_suspended_is_cancelled_then_comes_back() -> None:
    asked, runs = in_state(State.EN_ECHANGE), in_state(State.EN_ECHANGE).runs
    assert of(asked).status is Status.CONFIRMED
    id_ = RuleId.CIBLE_INSTRUCTION
    paused = asked.model_copy(update={"runs": rules.suspend(runs, id_, NOON + timedelta(days=2))})
    assert of(paused).status is Status.CANCELLED
    resumed = asked.model_copy(update={"runs": rules.resume(paused.runs, id_, NOON + timedelta(days=9))})
    assert of(resumed).status is Status.CONFIRMED
    assert of(resumed).when > of(asked).when
    early = asked.model_copy(update={"runs": rules.stop(runs, id_, NOON + timedelta(days=2))})
    late = asked.model_copy(update={"runs": rules.stop(runs, id_, NOON + timedelta(days=90))})
    assert (of(early).status, of(late).status) == (Status.CANCELLED, Status.CONFIRMED)


def test_the_days_on_site_of_an_atelier_that_stops_are_given_back() -> None:
    """Whoever kept the days of a session must see that they are free; they come back with the atelier, and stay once held."""
    planned = take(in_state(State.ANIMATION), Do.PROGRAMMER_SESSION)
    paused = take(planned, Do.SUSPENDRE, at=NOON + timedelta(days=1))
    resumed = take(paused, Do.REPRENDRE_ATELIER, at=NOON + timedelta(days=2))
    gone = take(resumed, Do.ABANDONNER, at=NOON + timedelta(days=3))
    held, *seen = (days_on_site(one) for one in (in_state(State.RESTITUTION), planned, paused, resumed, gone))
    assert held.status is Status.CONFIRMED
    assert [e.status.value for e in seen] == ["CONFIRMED", "CANCELLED", "CONFIRMED", "CANCELLED"]
    assert all(a.sequence < b.sequence and a.uid == b.uid for a, b in pairwise(seen))


def test_two_orders_have_two_dates_and_a_rank_is_told_to_nobody() -> None:
    dossier = in_state(State.VALIDEE)
    runs = rules.start((), RuleId.BC_EXECUTION, NOON, about="bc:1", delay="1 mois")
    runs = rules.start(runs, RuleId.BC_EXECUTION, NOON, about="bc:2", delay="2 mois")
    for number in (1, 2):
        runs = rules.start(
            rules.stop(runs, RuleId.CASCADE_REPONSE, NOON),
            RuleId.CASCADE_REPONSE,
            NOON,
            about=f"rang:{number}",
            delay="7 jours",
        )
    dossier = dossier.model_copy(update={"runs": runs})
    told = [e.summary for e in entries(dossier, SVC, READ) if e.summary.startswith("Exécution")]
    assert [name.partition(" — ")[0] for name in told] == [f"Exécution du bon de commande n° {n}" for n in (1, 2)]
    counts = {
        p.name: len([e for e in entries(dossier, p, READ) if e.summary.startswith("Réponse du groupement")])
        for p in (AD1V, SVC, MAND)
    }
    assert counts == {"AD1V": 2, "SVC": 0, "MAND": 1}
    mine = of(dossier, MAND, "Réponse du groupement")
    assert mine.sequence == 0
    assert "rang" not in mine.uid
    assert uid(dossier, [runs[0]]) != uid(dossier, [runs[1]])
    assert sequence([runs[0]]) == 0


async def calendar(town: Town, who) -> Calendar:
    """The file somebody was last sent."""
    posts = [p for p in town.world.visible(who.account, direct(who.account)) if p.message.files]
    file = posts[-1].message.files[0]
    content = town.local.app.writer.call(lambda unit: unit.files.content(file.id))
    assert file.name.endswith(".ics")
    assert file.mime == "text/calendar"
    return Calendar.from_ical(content)


async def test_the_file_of_a_dossier_and_of_a_person(town: Town) -> None:
    await town.examined()
    await town.player.command(CAMILLE, f"agenda {REF}")
    events = {str(e["summary"]): e for e in (await calendar(town, CAMILLE)).walk("VEVENT")}
    decision = next(e for name, e in events.items() if name.startswith(LABEL))
    assert decision["dtstart"].dt == date(2026, 12, 1)
    assert decision["status"] == "CONFIRMED"
    assert f"{REF} — Bar-le-Duc" in decision["summary"]
    await town.player.command(NORA, f"completer {REF} champs = objectifs | texte = Précisez les îlots visés.")
    await town.player.press(NORA, "Confirmer")
    await town.player.command(CAMILLE, "agenda")
    again = next(e for e in (await calendar(town, CAMILLE)).walk("VEVENT") if str(e["summary"]).startswith(LABEL))
    standing = [e for e in (await calendar(town, CAMILLE)).walk("VEVENT") if e["status"] == "CONFIRMED"]
    assert f"Votre agenda : {len(standing)} date" in town.last(CAMILLE)
    assert again["uid"] == decision["uid"]
    assert again["sequence"] > decision["sequence"]
    assert again["status"] == "CANCELLED"


async def test_no_date_is_said_and_a_stranger_gets_nothing(town: Town) -> None:
    await town.player.command(HUGO, "agenda")
    assert "Aucune date à mettre dans un agenda" in town.last(HUGO)
    await town.transmitted()
    await town.player.command(HUGO, "agenda ADT-2026-0009")
    assert "n'existe pas ou vous n'y avez pas part" in town.last(HUGO)


async def test_why_names_who_is_awaited_the_days_skipped_the_pauses_and_what_was_before(town: Town) -> None:
    await town.examined(letters=False)
    await town.player.command(NORA, f"completer {REF} champs = objectifs | texte = Précisez les îlots visés.")
    await town.player.press(NORA, "Confirmer")
    await town.player.command(CAMILLE, f"pourquoi {REF}")
    read = flat(town.read(CAMILLE)).rpartition("Comment les échéances")[2]
    assert (
        "Réponse au complément (cible de service, sans effet de droit), attendu de : service porteur, collectivité"
        in read
    )
    assert "Le mercredi 11 novembre 2026 est férié (Armistice 1918)." in read or "11 novembre 2026 est férié" in read
    assert "suspendue depuis le lundi 2 novembre 2026" in read
    assert "Échéances passées :" in read
    assert "Prise en charge par la DGALN : du lundi 2 novembre 2026 au lundi 2 novembre 2026" in read
    await goes_by(town, days=7)
    await town.player.command(NORA, f"lever {REF}")
    await town.player.press(NORA, "Confirmer")
    await town.player.command(CAMILLE, f"pourquoi {REF} décision")
    read = flat(town.read(CAMILLE)).rpartition("Comment les échéances")[2]
    assert "• suspendue du lundi 2 novembre 2026 au lundi 9 novembre 2026" in read
    assert "suspendu 5 jours ouvrés" in read
    assert "complément (" not in read, "only what was asked"


async def test_why_of_what_does_not_run_is_said(town: Town) -> None:
    await town.examined()
    await town.player.command(CAMILLE, f"pourquoi {REF} paiement")
    read = flat(town.last(CAMILLE))
    assert "n'a pas d'échéance « paiement »" in read
    assert LABEL in read


@pytest.mark.parametrize(("person", "seen"), [(AD1V, 2), (SVC, 0), (MAND, 1)])
def test_how_many_were_asked_before_is_ad1_s_own(person, seen: int) -> None:
    dossier = in_state(State.VALIDEE)
    runs = rules.start((), RuleId.CASCADE_REPONSE, NOON, about="rang:1", delay="7 jours")
    runs = rules.start(
        rules.stop(runs, RuleId.CASCADE_REPONSE, NOON), RuleId.CASCADE_REPONSE, NOON, about="rang:2", delay="7 jours"
    )
    with_them = dossier.model_copy(update={"runs": runs})
    assert sum(run in audience.shown(with_them, person) for run in runs) == seen
