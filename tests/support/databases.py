"""The test database as it is in earnest: a file, so that threads have connections of their own; and its flush."""

from typing import Any

import pytest
from django.db import connections
from django.db.backends.sqlite3.base import (  # type: ignore[attr-defined] # not in its stubs
    DatabaseOperations,
)  # `operations` alone would be a circle


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in a file instead of in memory, where threads would share one connection; not synced to the disk."""
    for connection in connections.all():
        if connection.vendor == "sqlite":
            table = connection.settings_dict
            table["TEST"]["NAME"] = str(tmp_path_factory.getbasetemp() / "test.sqlite3")
            table["OPTIONS"]["init_command"] = table["OPTIONS"]["init_command"].replace("=FULL", "=OFF")


@pytest.fixture(scope="session", autouse=True)
def _flush_takes_the_audit_too() -> None:
    """Between tests that commit, Django empties every table; SQLite's guards over the audit stand aside for that."""
    flush = DatabaseOperations.execute_sql_flush

    def unguarded(self: Any, sql_list: list[str]) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'kernel_auditrow'"
            )
            guards = cursor.fetchall()
            for name, _sql in guards:
                cursor.execute(f"DROP TRIGGER {self.quote_name(name)}")
        flush(self, sql_list)
        with self.connection.cursor() as cursor:
            for _name, sql in guards:
                cursor.execute(sql)

    setattr(DatabaseOperations, "execute_sql_flush", unguarded)  # noqa: B010 # mypy knows no method that changes
