"""Whose turn it is: an ordered list of people against the shifts to be held. Pure and without memory, so that the
same list always gives the same rota and a second run changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from vigie.duty.rules.holding import Span
from vigie.duty.rules.pattern import Pattern, Slot


class Every(StrEnum):
    """When the list moves on by one person."""

    SHIFT = "shift"
    DAY = "day"
    WEEK = "week"


class Reason(StrEnum):
    """Why somebody can't hold a shift."""

    LEFT = "left"
    ABSENT = "absent"
    UNQUALIFIED = "unqualified"
    HOLDS = "holds"  # another level of the same duty, then


@dataclass(frozen=True)
class Order:
    """The list: it begins on `starts_on`; level n begins `offsets[n-1]` persons further down."""

    starts_on: date
    every: Every
    people: tuple[int, ...]
    offsets: tuple[int, ...] = (0,)

    def offset(self, level: int) -> int:
        """Beyond the offsets given, each level is one person further than the one before."""
        if level <= len(self.offsets):
            return self.offsets[level - 1]
        return (self.offsets[-1] if self.offsets else -1) + level - len(self.offsets)

    def line(self, turn: int, level: int) -> list[int]:
        """The people who may be asked: the one whose turn it is, then down the list; the two whose own turns are the
        next and the one before come last, so that nobody holds two in a row while somebody else can.
        """
        count = len(self.people)
        first = (turn + self.offset(level)) % count if count else 0
        down = [self.people[(first + step) % count] for step in range(count)]
        neighbours = {down[1], down[-1]} if count > 1 else set()
        return down[:1] + sorted(down[1:], key=lambda person: person in neighbours)


@dataclass(frozen=True)
class Choice:
    """Who holds one level of one span; `person` is None where nobody can, `passed` says who was passed over, and why."""

    level: int
    span: Span
    person: int | None
    passed: tuple[tuple[int, Reason], ...] = ()


def turns(
    order: Order, pattern: Pattern, shifts: Iterable[Slot], *, holiday: Callable[[date], bool]
) -> Iterator[tuple[Slot, int]]:
    """Each shift with its turn in the list, counted over the days that are held since the list began.

    Shifts of one day are neighbours in the list, whatever the list's step: nobody follows themself.
    """
    day, held = order.starts_on, 0
    monday = order.starts_on - timedelta(days=order.starts_on.weekday())
    for slot in shifts:
        if slot.day < order.starts_on:
            continue
        while day < slot.day:
            held += pattern.held(day, holiday)
            day += timedelta(days=1)
        if order.every is Every.WEEK:
            yield slot, (slot.day - monday).days // 7 + slot.place
        elif order.every is Every.DAY:
            yield slot, held + slot.place
        else:
            yield slot, held * len(pattern.bounds(slot.day)) + slot.place


def wanted_pieces(slot: Span, fixed: Sequence[Span], every_slot: frozenset[Span]) -> list[Span]:
    """What of a shift is left to the rotation where people were put in by hand, or have begun already.

    A fixed shift that stands exactly on a shift of the pattern takes room from that one only: where the clocks go
    back neighbours overlap by an hour, and none of them shrinks for it.
    """
    return slot.less([span for span in fixed if span == slot or span not in every_slot])


def assign(
    line: Callable[[int], Sequence[int]],
    pieces: Iterable[tuple[int, Span]],
    unfit: Callable[[int, Span], Reason | None],
) -> Iterator[Choice]:
    """Choose for each (level, span) the first of `line(level)` who can; nobody holds two levels at once."""
    chosen: list[tuple[int, Span]] = []
    for level, span in pieces:
        passed: list[tuple[int, Reason]] = []
        found = None
        for person in line(level):
            twice = any(who == person and span.overlap(other) for who, other in chosen)
            why = Reason.HOLDS if twice else unfit(person, span)
            if why is None:
                found = person
                chosen.append((person, span))
                break
            passed.append((person, why))
        yield Choice(level, span, found, tuple(passed))
