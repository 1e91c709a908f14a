"""Slurm as the contract wants it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar

import pyarrow as pa

from vigie.batch.slurm import acting, settings
from vigie.batch.slurm.commands import Commands
from vigie.batch.slurm.rest import Rest
from vigie.batch.slurm.rows import batches
from vigie.batch.slurm.windows import in_windows
from vigie.contracts.batch import BatchInfo, JobKey, QueueLimit, Tally
from vigie.contracts.channel import ChannelConfig


class SlurmBatch:
    """See docs/manual/slurm.md."""

    info: ClassVar[BatchInfo] = BatchInfo(
        name="slurm",
        title_en="Slurm",
        title_fr="Slurm",
        can=frozenset({"live-cpu", "memory", "kill", "hold", "requeue", "limits", "reserve"}),
        tried_on="22.05.8",
        settings=settings.ALL,
    )

    def __init__(self, config: ChannelConfig) -> None:
        self._settings = settings.read(config)
        self._commands = Commands(self._settings)
        self._source = Rest(self._settings) if self._settings.rest_url else self._commands

    @property
    def cluster(self) -> str:
        return self._settings.cluster

    def programs(self) -> list[str]:
        """The commands that it runs as it is configured; slurmrestd stands in for those that read."""
        names = ["scancel", "scontrol"]
        names += ["sstat"] if self._settings.live else []
        names += [] if self._settings.rest_url else ["sacct", "squeue"]
        return [self._commands.path(name) for name in sorted(names)]

    def running(self, tally: Tally) -> Iterator[pa.RecordBatch]:
        """By squeue or slurmrestd, joined with sstat."""
        found = self._source.present(tally)
        if self._settings.live:
            running = {number: job for number, job in found if job.state in {"running", "suspended"}}
            self._commands.measure(running, tally)
        yield from batches((job for _, job in found), tally)

    def finished(self, since: datetime, until: datetime, tally: Tally) -> Iterator[pa.RecordBatch]:
        """By sacct or slurmrestd, in bounded windows. Slurm's accounting may hear of an end late: ask again with an overlap."""
        found = in_windows(
            since,
            until,
            partial(self._source.finished, tally=tally),
            longest=self._settings.window,
            slow=self._settings.seconds / 4,
        )
        for attempts in found:
            yield from batches(attempts, tally)

    def kill(self, job: JobKey) -> str:
        return acting.kill(self._commands, job)

    def hold(self, job: JobKey) -> str:
        return acting.hold(self._commands, job)

    def requeue(self, job: JobKey) -> str:
        return acting.requeue(self._commands, job)

    def limits(self) -> Sequence[QueueLimit]:
        return acting.limits(self._commands)

    def reserve(self, name: str, nodes: Sequence[str], start: datetime, length: timedelta) -> str:
        return acting.reserve(self._commands, name, nodes, start, length)
