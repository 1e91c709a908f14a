"""Swaps, absences, and one person's own shifts."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from vigie.duty.models import Absence, AbsenceCalendar, Duty, Shift, Swap, SwapState
from vigie.duty.queries.rota import fitness
from vigie.duty.rules import Reason
from vigie.kernel.errors import Missing
from vigie.people.models import Person

LIVE = (SwapState.OPEN, SwapState.ACCEPTED)


def swaps() -> QuerySet[Swap]:
    return Swap.objects.select_related(
        "duty", "shift__person", "in_return__person", "offered_by", "offered_to", "accepted_by"
    )


def live_swaps() -> QuerySet[Swap]:
    """Swaps that wait for somebody."""
    return swaps().filter(state__in=LIVE)


def swap_by_id(pk: int) -> Swap:
    """The swap, or `Missing`."""
    found = swaps().filter(pk=pk).first()
    if found is None:
        raise Missing("swap.missing", _("There is no such swap."))
    return found


def swaps_for(person: Person, now: datetime) -> list[Swap]:
    """Offers that this person may accept: made to them, or to anybody and they can hold the shift."""
    rows = live_swaps().filter(state=SwapState.OPEN, starts_at__gt=now).exclude(offered_by=person)
    rows = rows.filter(Q(offered_to=person) | Q(offered_to__isnull=True))
    return [row for row in rows if row.offered_to_id or (row.shift and why_not(person, row.shift) is None)]


def why_not(person: Person, shift: Shift, *, but: tuple[int, ...] = ()) -> Reason | None:
    """Why this person can't hold this shift; None if they can. Shifts in `but` don't stand in the way."""
    own = Shift.objects.filter(
        duty=shift.duty_id, person=person, starts_at__lt=shift.ends_at, ends_at__gt=shift.starts_at
    )
    held = list(own.exclude(pk__in=(shift.pk, *but)))
    return fitness(shift.duty, shift.starts_at, shift.ends_at, held=held).unfit(person.pk, shift.span)


def shifts_of(person: Person, now: datetime) -> QuerySet[Shift]:
    """What this person holds now and later."""
    rows = Shift.objects.filter(person=person, ends_at__gt=now).select_related("duty", "person")
    return rows.order_by("starts_at", "level")


def others_shifts(duty: Duty, person: Person, now: datetime) -> QuerySet[Shift]:
    """Shifts of colleagues in a duty that could be asked for in return."""
    rows = Shift.objects.filter(duty=duty, starts_at__gt=now, person__is_active=True).exclude(person=person)
    return rows.select_related("person", "duty").order_by("starts_at", "level")


def absences(start: datetime, end: datetime | None = None, person: Person | None = None) -> QuerySet[Absence]:
    """Absences that touch [start, end), by start."""
    rows = Absence.objects.filter(ends_at__gt=start).select_related("person", "calendar")
    if end is not None:
        rows = rows.filter(starts_at__lt=end)
    return rows.filter(person=person) if person else rows


def absence_by_id(pk: int) -> Absence:
    """The absence, or `Missing`."""
    found = Absence.objects.select_related("person").filter(pk=pk).first()
    if found is None:
        raise Missing("absence.missing", _("There is no such absence; somebody may have removed it."))
    return found


def calendar_of(person: Person) -> AbsenceCalendar | None:
    return AbsenceCalendar.objects.filter(person=person).first()


def calendars() -> QuerySet[AbsenceCalendar]:
    return AbsenceCalendar.objects.select_related("person").order_by("person__name")
