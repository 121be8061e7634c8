"""From the start of the process to its first answered command, and what it weighs idle; beside the bare Bolt.

Alone on Slack, then on Slack and Mattermost at once.
"""

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
    kinds = {
        "Bolt nu": ("bare", api), "Slack": ("ours", "slack", database, api, "32"),
        "Slack et Mattermost": ("ours", "slack,mattermost", database, api, "32"),
    }  # fmt: skip
    found = {name: [_started(folder, api, *args) for _ in range(TIMES)] for name, args in kinds.items()}
    rows = []
    for index, title in enumerate(("première commande répondue (s)", "mémoire au repos (Mo)")):
        bare, *ours = (median(one[index] for one in tries) for tries in found.values())
        rows.append((title, f"{bare:.2f}", *(cell for one in ours for cell in (f"{one:.2f}", ratio(one, bare)))))
    yield Table(
        "Démarrage et mémoire", ("", "Bolt nu", "le robot, sur Slack", "×", "sur Slack et Mattermost", "×"), rows
    )


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
