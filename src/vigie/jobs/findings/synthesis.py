"""A look at the jobs: the lake and the desk's maps → who is flagged → what they have in common → findings.

Of running jobs every few minutes, as often as somebody looked at the cluster; of finished ones once for each day of
the centre. Whatever is judged stands in one file of bad jobs (`slow`) and in the rows that `actions.keep` writes, in
one transaction for each cluster.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pyarrow as pa
from django.conf import settings

from vigie.jobs.detect import flagging
from vigie.jobs.findings import rules, slow
from vigie.jobs.findings.actions import Found, Look, Share, keep
from vigie.jobs.findings.actions import forget_before as forget_rows_before
from vigie.jobs.findings.models import Synthesis
from vigie.jobs.findings.queries import farm
from vigie.jobs.findings.queries.findings import last_looks
from vigie.jobs.findings.rules import Basis
from vigie.jobs.lake import folder
from vigie.jobs.lake.engine import DuckEngine
from vigie.kernel import clock
from vigie.kernel.access import System
from vigie.lib.explain import explain, sentence

ATTRIBUTES = (
    "experiment",
    "user",
    "queue",
    "rack",
    "node",
    "name_shape",
    "submitted_from",
    "service",
    "hour",
)
"""What jobs may have in common; where two say the same of the same jobs, the one named first is preferred."""

# What a bad job that runs loses in a day if it goes on like this: never more than all of its cores.
RATE = "least(k.lost * 86400.0 / greatest(k.elapsed_s, 600), k.cores * 24.0)"


@dataclass(frozen=True)
class Scope:
    """The jobs of one look: `which` is SQL over `verdicts`, `source` the relation that has their names and nodes."""

    basis: Basis
    at: datetime
    slot: datetime
    day: date
    which: str
    source: str
    per_day: str
    file: str


def running_due() -> bool:
    """Whether somebody looked at a cluster since it was last judged: file names and one row each."""
    return bool(_clusters_owed())


def _clusters_owed() -> dict[str, datetime]:
    """{cluster: moment of its last look} of those that are to be judged again."""
    often = timedelta(minutes=settings.OPTIONS["jobs.look_minutes"])
    owed, now = {}, clock.now()
    for path in farm.lake().latest_files():
        cluster = unquote(path.parent.name.removeprefix("cluster="))
        seen = _seen(path, now)
        if seen is None:
            continue
        last = last_looks(cluster).get(Basis.RUNNING)
        if last is None or last > now + rules.SKEW or seen - last >= often:
            owed[cluster] = seen
    return owed


def _seen(path: Path, now: datetime) -> datetime | None:
    """When a cluster was looked at; None: the file went away meanwhile.

    Stamps only grow: after a clock that ran ahead was set back they lie to come for as long as it was wrong, and the
    file system knows better.
    """
    stamped = folder.moment_of(folder.stamp_in(path))
    if stamped <= now + rules.SKEW:
        return stamped
    try:
        return min(datetime.fromtimestamp(path.stat().st_mtime, UTC), now)
    except FileNotFoundError:
        return None


def look_at_running(go_on: Callable[[], bool] = lambda: True) -> int:
    """Judge what runs, on the clusters that were looked at since; returns on how many."""
    owed = _clusters_owed()
    if not owed:
        return 0
    until = max(owed.values()) + timedelta(microseconds=1)
    since = until - timedelta(days=settings.OPTIONS["jobs.peer_days"])
    zone = ZoneInfo(settings.TIME_ZONE)
    done = 0
    with farm.opened(since, until) as engine:
        _flag(engine, now=until, since=until)
        for cluster, seen in owed.items():
            if not go_on():
                break
            scope = Scope(
                basis=Basis.RUNNING,
                at=seen,
                slot=rules.slot(seen),
                day=seen.astimezone(zone).date(),
                which="live",
                source="latest",
                per_day=RATE,
                file=slow.RUNNING,
            )
            _look(engine, cluster, scope)
            done += 1
    return done


def days_due() -> list[date]:
    """The days whose finished jobs are to be judged: past, with jobs in the lake, not judged yet; oldest first."""
    now, zone = clock.now(), ZoneInfo(settings.TIME_ZONE)
    done = Synthesis.objects.filter(basis=Basis.FINISHED, day__gte=now.date() - timedelta(days=30))
    owed = rules.days_owed(now, zone, done.order_by().values_list("day", flat=True).distinct())
    there = set(folder.days(farm.lake().jobs)) if owed else set()
    return [day for day in owed if there & {day, day - timedelta(days=1)}]


def look_at_day(day: date) -> int:
    """Judge what ended on a day of the centre; returns on how many clusters. The same day again corrects it."""
    zone = ZoneInfo(settings.TIME_ZONE)
    begins, ends = rules.local_day(day, zone)
    since = begins - timedelta(days=settings.OPTIONS["jobs.peer_days"])
    with farm.opened(since, ends) as engine:
        _flag(engine, now=ends, since=begins)
        clusters = [
            row["cluster"] for row in engine.rows("SELECT DISTINCT cluster FROM jobs ORDER BY cluster")
        ]
        for cluster in clusters:
            scope = Scope(
                basis=Basis.FINISHED,
                at=ends,
                slot=begins,
                day=day,
                which="ended IS NOT NULL AND due",
                source="jobs",
                per_day="k.lost",
                file=day.isoformat(),
            )
            _look(engine, cluster, scope)
    return len(clusters)


def _flag(engine: DuckEngine, *, now: datetime, since: datetime) -> None:
    flagging.flag(
        engine,
        farm.thresholds(),
        now=now,
        since=since,
        outages=farm.outages(since, now),
        exemptions=farm.exemptions(),
    )


def _look(engine: DuckEngine, cluster: str, scope: Scope) -> Synthesis:
    """One cluster: the file of its bad jobs, then the findings."""
    mine = f"SELECT * FROM verdicts WHERE cluster = $cluster AND {scope.which}"  # noqa: S608 # our own text
    engine.keep("looked", mine, {"cluster": cluster})
    engine.keep("slow_now", _slow_text(scope), {"at": scope.at})
    slow.write(farm.slow_root(), cluster, scope.file, engine.arrow("SELECT * FROM slow_now"))
    found = _found(engine)
    return keep(System(), _summed(engine, cluster, scope, *found))


def _slow_text(scope: Scope) -> str:
    """Every flagged attempt of the look in the shape of `slow.SLOW`; what is only advised lost nothing."""
    own = {"nodes": "s.nodes", "name": "s.name", "exit_code": "s.exit_code"}
    job = ", ".join(
        own.get(one.name, f'k."{one.name}"') for one in slow.SLOW if one.name not in slow.VERDICT.names
    )
    same = " AND ".join(
        f"{{0}}.{name} IS NOT DISTINCT FROM k.{name}"
        for name in ("cluster", "job_id", "submitted", "started")
    )
    return f"""SELECT {job}, f.detector, f.detectors, coalesce(k.lost, 0.0) AS lost_core_hours,
          coalesce({scope.per_day}, 0.0) AS lost_per_day, f.numbers, $at AS at
        FROM looked AS k
        JOIN (
          SELECT cluster, job_id, submitted, started, arg_max(detector, lost_core_hours) AS detector,
            list(detector ORDER BY lost_core_hours DESC) AS detectors,
            CAST(json_merge_patch(
              CAST(arg_max(numbers, lost_core_hours) AS JSON),
              json_object('all', json_group_object(detector, CAST(numbers AS JSON)))
            ) AS VARCHAR) AS numbers
          FROM flags GROUP BY cluster, job_id, submitted, started
        ) AS f ON {same.format("f")}
        JOIN {scope.source} AS s ON {same.format("s")}"""  # noqa: S608 # our own names


def _found(engine: DuckEngine) -> tuple[tuple[Found, ...], float]:
    """What the bad jobs have in common, and the core-hours that nothing explains."""
    columns = ", ".join(f'"{name}"' for name in ATTRIBUTES)
    table: pa.Table = engine.arrow(
        f"SELECT {columns}, started, lost IS NOT NULL AS bad, coalesce(lost, 0.0) AS lost FROM looked WHERE settled"  # noqa: S608 # our own names
    )
    told = explain(table, flag="bad", weight="lost", attributes=ATTRIBUTES, time="started")
    zone = ZoneInfo(settings.TIME_ZONE)
    found = []
    for one in told.findings:
        here = replace(one, since=one.since.astimezone(zone) if one.since else None)
        where = rules.normal(one.where)
        text, values = slow.matching(where, unknown=())
        sums = _sums(engine, text, values)
        found.append(
            Found(
                where=where,
                jobs=one.jobs,
                flagged=one.flagged,
                users=sums["users"],
                lost_core_hours=one.lost,
                lost_per_day=sums["per_day"],
                risk_ratio=_finite(one.risk_ratio),
                low=_finite(one.interval[0]) or 0.0,
                high=_finite(one.interval[1]),
                since=one.since,
                sentence_fr=sentence(here, "fr"),
                sentence_en=sentence(here, "en"),
                shares=_shares(engine, text, values),
            )
        )
    return tuple(found), told.unexplained


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


_BAD = "slow_now WHERE lost_core_hours > 0"
_SUMS = """count(*) AS flagged, count(DISTINCT "user") AS users,
    coalesce(sum(lost_core_hours), 0.0) AS lost, coalesce(sum(lost_per_day), 0.0) AS per_day"""


def _sums(engine: DuckEngine, text: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return engine.rows(f"SELECT {_SUMS} FROM {_BAD} AND {text}", values)[0]  # noqa: S608 # our own text


def _shares(
    engine: DuckEngine, text: str = "true", values: Mapping[str, Any] | None = None
) -> tuple[Share, ...]:
    rows: Iterable[dict[str, Any]] = engine.rows(
        f"SELECT coalesce(experiment, '') AS experiment, {_SUMS} FROM {_BAD} AND {text} GROUP BY 1 ORDER BY 5 DESC, 1",  # noqa: S608 # our own text
        values,
    )
    return tuple(
        Share(row["experiment"], row["flagged"], row["users"], row["lost"], row["per_day"]) for row in rows
    )


def _summed(
    engine: DuckEngine, cluster: str, scope: Scope, found: tuple[Found, ...], unexplained: float
) -> Look:
    [counts] = engine.rows(
        "SELECT count(*) AS jobs, count(CASE WHEN settled AND doubt IS NOT NULL THEN 1 END) AS unjudged FROM looked"
    )
    sums = _sums(engine, "true", {})
    return Look(
        cluster=cluster,
        basis=scope.basis,
        at=scope.at,
        slot=scope.slot,
        day=scope.day,
        jobs=counts["jobs"],
        flagged=sums["flagged"],
        users=sums["users"],
        lost_core_hours=sums["lost"],
        lost_per_day=sums["per_day"],
        unexplained_core_hours=unexplained,
        unjudged=counts["unjudged"],
        found=found,
        shares=_shares(engine),
    )


def forget_before(before: datetime) -> int:
    """Looks older than then go: their files of bad jobs, their measures, findings that were gone by then."""
    return slow.drop_before(farm.slow_root(), before.date()) + forget_rows_before(before)
