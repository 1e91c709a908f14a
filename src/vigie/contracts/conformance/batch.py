"""The suite that every batch adapter passes. Inherit `BatchConformance` and answer its questions.

    class TestMine(BatchConformance):
        batch_class = MyBatch
        def config(self) -> ChannelConfig: ...       # a system where jobs run, and some ended in window()
        def window(self) -> Window: ...              # (since, until): at least two attempts ended in it
        def unreachable(self) -> ChannelConfig: ...  # its far end is away
        def hanging(self) -> ChannelConfig: ...      # its far end never answers; give it a short time limit
        def rubbish(self) -> ChannelConfig: ...      # its far end answers something else altogether
        def start_job(self) -> str: ...              # only with the ability `kill`: the id of a job that runs now

It needs no pytest of its own: the methods are plain asserts. `faults` alone checks any batch of jobs.
"""

import re
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pyarrow as pa

from vigie.contracts import batch as contract
from vigie.contracts.batch import (
    JOBS,
    LIVE,
    STATES,
    UNLIMITED_S,
    BatchFailure,
    BatchSystem,
    JobKey,
    Refusal,
    Tally,
)
from vigie.contracts.channel import ChannelConfig

Window = tuple[datetime, datetime]
Row = dict[str, Any]
METHODS: dict[str, Any] = {
    "kill": contract.Kills,
    "hold": contract.Holds,
    "requeue": contract.Requeues,
    "limits": contract.Limits,
    "reserve": contract.Reserves,
}
BEGIN = datetime(1990, 1, 1, tzinfo=UTC)
"""No job is older: an earlier time is somebody's 0 or -1."""


def faults(batch: pa.RecordBatch) -> list[str]:
    """What is wrong with a batch of jobs, in words; empty: nothing that can be seen without its source."""
    if not batch.schema.equals(JOBS):
        return [f"the schema is not JOBS:\n{batch.schema}"]
    return [f"{row['job_id']}: {wrong}" for row in batch.to_pylist() for wrong in _wrong(row)]


def _wrong(row: Row) -> Iterable[str]:
    for name, value in row.items():
        if value in ("", -1, []):
            yield f"{name} is {value!r}; unknown is null"
        elif isinstance(value, datetime) and value < BEGIN:
            yield f"{name} is {value}; unknown is null"
        elif isinstance(value, int | float) and value < 0:
            yield f"{name} is negative: {value}"
    if row["state"] not in STATES:
        yield f"state {row['state']!r} is not one of STATES"
    if row["state"] in {"waiting", "held"} and row["started"]:
        yield "it waits and has started"
    if row["started"] and row["ended"] and row["ended"] < row["started"]:
        yield "it ended before it started"
    if row["limit_s"] and row["limit_s"] > UNLIMITED_S:
        yield "limit_s is longer than UNLIMITED_S"
    if any("[" in node or "," in node for node in row["nodes"] or ()):
        yield f"nodes are one name each, not {row['nodes']}"


class BatchConformance:
    """Inherit, fill in the answers, and let pytest collect the class."""

    batch_class: ClassVar[Any]
    patience: ClassVar[float] = 30
    """Seconds within which a far end that hangs must have become a failure, and a killed job be gone."""

    def config(self) -> ChannelConfig:
        """A configuration of a system that works: at least one job runs, and some have ended in `window()`."""
        raise NotImplementedError

    def window(self) -> Window:
        """A time, already over, in which at least two attempts ended, not both in the same second."""
        raise NotImplementedError

    def unreachable(self) -> ChannelConfig:
        """A configuration whose far end is away."""
        raise NotImplementedError

    def hanging(self) -> ChannelConfig:
        """A configuration whose far end takes the question and never answers."""
        raise NotImplementedError

    def rubbish(self) -> ChannelConfig:
        """A configuration whose far end answers with something that is not about jobs."""
        raise NotImplementedError

    def start_job(self) -> str:
        """Start a job that runs until it is killed; its id, when it runs. Asked only of those that can kill."""
        raise NotImplementedError

    def _running(self) -> list[Row]:
        tally = Tally()
        batches = list(self.batch_class(self.config()).running(tally))
        assert [fault for batch in batches for fault in faults(batch)] == []
        rows = [row for batch in batches for row in batch.to_pylist()]
        assert tally.jobs == len(rows), "the tally counts what is handed out"
        return rows

    def _finished(self, since: datetime, until: datetime) -> list[Row]:
        tally = Tally()
        batches = list(self.batch_class(self.config()).finished(since, until, tally))
        assert [fault for batch in batches for fault in faults(batch)] == []
        rows = [row for batch in batches for row in batch.to_pylist()]
        assert tally.jobs == len(rows), "the tally counts what is handed out"
        return rows

    def test_it_describes_itself(self) -> None:
        info = self.batch_class.info
        assert re.fullmatch(r"[a-z][a-z0-9_-]{0,30}", info.name)
        assert info.title_en
        assert info.title_fr
        names = [setting.name for setting in info.settings]
        assert len(names) == len(set(names))
        assert all(setting.about for setting in info.settings)

    def test_making_it_needs_no_far_end(self) -> None:
        system = self.batch_class(self.unreachable())
        assert isinstance(system, BatchSystem)
        assert system.cluster

    def test_it_can_what_it_says_and_says_what_it_can(self) -> None:
        system = self.batch_class(self.config())
        for ability, protocol in METHODS.items():
            assert isinstance(system, protocol) == (ability in system.info.can), ability

    def test_running_jobs_are_those_that_have_not_ended(self) -> None:
        rows = self._running()
        assert any(row["state"] == "running" for row in rows)
        for row in rows:
            assert row["cluster"] == self.batch_class(self.config()).cluster
            assert row["state"] in LIVE, row
            assert row["ended"] is None, row
        ids = [row["job_id"] for row in rows]
        assert len(ids) == len(set(ids)), "each job once"

    def test_what_is_measured_of_running_jobs_is_there(self) -> None:
        running = [row for row in self._running() if row["state"] == "running"]
        for ability, column in (("live-cpu", "cpu_s"), ("memory", "memory_used_b")):
            if ability in self.batch_class.info.can:
                assert any(row[column] is not None for row in running), column

    def test_finished_attempts_come_once_and_ended_in_the_window(self) -> None:
        since, until = self.window()
        rows = self._finished(since, until)
        attempts = [_attempt(row) for row in rows]
        assert len(attempts) > 1, "two attempts ended in window()"
        assert len(attempts) == len(set(attempts)), "each attempt once"
        for row in rows:
            assert row["cluster"] == self.batch_class(self.config()).cluster
            assert row["state"] not in LIVE, row
            assert since <= row["ended"] < until, row

    def test_adjacent_windows_have_no_holes_and_no_doubles(self) -> None:
        since, until = self.window()
        whole = sorted(map(_attempt, self._finished(since, until)), key=str)
        ends = sorted({ended for *_, ended in whole})
        for cut in (ends[0], ends[-1], ends[-1] + timedelta(microseconds=1)):
            parts = [*self._finished(since, cut), *self._finished(cut, until)]
            assert sorted(map(_attempt, parts), key=str) == whole, f"cut at {cut}"

    def test_a_window_of_no_length_is_empty(self) -> None:
        since, _ = self.window()
        assert self._finished(since, since) == []

    def test_other_zones_mean_the_same_window(self) -> None:
        since, until = self.window()
        elsewhere = datetime.now().astimezone().tzinfo
        assert len(self._finished(since.astimezone(elsewhere), until.astimezone(elsewhere))) == len(
            self._finished(since, until)
        )

    def test_a_far_end_that_is_away_or_hangs_is_a_failure_in_words(self) -> None:
        for config in (self.unreachable(), self.hanging()):
            for act in self._acts(config):
                began = time.monotonic()
                assert str(self._failure(act)), "an operator must be able to read what happened"
                assert time.monotonic() - began < self.patience

    def test_rubbish_is_a_failure_or_put_aside_and_never_a_job(self) -> None:
        for act in self._acts(self.rubbish()):
            try:
                rows, tally = act()
            except BatchFailure:
                continue
            assert rows == 0
            assert tally.asides

    def test_a_kill_touches_only_the_attempt_named(self) -> None:
        if "kill" not in self.batch_class.info.can:
            return
        job_id = self.start_job()
        system = self.batch_class(self.config())
        key = self._key(job_id)
        strangers = [
            JobKey(key.cluster, key.job_id, key.submitted, key.started and key.started - timedelta(hours=1)),
            JobKey(f"not-{key.cluster}", key.job_id, key.submitted, key.started),
        ]
        for other in strangers:
            assert isinstance(self._failure(lambda other=other: system.kill(other)), Refusal)  # type: ignore[misc]
        assert self._key(job_id) == key, "it still runs"
        others = {row["job_id"] for row in self._running() if row["state"] == "running"} - {job_id}
        system.kill(key)
        deadline = time.monotonic() + self.patience
        while any(row["job_id"] == job_id and row["state"] != "ending" for row in self._running()):
            assert time.monotonic() < deadline, "it was killed and still runs"
            time.sleep(0.1)
        assert others <= {row["job_id"] for row in self._running()}, "the others still run"
        assert isinstance(self._failure(lambda: system.kill(key)), Refusal), "it is gone"

    def _key(self, job_id: str) -> JobKey:
        [row] = [row for row in self._running() if row["job_id"] == job_id]
        return JobKey(row["cluster"], row["job_id"], row["submitted"], row["started"])

    def _acts(self, config: ChannelConfig) -> list[Callable[[], tuple[int, Tally]]]:
        """Everything that asks the far end."""
        since, until = self.window()

        def counted(ask: Callable[[BatchSystem, Tally], Iterable[pa.RecordBatch]]) -> tuple[int, Tally]:
            tally = Tally()
            return sum(batch.num_rows for batch in ask(self.batch_class(config), tally)), tally

        acts = [
            lambda: counted(lambda system, tally: system.running(tally)),
            lambda: counted(lambda system, tally: system.finished(since, until, tally)),
        ]
        if "kill" in self.batch_class.info.can:
            cluster = self.batch_class(config).cluster
            acts.append(
                lambda: (1, self.batch_class(config).kill(JobKey(cluster, "1", since, since)) or Tally())
            )
        return acts

    @staticmethod
    def _failure(act: Callable[[], object]) -> BatchFailure:
        try:
            act()
        except BatchFailure as failure:
            return failure
        raise AssertionError("a failure was expected")


def _attempt(row: Row) -> tuple[str, datetime | None, datetime | None, datetime]:
    return row["job_id"], row["submitted"], row["started"], row["ended"]
