"""Where a job was submitted from is not lost when its end doesn't tell it."""

from datetime import timedelta

import pytest
from tests.support.jobs import NOON, batch, job

from vigie.jobs.lake import Bounds, Lake, upkeep, with_origin

MINUTE = timedelta(minutes=1)
RUNS = {"ended": None, "submitted": NOON - 65 * MINUTE, "started": NOON - 60 * MINUTE}


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path / "lake", Bounds(memory_mb=256, threads=1))


def origins(lake):
    with lake.open() as engine:
        rows = engine.rows("SELECT job_id, submitted_from FROM jobs")
    return {row["job_id"]: row["submitted_from"] for row in rows}


def looked(lake):
    """Three looks; the job 1 was submitted from another host by what the last says."""
    for minute, host in ((50, "login1"), (20, "login1"), (10, "login2")):
        seen = [job(1, **RUNS, submitted_from=host), job(2, **RUNS, submitted_from="ce3")]
        lake.write_sample("farm", [batch(*seen)], NOON - minute * MINUTE)
    lake.write_sample("other", [batch(job(4, **RUNS, cluster="other", submitted_from="x"))], NOON - MINUTE)


@pytest.mark.parametrize("merged", [False, True])
def test_the_last_look_tells_it(lake, merged):
    looked(lake)
    if merged:
        day = upkeep.kinds(lake)[1]
        [folder] = lake.samples.iterdir()
        upkeep.merge(lake, day, sorted(folder.iterdir()))
    requeued = job(2, started=NOON - 5 * MINUTE, submitted=RUNS["submitted"])
    ended = batch(job(1), job(3, submitted_from="ui"), job(4), requeued)
    lake.write_jobs(with_origin(lake, [ended, batch()]), NOON)
    assert origins(lake) == {"1": "login2", "2": None, "3": "ui", "4": None}


def test_told_again_without_it_it_stays_known(lake):
    looked(lake)
    lake.write_jobs(with_origin(lake, [batch(job(1))]), NOON)
    done = lake.write_jobs([batch(job(1)), batch(job(1))], NOON)
    assert (done.same, done.changed) == (2, 0)
    lake.write_jobs([batch(job(1, cpu_s=1.0))], NOON)
    assert origins(lake) == {"1": "login2"}
    lake.write_jobs([batch(job(1, submitted_from="said at last"))], NOON)
    assert origins(lake) == {"1": "said at last"}


def test_without_looks_of_that_time_none_is_read(lake):
    looked(lake)
    for day in lake.samples.iterdir():
        for file in day.iterdir():
            file.write_bytes(b"broken")
    later = [batch(job(1, ended=NOON + timedelta(days=2)))]
    lake.write_jobs(with_origin(lake, later), NOON)
    assert origins(lake) == {"1": None}
