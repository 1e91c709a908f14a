"""From a file of jobs to findings, without a database: read, judge, explain.

    told = explain_file(Path("dump"), reader, tally, now=clock.now())
    told.explanation.to_json()

A flag or a weight that stands in the file takes the place of the detectors and of lost core-hours. The detectors see
numbers only; texts stay in Arrow as codes, so that a million jobs cost little more than reading them.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vigie.contracts.batch import JOBS, JobFile, ScansFast, Tally
from vigie.jobs.detect import flagging
from vigie.jobs.detect.columns import DERIVED, Columns
from vigie.jobs.detect.thresholds import PLACES, Thresholds
from vigie.jobs.lake.engine import Bounds, DuckEngine, Engine
from vigie.lib.explain import Explanation, explain

USUAL = (
    *("experiment", "user", "account", "group", "queue", "qos"),
    *("node", "name_shape", "submitted_from", "hour"),
)
"""Attributes that are looked at if none is named: those of them that the file knows and that differ between jobs."""

MOST_VALUES = (
    1000  # a whole number with more values is a measurement, not a name; a text if half of the jobs differ
)
MOST_ATTRIBUTES = 40  # to order 3 they make 10,000 tables; twice as many eight times that
MOST_OWN = 1000  # columns of a file beside those of jobs that are looked at to find out which tell
MOST_NAMED = 40  # columns that a message names
YES, NO = ("1", "1.0", "true", "t", "yes"), ("0", "0.0", "false", "f", "no", "")
UNUSED = ("job_id", "submitted", "exit_code")
"""Columns that nothing here looks at unless they are named: their memory is given back."""

FLAG, WEIGHT, TIME = "vigie_flag", "vigie_weight", "vigie_time"

SOURCE = (
    "SELECT vigie_row, vigie_kind AS kind, vigie_whose AS whose, state, started, ended, cores, elapsed_s, cpu_s, limit_s, memory_asked_b, "
    "memory_used_b, cpu_s / nullif(elapsed_s * cores, 0) AS efficiency{places} FROM jobs"
)


class Unfit(ValueError):
    """What was asked for can't be read from this file; the text says why and what there is."""


@dataclass(frozen=True)
class Asked:
    """What to look at; "" and () mean: as the detectors find, by lost core-hours, the usual attributes."""

    attributes: Sequence[str] = ()
    flag: str = ""
    weight: str = ""
    cluster: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    zone: str = "UTC"


@dataclass(frozen=True)
class Told:
    """`flags` is None where the file's own flag was used. `attributes` are those that were looked at."""

    explanation: Explanation
    flags: flagging.Counts | None
    attributes: tuple[str, ...]
    unit: str  # of the losses, as the file names it; "": core-hours
    weighed: bool  # false: neither a weight nor lost core-hours were known; each flagged row counts 1


def explain_file(
    path: Path,
    reader: JobFile,
    tally: Tally,
    *,
    now: datetime,
    asked: Asked = Asked(),
    thresholds: Thresholds | None = None,
) -> Told:
    """What the bad jobs of a file have in common. Raises Unfit, BatchFailure (of the reader), EngineTrouble."""
    table = _read(path, reader, tally, asked)
    _check(path, table, asked)
    named = {asked.flag, asked.weight, *asked.attributes}
    table = table.drop_columns([name for name in UNUSED if name in table.column_names and name not in named])
    pa.default_memory_pool().release_unused()  # what reading took besides
    with TemporaryDirectory(prefix="vigie-") as spill, DuckEngine(_bounds(spill)) as engine:
        columns = Columns(table, engine, asked.zone)
        if "name_shape" in (asked.attributes or USUAL):
            columns.get("name_shape")
        counts, lost = (
            (None, None) if asked.flag else _judged(engine, columns, thresholds or Thresholds(), now)
        )
    return _explained(columns, asked, counts, lost)  # without the engine, which holds a row per job


def _check(path: Path, table: pa.Table, asked: Asked) -> None:
    """Raises Unfit for columns that the file has not, and for an attribute that is what it should explain."""
    there = set(table.column_names)
    for name in filter(None, (asked.flag, asked.weight, *asked.attributes)):
        if name not in there | set(DERIVED):
            known = [one for one in table.column_names if table.column(one).null_count < table.num_rows]
            more = f" and {len(known) - MOST_NAMED} more" if len(known) > MOST_NAMED else ""
            raise Unfit(
                f"{path} has no column “{name}”; it has {', '.join(known[:MOST_NAMED]) or 'no rows'}{more}"
            )
    for name in asked.attributes:
        if name in {asked.flag, asked.weight}:
            raise Unfit(f"“{name}” is the flag or the weight: it can’t be an attribute that explains it")


def _bounds(spill: str) -> Bounds:
    """All cores, since somebody waits; what doesn't fit into memory goes to the disk."""
    return Bounds(threads=os.cpu_count() or 1, spill=Path(spill))


def _read(path: Path, reader: JobFile, tally: Tally, asked: Asked) -> pa.Table:
    columns = asked.columns or None
    if isinstance(reader, ScansFast):
        return reader.scan(path, tally, cluster=asked.cluster, columns=columns, zone=asked.zone)
    batches = reader.read(path, tally, cluster=asked.cluster, columns=columns)
    return pa.Table.from_batches(batches, JOBS)


def _judged(
    engine: Engine, columns: Columns, thresholds: Thresholds, now: datetime
) -> tuple[flagging.Counts, pa.Array]:
    """Every job by the detectors: the counts, and what each bad one lost (null: not bad), in the table's order."""
    table = columns.table.select(
        [name for name in columns.table.column_names if name in {*JOBS.names, "experiment"}]
    )
    table = table.append_column("vigie_row", pa.array(np.arange(table.num_rows, dtype=np.int32)))
    table = table.append_column("vigie_kind", pa.array(columns.kinds()))
    table = table.append_column("vigie_whose", pa.array(columns.whose().astype(np.int32)))
    if "experiment" in table.column_names:
        at = table.column_names.index("experiment")
        table = table.set_column(at, "experiment", table.column(at).cast(pa.string()))
    else:
        table = table.append_column("experiment", pa.nulls(table.num_rows, pa.string()))
    engine.register("jobs", table)
    places = "".join(f', "{name}"' for name in PLACES) if thresholds.has_exceptions else ""
    steps = flagging.plan(
        thresholds, SOURCE.format(places=places), now=now, silent=flagging.silent(engine), sampled=False
    )
    for step in steps:
        flagging.do(engine, step)
    counts, rows = flagging.counted(engine, thresholds, "vigie_row")
    lost = np.full(table.num_rows, np.nan)
    lost[rows.column("vigie_row").to_numpy()] = rows.column("lost").to_numpy()
    return counts, pa.array(lost, from_pandas=True)


def _explained(columns: Columns, asked: Asked, counts: flagging.Counts | None, lost: pa.Array | None) -> Told:
    weight = _weight(columns, asked, lost)
    flagged = pc.is_valid(lost) if lost is not None else _flag(columns, asked)
    chosen = list(asked.attributes) or _telling(columns, asked)
    if len(chosen) > MOST_ATTRIBUTES:
        raise Unfit(
            f"{len(chosen)} columns tell jobs apart, and three of them at a time are compared: "
            f"name at most {MOST_ATTRIBUTES} of them (--attributes)"
        )
    started = columns.table.column("started")
    dated = started.null_count < len(started)
    data = pa.table({**{name: columns.get(name) for name in chosen}, FLAG: flagged, TIME: started})
    if weight is not None:
        data = data.append_column(WEIGHT, weight)
    if not chosen:
        return Told(_unexplained(flagged, weight), counts, (), asked.weight, weighed=weight is not None)
    try:
        explanation = explain(
            data,
            flag=FLAG,
            weight=WEIGHT if weight is not None else None,
            attributes=chosen,
            time=TIME if dated else None,
        )
    except ValueError as error:
        raise Unfit(str(error).replace(WEIGHT, asked.weight).replace(FLAG, asked.flag)) from error
    return Told(explanation, counts, tuple(chosen), asked.weight, weighed=weight is not None)


def _weight(columns: Columns, asked: Asked, lost: pa.Array | None) -> pa.Array | None:
    """The loss of each row; None if nothing is known of it. Raises Unfit for a weight that isn't numbers."""
    if asked.weight:
        return _numbers(columns.table.column(asked.weight), asked.weight)
    if lost is not None:
        return lost.fill_null(0.0)
    elapsed, cores, cpu = (
        columns.table.column(name).cast(pa.float64()) for name in ("elapsed_s", "cores", "cpu_s")
    )
    left = pc.divide(pc.subtract(pc.multiply(elapsed, cores), cpu), 3600.0)
    if left.null_count == len(left):
        return None
    return pc.max_element_wise(left, 0.0, skip_nulls=True)


def _numbers(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    if not pa.types.is_string(column.type):
        return column
    trimmed = pc.utf8_trim_whitespace(column)
    filled = pc.if_else(pc.equal(trimmed, ""), None, trimmed)
    try:
        return filled.cast(pa.float64())
    except pa.ArrowInvalid as error:
        raise Unfit(f"the weight {name} must be numbers: {error}") from error


def _flag(columns: Columns, asked: Asked) -> pa.ChunkedArray:
    """The file's own flag. Raises Unfit for one that isn't 0 or 1."""
    column = columns.table.column(asked.flag)
    words = pc.utf8_lower(pc.utf8_trim_whitespace(column.cast(pa.string())))
    known = pc.fill_null(pc.is_in(words, value_set=pa.array([*YES, *NO])), fill_value=True)
    odd = words.filter(pc.and_(pc.invert(known), pc.is_valid(words)))
    if len(odd):
        raise Unfit(f"the flag {asked.flag} must be 0 or 1; there is “{odd[0].as_py():.60}” in it")
    return pc.is_in(words, value_set=pa.array(YES))


def _telling(columns: Columns, asked: Asked) -> list[str]:
    """The usual attributes and the file's own columns, those that differ between jobs and don't number them."""
    usual = set(JOBS.names)
    own = [name for name in columns.table.column_names if name not in usual]
    if len(own) > MOST_OWN:
        raise Unfit(f"the file has {len(own)} columns of its own: name those that matter (--attributes)")
    told = []
    for name in dict.fromkeys([*(one for one in USUAL if one in columns), *own]):
        if name in {asked.flag, asked.weight}:
            continue
        count, names = columns.telling(name)
        texts = pa.types.is_dictionary(columns.get(name).type)
        most = max(MOST_VALUES, columns.table.num_rows // 2) if texts else MOST_VALUES
        if names and count > 1 and (name in USUAL or count <= most):
            told.append(name)
    return told


def _unexplained(flagged: pa.Array, weight: pa.Array | None) -> Explanation:
    """What can be said where no attribute tells one job from another."""
    bad = pc.sum(flagged).as_py() or 0
    lost = bad if weight is None else pc.sum(pc.if_else(flagged, weight, 0.0)).as_py() or 0.0
    return Explanation(len(flagged), bad, float(lost), (), float(lost), 0, weighed=weight is not None)
