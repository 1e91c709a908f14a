"""Where a job was submitted from: some batch systems tell it of running jobs only, and the samples remember."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from vigie.jobs.lake import folder
from vigie.jobs.lake.engine import DuckEngine, stored
from vigie.jobs.lake.lake import Lake
from vigie.jobs.lake.schema import KEY, STORED_SAMPLES

BEFORE = timedelta(hours=1)
"""How long before its end a job is looked for: it was seen in the last look that it lived to."""

_ON = " AND ".join(f"t.{name} IS NOT DISTINCT FROM k.{name}" for name in KEY)
_SEEN = f"""
SELECT t.come, arg_max(k.submitted_from, k.seen) AS submitted_from
FROM ended AS t JOIN ({{samples}}) AS k ON {_ON}
WHERE k.submitted_from IS NOT NULL
GROUP BY t.come
"""  # noqa: S608 # our own names


def with_origin(lake: Lake, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Jobs that ended, of schema JOBS, with `submitted_from` as it was last seen where they don't tell it themselves.

    Cheap for a window of some hours: only the looks of that time are read. Raises LakeTrouble.
    """
    for batch in batches:
        ends = pc.min_max(batch.column("ended")).as_py()
        untold = batch.column("submitted_from").null_count and ends["min"]
        looks = _looks(lake, ends["min"] - BEFORE, ends["max"]) if untold else []
        yield _filled(lake, batch, looks) if looks else batch


def _looks(lake: Lake, since: datetime, until: datetime) -> list[Path]:
    """The files that may hold looks of this time: written in it, or mergers written later."""
    low, high = (
        folder.stamp_of(since),
        folder.stamp_of(until + BEFORE),
    )  # a look is written a while after its moment
    first, last = since.astimezone(UTC).date(), until.astimezone(UTC).date()
    return [
        path
        for day in folder.days(lake.samples)
        if first <= day <= last
        for path in folder.live(folder.day_folder(lake.samples, day))
        if low <= folder.stamp_in(path) and (folder.is_merger(path) or folder.stamp_in(path) <= high)
    ]


def _filled(lake: Lake, batch: pa.RecordBatch, looks: list[Path]) -> pa.RecordBatch:
    ended = pa.Table.from_batches([batch.select(list(KEY))])
    ended = ended.append_column("come", pa.array(np.arange(batch.num_rows)))

    def seen() -> pa.Table:
        there = [path for path in looks if path.exists()]
        with DuckEngine(lake.bounds) as engine:
            engine.register("ended", ended)
            return engine.arrow(_SEEN.format(samples=stored(there, STORED_SAMPLES)))

    found = lake.mending(seen)
    at = pc.index_in(ended["come"], value_set=found["come"].combine_chunks()).combine_chunks()
    origin = found["submitted_from"].combine_chunks().take(at).cast(pa.string())
    place = batch.schema.get_field_index("submitted_from")
    told = pc.coalesce(batch.column(place), origin)
    return batch.set_column(place, batch.schema.field(place), told)
