"""The peer detector against a fixed threshold: false alarms on users that are I/O-bound by nature, jobs made slow found.

Real traces of the Parallel Workloads Archive are looked for in VIGIE_BENCH_TRACES (else ../shared/data/traces) and left
out if they are not there; the made farm ships. Jobs made slow: a share of the jobs of good users (median efficiency of 0.8
or more, at least 50 jobs) has its CPU time multiplied. By nature I/O-bound: users with a median below 0.6, none of
whose jobs was touched; of a real trace some of these are bad, so that its false alarms are an upper bound.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any

import _lab
import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from vigie.contracts.batch import JOBS, Tally
from vigie.jobs import detect
from vigie.jobs.lake.engine import Bounds, DuckEngine

TRACES = Path(os.environ.get("VIGIE_BENCH_TRACES", _lab.ROOT.parent / "shared" / "data" / "traces"))
NOW = datetime(2026, 11, 22, tzinfo=UTC)
DAYS, DAY = 30, timedelta(days=1)
GOOD, NATURE, LEAST_JOBS = 0.8, 0.6, 50
SHARE = 0.02  # of the good users' jobs are made slow
FACTORS = (0.42, 0.25, 0.1)
FIXED = (0.2, 0.5, 0.7)
Bools = NDArray[np.bool_]


@dataclass
class Farm:
    """Jobs, which of them the detector may judge, and by user what they usually are."""

    name: str
    table: pa.Table
    since: datetime | None = None

    def __post_init__(self) -> None:
        self.elapsed, self.cores, self.cpu = (
            self.table.column(name).to_numpy().astype(float) for name in ("elapsed_s", "cores", "cpu_s")
        )
        with np.errstate(all="ignore"):
            self.efficiency = self.cpu / (self.elapsed * self.cores)
            self.judged = (self.elapsed >= 1800) & (self.efficiency >= 0) & (self.efficiency <= 1.1)  # noqa: PLR2004
        users = (
            self.table.column("user").combine_chunks().dictionary_encode().indices.fill_null(-1).to_numpy()
        )
        self.good, self.nature = (np.zeros(len(users), bool) for _ in range(2))
        for user in np.unique(users[self.judged]):
            own = self.judged & (users == user)
            usual = np.median(self.efficiency[own])
            if own.sum() >= LEAST_JOBS:
                self.good[own], self.nature[own] = usual >= GOOD, usual < NATURE

    def slowed(self, chosen: Bools, factor: float) -> "Farm":
        cpu = np.where(chosen, self.cpu * factor, self.cpu)
        place = self.table.column_names.index("cpu_s")
        return Farm(
            self.name, self.table.set_column(place, "cpu_s", pa.array(cpu, from_pandas=True)), self.since
        )

    def by_peers(self) -> Bools:
        with DuckEngine.over_table(self.table, bounds=Bounds(memory_mb=2048)) as engine:
            found = detect.flag(engine, now=NOW, since=self.since).table
        mine = found.filter(pa.compute.equal(found.column("detector"), "below-peers")).column("job_id")
        return np.asarray(
            pa.compute.is_in(self.table.column("job_id"), value_set=mine.combine_chunks()), bool
        )

    def by_fixed(self, threshold: float) -> Bools:
        lost = (self.elapsed * self.cores - self.cpu) / 3600
        return self.judged & (self.efficiency < threshold) & (lost >= 0.5)  # noqa: PLR2004 # the same guard


def made(seed: int = 1) -> pa.Table:
    """Thirty users of five experiments who name their jobs alike: ten of them wait for data by nature."""
    dice = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for user in range(30):
        bound = user % 3 == 0
        usual = dice.uniform(0.08, 0.5) if bound else dice.uniform(0.88, 0.97)
        firm = dice.uniform(4, 15) if bound else dice.uniform(30, 150)  # of a beta distribution: its spread
        for number in range(600):
            elapsed = int(np.clip(dice.lognormal(9.5, 0.8), 1900, 200_000))
            cores = int(dice.choice([1, 1, 1, 4, 8]))
            start = NOW - DAYS * DAY + timedelta(seconds=float(dice.uniform(0, DAYS * 86_400 - 250_000)))
            share = dice.beta(usual * firm, (1 - usual) * firm)
            row: dict[str, Any] = dict.fromkeys(JOBS.names)
            row |= {
                "cluster": "made",
                "job_id": f"{user}-{number}",
                "user": f"u{user}",
                "account": f"e{user % 5}",
            }
            row |= {
                "name": f"{'reco' if number % 2 else 'ana'}_{number}",
                "state": "completed",
                "cores": cores,
            }
            row |= {"submitted": start, "started": start, "ended": start + timedelta(seconds=elapsed)}
            rows.append(row | {"elapsed_s": elapsed, "cpu_s": float(share * elapsed * cores)})
    return pa.Table.from_pylist(rows, schema=JOBS)


def farms() -> Iterator[Farm]:
    yield Farm("made farm", made())
    if not TRACES.is_dir():
        return
    readers = {point.name: point for point in metadata.entry_points(group="vigie.jobfiles")}
    reader = readers["swf"].load()()
    for path in sorted(TRACES.glob("*.swf.gz")):
        table = reader.scan(path, Tally())
        farm = Farm(path.name.split("-2")[0].split("-1")[0], table)
        if farm.good.any():
            yield farm


def percent(part: Bools, whole: Bools) -> str:
    return f"{100 * (part & whole).sum() / max(whole.sum(), 1):.1f} %"


def alarms(farm: Farm) -> list[object]:
    fixed = [percent(farm.by_fixed(one), farm.nature) for one in FIXED]
    return [
        farm.name,
        f"{farm.nature.sum():,} jobs I/O-bound by nature: flagged",
        percent(farm.by_peers(), farm.nature),
        *fixed,
    ]


def found(farm: Farm, factor: float, *, share: float = SHARE) -> list[object]:
    dice = np.random.default_rng(7)
    worth = farm.good & (farm.efficiency >= GOOD) & (farm.elapsed * farm.cores >= 7200)  # noqa: PLR2004 # 2 core-hours
    if farm.since:
        worth &= np.asarray(pa.compute.greater(farm.table.column("ended"), farm.since).fill_null(False), bool)
    chosen = worth & (dice.random(len(worth)) < share)
    slow = farm.slowed(chosen, factor)
    what = f"{chosen.sum():,} jobs with {factor:g} of their CPU time: found"
    if farm.since:
        what = f"all {chosen.sum():,} of the last two days with {factor:g} of it: found"
    return [
        farm.name,
        what,
        percent(slow.by_peers(), chosen),
        *(percent(slow.by_fixed(one), chosen) for one in FIXED),
    ]


def main() -> None:
    rows = []
    for farm in farms():
        rows += [alarms(farm), *(found(farm, factor) for factor in FACTORS)]
        last = pa.compute.max(farm.table.column("ended")).as_py()
        rows.append(found(Farm(farm.name, farm.table, last - 2 * DAY), FACTORS[0], share=1.0))
    rows = [row for row in rows if not str(row[1]).startswith("all 0 ")]
    _lab.table(
        "peers: share of jobs flagged, by the peer detector and by a fixed threshold of efficiency",
        ("data", "jobs", "peers", *(f"< {one:.0%}" for one in FIXED)),
        rows,
        "a fixed threshold that finds jobs fallen from 95 % to 40 % flags what is I/O-bound by nature",
    )


if __name__ == "__main__":
    main()
