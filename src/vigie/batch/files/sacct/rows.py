"""Lines of one piece of a dump into jobs: allocations with what their steps used."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vigie.batch.files import judged, vectors
from vigie.batch.files.sacct.grid import cut_up, made
from vigie.batch.files.sacct.layout import Layout
from vigie.batch.files.sacct.mend import mended
from vigie.batch.files.source import Piece, sound
from vigie.batch.files.words import Floats, clocks, counts, kilobytes, of_arrow, same_start
from vigie.batch.slurm import fields
from vigie.contracts.batch import JOBS, UNLIMITED_S, Tally

_PLAIN = {
    "user": "User", "account": "Account", "group": "Group", "queue": "Partition", "qos": "QOS", "name": "JobName",
}  # fmt: skip
_OF_STEPS = ("TotalCPU", "MaxRSS", "NTasks", "TRESUsageInTot", "ElapsedRaw", "Elapsed")


@dataclass(frozen=True)
class Steps:
    """What the steps of each allocation used; NaN: nothing is known of it. `lost`: what is known is not all."""

    cpu: Floats
    memory: Floats
    lost: Any


def jobs(piece: Piece, layout: Layout, cluster: str, zone: str) -> tuple[pa.RecordBatch, Tally]:
    """The jobs of a piece. Its own tally: pieces are read side by side."""
    tally = Tally()
    rows, odd = cut_up(sound(piece.data, tally), layout, piece.line)
    if odd and (told := mended(odd, layout, tally)):
        places = [layout.names.index(name) for name in layout.wanted]
        more = [pa.array([row[place] for row in told], pa.string()) for place in places]
        rows = pa.concat_batches([rows, made(more, layout)])
    step = pc.match_substring(rows[layout.key], ".")  # 17_4.batch
    isstep = step.to_numpy(zero_copy_only=False)
    main, steps = np.flatnonzero(~isstep), np.flatnonzero(isstep)
    owner = _owners(rows[layout.key], main, steps)
    used = rows.select([layout.key, *(name for name in _OF_STEPS if name in layout.wanted)]).filter(step)
    if lost := int((owner < 0).sum()):
        tally.note("steps without their job: left out", lost)
        used, owner = used.filter(pa.array(owner >= 0)), owner[owner >= 0]
    sums = _summed(used, layout.key, owner, len(main), tally)
    rows = rows.filter(pc.invert(step))
    return _batch(rows, sums, tally, key=layout.key, cluster=cluster, zone=zone), tally


def _owners(keys: Any, main: Any, steps: Any) -> Any:
    """For each step the place in `main` of its job; -1: it is not here.

    sacct prints a job's steps below it. Steps that don't stand there (their job's row was mended, or somebody sorted
    the dump) find it by its id, of several attempts the last.
    """
    owner = np.searchsorted(main, steps) - 1
    if not len(main) or not len(steps):
        return np.full(len(steps), -1)
    ids = of_arrow(keys)
    above = ids.take(main[np.maximum(owner, 0)])
    mine = ids.take(steps)
    fits = (owner >= 0) & (mine.lengths > above.lengths)
    fits[fits] = ids.buffer[(mine.starts + above.lengths)[fits]] == ord(".")
    fits[fits] = same_start(mine.take(fits), above.take(fits), above.lengths[fits])
    if fits.all():
        return owner
    strays = keys.take(pa.array(steps[~fits])).to_pylist()
    bases = [name.split(".", 1)[0] for name in strays]
    mains = keys.take(pa.array(main))
    among = np.flatnonzero(
        pc.is_in(mains, value_set=pa.array(sorted(set(bases)))).to_numpy(zero_copy_only=False)
    )
    place = dict(zip(mains.take(pa.array(among)).to_pylist(), among.tolist(), strict=True))
    owner[~fits] = [place.get(base, -1) for base in bases]
    return owner


def _summed(steps: pa.RecordBatch, key: str, owner: Any, jobs_: int, tally: Tally) -> Steps:
    cpu, memory = np.full(jobs_, np.nan), np.full(jobs_, np.nan)
    each = _cpu(steps, tally)
    known = ~np.isnan(each)
    if known.any():
        total = np.bincount(owner[known], weights=each[known], minlength=jobs_)
        told = np.bincount(owner[known], minlength=jobs_) > 0
        cpu = np.where(told, total, np.nan)
    peaks = _memory(steps, tally)
    known = ~np.isnan(peaks)
    if known.any():
        top = np.full(jobs_, -1.0)
        np.maximum.at(top, owner[known], peaks[known])
        memory = np.where(top >= 0, top, np.nan)
    lost = np.zeros(jobs_, dtype=bool)
    lost[owner[_untold(steps, key, each)]] = True
    if count := int(lost.sum()):
        tally.note("jobs with a step that has no CPU time: unknown", count)
    return Steps(np.where(lost, np.nan, cpu), memory, lost)


def _untold(steps: pa.RecordBatch, key: str, cpu: Floats) -> Any:
    """The steps that ran and whose use never reached the accounting (their node died): not zero, but unknown.

    Only a dump with TRESUsageInTot can tell: it is empty then. The step `extern` is the allocation's own, and idle.
    """
    names = steps.schema.names
    length = next((name for name in ("ElapsedRaw", "Elapsed") if name in names), "")
    blank = np.flatnonzero(np.isnan(cpu))
    if not length or "TRESUsageInTot" not in names or not len(blank):
        return blank[:0]
    few = steps.take(pa.array(blank))
    idle = pc.or_(
        pc.is_in(few[length], pa.array(["", "0", "00:00:00"])), pc.ends_with(few[key], pattern=".extern")
    )
    return blank[~idle.to_numpy(zero_copy_only=False)]


def _cpu(rows: pa.RecordBatch, tally: Tally) -> Floats:
    """Seconds of each row: TotalCPU; where that is zero (25.05 leaves it so), the usage of its tasks; else unknown.

    Even a job that only sleeps shows some milliseconds: an exact zero was never measured.
    """
    seconds = np.full(len(rows), np.nan)
    if "TotalCPU" in rows.schema.names:
        seconds = clock(rows["TotalCPU"], tally, "TotalCPU")
        seconds[seconds == 0] = np.nan
    if "TRESUsageInTot" in rows.schema.names:
        blank = np.flatnonzero(np.isnan(seconds))
        seconds[blank] = _usage(
            rows.take(pa.array(blank)), lambda usage: _safely(fields.duration, usage.get("cpu", ""))
        )
    return seconds


def _memory(rows: pa.RecordBatch, tally: Tally) -> Floats:
    """Bytes at the peak: MaxRSS, which is that of the largest task; of several tasks their total, where it is given."""
    peak = np.full(len(rows), np.nan)
    if "MaxRSS" in rows.schema.names:
        column = rows["MaxRSS"]
        peak = kilobytes(of_arrow(column))
        _fill(peak, column, _bytes, tally, "MaxRSS")
        peak[peak == 0] = np.nan  # no process needs none: it was not measured
    if "TRESUsageInTot" in rows.schema.names and "NTasks" in rows.schema.names:
        tasks = rows["NTasks"]
        several = np.flatnonzero(~pc.is_in(tasks, pa.array(["", "1"])).to_numpy(zero_copy_only=False))
        total = _usage(rows.take(pa.array(several)), lambda usage: _bytes(usage.get("mem", "")))
        peak[several] = np.where(np.isnan(total), peak[several], total)
    return peak


def _usage(rows: pa.RecordBatch, of: Callable[[dict[str, str]], float | None]) -> Floats:
    """A number out of TRESUsageInTot, of each row."""
    if not len(rows):
        return np.empty(0)
    given = vectors.text(rows["TRESUsageInTot"])
    return _numpy(vectors.each_once(given, lambda text: of(fields.tres(text)), pa.float64()))


def clock(column: pa.Array, tally: Tally, what: str) -> Floats:
    """Seconds of a column of clocks."""
    seconds = clocks(of_arrow(column))
    _fill(seconds, column, fields.duration, tally, what)
    return seconds


def _fill(values: Floats, column: pa.Array, of: Any, tally: Tally, what: str) -> None:
    """Read by `of` what the quick way could not; changes `values`."""
    rest = np.flatnonzero(np.isnan(values))
    if len(rest):
        rest = rest[pc.binary_length(column).to_numpy()[rest] > 0]
    if not len(rest):
        return
    given = vectors.text(column.take(pa.array(rest)))
    slow = vectors.each_once(given, lambda text: _safely(of, text), pa.float64())
    values[rest] = _numpy(slow)
    if (bad := slow.null_count - given.null_count) > 0:
        tally.note(f"{what} that can't be read: unknown", bad)


def _numpy(column: Any) -> Floats:
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)


def _nullable(values: Floats) -> Any:
    return pa.array(values, from_pandas=True)


def _safely(of: Any, text: str) -> Any:
    try:
        return of(text)
    except (ValueError, OverflowError):
        return None


def _bytes(text: str) -> float | None:
    size = _safely(fields.size, text)
    return None if size is None else float(size.bytes)


def _batch(
    rows: pa.RecordBatch, used: Steps, tally: Tally, *, key: str, cluster: str, zone: str
) -> pa.RecordBatch:
    """The allocations as JOBS."""
    found: dict[str, Any] = {"job_id": rows[key]}
    found |= {ours: _said(rows[name]) for ours, name in _PLAIN.items() if name in rows.schema.names}
    whole = pa.repeat(pa.scalar(cluster or "slurm"), len(rows))
    found["cluster"] = (
        pc.coalesce(_said(rows["Cluster"]), whole)
        if "Cluster" in rows.schema.names and not cluster
        else whole
    )
    for ours, name in _TIMES.items():
        if name in rows.schema.names:
            found[ours] = vectors.moment(rows[name], zone, tally, f"{name} that can't be read: unknown")
    for ours, read, name in _EACH:
        if name in rows.schema.names:
            found[ours] = vectors.each_once(rows[name], read, JOBS.field(ours).type)
    if "TimelimitRaw" not in rows.schema.names and "Timelimit" in rows.schema.names:
        found["limit_s"] = vectors.each_once(rows["Timelimit"], _limit, pa.int64())
    cores = _count(rows, tally, "AllocCPUS", "NCPUS", "ReqCPUS")
    nodes = _count(rows, tally, "NNodes", "AllocNodes")
    found["cores"] = _nullable(cores)
    if "ElapsedRaw" in rows.schema.names:
        found["elapsed_s"] = _nullable(_count(rows, tally, "ElapsedRaw"))
    elif "Elapsed" in rows.schema.names:
        found["elapsed_s"] = _nullable(np.floor(clock(rows["Elapsed"], tally, "Elapsed")))
    own = _cpu(rows, tally)
    cpu: Floats = np.where(np.isnan(own) | used.lost, used.cpu, own)
    found["cpu_s"] = _nullable(
        np.round(cpu, 3)
    )  # as Slurm prints it: what was polled is known when it is imported
    own = _memory(rows, tally) if np.isnan(used.memory).any() else used.memory
    found["memory_used_b"] = _nullable(np.where(np.isnan(used.memory), own, used.memory))
    if "ReqMem" in rows.schema.names:
        found["memory_asked_b"] = _nullable(_asked(rows["ReqMem"], nodes, cores))
    return judged.batch(found, len(rows), tally)


def _said(column: pa.Array) -> Any:
    return vectors.not_empty(column)


def _count(rows: pa.RecordBatch, tally: Tally, *names: str) -> Floats:
    """Of the first of the columns that is there."""
    name = next((name for name in names if name in rows.schema.names), "")
    if not name:
        return np.full(len(rows), np.nan)
    column = rows[name]
    values = counts(of_arrow(column))
    _fill(values, column, float, tally, name)
    return values


def _minutes(text: str) -> int | None:
    if text.isdecimal():
        return min(int(text) * 60, UNLIMITED_S)
    return UNLIMITED_S if text.upper() == "UNLIMITED" else None


def _limit(text: str) -> int | None:
    seconds: int | None = _safely(fields.limit, text)
    return seconds


@lru_cache(maxsize=65536)
def _nodes(text: str) -> list[str] | None:
    return list(_safely(fields.node_names, text) or ()) or None


def _asked(column: pa.Array, nodes: Floats, cores: Floats) -> Floats:
    """Of the whole job: before 21.08 ReqMem was that of each node (4Gn) or of each core (4Gc)."""
    coded = column.dictionary_encode()
    sizes = [_safely(fields.size, text) for text in coded.dictionary.to_pylist()]
    which = coded.indices.to_numpy()
    size: Floats = np.array([np.nan if one is None else one.bytes for one in sizes], dtype=np.float64)[which]
    for per, count in (("node", nodes), ("cpu", cores)):
        times = np.array([one is not None and one.per == per for one in sizes], dtype=bool)[which]
        size = np.where(times, size * count, size)
    return size


_TIMES = {"submitted": "Submit", "started": "Start", "ended": "End"}
_EACH: tuple[tuple[str, Callable[[str], object], str], ...] = (
    ("limit_s", _minutes, "TimelimitRaw"),
    ("state", fields.state, "State"),
    ("exit_code", fields.exit_code, "ExitCode"),
    ("nodes", _nodes, "NodeList"),
)
