"""How each service fared: downtime scheduled and sudden, notice given, promises kept."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from vigie.kernel import clock
from vigie.kernel.errors import BadInput
from vigie.lib.localtime import instant
from vigie.outages import past
from vigie.outages.rules.statistics import ServiceFigures, figures
from vigie.services.models import Service
from vigie.web.access import StaffRequest, staff
from vigie.web.lists import carried
from vigie.web.past import charts

COLUMNS = (
    "service",
    "outages",
    "sudden",
    "hours_down_sudden",
    "hours_down_scheduled",
    "hours_disturbed",
    "availability",
    "days_of_notice",
    "minutes_to_first_notice",
    "promises_kept",
    "promises_broken",
)
HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)


def span_of(request: StaffRequest) -> tuple[datetime, datetime]:
    """The span of the address (`from` and `to`, days of the centre's zone, `to` included); else the last 365 days."""
    zone = ZoneInfo(settings.TIME_ZONE)
    now = clock.now()
    days = {}
    for name in ("from", "to"):
        text = request.GET.get(name, "").strip()
        try:
            days[name] = parse_date(text) if text else None
        except ValueError:
            days[name] = None
        if text and days[name] is None:
            raise BadInput(
                "day", _("“%(text)s” is not a day.") % {"text": text[:40]}, hint=_("Write 2026-11-22.")
            )
    last = days["to"]
    end = instant(datetime.combine(last + DAY, time.min), zone) if last else now
    first = days["from"]
    start = instant(datetime.combine(first, time.min), zone) if first else end - timedelta(days=365)
    if start >= end:
        raise BadInput("day", _("The end is before the start."), field="to")
    return max(start, datetime(1990, 1, 1, tzinfo=UTC)), min(end, now)


def _figures(start: datetime, end: datetime) -> list[tuple[Service, ServiceFigures]]:
    rows = [
        (service, figures(troubles, start, end)) for service, troubles in past.troubles(start, end).items()
    ]
    return sorted(
        rows, key=lambda row: (-(row[1].down_sudden + row[1].down_scheduled), row[0].rank, row[0].code)
    )


def _record(service: Service, found: ServiceFigures, language: str) -> dict[str, Any]:
    """One row, in plain units, for the table's export."""
    notice, first = found.notice_given, found.to_first_notice
    return {
        "service": service.name(language),
        "outages": found.outages,
        "sudden": found.sudden,
        "hours_down_sudden": round(found.down_sudden / HOUR, 2),
        "hours_down_scheduled": round(found.down_scheduled / HOUR, 2),
        "hours_disturbed": round(found.disturbed / HOUR, 2),
        "availability": "" if found.availability is None else round(found.availability, 5),
        "days_of_notice": "" if notice is None else round(notice / DAY, 1),
        "minutes_to_first_notice": "" if first is None else round(first / MINUTE, 1),
        "promises_kept": found.promises_kept,
        "promises_broken": found.promises_broken,
    }


def _shown(service: Service, found: ServiceFigures, language: str) -> dict[str, Any]:
    """One row as the page shows it."""
    share = found.availability
    percent = "–" if share is None else number_format(share * 100, decimal_pos=2 if share < 1 else 0)
    return {
        "service": service,
        "name": service.name(language),
        "figures": found,
        "made": found.promises_kept + found.promises_broken,
        "availability": _("%(number)s%%") % {"number": percent} if share is not None else percent,
    }


def _chart(rows: list[tuple[Service, ServiceFigures]], language: str) -> SafeString | str:
    """Hours down per service as SVG; the same numbers stand in the table below it."""
    sudden, scheduled = _("sudden"), _("scheduled")
    bars = tuple(
        (service.name(language), kind, round(span / HOUR, 2))
        for service, found in rows
        for kind, span in ((sudden, found.down_sudden), (scheduled, found.down_scheduled))
        if span
    )
    return (
        charts.stacked_hours(bars, sudden=sudden, scheduled=scheduled, hours=_("hours down")) if bars else ""
    )


@staff
@require_safe
def statistics(request: StaffRequest) -> HttpResponse:
    start, end = span_of(request)
    rows = _figures(start, end)
    language = get_language() or "fr"
    export = carried(request, "statistics", COLUMNS, [_record(*row, language) for row in rows])
    if export:
        return export
    hit = [row for row in rows if row[1].outages]
    context = {
        "rows": [_shown(service, found, language) for service, found in rows],
        "start": start,
        "end": end,
        "last": end - timedelta(seconds=1),
        "hit": len(hit),
        "outages": sum(found.outages for _service, found in hit),
        "kept": sum(found.promises_kept for _service, found in rows),
        "made": sum(found.promises_kept + found.promises_broken for _service, found in rows),
        "worst": hit[0][0].name(language) if hit else "",
        "chart": _chart(rows, language),
    }
    return render(request, "past/statistics.html", context)
