"""Reads for charts: efficiency of experiments over time, nodes, one job beside its peers. Plain numbers, no drawing."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Sum

from vigie.jobs.findings import slow
from vigie.jobs.findings.models import Synthesis
from vigie.jobs.findings.queries import farm
from vigie.jobs.findings.queries.jobs import Job
from vigie.jobs.findings.rules import Basis
from vigie.kernel import clock

MOST_SERIES = 8
BINS = 20
LEAST_ELAPSED_S = 600  # shorter jobs say nothing about efficiency
MOST_PEERS = 20_000


@dataclass(frozen=True)
class DayValue:
    """A day of the centre: CPU time over core time (0…1; None: nothing known), and the core-hours that ended on it."""

    day: date
    efficiency: float | None
    core_hours: float


@dataclass(frozen=True)
class EfficiencySeries:
    """An experiment's days, oldest first, every day there; `experiment` is its code, "" for jobs of none."""

    experiment: str
    days: tuple[DayValue, ...]
    core_hours: float


def efficiency_by_experiment(days: int = 30, *, cluster: str = "") -> list[EfficiencySeries]:
    """The experiments that used most core-hours in the last days, the largest first; at most eight."""
    until = clock.now()
    wanted = farm.days(until - timedelta(days=days), until)
    text = """SELECT coalesce(experiment, '') AS experiment,
          CAST(ended AT TIME ZONE $zone AS DATE) AS day,
          CAST(sum(CASE WHEN cpu_s IS NOT NULL THEN elapsed_s * cores END) AS DOUBLE) AS known,
          sum(least(cpu_s, CAST(elapsed_s * cores AS DOUBLE))) AS cpu,
          CAST(coalesce(sum(elapsed_s * cores), 0) AS DOUBLE) / 3600.0 AS core_hours
        FROM prepared WHERE $cluster = '' OR cluster = $cluster
        GROUP BY ALL"""
    with farm.opened(until - timedelta(days=days), until) as engine:
        rows = engine.rows(text, {"zone": settings.TIME_ZONE, "cluster": cluster})
    by: dict[str, dict[date, DayValue]] = {}
    for row in rows:
        share = row["cpu"] / row["known"] if row["known"] and row["cpu"] is not None else None
        by.setdefault(row["experiment"], {})[row["day"]] = DayValue(row["day"], share, row["core_hours"])
    found = [
        EfficiencySeries(
            code,
            tuple(values.get(day) or DayValue(day, None, 0.0) for day in wanted),
            sum(one.core_hours for one in values.values()),
        )
        for code, values in by.items()
    ]
    return sorted(found, key=lambda one: (-one.core_hours, one.experiment))[:MOST_SERIES]


@dataclass(frozen=True)
class LostDay:
    """Core-hours that jobs which ended on a day lost: in all, and the part that no finding explains."""

    day: date
    lost_core_hours: float
    unexplained_core_hours: float


def lost_by_day(days: int = 30, *, cluster: str = "") -> list[LostDay]:
    """The last days that were judged, oldest first, all clusters together. From rows; no job is read for it."""
    rows = Synthesis.objects.filter(basis=Basis.FINISHED, day__gte=clock.now().date() - timedelta(days=days))
    rows = rows.filter(cluster=cluster) if cluster else rows
    sums = rows.order_by("day").values("day")
    found = sums.annotate(lost=Sum("lost_core_hours"), unexplained=Sum("unexplained_core_hours"))
    return [LostDay(row["day"], row["lost"], row["unexplained"]) for row in found]


@dataclass(frozen=True)
class NodeHeat:
    """A node now: its running jobs, bad ones, their cores there, CPU over core time (0…1), core-hours lost a day."""

    cluster: str
    node: str
    rack: str
    jobs: int
    flagged: int
    cores: float
    efficiency: float | None
    lost_per_day: float


def node_heat(cluster: str = "") -> list[NodeHeat]:
    """Every node that runs something, by rack and name. A job on several nodes counts on each, its cores in parts."""
    text = """SELECT n.cluster, n.node, coalesce(m.rack, '') AS rack, count(*) AS jobs,
          count(CASE WHEN n.lost > 0 THEN 1 END) AS flagged, coalesce(sum(n.cores), 0.0) AS cores,
          sum(n.cpu_s) / nullif(sum(CASE WHEN n.cpu_s IS NOT NULL THEN n.elapsed_s * n.cores END), 0) AS efficiency,
          coalesce(sum(n.lost), 0.0) AS lost
        FROM (
          SELECT j.cluster, unnest(j.nodes) AS node, j.elapsed_s,
            j.cores / CAST(len(j.nodes) AS DOUBLE) AS cores, j.cpu_s / len(j.nodes) AS cpu_s,
            b.lost_per_day / len(j.nodes) AS lost
          FROM prepared_latest AS j LEFT JOIN slow AS b
            ON b.cluster = j.cluster AND b.job_id = j.job_id AND b.started IS NOT DISTINCT FROM j.started
          WHERE len(j.nodes) > 0 AND ($cluster = '' OR j.cluster = $cluster)
        ) AS n LEFT JOIN node_map AS m ON m.cluster = n.cluster AND m.node = n.node
        GROUP BY ALL ORDER BY n.cluster, rack, n.node"""
    now = clock.now()
    with farm.opened(now, now, bad=slow.read(farm.slow_root(), [slow.RUNNING], cluster)) as engine:
        rows = engine.rows(text, {"cluster": cluster})
    return [
        NodeHeat(
            row["cluster"],
            row["node"],
            row["rack"],
            row["jobs"],
            row["flagged"],
            row["cores"],
            row["efficiency"],
            row["lost"],
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Peers:
    """How efficient jobs like this one are: `counts` per bin of equal width from 0 to 1 (the last holds more than 1).

    `own` is this job's, None if unknown; `median` of the peers, None if there are none.
    """

    experiment: str
    name_shape: str
    counts: tuple[int, ...]
    jobs: int
    median: float | None
    own: float | None


def peers(one: Job, *, days: int = 30) -> Peers:
    """Finished jobs of the same cluster, experiment and shape of name, of ten minutes at least, over the last days."""
    now = clock.now()
    text = """SELECT efficiency FROM prepared WHERE cluster = $cluster
          AND experiment IS NOT DISTINCT FROM $experiment AND name_shape IS NOT DISTINCT FROM $shape
          AND efficiency IS NOT NULL AND elapsed_s >= $least ORDER BY ended DESC LIMIT $most"""
    values = {
        "cluster": one.cluster,
        "experiment": one.experiment,
        "shape": one.name_shape,
        "least": LEAST_ELAPSED_S,
        "most": MOST_PEERS,
    }
    with farm.opened(now - timedelta(days=days), now) as engine:
        found = sorted(row["efficiency"] for row in engine.rows(text, values))
    counts = [0] * BINS
    for value in found:
        counts[min(BINS - 1, max(0, int(value * BINS)))] += 1
    middle = found[len(found) // 2] if found else None
    return Peers(
        one.experiment or "", one.name_shape or "", tuple(counts), len(found), middle, one.efficiency
    )
