"""Rows that many tests begin with: written by their verbs once per test process, then by the same statements again.

Two hundred questions and sixty writes for each of a thousand tests would be half of the fast tier. The statements are
said again only where they mean the same: at the same time, in a database that holds the same rows. The tables' next
numbers are put back first, so that the rows get the same keys.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from django.apps import apps
from django.db import connection, transaction

from vigie.kernel.clock import clock

T = TypeVar("T")
Largest = tuple[Any, ...]
"""The largest key of each table, None where it is empty: verbs write what they did, so a change shows here."""
Numbers = dict[str, tuple[int, bool]]
"""Where each table's automatic numbers stand, and whether that one was given out (as PostgreSQL says it)."""
NO_WRITES = ("SELECT", "SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "PRAGMA", "SET")


@dataclass(frozen=True)
class _Kept:
    made: Any
    statements: list[tuple[str, Any]]


_kept: dict[tuple[str, datetime, Largest], _Kept] = {}


def kept(name: str, make: Callable[[], T]) -> T:
    """What `make()` returns, its rows written. `make` may do nothing but ask and write this database."""
    key = (name, clock.now(), _largest())
    if found := _kept.get(key):
        with transaction.atomic(), connection.cursor() as cursor:
            for sql, values in found.statements:
                cursor.execute(sql, values)
        said_again: T = copy.deepcopy(found.made)
        return said_again
    statements: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], sql: str, values: Any, many: bool, context: Any) -> Any:
        if not sql.lstrip().startswith(NO_WRITES):
            statements.extend((sql, row) for row in (values if many else [values]))
        return execute(sql, values, many, context)

    before = _numbers()
    with connection.execute_wrapper(note):
        made = make()
    after = _numbers()
    again = {table: stood for table, stood in before.items() if after[table] != stood}
    _kept[key] = _Kept(copy.deepcopy(made), _counted_from(again) + _at_once(statements))
    return made


@cache
def _tables() -> dict[str, str]:
    """Each table and its key."""
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table: model._meta.pk.column for model in models if model._meta.managed}


def _largest() -> Largest:
    asked = ", ".join(f"(SELECT max({key}) FROM {table})" for table, key in _tables().items())  # noqa: S608 # our own names
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}")
        return tuple(cursor.fetchone())


def _numbers() -> Numbers:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, seq FROM sqlite_sequence")
            stand = dict(cursor.fetchall())
            return {table: (stand.get(table, 0), True) for table in _tables()}
        cursor.execute(
            "SELECT sequencename, start_value, last_value FROM pg_sequences WHERE schemaname = 'public'"
        )
        return {name: (last or start, last is not None) for name, start, last in cursor.fetchall()}


def _counted_from(numbers: Numbers) -> list[tuple[str, Any]]:
    """Statements that put the numbers back."""
    if connection.vendor == "sqlite":
        return [
            statement
            for table, (number, _given) in numbers.items()
            for statement in (
                ("DELETE FROM sqlite_sequence WHERE name = %s", (table,)),
                ("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", (table, number)),
            )
        ]
    calls = ", ".join(f"setval('{name}', {number}, {given})" for name, (number, given) in numbers.items())
    return [(f"SELECT {calls}", None)] if calls else []


def _at_once(statements: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The same in one message where there is a network between."""
    if connection.vendor == "sqlite":
        return statements
    composed = getattr(connection.ops, "compose_sql")  # noqa: B009 # PostgreSQL's; the stubs know what all share
    return [("; ".join(composed(sql, values) for sql, values in statements), None)]
