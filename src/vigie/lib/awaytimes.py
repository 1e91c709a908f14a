"""When somebody is away, by their calendar: iCalendar text to spans. What is broken in it stays aside with a reason.

`apart` reads in a program of its own with limits on time and memory: no calendar, however made, holds the desk up.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

MOST_TIMES = 1000  # of one event, within the window that is asked for
MOST_EVENTS = 5000
SECONDS = 20
MEMORY = 1_000_000_000  # bytes
TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}
_SHOWN = 80

Pair = tuple[datetime, datetime]


class Unreadable(Exception):
    """The whole calendar can't be read; the text says why."""


@dataclass(frozen=True)
class Away:
    """The spans, in order, each once; and the events that were kept aside: (what, why)."""

    spans: tuple[Pair, ...]
    aside: tuple[tuple[str, str], ...] = ()


def read(source: bytes, start: datetime, end: datetime, zone: ZoneInfo, *, only: str = "") -> Away:
    """The times of all events that touch [start, end), a whole day from midnight to midnight in `zone`.

    An event that leaves the time free, or was cancelled, says nothing; `only`: neither does one whose title lacks
    that word. An event without end is cut at `end`. Raises Unreadable.
    """
    import icalendar  # noqa: PLC0415 # a quarter of a second, in the program that reads

    try:
        calendars = icalendar.Calendar.from_ical(source, multiple=True)
    except (ValueError, IndexError, KeyError, RecursionError) as error:
        raise Unreadable(f"it is no calendar: {_words(error)}") from None
    if not calendars or any(calendar.name != "VCALENDAR" for calendar in calendars):
        raise Unreadable("it is no calendar: it holds no VCALENDAR")
    spans: set[Pair] = set()
    aside: list[tuple[str, str]] = []
    for calendar in calendars:
        for title, series in _series(calendar):
            if only and only.casefold() not in title.casefold():
                continue
            try:
                spans |= set(_times(calendar, series, start, end, zone))
            except Exception as error:  # noqa: BLE001 # whatever a stranger's event makes a library raise
                aside.append((title[:_SHOWN], _words(error)))
    return Away(tuple(sorted(spans)), tuple(aside))


def _words(error: Exception) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:200]


def _series(calendar: Any) -> Iterator[tuple[str, list[Any]]]:
    """Events that belong together (one UID: a series and its exceptions), each group with its title."""
    groups: dict[str, list[Any]] = {}
    for number, event in enumerate(calendar.walk("VEVENT")):
        if number >= MOST_EVENTS:
            raise Unreadable(f"it holds more than {MOST_EVENTS} events")
        groups.setdefault(str(event.get("UID", f"nr {number}")), []).append(event)
    for events in groups.values():
        yield str(events[0].get("SUMMARY", "")), events


def _times(
    calendar: Any, series: list[Any], start: datetime, end: datetime, zone: ZoneInfo
) -> Iterable[Pair]:
    import icalendar  # noqa: PLC0415 # as above
    import recurring_ical_events  # noqa: PLC0415 # as above

    alone = icalendar.Calendar()
    if calendar.get("X-WR-TIMEZONE"):
        alone.add("X-WR-TIMEZONE", calendar.get("X-WR-TIMEZONE"))
    for part in [*calendar.walk("VTIMEZONE"), *series]:
        alone.add_component(part)
    for event in series:
        _check(event)
    rows = recurring_ical_events.of(alone).between(start, end)
    found = [_span(row, zone) for row in islice(rows, MOST_TIMES + 1) if _counts(row)]
    if len(found) > MOST_TIMES:
        raise ValueError(f"it takes place more than {MOST_TIMES} times")
    return [
        (max(begin, start), min(finish, end)) for begin, finish in found if begin < end and finish > start
    ]


def _check(event: Any) -> None:
    if "DTSTART" not in event:
        raise ValueError("it has no beginning (DTSTART)")
    if "DTEND" in event and _day_of(event["DTEND"].dt) < _day_of(event["DTSTART"].dt):
        raise ValueError("it ends before it begins")
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        often = {str(value).upper() for value in rule.get("FREQ", [])}
        if often & TOO_OFTEN or any(name in rule for name in ("BYHOUR", "BYMINUTE", "BYSECOND")):
            raise ValueError("it repeats several times a day, which no absence does")


def _day_of(value: date) -> tuple[date, time]:
    """Wall-clock order is enough to see that an end lies before its beginning."""
    return (value.date(), value.time()) if isinstance(value, datetime) else (value, time(0))


def _counts(event: Any) -> bool:
    free = str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
    return not free and str(event.get("STATUS", "")).upper() != "CANCELLED"


def _span(event: Any, zone: ZoneInfo) -> Pair:
    begin, finish = event["DTSTART"].dt, event["DTEND"].dt
    if not isinstance(begin, datetime) and begin == finish:
        finish = begin + timedelta(days=1)
    pair = _instant(begin, zone), _instant(finish, zone)
    if pair[1] <= pair[0]:
        raise ValueError("it ends before it begins")
    return pair


def _instant(value: date, zone: ZoneInfo) -> datetime:
    """A day is its first instant; a time without zone is the centre's."""
    at = value if isinstance(value, datetime) else datetime.combine(value, time(0))
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def apart(
    source: bytes, start: datetime, end: datetime, zone: ZoneInfo, *, only: str = "", seconds: float = SECONDS
) -> Away:
    """As `read`, in a program of its own. Raises Unreadable, also when it takes too long or too much memory."""
    command = [sys.executable, "-m", __name__, start.isoformat(), end.isoformat(), zone.key, only]
    try:
        done = subprocess.run(  # noqa: S603 # our own module, arguments as a list
            command, input=source, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise Unreadable(f"reading it takes longer than {seconds:.0f} s") from None
    if done.returncode:
        raise Unreadable(
            done.stderr.decode("utf-8", "replace").strip()[-200:] or "reading it takes too much memory"
        )
    data = json.loads(done.stdout)
    spans = tuple((datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in data["spans"])
    return Away(spans, tuple((what, why) for what, why in data["aside"]))


def _main() -> int:
    with suppress(
        ImportError, ValueError, OSError
    ):  # a system without these limits still has the one on time
        import resource  # noqa: PLC0415 # POSIX only

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    start, end, zone, only = sys.argv[1:5]
    try:
        found = read(
            sys.stdin.buffer.read(),
            datetime.fromisoformat(start),
            datetime.fromisoformat(end),
            ZoneInfo(zone),
            only=only,
        )
    except (Unreadable, MemoryError) as error:
        sys.stderr.write(str(error) or "reading it takes too much memory")
        return 1
    spans = [[begin.isoformat(), finish.isoformat()] for begin, finish in found.spans]
    sys.stdout.write(json.dumps({"spans": spans, "aside": found.aside}))
    return 0


if __name__ == "__main__":
    sys.exit(_main())
