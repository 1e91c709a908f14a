"""Verbs over duties, shifts and escalations."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from vigie.duty import queries
from vigie.duty.events import DutyAudit, RotaChanged
from vigie.duty.models import Duty, Escalation, EscalationStep, Shift
from vigie.duty.rules import HANDOVER_OVERLAP, Rung, Span, rung_due
from vigie.duty.texts import page_mail
from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, Permission, System, require
from vigie.kernel.errors import BadInput, Refused
from vigie.kernel.events import emit
from vigie.kernel.lifecycle import change_one
from vigie.people.models import Person
from vigie.people.rules import Role
from vigie.post.actions import Parcel, enqueue


class DutyPermission(Permission):
    EDIT = "duty.edit"


PERMISSIONS = {DutyPermission.EDIT: frozenset({Role.LEAD, Role.ADMINISTRATOR})}
LONGEST_SHIFT = timedelta(days=31)


@transaction.atomic
def save_duty(
    actor: Actor, *, code: str, name_fr: str, name_en: str, phone: str = "", rank: int = 100
) -> Duty:
    """Create the duty with this code or bring it up to date."""
    require(actor, DutyPermission.EDIT, PERMISSIONS)
    duty = Duty.objects.filter(code=code).first() or Duty(code=code)
    duty.name_fr, duty.name_en, duty.phone, duty.rank = name_fr, name_en, phone, rank
    try:
        duty.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise BadInput("duty.invalid", f"{field}: {messages[0]}", field=field) from None
    duty.save()
    audit.record(
        DutyAudit.DUTY_SAVED, actor=actor, subject=duty, changes={"name_en": name_en, "phone": phone}
    )
    return duty


@transaction.atomic
def add_shift(
    actor: Actor, *, duty: Duty, person: Person, starts_at: datetime, ends_at: datetime, level: int = 1
) -> Shift:
    """Put a person on duty. The same shift entered again changes nothing and is returned as it stands."""
    require(actor, DutyPermission.EDIT, PERMISSIONS)
    if ends_at <= starts_at:
        raise BadInput("shift.ends_before_start", _("The shift ends before it starts."), field="ends_at")
    if ends_at - starts_at > LONGEST_SHIFT:
        raise BadInput(
            "shift.too_long", _("A shift lasts 31 days at most; is the year right?"), field="ends_at"
        )
    if level < 1:
        raise BadInput("shift.level", _("Levels start at 1, the primary."), field="level")
    if not person.is_active:
        raise Refused("shift.person_left", _("%(name)s no longer works here.") % {"name": person.name})
    wanted = Span(starts_at, ends_at)
    for other in queries.shifts_between(starts_at, ends_at, duty.code).filter(level=level):
        if (other.person_id, other.starts_at, other.ends_at) == (person.pk, starts_at, ends_at):
            return other
        if wanted.overlap(Span(other.starts_at, other.ends_at)) > HANDOVER_OVERLAP:
            raise Refused(
                "shift.overlaps",
                _("%(name)s already holds level %(level)s of %(duty)s then.")
                % {"name": other.person.name, "level": level, "duty": duty.code},
                hint=_("Remove that shift first, or enter this one at another level."),
            )
    shift = Shift.objects.create(duty=duty, person=person, level=level, starts_at=starts_at, ends_at=ends_at)
    audit.record(
        DutyAudit.SHIFT_ADDED,
        actor=actor,
        subject=shift,
        changes={
            "duty": duty.code,
            "person": person,
            "level": level,
            "starts_at": starts_at,
            "ends_at": ends_at,
        },
    )
    emit(RotaChanged(duty=duty.code))
    return shift


@transaction.atomic
def remove_shift(actor: Actor, shift: Shift) -> None:
    """Take a shift out of the rota. One that has begun stays: history is what was."""
    require(actor, DutyPermission.EDIT, PERMISSIONS)
    if shift.starts_at <= clock.now():
        raise Refused(
            "shift.begun",
            _("This shift has begun; what was can't be undone."),
            hint=_("Enter the person who takes over at another level."),
        )
    audit.record(
        DutyAudit.SHIFT_REMOVED,
        actor=actor,
        subject=shift,
        changes={"duty": shift.duty.code, "person": shift.person, "starts_at": shift.starts_at},
    )
    emit(RotaChanged(duty=shift.duty.code))
    shift.delete()


@transaction.atomic
def escalate(*, key: str, what_fr: str, what_en: str, path: str, rungs: Sequence[Rung]) -> Escalation:
    """Open an escalation for something owed, or return the one that is open for it already."""
    found = queries.open_escalations().filter(key=key).first()
    if found:
        return found
    stored = [{"kind": rung.kind, "ref": rung.ref, "after": rung.after.total_seconds()} for rung in rungs]
    escalation = Escalation.objects.create(
        key=key, what_fr=what_fr[:300], what_en=what_en[:300], path=path, rungs=stored, opened_at=clock.now()
    )
    audit.record(DutyAudit.ESCALATION_OPENED, actor=System(), subject=escalation, changes={"key": key})
    return escalation


@transaction.atomic
def climb(escalation: Escalation) -> bool:
    """Tell the next rung if its time has come; False if nothing was due."""
    rungs = [Rung(row["kind"], row["ref"], timedelta(seconds=row["after"])) for row in escalation.rungs]
    index = rung_due(rungs, opened_at=escalation.opened_at, told=escalation.told, now=clock.now())
    if index is None:
        return False
    change_one(escalation, expect={"told": index, "closed_at": None}, told=index + 1)
    persons = queries.answers_to(rungs[index], clock.now())
    already = set(escalation.steps.exclude(person=None).values_list("person_id", flat=True))
    for person in persons:
        if person.pk not in already:
            _tell(escalation, index, person)
    if not persons:
        EscalationStep.objects.create(
            escalation=escalation, rung=index, at=clock.now(), note="nobody holds this"
        )
    audit.record(
        DutyAudit.ESCALATION_CLIMBED,
        actor=System(),
        subject=escalation,
        changes={"rung": index, "told": [person.name for person in persons]},
    )
    return True


def _tell(escalation: Escalation, index: int, person: Person) -> None:
    note = "" if person.email else "no mail address: shown on the desk only"
    EscalationStep.objects.create(escalation=escalation, rung=index, person=person, at=clock.now(), note=note)
    if person.email:
        key = f"escalation:{escalation.pk}:{index}:{person.pk}"
        parcel = Parcel(
            key=key,
            recipient=person.email,
            recipient_name=person.name,
            language=person.language,
            topic=f"escalation:{escalation.pk}",
            payload=dict(page_mail(escalation, person)),
        )
        enqueue([parcel])


@transaction.atomic
def stand_down(escalation: Escalation, *, why: str) -> None:
    """What was owed is done, or no longer owed."""
    change_one(escalation, expect={"closed_at": None}, closed_at=clock.now(), closed_why=why[:200])
    audit.record(DutyAudit.ESCALATION_CLOSED, actor=System(), subject=escalation, reason=why)
