"""Verbs over people's calendars of absences: which address, and what was read there."""

import ssl
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from vigie.duty.actions.absences import own_or_lead
from vigie.duty.actions.rotations import refill_for
from vigie.duty.events import DutyAudit
from vigie.duty.models import Absence, AbsenceCalendar
from vigie.duty.queries import calendars
from vigie.kernel import audit, clock
from vigie.kernel.access import Actor, System
from vigie.kernel.errors import BadInput
from vigie.lib import awaytimes
from vigie.lib.awaytimes import Away
from vigie.lib.fetch import Unreachable, checked, fetch
from vigie.lib.fittext import fit
from vigie.people.models import Person

AHEAD = timedelta(days=400)
ASIDE_KEPT = 50


@transaction.atomic
def save_calendar(actor: Actor, person: Person, *, address: str, only: str = "") -> AbsenceCalendar:
    """From now on the person's absences are also read at this address (https, or a file of the configured folder).

    `only`: only events whose title holds this word. Another address forgets what the old one said.
    """
    own_or_lead(actor, person)
    address = address.strip()
    try:
        checked(address)
    except Unreachable as error:
        raise BadInput(
            "calendar.address", _("No calendar: %(why)s.") % {"why": error}, field="address"
        ) from None
    row = AbsenceCalendar.objects.filter(person=person).first() or AbsenceCalendar(person=person)
    if (row.address, row.only) == (address, only.strip()):
        return row
    moved = bool(row.pk) and row.address != address
    row.address, row.only = address, fit(only).strip()[:60]
    row.checked_at = row.failing_since = None
    row.problem, row.aside = "", []
    row.save()
    if moved:
        row.absences.filter(ends_at__gt=clock.now()).delete()
    audit.record(DutyAudit.CALENDAR_SAVED, actor=actor, subject=row, changes={"person": person})
    refill_for(actor, person)
    return row


@transaction.atomic
def remove_calendar(actor: Actor, row: AbsenceCalendar) -> None:
    """Forget the address and every absence that was read there."""
    person = row.person
    own_or_lead(actor, person)
    audit.record(DutyAudit.CALENDAR_REMOVED, actor=actor, subject=row, changes={"person": person})
    row.delete()
    refill_for(actor, person)


def calendars_due() -> bool:
    """Whether a calendar waits to be read."""
    return _due().exists()


def _due() -> QuerySet[AbsenceCalendar]:
    now = clock.now()
    before = now - timedelta(minutes=settings.OPTIONS["duty.calendar_minutes"])
    # Checked in the future means that the clock was set back: nobody knows how long ago it was.
    ripe = Q(checked_at__isnull=True) | Q(checked_at__lte=before) | Q(checked_at__gt=now)
    return calendars().filter(ripe, person__is_active=True)


def read_calendars(go_on: Callable[[], bool] = lambda: True) -> int:
    """Read every calendar whose time has come; one that can't be read delays no other. Returns how many were."""
    done = 0
    for row in _due():
        if not go_on():
            break
        done += read_calendar(row)
    return done


def read_calendar(row: AbsenceCalendar, *, tls: ssl.SSLContext | None = None) -> bool:
    """Fetch and read one calendar, outside any transaction; True if it could be read.

    While it can't, what was read last counts, and the row says since when and why.
    """
    folder = settings.OPTIONS["duty.calendar_folder"]
    now = clock.now()
    try:
        source = fetch(
            row.address,
            inside=settings.OPTIONS["duty.calendar_hosts"],
            folder=Path(folder) if folder else None,
            tls=tls,
        )
        away = awaytimes.apart(source, now, now + AHEAD, ZoneInfo(settings.TIME_ZONE), only=row.only)
    except (Unreachable, awaytimes.Unreadable) as error:
        note_failure(row, str(error))
        return False
    note_reading(row, away)
    return True


@transaction.atomic
def note_failure(row: AbsenceCalendar, problem: str) -> None:
    """The calendar could not be read; the first time in a row is written into the audit."""
    now = clock.now()
    first = row.failing_since is None
    problem = fit(problem)[:500]  # it may quote what was read: bytes that PostgreSQL doesn't store
    same = AbsenceCalendar.objects.filter(pk=row.pk, address=row.address)
    if same.update(checked_at=now, failing_since=row.failing_since or now, problem=problem) and first:
        audit.record(DutyAudit.CALENDAR_READ, actor=System(), subject=row, changes={"problem": problem})
    row.refresh_from_db()


@transaction.atomic
def note_reading(row: AbsenceCalendar, away: Away) -> None:
    """What the calendar says from now on takes the place of what it said before; absences that are over stay."""
    now = clock.now()
    same = AbsenceCalendar.objects.filter(pk=row.pk, address=row.address)
    aside = [[fit(what), fit(why)] for what, why in away.aside[:ASIDE_KEPT]]
    if not same.update(checked_at=now, read_at=now, failing_since=None, problem="", aside=aside):
        return  # another address was given in the meantime
    row.refresh_from_db()
    wanted = set(away.spans)
    there = {(one.starts_at, one.ends_at): one for one in row.absences.filter(ends_at__gt=now)}
    cut = {ends: pair for pair in wanted for starts, ends in [pair] if starts <= now}
    gone = []
    for (starts, ends), one in there.items():
        if starts <= now and ends in cut:
            wanted.discard(cut[ends])  # it goes on: its beginning is not read anew
        elif (starts, ends) in wanted:
            wanted.discard((starts, ends))
        else:
            gone.append(one)
    for one in gone:
        if one.starts_at <= now:
            Absence.objects.filter(pk=one.pk).update(ends_at=now)
        else:
            one.delete()
    new = [Absence(person=row.person, calendar=row, starts_at=a, ends_at=b) for a, b in sorted(wanted)]
    Absence.objects.bulk_create(new)
    if new or gone:
        changes = {"new": len(new), "gone": len(gone), "aside": len(away.aside)}
        audit.record(DutyAudit.CALENDAR_READ, actor=System(), subject=row, changes=changes)
        refill_for(System(), row.person)
