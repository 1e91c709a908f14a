"""Holes on paper: each case is a line that a colleague could draw with a ruler."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.experiments.coverage import rules
from vigie.experiments.coverage.rules import NEVER, Cause, Days, Ending, Level, Member, State, Turn

TODAY = date(2026, 12, 1)
JULY, AUGUST = date(2027, 7, 1), date(2027, 8, 1)
SINCE = date(2020, 1, 1)


def turn(person: int, level: Level = Level.PRIMARY, starts: date = SINCE, ends: date = NEVER) -> Turn:
    return Turn(person, level, Days(starts, ends))


def found(turns: list[Turn], *members: Member) -> list[rules.Hole]:
    return rules.holes("lyra", rules.stretches(turns, {one.id: one for one in members}), TODAY)


def test_a_departure_in_july_is_a_hole_seen_in_december():
    (hole,) = found([turn(1)], Member(1, JULY))[1:]
    assert (hole.state, hole.days, hole.reason.cause, hole.reason.persons) == (
        State.NONE,
        Days(JULY, NEVER),
        Cause.DEPARTURE,
        (1,),
    )


def test_the_second_person_who_goes_leaves_one():
    (hole,) = found([turn(1), turn(2, Level.BACKUP)], Member(1, JULY, Ending.CONTRACT), Member(2))
    assert (hole.state, hole.left, hole.reason.cause) == (State.SINGLE, (2,), Cause.CONTRACT)


def test_in_training_does_not_count():
    turns = [turn(1), turn(2, Level.TRAINING)]
    single, none = found(turns, Member(1, JULY), Member(2))
    assert (single.state, single.reason.cause) == (State.SINGLE, Cause.ONLY_ONE)
    assert (none.state, none.days.starts) == (State.NONE, JULY)


def test_a_holiday_of_the_only_one_is_a_hole_with_both_ends():
    away = Days(date(2027, 2, 10), date(2027, 2, 24))
    before, hole, after = found([turn(1)], Member(1, away=(away,)))
    assert (hole.days, hole.reason.cause) == (away, Cause.ABSENCE)
    assert rules.worth_telling(hole)
    assert (before.days.ends, after.days.starts) == (away.starts, away.ends)


def test_a_holiday_of_one_of_two_is_not_worth_telling_but_a_year_is():
    short, long = Days(JULY, JULY + timedelta(days=14)), Days(JULY, JULY + timedelta(days=300))
    for away, tell in ((short, False), (long, True)):
        (hole,) = found([turn(1), turn(2)], Member(1, away=(away,)), Member(2))
        assert hole.days == away
        assert rules.worth_telling(hole) is tell


def test_leave_until_the_last_day_is_a_departure():
    away = Days(date(2027, 6, 10), JULY)
    *_single, hole = found([turn(1)], Member(1, JULY, away=(away,)))
    assert (hole.days, hole.reason.cause) == (Days(away.starts, NEVER), Cause.DEPARTURE)


def test_whoever_left_covers_nothing_and_a_line_without_anybody_never_opened_a_hole():
    (hole,) = found([turn(1)])
    assert (hole.state, hole.ever, rules.worth_telling(hole)) == (State.NONE, False, False)
    assert hole.reason.cause is Cause.NOBODY


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        ((23, 14), (26, 9), (24, 26)),
        ((23, 9), (23, 17), (23, 24)),
        ((23, 8), (23, 11), None),
        ((23, 0), (25, 0), (23, 25)),
        ((27, 0), (29, 0), (27, 29)),  # the clocks go forward on the 28th
    ],
)
def test_a_day_away_is_one_without_its_noon(
    starts: tuple[int, int], ends: tuple[int, int], expected: tuple[int, int] | None
):
    paris = ZoneInfo("Europe/Paris")
    away = rules.days_away(
        datetime(2027, 3, *starts, tzinfo=paris), datetime(2027, 3, *ends, tzinfo=paris), paris
    )
    assert away == (expected and Days(date(2027, 3, expected[0]), date(2027, 3, expected[1])))


def test_a_relay_on_the_same_day_leaves_no_hole():
    turns = [turn(1, ends=JULY), turn(2, starts=JULY), turn(3)]
    assert found(turns, Member(1), Member(2), Member(3)) == []


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2027, 7, 1), 6, date(2027, 1, 1)),
        (date(2027, 8, 31), 6, date(2027, 2, 28)),
        (date(2028, 8, 31), 6, date(2028, 2, 29)),
        (date(2027, 3, 28), 1, date(2027, 2, 28)),
        (date(2027, 1, 15), 1, date(2026, 12, 15)),
        (date.min, 6, date.min),
    ],
)
def test_months_are_those_of_the_calendar(day: date, months: int, expected: date):
    assert rules.months_before(day, months) == expected


def test_marks_come_once_each_and_passed_ones_are_not_made_up_for():
    told: set[int] = set()
    came = []
    for n in range(300):
        day = date(2026, 11, 1) + timedelta(days=n)
        mark = rules.mark_due(JULY, day, told)
        if mark is not None:
            told.add(mark)
            came.append((mark, day))
    assert came == [(6, date(2027, 1, 1)), (3, date(2027, 4, 1)), (1, date(2027, 6, 1))]
    assert rules.mark_due(JULY, date(2027, 5, 1), set()) == 3
    assert rules.mark_due(JULY, date(2027, 5, 1), {3}) is None
    assert rules.mark_due(JULY, date(2027, 5, 1), {6}) == 3


def test_the_row_of_the_heat_map_shows_the_worst_of_each_month():
    life = rules.stretches([turn(1), turn(2)], {1: Member(1, date(2027, 7, 15)), 2: Member(2, AUGUST)})
    months = rules.months_from(TODAY)
    assert (months[0], len(months)) == (Days(date(2026, 12, 1), date(2027, 1, 1)), 12)
    row = {cell.days.starts.month: cell for cell in rules.cells(life, months)}
    assert (row[6].state, row[6].fewest, row[6].worst) == (State.COVERED, 2, None)
    assert (row[7].state, row[7].worst, row[7].persons) == (
        State.SINGLE,
        Days(date(2027, 7, 15), AUGUST),
        (1, 2),
    )
    assert (row[8].state, row[8].fewest) == (State.NONE, 0)


def test_the_primary_answers_then_the_backup_then_nobody_of_them():
    turns = [turn(1), turn(2, Level.BACKUP), turn(3, Level.TRAINING)]
    away = (Days(TODAY, JULY),)
    here = {1: Member(1), 2: Member(2), 3: Member(3)}
    assert rules.who_answers(turns, here, TODAY).persons == (1,)
    assert rules.who_answers(turns, here | {1: Member(1, away=away)}, TODAY) == rules.Answer(
        Level.BACKUP, (2,)
    )
    gone = {1: Member(1, away=away), 2: Member(2, TODAY), 3: Member(3)}
    assert rules.who_answers(turns, gone, TODAY) == rules.Answer(None, ())


days = st.dates(date(2026, 1, 1), date(2026, 3, 1))
spans = st.tuples(days, days).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: Days(*pair))


@given(
    st.lists(st.builds(Turn, st.integers(1, 3), st.sampled_from(list(Level)), spans), max_size=6),
    st.lists(spans, max_size=3),
    days,
)
def test_stretches_say_of_every_day_what_counting_says(turns: list[Turn], away: list[Days], ends: date):
    """By brute force: every day of a quarter; stretches touch without gap, and holes are what is not covered."""
    members = {1: Member(1, ends), 2: Member(2, away=tuple(away)), 3: Member(3)}
    life = rules.stretches(turns, members)
    assert all(left.days.ends == right.days.starts for left, right in pairwise(life))
    assert (life[0].days.starts, life[-1].days.ends) == (rules.ALWAYS, NEVER)
    open_holes = rules.holes("x", life, date.min)
    for n in range(70):
        day = date(2025, 12, 28) + timedelta(days=n)
        (there,) = [stretch for stretch in life if stretch.days.holds(day)]
        assert set(there.persons) == rules.counting(turns, members, day)
        assert any(hole.days.holds(day) for hole in open_holes) == (len(there.persons) < 2)
        assert (there.reason is None) == (there.state is State.COVERED)
