"""Promise 3: `kill -9` at any line of a decision and of its delivery loses nothing and does nothing twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROUNDS = int(os.environ.get("KILL_ROUNDS", "40"))


def test_killed_at_any_line_nothing_is_lost_nor_done_twice(tmp_path: Path) -> None:
    here = Path(__file__).parent
    env = {**os.environ, "PYTHONPATH": f"{here.parent}{os.pathsep}{here}"}
    done = subprocess.run(
        [sys.executable, str(here / "killer.py"), str(tmp_path), str(ROUNDS)],
        capture_output=True, text=True, timeout=600, check=False, env=env,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    rounds = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert len(rounds) == ROUNDS
    assert sum(r["killed"] for r in rounds) >= ROUNDS - 2
    assert {r["first"] for r in rounds} == {"en_echange", "validee"}, "some died before the commit, some after"
    for found in rounds:
        about = f"killed at line {found['at']} of {found['total']}: {found}"
        assert found["state"] == "validee", about
        assert found["decisions"] == 1, about
        assert found["told"] == [1, 1, 1], about
        assert found["review"] == 1, about
        assert found["twice"] == 1, about
        assert (found["waiting"], found["dead"]) == (0, 0), about
        assert found["journal"], about
        assert found["card"] == "Validée", about
