"""`kill -9` in the middle of a transaction: when the database is opened again, nothing is half done."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from databases import units_on
from samples import NOW, REF, at, by, dossier, message

from atelier.words import PersonId
from storage.engine import check_schema, open_engine
from storage.letters import Stats
from storage.reminders import Wanted

HERE = Path(__file__).parent
DEED = """
import sys
sys.path[:0] = sys.argv[2:]
from test_storage_kill import everything
from databases import units_on
from storage.engine import open_engine
with units_on(open_engine(sys.argv[1])).begin() as unit:
    everything(unit)
    print("half done", flush=True)
    if sys.stdin.readline() == "":
        raise SystemExit("nobody killed me")
print("done", flush=True)
sys.stdin.readline()
"""


def everything(unit):
    """One of each thing that an event may change."""
    number = unit.counters.next("arrivee")
    unit.inbox.seen("slack:1", NOW)
    unit.dossiers.add(dossier(number, codes=("55029",)))
    unit.journal.write(REF, what="D1", by=by("alice"), at=NOW, text="x")
    unit.reminders.keep(REF, [Wanted("X", 1, "jour", 0, PersonId("a"), NOW.replace(year=2027), escalates=False)], NOW)
    unit.outbox.put(at("canal"), message("1"), due=NOW)
    unit.files.put("plan.pdf", "application/pdf", b"%" * 5_000_000, "0" * 64, NOW)  # spills out of the cache


@pytest.mark.parametrize("after_the_commit", [False, True])
def test_killed(url, after_the_commit):
    with subprocess.Popen(
        [sys.executable, "-c", DEED, url, str(HERE), str(HERE.parent)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as child:  # fmt: skip
        assert child.stdout.readline() == "half done\n"
        if after_the_commit:
            child.stdin.write("go on\n")
            child.stdin.flush()
            assert child.stdout.readline() == "done\n"
        child.kill()
        assert child.wait() == -signal.SIGKILL
    engine = open_engine(url)
    check_schema(engine)
    with units_on(engine).begin() as unit:
        kept = 1 if after_the_commit else 0
        assert unit.inbox.seen("slack:1", NOW) == after_the_commit
        assert unit.counters.next("arrivee") == kept + 1
        assert len(unit.journal.heads()) == len(unit.journal.of(REF)) == kept
        assert unit.journal.verify() is None
        assert unit.reminders.outstanding()[0] == kept
        assert unit.outbox.stats() == Stats(kept, 0)
        assert len(unit.dossiers.same_territory(("55029",), "")) == kept
    engine.dispose()
