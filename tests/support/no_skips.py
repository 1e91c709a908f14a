"""Where everything can be had, nothing may be skipped: VIGIE_TEST_ALL=1 makes a failure of every skip."""

import os
from collections.abc import Generator

import pytest

NOTHING_MAY_BE_SKIPPED = os.environ.get("VIGIE_TEST_ALL") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With VIGIE_TEST_ALL=1 a test that was skipped has failed: nobody is to believe that it ran."""
    report = yield
    if NOTHING_MAY_BE_SKIPPED and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: nothing may be skipped here (VIGIE_TEST_ALL=1). {reason}"
    return report
