"""The commands of operations in a process of their own, with settings that the machine does not leak into."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SECRET = "un secret pour les essais"
CODE = (
    "import sys, typer; from bot import backup_cli, doctor_cli\n"
    "app = typer.Typer(pretty_exceptions_enable=False); sys.argv[0] = 'atelier'\n"
    "[module.register(app) for module in (backup_cli, doctor_cli)]; app()"
)
OURS = ("ATELIER_", "SLACK_", "MATTERMOST_", "DATABASE_", "PORT", "SANDBOX")


def run(*args: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    given = {"PYTHONPATH": str(ROOT), "ATELIER_SECRET_KEY": SECRET, "DATABASE_URL": f"sqlite:///{cwd / 'a.db'}"}
    return subprocess.run(
        [sys.executable, "-c", CODE, *args],
        cwd=cwd, env={**kept, **given, **env}, capture_output=True, text=True, check=False,
    )  # fmt: skip
