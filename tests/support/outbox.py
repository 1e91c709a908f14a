"""The outbox of a desk of its own, seen from outside its programs: by SQL, while they run and are killed."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.support.desk import Desk


@dataclass(frozen=True)
class OutboxSeen:
    """`url` is of PostgreSQL; empty: the SQLite file in the desk's data folder."""

    desk: Desk
    url: str = ""

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a SELECT, or none after committing a change."""
        if self.url:
            with psycopg.connect(self.url, autocommit=True) as server:
                found = server.execute(sql.encode())
                return found.fetchall() if found.description else []
        with closing(sqlite3.connect(self.file, timeout=30)) as file, file:
            return file.execute(sql).fetchall()

    @property
    def file(self) -> Path:
        return Path(self.desk.environment["VIGIE_STORE_DATA"]) / "vigie.sqlite3"

    def states(self) -> dict[str, int]:
        return dict(self.ask("SELECT state, count(*) FROM post_delivery GROUP BY state"))

    def settled(self) -> int:
        """How many wait for no machine any more."""
        states = self.states()
        return sum(states.values()) - states.get("waiting", 0) - states.get("leased", 0)

    def bury(self, pid: int) -> set[str]:
        """The time of a killed worker's leases is over; returns the keys that it had begun and not settled."""
        whose = f"owner LIKE '%:{pid}:%'"
        held = "SELECT key, owner FROM post_delivery WHERE state = 'leased' AND begun_at IS NOT NULL"
        found = {key for key, owner in self.ask(held) if f":{pid}:" in owner}
        for table in ("post_delivery", "kernel_modulerun"):
            self.ask(
                f"UPDATE {table} SET leased_until = '2020-01-01 00:00:00' WHERE leased_until IS NOT NULL AND {whose}"  # noqa: S608 # our own two names
            )
        return found


@contextmanager
def desk_on(database: str, folder: Path, postgres_url: str, **environment: str) -> Iterator[OutboxSeen]:
    """A migrated desk on "sqlite" or on "postgresql" (a database of its own, dropped at the end)."""
    url = ""
    if database == "postgresql":
        name = f"lost_{os.getpid()}"
        with psycopg.connect(postgres_url, autocommit=True) as server:
            server.execute(f"CREATE DATABASE {name}".encode())
        url = postgres_url.rsplit("/", 1)[0] + f"/{name}"
        environment["VIGIE_DATABASE_URL"] = url
    try:
        desk = Desk(folder, environment)
        desk.must("migrate")
        yield OutboxSeen(desk, url)
    finally:
        if url:
            with psycopg.connect(postgres_url, autocommit=True) as server:
                server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
