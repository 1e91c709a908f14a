"""The accounting file of Grid Engine: one line for each job that ended, fields separated by colons (accounting(5)).

Times are seconds since 1970 (milliseconds in Univa's and Altair's versions).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from vigie.batch.files import judged, vectors, whole
from vigie.batch.files.delimited import fields_of
from vigie.batch.files.source import pieces
from vigie.batch.slurm import fields as slurm
from vigie.contracts.batch import JOBS, MOMENT, JobFileInfo, Refusal, Tally

FIELDS = [
    "queue",
    "host",
    "group",
    "owner",
    "name",
    "job",
    "account",
    "priority",
    "submit",
    "start",
    "end",
    "failed",
    "exit",
    "wallclock",
    "utime",
    "stime",
    "maxrss",
    "ixrss",
    "ismrss",
    "idrss",
    "isrss",
    "minflt",
    "majflt",
    "nswap",
    "inblock",
    "oublock",
    "msgsnd",
    "msgrcv",
    "nsignals",
    "nvcsw",
    "nivcsw",
    "project",
    "department",
    "pe",
    "slots",
    "task",
    "cpu",
    "mem",
    "io",
    "category",
    "iow",
    "pe_task",
    "maxvmem",
]
NAME, CATEGORY = FIELDS.index("name"), FIELDS.index("category")
_NUMBERS = [
    FIELDS.index(name) for name in ("job", "submit", "start", "end", "slots", "task", "cpu", "iow", "maxvmem")
]
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_MOST_COLONS = 200
_MILLISECONDS = 10**11
_STATES = {"37": "timeout", "25": "requeued", "24": "requeued"}
_AGAIN = "99"  # the exit status by which a job asks to be queued again
_LIMIT = re.compile(r"\b[hs]_rt=([\d:]+)")
_MEMORY = re.compile(r"\b(?:h_vmem|mem_free|h_rss)=([\d.]+[kKmMgGtT]?)")


class GridEngineFile:
    """`$SGE_ROOT/default/common/accounting`."""

    info: ClassVar = JobFileInfo(
        "gridengine",
        "Grid Engine (accounting)",
        "Grid Engine (accounting)",
        tried_on="an accounting file of Grid Engine 8.1.9",
    )

    def read(
        self,
        path: Path,
        tally: Tally,
        *,
        cluster: str = "",
        columns: Mapping[str, str] | None = None,
        zone: str = "UTC",
    ) -> Iterator[pa.RecordBatch]:
        """Only jobs that ended are in it. Of tasks of a parallel job that have lines of their own the CPU time is added."""
        del columns, zone  # the format fixes both
        names: list[str] = []
        for piece in pieces(path, tally):
            names = names or _names(piece.data)
            if not names:
                continue
            rows, odd = fields_of(piece, names, FIELDS, ":")
            rows = pa.concat_batches([rows, _mended(odd, len(names), tally)])
            if len(rows := _numbered(rows, tally)):
                yield _jobs(rows, cluster or "gridengine", tally)
        if not tally.jobs:
            raise Refusal(
                f"{path}: no line of it has the {len(FIELDS)} fields, separated by colons, of Grid Engine's accounting"
            )

    def scan(self, path: Path, tally: Tally, **options: Any) -> pa.Table:
        return whole.table(self.read(path, tally, **options), JOBS, tally)


def _names(data: bytes) -> list[str]:
    """Names of all fields; later versions have more at the end. How many there are, most lines know."""
    lines = [line for line in data.split(b"\n", 1000) if not line.startswith(b"#")]
    counts = Counter(count for line in lines if (count := line.count(b":") + 1) >= len(FIELDS))
    if not counts:
        return []
    most = max(counts.values())
    count = min(count for count, lines_ in counts.items() if lines_ == most)
    return [*FIELDS, *(f"more{n}" for n in range(count - len(FIELDS)))]


def _mended(odd: Sequence[tuple[int, str]], count: int, tally: Tally) -> pa.RecordBatch:
    """Rows with colons in the name or in what was asked for; the others go aside."""
    told = []
    for line, text in odd:
        if row := _told(text.rstrip("\r").split(":"), count):
            tally.note("rows with : in a name or a request: mended")
            told.append(row)
        elif text and not text.startswith("#"):
            tally.put_aside(line, f"{text.count(':') + 1} fields where {count} belong", text)
    return pa.RecordBatch.from_arrays(
        [pa.array([row[place] for row in told], pa.string()) for place in range(len(FIELDS))], names=FIELDS
    )


def _told(parts: list[str], count: int) -> list[str] | None:
    """The fields, with what is too much in the name and in the category, so that the numbers around are numbers."""
    extra = len(parts) - count
    for inside in range(extra + 1 if 0 < extra <= _MOST_COLONS else 0):
        row = [*parts[:NAME], ":".join(parts[NAME : NAME + inside + 1]), *parts[NAME + inside + 1 :]]
        end = CATEGORY + extra - inside + 1
        row[CATEGORY:end] = [":".join(row[CATEGORY:end])]
        if all(_NUMBER.fullmatch(row[place]) for place in _NUMBERS):
            return row[: len(FIELDS)]
    return None


def _numbered(rows: pa.RecordBatch, tally: Tally) -> pa.RecordBatch:
    good = pc.match_substring_regex(rows["job"], r"^\d+$")
    for row in rows.filter(pc.invert(good)).to_pylist():
        tally.put_aside(0, f"{row['job'][:80]!r} is not the number of a job", ":".join(row.values()))
    return rows.filter(good)


def _jobs(rows: pa.RecordBatch, cluster: str, tally: Tally) -> pa.RecordBatch:
    rows, cpu, memory = _gathered(rows, tally)
    task = rows["task"]
    joined = pc.binary_join_element_wise(rows["job"], task, ".")
    host = vectors.each_once(vectors.text(rows["host"]), lambda name: [name], JOBS.field("nodes").type)
    slots = _number(rows["slots"], tally)
    asked = vectors.each_once(rows["category"], _asked, pa.float64())
    project, account = vectors.text(rows["project"]), vectors.text(rows["account"], {"", "sge"})
    ends = pc.binary_join_element_wise(rows["failed"], rows["exit"], ":")
    return judged.batch(
        {
            "cluster": pa.repeat(pa.scalar(cluster), len(rows)),
            "job_id": pc.if_else(pc.equal(task, "0"), rows["job"], joined),
            "submitted": _moment(rows["submit"], tally),
            "started": _moment(rows["start"], tally),
            "ended": _moment(rows["end"], tally),
            "user": vectors.text(rows["owner"]),
            "account": pc.coalesce(project, account),
            "group": vectors.text(rows["group"]),
            "queue": vectors.text(rows["queue"]),
            "nodes": host,
            "cores": slots,
            "elapsed_s": pc.floor(_number(rows["wallclock"], tally)),
            "cpu_s": cpu,
            "limit_s": vectors.each_once(rows["category"], _limit, pa.int64()),
            "memory_asked_b": pc.multiply(asked, slots),
            "memory_used_b": memory,
            "state": vectors.each_once(ends, _state, pa.string()),
            "name": vectors.not_empty(rows["name"]),
            "exit_code": _number(rows["exit"], tally),
        },
        len(rows),
        tally,
    )


def _gathered(rows: pa.RecordBatch, tally: Tally) -> tuple[pa.RecordBatch, Any, Any]:
    """The lines of jobs, with CPU time and memory of their tasks' lines added."""
    cpu = _number(rows["cpu"], tally)
    peak = pc.max_element_wise(
        _number(rows["maxvmem"], tally), pc.multiply(_number(rows["maxrss"], tally), 1024.0)
    )
    own = pc.is_in(rows["pe_task"], value_set=pa.array(["NONE", ""]))
    if pc.all(own).as_py():
        return rows, cpu, peak
    key = pc.binary_join_element_wise(rows["job"], rows["task"], rows["start"], ".")
    sums = pa.table({"key": key, "cpu": cpu, "peak": peak}).group_by("key")
    found = sums.aggregate([("cpu", "sum"), ("peak", "sum")])
    main = rows.filter(own)
    at = pc.index_in(key.filter(own), value_set=found["key"].combine_chunks())
    tally.note("lines of tasks of parallel jobs: added to their jobs", len(rows) - len(main))
    return main, *(found[name].combine_chunks().take(at) for name in ("cpu_sum", "peak_sum"))


def _number(column: Any, tally: Tally) -> Any:
    return vectors.number(column, pa.float64(), tally, "numbers that can't be read: unknown")


def _moment(column: Any, tally: Tally) -> Any:
    """0: it never did."""
    value = _number(column, tally)
    value = pc.if_else(pc.greater(value, _MILLISECONDS), pc.divide(value, 1000.0), value)
    value = pc.if_else(pc.and_(pc.greater(value, 0), pc.less(value, _MILLISECONDS)), value, None)
    return pc.multiply(value, 1e6).cast(pa.int64(), safe=False).cast(MOMENT)


def _state(ends: str) -> str:
    failed, _, status = ends.partition(":")
    if failed in _STATES:
        return _STATES[failed]
    if status == _AGAIN:
        return "requeued"
    return "completed" if failed == "0" and status == "0" else "failed"


def _limit(category: str) -> int | None:
    found = _LIMIT.search(category)
    try:
        seconds = found and slurm.duration(found[1])
    except ValueError:
        return None
    return int(seconds) if seconds else None


def _asked(category: str) -> float | None:
    """Of each slot."""
    found = _MEMORY.search(category)
    try:
        size = found and slurm.size(found[1])
    except ValueError:
        return None
    return float(size.bytes) if size else None
