"""When a duty is held: its days, its hand-over times, and the spans between them in the centre's zone. Pure."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from vigie.duty.rules.holding import Span
from vigie.lib.localtime import instant

DAY, WEEK = timedelta(days=1), timedelta(days=7)
MOST_HANDOVERS = 12
_CLOCK = re.compile(r"^(\d{1,2})(?:[:hH](\d{2})?)?$")


class Rhythm(StrEnum):
    HAND = "hand"  # entered by hand: nobody can say when it should be held
    ROUND = "round"  # from each hand-over to the next: 24 hours, or several shifts a day
    OFFICE = "office"  # from the first hand-over to a closing time
    WEEKLY = "weekly"  # one span of seven days


@dataclass(frozen=True)
class Pattern:
    """`handovers` are wall-clock times, ascending; `weekdays` count from Monday, 0. A weekly duty begins on its
    first weekday and holds through the others; a day that is not held has no shift that begins on it.
    """

    rhythm: Rhythm
    handovers: tuple[time, ...] = ()
    closes: time | None = None
    weekdays: frozenset[int] = frozenset(range(7))
    on_holidays: bool = True

    @property
    def always(self) -> bool:
        """Whether it is held 24 hours a day, every day."""
        return self.rhythm is Rhythm.WEEKLY or (
            self.rhythm is Rhythm.ROUND and len(self.weekdays) == WEEK.days and self.on_holidays
        )

    def held(self, day: date, holiday: Callable[[date], bool]) -> bool:
        """Whether shifts begin on this day."""
        if self.rhythm is Rhythm.HAND or not self.handovers:
            return False
        if self.rhythm is Rhythm.WEEKLY:
            return day.weekday() == min(self.weekdays, default=0)
        return day.weekday() in self.weekdays and (self.on_holidays or not holiday(day))

    def bounds(self, day: date) -> list[tuple[datetime, datetime]]:
        """The wall-clock begin and end of each shift that begins on this day."""
        starts = [datetime.combine(day, at) for at in self.handovers]
        if self.rhythm is Rhythm.WEEKLY:
            return [(starts[0], starts[0] + WEEK)]
        last = starts[0] + DAY
        if self.rhythm is Rhythm.OFFICE and self.closes is not None:
            last = datetime.combine(day, self.closes)
            last += DAY if last <= starts[-1] else timedelta(0)
        return list(zip(starts, [*starts[1:], last], strict=True))


@dataclass(frozen=True)
class Slot:
    """One shift to be held; `place` is its place among those that begin on `day`."""

    day: date
    place: int
    span: Span


def slots(
    pattern: Pattern, first: date, last: date, *, zone: ZoneInfo, holiday: Callable[[date], bool]
) -> Iterator[Slot]:
    """Every shift that begins on a day from `first` to `last` (both in), in order.

    Where the clocks go back, a shift begins at the first of two equal times and ends at the second: for that hour
    two people hold the duty, and nobody never. A time that the clocks jump over is the next instant.
    """
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if pattern.held(day, holiday):
            for place, (begin, end) in enumerate(pattern.bounds(day)):
                starts, ends = instant(begin, zone), instant(end, zone, later=True)
                if starts < ends:  # a whole shift may lie within the hour that a night in March skips
                    yield Slot(day, place, Span(starts, ends))


def clock_times(text: str) -> tuple[time, ...]:
    """`8:00 20:00`, `8h, 20h`: wall-clock times, ascending, none twice. Raises ValueError with what was wrong."""
    words = [word for word in re.split(r"[\s,;]+", text.strip()) if word]
    found = []
    for word in words:
        match = _CLOCK.match(word)
        hour, minute = (int(match[1]), int(match[2] or 0)) if match else (24, 0)
        if hour > 23 or minute > 59:  # noqa: PLR2004 # the clock's own limits
            raise ValueError(word)
        found.append(time(hour, minute))
    if len(set(found)) < len(found) or len(found) > MOST_HANDOVERS:
        raise ValueError(text.strip())
    return tuple(sorted(found))
