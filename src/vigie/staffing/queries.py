"""What a simulation needs, gathered; and the comparison itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext_lazy as _

from vigie.duty import queries as duty
from vigie.duty.models import Duty, Origin
from vigie.duty.rules import Order, Rhythm, Slot
from vigie.experiments.coverage import queries as coverage
from vigie.experiments.coverage.queries import Line
from vigie.experiments.coverage.rules import NEVER
from vigie.kernel.errors import BadInput
from vigie.lib.localtime import instant
from vigie.lib.workdays import is_public_holiday
from vigie.people import queries as people
from vigie.people.models import Person
from vigie.staffing import rules
from vigie.staffing.rules import MOST_NEWCOMERS, Change, DutyCase, Held, LineCase, Outcome

FARTHEST = timedelta(days=5 * 366)


@dataclass(frozen=True)
class Comparison:
    """Before and after a change over the same weeks, and the names of everything in it."""

    change: Change
    weeks: int
    before: Outcome
    after: Outcome
    duties: tuple[Duty, ...]
    lines: tuple[Line, ...]
    persons: Mapping[int, Person]

    def persons_in_rotas(self) -> list[int]:
        """Whoever holds a shift before or after, by name; newcomers last."""
        seen = self.before.weeks.keys() | self.after.weeks.keys()
        return sorted(seen, key=lambda pk: (pk < 0, self.persons[pk].name if pk in self.persons else "", -pk))


def simulate(without: Sequence[Person], on: date, *, newcomers: int = 0) -> Comparison:
    """What happens in the year from `on` if these go then and so many come; nothing is written.

    BadInput for a day that is past or too far, for too many newcomers, and for a change without anybody.
    """
    today = coverage.today()
    if not today <= on <= today + FARTHEST:
        raise BadInput(
            "simulate.day",
            _("%(day)s is past, or more than five years away.") % {"day": on},
            hint=_("Write a day from today on, like 2027-07-01."),
            field="on",
        )
    if not 0 <= newcomers <= MOST_NEWCOMERS:
        raise BadInput(
            "simulate.newcomers",
            _("%(n)s newcomers can't be: from 0 to %(most)s.") % {"n": newcomers, "most": MOST_NEWCOMERS},
            field="newcomers",
        )
    if not without and not newcomers:
        raise BadInput("simulate.nobody", _("Say who goes, or how many come."), field="without")
    change = Change(on, frozenset(person.pk for person in without), newcomers)
    held = tuple(duty.duties())
    duties = [_staying(_duty_case(row, on), change.gone) for row in held]
    year = coverage.year()
    lines = [LineCase(one.line.key, tuple(map(coverage.turn, one.rows))) for one in year.lines]
    zone = coverage.zone()
    members = {pk: replace(one, ends=NEVER) if pk in change.gone else one for pk, one in year.members.items()}

    def side(change: Change) -> Outcome:
        return rules.outcome(
            change,
            duties=duties,
            lines=lines,
            members=members,
            holiday=is_public_holiday,
            zone=zone,
        )

    return Comparison(
        change=change,
        weeks=rules.WEEKS,
        before=side(Change(on)),
        after=side(change),
        duties=held,
        lines=tuple(one.line for one in year.lines),
        persons={person.pk: person for person in people.staff()},
    )


def _staying(case: DutyCase, gone: frozenset[int]) -> DutyCase:
    """The duty as if those who are asked about stayed: else a departure known already would change nothing."""
    here = {pk: None if pk in gone else ends for pk, ends in case.fitness.here.items()}
    return replace(case, fitness=replace(case.fitness, here=here))


def _duty_case(row: Duty, on: date) -> DutyCase:
    """A duty over the simulated year: its lists with their shifts, what stands by hand, who can hold it."""
    start = instant(datetime.combine(on, time.min), coverage.zone())
    end = start + rules.WEEKS * rules.WEEK
    by_hand = row.rhythm == Rhythm.HAND
    rows = duty.shifts_between(start, end, row.code).filter(person__is_active=True)
    shifts = [one for one in rows if duty.will_come(one) and (by_hand or one.origin != Origin.ROTATION)]
    return DutyCase(
        code=row.code,
        levels=row.levels,
        minimum=row.minimum,
        ideal=row.ideal,
        pattern=row.pattern,
        orders=() if by_hand else tuple(_orders(row, start, end)),
        fixed=tuple(Held(row.code, one.level, one.span, one.person_id) for one in shifts),
        fitness=duty.fitness(row, start, end, held=shifts),
    )


def _orders(row: Duty, start: datetime, end: datetime) -> list[tuple[Order, tuple[Slot, ...]]]:
    """Each rotation with the shifts of the window while it is in force."""
    orders = duty.orders_of(row)
    there = [slot for slot in duty.slots_of(row, start, end) if start <= slot.span.starts < end]
    found = []
    for index, order in enumerate(orders):
        last = orders[index + 1].starts_on if index + 1 < len(orders) else date.max
        found.append((order, tuple(slot for slot in there if order.starts_on <= slot.day < last)))
    return found
