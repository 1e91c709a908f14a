"""The lake's folder: names, days, and files that appear whole or not at all.

    jobs/day=2026-11-22/<stamp>-<token>.parquet       attempts that ended on this day (UTC)
    samples/day=2026-11-22/<stamp>-<token>.parquet    what ran when somebody looked
    latest/cluster=farm/<stamp>-<token>.parquet       the last look at each cluster
    aside/                                            what was no file of ours, with the reason

`stamp` is the time of writing in µs since 1970, in hexadecimal, so that names sort as they were written; a name that
ends in `c` is a merger of others (`upkeep`). Whatever has another name is not read. A file is written under a name
that begins with a dot, flushed to the disk, and then renamed: a reader, and a machine that lost its power, sees it
whole or not at all.
"""

import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Self
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP = 122_880  # DuckDB's own: one vector of work for a thread
_NAME = re.compile(r"([0-9a-f]{16})-[0-9a-f]{8}(c?)\.parquet")
_DAY = re.compile(r"day=(\d{4}-\d{2}-\d{2})")
_REPLACES = b"vigie.replaces"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LakeTrouble(Exception):
    """The folder can't be written or read. The text is for an operator: which file, why, what to do."""


@dataclass(frozen=True)
class SetApart:
    """A file that was no good: where it lies now, and why."""

    path: Path
    reason: str


def stamp_of(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment_of(stamp: int) -> datetime:
    return _EPOCH + timedelta(microseconds=stamp)


def new_name(stamp: int, *, merged: bool = False) -> str:
    return f"{stamp:016x}-{secrets.token_hex(4)}{'c' if merged else ''}.parquet"


def stamp_in(path: Path) -> int:
    """The stamp in the name of a file of ours."""
    return int(path.name[:16], 16)


def is_ours(path: Path) -> bool:
    return bool(_NAME.fullmatch(path.name))


def is_merger(path: Path) -> bool:
    return path.name.endswith("c.parquet")


def day_folder(root: Path, day: date) -> Path:
    return root / f"day={day.isoformat()}"


def cluster_folder(root: Path, cluster: str) -> Path:
    """A cluster's own folder: its name may hold what a file's name may not."""
    return root / f"cluster={quote(cluster, safe='').replace('.', '%2E')[:200]}"


def names_in(folder: Path) -> list[str]:
    """What a folder holds; nothing if there is no such folder (any more). Raises LakeTrouble."""
    try:
        return [path.name for path in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise LakeTrouble(
            f"{folder} can't be read: {error.strerror}. Give it to the user that runs Vigie."
        ) from error


def days(root: Path) -> list[date]:
    """The days that there are, in order."""
    names = names_in(root)
    found = [match[1] for name in names if (match := _DAY.fullmatch(name))]
    return sorted(day for text in found if (day := _date(text)))


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def files(folder: Path) -> list[Path]:
    """The files of ours in a folder, as they were written; none if it is not there (any more)."""
    return [folder / name for name in sorted(names_in(folder)) if _NAME.fullmatch(name)]


def live(folder: Path) -> list[Path]:
    """The files of a folder that count: without those that a merger replaces, which will be removed."""
    there = files(folder)
    if len(there) < 2:  # noqa: PLR2004 # one can't replace another
        return there
    gone = {path for paths in replaced(there).values() for path in paths}
    return [path for path in there if path not in gone]


def replaced(there: Sequence[Path]) -> dict[Path, list[Path]]:
    """Of each merger among the files of a folder those that it replaces."""
    found = {}
    for path in there:
        if is_merger(path):
            names = set(json.loads(metadata(path).get(_REPLACES, b"[]")))
            found[path] = [other for other in there if other.name in names]
    return found


def replacing(files: Sequence[Path]) -> dict[bytes, bytes]:
    """What a merger says of itself in its footer."""
    return {_REPLACES: json.dumps([path.name for path in files]).encode()}


def metadata(path: Path) -> dict[bytes, bytes]:
    """What the footer of a file says beside its columns; nothing, if it is gone or broken."""
    try:
        return dict(pq.read_schema(path).metadata or {})
    except (OSError, pa.ArrowException):
        return {}


class Pending:
    """Files written under a hidden name, to appear together: `publish` renames them in the order given.

    Left without `publish`, nothing of them stays.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[Path, Path]] = []
        self._made: set[Path] = set()  # folders with new folders in them

    def write(
        self, folder: Path, name: str, rows: pa.Table | Iterable[pa.RecordBatch], schema: pa.Schema
    ) -> int:
        """Write one file and flush it to the disk. Returns its rows. Raises LakeTrouble; nothing is left then."""
        target, hidden = folder / name, folder / f".{name}.part"
        written = 0
        batches = rows.to_batches() if isinstance(rows, pa.Table) else rows
        try:
            self._make(folder)
            with hidden.open("wb") as out:
                with pq.ParquetWriter(out, schema, compression="zstd") as writer:
                    for batch in batches:
                        part = pa.Table.from_batches([batch]).cast(schema)
                        writer.write_table(part, row_group_size=ROW_GROUP)
                        written += batch.num_rows
                out.flush()
                os.fsync(out.fileno())
        except BaseException as error:
            _drop(hidden)
            if isinstance(error, OSError):
                raise trouble(error, target) from error
            raise
        self._waiting.append((hidden, target))
        return written

    def publish(self) -> list[Path]:
        """Let them appear. Raises LakeTrouble."""
        done: list[Path] = []
        while self._waiting:
            hidden, target = self._waiting[0]
            try:
                hidden.rename(target)
            except OSError as error:
                raise trouble(error, target) from error
            done.append(self._waiting.pop(0)[1])
        for folder in {path.parent for path in done} | self._made:
            flush(folder)
        self._made.clear()
        return done

    def _make(self, folder: Path) -> None:
        """A folder that survives a power cut: its entry in the one above is flushed before anybody is told."""
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            self._made |= set(folder.parents[:3])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_why: object) -> None:
        for hidden, _target in self._waiting:
            _drop(hidden)
        self._waiting.clear()


def _drop(path: Path) -> None:
    """Away with it, if it is there; a disk that can't even do that has been complained of already."""
    with suppress(OSError):
        path.unlink(missing_ok=True)


def flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def trouble(error: OSError, path: Path) -> LakeTrouble:
    """An error of the disk in words that help. Nothing of the lake is lost by it: a file appears whole or not."""
    return LakeTrouble(
        f"{path.parent} can't be written: {error.strerror or error}. Nothing was lost; make room there, or give "
        f"it to the user that runs Vigie, and the same is tried again."
    )


def hidden_files(root: Path) -> Iterator[Path]:
    """What was being written, now or when a program died."""
    return root.glob("*/*/.*.part")


def set_apart(root: Path, path: Path, reason: str) -> SetApart:
    """Move a file that is no good out of the way, with its reason beside it. Raises OSError if it can't be moved."""
    aside = root / "aside"
    aside.mkdir(parents=True, exist_ok=True)
    target = aside / f"{path.parent.parent.name}-{path.parent.name}-{path.name.lstrip('.')}"
    if target.exists():
        target = target.with_name(f"{target.name}-{secrets.token_hex(4)}")
    path.rename(target)
    target.with_name(f"{target.name}.reason.txt").write_text(f"{path}: {reason}\n", "utf-8")
    return SetApart(target, reason)
