"""Verbs over absences: who is away, by hand or as their calendar says. A rotation passes over who is away."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vigie.duty.actions.permissions import PERMISSIONS, DutyPermission
from vigie.duty.actions.rotations import refill_for
from vigie.duty.events import DutyAudit
from vigie.duty.models import Absence, AbsenceCalendar, ShiftChange
from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, allowed, require
from vigie.kernel.errors import BadInput, Conflict, Forbidden, Refused
from vigie.lib.fittext import fit
from vigie.people.models import Person
from vigie.people.queries import person_behind

LONGEST_ABSENCE = timedelta(days=3653)


def own_or_lead(actor: Actor, person: Person) -> None:
    """`Forbidden` unless it is about the actor themself, or the actor arranges the rota."""
    require(actor, DutyPermission.TAKE_PART, PERMISSIONS)
    if person_behind(actor) != person and not allowed(actor, DutyPermission.EDIT, PERMISSIONS):
        raise Forbidden(
            "absence.not_yours",
            _("These are the absences of %(name)s.") % {"name": person.name},
            hint=_("A lead can change them."),
        )


@transaction.atomic
def add_absence(
    actor: Actor, person: Person, *, starts_at: datetime, ends_at: datetime, note: str = ""
) -> Absence:
    """The person is away from `starts_at` (in) to `ends_at` (out); their shifts to come pass to the next in line.

    The same absence again changes nothing. One that lies wholly in the past is entered too: it changes no shift.
    """
    own_or_lead(actor, person)
    if ends_at <= starts_at:
        raise BadInput("absence.span", _("The absence ends before it starts."), field="ends_at")
    if ends_at - starts_at > LONGEST_ABSENCE or abs(starts_at - clock.now()) > LONGEST_ABSENCE:
        raise BadInput(
            "absence.too_far", _("This is more than ten years away; is the year right?"), field="starts_at"
        )
    row, made = Absence.objects.get_or_create(
        person=person, starts_at=starts_at, ends_at=ends_at, calendar=None, defaults={"note": fit(note)[:120]}
    )
    if made:
        changes = {"person": person, "starts_at": starts_at, "ends_at": ends_at}
        audit.record(DutyAudit.ABSENCE_ADDED, actor=actor, subject=row, changes=changes)
        refill_for(actor, person)
    return row


@transaction.atomic
def remove_absence(actor: Actor, row: Absence) -> None:
    """The person is there after all. What a calendar says is changed in the calendar; what is over stays."""
    own_or_lead(actor, row.person)
    if row.calendar_id is not None:
        raise Refused(
            "absence.of_calendar",
            _("This absence comes from the calendar of %(name)s.") % {"name": row.person.name},
            hint=_("Change it in that calendar, or take the calendar away."),
        )
    if row.ends_at <= clock.now():
        raise Refused("absence.past", _("This absence is over; what was stays."))
    person = row.person
    subject = f"{row}"
    if not Absence.objects.filter(pk=row.pk).exists():
        raise Conflict("absence.gone", _("Somebody removed this absence a moment ago."))
    audit.record(DutyAudit.ABSENCE_REMOVED, actor=actor, subject=row, changes={"absence": subject})
    row.delete()
    refill_for(actor, person)


@transaction.atomic
def forget_person(person: Person, name: str, label: str) -> None:
    """Of somebody who is erased: why they were away and where their calendar is goes; when they were away stays.

    Shifts of others that they changed stay theirs, under another name.
    """
    Absence.objects.filter(person=person).update(note="", calendar=None)
    AbsenceCalendar.objects.filter(person=person).delete()
    ShiftChange.objects.filter(by=name).update(by=label)
