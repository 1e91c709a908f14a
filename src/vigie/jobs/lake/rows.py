"""Tables on their way into the lake: cut by day, marked with the moment of writing; and files on their way out."""

from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vigie.contracts.batch import MOMENT
from vigie.jobs.lake import folder
from vigie.jobs.lake.schema import KEY, STORED_JOBS


def by_day(table: pa.Table, column: str) -> list[tuple[date, pa.Table]]:
    """The rows of each day (UTC), in order of `column` within the day."""
    if not table.num_rows:
        return []
    table = table.sort_by([(column, "ascending"), ("job_id", "ascending")])
    days = pc.run_end_encode(pc.cast(table.column(column), pa.date32()).combine_chunks())
    found, start = [], 0
    for day, end in zip(days.values.to_pylist(), days.run_ends.to_pylist(), strict=True):
        found.append((day, table.slice(start, end - start)))
        start = end
    return found


def filled(table: pa.Table, column: str, moment: datetime) -> pa.Table:
    """With a column that says the same moment everywhere."""
    return table.append_column(
        pa.field(column, MOMENT, nullable=False), pa.repeat(pa.scalar(moment, MOMENT), table.num_rows)
    )


def stamped(table: pa.Table, stamp: int, *, moved: bool) -> pa.Table:
    """Jobs with the moment of writing, and whether the row hides one."""
    table = filled(table, "written", folder.moment_of(stamp))
    return table.append_column(STORED_JOBS.field("moved"), pa.repeat(pa.scalar(moved), table.num_rows))


def fault(path: Path, schema: pa.Schema) -> str:
    """Why a file is none of the lake's; "" if it is, or is gone."""
    if not folder.is_ours(path):
        return "its name is not one that the lake gives"
    try:
        found = pq.read_schema(path)
    except FileNotFoundError:
        return ""
    except (OSError, pa.ArrowException) as error:
        return f"it can't be read as Parquet: {error}"
    for name in (*KEY, "written"):
        if name not in found.names:
            return f"it has no column {name}"
    for field in found:
        if field.name in schema.names and not _alike(field.type, schema.field(field.name).type):
            return f"its column {field.name} is {field.type}, not {schema.field(field.name).type}"
    return ""


def unreadable(path: Path) -> str:
    """Why the pages of a file whose footer is good can't be read; "" if they can. Reads it whole."""
    try:
        with pq.ParquetFile(path) as file:
            for _batch in file.iter_batches():
                pass
    except FileNotFoundError:
        return ""
    except (OSError, pa.ArrowException) as error:
        return f"it is damaged: {error}"
    return ""


def _alike(found: pa.DataType, wanted: pa.DataType) -> bool:
    """The same to an engine that widens numbers and names the items of a list as it likes."""
    if pa.types.is_list(wanted):
        return bool(pa.types.is_list(found) and found.value_type == wanted.value_type)
    return bool(found == wanted)
