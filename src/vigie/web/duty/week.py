"""A week of the rota as its page shows it: days, duties, levels, and shifts placed by the hour."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from vigie.duty.models import Duty, Shift
from vigie.duty.queries import Hole
from vigie.duty.rules import Span
from vigie.lib.localtime import instant
from vigie.people.models import Person

HOURS = 7 * 24
YEARS_AROUND = 100  # beyond, calendars end and nobody is on duty


@dataclass(frozen=True)
class Bar:
    """One shift within the week; `first` and `last` are wall-clock hours from Monday 00:00."""

    shift: Shift
    first: int
    last: int
    short: str
    classes: str


@dataclass(frozen=True)
class Gap:
    """A hole within the week."""

    span: Span
    classes: str


@dataclass(frozen=True)
class Lane:
    level: int
    bars: tuple[Bar, ...]
    holes: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class Row:
    duty: Duty
    name: str
    lanes: tuple[Lane, ...]


def monday_of(text: str, today: date) -> date:
    """The Monday of an ISO week like 2026-W47; this week's where the text means nothing."""
    try:
        day = date.fromisoformat(f"{text}-1" if "W" in text else text)
    except ValueError:
        day = today
    return _monday(day if abs(day.year - today.year) <= YEARS_AROUND else today)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_name(monday: date) -> str:
    year, week, _day = monday.isocalendar()
    return f"{year}-W{week:02d}"


def bounds(monday: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants at which the week begins and ends; 167 or 169 hours apart where clocks change."""
    return tuple(  # type: ignore[return-value] # two of them
        instant(datetime.combine(day, time(0)), zone) for day in (monday, monday + timedelta(days=7))
    )


def hour_of(at: datetime, monday: date, zone: ZoneInfo) -> float:
    """Wall-clock hours since Monday 00:00, so that 08:00 stands at 8 on every day, also when clocks change."""
    here = at.astimezone(zone)
    return (here.date() - monday).days * 24 + here.hour + here.minute / 60


def short_name(name: str) -> str:
    """“N. Diallo” for Ndèye Diallo: what fits into half a day."""
    first, _space, rest = name.partition(" ")
    return f"{first[:1]}. {rest}" if rest else first


def rows(
    duties: Iterable[Duty],
    shifts: Iterable[Shift],
    *,
    monday: date,
    zone: ZoneInfo,
    now: datetime,
    me: Person,
    language: str,
    holes: Iterable[Hole] = (),
) -> list[Row]:
    """Every duty with a lane for each of its levels, and for each other that has a shift this week."""
    gaps: dict[tuple[int, int], list[Gap]] = {}
    for hole in holes:
        classes = _place(hole.span, monday, zone)
        gaps.setdefault((hole.duty.pk, hole.level), []).append(Gap(hole.span, classes))
    by_lane: dict[tuple[int, int], list[Bar]] = {}
    for shift in shifts:
        by_lane.setdefault((shift.duty_id, shift.level), []).append(_bar(shift, monday, zone, now, me))
    found = []
    for duty in duties:
        levels = sorted(set(range(1, duty.levels + 1)) | {level for pk, level in by_lane if pk == duty.pk})
        lanes = tuple(
            Lane(level, tuple(by_lane.get((duty.pk, level), ())), tuple(gaps.get((duty.pk, level), ())))
            for level in levels
        )
        found.append(Row(duty, duty.name(language), lanes))
    return found


def _hours(span: Span, monday: date, zone: ZoneInfo) -> tuple[int, int]:
    first = min(max(int(hour_of(span.starts, monday, zone)), 0), HOURS - 1)
    return first, max(min(round(hour_of(span.ends, monday, zone)), HOURS), first + 1)


def _place(span: Span, monday: date, zone: ZoneInfo) -> str:
    first, last = _hours(span, monday, zone)
    return f"s{first} e{last}"


def _bar(shift: Shift, monday: date, zone: ZoneInfo, now: datetime, me: Person) -> Bar:
    first, last = _hours(shift.span, monday, zone)
    state = "is-past" if shift.ends_at <= now else "is-now" if shift.starts_at <= now else "is-ahead"
    mine = " is-mine" if shift.person_id == me.pk else ""
    return Bar(shift, first, last, short_name(shift.person.name), f"s{first} e{last} {state}{mine}")
