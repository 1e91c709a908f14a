"""What Vigie asks of a batch system: which jobs run, which ended, and (where it can) to act on one.

An adapter translates: it asks the batch system in the system's own words and yields Arrow batches of `JOBS`. Polling,
back-pressure, storage and judgement are the desk's business. It is loaded by the entry point group `vigie.batch`,
knows this package only, and passes `vigie.contracts.conformance.batch`. Readers of files that batch systems leave
behind are loaded by `vigie.jobfiles` and yield the same batches.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar, Literal, Protocol, runtime_checkable

import pyarrow as pa

from vigie.contracts.channel import ChannelConfig, Setting

MOMENT = pa.timestamp("us", tz="UTC")

JOBS = pa.schema(
    [
        pa.field("cluster", pa.string(), nullable=False),
        pa.field(
            "job_id", pa.string(), nullable=False
        ),  # as its users write it: 17, 17_4 (array), 17+1 (het)
        pa.field("submitted", MOMENT),
        pa.field(
            "started", MOMENT
        ),  # with `submitted` the attempt: a requeued job keeps its id and starts anew
        pa.field("ended", MOMENT),  # null: has not ended, or unknown
        pa.field("user", pa.string()),
        pa.field("account", pa.string()),
        pa.field("group", pa.string()),
        pa.field("queue", pa.string()),  # Slurm's partition
        pa.field("qos", pa.string()),
        pa.field("nodes", pa.list_(pa.string())),  # names, one each: n1, n2, not n[1-2]
        pa.field("cores", pa.int32()),  # allocated; asked for while it waits
        pa.field("elapsed_s", pa.int64()),  # wall time so far, without the time it was suspended
        pa.field("cpu_s", pa.float64()),  # user + system time of all its processes so far
        pa.field("limit_s", pa.int64()),  # of the wall time; UNLIMITED_S: there is none
        pa.field("memory_asked_b", pa.int64()),  # of the whole job
        pa.field("memory_used_b", pa.int64()),  # its peak, of the whole job
        pa.field("state", pa.string()),  # one of STATES
        pa.field("name", pa.string()),
        pa.field("submitted_from", pa.string()),  # the host, or the mechanism (a grid door, a portal)
        pa.field("exit_code", pa.int32()),  # 128 + n: ended by signal n, as shells say it
    ]
)
"""One row per attempt. Null means unknown, and nothing but null does: no -1, no empty text, no year 1970."""

UNLIMITED_S = 2**53
"""`limit_s` of a job that may run for ever: larger than any time, exact as a float and in JSON."""

State = Literal[
    "waiting",
    "held",
    "running",
    "suspended",
    "ending",
    "completed",
    "failed",
    "cancelled",
    "timeout",
    "out-of-memory",
    "node-failed",
    "preempted",
    "requeued",
    "unknown",
]
STATES: tuple[State, ...] = (
    "waiting",
    "held",
    "running",
    "suspended",
    "ending",
    "completed",
    "failed",
    "cancelled",
    "timeout",
    "out-of-memory",
    "node-failed",
    "preempted",
    "requeued",
    "unknown",
)
LIVE: frozenset[State] = frozenset({"waiting", "held", "running", "suspended", "ending"})

Ability = Literal["live-cpu", "memory", "kill", "hold", "requeue", "limits", "reserve"]


class BatchFailure(Exception):
    """The batch system did not do it; the text is for an operator: what was asked, and what it answered."""


class Away(BatchFailure):
    """It can't be reached, or not now: later may work."""


class Refusal(BatchFailure):
    """It answered no: asking again can't help (no such job, not permitted, a query that it can't read)."""


class Uncertain(BatchFailure):
    """The answer was lost: it may or may not have been done. Look before asking again."""


@dataclass(frozen=True)
class BatchInfo:
    """An adapter as data: callers ask for an ability, never for a name.

    `live-cpu` and `memory`: running jobs carry `cpu_s` and `memory_used_b`. The others name optional methods.
    `tried_on` says which real versions its authors ran it on; "" if none, and then the manual says so.
    """

    name: str
    title_en: str
    title_fr: str
    can: frozenset[Ability]
    tried_on: str = ""
    settings: tuple[Setting, ...] = ()


@dataclass(frozen=True)
class JobKey:
    """One attempt of one job. An action on it must not touch another attempt that has the same `job_id`."""

    cluster: str
    job_id: str
    submitted: datetime | None
    started: datetime | None


@dataclass(frozen=True)
class Aside:
    """A line that could not be read, kept as it came. `line` counts from 1; 0 where the source has no lines."""

    line: int
    reason: str
    text: str = ""


@dataclass
class Tally:
    """What reading met besides good jobs; the reader fills it as it goes, the caller shows it.

    `aside` holds at most `keep` lines; `asides` counts them all. `notes` counts what was mended or left out by name
    ("a step without its job"), so that nothing is lost in silence. `jobs` counts rows handed out.
    """

    keep: int = 1000
    jobs: int = 0
    asides: int = 0
    aside: list[Aside] = field(default_factory=list)
    notes: dict[str, int] = field(default_factory=dict)

    def put_aside(self, line: int, reason: str, text: str = "") -> None:
        """Count a bad line, and keep it while there is room; a very long text is cut."""
        self.asides += 1
        if len(self.aside) < self.keep:
            self.aside.append(Aside(line, reason, text[:2000]))

    def note(self, what: str, count: int = 1) -> None:
        """Count something that was mended or left out."""
        self.notes[what] = self.notes.get(what, 0) + count


@runtime_checkable
class BatchSystem(Protocol):
    """A batch system. Making one makes no network call and runs no command: what can go wrong goes wrong in a method.

    The constructor takes one `ChannelConfig` and raises BadConfiguration. Every method raises a BatchFailure, and no
    other exception, for what the far end did, within the time its settings allow.
    """

    info: ClassVar[BatchInfo]

    def __init__(self, config: ChannelConfig) -> None: ...

    @property
    def cluster(self) -> str:
        """The name under which its jobs are kept."""

    def running(self, tally: Tally) -> Iterator[pa.RecordBatch]:
        """The jobs that it has now (waiting ones too), of schema JOBS."""

    def finished(self, since: datetime, until: datetime, tally: Tally) -> Iterator[pa.RecordBatch]:
        """The attempts that ended in [since, until), of schema JOBS; each attempt once.

        The caller asks in windows as bounded as it likes; the adapter may cut them further so as never to overload
        the accounting database.
        """


@runtime_checkable
class Starts(Protocol):
    """It starts programs that the configuration names: `vigie check-config` looks whether they are there."""

    def programs(self) -> Sequence[str]:
        """Their paths, or names that PATH is searched for."""


@runtime_checkable
class Kills(Protocol):
    """Ability `kill`."""

    def kill(self, job: JobKey) -> str:
        """Ask for the end of this attempt; returns the system's own words. It may take a while to be gone."""


@runtime_checkable
class Holds(Protocol):
    """Ability `hold`: a waiting job waits until released."""

    def hold(self, job: JobKey) -> str: ...


@runtime_checkable
class Requeues(Protocol):
    """Ability `requeue`: the attempt ends and the job waits again."""

    def requeue(self, job: JobKey) -> str: ...


@dataclass(frozen=True)
class QueueLimit:
    """`limit_s`: the longest elapsed time of its jobs; None: there is none. `default_s`: if the user says nothing."""

    queue: str
    limit_s: int | None
    default_s: int | None = None


@runtime_checkable
class Limits(Protocol):
    """Ability `limits`."""

    def limits(self) -> Sequence[QueueLimit]: ...


@runtime_checkable
class Reserves(Protocol):
    """Ability `reserve`: no job runs on these nodes in this time (a maintenance)."""

    def reserve(self, name: str, nodes: Sequence[str], start: datetime, length: timedelta) -> str:
        """Make or change the reservation `name`; empty `nodes`: all."""


@dataclass(frozen=True)
class JobFileInfo:
    """A format as data. `mappable`: its columns can be named by the caller (CSV, Parquet)."""

    name: str
    title_en: str
    title_fr: str
    mappable: bool = False
    tried_on: str = ""


@runtime_checkable
class JobFile(Protocol):
    """A reader of files with jobs in them. Plain or gzip; nothing needs to fit in memory but one batch."""

    info: ClassVar[JobFileInfo]

    def read(
        self,
        path: Path,
        tally: Tally,
        *,
        cluster: str = "",
        columns: Mapping[str, str] | None = None,
        zone: str = "UTC",
    ) -> Iterator[pa.RecordBatch]:
        """Batches of schema JOBS. `columns` maps a column of JOBS to the file's name for it.

        `zone` is the IANA name of the zone of times that are written without one (the centre's, as a rule); where
        a clock was set back and a time came twice, the first is meant.

        Bad lines go to `tally` and the rest goes on. Raises BatchFailure with what, where and what to do if nothing
        of the file can be read (missing, empty, another format).
        """


@runtime_checkable
class ScansFast(Protocol):
    """A reader that can hand over a whole file at once, for those who judge it straight away and keep nothing.

    The same jobs as `read`, but each attempt once (of two lines of one attempt the last holds, noted in the tally).
    A mappable format adds the other columns of its file under their own names, after those of JOBS: a flag, a weight,
    an attribute. Where such a file names no job, `job_id` is the number of the row.
    """

    def scan(
        self,
        path: Path,
        tally: Tally,
        *,
        cluster: str = "",
        columns: Mapping[str, str] | None = None,
        zone: str = "UTC",
    ) -> pa.Table: ...
