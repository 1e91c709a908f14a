"""What the lake knows already of attempts that are told to it (again)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vigie.contracts.batch import JOBS
from vigie.jobs.lake.engine import Bounds, DuckEngine, keys_in, stored
from vigie.jobs.lake.rows import by_day
from vigie.jobs.lake.schema import KEY, STORED_JOBS

_KEYS = ", ".join(KEY)
_ON = " AND ".join(f"t.{name} IS NOT DISTINCT FROM k.{name}" for name in KEY)
_SAME = " AND ".join(f't."{name}" IS NOT DISTINCT FROM k."{name}"' for name in JOBS.names if name not in KEY)
_COLUMNS = ", ".join(f'"{name}"' for name in JOBS.names)

# Told again by a source that doesn't say where it was submitted from, an attempt keeps what is known of that.
_KEEPING = f"""
SELECT t.* REPLACE (coalesce(t.submitted_from, k.submitted_from) AS submitted_from)
FROM told AS t LEFT JOIN (SELECT {_KEYS}, max(submitted_from) AS submitted_from FROM known GROUP BY ALL) AS k ON {_ON}
"""  # noqa: S608 # our own names

_TOLD = f"SELECT * FROM come QUALIFY row_number() OVER (PARTITION BY {_KEYS} ORDER BY come DESC) = 1"  # noqa: S608 # our own names
# Most files hold none of these attempts: their keys say so, and their other columns are never read.
_WHERE = f"SELECT DISTINCT k.filename FROM ({{files}}) AS k SEMI JOIN told AS t ON {_ON} {{where}}"  # noqa: S608 # same
# Of each day the version that counts. An attempt lies in two days if a program was killed between two renamings.
_KNOWN = f"""
WITH near AS (
  SELECT k.* FROM ({{files}}) AS k SEMI JOIN told AS t ON {_ON}
)
SELECT * FROM (
  SELECT * FROM near
  QUALIFY row_number() OVER (PARTITION BY {_KEYS}, date_trunc('day', ended) ORDER BY written DESC) = 1
) WHERE moved IS NOT TRUE
"""  # noqa: S608 # our own names
_ROWS = f"""
SELECT {_COLUMNS}, t.come IN (SELECT t.come FROM told AS t JOIN known AS k ON {_ON}) AS was
FROM told AS t
WHERE t.come NOT IN (SELECT t.come FROM told AS t JOIN known AS k ON {_ON} AND {_SAME})
"""  # noqa: S608 # our own names
_MOVED = f"""
SELECT k.* FROM told AS t JOIN known AS k ON {_ON}
WHERE date_trunc('day', k.ended) <> date_trunc('day', t.ended)
"""  # noqa: S608 # our own names


@dataclass
class Told:
    """`rows` are to be written: attempts new or changed. `moved`: old versions to hide, by the day they lie in."""

    rows: pa.Table
    new: int
    changed: int = 0
    same: int = 0
    moved: dict[date, pa.Table] = field(default_factory=dict)


def first_day(table: pa.Table) -> date:
    """The earliest day on which an older version of these attempts can lie: none ended before it was submitted.

    One day of mercy for clocks that disagree.
    """
    moments = [pc.min(table.column(name)).as_py() for name in ("submitted", "started", "ended")]
    earliest = min(moment for moment in moments if moment is not None)
    try:
        return earliest.astimezone(UTC).date() - timedelta(days=1)  # type: ignore[no-any-return] # Arrow has no types
    except OverflowError:
        return date.min


def compare(table: pa.Table, files: Sequence[Path], bounds: Bounds) -> Told:
    """Hold `table` (of JOBS, all ended) against the lake's `files`. Raises FilesTrouble.

    Of an attempt that `table` holds twice, the last counts.
    """
    with DuckEngine(bounds) as engine:
        engine.register("come", table.append_column("come", pa.array(np.arange(table.num_rows))))
        engine.keep("told", _TOLD)
        near = _near(engine, files, table) if files else []
        if not near:
            rows = engine.arrow(f"SELECT {_COLUMNS} FROM told").cast(JOBS)  # noqa: S608 # our own names
            return Told(rows, new=rows.num_rows, same=table.num_rows - rows.num_rows)
        engine.keep("known", _KNOWN.format(files=stored(near, STORED_JOBS)))
        engine.keep("told", _KEEPING)
        rows = engine.arrow(_ROWS)
        old = engine.arrow(_MOVED).select(JOBS.names).cast(JOBS)
    changed = pc.sum(rows.column("was")).as_py() or 0
    return Told(
        rows.drop_columns(["was"]).cast(JOBS),
        new=rows.num_rows - changed,
        changed=changed,
        same=table.num_rows - rows.num_rows,
        moved=dict(by_day(old, "ended")),
    )


def _near(engine: DuckEngine, files: Sequence[Path], table: pa.Table) -> list[Path]:
    """The files that hold a version of one of these attempts."""
    rows = engine.rows(_WHERE.format(files=keys_in(files, KEY), where=_pruning(table)))
    return [Path(row["filename"]) for row in rows]


def _pruning(table: pa.Table) -> str:
    """What lets the engine skip whole files by their statistics: most days hold no job that was submitted then."""
    submitted = table.column("submitted")
    if submitted.null_count:
        return ""
    ends = pc.min_max(submitted).as_py()
    return f"WHERE k.submitted BETWEEN '{ends['min'].isoformat()}' AND '{ends['max'].isoformat()}'"
