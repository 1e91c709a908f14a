"""Patterns and rotations, minute by minute over the nights when clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vigie.duty.rules import (
    Every,
    Fitness,
    Order,
    Pattern,
    Reason,
    Rhythm,
    Span,
    assign,
    clock_times,
    slots,
    turns,
    wanted_pieces,
)
from vigie.lib.workdays import is_public_holiday

MINUTE = timedelta(minutes=1)
ZONES = [
    ZoneInfo("Europe/Paris"),
    ZoneInfo("Australia/Lord_Howe"),
]  # an hour; half an hour, and in the other half-year
CHANGES = {
    "Europe/Paris": [date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28)],
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4), date(2027, 4, 4)],
}
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 29, 30, 31, 45, 59]))
night = st.builds(time, st.integers(1, 3), st.sampled_from([0, 15, 30, 45]))  # where clocks change
handovers = st.lists(st.one_of(times, night), min_size=1, max_size=6, unique=True).map(
    lambda found: tuple(sorted(found))
)


def never(_day: date) -> bool:
    return False


@st.composite
def round_the_clock(draw) -> tuple[Pattern, ZoneInfo, date]:
    zone = draw(st.sampled_from(ZONES))
    day = draw(st.sampled_from(CHANGES[zone.key]))
    rhythm = draw(st.sampled_from([Rhythm.ROUND, Rhythm.WEEKLY]))
    ours = draw(handovers)
    pattern = Pattern(rhythm, ours[:1] if rhythm is Rhythm.WEEKLY else ours)
    return pattern, zone, day


@settings(max_examples=60, deadline=None)
@given(round_the_clock())
def test_a_duty_round_the_clock_has_no_hole_at_any_minute(case: tuple[Pattern, ZoneInfo, date]):
    pattern, zone, day = case
    assert pattern.always
    there = list(slots(pattern, day - timedelta(days=9), day + timedelta(days=2), zone=zone, holiday=never))
    start = datetime.combine(day, time(0), tzinfo=UTC) - timedelta(hours=24)
    minutes = [start + n * MINUTE for n in range(48 * 60)]
    held = [sum(slot.span.holds(minute) for slot in there) for minute in minutes]
    assert min(held) >= 1
    # Only where an hour occurs twice, and only for that hour, may two hold it.
    twice = [minute for minute, count in zip(minutes, held, strict=True) if count > 1]
    for minute in twice:
        here = minute.astimezone(zone)
        other = here.replace(fold=1 - here.fold)
        assert here.utcoffset() != other.utcoffset()


@settings(max_examples=60, deadline=None)
@given(round_the_clock())
def test_neighbours_meet_or_overlap_by_what_the_clock_repeats(case: tuple[Pattern, ZoneInfo, date]):
    pattern, zone, day = case
    there = [
        slot.span
        for slot in slots(pattern, day - timedelta(days=8), day + timedelta(days=8), zone=zone, holiday=never)
    ]
    for one, following in pairwise(there):
        assert timedelta(0) <= one.ends - following.starts <= timedelta(hours=1)


def test_a_hand_over_within_the_repeated_hour_overlaps_and_one_in_the_gap_waits():
    paris = ZoneInfo("Europe/Paris")
    autumn, spring = date(2026, 10, 25), date(2027, 3, 28)
    pattern = Pattern(Rhythm.ROUND, (time(2, 30),))
    before, after = list(slots(pattern, autumn - timedelta(days=1), autumn, zone=paris, holiday=never))
    assert (after.span.starts, before.span.ends) == (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    )
    before, after = list(slots(pattern, spring - timedelta(days=1), spring, zone=paris, holiday=never))
    assert before.span.ends == after.span.starts == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)


def test_office_hours_leave_week_ends_and_public_holidays_out():
    pattern = Pattern(Rhythm.OFFICE, (time(9),), time(18), frozenset(range(5)), on_holidays=False)
    found = list(
        slots(pattern, date(2026, 12, 21), date(2026, 12, 27), zone=ZONES[0], holiday=is_public_holiday)
    )
    assert [slot.day.day for slot in found] == [21, 22, 23, 24]  # Friday is Christmas
    assert found[0].span == Span(
        datetime(2026, 12, 21, 8, tzinfo=UTC), datetime(2026, 12, 21, 17, tzinfo=UTC)
    )


def test_times_as_people_write_them():
    assert clock_times("20h, 8:00") == (time(8), time(20))
    for wrong in ("25:00", "8:60", "eight", "8:00 8:00"):
        with pytest.raises(ValueError, match=wrong):
            clock_times(wrong)


def order(*people: int, every: Every = Every.SHIFT, offsets: tuple[int, ...] = (0, 1)) -> Order:
    return Order(date(2026, 11, 23), every, people, offsets)


@settings(max_examples=60, deadline=None)
@given(handovers, st.sampled_from(list(Every)), st.integers(0, 300))
def test_the_turn_depends_on_the_day_and_not_on_the_window(ours, every, later):
    pattern, list_ = Pattern(Rhythm.ROUND, ours), order(1, 2, 3, every=every)
    start = list_.starts_on + timedelta(days=later)
    whole = slots(pattern, list_.starts_on, start + timedelta(days=3), zone=ZONES[0], holiday=never)
    part = slots(pattern, start, start + timedelta(days=3), zone=ZONES[0], holiday=never)
    by_whole = {slot: turn for slot, turn in turns(list_, pattern, whole, holiday=never) if slot.day >= start}
    assert dict(turns(list_, pattern, part, holiday=never)) == by_whole


HOUR = timedelta(hours=1)
T = datetime(2026, 11, 23, 7, tzinfo=UTC)
SHIFT = Span(T, T + 12 * HOUR)


def fit(**facts) -> Fitness:
    return Fitness(zone=ZONES[0], here={1: None, 2: None, 3: None}, qualified=None, **facts)


def test_the_absent_the_unqualified_and_leavers_are_passed_over_with_the_reason():
    known = Fitness(
        zone=ZONES[0],
        here={1: None, 2: None, 3: None},
        qualified={
            1: [(date(2026, 1, 1), None)],
            2: [(date(2026, 1, 1), date(2026, 11, 23))],
            3: [(date(2020, 1, 1), None)],
            4: [],
        },
        away={1: [Span(T + 11 * HOUR, T + 20 * HOUR)]},
    )
    [primary] = assign(lambda _level: (4, 1, 2, 3), [(1, SHIFT)], known.unfit)
    assert primary.person == 3
    assert primary.passed == ((4, Reason.LEFT), (1, Reason.ABSENT), (2, Reason.UNQUALIFIED))


def test_nobody_left_is_a_hole_and_nobody_is_their_own_backup():
    choices = list(assign(lambda _level: (1,), [(1, SHIFT), (2, SHIFT)], fit().unfit))
    assert [choice.person for choice in choices] == [1, None]
    assert choices[1].passed == ((1, Reason.HOLDS),)


def test_levels_begin_further_down_the_list():
    list_ = order(1, 2, 3)
    assert [list_.line(0, 1)[0], list_.line(0, 2)[0], list_.line(2, 2)[0], list_.line(0, 3)[0]] == [
        1,
        2,
        1,
        3,
    ]


@given(st.integers(1, 8), st.integers(0, 40), st.integers(1, 3))
def test_who_stands_in_has_no_turn_beside_it_while_somebody_else_can(count: int, turn: int, level: int):
    list_ = order(*range(count))
    down = list_.line(turn, level)
    assert sorted(down) == list(range(count))  # everybody is asked, once
    beside = {list_.line(near, level)[0] for near in (turn - 1, turn + 1)} - {down[0]}
    assert set(down[count - len(beside) :]) == beside


def test_what_was_put_in_by_hand_is_cut_out_and_a_neighbour_of_the_repeated_hour_is_not():
    hand = Span(T + 2 * HOUR, T + 3 * HOUR)
    neighbour = Span(T - 11 * HOUR, T + HOUR)
    everything = frozenset({SHIFT, neighbour})
    assert wanted_pieces(SHIFT, [hand, neighbour], everything) == [
        Span(T, T + 2 * HOUR),
        Span(T + 3 * HOUR, T + 12 * HOUR),
    ]
    assert wanted_pieces(SHIFT, [SHIFT], everything) == []


spans = st.tuples(st.integers(0, 60), st.integers(1, 20)).map(
    lambda pair: Span(T + pair[0] * MINUTE, T + (pair[0] + pair[1]) * MINUTE)
)


@given(spans, st.lists(spans, max_size=6))
def test_cutting_out_leaves_exactly_the_minutes_that_nobody_took(span: Span, taken: list[Span]):
    left = span.less(taken)
    for n in range(90):
        minute = T + n * MINUTE
        free = span.holds(minute) and not any(other.holds(minute) for other in taken)
        assert sum(piece.holds(minute) for piece in left) == free
