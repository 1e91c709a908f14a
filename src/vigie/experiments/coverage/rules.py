"""Who covers a line when, and where holes open. Pure: days in, spans of days out; every span is half-open.

A *line* is an experiment, or general support. Days are calendar days of the centre's zone, so that no clock change
moves a boundary. Somebody in training doesn't count.
"""

import calendar
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from vigie.people.rules import Ending

GENERAL = "+general"  # the line of general support; no experiment's code begins with +
DAY = timedelta(days=1)
NOON = time(12)
ALWAYS, NEVER = date.min, date.max
MARKS = (6, 3, 1)  # months before a hole opens at which the leads are told
SHORTEST_SINGLE = timedelta(days=28)  # being alone for less is a colleague's holiday, not a hole


class Level(StrEnum):
    TRAINING = "training"
    BACKUP = "backup"
    PRIMARY = "primary"


COUNTS = frozenset({Level.PRIMARY, Level.BACKUP})


class State(StrEnum):
    """How well a line is covered on a day."""

    NONE = "none"
    SINGLE = "single"
    COVERED = "covered"


class Cause(StrEnum):
    """Why a hole opens: what takes the person away who was still there the day before."""

    DEPARTURE = "departure"
    CONTRACT = "contract"
    ABSENCE = "absence"
    END = "end"  # their coverage of this line ends, they stay
    ONLY_ONE = "only_one"  # nobody went: there never was a second
    NOBODY = "nobody"  # nobody ever covered it


@dataclass(frozen=True)
class Days:
    """Half-open span of days: `starts` belongs to it, `ends` does not."""

    starts: date
    ends: date

    def holds(self, day: date) -> bool:
        return self.starts <= day < self.ends

    def within(self, other: "Days") -> "Days | None":
        """What of it lies in `other`, if anything does."""
        starts, ends = max(self.starts, other.starts), min(self.ends, other.ends)
        return Days(starts, ends) if starts < ends else None


def days_away(starts: datetime, ends: datetime, zone: ZoneInfo) -> Days | None:
    """The days of an absence: those at whose noon, in the centre's zone, the person is away."""
    first, last = starts.astimezone(zone), ends.astimezone(zone)
    begin = first.date() if first.time() <= NOON else first.date() + DAY
    end = last.date() if last.time() <= NOON else last.date() + DAY
    return Days(begin, end) if begin < end else None


@dataclass(frozen=True)
class Member:
    """A person as these rules see one: until when they are employed, why that ends, when they are away."""

    id: int
    ends: date = NEVER
    ending: Ending = Ending.DEPARTURE
    away: tuple[Days, ...] = ()

    def there(self, day: date) -> bool:
        return day < self.ends and not any(span.holds(day) for span in self.away)


@dataclass(frozen=True)
class Turn:
    """One person on one line at one level over some days, as entered."""

    person: int
    level: Level
    days: Days


@dataclass(frozen=True)
class Reason:
    """A cause and whom it takes away (empty where nobody went)."""

    cause: Cause
    persons: tuple[int, ...] = ()


@dataclass(frozen=True)
class Stretch:
    """Days through which a line is covered by the same persons; `reason` is None where it is covered well."""

    days: Days
    state: State
    persons: tuple[int, ...]
    reason: Reason | None


@dataclass(frozen=True)
class Hole:
    """Days with nobody, or with only one person: `days.starts` is the true first day, also where that is past."""

    line: str
    days: Days
    state: State
    reason: Reason
    left: tuple[int, ...]  # who still covers it

    @property
    def ever(self) -> bool:
        """Whether anybody covered the line before; a line that nobody ever covered opens no hole, it is one."""
        return self.days.starts != ALWAYS


def counting(turns: Iterable[Turn], members: Mapping[int, Member], day: date) -> frozenset[int]:
    """Who covers a line on a day: primary or backup, employed, not away. Members unknown have left."""
    return frozenset(
        turn.person
        for turn in turns
        if turn.level in COUNTS
        and turn.days.holds(day)
        and turn.person in members
        and members[turn.person].there(day)
    )


def _present(turn: Turn, member: Member) -> Iterator[Days]:
    """The days of a turn on which its person is employed and not away."""
    start, end = turn.days.starts, min(turn.days.ends, member.ends)
    for span in sorted(member.away, key=lambda span: span.starts):
        if span.ends <= start:
            continue
        if span.starts >= end:
            break
        if span.starts > start:
            yield Days(start, span.starts)
        start = span.ends
    if start < end:
        yield Days(start, end)


def _changes(turns: Iterable[Turn], members: Mapping[int, Member]) -> list[tuple[date, frozenset[int]]]:
    """Every day on which the persons who count may change, first of them ALWAYS, with who counts from it on."""
    steps: dict[date, list[tuple[int, int]]] = {ALWAYS: []}
    for turn in turns:
        member = members.get(turn.person)
        if turn.level in COUNTS and member is not None:
            for days in _present(turn, member):
                steps.setdefault(days.starts, []).append((turn.person, 1))
                steps.setdefault(days.ends, []).append((turn.person, -1))
    there: Counter[int] = Counter()
    found = []
    for day in sorted(day for day in steps if day < NEVER):
        for person, step in steps[day]:
            there[person] += step
        found.append((day, frozenset(person for person, times in there.items() if times)))
    return found


def _why(
    before: frozenset[int],
    now: frozenset[int],
    turns: Sequence[Turn],
    members: Mapping[int, Member],
    day: date,
) -> Reason:
    """What makes the change on `day` from `before` to `now`: the gravest cause among those who went."""
    gone = before - now
    if not gone:
        return Reason(Cause.ONLY_ONE if now else Cause.NOBODY)
    by_cause: dict[Cause, list[int]] = {}
    for person in sorted(gone):
        member = members[person]
        if _last_day_gone(member, day):
            cause = Cause(member.ending)
        elif any(turn.person == person and turn.level in COUNTS and turn.days.holds(day) for turn in turns):
            cause = Cause.ABSENCE
        else:
            cause = Cause.END
        by_cause.setdefault(cause, []).append(person)
    for cause in (Cause.DEPARTURE, Cause.CONTRACT, Cause.END, Cause.ABSENCE):
        if cause in by_cause:
            return Reason(cause, tuple(by_cause[cause]))
    raise AssertionError(gone)


def _last_day_gone(member: Member, day: date) -> bool:
    """Whether the member does not come back: employment is over, or leave lasts until it is."""
    while day < member.ends:
        span = next((span for span in member.away if span.holds(day)), None)
        if span is None:
            return False
        day = span.ends
    return member.ends != NEVER


def _state(persons: Collection[int]) -> State:
    return State.NONE if not persons else State.SINGLE if len(persons) == 1 else State.COVERED


def stretches(turns: Sequence[Turn], members: Mapping[int, Member]) -> list[Stretch]:
    """The whole life of a line from ALWAYS to NEVER, cut wherever the persons change.

    The reason of a hole is that of the day it got worse; it stays while others come and go at the same state.
    """
    changes = _changes(turns, members)
    found: list[Stretch] = []
    before: frozenset[int] = frozenset()
    for (starts, now), ends in zip(changes, [*(day for day, _who in changes[1:]), NEVER], strict=True):
        last = found[-1] if found else None
        if last is not None and now == before:
            found[-1] = Stretch(Days(last.days.starts, ends), last.state, last.persons, last.reason)
            continue
        state = _state(now)
        reason: Reason | None = None
        if state is not State.COVERED:
            same = last is not None and last.state is state and not before - now
            reason = last.reason if same and last else _why(before, now, turns, members, starts)
        found.append(Stretch(Days(starts, ends), state, tuple(sorted(now)), reason))
        before = now
    return found


def holes(line: str, found: Sequence[Stretch], today: date) -> list[Hole]:
    """What is not well covered from `today` on: neighbouring stretches of one state are one hole.

    A stretch with nobody inside a longer one with only one person is a hole of its own, and splits the other.
    """
    merged: list[Hole] = []
    for stretch in found:
        if stretch.reason is None:
            continue
        last = merged[-1] if merged else None
        if last and last.state is stretch.state and last.days.ends == stretch.days.starts:
            days = Days(last.days.starts, stretch.days.ends)
            merged[-1] = Hole(line, days, last.state, last.reason, stretch.persons)
        else:
            merged.append(Hole(line, stretch.days, stretch.state, stretch.reason, stretch.persons))
    return [hole for hole in merged if hole.days.ends > today]


def worth_telling(hole: Hole) -> bool:
    """Nobody: always. Only one person: unless it is for less than four weeks."""
    if not hole.ever:
        return False
    return hole.state is State.NONE or hole.days.ends - hole.days.starts >= SHORTEST_SINGLE


def months_before(day: date, months: int) -> date:
    """The same day of an earlier month, or that month's last: 31 August less six months is 28 February.

    Days before year 1 don't exist: then the first that does.
    """
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    if year < 1:
        return date.min
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def mark_due(starts: date, today: date, told: Collection[int]) -> int | None:
    """Which mark (6, 3 or 1 months before `starts`) is to be told today, if one is.

    The nearest that was reached and only that one: a hole that shows late, or a desk that was off for a season,
    tells once. Marks passed over are not made up for.
    """
    reached = [mark for mark in MARKS if months_before(starts, mark) <= today]
    nearest = min(reached, default=None)
    return nearest if nearest not in told else None


def months_from(today: date, count: int = 12) -> list[Days]:
    """`count` months from the one of `today` on, each from its first day to the first of the next."""
    firsts = []
    for n in range(count + 1):
        year, month = divmod(today.year * 12 + today.month - 1 + n, 12)
        firsts.append(date(year, month + 1, 1))
    return [Days(first, after) for first, after in pairwise(firsts)]


@dataclass(frozen=True)
class Cell:
    """One line in one month: the fewest persons on any of its days, and the days that are worst."""

    days: Days
    state: State
    fewest: int
    worst: Days | None  # the first run of its worst days, None where the whole month is covered
    persons: tuple[int, ...]  # all who cover some day of it
    reason: Reason | None


def cells(found: Sequence[Stretch], months: Sequence[Days]) -> Iterator[Cell]:
    """The row of a line in the heat map: the worst that happens in each month."""
    whole = Days(months[0].starts, months[-1].ends)
    near = [stretch for stretch in found if stretch.days.within(whole)]
    for month in months:
        inside = [(stretch, part) for stretch in near if (part := stretch.days.within(month))]
        if not inside:
            yield Cell(month, State.NONE, 0, month, (), None)
            continue
        stretch, part = min(inside, key=lambda pair: (len(pair[0].persons), pair[1].starts))
        everybody = sorted({person for other, _part in inside for person in other.persons})
        worst = None if stretch.state is State.COVERED else part
        yield Cell(month, stretch.state, len(stretch.persons), worst, tuple(everybody), stretch.reason)


@dataclass(frozen=True)
class Answer:
    """Who answers for a line on a day: at this level, or nobody of those who cover it."""

    level: Level | None
    persons: tuple[int, ...]


def who_answers(turns: Iterable[Turn], members: Mapping[int, Member], day: date) -> Answer:
    """The primaries who are there, else the backups, first come first; else nobody."""
    rows = sorted(turns, key=lambda turn: (turn.days.starts, turn.person))
    for level in (Level.PRIMARY, Level.BACKUP):
        there = [turn.person for turn in rows if turn.level is level and _there(turn, members, day)]
        if there:
            return Answer(level, tuple(dict.fromkeys(there)))
    return Answer(None, ())


def _there(turn: Turn, members: Mapping[int, Member], day: date) -> bool:
    return turn.days.holds(day) and turn.person in members and members[turn.person].there(day)
