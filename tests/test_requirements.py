"""What is installed to run, and nothing more, is enough to run: `make demo` on a fresh machine has no tool of the tests."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parent.parent
ALONE = """
import sys
from importlib.abc import MetaPathFinder

class Hidden(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

HIDDEN = set(sys.argv[1:])
sys.meta_path.insert(0, Hidden())
import bot.cli
"""


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_commands_need_only_what_is_installed_to_run() -> None:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    given = {plain(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)} | {"atelier-bot"}
    hidden = [top for top, owners in packages_distributions().items() if not given & {plain(o) for o in owners}]
    assert "pytest" in hidden
    done = subprocess.run([sys.executable, "-c", ALONE, *hidden], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_runs_is_what_was_tested() -> None:
    run, tested = (
        dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert {name: (version, tested.get(name)) for name, version in run.items() if tested.get(name) != version} == {}
