"""Story: the worker asks a batch system for its jobs; it goes away, comes back, and the history has no hole."""

import sys
from datetime import datetime, timedelta

import pytest

from tests.support import stranger_farm as farm
from tests.support.fixtures import Clock
from tests.support.jobs import job
from tests.support.stranger_farm import FARM, Farm
from vigie.contracts.batch import Away
from vigie.jobs import adapters
from vigie.jobs.findings.queries.jobs import job as job_of
from vigie.jobs.lake import LakeTrouble
from vigie.jobs.models import BatchSource, LineAside
from vigie.jobs.queries import lake, standings
from vigie.jobs.rules import Asked
from vigie.kernel.errors import Refused
from vigie.worker.modules import modules
from vigie.worker.runner import Runner

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TABLE = Asked("stranger", interval=300, overlap_minutes=60, window_minutes=120, window_jobs=100, first_days=1)


@pytest.fixture(autouse=True)
def desk(settings, tmp_path, monkeypatch, cast):
    settings.OPTIONS = settings.OPTIONS.moved(tmp_path)
    settings.BATCH = {"farm": TABLE}
    monkeypatch.setattr(adapters, "installed", lambda _group: farm.entry_points())
    FARM.__dict__.update(Farm().__dict__)


def turn() -> int:
    """The worker's own module looks once."""
    [module] = [one for one in modules({}) if one.name == "jobs of farm"]
    return Runner([module]).once(module)


def until_caught_up(clock: Clock, most: int = 200) -> int:
    turns = 0
    while turns < most:
        turn()
        turns += 1
        row = BatchSource.objects.get()
        if (row.cursor is None and row.until == clock.now()) or row.away_since:
            break
        clock.tick(seconds=2)
    return turns


def known() -> list[str]:
    with lake().open() as engine:
        return sorted(row["job_id"] for row in engine.rows("FROM jobs SELECT job_id"))


def ends(start: datetime, count: int, step: timedelta) -> list[dict[str, object]]:
    return [job(n, ended=start + n * step) for n in range(count)]


@pytest.mark.slow
def test_the_first_round_catches_up_and_then_each_look_keeps_its_interval(clock: Clock) -> None:
    began = clock.now()
    FARM.ended = ends(began - 20 * HOUR, 40, 30 * MINUTE)
    FARM.running = [job(900, ended=None), job(901, ended=None, state="waiting")]
    until_caught_up(clock)
    assert known() == sorted(str(n) for n in range(40))
    [now] = standings()
    assert (now.running, now.waiting, now.jobs, now.away) == (1, 1, 40, False)
    assert all(until - since <= 2 * HOUR for since, until in FARM.asked)
    asked = len(FARM.asked)
    clock.tick(seconds=100)
    assert turn() == 0
    assert len(FARM.asked) == asked  # it gets rest
    FARM.ended.append(job(50, ended=clock.now()))
    clock.tick(seconds=250)
    until_caught_up(clock)
    assert "50" in known()


@pytest.mark.slow
def test_away_it_is_shown_since_when_and_then_caught_up_without_a_hole(clock: Clock) -> None:
    until_caught_up(clock)
    left = clock.now()
    FARM.fails = Away("squeue: Unable to contact slurm controller (connect failure)")
    for _minute in range(3):
        clock.tick(hours=3)
        turn()
    [now] = standings()
    assert now.away_since == left + 3 * HOUR
    assert "Unable to contact" in now.problem
    assert now.behind_s == 9 * 3600
    FARM.fails, FARM.ended = None, ends(left - 30 * MINUTE, 100, 6 * MINUTE)
    clock.tick(minutes=2)
    until_caught_up(clock)
    assert len(known()) == 96  # the last four end in the future; those before it went away were recorded late
    assert not standings()[0].away
    clock.tick(hours=1)
    until_caught_up(clock)
    assert len(known()) == 100


def test_history_goes_on_while_only_the_live_side_is_away(clock: Clock) -> None:
    FARM.live_fails = Away("squeue does not answer")
    FARM.ended = [job(1, ended=clock.now() - 30 * MINUTE)]
    for _turn in range(60):
        turn()
        clock.tick(minutes=1)
    assert known() == ["1"]
    assert standings()[0].problem == "squeue does not answer"


def test_recorded_late_within_the_overlap_it_is_found(clock: Clock) -> None:
    until_caught_up(clock)
    late = job(7, ended=clock.now() - 50 * MINUTE)
    clock.tick(minutes=5)
    FARM.ended.append(late)
    until_caught_up(clock)
    assert known() == ["7"]


@pytest.mark.slow
def test_too_many_at_once_the_windows_shrink_and_grow_again(clock: Clock) -> None:
    busy = clock.now() - 10 * HOUR
    FARM.ended = ends(busy, 600, timedelta(seconds=6))
    until_caught_up(clock, 400)
    assert len(known()) == 600
    assert min(until - since for since, until in FARM.asked) < 20 * MINUTE
    assert BatchSource.objects.get().window_s > 900


@pytest.mark.slow
def test_a_burst_in_one_minute_is_taken_however_large(clock: Clock) -> None:
    FARM.ended = ends(clock.now() - 10 * HOUR, 500, timedelta(milliseconds=10))
    until_caught_up(clock, 400)
    assert len(known()) == 500


def test_rubbish_is_said_kept_aside_once_and_stops_nothing_else(clock: Clock) -> None:
    FARM.rubbish, FARM.running = True, [job(1, ended=None)]
    for _turn in range(3):
        turn()
        clock.tick(minutes=6)
    [now] = standings()
    assert "columns" in now.problem
    assert now.running == 1
    assert (now.asides, now.notes) == (1, {"a name with  in it": 1, "a step without its job": 2})
    assert [line.text for line in LineAside.objects.all()] == ["17|many|"]
    FARM.rubbish = False
    until_caught_up(clock)
    assert not standings()[0].away


def test_what_was_mended_is_told_and_no_byte_of_an_answer_stops_the_desk(clock: Clock) -> None:
    turn()
    [now] = standings()
    assert now.notes == {"a step without its job": 2}
    clock.tick(hours=1)
    FARM.fails = Away("sacct: \x00\x1b[31m slurmdbd \udcff is down")
    turn()
    [now] = standings()
    assert now.problem == "sacct: [31m slurmdbd  is down"
    clock.tick(hours=1)
    FARM.fails = AttributeError("'NoneType' object has no attribute 'strip'")
    turn()
    assert "the adapter failed: AttributeError" in standings()[0].problem
    FARM.fails = None
    clock.tick(hours=1)
    until_caught_up(clock)
    assert not standings()[0].away


def test_a_lake_that_cannot_be_written_moves_no_watermark(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    until_caught_up(clock)
    known_up_to = BatchSource.objects.get().until
    clock.tick(minutes=10)
    FARM.ended = [job(1, ended=clock.now() - MINUTE)]

    def full(*_args: object) -> None:
        raise LakeTrouble("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("vigie.jobs.lake.Lake.write_jobs", full)
        turn()
    assert BatchSource.objects.get().until == known_up_to
    assert "No space" in standings()[0].problem
    clock.tick(minutes=2)
    until_caught_up(clock)
    assert known() == ["1"]


def test_a_lake_that_cannot_be_read_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_args: object, **_how: object) -> None:
        raise LakeTrouble("/data/lake can't be read: Input/output error. See to the disk.")

    monkeypatch.setattr("vigie.jobs.lake.Lake.open", gone)
    with pytest.raises(Refused, match="See to the disk"):
        job_of("farm", "1")


def test_the_database_that_is_away_after_the_files_are_written_loses_nothing(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    until_caught_up(clock)
    clock.tick(minutes=10)
    FARM.ended = [job(1, ended=clock.now() - MINUTE)]
    with monkeypatch.context() as patch:
        patch.setattr(
            "vigie.jobs.actions.polling._note", lambda *_a, **_k: (_ for _ in ()).throw(OSError("gone"))
        )
        assert turn() == -1
    assert known() == ["1"]
    clock.tick(minutes=10)
    until_caught_up(clock)
    assert known() == ["1"]
    assert BatchSource.objects.get().until == clock.now()


def test_a_clock_that_was_wrong_and_is_set_right_leaves_no_hole(clock: Clock) -> None:
    until_caught_up(clock)
    right = clock.now()
    clock.tick(days=300)
    turn()
    clock.tick(days=-300)
    FARM.ended = [job(1, ended=right + 2 * MINUTE), job(2, ended=right + 20 * MINUTE)]
    clock.tick(minutes=10)
    until_caught_up(clock)
    clock.tick(minutes=20)
    until_caught_up(clock)
    assert known() == ["1", "2"]
    assert BatchSource.objects.get().until == clock.now()


def test_who_was_overtaken_says_nothing(clock: Clock) -> None:
    until_caught_up(clock)
    clock.tick(minutes=10)
    later = clock.now() + HOUR
    FARM.while_asked = lambda: BatchSource.objects.update(until=later) and None
    turn()
    assert BatchSource.objects.get().until == later


def test_a_wrong_adapter_is_said(clock: Clock, settings) -> None:
    settings.BATCH = {"farm": Asked("stranger", 300, 60, 60, 100, 1, {"colour": "red"})}
    turn()
    assert "batch.farm.colour" in standings()[0].problem
    assert LineAside.objects.count() == 0


PRINTS = """
import sys
jobs = [("1", "2026-11-22T09:30:00Z", "2026-11-22T10:00:00Z"), ("2", "2026-11-22T09:00:00Z", "2026-11-22T11:30:00Z")]
print("job_id,submitted,started,ended,user,cores,state")
for number, start, end in jobs:
    if sys.argv[1] <= end < sys.argv[2]:
        print(f"{number},{start},{start},{end},mstone,4,completed")
"""


def test_a_home_made_system_by_its_own_commands(clock: Clock, settings, monkeypatch, tmp_path) -> None:
    monkeypatch.undo()
    prints = tmp_path / "prints.py"
    prints.write_text(PRINTS)
    own = {
        "cluster": "farm",
        "running": [sys.executable, "-c", "print('job_id,state,user,cores\\n7,running,mstone,1')"],
        "finished": [sys.executable, str(prints), "{since}", "{until}"],
        "time_format": "%Y-%m-%dT%H:%M:%SZ",
    }
    settings.BATCH = {"farm": Asked("command", 300, 60, 1440, 100, 1, own)}
    until_caught_up(clock)
    [now] = standings()
    assert (now.problem, now.running, now.jobs) == ("", 1, 2)
    assert known() == ["1", "2"]
