"""Attempts made by hand, for tests of what becomes of jobs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from vigie.contracts.batch import JOBS

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def job(number: int = 1, **values: Any) -> dict[str, Any]:
    """One attempt that ran for an hour and ended at noon; `values` say what is different."""
    ended = values.get("ended", NOON)
    start = (ended or NOON) - timedelta(hours=1)
    plain = {
        "cluster": "farm",
        "job_id": str(number),
        "submitted": start - timedelta(minutes=5),
        "started": start,
        "ended": ended,
        "user": "mstone",
        "account": "astro",
        "group": "astro",
        "queue": "long",
        "qos": "normal",
        "nodes": ["n1"],
        "cores": 1,
        "elapsed_s": 3600,
        "cpu_s": 3400.0,
        "limit_s": 7200,
        "state": "completed" if ended else "running",
        "name": f"reco_{number:05}",
        "exit_code": 0,
    }
    return {name: (plain | values).get(name) for name in JOBS.names}


def batch(*jobs: dict[str, Any]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(list(jobs), schema=JOBS)
