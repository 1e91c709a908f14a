"""Long times in short windows, shorter where they are too much."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.batch.programs import TooLarge, TooSlow
from vigie.batch.slurm.windows import LEAST, in_windows
from vigie.contracts.batch import Away

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
Window = tuple[datetime, datetime]


def as_asked(since: datetime, until: datetime) -> Window:
    return since, until


@given(st.integers(0, 10**6), st.integers(1, 10**5), st.integers(30, 10**5))
def test_windows_have_no_holes_and_do_not_overlap(seconds: int, longest: int, most: int) -> None:
    def ask(since: datetime, until: datetime) -> Window:
        if until - since > timedelta(seconds=most):
            raise TooLarge("too large")
        return since, until

    end = NOON + timedelta(seconds=seconds % (longest * 50))
    found = list(in_windows(NOON, end, ask, longest=timedelta(seconds=longest), slow=60))
    edges = [NOON, *(until for _, until in found)]
    assert edges[-1] == end
    assert [since for since, _ in found] == edges[:-1]
    assert all(until - since <= timedelta(seconds=longest) for since, until in found)


def test_no_time_asks_nothing() -> None:
    assert list(in_windows(NOON, NOON, as_asked, longest=HOUR, slow=1)) == []
    assert list(in_windows(NOON, NOON - HOUR, as_asked, longest=HOUR, slow=1)) == []


def test_a_slow_answer_makes_the_next_window_shorter_and_quick_ones_longer_again() -> None:
    def ask(since: datetime, until: datetime) -> timedelta:
        if since == NOON:
            time.sleep(0.45)
        return until - since

    found = list(in_windows(NOON, NOON + 4 * HOUR, ask, longest=HOUR, slow=0.4))
    assert found[:3] == [HOUR, HOUR / 2, HOUR]


def test_one_that_can_not_even_tell_of_half_a_minute_is_away() -> None:
    asked: list[timedelta] = []

    def ask(since: datetime, until: datetime) -> None:
        asked.append(until - since)
        raise TooSlow("sacct: no answer in time")

    with pytest.raises(Away, match=r"no answer in time.*2026-11-22T12:00:00 to 12:00:30 UTC"):
        list(in_windows(NOON, NOON + HOUR, ask, longest=HOUR, slow=1))
    assert asked[-1] == LEAST
    assert len(asked) < 10


def test_what_was_found_before_a_failure_is_handed_out() -> None:
    def ask(since: datetime, until: datetime) -> Window:
        if since > NOON:
            raise Away("gone")
        return since, until

    found = in_windows(NOON, NOON + 2 * HOUR, ask, longest=HOUR, slow=1)
    assert next(found) == (NOON, NOON + HOUR)
    with pytest.raises(Away, match="gone"):
        next(found)
