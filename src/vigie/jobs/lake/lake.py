"""The history of the farm's jobs: a folder of Parquet by day that many read while one writes.

Writing never changes a file. An attempt told again with other words is a second row, and readers take the one written
last; told again in the same words it is not written at all. If it now ends on another day, a row marked `moved` in
the old day hides the old version there, so that a reader of any days counts it once. New rows appear before old ones
are hidden: a program killed in between leaves one attempt that two days tell, until it is told again, and never none.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from vigie.contracts.batch import JOBS
from vigie.jobs.lake import folder
from vigie.jobs.lake.engine import Bounds, DuckEngine, EngineTrouble, FilesTrouble, Reading
from vigie.jobs.lake.folder import LakeTrouble, Pending, SetApart
from vigie.jobs.lake.known import compare, first_day
from vigie.jobs.lake.rows import by_day, fault, filled, stamped, unreadable
from vigie.jobs.lake.schema import STORED_JOBS, STORED_SAMPLES

T = TypeVar("T")

FLUSH = 400_000
"""Rows that are held in memory before they are written: some 200 MB."""

RUNS = pa.array(["running", "suspended", "ending"])
"""States that a sample keeps: what waits uses nothing yet."""


@dataclass
class Written:
    """What came of it: attempts `new` and `changed`, those known in the same words, and those that have not ended."""

    new: int = 0
    changed: int = 0
    same: int = 0
    not_ended: int = 0


@dataclass
class Lake:
    """The lake in `root`. Making one touches nothing; the folder appears with its first file.

    `apart` says which broken or foreign files this object met, and where they lie now.
    """

    root: Path
    bounds: Bounds = field(default_factory=Bounds)
    apart: list[SetApart] = field(default_factory=list)
    _last: int = 0

    @property
    def jobs(self) -> Path:
        return self.root / "jobs"

    @property
    def samples(self) -> Path:
        return self.root / "samples"

    @property
    def latest(self) -> Path:
        return self.root / "latest"

    def next_stamp(self, now: datetime) -> int:
        """Later than any stamp of the lake, whatever the clock says: what is written last must be seen to be."""
        if not self._last:
            days = (files for root in (self.jobs, self.samples) for files in day_files(root))
            self._last = max((folder.stamp_in(path) for files in days for path in files), default=0)
        self._last = max(folder.stamp_of(now), self._last + 1)
        return self._last

    def write_jobs(
        self, batches: Iterable[pa.RecordBatch], now: datetime, done: Written | None = None
    ) -> Written:
        """Keep the attempts that ended, by the day of their end. Raises LakeTrouble: what was published stays.

        When this returns, what was new is on the disk. Memory is bounded by `FLUSH` rows, however long `batches` is.
        `done` counts on as it goes, for whoever wants to know it also when this raises.
        """
        done = Written() if done is None else done
        held, rows = list[pa.RecordBatch](), 0
        for batch in batches:
            ended = batch.filter(pc.is_valid(batch.column("ended")))
            done.not_ended += batch.num_rows - ended.num_rows
            held.append(ended)
            rows += ended.num_rows
            if rows >= FLUSH:
                self._keep(pa.Table.from_batches(held, JOBS), now, done)
                held, rows = [], 0
        self._keep(pa.Table.from_batches(held, JOBS), now, done)
        return done

    def _keep(self, table: pa.Table, now: datetime, done: Written) -> None:
        if not table.num_rows:
            return

        def known() -> list[Path]:
            near = day_files(self.jobs, first_day(table))
            return [path for files in near for path in files]

        told = self.mending(lambda: compare(table, known(), self.bounds))
        hide, tell = self.next_stamp(now), self.next_stamp(now)  # the new row is the later of the two
        with Pending() as pending:
            for day, rows in by_day(told.rows, "ended"):
                at = folder.day_folder(self.jobs, day)
                pending.write(at, folder.new_name(tell), stamped(rows, tell, moved=False), STORED_JOBS)
            for day, rows in sorted(told.moved.items()):
                at = folder.day_folder(self.jobs, day)
                pending.write(at, folder.new_name(hide), stamped(rows, hide, moved=True), STORED_JOBS)
            pending.publish()
        done.new += told.new
        done.changed += told.changed
        done.same += told.same

    def write_sample(self, cluster: str, batches: Iterable[pa.RecordBatch], seen: datetime) -> int:
        """Keep what runs on `cluster` at the moment `seen`; it is also what `latest` says of it. Returns its rows."""
        parts = [batch.filter(pc.is_in(batch.column("state"), RUNS)) for batch in batches]
        stamp = self.next_stamp(seen)
        table = filled(pa.Table.from_batches(parts, JOBS), "seen", seen)
        table = filled(table, "written", folder.moment_of(stamp))
        day = folder.day_folder(self.samples, seen.astimezone(UTC).date())
        with Pending() as pending:
            if table.num_rows:
                pending.write(day, folder.new_name(stamp), table, STORED_SAMPLES)
            pending.write(
                folder.cluster_folder(self.latest, cluster), folder.new_name(stamp), table, STORED_SAMPLES
            )
            pending.publish()
        return int(table.num_rows)

    def open(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        maps: Mapping[str, pa.Table] | None = None,
        *,
        zone: str = "UTC",
    ) -> DuckEngine:
        """An engine over what ended, or was seen, in [since, until); None: from the first day, to the last.

        The days outside are not opened. Files that are no good are set apart, and `apart` says so. The list of files
        is that of now: what is merged while the engine reads stays in place for a while (`upkeep`).
        """
        return self.mending(
            lambda: DuckEngine.over_files(self.reading(since, until), maps, zone=zone, bounds=self.bounds)
        )

    def reading(self, since: datetime | None = None, until: datetime | None = None) -> Reading:
        """The files of a time."""
        first = since.astimezone(UTC).date() if since else None
        last = (until - timedelta(microseconds=1)).astimezone(UTC).date() if until else None
        return Reading(
            jobs=day_files(self.jobs, first, last),
            samples=day_files(self.samples, first, last),
            latest=self.latest_files(),
            since=since,
            until=until,
        )

    def latest_files(self) -> list[Path]:
        """The last look at each cluster."""
        names = sorted(folder.names_in(self.latest))
        found = (folder.files(self.latest / name) for name in names if name.startswith("cluster="))
        return [files[-1] for files in found if files]

    def mending(self, work: Callable[[], T]) -> T:
        """Do it; if a file can't be read, set apart what is broken (or see what is gone) and do it again.

        Raises LakeTrouble where that doesn't help: no memory, no room to spill.
        """
        try:
            for deep in (False, True):
                try:
                    return work()
                except FilesTrouble:
                    self.inspect(deep=deep)
            return work()
        except EngineTrouble as error:
            raise LakeTrouble(
                f"{self.root} can't be read: {error}. See to the disk, or give its questions more (lake.memory_mb)."
            ) from error

    def inspect(self, *, deep: bool = False) -> list[SetApart]:
        """Look into every file, and set apart what is none of the lake's. Raises LakeTrouble if it can't be moved.

        `deep`: read every page, as for a file that a disk has damaged in the middle.
        """
        found = []
        for root, schema in (
            (self.jobs, STORED_JOBS),
            (self.samples, STORED_SAMPLES),
            (self.latest, STORED_SAMPLES),
        ):
            for path in root.glob("*/[!.]*"):
                reason = fault(path, schema) or (unreadable(path) if deep else "")
                if reason and (apart := self._set_apart(path, reason)):
                    found.append(apart)
        self.apart += found
        return found

    def _set_apart(self, path: Path, reason: str) -> SetApart | None:
        try:
            return folder.set_apart(self.root, path, reason)
        except FileNotFoundError:
            return None  # somebody else was faster
        except OSError as error:
            raise LakeTrouble(f"{path}: {reason}; and it can't be moved away: {error.strerror}") from error


def day_files(root: Path, first: date | None = None, last: date | None = None) -> list[list[Path]]:
    """The files that count of each day in [first, last] that has some."""
    found = (
        folder.live(folder.day_folder(root, day))
        for day in folder.days(root)
        if (first is None or day >= first) and (last is None or day <= last)
    )
    return [files for files in found if files]
