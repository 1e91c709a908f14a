"""Verbs over duties as data: names, when they are held, who may hold them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vigie.duty.actions.permissions import PERMISSIONS, DutyPermission
from vigie.duty.actions.rotations import refill
from vigie.duty.events import DutyAudit, RotaChanged
from vigie.duty.models import Duty, Qualification
from vigie.duty.rules import HIGHEST_LEVEL, Rhythm, clock_times
from vigie.kernel import audit
from vigie.kernel.access import Actor, require
from vigie.kernel.errors import BadInput
from vigie.kernel.events import emit
from vigie.lib.fittext import fit
from vigie.people.models import Person
from vigie.people.rules import one_line


@transaction.atomic
def save_duty(
    actor: Actor, *, code: str, name_fr: str, name_en: str, phone: str = "", rank: int = 100
) -> Duty:
    """Create the duty with this code or bring its names and telephone up to date."""
    require(actor, DutyPermission.EDIT, PERMISSIONS)
    duty = Duty.objects.filter(code=code).first() or Duty(code=code)
    duty.name_fr, duty.name_en, duty.phone, duty.rank = *map(one_line, (name_fr, name_en, phone)), rank
    _clean(duty)
    duty.save()
    audit.record(
        DutyAudit.DUTY_SAVED,
        actor=actor,
        subject=duty,
        changes={"name_en": duty.name_en, "phone": duty.phone},
    )
    return duty


@dataclass(frozen=True)
class Shape:
    """When a duty is held and by how many, as somebody states it; see `models.Duty` for each field."""

    rhythm: str = Rhythm.HAND.value
    handovers: str = ""  # "08:00 20:00"
    closes: time | None = None
    weekdays: Iterable[int] = range(7)
    on_holidays: bool = True
    levels: int = 1
    minimum: int = 1
    ideal: int = 1
    needs_approval: bool = False
    phone_public: bool = False
    checklist_fr: str = ""
    checklist_en: str = ""


@transaction.atomic
def shape_duty(actor: Actor, duty: Duty, shape: Shape) -> Duty:
    """Say when the duty is held, on how many levels, by how many people, and how it is handed over.

    Shifts that have begun stay; those to come are made again by its rotation.
    """
    require(actor, DutyPermission.EDIT, PERMISSIONS)
    rhythm, handovers, days = _checked(shape)
    row = Duty.objects.get(pk=duty.pk)
    row.rhythm, row.handovers = rhythm.value, [f"{at:%H:%M}" for at in handovers]
    row.closes = shape.closes if rhythm is Rhythm.OFFICE else None
    row.weekdays, row.on_holidays = days, shape.on_holidays
    row.levels, row.minimum, row.ideal = shape.levels, shape.minimum, shape.ideal
    row.needs_approval, row.phone_public = shape.needs_approval, shape.phone_public
    row.checklist_fr, row.checklist_en = fit(shape.checklist_fr), fit(shape.checklist_en)
    _clean(row)
    changes = {
        field.name: getattr(row, field.name)
        for field in Duty._meta.concrete_fields  # noqa: SLF001 # Django's documented model metadata
        if getattr(row, field.name) != getattr(duty, field.name)
    }
    row.save()
    audit.record(DutyAudit.DUTY_SHAPED, actor=actor, subject=row, changes=changes)
    refill(actor, row)
    emit(RotaChanged(duty=row.code))
    return row


def _checked(shape: Shape) -> tuple[Rhythm, tuple[time, ...], list[int]]:
    """What a shape says, or `BadInput` with the field that can't be so."""
    try:
        rhythm = Rhythm(shape.rhythm)
    except ValueError:
        raise BadInput(
            "duty.rhythm",
            _("There is no rhythm “%(name)s”.") % {"name": shape.rhythm},
            hint=_("Known: %(names)s.") % {"names": ", ".join(Rhythm)},
            field="rhythm",
        ) from None
    try:
        handovers = clock_times(shape.handovers)
    except ValueError as error:
        raise BadInput(
            "duty.handovers",
            _("“%(text)s” is no list of times; write 08:00 or 08:00 20:00.") % {"text": error},
            field="handovers",
        ) from None
    days = sorted(set(shape.weekdays))
    if not 1 <= shape.levels <= HIGHEST_LEVEL:
        words = _("Levels go from 1, the primary, to %(highest)s.") % {"highest": HIGHEST_LEVEL}
        raise BadInput("duty.levels", words, field="levels")
    if shape.ideal < shape.minimum:
        raise BadInput("duty.ideal", _("The ideal number is below the minimum."), field="ideal")
    if rhythm is Rhythm.HAND:
        return rhythm, handovers, days
    if not handovers:
        raise BadInput("duty.handovers", _("At what time is it handed over?"), field="handovers")
    if not days or not set(days) <= set(range(7)):
        raise BadInput("duty.weekdays", _("On which days is it held?"), field="weekdays")
    if rhythm is Rhythm.OFFICE and shape.closes is None:
        raise BadInput("duty.closes", _("When do office hours end?"), field="closes")
    if rhythm is Rhythm.WEEKLY and len(handovers) > 1:
        once = _("A duty by the week is handed over once: give one time.")
        raise BadInput("duty.handovers", once, field="handovers")
    return rhythm, handovers, days


def _clean(duty: Duty) -> None:
    try:
        duty.full_clean(exclude=["handovers", "weekdays", "closes"])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise BadInput("duty.invalid", f"{field}: {messages[0]}", field=field) from None


@transaction.atomic
def qualify(
    actor: Actor, duty: Duty, person: Person, *, since: date, until: date | None = None
) -> Qualification:
    """Say from when (in) until when (out) a person may hold a duty; the same start again moves the end."""
    require(actor, DutyPermission.EDIT, PERMISSIONS)
    if until is not None and until <= since:
        raise BadInput("qualification.span", _("The end is before the start."), field="until")
    row, _made = Qualification.objects.update_or_create(
        duty=duty, person=person, since=since, defaults={"until": until}
    )
    changes = {"duty": duty.code, "person": person, "since": since, "until": until}
    audit.record(DutyAudit.QUALIFIED, actor=actor, subject=row, changes=changes)
    refill(actor, duty)
    return row


@transaction.atomic
def disqualify(actor: Actor, row: Qualification) -> None:
    """Forget that somebody was qualified; for one who no longer is, give an end instead."""
    require(actor, DutyPermission.EDIT, PERMISSIONS)
    audit.record(DutyAudit.DISQUALIFIED, actor=actor, subject=row, changes={"person": row.person})
    duty = row.duty
    row.delete()
    refill(actor, duty)
