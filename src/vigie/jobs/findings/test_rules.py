"""What a colleague could check on paper."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from vigie.jobs.findings.rules import (
    Basis,
    Course,
    Point,
    Presence,
    course,
    days_owed,
    is_gone,
    key_of,
    local_day,
    normal,
)

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def points(*costs: tuple[float, float]) -> list[Point]:
    """(hours before noon, core-hours a day)"""
    return [Point(NOON - HOUR * back, cost) for back, cost in costs]


def test_the_same_cause_is_the_same_finding_in_whatever_order_it_is_written() -> None:
    assert key_of("farm", {"rack": "r12", "user": "anna"}) == key_of("farm", {"user": " anna", "rack": "r12"})
    assert key_of("farm", {"hour": 3}) == key_of("farm", {"hour": "3"})
    assert key_of("farm", {"rack": "r12"}) != key_of("other", {"rack": "r12"})
    assert key_of("farm", {"rack": "r12"}) != key_of("farm", {"node": "r12"})
    assert list(normal({"user": "u", "rack": 1})) == ["rack", "user"]


def test_a_finding_grows_only_if_it_costs_a_quarter_more_and_some_hours() -> None:
    old = NOON - timedelta(days=3)
    assert course(NOON, points((25, 40), (1, 45), (0, 52)), first_seen=old) is Course.GROWING
    assert course(NOON, points((25, 40), (0, 48)), first_seen=old) is Course.STEADY
    assert course(NOON, points((25, 1), (0, 3)), first_seen=old) is Course.STEADY  # three times nothing
    assert course(NOON, points((25, 40), (0, 30)), first_seen=old) is Course.SHRINKING


def test_new_for_a_day_unless_it_grows_meanwhile() -> None:
    young = NOON - timedelta(hours=6)
    assert course(NOON, points((0, 40)), first_seen=young) is Course.NEW
    assert course(NOON, points((6, 40), (0, 41)), first_seen=young) is Course.NEW
    assert course(NOON, points((6, 40), (0, 90)), first_seen=young) is Course.GROWING
    old = NOON - timedelta(days=9)
    assert course(NOON, points((0, 4)), first_seen=old, back_at=NOON - HOUR) is Course.BACK
    assert course(NOON, [], first_seen=old, presence=Presence.GONE) is Course.GONE


def test_gone_is_counted_between_looks_not_by_the_clock() -> None:
    seen = {Basis.RUNNING: NOON, Basis.FINISHED: None}
    assert not is_gone(seen, {Basis.RUNNING: NOON})  # nobody looked since, however late it is
    assert not is_gone(seen, {Basis.RUNNING: NOON + 2 * HOUR})
    assert is_gone(seen, {Basis.RUNNING: NOON + 3 * HOUR})
    both = {Basis.RUNNING: NOON, Basis.FINISHED: NOON}
    assert not is_gone(both, {Basis.RUNNING: NOON + 9 * HOUR, Basis.FINISHED: NOON})
    assert is_gone(both, {Basis.RUNNING: NOON + 9 * HOUR, Basis.FINISHED: NOON + 23 * HOUR})


def test_days_of_the_centre_are_as_long_as_its_clocks_say() -> None:
    spring, autumn = date(2027, 3, 28), date(2026, 10, 25)
    for day, hours in ((spring, 23), (autumn, 25), (date(2026, 11, 22), 24)):
        begin, end = local_day(day, PARIS)
        assert end.astimezone(UTC) - begin.astimezone(UTC) == hours * HOUR


def test_yesterday_is_judged_from_five_in_the_morning_and_missed_days_are_caught_up() -> None:
    def at(hour: int) -> datetime:
        return datetime(2026, 11, 22, hour, 30, tzinfo=PARIS)

    fri, sat = date(2026, 11, 20), date(2026, 11, 21)
    assert days_owed(at(4), PARIS, []) == [fri]
    assert days_owed(at(5), PARIS, []) == [sat]
    assert days_owed(at(5), PARIS, [fri]) == [sat]
    assert days_owed(at(5), PARIS, [fri, sat]) == []
    wednesday = date(2026, 11, 18)
    assert days_owed(at(6), PARIS, [wednesday]) == [date(2026, 11, 19), fri, sat]
    assert len(days_owed(at(6), PARIS, [date(2026, 9, 1)])) == 7
