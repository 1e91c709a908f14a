"""Many small files become one; what is old is thinned out, then dropped. Safe beside readers, writers, and a kill.

A merger writes one file that holds what counts of some others, and says in its own footer which. From then on
readers pass those over; they are removed after `GRACE`, so that a reader who listed them before can read them to the
end, and no reader is wronged who sees both: rows that stand twice count once. Wherever a program dies, either the merger is there, whole,
with its list, or only a hidden file is left, which is swept up a day later.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from vigie.jobs.lake import folder
from vigie.jobs.lake.engine import DuckEngine, FilesTrouble, merged
from vigie.jobs.lake.folder import Pending
from vigie.jobs.lake.lake import Lake
from vigie.jobs.lake.schema import KEY, STORED_JOBS, STORED_SAMPLES

GRACE = timedelta(minutes=30)  # longer than any question may take
SWEEP = timedelta(days=1)  # longer than any file may take to be written
QUIET = timedelta(hours=1)  # a day of the past is merged once nothing comes any more
MANY, SMALL = 24, 32 * 2**20
DAYS_AT_ONCE = 31
"""Days that one run drops at most: a clock that is wrong for an hour must not cost the history."""

_THINNED = b"vigie.thinned_s"


@dataclass(frozen=True)
class Keep:
    """For how many days what is kept; 0: for ever. Samples older than `whole_days` are thinned to one per `thin_s`."""

    jobs_days: int = 1095
    samples_days: int = 90
    whole_days: int = 14
    thin_s: int = 1800


@dataclass
class Kind:
    """Jobs or samples: where they lie, and in which order they are best read."""

    root: Path
    schema: pa.Schema
    key: tuple[str, ...]
    order: tuple[str, ...]


def kinds(lake: Lake) -> tuple[Kind, Kind]:
    return (
        Kind(lake.jobs, STORED_JOBS, KEY, ("cluster", "ended", "job_id")),
        Kind(lake.samples, STORED_SAMPLES, (*KEY, "seen"), ("cluster", "job_id", "seen")),
    )


def tend(lake: Lake, keep: Keep, now: datetime, *, go_on: Callable[[], bool] = lambda: True) -> int:
    """One round of all that follows, as far as `go_on` lets it. Returns how many files and days were touched.

    Raises LakeTrouble if the disk is full or not ours: nothing is lost, and the next round tries again.
    """
    done = drop_old(lake, keep, now)
    for kind in kinds(lake):
        for day in folder.days(kind.root):
            if not go_on():
                return done
            done += _tend_day(lake, kind, day, keep, now)
    return done + sweep(lake, now)


def _tend_day(lake: Lake, kind: Kind, day: date, keep: Keep, now: datetime) -> int:
    home = folder.day_folder(kind.root, day)
    done = remove_replaced(home, now)
    live = folder.live(home)
    thin_s = _thin_s(kind, day, keep, now)
    if thin_s and live and (len(live) > 1 or _thinned(live[0]) < thin_s):
        return done + merge(lake, kind, live, thin_s=thin_s)
    if chosen := due(live, day, now):
        done += merge(lake, kind, chosen)
    return done


def _thin_s(kind: Kind, day: date, keep: Keep, now: datetime) -> int:
    if "seen" not in kind.key or not keep.thin_s:
        return 0
    return keep.thin_s if day < now.astimezone(UTC).date() - timedelta(days=keep.whole_days) else 0


def due(live: Sequence[Path], day: date, now: datetime) -> list[Path]:
    """Which files of a day should become one now. Today's large ones rest, or each merger would write them again."""
    if day < now.astimezone(UTC).date() and len(live) > 1 and _age(live, now) > QUIET:
        return list(live)
    small = [path for path in live if _size(path) < SMALL]
    return small if len(small) >= MANY else []


def merge(lake: Lake, kind: Kind, files: Sequence[Path], *, thin_s: int = 0) -> int:
    """Write one file that holds what counts of `files`. Returns how many they were.

    One that is damaged is set apart, and the others become one without it.
    """

    def work() -> int:
        there = [path for path in files if path.exists()]
        if not there:
            return 0
        metadata = folder.replacing(there)
        if thin_s:
            metadata[_THINNED] = str(thin_s).encode()
        name = folder.new_name(max(folder.stamp_in(path) for path in there), merged=True)
        with DuckEngine(lake.bounds) as engine, Pending() as pending:
            rows = engine.batches(merged(there, kind.schema, kind.key, kind.order, thin_s=thin_s))
            pending.write(there[0].parent, name, _read(rows), kind.schema.with_metadata(metadata))
            pending.publish()
        return len(there)

    return lake.mending(work)


def _read(rows: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """The rows as they come; what can't be read is no trouble of the file that is written."""
    try:
        yield from rows
    except (OSError, pa.ArrowException) as error:
        raise FilesTrouble(str(error)) from error


def remove_replaced(home: Path, now: datetime) -> int:
    """Remove what was replaced more than GRACE ago, in the order in which it was written."""
    done = 0
    for merger, files in folder.replaced(folder.files(home)).items():
        if files and _age([merger], now) > GRACE:
            for path in files:
                path.unlink(missing_ok=True)
            done += len(files)
    return done


def drop_old(lake: Lake, keep: Keep, now: datetime) -> int:
    """Drop the days that nobody may look at any more, the oldest first, `DAYS_AT_ONCE` at most. Returns how many."""
    done = 0
    for root, span in ((lake.jobs, keep.jobs_days), (lake.samples, keep.samples_days)):
        first = now.astimezone(UTC).date() - timedelta(days=span)
        old = [day for day in folder.days(root) if span and day < first]
        for day in old[:DAYS_AT_ONCE]:
            _drop(folder.day_folder(root, day))
            done += 1
    return done


def _drop(home: Path) -> None:
    try:
        for path in sorted(home.iterdir()):
            path.unlink(missing_ok=True)
        home.rmdir()
    except FileNotFoundError:
        return
    except OSError as error:
        raise folder.trouble(error, home) from error


def sweep(lake: Lake, now: datetime) -> int:
    """Away with what killed programs left, and with looks that another has followed."""
    left = [path for path in folder.hidden_files(lake.root) if _age([path], now) > SWEEP]
    for home in lake.latest.glob("cluster=*"):
        left += [path for path in folder.files(home)[:-1] if _age([path], now) > GRACE]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _thinned(path: Path) -> int:
    return int(folder.metadata(path).get(_THINNED, b"0"))


def _age(files: Sequence[Path], now: datetime) -> timedelta:
    """Of the youngest; a file from the future (the clock was set back) is young."""
    return now - max(_written(files), default=now)


def _written(files: Sequence[Path]) -> Iterator[datetime]:
    for path in files:
        try:
            yield datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except FileNotFoundError:
            continue


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return SMALL
