"""Who learns of what: one mail for all that changed in a person's shifts, and a weekly one of what is to come."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Min

from vigie.duty import queries
from vigie.duty.actions.permissions import PERMISSIONS, DutyPermission
from vigie.duty.events import DutyAudit
from vigie.duty.models import ShiftChange, SwapState
from vigie.duty.texts import changes_mail, digest_mail, net_changes
from vigie.kernel import audit, clock
from vigie.kernel.access import System, allowed
from vigie.people.models import Person
from vigie.people.queries import staff
from vigie.post.actions import Parcel, enqueue
from vigie.post.models import Delivery

QUIET = timedelta(minutes=2)  # whoever changes the rota is not in the middle of it any more
PATIENCE = timedelta(minutes=15)  # a rota that never rests is told of all the same
DIGEST_HOUR = 7
AHEAD = timedelta(weeks=4)


def changes_due() -> bool:
    """Whether somebody is owed a mail about their shifts."""
    return bool(_owed())


def _owed() -> list[int]:
    now = clock.now()
    untold = ShiftChange.objects.filter(told_at__isnull=True).order_by()
    rows = untold.values("person").annotate(first=Min("at"), last=Max("at"))
    return [
        row["person"]
        for row in rows
        if row["last"] <= now - QUIET or row["first"] <= now - PATIENCE or row["last"] > now + PATIENCE
    ]  # the last: the clock was set back since


def tell_changes() -> int:
    """One mail to each person whose shifts to come changed, once the changing has come to rest."""
    return sum(_tell_changes(person) for person in Person.objects.filter(pk__in=_owed()))


@transaction.atomic
def _tell_changes(person: Person) -> int:
    now = clock.now()
    rows = list(
        ShiftChange.objects.filter(person=person, told_at__isnull=True).select_related("duty").order_by("pk")
    )
    mine = [row.pk for row in rows]
    if ShiftChange.objects.filter(pk__in=mine, told_at__isnull=True).update(told_at=now) != len(mine):
        return 0  # another worker was faster
    changes = [row for row in net_changes(rows) if row.ends_at > now]
    if not changes or not person.email or not person.is_active:
        return 0
    parcel = Parcel(
        key=f"rota:{person.pk}:{mine[-1]}",
        recipient=person.email,
        recipient_name=person.name,
        language=person.language,
        topic="rota",
        payload=dict(changes_mail(person, changes)),
    )
    enqueue([parcel])
    audit.record(DutyAudit.CHANGES_TOLD, actor=System(), subject=person, changes={"shifts": len(changes)})
    return 1


def digest_day(now: datetime) -> date | None:
    """The day whose weekly mail is due at `now`; None on other days, before seven, and where it is switched off."""
    here = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    wanted = settings.OPTIONS["duty.digest_day"]
    days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    due = wanted in days and days.index(wanted) == here.weekday() and here.hour >= DIGEST_HOUR
    return here.date() if due else None


def _week_key(day: date, person: Person) -> str:
    return f"rota-week:{day}:{person.pk}"


@transaction.atomic
def send_digests() -> int:
    """The weekly mail to everyone who holds a shift in four weeks or is waited for; the outbox keeps it to one a day."""
    now = clock.now()
    day = digest_day(now)
    if day is None:
        return 0
    written = set(Delivery.objects.filter(key__startswith=f"rota-week:{day}:").values_list("key", flat=True))
    people = [one for one in staff().exclude(email="") if _week_key(day, one) not in written]
    if not people:
        return 0
    holes = queries.holes(now, now + AHEAD)
    waiting = [swap for swap in queries.live_swaps() if swap.state == SwapState.ACCEPTED]
    parcels = []
    for person in people:
        shifts = list(queries.shifts_of(person, now).filter(starts_at__lt=now + AHEAD))
        offers = queries.swaps_for(person, now)
        leads = allowed(person, DutyPermission.EDIT, PERMISSIONS) and "lead" in person.roles
        if not (shifts or offers or (leads and (holes or waiting))):
            continue
        payload = digest_mail(
            person,
            shifts=shifts,
            offers=offers,
            holes=holes if leads else [],
            waiting=waiting if leads else [],
        )
        parcels.append(
            Parcel(
                key=_week_key(day, person),
                recipient=person.email,
                recipient_name=person.name,
                language=person.language,
                topic="rota",
                payload=dict(payload),
            )
        )
    return enqueue(parcels)
