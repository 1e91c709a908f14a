"""Who is on duty at t: the one place that answers, for pages, API, notices and escalation."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from vigie.duty.models import Duty, Shift
from vigie.duty.rules import LONGEST_SHIFT, DutyCode, Holder, in_order
from vigie.kernel.errors import BadInput, Missing
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
    begun = {
        "starts_at__lte": t,
        "starts_at__gt": t - LONGEST_SHIFT,
    }  # bounded on both sides: an index answers
    shifts = Shift.objects.filter(**begun, ends_at__gt=t, person__is_active=True)
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


def coming(duty: Duty, t: datetime, *, level: int = 1) -> Shift | None:
    """The next shift of this duty and level that begins after `t`; it may leave a hole before it."""
    rows = Shift.objects.filter(duty=duty, level=level, starts_at__gt=t, person__is_active=True)
    return rows.select_related("person").order_by("starts_at").first()


def shifts_between(start: datetime, end: datetime, code: str | None = None) -> QuerySet[Shift]:
    """Shifts that touch [start, end), by start."""
    rows = Shift.objects.filter(starts_at__lt=end, ends_at__gt=start).select_related("duty", "person")
    return rows.filter(duty__code=code) if code else rows


@dataclass(frozen=True)
class Watch:
    """One level of a duty at an instant: who holds it, and who comes next."""

    duty: Duty
    level: int
    now: OnDuty | None
    next: OnDuty | None


def watches(t: datetime, *, ahead: timedelta = timedelta(days=14)) -> list[Watch]:
    """Every duty with each of its levels (level 1 always): the holder at `t` and the first to come within `ahead`."""
    held: dict[tuple[Duty, int], OnDuty] = {}
    for row in on_duty(t):
        held.setdefault((row.duty, row.level), row)
    coming: dict[tuple[Duty, int], OnDuty] = {}
    rows = Shift.objects.filter(starts_at__gt=t, starts_at__lte=t + ahead, person__is_active=True)
    for shift in rows.select_related("duty", "person").order_by("starts_at", "pk"):
        row = OnDuty(shift.duty, shift.person, shift.level, shift.starts_at, shift.ends_at)
        coming.setdefault((shift.duty, shift.level), row)
    keys = {(duty, 1) for duty in duties()} | held.keys() | coming.keys()
    ordered = sorted(keys, key=lambda key: (key[0].rank, key[0].code, key[1]))
    return [Watch(duty, level, held.get((duty, level)), coming.get((duty, level))) for duty, level in ordered]


def shift_by_id(pk: int) -> Shift:
    """The shift, or `Missing`."""
    found = Shift.objects.select_related("duty", "person").filter(pk=pk).first()
    if found is None:
        raise Missing("shift.missing", _("There is no such shift; somebody may have removed it."))
    return found


def leads_of(code: str) -> list[Person]:
    """The leads behind a duty: of Operations for Production, of Support for any other."""
    kind = GroupKind.OPERATIONS if code == DutyCode.PRODUCTION else GroupKind.SUPPORT
    return people.leads(kind)
