"""A farm of twelve nodes in three racks, and looks at its jobs: three users, of Orion, of Lyra, of nobody."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.test import override_settings

from vigie.config import options
from vigie.contracts.batch import JOBS
from vigie.experiments.actions import save_accounts
from vigie.experiments.rules import Account
from vigie.jobs.findings import actions
from vigie.jobs.findings.actions import Spot
from vigie.jobs.findings.queries import farm
from vigie.kernel import clock as now_is
from vigie.kernel.access import System

VIGIE = System()
HOUR = timedelta(hours=1)
NODES = [f"n{number:02d}" for number in range(12)]  # four to a rack, r0 to r2
HOSTILE = "=cmd|' /C calc'!A0\x1b[31m<script>alert(1)</script>"


@contextmanager
def lake_in(folder: Path) -> Iterator[None]:
    """The desk's data folder, and with it the lake, is this one."""
    with override_settings(OPTIONS=options.load({"VIGIE_STORE_DATA": str(folder)})):
        yield


def farm_of_users() -> None:
    """Accounts on the cluster `farm` (nemo has none), and a map of its nodes."""
    save_accounts(
        VIGIE,
        [
            Account("farm", "anna", "orion", "Anna Roux", "anna@x.test"),
            Account("farm", "bob", "lyra", language="en"),
        ],
    )
    spots = [Spot("farm", "node", name, rack=f"r{index // 4}") for index, name in enumerate(NODES)]
    actions.save_places(VIGIE, [*spots, Spot("farm", "queue", "long", service="farm")])


def job(
    number: int, at: datetime, *, bad: bool, ended: datetime | None = None, **changes: Any
) -> dict[str, Any]:
    """Six hours of four cores, at 95 % of them or at 1 %."""
    started = (ended or at) - 6 * HOUR
    row = dict.fromkeys(JOBS.names) | {
        "cluster": "farm",
        "job_id": str(number),
        "submitted": started - HOUR,
        "started": started,
        "ended": ended,
        "user": ("anna", "bob", "nemo")[number % 3],
        "queue": "long",
        "nodes": [NODES[number % 12]],
        "cores": 4,
        "elapsed_s": 6 * 3600,
        "cpu_s": 6 * 3600 * 4 * (0.01 if bad else 0.95),
        "limit_s": 86_400,
        "state": "completed" if ended else "running",
        "name": f"reco_{number}" if number % 50 else HOSTILE,
        "submitted_from": "ui1",
        "exit_code": 0 if ended else None,
    }
    return row | changes


def batch(rows: list[dict[str, Any]]) -> list[pa.RecordBatch]:
    return [pa.RecordBatch.from_pylist(rows, schema=JOBS)]


def sample(bad_racks: set[int], *, at: datetime | None = None, count: int = 600, **changes: Any) -> None:
    """A look at `count` running jobs, those on bad racks at 1 % of their cores."""
    at = at or now_is.now()
    rows = [job(number, at, bad=number % 12 // 4 in bad_racks, **changes) for number in range(count)]
    farm.lake().write_sample("farm", batch(rows), at)
