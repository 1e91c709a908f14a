"""A private PostgreSQL for the tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import answers, free_port, open_folder, script


@dataclass(frozen=True)
class PostgresLab:
    """A cluster of its own; superuser `vigie`, no password, loopback only."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """As for VIGIE_DATABASE_URL; the database `postgres` is there, others can be made."""
        return f"postgresql://vigie@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        if answers(self.port):
            return
        script("pg-up.sh", str(self.folder), str(self.port))

    def stop(self, how: str = "fast") -> None:
        """`fast` ends connections cleanly, `immediate` is a crash."""
        script("pg-down.sh", str(self.folder), how)


@contextmanager
def postgres_running() -> Iterator[PostgresLab]:
    """A running PostgreSQL on a free port, stopped at the end."""
    with open_folder("pg", at_end='bash tests/lab/pg-down.sh "$1" immediate') as folder:
        lab = PostgresLab(folder, free_port())
        lab.start()
        yield lab
