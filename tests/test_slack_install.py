"""The installation in another workspace, over HTTP: invitations, states, what Slack answers, what is kept."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.ids import fresh_id
from bot.slack.invitations import Invitation, Invitations
from bot.slack.scopes import SCOPES
from storage.workspace_tables import states
from tests.slack.installer import KEY, PUBLIC, Shared, said, shared
from tests.slack.slacks import ALPHA, BETA, HOME, Slacks, slacks


@pytest.fixture
async def slack() -> AsyncIterator[Slacks]:
    async with slacks(HOME, ALPHA, BETA) as found:
        yield found


@pytest.fixture
async def bot(url: str, slack: Slacks) -> AsyncIterator[Shared]:
    async with shared(url, slack) as found:
        yield found


async def test_a_workspace_is_installed_and_served(bot: Shared, slack: Slacks):
    async with bot.browser() as browser:
        asked = await browser.offered(bot.invitation())
        assert asked["client_id"] == "111.222"
        assert asked["redirect_uri"] == f"{PUBLIC}/slack/oauth_redirect"
        assert asked["scope"] == ",".join(SCOPES)
        assert "user_scope" not in asked
        slack.grants("C", ALPHA)
        page = await browser.back(code="C", state=asked["state"])
    assert page.status_code == 200
    assert f"Le robot est installé dans « Espace {ALPHA} »." in said(page)
    assert page.headers["referrer-policy"] == "no-referrer"
    [workspace] = bot.live()
    assert (workspace.platform, workspace.team, workspace.token) == (f"slack-{ALPHA}", ALPHA, f"xoxb-{ALPHA}")
    assert set(bot.several.front.rooms) == {ALPHA}
    assert set(bot.made.app.delivery.platforms) == {"slack", f"slack-{ALPHA}"}
    assert f"xoxb-{ALPHA}" not in repr(workspace)


async def test_an_invitation_serves_once(bot: Shared, slack: Slacks):
    link = bot.invitation()
    assert (await bot.install(ALPHA, link)).status_code == 200
    async with bot.browser() as browser:
        page = await browser.get(link)
    assert page.status_code == 410
    assert "Cette invitation a déjà servi." in said(page)
    assert "atelier slack inviter" in said(page)


async def test_two_workspaces_race_for_one_invitation(bot: Shared, slack: Slacks):
    link = bot.invitation()
    async with bot.browser() as one, bot.browser() as other:
        states = [(await browser.offered(link))["state"] for browser in (one, other)]
        slack.grants("C1", ALPHA)
        slack.grants("C2", BETA)
        pages = await asyncio.gather(
            one.back(code="C1", state=states[0]), other.back(code="C2", state=states[1])
        )  # fmt: skip
    assert sorted(page.status_code for page in pages) == [200, 410]
    [kept] = bot.live()
    [lost] = {ALPHA, BETA} - {kept.team}
    assert slack.room(lost).revoked, "what is not kept is given back"
    assert not slack.room(kept.team).revoked


async def test_a_state_serves_once(bot: Shared, slack: Slacks):
    async with bot.browser() as browser:
        state = (await browser.offered(bot.invitation()))["state"]
        slack.grants("C1", ALPHA)
        slack.grants("C2", BETA)
        first, again = [await browser.back(code=code, state=state) for code in ("C1", "C2")]
    assert (first.status_code, again.status_code) == (200, 401)
    assert "Cette page a déjà servi" in said(again)
    assert [w.team for w in bot.live()] == [ALPHA]
    assert len(slack.of("oauth.v2.access")) == 1, "Slack is not even asked"


async def test_a_state_used_twice_at_once_serves_once(bot: Shared, slack: Slacks):
    async with bot.browser() as browser:
        state = (await browser.offered(bot.invitation()))["state"]
        slack.grants("C1", ALPHA)
        slack.grants("C2", ALPHA)
        pages = await asyncio.gather(*(browser.back(code=code, state=state) for code in ("C1", "C2")))
    assert sorted(page.status_code for page in pages) == [200, 401]


async def test_a_state_lasts_ten_minutes(bot: Shared, slack: Slacks):
    async with bot.browser() as browser:
        state = (await browser.offered(bot.invitation()))["state"]
        past = datetime.now(UTC).replace(tzinfo=None) - timedelta(seconds=1)
        with bot.made.app.writer._units.engine.begin() as connection:
            assert connection.execute(update(states).values(expire_at=past)).rowcount == 1
        slack.grants("C", ALPHA)
        page = await browser.back(code="C", state=state)
    assert page.status_code == 401
    assert (bot.live(), slack.of("oauth.v2.access")) == ((), [])


async def test_another_browser_does_not_end_what_this_one_began(bot: Shared, slack: Slacks):
    async with bot.browser() as mine, bot.browser() as theirs:
        state = (await mine.offered(bot.invitation()))["state"]
        slack.grants("C", ALPHA)
        page = await theirs.back(code="C", state=state)
    assert page.status_code == 400
    assert "n'a pas été commencée dans ce navigateur" in said(page)
    assert bot.live() == ()


@pytest.mark.parametrize("what", ["none", "forged", "another key", "old"])
async def test_nobody_installs_without_an_invitation(bot: Shared, slack: Slacks, what: str):
    now = datetime.now(UTC)
    ours, number = Invitations.of(KEY.encode(), PUBLIC), Invitation(fresh_id())
    link = {
        "none": f"{PUBLIC}/slack/install",
        "forged": ours.link(number, now)[:-2] + "AA",
        "another key": Invitations.of(b"another secret of sixteen", PUBLIC).link(number, now),
        "old": ours.link(number, now - timedelta(days=8)),
    }[what]
    async with bot.browser() as browser:
        page = await browser.get(link)
        assert page.status_code == (410 if what == "old" else 403)
        assert "atelier slack inviter" in said(page)
        assert "oauth/v2/authorize" not in said(page)
        assert not browser.client.cookies
        slack.grants("C", ALPHA)
        straight = await browser.back(code="C", state="made-up..")
    assert straight.status_code == 400
    assert bot.live() == ()


async def test_the_person_refuses(bot: Shared, slack: Slacks):
    async with bot.browser() as browser:
        link = bot.invitation()
        state = (await browser.offered(link))["state"]
        page = await browser.back(error="access_denied", state=state)
        assert page.status_code == 200
        assert "rien n'a été installé" in said(page)
        assert bot.live() == ()
        assert (await bot.install(ALPHA, link)).status_code == 200, "the invitation has not served"


@pytest.mark.parametrize("code", ["bad_redirect_uri", "bad_client_secret", "invalid_code"])
async def test_slack_refuses_the_exchange(bot: Shared, slack: Slacks, code: str):
    slack.fail("oauth.v2.access", code)
    page = await bot.install(ALPHA)
    assert page.status_code == 401
    assert f"Slack a refusé l'installation ({code})." in said(page)
    assert "SLACK_CLIENT_SECRET" in said(page)
    assert bot.live() == ()


async def test_slack_is_away(bot: Shared, slack: Slacks):
    slack.cut("oauth.v2.access")
    page = await bot.install(ALPHA)
    assert page.status_code == 502
    assert "Slack n'a pas répondu" in said(page)


async def test_what_slack_says_is_never_a_page_of_its_own(bot: Shared):
    async with bot.browser() as browser:
        page = await browser.back(error="<script>alert(1)</script>")
    assert page.status_code == 400
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text


async def test_an_organisation_is_refused_and_given_back(bot: Shared, slack: Slacks):
    page = await bot.install(ALPHA, is_enterprise_install=True, team=None, enterprise={"id": "E1", "name": "Org"})
    assert page.status_code == 400
    assert "pas dans toute une organisation" in said(page)
    assert slack.room(ALPHA).revoked
    assert bot.live() == ()


async def test_tokens_that_end_are_refused(bot: Shared, slack: Slacks):
    page = await bot.install(ALPHA, refresh_token="xoxe-1", expires_in=43200)
    assert page.status_code == 400
    assert "token rotation" in said(page)
    assert bot.live() == ()


async def test_an_invitation_for_one_workspace(bot: Shared, slack: Slacks):
    link = bot.invitation(BETA)
    async with bot.browser() as browser:
        assert (await browser.offered(link))["team"] == BETA
    page = await bot.install(ALPHA, link)
    assert page.status_code == 403
    assert "pour un autre espace de travail" in said(page)
    assert slack.room(ALPHA).revoked
    assert (await bot.install(BETA, link)).status_code == 200


async def test_the_workspace_of_the_settings_is_served_already_and_keeps_its_token(bot: Shared, slack: Slacks):
    page = await bot.install(HOME)
    assert page.status_code == 409
    assert not slack.room(HOME).revoked, "its token is the same: giving it back would silence the bot"
    assert bot.live() == ()


async def test_a_workspace_installed_again_keeps_its_platform(bot: Shared, slack: Slacks):
    await bot.install(ALPHA)
    first = bot.room(ALPHA)
    slack.rooms["xoxb-new"] = slack.room(ALPHA)
    slack.room(ALPHA).token = "xoxb-new"
    await bot.install(ALPHA, access_token="xoxb-new")
    [workspace] = bot.live()
    assert (workspace.platform, workspace.token) == (f"slack-{ALPHA}", "xoxb-new")
    assert bot.room(ALPHA) is not first
    assert bot.room(ALPHA).config.token == "xoxb-new"
    assert bot.made.app.delivery.platforms[f"slack-{ALPHA}"] is bot.room(ALPHA).platform


async def test_an_invitation_that_served_does_not_silence_a_workspace_that_is_there(bot: Shared, slack: Slacks):
    link = bot.invitation()
    async with bot.browser() as late:
        state = (await late.offered(link))["state"]
        await bot.install(ALPHA, link)
        slack.grants("again", ALPHA)
        page = await late.back(code="again", state=state)
    assert page.status_code == 410
    assert not slack.room(ALPHA).revoked
    assert [w.team for w in bot.live()] == [ALPHA]
