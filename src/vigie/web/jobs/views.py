"""The farm in a few sentences: what is wrong, how sure we are, what it costs, whose it is."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from vigie.jobs.findings.models import Synthesis
from vigie.jobs.findings.queries import findings as queries
from vigie.jobs.findings.rules import Basis
from vigie.jobs.findings.texts import headline
from vigie.kernel import clock
from vigie.web.access import StaffRequest, staff
from vigie.web.jobs import charts
from vigie.web.jobs.shown import FindingShown, shown
from vigie.web.jobs.sources import EXAMPLE, sources
from vigie.web.jobs.words import short_date
from vigie.web.lists import carried

COLUMNS = (
    "finding", "cluster", "where", "presence", "course", "basis", "since", "first_seen", "jobs", "flagged", "users",
    "lost_core_hours", "lost_per_day", "risk_ratio", "low", "high", "sentence_fr", "sentence_en", "whom",
)  # fmt: skip
GONE_SHOWN = timedelta(days=3)
DAYS_SHOWN = 21


@staff
@require_safe
def jobs(request: StaffRequest) -> HttpResponse:
    """The sentence, then the findings that are there, the costliest first; those that went lately below."""
    found = queries.overview(Basis.RUNNING)
    ended = queries.overview(Basis.FINISHED)
    present = shown(queries.present().exclude(flagged=0))  # 0: found in old jobs only, read in late
    if file := carried(request, "findings", COLUMNS, _records(present)):
        return file
    days = lost_by_day()
    context = {
        "here": "findings",
        "overview": found,
        "ended": ended,
        "sentence": headline(found or ended),
        "findings": [one for one in present if one.row.basis == Basis.RUNNING],
        "findings_ended": [one for one in present if one.row.basis == Basis.FINISHED],
        "gone": shown(queries.gone(clock.now() - GONE_SHOWN)[:10]),
        "unexplained": round((1 - found.explained) * 100) if found and found.flagged else None,
        "days": days,
        "chart": _chart(days),
        "sources": sources(),
        "example": EXAMPLE,
    }
    return render(request, "jobs/jobs.html", context)


def lost_by_day() -> list[dict[str, Any]]:
    """What ended jobs lost on each of the last days, all clusters together, and how much no finding explains."""
    since = clock.now() - timedelta(days=DAYS_SHOWN + 1)
    by: dict[Any, dict[str, Any]] = {}
    for row in Synthesis.objects.filter(basis=Basis.FINISHED, at__gte=since).order_by("day"):
        day = by.setdefault(
            row.day, {"day": row.day, "jobs": 0, "flagged": 0, "lost": 0.0, "unexplained": 0.0}
        )
        day["jobs"] += row.jobs
        day["flagged"] += row.flagged
        day["lost"] += row.lost_core_hours
        day["unexplained"] += row.unexplained_core_hours
    return list(by.values())


def _chart(days: list[dict[str, Any]]) -> SafeString | str:
    if not days:
        return ""
    explained, unexplained = pgettext("hours", "explained by findings"), pgettext("hours", "unexplained")
    bars = tuple(
        (short_date(day["day"]), kind, round(value, 1))
        for day in days
        for kind, value in (
            (explained, day["lost"] - day["unexplained"]),
            (unexplained, day["unexplained"]),
        )
    )
    return charts.lost_by_day(bars, explained=explained, unexplained=unexplained, unit=_("lost core-hours"))


def _records(found: list[FindingShown]) -> Iterator[dict[str, Any]]:
    for one in found:
        row = one.row
        yield {
            "finding": row.pk,
            "whom": [whom.person.login for whom in one.whom if whom.person],
            **{
                name: value.isoformat() if hasattr(value := getattr(row, name), "isoformat") else value
                for name in COLUMNS
                if name not in {"finding", "whom"}
            },
        }
