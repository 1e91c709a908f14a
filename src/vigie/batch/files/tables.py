"""CSV and Parquet of any origin: their columns are matched with those of a job.

Units: times ISO (a zone in them, or the caller's) or seconds since 1970; lengths in seconds; memory in bytes; nodes
separated by spaces, commas or semicolons; states in the words of `STATES`.
"""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from vigie.batch.files import mapping, whole
from vigie.batch.files.source import Stream, opened, pieces
from vigie.contracts.batch import JOBS, JobFileInfo, Refusal, Tally

_BLOCK = 1 << 24
_ROWS = 1 << 17


class _Table:
    """What both formats share; a subclass says which columns there are and yields rows."""

    info: ClassVar[JobFileInfo]

    def names(self, path: Path) -> list[str]:
        raise NotImplementedError

    def rows(self, path: Path, tally: Tally) -> Iterator[pa.RecordBatch]:
        raise NotImplementedError

    def read(
        self,
        path: Path,
        tally: Tally,
        *,
        cluster: str = "",
        columns: Mapping[str, str] | None = None,
        zone: str = "UTC",
    ) -> Iterator[pa.RecordBatch]:
        match = mapping.matched(self.names(path), columns, path)
        if "job_id" not in match.of:
            raise Refusal(
                f"{path}: no column is called job_id: say which one names the job."
                f" It has {', '.join(self.names(path))}"
            )
        for batch in self._batches(path, tally, match, cluster, zone):
            yield batch.select(JOBS.names)

    def scan(
        self,
        path: Path,
        tally: Tally,
        *,
        cluster: str = "",
        columns: Mapping[str, str] | None = None,
        zone: str = "UTC",
    ) -> pa.Table:
        match = mapping.matched(self.names(path), columns, path)
        batches = list(self._batches(path, tally, match, cluster, zone))
        bare = pa.schema([*JOBS, *(pa.field(name, pa.string()) for name in match.others)])
        return whole.table(batches, batches[0].schema if batches else bare, tally)

    def _batches(
        self, path: Path, tally: Tally, match: mapping.Match, cluster: str, zone: str
    ) -> Iterator[pa.RecordBatch]:
        first = 1
        named = cluster or path.name.split(".", 1)[0] or "file"
        for rows in self.rows(path, tally):
            yield mapping.jobs(rows, match, tally, cluster=named, zone=zone, first=first)
            first += len(rows)


class CsvFile(_Table):
    """Comma, semicolon, tab or bar between fields, quotes as in RFC 4180, names in the first line."""

    info = JobFileInfo("csv", "Table (CSV)", "Tableau (CSV)", mappable=True)

    def names(self, path: Path) -> list[str]:
        return header(next(pieces(path, Tally(), size=1 << 16)).data, path)[0]

    def rows(self, path: Path, tally: Tally) -> Iterator[pa.RecordBatch]:
        first = next(pieces(path, Tally(), size=1 << 16)).data
        return csv_rows(Stream(pieces(path, tally)), *header(first, path), tally)


def csv_rows(stream: Stream, names: list[str], delimiter: str, tally: Tally) -> Iterator[pa.RecordBatch]:
    """The rows below the first line as text, "" as null; those of another count of fields go aside."""

    def put(row: Any) -> str:
        tally.put_aside(
            row.number or 0, f"{row.actual_columns} fields where {row.expected_columns} belong", row.text
        )
        return "skip"

    done = 0
    try:
        reader = pa_csv.open_csv(
            pa.PythonFile(stream, mode="r"),
            read_options=pa_csv.ReadOptions(
                column_names=names, skip_rows=1, block_size=_BLOCK, use_threads=False
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=put
            ),
            convert_options=pa_csv.ConvertOptions(
                check_utf8=False,  # pieces are
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
        for batch in reader:
            done += len(batch)
            yield batch
    except pa.ArrowInvalid as error:
        tally.put_aside(
            0, f"not read further than about {done} rows (a quote that is never closed?): {error}"
        )


class ParquetFile(_Table):
    """Parquet; its own types are kept."""

    info = JobFileInfo("parquet", "Table (Parquet)", "Tableau (Parquet)", mappable=True)

    def names(self, path: Path) -> list[str]:
        return list(_parquet(path).schema_arrow.names)

    def rows(self, path: Path, tally: Tally) -> Iterator[pa.RecordBatch]:
        done = 0
        try:
            for batch in _parquet(path).iter_batches(batch_size=_ROWS):
                done += len(batch)
                yield batch
        except (pa.ArrowException, OSError) as error:
            tally.put_aside(0, f"not read further than row {done}: {error}")


def _parquet(path: Path) -> Any:
    with opened(path):
        pass  # for its words, if that can't be done
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise Refusal(f"{path} is not a Parquet file, or a broken one: {error}") from None


def header(data: bytes, path: Path) -> tuple[list[str], str]:
    """The names in the first line, and what stands between them. Raises Refusal if one line can't be a header."""
    line = data.split(b"\n", 1)[0].decode(errors="replace").rstrip("\r")
    delimiter = max(",;\t|", key=line.count)
    try:
        names = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error as error:
        raise Refusal(f"{path}, line 1: {error}") from None
    if not any(name.strip() for name in names):
        raise Refusal(f"{path}: the first line must hold the names of the columns, and it is empty")
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise Refusal(
            f"{path}, line 1: {', '.join(map(repr, doubled))} names more than one column; rename them"
        )
    return names, delimiter
