"""A whole bot on this computer: the sandbox's world, a SQLite database beside it, a clock that jumps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from atelier.territories import Territories
from bot.app import Application, compose
from bot.clock import Clock, JumpingClock, SystemClock
from bot.clock import machine as machine_hour
from bot.memory import moved, opened
from bot.sandbox.contracts import contracts
from bot.sandbox.people import EVERYBODY, REVIEW, REVIEWERS, STRANGER, Somebody
from bot.sandbox.platform import Sandbox
from bot.sandbox.things import PLATFORM
from bot.sandbox.world import World
from chat.language import Languages
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Local:
    """The sandbox and the bot behind it."""

    sandbox: Sandbox
    app: Application
    clock: JumpingClock

    def close(self) -> None:
        """Stop the bot; what happened stays in the folder."""
        self.app.close()


def open_local(
    folder: Path, territories: Territories, languages: Languages, *, start: datetime | None = None, machine: Clock | None = None,
    leases: Callable[[], datetime] = machine_hour,
) -> Local:  # fmt: skip
    """Open the bot kept in `folder`, or a new one there that begins at `start` (now when not said).

    `machine` is what the procedure's clock runs on, `leases` what leases and retries keep to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    database = f"sqlite:///{folder / 'atelier.db'}"
    moved(database)
    world = World.load(folder / "monde.json")
    new = not world.personas
    clock = JumpingClock(
        start if new else None, offset=world.offset, keep=world.keep_offset, machine=machine or SystemClock()
    )
    sandbox = Sandbox(world, clock.now)
    app = compose(
        writer=opened(database, _secret(folder)), review=REVIEW, platforms={PLATFORM: sandbox}, clock=clock,
        territories=territories, languages=languages, now=leases,
    )  # fmt: skip
    sandbox.attach(app.receive)
    if new:
        settle_in(app, world)
    return Local(sandbox, app, clock)


def settle_in(app: Application, world: World, everybody: tuple[Somebody, ...] = EVERYBODY) -> None:
    """The people of the sandbox, in its world and in the directory; and one whom the directory does not know."""
    world.people(*(somebody.persona() for somebody in everybody), STRANGER)
    world.channel(REVIEW.id, "Revue AD1", REVIEWERS)

    def listed(unit: Unit) -> None:
        for somebody in everybody:
            unit.people.add(somebody.person(), (somebody.address(),))
        for contract in contracts(app.clock.now().date()):
            unit.contracts.keep(contract, app.clock.now(), "sandbox")

    app.writer.call(listed)


def _secret(folder: Path) -> bytes:
    """The key that seals this folder's journal: drawn once."""
    kept = folder / "secret"
    if not kept.exists():
        drawn = folder / "secret.new"
        drawn.touch(mode=0o600)
        drawn.write_text(token_hex(32), encoding="ascii")
        drawn.replace(kept)
    return kept.read_bytes()
