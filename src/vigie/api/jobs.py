"""Findings, slow jobs, one job, batch systems, exemptions. What users' jobs do is for staff: the scope `jobs`."""

from datetime import date
from typing import Annotated, Any

from ninja import Path, Query, Router, Schema, Status
from pydantic import Field

from vigie.api import asks, shapes
from vigie.api.auth import operation
from vigie.api.moments import Moment
from vigie.api.paging import Limit, Offset, page
from vigie.api.people import Call
from vigie.jobs.findings import actions, records
from vigie.jobs.findings.models import Exemption, Finding
from vigie.jobs.findings.queries import findings as queries
from vigie.jobs.findings.queries import jobs
from vigie.jobs.findings.queries.jobs import JobFilter, JobPage
from vigie.jobs.findings.rules import Basis, ExemptionKind
from vigie.jobs.models import BatchSource
from vigie.people.rules import Scope

router = Router(tags=["Jobs"])
VALUE_LIMIT = 200

FindingId = Annotated[int, Path(ge=1, le=2**63 - 1, description="number of a finding")]
ExemptionId = Annotated[int, Path(ge=1, le=2**63 - 1, description="number of an exemption")]


class SentenceOut(Schema):
    fr: str
    en: str


class FindingOut(Schema):
    """A cause: `where` is what its jobs have in common. `lost_per_day` are core-hours a day at the present rate, null in
    `risk_ratio` or `interval` means beyond any number. `basis`: running jobs, or those of the last day that ended.
    """

    id: int
    cluster: str
    where: dict[str, str]
    jobs: int
    flagged: int
    users: int
    lost_core_hours: float
    lost_per_day: float
    risk_ratio: float | None
    interval: list[float | None]
    sentence: SentenceOut
    basis: str
    course: str = Field(description="new, back, growing, steady, shrinking or gone")
    since: Moment | None
    first_seen: Moment
    last_seen: Moment
    gone_at: Moment | None


class ExplanationOut(Schema):
    """The farm as `vigie jobs explain --json` says it."""

    jobs: int
    flagged: int
    lost_core_hours: float
    findings: list[FindingOut]
    unexplained_core_hours: float


class MeasureOut(Schema):
    at: Moment
    day: date
    basis: str
    jobs: int
    flagged: int
    users: int
    lost_core_hours: float
    lost_per_day: float
    risk_ratio: float | None
    interval: list[float | None]


class ShareOut(Schema):
    """`experiment` is a code, empty for jobs of none."""

    experiment: str
    flagged: int
    users: int
    lost_core_hours: float
    lost_per_day: float


class FindingFullOut(FindingOut):
    history: list[MeasureOut]
    shares: list[ShareOut]


class JobOut(Schema):
    """One attempt. Null means unknown. Names are what users typed: escape them."""

    cluster: str
    job_id: str
    submitted: Moment | None
    started: Moment | None
    ended: Moment | None
    user: str | None
    account: str | None
    group: str | None
    queue: str | None
    qos: str | None
    nodes: list[str]
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
    rack: str | None
    service: str | None
    name_shape: str | None
    efficiency: float | None
    detector: str | None
    detectors: list[str]
    lost_core_hours: float | None
    lost_per_day: float | None
    numbers: dict[str, Any]


class PointOut(Schema):
    seen: Moment
    elapsed_s: int | None
    cpu_s: float | None
    efficiency: float | None


class CurveOut(Schema):
    cores: int | None
    limit_s: int | None
    points: list[PointOut]


class AttemptOut(JobOut):
    curve: CurveOut


class SourceOut(Schema):
    """A batch system that is asked: all that ended before `until` is known; `away_since` null: it answers.

    Of its last answers: `asides`, lines that could not be read; `notes`, what was mended or left out, and how often.
    """

    name: str
    adapter: str
    cluster: str
    until: Moment | None
    sampled_at: Moment | None
    running: int
    waiting: int
    away_since: Moment | None
    problem: str
    asides: int
    notes: dict[str, int]


class ExemptionOut(Schema):
    id: int
    kind: str
    value: str
    cluster: str
    reason: str
    until: Moment
    made_at: Moment
    made_by: str
    ended_at: Moment | None
    ended_by: str


class ExemptIn(asks.Incoming):
    kind: ExemptionKind
    value: str = Field(max_length=VALUE_LIMIT, examples=["anna"])
    reason: str = Field(max_length=asks.WHY_LIMIT, examples=["A test that was agreed."])
    until: Moment
    cluster: str = Field("", max_length=asks.CODE_LIMIT, description="on this one only; a job needs it")


class SlowAsked(Schema):
    """Which jobs; what is not said is any."""

    cluster: str = Field("", max_length=VALUE_LIMIT)
    experiment: str = Field("", max_length=VALUE_LIMIT, description="a code; - for jobs of none")
    user: str = Field("", max_length=VALUE_LIMIT)
    queue: str = Field("", max_length=VALUE_LIMIT)
    node: str = Field("", max_length=VALUE_LIMIT)
    rack: str = Field("", max_length=VALUE_LIMIT)
    words: str = Field("", max_length=VALUE_LIMIT)
    detector: str = Field("", max_length=VALUE_LIMIT)
    order: str = Field("lost", max_length=20)
    since: Moment | None = Field(None, description="jobs that ended from then on, not those that run")
    until: Moment | None = Field(None, description="jobs that ended before then")


def _findings(rows: list[Finding]) -> list[FindingOut]:
    return [FindingOut.model_validate(records.finding_record(row)) for row in rows]


def _exemption(row: Exemption) -> ExemptionOut:
    return ExemptionOut.model_validate(records.exemption_record(row))


def _jobs(found: JobPage) -> shapes.Page[JobOut]:
    items = [JobOut.model_validate(records.job_record(one)) for one in found.rows]
    return shapes.Page[JobOut](items=items, count=found.count)


@router.get("/jobs/explain", summary="What is wrong on the farm", **operation(Scope.JOBS, ExplanationOut))
def explain_jobs(request: Call) -> ExplanationOut:  # noqa: ARG001 # ninja hands every operation the request
    """The running jobs of every cluster, and every finding that is there now, the costliest first."""
    return ExplanationOut.model_validate(records.explanation_record(queries.overview(), queries.present()))


@router.get("/jobs/findings", summary="Findings", **operation(Scope.JOBS, shapes.Page[FindingOut]))
def list_findings(
    request: Call,
    limit: Limit,
    offset: Offset,
    cluster: Annotated[str, Query("", max_length=VALUE_LIMIT)],
    gone_since: Annotated[Moment | None, Query(None, description="those that went since then instead")],
) -> shapes.Page[FindingOut]:
    """Those that are there now, the costliest first; or those that went, the last first."""
    rows = queries.gone(gone_since, cluster) if gone_since else queries.present(cluster)
    return page(request, rows, limit, offset, _findings)


@router.get("/jobs/findings/{finding}", summary="One finding", **operation(Scope.JOBS, FindingFullOut))
def one_finding(request: Call, finding: FindingId) -> FindingFullOut:  # noqa: ARG001 # same
    """With what every look measured of it, and whose jobs it hits."""
    row = queries.finding_by_id(finding)
    return FindingFullOut.model_validate(
        records.finding_record(row)
        | {
            "history": [records.measure_record(one) for one in queries.history(row)],
            "shares": [records.share_record(one) for one in queries.shares(row)],
        }
    )


@router.get(
    "/jobs/findings/{finding}/jobs", summary="Its bad jobs", **operation(Scope.JOBS, shapes.Page[JobOut])
)
def jobs_of_finding(
    request: Call,  # noqa: ARG001 # same
    finding: FindingId,
    limit: Limit,
    offset: Offset,
) -> shapes.Page[JobOut]:
    """The bad jobs behind it, the costliest first."""
    return _jobs(jobs.jobs_of(queries.finding_by_id(finding), limit=limit, offset=offset))


@router.get("/jobs/slow", summary="Bad jobs", **operation(Scope.JOBS, shapes.Page[JobOut]))
def slow_jobs(
    request: Call,  # noqa: ARG001 # same
    asked: Annotated[SlowAsked, Query(...)],
    limit: Limit,
    offset: Offset,
) -> shapes.Page[JobOut]:
    """Those that run, or with `since` or `until` those that ended; the costliest first."""
    names = ("cluster", "experiment", "user", "queue", "node", "rack")
    wanted = JobFilter(
        basis=Basis.FINISHED if asked.since or asked.until else Basis.RUNNING,
        equal={name: value for name in names if (value := getattr(asked, name))},
        words=asked.words,
        detector=asked.detector,
        order=asked.order,
        since=asked.since,
        until=asked.until,
    )
    return _jobs(jobs.slow_jobs(wanted, limit=limit, offset=offset))


@router.get("/jobs/attempts", summary="One job", **operation(Scope.JOBS, list[AttemptOut]))
def attempts_of_job(
    request: Call,  # noqa: ARG001 # same
    cluster: Annotated[str, Query(..., max_length=VALUE_LIMIT)],
    id: Annotated[str, Query(..., max_length=VALUE_LIMIT, description="as its user writes it: 17, 17_4")],  # noqa: A002 # its name outside
) -> list[AttemptOut]:
    """Every attempt of the last three months, the last first, with its CPU time as it was seen."""
    return [
        AttemptOut.model_validate(records.job_record(one) | {"curve": records.curve_record(jobs.curve(one))})
        for one in jobs.job(cluster, id)
    ]


@router.get("/jobs/sources", summary="Batch systems", **operation(Scope.JOBS, list[SourceOut]))
def job_sources(request: Call) -> list[SourceOut]:  # noqa: ARG001 # same
    """Those that are asked, up to when their history is known, and who is away since when."""
    return [SourceOut.from_orm(row) for row in BatchSource.objects.all()]


@router.get(
    "/jobs/exemptions", summary="What is left alone", **operation(Scope.JOBS, shapes.Page[ExemptionOut])
)
def list_exemptions(
    request: Call,
    limit: Limit,
    offset: Offset,
    ended: Annotated[bool, Query(False, description="those that are over instead")],
) -> shapes.Page[ExemptionOut]:
    """In force, the first to end first."""
    rows = queries.exemptions(ended=ended)
    return page(request, rows, limit, offset, lambda found: [_exemption(row) for row in found])


@router.post(
    "/jobs/exemptions", summary="Leave some alone", **operation(Scope.JOBS, ExemptionOut, status=201)
)
def add_exemption(request: Call, body: ExemptIn) -> Status[ExemptionOut]:
    """Support exempts a user, an experiment (code), a queue or a job; said again it has the new reason and end."""
    row = actions.exempt(
        request.auth,
        kind=body.kind,
        value=body.value,
        reason=body.reason,
        until=body.until,
        cluster=body.cluster,
    )
    return Status(201, _exemption(row))


@router.post(
    "/jobs/exemptions/{exemption}/end", summary="End an exemption", **operation(Scope.JOBS, ExemptionOut)
)
def end_exemption(request: Call, exemption: ExemptionId) -> ExemptionOut:
    """Its jobs are judged again, from the next look on."""
    row = queries.exemption_by_id(exemption)
    actions.end_exemption(request.auth, row)
    return _exemption(row)
