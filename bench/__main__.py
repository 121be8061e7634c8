"""`python -m bench`: every bench beside what it is compared with, in one run; its tables are printed as they come."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from atelier.territories import Territories
from bench import beside, lists, mattermost, posting, reminders, slack, starting, territories
from bench.processes import serving
from bench.tables import Table


def tables(folder: Path, args: argparse.Namespace) -> Iterator[Table]:
    """What is asked, in turn."""
    size = beside.QUICK if args.quick else beside.FULL
    with serving(folder / "sink.log", "bench.server", "sink") as sink:
        api = f"http://127.0.0.1:{sink}"
        yield from slack.measured(folder, size, api)
        yield from mattermost.measured(folder, size, api)
        yield from starting.measured(folder, api)
    yield from posting.measured(folder)
    yield from territories.measured()
    sizes = (100, 1_000) if args.quick else (100, 10_000, 100_000) if args.full else (100, 10_000)
    yield from lists.measured(folder, Territories.load(), sizes)
    yield from reminders.measured(folder, (1_000, 10_000) if args.quick else (1_000, 10_000, 100_000))


def main() -> None:
    """Run, and say on what."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a minute, on smaller databases")
    parser.add_argument("--full", action="store_true", help="100 000 requests too")
    began = time.monotonic()
    args = parser.parse_args()
    print(f"{os.cpu_count()} processeurs, charge {os.getloadavg()[0]:.1f} au départ\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="atelier-bench-") as folder:
        for table in tables(Path(folder), args):
            print(table.text(), flush=True)
    print(f"{time.monotonic() - began:.0f} s, charge {os.getloadavg()[0]:.1f} à l'arrivée")


if __name__ == "__main__":
    main()
