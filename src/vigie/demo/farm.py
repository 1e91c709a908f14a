"""Valmorin's batch system: an adapter like any other, that invents its jobs by the clock of the house."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from vigie.contracts.batch import JOBS, MOMENT, BatchInfo, QueueLimit, Tally
from vigie.contracts.channel import ChannelConfig
from vigie.demo import farm_days
from vigie.demo.farm_days import CORES, LIMIT_S, LONGEST, Floats, Jobs, cpu_seconds, memory_bytes
from vigie.demo.farm_facts import CLUSTER, NODES, QUEUE, SMALL_QUEUE, WORK
from vigie.kernel import clock

FAILED, OUT_OF_MEMORY, CANCELLED, REQUEUED = 0.02, 0.023, 0.035, 0.992  # their share of `fate`


class DemoFarm:
    """Polled by the demo's worker through the same door as a real batch system. Keeps nothing: the calendar is all."""

    info: ClassVar[BatchInfo] = BatchInfo(
        name="demo",
        title_en="The demo's farm",
        title_fr="La ferme de la démonstration",
        can=frozenset({"live-cpu", "memory", "limits"}),
        tried_on="Valmorin",
    )

    def __init__(self, config: ChannelConfig) -> None:
        self.config = config

    @property
    def cluster(self) -> str:
        return CLUSTER

    def running(self, tally: Tally) -> Iterator[pa.RecordBatch]:
        yield _counted(live(clock.now()), tally)

    def finished(self, since: datetime, until: datetime, tally: Tally) -> Iterator[pa.RecordBatch]:
        until = min(until, clock.now())
        if since < until:
            yield _counted(ended(since, until), tally)

    def limits(self) -> list[QueueLimit]:
        return [QueueLimit(QUEUE, 120 * 3600, 48 * 3600), QueueLimit(SMALL_QUEUE, 2 * 3600)]


def live(at: datetime) -> pa.RecordBatch:
    """The jobs that wait or run at the moment."""
    jobs = farm_days.submitted_between(at - LONGEST, at)
    moment = at.timestamp()
    there = jobs.of((jobs.submitted <= moment) & (jobs.ended > moment))
    return batch(there, np.full(len(there), moment), over=False)


def ended(since: datetime, until: datetime) -> pa.RecordBatch:
    """The attempts that ended in [since, until)."""
    jobs = farm_days.submitted_between(since - LONGEST, until)
    jobs = farm_days.together([_requeued(jobs), jobs])
    over = jobs.of((jobs.ended >= since.timestamp()) & (jobs.ended < until.timestamp()))
    return batch(over, over.ended, over=True)


def _requeued(jobs: Jobs) -> Jobs:
    """First attempts of a few: begun soon, sent back to the queue, same id."""
    again = jobs.of((jobs.fate > REQUEUED) & (jobs.started - jobs.submitted > 600))  # noqa: PLR2004 # waited for long
    never_slow = np.full(len(again), np.inf)
    return replace(
        again, started=again.submitted + 20, ended=again.started - 60, fate=np.full(len(again), -1.0),
        slow_from=never_slow, slow_to=never_slow,
    )  # fmt: skip


def batch(jobs: Jobs, at: Floats, *, over: bool) -> pa.RecordBatch:
    """These jobs as they are at `at`, of schema JOBS."""
    kind = jobs.kind
    waiting = jobs.started > at
    state = _ends(jobs) if over else np.where(waiting, "waiting", "running")
    exit_code = np.select([state == "failed", state == "out-of-memory"], [1, 137], 0)
    columns = {
        "cluster": _same(CLUSTER, len(jobs)),
        "job_id": pa.array(_ids(jobs)),
        "submitted": _moments(jobs.submitted),
        "started": _moments(jobs.started, waiting),
        "ended": _moments(jobs.ended, np.full(len(jobs), not over)),
        "user": _by_kind([work.user for work in WORK], kind),
        "account": _by_kind([work.experiment or None for work in WORK], kind),
        "group": _by_kind([work.experiment or "visitors" for work in WORK], kind),
        "queue": _by_kind([SMALL_QUEUE if work.limit_hours <= 2 else QUEUE for work in WORK], kind),  # noqa: PLR2004 # that queue's limit
        "qos": _same("normal", len(jobs)),
        "nodes": _nodes(jobs.node, waiting),
        "cores": pa.array(CORES[kind], pa.int32()),
        "elapsed_s": pa.array(np.maximum(at - jobs.started, 0).astype(np.int64), mask=waiting),
        "cpu_s": pa.array(np.round(cpu_seconds(jobs, at), 2), mask=waiting),
        "limit_s": pa.array(LIMIT_S[kind].astype(np.int64)),
        "memory_asked_b": pa.array(farm_days.ASKED_B[kind].astype(np.int64)),
        "memory_used_b": pa.array(memory_bytes(jobs, at).astype(np.int64), mask=waiting),
        "state": pa.array(state.tolist(), pa.string()),
        "name": pa.array(_names(jobs)),
        "submitted_from": _by_kind([work.door for work in WORK], kind),
        "exit_code": pa.array(exit_code, pa.int32(), mask=np.full(len(jobs), not over)),
    }  # fmt: skip
    return pa.RecordBatch.from_arrays([columns[field.name].cast(field.type) for field in JOBS], schema=JOBS)


def _ends(jobs: Jobs) -> npt.NDArray[np.str_]:
    limited = jobs.ended - jobs.started >= LIMIT_S[jobs.kind] - 1
    return np.select(
        [jobs.fate < 0, limited & (jobs.fate > CANCELLED), jobs.fate < FAILED, jobs.fate < OUT_OF_MEMORY, jobs.fate < CANCELLED],
        ["requeued", "timeout", "failed", "out-of-memory", "cancelled"],
        "completed",
    )  # fmt: skip


def _ids(jobs: Jobs) -> list[str]:
    return [
        str(number) if index < 0 else f"{number}_{index}"
        for number, index in zip(jobs.number.tolist(), jobs.index.tolist(), strict=True)
    ]


def _names(jobs: Jobs) -> list[str]:
    return [
        WORK[kind].name.format(n=number)
        for kind, number in zip(jobs.kind.tolist(), jobs.number.tolist(), strict=True)
    ]


def _counted(rows: pa.RecordBatch, tally: Tally) -> pa.RecordBatch:
    tally.jobs += rows.num_rows
    return rows


def _moments(seconds: Floats, unknown: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    return pa.array(np.floor(seconds).astype(np.int64) * 1_000_000, mask=unknown).cast(MOMENT)


def _by_kind(values: list[str | None], kind: npt.NDArray[np.int64]) -> pa.Array:
    return pa.array(values, pa.string()).take(pa.array(kind))


def _same(value: str, count: int) -> pa.Array:
    return pa.repeat(value, count)


def _nodes(node: npt.NDArray[np.int64], unknown: npt.NDArray[np.bool_]) -> pa.Array:
    """A list of one name each."""
    names = pa.array(NODES).take(pa.array(node))
    offsets = pa.array(np.arange(len(node) + 1), pa.int32())
    return pa.ListArray.from_arrays(offsets, names, mask=pa.array(unknown))
