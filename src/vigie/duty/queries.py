"""Who is on duty at t: the one place that answers, for pages, API, notices and escalation."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from vigie.duty.models import Duty, Escalation, Shift
from vigie.duty.rules import DutyCode, Holder, Rung, in_order
from vigie.kernel.errors import BadInput
from vigie.people import queries as people
from vigie.people.models import Person
from vigie.people.rules import GroupKind


@dataclass(frozen=True)
class OnDuty:
    """A person on duty: which duty, at which level, until when (the end of this shift)."""

    duty: Duty
    person: Person
    level: int
    since: datetime
    until: datetime


def duties() -> QuerySet[Duty]:
    return Duty.objects.all()


def duty_by_code(code: str) -> Duty:
    """The duty with this code; `BadInput` lists the known ones."""
    found = duties().filter(code=code).first()
    if found is None:
        raise BadInput(
            "duty.unknown",
            _("There is no duty “%(code)s”.") % {"code": code},
            hint=_("Known duties: %(codes)s.")
            % {"codes": ", ".join(duties().values_list("code", flat=True))},
            field="duty",
        )
    return found


def on_duty(t: datetime, code: str | None = None) -> list[OnDuty]:
    """Everyone on duty at the instant `t` (aware), by duty, then level; a person who left is never on duty."""
    shifts = Shift.objects.filter(starts_at__lte=t, ends_at__gt=t, person__is_active=True)
    if code is not None:
        shifts = shifts.filter(duty__code=code)
    rows: dict[Duty, dict[Holder, Shift]] = {}
    for shift in shifts.select_related("duty", "person"):
        holder = Holder(shift.person_id, shift.level, shift.starts_at, shift.ends_at)
        rows.setdefault(shift.duty, {})[holder] = shift
    found = []
    for duty in sorted(rows, key=lambda duty: (duty.rank, duty.code)):
        for holder in in_order(list(rows[duty])):
            shift = rows[duty][holder]
            found.append(OnDuty(duty, shift.person, shift.level, shift.starts_at, shift.ends_at))
    return found


def shifts_between(start: datetime, end: datetime, code: str | None = None) -> QuerySet[Shift]:
    """Shifts that touch [start, end), by start."""
    rows = Shift.objects.filter(starts_at__lt=end, ends_at__gt=start).select_related("duty", "person")
    return rows.filter(duty__code=code) if code else rows


def leads_of(code: str) -> list[Person]:
    """The leads behind a duty: of Operations for Production, of Support for any other."""
    kind = GroupKind.OPERATIONS if code == DutyCode.PRODUCTION else GroupKind.SUPPORT
    return people.leads(kind)


def answers_to(rung: Rung, t: datetime) -> list[Person]:
    """The persons a rung of an escalation means at `t`; empty if nobody holds it then."""
    if rung.kind == "person":
        return list(people.staff().filter(pk=rung.ref))
    if rung.kind == "duty":
        code, _colon, level = rung.ref.partition(":")
        return [row.person for row in on_duty(t, code) if not level or row.level == int(level)]
    return people.leads(GroupKind(rung.ref))


def open_escalations() -> QuerySet[Escalation]:
    return Escalation.objects.filter(closed_at__isnull=True).order_by("opened_at")
