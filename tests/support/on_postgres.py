"""Run any tests on PostgreSQL instead of SQLite:   python -m pytest -p tests.support.on_postgres …

Only those that ask a database. Loaded by `-p`, so that the address is in the environment before Django's settings are read. The process that
started pytest starts the server and stops it; the workers of pytest-xdist inherit the address and make a database each.
"""

import os
from contextlib import ExitStack

import pytest
from tools.install_system_parts import PARTS

from tests.support.postgres_lab import postgres_running

ASKS = {"db", "transactional_db", "django_db_reset_sequences", "django_db_serialized_rollback"}

_stack = ExitStack()
_lack = PARTS["PostgreSQL"].lack()

if not _lack and "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["VIGIE_DATABASE_URL"] = _stack.enter_context(postgres_running()).url


def pytest_sessionstart() -> None:
    """Without PostgreSQL this run would silently repeat the one on SQLite."""
    if _lack:
        pytest.exit(_lack, returncode=1 if os.environ.get("VIGIE_TEST_ALL") == "1" else 0)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What asks no database was proved by the first run."""
    asks, rest = list[pytest.Item](), list[pytest.Item]()
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        wanted = item.get_closest_marker("django_db") or ASKS & fixtures
        (asks if wanted and not item.get_closest_marker("sqlite") else rest).append(item)
    config.hook.pytest_deselected(items=rest)
    items[:] = asks


def pytest_unconfigure() -> None:
    _stack.close()
