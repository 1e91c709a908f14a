"""Each detector against a plain reference, and each guard: right, or unknown, never a false alarm."""

import json
import math
import random
import statistics
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlglot
from sqlglot.errors import UnsupportedError

from vigie.contracts.batch import JOBS, UNLIMITED_S
from vigie.jobs import detect
from vigie.jobs.detect import flagging, guards, manual, thresholds
from vigie.jobs.detect.detector import Unit
from vigie.jobs.lake.engine import DuckEngine
from vigie.jobs.lake.schema import SAMPLES

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = 3600
GIB = 2**30


def job(job_id: str, **changes: Any) -> dict[str, Any]:
    """A good job of ten hours on eight cores; times move with `elapsed_s` and `age`."""
    age = changes.pop("age", 20)
    row: dict[str, Any] = dict.fromkeys(JOBS.names)
    row |= {
        "cluster": "farm",
        "job_id": job_id,
        "user": "anna",
        "account": "atlas",
        "queue": "long",
        "cores": 8,
    }
    row |= {"elapsed_s": 10 * HOUR, "state": "completed", "name": f"sim_{job_id}", **changes}
    started = NOW - timedelta(hours=age)
    row.setdefault("started", started)
    row["started"] = changes.get("started", started)
    row["submitted"] = changes.get("submitted", started)
    if "ended" not in changes and row["state"] != "running":
        row["ended"] = row["started"] and row["started"] + timedelta(seconds=max(row["elapsed_s"] or 0, 0))
    if "cpu_s" not in changes:
        row["cpu_s"] = 0.95 * (row["elapsed_s"] or 0) * (row["cores"] or 0)
    return row


def engine(rows: list[dict[str, Any]], samples: list[dict[str, Any]] | None = None) -> DuckEngine:
    made = DuckEngine.over_batches(pa.Table.from_pylist(rows, schema=JOBS).to_batches())
    if samples:
        table = pa.Table.from_pylist(samples, schema=SAMPLES)
        made.register("sampled", table)
        made.view("samples", "SELECT * FROM sampled")
        made.view("latest", "SELECT * FROM sampled QUALIFY seen = max(seen) OVER (PARTITION BY cluster)")
    return made


def flagged(rows: list[dict[str, Any]], **how: Any) -> dict[str, set[str]]:
    """{job: detectors}."""
    samples = how.pop("samples", None)
    found: dict[str, set[str]] = {}
    with engine(rows, samples) as one:
        for row in detect.flag(one, how.pop("thresholds", None), now=NOW, **how).table.to_pylist():
            found.setdefault(row["job_id"], set()).add(row["detector"])
    return found


def own(name: str) -> dict[str, float]:
    known = detect.Thresholds()
    return {key: one.value for key, one in {**known.of("guards"), **known.of(name)}.items()}


# --- a reference in plain Python, row by row


def known(row: Mapping[str, Any]) -> bool:
    good = row["elapsed_s"] and row["elapsed_s"] > 0 and row["cores"] and row["cores"] > 0
    return bool(
        good and row["cpu_s"] is not None and 0 <= row["cpu_s"] <= 1.1 * row["elapsed_s"] * row["cores"] + 300
    )


def settled(row: Mapping[str, Any]) -> bool:
    return row["state"] not in {"waiting", "held"} and (row["elapsed_s"] or 0) >= 1800


def logit(row: Mapping[str, Any]) -> float:
    share = min(max(row["cpu_s"] / (row["elapsed_s"] * row["cores"]), 0.005), 0.995)
    return math.log(share / (1 - share))


def ref_low(row: Mapping[str, Any], _rows: Any) -> float | None:
    limit = own("low-efficiency")["efficiency"]
    low = settled(row) and known(row) and row["cpu_s"] < limit * max(row["elapsed_s"] - 600, 0) * row["cores"]
    return (row["elapsed_s"] * row["cores"] - row["cpu_s"]) / HOUR if low else None


def ref_unused(row: Mapping[str, Any], _rows: Any) -> float | None:
    if not (settled(row) and known(row)):
        return None
    k = max(math.ceil(row["cpu_s"] / row["elapsed_s"] - 0.1), 1)
    some = row["cores"] >= 2 and k <= 0.5 * row["cores"] and row["cpu_s"] >= 0.7 * k * row["elapsed_s"]
    return (row["cores"] - k) * row["elapsed_s"] / HOUR if some else None


def ref_over(row: Mapping[str, Any], _rows: Any) -> float | None:
    over = settled(row) and row["cores"] and row["limit_s"] and row["elapsed_s"] > row["limit_s"] + 600
    return (row["elapsed_s"] - row["limit_s"]) * row["cores"] / HOUR if over else None


def ref_memory(row: Mapping[str, Any], _rows: Any) -> float | None:
    asked, used = row["memory_asked_b"] or 0, row["memory_used_b"] or 0
    if not (settled(row) and asked > 0 and used > 0 and row["cores"] and row["state"] != "running"):
        return None
    if used > 0.35 * asked or asked <= 4 * GIB * row["cores"]:
        return None
    return (asked / (4 * GIB) - max(used / (4 * GIB), row["cores"])) * row["elapsed_s"] / HOUR


def shape(row: Mapping[str, Any]) -> str:
    return "".join(
        "#" if sign == "0" else sign for sign in "".join("0" if s.isdigit() else s for s in row["name"])
    )


def ref_peers(row: Mapping[str, Any], rows: list[dict[str, Any]]) -> float | None:
    if not (settled(row) and known(row)):
        return None
    peers = [one for one in rows if settled(one) and known(one) and shape(one) == shape(row)]
    if len(peers) < 12:
        return None
    xs = [logit(one) for one in peers]
    middle = statistics.median(xs)
    mad = statistics.median(abs(x - middle) for x in xs)
    usual = statistics.median(one["cpu_s"] / (one["elapsed_s"] * one["cores"]) for one in peers)
    efficiency = row["cpu_s"] / (row["elapsed_s"] * row["cores"])
    below = logit(row) < middle - 3.5 * max(1.4826 * mad, 0.5) and efficiency <= 0.6 * usual
    return (usual * row["elapsed_s"] * row["cores"] - row["cpu_s"]) / HOUR if below else None


REFERENCE = {
    "low-efficiency": ref_low,
    "unused-cores": ref_unused,
    "over-limit": ref_over,
    "asks-memory": ref_memory,
    "below-peers": ref_peers,
}


def mixed() -> list[dict[str, Any]]:
    """Jobs by hand around every edge; names of one digit, so that the reference may do without hashes."""
    rows = [job(f"{n}", name=f"sim_{n % 10}", cpu_s=8 * 10 * HOUR * (0.93 + n % 5 / 100)) for n in range(20)]
    rows += [
        job(f"io{n}", name=f"io_{n % 10}", cores=1, cpu_s=10 * HOUR * (0.1 + n % 7 / 40)) for n in range(20)
    ]
    for n, share in enumerate(
        (0.0, 0.01, 0.11, 0.13, 0.19, 0.2, 0.25, 0.39, 0.4, 0.49, 0.5, 0.6, 1.0, 1.05, 1.2)
    ):
        rows.append(job(f"e{n}", name="sim_1", cpu_s=8 * 10 * HOUR * share))
    for n, elapsed in enumerate((60, 1799, 1800, 1801, HOUR, 24 * HOUR)):
        rows.append(job(f"s{n}", name="x", elapsed_s=elapsed, cpu_s=10.0))
        rows.append(job(f"o{n}", name="x", elapsed_s=elapsed, limit_s=HOUR, age=30))
    for n, (asked, used) in enumerate(
        ((8, 1), (64, 3), (64, 22), (64, 23), (33, 1), (None, 1), (64, None), (64, 0))
    ):
        rows.append(
            job(f"m{n}", name="y", memory_asked_b=asked and asked * GIB, memory_used_b=used and used * GIB)
        )
    return rows


@pytest.fixture(scope="module")
def over_mixed() -> Iterator[tuple[detect.Flags, DuckEngine]]:
    with engine(mixed()) as one:
        yield detect.flag(one, now=NOW), one


@pytest.mark.parametrize("name", REFERENCE)
def test_a_detector_says_what_plain_python_says(
    name: str, over_mixed: tuple[detect.Flags, DuckEngine]
) -> None:
    rows = mixed()
    expected = {row["job_id"]: REFERENCE[name](row, rows) for row in rows}
    expected = {key: lost for key, lost in expected.items() if lost is not None and lost >= 0.5}
    assert expected
    table = over_mixed[0].table.to_pylist()
    found = {row["job_id"]: row["lost_core_hours"] for row in table if row["detector"] == name}
    assert found == pytest.approx(expected)


def test_the_loss_of_an_attempt_counts_once_the_largest(over_mixed: tuple[detect.Flags, DuckEngine]) -> None:
    found, one = over_mixed
    bad = {row["job_id"]: row for row in one.rows("SELECT * FROM bad")}
    lost = one.rows("SELECT sum(lost) AS lost, count(lost) AS n FROM verdicts")
    rows = sorted((row for row in found.table.to_pylist()), key=lambda row: row["job_id"])
    for job_id, flags in groupby(rows, key=lambda row: row["job_id"]):
        seen = list(flags)
        if any(row["detector"] != "asks-time" for row in seen):
            assert bad[job_id]["lost_core_hours"] == max(row["lost_core_hours"] for row in seen)
            assert set(bad[job_id]["detectors"].split(",")) == {row["detector"] for row in seen}
    assert found.bad == len(bad) == lost[0]["n"]
    assert found.lost_core_hours == pytest.approx(lost[0]["lost"])


# --- peers


def test_what_is_bound_by_io_by_nature_is_left_alone_and_a_fall_from_95_to_40_is_not() -> None:
    good = [job(f"g{n}", name=f"reco_{n}", cores=1, cpu_s=36_000 * (0.93 + n % 5 / 100)) for n in range(15)]
    nature = [job(f"i{n}", name=f"skim_{n}", cores=1, cpu_s=36_000 * (0.21 + n % 9 / 100)) for n in range(15)]
    fallen = job("fallen", name="reco_99", cores=1, cpu_s=36_000 * 0.4)
    assert flagged([*good, *nature, fallen]) == {"fallen": {"below-peers"}}


def test_one_user_is_not_measured_by_another_where_there_are_jobs_enough() -> None:
    others = [job(f"g{n}", name="run", user=f"u{n}", cores=1) for n in range(20)]
    nature = [
        job(f"i{n}", name="run", user="io", cores=1, cpu_s=36_000 * (0.3 + n % 5 / 100)) for n in range(15)
    ]
    stray = job("stray", name="run", user="new", cores=1, cpu_s=36_000 * 0.3)
    assert flagged([*others, *nature, stray]) == {"stray": {"below-peers"}}


def test_names_that_are_numbers_say_nothing() -> None:
    others = [job(f"g{n}", name=str(n), user="ben", cores=1) for n in range(20)]
    assert flagged([*others, job("low", name="7", user="ida", cores=1, cpu_s=36_000 * 0.3)]) == {}


def test_a_day_on_which_all_goes_wrong_is_not_its_own_measure() -> None:
    past = [job(f"p{n}", name="reco", cores=1, age=100, cpu_s=36_000 * 0.95) for n in range(20)]
    today = [job(f"t{n}", name="reco", cores=1, cpu_s=36_000 * 0.4) for n in range(20)]
    since = NOW - timedelta(days=1)
    assert set(flagged([*past, *today], since=since)) == {row["job_id"] for row in today}
    assert flagged(today, since=since) == {}


def test_few_peers_say_nothing() -> None:
    rows = [job(f"p{n}", name="reco", cores=1) for n in range(10)]
    assert flagged([*rows, job("low", name="reco", cores=1, cpu_s=36_000 * 0.3)]) == {}


# --- no progress, from samples


def samples(*points: tuple[float, float], state: str = "running", **changes: Any) -> list[dict[str, Any]]:
    """What was seen of a job that started 30 hours ago: (hours of elapsed time, hours of CPU)."""
    started = NOW - timedelta(hours=30)
    return [
        job("7", started=started, state="running", cores=1)
        | {"elapsed_s": int(elapsed * HOUR), "cpu_s": cpu * HOUR, "seen": started + timedelta(hours=elapsed)}
        | ({"state": state} if elapsed == points[-1][0] else {})
        | changes
        for elapsed, cpu in points
    ]


WORKED = ((1, 0.9), (12, 11.5), (23.5, 22.5))


def progress(points: list[dict[str, Any]], **how: Any) -> set[str]:
    return flagged([], samples=points, **how).get("7", set())


def test_a_job_that_worked_for_a_day_and_hangs_now_is_seen() -> None:
    assert progress(samples(*WORKED, (24, 23), (30, 23.1))) == {"no-progress"}  # 6 minutes in 6 hours
    assert progress(samples(*WORKED, (24, 23), (30, 23.6))) == set()  # 36 minutes
    assert progress(samples(*WORKED, (29.4, 28), (30, 28.01))) == {"no-progress"}  # 36 seconds in 36 minutes
    assert progress(samples(*WORKED, (29.4, 28), (30, 28.05))) == set()


def ref_no_progress(points: list[dict[str, Any]]) -> float | None:
    """The rules as GridPP and DIRAC publish them, over the samples of one job in order of time; what it lost."""
    mine, newest = own("no-progress"), points[-1]
    if newest["state"] != "running" or (newest["elapsed_s"] or 0) < mine["min_age"]:
        return None
    known = [one for one in points if one["cpu_s"] is not None and one["elapsed_s"] is not None]
    if not known or (NOW - known[-1]["seen"]).total_seconds() > mine["stale"]:
        return None
    last = known[-1]

    def before(window: float) -> dict[str, Any] | None:
        old = [one for one in known if last["elapsed_s"] - one["elapsed_s"] >= window]
        return old[-1] if old else None

    long, short = before(mine["long_window"]), before(mine["short_window"])
    hangs = long is not None and last["cpu_s"] - long["cpu_s"] < mine["long_cpu"]
    if short is not None and short["elapsed_s"] >= mine["staging"]:
        span = last["elapsed_s"] - short["elapsed_s"]
        hangs = hangs or last["cpu_s"] - short["cpu_s"] < mine["short_share"] * span
    lost = (last["elapsed_s"] * last["cores"] - last["cpu_s"]) / HOUR
    return lost if hangs and lost >= mine["min_loss"] else None


def seen_of(chance: random.Random, name: str) -> list[dict[str, Any]]:
    """What was seen of a job that works, idles and is suspended by turns, now and then not measured at all."""
    elapsed = cpu = 0.0
    seen = started = NOW - timedelta(seconds=chance.choice((HOUR, 8 * HOUR, 30 * HOUR)))
    cores, points, speed = chance.choice((1, 4)), list[dict[str, Any]](), 1.0
    while True:
        step = chance.choice((60, 300, 900, 1800, 2 * HOUR))
        if (seen := seen + timedelta(seconds=step)) > NOW:
            break
        if chance.random() < 0.2:
            speed = chance.choice((0.0, 0.01, 0.049, 0.051, 0.5, 1.0))
        state = "suspended" if chance.random() < 0.1 else "running"
        elapsed += 0 if state == "suspended" else step
        cpu += 0 if state == "suspended" else step * speed
        known = chance.random() < 0.9
        row = job("7", cluster=name, started=started, state=state, cores=cores, elapsed_s=int(elapsed))
        points.append(row | {"ended": None, "cpu_s": cpu if known else None, "seen": seen})
    return points


def test_no_progress_says_what_plain_python_says_of_hundreds_of_histories() -> None:
    chance = random.Random(7)  # noqa: S311 # histories, not secrets
    histories = {f"c{n}": points for n in range(400) if (points := seen_of(chance, f"c{n}"))}
    expected = {name: lost for name, points in histories.items() if (lost := ref_no_progress(points))}
    assert 40 < len(expected) < len(histories) - 40
    with engine([], [row for points in histories.values() for row in points]) as one:
        table = detect.flag(one, now=NOW).table.to_pylist()
    found = {row["cluster"]: row["lost_core_hours"] for row in table if row["detector"] == "no-progress"}
    assert found == pytest.approx(expected)


def test_what_samples_cannot_tell_is_not_told() -> None:
    stuck = (*WORKED, (24, 23), (30, 23.1))
    assert progress(samples(*stuck, state="suspended")) == set()
    assert progress(samples(*stuck, state="ending")) == set()
    assert progress(samples(*stuck, (28.5, 23.1), cpu_s=None)) == set()
    assert "no-progress" not in progress(samples((0.05, 0), (0.6, 0)))  # it may be staging
    assert progress(samples(*stuck)[:-1]) == set()  # nobody has looked for six hours


def test_an_outage_in_the_window_explains_it() -> None:
    stuck = samples(*WORKED, (24, 23), (29.4, 23.05), (30, 23.1))
    during = outage(NOW - timedelta(hours=3), NOW - timedelta(hours=2))
    assert progress(stuck) == {"no-progress"}
    assert progress(samples(*WORKED, (24, 23), (29.4, 28.3), (30, 28.31)), outages=during) == {"no-progress"}
    still = outage(NOW - timedelta(hours=3), None)
    assert progress(samples(*WORKED, (24, 23), (29.4, 23.05), (30, 23.06)), outages=still) == set()


# --- guards


def outage(
    since: datetime, until: datetime | None, cluster: str | None = "farm", queue: str | None = None
) -> pa.Table:
    return pa.table(
        {
            "cluster": pa.array([cluster], pa.string()),
            "queue": pa.array([queue], pa.string()),
            "since": pa.array([since], pa.timestamp("us", tz="UTC")),
            "until": pa.array([until], pa.timestamp("us", tz="UTC")),
        }
    )


SLOW = {"cpu_s": 1000.0, "cores": 1}


DOUBTFUL: dict[str, tuple[dict[str, Any], str | None]] = {
    "no-cpu": ({"cpu_s": None}, "no-cpu"),
    "negative-cpu": ({"cpu_s": -1.0}, "no-cpu"),
    "no-cores": ({"cores": None}, "no-cores"),
    "zero-cores": ({"cores": 0}, "no-cores"),
    "no-elapsed": ({"elapsed_s": None, "ended": NOW - timedelta(hours=1)}, "no-time"),
    "never-ran": ({"elapsed_s": 0, "ended": NOW - timedelta(hours=1)}, None),  # nothing to say
    "negative": ({"elapsed_s": -5, "ended": NOW - timedelta(hours=1)}, None),
    "more-cpu-than-time": ({"cpu_s": 400_000.0, "cores": 8}, "excess"),
    "in-the-future": (
        {"started": NOW + timedelta(hours=2), "ended": None, "state": "running", **SLOW},
        "clocks",
    ),
    "ended-before-it-began": ({"ended": NOW - timedelta(hours=30), **SLOW}, "clocks"),
    "longer-than-it-was": ({"ended": NOW - timedelta(hours=15), **SLOW}, "clocks"),
    "a-bit-more-cpu": ({"cpu_s": 1.05 * 8 * 36_000}, None),
}


def test_what_is_not_known_is_unknown_and_never_slow() -> None:
    rows = [job(name, name=name, **changes) for name, (changes, _doubt) in DOUBTFUL.items()]
    with engine(rows) as one:
        found = detect.flag(one, now=NOW)
        said = {row["job_id"]: row["doubt"] for row in one.rows("SELECT * FROM judged WHERE settled")}
    assert found.table.num_rows == 0
    for name, (_changes, doubt) in DOUBTFUL.items():
        assert said.get(name) == doubt, name
    assert (
        found.unknown
        == sum(found.doubts.values())
        == len([1 for _changes, doubt in DOUBTFUL.values() if doubt])
    )
    assert set(found.doubts) <= set(guards.DOUBTS)
    assert found.judged == len(DOUBTFUL)


def test_a_job_without_times_is_judged_by_its_numbers() -> None:
    assert flagged([job("1", started=None, submitted=None, ended=None, **SLOW)]) == {"1": {"low-efficiency"}}


def test_a_cluster_that_never_measures_cpu_is_unknown() -> None:
    with engine([job(str(n), cluster="old", cpu_s=0.0) for n in range(20)]) as one:
        found = detect.flag(one, now=NOW)
    assert (found.bad, dict(found.doubts)) == (0, {"not-measured": 20})


@pytest.mark.parametrize("changes", [{"state": "waiting"}, {"state": "held"}, {"elapsed_s": 900}])
def test_what_waits_or_just_began_is_not_looked_at(changes: dict[str, Any]) -> None:
    with engine([job("1", **{**SLOW, "cpu_s": 1.0, **changes})]) as one:
        found = detect.flag(one, now=NOW)
    assert (found.table.num_rows, found.unknown) == (0, 0)


def test_a_small_loss_is_let_go_and_staging_is_granted() -> None:
    assert flagged([job("1", cores=1, elapsed_s=1801, cpu_s=20.0)]) == {}
    assert (
        flagged([job("1", cores=1, elapsed_s=HOUR, cpu_s=0.19 * HOUR)]) == {}
    )  # 19 %, but 10 minutes may be staging
    assert flagged([job("1", cores=1, elapsed_s=HOUR, cpu_s=0.1 * HOUR)]) == {"1": {"low-efficiency"}}


@pytest.mark.parametrize(
    ("where", "spared"),
    [
        (("farm", None), True),
        ((None, None), True),
        (("farm", "long"), True),
        (("farm", "short"), False),
        (("x", None), False),
    ],
)
def test_the_time_of_an_outage_is_not_the_jobs_fault(
    where: tuple[str | None, str | None], spared: bool
) -> None:
    started = NOW - timedelta(hours=20)
    during = outage(started + timedelta(hours=1), started + timedelta(hours=10), *where)
    assert flagged([job("1", cores=1, cpu_s=0.9 * HOUR)], outages=during) == (
        {} if spared else {"1": {"low-efficiency"}}
    )


def test_outages_that_overlap_count_each_second_once() -> None:
    started = NOW - timedelta(hours=20)
    both = pa.concat_tables(
        [
            outage(started, started + timedelta(hours=3)),
            outage(started + timedelta(hours=1), started + timedelta(hours=4), queue="long"),
            outage(started + timedelta(hours=2), started + timedelta(hours=3), cluster=None),
        ]
    )
    with engine([job("1"), job("2", queue=None), job("3", cluster="other")]) as one:
        detect.flag(one, now=NOW, outages=both)
        rows = {row["job_id"]: row["outage_s"] for row in one.rows("SELECT job_id, outage_s FROM judged")}
    assert rows == {"1": 4 * HOUR, "2": 3 * HOUR, "3": HOUR}


@pytest.mark.parametrize(
    ("covers", "until", "spared"),
    [
        ({"user": "anna"}, None, True),
        ({"user": "anna", "queue": "long"}, NOW + timedelta(days=1), True),
        ({"user": "anna", "queue": "short"}, None, False),
        ({"job_id": "1"}, NOW - timedelta(days=1), False),
        ({}, None, False),
        ({"experiment": "atlas"}, None, False),  # nobody knows its experiment here
    ],
)
def test_an_exemption_spares_what_it_names_until_its_end(
    covers: dict[str, str], until: Any, spared: bool
) -> None:
    row = {
        "user": None,
        "experiment": None,
        "queue": None,
        "job_id": None,
        "reason": "agreed",
        "until": until,
        **covers,
    }
    types = [(name, pa.string()) for name in guards.EXEMPTION[:-1]] + [
        ("until", pa.timestamp("us", tz="UTC"))
    ]
    table = pa.Table.from_pylist([row], schema=pa.schema(types))
    with engine([job("1", **SLOW)]) as one:
        found = detect.flag(one, now=NOW, exemptions=table)
    assert (found.table.num_rows, found.bad, found.exempt) == ((0, 0, 1) if spared else (1, 1, 0))


def test_time_asked_is_judged_by_all_completed_peers() -> None:
    peers = [job(f"p{n}", name="a", limit_s=7 * 24 * HOUR) for n in range(20)]
    assert set(flagged(peers)) == {row["job_id"] for row in peers}
    assert flagged([*peers, job("long", name="a", elapsed_s=36 * HOUR, age=48)]) == {}
    assert flagged([job(f"p{n}", name="a", limit_s=UNLIMITED_S) for n in range(20)]) == {}


# --- configuration


def test_thresholds_come_from_the_configuration_with_exceptions_for_places() -> None:
    table = {
        "low-efficiency": {"efficiency": 0.5, "for": [{"queue": "io", "efficiency": 0.01}]},
        "below-peers": {"enabled": False},
    }
    mine, faults = thresholds.read(table)
    assert faults == []
    rows = [job("1", cores=1, cpu_s=0.4 * 36_000), job("2", cores=1, cpu_s=0.4 * 36_000, queue="io")]
    assert flagged(rows, thresholds=mine) == {"1": {"low-efficiency"}}
    assert "below-peers" not in {one.name for one in mine.active()}


@pytest.mark.parametrize(
    ("table", "option"),
    [
        (3, "detect"),
        ({"slow": {}}, "detect.slow"),
        ({"low-efficiency": 0.2}, "detect.low-efficiency"),
        ({"low-efficiency": {"eficiency": 0.2}}, "detect.low-efficiency.eficiency"),
        ({"low-efficiency": {"efficiency": "low"}}, "detect.low-efficiency.efficiency"),
        ({"low-efficiency": {"efficiency": -1}}, "detect.low-efficiency.efficiency"),
        ({"low-efficiency": {"efficiency": 20}}, "detect.low-efficiency.efficiency"),
        ({"no-progress": {"long_window": 10**400}}, "detect.no-progress.long_window"),
        ({"low-efficiency": {"for": [{"queue": ["io"], "efficiency": 0.1}]}}, "detect.low-efficiency.for"),
        ({"low-efficiency": {"for": [{"queue": "io", "efficiency": 20}]}}, "detect.low-efficiency.for"),
        ({"low-efficiency": {"enabled": "no"}}, "detect.low-efficiency.enabled"),
        ({"low-efficiency": {"for": [{"queue": "io"}]}}, "detect.low-efficiency.for"),
        ({"low-efficiency": {"for": [{"efficiency": 0.2}]}}, "detect.low-efficiency.for"),
        ({"low-efficiency": {"for": {"queue": "io"}}}, "detect.low-efficiency.for"),
    ],
)
def test_a_fault_in_the_configuration_is_named(table: Any, option: str) -> None:
    _mine, faults = thresholds.read(table)
    assert [name for name, _problem in faults] == [option]


# --- words, and other engines


def test_every_flag_says_why_in_both_languages(over_mixed: tuple[detect.Flags, DuckEngine]) -> None:
    for row in over_mixed[0].table.to_pylist():
        for language in ("fr", "en"):
            words = detect.why(row["detector"], row["numbers"], language)
            assert "?" not in words
            assert "{" not in words
        assert set(json.loads(row["numbers"])) == set(detect.get(row["detector"]).numbers)


def test_every_expression_can_be_said_to_spark() -> None:
    window = guards.Window("farm", "long", NOW - timedelta(hours=2), NOW)
    special, _faults = thresholds.read({"low-efficiency": {"for": [{"queue": "io", "efficiency": 0.01}]}})
    steps = [
        *flagging.plan(
            special,
            guards.relation(latest=True),
            now=NOW,
            since=NOW,
            outages=[window],
            exempt="\"user\" = 'anna'",
            silent=["it's"],
        ),
        *flagging.told(special, now=NOW, outages=[window], sampled=True),
    ]
    for step in steps:
        try:
            [said] = sqlglot.transpile(
                step.sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
            )
        except UnsupportedError as error:
            pytest.fail(f"{step.name}: {error}")
        assert sqlglot.parse_one(said, read="spark")


def test_detectors_explain_themselves() -> None:
    for one in detect.detectors():
        for words in (one.title, one.about, one.example, one.why, *(t.source for t in one.thresholds)):
            assert words.en
            assert words.fr
        assert one.thresholds
        assert one.formula
        assert all(number.unit in Unit for number in one.numbers.values())


def test_the_page_of_the_manual_is_up_to_date() -> None:
    written = Path(__file__).resolve().parents[4] / "docs" / "manual" / "detectors.md"
    assert written.read_text("utf-8") == manual.page(), (
        "run python -m vigie.jobs.detect.manual > docs/manual/detectors.md"
    )
