"""The one place that knows DuckDB. Another engine takes its place by being an `Engine`.

Relations that an engine offers to SQL texts:

    jobs       schema JOBS: one row per attempt that ended in the time asked for, the latest written
    samples    schema JOBS + `seen`: the running attempts each time somebody looked
    latest     the same: the last look at each cluster, that is, what runs now
    prepared   jobs and what the desk knows about them (`prepared.py`)
    prepared_latest   the same of `latest`

`"user"` and `"group"` are words of SQL: quote them.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import gettempdir
from types import TracebackType
from typing import Any, Protocol, Self

import duckdb
import numpy as np
import pyarrow as pa

from vigie.contracts.batch import JOBS
from vigie.jobs.lake.prepared import prepared
from vigie.jobs.lake.schema import KEY, MAPS, SAMPLES, STORED_JOBS, STORED_SAMPLES

BATCH = 122_880  # rows; as many as a row group of the files


class EngineTrouble(Exception):
    """A query could not be answered; the text is the engine's."""


class FilesTrouble(EngineTrouble):
    """One of the files could not be read: it is gone, or broken."""


class Engine(Protocol):
    """Answers SQL over the relations above. Values go in by `$name`, never into the text."""

    def register(self, name: str, table: pa.Table) -> None:
        """Let SQL texts read `table` under this name; one that had it is replaced."""

    def view(self, name: str, sql: str) -> None:
        """Read this question under a name; it is answered each time."""

    def keep(self, name: str, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Compute once, and read under this name until the engine is closed."""

    def arrow(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pa.Table: ...

    def batches(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pa.RecordBatchReader:
        """The answer piece by piece: it need not fit into memory. Read it before the next question."""

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Bounds:
    """What an engine may take of the machine. What doesn't fit is spilled into `spill`."""

    memory_mb: int = 1024
    threads: int = 2
    spill: Path | None = None


@dataclass(frozen=True)
class Reading:
    """Which files hold the answer: `jobs` and `samples` day by day, `latest`; and the exact time, [since, until)."""

    jobs: Sequence[Sequence[Path]] = ()
    samples: Sequence[Sequence[Path]] = ()
    latest: Sequence[Path] = ()
    since: datetime | None = None
    until: datetime | None = None


class DuckEngine:
    """DuckDB in this process, in memory, bounded. Use it in one thread at a time, and close it."""

    def __init__(self, bounds: Bounds = Bounds()) -> None:
        config: dict[str, Any] = {
            "threads": bounds.threads,
            "memory_limit": f"{bounds.memory_mb}MB",
            "TimeZone": "UTC",
            "autoinstall_known_extensions": False,  # nothing is fetched from outside
            "preserve_insertion_order": False,
        }
        config["temp_directory"] = str(bounds.spill or Path(gettempdir()) / f"vigie-spill-{os.getuid()}")
        self._base = duckdb.connect(":memory:", config=config)

    @classmethod
    def over_files(
        cls,
        reading: Reading,
        maps: Mapping[str, pa.Table] | None = None,
        *,
        zone: str = "UTC",
        bounds: Bounds = Bounds(),
    ) -> Self:
        """Over files of the lake. Raises FilesTrouble if one of them can't be read."""
        engine = cls(bounds)
        try:
            engine.view("jobs", jobs_sql(reading))
            engine.view("samples", samples_sql(reading))
            engine.view("latest", _plain(reading.latest, SAMPLES))
            engine._desk(maps or {}, zone)
        except BaseException:
            engine.close()
            raise
        return engine

    @classmethod
    def over_batches(
        cls,
        batches: Iterable[pa.RecordBatch],
        maps: Mapping[str, pa.Table] | None = None,
        *,
        zone: str = "UTC",
        bounds: Bounds = Bounds(),
    ) -> Self:
        """Over batches of JOBS straight from a reader of files: of an attempt that comes twice, the last counts."""
        engine = cls(bounds)
        try:
            engine._take(batches)
            for name in ("samples", "latest"):
                engine.view(name, _nothing(SAMPLES))
            engine._desk(maps or {}, zone)
        except BaseException:
            engine.close()
            raise
        return engine

    @classmethod
    def over_table(
        cls,
        table: pa.Table,
        maps: Mapping[str, pa.Table] | None = None,
        *,
        zone: str = "UTC",
        bounds: Bounds = Bounds(),
    ) -> Self:
        """Over a table that has each attempt once, as `ScansFast` hands it over; its further columns stay beside.

        In `prepared` a column of the file's own goes before what the desk knows under that name.
        """
        engine = cls(bounds)
        try:
            engine.register("jobs", table)
            for name in ("samples", "latest"):
                engine.view(name, _nothing(SAMPLES))
            engine._desk(maps or {}, zone)
        except BaseException:
            engine.close()
            raise
        return engine

    def _take(self, batches: Iterable[pa.RecordBatch]) -> None:
        """Into a table; the number of the row tells which came last. Twins are rare: they are looked for by hash first."""
        schema = JOBS.append(pa.field("come", pa.int64()))
        self._base.register("incoming", pa.RecordBatchReader.from_batches(schema, _numbered(batches, schema)))
        try:
            self.keep("come", "SELECT * FROM incoming")
        finally:
            self._base.unregister("incoming")
        key = ", ".join(KEY)
        twins = self._base.execute(
            f"SELECT count(*) FROM (SELECT hash({key}) AS h FROM come GROUP BY h HAVING count(*) > 1)"  # noqa: S608 # our own names
        ).fetchall()[0][0]
        text = f"SELECT {_columns(JOBS)} FROM come"  # noqa: S608 # our own names
        if twins:
            text += f" QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY come DESC) = 1"
        self.view("jobs", text)

    def _desk(self, maps: Mapping[str, pa.Table], zone: str) -> None:
        for name, schema in MAPS.items():
            given = maps.get(name)
            self.register(name, schema.empty_table() if given is None else given.cast(schema))
        self.view("prepared", prepared("jobs", zone))
        self.view("prepared_latest", prepared("latest", zone))

    def view(self, name: str, sql: str) -> None:
        self._do(f"CREATE OR REPLACE TEMP VIEW {name} AS {sql}")

    def register(self, name: str, table: pa.Table) -> None:
        self._base.register(name, table)

    def keep(self, name: str, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        self._do(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {sql}', parameters)

    def _do(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        try:
            self._base.execute(sql, dict(parameters) if parameters else None)
        except duckdb.Error as error:
            raise _said(error) from error

    def arrow(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        try:
            return self._base.sql(sql, params=dict(parameters) if parameters else None).to_arrow_table()
        except duckdb.Error as error:
            raise _said(error) from error

    def batches(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pa.RecordBatchReader:
        try:
            return self._base.sql(sql, params=dict(parameters) if parameters else None).to_arrow_reader(BATCH)
        except duckdb.Error as error:
            raise _said(error) from error

    def rows(self, sql: str, parameters: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.arrow(sql, parameters).to_pylist()
        return found

    def close(self) -> None:
        self._base.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _numbered(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    come = 0
    for batch in batches:
        number = pa.array(np.arange(come, come + batch.num_rows))
        yield pa.RecordBatch.from_arrays([*batch.columns, number], schema=schema)
        come += batch.num_rows


def _said(error: duckdb.Error) -> EngineTrouble:
    words = (str(error).strip().splitlines() or [type(error).__name__])[0]
    files = isinstance(error, duckdb.IOException | duckdb.InvalidInputException) or "arquet" in words
    return FilesTrouble(words) if files else EngineTrouble(words)


def _columns(schema: pa.Schema) -> str:
    return ", ".join(f'"{name}"' for name in schema.names)


def _nothing(schema: pa.Schema) -> str:
    """A relation of this schema without rows."""
    columns = ", ".join(f'CAST(NULL AS {_duck(field.type)}) AS "{field.name}"' for field in schema)
    return f"SELECT {columns} WHERE false"


def _duck(kind: pa.DataType) -> str:
    if pa.types.is_timestamp(kind):
        return "TIMESTAMPTZ"
    if pa.types.is_list(kind):
        return "VARCHAR[]"
    names = {
        "string": "VARCHAR",
        "int32": "INTEGER",
        "int64": "BIGINT",
        "double": "DOUBLE",
        "bool": "BOOLEAN",
    }
    return names[str(kind)]


def read_parquet(paths: Iterable[Path], *, named: bool = False) -> str:
    """DuckDB's own words for the rows of some files; `named`: each with its `filename`."""
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    more = ", filename = true" if named else ""
    return f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false{more})"


def _plain(paths: Sequence[Path], schema: pa.Schema) -> str:
    """The files' rows in the columns of `schema`: one that a file lacks is null, one too many is left out."""
    if not paths:
        return _nothing(schema)
    inner = f"{_nothing(schema)} UNION ALL BY NAME SELECT * FROM {read_parquet(paths)}"  # noqa: S608 # our own names
    return f"SELECT {_columns(schema)} FROM ({inner})"  # noqa: S608 # our own names


def keys_in(paths: Sequence[Path], key: Iterable[str]) -> str:
    """The keys of every row in some files, each with the `filename` that holds it."""
    return f"SELECT {', '.join(key)}, filename FROM {read_parquet(paths, named=True)}"  # noqa: S608 # our own names


def stored(paths: Sequence[Path], schema: pa.Schema) -> str:
    """The files' rows as they are stored, every version of them."""
    return _plain(paths, schema)


def merged(
    paths: Sequence[Path], schema: pa.Schema, key: Sequence[str], order: Sequence[str], *, thin_s: int = 0
) -> str:
    """What counts of some files, in an order that makes the merger quick to read.

    `thin_s`: of the samples of an attempt in each such span, counted from midnight, only the first.
    """
    text = _latest_written(paths, schema, key)
    if thin_s:
        slot = f"epoch(seen)::BIGINT // {thin_s}"
        ranked = f"row_number() OVER (PARTITION BY {', '.join(key[:-1])}, {slot} ORDER BY seen)"
        text = f"SELECT * FROM ({text}) QUALIFY {ranked} = 1"  # noqa: S608 # our own names
    return f"SELECT * FROM ({text}) ORDER BY {', '.join(order)}"  # noqa: S608 # our own names


def _latest_written(paths: Sequence[Path], schema: pa.Schema, key: Iterable[str]) -> str:
    """Of each key the row that was written last."""
    ranked = f"row_number() OVER (PARTITION BY {', '.join(key)} ORDER BY written DESC)"
    return f"{_plain(paths, schema)} QUALIFY {ranked} = 1"


def jobs_sql(reading: Reading) -> str:
    inner = _versions(reading.jobs, STORED_JOBS, KEY)
    where = f"moved IS NOT TRUE{_within('ended', reading)}"
    return f"SELECT {_columns(JOBS)} FROM ({inner}) WHERE {where}"  # noqa: S608 # our own names


def samples_sql(reading: Reading) -> str:
    inner = _versions(reading.samples, STORED_SAMPLES, (*KEY, "seen"))
    return f"SELECT {_columns(SAMPLES)} FROM ({inner}) WHERE true{_within('seen', reading)}"  # noqa: S608 # our own names


def _versions(days: Sequence[Sequence[Path]], schema: pa.Schema, key: Iterable[str]) -> str:
    """Days of one file are read together: the lake sees to it that no file has a key twice. A day of several files
    needs its versions sorted out, on its own: no attempt counts in two days.
    """
    whole = [files[0] for files in days if len(files) == 1]
    parts = [_latest_written(files, schema, key) for files in days if len(files) > 1]
    if whole or not parts:
        parts.append(_plain(whole, schema))
    return " UNION ALL ".join(f"({part})" for part in parts)


def _within(column: str, reading: Reading) -> str:
    text = ""
    if reading.since is not None:
        text += f" AND {column} >= TIMESTAMPTZ '{reading.since.isoformat()}'"
    if reading.until is not None:
        text += f" AND {column} < TIMESTAMPTZ '{reading.until.isoformat()}'"
    return text
