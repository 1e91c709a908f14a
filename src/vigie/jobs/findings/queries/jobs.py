"""Reads over jobs: what runs, what ended, which are bad, one of them with its curve. From the lake, with the maps.

Only staff may be shown what these return. Names of jobs and users are what their users typed: escape them.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from django.utils.translation import gettext_lazy as _

from vigie.jobs.detect.detectors import detectors
from vigie.jobs.findings import slow
from vigie.jobs.findings.models import Finding
from vigie.jobs.findings.queries import farm
from vigie.jobs.findings.rules import Basis
from vigie.kernel import clock
from vigie.kernel.errors import BadInput, Missing

SPAN = timedelta(days=1)  # of finished jobs, where nothing else is asked for
KEPT = timedelta(days=90)  # how far back one job is looked for
ORDERS: Mapping[str, str] = {
    "lost": "lost_per_day DESC NULLS LAST",
    "efficiency": "efficiency ASC NULLS LAST",
    "elapsed": "elapsed_s DESC NULLS LAST",
    "cores": "cores DESC NULLS LAST",
    "started": "started DESC NULLS LAST",
    "memory": "memory_used_b DESC NULLS LAST",
}


@dataclass(frozen=True)
class JobFilter:
    """Which jobs. Empty: any. `equal` is {column of `slow.MATCHED`: value}; "-" as experiment means jobs of none.

    `basis` running: those of the last look at each cluster; finished: those that ended in [since, until), the last
    day by default. `slow`: only bad ones; `detector`: only those that this detector flagged. `words` is looked for in
    the job's name, id and user. `finding`: only the bad jobs that the finding is about.
    """

    basis: Basis = Basis.RUNNING
    equal: Mapping[str, str] = field(default_factory=dict)
    words: str = ""
    slow: bool = False
    detector: str = ""
    finding: Finding | None = None
    since: datetime | None = None
    until: datetime | None = None
    order: str = "lost"


@dataclass(frozen=True)
class Job:
    """One attempt. Times aware UTC; seconds, bytes, core-hours; None: unknown. `efficiency` 0…1 (may exceed 1).

    `detectors` is empty where nothing is said against it, or nothing is known. `numbers`: those of the sentence of `detector`.
    """

    cluster: str
    job_id: str
    submitted: datetime | None
    started: datetime | None
    ended: datetime | None
    user: str | None
    account: str | None
    group: str | None
    queue: str | None
    qos: str | None
    nodes: tuple[str, ...]
    cores: int | None
    elapsed_s: int | None
    cpu_s: float | None
    limit_s: int | None
    memory_asked_b: int | None
    memory_used_b: int | None
    state: str | None
    name: str | None
    submitted_from: str | None
    exit_code: int | None
    experiment: str | None
    person: str | None
    language: str | None
    rack: str | None
    node: str | None
    service: str | None
    name_shape: str | None
    efficiency: float | None
    hour: int | None
    detector: str | None = None
    detectors: tuple[str, ...] = ()
    lost_core_hours: float | None = None
    lost_per_day: float | None = None
    numbers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def bad(self) -> bool:
        """It loses core-hours; what is only advised (it asks for too much) does not make a job bad."""
        return bool(self.lost_core_hours)


@dataclass(frozen=True)
class JobPage:
    """A part of a list of jobs, and how many there are in all."""

    rows: list[Job]
    count: int


def jobs(wanted: JobFilter, *, limit: int = 50, offset: int = 0) -> JobPage:
    """Jobs, in the order asked for. `BadInput` for a column or an order that there is not."""
    text, values = _select(wanted)
    with _opened(wanted) as engine:
        count = engine.rows(f"SELECT count(*) AS n FROM ({text})", values)[0]["n"]  # noqa: S608 # our own text
        order = ORDERS[wanted.order]
        part = f"{text} ORDER BY {order}, cluster, job_id, started LIMIT {int(limit)} OFFSET {int(offset)}"
        return JobPage([_job(row) for row in engine.rows(part, values)], count)


def batches(wanted: JobFilter) -> Iterator[pa.RecordBatch]:
    """All of them as Arrow, for an export; columns: `slow.SLOW` without `at`. Nothing is escaped here."""
    text, values = _select(wanted)
    with _opened(wanted) as engine:
        yield from engine.batches(f"{text} ORDER BY cluster, job_id, started", values)


def export_schema() -> pa.Schema:
    """The columns of `batches`, in order."""
    return pa.schema([one for one in slow.SLOW if one.name != "at"])


def slow_jobs(wanted: JobFilter, *, limit: int = 50, offset: int = 0) -> JobPage:
    """Bad jobs, the costliest first."""
    return jobs(replace(wanted, slow=True), limit=limit, offset=offset)


def jobs_of(finding: Finding, *, limit: int = 50, offset: int = 0) -> JobPage:
    """The bad jobs behind a finding: those of its present numbers (running now, or of the day that ended)."""
    return jobs(of_finding(finding), limit=limit, offset=offset)


def of_finding(finding: Finding) -> JobFilter:
    """A filter for the bad jobs behind a finding."""
    if finding.basis == Basis.RUNNING or finding.seen_finished is None:
        return JobFilter(slow=True, finding=finding)
    ends = finding.seen_finished
    return JobFilter(basis=Basis.FINISHED, slow=True, finding=finding, since=ends - SPAN, until=ends)


def has_any(column: str, value: str) -> bool:
    """Whether a job with this value runs, or ended within three months."""
    now, equal = clock.now(), {column: value}
    ended = JobFilter(basis=Basis.FINISHED, equal=equal, since=now - KEPT, until=now + SPAN)
    return any(jobs(wanted, limit=1).count for wanted in (JobFilter(equal=equal), ended))


def job(cluster: str, job_id: str) -> list[Job]:
    """Every attempt of one job that is known, running or ended within three months, the last first; `Missing` if none.

    `cluster` "": of whichever cluster.
    """
    now = clock.now()
    equal = {"job_id": job_id, **({"cluster": cluster} if cluster else {})}
    running = jobs(JobFilter(equal=equal), limit=100).rows
    ended = jobs(
        JobFilter(basis=Basis.FINISHED, equal=equal, since=now - KEPT, until=now + SPAN), limit=100
    ).rows
    known = {(one.submitted, one.started) for one in ended}
    found = [*(one for one in running if (one.submitted, one.started) not in known), *ended]
    if not found:
        raise Missing("job.missing", _nowhere(job_id[:60], cluster[:60]))
    first = datetime.min.replace(tzinfo=now.tzinfo)
    return sorted(found, key=lambda one: one.started or one.submitted or first, reverse=True)


def _nowhere(job_id: str, cluster: str) -> str:
    if not cluster:
        return _("There is no job %(id)s in the last three months.") % {"id": job_id}
    return _("There is no job %(id)s of %(cluster)s in the last three months.") % {
        "id": job_id,
        "cluster": cluster,
    }


@dataclass(frozen=True)
class CurvePoint:
    """A sample: `efficiency` is that of the time since the sample before it (0…1), None for the first."""

    seen: datetime
    elapsed_s: int | None
    cpu_s: float | None
    efficiency: float | None


@dataclass(frozen=True)
class Curve:
    """CPU time of one attempt as it was seen, with its limit and what it could have used (`cores` × elapsed)."""

    points: tuple[CurvePoint, ...]
    cores: int | None
    limit_s: int | None


def curve(one: Job) -> Curve:
    """One attempt's samples in order of time; none where nobody looked while it ran."""
    begin = one.started or one.submitted
    if begin is None:
        return Curve((), one.cores, one.limit_s)
    until = (one.ended or clock.now()) + timedelta(hours=1)
    text = """SELECT seen, elapsed_s, cpu_s FROM samples
        WHERE cluster = $cluster AND job_id = $job AND started IS NOT DISTINCT FROM $started
        ORDER BY seen"""
    with farm.opened(begin, until) as engine:
        rows = engine.rows(text, {"cluster": one.cluster, "job": one.job_id, "started": one.started})
    points = []
    for before, row in zip([None, *rows], rows, strict=False):
        points.append(
            CurvePoint(row["seen"], row["elapsed_s"], row["cpu_s"], _between(before, row, one.cores))
        )
    return Curve(tuple(points), one.cores, one.limit_s)


def _between(before: Mapping[str, Any] | None, row: Mapping[str, Any], cores: int | None) -> float | None:
    if (
        before is None
        or not cores
        or None in (before["cpu_s"], row["cpu_s"], before["elapsed_s"], row["elapsed_s"])
    ):
        return None
    span = (row["elapsed_s"] - before["elapsed_s"]) * cores
    return max(0.0, (row["cpu_s"] - before["cpu_s"]) / span) if span > 0 else None


def _opened(wanted: JobFilter) -> Any:
    since, until = _span(wanted)
    if wanted.basis is Basis.RUNNING:
        names = [slow.RUNNING]
        since = until  # `latest` is not bounded by time; no other file need be opened
    else:
        names = [day.isoformat() for day in farm.days(since, until)]
    cluster = wanted.equal.get("cluster", "") or (wanted.finding.cluster if wanted.finding else "")
    return farm.opened(since, until, bad=slow.read(farm.slow_root(), names, cluster))


def _span(wanted: JobFilter) -> tuple[datetime, datetime]:
    until = wanted.until or clock.now()
    return wanted.since or until - SPAN, until


def _check(wanted: JobFilter) -> None:
    """Raises BadInput for an order or a detector that there isn't."""
    if wanted.order not in ORDERS:
        raise BadInput(
            "jobs.order",
            _("Jobs can’t be ordered by “%(order)s”.") % {"order": wanted.order[:40]},
            hint=_("What can: %(names)s.") % {"names": ", ".join(ORDERS)},
            field="order",
        )
    if wanted.detector and wanted.detector not in (known := [one.name for one in detectors()]):
        raise BadInput(
            "jobs.detector",
            _("There is no detector “%(name)s”.") % {"name": wanted.detector[:40]},
            hint=_("There are: %(names)s.") % {"names": ", ".join(known)},
            field="detector",
        )


def _select(wanted: JobFilter) -> tuple[str, dict[str, Any]]:
    """The text for the jobs asked for, with their verdicts, and its values."""
    _check(wanted)
    source = "prepared_latest" if wanted.basis is Basis.RUNNING else "prepared"
    columns = ", ".join(f'j."{one.name}"' for one in (*slow.SLOW,) if one.name not in slow.VERDICT.names)
    verdict = ", ".join(f"b.{name}" for name in slow.VERDICT.names if name != "at")
    join = "JOIN" if wanted.slow or wanted.detector or wanted.finding else "LEFT JOIN"
    conditions, values = _conditions(wanted)
    text = f"""SELECT {columns}, {verdict} FROM {source} AS j {join} slow AS b
        ON b.cluster = j.cluster AND b.job_id = j.job_id AND b.submitted IS NOT DISTINCT FROM j.submitted
        AND b.started IS NOT DISTINCT FROM j.started
        WHERE {" AND ".join(conditions)}"""  # noqa: S608 # names from our own lists, values by name
    return text, values


def _conditions(wanted: JobFilter) -> tuple[list[str], dict[str, Any]]:
    about = wanted.finding
    own = {"cluster": about.cluster, **about.where} if about is not None else {}
    try:
        text, matched = slow.matching(wanted.equal, "j.")
        of_finding, its = slow.matching(own, "j.", unknown=())
    except KeyError as error:
        raise BadInput(
            "jobs.column",
            _("Jobs can’t be looked for by “%(name)s”.") % {"name": str(error.args[0])[:40]},
            hint=_("What can: %(names)s.") % {"names": ", ".join(slow.MATCHED)},
        ) from None
    conditions, values = [text, of_finding], dict[str, Any](matched | its)
    if wanted.slow or wanted.finding:
        conditions.append("b.lost_core_hours > 0")
    if wanted.words:
        conditions.append(
            "(contains(lower(coalesce(j.name, '')), $words) OR contains(lower(j.job_id), $words)"
            " OR contains(lower(coalesce(j.\"user\", '')), $words))"
        )
        values["words"] = wanted.words.lower()
    if wanted.detector:
        conditions.append("list_contains(b.detectors, $detector)")
        values["detector"] = wanted.detector
    return conditions, values


def _job(row: Mapping[str, Any]) -> Job:
    known = {name: row[name] for name in Job.__dataclass_fields__}
    try:
        numbers = json.loads(row["numbers"] or "{}")
    except ValueError:
        numbers = {}
    return Job(
        **known
        | {
            "nodes": tuple(row["nodes"] or ()),
            "detectors": tuple(row["detectors"] or ()),
            "numbers": numbers,
        }
    )
