"""The test database as it is in earnest: a file, so that threads have connections of their own; and its flush."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.contenttypes.management import create_contenttypes
from django.db import connection, connections
from django.db.models.signals import post_migrate


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """SQLite in a file instead of in memory, where threads would share one connection; not synced to the disk."""
    for each in connections.all():
        if each.vendor == "sqlite":
            table = each.settings_dict
            table["TEST"]["NAME"] = str(tmp_path_factory.getbasetemp() / "test.sqlite3")
            table["OPTIONS"]["init_command"] = table["OPTIONS"]["init_command"].replace("=FULL", "=OFF")


def pytest_collection_finish() -> None:
    """Vigie asks its own roles; Django would write four rows for every model, and anew after each flush."""
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)


@pytest.fixture(scope="session", autouse=True)
def _flush_takes_the_audit_too() -> Iterator[None]:
    """Between tests that commit, every table is emptied; the guards over the audit stand aside for that."""
    operations = type(connection.ops)
    with pytest.MonkeyPatch.context() as patch:
        if connection.vendor == "sqlite":
            patch.setattr(operations, "execute_sql_flush", _unguarded(operations.execute_sql_flush))
        else:
            patch.setattr(operations, "sql_flush", _emptied)
        yield


def _unguarded(flush: Callable[..., None]) -> Callable[..., None]:
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

    return unguarded


def _emptied(self: Any, _style: Any, tables: list[str], **_how: bool) -> list[str]:
    """PostgreSQL makes new files for each truncated table and its indexes; most hold nothing, the rest little."""
    deletes = [f"DELETE FROM {self.quote_name(table)}" for table in tables]  # noqa: S608 # our own names
    return ["SET LOCAL session_replication_role = replica; " + "; ".join(deletes)]
