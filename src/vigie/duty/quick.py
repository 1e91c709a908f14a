"""Who is on duty, read straight from the tables: `vigie who` answers before Django would have woken up.

The rule of who comes first is the same (`rules.in_order`); a test holds the answers against `queries.on_duty`.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vigie.duty.rules import LONGEST_SHIFT, Holder, in_order

SQL = Path(__file__).with_name("on_duty.sql").read_text("utf-8")
CODES = "SELECT code FROM duty_duty ORDER BY rank, code"


class Unreadable(Exception):
    """The rota can't be read: no database, no tables, no answer. The text is the database's own."""


@dataclass(frozen=True)
class Line:
    """One person on duty; `until` is the end of this shift."""

    duty: str
    name_fr: str
    name_en: str
    level: int
    login: str
    person: str
    phone: str
    since: datetime
    until: datetime


def codes(database: Mapping[str, Any]) -> list[str]:
    """The codes of all duties. `database` is Django's table of settings for one. Raises Unreadable."""
    return [str(row[0]) for row in _rows(database, CODES, None)]


def on_duty(database: Mapping[str, Any], t: datetime, code: str = "") -> list[Line]:
    """As `queries.on_duty`, from the tables. Raises Unreadable."""
    by_duty: dict[tuple[int, str], dict[Holder, Line]] = {}
    for row in _rows(database, SQL, t):
        duty, fr, en, duty_phone, rank, person_id, login, name, phone, level, starts, ends = row
        since, until = _aware(starts), _aware(ends)
        line = Line(duty, fr, en, level, login, name, phone or duty_phone, since, until)
        by_duty.setdefault((rank, duty), {})[Holder(person_id, level, since, until)] = line
    return [
        lines[holder]
        for (_rank, duty), lines in sorted(by_duty.items())
        for holder in in_order(list(lines))
        if code in {"", duty}
    ]


def _aware(value: Any) -> datetime:
    """SQLite keeps UTC as text without zone, PostgreSQL gives aware times."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return datetime.fromisoformat(str(value)).replace(tzinfo=UTC)


def _rows(database: Mapping[str, Any], sql: str, t: datetime | None) -> Sequence[Any]:
    if "sqlite" in database["ENGINE"]:
        return _from_sqlite(Path(database["NAME"]), sql, t)
    return _from_postgresql(database, sql, t)


def _asked(t: datetime | None) -> dict[str, datetime]:
    return {"at": t, "since": t - LONGEST_SHIFT} if t else {}


def _from_sqlite(file: Path, sql: str, t: datetime | None) -> Sequence[Any]:
    asked = {name: str(at.astimezone(UTC).replace(tzinfo=None)) for name, at in _asked(t).items()}
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, timeout=20)) as connection:
            return connection.execute(sql, asked).fetchall()
    except sqlite3.Error as error:
        raise Unreadable(f"{file}: {error}") from error


def _from_postgresql(database: Mapping[str, Any], sql: str, t: datetime | None) -> Sequence[Any]:
    import psycopg  # noqa: PLC0415 # only a desk on PostgreSQL needs it

    wanted = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    where = {name: database[key] for name, key in wanted.items() if database.get(key)}
    try:
        with psycopg.connect(**where, connect_timeout=10) as connection:
            sql = sql.replace(":at", "%(at)s").replace(":since", "%(since)s")
            return connection.execute(sql, _asked(t) or None).fetchall()
    except psycopg.Error as error:
        raise Unreadable(str(error).strip().splitlines()[0]) from error
