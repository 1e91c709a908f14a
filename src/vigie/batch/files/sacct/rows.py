"""Lines of one piece of a dump into jobs: allocations with what their steps used."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vigie.batch.files import judged, vectors
from vigie.batch.files.sacct.grid import Grid
from vigie.batch.files.sacct.layout import Layout
from vigie.batch.files.sacct.mend import mended
from vigie.batch.files.source import Piece, sound
from vigie.batch.files.words import Floats, Texts, clocks, counts, kilobytes, same_start
from vigie.batch.slurm import fields
from vigie.contracts.batch import JOBS, UNLIMITED_S, Tally

_PLAIN = {
    "user": "User", "account": "Account", "group": "Group", "queue": "Partition", "qos": "QOS", "name": "JobName",
}  # fmt: skip
_DOTS, _ONES, _TOPS = (np.uint64(int.from_bytes(bytes([byte]) * 8, "little")) for byte in (0x2E, 0x01, 0x80))


@dataclass(frozen=True)
class Steps:
    """What the steps of each allocation used; NaN: nothing is known of it."""

    cpu: Floats
    memory: Floats


class Rows:
    """The columns of some rows of a piece (in rising order), each cut out when it is asked for."""

    def __init__(self, grid: Grid, names: Sequence[str], only: Any) -> None:
        self._grid, self._names, self._only = grid, names, only

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def __getitem__(self, name: str) -> Texts:
        return self._grid.column(self._names.index(name), self._only)

    def __len__(self) -> int:
        return len(self._only)

    def of(self, rows: Any) -> "Rows":
        return Rows(self._grid, self._names, self._only[rows])

    def first(self, *names: str) -> str:
        """The first of the columns that is there, or ""."""
        return next((name for name in names if name in self), "")


def jobs(piece: Piece, layout: Layout, cluster: str, zone: str) -> tuple[pa.RecordBatch, Tally]:
    """The jobs of a piece. Its own tally: pieces are read side by side."""
    tally = Tally()
    grid = Grid(
        sound(piece.data, tally),
        layout.mark,
        len(layout.names),
        key=layout.names.index(layout.key),
        first=piece.line,
    )
    if grid.odd and (told := mended(grid.odd, layout, tally)):
        grid.add(told)
    rows = Rows(grid, layout.names, np.arange(len(grid)))
    ids = rows[layout.key]
    step = _dotted(ids)
    main, steps = np.flatnonzero(~step), np.flatnonzero(step)
    owner = _owners(ids, main, steps)
    if lost := int((owner < 0).sum()):
        tally.note("steps without their job: left out", lost)
        steps, owner = steps[owner >= 0], owner[owner >= 0]
    used = _summed(rows.of(steps), owner, len(main), tally)
    return _batch(rows.of(main), used, tally, key=layout.key, cluster=cluster, zone=zone), tally


def _dotted(ids: Texts) -> Any:
    """Whether each id is that of a step: 17_4.batch."""
    found = np.zeros(len(ids), dtype=bool)
    for done in range(0, int(ids.lengths.max(initial=0)), 8):
        word = ids.word(ids.starts + np.minimum(done, ids.lengths)) ^ _DOTS
        zero = (word - _ONES) & ~word & _TOPS  # the lowest byte set is the first that was a dot
        place = np.where(zero != 0, _place(zero), 8)
        found |= (zero != 0) & (done + place < ids.lengths)
    return found


def _place(zero: Any) -> Any:
    """Which byte the lowest bit set stands in."""
    lowest = zero & (~zero + np.uint64(1))
    return (
        np.log2(lowest.astype(np.float64), where=lowest > 0, out=np.zeros(len(lowest))).astype(np.int64) >> 3
    )


def _owners(ids: Texts, main: Any, steps: Any) -> Any:
    """For each step the place in `main` of its job; -1: it is not here.

    sacct prints a job's steps below it. Steps that don't stand there (their job's row was mended, or somebody sorted
    the dump) find it by its id, of several attempts the last.
    """
    owner = np.searchsorted(main, steps) - 1
    if not len(main) or not len(steps):
        return np.full(len(steps), -1)
    above = ids.take(main[np.maximum(owner, 0)])
    mine = ids.take(steps)
    fits = (owner >= 0) & (mine.lengths > above.lengths)
    fits[fits] = ids.buffer[(mine.starts + above.lengths)[fits]] == ord(".")
    fits[fits] = same_start(mine.take(fits), above.take(fits), above.lengths[fits])
    if fits.all():
        return owner
    strays = mine.take(~fits).arrow().to_pylist()
    bases = [name.split(".", 1)[0] for name in strays]
    mains = ids.take(main).arrow()
    among = np.flatnonzero(
        pc.is_in(mains, value_set=pa.array(sorted(set(bases)))).to_numpy(zero_copy_only=False)
    )
    place = dict(zip(mains.take(pa.array(among)).to_pylist(), among.tolist(), strict=True))
    owner[~fits] = [place.get(base, -1) for base in bases]
    return owner


def _summed(steps: Rows, owner: Any, jobs_: int, tally: Tally) -> Steps:
    cpu, memory = np.full(jobs_, np.nan), np.full(jobs_, np.nan)
    each = _cpu(steps, tally)
    known = ~np.isnan(each)
    if known.any():
        total = np.bincount(owner[known], weights=each[known], minlength=jobs_)
        cpu = np.where(np.bincount(owner[known], minlength=jobs_) > 0, total, np.nan)
    peaks = _memory(steps, tally)
    known = ~np.isnan(peaks)
    if known.any():
        top = np.full(jobs_, -1.0)
        np.maximum.at(top, owner[known], peaks[known])
        memory = np.where(top >= 0, top, np.nan)
    return Steps(cpu, memory)


def _cpu(rows: Rows, tally: Tally) -> Floats:
    """Seconds of each row: TotalCPU; where that is zero (25.05 leaves it so), the usage of its tasks; else unknown.

    Even a job that only sleeps shows some milliseconds: an exact zero was never measured.
    """
    seconds = np.full(len(rows), np.nan)
    if "TotalCPU" in rows:
        seconds = clock(rows["TotalCPU"], tally, "TotalCPU")
        seconds[seconds == 0] = np.nan
    if "TRESUsageInTot" in rows:
        blank = np.flatnonzero(np.isnan(seconds))
        seconds[blank] = _usage(rows.of(blank), lambda usage: _safely(fields.duration, usage.get("cpu", "")))
    return seconds


def _memory(rows: Rows, tally: Tally) -> Floats:
    """Bytes at the peak: MaxRSS, which is that of the largest task; of several tasks their total, where it is given."""
    peak = np.full(len(rows), np.nan)
    if "MaxRSS" in rows:
        column = rows["MaxRSS"]
        peak = kilobytes(column)
        _fill(peak, column, _bytes, tally, "MaxRSS")
    if "TRESUsageInTot" in rows and "NTasks" in rows:
        tasks = rows["NTasks"]
        several = np.flatnonzero(~(tasks.is_short(b"") | tasks.is_short(b"1")))
        total = _usage(rows.of(several), lambda usage: _bytes(usage.get("mem", "")))
        peak[several] = np.where(np.isnan(total), peak[several], total)
    return peak


def _usage(rows: Rows, of: Callable[[dict[str, str]], float | None]) -> Floats:
    """A number out of TRESUsageInTot, of each row."""
    if not len(rows):
        return np.empty(0)
    given = vectors.text(rows["TRESUsageInTot"].arrow())
    return _numpy(vectors.each_once(given, lambda text: of(fields.tres(text)), pa.float64()))


def clock(column: Texts, tally: Tally, what: str) -> Floats:
    """Seconds of a column of clocks."""
    seconds = clocks(column)
    _fill(seconds, column, fields.duration, tally, what)
    return seconds


def _fill(values: Floats, column: Texts, of: Any, tally: Tally, what: str) -> None:
    """Read by `of` what the quick way could not; changes `values`."""
    rest = np.flatnonzero(np.isnan(values) & (column.lengths > 0))
    if not len(rest):
        return
    given = vectors.text(column.take(rest).arrow())
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


def _batch(rows: Rows, used: Steps, tally: Tally, *, key: str, cluster: str, zone: str) -> pa.RecordBatch:
    """The allocations as JOBS."""
    found: dict[str, Any] = {"job_id": rows[key].arrow()}
    found |= {ours: _said(rows[name]) for ours, name in _PLAIN.items() if name in rows}
    whole = pa.repeat(pa.scalar(cluster or "slurm"), len(rows))
    found["cluster"] = (
        pc.coalesce(_said(rows["Cluster"]), whole) if "Cluster" in rows and not cluster else whole
    )
    for ours, name in _TIMES.items():
        if name in rows:
            found[ours] = vectors.moment(
                rows[name].arrow(), zone, tally, f"{name} that can't be read: unknown"
            )
    for ours, read, name in _EACH:
        if name in rows:
            found[ours] = vectors.each_once(rows[name].arrow(), read, JOBS.field(ours).type)
    if "TimelimitRaw" not in rows and "Timelimit" in rows:
        found["limit_s"] = vectors.each_once(rows["Timelimit"].arrow(), _limit, pa.int64())
    cores = _count(rows, tally, "AllocCPUS", "NCPUS", "ReqCPUS")
    nodes = _count(rows, tally, "NNodes", "AllocNodes")
    found["cores"] = _nullable(cores)
    if "ElapsedRaw" in rows:
        found["elapsed_s"] = _nullable(_count(rows, tally, "ElapsedRaw"))
    elif "Elapsed" in rows:
        found["elapsed_s"] = _nullable(np.floor(clock(rows["Elapsed"], tally, "Elapsed")))
    own = _cpu(rows, tally)
    found["cpu_s"] = _nullable(np.where(np.isnan(own), used.cpu, own))
    own = _memory(rows, tally) if np.isnan(used.memory).any() else used.memory
    found["memory_used_b"] = _nullable(np.where(np.isnan(used.memory), own, used.memory))
    if "ReqMem" in rows:
        found["memory_asked_b"] = _nullable(_asked(rows["ReqMem"], nodes, cores))
    return judged.batch(found, len(rows), tally)


def _said(column: Texts) -> Any:
    return vectors.not_empty(column.arrow())


def _count(rows: Rows, tally: Tally, *names: str) -> Floats:
    """Of the first of the columns that is there."""
    if not (name := rows.first(*names)):
        return np.full(len(rows), np.nan)
    column = rows[name]
    values = counts(column)
    _fill(values, column, float, tally, name)
    return values


def _minutes(text: str) -> int | None:
    if text.isdecimal():
        return min(int(text) * 60, UNLIMITED_S)
    return UNLIMITED_S if text.upper() == "UNLIMITED" else None


def _limit(text: str) -> int | None:
    seconds: int | None = _safely(fields.limit, text)
    return seconds


def _nodes(text: str) -> list[str] | None:
    return list(_safely(fields.node_names, text) or ()) or None


def _asked(column: Texts, nodes: Floats, cores: Floats) -> Floats:
    """Of the whole job: before 21.08 ReqMem was that of each node (4Gn) or of each core (4Gc)."""
    coded = column.arrow().dictionary_encode()
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
