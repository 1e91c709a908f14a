"""Jobs carried away: CSV that no spreadsheet takes for formulas, or Parquet as it is."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pyarrow.parquet as pq

from vigie.jobs.findings.queries import jobs
from vigie.jobs.findings.queries.jobs import JobFilter
from vigie.lib.sheet import cell


class _Line:
    """What a CSV writer writes to: the last line is handed on."""

    def write(self, text: str) -> str:
        return text


class Sink(Protocol):
    def write(self, text: bytes, /) -> object: ...


def csv_lines(wanted: JobFilter) -> Iterator[str]:
    """The jobs as lines of CSV, headings first, piece by piece. Names of jobs are what their users typed: guarded."""
    writer = csv.writer(_Line())
    names = jobs.export_schema().names
    yield str(writer.writerow(names))
    for batch in jobs.batches(wanted):
        columns = [batch.column(name).to_pylist() for name in names]
        for row in zip(*columns, strict=True):
            yield str(writer.writerow([cell(value) for value in row]))


def write_parquet(wanted: JobFilter, sink: Path | Sink) -> int:
    """The jobs as Parquet, into a file or anything that takes bytes; returns how many."""
    count = 0
    with pq.ParquetWriter(sink, jobs.export_schema(), compression="zstd") as writer:
        for batch in jobs.batches(wanted):
            writer.write_batch(batch.cast(jobs.export_schema()))
            count += batch.num_rows
    return count
