"""Writing a folder of pages so that its readers never see half of one, and a failure leaves the old site standing.

All that changed is first written and synchronised into `.vigie/staging` inside the folder (the same disk); only when
everything is there are the files renamed into place, in the order given, and only then are old ones removed. A full
disk or a kill while writing leaves the site as it was. See docs/decisions/005-public-folder-file-by-file.md.
"""

import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

KEPT = ".vigie"  # our own corner of the folder: lock, manifest, staging
MANY = 200  # above this many files one sync of the disk is cheaper than one per file
LOCK_WAIT = 10.0  # seconds that a second builder waits for the first
POLL = 0.05


class Foreign(Exception):
    """The folder holds files that Vigie did not make."""


class Busy(Exception):
    """Another builder holds the folder."""


class PageLike(Protocol):
    @property
    def path(self) -> str: ...
    @property
    def render(self) -> Callable[[], bytes]: ...
    @property
    def depends(self) -> str | None: ...


@dataclass(frozen=True)
class Entry:
    """What the manifest knows of a file."""

    depends: str | None
    digest: str
    size: int


@dataclass(frozen=True)
class Written:
    """What a build did: files in all, written, removed; `digest` names the whole content."""

    digest: str
    files: int
    written: tuple[str, ...]
    removed: tuple[str, ...]


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """One builder at a time, in this process or another; `Busy` after `LOCK_WAIT` seconds. A kill frees it."""
    (folder / KEPT).mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / KEPT / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _wait(handle)
        yield
    finally:
        os.close(handle)


def _wait(handle: int) -> None:
    end = time.monotonic() + LOCK_WAIT
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                raise Busy from None
            time.sleep(POLL)
        else:
            return


def check(folder: Path) -> None:
    """`Foreign` if the folder holds something and never was ours: a wrong path must not cost anybody a file."""
    if folder.is_dir() and not (folder / KEPT).is_dir() and any(folder.iterdir()):
        raise Foreign


def write(folder: Path, pages: Iterable[PageLike]) -> Written:
    """Bring the folder up to date with the pages; the caller holds the lock. Raises OSError, the site then stands."""
    before = _read_manifest(folder)
    staging = folder / KEPT / "staging"
    shutil.rmtree(staging, ignore_errors=True)
    try:
        staging.mkdir()
        now, staged = _stage(folder, staging, pages, before)
        removed = tuple(sorted(set(before) - set(now)))
        if staged or removed or now != before:
            (staging / "manifest.json").write_text(_manifest(now), "utf-8")
            _synchronise(staging, staged)
            _switch(folder, staging, staged, removed)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    whole = hashlib.sha256("\n".join(f"{path} {now[path].digest}" for path in sorted(now)).encode())
    return Written(whole.hexdigest(), len(now), tuple(staged), removed)


def _stage(
    folder: Path, staging: Path, pages: Iterable[PageLike], before: dict[str, Entry]
) -> tuple[dict[str, Entry], list[str]]:
    """Write what differs from the disk into staging; returns the new manifest and the staged paths in order."""
    sizes = _sizes(folder)
    now: dict[str, Entry] = {}
    staged: list[str] = []
    for page in pages:
        old = before.get(page.path)
        whole = old is not None and sizes.get(page.path) == old.size
        if old is not None and whole and page.depends is not None and page.depends == old.depends:
            now[page.path] = old
            continue
        content = page.render()
        made = Entry(page.depends, hashlib.sha256(content).hexdigest(), len(content))
        now[page.path] = made
        if page.depends is None:
            same = sizes.get(page.path) == made.size and (folder / page.path).read_bytes() == content
        else:
            same = old is not None and whole and old.digest == made.digest
        if not same:
            target = staging / page.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            staged.append(page.path)
    return now, staged


def _sizes(folder: Path) -> dict[str, int]:
    """Size of every file of the site on the disk: a file that was lost or cut is written again."""
    found: dict[str, int] = {}
    todo = [""]
    while todo:
        prefix = todo.pop()
        with os.scandir(folder / prefix) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if prefix or entry.name != KEPT:
                        todo.append(f"{prefix}{entry.name}/")
                else:
                    found[f"{prefix}{entry.name}"] = entry.stat(follow_symlinks=False).st_size
    return found


def _synchronise(staging: Path, staged: list[str]) -> None:
    """On the disk before it is seen: after a power cut a renamed file must not be empty."""
    if len(staged) > MANY:
        os.sync()
        return
    for path in (*staged, "manifest.json"):
        handle = os.open(staging / path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _switch(folder: Path, staging: Path, staged: list[str], removed: tuple[str, ...]) -> None:
    for path in staged:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        (staging / path).replace(target)
    for path in removed:
        (folder / path).unlink(missing_ok=True)
    (staging / "manifest.json").replace(folder / KEPT / "manifest.json")


def _manifest(entries: dict[str, Entry]) -> str:
    return json.dumps({path: [entry.depends, entry.digest, entry.size] for path, entry in entries.items()})


def _read_manifest(folder: Path) -> dict[str, Entry]:
    """What the last build left; a lost or spoilt manifest only costs a full build."""
    try:
        rows = json.loads((folder / KEPT / "manifest.json").read_text("utf-8"))
        return {path: Entry(*row) for path, row in rows.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
