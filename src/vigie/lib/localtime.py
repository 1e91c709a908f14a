"""Wall-clock times of one zone to instants and back, with the two nights a year that a naive program gets wrong."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def instant(local: datetime, zone: ZoneInfo, *, later: bool = False) -> datetime:
    """The UTC instant of a naive wall-clock time in `zone`.

    A time that occurs twice (clocks go back) is the first of the two, or the second if `later`; a time that does
    not exist (clocks go forward) is the next instant that does: 02:30 becomes 03:00. So a span written with
    `instant(start)` and `instant(end, later=True)` overlaps its neighbour rather than leaves a hole.
    """
    if local.tzinfo is not None:
        raise ValueError("a wall-clock time carries no zone")
    if not exists(local, zone):
        return _gap_end(local, zone)
    return local.replace(tzinfo=zone, fold=int(later)).astimezone(UTC)


def exists(local: datetime, zone: ZoneInfo) -> bool:
    """Whether the naive wall-clock time occurs in `zone` at all."""
    there = local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return there.replace(tzinfo=None, fold=0) == local.replace(fold=0)


def ambiguous(local: datetime, zone: ZoneInfo) -> bool:
    """Whether the naive wall-clock time occurs twice in `zone`."""
    first, second = (local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return exists(local, zone) and first != second


def _gap_end(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the clocks jumped over `local`: found by bisection to the second."""
    low = local.replace(tzinfo=zone, fold=1).astimezone(UTC)  # before the jump: read with the later offset
    high = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    offset = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


_CLOCK = re.compile(r"^(?P<hour>\d{1,2})\s*(?:[:h]\s*(?P<minute>\d{2})?)?$", re.IGNORECASE)
_DAY = re.compile(r"^(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})[T ](?P<rest>.+)$")
_SPAN = re.compile(r"^(?P<sign>[+-])\s*(?P<count>\d{1,5})\s*(?P<unit>min|m|h|d|j)$", re.IGNORECASE)
_UNITS = {"min": "minutes", "m": "minutes", "h": "hours", "d": "days", "j": "days"}


def parse(text: str, *, now: datetime, zone: ZoneInfo, later: bool = False) -> datetime:
    """An instant as people type it: `14:30`, `14h30`, `2026-11-22 14:30`, `+45min`, `-2h`, or ISO with an offset.

    A bare clock time is the one nearest to `now`, so that 23:50 typed just after midnight is yesterday's.
    Raises ValueError with what was wrong.
    """
    text = text.strip()
    if span := _SPAN.match(text):
        step = timedelta(**{_UNITS[span["unit"].lower()]: int(span["count"])})
        return (now + step if span["sign"] == "+" else now - step).astimezone(UTC)
    if day := _DAY.match(text):
        try:
            aware = datetime.fromisoformat(text)
        except ValueError:
            aware = None
        if aware is not None and aware.tzinfo is not None:
            return aware.astimezone(UTC)
        on = date(int(day["year"]), int(day["month"]), int(day["day"]))
        return instant(datetime.combine(on, _clock_time(day["rest"])), zone, later=later)
    at = _clock_time(text)
    today = now.astimezone(zone).date()
    options = [
        instant(datetime.combine(today + timedelta(days=n), at), zone, later=later) for n in (-1, 0, 1)
    ]
    return min(options, key=lambda option: abs(option - now))


def _clock_time(text: str) -> time:
    try:
        if match := _CLOCK.match(text.strip()):
            return time(int(match["hour"]), int(match["minute"] or 0))
        return time.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        raise ValueError(f"“{text}” is not a time; write 14:30 or 2026-11-22 14:30 or +45min") from None
