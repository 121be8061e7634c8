"""What anybody may send to a public address: read within a size and a time, and nothing of it fills the log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from starlette.requests import Request

from bot import bodies
from tests.mattermost.stage import Stage, staged

SCOPE = {"type": "http", "method": "POST", "path": "/", "headers": []}
FORM = {"content-type": "application/x-www-form-urlencoded"}


def sent(*chunks: bytes, every: float = 0.0, ended: bool = True) -> Request:
    """A request whose body comes chunk by chunk, and may never end."""
    waiting = list(chunks)

    async def receive() -> dict[str, Any]:
        if not waiting and not ended:
            await asyncio.Event().wait()
        await asyncio.sleep(every)
        chunk = waiting.pop(0) if waiting else b""
        return {"type": "http.request", "body": chunk, "more_body": bool(waiting) or not ended}

    return Request(SCOPE, receive)


async def test_a_body_is_read_whole() -> None:
    assert await bodies.whole(sent(b"a", b"b" * (bodies.MOST - 1))) == b"a" + b"b" * (bodies.MOST - 1)
    assert await bodies.whole(sent()) == b""


async def test_a_body_too_long_is_not_even_held() -> None:
    assert await bodies.whole(sent(b"a", b"b" * bodies.MOST, ended=False)) is None


@pytest.mark.parametrize("dribble", [sent(b"{", ended=False), sent(*[b" "] * 1000, every=0.02)])
async def test_who_sends_a_byte_at_a_time_is_let_go(dribble: Request) -> None:
    began = monotonic()
    assert await bodies.whole(dribble, patience=0.1) is None
    assert monotonic() - began < 2


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged() as stage:
        yield stage


async def test_who_is_refused_is_not_listened_to_any_more(stage: Stage) -> None:
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"{stage.world.bot_url}/mattermost/actions", content=b"[")
    assert (answer.status_code, answer.headers["connection"]) == (400, "close")


async def test_a_form_of_countless_fields_is_not_read(stage: Stage) -> None:
    """A million bytes of them took a third of a second, whoever sent them: nobody else was answered meanwhile."""
    async with httpx.AsyncClient() as http:
        url = f"{stage.world.bot_url}/mattermost/commands"
        answer = await http.post(url, content="a=&" * 300_000, headers=FORM)
        few = await http.post(url, content=urlencode({"token": "x"}), headers=FORM)
    assert (answer.status_code, few.status_code) == (400, 401)


@pytest.mark.parametrize("path", ["actions", "dialogs", "commands"])
async def test_a_line_of_the_log_is_no_longer_than_it_must(
    stage: Stage, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    forged = {
        "type": "dialog_submission" if path == "dialogs" else "button", "user_id": "u" * 100_000, "channel_id": "c",
        "post_id": "p" * 100_000, "trigger_id": "t", "context": {"t": "x"}, "state": "x", "token": "x",
    }  # fmt: skip
    content = urlencode(forged) if path == "commands" else json.dumps(forged)
    async with httpx.AsyncClient() as http:
        await http.post(f"{stage.world.bot_url}/mattermost/{path}", content=content, headers=FORM)
    told = capsys.readouterr().out
    assert "refused" in told
    assert max(map(len, told.splitlines())) < 1000
