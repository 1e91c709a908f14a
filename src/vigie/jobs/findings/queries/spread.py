"""How efficient running jobs are: the bad ones among all others. Plain numbers, no drawing."""

from dataclasses import dataclass

from vigie.jobs.findings import slow
from vigie.jobs.findings.queries import farm
from vigie.kernel import clock

BINS = 20
LEAST_ELAPSED_S = 1800  # younger jobs say nothing yet


@dataclass(frozen=True)
class Bin:
    """Running jobs whose efficiency is at least `low` (0…1) and below the next bin's: bad ones, and the others."""

    low: float
    bad: int
    others: int


def spread(experiment: str = "", user: str = "", name_shape: str = "") -> list[Bin]:
    """Running jobs of half an hour at least, in bins of equal width; "" any experiment, "-" jobs of none."""
    text = f"""SELECT least(CAST(floor(j.efficiency * {BINS}) AS INTEGER), {BINS - 1}) AS bin,
          count(CASE WHEN b.lost_core_hours > 0 THEN 1 END) AS bad, count(*) AS all_of
        FROM prepared_latest AS j LEFT JOIN slow AS b
          ON b.cluster = j.cluster AND b.job_id = j.job_id AND b.submitted IS NOT DISTINCT FROM j.submitted
          AND b.started IS NOT DISTINCT FROM j.started
        WHERE j.efficiency IS NOT NULL AND j.elapsed_s >= {LEAST_ELAPSED_S}
          AND ($experiment = '' OR coalesce(j.experiment, '-') = $experiment)
          AND ($user = '' OR j."user" = $user) AND ($shape = '' OR j.name_shape = $shape)
        GROUP BY bin"""  # noqa: S608 # our own numbers
    now = clock.now()
    with farm.opened(now, now, bad=slow.read(farm.slow_root(), [slow.RUNNING])) as engine:
        rows = engine.rows(text, {"experiment": experiment, "user": user, "shape": name_shape})
    by = {row["bin"]: (row["bad"], row["all_of"] - row["bad"]) for row in rows}
    return [Bin(n / BINS, *by.get(n, (0, 0))) for n in range(BINS)]
