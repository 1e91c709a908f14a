"""The jobs that were submitted on one day of Valmorin's farm, and how far each is at any moment. Vectorised."""

from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from vigie.demo.farm_causes import slow_between
from vigie.demo.farm_facts import CORES_PER_NODE, GIB, JOBS_A_DAY, NODES, NODES_PER_RACK, WORK

Floats = npt.NDArray[np.float64]
LONGEST = timedelta(days=6)  # no job lives longer: what runs now was submitted within this
SEED = 20071210
STRAY = 0.004  # of the jobs crawl for reasons of their own
STAGING_S, STAGING = 240.0, 0.1  # a job fetches its files first


@dataclass(frozen=True)
class Jobs:
    """Columns of the same length; times in seconds since 1970. `slow_from`/`slow_to`: when it runs at `factor`."""

    number: npt.NDArray[np.int64]
    index: npt.NDArray[np.int64]  # in its array; -1: it is in none
    kind: npt.NDArray[np.int64]
    node: npt.NDArray[np.int64]
    submitted: Floats
    started: Floats
    ended: Floats
    efficiency: Floats
    slow_from: Floats
    slow_to: Floats
    factor: Floats
    phase: Floats
    fate: Floats  # in [0, 1): how it ends

    def of(self, which: npt.NDArray[Any]) -> "Jobs":
        """Those for which `which` is true."""
        return Jobs(*(getattr(self, column.name)[which] for column in fields(self)))

    def __len__(self) -> int:
        return len(self.number)


CORES = np.array([work.cores for work in WORK])
LIMIT_S = np.array([work.limit_hours * 3600 for work in WORK])
ASKED_B = np.array([work.asked_gib * GIB for work in WORK])
USED = np.array([work.used for work in WORK])


def together(parts: list[Jobs]) -> Jobs:
    """One after the other."""
    return Jobs(*(np.concatenate([getattr(part, column.name) for part in parts]) for column in fields(Jobs)))


@lru_cache(maxsize=64)
def day_of_jobs(day: date) -> Jobs:
    """The jobs submitted on this day (UTC): always the same ones."""
    rng = np.random.default_rng([SEED, day.toordinal()])
    midnight = datetime.combine(day, time.min, UTC)
    count = int(JOBS_A_DAY * (0.8 if day.weekday() >= 5 else 1.05))  # noqa: PLR2004 # Saturday, Sunday
    shares = np.array([work.share for work in WORK])
    kind = rng.choice(len(WORK), count, p=shares / shares.sum())
    kind.sort()
    submitted = midnight.timestamp() + rng.uniform(0, 86_400, count)
    submitted = _arrays_at_once(kind, submitted)
    waited = rng.exponential(900, count)
    median = np.array([work.hours * 3600 for work in WORK])[kind]
    spread = np.array([work.spread for work in WORK])[kind]
    length = np.minimum(median * np.exp(rng.normal(0, spread)), (LONGEST - timedelta(days=1)).total_seconds())
    over = np.array([work.user == "mvidal" for work in WORK])[kind]  # nothing stops his at their limit
    length = np.where(over, length, np.minimum(length, LIMIT_S[kind]))
    started = submitted + waited
    mean = np.array([work.efficiency[0] for work in WORK])[kind]
    width = np.array([work.efficiency[1] for work in WORK])[kind]
    efficiency = np.clip(rng.normal(mean, width), 0.02, 0.995)
    efficiency = np.where(rng.uniform(size=count) < STRAY, 0.03, efficiency)
    node = rng.integers(0, len(NODES), count)
    order = np.argsort(submitted, kind="stable")
    slow_from, slow_to, factor = _slow(kind, node, started, started + length)
    number = day.toordinal() % 10_000 * 10_000 + np.arange(count)
    jobs = Jobs(
        number, np.full(count, -1), kind, node, submitted, started, started + length, efficiency, slow_from, slow_to, factor,
        rng.uniform(0, 6.283, count), rng.uniform(size=count),
    )  # fmt: skip
    return _numbered(jobs.of(order), number)


def _numbered(jobs: Jobs, number: npt.NDArray[np.int64]) -> Jobs:
    """In the order of the day; members of an array share the number of its first: 17_0, 17_1 and so on."""
    in_array = np.array([work.array for work in WORK])[jobs.kind]
    begins = np.ones(len(jobs), bool)
    begins[1:] = (jobs.submitted[1:] != jobs.submitted[:-1]) | (jobs.kind[1:] != jobs.kind[:-1])
    first = np.maximum.accumulate(np.where(begins, np.arange(len(jobs)), 0))
    index = np.where(in_array, np.arange(len(jobs)) - first, -1)
    return replace(jobs, number=np.where(in_array, number[first], number), index=index)


def _arrays_at_once(kind: npt.NDArray[np.int64], submitted: Floats) -> Floats:
    """Job arrays come in handfuls: twelve of one kind share a moment."""
    in_array = np.array([work.array for work in WORK])[kind]
    first = np.arange(len(kind)) // 12 * 12
    return np.where(in_array & (kind[first] == kind), submitted[first], submitted)


def _slow(
    kind: npt.NDArray[np.int64], node: npt.NDArray[np.int64], started: Floats, ended: Floats
) -> tuple[Floats, Floats, Floats]:
    """For each job the span in which it crawls (empty: none) and at what factor of its speed."""
    slow_from, slow_to = np.full(len(kind), np.inf), np.full(len(kind), np.inf)
    factor = np.ones(len(kind))
    names = np.array([work.name for work in WORK])[kind]
    first, last = (datetime.fromtimestamp(float(moment), UTC) for moment in (started.min(), ended.max()))
    for slow in slow_between(first, last):
        start, end = slow.start.timestamp(), slow.end.timestamp()
        hit = (started < end) & (ended > start) & np.isinf(slow_from)
        if slow.name:
            hit &= names == slow.name
        if slow.rack >= 0:
            hit &= node // NODES_PER_RACK == slow.rack
        slow_from[hit], slow_to[hit], factor[hit] = start, end, slow.factor
    return slow_from, slow_to, factor


def submitted_between(first: datetime, last: datetime) -> Jobs:
    """The jobs submitted on the days from `first` to `last`, both included."""
    days = range(first.astimezone(UTC).date().toordinal(), last.astimezone(UTC).date().toordinal() + 1)
    return together([day_of_jobs(date.fromordinal(day)) for day in days])


def cpu_seconds(jobs: Jobs, at: Floats) -> Floats:
    """CPU time used by each job at its moment `at`: staging first, then its own pace, slower while it crawls.

    Never decreases, never more than elapsed × cores.
    """
    elapsed = np.maximum(at - jobs.started, 0)
    rate = jobs.efficiency * CORES[jobs.kind]
    staged = np.minimum(elapsed, STAGING_S)
    begun, over = np.maximum(jobs.slow_from, jobs.started), np.minimum(jobs.slow_to, at)
    crawled = np.where(np.isinf(jobs.slow_from), 0.0, np.clip(over - begun, 0, None))
    busy = elapsed - (1 - STAGING) * staged - (1 - jobs.factor) * np.minimum(crawled, elapsed - staged)
    # the breath of a program that reads, then computes: too slow a wave to ever turn the curve back
    wave = 25 * (1 + np.sin(elapsed / 2400 + jobs.phase)) * (elapsed > STAGING_S)
    used: Floats = np.clip(
        rate * np.maximum(busy, 0) + rate * wave * jobs.factor, 0, elapsed * CORES[jobs.kind]
    )
    return used


def memory_bytes(jobs: Jobs, at: Floats) -> Floats:
    """The peak of memory so far: it grows through the first half hour."""
    grown = np.clip((at - jobs.started) / 1800, 0.15, 1.0)
    used: Floats = ASKED_B[jobs.kind] * USED[jobs.kind] * grown * (0.9 + 0.1 * jobs.fate)
    return used


def busy_cores(at: datetime) -> float:
    """The share of the farm's cores that are allocated at the moment."""
    jobs = submitted_between(at - LONGEST, at)
    moment = at.timestamp()
    alive = (jobs.started <= moment) & (jobs.ended > moment)
    return float(CORES[jobs.kind[alive]].sum()) / (len(NODES) * CORES_PER_NODE)
