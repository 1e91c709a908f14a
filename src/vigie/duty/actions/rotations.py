"""Verbs over rotations, and the one that makes shifts of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vigie.duty import queries
from vigie.duty.actions.permissions import PERMISSIONS, DutyPermission
from vigie.duty.actions.rows import hand_on, put_many, take
from vigie.duty.events import DutyAudit, RotaChanged
from vigie.duty.models import Duty, Origin, Rotation, RotationPlace, Shift
from vigie.duty.rules import Choice, Every, Order, Rhythm, Span
from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, System, require
from vigie.kernel.errors import BadInput, Refused
from vigie.kernel.events import emit
from vigie.kernel.lifecycle import hold
from vigie.people.models import Person

MOST_PEOPLE = 60
EDGE = timedelta(days=8)  # what the passing days add at the far end is told by the weekly mail


@dataclass(frozen=True)
class Change:
    """One shift that a rotation would make (`now` only), take away (`before` only) or give to somebody else."""

    level: int
    span: Span
    before: Person | None
    now: Person | None


@dataclass(frozen=True)
class Filled:
    """What the rotations of a duty changed, or would; `holes` are spans for which nobody is left."""

    changes: tuple[Change, ...]
    holes: tuple[Choice, ...]


@transaction.atomic
def save_rotation(
    actor: Actor,
    duty: Duty,
    *,
    starts_on: date,
    every: str,
    people: Sequence[Person],
    offsets: Sequence[int] = (),
) -> Filled:
    """Put people in order from a day on (today or later), or change the rotation that begins on that day.

    What the rotation makes of it replaces shifts not yet begun; what was entered by hand or swapped stays.
    """
    require(actor, DutyPermission.EDIT, PERMISSIONS)
    duty = Duty.objects.get(pk=duty.pk)
    order = _checked_order(duty, starts_on, every, people, offsets)
    hold(duty, field="code")
    row, made = Rotation.objects.get_or_create(
        duty=duty, starts_on=starts_on, defaults={"every": order.every.value, "offsets": list(order.offsets)}
    )
    if not made:
        row.every, row.offsets = order.every.value, list(order.offsets)
        row.save()
        row.places.all().delete()
    RotationPlace.objects.bulk_create(
        RotationPlace(rotation=row, number=number, person=person) for number, person in enumerate(people)
    )
    audit.record(
        DutyAudit.ROTATION_SAVED,
        actor=actor,
        subject=row,
        changes={
            "duty": duty.code,
            "starts_on": starts_on,
            "every": every,
            "people": [one.name for one in people],
        },
    )
    return refill(actor, duty)


def preview_rotation(
    actor: Actor,
    duty: Duty,
    *,
    starts_on: date,
    every: str,
    people: Sequence[Person],
    offsets: Sequence[int] = (),
) -> Filled:
    """What `save_rotation` would do, by doing it and taking it back: the two can't differ."""
    with transaction.atomic():
        done = save_rotation(actor, duty, starts_on=starts_on, every=every, people=people, offsets=offsets)
        transaction.set_rollback(True)
    return done


def _checked_order(
    duty: Duty, starts_on: date, every: str, people: Sequence[Person], offsets: Sequence[int]
) -> Order:
    if duty.rhythm == Rhythm.HAND:
        raise Refused(
            "rotation.no_pattern",
            _("%(duty)s is entered by hand: nobody knows when it should be held.") % {"duty": duty.code},
            hint=_("Say first at what times it is handed over."),
        )
    if every not in set(Every):
        raise BadInput("rotation.every", _("A rotation moves on every shift, day or week."), field="every")
    if not 1 <= len(people) <= MOST_PEOPLE:
        raise BadInput(
            "rotation.people", _("Put 1 to %(most)s people in order.") % {"most": MOST_PEOPLE}, field="people"
        )
    if starts_on > clock.now().date() + timedelta(days=3653):
        raise BadInput(
            "rotation.too_far",
            _("This day is more than ten years away; is the year right?"),
            field="starts_on",
        )
    return Order(starts_on, Every(every), tuple(one.pk for one in people), tuple(offsets) or (0,))


@transaction.atomic
def remove_rotation(actor: Actor, row: Rotation) -> Filled:
    """Take a rotation away: the one before it goes on, or the shifts that it made ahead disappear."""
    require(actor, DutyPermission.EDIT, PERMISSIONS)
    duty = row.duty
    audit.record(DutyAudit.ROTATION_REMOVED, actor=actor, subject=row, changes={"starts_on": row.starts_on})
    row.delete()
    return refill(actor, duty)


_later: ContextVar[dict[str, Duty] | None] = ContextVar("duties to refill later", default=None)


@contextmanager
def refilled_once(actor: Actor) -> Iterator[None]:
    """While many shifts are entered: the rotations beside them are made again once, at the end.

    After a crash in the middle the worker does it, as it does when days pass.
    """
    duties: dict[str, Duty] = {}
    token = _later.set(duties)
    try:
        yield
    finally:
        _later.reset(token)
        for duty in duties.values():
            refill(actor, duty)


def refill_beside(actor: Actor, duty: Duty, span: Span) -> None:
    """The rotation takes notice of what was entered by hand; what is over, or far ahead, concerns it not."""
    now = clock.now()
    if span.ends <= now or span.starts >= queries.horizon(now):
        return
    if not Rotation.objects.filter(duty=duty).exists():
        return
    duties = _later.get()
    if duties is None:
        refill(actor, duty)
    else:
        duties[duty.code] = duty


@transaction.atomic
def refill(actor: Actor, duty: Duty, *, tell_before: datetime | None = None) -> Filled:
    """Make the shifts to come what the rotations of the duty say; a second run changes nothing.

    Called by every verb whose change may matter, and by the worker as the days pass. Shifts that have begun, and
    those entered by hand or by a swap, are never touched. Gains after `tell_before` are told to nobody.
    """
    hold(duty, field="code")
    duty = Duty.objects.get(pk=duty.pk)  # as it is now that nobody else changes it
    now = clock.now()
    until = queries.horizon(now)
    made = Shift.objects.filter(duty=duty, origin=Origin.ROTATION, starts_at__gt=now).select_related(
        "person", "duty"
    )
    have = {(shift.level, shift.span): shift for shift in made}
    hand = Shift.objects.filter(duty=duty, starts_at__gt=now).exclude(origin=Origin.ROTATION)
    leavers = [row for row in hand.select_related("person", "duty") if not queries.will_come(row)]
    if not have and not Rotation.objects.filter(duty=duty).exists():
        return Filled((), ())
    choices = queries.plan(duty, now=now, until=until).choices
    changes = _apply(actor, duty, have, choices, tell_before)
    covered = [choice for choice in choices if choice.person is not None]
    for shift in leavers:
        if any(choice.level == shift.level and choice.span.overlap(shift.span) for choice in covered):
            take(actor, shift)
    filled = Filled(tuple(changes), tuple(choice for choice in choices if choice.person is None))
    if changes:
        lines = [
            f"{change.span.starts:%Y-%m-%d %H:%M} {change.level}: {change.before or '-'} > {change.now or '-'}"
            for change in changes[:100]
        ]
        audit.record(
            DutyAudit.ROTA_FILLED,
            actor=actor,
            subject=duty,
            changes={"shifts": len(changes), "holes": len(filled.holes), "first": lines},
        )
        emit(RotaChanged(duty=duty.code))
    return filled


def _apply(
    actor: Actor,
    duty: Duty,
    have: dict[tuple[int, Span], Shift],
    choices: Sequence[Choice],
    tell_before: datetime | None,
) -> list[Change]:
    """Write the difference between the shifts there are and those that are wanted."""
    wanted = {(choice.level, choice.span): choice.person for choice in choices if choice.person is not None}
    people = Person.objects.in_bulk(set(wanted.values()))
    changes = []
    for (level, span), shift in have.items():
        if (level, span) not in wanted:
            take(actor, shift)
            changes.append(Change(level, span, shift.person, None))
    new = []
    for (level, span), person_id in wanted.items():
        person, there = people[person_id], have.get((level, span))
        if there is None:
            new.append((person, level, span))
            changes.append(Change(level, span, None, person))
        elif there.person_id != person_id:
            changes.append(Change(level, span, there.person, person))
            hand_on(actor, there, person)
    put_many(actor, duty, new, origin=Origin.ROTATION, tell_before=tell_before)
    return sorted(changes, key=lambda change: (change.span.starts, change.level))


def fill(actor: Actor, duty: Duty) -> Filled:
    """As `refill`, asked for by a person."""
    require(actor, DutyPermission.EDIT, PERMISSIONS)
    return refill(actor, duty)


def refill_for(actor: Actor, person: Person) -> None:
    """Make again the shifts of every duty in whose rotations this person stands: they are away, or are back.

    Of every duty with a rotation, too, in which they were put by hand: what they leave open the rotation fills.
    """
    held = Shift.objects.filter(person=person, starts_at__gt=clock.now()).values("duty")
    touched = Q(rotations__places__person=person) | Q(rotations__isnull=False, pk__in=held)
    for duty in Duty.objects.filter(touched).distinct().order_by("pk"):
        refill(actor, duty)


def refill_all() -> int:
    """What the worker does as the days pass; returns how many shifts changed."""
    edge = queries.horizon(clock.now()) - EDGE
    rows = Duty.objects.filter(rotations__isnull=False).distinct().order_by("pk")
    return sum(len(refill(System(), duty, tell_before=edge).changes) for duty in rows)
