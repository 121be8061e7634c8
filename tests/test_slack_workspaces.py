"""Several Slack workspaces and one bot: who is who, where each reads, a workspace that leaves and comes back."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cases import in_state

from atelier.directory import Entry
from atelier.dossier import Dossier, Holding, Person
from atelier.words import PersonId, Reference, Refused, Role, State
from bot import learning, presence, production
from bot.sandbox.people import CAMILLE, NORA, OSCAR
from bot.workspaces_checkup import findings
from chat.cards import Address, Message
from chat.text import raw
from handlers import directory, gathering
from storage.unit import Unit
from tests.slack.installer import KEY, LANGUAGES, PUBLIC, TERRITORIES, Shared, settings, shared
from tests.slack.person import SECRET
from tests.slack.samples import sample
from tests.slack.slacks import ALPHA, BETA, CLIENT, CLIENT_SECRET, HOME, Slacks, slacks
from tests.slack.workspace import Workspace

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ROOT = Path(__file__).parent.parent
STATE, FIRM = "slack", f"slack-{ALPHA}"
TRIGGERS = itertools.count()
CODE = re.compile(r"[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}")


@pytest.fixture
async def slack() -> AsyncIterator[Slacks]:
    async with slacks(HOME, ALPHA, BETA) as found:
        yield found


@pytest.fixture
async def bot(url: str, slack: Slacks) -> AsyncIterator[Shared]:
    async with shared(url, slack) as found:
        await found.install(ALPHA)
        yield found


@pytest.fixture
async def light(sqlite_url: str, slack: Slacks) -> AsyncIterator[Shared]:
    """The same on SQLite alone, for what no database changes."""
    async with shared(sqlite_url, slack) as found:
        await found.install(ALPHA)
        yield found


def command(team: str, user: str, text: str = "préférences", channel: str = "D1") -> dict[str, Any]:
    told = {"command": "/atelier", "text": text, "team_id": team, "user_id": user, "channel_id": channel}
    return sample("real_slash_command") | told | {"trigger_id": f"{user}.{next(TRIGGERS)}", "response_url": ""}


def message(team: str, user: str, text: str, channel: str, ts: str, /, **more: Any) -> dict[str, Any]:
    payload = sample("real_event_message_in_channel")
    payload |= {"team_id": team, "authorizations": [{"team_id": team, "user_id": "UBOT", "is_bot": True}]}
    payload["event"] |= {
        "user": user,
        "text": text,
        "channel": channel,
        "channel_type": "group",
        "ts": ts,
        "team": team,
    }
    payload["event"] |= more
    return payload


def gone(team: str, kind: str = "app_uninstalled", at: float | None = None, **more: Any) -> dict[str, Any]:
    when = int(at if at is not None else datetime.now(UTC).timestamp() + 1)
    told = {"type": "event_callback", "team_id": team, "event_id": f"Ev{kind}{when}", "event_time": when}
    return told | {"event": {"type": kind, **more}, "authorizations": []}


def known(bot: Shared, name: str, *accounts: tuple[str, str], role: Role = Role.SVC) -> None:
    holding = Holding(role=role, scope="dep:55" if role is Role.SVC else "")
    person = Person(id=PersonId(name.lower()), name=name, holdings=(holding,), departement="55")
    listed = tuple(Address(platform=platform, id=id_) for platform, id_ in accounts)
    bot.made.app.writer.call(lambda unit: unit.people.add(person, listed))


async def told(bot: Shared, team: str, user: str, text: str = "préférences") -> str:
    answer = await bot.person(team).command(command(team, user, text))
    assert answer.status_code == 200
    return json.dumps(answer.json(), ensure_ascii=False) if answer.text else ""


def direct(room: Workspace, user: str) -> list[str]:
    return [m["text"] for m in room.posts(f"D{user}")]


# Who is who


async def test_the_same_id_in_two_workspaces_is_two_people(bot: Shared):
    known(bot, "Anne", (STATE, "U1"))
    known(bot, "Bruno", (FIRM, "U1"))
    assert "Slack" in await told(bot, HOME, "U1")
    assert f"Slack (Espace {ALPHA})" in await told(bot, ALPHA, "U1")


async def test_a_workspace_that_never_installed_is_told_so_and_nothing_happens(bot: Shared):
    known(bot, "Anne", (STATE, "U1"))
    said = await told(bot, BETA, "U1")
    assert "n'est plus relié au robot" in said
    answer = await bot.person(HOME).event(message(BETA, "U1", "bonjour", "D1", "1.1", channel_type="im"))
    assert answer.status_code == 200


async def test_a_forged_team_is_not_signed_by_slack(light: Shared):
    known(light, "Anne", (STATE, "U1"))
    person = light.person(HOME)
    person.secret = "another secret"
    assert (await person.command(command(HOME, "U1"))).status_code == 401


async def test_a_button_of_one_workspace_gives_nothing_to_the_same_id_in_another(light: Shared, slack: Slacks):
    known(light, "Anne", (STATE, "U1"))
    known(light, "Bruno", (FIRM, "U1"))
    shown = await light.person(HOME).command(command(HOME, "U1", "préférences"))
    button = next(e for b in shown.json()["blocks"] for e in b.get("elements", []) if e.get("value"))
    payload = sample("real_block_actions_in_message") | {
        "user": {"id": "U1", "team_id": ALPHA}, "team": {"id": ALPHA, "domain": "a"}, "response_url": "",
        "channel": {"id": "D1"}, "trigger_id": "U1.9",
        "actions": [{"type": "button", "value": button["value"], "action_id": button["action_id"], "action_ts": "9.0"}],
    }  # fmt: skip
    await light.person(ALPHA).interact(payload)
    language = {p.name: p.language for p in light.made.app.writer.call(lambda unit: unit.people.all())}
    assert language["Anne"] == "fr", "what was pressed in Alpha is Bruno's own"
    assert language["Bruno"] == "en"


async def test_somebody_of_another_workspace_in_a_shared_channel_is_of_theirs(light: Shared):
    known(light, "Anne", (STATE, "U1"))
    known(light, "Bruno", (FIRM, "U1"))
    event = message(HOME, "U1", "<@UBOT> préférences", "CSHARED", "5.5", user_team=ALPHA, team=ALPHA)
    event["event"]["type"], event["is_ext_shared_channel"] = "app_mention", True
    slack_home = light.slack.room(HOME)
    assert (await light.person(HOME).event(event)).status_code == 200
    told = slack_home.alone
    assert {(m["user"], m["channel"]) for m in told} == {("U1", "CSHARED")}, "where they spoke, by the workspace asked"
    assert f"Slack (Espace {ALPHA})" in json.dumps(told)


async def test_a_window_opened_in_one_workspace_is_not_sent_from_another(light: Shared, slack: Slacks):
    await light.person(ALPHA).command(command(ALPHA, "U7", "acces") | {"trigger_id": "U7.window"})
    await light.room(ALPHA).hub.tasks.drain()
    view = slack.room(ALPHA).views.get("U7")
    assert view is not None
    payload = sample("real_view_submission_modal") | {"user": {"id": "U7", "team_id": HOME}, "trigger_id": "U7.2"}
    payload |= {"team": {"id": HOME, "domain": "x"}}
    payload["view"] = payload["view"] | view | {"state": {"values": {}}, "app_installed_team_id": HOME, "team_id": HOME}
    answer = await light.person(HOME).interact(payload)
    assert "pas reconnu" in json.dumps(answer.json(), ensure_ascii=False)


async def test_two_workspaces_of_one_person_are_linked_by_a_code(bot: Shared, slack: Slacks):
    known(bot, "Anne", (STATE, "U1"), role=Role.MAND)
    code = CODE.findall(await told(bot, HOME, "U1", "lier"))[0]
    assert "Ce compte est maintenant relié à Anne" in await told(bot, ALPHA, "U8", f"lier {code}")
    found = bot.made.app.writer.call(lambda unit: unit.people.accounts(PersonId("anne")))
    assert [(a.platform, a.id) for a in found] == [(STATE, "U1"), (FIRM, "U8")]
    await told(bot, ALPHA, "U8", "préférences ici")
    bot.made.app.writer.call(lambda unit: _write(unit, PersonId("anne"), "Voici."))
    await bot.made.app.carry()
    assert direct(slack.room(ALPHA), "U8") == ["Voici."]
    assert any(f"Un compte sur Slack (Espace {ALPHA})" in said for said in direct(slack.room(HOME), "U1"))


def _write(unit: Unit, person: PersonId, said: str) -> None:
    place = unit.people.direct(person)
    assert place is not None
    unit.outbox.put(place, Message(text=raw(said)), due=NOW)


async def test_what_ad1_reads_stays_in_the_workspace_of_its_review(light: Shared):
    known(light, "Nora", (STATE, "U1"), role=Role.AD1I)
    code = CODE.findall(await told(light, HOME, "U1", "lier"))[0]
    assert "ne quitte pas Slack" in await told(light, ALPHA, "U8", f"lier {code}")
    asked = "acces nom = Zoé Petit | fonction = cheffe | service = DHUP | role = AD1I | departement = 75"
    assert "ne quitte pas Slack" in await told(light, ALPHA, "U9", asked)


async def test_what_the_state_reads_stays_out_of_a_firm_s_workspace(light: Shared):
    known(light, "Camille", (STATE, "U1"))
    code = CODE.findall(await told(light, HOME, "U1", "lier"))[0]
    refused = f"Slack (Espace {ALPHA}) est l'espace d'un groupement"
    assert refused in await told(light, ALPHA, "U8", f"lier {code}")
    asked = "acces nom = Zoé Petit | fonction = cheffe | service = DDT | role = SVC | departement = 55"
    assert refused in await told(light, ALPHA, "U9", asked)
    people = light.made.app.writer.call(lambda unit: unit.people.accounts(PersonId("camille")))
    assert [(a.platform, a.id) for a in people] == [(STATE, "U1")]


async def test_a_workspace_of_the_state_takes_the_state_s_people(light: Shared):
    assert (await light.install(BETA, light.invitation(of_the_state=True))).status_code == 200
    assert [(w.team, w.of_the_state) for w in light.live()] == [(ALPHA, False), (BETA, True)]
    known(light, "Camille", (STATE, "U1"))
    code = CODE.findall(await told(light, HOME, "U1", "lier"))[0]
    assert "relié à Camille" in await told(light, BETA, "U8", f"lier {code}")


async def test_the_directory_gives_no_account_of_a_firm_s_workspace_to_the_state(light: Shared):
    holding = Holding(role=Role.SVC, scope="dep:55")
    camille = Person(id=PersonId("camille"), name="Camille", holdings=(holding,), departement="55")
    entry = Entry(person=camille, accounts=((FIRM, "U8"),))
    with pytest.raises(Refused, match="l'espace d'un groupement"):
        light.made.app.writer.call(lambda unit: directory.bring(unit, [entry], NOW, dry=False))
    assert "camille" not in {p.id for p in light.made.app.writer.call(lambda unit: unit.people.all())}


async def test_an_id_that_two_workspaces_have_means_the_one_where_it_is_written(light: Shared):
    known(light, "Anne", (STATE, "U1"))
    known(light, "Bruno", (FIRM, "U2"))
    known(light, "Chloé", (STATE, "U2"))
    await told(light, HOME, "U1", "demande")
    await told(light, HOME, "U1", "inviter ADT-2026-0001 personne = @U2 | role = COLL")
    dossier = light.made.app.writer.call(lambda unit: unit.dossiers.get(Reference("ADT-2026-0001")))
    assert PersonId("chloé") in {m.person for m in dossier.members}
    assert PersonId("bruno") not in {m.person for m in dossier.members}


# One atelier, the State in one workspace, the groupement in another


@pytest.fixture
async def atelier(bot: Shared) -> Dossier:
    dossier = in_state(State.DESIGNE)
    oscar = OSCAR.person().model_copy(
        update={"holdings": (Holding(role=Role.MAND, scope=dossier.mission_().groupement_scope()),)}
    )
    people = ((CAMILLE.person(), STATE, "UCAM"), (NORA.person(), STATE, "UNORA"), (oscar, FIRM, "UOSC"))

    def listed(unit: Unit) -> None:
        for person, platform, account in people:
            unit.people.add(person, (Address(platform=platform, id=account),))
        unit.dossiers.add(dossier)
        gathering.gather(unit, dossier, NOW)

    bot.made.app.writer.call(listed)
    await bot.made.app.settle()
    return dossier


def place(bot: Shared, dossier: Dossier, platform: str) -> str:
    named = Address(platform=platform, id=f"atelier:{dossier.ref}")
    found = bot.made.app.writer.call(lambda unit: unit.ateliers.real(named))
    assert found is not None
    return found.id


async def test_the_channel_is_open_in_both_and_words_go_both_ways(bot: Shared, slack: Slacks, atelier: Dossier):
    state, firm = slack.room(HOME), slack.room(ALPHA)
    here, there = place(bot, atelier, STATE), place(bot, atelier, FIRM)
    assert (state.members[here], firm.members[there]) == ({"UCAM", "UNORA"}, {"UOSC"})
    await bot.person(HOME).event(message(HOME, "UCAM", "La salle est réservée.", here, "1700000001.1"))
    await bot.person(ALPHA).event(message(ALPHA, "UOSC", "Merci, à 9 h.", there, "1700000001.1"))
    await bot.made.app.settle()
    assert [m["text"] for m in firm.posts(there)][-1] == (
        "Camille Laurent (service porteur, sur Slack) : « La salle est réservée. »"
    )
    assert [m["text"] for m in state.posts(here)][-1] == (
        f"Oscar Blin (mandataire, sur Slack (Espace {ALPHA})) : « Merci, à 9 h. »"
    )


async def test_each_is_told_in_their_own_workspace(bot: Shared, slack: Slacks, atelier: Dossier):
    for person in (CAMILLE, OSCAR):
        bot.made.app.writer.call(lambda unit, p=person: _write(unit, p.person().id, f"Pour {p.name}"))
    await bot.made.app.settle()
    assert "Pour Camille Laurent" in direct(slack.room(HOME), "UCAM")
    assert "Pour Oscar Blin" in direct(slack.room(ALPHA), "UOSC")
    assert not [c for c in slack.room(ALPHA).channels if c in {"DUCAM", "DUNORA", "CREV"}]


# A workspace that leaves, and comes back


@pytest.mark.parametrize("kind", ["app_uninstalled", "tokens_revoked"])
async def test_a_workspace_that_leaves_while_we_run(bot: Shared, slack: Slacks, kind: str):
    known(bot, "Bruno", (FIRM, "U1"))
    slack.room(ALPHA).revoked = True
    answer = await bot.person(ALPHA).event(gone(ALPHA, kind, tokens={"bot": ["UBOT"], "oauth": []}))
    assert answer.status_code == 200
    assert bot.live() == ()
    assert list(bot.made.app.delivery.platforms) == ["slack"]
    bot.made.app.writer.call(lambda unit: _write(unit, PersonId("bruno"), "Plus tard."))
    assert await bot.made.app.carry() == 0
    stats = bot.made.app.writer.call(lambda unit: unit.outbox.stats())
    assert (stats.waiting, stats.dead) == (1, 0), "it waits, it does not die"
    assert "n'est plus relié" in await told(bot, ALPHA, "U1")
    chosen = settings(str(bot.made.app.writer._units.engine.url.render_as_string(hide_password=False)), slack)
    say = LANGUAGES.say("fr")
    [finding] = [f for f in await findings(chosen) if f.point == "espaces.partis"]
    assert say(finding.said).endswith(": 1 message y attend.")
    assert (await bot.install(ALPHA)).status_code == 200
    assert await bot.made.app.carry() == 1, "at once"
    assert direct(slack.room(ALPHA), "U1") == ["Plus tard."]


async def test_the_channels_of_a_workspace_that_comes_back_are_opened_anew(
    bot: Shared, slack: Slacks, atelier: Dossier
):
    before, firm = place(bot, atelier, FIRM), slack.room(ALPHA)
    firm.revoked = True
    await bot.person(ALPHA).event(gone(ALPHA))
    await bot.person(HOME).event(message(HOME, "UCAM", "À mardi.", place(bot, atelier, STATE), "1700000009.1"))
    await bot.made.app.settle()
    firm.rooms = {name: id_ for name, id_ in firm.rooms.items() if id_ != before}  # a bot taken out sees it no more
    firm.rooms["another"] = before
    await bot.install(ALPHA)
    await bot.made.app.settle()
    after = place(bot, atelier, FIRM)
    assert after != before
    assert firm.members[after] == {"UOSC"}
    said = [m["text"] for m in firm.posts(after)]
    assert "Camille Laurent (service porteur, sur Slack) : « À mardi. »" in said
    assert bot.made.app.writer.call(lambda unit: unit.outbox.stats()).dead == 0


async def test_a_person_s_own_token_revoked_is_none_of_ours(light: Shared):
    await light.person(ALPHA).event(gone(ALPHA, "tokens_revoked", tokens={"oauth": ["U1"], "bot": []}))
    assert [w.team for w in light.live()] == [ALPHA]


async def test_what_was_said_before_a_workspace_came_back_is_about_before(light: Shared):
    before = datetime.now(UTC) - timedelta(minutes=5)
    await light.person(ALPHA).event(gone(ALPHA, at=before.timestamp()))
    assert [w.team for w in light.live()] == [ALPHA]


async def test_the_workspace_of_the_settings_is_only_said_to_have_left(light: Shared):
    assert (await light.person(HOME).event(gone(HOME))).status_code == 200
    assert set(light.made.app.delivery.platforms) == {"slack", FIRM}


# Processes


async def until(true: Callable[[], bool], most: float = 10) -> None:
    """Wait for it, so many seconds at most."""
    async with asyncio.timeout(most):
        while not true():  # noqa: ASYNC110 - another process's doing, which no event tells
            await asyncio.sleep(0.02)


async def test_a_worker_learns_what_a_web_process_installed(
    url: str, slack: Slacks, monkeypatch: pytest.MonkeyPatch
):  # fmt: skip
    monkeypatch.setattr(learning, "EVERY", 0.05)
    worker = production.build(settings(url, slack), TERRITORIES, LANGUAGES)
    async with shared(url, slack) as web, production.running(worker, web=False, worker=False):
        known(web, "Bruno", (FIRM, "U1"))
        web.made.app.writer.call(lambda unit: _write(unit, PersonId("bruno"), "Bonjour."))
        assert await worker.app.carry() == 0
        await web.install(ALPHA)
        await until(lambda: FIRM in worker.app.delivery.platforms)
        assert await worker.app.carry() == 1
        assert direct(slack.room(ALPHA), "U1") == ["Bonjour."]
        await web.person(ALPHA).event(gone(ALPHA))
        await until(lambda: FIRM not in worker.app.delivery.platforms)


async def test_atelier_work_carries_to_a_workspace_installed_after_its_start(postgres_url: str, slack: Slacks):
    env = {
        "DATABASE_URL": postgres_url, "ATELIER_SECRET_KEY": KEY, "ATELIER_PUBLIC_URL": PUBLIC, "PYTHONPATH": str(ROOT),
        "ATELIER_REVIEW_CHANNEL": "slack:CREV", "SLACK_BOT_TOKEN": f"xoxb-{HOME}", "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_CLIENT_ID": CLIENT, "SLACK_CLIENT_SECRET": CLIENT_SECRET, "SLACK_API_URL": f"{slack.url}/api/",
    }  # fmt: skip
    code = "import sys; from bot.cli import main; sys.argv[:] = ['atelier', 'work']; main()"
    async with shared(postgres_url, slack) as web:
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, env={**os.environ, **env}, stdout=asyncio.subprocess.DEVNULL
        )
        try:
            await until(lambda: any(p.process.role == "horloge" for p in web.made.app.writer.call(presence.seen)), 60)
            known(web, "Bruno", (FIRM, "U1"))
            await web.install(ALPHA)
            web.made.app.writer.call(lambda unit: _write(unit, PersonId("bruno"), "Bonjour."))
            await until(lambda: "Bonjour." in direct(slack.room(ALPHA), "U1"), 60)
        finally:
            worker.terminate()
            assert await worker.wait() == 0


async def test_another_web_process_learns_at_the_first_request(url: str, slack: Slacks):
    async with shared(url, slack) as one, shared(url, slack) as other:
        known(one, "Bruno", (FIRM, "U1"))
        await one.install(ALPHA)
        assert ALPHA not in other.several.front.rooms
        answer = await other.person(HOME).command(command(ALPHA, "U1"))
        assert "Vos préférences" in json.dumps(answer.json(), ensure_ascii=False)


async def test_a_process_that_starts_serves_who_was_installed(sqlite_url: str, slack: Slacks):
    async with shared(sqlite_url, slack) as first:
        await first.install(ALPHA)
    async with shared(sqlite_url, slack) as second:
        assert set(second.several.front.rooms) == {ALPHA}


async def test_many_workspaces_start_at_once_while_slack_is_silent(sqlite_url: str, slack: Slacks):
    async with shared(sqlite_url, slack) as first:
        for team in (ALPHA, BETA):
            await first.install(team)
    for team in (HOME, ALPHA, BETA):
        slack.room(team).outage, slack.room(team).asked = "down", []
    async with shared(sqlite_url, slack) as second:
        assert set(second.several.front.rooms) == {ALPHA, BETA}
        assert slack.room(ALPHA).of("auth.test") == [], "the installation said who we are"
        assert second.room(ALPHA).hub.bots == {"UBOT"}


async def test_slack_silent_at_start_does_not_mix_the_workspaces(sqlite_url: str, slack: Slacks):
    async with shared(sqlite_url, slack) as first:
        known(first, "Anne", (STATE, "U1"))
        await first.install(ALPHA)
    slack.room(HOME).outage = "down"
    async with shared(sqlite_url, slack) as second:
        assert "Vos préférences" in await told(second, HOME, "U1"), "it remembers which workspace its token is of"
        assert "n'est plus relié" in await told(second, BETA, "U1")


async def test_slack_silent_at_the_very_first_start(sqlite_url: str, slack: Slacks):
    slack.room(HOME).outage = "down"
    async with shared(sqlite_url, slack) as bot:
        assert "n'a pas encore joint Slack" in await told(bot, HOME, "U1")
        answer = await bot.person(HOME).event(message(HOME, "U1", "bonjour", "D1", "1.1", channel_type="im"))
        assert answer.status_code == 503, "Slack sends it again"


async def test_without_any_token_the_first_workspace_is_installed(sqlite_url: str, slack: Slacks):
    more = {"slack_bot_token": None, "atelier_review_channel": f"{FIRM}:CREV"}
    async with shared(sqlite_url, slack, **more) as bot:
        assert list(bot.made.app.delivery.platforms) == []
        say = LANGUAGES.say("fr")
        chosen = settings(sqlite_url, slack, **more)
        [missing] = [f for f in await findings(chosen) if f.point == "espaces.revue"]
        assert "n'est pas installé" in say(missing.said)
        await bot.install(ALPHA)
        assert list(bot.made.app.delivery.platforms) == [FIRM]
        assert not [f for f in await findings(chosen) if f.point == "espaces.revue"]


async def test_the_presence_is_told_as_before(light: Shared):
    seen = light.made.app.writer.call(presence.seen)
    assert [one.process.role for one in seen] == ["web"]
    assert KEY not in repr(light.made)
