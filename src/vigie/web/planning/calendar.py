"""The calendar: outages of any kind, planned and past, by month or as an agenda; its filters are in the address."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from vigie.kernel import clock
from vigie.lib.localtime import instant
from vigie.lib.workdays import is_working_day
from vigie.outages import queries
from vigie.outages.actions.permissions import PERMISSIONS, OutagePermission
from vigie.outages.models import Outage
from vigie.outages.rules import OutageKind, State
from vigie.web.access import StaffRequest, staff
from vigie.web.desk.centre import Going, goings
from vigie.web.lists import may
from vigie.web.outages.forms import service_choices

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True)
class Entry:
    """One outage on one day: from when to when within that day (None: it goes over the day's edge)."""

    going: Going
    state: str  # a word of the `status` tag
    from_at: datetime | None
    to_at: datetime | None
    note: str

    @property
    def outage(self) -> Outage:
        return self.going.outage


@dataclass(frozen=True)
class Day:
    """One day of the page."""

    day: date
    within: bool  # the month shown, not its neighbours
    today: bool
    works: bool
    entries: tuple[Entry, ...]


@staff
@require_safe
def calendar(request: StaffRequest) -> HttpResponse:
    """`?view=month|agenda&month=2026-12&service=farm`."""
    zone = ZoneInfo(settings.TIME_ZONE)
    today = clock.now().astimezone(zone).date()
    first = month_of(request.GET.get("month", ""), today)
    view = "agenda" if request.GET.get("view") == "agenda" else "month"
    service = request.GET.get("service", "")[:80]
    start, end = (first, _after(first, 3)) if view == "agenda" else _weeks_around(first)
    days = _days(start, end, first=first, today=today, service=service)

    def address(**changes: str) -> str:
        now = {"view": view, "month": f"{first:%Y-%m}", "service": service} | changes
        return "?" + urlencode({key: value for key, value in now.items() if value})

    step = 3 if view == "agenda" else 1
    context = {
        "first": first,
        "last": end - timedelta(days=1),
        "view": view,
        "weeks": [days[at : at + 7] for at in range(0, len(days), 7)] if view == "month" else [],
        "days": [day for day in days if day.entries] if view == "agenda" else [],
        "count": len({entry.outage.pk for day in days if day.within for entry in day.entries}),
        "coming": queries.planned().first(),
        "service": service,
        "services": service_choices(),
        "earlier": address(month=f"{_after(first, -step):%Y-%m}"),
        "later": address(month=f"{_after(first, step):%Y-%m}"),
        "this_month": address(month=f"{today:%Y-%m}"),
        "as_month": address(view="month"),
        "as_agenda": address(view="agenda"),
        "feed": _feed(service, (get_language() or "fr")[:2]),
        "may_plan": may(request.user, OutagePermission.DECLARE, PERMISSIONS),
        "page_keys": [("k", _("earlier")), ("j", _("later"))],
    }
    return render(request, "planning/calendar.html", context)


def month_of(text: str, today: date) -> date:
    """The first day of the month asked for; of this one where that makes no sense."""
    try:
        asked = datetime.strptime(f"{text}-01", "%Y-%m-%d").date()  # noqa: DTZ007 # a day, no instant
    except ValueError:
        return today.replace(day=1)
    return asked if EARLIEST <= asked <= LATEST else today.replace(day=1)


def _after(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _weeks_around(first: date) -> tuple[date, date]:
    """Whole weeks, from Monday, that hold the month."""
    start = first - timedelta(days=first.weekday())
    last = _after(first, 1) - timedelta(days=1)
    return start, last + timedelta(days=7 - last.weekday())


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return instant(datetime.combine(day, time()), zone)


def _days(start: date, end: date, *, first: date, today: date, service: str) -> list[Day]:
    language, zone = get_language() or "fr", ZoneInfo(settings.TIME_ZONE)
    rows = queries.between(_midnight(start, zone), _midnight(end, zone))
    if service:
        rows = rows.filter(affected__service__code=service).distinct()
    by_day: dict[date, list[Entry]] = defaultdict(list)
    for shown in goings(rows, language):
        for day in _touched(shown.outage, start, end, zone):
            by_day[day].append(_entry(shown, day, zone))
    within = _after(first, 1 if end - start < timedelta(days=50) else 3)
    return [
        Day(
            day=day,
            within=first <= day < within,
            today=day == today,
            works=is_working_day(day),
            entries=tuple(by_day[day]),
        )
        for day in (start + timedelta(days=n) for n in range((end - start).days))
    ]


def until(row: Outage) -> datetime:
    """Its end; its expected end; now, where nobody knows when it ends."""
    return row.ended_at or max(
        row.expected_end or row.starts_at, row.starts_at if row.state != State.ONGOING else clock.now()
    )


def _touched(row: Outage, start: date, end: date, zone: ZoneInfo) -> list[date]:
    first = max(row.starts_at.astimezone(zone).date(), start)
    over = until(row)
    last = (max(over - timedelta(microseconds=1), row.starts_at)).astimezone(zone).date()
    last = min(last, end - timedelta(days=1))
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _entry(shown: Going, day: date, zone: ZoneInfo) -> Entry:
    row, over = shown.outage, until(shown.outage)
    begin, close = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
    if row.kind == OutageKind.SCHEDULED:
        state = "maintenance"
    else:
        state = shown.effect if row.state == State.ONGOING else "unknown" if row.false_alarm else "down"
    notes = {State.DRAFT: _("draft"), State.ONGOING: _("goes on")}
    return Entry(
        going=shown,
        state=state,
        from_at=row.starts_at if row.starts_at >= begin else None,
        to_at=over if over < close and (row.ended_at or row.expected_end) else None,
        note=_("false alarm") if row.false_alarm else str(notes.get(State(row.state), "")),
    )


def _feed(service: str, language: str) -> str:
    """The calendar that the public site offers of the same: of all outages, or of one service."""
    kind = f"services/{service}" if service in dict(service_choices()) else "outages"
    return reverse("public_file", args=[f"feeds/{kind}.{language}.ics"])
