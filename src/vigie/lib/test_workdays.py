from datetime import date

import pytest

from vigie.lib.workdays import add_working_days, is_working_day


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # over a week-end
        (date(2026, 5, 13), 1, date(2026, 5, 15)),  # Ascension Day on the Thursday
        (date(2026, 12, 24), 2, date(2026, 12, 29)),  # Christmas, then a week-end
        (date(2028, 2, 28), 2, date(2028, 3, 1)),  # a leap day that is a Tuesday counts
        (date(2026, 11, 22), 0, date(2026, 11, 22)),
    ],
)
def test_working_days_are_counted_as_the_calendar_on_the_wall_shows_them(start, count, end):
    assert add_working_days(start, count) == end


def test_easter_monday_is_no_working_day():
    assert not is_working_day(date(2026, 4, 6))
