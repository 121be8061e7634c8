"""From the start of the process to its first answered command, and what it weighs idle; beside the bare Bolt."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median_low as median

from bench.processes import free_port, running, up
from bench.slack import first_command
from bench.tables import Table, ratio
from bench.town import built

TIMES = 2
SETTLED = 1.0
"""Seconds before a process is weighed."""


def measured(folder: Path, api: str) -> Iterator[Table]:
    """Seconds and megabytes."""
    database = built(folder / "start.db", 100).url()
    found = {
        "bare": [_started(folder, api, "bare", api) for _ in range(TIMES)],
        "ours": [_started(folder, api, "ours", "slack", database, api, "32") for _ in range(TIMES)],
    }
    seconds, weight = ({name: median(t[i] for t in tries) for name, tries in found.items()} for i in (0, 1))
    yield Table(
        "Démarrage et mémoire",
        ("", "Bolt nu", "le robot", "×"),
        [
            ("première commande répondue (s)", f"{seconds['bare']:.2f}", f"{seconds['ours']:.2f}", ratio(seconds["ours"], seconds["bare"])),
            ("mémoire au repos (Mo)", f"{weight['bare']:.0f}", f"{weight['ours']:.0f}", ratio(weight["ours"], weight["bare"])),
        ],
    )  # fmt: skip


def _started(folder: Path, api: str, kind: str, *args: str) -> tuple[float, float]:
    port = free_port()
    began = time.perf_counter()
    with running(folder / "start.log", "bench.server", kind, str(port), *args) as process:
        while not up(port):
            time.sleep(0.01)
        first_command(folder, port, api)
        spent = time.perf_counter() - began
        time.sleep(SETTLED)
        return spent, _resident(process.pid)


def _resident(pid: int) -> float:
    """Megabytes of memory that this process holds."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024
