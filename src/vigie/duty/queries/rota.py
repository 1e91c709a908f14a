"""What the rotations want, against what stands in the rota: gathered here, decided in the rules."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from vigie.duty.models import Absence, Duty, Origin, Qualification, Rotation, Shift
from vigie.duty.rules import (
    Choice,
    Every,
    Fitness,
    Order,
    Pattern,
    Slot,
    Span,
    assign,
    slots,
    turns,
    wanted_pieces,
)
from vigie.duty.rules.fitness import Days
from vigie.lib.workdays import is_public_holiday
from vigie.people import queries as people

AROUND = timedelta(days=9)  # further than any shift of a pattern reaches


def zone() -> ZoneInfo:
    """The centre's."""
    return ZoneInfo(settings.TIME_ZONE)


def horizon(now: datetime) -> datetime:
    """Until when rotations make shifts."""
    return now + timedelta(days=settings.OPTIONS["duty.horizon"])


def orders_of(duty: Duty) -> list[Order]:
    """The duty's rotations as the rules read them, by their first day."""
    rows = Rotation.objects.filter(duty=duty).prefetch_related("places").order_by("starts_on")
    return [order_of(row) for row in rows]


def order_of(row: Rotation) -> Order:
    return Order(
        row.starts_on,
        Every(row.every),
        tuple(place.person_id for place in row.places.all()),
        tuple(row.offsets),
    )


def slots_of(duty: Duty, start: datetime, end: datetime, *, pattern: Pattern | None = None) -> list[Slot]:
    """The shifts to be held that begin around [start, end): some days more on both sides."""
    here = zone()
    first, last = (start - AROUND).astimezone(here).date(), (end + AROUND).astimezone(here).date()
    return list(slots(pattern or duty.pattern, first, last, zone=here, holiday=is_public_holiday))


def fitness(
    duty: Duty, start: datetime, end: datetime, *, held: Iterable[Shift] = (), absent: bool = True
) -> Fitness:
    """Who can hold this duty between two instants; `held` are the shifts that stand in the way of others."""
    away: dict[int, list[Span]] = {}
    rows = Absence.objects.filter(starts_at__lt=end + AROUND, ends_at__gt=start - AROUND)
    for absence in rows if absent else ():
        away.setdefault(absence.person_id, []).append(absence.span)
    spans: dict[int, list[Span]] = {}
    for shift in held:
        spans.setdefault(shift.person_id, []).append(shift.span)
    return Fitness(
        zone=zone(),
        here=dict(people.staff().values_list("pk", "employed_until")),
        qualified=_qualified(duty),
        away=away,
        held=spans,
    )


def _qualified(duty: Duty) -> dict[int, list[Days]] | None:
    found: dict[int, list[Days]] = {}
    for row in Qualification.objects.filter(duty=duty):
        found.setdefault(row.person_id, []).append((row.since, row.until))
    return found or None


def fixed_shifts(duty: Duty, now: datetime, end: datetime) -> list[Shift]:
    """What a rotation may not change: shifts that have begun, and those put in by hand or by a swap."""
    rows = Shift.objects.filter(duty=duty, ends_at__gt=now - AROUND, starts_at__lt=end + AROUND)
    rows = rows.filter(Q(starts_at__lte=now) | ~Q(origin=Origin.ROTATION)).select_related("person")
    return [row for row in rows if row.starts_at <= now or will_come(row)]


def will_come(shift: Shift) -> bool:
    """Whether its person still works here when it begins, as far as is known."""
    ends = shift.person.employed_until
    gone = ends is not None and shift.starts_at.astimezone(zone()).date() >= ends
    return shift.person.is_active and not gone


@dataclass(frozen=True)
class Plan:
    """What the rotations want from `now` on: one choice for each level of each shift, or part of one."""

    duty: Duty
    choices: tuple[Choice, ...]


def plan(
    duty: Duty,
    *,
    now: datetime,
    until: datetime,
    orders: Sequence[Order] | None = None,
    pattern: Pattern | None = None,
    known: Fitness | None = None,
) -> Plan:
    """Whom the rotations put where, from `now` (out) to `until`; nothing is written.

    `orders`, `pattern` and `known` stand in for what the tables say: that is how a preview and a simulation ask.
    """
    lists = orders_of(duty) if orders is None else sorted(orders, key=lambda order: order.starts_on)
    shape = pattern or duty.pattern
    there = slots_of(duty, now, until, pattern=shape)
    fixed = fixed_shifts(duty, now, until)
    fit = known or fitness(duty, now, until, held=fixed)
    every_slot = frozenset(slot.span for slot in there)
    by_level: dict[int, list[Span]] = {}
    for shift in fixed:
        by_level.setdefault(shift.level, []).append(shift.span)
    choices: list[Choice] = []
    for slot, order, turn in _turns(lists, shape, there):
        if slot.span.ends <= now or slot.span.starts >= until:
            continue
        pieces = [
            (level, piece)
            for level in range(1, duty.levels + 1)
            for piece in wanted_pieces(slot.span, by_level.get(level, ()), every_slot)
            if piece.starts > now
        ]
        line = {level: order.line(turn, level) for level in range(1, duty.levels + 1)}
        choices += assign(line.__getitem__, pieces, fit.unfit)
    return Plan(duty, tuple(choices))


def _turns(
    orders: Sequence[Order], pattern: Pattern, there: Sequence[Slot]
) -> Iterator[tuple[Slot, Order, int]]:
    """Each shift with the list that is in force on its day, and its turn there."""
    for index, order in enumerate(orders):
        last = orders[index + 1].starts_on if index + 1 < len(orders) else date.max
        mine = [slot for slot in there if order.starts_on <= slot.day < last]
        for slot, turn in turns(order, pattern, mine, holiday=is_public_holiday):
            yield slot, order, turn
