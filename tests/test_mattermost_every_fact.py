"""The facts that break a naive adapter have their tests, and pytest runs them: collected by number, skipped nowhere."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "faits-mattermost.md"
ASKED_FOR = (4, 8, 9, 10, 11, 13, 17, 18, 22, 23, 25, 31, 36, 40, 46)
NAME = re.compile(r"test_facts?_((?:\d+_)+)")


def numbers(name: str) -> set[int]:
    """The facts that a test is about: « test_fact_4_… », « test_facts_12_32_… »."""
    found = NAME.match(name)
    return {int(number) for number in found[1].split("_") if number} if found else set()


def _files() -> list[Path]:
    return sorted(HERE.glob("test_mattermost_*.py"))


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield from (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and numbers(n.name))


@pytest.fixture(scope="module")
def collected() -> dict[str, set[int]]:
    """What pytest itself would run of these files, and which facts each is about."""
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *map(str, _files())],
        cwd=HERE.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert listed.returncode == 0, listed.stdout[-3000:] + listed.stderr[-3000:]
    ids = [line for line in listed.stdout.splitlines() if "::" in line]
    return {id_: numbers(id_.rpartition("::")[2] if "[" not in id_ else id_.partition("[")[0].rpartition("::")[2]) for id_ in ids}  # fmt: skip


@pytest.mark.parametrize("fact", ASKED_FOR)
def test_a_fact_that_breaks_a_naive_adapter_has_a_test_that_runs(fact: int, collected: dict[str, set[int]]) -> None:
    assert [id_ for id_, about in collected.items() if fact in about] != []


def test_no_test_of_a_fact_is_skipped_or_cannot_fail() -> None:
    """No skip, no expected failure; each looks at something."""
    for path in _files():
        for function in _functions(path):
            told = ast.unparse(function)
            assert not re.search(r"\bskip(if)?\b|\bxfail\b|importorskip", told), f"{path.name}: {function.name}"
            looks = [n for n in ast.walk(function) if isinstance(n, ast.Assert)]
            assert looks or "pytest.raises" in told, f"{path.name}: {function.name} looks at nothing"


def test_every_test_of_a_fact_is_collected(collected: dict[str, set[int]]) -> None:
    """None is hidden by another of the same name, nor nested where pytest does not look."""
    run = {(id_.partition("::")[0].rpartition("/")[2], id_.partition("[")[0].rpartition("::")[2]) for id_ in collected}
    written = [(path.name, function.name) for path in _files() for function in _functions(path)]
    assert set(written) <= run
    assert len(written) == len(set(written))


def test_no_fact_is_tested_that_the_page_does_not_tell(collected: dict[str, set[int]]) -> None:
    told = {int(number) for number in re.findall(r"^(\d+)\. ", PAGE.read_text("utf-8"), re.MULTILINE)}
    assert set().union(*collected.values()) <= told
    assert set(ASKED_FOR) <= told
