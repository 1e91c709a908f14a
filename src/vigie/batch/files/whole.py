"""A whole file as one table, each attempt once."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vigie.contracts.batch import Tally

KEY = ("cluster", "job_id", "submitted", "started")


def table(batches: Iterable[pa.RecordBatch], schema: pa.Schema, tally: Tally) -> pa.Table:
    """The batches as one; of several rows of one attempt the last stays, the others are noted."""
    rows = pa.Table.from_batches(batches, schema)
    doubles = _superseded(rows)
    if not len(doubles):
        return rows
    tally.note("lines of an attempt that another line holds too: the last one counts", len(doubles))
    tally.jobs -= len(doubles)
    keep = np.ones(len(rows), dtype=bool)
    keep[doubles] = False
    return rows.filter(pa.array(keep))


def _superseded(rows: pa.Table) -> np.ndarray[Any, Any]:
    """Numbers of the rows whose attempt comes again further down.

    Candidates are those whose mark agrees (cheap for millions); only they are compared in full.
    """
    if not len(rows):
        return np.empty(0, dtype=np.int64)
    marks = _marks(rows)
    order = np.argsort(marks, kind="stable")
    same = marks[order][1:] == marks[order][:-1]
    if not same.any():
        return np.empty(0, dtype=np.int64)
    suspects = np.unique(np.concatenate([order[1:][same], order[:-1][same]]))
    keys = rows.select(list(KEY)).take(pa.array(suspects)).to_pylist()
    last = {tuple(key.values()): place for key, place in zip(keys, suspects, strict=True)}
    return np.array(
        [place for key, place in zip(keys, suspects, strict=True) if last[tuple(key.values())] != place],
        dtype=np.int64,
    )


def _marks(rows: pa.Table) -> np.ndarray[Any, Any]:
    """One number a row, equal for rows of one attempt, seldom equal for others."""
    times = [pc.fill_null(rows[name].cast(pa.int64()), 0).to_numpy() for name in ("submitted", "started")]
    coded = rows["job_id"].combine_chunks().dictionary_encode()
    marks = coded.indices.to_numpy().astype(np.uint64)
    for time in times:
        marks = marks * np.uint64(0x9E3779B97F4A7C15) + time.astype(np.uint64)
    return np.asarray(marks)
