"""The lake beside bare pyarrow and bare DuckDB, on one day of made jobs: write, tell again, merge, ask. In one run.

python benchmarks/lake.py [JOBS]
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vigie.contracts.batch import JOBS
from vigie.jobs.lake import Lake, upkeep
from vigie.jobs.lake.upkeep import Keep

DAY = datetime(2026, 3, 10, tzinfo=UTC)
QUESTION = (
    'SELECT "user", count(*) AS n, sum(elapsed_s * cores - cpu_s) / 3600 AS lost FROM {jobs} '
    'WHERE cpu_s < 0.3 * elapsed_s * cores GROUP BY "user" ORDER BY lost DESC LIMIT 10'
)
PIECES = 50  # the looks of a day that brought something


def made(rows: int) -> pa.Table:
    """Jobs that ended on one day: 500 users, 800 nodes."""
    dice = np.random.default_rng(7)
    ended = np.sort(dice.integers(0, 86_400_000_000, rows))
    elapsed = dice.lognormal(8, 1.5, rows).astype("int64") + 1
    start = np.datetime64(DAY.replace(tzinfo=None), "us") + ended
    number = np.arange(rows)
    moments = [start - (elapsed + 600) * 1_000_000, start - elapsed * 1_000_000, start]
    columns: dict[str, pa.Array] = {
        "cluster": pa.repeat(pa.scalar("farm"), rows),
        "job_id": pa.array(number).cast(pa.string()),
        "user": pa.array([f"u{n}" for n in dice.integers(0, 500, rows)]),
        "account": pa.array([f"exp{n}" for n in dice.integers(0, 40, rows)]),
        "queue": pa.array([("long", "short")[n] for n in dice.integers(0, 2, rows)]),
        "nodes": pa.array([[f"n{n}"] for n in dice.integers(0, 800, rows)], pa.list_(pa.string())),
        "cores": pa.array(dice.integers(1, 9, rows), pa.int32()),
        "elapsed_s": pa.array(elapsed),
        "cpu_s": pa.array(elapsed * dice.uniform(0, 1, rows)),
        "state": pa.repeat(pa.scalar("completed"), rows),
        "name": pa.array([f"reco_{n}" for n in number % 5000]),
    }
    for name, moment in zip(("submitted", "started", "ended"), moments, strict=True):
        columns[name] = pa.array(moment).cast(pa.timestamp("us")).cast(JOBS.field(name).type)
    empty = {name: pa.nulls(rows, JOBS.field(name).type) for name in JOBS.names if name not in columns}
    return pa.table({**columns, **empty}).select(JOBS.names).cast(JOBS)


def timed(what: str, work: Callable[[], object], rows: int) -> None:
    started = time.perf_counter()
    work()
    took = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{what:<58} {took:8.2f} s {rows / took / 1000:10.0f} k rows/s   peak so far {peak} MB"
    )  # its purpose


def main(rows: int) -> None:
    table = made(rows)
    step = -(-rows // PIECES)
    with tempfile.TemporaryDirectory() as folder:
        bare, lake = Path(folder, "bare.parquet"), Lake(Path(folder, "lake"))
        timed(
            "pyarrow, one file, sorted already", lambda: pq.write_table(table, bare, compression="zstd"), rows
        )
        timed("lake, written at once", lambda: lake.write_jobs(table.to_batches(), DAY), rows)
        timed("lake, told again: nothing is new", lambda: lake.write_jobs(table.to_batches(), DAY), rows)
        pieces = Lake(Path(folder, "pieces"))

        def look_by_look() -> None:
            for start in range(0, rows, step):
                pieces.write_jobs(table.slice(start, step).to_batches(), DAY)

        timed(f"lake, in {PIECES} looks, each held against the day", look_by_look, rows)

        def ask(one: Lake) -> None:
            with one.open(DAY, DAY + timedelta(days=1)) as engine:
                engine.rows(QUESTION.format(jobs="jobs"))

        def ask_bare() -> None:
            duckdb.connect().sql(QUESTION.format(jobs=f"'{bare}'")).fetchall()

        timed("DuckDB, bare, one file: users that waste", ask_bare, rows)
        timed("lake, one file a day: the same", lambda: ask(lake), rows)
        timed(f"lake, {PIECES} files, each attempt's latest: the same", lambda: ask(pieces), rows)
        later = datetime.now(UTC) + timedelta(days=1)
        timed("lake, the files merged into one", lambda: upkeep.tend(pieces, Keep(0, 0), later), rows)
        timed("lake, merged: the same question", lambda: ask(pieces), rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300_000)
