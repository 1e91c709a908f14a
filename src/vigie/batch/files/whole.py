"""A whole file as one table, each attempt once."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vigie.batch.files import words
from vigie.contracts.batch import Tally

KEY = ("cluster", "job_id", "submitted", "started")


def table(batches: Iterable[pa.RecordBatch], schema: pa.Schema, tally: Tally) -> pa.Table:
    """The batches as one; of several rows of one attempt the last stays, the others are noted."""
    held = list(batches)
    doubles = _superseded(pa.Table.from_batches(held, schema))
    if len(doubles):
        tally.note("lines of an attempt that another line holds too: the last one counts", len(doubles))
        tally.jobs -= len(doubles)
        first = 0
        for place, batch in enumerate(held):  # one by one: never the whole twice in memory
            mine = doubles[(doubles >= first) & (doubles < first + len(batch))] - first
            first += len(batch)
            if len(mine):
                keep = np.ones(len(batch), dtype=bool)
                keep[mine] = False
                held[place] = batch.filter(pa.array(keep))
    return pa.Table.from_batches(held, schema)


def _superseded(rows: pa.Table) -> np.ndarray[Any, Any]:
    """Numbers of the rows whose attempt comes again further down.

    Candidates are those whose mark is there twice (cheap for millions); only they are compared in full.
    """
    marks = _marks(rows)
    ranked = np.sort(marks)
    twice = np.unique(ranked[1:][ranked[1:] == ranked[:-1]])
    if not len(twice):
        return np.empty(0, dtype=np.int64)
    near = np.minimum(np.searchsorted(twice, marks), len(twice) - 1)
    suspects = np.flatnonzero(twice[near] == marks)
    keys = [tuple(key.values()) for key in rows.select(list(KEY)).take(pa.array(suspects)).to_pylist()]
    last = dict(zip(keys, suspects.tolist(), strict=True))
    return np.array(
        [place for key, place in zip(keys, suspects.tolist(), strict=True) if last[key] != place],
        dtype=np.int64,
    )


def _marks(rows: pa.Table) -> words.Words:
    """One number a row, equal for rows of one attempt, seldom equal for others."""
    parts = [words.marks(words.of_arrow(chunk)) for chunk in rows["job_id"].chunks]
    marks = np.concatenate(parts) if parts else np.empty(0, dtype=np.uint64)
    for name in ("submitted", "started"):
        times = pc.fill_null(rows[name].cast(pa.int64()), 0).to_numpy()
        marks = marks * np.uint64(0x9E3779B97F4A7C15) + times.astype(np.uint64)
    return marks
