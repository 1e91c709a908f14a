"""What the lake promises: each attempt once, the words told last, and no file that a reader can't read."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.support.jobs import NOON, batch, job

from vigie.contracts.batch import JOBS
from vigie.jobs.lake import Bounds, DuckEngine, EngineTrouble, Lake, LakeTrouble, folder

DAY = timedelta(days=1)


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path / "lake", Bounds(memory_mb=256, threads=1))


def ids(lake, since=None, until=None, what="jobs"):
    with Lake(lake.root, lake.bounds).open(since, until) as engine:
        return sorted(row["job_id"] for row in engine.rows(f"FROM {what} SELECT job_id"))


def test_an_empty_lake_answers(lake):
    assert ids(lake) == [] == ids(lake, what="latest") == ids(lake, what="samples")
    assert not lake.root.exists()


def test_an_attempt_comes_back_as_it_was_told(lake):
    told = job(7, nodes=["n1", "n2"], name="naïve|name\n☃", memory_used_b=2**40)
    done = lake.write_jobs([batch(told)], NOON)
    assert (done.new, done.changed, done.same, done.not_ended) == (1, 0, 0, 0)
    with lake.open() as engine:
        table = engine.arrow("SELECT * FROM jobs")
        assert table.column_names == JOBS.names
        assert table.cast(JOBS).to_pylist() == [told]


def test_told_again_it_is_known(lake):
    lake.write_jobs([batch(job(1), job(2))], NOON)
    before = list(lake.jobs.rglob("*.parquet"))
    done = lake.write_jobs([batch(job(2), job(1)), batch(job(1))], NOON)
    assert (done.new, done.changed, done.same) == (0, 0, 3)
    assert list(lake.jobs.rglob("*.parquet")) == before


def test_the_words_told_last_count(lake):
    lake.write_jobs([batch(job(1, cpu_s=1.0), job(1, cpu_s=2.0))], NOON)
    done = lake.write_jobs([batch(job(1, cpu_s=3.0))], NOON - DAY)  # and the clock was set back
    assert done.changed == 1
    with lake.open() as engine:
        assert engine.rows("SELECT cpu_s FROM jobs") == [{"cpu_s": 3.0}]
    lake.write_jobs([batch(job(1, cpu_s=1.0))], NOON)  # back to what it was
    with lake.open() as engine:
        assert engine.rows("SELECT cpu_s FROM jobs") == [{"cpu_s": 1.0}]


def test_requeued_and_other_clusters_are_other_attempts(lake):
    again = job(1, started=NOON - timedelta(minutes=10))
    lake.write_jobs([batch(job(1), again, job(1, cluster="other"), job(1, started=None))], NOON)
    assert len(ids(lake)) == 4
    assert lake.write_jobs([batch(job(1, started=None))], NOON).same == 1  # unknown is a word like others


def test_an_end_on_another_day_is_counted_once(lake):
    first = job(1)
    later = first | {"ended": NOON + 3 * DAY}
    for told, other in ((first, later), (later, first), (first, later)):
        lake.write_jobs([batch(told)], NOON)
        assert ids(lake) == ["1"]
        assert ids(lake, told["ended"], told["ended"] + DAY) == ["1"]
        assert ids(lake, other["ended"], other["ended"] + DAY) == []


def test_days_are_read_to_the_microsecond(lake):
    midnight = datetime(2026, 3, 10, tzinfo=UTC)
    just_before = midnight - timedelta(microseconds=1)
    lake.write_jobs([batch(job(1, ended=just_before), job(2, ended=midnight), job(3))], NOON)
    assert folder.days(lake.jobs) == [just_before.date(), midnight.date()]
    assert ids(lake, None, midnight) == ["1"]
    assert ids(lake, midnight, midnight + timedelta(hours=1)) == ["2"]
    assert ids(lake, just_before) == ["1", "2", "3"]
    assert len(lake.reading(midnight).jobs) == 1  # the other day is not opened


def test_what_has_not_ended_is_no_history(lake):
    assert lake.write_jobs([batch(job(1, ended=None), job(2))], NOON).not_ended == 1
    assert ids(lake) == ["2"]


def test_samples_and_what_runs_now(lake):
    running = [job(n, ended=None) for n in (1, 2)]
    lake.write_sample("farm", [batch(*running, job(3, ended=None, state="waiting"))], NOON)
    lake.write_sample("a/../b", [batch(job(9, ended=None, cluster="a/../b"))], NOON)
    assert ids(lake, what="latest") == ["1", "2", "9"]
    lake.write_sample("farm", [batch(job(2, ended=None))], NOON + timedelta(minutes=5))
    assert ids(lake, what="latest") == ["2", "9"]
    assert ids(lake, what="samples") == ["1", "2", "2", "9"]
    lake.write_sample("farm", [], NOON + timedelta(minutes=10))  # nothing runs, and that is known
    assert ids(lake, what="latest") == ["9"]
    assert ids(lake, NOON, NOON + timedelta(minutes=1), what="samples") == ["1", "2", "9"]


def test_what_the_desk_knows_stands_beside_the_job(lake):
    lake.write_jobs(
        [
            batch(
                job(1, name="Reco_2026-03-10 run0042", started=datetime(2026, 7, 1, 22, 30, tzinfo=UTC)),
                job(2, nodes=["n1", "n2"], user="nobody", name="x-3F2504E0-4f89-11d3-9a0c-0305e82c3301.sh"),
                job(3, nodes=["n1", "n3"], name="20260310-1_deadbeef01", elapsed_s=0),
                job(4, nodes=None, name=None, started=None, cores=None, user=None),
            )
        ],
        NOON,
    )
    strings = pa.string()
    maps = {
        "accounts": pa.Table.from_pylist(
            [
                {
                    "cluster": "farm",
                    "user": "mstone",
                    "experiment": "astro",
                    "person": "M. Stone",
                    "language": "en",
                }
            ]
        ),
        "node_map": pa.table(
            {"cluster": ["farm"] * 3, "node": ["n1", "n2", "n3"], "rack": ["r1", "r1", "r2"]},
            pa.schema([("cluster", strings), ("node", strings), ("rack", strings)]),
        ),
        "queue_map": pa.table({"cluster": ["farm"], "queue": ["long"], "service": ["batch"]}),
    }
    with lake.open(maps=maps, zone="Europe/Paris") as engine:
        rows = engine.rows("SELECT * FROM prepared ORDER BY job_id")
    assert [row["experiment"] for row in rows] == ["astro", None, "astro", None]
    assert [row["rack"] for row in rows] == ["r1", "r1", None, None]
    assert [row["node"] for row in rows] == ["n1", None, None, None]
    assert {row["service"] for row in rows} == {"batch"}
    assert [row["name_shape"] for row in rows] == ["reco_#-#-# run#", "x-*.sh", "#-#_*", None]
    assert rows[0]["hour"] == 0
    assert rows[0]["efficiency"] == pytest.approx(3400 / 3600)
    assert rows[2]["efficiency"] is None
    with lake.open() as engine:  # no maps: nothing is known, nothing is lost
        rows = engine.rows("SELECT experiment, person, language, rack, service FROM prepared")
    assert len(rows) == 4
    assert {value for row in rows for value in row.values()} == {None}


def test_straight_from_batches_the_last_of_twins_counts(tmp_path):
    batches = [batch(job(1, cpu_s=1.0), job(2)), batch(job(1, cpu_s=5.0)), batch()]
    with DuckEngine.over_batches(batches) as engine:
        rows = engine.rows("SELECT job_id, cpu_s FROM prepared ORDER BY job_id")
        assert rows == [{"job_id": "1", "cpu_s": 5.0}, {"job_id": "2", "cpu_s": 3400.0}]
        engine.keep("flags", "SELECT job_id FROM jobs WHERE cpu_s > $least", {"least": 10})
        assert engine.rows("SELECT * FROM flags") == [{"job_id": "2"}]
        with pytest.raises(EngineTrouble, match="nowhere"):
            engine.rows("SELECT * FROM nowhere")


def test_broken_and_foreign_files_are_set_apart_and_said(lake):
    lake.write_jobs([batch(job(1))], NOON)
    home = next(lake.jobs.glob("day=*"))
    good = next(home.iterdir())
    cut = home / folder.new_name(5)
    cut.write_bytes(good.read_bytes()[:-200])
    other = home / folder.new_name(6)
    pq.write_table(pa.table({"x": [1]}), other)
    wrong = home / folder.new_name(7)
    pq.write_table(pq.read_table(good).set_column(0, "cluster", pa.array([3])), wrong)
    (home / "notes.txt").write_text("mine")
    assert ids(lake) == ["1"]
    lake.inspect()
    with lake.open() as engine:
        assert engine.rows("SELECT count(*) AS n FROM jobs") == [{"n": 1}]
    apart = {path.name for path in (lake.root / "aside").iterdir()}
    assert len([name for name in apart if name.endswith(".reason.txt")]) == 4
    assert list(home.iterdir()) == [good]


def test_a_damaged_page_is_set_apart_too(lake):
    lake.write_jobs([batch(*(job(n) for n in range(2000)))], NOON)
    lake.write_jobs([batch(job(5000))], NOON)
    path = min(lake.jobs.rglob("*.parquet"))
    data = bytearray(path.read_bytes())
    data[200:3000] = b"\xff" * 2800
    path.write_bytes(data)
    found = lake.inspect(deep=True)
    assert [one.path.name.endswith(path.name) for one in found] == [True]
    assert ids(lake) == ["5000"]


def test_files_of_other_versions_are_read(lake):
    lake.write_jobs([batch(job(1))], NOON)
    path = next(lake.jobs.rglob("*.parquet"))
    table = pq.read_table(path)
    pq.write_table(table.drop_columns(["exit_code", "moved"]), path.with_name(folder.new_name(1)))
    newer = table.append_column("energy_j", pa.array([1.5])).set_column(1, "job_id", pa.array(["2"]))
    pq.write_table(newer, path.with_name(folder.new_name(2)))
    assert ids(lake) == ["1", "2"]
    path.unlink()
    with lake.open() as engine:
        rows = engine.rows("SELECT job_id, exit_code FROM jobs ORDER BY job_id")
    assert rows == [{"job_id": "1", "exit_code": None}, {"job_id": "2", "exit_code": 0}]


def test_a_folder_that_cannot_be_written_is_said_and_nothing_is_lost(lake, tmp_path):
    lake.write_jobs([batch(job(1))], NOON)
    (lake.jobs / "day=2026-03-11").write_text("a file where a folder should be")
    with pytest.raises(LakeTrouble, match="day=2026-03-11"):
        lake.write_jobs([batch(job(2), job(3, ended=NOON + DAY))], NOON)
    assert ids(lake) == ["1"]
    assert not list(folder.hidden_files(lake.root))


def test_a_full_disk_leaves_nothing_behind(lake, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LakeTrouble, match="No space left"):
        lake.write_jobs([batch(job(1))], NOON)
    assert not [path for path in Path(lake.root).rglob("*") if path.is_file()]
