"""From columns to a batch of JOBS: what is missing is null, what can't be is unknown, what is odd is kept and noted."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from vigie.contracts.batch import JOBS, MOMENT, Tally

LONGEST_NAME = 1000
_POSITIVE = ("elapsed_s", "cpu_s", "limit_s", "memory_asked_b", "memory_used_b")


def batch(columns: Mapping[str, Any], rows: int, tally: Tally) -> pa.RecordBatch:
    """A batch of JOBS of `rows` rows. Counts them as handed out.

    An `elapsed_s` that is not given is that between start and end. Noted: negative values (unknown then), an end before its
    start and a start in the future (clocks that differ; kept), more CPU time than elapsed × cores (kept), names cut.
    """
    found = dict(columns)
    for name in _POSITIVE:
        if name in found:
            found[name] = _not_negative(found[name], name, tally)
    if "cores" in found:
        found["cores"] = pc.if_else(pc.greater(found["cores"], 0), found["cores"], None)
    if "name" in found:
        found["name"] = _short(found["name"], tally)
    _times(found, rows, tally)
    arrays = [
        pa.nulls(rows, field.type) if found.get(field.name) is None else _as(found[field.name], field.type)
        for field in JOBS
    ]
    made = pa.RecordBatch.from_arrays(arrays, schema=JOBS)
    _busy(made, tally)
    tally.jobs += rows
    return made


def _as(column: Any, kind: pa.DataType) -> Any:
    flat = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return flat if flat.type == kind else flat.cast(kind, safe=False)


def _count(mask: Any) -> int:
    return int(pc.sum(mask).as_py() or 0)


def _not_negative(column: Any, name: str, tally: Tally) -> Any:
    if column is None or not (low := _count(pc.less(column, 0))):
        return column
    tally.note(f"{name} below zero: unknown", low)
    return pc.if_else(pc.less(column, 0), None, column)


def _short(names: Any, tally: Tally) -> Any:
    long = pc.greater(pc.binary_length(names), 4 * LONGEST_NAME)
    if not (count := _count(long)):
        return names
    tally.note(f"names longer than {LONGEST_NAME} characters: cut", count)
    return pc.if_else(long, pc.utf8_slice_codeunits(names, 0, LONGEST_NAME), names)


def _times(found: dict[str, Any], rows: int, tally: Tally) -> None:
    """End against start, elapsed against both; changes `found`."""
    started, ended = found.get("started"), found.get("ended")
    if started is None:
        return
    ahead = pa.scalar(datetime.now(UTC) + timedelta(days=1), MOMENT)
    if late := _count(pc.greater(started, ahead)):
        tally.note("jobs that start in the future: are the clocks or the zone right?", late)
    if ended is None:
        return
    took = pc.divide(pc.subtract(ended, started).cast(pa.int64()), 1_000_000)
    if early := _count(pc.less(took, 0)):
        tally.note("jobs that end before they start: clocks differ, or an hour came twice", early)
    given = found.get("elapsed_s")
    took = pc.if_else(pc.less(took, 0), None, took)
    found["elapsed_s"] = took if given is None else pc.coalesce(_as(given, pa.int64()), took)
    if (
        given is not None and early
    ):  # the length is measured, the end is read off a clock: the length is right
        length = pc.multiply(found["elapsed_s"], 1_000_000).cast(pa.duration("us"))
        mended = pc.if_else(pc.less(ended, started), pc.add(started, length), ended)
        found["ended"] = pc.coalesce(mended, ended)
    assert len(found["elapsed_s"]) == rows


def _busy(made: pa.RecordBatch, tally: Tally) -> None:
    room = pc.multiply(made["elapsed_s"].cast(pa.float64()), made["cores"].cast(pa.float64()))
    if over := _count(pc.greater(made["cpu_s"], pc.add(pc.multiply(room, 1.02), 2.0))):
        tally.note("jobs with more CPU time than elapsed time × cores: kept", over)
