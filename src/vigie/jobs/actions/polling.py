"""Asking a batch system: what runs now, and what ended since last time, piece by piece without holes.

What is known reaches up to `until`, and that row is changed only after the files are on the disk: a program that dies
in between, or a database that is away, makes the worker ask for the same again, and the lake knows what it knows.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from vigie.contracts.batch import JOBS, BatchFailure, BatchSystem, Refusal, Tally
from vigie.contracts.channel import BadConfiguration
from vigie.jobs import rules
from vigie.jobs.actions.asides import keep_lines, told_notes
from vigie.jobs.adapters import configured, tables
from vigie.jobs.lake import Lake, LakeTrouble, with_origin
from vigie.jobs.models import BatchSource
from vigie.jobs.queries import lake
from vigie.kernel import clock, journal
from vigie.lib.fittext import fit

log = journal.of(__name__)

WAITS = pa.array(["waiting", "held"])
AGAIN = timedelta(minutes=1)  # after a failure, or the interval if that is shorter


class _TooMany(Exception):
    """More jobs ended in the window than should be asked for at once."""


@dataclass
class _Round:
    """One turn with one source: what goes wrong is noted in words, and the rest goes on."""

    row: BatchSource
    table: rules.Asked
    pace: rules.Pace
    lake: Lake
    now: datetime
    problems: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    changes: dict[str, Any] = field(default_factory=dict)

    def hear(self, tally: Tally) -> None:
        """Add what a question met besides good jobs."""
        self.tally.asides += tally.asides
        self.tally.aside += tally.aside
        for words, count in tally.notes.items():
            self.tally.note(words, count)


def poll_due(name: str) -> bool:
    """Whether it is time to ask this batch system."""
    row = BatchSource.objects.filter(name=name).first()
    return row is None or rules.is_due(row.next_at, row.asked_at, clock.now())


def poll(name: str, *, go_on: Callable[[], bool] = lambda: True) -> int:
    """Look once at what runs, and ask for one window of what ended. Returns how many attempts were new.

    The caller sees to it that nobody else does at the same time. A source that is away, or prints what can't be read,
    is no error of ours: the row says so, and since when.
    """
    table = tables()[name]
    row, _new = BatchSource.objects.get_or_create(name=name, defaults={"adapter": table.adapter})
    turn = _Round(row, table, table.pace, lake(), clock.now())
    began, new, caught_up = time.monotonic(), 0, True
    system = _tried(turn, lambda: configured(name))
    if system is not None:
        turn.changes |= {"adapter": table.adapter, "cluster": system.cluster[:200]}
        _tried(turn, lambda: _look(turn, system))
        if go_on():
            done = _tried(turn, lambda: _ask(turn, system))
            new, caught_up = done or (0, True)
    _note(turn, timedelta(seconds=time.monotonic() - began), new, caught_up=caught_up)
    return new


def _tried(turn: _Round, work: Callable[[], Any]) -> Any:
    """Do it; what the far end, the disk, or the adapter did wrong becomes words for an operator."""
    try:
        return work()
    except (BatchFailure, BadConfiguration, LakeTrouble) as error:
        turn.problems.append(str(error))
    except Exception as error:  # an adapter is a stranger's: whatever it raises, the row must say so
        log.exception("batch.adapter_failed", source=turn.row.name)
        turn.problems.append(f"the adapter failed: {type(error).__name__}: {error}")
    return None


def _look(turn: _Round, system: BatchSystem) -> None:
    """What runs now, into the samples."""
    if not rules.wants_look(turn.row.sampled_at, turn.pace, turn.now):
        return
    waiting = 0

    def told() -> Iterator[pa.RecordBatch]:
        nonlocal waiting
        for batch in checked(system.running(turn.tally)):
            waiting += pc.sum(pc.is_in(batch.column("state"), WAITS)).as_py() or 0
            yield batch

    running = turn.lake.write_sample(system.cluster, told(), turn.now)
    turn.changes |= {"sampled_at": turn.now, "running": running, "waiting": waiting}


def _ask(turn: _Round, system: BatchSystem) -> tuple[int, bool]:
    """One window of what ended, into the lake: how many attempts were new, and whether all up to now is known."""
    row, now = turn.row, turn.now
    cursor = row.cursor if row.cursor and row.cursor <= now else rules.begin(row.until, turn.pace, now)
    asked = rules.window(cursor, timedelta(seconds=row.window_s), turn.pace, now)
    smaller = rules.shrunk(asked)
    tally = Tally()
    batches = checked(system.finished(asked.since, asked.until, tally))
    if smaller is not None:
        batches = _bounded(batches, turn.table.window_jobs)
    try:
        done = turn.lake.write_jobs(with_origin(turn.lake, batches), now)
    except _TooMany:
        log.info("batch.window_too_large", source=row.name, since=str(asked.since), until=str(asked.until))
        turn.changes |= {"window_s": int(smaller.total_seconds()) if smaller else 0, "cursor": cursor}
        return 0, False
    except Exception:
        turn.hear(tally)  # what could be read before it failed, and what could not
        raise
    turn.hear(tally)
    known = asked.until if row.until is None or row.until > now else max(row.until, asked.until)
    size = int((asked.until - asked.since).total_seconds())
    grown = min(2 * size, 60 * turn.table.window_minutes)
    room = 4 * tally.jobs < turn.table.window_jobs
    turn.changes |= {"until": known, "cursor": None if asked.last else asked.until}
    if not asked.last:
        turn.changes["window_s"] = grown if room else size
    return done.new, asked.last


def checked(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same, if an adapter keeps to the contract."""
    for batch in batches:
        if not batch.schema.equals(JOBS):
            raise Refusal("The adapter hands over columns that are not those of a job; it needs mending.")
        yield batch


def _bounded(batches: Iterator[pa.RecordBatch], most: int) -> Iterator[pa.RecordBatch]:
    rows = 0
    for batch in batches:
        rows += batch.num_rows
        if rows > most:
            raise _TooMany
        yield batch


def _note(turn: _Round, took: timedelta, new: int, *, caught_up: bool) -> None:
    """Write down how it went, if the row is still as we saw it: who was overtaken has nothing to say."""
    row, now = turn.row, clock.now()
    changes = turn.changes | {"asked_at": now, "took_s": took.total_seconds(), "asides": turn.tally.asides}
    changes["notes"] = told_notes(turn.tally)
    if turn.problems:
        words = fit(" · ".join(dict.fromkeys(turn.problems)))  # a batch system may say any byte
        changes |= {"problem": words[:500], "away_since": row.away_since or turn.now}
        changes.setdefault("cursor", None)  # if what ended was not told: once more from behind what is known
        changes["next_at"] = now + max(took, min(AGAIN, turn.pace.interval))
        if not row.away_since:
            log.warning("batch.away", source=row.name, reason=words[:500])
    else:
        changes |= {"problem": "", "away_since": None}
        changes["next_at"] = now + rules.rest(took, turn.pace, caught_up=caught_up)
        if row.away_since:
            log.info("batch.back", source=row.name, away_since=str(row.away_since))
    seen = BatchSource.objects.filter(pk=row.pk, until=row.until, asked_at=row.asked_at)
    if seen.update(**changes, jobs=row.jobs + new) and turn.tally.aside:
        keep_lines(turn.tally.aside, source=row)
