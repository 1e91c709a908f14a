"""One finding: how it went day by day, whose jobs it hits, the jobs themselves, outages at that time."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from vigie.jobs.findings.models import Finding, FindingMeasure, OutageWindow
from vigie.jobs.findings.queries import findings as queries
from vigie.jobs.findings.queries.jobs import jobs_of
from vigie.jobs.findings.rules import Basis, Presence
from vigie.jobs.findings.texts import amount, attribute_name, cut
from vigie.web.access import StaffRequest, staff
from vigie.web.jobs import charts
from vigie.web.jobs.rows import reasons, row_shown
from vigie.web.jobs.shown import by_day, shown
from vigie.web.jobs.words import short_date
from vigie.web.lists import carried

COLUMNS = (
    "at",
    "basis",
    "jobs",
    "flagged",
    "users",
    "lost_core_hours",
    "lost_per_day",
    "risk_ratio",
    "low",
    "high",
)
JOBS_SHOWN = 15
OUTAGES_READ = 40


@staff
@require_safe
def page(request: StaffRequest, pk: int) -> HttpResponse:
    """A finding that is gone still has its page: what it was, and when it went."""
    row = queries.finding_by_id(pk)
    if file := carried(request, f"finding-{pk}", COLUMNS, _records(queries.history(row))):
        return file
    (one,) = shown([row], most_whom=12)
    days = by_day([row]).get(row.pk, [])
    found = jobs_of(row, limit=JOBS_SHOWN) if row.presence == Presence.HERE else None
    bars = tuple((short_date(day), round(value, 1)) for day, value in days)
    context = {
        "here": "finding",
        "one": one,
        "row": row,
        "where": [(attribute_name(name), cut(value)) for name, value in row.where.items()],
        "days": [(day, amount(value)) for day, value in reversed(days)],
        "chart": charts.cost_by_day(bars, unit=_("core-hours a day")) if len(bars) > 1 else "",
        "shares": [(share, amount(share.lost_per_day)) for share in queries.shares(row)],
        "jobs": [row_shown(job) for job in found.rows] if found else [],
        "ended": row.basis == Basis.FINISHED,
        "jobs_there": found.count if found else 0,
        "reasons": _reasons(found.rows) if found else [],
        "outages": [(one, one.service.name(get_language() or "fr")) for one in outages_beside(row)],
    }
    return render(request, "jobs/finding.html", context)


def _reasons(jobs: Iterable[Any]) -> list[dict[str, Any]]:
    """What each detector that named a job says, with an example of its numbers: each detector once."""
    by: dict[str, dict[str, Any]] = {}
    for job in jobs:
        for reason in reasons(job):
            there = by.get(reason["title"])
            if there is None or (reason.get("why") and not there.get("why")):
                by[reason["title"]] = reason | {"job": job}
    return list(by.values())


def outages_beside(row: Finding) -> list[OutageWindow]:
    """Outages of services while the finding was there: one may be its cause, or its end."""
    since, end = row.since or row.first_seen, row.last_seen
    rows = OutageWindow.objects.filter(starts_at__lte=end).select_related("service").order_by("-starts_at")
    return [one for one in rows[:OUTAGES_READ] if one.ends_at is None or one.ends_at > since]


def _records(history: Iterable[FindingMeasure]) -> Iterator[dict[str, Any]]:
    for measure in history:
        yield {
            "at": measure.synthesis.at.isoformat(),
            "basis": measure.synthesis.basis,
            **{name: getattr(measure, name) for name in COLUMNS[2:]},
        }
