"""What if somebody goes, or somebody comes: rotas and coverage before and after, side by side. Pure.

Before and after are made by the same rule, that of the rotations (`duty.rules`), so that they can be compared; what
was put into a rota by hand stands in both, except the shifts of those who go.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from vigie.duty.rules import Fitness, Order, Pattern, Slot, Span, assign, turns, wanted_pieces
from vigie.experiments.coverage.rules import Days, Level, Member, State, Turn, counting, stretches
from vigie.lib.localtime import instant

WEEK = timedelta(days=7)
WEEKS = 52  # how far a simulation looks
MOST_NEWCOMERS = 50


@dataclass(frozen=True)
class Held:
    """One level of a duty over a span, held by a person, or by nobody."""

    duty: str
    level: int
    span: Span
    person: int | None


@dataclass(frozen=True)
class DutyCase:
    """A duty as it stands: when it is held, by what lists, what was put in by hand, who can hold it.

    `orders` are (list, shifts while it is in force); a duty held by hand has none, and only the shifts entered.
    """

    code: str
    levels: int
    minimum: int
    ideal: int
    pattern: Pattern
    orders: tuple[tuple[Order, tuple[Slot, ...]], ...]
    fixed: tuple[Held, ...]
    fitness: Fitness

    def pool(self, day: date) -> frozenset[int]:
        """Who can hold it on a day: in one of its lists, or holding shifts of it, here and qualified then."""
        named = {person for order, _slots in self.orders for person in order.people}
        named |= {held.person for held in self.fixed if held.person is not None}
        named |= set(self.fitness.qualified or ())
        fit = self.fitness
        return frozenset(who for who in named if fit.works_here(who, day) and fit.is_qualified(who, day))


@dataclass(frozen=True)
class LineCase:
    """A line of coverage and who covers it as entered."""

    key: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True)
class Change:
    """Who goes and how many come, on one day; newcomers can hold every duty and bear negative ids."""

    on: date
    gone: frozenset[int] = frozenset()
    newcomers: int = 0

    @property
    def new(self) -> tuple[int, ...]:
        return tuple(-n for n in range(1, self.newcomers + 1))


@dataclass(frozen=True)
class Strength:
    """How many can hold a duty, beside how many it needs."""

    people: int
    minimum: int
    ideal: int


@dataclass(frozen=True)
class Outcome:
    """One side of the comparison, over the same weeks."""

    shifts: int  # to be held
    unfilled: tuple[Held, ...]
    strength: Mapping[str, Strength]
    weeks: Mapping[int, int]  # weeks with a shift, by person
    lines: Mapping[str, State]  # the worst that happens to each line
    taken: Mapping[str, int] = field(default_factory=dict)  # line: newcomer who takes it


Holiday = Callable[[date], bool]


def hold_duty(case: DutyCase, change: Change, window: Span, holiday: Holiday) -> list[Held]:
    """Who holds the duty through the window after the change; where nobody can, `person` is None."""

    def goes(held: Held) -> bool:
        return held.person in change.gone and held.span.starts >= window.starts

    stays = [held for held in case.fixed if not goes(held)]
    fit = _after(case.fitness, change, stays)
    if case.orders:
        found = [*stays, *_by_rotation(case, change, stays, fit, holiday)]
    else:
        found = [*stays, *_by_hand(case, change, [held for held in case.fixed if goes(held)], fit)]
    return [held for held in found if window.starts <= held.span.starts < window.ends]


def _by_rotation(
    case: DutyCase, change: Change, stays: Sequence[Held], fit: Fitness, holiday: Holiday
) -> Iterator[Held]:
    """What the lists make of the shifts that nobody was put into by hand."""
    every = frozenset(slot.span for _order, there in case.orders for slot in there)
    fixed: dict[int, list[Span]] = {}
    for held in stays:
        fixed.setdefault(held.level, []).append(held.span)
    levels = range(1, case.levels + 1)
    for listed, there in case.orders:
        order = _without(listed, change)
        for slot, turn in turns(order, case.pattern, there, holiday=holiday):
            line = {level: order.line(turn, level) for level in levels}
            pieces = [
                (level, piece)
                for level in levels
                for piece in wanted_pieces(slot.span, fixed.get(level, ()), every)
            ]
            for choice in assign(line.__getitem__, pieces, fit.unfit):
                yield Held(case.code, choice.level, choice.span, choice.person)


def _by_hand(case: DutyCase, change: Change, freed: Sequence[Held], fit: Fitness) -> Iterator[Held]:
    """The shifts of those who go, one by one to whoever has had fewest of them: known people before newcomers."""
    loads = dict.fromkeys((case.pool(change.on) - change.gone) | set(change.new), 0)
    given: list[Held] = []
    for held in sorted(freed, key=lambda one: (one.span.starts, one.level)):
        busy = {one.person for one in given if one.span.overlap(held.span)}
        line = sorted(loads, key=lambda who: (loads[who], who < 0, abs(who)))
        found = next((who for who in line if who not in busy and fit.unfit(who, held.span) is None), None)
        if found is not None:
            loads[found] += 1
        given.append(Held(case.code, held.level, held.span, found))
    yield from given


def _without(order: Order, change: Change) -> Order:
    """The list without those who go, newcomers at its end."""
    people = tuple(person for person in order.people if person not in change.gone)
    return replace(order, people=(*people, *change.new))


def _after(fit: Fitness, change: Change, stays: Sequence[Held]) -> Fitness:
    """Who can hold the duty after the change."""
    here = {who: ends for who, ends in fit.here.items() if who not in change.gone}
    here |= dict.fromkeys(change.new)
    qualified = fit.qualified
    if qualified is not None:
        qualified = {**qualified, **dict.fromkeys(change.new, ((date.min, None),))}
    held: dict[int, list[Span]] = {}
    for one in stays:
        if one.person is not None:
            held.setdefault(one.person, []).append(one.span)
    return replace(fit, here=here, qualified=qualified, held=held)


def weeks_held(found: Iterable[Held], zone: ZoneInfo) -> dict[int, int]:
    """In how many weeks (Monday to Sunday, by the day a shift begins) each person holds a shift."""
    weeks: dict[int, set[date]] = {}
    for held in found:
        if held.person is not None:
            day = held.span.starts.astimezone(zone).date()
            weeks.setdefault(held.person, set()).add(day - timedelta(days=day.weekday()))
    return {person: len(seen) for person, seen in weeks.items()}


def worst(case: LineCase, members: Mapping[int, Member], window: Days) -> State:
    """The worst that happens to a line within the window."""
    states = {part.state for part in stretches(case.turns, members) if part.days.within(window)}
    return next(state for state in (State.NONE, State.SINGLE, State.COVERED) if state in states)


def most_lines(lines: Sequence[LineCase], members: Mapping[int, Member], day: date) -> int:
    """How many lines the busiest person covers on a day, at least 1: what a newcomer is thought able to take."""
    counts: dict[int, int] = {}
    for case in lines:
        for person in counting(case.turns, members, day):
            counts[person] = counts.get(person, 0) + 1
    return max(counts.values(), default=1)


def cover_lines(
    lines: Sequence[LineCase], members: Mapping[int, Member], change: Change, window: Days
) -> tuple[dict[str, State], dict[str, int]]:
    """The worst of each line after the change, and which newcomer takes which.

    Newcomers take lines with nobody first, then those with one person, each no more than the busiest has today.
    """
    after = {
        pk: replace(one, ends=min(one.ends, change.on)) if pk in change.gone else one
        for pk, one in members.items()
    }
    after |= {pk: Member(pk) for pk in change.new}
    states = {case.key: worst(case, after, window) for case in lines}
    room = [who for who in change.new for _n in range(most_lines(lines, members, change.on))]
    by_need = sorted(lines, key=lambda case: (states[case.key] is not State.NONE, case.key))
    wanting = [case for case in by_need if states[case.key] is not State.COVERED]
    taken = {case.key: who for case, who in zip(wanting, room, strict=False)}
    for case in wanting:
        if who := taken.get(case.key):
            joined = (*case.turns, Turn(who, Level.BACKUP, window))
            states[case.key] = worst(LineCase(case.key, joined), after, window)
    return states, taken


def outcome(
    change: Change,
    *,
    duties: Sequence[DutyCase],
    lines: Sequence[LineCase],
    members: Mapping[int, Member],
    holiday: Holiday,
    zone: ZoneInfo,
) -> Outcome:
    """One side of the comparison; a change without anybody is how things stand."""
    days = Days(change.on, change.on + WEEKS * WEEK)
    window = Span(_midnight(days.starts, zone), _midnight(days.ends, zone))
    found = [held for case in duties for held in hold_duty(case, change, window, holiday)]
    states, taken = cover_lines(lines, members, change, days)
    strength = {
        case.code: Strength(
            len(case.pool(change.on) - change.gone) + change.newcomers, case.minimum, case.ideal
        )
        for case in duties
    }
    return Outcome(
        shifts=len(found),
        unfilled=tuple(held for held in found if held.person is None),
        strength=strength,
        weeks=weeks_held(found, zone),
        lines=states,
        taken=taken,
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return instant(datetime.combine(day, time.min), zone)
