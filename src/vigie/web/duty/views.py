"""Who is on duty now and next, the week, and the list of shifts."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from vigie.duty import queries
from vigie.duty.actions import PERMISSIONS, DutyPermission
from vigie.duty.models import Shift
from vigie.kernel import clock
from vigie.lib.localtime import instant
from vigie.notices.texts import listed
from vigie.people.models import Person
from vigie.web.access import StaffRequest, staff
from vigie.web.duty import week
from vigie.web.lists import carried, may, words_of

COLUMNS = ("duty", "person", "level", "start", "end", "name")
PER_PAGE = 60


def zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def record(shift: Shift) -> dict[str, Any]:
    """One shift as the import takes it: ISO times with their offset, which no clock change makes unclear."""
    return {
        "duty": shift.duty.code,
        "person": shift.person.login,
        "level": shift.level,
        "start": shift.starts_at.astimezone(zone()).isoformat(timespec="minutes"),
        "end": shift.ends_at.astimezone(zone()).isoformat(timespec="minutes"),
        "name": shift.person.name,
    }


@staff
@require_safe
def duty(request: StaffRequest) -> HttpResponse:
    """On duty now and next, and one week of the rota; `?week=2026-W47`, `?duty=production`."""
    now, language = clock.now(), get_language() or "fr"
    today = now.astimezone(zone()).date()
    monday = week.monday_of(words_of(request, "week"), today)
    chosen = words_of(request, "duty")
    start, end = week.bounds(monday, zone())
    shifts = queries.shifts_between(start, end, chosen or None)
    if file := carried(request, "shifts", COLUMNS, (record(shift) for shift in shifts)):
        return file
    watches = queries.watches(now)
    first = [row for row in watches if row.level == 1]
    duties = [row for row in queries.duties() if chosen in {"", row.code}]
    this_week = monday <= today < monday + timedelta(days=7)
    holes = queries.holes(max(start, now), end, chosen or None) if end > now and _known(chosen) else []
    context = {
        "watches": _watches(watches, language),
        "held": listed(f"{row.now.person.name} ({row.duty.name(language)})" for row in first if row.now),
        "empty": listed(row.duty.name(language) for row in first if not row.now),
        "rows": week.rows(
            duties,
            shifts,
            monday=monday,
            zone=zone(),
            now=now,
            me=request.user,
            language=language,
            holes=holes,
        ),
        "days": [(monday + timedelta(days=n), monday + timedelta(days=n) == today) for n in range(7)],
        "now_hour": int(week.hour_of(now, monday, zone())) if this_week else None,
        "this_week": this_week,
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "week": week.week_name(monday),
        "before": week.week_name(monday - timedelta(days=7)),
        "after": week.week_name(monday + timedelta(days=7)),
        "chosen": chosen,
        "duties": [(row.code, row.name(language)) for row in queries.duties()],
        "may_edit": may(request.user, DutyPermission.EDIT, PERMISSIONS),
    }
    return render(request, "duty/week.html", context)


def _known(code: str) -> bool:
    return not code or queries.duties().filter(code=code).exists()


def _watches(watches: list[queries.Watch], language: str) -> list[dict[str, Any]]:
    """Each duty once: its primary, who comes next, and the other levels in one line."""
    found: dict[str, dict[str, Any]] = {}
    for row in watches:
        entry = found.setdefault(
            row.duty.code, {"duty": row.duty, "name": row.duty.name(language), "first": row, "others": []}
        )
        if row.level > 1 and row.now:
            entry["others"].append(row)
    return list(found.values())


@staff
@require_safe
def shifts(request: StaffRequest) -> HttpResponse:
    """Shifts one by one; by default those that go on or come. The address filters by duty, person and days."""
    today = clock.now().astimezone(zone()).date()
    filters = {name: words_of(request, name) for name in ("duty", "person", "from", "until")}
    start, end = _day(filters["from"]), _day(filters["until"])
    rows = _found(filters, _midnight(start) if start else clock.now(), end)
    if file := carried(request, "shifts", COLUMNS, (record(shift) for shift in rows)):
        return file
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    language = get_language() or "fr"
    context = {
        "page": page,
        "rows": [(shift, shift.duty.name(language)) for shift in page.object_list],
        "filters": filters,
        "start": start or today,
        "filtered": any(filters.values()),
        "duties": [(row.code, row.name(language)) for row in queries.duties()],
        "people": [(row.login, row.name) for row in Person.objects.filter(shifts__isnull=False).distinct()],
        "now": clock.now(),
        "may_edit": may(request.user, DutyPermission.EDIT, PERMISSIONS),
    }
    return render(request, "duty/shifts.html", context)


def _found(filters: dict[str, str], start: datetime, end: date | None) -> QuerySet[Shift]:
    rows = Shift.objects.filter(ends_at__gt=start).select_related("duty", "person")
    if end:
        rows = rows.filter(starts_at__lt=_midnight(end + timedelta(days=1)))
    if filters["duty"]:
        rows = rows.filter(duty__code=filters["duty"])
    if filters["person"]:
        rows = rows.filter(person__login=filters["person"])
    return rows.order_by("starts_at", "duty__rank", "level", "pk")


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 9000 else None  # noqa: PLR2004 # what a database and a zone can hold


def _midnight(day: date) -> datetime:
    return instant(datetime.combine(day, time(0)), zone())
