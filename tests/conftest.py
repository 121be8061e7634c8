"""What every test shares: in CI a skip is a failure, since CI has installed all that tests want."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

pytest_plugins = ["databases", "town"]
settings.register_profile("atelier", deadline=None)  # how long an example takes is the machine's business: see bench/
settings.load_profile("atelier")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    outcome = yield
    report = outcome.get_result()
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {item.nodeid}: {report.longrepr}"
