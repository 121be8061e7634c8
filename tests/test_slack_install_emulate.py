"""The installation against npm `emulate`: its own authorisation page, its own codes and tokens, which nobody here wrote."""

from __future__ import annotations

import html
import re
from urllib.parse import urljoin

import httpx

from chat.cards import Address, Message
from chat.text import raw
from tests.slack.emulator import emulating
from tests.slack.installer import LINK, PUBLIC, Shared, said, shared
from tests.slack.person import SECRET
from tests.slack.slacks import Slacks

FORM = re.compile(r'<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
HIDDEN = re.compile(r'<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"')


async def _accepted(page: httpx.Response) -> str:
    """The person follows our link and accepts on Slack's own page; where Slack then leads them."""
    [link] = LINK.findall(page.text)
    async with httpx.AsyncClient() as client:
        shown = await client.get(html.unescape(link))
        assert shown.status_code == 200
        action, fields = FORM.findall(shown.text)[0]
        given = {name: html.unescape(value) for name, value in HIDDEN.findall(fields)}
        answer = await client.post(urljoin(str(shown.url), action), data=given)
    assert answer.status_code == 302
    return answer.headers["location"]


async def _installed(bot: Shared) -> httpx.Response:
    async with bot.browser() as browser:
        back = await _accepted(await browser.get(bot.invitation()))
        assert back.startswith(f"{PUBLIC}/slack/oauth_redirect?code=")
        return await browser.get(back)


async def test_a_slack_of_others_installs_the_bot_which_then_speaks_there(sqlite_url: str):
    async with emulating("http://127.0.0.1:9/slack/events", SECRET) as url:
        more = {"slack_bot_token": None, "atelier_review_channel": "slack-T000000001:C1"}
        async with shared(sqlite_url, Slacks(url=url), **more) as bot:
            page = await _installed(bot)
            assert page.status_code == 200, said(page)
            [workspace] = bot.live()
            assert said(page).count(workspace.name) == 1
            platform = bot.made.app.delivery.platforms[workspace.platform]
            known = await bot.room(workspace.team).platform.hello()
            assert (known["team_id"], known["user_id"]) == (workspace.team, workspace.bot), "auth.test knows the token"
            assert bot.room(workspace.team).hub.bots == {workspace.bot}
            channel = await platform.open_place("adt-2026-0001", "ADT-2026-0001", [])
            place = Address(platform=workspace.platform, id=channel)
            post = await platform.post(place, Message(text=raw("Bonjour.")), "o1", "", "fr")
            assert await platform.find(place, "o1", "") == post


async def test_installed_twice_the_new_token_is_used(sqlite_url: str):
    async with emulating("http://127.0.0.1:9/slack/events", SECRET) as url:
        more = {"slack_bot_token": None, "atelier_review_channel": "slack-T000000001:C1"}
        async with shared(sqlite_url, Slacks(url=url), **more) as bot:
            await _installed(bot)
            [first] = bot.live()
            await _installed(bot)
            [second] = bot.live()
            assert (first.platform, first.token != second.token) == (second.platform, True)
            assert bot.room(second.team).config.token == second.token
