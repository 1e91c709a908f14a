"""One attempt of a job as Slurm tells it, and batches of them in the contract's schema."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

import pyarrow as pa

from vigie.contracts.batch import JOBS, State, Tally

BATCH_ROWS = 20_000


@dataclass(slots=True)
class Attempt:
    """A row of JOBS before it is one; the names are those of its columns. None: unknown."""

    cluster: str
    job_id: str
    state: State
    submitted: datetime | None = None
    started: datetime | None = None
    ended: datetime | None = None
    user: str | None = None
    account: str | None = None
    group: str | None = None
    queue: str | None = None
    qos: str | None = None
    nodes: tuple[str, ...] | None = None
    cores: int | None = None
    elapsed_s: int | None = None
    cpu_s: float | None = None
    limit_s: int | None = None
    memory_asked_b: int | None = None
    memory_used_b: int | None = None
    name: str | None = None
    submitted_from: str | None = None
    exit_code: int | None = None


def batches(attempts: Iterable[Attempt], tally: Tally) -> Iterator[pa.RecordBatch]:
    """Batches of schema JOBS; counts what it hands out."""
    waiting = iter(attempts)
    while chunk := list(islice(waiting, BATCH_ROWS)):
        tally.jobs += len(chunk)
        columns = [pa.array([getattr(one, field.name) for one in chunk], field.type) for field in JOBS]
        yield pa.RecordBatch.from_arrays(columns, schema=JOBS)
