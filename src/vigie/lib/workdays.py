"""Working days: Monday to Friday without French public holidays."""

from datetime import date, timedelta
from functools import lru_cache


@lru_cache(maxsize=32)
def _public_holidays(year: int) -> frozenset[date]:
    import holidays  # noqa: PLC0415 # reads every country's module: half a second that most commands need not pay

    return frozenset(holidays.country_holidays("FR", years=year))


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in _public_holidays(day.year)  # noqa: PLR2004 # Monday is 0


def warm_up(day: date) -> None:
    """Read the calendars around a day before somebody waits for them: for programs that stay."""
    for year in (day.year - 1, day.year, day.year + 1):
        _public_holidays(year)


def add_working_days(day: date, count: int) -> date:
    """The `count`-th working day after `day` (0: `day` itself, working or not)."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def is_public_holiday(day: date) -> bool:
    return day in _public_holidays(day.year)
