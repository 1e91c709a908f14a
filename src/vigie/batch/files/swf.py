"""The Standard Workload Format, version 2, of the Parallel Workloads Archive.

Eighteen numbers a line, -1 = unknown (https://www.cs.huji.ac.il/labs/parallel/workload/swf.html). CPU time and memory
are averages over the processors there, and those of the whole job here. It knows no nodes.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from vigie.batch.files import judged, vectors, whole
from vigie.batch.files.delimited import fields_of
from vigie.batch.files.source import Piece, pieces
from vigie.contracts.batch import JOBS, MOMENT, JobFileInfo, Refusal, Tally

FIELDS = [
    "job",
    "submit",
    "wait",
    "run",
    "procs",
    "cpu",
    "memory",
    "asked_procs",
    "asked_time",
    "asked_memory",
    "status",
    "user",
    "group",
    "program",
    "queue",
    "partition",
    "before",
    "think",
]
_STATES = {"0": "failed", "1": "completed", "5": "cancelled"}
_PARTS = ("2", "3", "4")
_NAMED = re.compile(r"^;\s*(Queue|Partition):\s*(\d+)\s+(\S+)")
_START = re.compile(r"^;\s*UnixStartTime:\s*(\d+)")
_SPACES = re.compile(rb"[ \t\r]+")
_KB = 1024


@dataclass
class _Header:
    start: int | None = None
    names: dict[str, dict[str, str]] = field(default_factory=lambda: {"Queue": {}, "Partition": {}})

    def read(self, line: str) -> None:
        if found := _START.match(line):
            self.start = int(found[1])
        elif found := _NAMED.match(line):
            self.names[found[1]][found[2]] = found[3]


class SwfFile:
    """Traces of the Parallel Workloads Archive."""

    info: ClassVar = JobFileInfo(
        "swf",
        "Standard Workload Format",
        "Standard Workload Format",
        tried_on="LPC-EGEE-2004, SDSC-DS-2004 and SDSC-SP2-1998 of the Parallel Workloads Archive",
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
        """Its header names queues, partitions (the doors of a grid: `submitted_from`) and the time that it counts from."""
        del columns, zone  # the format fixes both
        header = _Header()
        named = cluster or path.name.removesuffix(".gz").removesuffix(".swf")
        any_good = False
        for piece in pieces(path, tally):
            rows = _rows(piece, header, tally)
            if len(rows):
                any_good = True
                yield _jobs(rows, header, named, tally)
        if not any_good:
            raise Refusal(
                f"{path}: no line of it has the {len(FIELDS)} numbers of the Standard Workload Format;"
                " name its real format with --format"
            )

    def scan(self, path: Path, tally: Tally, **options: Any) -> pa.Table:
        return whole.table(self.read(path, tally, **options), JOBS, tally)


def _rows(piece: Piece, header: _Header, tally: Tally) -> pa.RecordBatch:
    """The lines that hold jobs, as text; comments go to `header`, bad lines aside."""
    data = _SPACES.sub(b" ", piece.data).replace(b"\n ", b"\n").replace(b" \n", b"\n").strip(b" ")
    table, odd = fields_of(Piece(piece.line, data), FIELDS, FIELDS, " ")
    for number, line in odd:
        if line.startswith(";"):
            header.read(line)
        elif line:
            tally.put_aside(number, f"{len(line.split())} fields where {len(FIELDS)} belong", line)
    comment = pc.starts_with(table["job"], ";")
    for row in table.filter(comment).to_pylist():  # a comment of eighteen words
        header.read(" ".join(row.values()))
    table = table.filter(pc.invert(comment))
    good = pc.match_substring_regex(table["job"], r"^\d+$")
    for row in table.filter(pc.invert(good)).to_pylist():
        tally.put_aside(0, "the number of the job is no number", " ".join(row.values()))
    return table.filter(good)


def _jobs(rows: pa.RecordBatch, header: _Header, cluster: str, tally: Tally) -> pa.RecordBatch:
    parts = pc.is_in(rows["status"], value_set=pa.array(_PARTS))
    if count := pc.sum(parts).as_py():
        tally.note("parts of a job that was interrupted: its summary line counts", count)
        rows = rows.filter(pc.invert(parts))
    if header.start is None and len(rows):
        tally.note("no UnixStartTime in the header: times count from 1970", len(rows))
    value = {
        name: vectors.number(rows[name], pa.float64(), tally, f"{name} that is no number: unknown")
        for name in FIELDS[:10]
    }
    value = {name: pc.if_else(pc.greater_equal(column, 0), column, None) for name, column in value.items()}
    procs = pc.if_else(
        pc.fill_null(pc.greater(value["procs"], 0), fill_value=False), value["procs"], value["asked_procs"]
    )
    submitted = pc.add(value["submit"], float(header.start or 0))
    never = pc.or_kleene(pc.is_null(value["run"]), pc.equal(rows["procs"], "0"))
    started = pc.if_else(never, None, pc.add(submitted, value["wait"]))
    queue, door = (
        vectors.each_once(vectors.text(rows[name]), _name(header.names[kind]), pa.string())
        for name, kind in (("queue", "Queue"), ("partition", "Partition"))
    )
    return judged.batch(
        {
            "cluster": pa.repeat(pa.scalar(cluster), len(rows)),
            "job_id": rows["job"],
            "submitted": _moment(submitted),
            "started": _moment(started),
            "ended": _moment(pc.add(started, value["run"])),
            "user": vectors.text(rows["user"]),
            "group": vectors.text(rows["group"]),
            "queue": queue,
            "submitted_from": door,
            "cores": procs,
            "elapsed_s": pc.floor(value["run"]),
            "cpu_s": pc.multiply(value["cpu"], procs),
            "limit_s": pc.floor(value["asked_time"]),
            "memory_asked_b": pc.multiply(pc.multiply(value["asked_memory"], procs), _KB),
            "memory_used_b": pc.multiply(pc.multiply(value["memory"], procs), _KB),
            "state": vectors.each_once(
                rows["status"], lambda word: _STATES.get(word, "unknown"), pa.string()
            ),
            "name": vectors.text(rows["program"]),
        },
        len(rows),
        tally,
    )


def _name(names: Mapping[str, str]) -> Any:
    return lambda number: names.get(number, number)


def _moment(seconds: Any) -> Any:
    far = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
    whole_us = pc.multiply(pc.if_else(pc.less(seconds, far), seconds, None), 1e6)
    return whole_us.cast(pa.int64(), safe=False).cast(MOMENT)
