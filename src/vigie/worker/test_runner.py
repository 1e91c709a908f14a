"""Modules run, fail, race and die without harm to each other."""

import threading
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from vigie.kernel.clock import Clock
from vigie.kernel.models import ModuleRun
from vigie.worker import lock
from vigie.worker.module import Module, Turn
from vigie.worker.runner import Runner

pytestmark = pytest.mark.django_db(transaction=True)
SOON = timedelta(milliseconds=10)


def module(name: str, work, **more) -> Module:
    return Module(name, SOON, work, **more)


def test_a_failing_module_stops_nobody_and_is_shown(clock: Clock):
    def fails(turn: Turn) -> int:
        raise OSError("no space left")

    done = threading.Event()
    both = [module("bad", fails), module("good", lambda turn: done.set() or 1)]
    runner = Runner(both)
    runner.start()
    assert done.wait(10)
    runner.stop()
    assert runner.join()
    runner.once(both[0])
    row = ModuleRun.objects.get(module="bad")
    assert "no space left" in row.last_error
    assert row.last_ok is None
    assert row.leased_until is None
    assert ModuleRun.objects.get(module="good").last_ok == clock.now()


def test_two_runners_never_run_one_module_at_once():
    inside, most, runs = 0, 0, 0
    guard = threading.Lock()

    def work(turn: Turn) -> int:
        nonlocal inside, most, runs
        with guard:
            inside += 1
            most = max(most, inside)
            runs += 1
        stop_waiting.wait(0.005)
        with guard:
            inside -= 1
        return 1

    stop_waiting = threading.Event()
    runners = [Runner([module("one", work)], owner=f"w{n}") for n in range(3)]
    for runner in runners:
        runner.start()
    while runs < 10:
        stop_waiting.wait(0.01)
    for runner in runners:
        runner.stop()
    assert {runner.join() for runner in runners} == {True}
    assert most == 1


def test_a_killed_worker_gives_its_lock_back_when_its_time_is_up(clock: Clock):
    assert lock.claim("one", "dead", span=timedelta(minutes=5))
    ran = []
    runner = Runner([])
    one = module("one", lambda turn: ran.append(turn.owner) or 1)
    assert runner.once(one) == 0
    clock.tick(minutes=6)
    assert runner.once(one) == 1
    assert ran == [runner.owner]


def test_a_late_finisher_does_not_free_another_s_lock(clock: Clock):
    lock.claim("one", "slow", span=timedelta(minutes=5))
    clock.tick(minutes=6)
    lock.claim("one", "next", span=timedelta(minutes=5))
    lock.finish("one", "slow")
    assert not lock.claim("one", "third", span=timedelta(minutes=5))


def test_nothing_due_takes_no_lock():
    runner = Runner([])
    assert runner.once(module("idle", lambda turn: 1, due=lambda: False)) == 0
    assert not ModuleRun.objects.exists()


def test_long_work_learns_that_it_must_stop(clock: Clock):
    turn = Turn("w", clock.now() + timedelta(minutes=1), lambda: False)
    assert turn.go_on()
    clock.tick(minutes=2)
    assert not turn.go_on()


def test_a_module_that_overruns_is_said_loudly(clock: Clock):
    hold, begun = threading.Event(), threading.Event()

    def hangs(turn: Turn) -> int:
        begun.set()
        hold.wait(10)
        return 1

    runner = Runner([module("hangs", hangs, limit=timedelta(0))])
    runner.start()
    assert begun.wait(10)
    with capture_logs() as lines:
        runner.report_overruns()
    hold.set()
    runner.stop()
    assert runner.join()
    assert [(line["event"], line["module"]) for line in lines] == [("module.overran", "hangs")]


def test_daily_work_is_due_by_its_last_good_end(clock: Clock):
    day = timedelta(days=1)
    assert lock.last_ok_before("tidy", day)
    lock.claim("tidy", "w", span=day)
    lock.finish("tidy", "w")
    assert not lock.last_ok_before("tidy", day)
    clock.tick(hours=25)
    assert lock.last_ok_before("tidy", day)
