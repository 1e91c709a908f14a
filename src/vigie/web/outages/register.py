"""The list of outages: its filters are in the address, and what it shows can be carried away."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from vigie.notices.texts import listed
from vigie.outages import queries
from vigie.outages.models import KIND_LABELS, STATE_LABELS, Affected, Outage
from vigie.outages.rules import OutageKind, State
from vigie.web.access import StaffRequest, staff
from vigie.web.desk.centre import RANK
from vigie.web.lists import carried
from vigie.web.outages.forms import service_choices

PER_PAGE = 50
COLUMNS = (
    "number",
    "kind",
    "state",
    "services",
    "effect",
    "starts_at",
    "expected_end",
    "ended_at",
    "contact",
    "follower",
    "data_lost",
    "false_alarm",
)


@staff
@require_safe
def register(request: StaffRequest) -> HttpResponse:
    """Outages that fit the filters of the address; `?format=csv` or `json` hands the same rows over whole."""
    filters = read_filters(request)
    rows = queries.matching(**filters)
    if (file := carried(request, "outages", COLUMNS, records(rows))) is not None:
        return file
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": _shown(list(page.object_list)),
        "filters": filters,
        "filtered": any(filters.values()),
        "states": [("open", _("not over")), *((state.value, STATE_LABELS[state]) for state in State)],
        "kinds": [(kind.value, KIND_LABELS[kind]) for kind in OutageKind],
        "services": service_choices(),
        "ongoing": queries.ongoing().count(),
        "ever": page.paginator.count if not any(filters.values()) else queries.outages().count(),
    }
    return render(request, "outages/list.html", context)


def read_filters(request: HttpRequest) -> dict[str, str]:
    """The four filters; a value that means nothing is dropped rather than answered by an empty list."""
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    return {
        "state": state if state == "open" or state in set(State) else "",
        "service": request.GET.get("service", "")[:80],
        "kind": kind if kind in set(OutageKind) else "",
        "text": request.GET.get("q", "")[:200],
    }


def _lines(rows: list[Outage]) -> Mapping[int, list[Affected]]:
    found: dict[int, list[Affected]] = {row.pk: [] for row in rows}
    for line in Affected.objects.filter(outage__in=rows).select_related("service"):
        found[line.outage_id].append(line)
    return found


def _shown(rows: list[Outage]) -> list[dict[str, Any]]:
    language = get_language() or "fr"
    lines = _lines(rows)
    return [
        {
            "outage": row,
            "names": listed(line.service.name(language) for line in lines[row.pk]),
            "status": _status(row, lines[row.pk]),
            "state": STATE_LABELS[State(row.state)],
            "lasted": row.ended_at - row.starts_at if row.ended_at else None,
        }
        for row in rows
    ]


def _status(row: Outage, lines: list[Affected]) -> str:
    if row.state == State.ONGOING:
        still = [line.effect for line in lines if line.restored_at is None]
        return min(still, key=lambda effect: RANK.get(effect, 9), default="ok")
    return "ok" if row.state in {State.ENDED, State.REVIEWED} else "maintenance"


def records(rows: Iterable[Outage]) -> Iterator[dict[str, Any]]:
    """Every row that the filters let through, in plain values."""
    found = list(rows)
    lines = _lines(found)
    for row in found:
        yield record(row, lines[row.pk])


def record(row: Outage, lines: list[Affected]) -> dict[str, Any]:
    """One outage in plain values: times in ISO form, UTC."""
    return {
        "number": row.pk,
        "kind": row.kind,
        "state": row.state,
        "services": [line.service.code for line in lines],
        "effect": min((line.effect for line in lines), key=lambda effect: RANK.get(effect, 9), default=""),
        "starts_at": row.starts_at.isoformat(),
        "expected_end": row.expected_end.isoformat() if row.expected_end else None,
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        "contact": row.contact.name,
        "follower": row.follower.name if row.follower else None,
        "data_lost": row.data_lost,
        "false_alarm": row.false_alarm,
    }
