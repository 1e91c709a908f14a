"""One job: its attempts, the CPU curve of each with its limits, why it was named, its kind beside it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from vigie.contracts.batch import UNLIMITED_S
from vigie.jobs.findings.actions import PERMISSIONS, FindingPermission
from vigie.jobs.findings.queries import charts as numbers
from vigie.jobs.findings.queries import jobs as queries
from vigie.jobs.findings.queries.charts import Peers
from vigie.jobs.findings.queries.jobs import Curve, Job
from vigie.jobs.findings.texts import amount, cut
from vigie.web.access import StaffRequest, staff
from vigie.web.jobs import charts
from vigie.web.jobs.cached import once
from vigie.web.jobs.rows import reasons
from vigie.web.jobs.words import gigabytes, hours, node_words, percent, state_word
from vigie.web.lists import carried, may

COLUMNS = ("seen", "elapsed_s", "cpu_s", "efficiency")
NAME_SHOWN = 300  # a job's name may have a million characters
POINTS_DRAWN = 240
LEAST_PEERS = 20


@staff
@require_safe
def page(request: StaffRequest, cluster: str, job_id: str) -> HttpResponse:
    """The attempt of the address (`attempt`, 0 the last), and the way to the others."""
    attempts = queries.job(cluster, job_id)
    wanted = request.GET.get("attempt", "0")
    number = int(wanted) if wanted.isdecimal() and int(wanted[:4]) < len(attempts) else 0
    one = attempts[number]
    curve = once(("curve", cluster, job_id, one.submitted, one.started), lambda: queries.curve(one))
    if file := carried(request, f"job-{job_id}", COLUMNS, map(_point, curve.points)):
        return file
    beside = once(("kind", cluster, one.experiment, one.name_shape), lambda: numbers.peers(one))
    context = {
        "here": "job",
        "one": one,
        "number": number,
        "attempts": [(place, each, state_word(each.state)) for place, each in enumerate(attempts)],
        "name": cut(one.name or "", NAME_SHOWN),
        "short": cut(one.name or job_id, 60),
        "state": state_word(one.state),
        "said": _said(one),
        "reasons": reasons(one),
        "chart": _curve(one, curve),
        "points": curve.points,
        "rows": [_row(point) for point in curve.points[-40:]],
        "peers": beside if beside.jobs >= LEAST_PEERS else None,
        "kind": cut(beside.name_shape, 60),
        "many": amount(beside.jobs),
        "median": percent(beside.median),
        "spread": _spread(one, beside) if beside.jobs >= LEAST_PEERS else "",
        "bins": _bins(beside),
        "may_exempt": may(request.user, FindingPermission.EXEMPT, PERMISSIONS),
    }
    return render(request, "jobs/job.html", context)


def _said(one: Job) -> dict[str, str]:
    """Its facts in words."""
    return {
        "elapsed": hours(one.elapsed_s),
        "limit": hours(one.limit_s),
        "cpu": hours(one.cpu_s),
        "efficiency": percent(one.efficiency),
        "memory": gigabytes(one.memory_used_b),
        "asked": gigabytes(one.memory_asked_b),
        "nodes": node_words(one.nodes),
        "lost": "" if one.lost_core_hours is None else amount(one.lost_core_hours),
    }


def _curve(one: Job, curve: Curve) -> SafeString | str:
    """Hours of CPU by hours elapsed, thinned to what the eye tells apart; the attempt's present state ends it."""
    seen = [
        (point.elapsed_s, point.cpu_s)
        for point in curve.points
        if point.elapsed_s is not None and point.cpu_s is not None
    ]
    if one.elapsed_s and one.cpu_s is not None and (not seen or one.elapsed_s > seen[-1][0]):
        seen.append((one.elapsed_s, one.cpu_s))
    if not seen:
        return ""
    step = max(1, len(seen) // POINTS_DRAWN)
    kept = [(0, 0.0), *seen[::step], seen[-1]]
    points = tuple((round(elapsed / 3600, 3), round(cpu / 3600, 3)) for elapsed, cpu in kept)
    limit = one.limit_s / 3600 if one.limit_s and one.limit_s < UNLIMITED_S else None
    return charts.cpu_curve(
        points,
        cores=one.cores or 1,
        limit_h=limit,
        x=_("hours elapsed"),
        y=_("hours of CPU"),
        words=(pgettext("line of a chart", "what its cores allow"), pgettext("line of a chart", "its limit")),
    )


def _point(point: Any) -> dict[str, Any]:
    return {**vars(point), "seen": point.seen.isoformat()}


def _row(point: Any) -> dict[str, Any]:
    return {
        "seen": point.seen,
        "elapsed": hours(point.elapsed_s),
        "cpu": hours(point.cpu_s),
        "between": percent(point.efficiency),
    }


def _spread(one: Job, beside: Peers) -> SafeString:
    whole = beside.jobs or 1
    width = 100 / len(beside.counts)
    word = pgettext("chart", "jobs of its kind")
    rows = tuple(
        (round(n * width, 1), word, round(100 * count / whole, 1)) for n, count in enumerate(beside.counts)
    )
    own = None if one.efficiency is None else round(min(one.efficiency, 1.0) * 100, 1)
    return charts.distribution(
        rows, group="", peers=word, unit=_("CPU efficiency, %"), jobs=_("share of the jobs, %"), own=own
    )


def _bins(beside: Peers) -> list[tuple[str, str, int]]:
    step = 1 / len(beside.counts)
    return [
        (percent(n * step), percent((n + 1) * step), count) for n, count in enumerate(beside.counts) if count
    ]
