"""Reads over findings: what is wrong now, how it went, whose it is. All from rows; no job is read for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from vigie.jobs.findings.models import Exemption, Finding, FindingMeasure, FindingShare, Synthesis
from vigie.jobs.findings.rules import Basis, Point, Presence
from vigie.kernel import clock
from vigie.kernel.errors import Missing

YESTERDAY = timedelta(hours=25)  # the end of yesterday is not longer ago, on a day of 25 hours either
STALE = timedelta(hours=2)  # a look at running jobs older than this no longer speaks of now


def present(cluster: str = "") -> QuerySet[Finding]:
    """Findings that are there now, the costliest first (core-hours a day)."""
    rows = Finding.objects.filter(presence=Presence.HERE)
    return rows.filter(cluster=cluster) if cluster else rows


def gone(since: datetime, cluster: str = "") -> QuerySet[Finding]:
    """Findings that went since then, the last first."""
    rows = Finding.objects.filter(presence=Presence.GONE, gone_at__gte=since).order_by("-gone_at")
    return rows.filter(cluster=cluster) if cluster else rows


def finding_by_id(pk: int) -> Finding:
    """One finding, gone ones too; `Missing` if there never was one."""
    found = Finding.objects.filter(pk=pk).first()
    if found is None:
        raise Missing("finding.missing", _("There is no finding %(pk)d.") % {"pk": pk})
    return found


def history(finding: Finding, basis: Basis | None = None) -> QuerySet[FindingMeasure]:
    """What looks measured of it, oldest first; each with its look (`synthesis.at`, `.basis`)."""
    rows = finding.measures.select_related("synthesis").order_by("synthesis__at", "pk")
    return rows.filter(synthesis__basis=basis) if basis else rows


def points(finding: Finding, basis: Basis, *, back: timedelta = timedelta(days=3)) -> list[Point]:
    """Its cost over the last days that a look found it, since it last came; for the rules, core-hours a day."""
    rows = finding.measures.filter(synthesis__basis=basis).order_by("-synthesis__at")
    if finding.back_at:
        rows = rows.filter(synthesis__at__gte=finding.back_at)
    found = [Point(at, cost) for at, cost in rows.values_list("synthesis__at", "lost_per_day")[:100]]
    return [point for point in reversed(found) if found[0].at - point.at <= back]


def shares(finding: Finding) -> QuerySet[FindingShare]:
    """Whose jobs the last look of its basis found behind it: by experiment (null: none), the costliest first."""
    last = finding.shares.filter(synthesis__basis=finding.basis).aggregate(last=Max("synthesis_id"))["last"]
    return finding.shares.filter(synthesis_id=last).select_related("experiment", "synthesis")


def last_looks(cluster: str) -> dict[Basis, datetime | None]:
    """When each basis of a cluster was last looked at: the moment of which that look speaks."""
    rows = Synthesis.objects.filter(cluster=cluster).order_by().values("basis").annotate(last=Max("at"))
    return {Basis(row["basis"]): row["last"] for row in rows}


def latest(basis: Basis) -> list[Synthesis]:
    """The last look of each cluster."""
    newest = Synthesis.objects.filter(basis=basis).order_by().values("cluster").annotate(last=Max("at"))
    wanted = {(row["cluster"], row["last"]) for row in newest}
    rows = Synthesis.objects.filter(basis=basis, at__in={at for _cluster, at in wanted})
    return [row for row in rows.order_by("cluster") if (row.cluster, row.at) in wanted]


@dataclass(frozen=True)
class Overview:
    """The farm in numbers, all clusters together. `explained` is a share from 0 to 1 of the core-hours lost so far.

    `at`: the oldest of the looks it adds up; `stale`: none of them is fresh enough to speak of now.
    """

    basis: Basis
    clusters: tuple[str, ...]
    at: datetime
    stale: bool
    jobs: int
    flagged: int
    users: int
    lost_core_hours: float
    lost_per_day: float
    unjudged: int
    causes: int
    explained: float


def overview(basis: Basis = Basis.RUNNING, cluster: str = "") -> Overview | None:
    """The last look of every cluster (or of one), added up; None where nobody ever looked.

    Clusters whose last look is much older than the newest do not count: their batch system is away.
    """
    rows = [row for row in latest(basis) if not cluster or row.cluster == cluster]
    if not rows:
        return None
    newest = max(row.at for row in rows)
    rows = [row for row in rows if newest - row.at <= STALE]
    lost = sum(row.lost_core_hours for row in rows)
    unexplained = sum(row.unexplained_core_hours for row in rows)
    causes = FindingMeasure.objects.filter(synthesis__in=[row.pk for row in rows]).count()
    return Overview(
        basis=basis,
        clusters=tuple(row.cluster for row in rows),
        at=min(row.at for row in rows),
        stale=basis is Basis.RUNNING and clock.now() - newest > STALE,
        jobs=sum(row.jobs for row in rows),
        flagged=sum(row.flagged for row in rows),
        users=sum(row.users for row in rows),
        lost_core_hours=lost,
        lost_per_day=sum(row.lost_per_day for row in rows),
        unjudged=sum(row.unjudged for row in rows),
        causes=causes,
        explained=max(0.0, 1 - unexplained / lost) if lost > 0 else 0.0,
    )


def clusters() -> list[str]:
    """Every cluster that was ever looked at."""
    return sorted(Synthesis.objects.order_by().values_list("cluster", flat=True).distinct())


def exemptions(*, ended: bool = False) -> QuerySet[Exemption]:
    """Exemptions in force, the first to end first; `ended`: those that are over instead, the last first."""
    now = clock.now()
    in_force = Exemption.objects.filter(ended_at__isnull=True, until__gt=now)
    if not ended:
        return in_force
    return Exemption.objects.exclude(pk__in=in_force.values("pk")).order_by("-until", "-pk")


def exemption_by_id(pk: int) -> Exemption:
    """One exemption, or `Missing`."""
    found = Exemption.objects.filter(pk=pk).first()
    if found is None:
        raise Missing("exemption.missing", _("There is no exemption %(pk)d.") % {"pk": pk})
    return found


@dataclass(frozen=True)
class ExperimentWaste:
    """What an experiment's jobs (None: jobs of none) waste in the last looks, and the findings that they are in."""

    experiment_id: int | None
    running: FindingShare | None
    finished: FindingShare | None
    findings: tuple[Finding, ...]


def waste_by_experiment() -> list[ExperimentWaste]:
    """The last looks of all clusters, by experiment, the costliest first; several clusters of one are added up.

    Looks that no longer speak of what runs, or of yesterday, are left out: a cluster that is away, or was switched off
    for good, must not be reported every morning.
    """
    now = clock.now()
    looks = [row for row in latest(Basis.RUNNING) if now - row.at <= STALE]
    looks += [row for row in latest(Basis.FINISHED) if now - row.at <= YESTERDAY]
    rows = FindingShare.objects.filter(synthesis__in=[row.pk for row in looks]).select_related(
        "synthesis", "finding", "experiment"
    )
    by: dict[int | None, list[FindingShare]] = {}
    for row in rows:
        by.setdefault(row.experiment_id, []).append(row)
    found = [_waste(pk, mine) for pk, mine in by.items()]
    return sorted(found, key=_cost, reverse=True)


def _waste(pk: int | None, rows: Iterable[FindingShare]) -> ExperimentWaste:
    whole: dict[str, FindingShare] = {}
    findings: dict[int, Finding] = {}
    for row in rows:
        if row.finding is not None:
            if row.finding.presence == Presence.HERE:
                findings[row.finding.pk] = row.finding
        elif (sum_ := whole.get(row.synthesis.basis)) is None:
            whole[row.synthesis.basis] = row
        else:
            _add(sum_, row)
    ranked = sorted(findings.values(), key=lambda one: -one.lost_per_day)
    return ExperimentWaste(pk, whole.get(Basis.RUNNING), whole.get(Basis.FINISHED), tuple(ranked))


def _add(to: FindingShare, row: FindingShare) -> None:
    to.flagged, to.users = to.flagged + row.flagged, to.users + row.users
    to.lost_core_hours += row.lost_core_hours
    to.lost_per_day += row.lost_per_day


def _cost(one: ExperimentWaste) -> float:
    return max((row.lost_per_day for row in (one.running, one.finished) if row), default=0.0)
