"""Merging, thinning and dropping: nobody reads anything else than before, at any moment, whoever is killed."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from tests.support.jobs import NOON, batch, job

from vigie.jobs.lake import Bounds, DuckEngine, Lake, folder, upkeep
from vigie.jobs.lake.upkeep import GRACE, Keep, tend

DAY = timedelta(days=1)
BOUNDS = Bounds(memory_mb=256, threads=1)


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path / "lake", BOUNDS)


def state(lake, what="jobs"):
    with Lake(lake.root, lake.bounds).open() as engine:
        return sorted(map(repr, engine.rows(f"FROM {what}")))


def in_days(lake):
    return {day: len(folder.files(folder.day_folder(lake.jobs, day))) for day in folder.days(lake.jobs)}


def soon():
    return datetime.now(UTC)


def test_a_day_of_many_files_becomes_one_and_reads_the_same(lake):
    for number in range(5):
        lake.write_jobs([batch(*(job(n, cpu_s=float(number)) for n in range(number, 9)))], NOON)
    lake.write_jobs(
        [batch(job(3, ended=NOON + DAY, started=job()["started"], submitted=job()["submitted"]))], NOON
    )
    before = state(lake)
    later = soon() + 2 * timedelta(hours=1)
    tend(lake, Keep(0, 0), later)
    assert state(lake) == before
    assert set(in_days(lake).values()) == {1, 7}  # the old ones are still there: somebody may be reading them
    tend(lake, Keep(0, 0), later + GRACE)
    assert state(lake) == before
    assert set(in_days(lake).values()) == {1}
    assert tend(lake, Keep(0, 0), later + 2 * GRACE) == 0
    assert lake.write_jobs([batch(job(1, cpu_s=1.0))], NOON).same == 1


def test_a_reader_from_before_the_merger_reads_on(lake):
    for number in range(3):
        lake.write_jobs([batch(job(number))], NOON)
    later = soon() + timedelta(hours=2)
    with lake.open() as engine:
        tend(lake, Keep(0, 0), later)
        tend(lake, Keep(0, 0), soon() + timedelta(minutes=1))
        assert engine.rows("SELECT count(*) AS n FROM jobs") == [{"n": 3}]


def test_today_is_merged_when_it_is_many_small_files(lake):
    now = soon()
    for number in range(upkeep.MANY - 1):
        lake.write_sample("farm", [batch(job(1, ended=None))], now + timedelta(seconds=number))
    home = folder.day_folder(lake.samples, now.date())
    tend(lake, Keep(0, 0), now)
    assert len(folder.live(home)) == upkeep.MANY - 1
    lake.write_sample("farm", [batch(job(1, ended=None))], now + timedelta(minutes=1))
    tend(lake, Keep(0, 0), now)
    assert len(folder.live(home)) == 1
    assert len(state(lake, "samples")) == upkeep.MANY


def test_old_samples_are_thinned_and_old_days_dropped(lake):
    now = soon()
    for minutes in range(0, 180, 10):
        lake.write_sample(
            "farm", [batch(job(1, ended=None), job(2, ended=None))], NOON + timedelta(minutes=minutes)
        )
    keep = Keep(jobs_days=0, samples_days=0, whole_days=1, thin_s=3600)
    tend(lake, keep, now)
    tend(lake, keep, now + DAY)
    assert len(state(lake, "samples")) == 6
    assert tend(lake, keep, now + DAY) == 0
    lake.write_jobs([batch(job(1), job(2, ended=NOON + 2 * DAY))], NOON)
    tend(lake, Keep(jobs_days=10, samples_days=10), NOON + 11 * DAY)
    assert folder.days(lake.jobs) == [(NOON + 2 * DAY).date()]
    assert folder.days(lake.samples) == []


def test_a_clock_that_is_wrong_for_an_hour_costs_little(lake):
    lake.write_jobs([batch(*(job(n, ended=NOON + n * DAY) for n in range(60)))], NOON)
    tend(lake, Keep(), NOON + 9999 * DAY)
    assert len(folder.days(lake.jobs)) == 60 - upkeep.DAYS_AT_ONCE


def test_looks_that_another_followed_and_leftovers_are_swept(lake):
    for minutes in range(3):
        lake.write_sample("farm", [batch(job(1, ended=None))], NOON + timedelta(minutes=minutes))
    [home] = lake.latest.iterdir()
    left = home / f".{folder.new_name(1)}.part"
    left.write_bytes(b"half")
    tend(lake, Keep(0, 0), soon() + GRACE * 2)
    assert len(folder.files(home)) == 1
    assert left.exists()  # it may be in the making
    tend(lake, Keep(0, 0), soon() + 2 * DAY)
    assert not left.exists()


WORK = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tests.support.jobs import NOON, batch, job
from vigie.jobs.lake import Bounds, Lake, upkeep
upkeep.QUIET, upkeep.GRACE = timedelta(0), timedelta(seconds=3)
lake = Lake(Path(sys.argv[1]), Bounds(memory_mb=256, threads=1))
said = open(sys.argv[2], "a", buffering=1)
start = int(sys.argv[3])
for n in range(start, start + 10_000):
    jobs = [job(n * 10 + i, ended=NOON + timedelta(days=n % 3, hours=-1)) for i in range(10)]
    moved = [job(n * 10, started=jobs[0]["started"], submitted=jobs[0]["submitted"], ended=NOON + timedelta(days=5))]
    lake.write_jobs([batch(*jobs)], datetime.now(UTC))
    print("told", n, file=said)
    lake.write_jobs([batch(*moved)], datetime.now(UTC))
    print("moved", n, file=said)
    upkeep.tend(lake, upkeep.Keep(0, 0), datetime.now(UTC))
"""


@pytest.mark.slow
def test_killed_at_any_moment_nothing_told_is_lost_and_nothing_counts_twice(lake, tmp_path):
    """Twenty programs write, move, merge and remove in turn, each killed in the middle, while somebody reads."""
    said, number = tmp_path / "said", 0
    chance = random.Random(20260310)  # noqa: S311 # no secret
    said.touch()
    for _kill in range(int(os.environ.get("VIGIE_TEST_KILLS", "20"))):
        worker = subprocess.Popen([sys.executable, "-c", WORK, str(lake.root), str(said), str(number)])
        while f"told {number}\n" not in said.read_text():
            assert worker.poll() is None
            time.sleep(0.02)
        until = time.monotonic() + chance.uniform(0.0, 0.6)
        while time.monotonic() < until:
            assert_each_once(lake, said)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        assert_each_once(lake, said)
        number = max(int(line.split()[1]) for line in said.read_text().splitlines()) + 1
    heal(lake, said)
    numbers = [int(line.split()[1]) for line in said.read_text().splitlines() if line.startswith("moved")]
    with lake.open() as engine:
        rows = engine.rows("SELECT job_id, count(*) AS n, max(ended) AS ended FROM jobs GROUP BY job_id")
    assert {row["n"] for row in rows} == {1}
    ended = {row["job_id"]: row["ended"] for row in rows}
    assert all(ended[str(n * 10)] == NOON + 5 * DAY for n in numbers)
    assert not lake.inspect(deep=True)
    assert not (lake.root / "aside").exists()


def assert_each_once(lake, said):
    """All that was said to be written before we look is there, and no attempt twice in a day."""
    told = [line.split() for line in said.read_text().splitlines()]
    with Lake(lake.root, lake.bounds).open() as engine:
        rows = engine.rows(
            "SELECT job_id, count(*) AS n, count(DISTINCT date_trunc('day', ended)) AS days FROM jobs GROUP BY job_id"
        )
    there = {row["job_id"] for row in rows}
    assert {str(int(n) * 10 + i) for word, n in told if word == "told" for i in range(10)} <= there
    assert all(row["n"] == row["days"] for row in rows)
    assert sum(row["n"] == 2 for row in rows) <= 25  # one per kill at most, until it is told again


def heal(lake, said):
    """The window is asked again, as the worker does: what a killed program left between two days is one again."""
    numbers = {int(line.split()[1]) for line in said.read_text().splitlines()}
    jobs = []
    for n in sorted(numbers):
        began = NOON + timedelta(days=n % 3, hours=-2)
        jobs.append(job(n * 10, started=began, submitted=began - timedelta(minutes=5), ended=NOON + 5 * DAY))
    lake.write_jobs([batch(*jobs)], soon())


def test_a_disk_that_fills_while_merging_loses_nothing(lake, monkeypatch):
    for number in range(3):
        lake.write_jobs([batch(job(number))], NOON)
    before = state(lake)
    monkeypatch.setattr(
        os, "fsync", lambda _handle: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(folder.LakeTrouble, match="No space left"):
        tend(lake, Keep(0, 0), soon() + 2 * timedelta(hours=1))
    assert state(lake) == before
    assert not list(folder.hidden_files(lake.root))


def test_a_merger_larger_than_memory(tmp_path):
    lake = Lake(tmp_path / "lake", Bounds(memory_mb=64, threads=1))
    table = pa.Table.from_batches([batch(*(job(n) for n in range(2000)))])
    for start in range(3):
        ids = pa.array([str(start * 100_000 + n) for n in range(2000)])
        lake.write_jobs(table.set_column(1, table.schema.field(1), ids).to_batches(), NOON)
    tend(lake, Keep(0, 0), soon() + timedelta(hours=2))
    with DuckEngine.over_files(lake.reading(), bounds=BOUNDS) as engine:
        assert engine.rows("SELECT count(*) AS n FROM jobs") == [{"n": 6000}]


def test_a_file_damaged_in_the_middle_is_set_apart_and_the_others_are_merged(lake):
    for turn in range(3):
        lake.write_jobs([batch(*(job(5000 * turn + n, name=f"n{n * 7919}") for n in range(5000)))], NOON)
    [day] = lake.jobs.iterdir()
    damaged = sorted(day.iterdir())[1]
    raw = bytearray(damaged.read_bytes())
    raw[200 : len(raw) // 2] = b"\xff" * (len(raw) // 2 - 200)
    damaged.write_bytes(raw)
    upkeep.tend(lake, upkeep.Keep(0, 0, 0), datetime.now(UTC) + timedelta(days=2))
    assert [apart.reason.split(":")[0] for apart in lake.apart] == ["it is damaged"]
    [merger] = folder.live(day)
    assert folder.is_merger(merger)
    with lake.open() as engine:
        assert engine.rows("SELECT count(*) AS n FROM jobs") == [{"n": 10_000}]
