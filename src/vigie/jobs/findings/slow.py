"""The bad jobs of each look as a file: what pages, exports and cases read, so that nobody has to judge twice.

    slow/cluster=farm/running.parquet        of the last look at what runs
    slow/cluster=farm/2026-11-21.parquet     of what ended on that day of the centre

One row per bad attempt: the prepared columns of the lake, and the verdict. A file is written beside and renamed.
No Django here.
"""

import re
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from vigie.contracts.batch import JOBS, MOMENT
from vigie.jobs.lake.folder import cluster_folder

KNOWN = pa.schema(
    [
        ("experiment", pa.string()),
        ("person", pa.string()),
        ("language", pa.string()),
        ("rack", pa.string()),
        ("node", pa.string()),
        ("service", pa.string()),
        ("name_shape", pa.string()),
        ("efficiency", pa.float64()),
        ("hour", pa.int64()),
    ]
)
"""What the desk knows about a job beside JOBS (`jobs.lake.prepared`)."""

VERDICT = pa.schema(
    [
        ("detector", pa.string()),  # the one that lost most
        ("detectors", pa.list_(pa.string())),
        ("lost_core_hours", pa.float64()),
        ("lost_per_day", pa.float64()),  # core-hours a day at this rate; of finished jobs what they lost
        ("numbers", pa.string()),  # JSON: those of the sentence of `detector`; `all`: {detector: its own}
        ("at", MOMENT),  # of the look
    ]
)
SLOW = pa.schema([*JOBS, *KNOWN, *VERDICT])
MATCHED = (
    *(
        "cluster",
        "experiment",
        "user",
        "account",
        "group",
        "queue",
        "qos",
        "node",
        "rack",
        "service",
        "name_shape",
    ),
    *("submitted_from", "hour", "state", "language", "job_id", "detector"),
)
"""The columns that can be asked for by value."""
RUNNING = "running"
LEFT_BEHIND_S = 86_400
_AS_KEPT = "trim(replace({}, chr(0), chr(65533)))"  # as `rules.normal` writes the values of a finding
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})\.parquet")


def write(root: Path, cluster: str, name: str, table: pa.Table) -> Path:
    """Put the bad jobs of a look in the place of those of the same name (`RUNNING`, or a day)."""
    folder = cluster_folder(root, cluster)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.parquet"
    beside = folder / f".{secrets.token_hex(8)}"
    try:
        pq.write_table(table.select(SLOW.names).cast(SLOW), beside, compression="zstd")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path


def read(root: Path, names: Iterable[str], cluster: str = "") -> pa.Table:
    """The bad jobs of these looks, of one cluster or of all. A file that is not there, or is broken, has none."""
    folders = [cluster_folder(root, cluster)] if cluster else sorted(root.glob("cluster=*"))
    wanted = list(names)
    found = [_read(folder / f"{name}.parquet") for folder in folders for name in wanted]
    return pa.concat_tables([part for part in found if part is not None] or [SLOW.empty_table()])


def _read(path: Path) -> pa.Table | None:
    try:
        return pq.read_table(path).select(SLOW.names).cast(SLOW)
    except (OSError, KeyError, ValueError, pa.ArrowException):
        return None


def matching(
    where: Mapping[str, str], prefix: str = "", *, unknown: Sequence[str] = ("", "-")
) -> tuple[str, dict[str, str]]:
    """The SQL condition for {column of MATCHED: value}, and its values.

    Values in `unknown` ask for jobs of which it is not known; () where a finding asks: a job may be called “-”, and a
    finding's values have lost the spaces around them. `prefix` is what stands before a column, as “j.”. Raises
    KeyError for another column.
    """
    conditions, values = ["true"], dict[str, str]()
    for column, value in where.items():
        if column not in MATCHED:
            raise KeyError(column)
        named = f'CAST({prefix}"{column}" AS VARCHAR)'
        if value in unknown:
            conditions.append(f"coalesce({named}, '') = ''")
        else:
            name = f"is_{column}" if unknown else f"of_{column}"  # both kinds may stand in one text
            conditions.append(f"{named} = ${name}" if unknown else f"{_AS_KEPT.format(named)} = ${name}")
            values[name] = value
    return " AND ".join(conditions), values


def drop_before(root: Path, day: date) -> int:
    """Files of days before that one go, and what a program that was killed left half written; returns how many."""
    done = 0
    for path in root.glob("cluster=*/.*"):
        with suppress(OSError):  # it was renamed meanwhile
            if time.time() - path.stat().st_mtime > LEFT_BEHIND_S:
                path.unlink()
    for path in root.glob("cluster=*/*.parquet"):
        match = _DAY.fullmatch(path.name)
        if match and match[1] < day.isoformat():
            path.unlink(missing_ok=True)
            done += 1
    return done
