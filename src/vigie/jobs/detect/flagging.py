"""Every detector over every attempt: which are flagged, by what, at which loss; and of how many nothing can be said.

Relations that `flag` leaves in the engine:

    verdicts   the columns of `judged` (see `guards`), `lost` (core-hours; null: not bad) and `exempt`: a row per attempt
    flags      cluster, job_id, submitted, started, detector, lost_core_hours, numbers (JSON): a row per flag
    bad        cluster, job_id, submitted, started, lost_core_hours, detectors (names, joined by commas)

A row of `bad` is an attempt that lost core-hours; the loss is the largest of its detectors, so that it counts once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from vigie.jobs.detect import guards
from vigie.jobs.detect.detector import ATTEMPT, Detector
from vigie.jobs.detect.thresholds import Thresholds

KEY = ", ".join(ATTEMPT)


class Engine(Protocol):
    """What is asked of an engine (`vigie.jobs.lake.engine`): relations by name, SQL in DuckDB's words."""

    def view(self, name: str, sql: str) -> None: ...
    def keep(self, name: str, sql: str) -> None: ...
    def arrow(self, sql: str) -> pa.Table: ...
    def rows(self, sql: str) -> list[dict[str, Any]]: ...


@dataclass(frozen=True)
class Counts:
    """What was found, in numbers.

    `judged` attempts were looked at, `settled` of them ran for long enough that something could be said, `bad` of them lost `lost_core_hours`. Of `unknown` among them nothing can be said of
    their CPU time: `doubts` says why ({reason: attempts}, words in `guards.DOUBTS`). `by_detector` counts flags;
    `exempt` counts attempts spared by an exemption.
    """

    judged: int
    settled: int
    bad: int
    lost_core_hours: float
    unknown: int
    doubts: Mapping[str, int]
    by_detector: Mapping[str, int]
    exempt: int


@dataclass(frozen=True)
class Flags(Counts):
    """The same, and the rows of the relation `flags`."""

    table: pa.Table


@dataclass(frozen=True)
class Step:
    """One relation of the plan; `kept` ones are computed once."""

    name: str
    sql: str
    kept: bool


def flag(
    engine: Engine,
    thresholds: Thresholds | None = None,
    *,
    now: datetime,
    since: datetime | None = None,
    outages: pa.Table | None = None,
    exemptions: pa.Table | None = None,
    carry: Sequence[str] = (),
) -> Flags:
    """Judge the attempts of `prepared` and `prepared_latest` that ended after `since` (None: all) or still run.

    Those that ended before are there as peers. `outages` and `exemptions` have the columns of `guards.OUTAGE` and
    `guards.EXEMPTION`. `carry` names further columns of `prepared` that `verdicts` is to have.
    """
    thresholds = thresholds or Thresholds()
    windows = guards.windows(outages.to_pylist() if outages else [], now=now)
    sampled = _any(engine, "samples")
    steps = plan(
        thresholds,
        guards.relation(latest=_any(engine, "latest"), carry=carry),
        now=now,
        since=since,
        outages=windows,
        exempt=guards.exempt(exemptions.to_pylist() if exemptions else [], now=now),
        silent=silent(engine),
        sampled=sampled,
    )
    for step in [*steps, *told(thresholds, now=now, outages=windows, sampled=sampled)]:
        do(engine, step)
    return _counted(engine)


def do(engine: Engine, step: Step) -> None:
    """Let the engine have one relation of a plan."""
    (engine.keep if step.kept else engine.view)(step.name, step.sql)


def plan(
    thresholds: Thresholds,
    source: str,
    *,
    now: datetime,
    since: datetime | None = None,
    outages: Sequence[guards.Window] = (),
    exempt: str = "false",
    silent: Sequence[str] = (),
    sampled: bool = True,
) -> list[Step]:
    """The relations up to `verdicts`, each over those before it: pure SQL texts that can be said to Spark too."""
    active = [one for one in thresholds.active() if sampled or not one.needs_samples]
    words = {one.name: _words(thresholds, one, now, outages) for one in active}
    base = guards.judged(source, now=now, since=since, outages=outages, silent=silent)
    beside = [
        Step(_beside(one), one.beside.format(**thresholds.plain(one.name)), kept=True)
        for one in active
        if one.beside
    ]
    return [
        Step("judged", base.format(**thresholds.sql(guards.SECTION)), kept=True),
        *beside,
        Step("verdicts", _verdicts(active, words, exempt), kept=False),
    ]


def _words(
    thresholds: Thresholds, one: Detector, now: datetime, outages: Sequence[guards.Window] = ()
) -> dict[str, Any]:
    """What the expressions of a detector may name in braces."""
    fixed: dict[str, Any] = {"now": guards.moment(now), "touched": guards.Touched(outages)}
    return {**thresholds.sql(one.name), **fixed}


def _verdicts(active: Sequence[Detector], words: Mapping[str, Mapping[str, Any]], exempt: str) -> str:
    columns, joins = ["judged.*"], []
    for one in active:
        if one.beside:
            columns += [f"{_beside(one)}.{name}" for name in one.brings]
            same = " AND ".join(
                f"{_beside(one)}.{name} IS NOT DISTINCT FROM judged.{name}" for name in one.on
            )
            joins.append(f"LEFT JOIN {_beside(one)} ON {same}")
    losses = [f"{_loss(one).format(**words[one.name])} AS {column(one)}" for one in active]
    counted = ", ".join(["NULL", "CAST(NULL AS DOUBLE)", *(column(one) for one in active if not one.advice)])
    return (
        f"SELECT *, CASE WHEN NOT exempt THEN greatest({counted}) END AS lost FROM ("  # noqa: S608 # our own names
        f"SELECT *, {', '.join([*losses, f'{exempt} AS exempt'])} FROM ("
        f"SELECT {', '.join(columns)} FROM judged {' '.join(joins)}) AS a) AS b WHERE due"
    )


def _loss(one: Detector) -> str:
    """Core-hours lost if the detector flags the row, else null."""
    said = f"due AND ({one.applies}) AND ({one.measured}) AND ({one.when})"
    if one.advice:
        return f"CASE WHEN {said} THEN 0.0 END"
    return f"CASE WHEN {said} AND ({one.lost}) >= {{min_loss}} THEN {one.lost} END"


def told(
    thresholds: Thresholds, *, now: datetime, outages: Sequence[guards.Window], sampled: bool
) -> list[Step]:
    """The relations over `verdicts` that say who was flagged, by what, and with which numbers."""
    active = [one for one in thresholds.active() if sampled or not one.needs_samples]
    some = " OR ".join(["false", *(f"{column(one)} IS NOT NULL" for one in active)])
    rows = [_rows(one, _words(thresholds, one, now, outages)) for one in active]
    names = [f"CASE WHEN {column(one)} IS NOT NULL THEN '{one.name}' END" for one in active]
    return [
        Step("flagged", f"SELECT * FROM verdicts WHERE {some}", kept=True),  # noqa: S608 # our own names
        Step("flags", " UNION ALL ".join([*rows, _NO_FLAGS]), kept=False),
        Step(
            "bad",
            f"SELECT {KEY}, lost AS lost_core_hours, concat_ws(',', {', '.join(['NULL', *names])}) AS detectors "  # noqa: S608 # same
            f"FROM flagged WHERE lost IS NOT NULL",
            kept=False,
        ),
    ]


def _rows(one: Detector, words: Mapping[str, Any]) -> str:
    numbers = ", ".join(f"'{name}': {number.sql}" for name, number in one.numbers.items())
    return (
        f"SELECT {KEY}, '{one.name}' AS detector, {column(one)} AS lost_core_hours, "  # noqa: S608 # our own names
        f"CAST(to_json({{{{{numbers}}}}}) AS VARCHAR) AS numbers "
        f"FROM flagged WHERE {column(one)} IS NOT NULL AND NOT exempt"
    ).format(**words)


_NO_FLAGS = f"SELECT {KEY}, '' AS detector, 0.0 AS lost_core_hours, '' AS numbers FROM flagged WHERE false"  # noqa: S608 # same


def _beside(one: Detector) -> str:
    return f"beside_{one.name.replace('-', '_')}"


def column(one: Detector) -> str:
    """The column of `verdicts` with what a detector says was lost; null where it flags nothing."""
    return f"lost_{one.name.replace('-', '_')}"


def _any(engine: Engine, relation: str) -> bool:
    return bool(engine.rows(f"SELECT 1 AS one FROM {relation} LIMIT 1"))  # noqa: S608 # our own name


def silent(engine: Engine) -> list[str]:
    """Clusters on which no attempt has a second of CPU: their accounting doesn't measure it."""
    rows = engine.rows(
        "SELECT cluster FROM jobs WHERE elapsed_s >= 1800 AND cpu_s IS NOT NULL GROUP BY cluster "  # noqa: S608 # our own names
        f"HAVING count(*) >= {guards.SILENT} AND max(cpu_s) <= 0"
    )
    return [row["cluster"] for row in rows]


def counted(engine: Engine, thresholds: Thresholds, row: str) -> tuple[Counts, pa.Table]:
    """Of `verdicts`: the counts, and of each bad row its number `row` and what it `lost`.

    Advice may concern most jobs: it is counted in the engine, the few rows that lost something are fetched.
    """
    active = [one for one in thresholds.active() if not one.needs_samples]
    marks = [f"{column(one)} IS NOT NULL AS {column(one)}" for one in active if not one.advice]
    told = engine.arrow(
        f"SELECT {', '.join([row, 'lost', 'CASE WHEN settled THEN doubt END AS doubt', *marks])} "  # noqa: S608 # our own names
        f"FROM verdicts WHERE lost IS NOT NULL OR (doubt IS NOT NULL AND settled)"
    )
    advice = [f"count({column(one)}) AS {column(one)}" for one in active if one.advice]
    wanted = ", ".join(["count(*) AS n", "count_if(settled) AS settled", *advice])
    [sums] = engine.rows(f"SELECT {wanted} FROM verdicts")  # noqa: S608 # same
    sums |= {column(one): pc.sum(told.column(column(one))).as_py() or 0 for one in active if not one.advice}
    doubts = {one["values"]: one["counts"] for one in pc.value_counts(told.column("doubt")).to_pylist()}
    doubts.pop(None, None)
    bad = told.filter(pc.is_valid(told.column("lost")))
    counts = Counts(
        judged=sums["n"],
        settled=sums["settled"],
        bad=bad.num_rows,
        lost_core_hours=pc.sum(bad.column("lost")).as_py() or 0.0,
        unknown=sum(doubts.values()),
        doubts=dict(sorted(doubts.items(), key=lambda pair: -pair[1])),
        by_detector={one.name: sums[column(one)] for one in active if sums[column(one)]},
        exempt=0,
    )
    return counts, bad.select([row, "lost"])


def _counted(engine: Engine) -> Flags:
    doubts = engine.rows(
        "SELECT doubt, count(*) AS n FROM judged WHERE due AND settled GROUP BY doubt ORDER BY n DESC, doubt"
    )
    table = engine.arrow("SELECT * FROM flags")
    names = engine.rows("SELECT detector, count(*) AS n FROM flags GROUP BY detector ORDER BY detector")
    [sums] = engine.rows("SELECT count(*) AS n, coalesce(sum(lost_core_hours), 0.0) AS lost FROM bad")
    [spared] = engine.rows("SELECT count(*) AS n FROM flagged WHERE exempt")
    [seen] = engine.rows("SELECT count(*) AS n, count_if(settled) AS settled FROM judged WHERE due")
    return Flags(
        table=table,
        judged=seen["n"],
        settled=seen["settled"],
        bad=sums["n"],
        lost_core_hours=sums["lost"],
        unknown=sum(row["n"] for row in doubts if row["doubt"]),
        doubts={row["doubt"]: row["n"] for row in doubts if row["doubt"]},
        by_detector={row["detector"]: row["n"] for row in names},
        exempt=spared["n"],
    )
