"""The climb on paper: who is called when, through quiet hours, nights of clock changes and clocks set back."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.duty.escalation.rules import (
    SET_BACK,
    Act,
    Plan,
    Quiet,
    Rung,
    Standing,
    Urgency,
    awake,
    next_call,
    quiet_at,
)

PARIS, LORD_HOWE = ZoneInfo("Europe/Paris"), ZoneInfo("Australia/Lord_Howe")
ZONES = st.sampled_from([PARIS, LORD_HOWE])
MINUTE = timedelta(minutes=1)
T = datetime(2026, 11, 22, 13, 26, tzinfo=UTC)

walls = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
quiets = st.builds(Quiet, walls, walls).filter(lambda quiet: quiet.start != quiet.until)
# Days around the changes of both zones, where the mistakes live, and any other time.
near_changes = st.builds(
    lambda day, minutes: datetime(*day, tzinfo=UTC) + minutes * MINUTE,
    st.sampled_from([(2026, 3, 28), (2026, 10, 24), (2026, 4, 4), (2026, 10, 3)]),
    st.integers(0, 3 * 24 * 60),
)
moments = st.one_of(
    near_changes, st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
)
waits = st.integers(0, 90).map(lambda n: n * MINUTE)
plans = st.builds(
    lambda gaps, rounds, again, grace, quiet: Plan(
        tuple(Rung("person", str(n), gap) for n, gap in enumerate(gaps)), rounds, again, grace, quiet
    ),
    st.lists(waits, min_size=1, max_size=4),
    st.integers(1, 4),
    st.integers(1, 90).map(lambda n: n * MINUTE),
    st.integers(1, 90).map(lambda n: n * MINUTE),
    st.one_of(st.none(), quiets),
)
urgencies = st.sampled_from(list(Urgency))


@settings(max_examples=150, deadline=None)
@given(moments, quiets, ZONES)
def test_quiet_hours_end_where_brute_force_says(t: datetime, quiet: Quiet, zone: ZoneInfo):
    slow = t.replace(second=0, microsecond=0)
    step = 15 * MINUTE  # every offset change and every wall time above but :59 falls on it
    if quiet.start.minute == 59 or quiet.until.minute == 59:
        step = MINUTE
    slow -= timedelta(minutes=slow.minute % 15) if step != MINUTE else timedelta(0)
    while slow < t or quiet_at(slow, quiet, zone):
        slow += step
    found = awake(t, quiet, zone)
    if not quiet_at(t, quiet, zone):
        assert found == t
    else:
        assert found == slow
    assert not quiet_at(found, quiet, zone)


@settings(max_examples=200, deadline=None)
@given(plans, urgencies, moments, ZONES, st.lists(st.integers(0, 200), max_size=30))
def test_a_climb_calls_each_rung_once_a_round_in_order_in_its_time_and_then_stops(
    plan: Plan, urgency: Urgency, opened: datetime, zone: ZoneInfo, looks: list[int]
):
    standing, now, calls = Standing(opened), opened, []
    for gap in [*looks, *([200] * 200)]:
        now += gap * MINUTE
        step = next_call(plan, standing, urgency, now, zone)
        if step.act == Act.STOP:
            break
        assert step.at is not None
        if step.act != Act.CALL:
            assert step.at > now or step.act == Act.HOLD
            continue
        if urgency == Urgency.LOW and plan.quiet:
            assert not quiet_at(now, plan.quiet, zone)
        if standing.moved_at is not None:
            begins = standing.called % len(plan.rungs) == 0
            wait = plan.again if begins else plan.rung(standing.called).wait
            assert now - standing.moved_at >= wait  # whoever was called had their full time
        calls.append(standing.called % len(plan.rungs))
        standing = Standing(opened, standing.called + 1, now)
    else:
        if urgency == Urgency.HIGH or plan.quiet is None:
            pytest.fail("the climb never ended")
    assert calls == [n % len(plan.rungs) for n in range(len(calls))]
    assert len(calls) <= plan.calls


@given(plans, urgencies, moments, ZONES, st.integers(0, 5000))
def test_looking_twice_decides_the_same_and_an_earlier_time_never_calls_what_a_later_one_would_not(
    plan: Plan, urgency: Urgency, opened: datetime, zone: ZoneInfo, minutes: int
):
    now = opened + minutes * MINUTE
    first = next_call(plan, Standing(opened), urgency, now, zone)
    assert first == next_call(plan, Standing(opened), urgency, now, zone)
    if first.act in {Act.WAIT, Act.HOLD}:
        assert first.at is not None
        assert next_call(plan, Standing(opened), urgency, first.at, zone).act == Act.CALL


@given(plans)
def test_a_plan_survives_its_row(plan: Plan):
    assert Plan.of_json(plan.as_json()) == plan


def two_rungs(quiet: Quiet | None = None) -> Plan:
    return Plan((Rung("duty", "p:1", timedelta(0)), Rung("duty", "p:2", 10 * MINUTE)), quiet=quiet)


def test_a_clock_set_back_calls_once_and_goes_on_from_there_but_a_correction_of_seconds_calls_nobody():
    called = Standing(T, 1, T)
    assert next_call(two_rungs(), called, Urgency.HIGH, T - timedelta(hours=1), PARIS).act == Act.CALL
    after = Standing(T, 2, T - timedelta(hours=1))
    assert next_call(two_rungs(), after, Urgency.HIGH, T - timedelta(hours=1), PARIS).act == Act.WAIT
    assert next_call(two_rungs(), called, Urgency.HIGH, T - SET_BACK, PARIS).act == Act.WAIT


def test_acknowledged_is_not_resolved():
    seen = Standing(T, 1, T, acknowledged_at=T + 2 * MINUTE)
    assert next_call(two_rungs(), seen, Urgency.HIGH, T + timedelta(minutes=61), PARIS).act == Act.WAIT
    assert next_call(two_rungs(), seen, Urgency.HIGH, T + timedelta(minutes=62), PARIS).act == Act.CALL


def test_the_end_of_quiet_hours_in_the_night_that_repeats_an_hour():
    quiet = Quiet(time(22), time(2, 30))
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 CEST, the first of two
    assert awake(first - MINUTE, quiet, PARIS) == first
    second = first + timedelta(minutes=45)  # 02:15 CET: the wall clock stands in quiet hours again
    assert awake(second, quiet, PARIS) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_an_end_of_quiet_hours_that_does_not_exist_is_the_next_instant():
    quiet = Quiet(time(22), time(2, 30))
    assert awake(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), quiet, PARIS) == datetime(
        2026, 3, 29, 1, 0, tzinfo=UTC
    )
