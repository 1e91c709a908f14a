"""A batch system of one's own, as the contract wants it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from vigie.batch.command import printed, settings
from vigie.batch.programs import TooSlow, ask
from vigie.contracts.batch import (
    LIVE,
    MOMENT,
    Ability,
    Away,
    BatchInfo,
    JobKey,
    Refusal,
    Tally,
    Uncertain,
)
from vigie.contracts.channel import ChannelConfig

_SECOND = timedelta(seconds=1)
_ACTS: tuple[Ability, ...] = ("kill", "hold", "requeue")


class CommandBatch:
    """See docs/manual/batch-command.md.

    What one system can depends on which commands it has: `info.can` of an instance says so, and only those methods are
    there.
    """

    info: ClassVar[BatchInfo] = BatchInfo(
        name="command",
        title_en="Commands of your own",
        title_fr="Vos propres commandes",
        can=frozenset(),
        settings=settings.ALL,
    )
    kill: Callable[[JobKey], str]
    hold: Callable[[JobKey], str]
    requeue: Callable[[JobKey], str]

    def __init__(self, config: ChannelConfig) -> None:
        self._settings = settings.read(config)
        can: set[Ability] = set()
        for column, ability in (("cpu_s", "live-cpu"), ("memory_used_b", "memory")):
            if column in self._settings.columns:
                can.add(ability)  # type: ignore[arg-type]  # both are abilities
        for act in _ACTS:
            if act in self._settings.acts:
                can.add(act)
                setattr(self, act, self._doer(act))
        self.info = replace(type(self).info, can=frozenset(can))  # type: ignore[misc]  # of this system, not of all

    @property
    def cluster(self) -> str:
        return self._settings.cluster

    def programs(self) -> list[str]:
        """What its commands begin with."""
        mine = self._settings
        return sorted({command[0] for command in (mine.running, mine.finished, *mine.acts.values())})

    def running(self, tally: Tally) -> Iterator[pa.RecordBatch]:
        """What the command `running` prints, without what has ended; a job without a state runs.

        Where no elapsed time is printed, that of a job that runs is the time since its start.
        """
        for batch in self._asked(self._settings.running, tally):
            states = pc.fill_null(batch["state"], "running")
            place = batch.schema.get_field_index("state")
            live = pc.and_(pc.is_in(states, value_set=pa.array(sorted(LIVE))), pc.is_null(batch["ended"]))
            found = _with_elapsed(batch.set_column(place, batch.schema.field(place), states))
            yield _kept(found, live, "jobs among the running that have ended: left out", tally)

    def finished(self, since: datetime, until: datetime, tally: Tally) -> Iterator[pa.RecordBatch]:
        """What the command `finished` prints for these times, rounded to whole seconds, and only what ended in them."""
        if since >= until:
            return
        low, high = since.replace(microsecond=0), until.replace(microsecond=0)
        times = {
            "since": self._settings.moment(low),
            "until": self._settings.moment(high if high == until else high + _SECOND),
        }
        for batch in self._asked(settings.filled(self._settings.finished, times), tally):
            states = batch["state"]
            over = pc.or_(pc.is_null(states), pc.invert(pc.is_in(states, value_set=pa.array(sorted(LIVE)))))
            inside = pc.and_(
                pc.greater_equal(batch["ended"], pa.scalar(since, MOMENT)),
                pc.less(batch["ended"], pa.scalar(until, MOMENT)),
            )
            filled = pc.fill_null(states, "unknown")
            place = batch.schema.get_field_index("state")
            found = batch.set_column(place, batch.schema.field(place), filled)
            mask = pc.fill_null(pc.and_(over, inside), fill_value=False)
            yield _kept(found, mask, "jobs that did not end in the time asked for: left out", tally)

    def _asked(self, command: Any, tally: Tally) -> Iterator[pa.RecordBatch]:
        answer = ask(command, seconds=self._settings.seconds)
        self._check(command[0], answer.code, answer.words())
        yield from printed.jobs(answer.out, self._settings, command[0], tally)

    def _check(self, name: str, code: int, words: str) -> None:
        if code in self._settings.away_codes or code < 0:
            raise Away(f"{name}: not now (exit code {code}): {words}")
        if code:
            raise Refusal(f"{name}: exit code {code}: {words}")

    def _doer(self, act: str) -> Callable[[JobKey], str]:
        def do(job: JobKey) -> str:
            user = self._still(job)
            command = settings.filled_for(self._settings.acts[act], job, user, self._settings)
            try:
                answer = ask(command, seconds=self._settings.seconds)
            except TooSlow as error:
                raise Uncertain(f"{act} {job.job_id}: {error}") from error
            self._check(command[0], answer.code, answer.words())
            return answer.words() or f"{command[0]}: done"

        return do

    def _still(self, job: JobKey) -> str:
        """The user of the job. Raises Refusal unless the very attempt is still there."""
        if job.cluster != self.cluster:
            raise Refusal(f"{job.job_id} is of {job.cluster}; this is {self.cluster}.")
        rows = [
            row for batch in self.running(Tally()) for row in batch.to_pylist() if row["job_id"] == job.job_id
        ]
        if len(rows) != 1:
            raise Refusal(f"{job.job_id} has ended, or never was.")
        for what, meant in (("submitted", job.submitted), ("started", job.started)):
            if rows[0][what] != meant:
                raise Refusal(
                    f"{job.job_id} is another attempt by now: {what} {rows[0][what]}; meant was {meant}."
                )
        return str(rows[0]["user"] or "")


def _with_elapsed(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Without it no detector could judge what runs. Suspended time is unknown here, so a suspended job gets none."""
    place = batch.schema.get_field_index("elapsed_s")
    since = pc.subtract(pa.scalar(datetime.now(UTC), MOMENT), batch["started"])
    took = pc.divide(since.cast(pa.int64()), 1_000_000)
    runs = pc.and_(pc.equal(batch["state"], "running"), pc.greater_equal(took, 0))
    elapsed = pc.coalesce(batch["elapsed_s"], pc.if_else(runs, took, None))
    return batch.set_column(place, batch.schema.field(place), elapsed)


def _kept(batch: pa.RecordBatch, mask: Any, why: str, tally: Tally) -> pa.RecordBatch:
    kept = batch.filter(mask)
    if lost := len(batch) - len(kept):
        tally.note(why, lost)
        tally.jobs -= lost
    return kept
