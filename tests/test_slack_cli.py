"""`atelier slack`: inviting, listing, taking out; the settings of several workspaces; what the doctor says of each."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from slack_sdk.oauth.installation_store import Installation
from test_cli import SECRET, run

from bot.findings import Finding, Level
from bot.learning import home_mark
from bot.slack.invitations import Invitations
from bot.slack.scopes import SCOPES
from bot.slack.stores import keep
from bot.tokens import Expired, Forged
from bot.workspaces_checkup import findings
from chat.cards import Address, Message
from chat.language import load
from chat.text import raw
from storage.engine import open_engine
from storage.unit import Unit
from tests.databases import units_on
from tests.slack.installer import settings
from tests.slack.server import FakeSlack, serving
from tests.slack.slacks import ALPHA, BETA, Slacks
from tests.slack.workspace import Workspace, standing

SEVERAL = {
    "SLACK_CLIENT_ID": "111.222", "SLACK_CLIENT_SECRET": "c" * 32, "SLACK_SIGNING_SECRET": "s" * 32,
    "ATELIER_PUBLIC_URL": "https://atelier.example",
}  # fmt: skip
SAY = load().say("fr")


@pytest.fixture
def migrated(tmp_path: Path) -> Path:
    assert run("migrate", cwd=tmp_path).returncode == 0
    return tmp_path


def install(url: str, *teams: str) -> None:
    engine = open_engine(url)

    def kept(unit: Unit) -> None:
        for team in teams:
            told = {"app_id": "A1", "team_id": team, "team_name": f"Espace {team}", "bot_token": f"xoxb-{team}"}
            keep(unit, "111.222", Installation(**told, bot_user_id="UBOT", user_id="U1"))

    units_on(engine).run(kept)
    engine.dispose()


# The settings


@pytest.mark.parametrize("lacking", sorted(SEVERAL))
def test_what_several_workspaces_need_comes_together(migrated: Path, lacking: str) -> None:
    done = run("slack", "inviter", cwd=migrated, **{name: v for name, v in SEVERAL.items() if name != lacking})
    assert done.returncode == 2
    assert "donnez ensemble SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, SLACK_SIGNING_SECRET" in done.stderr
    assert "Traceback" not in done.stderr


def test_socket_mode_is_for_one_workspace_alone(migrated: Path) -> None:
    done = run("slack", "inviter", cwd=migrated, **SEVERAL, SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1")
    assert done.returncode == 2
    assert "SLACK_APP_TOKEN (Socket Mode) ne sert que l'espace de SLACK_BOT_TOKEN" in done.stderr


def test_neither_is_needed_for_one_workspace(migrated: Path) -> None:
    done = run("slack", "inviter", cwd=migrated, SLACK_BOT_TOKEN="xoxb-1", SLACK_SIGNING_SECRET="s" * 32)
    assert done.returncode == 2
    assert "Le robot ne sert que l'espace de SLACK_BOT_TOKEN" in done.stderr


def test_the_doctor_reads_the_settings_of_several(migrated: Path) -> None:
    told = {**SEVERAL, "ATELIER_REVIEW_CHANNEL": "slack-T1ALPHA:C1", "ATELIER_ADMINS": "slack-T1ALPHA:U1"}
    done = run("doctor", "--json", cwd=migrated, **told)
    found = {f["code"]: f for f in json.loads(done.stdout)["findings"]}
    assert found["reglages"]["level"] == "ok", found["reglages"]
    assert found["espaces.revue"]["level"] == "error"
    assert found["espaces.revue"]["subject"] == "slack-T1ALPHA"
    del told["SLACK_CLIENT_SECRET"]
    done = run("doctor", "--json", cwd=migrated, **told)
    assert any("donnez ensemble" in f["sentence"] for f in json.loads(done.stdout)["findings"])


def test_the_manifest_says_where_slack_leads_back(migrated: Path) -> None:
    made = json.loads(run("slack", "manifest", cwd=migrated, **SEVERAL).stdout)
    assert made["oauth_config"]["redirect_urls"] == ["https://atelier.example/slack/oauth_redirect"]
    alone = json.loads(run("slack", "manifest", cwd=migrated, ATELIER_PUBLIC_URL="https://atelier.example").stdout)
    assert "redirect_urls" not in alone["oauth_config"]


# The commands


def test_an_invitation_is_printed_alone(migrated: Path) -> None:
    done = run("slack", "inviter", "--jours", "2", "--espace", "t1alpha", cwd=migrated, **SEVERAL)
    assert done.returncode == 0, done.stderr
    [link] = done.stdout.splitlines()
    assert re.fullmatch(r"https://atelier\.example/slack/install\?invitation=[\w.-]+", link)
    ours = Invitations.of(SECRET.encode(), "https://atelier.example")
    sealed = link.partition("=")[2]
    assert ours.opened(sealed, datetime.now(UTC)).team == "T1ALPHA"
    with pytest.raises(Expired):
        ours.opened(sealed, datetime.now(UTC).replace(year=2100))
    with pytest.raises(Forged):
        Invitations.of(b"another secret of sixteen", "").opened(sealed, datetime.now(UTC))
    assert "une fois" in done.stderr


@pytest.mark.parametrize("options", [("--jours", "30"), ("--jours", "0"), ("--espace", "pas un espace")])
def test_an_invitation_is_short_and_for_a_workspace(migrated: Path, options: tuple[str, str]) -> None:
    done = run("slack", "inviter", *options, cwd=migrated, **SEVERAL)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


def test_the_workspaces_are_listed(migrated: Path) -> None:
    done = run("slack", "espaces", cwd=migrated, **SEVERAL)
    assert done.stdout.strip() == "Le robot n'est installé dans aucun espace par invitation."
    install(f"sqlite:///{migrated / 'a.db'}", ALPHA)
    done = run("slack", "espaces", cwd=migrated, **SEVERAL)
    assert f"slack-{ALPHA} : « Espace {ALPHA} » ({ALPHA}), installé depuis" in done.stdout
    assert "xoxb" not in done.stdout


def test_a_workspace_is_taken_out(migrated: Path) -> None:
    install(f"sqlite:///{migrated / 'a.db'}", ALPHA)
    with standing(Workspace(token=f"xoxb-{ALPHA}", team=ALPHA)) as slack:
        told = {**SEVERAL, "SLACK_API_URL": f"{slack.url}/api/"}
        done = run("slack", "retirer", ALPHA, cwd=migrated, **told)
        assert done.returncode == 0, done.stderr
        assert f"ne sert plus « Espace {ALPHA} »" in done.stdout
        assert slack.revoked
        listed = run("slack", "espaces", cwd=migrated, **told).stdout
        assert "retiré avec « atelier slack retirer »" in listed
        again = run("slack", "retirer", ALPHA, cwd=migrated, **told)
        assert again.returncode == 1
        assert "n'est pas installé" in again.stderr


def test_the_settings_own_token_is_never_revoked(migrated: Path) -> None:
    install(f"sqlite:///{migrated / 'a.db'}", ALPHA)
    with standing(Workspace(token=f"xoxb-{ALPHA}", team=ALPHA)) as slack:
        told = {**SEVERAL, "SLACK_API_URL": f"{slack.url}/api/", "SLACK_BOT_TOKEN": f"xoxb-{ALPHA}"}
        assert run("slack", "retirer", ALPHA, cwd=migrated, **told).returncode == 0
        assert not slack.revoked


def test_a_workspace_is_taken_out_even_when_slack_says_nothing(migrated: Path) -> None:
    install(f"sqlite:///{migrated / 'a.db'}", ALPHA)
    done = run("slack", "retirer", ALPHA, cwd=migrated, **SEVERAL, SLACK_API_URL="http://127.0.0.1:9/")
    assert done.returncode == 1
    assert "Slack n'a pas confirmé" in done.stderr
    assert "parti" in run("slack", "espaces", cwd=migrated, **SEVERAL).stdout


# The doctor


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with serving(FakeSlack()) as server:
        yield server


async def examined(url: str, slack: FakeSlack, **more: object) -> list[Finding]:
    return await findings(settings(url, Slacks(url=slack.url), **more))


def by(found: list[Finding], point: str) -> Finding:
    [one] = [f for f in found if f.point == point]
    assert (one.repair is None) == (one.level is Level.OK)
    return one


SCOPED = {"x-oauth-scopes": ",".join(SCOPES)}


async def test_each_workspace_is_examined(url: str, slack: FakeSlack) -> None:
    install(url, ALPHA)
    slack.will("auth.test", {"ok": True, "user": "atelier", "team": "Alpha"}, **SCOPED)
    found = await examined(url, slack, atelier_review_channel=f"slack-{ALPHA}:C1")
    assert {f.level for f in found} == {Level.OK}, found
    assert by(found, "slack.jeton").subject == f"slack-{ALPHA}"
    assert SAY(by(found, "slack.jeton").said).startswith(f"« Espace {ALPHA} » (slack-{ALPHA}) : Slack connaît le robot")
    assert slack.of("conversations.history") == [{"channel": "C1", "limit": "1"}]
    assert "1" in SAY(by(found, "espaces").said)


async def test_a_token_revoked_without_a_word_asks_for_another_invitation(url: str, slack: FakeSlack) -> None:
    install(url, ALPHA)
    slack.fail("auth.test", "token_revoked")
    refused = by(await examined(url, slack), "slack.jeton")
    assert refused.level is Level.FAUTE
    assert "Slack refuse le jeton de cet espace (token_revoked)." in SAY(refused.said)
    assert refused.repair is not None
    assert "atelier slack inviter" in SAY(refused.repair)
    assert f"xoxb-{ALPHA}" not in SAY(refused.said)


async def test_one_that_left_is_told_while_something_waits_for_it(url: str, slack: FakeSlack) -> None:
    install(url, ALPHA, BETA)
    engine = open_engine(url)

    def left(unit: Unit) -> None:
        for team in (ALPHA, BETA):
            unit.workspaces.leave(f"slack-{team}", "app_uninstalled", datetime.now(UTC))
        for platform in (f"slack-{ALPHA}", "telegraphe"):
            place = Address(platform=platform, id="dm:U1")
            unit.outbox.put(place, Message(text=raw("x")), due=datetime.now(UTC))

    units_on(engine).run(left)
    engine.dispose()
    found = await examined(url, slack)
    gone = by(found, "espaces.partis")
    assert (gone.level, gone.subject) == (Level.ATTENTION, f"slack-{ALPHA}")
    assert "retiré dans Slack" in SAY(gone.said)
    nowhere = by(found, "messages.plateforme")
    assert (nowhere.level, nowhere.subject) == (Level.ATTENTION, "telegraphe")


async def test_a_workspace_that_the_settings_serve_too(url: str, slack: FakeSlack) -> None:
    install(url, ALPHA)
    engine = open_engine(url)
    mark = home_mark("xoxb-home")
    units_on(engine).run(lambda unit: unit.conversations.keep(mark, {"team": ALPHA}))
    engine.dispose()
    twice = by(await examined(url, slack, slack_bot_token="xoxb-home"), "espaces.double")
    assert (twice.level, twice.subject) == (Level.FAUTE, f"slack-{ALPHA}")
    slack.will("auth.test", {"ok": True}, **SCOPED)
    assert not [f for f in await examined(url, slack, slack_bot_token="xoxb-other") if f.point == "espaces.double"]


async def test_workspaces_without_the_settings_they_need(url: str, slack: FakeSlack) -> None:
    install(url, ALPHA)
    more = {"slack_client_id": "", "slack_client_secret": None}
    assert by(await examined(url, slack, **more), "espaces").level is Level.FAUTE
