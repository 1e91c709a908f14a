"""The reader of dumps: pieces that begin with a job, several at once, in order."""

import os
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

from vigie.batch.files import whole
from vigie.batch.files.sacct.layout import Layout, layout
from vigie.batch.files.sacct.rows import jobs
from vigie.batch.files.source import Piece, pieces
from vigie.contracts.batch import JOBS, JobFileInfo, Refusal, Tally

AT_ONCE = max(2, min(4, os.cpu_count() or 1))
PIECE = 1 << 23
_LOOK_BACK = 1 << 16


class SacctFile:
    """What `sacct -P` printed, in any version since 20.11, with any columns."""

    info: ClassVar = JobFileInfo(
        "sacct",
        "Slurm accounting (sacct -P)",
        "Comptabilité Slurm (sacct -P)",
        tried_on="dumps of Slurm 22.05.8",
    )

    def __init__(self, *, piece: int = PIECE) -> None:
        self._piece = piece

    def read(
        self,
        path: Path,
        tally: Tally,
        *,
        cluster: str = "",
        columns: Mapping[str, str] | None = None,
        zone: str = "UTC",
    ) -> Iterator[pa.RecordBatch]:
        """`sacct` prints local times: `zone` is that of the host where it ran."""
        del columns  # the header says which is which
        header: Layout | None = None
        waiting: deque[Future[tuple[pa.RecordBatch, Tally]]] = deque()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for piece in pieces(path, tally, size=self._piece, cut=_cut, mend=_later):
                body = piece
                if header is None:
                    line, _, rest = piece.data.partition(b"\n")
                    header = layout(line.decode(errors="replace").rstrip("\r"), path, tally)
                    body = Piece(piece.line + 1, rest)
                waiting.append(pool.submit(jobs, body, header, cluster, zone))
                if len(waiting) > AT_ONCE:
                    yield _merged(waiting.popleft(), tally)
            while waiting:
                yield _merged(waiting.popleft(), tally)
        if not tally.jobs:
            raise Refusal(f"{path}: no line of it is a job ({tally.asides} lines could not be read)")

    def scan(self, path: Path, tally: Tally, **options: Any) -> pa.Table:
        return whole.table(self.read(path, tally, **options), JOBS, tally)


def _later(data: bytes, tally: Tally) -> bytes:
    """Characters are mended where the piece is read, beside others."""
    del tally
    return data


def _cut(data: bytes) -> int:
    """Where the last line begins that is a job's own: a job and its steps stay in one piece."""
    end = data.rfind(b"\n") + 1
    start = end
    while start > 0 and end - start < _LOOK_BACK:
        start = data.rfind(b"\n", 0, start - 1) + 1
        name = data[start : data.find(b"|", start)]
        if name[:1].isdigit() and b"." not in name:
            return start or end
    return end


def _merged(done: "Future[tuple[pa.RecordBatch, Tally]]", tally: Tally) -> pa.RecordBatch:
    batch, own = done.result()
    tally.jobs += own.jobs
    room = tally.keep - len(tally.aside)
    tally.aside += own.aside[: max(0, room)]
    tally.asides += own.asides
    for what, count in own.notes.items():
        tally.note(what, count)
    return batch
