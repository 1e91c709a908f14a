from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from vigie.outages.rules.statistics import Trouble, figures, merged, total

YEAR = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2027, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def trouble(start: datetime, hours: float | None, *, sudden: bool = True, effect: str = "down") -> Trouble:
    return Trouble(
        sudden=sudden,
        effect=effect,
        starts_at=start,
        ends_at=start + hours * HOUR if hours is not None else None,
        declared_at=start,
        first_told_at=start + timedelta(minutes=4) if sudden else start - timedelta(days=7),
        planned_start=None if sudden else start,
        promises_kept=2,
        promises_broken=1,
    )


def test_two_outages_of_a_service_at_the_same_time_are_one_downtime():
    found = figures([trouble(YEAR, 3), trouble(YEAR + HOUR, 3)], YEAR, END)
    assert (found.outages, found.down_sudden) == (2, 4 * HOUR)


def test_what_began_before_or_goes_on_counts_only_within_the_span():
    found = figures([trouble(YEAR - 5 * HOUR, 6), trouble(END - HOUR, None)], YEAR, END)
    assert found.down_sudden == 2 * HOUR


def test_availability_counts_down_not_slow_and_notice_is_told_to_start():
    rows = [trouble(YEAR, 87.6), trouble(YEAR, 500, effect="degraded"), trouble(YEAR, 1, sudden=False)]
    found = figures(rows, YEAR, END)
    assert found.availability is not None
    assert abs(found.availability - 0.99) < 1e-9
    assert found.notice_given == timedelta(days=7)
    assert found.to_first_notice == timedelta(minutes=4)
    assert found.kept_share == 2 / 3


def test_a_service_without_trouble_has_no_medians_and_is_always_there():
    found = figures([], YEAR, END)
    assert (found.availability, found.notice_given, found.kept_share) == (1.0, None, None)


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 50)), max_size=30))
def test_merging_by_brute_force(pairs):
    spells = [(YEAR + start * HOUR, YEAR + (start + length) * HOUR) for start, length in pairs]
    hours = {start + step for start, length in pairs for step in range(length)}
    assert total(spells) == len(hours) * HOUR
    found = merged(spells)
    assert all(before[1] < after[0] for before, after in pairwise(found))
