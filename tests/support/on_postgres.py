"""Run any tests on PostgreSQL instead of SQLite:   python -m pytest -p tests.support.on_postgres …

Loaded by `-p`, so that the address is in the environment before Django's settings are read. The process that
started pytest starts the server and stops it; the workers of pytest-xdist inherit the address and make a database each.
"""

import os
from contextlib import ExitStack

import pytest
from tools.install_system_parts import PARTS

from tests.support.postgres_lab import postgres_running

_stack = ExitStack()
_lack = PARTS["PostgreSQL"].lack()

if not _lack and "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["VIGIE_DATABASE_URL"] = _stack.enter_context(postgres_running()).url


def pytest_sessionstart() -> None:
    """Without PostgreSQL this run would silently repeat the one on SQLite."""
    if _lack:
        pytest.exit(_lack, returncode=1 if os.environ.get("VIGIE_TEST_ALL") == "1" else 0)


def pytest_unconfigure() -> None:
    _stack.close()
