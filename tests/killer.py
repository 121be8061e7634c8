"""Kills a bot at a line, again and again, and says what was found on its return. Run as a program by test_kill.py.

Each round: a copy of the folder, a child process that does one deed and is killed with SIGKILL at its n-th line of our
code, whatever the thread; then the bot is opened again, carries what waits, and is asked what happened. Forked rather
than started, so that a round costs the deed alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from town import LANGUAGES, MONDAY, TERRITORIES, Still, Town

from atelier.words import State
from bot.sandbox.local import Local, open_local
from bot.sandbox.people import CAMILLE, HUGO, INES, MARC, NORA, REVIEW

ROOMS = tuple(
    str(Path(__file__).parent.parent / room) + os.sep
    for room in ("handlers", "storage", "scheduler", "atelier", "bot", "chat")
)
REF = "ADT-2026-0001"
LATER = timedelta(minutes=2)
"""Past the lease that the killed process held."""


def opened(folder: Path, *, later: bool = False) -> Local:
    ahead = LATER if later else timedelta()
    return open_local(
        folder, TERRITORIES, LANGUAGES, start=MONDAY, machine=Still(), leases=lambda: datetime.now(UTC) + ahead
    )


async def prepared(folder: Path) -> None:
    """A request that waits for Marc to confirm his validation."""
    local = opened(folder)
    town = Town(local)
    await town.examined()
    await town.player.command(
        MARC, f"valider {REF} adequation_dispositif = Un centre ancien | adequation_competences = Habitat, commerce"
    )
    local.close()


async def deed(local: Local) -> None:
    """Marc confirms: a decision, its journal, its deadlines, five messages, four cards."""
    await Town(local).player.press(MARC, "Confirmer")


def traced(until: int) -> list[int]:
    """Count the lines of our rooms in every thread; kill this process at the `until`-th. 0 only counts."""
    seen = [0]

    def line(frame, event, _arg):
        if not frame.f_code.co_filename.startswith(ROOMS):
            return None
        if event == "line":
            seen[0] += 1
            if seen[0] == until:
                os.kill(os.getpid(), signal.SIGKILL)
        return line

    threading.settrace(line)
    sys.settrace(line)
    return seen


def child(folder: Path, until: int, told: int) -> None:
    """Do the deed in a process of its own, and end it there."""
    local = opened(folder)
    seen = traced(until)
    asyncio.run(deed(local))
    sys.settrace(None)
    os.write(told, str(seen[0]).encode())
    os._exit(0)


def forked(folder: Path, until: int) -> tuple[bool, int]:
    """Whether the child was killed, and the lines it counted when it was not."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        child(folder, until, write)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        counted = pipe.read()
    _, status = os.waitpid(pid, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    return killed, int(counted or b"0")


async def found(folder: Path) -> dict[str, object]:
    """What a bot opened afterwards says, once it has carried what waited."""
    local = opened(folder, later=True)
    town = Town(local)
    await local.app.settle()
    first = town.dossier().state
    if first is State.EN_ECHANGE:
        await deed(local)
    state = town.dossier().state
    steps = [row.what for row in local.app.writer.call(lambda u: u.journal.of(REF))]
    told = {
        w.account: sum("validée par Marc Olivier" in line for line in town.player.screen(w))
        for w in (CAMILLE, INES, HUGO)
    }
    thread = [str(p.message.text) for p in town.world.thread(NORA.account, town.player.review(NORA, REF))]
    ids = Counter(p.outbox_id for p in town.world.posts.values() if p.outbox_id)
    waiting = local.app.writer.call(lambda u: u.outbox.stats())
    broken = local.app.writer.call(lambda u: u.journal.verify())
    card = town.world.posts[town.player.review(NORA, REF)].message.card.state.msg
    local.close()
    return {
        "first": first, "state": state, "decisions": steps.count("D7"), "told": sorted(told.values()),
        "review": sum("validée" in text for text in thread), "twice": max(ids.values()), "waiting": waiting.waiting,
        "dead": waiting.dead, "journal": broken is None, "card": card, "place": REVIEW.id,
    }  # fmt: skip


def main(folder: Path, rounds: int) -> None:
    """Print one JSON line a round: the line it was killed at, and what was found."""
    base = folder / "base"
    asyncio.run(prepared(base))
    probe = folder / "probe"
    shutil.copytree(base, probe)
    _, total = forked(probe, 0)
    for number in range(rounds):
        at = 1 + total * number // rounds
        copy = folder / f"round{number}"
        shutil.copytree(base, copy)
        killed, _ = forked(copy, at)
        sys.stdout.write(json.dumps({"at": at, "total": total, "killed": killed, **asyncio.run(found(copy))}) + "\n")
        sys.stdout.flush()
        shutil.rmtree(copy)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
