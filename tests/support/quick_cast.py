"""The cast, written by its verbs once per test process; later tests get the same rows by the same statements.

Two hundred questions and sixty writes for each of a thousand tests would be half of the fast tier. The statements are
said again only where they mean the same: SQLite, the same time, and every table's next number as it was.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from tests.support.cast import Cast, make_cast
from vigie.kernel.clock import clock

Numbers = list[tuple[str, int]]
WRITES = ("INSERT", "UPDATE", "DELETE")


@dataclass
class Kept:
    """What the first cast wrote, from which state."""

    cast: Cast
    statements: list[tuple[str, Any]]
    before: Numbers
    at: datetime


_kept: list[Kept] = []


def quick_cast() -> Cast:
    """`make_cast()`, said again where that gives the same rows."""
    if connection.vendor != "sqlite":
        return make_cast()
    before = _numbers()
    for kept in _kept:
        if kept.before == before and kept.at == clock.now():
            with transaction.atomic(), connection.cursor() as cursor:
                for sql, values in kept.statements:
                    cursor.execute(sql, values)
            return copy.deepcopy(kept.cast)
    statements: list[tuple[str, Any]] = []

    def note(
        execute: Callable[..., Any], sql: str, values: Any, many: bool, context: Any
    ) -> Any:  # Django's signature
        if sql.startswith(WRITES):
            assert not many, "a statement for many rows is not kept"
            statements.append((sql, values))
        return execute(sql, values, many, context)

    at = clock.now()
    with connection.execute_wrapper(note):
        made = make_cast()
    if not _kept:
        _kept.append(Kept(copy.deepcopy(made), statements, before, at))
    return made


def _numbers() -> Numbers:
    """Where each table's automatic numbers stand."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, seq FROM sqlite_sequence ORDER BY name")
        return list(cursor.fetchall())
