"""npm `emulate`, a Slack Web API nobody here wrote: installed once in a cache, started for a test, ended with it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "emulate"
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "atelier-bot" / "emulate-0.12.2"
TIMEOUT = 120


def installed() -> Path:
    """The folder where it is installed. Skips, saying why, without Node 20 or when npm cannot fetch it."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        pytest.skip("Node 20 is not installed: npm emulate, the Slack of others, cannot be started")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.lstrip("v").split(".")[0]) < 20:
        pytest.skip(f"Node {version.strip()} is too old for npm emulate: 20 is needed")
    CACHE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "launch.mjs"):
        shutil.copy(HERE / name, CACHE / name)
    if not (CACHE / "node_modules" / "emulate").is_dir():
        _install(npm)
    return CACHE


def _install(npm: str) -> None:
    command = [npm, "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=CACHE, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    if done.returncode:
        pytest.skip(f"npm cannot install emulate: {done.stderr.strip()[-300:]}")


@asynccontextmanager
async def emulating(events: str, secret: str) -> AsyncIterator[str]:
    """Its address; its events go to `events`, signed."""
    folder = installed()
    process = await asyncio.create_subprocess_exec(
        "node", "launch.mjs", events, secret, cwd=folder, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdin
    assert process.stdout
    try:
        async with asyncio.timeout(20):
            line = await process.stdout.readline()
        yield json.loads(line)["url"]
    finally:
        process.stdin.close()
        await process.wait()
