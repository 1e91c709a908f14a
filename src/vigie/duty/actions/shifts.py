"""Verbs over single shifts: by hand, beside or over what the rotation makes."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vigie.duty import queries
from vigie.duty.actions.permissions import PERMISSIONS, DutyPermission
from vigie.duty.actions.rotations import refill, refill_beside
from vigie.duty.actions.rows import make_room, put, take
from vigie.duty.events import DutyAudit, RotaChanged
from vigie.duty.models import Duty, Origin, Shift
from vigie.duty.rules import HANDOVER_OVERLAP, HIGHEST_LEVEL, LONGEST_SHIFT, Span
from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, require
from vigie.kernel.errors import BadInput, Conflict, Refused
from vigie.kernel.events import emit
from vigie.kernel.lifecycle import hold
from vigie.people.models import Person

FARTHEST_SHIFT = timedelta(days=3653)


@transaction.atomic
def add_shift(
    actor: Actor,
    *,
    duty: Duty,
    person: Person,
    starts_at: datetime,
    ends_at: datetime,
    level: int = 1,
    instead: bool = False,
) -> Shift:
    """Put a person on duty. The same shift entered again changes nothing and is returned as it stands.

    What a rotation made ahead gives way, and what somebody who left still held. `instead`: so does whoever else
    holds that level then; of a shift that has begun only the part to come.
    """
    require(actor, DutyPermission.EDIT, PERMISSIONS)
    _check(person, starts_at, ends_at, level)
    hold(duty, field="code")
    wanted = Span(starts_at, ends_at)
    now = clock.now()
    if instead and starts_at < now:
        wanted = Span(now, ends_at)
        if ends_at <= now:
            raise Refused("shift.past", _("This is over; what was can't be undone."), field="ends_at")
    there = list(queries.shifts_between(wanted.starts, wanted.ends, duty.code))
    if same := next(
        (row for row in there if (row.person_id, row.level, row.span) == (person.pk, level, wanted)), None
    ):
        return same
    yields = [row for row in there if _gives_way(row, person, level, instead=instead)]
    _check_others(duty, person, wanted, level, [row for row in there if row not in yields])
    make_room(actor, yields, wanted)
    shift = put(actor, duty, person, level, wanted, origin=Origin.HAND)
    audit.record(
        DutyAudit.SHIFT_ADDED,
        actor=actor,
        subject=shift,
        changes={
            "duty": duty.code,
            "person": person,
            "level": level,
            "starts_at": wanted.starts,
            "ends_at": wanted.ends,
            "instead_of": [str(row) for row in yields],
        },
    )
    emit(RotaChanged(duty=duty.code))
    refill_beside(actor, duty, wanted)
    return shift


def _check(person: Person, starts_at: datetime, ends_at: datetime, level: int) -> None:
    """What is no shift, whatever stands in the rota."""
    if ends_at <= starts_at:
        raise BadInput("shift.ends_before_start", _("The shift ends before it starts."), field="ends_at")
    if ends_at - starts_at > LONGEST_SHIFT:
        raise BadInput(
            "shift.too_long", _("A shift lasts 31 days at most; is the year right?"), field="ends_at"
        )
    if abs(starts_at - clock.now()) > FARTHEST_SHIFT:
        raise BadInput(
            "shift.too_far",
            _("This shift is more than ten years away; is the year right?"),
            field="starts_at",
        )
    if not 1 <= level <= HIGHEST_LEVEL:
        raise BadInput(
            "shift.level",
            _("Levels go from 1, the primary, to %(highest)s.") % {"highest": HIGHEST_LEVEL},
            field="level",
        )
    if not person.is_active:
        raise Refused(
            "shift.person_left", _("%(name)s no longer works here.") % {"name": person.name}, field="person"
        )


def _gives_way(row: Shift, person: Person, level: int, *, instead: bool) -> bool:
    """Whether a shift that is there makes room for the one that is entered."""
    ahead = row.starts_at > clock.now()
    if ahead and (row.origin == Origin.ROTATION or not queries.will_come(row)):
        return row.level == level or row.person_id == person.pk
    return instead and row.level == level and row.person_id != person.pk


def _check_others(duty: Duty, person: Person, wanted: Span, level: int, there: list[Shift]) -> None:
    """`Refused` if a shift stands in the way."""
    for other in there:
        overlap = wanted.overlap(other.span)
        if other.level == level and (overlap > HANDOVER_OVERLAP or other.person_id == person.pk):
            raise Refused(
                "shift.overlaps",
                _("%(name)s already holds level %(level)s of %(duty)s then.")
                % {"name": other.person.name, "level": level, "duty": duty.code},
                hint=_("Remove that shift first, or enter this one at another level."),
                field="starts_at",
            )
        if other.person_id == person.pk and overlap > HANDOVER_OVERLAP:
            raise Refused(
                "shift.own_backup",
                _("%(name)s holds level %(level)s of %(duty)s then, and can't be their own backup.")
                % {"name": person.name, "level": other.level, "duty": duty.code},
                field="person",
            )


@transaction.atomic
def remove_shift(actor: Actor, shift: Shift) -> None:
    """Take a shift out of the rota. One that has begun stays: history is what was.

    Where a rotation stands behind it, the rotation fills the place again.
    """
    require(actor, DutyPermission.EDIT, PERMISSIONS)
    if shift.starts_at <= clock.now():
        raise Refused(
            "shift.begun",
            _("This shift has begun; what was can't be undone."),
            hint=_("Enter the person who takes over, instead of whoever holds it."),
        )
    if shift.origin == Origin.ROTATION and queries.will_come(shift):
        raise Refused(
            "shift.of_rotation",
            _("This shift comes from the rotation, which would make it again."),
            hint=_("Put somebody else in its place, enter an absence, or change the rotation."),
        )
    hold(shift.duty, field="code")
    if not Shift.objects.filter(pk=shift.pk).exists():
        raise Conflict("shift.gone", _("Somebody removed this shift a moment ago."))
    take(actor, shift)
    audit.record(
        DutyAudit.SHIFT_REMOVED,
        actor=actor,
        subject=shift,
        changes={"duty": shift.duty.code, "person": shift.person, "starts_at": shift.starts_at},
    )
    emit(RotaChanged(duty=shift.duty.code))
    refill(actor, shift.duty)
