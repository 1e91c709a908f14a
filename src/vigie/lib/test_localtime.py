from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.lib.localtime import ambiguous, exists, instant, parse

PARIS = ZoneInfo("Europe/Paris")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # half-hour daylight saving
NOW = datetime(2026, 11, 22, 14, 26, tzinfo=UTC)


def test_a_time_that_does_not_exist_becomes_the_next_instant():
    jump = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert instant(datetime(2026, 3, 29, 2, 30), PARIS) == jump
    assert instant(datetime(2026, 3, 29, 2, 0), PARIS) == jump


def test_a_time_that_occurs_twice_is_the_first_or_on_demand_the_second():
    twice = datetime(2026, 10, 25, 2, 30)
    assert ambiguous(twice, PARIS)
    assert instant(twice, PARIS) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant(twice, PARIS, later=True) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("zone", [PARIS, LORD_HOWE])
@given(minutes=st.integers(0, 366 * 24 * 60))
def test_every_wall_clock_minute_of_a_leap_year_by_brute_force(zone, minutes):
    local = datetime(2028, 1, 1) + timedelta(minutes=minutes)
    found = instant(local, zone)
    if exists(local, zone):
        assert found.astimezone(zone).replace(tzinfo=None, fold=0) == local
        assert found <= instant(local, zone, later=True)
    else:
        assert found.astimezone(zone).replace(tzinfo=None) > local
        assert (found - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None) < local


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("14:30", datetime(2026, 11, 22, 13, 30, tzinfo=UTC)),
        ("14h30", datetime(2026, 11, 22, 13, 30, tzinfo=UTC)),
        ("9h", datetime(2026, 11, 22, 8, 0, tzinfo=UTC)),
        ("2026-12-08 08:00", datetime(2026, 12, 8, 7, 0, tzinfo=UTC)),
        ("2026-12-08T08:00", datetime(2026, 12, 8, 7, 0, tzinfo=UTC)),
        ("2026-12-08T08:00:00Z", datetime(2026, 12, 8, 8, 0, tzinfo=UTC)),
        ("2028-02-29 12:00", datetime(2028, 2, 29, 11, 0, tzinfo=UTC)),
        ("+45min", NOW + timedelta(minutes=45)),
        ("-2h", NOW - timedelta(hours=2)),
        ("+1j", NOW + timedelta(days=1)),
    ],
)
def test_times_as_people_type_them(typed, meant):
    assert parse(typed, now=NOW, zone=PARIS) == meant


def test_a_bare_clock_time_is_the_nearest_one():
    just_after_midnight = datetime(2026, 11, 21, 23, 10, tzinfo=UTC)  # 00:10 in Paris
    assert parse("23:50", now=just_after_midnight, zone=PARIS) == datetime(2026, 11, 21, 22, 50, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["", "noon", "25:00", "2026-02-30 10:00", "14:99", "+999999h", "12:00; rm"])
def test_what_is_not_a_time_is_refused_with_words(typed):
    with pytest.raises(ValueError, match=r".+"):
        parse(typed, now=NOW, zone=PARIS)
