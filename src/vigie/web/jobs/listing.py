"""The jobs behind every number: filtered by the address, sorted, paged, carried away as CSV, JSON or Parquet."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import urlencode

import pyarrow.parquet as pq
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from vigie.experiments.models import Experiment
from vigie.jobs.detect import detectors
from vigie.jobs.findings.models import Finding
from vigie.jobs.findings.queries import jobs as queries
from vigie.jobs.findings.queries.findings import finding_by_id
from vigie.jobs.findings.queries.jobs import ORDERS, JobFilter
from vigie.jobs.findings.rules import Basis, local_day
from vigie.jobs.findings.texts import amount, where_words
from vigie.kernel import clock
from vigie.web.access import StaffRequest, staff
from vigie.web.jobs.rows import row_shown, title
from vigie.web.jobs.words import centre_zone, day_of, state_choices
from vigie.web.lists import carried, words_of

PER_PAGE = 50
MOST = 10_000  # rows that can be paged through; all of them are in a file
EQUAL = (
    "user",
    "experiment",
    "queue",
    "node",
    "rack",
    "cluster",
    "state",
    "account",
    "name_shape",
    "submitted_from",
)
FILTERS = (*EQUAL, "detector", "q", "finding")
NOW = "now"
HEADS = (
    ("", gettext_lazy("Job"), ""),
    ("", gettext_lazy("User"), ""),
    ("", gettext_lazy("Experiment"), ""),
    ("", gettext_lazy("Nodes"), ""),
    ("", gettext_lazy("State"), ""),
    ("cores", gettext_lazy("Cores"), "num"),
    ("elapsed", pgettext_lazy("job", "Elapsed"), "num"),
    ("efficiency", gettext_lazy("Efficiency"), "num"),
    ("lost", gettext_lazy("Core-hours a day"), "num"),
    ("", pgettext_lazy("job", "Why"), ""),
)
LOST = gettext_lazy("Core-hours lost")


@staff
@require_safe
def page(request: StaffRequest) -> HttpResponseBase:
    """What runs, or what ended on a day (`when`); only jobs that a detector named, or (`all`) every job."""
    finding = _finding(request)
    wanted = read_filter(request, finding)
    if (file := _file(request, wanted)) is not None:
        return file
    number = request.GET.get("page", "1")
    start = (
        (int(number) - 1) * PER_PAGE if number.isdecimal() and 0 < int(number[:6]) <= MOST // PER_PAGE else 0
    )
    found = queries.jobs(wanted, limit=PER_PAGE, offset=start)
    if start and not found.rows:
        found = queries.jobs(wanted, limit=PER_PAGE)
    paged = Paginator(range(min(found.count, MOST)), PER_PAGE).get_page(number)
    context = {
        "here": "list",
        "page": paged,
        "rows": [row_shown(job) for job in found.rows],
        "number": found.count,
        "counted": amount(found.count),
        "most": amount(MOST),
        "cut": found.count > MOST,
        "wanted": wanted,
        "equal": wanted.equal,
        "finding": finding,
        "where": where_words(finding.where) if finding else "",
        "when": request.GET.get("when", NOW),
        "ended": wanted.basis is Basis.FINISHED,
        "filtered": any(request.GET.get(name) for name in FILTERS),
        "heads": _heads(request, ended=wanted.basis is Basis.FINISHED),
        "experiments": Experiment.objects.order_by("name").values_list("code", "name"),
        "detectors": [(one.name, title(one.name)) for one in detectors()],
        "states": state_choices(),
    }
    return render(request, "jobs/list.html", context)


def read_filter(request: HttpRequest, finding: Finding | None = None) -> JobFilter:
    """The filters of the address; a finding brings the time of its own numbers."""
    base = queries.of_finding(finding) if finding else JobFilter(slow=request.GET.get("all") != "1")
    if day := day_of(request.GET.get("when", "")):
        base = replace(base, **of_day(day))
    equal = {name: value for name in EQUAL if (value := words_of(request, name))}
    order = request.GET.get("sort", "lost")
    return replace(
        base,
        equal=equal,
        words=words_of(request),
        detector=words_of(request, "detector"),
        order=order if order in ORDERS else "lost",
    )


def of_day(day: date) -> dict[str, Any]:
    """What ended on a day of the centre."""
    since, until = local_day(day, centre_zone())
    return {"basis": Basis.FINISHED, "since": since, "until": min(until, max(since, clock.now()))}


def _finding(request: HttpRequest) -> Finding | None:
    text = request.GET.get("finding", "")
    return finding_by_id(int(text)) if text.isdecimal() and len(text) < 10 else None  # noqa: PLR2004 # digits of a key


def _heads(request: HttpRequest, *, ended: bool) -> list[tuple[str, object, str, str]]:
    """Of a job that ended the list shows the whole loss, of one that runs its rate."""
    return [
        (name, LOST if ended and name == "lost" else label, kind, _sorted_url(request, name))
        for name, label, kind in HEADS
    ]


def _sorted_url(request: HttpRequest, name: str) -> str:
    """The same rows in another order, from their first page."""
    if not name:
        return ""
    query = {key: values for key, values in request.GET.lists() if key != "page"} | {"sort": [name]}
    return f"?{urlencode(query, doseq=True)}"


def _file(request: HttpRequest, wanted: JobFilter) -> HttpResponseBase | None:
    """All rows that fit, whole names too, as CSV, JSON or Parquet; None: show the page."""
    shape = request.GET.get("format", "")
    if shape == "parquet":
        return _parquet(wanted)
    if shape not in {"csv", "json"}:
        return None
    return carried(request, "jobs", queries.export_schema().names, _plain(wanted))


def _parquet(wanted: JobFilter) -> FileResponse:
    """Written piece by piece: the rows need not fit into memory."""
    schema = queries.export_schema()
    file = TemporaryFile()  # noqa: SIM115 # the answer closes it
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in queries.batches(wanted):
            writer.write_batch(batch.cast(schema))
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename="jobs.parquet", content_type="application/vnd.apache.parquet"
    )


def _plain(wanted: JobFilter) -> Iterator[dict[str, Any]]:
    """Times in ISO form, UTC."""
    for batch in queries.batches(wanted):
        for row in batch.to_pylist():
            yield {
                name: value.isoformat() if hasattr(value, "isoformat") else value
                for name, value in row.items()
            }
