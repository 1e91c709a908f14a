"""The invented farm is one that could be: the same at every look, its curves only rise, its troubles are there."""

from datetime import UTC, datetime, timedelta

import duckdb
import pyarrow as pa
import pytest

from vigie.contracts.batch import JOBS, Tally
from vigie.contracts.channel import ChannelConfig
from vigie.demo import farm
from vigie.kernel.clock import clock

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def rows(batch: pa.RecordBatch, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        connection.register("t", pa.Table.from_batches([batch]))
        return connection.execute(query).fetchall()


def test_what_runs_at_one_look_runs_on_or_ended_at_the_next():
    first, then, over = farm.live(NOON), farm.live(NOON + HOUR), farm.ended(NOON, NOON + HOUR)
    assert first.schema.equals(JOBS)
    assert over.schema.equals(JOBS)
    keys = [
        set(rows(one, "SELECT job_id, submitted FROM t WHERE state NOT IN ('waiting', 'requeued')"))
        for one in (first, then, over)
    ]
    assert keys[0] <= keys[1] | keys[2]
    assert not keys[1] & keys[2]


def test_the_cpu_curve_of_every_job_rises_and_stays_possible():
    seen: dict[object, float] = {}
    for step in range(12):
        for key, cpu, elapsed, cores in rows(
            farm.live(NOON + step * HOUR / 6),
            "SELECT job_id, cpu_s, elapsed_s, cores FROM t WHERE state = 'running'",
        ):
            assert isinstance(cpu, float)
            assert isinstance(elapsed, int)
            assert isinstance(cores, int)
            assert cpu >= seen.get(key, 0.0)
            assert cpu <= (elapsed + 1) * cores
            seen[key] = cpu


@pytest.mark.parametrize("days", range(10))
def test_on_any_day_a_rack_and_a_production_crawl(days: int):
    found = rows(
        farm.live(NOON + timedelta(days=days)),
        "SELECT nodes[1][:3] AS rack, avg(cpu_s / (elapsed_s * cores)) FROM t"
        " WHERE state = 'running' AND elapsed_s > 3600 GROUP BY rack ORDER BY 2 LIMIT 1",
    )
    assert float(str(found[0][1])) < 0.5


def test_it_answers_by_the_clock_of_the_house():
    system, tally = farm.DemoFarm(ChannelConfig()), Tally()
    with clock.travel(NOON):
        (now,) = system.running(tally)
        assert not list(system.finished(NOON, NOON + HOUR, tally))
    assert now.num_rows == tally.jobs > 500
    assert now.equals(farm.live(NOON))


def test_its_proportions_are_those_of_a_large_farm():
    week = farm.ended(NOON - timedelta(days=7), NOON)
    ((single, queue, largest),) = rows(
        week,
        "SELECT avg(CAST(cores = 1 AS INT)), avg(CAST(queue = 'htc' AS INT)),"
        " avg(CAST(\"user\" = 'lyraprod' AS INT)) FROM t",
    )
    assert 0.87 < float(str(single)) < 0.93
    assert float(str(queue)) > 0.98
    assert 0.3 < float(str(largest)) < 0.4
