"""Calendars of absences: what counts, and what no calendar may do to the desk."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from vigie.lib.awaytimes import Unreadable, apart, read

PARIS = ZoneInfo("Europe/Paris")
START = datetime(2026, 11, 22, tzinfo=UTC)
END = START + timedelta(days=400)


def calendar(*events: str, head: str = "") -> bytes:
    body = "".join(f"BEGIN:VEVENT\nUID:{n}\n{event.strip()}\nEND:VEVENT\n" for n, event in enumerate(events))
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\n{head}{body}END:VCALENDAR\n".replace(
        "\n", "\r\n"
    ).encode()


def spans(source: bytes, **options: str) -> list[str]:
    return [f"{a:%m-%d %H} {b:%m-%d %H}" for a, b in read(source, START, END, PARIS, **options).spans]


def test_whole_days_go_from_midnight_to_midnight_at_the_centre():
    assert spans(calendar("DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227")) == ["12-23 23 12-26 23"]
    assert spans(calendar("DTSTART;VALUE=DATE:20261224")) == ["12-23 23 12-24 23"]


def test_times_are_instants_and_one_without_zone_is_the_centres():
    assert spans(calendar("DTSTART:20261201T080000Z\nDTEND:20261201T120000Z")) == ["12-01 08 12-01 12"]
    assert spans(calendar("DTSTART:20261201T080000\nDURATION:PT4H")) == ["12-01 07 12-01 11"]


def test_a_series_with_an_exception_and_a_moved_day():
    source = calendar(
        "DTSTART;TZID=Europe/Paris:20261201T140000\nDTEND;TZID=Europe/Paris:20261201T180000\n"
        "RRULE:FREQ=WEEKLY;COUNT=3\nEXDATE;TZID=Europe/Paris:20261208T140000"
    )
    assert spans(source) == ["12-01 13 12-01 17", "12-15 13 12-15 17"]


def test_an_endless_series_ends_with_the_window():
    found = spans(calendar("DTSTART;VALUE=DATE:20260105\nRRULE:FREQ=WEEKLY"))
    assert len(found) in {57, 58}


def test_free_cancelled_and_other_titles_say_nothing():
    source = calendar(
        "SUMMARY:Congé\nDTSTART;VALUE=DATE:20261201",
        "SUMMARY:Réunion\nDTSTART;VALUE=DATE:20261202",
        "SUMMARY:congé\nTRANSP:TRANSPARENT\nDTSTART;VALUE=DATE:20261203",
        "SUMMARY:Congé\nSTATUS:CANCELLED\nDTSTART;VALUE=DATE:20261204",
    )
    assert spans(source, only="congé") == ["11-30 23 12-01 23"]
    assert len(spans(source)) == 2


def test_a_broken_event_stays_aside_and_the_others_count():
    found = read(
        calendar(
            "SUMMARY:good\nDTSTART;VALUE=DATE:20261201",
            "SUMMARY:no beginning",
            "SUMMARY:backwards\nDTSTART:20261203T120000Z\nDTEND:20261203T110000Z",
            "SUMMARY:every second\nDTSTART:20261203T120000Z\nRRULE:FREQ=SECONDLY",
            "SUMMARY:each minute of a day\nDTSTART:20261203T120000Z\nRRULE:FREQ=DAILY;BYMINUTE=1,2,3",
            "SUMMARY:no such rule\nDTSTART:20261203T120000Z\nRRULE:FREQ=NEVER",
        ),
        START,
        END,
        PARIS,
    )
    assert len(found.spans) == 1
    assert {what for what, _why in found.aside} == {
        "no beginning",
        "backwards",
        "every second",
        "each minute of a day",
        "no such rule",
    }
    assert all(why for _what, why in found.aside)


@pytest.mark.parametrize(
    "source", [b"", b"<html>", b"BEGIN:VCALENDAR\r\n", b"\xff\xfe\x00", b"BEGIN:VEVENT\r\nEND:VEVENT"]
)
def test_what_is_no_calendar_is_said_so(source: bytes):
    with pytest.raises(Unreadable):
        read(source, START, END, PARIS)


def test_a_calendar_that_takes_for_ever_is_given_up():
    never = "DTSTART;VALUE=DATE:19000101\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
    with pytest.raises(Unreadable, match="longer than"):
        apart(calendar(*[never] * 60), START, END, PARIS, seconds=1)


def test_apart_says_the_same():
    source = calendar("SUMMARY:é\nDTSTART;VALUE=DATE:20261201", "SUMMARY:broken")
    assert apart(source, START, END, PARIS) == read(source, START, END, PARIS)
    with pytest.raises(Unreadable, match="no calendar"):
        apart(b"nothing", START, END, PARIS)
